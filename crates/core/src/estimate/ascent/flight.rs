//! Integration of an ascent with its sensitivities to every parameter.
//!
//! Earth-fixed axes; J2 gravity, centrifugal and Coriolis terms, drag. The state goes by
//! fourth-order Runge–Kutta on steps that end at every ignition and cut-off; the sensitivities
//! by second order with exact jumps where a boundary moves: they steer Gauss–Newton and give the
//! covariance, for which 1e-3 is ample (checked against differences in the tests).

use forewarn_physics::flight::atmosphere;
use forewarn_physics::flight::gravity;
use forewarn_physics::frames::wgs84::{Geodetic, ROTATION_RATE_RAD_S, SEMI_MAJOR_AXIS_M, height_m};
use forewarn_physics::math::exp;
use nalgebra::{Matrix3, Vector3};

use super::prior::GRID;
use super::programme::{Programme, outer};

/// Longest step with sensitivities, which go by second order [s].
const STEP_S: f64 = 2.0;
/// Steps that the fastest term of a burn's thrust needs, and the shortest of them [s].
const STEPS_PER_BURN: f64 = 24.0;
const LEAST_STEP_S: f64 = 0.5;
/// Above this height [m] drag is nothing.
const NO_AIR_M: f64 = 120e3;
/// Longest step of the state alone [s]: fourth order leaves metres, where a step is no more than
/// half a cell of the pitch grid.
const STATE_STEP_S: f64 = 4.0;

/// Position, velocity and their partial derivatives at one moment of a flight.
#[derive(Debug, Clone)]
pub struct Moment {
    /// After launch [s].
    pub time_s: f64,
    /// ITRF [m].
    pub position_m: Vector3<f64>,
    /// ITRF [m/s].
    pub velocity_m_s: Vector3<f64>,
}

/// A flown ascent: nodes in order of time, each with partials of position and velocity.
#[derive(Debug, Clone)]
pub struct Flight {
    /// Nodes of the integration.
    pub nodes: Vec<Moment>,
    position_partials: Vec<Vector3<f64>>,
    velocity_partials: Vec<Vector3<f64>>,
    partials: usize,
}

struct Law<'a> {
    programme: &'a Programme<'a>,
    itrf_from_enu: Matrix3<f64>,
    ballistic_kg_m2: f64,
}

impl Law<'_> {
    fn drag_m_s2(&self, position_m: &Vector3<f64>, velocity_m_s: &Vector3<f64>) -> Vector3<f64> {
        if is_above_air(position_m) {
            return Vector3::zeros();
        }
        let height = height_m(position_m);
        if height > NO_AIR_M {
            return Vector3::zeros();
        }
        let density_kg_m3 = atmosphere::density_kg_m3(height.max(0.0));
        -0.5 * density_kg_m3 * velocity_m_s.norm() / self.ballistic_kg_m2 * velocity_m_s
    }

    fn acceleration_m_s2(
        &self,
        time_s: f64,
        stage: Option<usize>,
        position_m: &Vector3<f64>,
        velocity_m_s: &Vector3<f64>,
    ) -> Vector3<f64> {
        let w = ROTATION_RATE_RAD_S;
        let inertial = Vector3::new(
            w * (w * position_m.x + 2.0 * velocity_m_s.y),
            w * (w * position_m.y - 2.0 * velocity_m_s.x),
            0.0,
        );
        let thrust = stage.map_or_else(Vector3::zeros, |s| {
            self.itrf_from_enu * self.programme.thrust_enu_m_s2(time_s, s)
        });
        gravity::zonal_acceleration_m_s2(position_m)
            + inertial
            + thrust
            + self.drag_m_s2(position_m, velocity_m_s)
    }
}

/// Flies a programme from rest at a place on the ground until `until_s` after launch.
pub fn fly(
    place: &Geodetic,
    programme: &Programme<'_>,
    until_s: f64,
    with_partials: bool,
) -> Flight {
    let law = Law {
        programme,
        itrf_from_enu: place.enu_from_itrf().transpose(),
        ballistic_kg_m2: exp(programme.ln_ballistic().clamp(5.0, 13.0)),
    };
    let partials = if with_partials {
        programme.partials()
    } else {
        0
    };
    let mut run = Run {
        law,
        flight: Flight {
            nodes: Vec::with_capacity(128),
            position_partials: Vec::new(),
            velocity_partials: Vec::new(),
            partials,
        },
        now: Moment {
            time_s: 0.0,
            position_m: place.to_itrf().vector(),
            velocity_m_s: Vector3::zeros(),
        },
        s_r: vec![Vector3::zeros(); partials],
        s_v: vec![Vector3::zeros(); partials],
        before: vec![Vector3::zeros(); partials],
        after: vec![Vector3::zeros(); partials],
    };
    run.record();
    for stage in 0..programme.burns.len() {
        let burn = programme.burns[stage];
        run.advance(None, burn.start_s.min(until_s));
        if burn.start_s >= until_s {
            break;
        }
        run.jump(stage, false);
        run.advance(Some(stage), burn.end_s.min(until_s));
        if burn.end_s >= until_s {
            break;
        }
        run.jump(stage, true);
    }
    run.advance(None, until_s);
    run.flight
}

