//! The boost of one object: the fit, and where it leads.

use std::sync::Arc;

use forewarn_physics::flight::coast::{Body, Fate, to_impact};
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::frames::{Itrf, Position, State, geodesic};
use forewarn_physics::math::{cos, ln, sin, wrap_pi};
use forewarn_physics::time::{Epoch, after, seconds_between};
use nalgebra::{Matrix2, Matrix6, Vector2, Vector6};

use super::object::Object;
use crate::estimate::ascent::{Bank, Cutoff, Look, Looks, Posterior, ballistic_coefficient_kg_m2};
use crate::model::{ImpactRegion, ObjectId, SensorKind};
use crate::sensors::SensorModel;

/// Futures drawn from a boost.
const FUTURES: usize = 96;
/// While it burns the futures are drawn anew at most this often [s], once it was watched for
/// [`STEADY_S`]: they are most of the work, and hardly change from look to look.
const FUTURES_KEPT_S: f64 = 9.0;
const STEADY_S: f64 = 60.0;
/// A fit is sound from this chance of a worse misfit on, and from this many looks.
const SOUND_P: f64 = 1e-3;
const SOUND_LOOKS: u32 = 10;
/// Looks used in one fit: more are thinned, the first and last kept.
const FIT_LOOKS: usize = 64;
/// A flight longer than this is not followed to impact [s].
const LIMIT_S: f64 = 7_200.0;
/// Share of futures that may stay up before no region is given.
const MOST_ORBITS: f64 = 0.1;

/// One future: cut-off, and impact where it comes down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Future {
    /// Powered flight's end.
    pub cutoff: Cutoff,
    /// Seconds after the epoch of the looks, and place.
    pub impact: Option<(f64, Geodetic)>,
}

/// The boost of one object.
#[derive(Debug, Clone)]
pub(super) struct Boost {
    /// The fit.
    pub posterior: Posterior,
    /// Drawn futures.
    pub futures: Vec<Future>,
    /// Last look that they were drawn with [s] after the epoch of the looks.
    futures_s: f64,
    /// The last fit that was sound, where the present one is not: a later burn that no ascent of
    /// the bank explains does not undo what was known of the launch.
    sound: Option<Arc<Posterior>>,
    /// How many satellites are in the fit.
    pub satellites: u32,
    /// Looks in the fit.
    pub looks: u32,
    /// State at the last look and its covariance.
    pub last: (Vector6<f64>, Matrix6<f64>),
    /// Log evidence over the best thing that is not under power.
    pub log_evidence_ratio: f64,
}

impl Boost {
    /// Fits an object's looks; `None` when nothing fits.
    pub(super) fn fit(
        object: &mut Object,
        bank: &Bank,
        models: &[SensorModel],
        now: Epoch,
        seed: u64,
    ) -> Option<Self> {
        let epoch = object.looks.first()?.1.time;
        let (looks, densities) = gather(object, models, epoch, now);
        let satellites = looks.bias_sigma_rad.len() as u32;
        if looks.looks.len() < 3 {
            return None;
        }
        let posterior = object.fit.update(bank, epoch, &looks)?;
        let (futures, futures_s) = still_good(object, &posterior)
            .unwrap_or_else(|| (futures(&posterior, seed, object.id), posterior.last_s));
        let last = posterior.state(posterior.last_s);
        let log_evidence_ratio = evidence_over_others(&posterior, &looks, &densities);
        let sound = sound_before(object, &posterior);
        Some(Self {
            sound,
            posterior,
            futures,
            futures_s,
            satellites,
            looks: looks.looks.len() as u32,
            last,
            log_evidence_ratio,
        })
    }

    /// The fit to be asked for the launch: this one, or the last sound one before it.
    pub(super) fn of_launch(&self) -> &Posterior {
        self.sound.as_deref().unwrap_or(&self.posterior)
    }

    /// Share of the futures that stay up.
    pub(super) fn orbit_share(&self) -> f64 {
        let up = self
            .futures
            .iter()
            .filter(|future| future.impact.is_none())
            .count();
        up as f64 / self.futures.len().max(1) as f64
    }

