//! What is estimated of an object at a moment: launch, burnout, state, impact.

use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::frames::{Covariance6, Itrf, State};
use forewarn_physics::time::{Epoch, after, seconds_between};
use nalgebra::Vector3;

use super::boost::place_of;
use super::object::{Arc1, Object};
use super::payload;
use crate::estimate::impact::{
    ImpactOutcome, OrbitStatistics, perigee_statistics, predict_impact, region,
};
use crate::estimate::launch::launch_estimate;
use crate::model::{
    FlightPhase, GaussianState, ImpactEstimate, ImpactRegion, LaunchEstimate, LaunchSite,
    StateEstimate,
};
use crate::track::ballistic::Flight;

/// Updates of a radar before its arc alone gives an impact point.
const IMPACT_UPDATES: u32 = 6;
/// Probability of gliding from which no ballistic impact is given.
const GLIDES: f64 = 0.2;

/// Everything estimated of one object.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlook {
    pub launch: Option<LaunchEstimate>,
    pub impact: Option<ImpactEstimate>,
    pub region: Option<ImpactRegion>,
    pub state: Option<StateEstimate>,
    pub burnout: Option<(Epoch, f64)>,
    pub phase: Option<FlightPhase>,
    pub orbit: Option<OrbitStatistics>,
    /// Path from first report to impact: time and place [m].
    pub path: Vec<(Epoch, Vector3<f64>)>,
}

impl Outlook {
    pub(super) fn of(
        object: &Object,
        siblings: &[&Arc1],
        gazetteer: &[LaunchSite],
        now: Epoch,
    ) -> Self {
        let mut outlook = Self::default();
        if let Some(boost) = &object.boost {
            outlook.launch = launch_estimate(boost.of_launch(), gazetteer);
            if object.missed_since().is_some() {
                let (cutoff_s, sigma_s) = boost.posterior.cutoff();
                outlook.burnout = Some((boost.posterior.at(cutoff_s), sigma_s));
            }
            outlook.region = boost
                .region()
                .filter(|_| boost.posterior.p_value > 1e-5 && glider_weight(object) < GLIDES);
            let (mean, covariance) = boost.last;
            outlook.state = Some(StateEstimate {
                time: boost.posterior.at(boost.posterior.last_s),
                state: State::from_vectors(
                    mean.fixed_rows::<3>(0).into_owned(),
                    mean.fixed_rows::<3>(3).into_owned(),
                ),
                covariance: Covariance6::from_matrix(covariance),
            });
            outlook.phase = Some(if object.is_burning() {
                FlightPhase::Boost
            } else {
                FlightPhase::Coast
            });
        }
        if let Some(arc) = &object.arc {
            outlook.arc(object, arc, siblings, now);
        }
        if object.end.is_some() {
            outlook.phase = Some(FlightPhase::Ended);
        }
        outlook.path = path(object, &outlook);
        outlook
    }

    fn arc(&mut self, object: &Object, arc: &Arc1, siblings: &[&Arc1], now: Epoch) {
        // What has come down by now cannot be predicted to now: then it is told where it was last.
        let filter = match arc.filter.predicted(now) {
            Ok(filter) => filter,
            Err(_) => arc.filter.clone(),
        };
        let gaussian = filter.gaussian();
        self.orbit = Some(perigee_statistics(&gaussian));
        self.state = Some(filter.state());
        self.phase = Some(match filter.flight() {
            Flight::Coast => FlightPhase::Coast,
            Flight::Reentry => FlightPhase::Reentry,
            Flight::Glide => FlightPhase::Glide,
        });
        // Boost goes on as long as the plume is seen.
        if object.is_burning()
            && object
                .looks
                .last()
                .is_some_and(|(_, hit)| seconds_between(hit.time, now) < 15.0)
        {
            self.phase = Some(FlightPhase::Boost);
            return;
        }
        // Where a piece of something falls is told with that something.
        if arc.updates < IMPACT_UPDATES || object.parent.is_some() {
            return;
        }
        let glides = glide_probability(object, filter.probability_glider());
        match &object.boost {
            Some(boost) if glides <= GLIDES => {
                let cutoff_age_s = seconds_between(
                    boost.posterior.at(boost.posterior.cutoff().0),
                    arc.filter.epoch(),
                );
                let candidates: Vec<&Arc1> = std::iter::once(arc)
                    .chain(siblings.iter().copied())
                    .collect();
                if let Some((impact, likeliest)) =
                    payload::impact(&candidates, cutoff_age_s.max(0.0))
                {
                    self.impact = Some(impact);
                    self.region = None;
                    if let Ok(filter) = candidates[likeliest].filter.predicted(now) {
                        self.state = Some(filter.state());
                    }
                    return;
                }
                self.down(&arc.filter.ballistic_gaussian(), glides, &gaussian);
            }
            _ => self.down(&arc.filter.ballistic_gaussian(), glides, &gaussian),
        }
    }

