//! Real ascents, flown from their telemetry.
//!
//! The telemetry gives height and Earth-relative speed once a second, no place. The path is
//! rebuilt over the turning ellipsoid: from the pad along the launch azimuth, the heading
//! following the geodesic and the Coriolis deflection of an unsteered flight.

use std::sync::Arc;

use forewarn_core::model::{Class, FlightPhase};
use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::flight::vehicle::heading;
use forewarn_physics::frames::State;
use forewarn_physics::frames::wgs84::{
    ECCENTRICITY_SQUARED, Geodetic, ROTATION_RATE_RAD_S, SEMI_MAJOR_AXIS_M, height_m,
};
use forewarn_physics::math::{cos, sin_cos};
use nalgebra::Vector3;

use super::launch::log_between;
use super::plume::Emission;
use super::quiet::fallen;
use super::{Node, Object, Path, TrueLaunch};
use crate::random::Stream;
use crate::scenario::Scenario;

/// One real flight.
#[derive(Debug, Clone, Copy)]
pub struct Flight {
    /// Name in scenarios.
    pub name: &'static str,
    /// Lift-off.
    pub launched: &'static str,
    /// Pad: latitude, longitude [deg].
    pub pad_deg: [f64; 2],
    /// Earth-fixed launch azimuth [deg], from the published inclination.
    pub azimuth_deg: f64,
    /// Stage that the telemetry follows: 1, or 2 to orbit.
    pub stage: u8,
    /// Burns: from, to after lift-off [s], stage from 0.
    pub burns: &'static [(f64, f64, u8)],
    telemetry: &'static str,
}

const LC39A: [f64; 2] = [28.6084, -80.6043];
const LC40: [f64; 2] = [28.5620, -80.5772];
const SLC4E: [f64; 2] = [34.6321, -120.6106];

macro_rules! flight {
    ($name:literal, $launched:literal, $pad:expr, $azimuth_deg:literal, $stage:literal, $burns:expr) => {
        Flight {
            name: $name,
            launched: $launched,
            pad_deg: $pad,
            azimuth_deg: $azimuth_deg,
            stage: $stage,
            burns: &$burns,
            telemetry: include_str!(concat!("../../../../scenarios/data/falcon/", $name, ".csv")),
        }
    };
}

/// The flights whose telemetry is in the repository.
pub const FLIGHTS: [Flight; 14] = [
    flight!(
        "nrol-76",
        "2017-05-01T11:15:00Z",
        LC39A,
        45.0,
        1,
        [
            (0.0, 140.0, 0),
            (157.0, 210.0, 0),
            (431.0, 456.0, 0),
            (508.0, 540.0, 0)
        ]
    ),
    flight!(
        "x-37b-otv-5",
        "2017-09-07T14:00:00Z",
        LC39A,
        39.0,
        1,
        [
            (0.0, 145.0, 0),
            (164.0, 201.0, 0),
            (393.0, 413.0, 0),
            (462.0, 495.0, 0)
        ]
    ),
    flight!(
        "zuma",
        "2018-01-08T01:00:00Z",
        LC40,
        45.0,
        1,
        [
            (0.0, 143.0, 0),
            (159.0, 206.0, 0),
            (381.0, 397.0, 0),
            (446.0, 470.0, 0)
        ]
    ),
    flight!(
        "spacex-crs-11",
        "2017-06-03T21:07:38Z",
        LC39A,
        42.2,
        1,
        [
            (0.0, 145.0, 0),
            (161.0, 211.0, 0),
            (372.0, 384.0, 0),
            (429.0, 462.0, 0)
        ]
    ),
    flight!(
        "saocom-1a",
        "2018-10-08T02:21:28Z",
        SLC4E,
        189.2,
        1,
        [
            (0.0, 142.0, 0),
            (156.0, 205.0, 0),
            (361.0, 387.0, 0),
            (436.0, 467.0, 0)
        ]
    ),
    flight!(
        "bulgariasat-1",
        "2017-06-23T19:10:00Z",
        LC39A,
        91.0,
        1,
        [(0.0, 158.0, 0), (390.0, 406.0, 0)]
    ),
    flight!(
        "koreasat-5a",
        "2017-10-30T19:34:00Z",
        LC39A,
        91.0,
        1,
        [(0.0, 155.0, 0), (387.0, 410.0, 0)]
    ),
    flight!(
        "iridium-next-8",
        "2019-01-11T15:31:33Z",
        SLC4E,
        175.4,
        1,
        [
            (0.0, 150.0, 0),
            (166.0, 199.0, 0),
            (337.0, 353.0, 0),
            (404.0, 426.0, 0)
        ]
    ),
    flight!(
        "falcon-heavy-demo-1",
        "2018-02-06T20:45:00Z",
        LC39A,
        91.0,
        2,
        [(0.0, 185.0, 0), (196.0, 512.0, 1)]
    ),
    flight!(
        "paz",
        "2018-02-22T14:17:00Z",
        SLC4E,
        188.4,
        2,
        [(0.0, 152.0, 0), (163.0, 550.0, 1)]
    ),
    flight!(
        "spacex-crs-14",
        "2018-04-02T20:30:38Z",
        LC40,
        42.2,
        2,
        [(0.0, 164.0, 0), (175.0, 548.0, 1)]
    ),
    flight!(
        "tess",
        "2018-04-18T22:51:30Z",
        LC40,
        98.0,
        2,
        [(0.0, 150.0, 0), (161.0, 508.0, 1)]
    ),
    flight!(
        "hispasat-30w-6",
        "2018-03-06T05:33:00Z",
        LC40,
        91.0,
        2,
        [(0.0, 157.0, 0), (168.0, 518.0, 1)]
    ),
    flight!(
        "sso-a",
        "2018-12-03T18:34:05Z",
        SLC4E,
        188.8,
        2,
        [(0.0, 143.0, 0), (154.0, 602.0, 1)]
    ),
];

