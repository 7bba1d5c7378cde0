//! Coasting arcs of real first stages (Falcon 9 webcast telemetry) against our coast.
//!
//! Each arc starts from speed, altitude and vertical speed fitted to its first 25 s; the rest is
//! prediction. Position and heading, which the webcast does not show, come from the pad, the
//! orbit's known direction and the downrange distance: they enter only through gravity and
//! Coriolis. Below 99.5 km altitude is shown to 0.1 km, above to 1 km, both rounded to the
//! nearest; speed is Earth-relative to 0.28 m/s.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first thing that is missing"
)]

use forewarn_physics::flight::coast::{self, Body};
use forewarn_physics::flight::gravity;
use forewarn_physics::flight::integrate::{Options, Solver};
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::frames::{Itrf, State};
use forewarn_physics::math::sin_cos;
use nalgebra::{DMatrix, DVector, Matrix3, SVector, Vector3};

/// Of the apogee against what the telemetry can resolve.
const APOGEE_TOLERANCE_M: f64 = 1_000.0;
const APOGEE_TOLERANCE_S: f64 = 1.0;
/// Root mean square over the predicted part: speed to a few display steps (the stage vents and
/// steers with cold gas meanwhile), altitude to the coarse display's rounding of 1 km.
const SPEED_TOLERANCE_M_S: f64 = 3.0;
const ALTITUDE_TOLERANCE_M: f64 = 700.0;
/// Length of the fit [s].
const FIT_S: f64 = 25.0;
/// A nearly empty first stage, sideways to the air: generic.
const STAGE: Body = Body::ballistic(3_000.0);

struct Arc {
    flight: &'static str,
    pad_deg: [f64; 2],
    /// Azimuth of the launch [deg].
    azimuth_deg: f64,
    /// +1 away from the pad, −1 back to it.
    sense: f64,
    downrange_m: f64,
    /// Within the coast: after shut-down and separation, before the entry burn [s].
    span_s: [f64; 2],
    /// Fast and eastward: needs the turning Earth.
    eastward: bool,
}

const CANAVERAL: [f64; 2] = [28.58, -80.60];
const VANDENBERG: [f64; 2] = [34.63, -120.61];
const ARCS: [Arc; 8] = [
    Arc {
        flight: "bulgariasat-1",
        pad_deg: CANAVERAL,
        azimuth_deg: 93.0,
        sense: 1.0,
        downrange_m: 106e3,
        span_s: [165.0, 385.0],
        eastward: true,
    },
    Arc {
        flight: "koreasat-5a",
        pad_deg: CANAVERAL,
        azimuth_deg: 93.0,
        sense: 1.0,
        downrange_m: 101e3,
        span_s: [162.0, 382.0],
        eastward: true,
    },
    Arc {
        flight: "nrol-76",
        pad_deg: CANAVERAL,
        azimuth_deg: 45.0,
        sense: -1.0,
        downrange_m: 71e3,
        span_s: [215.0, 425.0],
        eastward: false,
    },
    Arc {
        flight: "x-37b-otv-5",
        pad_deg: CANAVERAL,
        azimuth_deg: 45.0,
        sense: -1.0,
        downrange_m: 73e3,
        span_s: [206.0, 388.0],
        eastward: false,
    },
    Arc {
        flight: "zuma",
        pad_deg: CANAVERAL,
        azimuth_deg: 45.0,
        sense: -1.0,
        downrange_m: 83e3,
        span_s: [211.0, 376.0],
        eastward: false,
    },
    Arc {
        flight: "spacex-crs-11",
        pad_deg: CANAVERAL,
        azimuth_deg: 45.0,
        sense: -1.0,
        downrange_m: 86e3,
        span_s: [216.0, 367.0],
        eastward: false,
    },
    Arc {
        flight: "saocom-1a",
        pad_deg: VANDENBERG,
        azimuth_deg: 196.0,
        sense: -1.0,
        downrange_m: 58e3,
        span_s: [210.0, 356.0],
        eastward: false,
    },
    Arc {
        flight: "iridium-next-8",
        pad_deg: VANDENBERG,
        azimuth_deg: 178.0,
        sense: 1.0,
        downrange_m: 127e3,
        span_s: [204.0, 332.0],
        eastward: false,
    },
];

