//! Pre-launch notices against what was launched.
//!
//! What infrared saw has a launch estimate. What a radar alone saw is traced back: less well
//! known, and still enough for a notice (1995 was a radar's affair alone).

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::frames::wgs84::{Geodetic, rough_distance_m};
use forewarn_physics::math::{atan2, wrap_pi};
use forewarn_physics::time::{Epoch, after, seconds_between};

use super::object::Object;
use super::outlook::Outlook;
use super::places::distance_m;
use crate::assess::NoticeMatch;
use crate::model::{ImpactEstimate, LaunchEstimate, Notice, RecordId, StateEstimate};
use crate::warn::region_contains;

/// A launch may leave its window by this much and still be the one announced [s].
const WINDOW_SLACK_S: f64 = 60.0;
/// From the announced place within this time of the window, it departs from the notice rather
/// than having nothing to do with it [s].
const NEAR_WINDOW_S: f64 = 86_400.0;
/// Tolerance of the direction where the notice gives none [rad].
const AZIMUTH_TOLERANCE_RAD: f64 = 0.26;
/// Updates of a radar before its arc is traced back.
const TRACE_UPDATES: u32 = 6;
/// Below this the air, and what braked or burned there, makes a trace back mean nothing [m].
const TRACE_ABOVE_M: f64 = 120e3;
/// Down to where, in what steps and how long ago.
const TRACE_TO_M: f64 = 30e3;
const TRACE_STEP_S: f64 = 20.0;
const TRACE_LONGEST_S: f64 = 4_000.0;
/// A burn is steeper than the path that it leads to: the vacuum path meets the ground this far
/// from the pad [m], and about this long after lift-off, give or take as much [s].
const TRACE_SIGMA_M: f64 = 100e3;
const TRACE_BURN_S: f64 = 60.0;
const TRACE_AZIMUTH_RAD: f64 = 0.1;

/// Where and when something was launched, for comparison alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Origin {
    time: Epoch,
    time_sigma_s: f64,
    place: Geodetic,
    place_sigma_m: f64,
    azimuth_rad: f64,
    azimuth_sigma_rad: f64,
}

impl Origin {
    /// What is known of it now, or what was when it could be traced.
    pub(super) fn of(object: &Object, outlook: &Outlook, before: Option<Self>) -> Option<Self> {
        if let Some(launch) = &outlook.launch {
            return Some(Self::of_launch(launch));
        }
        let firm = object
            .arc
            .as_ref()
            .is_some_and(|arc| arc.updates >= TRACE_UPDATES);
        let traced = outlook
            .state
            .as_ref()
            .filter(|_| firm && outlook.impact.is_some())
            .and_then(traced_back);
        traced.or(before)
    }

    /// Whether two may be one launch: what came off it, seen apart.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        let sigma_s = (self.time_sigma_s.powi(2) + other.time_sigma_s.powi(2)).sqrt();
        let apart_s = seconds_between(self.time, other.time).abs();
        let sigma_m = (self.place_sigma_m.powi(2) + other.place_sigma_m.powi(2)).sqrt();
        let apart_m = rough_distance_m(&self.place, &other.place);
        apart_s <= 2.0 * sigma_s && apart_m <= 2.0 * sigma_m + 10e3
    }

    fn of_launch(launch: &LaunchEstimate) -> Self {
        Self {
            time: launch.time,
            time_sigma_s: launch.time_sigma_s,
            place: launch.place,
            place_sigma_m: 0.0,
            azimuth_rad: launch.azimuth_rad,
            azimuth_sigma_rad: launch.azimuth_sigma_rad,
        }
    }
}

/// The vacuum path back to where it left the air; none for what never did.
fn traced_back(state: &StateEstimate) -> Option<Origin> {
    let height_m = |state: &forewarn_physics::frames::State<forewarn_physics::frames::Itrf>| {
        Geodetic::from_itrf(state.position).height_m
    };
    let mut at = state.state;
    if height_m(&at) < TRACE_ABOVE_M {
        return None;
    }
    let mut back_s = 0.0;
    while height_m(&at) > TRACE_TO_M {
        back_s += TRACE_STEP_S;
        if back_s > TRACE_LONGEST_S {
            return None;
        }
        at = propagate(&at, -TRACE_STEP_S, &Body::VACUUM);
        if !height_m(&at).is_finite() {
            return None;
        }
    }
    let place = Geodetic::from_itrf(at.position);
    let enu_m_s = place.enu_from_itrf() * at.velocity.vector();
    Some(Origin {
        time: after(state.time, -back_s - TRACE_BURN_S),
        time_sigma_s: TRACE_BURN_S,
        place: Geodetic {
            height_m: 0.0,
            ..place
        },
        place_sigma_m: TRACE_SIGMA_M,
        azimuth_rad: atan2(enu_m_s.x, enu_m_s.y),
        azimuth_sigma_rad: TRACE_AZIMUTH_RAD,
    })
}

/// How a launch agrees with a notice; `None` when it is not from that place, or at quite another
/// time.
pub(super) fn compare(
    notice: &Notice,
    origin: &Origin,
    impact: Option<&ImpactEstimate>,
    matched_before: u32,
) -> Option<NoticeMatch> {
    let outside_s = seconds_between(origin.time, notice.window[0])
        .max(seconds_between(notice.window[1], origin.time));
    let time_matches = outside_s <= WINDOW_SLACK_S + 2.0 * origin.time_sigma_s;
    let place_matches =
        distance_m(&notice.launch_area, &origin.place) <= 2.0 * origin.place_sigma_m;
    if outside_s > NEAR_WINDOW_S || !place_matches {
        return None;
    }
    let direction_matches = notice.azimuth_rad.map(|azimuth_rad| {
        let tolerance = notice
            .azimuth_tolerance_rad
            .unwrap_or(AZIMUTH_TOLERANCE_RAD)
            + 2.0 * origin.azimuth_sigma_rad;
        wrap_pi(origin.azimuth_rad - azimuth_rad).abs() <= tolerance
    });
    let impact_matches = impact
        .filter(|_| !notice.impact_areas.is_empty())
        .map(|impact| {
            notice
                .impact_areas
                .iter()
                .any(|area| region_contains(area, &impact.place))
        });
    Some(NoticeMatch {
        id: notice.id.clone(),
        class: notice.class,
        time_matches,
        place_matches,
        direction_matches,
        impact_matches,
        count_matches: notice.count.is_none_or(|count| matched_before < count),
    })
}

