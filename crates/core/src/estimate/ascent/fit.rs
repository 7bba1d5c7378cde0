//! One component fitted to the looks at one object: maximum a posteriori by Gauss–Newton.

use core::ops::AddAssign;

use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M};
use forewarn_physics::math::ln;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn, Vector3};

use super::flight::{Flight, fly};
use super::prior::Component;
use super::programme::Programme;

/// Parameters before the vehicle vector: east, north, launch time, azimuth.
pub(super) const HEAD: usize = 4;
const MAX_ITERATIONS: usize = 14;
/// Residuals beyond this many sigma lose weight: a false report must not bend the flight.
const HUBER: f64 = 3.5;

/// One infrared look at the object.
#[derive(Debug, Clone)]
pub struct Look {
    /// Seconds after the epoch of the looks.
    pub time_s: f64,
    /// Where the satellite was, ITRF [m].
    pub sensor_position_m: Vector3<f64>,
    /// Unit vector to the object, ITRF.
    pub line_of_sight: Vector3<f64>,
    /// Noise per axis [rad].
    pub sigma_rad: f64,
    /// Which satellite, counted from 0 within these looks.
    pub satellite: usize,
}

/// All looks at one object, and when it was no longer seen.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    /// In order of time.
    pub looks: Vec<Look>,
    /// One sigma of the pointing bias of each satellite [rad].
    pub bias_sigma_rad: Vec<f64>,
    /// First time after the last look when it must have been seen and was not [s], once that is
    /// known from more than one look or a sure one.
    pub missed_s: Option<f64>,
    /// Now [s].
    pub now_s: f64,
}

impl Looks {
    fn last_s(&self) -> f64 {
        self.looks.last().map_or(0.0, |look| look.time_s)
    }
}

/// A component with what every fit of it needs.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The prior.
    pub component: Component,
    pub(super) mean: DVector<f64>,
    pub(super) information: DMatrix<f64>,
    pub(super) ln_determinant: f64,
}

impl Prepared {
    /// Inverts the prior covariance; `None` when it is not positive definite.
    pub fn new(component: Component) -> Option<Self> {
        let covariance = component.covariance_matrix();
        let factor = Cholesky::new(covariance)?;
        let ln_determinant = ln_det(&factor);
        Some(Self {
            mean: component.mean_vector(),
            information: factor.inverse(),
            ln_determinant,
            component,
        })
    }
}

fn ln_det(factor: &Cholesky<f64, Dyn>) -> f64 {
    2.0 * factor
        .l_dirty()
        .diagonal()
        .iter()
        .map(|d| ln(*d))
        .sum::<f64>()
}

/// A point in the parameter space.
#[derive(Debug, Clone)]
pub struct Point {
    /// Launch place on the ellipsoid.
    pub place: Geodetic,
    /// East, north (always 0: the place carries them), launch time [s], azimuth [rad], vehicle
    /// vector, two pointing biases [rad] for each satellite.
    pub x: DVector<f64>,
}

/// A converged fit.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The maximum of the posterior.
    pub point: Point,
    /// Covariance of `point.x`, with east and north of the place first.
    pub covariance: DMatrix<f64>,
    /// Twice the negative log posterior at the maximum: chi-square of looks and prior together.
    pub chi_square: f64,
    /// Degrees of freedom of `chi_square`.
    pub degrees: f64,
    /// Log evidence by Laplace's method, without terms common to all components.
    pub ln_evidence: f64,
    /// The flight at the maximum.
    pub flight: Flight,
}

struct Normal {
    hessian: DMatrix<f64>,
    gradient: DVector<f64>,
    cost: f64,
}

/// Fits one component from one start.
pub(super) fn fit(prepared: &Prepared, looks: &Looks, start: Point) -> Option<Fit> {
    let mut point = start;
    let mut normal = linearise(prepared, looks, &point)?.0;
    let mut damping = 1e-3;
    for _ in 0..MAX_ITERATIONS {
        let mut damped = normal.hessian.clone();
        for k in 0..damped.nrows() {
            damped[(k, k)] *= 1.0 + damping;
        }
        let Some(factor) = Cholesky::new(damped) else {
            damping = (damping * 10.0).max(1e-6);
            continue;
        };
        let step = limited(-factor.solve(&normal.gradient));
        let next = moved(&point, &step);
        let expected = -step.dot(&normal.gradient) - 0.5 * step.dot(&(&normal.hessian * &step));
        match linearise(prepared, looks, &next) {
            Some((candidate, _)) if candidate.cost < normal.cost + 1e-9 => {
                let gain = normal.cost - candidate.cost;
                point = next;
                normal = candidate;
                damping = (damping * 0.1).max(1e-9);
                if gain < 1e-3 && expected < 1e-3 {
                    break;
                }
            }
            _ => {
                damping *= 10.0;
                if damping > 1e7 {
                    break;
                }
            }
        }
    }
    finish(prepared, looks, point)
}