/// Time [s], speed [m/s], altitude [m].
fn telemetry(arc: &Arc) -> Vec<[f64; 3]> {
    let path = format!(
        "{}/data/falcon-webcast-telemetry/{}-coast.csv",
        env!("CARGO_MANIFEST_DIR"),
        arc.flight
    );
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let f: Vec<f64> = line
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        [f[0], f[1], f[2] * 1e3]
    });
    rows.filter(|row| row[0] >= arc.span_s[0] && row[0] <= arc.span_s[1])
        .collect()
}

/// The start from height [m], vertical speed and speed [m/s].
fn start(arc: &Arc, x: &Vector3<f64>) -> State<Itrf> {
    let pad = Geodetic::from_degrees(arc.pad_deg[0], arc.pad_deg[1], 0.0);
    let under = geodesic::direct(&pad, arc.azimuth_deg.to_radians(), arc.downrange_m);
    let place = Geodetic {
        height_m: x.x,
        ..under
    };
    let heading = geodesic::inverse(&pad, &under).azimuth_to_rad;
    let level = (x.z * x.z - x.y * x.y).max(0.0).sqrt() * arc.sense;
    let (s, c) = sin_cos(heading);
    State::from_vectors(
        place.to_itrf().vector(),
        place.enu_from_itrf().transpose() * Vector3::new(level * s, level * c, x.y),
    )
}

/// Speed [m/s] and height [m] at the times of the rows.
fn predicted(arc: &Arc, x: &Vector3<f64>, rows: &[[f64; 3]]) -> Vec<[f64; 2]> {
    let mut state = start(arc, x);
    let mut time_s = arc.span_s[0];
    rows.iter()
        .map(|row| {
            state = coast::propagate(&state, row[0] - time_s, &STAGE);
            time_s = row[0];
            [state.velocity.norm(), height_m(&state.position.vector())]
        })
        .collect()
}

/// Half the display's step as a standard deviation.
fn altitude_sigma_m(altitude_m: f64) -> f64 {
    if altitude_m < 99_500.0 { 30.0 } else { 300.0 }
}

/// Height, vertical speed and speed at the start, by least squares over the first seconds.
fn fit(arc: &Arc, rows: &[[f64; 3]]) -> Vector3<f64> {
    let rows: Vec<[f64; 3]> = rows
        .iter()
        .copied()
        .filter(|row| row[0] < arc.span_s[0] + FIT_S)
        .collect();
    let last = rows[rows.len() - 1];
    let climb = (last[2] - rows[0][2]) / FIT_S + 4.5 * FIT_S;
    let mut x = Vector3::new(rows[0][2], climb.min(rows[0][1] * 0.99), rows[0][1]);
    let residuals = |x: &Vector3<f64>| {
        let model = predicted(arc, x, &rows);
        DVector::from_iterator(
            2 * rows.len(),
            rows.iter().zip(model).flat_map(|(row, m)| {
                [
                    (row[1] - m[0]) / 0.15,
                    (row[2] - m[1]) / altitude_sigma_m(row[2]),
                ]
            }),
        )
    };
    for _ in 0..12 {
        let now = residuals(&x);
        let mut slopes = DMatrix::zeros(now.len(), 3);
        for (axis, step) in [10.0, 0.1, 0.05].into_iter().enumerate() {
            let mut shifted = x;
            shifted[axis] += step;
            slopes.set_column(axis, &((residuals(&shifted) - &now) / step));
        }
        let normal: Matrix3<f64> = (slopes.transpose() * &slopes)
            .fixed_view::<3, 3>(0, 0)
            .into_owned();
        let right: Vector3<f64> = (slopes.transpose() * now).fixed_rows::<3>(0).into_owned();
        x -= normal.try_inverse().unwrap() * right;
    }
    x
}

/// Time [s] of the telemetry's apogee: where a parabola through speed squared is least.
fn telemetry_apogee_s(rows: &[[f64; 3]]) -> f64 {
    const HALF_S: f64 = 35.0;
    let slowest = rows.iter().min_by(|a, b| a[1].total_cmp(&b[1])).unwrap()[0];
    let near: Vec<&[f64; 3]> = rows
        .iter()
        .filter(|row| (row[0] - slowest).abs() < HALF_S)
        .collect();
    let design = DMatrix::from_fn(near.len(), 3, |i, j| {
        ((near[i][0] - slowest) / HALF_S).powi(j as i32)
    });
    let squares = DVector::from_iterator(near.len(), near.iter().map(|row| row[1] * row[1]));
    let c = (design.transpose() * &design).try_inverse().unwrap() * (design.transpose() * squares);
    slowest - HALF_S * c[1] / (2.0 * c[2])
}

