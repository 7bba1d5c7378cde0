//! Joining what several satellites saw of one object, by geometry alone.
//!
//! At one time two lines of sight to one object pass each other within their noise. How far they
//! miss each other over all common times, with the satellites' constant pointing errors as a
//! common unknown, gives a likelihood; heights must be possible, brightness and first sight must
//! roughly agree. Many-to-many ambiguity is an assignment.

mod lines;
mod path;
mod score;
#[cfg(test)]
mod tests;

use nalgebra::{Matrix3, Vector3};

use forewarn_physics::time::Epoch;

use super::assignment::{Entry, assign};
use super::tracklet::{Tracklet, TrackletId};
pub use path::{PathFit, PathResidual, consistent_with_path};
pub use score::{PairFit, pair_fit};

/// What joining needs to know of a tracklet's sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pointing {
    /// Slowly varying pointing error per axis, one sigma [rad].
    pub bias_sigma_rad: f64,
    /// Time between two looks [s].
    pub revisit_s: f64,
}

/// Two tracklets of different satellites that are one object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StereoPair {
    /// Of the first satellite.
    pub first: TrackletId,
    /// Of the second.
    pub second: TrackletId,
    /// How well they agree.
    pub fit: PairFit,
    /// How much better than the best other partner of either [log likelihood]; none without one.
    pub margin: Option<f64>,
}

/// A point from two lines of sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triangulated {
    /// When.
    pub time: Epoch,
    /// Where [m], ITRF.
    pub position_m: Vector3<f64>,
    /// Covariance [m²], pointing errors included.
    pub covariance_m2: Matrix3<f64>,
}

/// Joins tracklets of one satellite with those of another, one to one, at the greatest total
/// likelihood. Pairs that do not agree better than chance are left out.
pub fn join(
    first: &[&Tracklet],
    second: &[&Tracklet],
    pointing: [&Pointing; 2],
) -> Vec<StereoPair> {
    let mut fits = Vec::new();
    for (row, a) in first.iter().enumerate() {
        for (column, b) in second.iter().enumerate() {
            fits.extend(
                pair_fit(a, b, pointing)
                    .filter(PairFit::agrees)
                    .map(|fit| (row, column, fit)),
            );
        }
    }
    let entry = |&(row, column, fit): &(usize, usize, PairFit)| Entry {
        row,
        column,
        cost: -fit.log_likelihood_ratio,
    };
    let entries: Vec<Entry> = fits.iter().map(entry).collect();
    let solved = assign(&vec![0.0; first.len()], &vec![0.0; second.len()], &entries);
    let chosen = fits
        .iter()
        .filter(|(row, column, _)| solved.column_of_row[*row] == Some(*column));
    chosen
        .map(|&(row, column, fit)| {
            let rival = fits
                .iter()
                .filter(|other| (other.0 == row) != (other.1 == column))
                .map(|other| other.2.log_likelihood_ratio)
                .max_by(f64::total_cmp);
            let margin = rival.map(|rival| fit.log_likelihood_ratio - rival);
            StereoPair {
                first: first[row].id,
                second: second[column].id,
                fit,
                margin,
            }
        })
        .collect()
}

/// Points of the object at the first tracklet's report times, where the second's directions can
/// be interpolated: starting values for a fit, not results. Empty where the lines are parallel.
pub fn triangulate(a: &Tracklet, b: &Tracklet, pointing: [&Pointing; 2]) -> Vec<Triangulated> {
    let meetings = lines::meetings(a, b);
    meetings
        .iter()
        .filter_map(|meeting| meeting.triangulate(pointing.map(|p| p.bias_sigma_rad)))
        .collect()
}
