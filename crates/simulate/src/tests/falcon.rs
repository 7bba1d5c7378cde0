//! Real ascents: the rebuilt path against the telemetry it comes from.
#![allow(clippy::disallowed_methods, reason = "tests read the shipped files")]

use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::frames::wgs84::{Geodetic, ROTATION_RATE_RAD_S, height_m, rough_distance_m};
use forewarn_physics::frames::{Position, State};
use forewarn_physics::math::acos;
use nalgebra::Vector3;

use super::scenario;
use crate::objects::{Object, falcon};

fn flown(flight: &str) -> Object {
    let text = format!(
        "[scenario]\nname = \"f\"\nstart = \"2018-01-01T00:00:00Z\"\nduration_s = 4000.0\nmode = \"test\"\n\
         [[object]]\nname = \"ascent\"\nkind = \"ascent\"\nflight = \"{flight}\"\n"
    );
    let scenario = scenario(&text);
    crate::objects::build(&scenario, 1, &mut Vec::new(), &mut |_| {})
        .unwrap()
        .remove(0)
}

fn telemetry(flight: &str) -> Vec<[f64; 4]> {
    let path = format!(
        "{}/../../scenarios/data/falcon/{flight}.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            [cells[0], cells[1], cells[2], cells[3]]
        })
        .collect()
}

/// The display's steps are 100 m below 100 km and 1 km above; the fit adds to it.
const HEIGHT_TOLERANCE_M: f64 = 300.0;
/// The speed is displayed to 0.3 m/s; the author's split and the fit of its integral to the height add to it.
const SPEED_TOLERANCE_M_S: f64 = 25.0;
const APOGEE_TOLERANCE_M: f64 = 1_000.0;

#[test]
fn val_paths_follow_the_telemetry() {
    for flight in &falcon::FLIGHTS {
        let object = flown(flight.name);
        let rows = telemetry(flight.name);
        let mut apogee = [0.0_f64; 2];
        let (mut worst_m, mut worst_m_s) = (0.0_f64, 0.0_f64);
        for [time_s, height, horizontal, vertical] in &rows {
            let moment = object.path.at(*time_s).unwrap();
            let flown_m = height_m(&moment.position_m);
            worst_m = worst_m.max((flown_m - height).abs());
            let speed_m_s = (horizontal * horizontal + vertical * vertical).sqrt();
            let off = (moment.velocity_m_s.norm() - speed_m_s).abs();
            worst_m_s = worst_m_s.max(off);
            apogee = [apogee[0].max(flown_m), apogee[1].max(*height)];
        }
        println!(
            "{:20} height {worst_m:.0} m, speed {worst_m_s:.1} m/s",
            flight.name
        );
        assert!(worst_m < HEIGHT_TOLERANCE_M, "{} {worst_m}", flight.name);
        assert!(
            worst_m_s < SPEED_TOLERANCE_M_S,
            "{} {worst_m_s}",
            flight.name
        );
        assert!(
            (apogee[0] - apogee[1]).abs() < APOGEE_TOLERANCE_M,
            "{}",
            flight.name
        );
    }
}

/// Flights to orbit end with the published inclination and a perigee out of the dense air.
#[test]
fn val_orbits_have_the_published_inclination() {
    // Published: dragon missions 51.6 deg; sun-synchronous 97.4 to 97.8 deg.
    for (flight, inclination_deg) in [("spacex-crs-14", 51.6), ("paz", 97.4), ("sso-a", 97.8)] {
        let object = flown(flight);
        let [_, end_s] = object.path.window_s();
        assert!(end_s > 3_000.0, "{flight} came down at {end_s}");
        let moment = object.path.at(700.0).unwrap();
        let inertial = moment.velocity_m_s
            + Vector3::new(0.0, 0.0, ROTATION_RATE_RAD_S).cross(&moment.position_m);
        let normal = moment.position_m.cross(&inertial).normalize();
        let found_deg = acos(normal.z).to_degrees();
        println!("{flight} {found_deg:.2}");
        assert!(
            (found_deg - inclination_deg).abs() < 0.7,
            "{flight} {found_deg}"
        );
    }
}

/// Stages that fly back come down near their pads; those that do not, near their ships.
#[test]
fn val_first_stages_come_down_where_they_did() {
    // Downrange at the end, from the source's own integration, good to 2 %.
    for (flight, downrange_m) in [
        ("nrol-76", 0.0),
        ("zuma", 0.0),
        ("bulgariasat-1", 656e3),
        ("koreasat-5a", 624e3),
    ] {
        let object = flown(flight);
        let impact = object.impact.unwrap();
        let pad = object.launch.unwrap().place;
        let found_m = rough_distance_m(&pad, &impact.place);
        println!("{flight} {:.1} km", found_m / 1e3);
        assert!((found_m - downrange_m).abs() < 15e3, "{flight} {found_m}");
        let start = Geodetic::from_itrf(Position::from_vector(
            object.path.at(0.0).unwrap().position_m,
        ));
        assert!(rough_distance_m(&pad, &start) < 1.0);
    }
}

/// Two first stages that did not fly back: the rebuilt coast is a free flight.
#[test]
fn val_coasts_are_free_flight() {
    for (flight, from_s, to_s) in [
        ("bulgariasat-1", 180.0, 370.0),
        ("koreasat-5a", 180.0, 370.0),
    ] {
        let object = flown(flight);
        let start = object.path.at(from_s).unwrap();
        let state = State::from_vectors(start.position_m, start.velocity_m_s);
        let end = propagate(&state, to_s - from_s, &Body::ballistic(1_000.0));
        let rebuilt = object.path.at(to_s).unwrap();
        let off_m = end.position.vector() - rebuilt.position_m;
        let up = rebuilt.position_m.normalize();
        println!(
            "{flight}: {:.0} m in height, {:.0} m in all",
            off_m.dot(&up),
            off_m.norm()
        );
        // 190 s of a vertical speed read to some 3 m/s and a horizontal one likewise.
        assert!(off_m.norm() < 1_000.0, "{flight} {off_m:?}");
    }
}
