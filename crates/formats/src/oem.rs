//! CCSDS OEM (orbit ephemeris message, KVN form): where a sensor's satellite is.
//!
//! Source of the form: CCSDS 502.0-B-3, section 5. Read: Earth-centred, earth-fixed frames
//! (`ITRF...`, `WGS84`...), time system UTC or TAI, kilometres. Inertial frames are refused by name.

use std::fmt;

use forewarn_physics::orbit::omm::parse_epoch;
use forewarn_physics::time::{Epoch, Unit};
use nalgebra::Vector3;
use thiserror::Error;

/// One point: time, ITRF position [m], ITRF velocity [m/s].
pub type EphemerisPoint = (Epoch, Vector3<f64>, Vector3<f64>);

/// Why an ephemeris is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct OemError {
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for OemError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

/// Reads an ephemeris; segments are joined, in order of time.
///
/// # Errors
/// [`OemError`] names the line: another frame or time system, a time that cannot be read or goes
/// back, a number that is none, fewer than two points.
pub fn read_oem(text: &str) -> Result<Vec<EphemerisPoint>, OemError> {
    let mut points: Vec<EphemerisPoint> = Vec::new();
    let (mut in_covariance, mut tai, mut framed) = (false, false, false);
    for (index, raw) in text.lines().enumerate() {
        let (line, number) = (raw.trim(), index + 1);
        let fail = |message: String| OemError {
            line: number,
            message,
        };
        match line {
            "COVARIANCE_START" => in_covariance = true,
            "COVARIANCE_STOP" => in_covariance = false,
            _ if in_covariance
                || line.is_empty()
                || line.starts_with("COMMENT")
                || line.starts_with("META_") => {}
            _ => match line.split_once('=') {
                Some((key, value)) => match (key.trim(), value.trim()) {
                    ("REF_FRAME", frame)
                        if frame.starts_with("ITRF") || frame.starts_with("WGS84") =>
                    {
                        framed = true
                    }
                    ("REF_FRAME", frame) => {
                        return Err(fail(format!(
                            "REF_FRAME {frame} is not earth-fixed; convert the file to ITRF"
                        )));
                    }
                    ("CENTER_NAME", centre) if !centre.eq_ignore_ascii_case("earth") => {
                        return Err(fail(format!("CENTER_NAME {centre} is not EARTH")));
                    }
                    ("TIME_SYSTEM", "UTC") => tai = false,
                    ("TIME_SYSTEM", "TAI") => tai = true,
                    ("TIME_SYSTEM", system) => {
                        return Err(fail(format!(
                            "TIME_SYSTEM {system} is not supported; use UTC or TAI"
                        )));
                    }
                    _ => {}
                },
                None if framed => {
                    let point = read_point(line, tai).map_err(fail)?;
                    if points.last().is_some_and(|last| last.0 >= point.0) {
                        return Err(fail("the time does not go forward; sort the file".into()));
                    }
                    points.push(point);
                }
                None => return Err(fail("a state before REF_FRAME; is this a KVN OEM?".into())),
            },
        }
    }
    if points.len() < 2 {
        return Err(OemError {
            line: 0,
            message: "fewer than two states; give an ephemeris".into(),
        });
    }
    Ok(points)
}

fn read_point(line: &str, tai: bool) -> Result<EphemerisPoint, String> {
    let mut fields = line.split_whitespace();
    let stamp = fields.next().unwrap_or_default();
    let mut time = parse_epoch(stamp)?;
    if tai {
        time = tai_labelled(time);
    }
    let mut numbers = [0.0_f64; 6];
    for (place, slot) in numbers.iter_mut().enumerate() {
        let field = fields
            .next()
            .ok_or("a state has a time and six numbers: X Y Z X_DOT Y_DOT Z_DOT")?;
        let number: f64 = field
            .parse()
            .map_err(|error| format!("`{field}` is not a number: {error}"))?;
        if !number.is_finite() || number.abs() > 1e6 {
            return Err(format!(
                "number {} of the state is {number}; give kilometres and km/s",
                place + 1
            ));
        }
        *slot = number * 1e3;
    }
    Ok((
        time,
        Vector3::new(numbers[0], numbers[1], numbers[2]),
        Vector3::new(numbers[3], numbers[4], numbers[5]),
    ))
}

/// The epoch whose TAI label reads as the given epoch's UTC label.
pub(crate) fn tai_labelled(labelled_utc: Epoch) -> Epoch {
    let offset_s = labelled_utc.leap_seconds(true).unwrap_or(0.0);
    labelled_utc - Unit::Second * offset_s
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "CCSDS_OEM_VERS = 2.0\nMETA_START\nCENTER_NAME = EARTH\nREF_FRAME = ITRF2014\nTIME_SYSTEM = UTC\nMETA_STOP\n";

    #[test]
    fn reads_states_in_metres() {
        let text = format!(
            "{HEAD}2026-03-01T00:00:00.000 42164.0 0.0 -1.5 0.001 0 0\n2026-060T00:01:00 42164.0 1.0 0 0 0 0\n"
        );
        let points = read_oem(&text).unwrap();
        assert_eq!(points[0].1, Vector3::new(4.2164e7, 0.0, -1500.0));
        assert_eq!(points[0].2.x, 1.0);
        assert_eq!(points[1].0 - points[0].0, Unit::Second * 60);
    }

    #[test]
    fn refuses_by_line() {
        for (tail, line, word) in [
            ("2026-13-01T00:00:00 1 2 3 4 5 6", 7, ""),
            ("2026-03-01T00:00:00 1 2 3 4 5", 7, "six numbers"),
            ("2026-03-01T00:00:00 1 2 x 4 5 6", 7, "`x`"),
            ("2026-03-01T00:00:00 1 2 NaN 4 5 6", 7, "kilometres"),
            (
                "2026-03-01T00:00:00 1 2 3 4 5 6\n2026-03-01T00:00:00 1 2 3 4 5 6",
                8,
                "forward",
            ),
            ("REF_FRAME = EME2000", 7, "EME2000"),
        ] {
            let error = read_oem(&format!("{HEAD}{tail}\n")).unwrap_err();
            assert_eq!(error.line, line, "{tail}");
            assert!(error.message.contains(word), "{error}");
        }
    }
}
