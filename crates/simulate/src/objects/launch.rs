//! Launched vehicles: drawn from their class, flown to their range, with what separates.

use std::sync::Arc;

use forewarn_core::model::Class;
use forewarn_physics::flight::aim::fly_to_range;
use forewarn_physics::flight::classes::{
    Drawn, LawKind, VehicleClass, draw, in_band, plausible, prior,
};
use forewarn_physics::flight::pieces::{self, Piece, PieceKind};
use forewarn_physics::flight::trajectory::Trajectory;
use forewarn_physics::flight::vehicle::heading;
use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M};
use forewarn_physics::math::{TAU, cos, exp, ln, sin_cos};

use super::plume::{Emission, first_stage_w_sr};
use super::{Object, Path, SimulateError, TrueImpact, TrueLaunch, class_word};
use crate::random::Stream;
use crate::scenario::{LaunchSpec, PitchChoice, Scenario};

/// Draws before a launch is given up.
const TRIES: usize = 80;
/// A vehicle made for a range this near to the wanted one is flown to it.
const RANGE_SLACK: f64 = 0.08;
/// Height at which fairings are thrown off [m].
const FAIRING_HEIGHT_M: f64 = 110e3;

pub(super) fn fly(
    scenario: &Scenario,
    name: &str,
    spec: &LaunchSpec,
    stream: &mut Stream,
) -> Result<Vec<Object>, SimulateError> {
    let launch_s = stream.between(spec.window_s[0], spec.window_s[1]);
    let site = scattered(&spec.site, spec.scatter_m, stream);
    let azimuth_rad = stream.between(spec.azimuth_interval_rad[0], spec.azimuth_interval_rad[1]);
    let cloud = scenario.cloud_break_interval_m;
    let cloud_break_m = stream.between(cloud[0], cloud[1]);
    let band = first_stage_w_sr(spec.class);
    let brightness_w_sr = log_between(band, stream);
    let rcs_m2 = log_between(payload_rcs_m2(spec.class), stream);
    let rcs_boost_m2 = stream.between(2.0, 10.0);
    let flight = flown(name, spec, &site, azimuth_rad, stream)?;
    let parent: Arc<str> = name.into();
    let mut objects = vec![whole(&parent, spec, &flight, launch_s)];
    let first = &mut objects[0];
    first.emission = Emission::Plume {
        first_stage_w_sr: brightness_w_sr,
        burns: flight
            .burns
            .iter()
            .map(|burn| {
                (
                    [
                        launch_s + burn.ignition_s,
                        launch_s + burn.end_s.min(flight.cutoff_time_s),
                    ],
                    burn.stage,
                )
            })
            .collect(),
        cloud_break_m,
    };
    (first.rcs_m2, first.rcs_boost_m2) = (rcs_m2, rcs_boost_m2);
    if spec.pieces {
        objects.extend(fall_off(&parent, spec, &flight, launch_s, stream));
    }
    Ok(objects)
}

fn flown(
    name: &str,
    spec: &LaunchSpec,
    site: &Geodetic,
    azimuth_rad: f64,
    stream: &mut Stream,
) -> Result<Trajectory, SimulateError> {
    let mut generic = Stream::new(0, &format!("generic {}", class_word(spec.class)));
    let wanted_m = spec
        .range_interval_m
        .map(|range| stream.between(range[0], range[1]));
    let mut why = "no vehicle of its class is made for that range".to_owned();
    for _ in 0..TRIES {
        let source = if spec.redraw {
            &mut *stream
        } else {
            &mut generic
        };
        let Some(drawn) = drawn(spec, wanted_m, source) else {
            continue;
        };
        let range_m = wanted_m.unwrap_or(drawn.range_m);
        match fly_to_range(site, azimuth_rad, &drawn, range_m) {
            Ok(flight) if in_band(spec.class, &flight) => return Ok(flight),
            Ok(_) => why = "its burnout is not like its class".into(),
            Err(error) => why = error.to_string(),
        }
    }
    Err(SimulateError::Flight {
        object: name.into(),
        why,
    })
}

/// A plausible vehicle, made for the wanted range if there is one.
fn drawn(spec: &LaunchSpec, wanted_m: Option<f64>, stream: &mut Stream) -> Option<Drawn> {
    let near = |drawn: &Drawn| {
        wanted_m.is_none_or(|wanted_m| (drawn.range_m - wanted_m).abs() < RANGE_SLACK * wanted_m)
    };
    let like = |drawn: &Drawn| match (spec.pitch_law, drawn.law_kind) {
        (PitchChoice::Drawn, _)
        | (PitchChoice::GravityTurn, LawKind::GravityTurn { .. })
        | (PitchChoice::Guided, LawKind::Guided { .. }) => true,
        // Space launches have one guidance of their own.
        _ => spec.class == VehicleClass::SpaceLaunch,
    };
    (0..2_000)
        .map(|_| draw(spec.class, stream.generator()))
        .find(|drawn| plausible(drawn) && near(drawn) && like(drawn))
}

