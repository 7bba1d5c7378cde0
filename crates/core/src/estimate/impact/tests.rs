//! Outcomes, and whether regions hold what they say.

use forewarn_physics::flight::coast::{Body, Fate, to_impact};
use forewarn_physics::frames::State;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{TAU, cos, exp, ln, sin_cos};
use forewarn_physics::time::parse_utc;
use nalgebra::{SMatrix, SVector, Vector3};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{ImpactOutcome, bisected, normal_below, predict_impact, region};
use crate::model::GaussianState;

/// At a height, climbing at an angle; sigmas of position, velocity and ln β.
fn state(height_m: f64, speed_m_s: f64, climb_deg: f64, sigmas: [f64; 3]) -> GaussianState {
    let place = Geodetic::from_degrees(-10.0, 100.0, height_m);
    let (s, c) = sin_cos(climb_deg.to_radians());
    let velocity =
        place.enu_from_itrf().transpose() * Vector3::new(0.8 * c, -0.6 * c, s) * speed_m_s;
    let position = place.to_itrf();
    let mean = SVector::<f64, 7>::from_column_slice(&[
        position.x, position.y, position.z, velocity.x, velocity.y, velocity.z, 8.0,
    ]);
    let sigma = SVector::<f64, 7>::from_fn(|i, _| sigmas[i / 3]);
    GaussianState {
        epoch: parse_utc("2026-05-01T10:00:00Z").unwrap(),
        mean,
        covariance: SMatrix::from_diagonal(&sigma.component_mul(&sigma)),
    }
}

#[test]
fn says_what_becomes_of_it() {
    let sure = [300.0, 3.0, 1.0];
    assert!(matches!(
        predict_impact(&state(300e3, 5_000.0, 30.0, sure)),
        ImpactOutcome::Impact(_)
    ));
    assert!(matches!(
        predict_impact(&state(300e3, 5_000.0, 30.0, [3e3, 200.0, 1.0])),
        ImpactOutcome::Region(_)
    ));
    let ImpactOutcome::Orbit(told) = predict_impact(&state(400e3, 7_400.0, 0.0, sure)) else {
        unreachable!("7.4 km/s eastwards over the turning Earth is an orbit")
    };
    assert!(told.probability_orbit > 0.99 && told.apogee_m > told.perigee_m);
    // Half of it stays up.
    assert!(matches!(
        predict_impact(&state(300e3, 7_230.0, 0.0, [3e3, 150.0, 1.0])),
        ImpactOutcome::NotDown | ImpactOutcome::Orbit(_)
    ));
}

#[test]
fn nonsense_is_no_impact() {
    let mut broken = state(300e3, 5_000.0, 30.0, [300.0, 3.0, 1.0]);
    broken.mean[4] = f64::NAN;
    assert_eq!(predict_impact(&broken), ImpactOutcome::NotDown);
    let mut flat = state(300e3, 5_000.0, 30.0, [300.0, 3.0, 1.0]);
    flat.covariance[(0, 0)] = -1.0;
    assert_eq!(predict_impact(&flat), ImpactOutcome::NotDown);
}

#[test]
fn a_region_holds_nine_in_ten() {
    let told = state(300e3, 5_000.0, 30.0, [3e3, 100.0, 1.0]);
    let region = region::ballistic_region(&told).unwrap();
    assert_eq!(region.ring_rad.first(), region.ring_rad.last());
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut normal = || -> f64 {
        let (a, b): (f64, f64) = (rng.random(), rng.random());
        (-2.0 * ln(1.0 - a)).sqrt() * cos(TAU * b)
    };
    let draws = 400;
    let inside = (0..draws)
        .filter(|_| {
            let mean = told.mean
                + SVector::<f64, 7>::from_fn(|i, _| told.covariance[(i, i)].sqrt() * normal());
            let start = State::from_vectors(
                mean.fixed_rows::<3>(0).into_owned(),
                mean.fixed_rows::<3>(3).into_owned(),
            );
            let Fate::Impact(impact) =
                to_impact(&start, &Body::ballistic(exp(mean[6])), 0.0, 9_000.0)
            else {
                return false;
            };
            holds(
                &region.ring_rad,
                &Geodetic::from_itrf(impact.state.position),
            )
        })
        .count();
    let share = inside as f64 / f64::from(draws);
    println!("region of 90 % holds {share:.3}");
    // Binomial sigma 0.015, three of them; 96 draws shape the region, which adds 0.02.
    assert!((0.84..=0.96).contains(&share), "{share}");
}

/// Even and odd crossings.
fn holds(ring: &[[f64; 2]], place: &Geodetic) -> bool {
    let crossings = ring.windows(2).filter(|pair| {
        let ([y0, x0], [y1, x1]) = (pair[0], pair[1]);
        (y0 > place.latitude_rad) != (y1 > place.latitude_rad)
            && place.longitude_rad < x0 + (place.latitude_rad - y0) / (y1 - y0) * (x1 - x0)
    });
    crossings.count() % 2 == 1
}

#[test]
fn a_glider_may_come_down_far_and_wide() {
    let told = state(80e3, 6_000.0, -3.0, [300.0, 3.0, 0.2]);
    let wide = region::glide_region(&told).unwrap();
    let narrow = region::ballistic_region(&told).unwrap();
    assert!(wide.time_sigma_s > 3.0 * narrow.time_sigma_s);
}

#[test]
fn quantiles_of_a_normal_variable() {
    let x = bisected(-6.0, 6.0, |x| normal_below(x) - 0.95);
    assert!((x - super::NORMAL_90).abs() < 1e-9);
}