fn finish(prepared: &Prepared, looks: &Looks, point: Point) -> Option<Fit> {
    let (normal, flight) = linearise(prepared, looks, &point)?;
    let factor = Cholesky::new(normal.hessian)?;
    let chi_square = 2.0 * normal.cost;
    let ln_evidence = -normal.cost - 0.5 * ln_det(&factor) - 0.5 * prepared.ln_determinant
        + ln(prepared.component.weight)
        - unlit_stage_penalty(prepared, looks, &point);
    let covariance = factor.inverse();
    if !ln_evidence.is_finite() || covariance.iter().any(|c| !c.is_finite()) {
        return None;
    }
    let degrees = (2 * looks.looks.len()) as f64 - HEAD as f64;
    Some(Fit {
        point,
        covariance,
        chi_square,
        degrees,
        ln_evidence,
        flight,
    })
}

/// Steps beyond what the linearisation bears are shortened as a whole.
fn limited(step: DVector<f64>) -> DVector<f64> {
    let most = [400e3, 400e3, 40.0, 0.7];
    let scale = most
        .iter()
        .zip(step.iter())
        .fold(1.0f64, |scale, (limit, size)| {
            scale.min(limit / size.abs().max(1e-30))
        });
    step * scale
}

fn moved(point: &Point, step: &DVector<f64>) -> Point {
    let mut x = &point.x + step;
    let place = shifted(&point.place, x[0], x[1]);
    x[0] = 0.0;
    x[1] = 0.0;
    x[3] = forewarn_physics::math::wrap_pi(x[3]);
    Point { place, x }
}

/// The place `east_m`, `north_m` away, put back on the ellipsoid.
pub(super) fn shifted(place: &Geodetic, east_m: f64, north_m: f64) -> Geodetic {
    let offset = place.enu_from_itrf().transpose() * Vector3::new(east_m, north_m, 0.0);
    let moved = Geodetic::from_itrf(Position::from_vector(place.to_itrf().vector() + offset));
    Geodetic {
        height_m: 0.0,
        ..moved
    }
}

fn linearise(prepared: &Prepared, looks: &Looks, point: &Point) -> Option<(Normal, Flight)> {
    let component = &prepared.component;
    let d = component.dimension();
    let vehicle: Vec<f64> = point.x.as_slice()[HEAD..HEAD + d].to_vec();
    let programme = Programme::new(component, point.x[3], &vehicle);
    let until_s = (looks.last_s() - point.x[2]).max(1.0);
    if !until_s.is_finite() || until_s > 2_000.0 {
        return None;
    }
    let flight = fly(&point.place, &programme, until_s, true);
    let n = point.x.len();
    let mut normal = Normal {
        hessian: DMatrix::zeros(n, n),
        gradient: DVector::zeros(n),
        cost: 0.0,
    };
    add_prior(prepared, looks, point, &mut normal);
    add_cutoff(component, looks, point, &programme, &mut normal);
    let mut row = DVector::zeros(n);
    let frame = point.place.enu_from_itrf();
    let spin = [
        frame.row(1).transpose() / SEMI_MAJOR_AXIS_M,
        -frame.row(0).transpose() / SEMI_MAJOR_AXIS_M,
    ];
    for look in &looks.looks {
        let age_s = look.time_s - point.x[2];
        let moment = flight.at(age_s);
        let (axes, predicted, range_m) = geometry(look, &moment.position_m);
        for (axis, b) in axes.iter().enumerate() {
            let by_position = (b - predicted * b.dot(&predicted)) / range_m;
            row.fill(0.0);
            row[0] = by_position.dot(&spin[0].cross(&moment.position_m));
            row[1] = by_position.dot(&spin[1].cross(&moment.position_m));
            row[2] = if age_s > 0.0 {
                -by_position.dot(&moment.velocity_m_s)
            } else {
                0.0
            };
            for k in 0..programme.partials() {
                row[3 + k] = by_position.dot(&flight.partial(k, age_s).0);
            }
            let bias = HEAD + d + 2 * look.satellite + axis;
            row[bias] = 1.0;
            let residual = b.dot(&(predicted - look.line_of_sight)) + point.x[bias];
            add_residual(
                &mut normal,
                &row,
                residual / look.sigma_rad,
                1.0 / look.sigma_rad,
            );
        }
    }
    normal.hessian.fill_upper_triangle_with_lower_triangle();
    normal.cost.is_finite().then_some((normal, flight))
}

/// Two axes across the line of sight, the predicted direction and the range.
fn geometry(look: &Look, position_m: &Vector3<f64>) -> ([Vector3<f64>; 2], Vector3<f64>, f64) {
    let axes = across(&look.line_of_sight);
    let relative = position_m - look.sensor_position_m;
    let range_m = relative.norm().max(1.0);
    (axes, relative / range_m, range_m)
}