fn whole(name: &Arc<str>, spec: &LaunchSpec, flight: &Trajectory, launch_s: f64) -> Object {
    let burnout = flight.burnout();
    Object {
        name: Arc::clone(name),
        class: spec.truth.unwrap_or(class_of(spec.class)),
        parent: None,
        path: Path::of_samples(&flight.samples, launch_s),
        emission: Emission::None,
        rcs_m2: 0.0,
        rcs_boost_m2: 0.0,
        launch: Some(TrueLaunch {
            time_s: launch_s,
            place: flight.launch,
            azimuth_rad: burnout.map_or(flight.azimuth_rad, |s| {
                heading(&s.position_m, &s.velocity_m_s).0
            }),
        }),
        impact: flight.impact.map(|impact| TrueImpact {
            time_s: launch_s + impact.time_s,
            place: Geodetic::from_itrf(impact.state.position),
        }),
        cutoff_s: Some(launch_s + flight.cutoff_time_s),
        injected: None,
    }
}

fn fall_off(
    parent: &Arc<str>,
    spec: &LaunchSpec,
    flight: &Trajectory,
    launch_s: f64,
    stream: &mut Stream,
) -> Vec<Object> {
    let mut falling = pieces::spent_stages(flight, stream.generator());
    if matches!(spec.class, VehicleClass::SpaceLaunch) {
        falling.extend(pieces::fairings(
            flight,
            FAIRING_HEIGHT_M,
            stream.generator(),
        ));
    } else if prior(spec.class).range_m.high > 3e6 {
        let time_s = flight.cutoff_time_s + stream.between(3.0, 10.0);
        falling.extend(pieces::debris(flight, 3, time_s, 3.0, stream.generator()));
    }
    let mut objects = Vec::new();
    for (index, piece) in falling.iter().enumerate() {
        objects.extend(piece_object(parent, index, piece, launch_s, stream));
    }
    objects
}

/// An object of its own for a separated piece.
pub(super) fn piece_object(
    parent: &Arc<str>,
    index: usize,
    piece: &Piece,
    launch_s: f64,
    stream: &mut Stream,
) -> Option<Object> {
    let (label, rcs) = match piece.kind {
        PieceKind::SpentStage(stage) => (format!("stage-{}", stage + 1), [2.0, 10.0]),
        PieceKind::Fairing => (format!("fairing-{index}"), [1.0, 6.0]),
        PieceKind::Payload => (format!("payload-{index}"), [0.03, 0.3]),
        PieceKind::Debris => (format!("debris-{index}"), [0.01, 0.5]),
    };
    let rcs_m2 = log_between(rcs, stream);
    if piece.samples.len() < 2 {
        return None;
    }
    Some(Object {
        name: format!("{parent}/{label}").into(),
        class: Class::Debris,
        parent: Some(Arc::clone(parent)),
        path: Path::of_samples(&piece.samples, launch_s),
        emission: Emission::None,
        rcs_m2,
        rcs_boost_m2: rcs_m2,
        launch: None,
        impact: piece.impact.map(|impact| TrueImpact {
            time_s: launch_s + impact.time_s,
            place: Geodetic::from_itrf(impact.state.position),
        }),
        cutoff_s: None,
        injected: None,
    })
}

fn class_of(class: VehicleClass) -> Class {
    match class {
        VehicleClass::Glider => Class::GlideVehicle,
        VehicleClass::SpaceLaunch => Class::SpaceLaunch,
        VehicleClass::SoundingRocket => Class::SoundingRocket,
        _ => Class::BallisticMissile,
    }
}

/// What flies on after cut-off: slender bodies are small, whole missiles are not.
fn payload_rcs_m2(class: VehicleClass) -> [f64; 2] {
    match class {
        VehicleClass::ShortRange => [0.1, 1.0],
        VehicleClass::SpaceLaunch => [2.0, 10.0],
        VehicleClass::SoundingRocket => [0.3, 2.0],
        VehicleClass::Glider => [0.05, 0.5],
        _ => [0.03, 0.5],
    }
}

/// Log-uniform between two positive values.
pub(super) fn log_between(band: [f64; 2], stream: &mut Stream) -> f64 {
    exp(stream.between(ln(band[0]), ln(band[1])))
}

/// A place drawn uniformly from a disc around another.
pub(super) fn scattered(centre: &Geodetic, radius_m: f64, stream: &mut Stream) -> Geodetic {
    let distance_m = radius_m * stream.unit().sqrt();
    let (east, north) = sin_cos(TAU * stream.unit());
    let latitude_rad = centre.latitude_rad + distance_m * north / SEMI_MAJOR_AXIS_M;
    let across = cos(centre.latitude_rad).max(0.01);
    let longitude_rad = centre.longitude_rad + distance_m * east / (SEMI_MAJOR_AXIS_M * across);
    let moved = Geodetic {
        latitude_rad,
        longitude_rad,
        height_m: centre.height_m,
    };
    // Back through the position, so that places across a pole or the date line are in range.
    Geodetic::from_itrf(Position::from_vector(moved.to_itrf().vector()))
}
