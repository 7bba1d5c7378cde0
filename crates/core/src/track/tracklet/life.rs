//! How one tracklet begins, foresees, takes a report, and ends.

use std::sync::Arc;

use forewarn_physics::math::{exp, ln};
use nalgebra::Vector2;

use super::filter::{Fit, Measured, Moving, Still, ln_density_of_unknown_speed};
use super::{Hit, LookModel, MAX_HITS, Motion, Plane, Tracklet, TrackletId};

/// Squared gate: four sigma; a true report falls outside once in 3,000.
const GATE_CHI_SQUARE: f64 = 16.0;
/// Between two reports of one object lies at least this part of a revisit.
const SHORTEST_GAP: f64 = 0.3;
/// So many looks without a report end a moving tracklet, but never sooner than [`PATIENCE_S`].
const PATIENCE_LOOKS: f64 = 3.5;
/// A gap that staging may leave in a plume [s].
const PATIENCE_S: f64 = 12.0;
/// A single report waits so many looks, but at least [`SEED_PATIENCE_S`], for a second at the same place.
const SEED_PATIENCE_LOOKS: f64 = 12.0;
/// Flickering fires come back within this time [s].
const SEED_PATIENCE_S: f64 = 900.0;
/// What stood still is remembered for this long [s].
const SOURCE_PATIENCE_S: f64 = 3_600.0;
/// A first link in the shared stage allows this speed [m/s]; faster ones come after.
const SLOW_M_S: f64 = 1_000.0;
/// Two-report links up to this speed [m/s]; see [`Tracklet::pair_radius_m`].
const FAST_M_S: f64 = 8_000.0;
/// Fireballs are up to this fast [m/s]; only looks close in time can link them.
const METEOR_M_S: f64 = 75_000.0;
/// Longest time [s] over which a fireball's speed is bridged.
const METEOR_GAP_S: f64 = 2.5;
/// Log odds of standing still before anything is known.
const PRIOR_STILL_LOG_ODDS: f64 = -1.0;
/// Cost of a single report's silence: even odds that it lasts.
const SEED_MISS_COST: f64 = 0.7;
/// Brightness changes by this factor (natural logarithm) between looks, one sigma.
const BRIGHTNESS_SIGMA: f64 = 0.7;
/// Brightness spreads over this much among unrelated sources (natural logarithm), one sigma.
const BRIGHTNESS_SPREAD: f64 = 2.0;
/// Score from which three reports are an object: false ones reach it less than once a day.
const CONFIRM_SCORE: f64 = 16.0;
/// The same among everything that could be mistaken for it.
const CONFIRM_CROWD_SCORE: f64 = 4.0;
/// A source is fixed after so many reports,
const FIXED_HITS: u32 = 10;
/// and so long [s]: even a missile that rises straight below the satellite is off its place by then.
const FIXED_AGE_S: f64 = 60.0;
/// A fixed source keeps its last reports only.
const FIXED_KEEPS: usize = 4;
/// Mean squared innovation (2 when all is well) beyond which the links are wrong.
const MISFIT_LIMIT: f64 = 7.0;

/// A report on its way into a tracklet.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) hit: Arc<Hit>,
    /// Seconds since the tracker's origin.
    pub(super) time_s: f64,
    /// Log density of false detections [per rad²].
    pub(super) ln_clutter_rad2: f64,
    /// Log density of all that could be mistaken for it, where the report lies [per rad²].
    pub(super) ln_crowd_rad2: f64,
}

/// A tracklet's forecast at one time.
pub(super) struct Forecast {
    still: Option<Still>,
    moving: Option<Moving>,
    still_weight: f64,
}

impl Tracklet {
    pub(super) fn begin(id: TrackletId, look: &Look) -> Self {
        let hit = &look.hit;
        let plane = Plane::across(&hit.sensor_position_m, &hit.direction);
        let (offset_m, range_m) = plane
            .measure(&hit.sensor_position_m, &hit.direction)
            .unwrap_or((Vector2::zeros(), 1e3));
        let seen = Measured {
            offset_m,
            variance_m2: (range_m * hit.sigma_rad) * (range_m * hit.sigma_rad),
        };
        Self {
            id,
            hits: vec![hit.clone()],
            total_hits: 1,
            score: 0.0,
            crowd_score: 0.0,
            crowding: look.ln_crowd_rad2 - look.ln_clutter_rad2,
            spacing_m: f64::INFINITY,
            confirmed: false,
            still_log_odds: PRIOR_STILL_LOG_ODDS,
            first: hit.time,
            last_hit: hit.time,
            plane,
            still: Some(Still::new(&seen)),
            moving: Some(Moving::new(&seen)),
            last_s: look.time_s,
            range_m,
            ln_intensity: ln_intensity(hit),
            misfit: 2.0,
        }
    }

