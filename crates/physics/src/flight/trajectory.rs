//! A flown path, sampled densely enough to be interpolated.

use nalgebra::Vector3;

use super::coast::{self, Body, Fate, Impact, Vector6, position_of, velocity_of};
use super::integrate::{Dense, Step};
use super::vehicle::Vehicle;
use crate::frames::wgs84::{self, Geodetic};

/// Part of a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// From launch to the last cut-off, gaps between stages included.
    Boost,
    /// Unpowered, before re-entry.
    Coast,
    /// Falling below 100 km.
    Reentry,
    /// Under lift.
    Glide,
    /// On the ground.
    Ended,
}

/// One moment of a flight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Time from launch [s].
    pub time_s: f64,
    /// Position, ITRF [m].
    pub position_m: Vector3<f64>,
    /// Velocity relative to ITRF [m/s].
    pub velocity_m_s: Vector3<f64>,
    /// Specific thrust in ITRF axes [m/s²]; zero when nothing burns.
    pub thrust_m_s2: Vector3<f64>,
    /// Stage that burns or burnt last, from 0.
    pub stage: u8,
    /// Part of the flight.
    pub phase: Phase,
}

/// When one stage burnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burn {
    /// Stage, from 0.
    pub stage: u8,
    /// Ignition, from launch [s].
    pub ignition_s: f64,
    /// Burn-out or cut-off, from launch [s].
    pub end_s: f64,
}

/// A whole flight. Times run from launch (first ignition) and increase strictly.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Samples: 1 s or less in boost, 10 s in space, 0.5 s in the air. A jump of thrust lies
    /// within 0.01 s before a sample that has its time.
    pub samples: Vec<Sample>,
    /// Where it started.
    pub launch: Geodetic,
    /// Azimuth it was fired at [rad].
    pub azimuth_rad: f64,
    /// What was flown.
    pub vehicle: Vehicle,
    /// The burns.
    pub burns: Vec<Burn>,
    /// Last cut-off, from launch [s].
    pub cutoff_time_s: f64,
    /// Where it came down, if it did.
    pub impact: Option<Impact>,
}

impl Trajectory {
    /// The flight at a time from launch, by cubic Hermite interpolation (within 0.5 m); `None`
    /// outside the samples.
    pub fn at(&self, time_s: f64) -> Option<Sample> {
        let after = self
            .samples
            .partition_point(|sample| sample.time_s <= time_s);
        let before = self.samples.get(after.checked_sub(1)?)?;
        match self.samples.get(after) {
            Some(next) => Some(between(before, next, time_s)),
            None => (before.time_s == time_s).then_some(*before),
        }
    }

    /// The sample at the last cut-off.
    pub fn burnout(&self) -> Option<Sample> {
        self.at(self.cutoff_time_s)
    }