    fn down(&mut self, from: &GaussianState, glides: f64, now: &GaussianState) {
        if glides > GLIDES {
            self.impact = None;
            self.region = region::glide_region(now);
            return;
        }
        match predict_impact(from) {
            ImpactOutcome::Impact(impact) => {
                self.impact = Some(impact);
                self.region = None;
            }
            ImpactOutcome::Region(region) => self.region = Some(region),
            ImpactOutcome::Orbit(_) | ImpactOutcome::NotDown => self.region = None,
        }
    }
}

/// Probability of gliding from the filter's own [0, 1] and from what the boost was: a boost of
/// another class makes a glide in the air that drag alone can feign the less likely.
pub(super) fn glide_probability(object: &Object, filtered: f64) -> f64 {
    const FILTER_PRIOR: f64 = 0.05;
    if object.boost.is_none() {
        return filtered;
    }
    let odds = |p: f64| p / (1.0 - p);
    let boost = odds(glider_weight(object).clamp(0.002, 0.98));
    let both = odds(filtered.clamp(1e-6, 1.0 - 1e-6)) * boost / odds(FILTER_PRIOR);
    // Before the air is reached the filter knows nothing and keeps its prior or below.
    if filtered < FILTER_PRIOR {
        glider_weight(object)
    } else {
        both / (1.0 + both)
    }
}

/// Weight of gliders among the fitted ascents.
pub(super) fn glider_weight(object: &Object) -> f64 {
    object
        .boost
        .as_ref()
        .map_or(0.0, |boost| boost.posterior.class_weight("Glider"))
}

/// Where it was and will be, every 20 s or so: what coverage is computed on.
fn path(object: &Object, outlook: &Outlook) -> Vec<(Epoch, Vector3<f64>)> {
    const STEP_S: f64 = 20.0;
    let mut path = Vec::new();
    if let Some(boost) = &object.boost {
        let member = boost.posterior.best();
        let launch_s = member.fit.point.x[2];
        let mut at_s = launch_s;
        while at_s < boost.posterior.last_s {
            path.push((
                boost.posterior.at(at_s),
                member.fit.flight.at(at_s - launch_s).position_m,
            ));
            at_s += STEP_S;
        }
    }
    let Some(state) = &outlook.state else {
        return path;
    };
    let until = outlook
        .impact
        .as_ref()
        .map(|impact| impact.time)
        .or(outlook.region.as_ref().map(|region| region.time));
    let most = until.map_or(4.0, |until| {
        (seconds_between(state.time, until) / STEP_S).clamp(0.0, 400.0)
    });
    let mut here: State<Itrf> = state.state;
    let mut time = state.time;
    for _ in 0..=most as usize {
        path.push((time, here.position.vector()));
        here = propagate(&here, STEP_S, &Body::VACUUM);
        time = after(time, STEP_S);
        if !here.position.iter().all(|value| value.is_finite())
            || place_of(&nalgebra::Vector6::new(
                here.position.x,
                here.position.y,
                here.position.z,
                0.0,
                0.0,
                0.0,
            ))
            .height_m
                < 0.0
        {
            break;
        }
    }
    path
}