/// Two unit vectors across a direction: level (east-like) and upright.
pub(super) fn across(direction: &Vector3<f64>) -> [Vector3<f64>; 2] {
    let level = Vector3::z().cross(direction);
    let level = if level.norm() > 1e-6 {
        level.normalize()
    } else {
        Vector3::x()
    };
    [level, direction.cross(&level)]
}

fn add_residual(normal: &mut Normal, row: &DVector<f64>, whitened: f64, scale: f64) {
    let size = whitened.abs();
    let weight = if size > HUBER { HUBER / size } else { 1.0 };
    normal.cost += if size > HUBER {
        HUBER * size - 0.5 * HUBER * HUBER
    } else {
        0.5 * size * size
    };
    normal.gradient.axpy(weight * whitened * scale, row, 1.0);
    normal.hessian.syger(weight * scale * scale, row, row, 1.0);
    // `syger` fills the lower triangle only; Cholesky reads nothing else.
}

fn add_prior(prepared: &Prepared, looks: &Looks, point: &Point, normal: &mut Normal) {
    let d = prepared.component.dimension();
    let departure = point.x.rows(HEAD, d) - &prepared.mean;
    let pull = &prepared.information * &departure;
    normal.cost += 0.5 * departure.dot(&pull);
    normal.gradient.rows_mut(HEAD, d).add_assign(&pull);
    normal
        .hessian
        .view_mut((HEAD, HEAD), (d, d))
        .add_assign(&prepared.information);
    let mut single = |k: usize, value: f64, sigma: f64| {
        normal.cost += 0.5 * value * value / (sigma * sigma);
        normal.gradient[k] += value / (sigma * sigma);
        normal.hessian[(k, k)] += 1.0 / (sigma * sigma);
    };
    for (satellite, sigma_rad) in looks.bias_sigma_rad.iter().enumerate() {
        for axis in 0..2 {
            let k = HEAD + d + 2 * satellite + axis;
            single(k, point.x[k], sigma_rad.max(1e-9));
        }
    }
    // Enough to keep the matrix regular with two looks; far wider than any answer.
    single(0, 0.0, 2e6);
    single(1, 0.0, 2e6);
    single(3, 0.0, 30.0);
    let first_s = looks.looks.first().map_or(0.0, |look| look.time_s);
    single(2, point.x[2] - (first_s - 60.0), 120.0);
}

/// The burn that was last seen lasted at least until then, and ended before it was missed.
fn add_cutoff(
    component: &Component,
    looks: &Looks,
    point: &Point,
    programme: &Programme<'_>,
    normal: &mut Normal,
) {
    let last_s = looks.last_s() - point.x[2];
    let stage = active_stage(programme, last_s);
    let end_s = programme.burns[stage].end_s;
    let mut row = DVector::zeros(point.x.len());
    row[2] = 1.0;
    programme.boundary_partials(stage, true, |k, by| row[3 + k] += by);
    let last_stage = stage + 1 == component.stages;
    match looks.missed_s {
        Some(missed_s) if last_stage || looks.now_s - looks.last_s() < 12.0 => {
            let (from, to) = (looks.last_s(), missed_s.max(looks.last_s() + 0.1));
            let sigma_s = ((to - from) / 12f64.sqrt()).max(0.05);
            let residual = (end_s + point.x[2] - 0.5 * (from + to)) / sigma_s;
            quadratic(normal, &row, residual, 1.0 / sigma_s);
        }
        _ => {
            let short_s = last_s - end_s;
            if short_s > 0.0 {
                quadratic(normal, &row, -short_s / 0.2, 1.0 / 0.2);
            }
        }
    }
}

fn quadratic(normal: &mut Normal, row: &DVector<f64>, whitened: f64, scale: f64) {
    normal.cost += 0.5 * whitened * whitened;
    normal.gradient.axpy(whitened * scale, row, 1.0);
    normal.hessian.syger(scale * scale, row, row, 1.0);
}

/// The burn that is on at a time after launch, or the one just over.
pub(super) fn active_stage(programme: &Programme<'_>, time_s: f64) -> usize {
    programme
        .burns
        .iter()
        .rposition(|burn| burn.start_s < time_s)
        .unwrap_or(0)
}

/// Stages that should have lit by now, and were not seen, speak against the component.
fn unlit_stage_penalty(prepared: &Prepared, looks: &Looks, point: &Point) -> f64 {
    if looks.missed_s.is_none() || looks.now_s - looks.last_s() < 12.0 {
        return 0.0;
    }
    let d = prepared.component.dimension();
    let vehicle: Vec<f64> = point.x.as_slice()[HEAD..HEAD + d].to_vec();
    let programme = Programme::new(&prepared.component, point.x[3], &vehicle);
    let stage = active_stage(&programme, looks.last_s() - point.x[2]);
    if stage + 1 < prepared.component.stages {
        12.0
    } else {
        0.0
    }
}