/// Height [m] of the telemetry's apogee: the highest display began half a step below it, and how
/// long it lasted tells how far above that the top was.
fn telemetry_apogee_m(rows: &[[f64; 3]], fall_m_s2: f64) -> f64 {
    let top_m = rows.iter().map(|row| row[2]).fold(0.0, f64::max);
    let shown: Vec<f64> = rows
        .iter()
        .filter(|row| row[2] == top_m)
        .map(|row| row[0])
        .collect();
    let half_s = 0.5 * (shown[shown.len() - 1] - shown[0]);
    top_m - 500.0 + 0.5 * fall_m_s2 * half_s * half_s
}

/// Apogee height [m] of a start when the Earth does not turn.
fn apogee_without_rotation_m(start: &State<Itrf>) -> f64 {
    type Vector6 = SVector<f64, 6>;
    let slope = |_: f64, y: &Vector6| {
        let a = gravity::acceleration_m_s2(&Vector3::new(y[0], y[1], y[2]));
        Vector6::new(y[3], y[4], y[5], a.x, a.y, a.z)
    };
    let options = Options {
        absolute: Vector6::repeat(1e-4),
        first_step_s: 1.0,
        max_step_s: 1.0,
        max_steps: 10_000,
    };
    let mut solver = Solver::new(slope, 0.0, coast::pack(start), options);
    let mut top_m = 0.0_f64;
    while solver.time_s() < 300.0 {
        solver.step(300.0).unwrap();
        top_m = top_m.max(height_m(&solver.state().fixed_rows::<3>(0).into_owned()));
    }
    top_m
}

#[test]
fn val_real_coasting_arcs() {
    for arc in &ARCS {
        let rows = telemetry(arc);
        assert!(rows.len() > 400, "{}", arc.flight);
        let x = fit(arc, &rows);
        let begin = start(arc, &x);
        let (after_s, top) = coast::apogee(&begin, &STAGE).unwrap();
        let (apogee_s, apogee_m) = (arc.span_s[0] + after_s, height_m(&top.position.vector()));
        // The curvature of height at the top, from three heights of the model.
        let beside_m = |dt: f64| height_m(&coast::propagate(&top, dt, &STAGE).position.vector());
        let fall_m_s2 = (2.0 * apogee_m - beside_m(10.0) - beside_m(-10.0)) / 100.0;
        let (seen_s, seen_m) = (
            telemetry_apogee_s(&rows),
            telemetry_apogee_m(&rows, fall_m_s2),
        );
        let model = predicted(arc, &x, &rows);
        let later = || {
            rows.iter()
                .zip(&model)
                .filter(|(row, _)| row[0] > arc.span_s[0] + FIT_S)
        };
        let rms = |i: usize| {
            (later()
                .map(|(row, m)| (row[i + 1] - m[i]).powi(2))
                .sum::<f64>()
                / later().count() as f64)
                .sqrt()
        };
        let still_m = apogee_without_rotation_m(&begin);
        println!(
            "{:14} apogee {:.2} km at {:.2} s; telemetry {:.2} km at {:.2} s; rms {:.2} m/s, {:.0} m; without rotation {:.2} km",
            arc.flight,
            apogee_m / 1e3,
            apogee_s,
            seen_m / 1e3,
            seen_s,
            rms(0),
            rms(1),
            still_m / 1e3
        );
        assert!(
            (apogee_m - seen_m).abs() < APOGEE_TOLERANCE_M,
            "{}",
            arc.flight
        );
        assert!(
            (apogee_s - seen_s).abs() < APOGEE_TOLERANCE_S,
            "{}",
            arc.flight
        );
        assert!(
            rms(0) < SPEED_TOLERANCE_M_S && rms(1) < ALTITUDE_TOLERANCE_M,
            "{}",
            arc.flight
        );
        if arc.eastward {
            assert!(
                (still_m - seen_m).abs() > APOGEE_TOLERANCE_M,
                "{} does not need rotation",
                arc.flight
            );
        }
    }
}
