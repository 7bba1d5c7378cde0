//! What the fitted bank says: launch, state, cut-off, and an ensemble of futures.

use std::borrow::Cow;

use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M};
use forewarn_physics::math::{atan2, chi_square_survival};
use forewarn_physics::time::{Epoch, after};
use nalgebra::{DMatrix, Matrix3, Matrix6, Vector3, Vector6};

use super::fit::{Fit, HEAD, Looks, active_stage};
use super::flight::{Flight, fly};
use super::prior::Component;
use super::programme::Programme;

/// One component's fit and its weight.
#[derive(Debug, Clone)]
pub struct Member {
    /// Posterior weight; the weights sum to one.
    pub weight: f64,
    /// The prior that was fitted.
    pub component: Component,
    /// The fit.
    pub fit: Fit,
}

impl Member {
    /// The vehicle vector at the maximum.
    pub fn vehicle(&self) -> &[f64] {
        &self.fit.point.x.as_slice()[HEAD..HEAD + self.component.dimension()]
    }

    /// The thrust programme at the maximum.
    pub fn programme(&self) -> Programme<'_> {
        Programme::new(&self.component, self.fit.point.x[3], self.vehicle())
    }

    /// Flies the fit until a time after launch, with partials.
    fn flown(&self, until_s: f64) -> Cow<'_, Flight> {
        if until_s <= self.fit.flight.end_s() {
            Cow::Borrowed(&self.fit.flight)
        } else {
            Cow::Owned(fly(&self.fit.point.place, &self.programme(), until_s, true))
        }
    }

    /// State and covariance at `time_s` after the epoch of the looks.
    fn state(&self, time_s: f64) -> (Vector6<f64>, Matrix6<f64>) {
        let x = &self.fit.point.x;
        let age_s = time_s - x[2];
        let flight = self.flown(age_s);
        let moment = flight.at(age_s);
        let n = HEAD + self.component.dimension();
        let mut jacobian = DMatrix::zeros(6, n);
        let frame = self.fit.point.place.enu_from_itrf();
        let spin = [
            frame.row(1).transpose() / SEMI_MAJOR_AXIS_M,
            -frame.row(0).transpose() / SEMI_MAJOR_AXIS_M,
        ];
        for (k, axis) in spin.iter().enumerate() {
            set(
                &mut jacobian,
                k,
                &axis.cross(&moment.position_m),
                &axis.cross(&moment.velocity_m_s),
            );
        }
        let step_s = 0.5;
        let acceleration =
            (flight.at(age_s).velocity_m_s - flight.at(age_s - step_s).velocity_m_s) / step_s;
        set(&mut jacobian, 2, &-moment.velocity_m_s, &-acceleration);
        for k in 0..n - 3 {
            let (by_r, by_v) = flight.partial(k, age_s);
            set(&mut jacobian, 3 + k, &by_r, &by_v);
        }
        let covariance = self.fit.covariance.view((0, 0), (n, n)).into_owned();
        let spread = &jacobian * covariance * jacobian.transpose();
        let mean = Vector6::from_iterator(
            moment
                .position_m
                .iter()
                .chain(moment.velocity_m_s.iter())
                .copied(),
        );
        (
            mean,
            Matrix6::from_fn(|i, j| 0.5 * (spread[(i, j)] + spread[(j, i)])),
        )
    }
}

fn set(
    jacobian: &mut DMatrix<f64>,
    column: usize,
    position: &Vector3<f64>,
    velocity: &Vector3<f64>,
) {
    for i in 0..3 {
        jacobian[(i, column)] = position[i];
        jacobian[(i + 3, column)] = velocity[i];
    }
}

/// Launch as one Gaussian: east, north [m] about `place`, time [s] after the epoch.
#[derive(Debug, Clone)]
pub struct LaunchMoments {
    /// Mean place.
    pub place: Geodetic,
    /// Mean time [s] after the epoch of the looks.
    pub time_s: f64,
    /// Covariance of east [m], north [m], time [s].
    pub covariance: Matrix3<f64>,
}

/// The posterior over ascents.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// Epoch that the seconds count from.
    pub epoch: Epoch,
    /// Members, in the order of the bank.
    pub members: Vec<Member>,
    /// Time of the last look [s].
    pub last_s: f64,
    /// When it must have been seen and was not [s].
    pub missed_s: Option<f64>,
    /// Chance of a misfit at least this large if the best member were true.
    pub p_value: f64,
}

impl Posterior {
    pub(super) fn new(epoch: Epoch, looks: &Looks, mut members: Vec<Member>) -> Self {
        let total: f64 = members.iter().map(|m| m.weight).sum();
        members.iter_mut().for_each(|m| m.weight /= total);
        let last_s = looks.looks.last().map_or(0.0, |look| look.time_s);
        let mut posterior = Self {
            epoch,
            members,
            last_s,
            missed_s: looks.missed_s,
            p_value: 1.0,
        };
        posterior.p_value = posterior
            .members
            .iter()
            .filter(|m| m.fit.degrees > 0.0)
            .map(|m| chi_square_survival(m.fit.chi_square, m.fit.degrees))
            .fold(0.0, f64::max);
        if posterior.members.iter().all(|m| m.fit.degrees <= 0.0) {
            posterior.p_value = 1.0;
        }
        posterior
    }

