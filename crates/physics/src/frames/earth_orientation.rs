//! Earth orientation: UT1−UTC and polar motion, from a table or with a stated error.
//!
//! The table is the IERS's own text, given as a string: `finals2000A` (columns fixed) or
//! EOP C04 (columns by spaces). Between days UT1−TAI is interpolated, not UT1−UTC, so that a
//! leap second is no step.

use thiserror::Error;

use crate::time::{Epoch, TimeScale, Unit, seconds_between};

/// Radians in one second of arc.
pub const ARCSECOND_RAD: f64 = core::f64::consts::PI / 648_000.0;
/// The most that UT1 departs from UTC by international rule [s].
pub const UT1_MINUS_UTC_MAX_S: f64 = 0.9;
/// The most that the pole strays from its reference [rad]: 0.6", above any value since 1900.
pub const POLAR_MOTION_MAX_RAD: f64 = 0.6 * ARCSECOND_RAD;
/// How fast UT1 and UTC part at most [s/day]: the largest excess length of day since 1962.
const UT1_DRIFT_MAX_S_PER_DAY: f64 = 0.0045;
/// How fast the pole moves at most [rad/day].
const POLE_DRIFT_MAX_RAD_PER_DAY: f64 = 0.004 * ARCSECOND_RAD;
/// The modified Julian day 51,544 began at 2000-01-01T00:00:00 UTC.
const MJD_2000: f64 = 51_544.0;

/// What orients the Earth at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parameters {
    /// UT1 − UTC [s].
    pub ut1_minus_utc_s: f64,
    /// Pole towards Greenwich [rad].
    pub pole_x_rad: f64,
    /// Pole towards 90° west [rad].
    pub pole_y_rad: f64,
}

/// A table of Earth orientation, or none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EarthOrientation {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    mjd: f64,
    ut1_minus_tai_s: f64,
    pole_x_rad: f64,
    pole_y_rad: f64,
}

/// Why a text is no Earth orientation table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EarthOrientationError {
    /// A field is missing or is no number.
    #[error(
        "line {line}, {field}: `{text}` is not a number; give the IERS file unchanged (finals2000A or EOP C04)"
    )]
    Field {
        /// Line, counted from 1.
        line: usize,
        /// The field's name.
        field: &'static str,
        /// What stood there.
        text: String,
    },
    /// A number no Earth ever had.
    #[error(
        "line {line}, {field}: {text} is out of range ({range}); give the IERS file unchanged (finals2000A or EOP C04)"
    )]
    Range {
        /// Line, counted from 1.
        line: usize,
        /// The field's name.
        field: &'static str,
        /// What stood there.
        text: String,
        /// What would be accepted.
        range: &'static str,
    },
    /// Days do not follow each other.
    #[error("line {line}: the day (MJD) must be later than the one before; sort the file by date")]
    Order {
        /// Line, counted from 1.
        line: usize,
    },
    /// No line carries values.
    #[error(
        "no line carries Earth orientation values; give the IERS file unchanged (finals2000A or EOP C04)"
    )]
    Empty,
}

impl EarthOrientation {
    /// No table: UT1 = UTC and no polar motion, off by what [`Self::stated_error_rad`] says.
    pub const fn none() -> Self {
        Self { rows: Vec::new() }
    }