    /// Where and when it may come down, as a region that holds 90 % of the futures.
    pub(super) fn region(&self) -> Option<ImpactRegion> {
        if self.futures.len() < FUTURES / 2 || self.orbit_share() > MOST_ORBITS {
            return None;
        }
        let launch = self.posterior.launch();
        let polar: Vec<(Vector2<f64>, f64)> = self
            .futures
            .iter()
            .filter_map(|future| future.impact)
            .map(|(time_s, place)| {
                let line = geodesic::inverse(&launch.place, &place);
                (Vector2::new(line.distance_m, line.azimuth_from_rad), time_s)
            })
            .collect();
        let first = polar.first()?.0.y;
        let points: Vec<Vector2<f64>> = polar
            .iter()
            .map(|(p, _)| Vector2::new(p.x, wrap_pi(p.y - first)))
            .collect();
        let n = points.len() as f64;
        let mean = points.iter().sum::<Vector2<f64>>() / n;
        let covariance = points
            .iter()
            .map(|p| (p - mean) * (p - mean).transpose())
            .sum::<Matrix2<f64>>()
            / (n - 1.0)
            + Matrix2::new(1e6, 0.0, 0.0, 1e-8);
        let inverse = covariance.try_inverse()?;
        let mut distances: Vec<f64> = points
            .iter()
            .map(|p| (p - mean).dot(&(inverse * (p - mean))))
            .collect();
        distances.sort_by(f64::total_cmp);
        // The empirical 90 % level, no tighter than the Gaussian one.
        let level = distances[(0.92 * n) as usize % distances.len()]
            .max(4.605)
            .sqrt();
        let root = covariance.cholesky()?.unpack();
        let mut ring_rad = Vec::with_capacity(49);
        for k in 0..=48 {
            let angle = core::f64::consts::TAU * f64::from(k % 48) / 48.0;
            let edge = mean + root * Vector2::new(cos(angle), sin(angle)) * level;
            let place = geodesic::direct(&launch.place, first + edge.y, edge.x.max(0.0));
            ring_rad.push([place.latitude_rad, place.longitude_rad]);
        }
        let mut times: Vec<f64> = polar.iter().map(|(_, time_s)| *time_s).collect();
        times.sort_by(f64::total_cmp);
        let mean_time = times.iter().sum::<f64>() / n;
        let sigma = (times
            .iter()
            .map(|t| (t - mean_time) * (t - mean_time))
            .sum::<f64>()
            / (n - 1.0))
            .sqrt();
        let epoch = self.posterior.epoch;
        Some(ImpactRegion {
            ring_rad,
            time: after(epoch, times[times.len() / 2]),
            time_sigma_s: sigma,
            earliest_95: after(epoch, times[(0.05 * n) as usize]),
        })
    }

    /// Height [m] at the last look.
    pub(super) fn last_height_m(&self) -> f64 {
        height_m(&self.last.0.fixed_rows::<3>(0).into_owned())
    }
}

/// The futures of a boost on their way, kept so that they need not be flown from cut-off anew.
#[derive(Debug, Clone)]
pub(super) struct Coast {
    boost: Arc<Boost>,
    /// Seconds after the epoch of the looks and state of each future, in order.
    states: Vec<(f64, State<Itrf>)>,
}

impl Coast {
    /// At each future's cut-off.
    pub(super) fn of(boost: &Arc<Boost>) -> Self {
        let states = boost
            .futures
            .iter()
            .map(|future| {
                let cutoff = &future.cutoff;
                (
                    cutoff.time_s,
                    State::from_vectors(cutoff.position_m, cutoff.velocity_m_s),
                )
            })
            .collect();
        Self {
            boost: boost.clone(),
            states,
        }
    }

    pub(super) fn is_of(&self, boost: &Arc<Boost>) -> bool {
        Arc::ptr_eq(&self.boost, boost)
    }

    /// Flown to a time [s after the epoch of the looks].
    pub(super) fn at(mut self, time_s: f64) -> Self {
        for ((at_s, state), future) in self.states.iter_mut().zip(&self.boost.futures) {
            let body = Body {
                ballistic_coefficient_kg_m2: ballistic_coefficient_kg_m2(future.cutoff.quantile),
                ..Body::VACUUM
            };
            *state = forewarn_physics::flight::coast::propagate(state, time_s - *at_s, &body);
            *at_s = time_s;
        }
        self
    }