    fn measure(&self, look: &Look) -> Option<(Measured, f64)> {
        let hit = &look.hit;
        let (offset_m, range_m) = self.plane.measure(&hit.sensor_position_m, &hit.direction)?;
        let sigma_m = range_m * hit.sigma_rad;
        Some((
            Measured {
                offset_m,
                variance_m2: sigma_m * sigma_m,
            },
            range_m,
        ))
    }

    pub(super) fn forecast(&self, time_s: f64, model: &LookModel) -> Forecast {
        let elapsed_s = time_s - self.last_s;
        let bias_m = model.bias_sigma_rad * self.range_m;
        let still = self
            .still
            .map(|still| still.after(elapsed_s, 0.01 * bias_m * bias_m));
        let fresh = elapsed_s <= patience_s(model);
        let moving = self
            .moving
            .as_ref()
            .filter(|_| fresh)
            .map(|moving| moving.after(elapsed_s));
        let odds = exp(self.still_log_odds.clamp(-30.0, 30.0));
        let still_weight = match (&still, &moving) {
            (None, _) => 0.0,
            (_, None) => 1.0,
            _ => (odds / (1.0 + odds)).clamp(0.02, 0.98),
        };
        Forecast {
            still,
            moving,
            still_weight,
        }
    }

    /// Where to search: offset [m] in the plane and radius [m].
    pub(super) fn search(
        &self,
        forecast: &Forecast,
        sigma_m: f64,
        elapsed_s: f64,
        window_s: f64,
    ) -> (Vector2<f64>, f64) {
        let gate = GATE_CHI_SQUARE.sqrt();
        let radius_of = |own_m: f64| gate * (own_m * own_m + sigma_m * sigma_m).sqrt();
        match (&forecast.still, &forecast.moving) {
            (Some(still), _) if self.total_hits == 1 => (
                still.mean_m(),
                radius_of(still.sigma_m()) + SLOW_M_S * elapsed_s,
            ),
            (Some(still), None) => (still.mean_m(), radius_of(still.sigma_m())),
            (None, Some(moving)) => (
                moving.mean_m(),
                radius_of(moving.sigma_m()) + window_s * moving.velocity_m_s().norm(),
            ),
            (Some(still), Some(moving)) => {
                let apart_m = (moving.mean_m() - still.mean_m()).norm();
                let reach_m = radius_of(moving.sigma_m()).max(radius_of(still.sigma_m()));
                (
                    moving.mean_m(),
                    reach_m + apart_m + window_s * moving.velocity_m_s().norm(),
                )
            }
            (None, None) => (Vector2::zeros(), 0.0),
        }
    }

    /// Log likelihood ratio of a report being of this object against being another's; none
    /// outside the gate.
    pub(super) fn gain(&self, look: &Look, model: &LookModel) -> Option<f64> {
        let elapsed_s = look.time_s - self.last_s;
        if elapsed_s < SHORTEST_GAP * model.revisit_s {
            return None;
        }
        let (seen, range_m) = self.measure(look)?;
        let forecast = self.forecast(look.time_s, model);
        let still = forecast.still.map(|still| still.fit(&seen)).filter(inside);
        let near = self.total_hits > 1 || self.slow_enough(&seen, elapsed_s);
        let moving = forecast
            .moving
            .map(|moving| moving.fit(&seen))
            .filter(|fit| near && inside(fit));
        let density =
            |fit: Option<Fit>, weight: f64| fit.map_or(0.0, |fit| weight * exp(fit.ln_density));
        let both =
            density(still, forecast.still_weight) + density(moving, 1.0 - forecast.still_weight);
        let gain = ln(both.max(1e-300)) + 2.0 * ln(range_m) - look.ln_crowd_rad2;
        (both > 0.0).then_some(gain + ln(model.detection_probability) + self.brightness_gain(look))
    }

    fn slow_enough(&self, seen: &Measured, elapsed_s: f64) -> bool {
        let from_m = self
            .still
            .as_ref()
            .map_or_else(Vector2::zeros, Still::mean_m);
        let noise_m = (2.0 * seen.variance_m2 * GATE_CHI_SQUARE).sqrt();
        (seen.offset_m - from_m).norm() <= SLOW_M_S * elapsed_s + noise_m
    }

    /// How far [m] the second report of a fast object may lie, if it may be looked for at all.
    pub(super) fn pair_radius_m(&self, time_s: f64, model: &LookModel) -> Option<f64> {
        let elapsed_s = time_s - self.last_s;
        let due = elapsed_s >= SHORTEST_GAP * model.revisit_s
            && elapsed_s <= patience_s(model).min(2.3 * model.revisit_s.max(1.0));
        let speed_m_s = if elapsed_s <= METEOR_GAP_S {
            METEOR_M_S
        } else {
            FAST_M_S
        };
        (self.total_hits == 1 && due).then_some(speed_m_s * elapsed_s)
    }