struct Run<'a> {
    law: Law<'a>,
    flight: Flight,
    now: Moment,
    s_r: Vec<Vector3<f64>>,
    s_v: Vec<Vector3<f64>>,
    before: Vec<Vector3<f64>>,
    after: Vec<Vector3<f64>>,
}

impl Run<'_> {
    fn record(&mut self) {
        self.flight.nodes.push(self.now.clone());
        self.flight.position_partials.extend_from_slice(&self.s_r);
        self.flight.velocity_partials.extend_from_slice(&self.s_v);
    }

    fn advance(&mut self, stage: Option<usize>, until_s: f64) {
        let span_s = until_s - self.now.time_s;
        if span_s <= 1e-9 {
            return;
        }
        let longest_s = if self.flight.partials > 0 {
            let burn_s = stage.map(|stage| self.law.programme.burns[stage].duration_s());
            burn_s.map_or(STEP_S, |burn_s| {
                (burn_s / STEPS_PER_BURN).clamp(LEAST_STEP_S, STEP_S)
            })
        } else {
            let half_cell_s = 0.5 * self.law.programme.end_s() / (GRID - 1) as f64;
            half_cell_s.clamp(STEP_S, STATE_STEP_S)
        };
        let steps = (span_s / longest_s).ceil().max(1.0);
        let dt = span_s / steps;
        for _ in 0..steps as usize {
            self.step(stage, dt);
            self.record();
        }
    }

    fn step(&mut self, stage: Option<usize>, dt: f64) {
        let Moment {
            time_s: t,
            position_m: r,
            velocity_m_s: v,
        } = self.now.clone();
        let f =
            |t: f64, r: &Vector3<f64>, v: &Vector3<f64>| self.law.acceleration_m_s2(t, stage, r, v);
        let a1 = f(t, &r, &v);
        let (r2, v2) = (r + 0.5 * dt * v, v + 0.5 * dt * a1);
        let a2 = f(t + 0.5 * dt, &r2, &v2);
        let (r3, v3) = (r + 0.5 * dt * v2, v + 0.5 * dt * a2);
        let a3 = f(t + 0.5 * dt, &r3, &v3);
        let (r4, v4) = (r + dt * v3, v + dt * a3);
        let a4 = f(t + dt, &r4, &v4);
        self.now = Moment {
            time_s: t + dt,
            position_m: r + dt / 6.0 * (v + 2.0 * v2 + 2.0 * v3 + v4),
            velocity_m_s: v + dt / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4),
        };
        if self.flight.partials > 0 {
            self.step_partials(stage, t, dt, (&r, &v));
        }
    }

    fn step_partials(
        &mut self,
        stage: Option<usize>,
        t: f64,
        dt: f64,
        start: (&Vector3<f64>, &Vector3<f64>),
    ) {
        let end = (self.now.position_m, self.now.velocity_m_s);
        let (g0, c0) = self.forcing(stage, t, start.0, start.1, false);
        let (g1, c1) = self.forcing(stage, t + dt, &end.0, &end.1, true);
        for k in 0..self.flight.partials {
            let (sr, sv) = (self.s_r[k], self.s_v[k]);
            let first = g0 * sr + c0 * sv + self.before[k];
            let sr_end = sr + dt * sv + 0.5 * dt * dt * first;
            let second = g1 * sr_end + c1 * (sv + dt * first) + self.after[k];
            self.s_v[k] = sv + 0.5 * dt * (first + second);
            self.s_r[k] = sr + dt * sv + dt * dt / 6.0 * (2.0 * first + second);
        }
    }

    /// Gradients of the acceleration by position and velocity; fills the direct partials.
    fn forcing(
        &mut self,
        stage: Option<usize>,
        t: f64,
        r: &Vector3<f64>,
        v: &Vector3<f64>,
        end: bool,
    ) -> (Matrix3<f64>, Matrix3<f64>) {
        let partials = if end {
            &mut self.after
        } else {
            &mut self.before
        };
        match stage {
            Some(stage) => {
                self.law.programme.partials_enu(t, stage, partials);
                partials
                    .iter_mut()
                    .for_each(|p| *p = self.law.itrf_from_enu * *p);
            }
            None => partials.iter_mut().for_each(|p| *p = Vector3::zeros()),
        }
        let drag = self.law.drag_m_s2(r, v);
        partials[1] -= drag;
        let speed = v.norm().max(1.0);
        let rate = drag.norm() / speed;
        let w = ROTATION_RATE_RAD_S;
        let unit = v / speed;
        let mut c = -rate * (Matrix3::identity() + outer(&unit));
        c[(0, 1)] += 2.0 * w;
        c[(1, 0)] -= 2.0 * w;
        let distance = r.norm();
        let radial = r / distance;
        let mut g = 3.986_004_418e14 / (distance * distance * distance)
            * (3.0 * outer(&radial) - Matrix3::identity());
        g += drag * radial.transpose() * density_slope(r);
        (g, c)
    }

    /// A boundary that comes later gives that much more (or less) velocity.
    fn jump(&mut self, stage: usize, end: bool) {
        if self.flight.partials == 0 {
            return;
        }
        let thrust =
            self.law.itrf_from_enu * self.law.programme.thrust_enu_m_s2(self.now.time_s, stage);
        let gain = if end { thrust } else { -thrust };
        let s_v = &mut self.s_v;
        self.law
            .programme
            .boundary_partials(stage, end, |k, by| s_v[k] += by * gain);
    }
}

