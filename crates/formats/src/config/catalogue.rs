//! Catalogues of satellites, and element sets as two lines.

use std::sync::Arc;

use forewarn_core::engine::CatalogueEntry;
use forewarn_physics::math::TAU;
use forewarn_physics::orbit::{ElementSet, read_all, tle};
use forewarn_physics::time::{parse_utc, seconds_between};

use crate::problem::Problem;

/// Reads `catalogue.tle` or `catalogue.omm` in any form that physics knows. A damaged set is a
/// problem by line; the others are kept.
pub fn read_catalogue(file: &str, text: &str) -> (Vec<CatalogueEntry>, Vec<Problem>) {
    let (sets, rejected) = read_all(text);
    let entries = sets.iter().map(|set| {
        let name = set
            .name
            .clone()
            .unwrap_or_else(|| set.catalogue_number.to_string());
        let lines = element_set_lines(set).map(Arc::from);
        CatalogueEntry {
            name: name.into(),
            lines,
        }
    });
    let problems = rejected.into_iter().map(|bad| Problem {
        file: file.into(),
        line: bad.line,
        column: 0,
        field: String::new(),
        message: bad.reason,
        remedy: "the other sets are used".into(),
    });
    (entries.collect(), problems.collect())
}

/// An element set as the two lines of a TLE. Numbers beyond the Alpha-5 range are written as 0.
pub fn element_set_lines(set: &ElementSet) -> [String; 2] {
    let number = tle::format_alpha5(set.catalogue_number).unwrap_or_else(|| "00000".into());
    let degrees = |angle_rad: f64| {
        let turned = angle_rad.to_degrees();
        // Rounding must not reach 360.0000.
        let positive = turned - 360.0 * (turned / 360.0).floor();
        if positive >= 359.999_95 {
            0.0
        } else {
            positive
        }
    };
    let eccentricity = (set.eccentricity * 1e7).round().min(9_999_999.0);
    let first = format!(
        "1 {number:>5}U {:<8} {}  .00000000  00000+0 {} 0  999",
        designator(set.international_designator.as_deref().unwrap_or_default()),
        epoch_field(set),
        power_field(set.bstar),
    );
    let second = format!(
        "2 {number:>5} {:8.4} {:8.4} {eccentricity:07} {:8.4} {:8.4} {:11.8}{:5}",
        set.inclination_rad.to_degrees(),
        degrees(set.raan_rad),
        degrees(set.argument_of_perigee_rad),
        degrees(set.mean_anomaly_rad),
        set.mean_motion_rad_s * 86_400.0 / TAU,
        set.revolution % 100_000,
    );
    [first, second].map(|line| format!("{line}{}", tle::checksum(&line)))
}

fn designator(text: &str) -> String {
    // 2026-012AB becomes 26012AB.
    match text.split_once('-') {
        Some((year, rest)) if year.len() == 4 && year.is_ascii() => {
            format!("{}{rest}", &year[2..]).chars().take(8).collect()
        }
        _ => String::new(),
    }
}

fn epoch_field(set: &ElementSet) -> String {
    let (year, ..) = set.epoch.to_gregorian_utc();
    let new_year = parse_utc(&format!("{year:04}-01-01T00:00:00Z")).unwrap_or(set.epoch);
    let day = seconds_between(new_year, set.epoch) / 86_400.0 + 1.0;
    format!("{:02}{day:012.8}", year.rem_euclid(100))
}

/// Eight columns: sign, five digits after an assumed point, sign and digit of the power of ten.
fn power_field(value: f64) -> String {
    let sign = if value < 0.0 { '-' } else { ' ' };
    let (mut mantissa, mut power) = (value.abs(), 0);
    if mantissa < 1e-14 {
        return " 00000+0".into();
    }
    while mantissa >= 1.0 {
        (mantissa, power) = (mantissa / 10.0, power + 1);
    }
    while mantissa < 0.1 && power > -9 {
        (mantissa, power) = (mantissa * 10.0, power - 1);
    }
    let digits = (mantissa * 1e5).round().min(99_999.0);
    format!(
        "{sign}{digits:05}{}{}",
        if power < 0 { '-' } else { '+' },
        i32::abs(power)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_read_back_as_the_same_set() {
        let lines = [
            "1 25544U 98067A   20194.88612269 -.00002218  00000-0 -31515-4 0  9992",
            "2 25544  51.6461 221.2784 0001413  89.1723 280.4612 15.49507896236008",
        ];
        let set = tle::parse(lines[0], lines[1]).unwrap();
        let [first, second] = element_set_lines(&set);
        let back = tle::parse(&first, &second).unwrap();
        assert_eq!(back.international_designator, set.international_designator);
        assert!((back.bstar - set.bstar).abs() < 1e-12);
        assert!(seconds_between(set.epoch, back.epoch).abs() < 1e-3);
        assert!((back.mean_motion_rad_s / set.mean_motion_rad_s - 1.0).abs() < 1e-9);
        assert!((back.mean_anomaly_rad - set.mean_anomaly_rad).abs() < 1e-6);
        assert!((back.eccentricity - set.eccentricity).abs() < 1e-9);
    }
}