    /// As [`Self::gain`], for a second report at any speed.
    pub(super) fn pair_gain(&self, look: &Look, model: &LookModel) -> Option<f64> {
        let (seen, range_m) = self.measure(look)?;
        let radius_m = self.pair_radius_m(look.time_s, model)?;
        if seen.offset_m.norm() > radius_m + 4.0 * seen.variance_m2.sqrt() {
            return None;
        }
        let elapsed_s = look.time_s - self.last_s;
        let ln_density =
            ln_density_of_unknown_speed(&seen.offset_m, 2.0 * seen.variance_m2, elapsed_s);
        let gain = ln_density + 2.0 * ln(range_m) - look.ln_crowd_rad2;
        Some(gain + ln(model.detection_probability) + self.brightness_gain(look))
    }

    fn brightness_gain(&self, look: &Look) -> f64 {
        let (Some(before), Some(now)) = (self.ln_intensity, ln_intensity(&look.hit)) else {
            return 0.0;
        };
        let [own, other] = [BRIGHTNESS_SIGMA, BRIGHTNESS_SPREAD].map(|sigma: f64| {
            let ratio = (now - before) / sigma;
            -ln(sigma) - 0.5 * ratio * ratio
        });
        // Bounded: staging and clouds change brightness more than any law says.
        (own - other).max(-6.0)
    }

    /// Takes a report whose gain is known.
    pub(super) fn take(&mut self, look: &Look, gain: f64, model: &LookModel) {
        let Some((seen, range_m)) = self.measure(look) else {
            return;
        };
        let elapsed_s = look.time_s - self.last_s;
        let forecast = self.forecast(look.time_s, model);
        let missed = (elapsed_s / model.revisit_s).round() - 1.0;
        let missed = missed.clamp(0.0, 5.0) * ln_missed(model);
        self.score += gain + look.ln_crowd_rad2 - look.ln_clutter_rad2 + missed;
        self.crowd_score = (self.crowd_score + gain).min(30.0);
        self.crowding += 0.3 * (look.ln_crowd_rad2 - look.ln_clutter_rad2 - self.crowding);
        self.spacing_m = range_m * exp(-0.5 * (look.ln_clutter_rad2 + self.crowding));
        self.learn(&seen, elapsed_s, forecast);
        self.last_s = look.time_s;
        self.last_hit = look.hit.time;
        self.range_m = range_m;
        self.total_hits = self.total_hits.saturating_add(1);
        self.ln_intensity = match (self.ln_intensity, ln_intensity(&look.hit)) {
            (Some(before), Some(now)) => Some(before + 0.5 * (now - before)),
            (before, now) => now.or(before),
        };
        if self.hits.len() >= MAX_HITS {
            self.hits.remove(0);
        }
        self.hits.push(look.hit.clone());
        self.settle();
        self.confirmed |= self.total_hits >= 3
            && self.score >= CONFIRM_SCORE
            && self.crowd_score >= CONFIRM_CROWD_SCORE;
    }

    fn learn(&mut self, seen: &Measured, elapsed_s: f64, forecast: Forecast) {
        let still_fit = forecast.still.map(|still| still.fit(seen));
        let moving_fit = forecast.moving.map(|moving| moving.fit(seen));
        let stale = self.moving.is_some() && forecast.moving.is_none();
        let fast = self.total_hits == 1 && moving_fit.is_some_and(|fit| !inside(&fit));
        let ln_moving = match moving_fit {
            Some(_) if fast => Some(ln_density_of_unknown_speed(
                &seen.offset_m,
                2.0 * seen.variance_m2,
                elapsed_s,
            )),
            Some(fit) => Some(fit.ln_density),
            None => None,
        };
        if let (Some(still), Some(moving)) = (still_fit, ln_moving) {
            self.still_log_odds =
                (self.still_log_odds + still.ln_density - moving).clamp(-30.0, 12.0);
        }
        if let (Some(fit), false) = (moving_fit, fast) {
            self.misfit += 0.3 * (fit.chi_square.min(30.0) - self.misfit);
        }
        self.still = forecast.still.map(|mut still| {
            still.update(seen);
            still
        });
        self.moving = match forecast.moving {
            Some(_) if fast => {
                let first = Measured {
                    offset_m: Vector2::zeros(),
                    variance_m2: seen.variance_m2,
                };
                Some(Moving::between(&first, seen, elapsed_s))
            }
            Some(mut moving) => {
                moving.update(seen);
                Some(moving)
            }
            None if stale => Some(Moving::new(seen)),
            None => None,
        };
    }