    /// Mean and covariance; `None` when too few futures are left.
    pub(super) fn moments(&self) -> Option<(Vector6<f64>, Matrix6<f64>)> {
        let rows: Vec<Vector6<f64>> = self
            .states
            .iter()
            .map(|(_, state)| {
                Vector6::from_iterator(state.position.iter().chain(state.velocity.iter()).copied())
            })
            .filter(|row| row.iter().all(|value| value.is_finite()))
            .collect();
        if rows.len() < FUTURES / 2 {
            return None;
        }
        let n = rows.len() as f64;
        let mean = rows.iter().sum::<Vector6<f64>>() / n;
        let covariance = rows
            .iter()
            .map(|row| (row - mean) * (row - mean).transpose())
            .sum::<Matrix6<f64>>()
            / (n - 1.0);
        let floor = Vector6::new(1e4, 1e4, 1e4, 1.0, 1.0, 1.0);
        Some((mean, covariance + Matrix6::from_diagonal(&floor)))
    }
}

fn futures(posterior: &Posterior, seed: u64, id: ObjectId) -> Vec<Future> {
    posterior
        .cutoffs(FUTURES, seed ^ id.0.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .into_iter()
        .map(follow)
        .collect()
}

/// The last sound fit, if the new one is not sound.
fn sound_before(object: &Object, posterior: &Posterior) -> Option<Arc<Posterior>> {
    let before = object.boost.as_ref()?;
    if posterior.p_value >= SOUND_P {
        return None;
    }
    let known = before.sound.clone();
    known.or_else(|| {
        let held = before.posterior.p_value >= SOUND_P && before.looks >= SOUND_LOOKS;
        held.then(|| Arc::new(before.posterior.clone()))
    })
}

/// The futures of the fit before, where they still serve: it burns on, and few looks came since.
fn still_good(object: &Object, posterior: &Posterior) -> Option<(Vec<Future>, f64)> {
    let before = object.boost.as_ref()?;
    let age_s = posterior.last_s - before.futures_s;
    let serves = posterior.missed_s.is_none()
        && before.posterior.missed_s.is_none()
        && before.posterior.epoch == posterior.epoch
        && before.posterior.last_s > STEADY_S
        && (0.0..FUTURES_KEPT_S).contains(&age_s);
    serves.then(|| (before.futures.clone(), before.futures_s))
}

fn follow(cutoff: Cutoff) -> Future {
    let body = Body {
        ballistic_coefficient_kg_m2: ballistic_coefficient_kg_m2(cutoff.quantile),
        ..Body::VACUUM
    };
    let start: State<Itrf> = State::from_vectors(cutoff.position_m, cutoff.velocity_m_s);
    let impact = match to_impact(&start, &body, 0.0, LIMIT_S) {
        Fate::Impact(impact) => Some((
            cutoff.time_s + impact.time_s,
            Geodetic::from_itrf(impact.state.position),
        )),
        Fate::Orbit | Fate::TooLong => None,
    };
    Future { cutoff, impact }
}

/// The looks for a fit, thinned, with satellites numbered from 0; and of each the log density
/// [per rad²] of other things that may have given it.
fn gather(object: &Object, models: &[SensorModel], epoch: Epoch, now: Epoch) -> (Looks, Vec<f64>) {
    let mut satellites = Vec::new();
    let every = object.looks.len().div_ceil(FIT_LOOKS).max(1);
    let count = object.looks.len();
    let (mut looks, mut densities) = (Vec::new(), Vec::new());
    for (index, (sensor, hit)) in object.looks.iter().enumerate() {
        if index % every != 0 && index + 1 != count {
            continue;
        }
        let satellite = satellites
            .iter()
            .position(|known| known == sensor)
            .unwrap_or_else(|| {
                satellites.push(*sensor);
                satellites.len() - 1
            });
        densities.push(hit.ln_density_rad2);
        looks.push(Look {
            time_s: seconds_between(epoch, hit.time),
            sensor_position_m: hit.sensor_position_m,
            line_of_sight: hit.direction,
            sigma_rad: hit.sigma_rad,
            satellite,
        });
    }
    let bias_sigma_rad = satellites
        .iter()
        .map(|sensor| match &models[usize::from(sensor.0)].sensor.kind {
            SensorKind::Infrared(infrared) => infrared.bias_sigma_rad,
            SensorKind::Radar(_) => 0.0,
        })
        .collect();
    let missed_s = object
        .missed_since()
        .map(|missed| seconds_between(epoch, missed));
    (
        Looks {
            looks,
            bias_sigma_rad,
            missed_s,
            now_s: seconds_between(epoch, now),
        },
        densities,
    )
}

/// Log evidence of the ascent over what is no ascent: something that drifts steadily (the best
/// straight motion of each satellite's directions, with a penalty for its free parameters), or
/// things that stand still and show one after the other.
fn evidence_over_others(posterior: &Posterior, looks: &Looks, densities: &[f64]) -> f64 {
    let (mut steady, mut hopping) = (0.0, 0.0);
    for satellite in 0..looks.bias_sigma_rad.len() {
        let (mine, dense): (Vec<&Look>, Vec<f64>) = looks
            .looks
            .iter()
            .zip(densities)
            .filter(|(look, _)| look.satellite == satellite)
            .unzip();
        steady += steady_chi_square(&mine);
        hopping += hopping_cost(&mine, &dense);
    }
    let ascent = posterior.best().fit.chi_square;
    // Four free numbers of the launch against four of each straight line, a nat or two each.
    let over_steady = 0.5 * (steady - ascent) + 6.0 * looks.bias_sigma_rad.len() as f64;
    let over_hopping = hopping - 0.5 * ascent;
    over_steady.min(over_hopping) - 6.0
}

/// Cost (negative log likelihood, relative to the noise's own density) of looks at places that
/// stand still: a look is at a place known, or at a new one, which is as likely as things there
/// are dense.
fn hopping_cost(looks: &[&Look], ln_density_rad2: &[f64]) -> f64 {
    /// Sigmas within which a look is at a place.
    const AT_PLACE: f64 = 16.0;
    let Some(first) = looks.first() else {
        return 0.0;
    };
    let mut places: Vec<(nalgebra::Vector3<f64>, f64)> = vec![(first.line_of_sight, 1.0)];
    let mut cost = 0.0;
    for (look, ln_density) in looks.iter().zip(ln_density_rad2).skip(1) {
        let variance = look.sigma_rad * look.sigma_rad;
        let nearest = places
            .iter_mut()
            .map(|place| {
                let spread = variance * (1.0 + 1.0 / place.1);
                (
                    (look.line_of_sight - place.0).norm_squared() / spread,
                    place,
                )
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((distance2, place)) if distance2 < AT_PLACE => {
                cost += 0.5 * distance2 + ln(1.0 + 1.0 / place.1);
                place.1 += 1.0;
                place.0 += (look.line_of_sight - place.0) / place.1;
            }
            _ => {
                cost -= (ln(core::f64::consts::TAU * variance) + ln_density).min(0.0);
                places.push((look.line_of_sight, 1.0));
            }
        }
    }
    cost
}

fn steady_chi_square(looks: &[&Look]) -> f64 {
    let Some(first) = looks.first() else {
        return 0.0;
    };
    let axes = crate::sensors::infrared::across(&first.line_of_sight);
    let n = looks.len() as f64;
    let mean_t = looks.iter().map(|look| look.time_s).sum::<f64>() / n;
    let mut chi_square = 0.0;
    for axis in &axes {
        let values: Vec<f64> = looks
            .iter()
            .map(|look| axis.dot(&(look.line_of_sight - first.line_of_sight)))
            .collect();
        let mean = values.iter().sum::<f64>() / n;
        let spread: f64 = looks
            .iter()
            .map(|look| (look.time_s - mean_t) * (look.time_s - mean_t))
            .sum();
        let slope = if spread > 0.0 {
            looks
                .iter()
                .zip(&values)
                .map(|(look, v)| (look.time_s - mean_t) * (v - mean))
                .sum::<f64>()
                / spread
        } else {
            0.0
        };
        for (look, value) in looks.iter().zip(&values) {
            let miss = (value - mean - slope * (look.time_s - mean_t)) / look.sigma_rad;
            chi_square += miss * miss;
        }
    }
    chi_square
}

/// Position type shorthand for callers that hold bare vectors.
pub(super) fn place_of(mean: &Vector6<f64>) -> Geodetic {
    Geodetic::from_itrf(Position::new(mean[0], mean[1], mean[2]))
}
