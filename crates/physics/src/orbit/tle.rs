//! Two-line element sets, with or without a line for the name.
//!
//! Columns as CelesTrak and Space-Track publish them; Alpha-5 catalogue numbers up to 339,999;
//! two-digit years from 57 are of the last century.

use super::element_set::{ElementSet, Published, Rejected};
use crate::time::{Epoch, Unit, parse_utc};

/// Characters of a line, the check digit included.
const LINE_LENGTH: usize = 69;
/// First two-digit year of the twentieth century: the year of Sputnik.
const PIVOT_YEAR: i32 = 57;
/// Day fractions have eight decimals: this many nanoseconds each.
const NANOSECONDS_PER_DIGIT: i64 = 864_000;

/// Reads a text of element sets, each of two lines, or three with a name before.
pub fn read(text: &str) -> (Vec<ElementSet>, Vec<Rejected>) {
    let mut reader = Reader::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if !line.is_empty() && !line.starts_with('#') {
            reader.take(index + 1, line);
        }
    }
    reader.finish();
    (reader.sets, reader.rejected)
}

/// Reads one element set from its two lines.
///
/// # Errors
/// A sentence that names the line, the column and the remedy.
pub fn parse(line_1: &str, line_2: &str) -> Result<ElementSet, String> {
    let (first, second) = (Line::new(1, line_1)?, Line::new(2, line_2)?);
    let catalogue_number = first.catalogue_number()?;
    if second.catalogue_number()? != catalogue_number {
        return Err(format!(
            "line 2, columns 3 to 7: `{}` is not the number of line 1; the two lines are of different satellites",
            second.field(3, 7)
        ));
    }
    let published = Published {
        mean_motion_rev_day: second.number(53, 63, "mean motion")?,
        eccentricity: second.fraction(27, 33, "eccentricity")?,
        inclination_deg: second.number(9, 16, "inclination")?,
        raan_deg: second.number(18, 25, "right ascension of the node")?,
        argument_of_perigee_deg: second.number(35, 42, "argument of perigee")?,
        mean_anomaly_deg: second.number(44, 51, "mean anomaly")?,
        bstar: first.power(54, 61, "B*")?,
    };
    // Not used by SGP4, but damage there is damage.
    first.number(34, 43, "rate of mean motion")?;
    first.power(45, 52, "second rate of mean motion")?;
    published
        .check()
        .map_err(|reason| format!("line 2: {reason}"))?;
    let mut set = published.into_set(catalogue_number, first.epoch()?);
    set.international_designator = designator(first.field(10, 17));
    set.revolution = second.whole(64, 68, "revolution number")?;
    Ok(set)
}

/// Reads a catalogue number of five characters: digits, or Alpha-5 (a letter other than I and O
/// for the first two digits, 10 to 33).
pub fn parse_alpha5(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    if bytes.len() != 5 {
        return None;
    }
    let lead = match bytes[0] {
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        b' ' => 0,
        letter @ (b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'Z') => {
            u32::from(letter - b'A') + 10 - u32::from(letter > b'I') - u32::from(letter > b'O')
        }
        _ => return None,
    };
    let rest = text[1..].trim_start();
    if rest.is_empty()
        || (rest.len() < 4 && bytes[0] != b' ')
        || !rest.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    rest.parse::<u32>().ok().map(|low| lead * 10_000 + low)
}

/// Writes a catalogue number in five characters, or nothing above 339,999.
pub fn format_alpha5(catalogue_number: u32) -> Option<String> {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (lead, low) = (catalogue_number / 10_000, catalogue_number % 10_000);
    match lead {
        0..=9 => Some(format!("{catalogue_number:05}")),
        _ => LETTERS
            .get(lead as usize - 10)
            .map(|&letter| format!("{}{low:04}", char::from(letter))),
    }
}

/// The epoch of an element set's field `YYDDD.DDDDDDDD`, exact to the field's last digit.
///
/// # Errors
/// What is wrong with it.
pub fn parse_epoch(field: &str) -> Result<Epoch, &'static str> {
    let (days, fraction) = field
        .split_once('.')
        .ok_or("the decimal point is missing")?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5
        || !digits(&days[..2])
        || fraction.is_empty()
        || fraction.len() > 8
        || !digits(fraction)
    {
        return Err("it must be YYDDD.DDDDDDDD");
    }
    let short = days[..2]
        .parse::<i32>()
        .map_err(|_ignored| "the year is no number")?;
    let day = days[2..]
        .trim_start()
        .parse::<u32>()
        .map_err(|_ignored| "the day is no number")?;
    let year = if short < PIVOT_YEAR {
        2000 + short
    } else {
        1900 + short
    };
    let parts = format!("{fraction:0<8}")
        .parse::<i64>()
        .map_err(|_ignored| "the fraction is no number")?;
    Ok(day_of_year(year, day).ok_or("the year has no such day")?
        + Unit::Nanosecond * (parts * NANOSECONDS_PER_DIGIT))
}

