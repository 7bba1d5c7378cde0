//! What no engine drives: satellites, fireballs, fires, flashes, glints, and aircraft.

use std::sync::Arc;

use forewarn_core::model::{Class, FlightPhase};
use forewarn_physics::frames::earth_orientation::EarthOrientation;
use forewarn_physics::frames::moon::moon_position_itrf;
use forewarn_physics::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M, height_m};
use forewarn_physics::math::{PI, TAU, sin_cos};
use forewarn_physics::orbit::{Satellite, tle};
use forewarn_physics::time::after;
use nalgebra::Vector3;

use super::launch::{log_between, scattered};
use super::plume::Emission;
use super::{Node, Object, Path, SimulateError, TrueImpact, numbered};
use crate::random::Stream;
use crate::scenario::{FireRow, FireballRow, ObjectKind, ObjectSpec, Scenario};

/// Interval of the nodes of an orbit [s]: cubic interpolation is within 5 cm in low orbit.
const ORBIT_NODE_S: f64 = 30.0;
/// Part of a fireball's radiated energy in the sensors' band: a 6,000 K body has 2 to 3 % there.
const FIREBALL_BAND_FRACTION: f64 = 0.02;

pub(super) fn build(
    scenario: &Scenario,
    spec: &ObjectSpec,
    seed: u64,
    objects: &mut Vec<Object>,
    notes: &mut Vec<String>,
) -> Result<(), SimulateError> {
    let mut stream = Stream::new(seed, &format!("object {}", spec.name));
    let name: Arc<str> = spec.name.as_str().into();
    match &spec.kind {
        ObjectKind::Orbits {
            sets,
            rcs_interval_m2,
        } => {
            for set in sets {
                let rcs_m2 = log_between(*rcs_interval_m2, &mut stream);
                let known = orbit_name(&name, set, sets.len());
                let flown = satellite(scenario, known, set, rcs_m2)?;
                if flown.is_none() {
                    notes.push(format!(
                        "`{name}/{}` is left out: by its elements it has decayed",
                        set[0]
                    ));
                }
                objects.extend(flown);
            }
        }
        ObjectKind::Fireballs {
            rows,
            time_s,
            spacing_s,
        } => {
            for (index, row) in rows.iter().enumerate() {
                let label = numbered(&name, index as u32, rows.len() as u32);
                objects.push(fireball(
                    label.into(),
                    row,
                    time_s + index as f64 * spacing_s,
                ));
            }
        }
        ObjectKind::Fires {
            rows,
            band_fraction,
            transmission,
            flicker,
            window_s,
        } => {
            for (index, row) in rows.iter().enumerate() {
                let label = numbered(&name, index as u32, rows.len() as u32);
                let median_w_sr = row.radiative_power_w * band_fraction * transmission / PI;
                objects.push(fire(label.into(), row, median_w_sr, *flicker, *window_s));
            }
        }
        ObjectKind::Moon { rcs_m2 } => objects.push(moon(scenario, name, *rcs_m2)),
        ObjectKind::Glint { .. } => objects.extend(glint(name, &spec.kind)),
        ObjectKind::Aircraft { count, .. } => {
            for index in 0..*count {
                objects.push(aircraft(
                    numbered(&name, index, *count).into(),
                    &spec.kind,
                    &mut stream,
                ));
            }
        }
        ObjectKind::Explosion {
            place,
            radiant_intensity_w_sr,
            window_s,
        } => {
            let emission = Emission::Flash {
                peak_w_sr: *radiant_intensity_w_sr,
                time_s: window_s[0],
                decay_s: (window_s[1] - window_s[0]).max(1e-3) / 3.0,
            };
            objects.push(object(
                name,
                Class::Explosion,
                Path::fixed(place.to_itrf().vector(), *window_s),
                emission,
            ));
        }
        ObjectKind::Launch(_) | ObjectKind::Ascent { .. } => {}
    }
    Ok(())
}

