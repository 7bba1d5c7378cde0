//! Unpowered flight: through vacuum and air to apogee and to the ground.
//!
//! Forces: gravity to degree 4, Coriolis and centrifugal terms, drag, and lift at a constant
//! lift-to-drag ratio. Local error 10 cm a step; below 1 m after 2,000 s
//! (`val_flight_impact`).

use nalgebra::{SVector, Vector3};

use super::atmosphere::density_kg_m3;
use super::gravity;
use super::integrate::{Options, Solver, Step, find_root};
use crate::frames::wgs84::{
    self, ECCENTRICITY_SQUARED, GRAVITATIONAL_PARAMETER_M3_S2, ROTATION_RATE_RAD_S,
    SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M,
};
use crate::frames::{Itrf, State};
use crate::math::sin_cos;

/// Position [m] and velocity [m/s] as one vector.
pub type Vector6 = SVector<f64, 6>;

/// How a body meets the air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// m / (Cd A) [kg/m²]; infinity means no drag.
    pub ballistic_coefficient_kg_m2: f64,
    /// Lift over drag; 0 is ballistic.
    pub lift_to_drag: f64,
    /// Bank of the lift from the vertical plane, right wing down positive [rad].
    pub bank_rad: f64,
}

impl Body {
    /// Without air.
    pub const VACUUM: Self = Self::ballistic(f64::INFINITY);

    /// A body without lift.
    pub const fn ballistic(ballistic_coefficient_kg_m2: f64) -> Self {
        Self {
            ballistic_coefficient_kg_m2,
            lift_to_drag: 0.0,
            bank_rad: 0.0,
        }
    }
}

/// An arrival on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impact {
    /// Time from the start of the flight [s].
    pub time_s: f64,
    /// State there.
    pub state: State<Itrf>,
}

/// What becomes of a coasting body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    /// It comes down.
    Impact(Impact),
    /// It stays up: perigee above 130 km, or it escapes.
    Orbit,
    /// It does not come down within the limit (or its state is not finite).
    TooLong,
}

/// A perigee above this is an orbit for our purposes [m above the equatorial radius].
pub const ORBIT_PERIGEE_M: f64 = 130e3;

/// Height above the ellipsoid [m], good to 0.1 m below 1,000 km: for the air's density only.
pub(super) fn quick_height_m(position_m: &Vector3<f64>) -> f64 {
    let r2 = position_m.norm_squared();
    let r = r2.sqrt();
    let sin2 = position_m.z * position_m.z / r2;
    let surface_m = SEMI_MINOR_AXIS_M / (1.0 - ECCENTRICITY_SQUARED * (1.0 - sin2)).sqrt();
    let above_m = r - surface_m;
    let tilt2 = ECCENTRICITY_SQUARED * ECCENTRICITY_SQUARED * sin2 * (1.0 - sin2);
    above_m * (1.0 - 0.5 * tilt2 * surface_m / r)
}

/// The ellipsoid's normal through a position, to a thousandth of a degree.
pub(super) fn up_direction(position_m: &Vector3<f64>) -> Vector3<f64> {
    let stretch = SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M / (SEMI_MINOR_AXIS_M * SEMI_MINOR_AXIS_M);
    Vector3::new(position_m.x, position_m.y, position_m.z * stretch).normalize()
}

/// Coriolis and centrifugal acceleration [m/s²] in the earth-fixed frame.
#[inline]
pub fn rotation_acceleration_m_s2(
    position_m: &Vector3<f64>,
    velocity_m_s: &Vector3<f64>,
) -> Vector3<f64> {
    const W: f64 = ROTATION_RATE_RAD_S;
    Vector3::new(
        W * (2.0 * velocity_m_s.y + W * position_m.x),
        W * (-2.0 * velocity_m_s.x + W * position_m.y),
        0.0,
    )
}

/// Drag and lift [m/s²]; the velocity is relative to the air.
pub fn air_acceleration_m_s2(
    position_m: &Vector3<f64>,
    velocity_m_s: &Vector3<f64>,
    body: &Body,
) -> Vector3<f64> {
    if body.ballistic_coefficient_kg_m2 == f64::INFINITY {
        return Vector3::zeros();
    }
    let speed_m_s = velocity_m_s.norm();
    let density = density_kg_m3(quick_height_m(position_m));
    let per_speed = 0.5 * density * speed_m_s / body.ballistic_coefficient_kg_m2;
    let drag = velocity_m_s * -per_speed;
    if body.lift_to_drag == 0.0 || speed_m_s < 1e-3 {
        return drag;
    }
    drag + lift_direction(position_m, velocity_m_s, body.bank_rad)
        * (per_speed * speed_m_s * body.lift_to_drag)
}

