//! The plots that a young radar track stands on.
//!
//! Three plots start a track, and now and then one of them is false. The filter then holds a
//! state that is tens of kilometres off and surer than it should be; the true plots that follow
//! fit badly, yet pull it in too slowly for its covariance ever to be right. While a track is
//! young its last plots are kept, and where it disagrees with them it is started from them anew.

use forewarn_physics::math::chi_square_survival;

use crate::sensors::Measurement;
use crate::track::ballistic::{BallisticFilter, initiate};

/// Plots that a new start stands on.
const KEPT: usize = 4;
/// A track is young up to this many updates.
const YOUNG: u32 = 12;
/// An innovation beyond this (chi-square of four) is a surprise: three in a thousand.
const SURPRISE: f64 = 16.0;
/// Normalised innovation squared per component from which the track is in doubt.
const DOUBT: f64 = 2.0;
/// The last plots must agree among themselves at least so well.
const AGREE_P: f64 = 0.01;

/// The last few plots of a young track, of one radar, in order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct Founders(Vec<Measurement>);

impl Founders {
    /// Those that started the track.
    pub(super) fn new(plots: impl Iterator<Item = Measurement>) -> Self {
        Self(plots.collect())
    }

    /// Keeps a plot that the track took as update number `updates`; forgets all of an old track.
    pub(super) fn keep(&mut self, plot: &Measurement, updates: u32) {
        if updates > YOUNG || self.0.last().is_some_and(|last| last.sensor != plot.sensor) {
            self.0 = Vec::new();
        } else if !self.0.is_empty() {
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push(plot.clone());
        }
    }

    /// The track started anew from its last plots, where they agree with each other and not
    /// with it: its last innovation squared, and those so far per component.
    pub(super) fn anew(&self, distance2: f64, nis_per_component: f64) -> Option<BallisticFilter> {
        if self.0.len() < KEPT || distance2 < SURPRISE || nis_per_component < DOUBT {
            return None;
        }
        let start = initiate(&self.0).ok()?;
        let p = chi_square_survival(start.chi_square, start.degrees_of_freedom as f64);
        (p > AGREE_P).then_some(start.filter)
    }
}
