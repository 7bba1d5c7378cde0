//! Gravity against EGM96 to degree 21, summed independently in spherical harmonics.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first thing that is missing"
)]

mod flight_reference;

use flight_reference::{acceleration, coefficients};
use forewarn_physics::flight::gravity;
use nalgebra::Vector3;

/// Of the same degree [m/s²]: the reference is a difference of potentials over 200 m.
const SAME_DEGREE_TOLERANCE_M_S2: f64 = 1e-7;
/// What the degrees 5 to 21 add [m/s²] on the ground, at 200 km and at 1,000 km height. These
/// bounds state the error of truncation; they are close to what is found.
const TRUNCATION_M_S2: [(f64, f64); 3] = [(0.0, 6e-4), (200e3, 4.5e-4), (1_000e3, 2e-4)];

fn places(height_m: f64) -> impl Iterator<Item = Vector3<f64>> {
    (-8..=8).flat_map(move |i| {
        (0..24).map(move |j| {
            let place = forewarn_physics::frames::wgs84::Geodetic::from_degrees(
                f64::from(i) * 11.2,
                f64::from(j) * 15.0 - 180.0,
                height_m,
            );
            place.to_itrf().vector()
        })
    })
}

#[test]
fn val_gravity_of_the_same_degree() {
    let coefficients = coefficients();
    let mut worst = 0.0_f64;
    for place in places(0.0).chain(places(800e3)) {
        let difference = gravity::acceleration_m_s2(&place)
            - acceleration(&place, &coefficients, gravity::DEGREE);
        worst = worst.max(difference.norm());
    }
    println!("worst difference at degree 4: {worst:e} m/s2");
    assert!(worst < SAME_DEGREE_TOLERANCE_M_S2, "{worst}");
}

#[test]
fn val_gravity_truncation_is_as_stated() {
    let coefficients = coefficients();
    for (height_m, bound_m_s2) in TRUNCATION_M_S2 {
        let worst = places(height_m)
            .map(|place| {
                (gravity::acceleration_m_s2(&place) - acceleration(&place, &coefficients, 21))
                    .norm()
            })
            .fold(0.0, f64::max);
        println!("degrees 5 to 21 at {height_m} m: {worst:e} m/s2");
        assert!(
            worst < bound_m_s2 && worst > 0.2 * bound_m_s2,
            "{height_m} m: {worst}"
        );
    }
}