/// Across the velocity, upwards, turned about it by the bank.
fn lift_direction(
    position_m: &Vector3<f64>,
    velocity_m_s: &Vector3<f64>,
    bank_rad: f64,
) -> Vector3<f64> {
    let along = velocity_m_s.normalize();
    let up = up_direction(position_m);
    let across = up - along * up.dot(&along);
    let length = across.norm();
    if length < 1e-9 {
        return Vector3::zeros();
    }
    let across = across / length;
    let (s, c) = sin_cos(bank_rad);
    across * c + along.cross(&across) * s
}

/// Total acceleration of a coasting body as seen in the earth-fixed frame [m/s²].
pub fn acceleration_m_s2(
    position_m: &Vector3<f64>,
    velocity_m_s: &Vector3<f64>,
    body: &Body,
) -> Vector3<f64> {
    gravity::acceleration_m_s2(position_m)
        + rotation_acceleration_m_s2(position_m, velocity_m_s)
        + air_acceleration_m_s2(position_m, velocity_m_s, body)
}

/// Position and velocity of a state as one vector.
pub fn pack(state: &State<Itrf>) -> Vector6 {
    let (p, v) = (state.position.vector(), state.velocity.vector());
    Vector6::new(p.x, p.y, p.z, v.x, v.y, v.z)
}

/// The state of such a vector.
pub fn unpack(y: &Vector6) -> State<Itrf> {
    State::from_vectors(position_of(y), velocity_of(y))
}

pub(super) fn position_of(y: &Vector6) -> Vector3<f64> {
    Vector3::new(y[0], y[1], y[2])
}

pub(super) fn velocity_of(y: &Vector6) -> Vector3<f64> {
    Vector3::new(y[3], y[4], y[5])
}

/// The slope of a state under an acceleration.
pub(super) fn slope(y: &Vector6, acceleration_m_s2: &Vector3<f64>) -> Vector6 {
    Vector6::new(
        y[3],
        y[4],
        y[5],
        acceleration_m_s2.x,
        acceleration_m_s2.y,
        acceleration_m_s2.z,
    )
}

/// Local error of 10 cm and 0.15 mm/s a step; errors of steps largely cancel.
pub(super) fn options(first_step_s: f64) -> Options<6> {
    Options {
        absolute: Vector6::new(0.1, 0.1, 0.1, 1.5e-4, 1.5e-4, 1.5e-4),
        first_step_s,
        max_step_s: 600.0,
        max_steps: 100_000,
    }
}

/// The state `dt_s` later, or earlier when negative.
///
/// A state that is not finite, or that the integrator gives up on, comes back as not-a-number.
pub fn propagate(state: &State<Itrf>, dt_s: f64, body: &Body) -> State<Itrf> {
    if dt_s == 0.0 {
        return *state;
    }
    let body = *body;
    let dynamics = move |_: f64, y: &Vector6| {
        slope(
            y,
            &acceleration_m_s2(&position_of(y), &velocity_of(y), &body),
        )
    };
    let mut solver = Solver::new(dynamics, 0.0, pack(state), options(5.0));
    while solver.time_s() != dt_s {
        if solver.step(dt_s).is_err() {
            return unpack(&Vector6::repeat(f64::NAN));
        }
    }
    unpack(solver.state())
}

/// Follows a coasting body until it comes down through `height_m` above the ellipsoid.
///
/// The impact is exact to 1 mm in height. A start at or below that height that is not climbing is
/// an impact at once.
pub fn to_impact(state: &State<Itrf>, body: &Body, height_m: f64, limit_s: f64) -> Fate {
    let body = *body;
    let acceleration =
        move |_: f64, y: &Vector6| acceleration_m_s2(&position_of(y), &velocity_of(y), &body);
    descend(
        0.0,
        pack(state),
        acceleration,
        height_m,
        limit_s,
        descent_step,
        |_, _| {},
    )
}

/// Keeps steps of a falling body short of where the air makes them fail: cheaper than refusals.
fn descent_step(_: f64, y: &Vector6) -> f64 {
    const LONGEST_S: f64 = 600.0;
    const AIR_M: f64 = 85e3;
    const PER_STEP_M: f64 = 5e3;
    let position_m = position_of(y);
    let sink_m_s = -position_m.dot(&velocity_of(y)) / position_m.norm();
    if sink_m_s <= 1.0 {
        return LONGEST_S;
    }
    ((quick_height_m(&position_m) - AIR_M).max(PER_STEP_M) / sink_m_s).min(LONGEST_S)
}