    /// Reads a `finals2000A` or EOP C04 text. Lines without values (predictions that end) and
    /// comments (`#`) are passed over.
    ///
    /// # Errors
    /// [`EarthOrientationError`] names the line and the field.
    pub fn parse(text: &str) -> Result<Self, EarthOrientationError> {
        let mut rows: Vec<Row> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let Some(row) = read_line(index + 1, line)? else {
                continue;
            };
            if rows.last().is_some_and(|last| last.mjd >= row.mjd) {
                return Err(EarthOrientationError::Order { line: index + 1 });
            }
            rows.push(row);
        }
        if rows.is_empty() {
            Err(EarthOrientationError::Empty)
        } else {
            Ok(Self { rows })
        }
    }

    /// First and last day of the table [MJD], if there is one.
    pub fn span_mjd(&self) -> Option<(f64, f64)> {
        Some((self.rows.first()?.mjd, self.rows.last()?.mjd))
    }

    /// Whether the table reaches the epoch.
    pub fn covers(&self, epoch: Epoch) -> bool {
        let mjd = mjd_utc(epoch);
        self.span_mjd()
            .is_some_and(|(first, last)| (first..=last).contains(&mjd))
    }

    /// The parameters at an epoch: interpolated linearly inside the table, held at its ends,
    /// zero without one.
    pub fn at(&self, epoch: Epoch) -> Parameters {
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else {
            return Parameters::default();
        };
        let mjd = mjd_utc(epoch);
        if mjd <= first.mjd || mjd >= last.mjd {
            // Held as UT1−UTC: beyond the table a leap second keeps it small.
            let row = if mjd <= first.mjd { first } else { last };
            return row.parameters(tai_minus_utc_s(epoch_of_mjd(row.mjd)));
        }
        let after = self
            .rows
            .partition_point(|row| row.mjd <= mjd)
            .min(self.rows.len() - 1);
        let (from, to) = (&self.rows[after - 1], &self.rows[after]);
        let part = (mjd - from.mjd) / (to.mjd - from.mjd);
        let blend = |a: f64, b: f64| a + part * (b - a);
        Row {
            mjd,
            ut1_minus_tai_s: blend(from.ut1_minus_tai_s, to.ut1_minus_tai_s),
            pole_x_rad: blend(from.pole_x_rad, to.pole_x_rad),
            pole_y_rad: blend(from.pole_y_rad, to.pole_y_rad),
        }
        .parameters(tai_minus_utc_s(epoch))
    }

    /// The most by which the attitude of the Earth in space may be off [rad]: 0.1 mas of the
    /// table and its interpolation (0.3 ms in UT1 dominates), 0.9 s of rotation and 0.6" of pole
    /// without one, and in between beyond its ends.
    pub fn stated_error_rad(&self, epoch: Epoch) -> f64 {
        let mjd = mjd_utc(epoch);
        let beyond_days = match self.span_mjd() {
            None => f64::INFINITY,
            Some((first, last)) => (first - mjd).max(mjd - last).max(0.0),
        };
        let ut1_s = (0.0003 + UT1_DRIFT_MAX_S_PER_DAY * beyond_days).min(UT1_MINUS_UTC_MAX_S);
        let pole_rad = (1e-3 * ARCSECOND_RAD + POLE_DRIFT_MAX_RAD_PER_DAY * beyond_days)
            .min(POLAR_MOTION_MAX_RAD);
        ut1_s * super::rotation::ROTATION_RATE_RAD_S + pole_rad
    }

    /// [`Self::stated_error_rad`] as metres at a distance from the Earth's centre: without a
    /// table 437 m at the equator. It concerns inertial objects seen from the Earth only; what
    /// is measured and predicted earth-fixed does not feel it.
    pub fn stated_error_m(&self, epoch: Epoch, radius_m: f64) -> f64 {
        self.stated_error_rad(epoch) * radius_m
    }
}

impl Row {
    fn parameters(&self, tai_minus_utc_s: f64) -> Parameters {
        Parameters {
            ut1_minus_utc_s: self.ut1_minus_tai_s + tai_minus_utc_s,
            pole_x_rad: self.pole_x_rad,
            pole_y_rad: self.pole_y_rad,
        }
    }
}

/// TAI − UTC [s] at an epoch; 0 before 1960. A leap second itself counts with the day it ends.
pub(super) fn tai_minus_utc_s(epoch: Epoch) -> f64 {
    // hifitime compares atomic seconds with the UTC second of the step, so it is early by the
    // offset itself; asked that much earlier, it answers right.
    let rough_s = epoch.leap_seconds(true).unwrap_or(0.0);
    (epoch - Unit::Second * rough_s)
        .leap_seconds(true)
        .unwrap_or(0.0)
}

/// Modified Julian day in UTC; good to microseconds, which suffices to interpolate.
pub(crate) fn mjd_utc(epoch: Epoch) -> f64 {
    let utc_s = seconds_between(tai_2000(), epoch) - tai_minus_utc_s(epoch);
    MJD_2000 + utc_s / 86_400.0
}

fn epoch_of_mjd(mjd: f64) -> Epoch {
    // The leap seconds are wanted of the day, so half a minute more or less does no harm.
    tai_2000() + Unit::Second * ((mjd - MJD_2000) * 86_400.0 + 38.0)
}

fn tai_2000() -> Epoch {
    Epoch::from_gregorian(2000, 1, 1, 0, 0, 0, 0, TimeScale::TAI)
}

/// The text of the fields of one line: MJD, x ["], y ["], UT1−UTC [s].
type Fields<'a> = [(&'static str, &'a str); 4];

fn read_line(line: usize, text: &str) -> Result<Option<Row>, EarthOrientationError> {
    let Some(fields) = split(text) else {
        return Ok(None);
    };
    let mut values = [0.0; 4];
    for (value, (field, text)) in values.iter_mut().zip(fields) {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        *value = number.ok_or_else(|| EarthOrientationError::Field {
            line,
            field,
            text: text.chars().take(40).collect(),
        })?;
    }
    let limits = [
        (0.0, 200_000.0, "0 to 200000"),
        (-2.0, 2.0, "-2 to 2 seconds of arc"),
        (-2.0, 2.0, "-2 to 2 seconds of arc"),
        (-1.0, 1.0, "-1 to 1 s"),
    ];
    for ((value, (low, high, range)), (field, text)) in values.iter().zip(limits).zip(fields) {
        if !(low..=high).contains(value) {
            return Err(EarthOrientationError::Range {
                line,
                field,
                text: text.to_owned(),
                range,
            });
        }
    }
    let [mjd, x, y, ut1_minus_utc_s] = values;
    Ok(Some(Row {
        mjd,
        ut1_minus_tai_s: ut1_minus_utc_s - tai_minus_utc_s(epoch_of_mjd(mjd)),
        pole_x_rad: x * ARCSECOND_RAD,
        pole_y_rad: y * ARCSECOND_RAD,
    }))
}

