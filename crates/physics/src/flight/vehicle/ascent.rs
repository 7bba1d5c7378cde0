//! The powered part of a flight, integrated stretch by stretch.

use nalgebra::Vector3;

use super::pitch::{Axes, PitchLaw};
use super::{Cutoff, Vehicle};
use crate::flight::coast::{self, Body, Vector6, position_of, velocity_of};
use crate::flight::integrate::{Solver, Step};
use crate::flight::trajectory::{Burn, Phase, Sample, boost_sample, sample_boost};
use crate::frames::wgs84::Geodetic;
use crate::frames::{Itrf, State};

/// A powered ascent, ready to be flown.
#[derive(Debug, Clone, Copy)]
pub struct Ascent<'a> {
    /// Launch place; a submarine's may be below the ellipsoid.
    pub site: Geodetic,
    /// Azimuth of the firing plane [rad].
    pub azimuth_rad: f64,
    /// Vehicle.
    pub vehicle: &'a Vehicle,
    /// Steering.
    pub law: PitchLaw,
    /// End of thrust.
    pub cutoff: Cutoff,
}

/// A stretch of one formula: a gap or a part of a burn.
struct Stretch {
    stage: usize,
    to_s: f64,
    ignition_s: Option<f64>,
}

impl Ascent<'_> {
    /// The burns as they end by depletion or cut-off.
    pub fn burns(&self) -> Vec<Burn> {
        let limit_s = match self.cutoff {
            Cutoff::Depletion => f64::INFINITY,
            Cutoff::At(time_s) => time_s,
        };
        let mut burns = self.vehicle.burns();
        burns.retain(|burn| burn.ignition_s < limit_s);
        if let Some(last) = burns.last_mut() {
            last.end_s = last.end_s.min(limit_s);
        }
        burns
    }

    fn stretches(&self) -> Vec<Stretch> {
        let mut breaks = self.law.breaks();
        breaks.sort_by(f64::total_cmp);
        let mut stretches = Vec::new();
        let mut push = |stage: usize, from_s: f64, to_s: f64, ignition_s: Option<f64>| {
            let inside = breaks
                .iter()
                .copied()
                .filter(|b| *b > from_s + 0.02 && *b < to_s - 0.02);
            stretches.extend(inside.chain([to_s]).map(|to_s| Stretch {
                stage,
                to_s,
                ignition_s,
            }));
        };
        let mut time_s = 0.0;
        for burn in self.burns() {
            let stage = burn.stage as usize;
            if burn.ignition_s > time_s {
                push(stage - 1, time_s, burn.ignition_s, None);
            }
            push(stage, burn.ignition_s, burn.end_s, Some(burn.ignition_s));
            time_s = burn.end_s;
        }
        stretches
    }

    /// Cut-off time [s] and state, without samples: the fast path for aiming.
    pub fn end(&self) -> (f64, State<Itrf>) {
        let (time_s, y) = self.climb(|_, _, _| {});
        (time_s, coast::unpack(&y))
    }

    fn start(&self) -> Vector6 {
        let position = self.site.to_itrf();
        Vector6::new(position.x, position.y, position.z, 0.0, 0.0, 0.0)
    }

    /// Specific thrust [m/s²] as a vector during a stretch.
    fn thrust(&self, axes: &Axes, stretch: &Stretch, time_s: f64, y: &Vector6) -> Vector3<f64> {
        let Some(ignition_s) = stretch.ignition_s else {
            return Vector3::zeros();
        };
        let stage = &self.vehicle.stages[stretch.stage];
        self.law.direction(axes, time_s, y) * stage.thrust_m_s2(time_s - ignition_s)
    }

    /// Integrates to cut-off; `visit` sees each stretch's steps.
    fn climb(&self, mut visit: impl FnMut(&Stretch, &Step<6>, bool)) -> (f64, Vector6) {
        let axes = Axes::of(&self.site, self.azimuth_rad);
        let body = Body::ballistic(self.vehicle.ascent_ballistic_coefficient_kg_m2);
        let (mut time_s, mut y) = (0.0, self.start());
        for stretch in self.stretches() {
            let dynamics = |t: f64, y: &Vector6| {
                let (position_m, velocity_m_s) = (position_of(y), velocity_of(y));
                let total = coast::acceleration_m_s2(&position_m, &velocity_m_s, &body)
                    + self.thrust(&axes, &stretch, t, y);
                coast::slope(y, &total)
            };
            let mut options = coast::options(0.5);
            options.max_step_s = 4.0;
            // A gravity turn amplifies what goes wrong while it is slow.
            options.absolute *= 0.006;
            let mut solver = Solver::new(dynamics, time_s, y, options);
            let mut first = true;
            while solver.time_s() < stretch.to_s {
                let Ok(step) = solver.step(stretch.to_s) else {
                    return (solver.time_s(), *solver.state());
                };
                visit(&stretch, &step, first);
                first = false;
            }
            (time_s, y) = (stretch.to_s, *solver.state());
        }
        (time_s, y)
    }

    /// Samples of the powered part; the last one is the cut-off, without thrust.
    pub fn samples(&self) -> Vec<Sample> {
        const BOOST_INTERVAL_S: f64 = 1.0;
        const BEFORE_JUMP_S: f64 = 0.01;
        let axes = Axes::of(&self.site, self.azimuth_rad);
        let mut samples = Vec::new();
        let mut next_s = 0.0;
        let (time_s, y) = self.climb(|stretch, step, first| {
            let thrust = |t: f64, y: &Vector6| self.thrust(&axes, stretch, t, y);
            let stage = stretch.stage as u8;
            if first {
                samples.push(boost_sample(step.start_s, &step.start, &thrust, stage));
                next_s = step.start_s + BOOST_INTERVAL_S;
            }
            let dense = step.dense();
            let last = step.end_s() >= stretch.to_s;
            let end_s = if last {
                stretch.to_s - 2.0 * BEFORE_JUMP_S
            } else {
                step.end_s()
            };
            sample_boost(
                &mut samples,
                &dense,
                end_s,
                &mut next_s,
                BOOST_INTERVAL_S,
                &thrust,
                stage,
            );
            if last {
                let before_s = stretch.to_s - BEFORE_JUMP_S;
                if samples
                    .last()
                    .is_some_and(|sample| sample.time_s < before_s)
                {
                    samples.push(boost_sample(before_s, &dense.at(before_s), &thrust, stage));
                }
            }
        });
        let stage = samples.last().map_or(0, |sample| sample.stage);
        let none = |_: f64, _: &Vector6| Vector3::zeros();
        samples.push(Sample {
            phase: Phase::Coast,
            ..boost_sample(time_s, &y, &none, stage)
        });
        samples
    }
}