/// Whether a state without drag never comes below `height_m`.
pub fn is_orbit(state: &State<Itrf>, height_m: f64) -> bool {
    let position_m = state.position.vector();
    let spin = Vector3::new(0.0, 0.0, ROTATION_RATE_RAD_S);
    let velocity_m_s = state.velocity.vector() + spin.cross(&position_m);
    let r = position_m.norm();
    let energy = 0.5 * velocity_m_s.norm_squared() - GRAVITATIONAL_PARAMETER_M3_S2 / r;
    if energy >= 0.0 {
        return position_m.dot(&velocity_m_s) > 0.0;
    }
    let momentum2 = position_m.cross(&velocity_m_s).norm_squared();
    let axis_m = -0.5 * GRAVITATIONAL_PARAMETER_M3_S2 / energy;
    let eccentricity = (1.0 - momentum2 / (GRAVITATIONAL_PARAMETER_M3_S2 * axis_m))
        .max(0.0)
        .sqrt();
    axis_m * (1.0 - eccentricity) - SEMI_MAJOR_AXIS_M > height_m.max(ORBIT_PERIGEE_M)
}

/// The walk under [`to_impact`] and the sampled path: `visit` sees every step with the time up to
/// which it counts; `max_step` bounds the next step by the state.
pub(super) fn descend<A, M, V>(
    start_s: f64,
    start: Vector6,
    acceleration: A,
    height_m: f64,
    limit_s: f64,
    max_step: M,
    mut visit: V,
) -> Fate
where
    A: Fn(f64, &Vector6) -> Vector3<f64>,
    M: Fn(f64, &Vector6) -> f64,
    V: FnMut(&Step<6>, f64),
{
    let height = |y: &Vector6| wgs84::height_m(&position_of(y)) - height_m;
    let climbing = |y: &Vector6| position_of(y).dot(&velocity_of(y)) > 0.0;
    if height(&start) <= 0.0 && !climbing(&start) {
        return Fate::Impact(Impact {
            time_s: start_s,
            state: unpack(&start),
        });
    }
    if is_orbit(&unpack(&start), height_m) {
        return Fate::Orbit;
    }
    let end_s = start_s + limit_s;
    let mut solver = Solver::new(
        |t, y: &Vector6| slope(y, &acceleration(t, y)),
        start_s,
        start,
        options(2.0),
    );
    let mut was_above = height(&start) > 0.0;
    while solver.time_s() < end_s {
        solver.limit_step(max_step(solver.time_s(), solver.state()));
        let Ok(step) = solver.step(end_s) else {
            return Fate::TooLong;
        };
        let was_climbing = climbing(&step.start);
        let is_climbing = climbing(&step.end);
        let above =
            quick_height_m(&position_of(&step.end)) > height_m + 100.0 || height(&step.end) > 0.0;
        let hidden_peak = !was_above && was_climbing && !is_climbing;
        let hidden_dip = was_above && above && !was_climbing && is_climbing;
        let may_cross = (was_above && !above) || hidden_peak || hidden_dip;
        if may_cross && let Some((time_s, y)) = crossing(&solver, &step, &height) {
            visit(&step, time_s);
            return Fate::Impact(Impact {
                time_s,
                state: unpack(&y),
            });
        }
        if !was_above && !above && !is_climbing {
            visit(&step, step.end_s());
            return Fate::Impact(Impact {
                time_s: step.end_s(),
                state: unpack(&step.end),
            });
        }
        was_above = above;
        visit(&step, step.end_s());
    }
    Fate::TooLong
}

/// The first downward crossing within a step, looked for in eight parts.
fn crossing<F>(
    solver: &Solver<F, 6>,
    step: &Step<6>,
    height: &impl Fn(&Vector6) -> f64,
) -> Option<(f64, Vector6)>
where
    F: Fn(f64, &Vector6) -> Vector6,
{
    const PARTS: usize = 8;
    let dense = step.dense();
    let at = |i: usize| step.start_s + step.length_s * i as f64 / PARTS as f64;
    let heights: Vec<f64> = (0..=PARTS)
        .map(|i| {
            if i == PARTS {
                height(&step.end)
            } else {
                height(&dense.at(at(i)))
            }
        })
        .collect();
    let part = (0..PARTS).find(|&i| heights[i] > 0.0 && heights[i + 1] <= 0.0)?;
    let mut root_s = find_root(at(part), at(part + 1), |t| height(&dense.at(t)))?;
    // The dense output is a little coarse: correct the time on fresh steps.
    for _ in 0..3 {
        let y = solver.within(step, root_s);
        let up = up_direction(&position_of(&y));
        let above_m = height(&y);
        if above_m.abs() < 1e-4 {
            return Some((root_s, y));
        }
        root_s -= above_m / velocity_of(&y).dot(&up);
    }
    Some((root_s, solver.within(step, root_s)))
}