/// The flight of this name.
pub fn find(name: &str) -> Option<&'static Flight> {
    FLIGHTS.iter().find(|flight| flight.name == name)
}

/// Half width of the window that fits the integrated vertical speed to the displayed height [s].
const SMOOTHING_S: f64 = 25.0;
/// How long a stage in orbit is followed [s].
const ORBIT_FOLLOWED_S: f64 = 3_600.0;
/// Interval of the nodes of what coasts [s].
const COAST_NODE_S: f64 = 5.0;
/// m / (Cd A) of an empty stage, and of a second stage with its payload [kg/m²].
const STAGE_BALLISTIC_COEFFICIENT_KG_M2: f64 = 1_000.0;

pub(super) fn fly(
    scenario: &Scenario,
    name: &str,
    flight: &str,
    launch_s: f64,
    pieces: bool,
    stream: &mut Stream,
) -> Vec<Object> {
    let Some(flight) = find(flight) else {
        return Vec::new();
    };
    let cloud = scenario.cloud_break_interval_m;
    let cloud_break_m = stream.between(cloud[0], cloud[1]);
    let first_stage_w_sr = log_between([1.5e6, 6e6], stream);
    let mut nodes = path(flight);
    let parent: Arc<str> = name.into();
    let mut objects = Vec::new();
    if flight.stage == 2 {
        if pieces {
            objects.extend(spent(&parent, flight, &nodes, launch_s));
        }
        coast_on(&mut nodes, ORBIT_FOLLOWED_S);
    }
    let last = nodes.last().copied();
    let cutoff_s = cutoff_s(flight);
    shift(&mut nodes, launch_s);
    let path = Path::through(nodes);
    let azimuth_rad = path
        .at(launch_s + cutoff_s)
        .map_or(flight.azimuth_deg.to_radians(), |moment| {
            heading(&moment.position_m, &moment.velocity_m_s).0
        });
    let pad = Geodetic::from_degrees(flight.pad_deg[0], flight.pad_deg[1], 0.0);
    let burns = flight
        .burns
        .iter()
        .map(|&(from_s, to_s, stage)| ([launch_s + from_s, launch_s + to_s], stage));
    objects.insert(
        0,
        Object {
            name: Arc::clone(&parent),
            class: Class::SpaceLaunch,
            parent: None,
            emission: Emission::Plume {
                first_stage_w_sr,
                burns: burns.collect(),
                cloud_break_m,
            },
            rcs_m2: 8.0,
            rcs_boost_m2: 8.0,
            launch: Some(TrueLaunch {
                time_s: launch_s,
                place: pad,
                azimuth_rad,
            }),
            impact: last.filter(|_| flight.stage == 1).map(|node| {
                fallen(&Node {
                    time_s: launch_s + node.time_s,
                    ..node
                })
            }),
            cutoff_s: Some(launch_s + cutoff_s),
            injected: None,
            path,
        },
    );
    objects
}