    /// The member with the greatest weight.
    pub fn best(&self) -> &Member {
        self.members
            .iter()
            .max_by(|a, b| a.weight.total_cmp(&b.weight))
            .unwrap_or(&self.members[0])
    }

    /// Posterior weight of all components of a class.
    pub fn class_weight(&self, class: &str) -> f64 {
        self.members
            .iter()
            .filter(|m| m.component.class == class)
            .map(|m| m.weight)
            .sum()
    }

    /// Each member's launch as (weight, offset from `about`: east, north [m], time [s]; covariance).
    pub fn launches(&self, about: &Geodetic) -> Vec<(f64, Vector3<f64>, Matrix3<f64>)> {
        let frame = about.enu_from_itrf();
        self.members
            .iter()
            .map(|member| {
                let offset = frame * (member.fit.point.place.to_itrf() - about.to_itrf());
                let mean = Vector3::new(offset.x, offset.y, member.fit.point.x[2]);
                (
                    member.weight,
                    mean,
                    member.fit.covariance.fixed_view::<3, 3>(0, 0).into_owned(),
                )
            })
            .collect()
    }

    /// The launch as one Gaussian by its first two moments.
    pub fn launch(&self) -> LaunchMoments {
        let about = self.best().fit.point.place;
        let (mean, covariance) = moments(&self.launches(&about));
        let place = super::fit::shifted(&about, mean.x, mean.y);
        LaunchMoments {
            place,
            time_s: mean.z,
            covariance,
        }
    }

    /// State and covariance at a time [s] after the epoch of the looks, by the first two moments.
    pub fn state(&self, time_s: f64) -> (Vector6<f64>, Matrix6<f64>) {
        let parts: Vec<_> = self
            .members
            .iter()
            .filter(|m| m.weight > 1e-3)
            .map(|m| {
                let (mean, covariance) = m.state(time_s);
                (m.weight, mean, covariance)
            })
            .collect();
        let total: f64 = parts.iter().map(|p| p.0).sum();
        let mean = parts
            .iter()
            .fold(Vector6::zeros(), |sum, p| sum + p.0 / total * p.1);
        let covariance = parts.iter().fold(Matrix6::zeros(), |sum, p| {
            let d = p.1 - mean;
            sum + p.0 / total * (p.2 + d * d.transpose())
        });
        (mean, covariance)
    }

    /// Time of cut-off of the last burn seen [s] after the epoch and its one sigma, by moments.
    pub fn cutoff(&self) -> (f64, f64) {
        let mut parts = Vec::with_capacity(self.members.len());
        for member in &self.members {
            let programme = member.programme();
            let launch_s = member.fit.point.x[2];
            let stage = active_stage(&programme, self.last_s - launch_s);
            let mut row = nalgebra::DVector::zeros(member.fit.point.x.len());
            row[2] = 1.0;
            programme.boundary_partials(stage, true, |k, by| row[3 + k] += by);
            let variance = row.dot(&(&member.fit.covariance * &row));
            parts.push((
                member.weight,
                programme.burns[stage].end_s + launch_s,
                variance,
            ));
        }
        let mean: f64 = parts.iter().map(|p| p.0 * p.1).sum();
        let variance: f64 = parts
            .iter()
            .map(|p| p.0 * (p.2 + (p.1 - mean) * (p.1 - mean)))
            .sum();
        (mean, variance.sqrt())
    }

    /// Seconds of burning seen so far: from the mean launch to the last look.
    pub fn burnt_s(&self) -> f64 {
        self.last_s - self.launch().time_s
    }

    /// Launch azimuth: of the earth-fixed velocity at `time_s`, with its one sigma [rad].
    pub fn azimuth_rad(&self, time_s: f64) -> (f64, f64) {
        let (mean, covariance) = self.state(time_s);
        let place = Geodetic::from_itrf(Position::new(mean[0], mean[1], mean[2]));
        let v = place.enu_from_itrf() * Vector3::new(mean[3], mean[4], mean[5]);
        let horizontal = (v.x * v.x + v.y * v.y).sqrt().max(1.0);
        let across = place.enu_from_itrf().transpose()
            * Vector3::new(v.y / horizontal, -v.x / horizontal, 0.0);
        let spread = covariance.fixed_view::<3, 3>(3, 3) * across;
        (
            forewarn_physics::math::wrap_tau(atan2(v.x, v.y)),
            (across.dot(&spread)).max(0.0).sqrt() / horizontal,
        )
    }

    /// The epoch of a time in seconds after the epoch of the looks.
    pub fn at(&self, time_s: f64) -> Epoch {
        after(self.epoch, time_s)
    }
}

/// First two moments of a mixture.
pub fn moments(parts: &[(f64, Vector3<f64>, Matrix3<f64>)]) -> (Vector3<f64>, Matrix3<f64>) {
    let total: f64 = parts.iter().map(|p| p.0).sum();
    let mean = parts
        .iter()
        .fold(Vector3::zeros(), |sum, p| sum + p.0 / total * p.1);
    let covariance = parts.iter().fold(Matrix3::zeros(), |sum, p| {
        let d = p.1 - mean;
        sum + p.0 / total * (p.2 + d * d.transpose())
    });
    (mean, covariance)
}