    /// Greatest height among the samples [m]: within 100 m of the apogee.
    pub fn apogee_m(&self) -> f64 {
        self.samples
            .iter()
            .map(|s| wgs84::height_m(&s.position_m))
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// Time of the last sample [s].
    pub fn end_s(&self) -> f64 {
        self.samples.last().map_or(0.0, |sample| sample.time_s)
    }
}

fn between(a: &Sample, b: &Sample, time_s: f64) -> Sample {
    let h = b.time_s - a.time_s;
    let t = (time_s - a.time_s) / h;
    let (t2, u) = (t * t, 1.0 - t);
    let position_m = a.position_m * (u * u * (1.0 + 2.0 * t))
        + a.velocity_m_s * (h * t * u * u)
        + b.position_m * (t2 * (3.0 - 2.0 * t))
        - b.velocity_m_s * (h * t2 * u);
    // The slope of the same cubic, so that the two agree.
    let velocity_m_s = (b.position_m - a.position_m) * (6.0 * t * u / h)
        + a.velocity_m_s * (u * (1.0 - 3.0 * t))
        + b.velocity_m_s * (t * (3.0 * t - 2.0));
    // Thrust is continuous only within one burn.
    let burns = |s: &Sample| s.thrust_m_s2 != Vector3::zeros();
    let thrust_m_s2 = if a.stage == b.stage && burns(a) && burns(b) {
        a.thrust_m_s2 * u + b.thrust_m_s2 * t
    } else {
        a.thrust_m_s2
    };
    Sample {
        time_s,
        position_m,
        velocity_m_s,
        thrust_m_s2,
        stage: a.stage,
        phase: a.phase,
    }
}

/// Interval between samples above and below this height [m].
const AIR_TOP_M: f64 = 120e3;
const SPACE_INTERVAL_S: f64 = 10.0;
const AIR_INTERVAL_S: f64 = 0.5;
const GLIDE_INTERVAL_S: f64 = 2.0;
/// Where re-entry starts [m].
pub(super) const REENTRY_M: f64 = 100e3;

/// Appends an unpowered flight from the last sample to the ground (or `limit_s`), and returns
/// its impact, with times from launch.
pub(super) fn coast_on(samples: &mut Vec<Sample>, body: &Body, limit_s: f64) -> Option<Impact> {
    let body = *body;
    fall_on(
        samples,
        limit_s,
        move |_, y| coast::acceleration_m_s2(&position_of(y), &velocity_of(y), &body),
        Phase::Reentry,
    )
}

/// Like [`coast_on`] with any acceleration; `low_phase` names the part below 100 km.
pub(super) fn fall_on(
    samples: &mut Vec<Sample>,
    limit_s: f64,
    acceleration: impl Fn(f64, &Vector6) -> Vector3<f64>,
    low_phase: Phase,
) -> Option<Impact> {
    let start = *samples.last()?;
    let y = pack_sample(&start);
    let low_interval_s = if low_phase == Phase::Glide {
        GLIDE_INTERVAL_S
    } else {
        AIR_INTERVAL_S
    };
    let interval = |y: &Vector6| {
        if coast::quick_height_m(&position_of(y)) > AIR_TOP_M {
            SPACE_INTERVAL_S
        } else {
            low_interval_s
        }
    };
    let max_step = |_: f64, y: &Vector6| 4.0 * interval(y);
    let mut next_s = start.time_s + interval(&y);
    let stage = start.stage;
    let visit = |step: &Step<6>, end_s: f64| {
        let dense = step.dense();
        while next_s < end_s - 1e-3 {
            let y = dense.at(next_s);
            samples.push(unpowered(next_s, &y, stage, low_phase));
            next_s += interval(&y);
        }
    };
    let fate = coast::descend(start.time_s, y, acceleration, 0.0, limit_s, max_step, visit);
    if let Fate::Impact(impact) = fate {
        let y = coast::pack(&impact.state);
        samples.push(Sample {
            phase: Phase::Ended,
            ..unpowered(impact.time_s, &y, stage, low_phase)
        });
        return Some(impact);
    }
    None
}

pub(super) fn pack_sample(sample: &Sample) -> Vector6 {
    let (p, v) = (sample.position_m, sample.velocity_m_s);
    Vector6::new(p.x, p.y, p.z, v.x, v.y, v.z)
}

fn unpowered(time_s: f64, y: &Vector6, stage: u8, low_phase: Phase) -> Sample {
    let (position_m, velocity_m_s) = (position_of(y), velocity_of(y));
    let falling = position_m.dot(&velocity_m_s) < 0.0;
    let low = coast::quick_height_m(&position_m) < REENTRY_M;
    let phase = if low && (falling || low_phase == Phase::Glide) {
        low_phase
    } else {
        Phase::Coast
    };
    Sample {
        time_s,
        position_m,
        velocity_m_s,
        thrust_m_s2: Vector3::zeros(),
        stage,
        phase,
    }
}

/// Appends samples of a powered step up to `end_s`, one a second.
pub(super) fn sample_boost(
    samples: &mut Vec<Sample>,
    dense: &Dense<6>,
    end_s: f64,
    next_s: &mut f64,
    interval_s: f64,
    thrust: &impl Fn(f64, &Vector6) -> Vector3<f64>,
    stage: u8,
) {
    while *next_s < end_s {
        samples.push(boost_sample(*next_s, &dense.at(*next_s), thrust, stage));
        *next_s += interval_s;
    }
}

pub(super) fn boost_sample(
    time_s: f64,
    y: &Vector6,
    thrust: &impl Fn(f64, &Vector6) -> Vector3<f64>,
    stage: u8,
) -> Sample {
    Sample {
        time_s,
        position_m: position_of(y),
        velocity_m_s: velocity_of(y),
        thrust_m_s2: thrust(time_s, y),
        stage,
        phase: Phase::Boost,
    }
}