/// Sunlight off a cloud, for one satellite.
fn glint(name: Arc<str>, kind: &ObjectKind) -> Option<Object> {
    let ObjectKind::Glint {
        sensor,
        place,
        height_m,
        radiant_intensity_w_sr,
        window_s,
        flicker,
    } = kind
    else {
        return None;
    };
    let emission = Emission::Glint {
        sensor: sensor.clone(),
        median_w_sr: *radiant_intensity_w_sr,
        flicker: *flicker,
        height_m: *height_m,
        mirrored: place.is_none(),
    };
    // A mirror's place follows Sun and satellite and is found at each look.
    let somewhere_m = Vector3::x() * SEMI_MAJOR_AXIS_M;
    let place_m = place.map_or(somewhere_m, |place| place.to_itrf().vector());
    let path = Path::fixed(place_m, *window_s);
    Some(object(name, Class::SunGlint, path, emission))
}

fn object(name: Arc<str>, class: Class, path: Path, emission: Emission) -> Object {
    Object {
        name,
        class,
        parent: None,
        path,
        emission,
        rcs_m2: 0.0,
        rcs_boost_m2: 0.0,
        launch: None,
        impact: None,
        cutoff_s: None,
        injected: None,
    }
}

/// The Moon along its path over the Earth.
fn moon(scenario: &Scenario, name: Arc<str>, rcs_m2: f64) -> Object {
    const NODE_S: f64 = 60.0;
    let count = (scenario.duration_s / NODE_S).ceil() as usize + 1;
    let place = |time_s: f64| moon_position_itrf(after(scenario.start, time_s));
    let node = |index: usize| {
        let time_s = index as f64 * NODE_S;
        Node {
            time_s,
            position_m: place(time_s),
            velocity_m_s: (place(time_s + 1.0) - place(time_s - 1.0)) / 2.0,
            phase: FlightPhase::Coast,
        }
    };
    let path = Path::through((0..count.max(2)).map(node).collect());
    Object {
        rcs_m2,
        rcs_boost_m2: rcs_m2,
        ..object(name, Class::Satellite, path, Emission::None)
    }
}

/// Many satellites share a name, and the catalogue number tells them apart; one alone, whose
/// elements carry no name, is called what the scenario calls it.
fn orbit_name(group: &str, set: &[Arc<str>; 3], count: usize) -> Arc<str> {
    let number = set[1].get(2..7).unwrap_or_default();
    if count == 1 && *set[0] == *number {
        return group.into();
    }
    format!("{group}/{} {number}", set[0]).into()
}

fn satellite(
    scenario: &Scenario,
    name: Arc<str>,
    set: &[Arc<str>; 3],
    rcs_m2: f64,
) -> Result<Option<Object>, SimulateError> {
    let fail = |why: String| SimulateError::Orbit {
        object: name.to_string(),
        why,
    };
    let elements = tle::parse(&set[1], &set[2]).map_err(fail)?;
    let satellite = Satellite::new(&elements).map_err(|error| fail(error.to_string()))?;
    let none = EarthOrientation::none();
    let count = (scenario.duration_s / ORBIT_NODE_S).ceil() as usize + 1;
    let mut nodes = Vec::with_capacity(count);
    for index in 0..count {
        let time_s = index as f64 * ORBIT_NODE_S;
        // One that decays within the scenario ends there.
        let Ok(state) = satellite.state_itrf(after(scenario.start, time_s), &none) else {
            break;
        };
        nodes.push(Node {
            time_s,
            position_m: state.position.vector(),
            velocity_m_s: state.velocity.vector(),
            phase: FlightPhase::Coast,
        });
    }
    if nodes.len() < 2 {
        return Ok(None);
    }
    let mut object = object(
        name.clone(),
        Class::Satellite,
        Path::through(nodes),
        Emission::None,
    );
    object.rcs_m2 = rcs_m2;
    Ok(Some(object))
}

