//! `orbit = ...` of an infrared satellite, in all its forms.

use std::path::Path;

use forewarn_core::model::OrbitSource;
use forewarn_physics::orbit::{read_all, tle};

use super::catalogue::element_set_lines;
use super::section::{Section, closed};
use crate::oem::read_oem;

/// Forms of an orbit, one of which must be there.
const FORMS: [&str; 5] = [
    "geostationary_longitude_deg",
    "tle",
    "omm",
    "oem",
    "semi_major_axis_m",
];

pub(crate) fn read_orbit(sensor: &Section<'_, '_>, dir: &Path) -> Option<OrbitSource> {
    let orbit = sensor.section("orbit")?;
    let given: Vec<&str> = FORMS.into_iter().filter(|form| orbit.has(form)).collect();
    let source = match given.as_slice() {
        ["geostationary_longitude_deg"] => geostationary(&orbit),
        ["tle"] => two_lines(&orbit),
        ["omm"] => omm(&orbit, dir),
        ["oem"] => oem(&orbit, dir),
        ["semi_major_axis_m"] => elements(&orbit),
        _ => {
            sensor.complain(
                "orbit",
                format!("has {} forms", given.len()),
                format!("give one of {}", FORMS.join(", ")),
            );
            None
        }
    };
    orbit.finish();
    source
}

fn geostationary(orbit: &Section<'_, '_>) -> Option<OrbitSource> {
    let longitude_deg = orbit.number("geostationary_longitude_deg", closed(-180.0, 360.0))?;
    Some(OrbitSource::Geostationary {
        longitude_rad: longitude_deg.to_radians(),
    })
}

fn two_lines(orbit: &Section<'_, '_>) -> Option<OrbitSource> {
    let lines = orbit.texts("tle")?;
    let [first, second] = lines.as_slice() else {
        orbit.complain(
            "tle",
            format!("has {} lines", lines.len()),
            "give the two lines, without the name",
        );
        return None;
    };
    match tle::parse(first, second) {
        Ok(_) => Some(OrbitSource::Tle([(*first).into(), (*second).into()])),
        Err(why) => {
            orbit.complain("tle", why, "copy the two lines unchanged");
            None
        }
    }
}

fn file(orbit: &Section<'_, '_>, key: &'static str, dir: &Path) -> Option<String> {
    let name = orbit.text(key)?;
    match std::fs::read_to_string(dir.join(name)) {
        Ok(text) => Some(text),
        Err(error) => {
            orbit.complain(
                key,
                format!("`{name}` cannot be read: {error}"),
                "put the file into the recording's folder",
            );
            None
        }
    }
}

fn omm(orbit: &Section<'_, '_>, dir: &Path) -> Option<OrbitSource> {
    let (sets, rejected) = read_all(&file(orbit, "omm", dir)?);
    match (sets.as_slice(), rejected.first()) {
        ([set], _) => Some(OrbitSource::Tle(element_set_lines(set))),
        ([], Some(bad)) => {
            orbit.complain("omm", bad.to_string(), "correct the file");
            None
        }
        (many, _) => {
            orbit.complain(
                "omm",
                format!("the file holds {} element sets", many.len()),
                "give a file with one",
            );
            None
        }
    }
}

fn oem(orbit: &Section<'_, '_>, dir: &Path) -> Option<OrbitSource> {
    match read_oem(&file(orbit, "oem", dir)?) {
        Ok(states) => Some(OrbitSource::Ephemeris(states.into())),
        Err(error) => {
            orbit.complain("oem", error.to_string(), "correct the file");
            None
        }
    }
}

fn elements(orbit: &Section<'_, '_>) -> Option<OrbitSource> {
    let angle = |key| orbit.must(key, closed(-360.0, 360.0), "0.0");
    let semi_major_axis_m = orbit.must("semi_major_axis_m", closed(6.4e6, 1e9), "4.2164e7");
    let eccentricity = orbit.must("eccentricity", closed(0.0, 0.95), "0.0");
    let inclination_deg = orbit.must("inclination_deg", closed(0.0, 180.0), "63.4");
    let raan_deg = angle("raan_deg");
    let argument_of_perigee_deg = angle("argument_of_perigee_deg");
    let mean_anomaly_deg = angle("mean_anomaly_deg");
    let epoch = orbit.time("epoch");
    let epoch = orbit.needed("epoch", epoch, "\"2026-03-01T12:00:00Z\"");
    let frame = orbit.choice("frame", &["gcrf", "itrf_at_epoch"]);
    let frame = orbit.needed("frame", frame, "\"gcrf\"");
    if let (Some(axis_m), Some(eccentricity)) = (semi_major_axis_m, eccentricity)
        && axis_m * (1.0 - eccentricity) < 6.4e6
    {
        orbit.complain(
            "eccentricity",
            "the perigee is inside the Earth",
            "lower it, or raise semi_major_axis_m",
        );
        return None;
    }
    Some(OrbitSource::Elements {
        semi_major_axis_m: semi_major_axis_m?,
        eccentricity: eccentricity?,
        inclination_rad: inclination_deg?.to_radians(),
        raan_rad: raan_deg?.to_radians(),
        argument_of_perigee_rad: argument_of_perigee_deg?.to_radians(),
        mean_anomaly_rad: mean_anomaly_deg?.to_radians(),
        epoch: epoch?,
        itrf_at_epoch: frame? == "itrf_at_epoch",
    })
}