/// Main engine cut-off of the first stage, or the second stage's.
fn cutoff_s(flight: &Flight) -> f64 {
    let burn = flight.burns.get(usize::from(flight.stage == 2));
    burn.map_or(0.0, |burn| burn.1)
}

fn shift(nodes: &mut [Node], by_s: f64) {
    for node in nodes {
        node.time_s += by_s;
    }
}

/// The first stage left behind by a second stage that is followed.
fn spent(parent: &Arc<str>, flight: &Flight, nodes: &[Node], launch_s: f64) -> Option<Object> {
    let separation_s = flight.burns.first()?.1 + 3.0;
    let node = nodes.iter().find(|node| node.time_s >= separation_s)?;
    let mut nodes = vec![*node];
    coast_on(&mut nodes, ORBIT_FOLLOWED_S);
    shift(&mut nodes, launch_s);
    let impact = nodes.last().map(fallen);
    Some(Object {
        name: format!("{parent}/stage-1").into(),
        class: Class::Debris,
        parent: Some(Arc::clone(parent)),
        path: Path::through(nodes),
        emission: Emission::None,
        rcs_m2: 8.0,
        rcs_boost_m2: 8.0,
        launch: None,
        impact,
        cutoff_s: None,
        injected: None,
    })
}

/// Unpowered flight from the last node to the ground, or for a time.
fn coast_on(nodes: &mut Vec<Node>, limit_s: f64) {
    let Some(first) = nodes.last().copied() else {
        return;
    };
    let body = Body::ballistic(STAGE_BALLISTIC_COEFFICIENT_KG_M2);
    let mut last = first;
    while last.time_s < first.time_s + limit_s && height_m(&last.position_m) > 0.0 {
        let step_s = if height_m(&last.position_m) > 100e3 {
            COAST_NODE_S
        } else {
            1.0
        };
        let state = propagate(
            &State::from_vectors(last.position_m, last.velocity_m_s),
            step_s,
            &body,
        );
        let falling = state.position.dot(&state.velocity) < 0.0;
        let low = height_m(&state.position.vector()) < 100e3;
        last = Node {
            time_s: last.time_s + step_s,
            position_m: state.position.vector(),
            velocity_m_s: state.velocity.vector(),
            phase: if falling && low {
                FlightPhase::Reentry
            } else {
                FlightPhase::Coast
            },
        };
        nodes.push(last);
    }
}

#[derive(Debug, Clone, Copy)]
struct Row {
    time_s: f64,
    height_m: f64,
    horizontal_m_s: f64,
    vertical_m_s: f64,
}

fn rows(flight: &Flight) -> Vec<Row> {
    let read = |line: &str| {
        let mut cells = line.split(',').map(|cell| cell.trim().parse::<f64>());
        let mut next = || cells.next()?.ok();
        Some(Row {
            time_s: next()?,
            height_m: next()?,
            horizontal_m_s: next()?,
            vertical_m_s: next()?,
        })
    };
    flight.telemetry.lines().skip(1).filter_map(read).collect()
}

/// The path from lift-off to the end of the telemetry, times from lift-off.
fn path(flight: &Flight) -> Vec<Node> {
    let rows = smoothed(&rows(flight));
    let mut place = Geodetic::from_degrees(flight.pad_deg[0], flight.pad_deg[1], 0.0);
    let mut heading_rad = flight.azimuth_deg.to_radians();
    let turns_back_s = flight
        .burns
        .get(1)
        .filter(|_| flight.stage == 1)
        .map_or(f64::INFINITY, |burn| burn.0);
    let mut nodes = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        place.height_m = row.height_m;
        nodes.push(node(flight, row, &place, heading_rad));
        let Some(next) = rows.get(index + 1) else {
            break;
        };
        let middle = Row {
            time_s: 0.5 * (row.time_s + next.time_s),
            height_m: 0.5 * (row.height_m + next.height_m),
            horizontal_m_s: 0.5 * (row.horizontal_m_s + next.horizontal_m_s),
            vertical_m_s: 0.5 * (row.vertical_m_s + next.vertical_m_s),
        };
        let step_s = next.time_s - row.time_s;
        let deflected = middle.time_s < turns_back_s;
        // Midpoint rule over one second: the rest is far below the telemetry's steps.
        let half = advanced(&place, heading_rad, row, 0.5 * step_s, deflected);
        let rates = rates(&half.0, half.1, &middle, deflected);
        place.latitude_rad += step_s * rates[0];
        place.longitude_rad += step_s * rates[1];
        heading_rad += step_s * rates[2];
    }
    nodes
}