/// Finds the fields of a line, or none in a comment or a line without values.
fn split(text: &str) -> Option<Fields<'_>> {
    let names = ["MJD", "x", "y", "UT1-UTC"];
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return None;
    }
    let column = |from: usize, to: usize| text.get(from..to).unwrap_or("").trim();
    let texts = if is_c04(trimmed) {
        let mut words = trimmed.split_whitespace().skip(3);
        let fourth = words.next().unwrap_or("");
        // The 20 C04 series puts the hour before the day's number; the 14 C04 series does not.
        let mjd = if fourth.len() < 5 {
            words.next().unwrap_or("")
        } else {
            fourth
        };
        [
            mjd,
            words.next().unwrap_or(""),
            words.next().unwrap_or(""),
            words.next().unwrap_or(""),
        ]
    } else {
        let texts = [
            column(7, 15),
            column(18, 27),
            column(37, 46),
            column(58, 68),
        ];
        if texts[1..].iter().all(|text| text.is_empty()) {
            return None;
        }
        texts
    };
    Some(core::array::from_fn(|i| (names[i], texts[i])))
}

fn is_c04(trimmed: &str) -> bool {
    trimmed
        .split_whitespace()
        .next()
        .is_some_and(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()))
        && trimmed.split_whitespace().count() >= 7
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_utc;

    // Three days around the leap second of 2016-12-31, as finals2000A prints them (values rounded).
    const FINALS: &str = "\
161231 57753.00 I  0.083560 0.000019  0.268520 0.000024  I-0.4068100 0.0000067  1.3800 0.0055
17 1 1 57754.00 I  0.082090 0.000019  0.270100 0.000024  I 0.5917800 0.0000067  1.3800 0.0055
17 1 2 57755.00 I  0.080560 0.000019  0.271520 0.000024  I 0.5904100 0.0000067  1.3800 0.0055
17 1 3 57756.00                                                                              ";

    #[test]
    fn a_leap_second_is_no_step() {
        let table = EarthOrientation::parse(FINALS).unwrap();
        let before = table.at(parse_utc("2016-12-31T23:59:59Z").unwrap());
        let after = table.at(parse_utc("2017-01-01T00:00:01Z").unwrap());
        assert!(
            (before.ut1_minus_utc_s + 0.40822).abs() < 1e-4,
            "{before:?}"
        );
        assert!((after.ut1_minus_utc_s - 0.59178).abs() < 1e-4, "{after:?}");
        assert_eq!(table.span_mjd(), Some((57_753.0, 57_755.0)));
        let noon = table.at(parse_utc("2017-01-01T12:00:00Z").unwrap());
        assert!((noon.pole_x_rad / ARCSECOND_RAD - 0.081_325).abs() < 1e-9);
    }

    #[test]
    fn both_c04_layouts_read_alike() {
        let old = "# header\n2004   4   6  53101  -0.140682   0.333309  -0.4399619   0.0015563\n";
        let new =
            "2004  4  6   0 53101.00 -0.140682   0.333309  -0.4399619  0.0 0.0 0.0 0.0 0.0015563\n";
        assert_eq!(
            EarthOrientation::parse(old).unwrap(),
            EarthOrientation::parse(new).unwrap()
        );
    }

    #[test]
    fn held_at_the_ends_with_a_growing_error() {
        let table = EarthOrientation::parse(FINALS).unwrap();
        let (inside, late) = (
            parse_utc("2017-01-01T06:00:00Z").unwrap(),
            parse_utc("2017-02-01T00:00:00Z").unwrap(),
        );
        assert!((table.at(late).ut1_minus_utc_s - 0.59041).abs() < 1e-9);
        assert!(table.covers(inside) && !table.covers(late));
        let none = EarthOrientation::none();
        assert!(table.stated_error_rad(inside) < table.stated_error_rad(late));
        assert!(table.stated_error_rad(late) < none.stated_error_rad(late));
        assert!((none.stated_error_m(late, 6_378_137.0) - 437.0).abs() < 1.0);
    }

    #[test]
    fn names_line_and_field() {
        let broken = FINALS.replace("0.270100", "0.27O100");
        let error = EarthOrientation::parse(&broken).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && error.contains('y') && error.contains("0.27O100"),
            "{error}"
        );
        let far = FINALS.replace("-0.4068100", "-9.4068100");
        assert!(
            EarthOrientation::parse(&far)
                .unwrap_err()
                .to_string()
                .contains("UT1-UTC")
        );
        assert_eq!(
            EarthOrientation::parse(""),
            Err(EarthOrientationError::Empty)
        );
        let twice = format!("{FINALS}\n{FINALS}");
        assert_eq!(
            EarthOrientation::parse(&twice),
            Err(EarthOrientationError::Order { line: 5 })
        );
    }
}
