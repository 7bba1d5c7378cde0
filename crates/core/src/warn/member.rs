//! What a warning knows of one of its objects.

use forewarn_physics::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M};
use forewarn_physics::frames::{Position, geodesic};
use forewarn_physics::time::{Epoch, after, seconds_between};

use super::area::{NamedArea, ellipse_ring, ring_touches};
use super::rules::WarnRules;
use crate::model::{Assessment, Ellipse, FlightPhase, Reason, Region, Verdict};

/// One object as it was last assessed.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) assessment: Assessment,
    pub(super) assessed: Epoch,
    /// 90 % impact area.
    pub(super) ring: Vec<[f64; 2]>,
    /// Protected areas that it touches, in the order of the list.
    pub(super) touches: Vec<usize>,
    /// A person has taken a warning of it back: no rule releases it again.
    pub(super) taken_back: bool,
}

impl Member {
    pub(super) fn of(
        assessment: &Assessment,
        now: Epoch,
        areas: &[NamedArea],
        taken_back: bool,
    ) -> Self {
        let ring = ring_of(assessment);
        let touches = (0..areas.len())
            .filter(|&i| !ring.is_empty() && ring_touches(&ring, &areas[i].region))
            .collect();
        Self {
            assessment: assessment.clone(),
            assessed: now,
            ring,
            touches,
            taken_back,
        }
    }

    /// Where it may come down: its 90 % area or, while none can be given, all within a thousand
    /// kilometres of where it was last. A warning without an area reaches nobody, or everybody.
    pub(super) fn region(&self) -> Option<Region> {
        const UNKNOWN_RADIUS_M: f64 = 1_000e3;
        if !self.ring.is_empty() {
            return Some(Region::Polygon(self.ring.clone()));
        }
        let state = self.assessment.state.as_ref();
        let under = state.map(|state| Geodetic::from_itrf(state.state.position));
        let place = under.or_else(|| self.assessment.launch.as_ref().map(|launch| launch.place))?;
        Some(Region::Circle {
            centre: Geodetic {
                height_m: 0.0,
                ..place
            },
            radius_m: UNKNOWN_RADIUS_M,
        })
    }

    pub(super) fn confirmed(&self) -> bool {
        self.assessment.verdict == Verdict::Confirmed
    }

    pub(super) fn suspected(&self) -> bool {
        self.assessment.verdict == Verdict::Suspected
    }

    /// Median time and one sigma [s] of the impact.
    pub(super) fn impact_time(&self) -> Option<(Epoch, f64)> {
        let point = self
            .assessment
            .impact
            .as_ref()
            .map(|impact| (impact.time, impact.time_sigma_s));
        point.or_else(|| {
            self.assessment
                .impact_region
                .as_ref()
                .map(|region| (region.time, region.time_sigma_s))
        })
    }

    pub(super) fn earliest_95(&self) -> Option<Epoch> {
        let point = self
            .assessment
            .impact
            .as_ref()
            .map(|impact| impact.earliest_95);
        point.or_else(|| {
            self.assessment
                .impact_region
                .as_ref()
                .map(|region| region.earliest_95)
        })
    }

    /// The danger from it is over: it came down, or its time has passed with a margin.
    pub(super) fn over(&self, now: Epoch, rules: &WarnRules) -> bool {
        let came_down = self.assessment.reason == Reason::Ended
            && self.assessment.phase == FlightPhase::Ended
            && self.assessment.merged_into.is_none();
        let end = match self.impact_time() {
            Some((time, sigma_s)) => after(
                time,
                rules.impact_margin_s + 3.0 * finite(sigma_s).min(600.0),
            ),
            None => after(self.assessed, rules.unknown_impact_hold_s),
        };
        came_down || now > end
    }

    /// Launched and heading so near to another that both are one raid.
    pub(super) fn same_raid(&self, other: &Self, rules: &WarnRules) -> bool {
        let apart_s = seconds_between(self.started(), other.started()).abs();
        apart_s <= rules.raid_time_s && self.near(other, rules)
    }

    fn near(&self, other: &Self, rules: &WarnRules) -> bool {
        match (self.aim(), other.aim()) {
            (Some((a, reach_a_m)), Some((b, reach_b_m))) => {
                let apart_m = geodesic::inverse(&a, &b).distance_m;
                apart_m <= rules.raid_distance_m + reach_a_m + reach_b_m
                    || self.touches.iter().any(|i| other.touches.contains(i))
            }
            // Where one has no impact yet, the time alone decides.
            _ => true,
        }
    }

    fn started(&self) -> Epoch {
        self.assessment
            .launch
            .as_ref()
            .map_or(self.assessed, |launch| launch.time)
    }

    /// Where it will come down, and how far about [m]: a region is not a point.
    fn aim(&self) -> Option<(Geodetic, f64)> {
        if let Some(impact) = &self.assessment.impact {
            return Some((impact.place, 0.0));
        }
        let corner = |ring: &[f64; 2]| Geodetic {
            latitude_rad: ring[0],
            longitude_rad: ring[1],
            height_m: 0.0,
        };
        let sum = self
            .ring
            .iter()
            .fold(nalgebra::Vector3::zeros(), |sum, ring| {
                sum + corner(ring).to_itrf().vector()
            });
        if self.ring.is_empty() || sum.norm() < 1.0 {
            return None;
        }
        let middle = Geodetic {
            height_m: 0.0,
            ..Geodetic::from_itrf(Position::from_vector(sum.normalize() * SEMI_MAJOR_AXIS_M))
        };
        let reach_m = self
            .ring
            .iter()
            .map(|ring| geodesic::inverse(&middle, &corner(ring)).distance_m)
            .fold(0.0, f64::max);
        Some((middle, reach_m))
    }

    /// The impact differs from what was last told, by more than its own uncertainty.
    pub(super) fn moved_since(&self, told: &Self, rules: &WarnRules) -> bool {
        if self.touches != told.touches
            || self.assessment.impact.is_some() != told.assessment.impact.is_some()
            || self.ring.is_empty() != told.ring.is_empty()
        {
            return true;
        }
        let later = match (self.impact_time(), told.impact_time()) {
            (Some((now, sigma_s)), Some((then, _))) => {
                seconds_between(then, now).abs() > rules.time_changed_s.max(finite(sigma_s))
            }
            (now, then) => now.is_some() != then.is_some(),
        };
        later || self.shifted_sigmas(told) > rules.moved_sigmas
    }

    /// How far the impact point moved, in sigmas of what was told.
    fn shifted_sigmas(&self, told: &Self) -> f64 {
        let (Some(now), Some(then)) = (&self.assessment.impact, &told.assessment.impact) else {
            return 0.0;
        };
        let line = geodesic::inverse(&then.place, &now.place);
        let (sine, cosine) = forewarn_physics::math::sin_cos(line.azimuth_from_rad);
        let shift = nalgebra::Vector2::new(line.distance_m * sine, line.distance_m * cosine);
        then.covariance_en_m2
            .try_inverse()
            .map_or(f64::INFINITY, |inverse| {
                (shift.transpose() * inverse * shift)[(0, 0)]
                    .max(0.0)
                    .sqrt()
            })
    }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() {
        value.max(0.0)
    } else {
        0.0
    }
}

fn ring_of(assessment: &Assessment) -> Vec<[f64; 2]> {
    if let Some(impact) = &assessment.impact {
        return ellipse_ring(&impact.place, &Ellipse::of(&impact.covariance_en_m2, 0.9));
    }
    assessment
        .impact_region
        .as_ref()
        .map_or_else(Vec::new, |region| region.ring_rad.clone())
}