/// Higher than any air that matters, wherever on the ellipsoid; spares the height itself.
fn is_above_air(position_m: &Vector3<f64>) -> bool {
    let radius_m = SEMI_MAJOR_AXIS_M + NO_AIR_M;
    position_m.norm_squared() > radius_m * radius_m
}

/// Relative change of air density with height [1/m].
fn density_slope(position_m: &Vector3<f64>) -> f64 {
    const STEP_M: f64 = 100.0;
    if is_above_air(position_m) {
        return 0.0;
    }
    let height = height_m(position_m).max(0.0);
    if height > NO_AIR_M {
        return 0.0;
    }
    let density_kg_m3 = atmosphere::density_kg_m3(height);
    (atmosphere::density_kg_m3(height + STEP_M) - density_kg_m3) / (STEP_M * density_kg_m3)
}

impl Flight {
    /// Last time that it was flown to [s].
    pub fn end_s(&self) -> f64 {
        self.nodes.last().map_or(0.0, |node| node.time_s)
    }

    fn cell(&self, time_s: f64) -> usize {
        let after = self.nodes.partition_point(|node| node.time_s <= time_s);
        after.clamp(1, self.nodes.len() - 1) - 1
    }

    /// State at a time within the flight; held at the ends outside of it.
    pub fn at(&self, time_s: f64) -> Moment {
        if time_s <= 0.0 || self.nodes.len() < 2 {
            return self.nodes[0].clone();
        }
        let cell = self.cell(time_s);
        let (a, b) = (&self.nodes[cell], &self.nodes[cell + 1]);
        let h = b.time_s - a.time_s;
        let t = ((time_s - a.time_s) / h).clamp(0.0, 1.0);
        let (t2, t3) = (t * t, t * t * t);
        let position_m = (2.0 * t3 - 3.0 * t2 + 1.0) * a.position_m
            + (t3 - 2.0 * t2 + t) * h * a.velocity_m_s
            + (3.0 * t2 - 2.0 * t3) * b.position_m
            + (t3 - t2) * h * b.velocity_m_s;
        let velocity_m_s = (6.0 * t2 - 6.0 * t) / h * (a.position_m - b.position_m)
            + (3.0 * t2 - 4.0 * t + 1.0) * a.velocity_m_s
            + (3.0 * t2 - 2.0 * t) * b.velocity_m_s;
        Moment {
            time_s,
            position_m,
            velocity_m_s,
        }
    }

    /// Partials of position and velocity by parameter `k` at a time within the flight.
    pub fn partial(&self, k: usize, time_s: f64) -> (Vector3<f64>, Vector3<f64>) {
        if time_s <= 0.0 || self.nodes.len() < 2 {
            return (Vector3::zeros(), Vector3::zeros());
        }
        let cell = self.cell(time_s);
        let (a, b) = (&self.nodes[cell], &self.nodes[cell + 1]);
        let t = ((time_s - a.time_s) / (b.time_s - a.time_s)).clamp(0.0, 1.0);
        let (i, j) = (cell * self.partials + k, (cell + 1) * self.partials + k);
        (
            self.position_partials[i] * (1.0 - t) + self.position_partials[j] * t,
            self.velocity_partials[i] * (1.0 - t) + self.velocity_partials[j] * t,
        )
    }
}