/// Midnight UTC of a day of a year, counted from 1.
pub(super) fn day_of_year(year: i32, day: u32) -> Option<Epoch> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let months = [
        31,
        if leap { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut left = day;
    if day == 0 {
        return None;
    }
    for (month, length) in months.into_iter().enumerate() {
        if left <= length {
            return parse_utc(&format!("{year:04}-{:02}-{left:02}T00:00:00Z", month + 1)).ok();
        }
        left -= length;
    }
    None
}

/// Sum of the digits, with 1 for each minus, modulo 10.
pub fn checksum(line: &str) -> u32 {
    let sum: u32 = line
        .bytes()
        .take(LINE_LENGTH - 1)
        .map(|byte| {
            if byte == b'-' {
                1
            } else {
                char::from(byte).to_digit(10).unwrap_or(0)
            }
        })
        .sum();
    sum % 10
}

#[derive(Default)]
struct Reader<'a> {
    sets: Vec<ElementSet>,
    rejected: Vec<Rejected>,
    name: Option<(usize, &'a str)>,
    first: Option<(usize, &'a str)>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, number: usize, line: &'a str) {
        match kind(line) {
            Kind::First => {
                self.drop_first();
                self.first = Some((number, line));
            }
            Kind::Second => match self.first.take() {
                Some((start, first)) => self.pair(start, first, line),
                None => self.reject(
                    number,
                    "line 2 of a set stands without its line 1; fetch the set again",
                ),
            },
            Kind::Name => {
                self.drop_first();
                self.drop_name();
                self.name = Some((number, line.strip_prefix("0 ").unwrap_or(line).trim()));
            }
        }
    }

    fn pair(&mut self, start: usize, first: &str, second: &str) {
        let name = self.name.take().map(|(_, name)| name.to_owned());
        match parse(first, second) {
            Ok(set) => self.sets.push(ElementSet { name, ..set }),
            Err(reason) => self.reject(start, &reason),
        }
    }

    fn drop_first(&mut self) {
        if let Some((start, _)) = self.first.take() {
            self.name = None;
            self.reject(
                start,
                "line 1 of a set is not followed by its line 2; fetch the set again",
            );
        }
    }

    fn drop_name(&mut self) {
        if let Some((start, _)) = self.name.take() {
            self.reject(
                start,
                "no element set follows this name; expected a line that starts with `1 `",
            );
        }
    }

    fn finish(&mut self) {
        self.drop_first();
        self.drop_name();
    }

    fn reject(&mut self, line: usize, reason: &str) {
        self.rejected.push(Rejected {
            line,
            reason: reason.to_owned(),
        });
    }
}

enum Kind {
    First,
    Second,
    Name,
}

/// A line of elements starts with its number, a space and a catalogue number, however short
/// damage left it.
fn kind(line: &str) -> Kind {
    let bytes = line.as_bytes();
    let numbered = bytes.len() >= 7
        && bytes[1] == b' '
        && bytes[3..7]
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b' ')
        && bytes[6].is_ascii_digit();
    let long = bytes.len() > 30 && bytes[1] == b' ';
    match bytes[0] {
        b'1' if numbered || long => Kind::First,
        b'2' if numbered || long => Kind::Second,
        _ => Kind::Name,
    }
}

