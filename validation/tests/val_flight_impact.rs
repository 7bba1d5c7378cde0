//! Impact of 10,000 km flights against an independent integrator.
//!
//! `ode_solvers`' Dop853 (order 8) in an inertial frame that coincides with ITRF at cut-off, with
//! its own forces written out: EGM96 in spherical harmonics turned with the Earth, and drag
//! against air that turns with it. Only the table of air densities is shared.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first thing that is missing"
)]

mod flight_reference;

use flight_reference::{Coefficients, acceleration, coefficients};
use forewarn_physics::flight::aim::fly_to_range;
use forewarn_physics::flight::atmosphere::us76;
use forewarn_physics::flight::classes::{VehicleClass, draw, plausible};
use forewarn_physics::flight::coast::{self, Fate};
use forewarn_physics::flight::trajectory::Trajectory;
use forewarn_physics::frames::State;
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::math::sin_cos;
use nalgebra::Vector3;
use ode_solvers::{Dop853, OutputType, System, Vector6};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// As required of the engine.
const PLACE_TOLERANCE_M: f64 = 10.0;
const TIME_TOLERANCE_S: f64 = 0.010;
const RANGE_M: f64 = 1.0e7;
const SPIN_RAD_S: f64 = 7.292_115e-5;
/// The independent solution's own tolerance, relative and absolute.
const REFERENCE_TOLERANCE: f64 = 1e-11;

struct Inertial {
    coefficients: Coefficients,
    degree: usize,
    ballistic_coefficient_kg_m2: f64,
}

/// Turns a vector about the pole.
fn turned(v: Vector3<f64>, angle_rad: f64) -> Vector3<f64> {
    let (s, c) = sin_cos(angle_rad);
    Vector3::new(c * v.x - s * v.y, s * v.x + c * v.y, v.z)
}

impl System<f64, Vector6<f64>> for Inertial {
    fn system(&self, t: f64, y: &Vector6<f64>, dy: &mut Vector6<f64>) {
        let (p, v) = (
            Vector3::new(y[0], y[1], y[2]),
            Vector3::new(y[3], y[4], y[5]),
        );
        let fixed = turned(p, -SPIN_RAD_S * t);
        let gravity = turned(
            acceleration(&fixed, &self.coefficients, self.degree),
            SPIN_RAD_S * t,
        );
        let through_air = v - Vector3::new(0.0, 0.0, SPIN_RAD_S).cross(&p);
        let height_m =
            Geodetic::from_itrf(forewarn_physics::frames::Position::from_vector(fixed)).height_m;
        let density = if height_m < 1e6 {
            us76(height_m).density_kg_m3
        } else {
            0.0
        };
        let drag =
            through_air * (-0.5 * density * through_air.norm() / self.ballistic_coefficient_kg_m2);
        let a = gravity + drag;
        for i in 0..3 {
            dy[i] = v[i];
            dy[i + 3] = a[i];
        }
    }
}

/// Impact place [m, ITRF] and time after cut-off [s] of the independent solution.
fn reference(flight: &Trajectory, degree: usize) -> (Vector3<f64>, f64) {
    let burnout = flight.burnout().unwrap();
    let (p, v) = (
        burnout.position_m,
        burnout.velocity_m_s + Vector3::new(0.0, 0.0, SPIN_RAD_S).cross(&burnout.position_m),
    );
    let system = Inertial {
        coefficients: coefficients(),
        degree,
        ballistic_coefficient_kg_m2: flight.vehicle.payload_ballistic_coefficient_kg_m2,
    };
    let end_s = flight.impact.unwrap().time_s - flight.cutoff_time_s;
    let start = Vector6::new(p.x, p.y, p.z, v.x, v.y, v.z);
    let mut solver = Dop853::new(
        system,
        0.0,
        end_s,
        end_s,
        start,
        REFERENCE_TOLERANCE,
        REFERENCE_TOLERANCE,
    );
    solver.set_output(OutputType::Sparse);
    solver.integrate().unwrap();
    assert_eq!(*solver.x_out().last().unwrap(), end_s);
    let y = solver.y_out().last().unwrap();
    let fixed = turned(Vector3::new(y[0], y[1], y[2]), -SPIN_RAD_S * end_s);
    let velocity = turned(Vector3::new(y[3], y[4], y[5]), -SPIN_RAD_S * end_s)
        - Vector3::new(0.0, 0.0, SPIN_RAD_S).cross(&fixed);
    // At our impact time it is metres from the ground: a straight line takes it there.
    let place = Geodetic::from_itrf(forewarn_physics::frames::Position::from_vector(fixed));
    let late_s = height_m(&fixed) / -velocity.dot(&place.up());
    (fixed + velocity * late_s, end_s + late_s)
}

fn flight(azimuth_deg: f64) -> Trajectory {
    let site = Geodetic::from_degrees(45.0, -100.0, 300.0);
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    loop {
        let drawn = draw(VehicleClass::LongRangeSolid, &mut rng);
        if plausible(&drawn)
            && let Ok(flight) = fly_to_range(&site, azimuth_deg.to_radians(), &drawn, RANGE_M)
        {
            return flight;
        }
    }
}

#[test]
fn val_impact_of_a_10_000_km_flight() {
    for azimuth_deg in [0.0, 60.0, 150.0, 270.0] {
        let flight = flight(azimuth_deg);
        let ours = flight.impact.unwrap();
        let (place_m, after_s) = reference(&flight, 4);
        let miss_m = (ours.state.position.vector() - place_m).norm();
        let late_s = ours.time_s - flight.cutoff_time_s - after_s;
        let burnout = flight.burnout().unwrap();
        let start = State::from_vectors(burnout.position_m, burnout.velocity_m_s);
        let Fate::Impact(fast) = coast::to_impact(&start, &flight.vehicle.payload(), 0.0, 7_200.0)
        else {
            panic!("it comes down")
        };
        let fast_m = (fast.state.position.vector() - place_m).norm();
        println!(
            "the fast walk: {fast_m:.3} m, {:.4} ms",
            (fast.time_s - after_s) * 1e3
        );
        assert!(fast_m < PLACE_TOLERANCE_M && (fast.time_s - after_s).abs() < TIME_TOLERANCE_S);
        println!(
            "azimuth {azimuth_deg}: {miss_m:.3} m, {:.4} ms",
            late_s * 1e3
        );
        assert!(
            miss_m < PLACE_TOLERANCE_M && late_s.abs() < TIME_TOLERANCE_S,
            "{azimuth_deg}: {miss_m} m, {late_s} s"
        );
    }
}

/// What the truncation of gravity at degree 4 costs this flight, as the module states it.
#[test]
fn val_truncated_gravity_moves_an_impact_little() {
    const TRUNCATION_M: f64 = 100.0;
    let flight = flight(0.0);
    let moved_m = (reference(&flight, 21).0 - reference(&flight, 4).0).norm();
    println!("degrees 5 to 21 move the impact by {moved_m:.1} m");
    assert!(moved_m < TRUNCATION_M && moved_m > 1.0, "{moved_m}");
}
