//! Sums over all threats.

use forewarn_formats::words::UtcTime;
use serde::Serialize;

use super::estimates::{Moment, MomentScore};
use super::link::Links;
use super::objects::{FalseObject, ThreatScore};

/// How often something held the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Times it did.
    pub inside: usize,
    /// Times it was asked.
    pub of: usize,
}

impl Coverage {
    fn count(flags: impl Iterator<Item = bool>) -> Self {
        flags.fold(Self::default(), |sum, inside| Self {
            inside: sum.inside + usize::from(inside),
            of: sum.of + 1,
        })
    }

    /// The share, where it was asked at all.
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| self.inside as f64 / self.of as f64)
    }
}

/// How numbers spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// Median.
    pub median: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Largest.
    pub max: f64,
    /// Root mean square.
    pub rms: f64,
}

impl Spread {
    /// Of some numbers; none where there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        if count == 0 {
            return None;
        }
        // The nearest rank: the smallest value that at least this share does not exceed.
        let rank = |share: f64| ((share * count as f64).ceil() as usize).clamp(1, count) - 1;
        let square: f64 = sorted.iter().map(|value| value * value).sum();
        Some(Self {
            count,
            median: sorted[rank(0.5)],
            p95: sorted[rank(0.95)],
            max: sorted[count - 1],
            rms: (square / count as f64).sqrt(),
        })
    }
}

/// Estimates of one moment over all threats.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MomentPool {
    /// Which moment.
    pub moment: Moment,
    /// Launch ellipses.
    pub launch_inside_90: Coverage,
    /// Intervals of launch time.
    pub launch_time_inside_90: Coverage,
    /// Impact ellipses and regions.
    pub impact_inside_90: Coverage,
    /// Intervals of impact time.
    pub impact_time_inside_90: Coverage,
    /// Launch errors [m].
    pub launch_error_m: Option<Spread>,
    /// Impact errors [m], where a point was given.
    pub impact_error_m: Option<Spread>,
    /// Threats for which nothing was said of launch or impact.
    pub silent: usize,
}

/// Sums over all threats.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pooled {
    /// Threats of the truth.
    pub threats: usize,
    /// Threats that were `suspected` or `confirmed`.
    pub found: usize,
    /// Threats that were `confirmed`.
    pub confirmed: usize,
    /// Names of those not found.
    pub missed: Vec<String>,
    /// Threats confirmed more than once, as objects of their own.
    pub duplicates: usize,
    /// Objects `suspected` that are no threat.
    pub false_suspected: usize,
    /// Objects `confirmed` that are no threat.
    pub false_confirmed: usize,
    /// First report to `suspected` [s].
    pub suspected_after_s: Option<Spread>,
    /// First report to `confirmed` [s].
    pub confirmed_after_s: Option<Spread>,
    /// Reports of a track that are its own, over all objects with ten reports or more.
    pub purity: Option<f64>,
    /// The least pure of those.
    pub purity_min: Option<f64>,
    /// Each moment of judgement.
    pub moments: Vec<MomentPool>,
    /// The last moment judged.
    pub until: Option<UtcTime>,
}

/// Reports from which a track's purity counts.
const PURITY_REPORTS_MIN: usize = 10;

pub(super) fn pool(
    threats: &[ThreatScore],
    false_objects: &[FalseObject],
    links: &Links,
) -> Pooled {
    let tracks: Vec<(usize, usize)> = links
        .by_object
        .values()
        .map(|link| (link.own, link.held.len()))
        .filter(|(_, held)| *held >= PURITY_REPORTS_MIN)
        .collect();
    let (own, held) = tracks
        .iter()
        .fold((0, 0), |sum, track| (sum.0 + track.0, sum.1 + track.1));
    let purities = tracks.iter().map(|(own, held)| *own as f64 / *held as f64);
    Pooled {
        threats: threats.len(),
        found: threats.iter().filter(|threat| threat.found).count(),
        confirmed: threats
            .iter()
            .filter(|threat| threat.confirmed_after_s.is_some())
            .count(),
        missed: threats
            .iter()
            .filter(|threat| !threat.found)
            .map(|threat| threat.truth.clone())
            .collect(),
        duplicates: threats.iter().map(|threat| threat.duplicates).sum(),
        false_suspected: false_objects
            .iter()
            .filter(|object| !object.confirmed)
            .count(),
        false_confirmed: false_objects
            .iter()
            .filter(|object| object.confirmed)
            .count(),
        suspected_after_s: Spread::of(threats.iter().filter_map(|threat| threat.suspected_after_s)),
        confirmed_after_s: Spread::of(threats.iter().filter_map(|threat| threat.confirmed_after_s)),
        purity: (held > 0).then(|| own as f64 / held as f64),
        purity_min: purities.min_by(f64::total_cmp),
        moments: [
            Moment::AfterCutoff,
            Moment::AfterRadar,
            Moment::BeforeImpact,
        ]
        .into_iter()
        .map(|moment| moment_pool(moment, threats))
        .collect(),
        until: threats
            .iter()
            .flat_map(|threat| threat.moments.iter().map(|moment| moment.time))
            .max(),
    }
}

fn moment_pool(moment: Moment, threats: &[ThreatScore]) -> MomentPool {
    let all: Vec<&MomentScore> = threats
        .iter()
        .flat_map(|threat| threat.moments.iter())
        .filter(|score| score.moment == moment)
        .collect();
    let launches = || all.iter().filter_map(|score| score.launch.as_ref());
    let impacts = || all.iter().filter_map(|score| score.impact.as_ref());
    MomentPool {
        moment,
        launch_inside_90: Coverage::count(launches().map(|launch| launch.inside_90)),
        launch_time_inside_90: Coverage::count(launches().map(|launch| launch.time_inside_90)),
        impact_inside_90: Coverage::count(impacts().map(|impact| impact.inside_90)),
        impact_time_inside_90: Coverage::count(
            impacts().filter_map(|impact| impact.time_inside_90),
        ),
        launch_error_m: Spread::of(launches().map(|launch| launch.error_m)),
        impact_error_m: Spread::of(impacts().filter_map(|impact| impact.error_m)),
        silent: all
            .iter()
            .filter(|score| score.launch.is_none() && score.impact.is_none())
            .count(),
    }
}