/// A line of an element set whose length and check digit are right.
struct Line<'a> {
    number: u8,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn new(number: u8, text: &'a str) -> Result<Self, String> {
        let text = text.trim_end();
        if !text.is_ascii() {
            return Err(format!(
                "line {number}: only ASCII characters may stand in an element set"
            ));
        }
        if text.len() != LINE_LENGTH {
            return Err(format!(
                "line {number}: {} characters where {LINE_LENGTH} are needed; fetch the set again",
                text.len()
            ));
        }
        if text.as_bytes()[0] != b'0' + number || text.as_bytes()[1] != b' ' {
            return Err(format!(
                "line {number}, column 1: it must start with `{number} `"
            ));
        }
        let expected = checksum(text);
        if text.as_bytes()[LINE_LENGTH - 1] != b'0' + expected as u8 {
            return Err(format!(
                "line {number}, column 69: the check digit is `{}` but the line adds up to {expected}; fetch the set again",
                &text[68..]
            ));
        }
        let line = Self { number, text };
        let gaps: &[usize] = if number == 1 {
            &[9, 18, 33, 44, 53, 62, 64]
        } else {
            &[8, 17, 26, 34, 43, 52]
        };
        match gaps
            .iter()
            .find(|&&column| text.as_bytes()[column - 1] != b' ')
        {
            Some(column) => Err(format!(
                "line {number}, column {column}: `{}` stands where a space must; fetch the set again",
                &text[column - 1..*column]
            )),
            None => Ok(line),
        }
    }

    /// Columns counted from 1, both ends included; every line is 69 ASCII characters.
    fn field(&self, from: usize, to: usize) -> &'a str {
        &self.text[from - 1..to]
    }

    fn fail(&self, from: usize, to: usize, what: &str, why: &str) -> String {
        format!(
            "line {}, columns {from} to {to}, {what}: `{}` {why}; fetch the set again",
            self.number,
            self.field(from, to)
        )
    }

    fn catalogue_number(&self) -> Result<u32, String> {
        parse_alpha5(self.field(3, 7)).ok_or_else(|| {
            self.fail(
                3,
                7,
                "catalogue number",
                "is neither five digits nor Alpha-5 (a letter but I and O, then four digits)",
            )
        })
    }

    fn epoch(&self) -> Result<Epoch, String> {
        parse_epoch(self.field(19, 32))
            .map_err(|why| self.fail(19, 32, "epoch", &format!("is no epoch: {why}")))
    }

    fn number(&self, from: usize, to: usize, what: &str) -> Result<f64, String> {
        let text = self.field(from, to).trim();
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
        text.parse::<f64>()
            .ok()
            .filter(|_| plain)
            .ok_or_else(|| self.fail(from, to, what, "is not a number"))
    }

    /// Digits after an unwritten decimal point.
    fn fraction(&self, from: usize, to: usize, what: &str) -> Result<f64, String> {
        let text = self.field(from, to);
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.fail(from, to, what, "must be digits only"));
        }
        format!("0.{text}")
            .parse()
            .map_err(|_ignored| self.fail(from, to, what, "is not a number"))
    }

    /// `±12345-6`: a mantissa after an unwritten decimal point, and a power of ten.
    fn power(&self, from: usize, to: usize, what: &str) -> Result<f64, String> {
        let text = self.field(from, to);
        let wrong = || self.fail(from, to, what, "is not of the form ±12345±6");
        let (mantissa, exponent) = text.split_at(text.len() - 2);
        let sign = match mantissa.as_bytes()[0] {
            b'-' => "-",
            b' ' | b'+' => "",
            _ => return Err(wrong()),
        };
        let digits = mantissa[1..].trim();
        let [exponent_sign, exponent_digit] = exponent.as_bytes() else {
            return Err(wrong());
        };
        if digits.is_empty()
            || !digits.bytes().all(|byte| byte.is_ascii_digit())
            || !matches!(exponent_sign, b'-' | b'+' | b' ')
            || !exponent_digit.is_ascii_digit()
        {
            return Err(wrong());
        }
        format!("{sign}0.{digits}e{}", exponent.trim())
            .parse()
            .map_err(|_ignored| wrong())
    }

    fn whole(&self, from: usize, to: usize, what: &str) -> Result<u64, String> {
        let text = self.field(from, to).trim();
        if text.is_empty() {
            return Ok(0);
        }
        text.parse()
            .map_err(|_ignored| self.fail(from, to, what, "is not a whole number"))
    }
}

/// `98067A` as `1998-067A`.
fn designator(field: &str) -> Option<String> {
    let text = field.trim();
    let year = text.get(..2)?.parse::<i32>().ok()?;
    let rest = text.get(2..)?;
    Some(format!(
        "{}-{rest}",
        if year < PIVOT_YEAR {
            2000 + year
        } else {
            1900 + year
        }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISS: [&str; 2] = [
        "1 25544U 98067A   24130.36689744  .00016024  00000+0  27777-3 0  9992",
        "2 25544  51.6381 147.8590 0003466 150.4670 338.5502 15.51043222452521",
    ];

    #[test]
    fn reads_a_set() {
        let set = parse(ISS[0], ISS[1]).unwrap();
        assert_eq!((set.catalogue_number, set.revolution), (25_544, 45_252));
        assert_eq!(set.international_designator.as_deref(), Some("1998-067A"));
        assert!(
            (set.bstar - 2.7777e-4).abs() < 1e-18 && (set.eccentricity - 3.466e-4).abs() < 1e-18
        );
        assert_eq!(
            crate::time::format_utc(set.epoch),
            "2024-05-09T08:48:19.938816Z"
        );
    }

    #[test]
    fn any_single_wrong_digit_is_refused() {
        for (which, line) in ISS.iter().enumerate() {
            for (at, byte) in line
                .bytes()
                .enumerate()
                .filter(|(_, byte)| byte.is_ascii_digit())
            {
                let mut broken = line.as_bytes().to_vec();
                broken[at] = b'0' + (byte - b'0' + 1) % 10;
                let broken = String::from_utf8(broken).unwrap();
                let result = if which == 0 {
                    parse(&broken, ISS[1])
                } else {
                    parse(ISS[0], &broken)
                };
                assert!(result.is_err(), "{broken}");
            }
        }
    }

    #[test]
    fn rubbish_never_panics() {
        for text in [
            "",
            "1",
            "2 ",
            "1 25544U",
            "é",
            "1 é25544Uééééééééééééééééééééééééééééééééééééé",
            "2 25544\n1 25544\n2",
        ] {
            let (sets, rejected) = read(text);
            assert!(
                sets.is_empty() && (rejected.len() == text.lines().count() || text.is_empty()),
                "{text}: {rejected:?}"
            );
        }
        for cut in 0..ISS[1].len() {
            let (sets, rejected) = read(&format!("{}\n{}", ISS[0], &ISS[1][..cut]));
            assert!(sets.is_empty() && !rejected.is_empty(), "{cut}");
        }
    }
}