/// The highest point ahead: its time from now [s] and state; `None` for a body that falls already
/// or does not turn within a day.
pub fn apogee(state: &State<Itrf>, body: &Body) -> Option<(f64, State<Itrf>)> {
    const DAY_S: f64 = 86_400.0;
    let body = *body;
    let climb = |_: f64, y: &Vector6| velocity_of(y).dot(&up_direction(&position_of(y)));
    let start = pack(state);
    if climb(0.0, &start) <= 0.0 {
        return None;
    }
    let dynamics = move |_: f64, y: &Vector6| {
        slope(
            y,
            &acceleration_m_s2(&position_of(y), &velocity_of(y), &body),
        )
    };
    let mut solver = Solver::new(dynamics, 0.0, start, options(2.0));
    while solver.time_s() < DAY_S {
        let step = solver.step(DAY_S).ok()?;
        if climb(0.0, &step.end) <= 0.0 {
            return solver
                .locate(&step, climb, 1e-6)
                .map(|(time_s, y)| (time_s, unpack(&y)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::wgs84::Geodetic;

    fn lob(speed_m_s: f64, elevation_deg: f64) -> State<Itrf> {
        let site = Geodetic::from_degrees(40.0, 10.0, 200e3);
        let (s, c) = sin_cos(elevation_deg.to_radians());
        let velocity =
            site.enu_from_itrf().transpose() * Vector3::new(c * 0.6, c * 0.8, s) * speed_m_s;
        State::from_vectors(site.to_itrf().vector(), velocity)
    }

    #[test]
    fn there_and_back() {
        let start = lob(6_500.0, 30.0);
        let back = propagate(
            &propagate(&start, 900.0, &Body::VACUUM),
            -900.0,
            &Body::VACUUM,
        );
        assert!(
            (back.position - start.position).norm() < 0.2,
            "{}",
            (back.position - start.position).norm()
        );
    }

    #[test]
    fn comes_down_on_the_ellipsoid() {
        for (speed_m_s, elevation_deg) in [
            (500.0, 80.0),
            (3_000.0, 45.0),
            (7_000.0, 25.0),
            (2_000.0, -30.0),
        ] {
            for body in [
                Body::VACUUM,
                Body::ballistic(800.0),
                Body::ballistic(9_000.0),
            ] {
                let Fate::Impact(impact) =
                    to_impact(&lob(speed_m_s, elevation_deg), &body, 0.0, 7_200.0)
                else {
                    unreachable!("it must fall")
                };
                assert!(wgs84::height_m(&impact.state.position.vector()).abs() < 1e-3);
                assert!(impact.time_s > 10.0);
            }
        }
    }

    #[test]
    fn an_orbit_is_no_impact() {
        assert_eq!(
            to_impact(&lob(7_700.0, 0.0), &Body::ballistic(500.0), 0.0, 7_200.0),
            Fate::Orbit
        );
        assert_eq!(
            to_impact(&lob(5_000.0, 45.0), &Body::VACUUM, 0.0, 60.0),
            Fate::TooLong
        );
    }

    #[test]
    fn apogee_is_the_top() {
        let start = lob(5_000.0, 40.0);
        let (time_s, top) = apogee(&start, &Body::VACUUM).unwrap();
        let height =
            |t: f64| wgs84::height_m(&propagate(&start, t, &Body::VACUUM).position.vector());
        let peak_m = wgs84::height_m(&top.position.vector());
        assert!(height(time_s - 1.0) < peak_m && height(time_s + 1.0) < peak_m);
        assert!(apogee(&lob(5_000.0, -1.0), &Body::VACUUM).is_none());
    }

    #[test]
    fn a_state_of_nan_does_not_hang() {
        let nan = unpack(&Vector6::repeat(f64::NAN));
        assert_eq!(to_impact(&nan, &Body::VACUUM, 0.0, 100.0), Fate::TooLong);
        assert!(propagate(&nan, 10.0, &Body::VACUUM).position.x.is_nan());
    }

    #[test]
    fn lift_turns_right_with_right_bank() {
        let state = lob(5_000.0, 0.0);
        let body = Body {
            ballistic_coefficient_kg_m2: 1_000.0,
            lift_to_drag: 2.0,
            bank_rad: crate::math::FRAC_PI_2,
        };
        let site = Geodetic::from_degrees(40.0, 10.0, 40e3).to_itrf().vector();
        let air = air_acceleration_m_s2(&site, &state.velocity.vector(), &body);
        let right = state.velocity.vector().cross(&site);
        assert!(air.dot(&right) > 0.0);
    }
}