fn node(flight: &Flight, row: &Row, place: &Geodetic, heading_rad: f64) -> Node {
    let (east, north) = sin_cos(heading_rad);
    let enu_m_s = Vector3::new(
        row.horizontal_m_s * east,
        row.horizontal_m_s * north,
        row.vertical_m_s,
    );
    let last_cutoff_s = cutoff_s(flight);
    let phase = match row {
        row if row.time_s < last_cutoff_s => FlightPhase::Boost,
        row if row.vertical_m_s < 0.0 && row.height_m < 100e3 && flight.stage == 1 => {
            FlightPhase::Reentry
        }
        _ => FlightPhase::Coast,
    };
    Node {
        time_s: row.time_s,
        position_m: place.to_itrf().vector(),
        velocity_m_s: place.enu_from_itrf().transpose() * enu_m_s,
        phase,
    }
}

fn advanced(
    place: &Geodetic,
    heading_rad: f64,
    row: &Row,
    step_s: f64,
    deflected: bool,
) -> (Geodetic, f64) {
    let rates = rates(place, heading_rad, row, deflected);
    let moved = Geodetic {
        latitude_rad: place.latitude_rad + step_s * rates[0],
        longitude_rad: place.longitude_rad + step_s * rates[1],
        height_m: row.height_m,
    };
    (moved, heading_rad + step_s * rates[2])
}

/// Rates of latitude, longitude and heading [rad/s] over the ellipsoid.
///
/// The heading follows the geodesic; where `deflected`, the Coriolis acceleration to the right,
/// 2Ω(u sin φ − w cos φ cos ψ), turns it as it does a flight that does not steer.
fn rates(place: &Geodetic, heading_rad: f64, row: &Row, deflected: bool) -> [f64; 3] {
    const SLOWEST_M_S: f64 = 200.0;
    let (sin_latitude, cos_latitude) = sin_cos(place.latitude_rad);
    let (sin_heading, cos_heading) = sin_cos(heading_rad);
    let w = (1.0 - ECCENTRICITY_SQUARED * sin_latitude * sin_latitude).sqrt();
    let across_m = SEMI_MAJOR_AXIS_M / w;
    let along_m = across_m * (1.0 - ECCENTRICITY_SQUARED) / (w * w);
    let speed_m_s = row.horizontal_m_s;
    let latitude = speed_m_s * cos_heading / (along_m + row.height_m);
    let longitude = speed_m_s * sin_heading / ((across_m + row.height_m) * cos_latitude);
    let mut turn = longitude * sin_latitude;
    if deflected && speed_m_s > SLOWEST_M_S {
        let right = speed_m_s * sin_latitude - row.vertical_m_s * cos_latitude * cos(heading_rad);
        turn += 2.0 * ROTATION_RATE_RAD_S * right / speed_m_s;
    }
    [latitude, longitude, turn]
}

/// Heights that agree with the vertical speed second by second and with the displayed height in
/// the long run: its steps must not become accelerations.
fn smoothed(rows: &[Row]) -> Vec<Row> {
    let mut integral_m = Vec::with_capacity(rows.len());
    let mut sum_m = 0.0;
    for (index, row) in rows.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| &rows[before]) {
            sum_m += 0.5 * (row.vertical_m_s + before.vertical_m_s) * (row.time_s - before.time_s);
        }
        integral_m.push(sum_m);
    }
    let fit = |centre: &Row| {
        let (mut normal, mut right) = (nalgebra::Matrix3::zeros(), Vector3::zeros());
        for (row, integral_m) in rows.iter().zip(&integral_m) {
            let t = row.time_s - centre.time_s;
            if t.abs() <= SMOOTHING_S {
                let basis = Vector3::new(1.0, t, t * t);
                normal += basis * basis.transpose();
                right += basis * (row.height_m - integral_m);
            }
        }
        normal
            .try_inverse()
            .map_or(Vector3::zeros(), |inverse| inverse * right)
    };
    let join = |(row, integral_m): (&Row, &f64)| {
        let gap = fit(row);
        Row {
            height_m: (integral_m + gap.x).max(0.0),
            vertical_m_s: row.vertical_m_s + gap.y,
            ..*row
        }
    };
    rows.iter().zip(&integral_m).map(join).collect()
}