    /// Learns its motion anew from its reports, after they were exchanged.
    pub(super) fn refit(&mut self, model: &LookModel) {
        let Some(first) = self.hits.first().cloned() else {
            return;
        };
        let last_s =
            self.last_s + forewarn_physics::time::seconds_between(self.last_hit, self.last_time());
        let times_s: Vec<f64> = self
            .hits
            .iter()
            .map(|hit| last_s - forewarn_physics::time::seconds_between(hit.time, self.last_time()))
            .collect();
        let look = |hit: &Arc<Hit>, time_s: f64| Look {
            hit: hit.clone(),
            time_s,
            ln_clutter_rad2: 0.0,
            ln_crowd_rad2: 0.0,
        };
        let fresh = Self::begin(self.id, &look(&first, times_s[0]));
        let hits = std::mem::take(&mut self.hits);
        (self.plane, self.still, self.moving) = (fresh.plane, fresh.still, fresh.moving);
        (self.first, self.total_hits, self.last_s) = (first.time, 1, times_s[0]);
        (self.still_log_odds, self.misfit, self.ln_intensity) =
            (fresh.still_log_odds, fresh.misfit, fresh.ln_intensity);
        for (hit, time_s) in hits.iter().zip(&times_s).skip(1) {
            let look = look(hit, *time_s);
            let Some((seen, range_m)) = self.measure(&look) else {
                continue;
            };
            let forecast = self.forecast(*time_s, model);
            self.learn(&seen, time_s - self.last_s, forecast);
            (self.last_s, self.range_m) = (*time_s, range_m);
            self.total_hits += 1;
        }
        self.last_hit = hits.last().map_or(first.time, |hit| hit.time);
        self.ln_intensity = hits
            .last()
            .and_then(|hit| ln_intensity(hit))
            .or(self.ln_intensity);
        self.hits = hits;
    }

    /// Drops the model that has lost.
    fn settle(&mut self) {
        let age_s = forewarn_physics::time::seconds_between(self.first, self.last_time());
        if self.moving.is_none()
            || (self.total_hits >= FIXED_HITS && age_s >= FIXED_AGE_S && self.still_log_odds > 6.0)
        {
            self.moving = None;
            let surplus = self.hits.len().saturating_sub(FIXED_KEEPS);
            self.hits.drain(..surplus);
        } else if self.still_log_odds < -25.0 {
            self.still = None;
        }
    }

    /// Cost of leaving it without a report at this time.
    pub(super) fn miss_cost(&self, time_s: f64, model: &LookModel) -> f64 {
        let due = time_s - self.last_s >= 0.75 * model.revisit_s;
        // A single report was probably nothing that lasts: its silence costs little.
        let cost = if self.total_hits == 1 {
            SEED_MISS_COST
        } else {
            -ln_missed(model)
        };
        if due { cost } else { 0.0 }
    }

    pub(super) fn last_s(&self) -> f64 {
        self.last_s
    }

    /// Seconds of the tracker at its first report.
    pub(super) fn first_s(&self) -> f64 {
        self.last_s - forewarn_physics::time::seconds_between(self.first, self.last_hit)
    }

    /// Whether nothing more can come, or what came does not fit.
    pub(super) fn is_over(&self, time_s: f64, model: &LookModel) -> bool {
        let idle_s = time_s - self.last_s;
        let still = matches!(self.motion(), Motion::Stationary(_)) || self.is_fixed_source();
        if still {
            return idle_s > SOURCE_PATIENCE_S;
        }
        let misfits = self.total_hits >= 4 && self.misfit > MISFIT_LIMIT;
        let patience_s = if self.total_hits == 1 || self.still_log_odds > 0.0 {
            (SEED_PATIENCE_LOOKS * model.revisit_s).max(SEED_PATIENCE_S)
        } else {
            patience_s(model)
        };
        misfits || idle_s > patience_s
    }

    pub(super) fn plane(&self) -> &Plane {
        &self.plane
    }

    pub(super) fn range_m(&self) -> f64 {
        self.range_m
    }
}

fn inside(fit: &Fit) -> bool {
    fit.chi_square <= GATE_CHI_SQUARE
}

fn patience_s(model: &LookModel) -> f64 {
    (PATIENCE_LOOKS * model.revisit_s).max(PATIENCE_S)
}

fn ln_missed(model: &LookModel) -> f64 {
    ln((1.0 - model.detection_probability).max(0.02))
}

fn ln_intensity(hit: &Hit) -> Option<f64> {
    hit.intensity_w_sr
        .filter(|intensity| *intensity > 0.0)
        .map(ln)
}
