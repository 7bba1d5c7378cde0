//! Epochs: integer nanoseconds of a named scale, and their text form.
//!
//! [`Epoch`] and [`Duration`] are hifitime's: nanoseconds since a reference in a named scale,
//! leap seconds included. A difference of two epochs becomes `f64` seconds only through
//! [`seconds_between`], never an epoch itself.

pub use hifitime::{Duration, Epoch, TimeScale, Unit};
use thiserror::Error;

/// Nanoseconds of a day without a leap second.
const DAY_NS: i64 = 86_400_000_000_000;

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an RFC 3339 time in UTC, such as 2026-03-01T12:00:00.250Z: {why}")]
pub struct TimeError {
    /// The text that was refused.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Seconds from `earlier` to `later`; negative when `later` comes first.
pub fn seconds_between(earlier: Epoch, later: Epoch) -> f64 {
    let nanoseconds = (later - earlier).total_nanoseconds();
    nanoseconds as f64 * 1e-9
}

/// The epoch `seconds` after `epoch`, rounded to a nanosecond.
pub fn after(epoch: Epoch, seconds: f64) -> Epoch {
    epoch + duration_s(seconds)
}

/// A duration of `seconds`, rounded to a nanosecond.
pub fn duration_s(seconds: f64) -> Duration {
    Duration::from_total_nanoseconds((seconds * 1e9).round() as i128)
}

/// Reads an RFC 3339 time with `Z` and up to nine decimals; leap seconds (`:60`) are accepted
/// only where UTC has one.
///
/// # Errors
/// [`TimeError`] says which part is wrong: the form, a month 13, 30 February, hour 24, an
/// offset other than `Z`, a second 60 where there is no leap second.
pub fn parse_utc(text: &str) -> Result<Epoch, TimeError> {
    let fail = |why| TimeError {
        text: text.chars().take(40).collect(),
        why,
    };
    let bytes = text.as_bytes();
    if bytes.len() < 20 || !text.is_ascii() {
        return Err(fail("too short"));
    }
    if bytes[bytes.len() - 1] != b'Z' {
        return Err(fail("it must end in Z"));
    }
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| bytes[at] != byte) {
        return Err(fail("expected YYYY-MM-DDThh:mm:ss"));
    }
    let number = |from: usize, to: usize| -> Option<u32> {
        bytes[from..to].iter().try_fold(0u32, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    let read = |from, to| number(from, to).ok_or_else(|| fail("a digit is missing"));
    let (year, month, day) = (read(0, 4)?, read(5, 7)?, read(8, 10)?);
    let (hour, minute, second) = (read(11, 13)?, read(14, 16)?, read(17, 19)?);
    let nanoseconds = read_fraction(&bytes[19..bytes.len() - 1])
        .ok_or_else(|| fail("a fraction has one to nine digits"))?;
    if !(1..=12).contains(&month) {
        return Err(fail("the month must be 1 to 12"));
    }
    if day == 0 || day > days_in_month(year, month) {
        return Err(fail("the month has no such day"));
    }
    if hour > 23 || minute > 59 || second > 60 {
        return Err(fail("the hour, minute or second does not exist"));
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    if second == 60
        && (seconds != 86_400 || day_length_s(year as i32, month as u8, day as u8) != 86_401)
    {
        return Err(fail("there was no leap second then"));
    }
    Ok(midnight(year as i32, month as u8, day as u8)
        + Unit::Second * seconds
        + Unit::Nanosecond * i64::from(nanoseconds))
}

/// The epoch so many nanoseconds after 1970 as computers count: days of 86,400 s, so that a leap
/// second has the number of the second after it.
pub fn of_unix_ns(unix_ns: i64) -> Epoch {
    let (day, into_day_ns) = (unix_ns.div_euclid(DAY_NS), unix_ns.rem_euclid(DAY_NS));
    // By noon, no leap seconds of half a century move the date.
    let noon = midnight(1970, 1, 1) + Unit::Day * day + Unit::Hour * 12;
    let (year, month, day, ..) = noon.to_gregorian_utc();
    midnight(year, month, day) + Unit::Nanosecond * into_day_ns
}

/// Writes an epoch as RFC 3339 in UTC with `Z`, without trailing zeros of the fraction.
pub fn format_utc(epoch: Epoch) -> String {
    let (year, month, day, into_day_ns) = day_and_rest(epoch);
    let (second_of_day, nanoseconds) = (into_day_ns / 1_000_000_000, into_day_ns % 1_000_000_000);
    // The second 86,400 of a day is its leap second: 23:59:60.
    let whole = second_of_day.min(86_399);
    let (hour, minute) = (whole / 3_600, whole / 60 % 60);
    let second = whole % 60 + second_of_day - whole;
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if nanoseconds > 0 {
        let digits = format!("{nanoseconds:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// The day of UTC that an epoch lies in, and the nanoseconds since its midnight.
fn day_and_rest(epoch: Epoch) -> (i32, u8, u8, i64) {
    let rest = |year, month, day| (epoch - midnight(year, month, day)).total_nanoseconds() as i64;
    // Around a leap second the library is off by a second; of its answer the day alone is used.
    let (year, month, day, ..) = epoch.to_gregorian_utc();
    let into_day_ns = rest(year, month, day);
    if into_day_ns >= 0 {
        return (year, month, day, into_day_ns);
    }
    let noon_before = midnight(year, month, day) - Unit::Hour * 12;
    let (year, month, day, ..) = noon_before.to_gregorian_utc();
    (year, month, day, rest(year, month, day))
}

/// Midnight UTC that starts a valid day, counted in TAI so that differences hold leap seconds.
fn midnight(year: i32, month: u8, day: u8) -> Epoch {
    Epoch::from_gregorian_utc_at_midnight(year, month, day).to_time_scale(TimeScale::TAI)
}

fn day_length_s(year: i32, month: u8, day: u8) -> i64 {
    let start = midnight(year, month, day);
    let (y, m, d, ..) = (start + Unit::Hour * 36).to_gregorian_utc();
    ((midnight(y, m, d) - start).total_nanoseconds() / 1_000_000_000) as i64
}

fn read_fraction(bytes: &[u8]) -> Option<u32> {
    let Some((point, digits)) = bytes.split_first() else {
        return Some(0);
    };
    if *point != b'.' || digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let value = digits.iter().try_fold(0u32, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u32::from(byte - b'0'))
    })?;
    Some(value * 10u32.pow(9 - digits.len() as u32))
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_to_the_nanosecond() {
        for text in [
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00.25Z",
            "1999-12-31T23:59:59.999999999Z",
            "2016-12-31T23:59:60.5Z",
        ] {
            assert_eq!(format_utc(parse_utc(text).unwrap()), text);
        }
    }

    #[test]
    fn the_count_of_computers_is_read() {
        for (unix_ns, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (1_483_228_799_000_000_000, "2016-12-31T23:59:59Z"),
            (1_483_228_800_000_000_001, "2017-01-01T00:00:00.000000001Z"),
            (1_772_366_400_250_000_000, "2026-03-01T12:00:00.25Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
        ] {
            assert_eq!(of_unix_ns(unix_ns), parse_utc(text).unwrap());
            assert_eq!(format_utc(of_unix_ns(unix_ns)), text);
        }
    }

    #[test]
    fn every_second_around_a_leap_second_is_written() {
        for text in [
            "2016-12-31T23:59:58.5Z",
            "2016-12-31T23:59:59Z",
            "2016-12-31T23:59:59.999999999Z",
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.999999999Z",
            "2017-01-01T00:00:00Z",
            "2017-01-01T00:00:01Z",
            "2026-12-31T23:59:59.999999999Z",
        ] {
            assert_eq!(format_utc(parse_utc(text).unwrap()), text);
        }
    }

    #[test]
    fn a_leap_second_counts() {
        let before = parse_utc("2016-12-31T23:59:59Z").unwrap();
        let later = parse_utc("2017-01-01T00:00:00Z").unwrap();
        assert_eq!((later - before).total_nanoseconds(), 2_000_000_000);
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+01:00",
            "2026-01-01 00:00:00Z",
            "2015-12-31T23:59:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "",
            "yesterday at five o'clock Z",
        ] {
            assert!(parse_utc(text).is_err(), "{text}");
        }
    }
}