/// All notices, and who acknowledged them.
#[derive(Debug, Default)]
pub(super) struct Notices {
    all: Vec<Notice>,
    acknowledged: BTreeMap<RecordId, Arc<str>>,
}

impl Notices {
    pub(super) fn add(&mut self, notice: &Notice) {
        self.all.push(notice.clone());
    }

    /// Somebody saw it. The first one counts; what is no notice changes nothing.
    pub(super) fn acknowledge(&mut self, target: &str, by: &str) {
        if let Some(notice) = self.all.iter().find(|notice| &*notice.id == target) {
            let known = self.acknowledged.entry(notice.id.clone());
            known.or_insert_with(|| by.into());
        }
    }

    pub(super) fn acknowledged_by(&self, id: &RecordId) -> Option<Arc<str>> {
        self.acknowledged.get(id).cloned()
    }

    /// The notice that a launch agrees with best: one that holds before one that it departs from.
    /// `matched` counts the other launches that a notice was already given to.
    pub(super) fn best(
        &self,
        origin: &Origin,
        impact: Option<&ImpactEstimate>,
        matched: &dyn Fn(&RecordId) -> u32,
    ) -> Option<NoticeMatch> {
        let all = self.all.iter();
        let found = all.filter_map(|notice| compare(notice, origin, impact, matched(&notice.id)));
        found.min_by_key(|found| found.departures().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Class, Departure, Region};
    use forewarn_physics::flight::coast::propagate;
    use forewarn_physics::frames::{Covariance6, State};
    use forewarn_physics::time::parse_utc;
    use nalgebra::{Matrix6, Vector3};

    fn lift_off() -> Epoch {
        parse_utc("1995-01-25T06:24:00Z").unwrap()
    }

    fn andoya() -> Geodetic {
        Geodetic::from_degrees(69.29, 16.02, 0.0)
    }

    fn notice() -> Notice {
        Notice {
            id: "n".into(),
            issuer: "range".into(),
            received: after(lift_off(), -3e6),
            class: Class::SoundingRocket,
            window: [after(lift_off(), -86_400.0), after(lift_off(), 86_400.0)],
            launch_area: Region::Circle {
                centre: andoya(),
                radius_m: 50e3,
            },
            impact_areas: Vec::new(),
            azimuth_rad: Some(0.0),
            azimuth_tolerance_rad: Some(0.2),
            count: Some(1),
        }
    }

    fn launched(azimuth_rad: f64, late_s: f64) -> Origin {
        Origin {
            time: after(lift_off(), late_s),
            time_sigma_s: 1.0,
            place: andoya(),
            place_sigma_m: 0.0,
            azimuth_rad,
            azimuth_sigma_rad: 0.01,
        }
    }

    #[test]
    fn a_launch_as_announced_matches_and_departures_are_named() {
        let said = |origin: &Origin, before| compare(&notice(), origin, None, before);
        assert!(said(&launched(0.1, 0.0), 0).unwrap().holds());
        let departs = |origin: &Origin, before| said(origin, before).unwrap().departures();
        assert_eq!(departs(&launched(1.0, 0.0), 0), [Departure::Direction]);
        assert_eq!(departs(&launched(0.1, 0.0), 1), [Departure::Count]);
        assert_eq!(departs(&launched(0.1, 100_000.0), 0), [Departure::Window]);
        assert_eq!(said(&launched(0.1, 300_000.0), 0), None);
    }

    #[test]
    fn a_radar_arc_is_traced_back_to_its_pad() {
        // Off the pad in vacuum, 5 degrees from the vertical, seen 400 s later.
        let north = andoya().enu_from_itrf().row(1).transpose();
        let velocity = 4_200.0 * (andoya().up() + 0.0875 * north).normalize();
        let pad = State::from_vectors(andoya().to_itrf().vector() + andoya().up(), velocity);
        let seen = StateEstimate {
            time: after(lift_off(), 400.0),
            state: propagate(&pad, 400.0, &Body::VACUUM),
            covariance: Covariance6::from_matrix(Matrix6::identity()),
        };
        let origin = traced_back(&seen).unwrap();
        assert!(
            distance_m(&notice().launch_area, &origin.place) < 1.0,
            "{origin:?}"
        );
        assert!(wrap_pi(origin.azimuth_rad).abs() < 0.1, "{origin:?}");
        assert!(seconds_between(lift_off(), origin.time).abs() < 90.0);
        let high = State::from_vectors(Vector3::x() * 7.0e6, Vector3::y() * 7_546.0);
        assert_eq!(
            traced_back(&StateEstimate {
                state: high,
                ..seen
            }),
            None
        );
    }

    #[test]
    fn a_notice_is_acknowledged_once_and_by_name() {
        let mut notices = Notices::default();
        notices.add(&notice());
        notices.acknowledge("w-1", "Ann");
        notices.acknowledge("n", "Ben");
        notices.acknowledge("n", "Ann");
        assert_eq!(notices.acknowledged_by(&"n".into()).as_deref(), Some("Ben"));
    }
}