/// A fireball: its recorded place and velocity at peak brightness, slowed by the air before
/// and after as an exponential atmosphere does to a body whose deceleration peaks there.
fn fireball(name: Arc<str>, row: &FireballRow, peak_s: f64) -> Object {
    const SCALE_HEIGHT_M: f64 = 7_000.0;
    const STEP_S: f64 = 0.05;
    const BEFORE_S: f64 = 2.5;
    const AFTER_S: f64 = 3.0;
    let peak_m = row.place.to_itrf().vector();
    let velocity_m_s = Vector3::from(row.velocity_m_s);
    let direction = velocity_m_s.normalize();
    let sink = -direction.dot(&row.place.up());
    // dv/ds = −v·k·e^(sink·s/H): peak of v³·ρ (light) at s = 0 gives 3k = sink/H.
    let k_per_m = sink.max(0.05) / (3.0 * SCALE_HEIGHT_M);
    let march = |length_s: f64, sign: f64| {
        let (mut s_m, mut speed_m_s) = (0.0_f64, velocity_m_s.norm());
        let mut states = vec![(0.0, 0.0, speed_m_s)];
        for index in 1..=(length_s / STEP_S) as usize {
            let density = forewarn_physics::math::exp((sink * s_m / SCALE_HEIGHT_M).min(20.0));
            speed_m_s -= sign * STEP_S * k_per_m * density * speed_m_s * speed_m_s;
            speed_m_s = speed_m_s.clamp(100.0, 80e3);
            s_m += sign * STEP_S * speed_m_s;
            states.push((sign * index as f64 * STEP_S, s_m, speed_m_s));
        }
        states
    };
    let mut states = march(BEFORE_S, -1.0);
    states.reverse();
    states.extend(march(AFTER_S, 1.0).into_iter().skip(1));
    let nodes: Vec<Node> = states
        .into_iter()
        .map(|(time_s, s_m, speed_m_s)| Node {
            time_s: peak_s + time_s,
            position_m: peak_m + direction * s_m,
            velocity_m_s: direction * speed_m_s,
            phase: FlightPhase::Reentry,
        })
        .take_while(|node| height_m(&node.position_m) > 0.0)
        .collect();
    let sigma_s = 0.6;
    let peak_w_sr =
        row.radiated_energy_j * FIREBALL_BAND_FRACTION / (4.0 * PI * sigma_s * TAU.sqrt());
    let emission = Emission::Fireball {
        peak_w_sr,
        time_s: peak_s,
        sigma_s,
    };
    object(name, Class::Bolide, Path::through(nodes), emission)
}

fn fire(
    name: Arc<str>,
    row: &FireRow,
    median_w_sr: f64,
    flicker: f64,
    window_s: [f64; 2],
) -> Object {
    let path = Path::fixed(row.place.to_itrf().vector(), window_s);
    object(
        name,
        Class::Fire,
        path,
        Emission::Steady {
            median_w_sr,
            flicker,
        },
    )
}

fn aircraft(name: Arc<str>, kind: &ObjectKind, stream: &mut Stream) -> Object {
    let ObjectKind::Aircraft {
        place,
        scatter_m,
        azimuth_rad,
        speed_m_s,
        radiant_intensity_w_sr,
        rcs_m2,
        window_s,
        ..
    } = kind
    else {
        return object(
            name,
            Class::Unknown,
            Path::through(Vec::new()),
            Emission::None,
        );
    };
    let start = scattered(place, *scatter_m, stream);
    let enu = start.enu_from_itrf();
    let (east, north) = sin_cos(*azimuth_rad);
    let forward = enu.transpose() * Vector3::new(east, north, 0.0);
    let radius_m = start.to_itrf().norm();
    let up = start.to_itrf().vector() / radius_m;
    const STEP_S: f64 = 10.0;
    let count = ((window_s[1] - window_s[0]) / STEP_S).ceil().min(1e5) as usize + 1;
    // A great circle of the sphere through the start: level to the ellipsoid within some
    // hundreds of metres over a flight of an hour.
    let nodes = (0..count).map(|index| {
        let since_s = index as f64 * STEP_S;
        let (s, c) = sin_cos(speed_m_s * since_s / radius_m);
        Node {
            time_s: window_s[0] + since_s,
            position_m: (up * c + forward * s) * radius_m,
            velocity_m_s: (forward * c - up * s) * *speed_m_s,
            phase: FlightPhase::Glide,
        }
    });
    let emission = match *radiant_intensity_w_sr {
        w_sr if w_sr > 0.0 => Emission::Steady {
            median_w_sr: w_sr,
            flicker: 0.2,
        },
        _ => Emission::None,
    };
    let mut object = object(
        name,
        Class::Aircraft,
        Path::through(nodes.collect()),
        emission,
    );
    (object.rcs_m2, object.rcs_boost_m2) = (*rcs_m2, *rcs_m2);
    object
}

/// Where an object that ends at a place came down.
pub(super) fn fallen(node: &Node) -> TrueImpact {
    let place = Geodetic::from_itrf(forewarn_physics::frames::Position::from_vector(
        node.position_m,
    ));
    TrueImpact {
        time_s: node.time_s,
        place,
    }
}
