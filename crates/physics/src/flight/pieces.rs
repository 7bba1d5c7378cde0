//! What separates and flies on by itself: spent stages, fairings, payloads, debris.
//!
//! Every piece starts from the flight's own state with a small velocity of separation and falls
//! as a body of its own.

use nalgebra::Vector3;
use rand::{Rng, RngExt};

use super::coast::{Body, Impact};
use super::trajectory::{Phase, Sample, Trajectory, coast_on};
use super::vehicle::FLIGHT_LIMIT_S;
use crate::frames::wgs84::height_m;
use crate::math::{TAU, exp, sin_cos};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// Stage of this number, burnt out.
    SpentStage(u8),
    /// Half a fairing.
    Fairing,
    /// One of several payloads.
    Payload,
    /// A fragment.
    Debris,
}

/// A separated piece and its flight; times run from the parent's launch.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// When it separated [s].
    pub separated_s: f64,
    /// How it meets the air.
    pub body: Body,
    /// Its flight, from the separation on.
    pub samples: Vec<Sample>,
    /// Where it came down, if it did within four hours.
    pub impact: Option<Impact>,
}

/// One piece, thrown off at a time with a velocity in ITRF axes [m/s]; `None` outside the flight.
pub fn separate(
    flight: &Trajectory,
    kind: PieceKind,
    time_s: f64,
    velocity_m_s: Vector3<f64>,
    body: Body,
) -> Option<Piece> {
    let parent = flight.at(time_s)?;
    let mut samples = vec![Sample {
        velocity_m_s: parent.velocity_m_s + velocity_m_s,
        thrust_m_s2: Vector3::zeros(),
        phase: Phase::Coast,
        ..parent
    }];
    let impact = coast_on(&mut samples, &body, FLIGHT_LIMIT_S);
    Some(Piece {
        kind,
        separated_s: time_s,
        body,
        samples,
        impact,
    })
}

/// The spent stages, each left behind at its burn-out at 1 to 4 m/s.
///
/// The last stage is included: it separates from the payload at cut-off.
pub fn spent_stages(flight: &Trajectory, rng: &mut impl Rng) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for burn in &flight.burns {
        let Some(stage) = flight.vehicle.stages.get(burn.stage as usize) else {
            continue;
        };
        let speed_m_s = 1.0 + 3.0 * rng.random::<f64>();
        let body = Body::ballistic(stage.spent_ballistic_coefficient_kg_m2);
        let backwards = flight
            .at(burn.end_s)
            .map_or(Vector3::zeros(), |s| -s.velocity_m_s.normalize());
        pieces.extend(separate(
            flight,
            PieceKind::SpentStage(burn.stage),
            burn.end_s,
            backwards * speed_m_s,
            body,
        ));
    }
    pieces
}

/// Two halves of a fairing, thrown aside at 3 to 8 m/s where the flight passes `height_m` under
/// power; none if it stays below.
pub fn fairings(flight: &Trajectory, release_height_m: f64, rng: &mut impl Rng) -> Vec<Piece> {
    let powered = flight.samples.iter().filter(|s| s.phase == Phase::Boost);
    let Some(at) = powered
        .clone()
        .find(|s| height_m(&s.position_m) > release_height_m)
    else {
        return Vec::new();
    };
    let aside = at.velocity_m_s.cross(&at.position_m).normalize();
    let speed_m_s = 3.0 + 5.0 * rng.random::<f64>();
    let body = Body::ballistic(40.0 + 60.0 * rng.random::<f64>());
    [1.0, -1.0]
        .into_iter()
        .filter_map(|side| {
            separate(
                flight,
                PieceKind::Fairing,
                at.time_s,
                aside * (side * speed_m_s),
                body,
            )
        })
        .collect()
}

/// Several payloads released one after another, `interval_s` apart from `from_s` on, each with
/// up to `spread_m_s` in a random direction.
pub fn payloads(
    flight: &Trajectory,
    count: usize,
    from_s: f64,
    interval_s: f64,
    spread_m_s: f64,
    rng: &mut impl Rng,
) -> Vec<Piece> {
    (0..count)
        .filter_map(|i| {
            let kick = direction(rng) * (spread_m_s * rng.random::<f64>());
            separate(
                flight,
                PieceKind::Payload,
                from_s + i as f64 * interval_s,
                kick,
                flight.vehicle.payload(),
            )
        })
        .collect()
}

/// Fragments of a break-up at a time: isotropic, speeds up to `spread_m_s`, ballistic
/// coefficients log-uniform from 30 to 1,500 kg/m².
pub fn debris(
    flight: &Trajectory,
    count: usize,
    time_s: f64,
    spread_m_s: f64,
    rng: &mut impl Rng,
) -> Vec<Piece> {
    const LOG_LOW: f64 = 3.401_197;
    const LOG_HIGH: f64 = 7.313_220;
    (0..count)
        .filter_map(|_| {
            let kick = direction(rng) * (spread_m_s * rng.random::<f64>());
            let body = Body::ballistic(exp(LOG_LOW + (LOG_HIGH - LOG_LOW) * rng.random::<f64>()));
            separate(flight, PieceKind::Debris, time_s, kick, body)
        })
        .collect()
}

fn direction(rng: &mut impl Rng) -> Vector3<f64> {
    let z = 2.0 * rng.random::<f64>() - 1.0;
    let (s, c) = sin_cos(TAU * rng.random::<f64>());
    let across = (1.0 - z * z).sqrt();
    Vector3::new(across * c, across * s, z)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::flight::classes::{VehicleClass, draw_flight};
    use crate::frames::wgs84::Geodetic;

    #[test]
    fn stages_fall_short_and_payloads_near() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let site = Geodetic::from_degrees(10.0, -40.0, -20.0);
        let flight = draw_flight(VehicleClass::Submarine, &site, 1.0, &mut rng).unwrap();
        let main = flight.impact.unwrap().state.position;
        let stages = spent_stages(&flight, &mut rng);
        assert_eq!(stages.len(), flight.burns.len());
        let downrange =
            |piece: &Piece| (piece.impact.unwrap().state.position - site.to_itrf()).norm();
        assert!(
            stages
                .windows(2)
                .all(|pair| downrange(&pair[0]) < downrange(&pair[1]))
        );
        for piece in payloads(&flight, 3, flight.cutoff_time_s + 10.0, 5.0, 5.0, &mut rng) {
            assert!((piece.impact.unwrap().state.position - main).norm() < 60e3);
        }
        assert_eq!(fairings(&flight, 90e3, &mut rng).len(), 2);
        assert_eq!(
            debris(&flight, 5, flight.cutoff_time_s + 30.0, 50.0, &mut rng).len(),
            5
        );
    }
}
