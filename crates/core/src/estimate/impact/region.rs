//! Where something may come down, where no ellipse would be honest.
//!
//! The state is drawn at Halton's points and each draw flown to the ground. The region is laid
//! out along the flight: distance and azimuth from the place under the object. It keeps the
//! middle 95 % of the distances and, along its length, 95 % of the azimuths: 90 % in all.

use forewarn_physics::flight::coast::{Body, Fate, Impact, to_impact};
use forewarn_physics::frames::State;
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{PI, atan2, exp, sin_cos, wrap_pi};
use forewarn_physics::time::after;
use nalgebra::SVector;

use super::{LIMIT_S, bisected, fall, normal_below, root_by_drag};
use crate::model::{GaussianState, ImpactRegion};

/// Draws that are flown.
const DRAWS: usize = 96;
/// Points along each long side.
const STATIONS: usize = 8;
/// With more than this share still up, nothing is said.
const LARGEST_SHARE_UP: f64 = 0.1;
const BASES: [u32; 9] = [2, 3, 5, 7, 11, 13, 17, 19, 23];
/// Best lift over drag of a gliding vehicle: a little more than the 2.6 fitted to a real one.
const LIFT_TO_DRAG_MAX: f64 = 3.0;
/// Steepest steady bank of a glider [rad].
const BANK_MAX_RAD: f64 = 1.2;

/// The region of a ballistic object; `None` where too much of it does not come down.
pub fn ballistic_region(state: &GaussianState) -> Option<ImpactRegion> {
    let root = root_by_drag(&state.covariance)?;
    let arrivals = (1..=DRAWS).map(|draw| fall(&(state.mean + root * normals(draw))));
    region_of(state, arrivals)
}

/// The region that a glider may reach: any lift over drag up to 3 and any steady bank, uniformly.
pub fn glide_region(state: &GaussianState) -> Option<ImpactRegion> {
    let root = root_by_drag(&state.covariance)?;
    let arrivals = (1..=DRAWS).map(|draw| {
        let mean: SVector<f64, 7> = state.mean + root * normals(draw);
        let start = State::from_vectors(
            mean.fixed_rows::<3>(0).into_owned(),
            mean.fixed_rows::<3>(3).into_owned(),
        );
        let body = Body {
            ballistic_coefficient_kg_m2: exp(mean[6]),
            lift_to_drag: LIFT_TO_DRAG_MAX * halton(draw, BASES[7]),
            bank_rad: BANK_MAX_RAD * (2.0 * halton(draw, BASES[8]) - 1.0),
        };
        to_impact(&start, &body, 0.0, LIMIT_S)
    });
    region_of(state, arrivals)
}

fn region_of(state: &GaussianState, arrivals: impl Iterator<Item = Fate>) -> Option<ImpactRegion> {
    let landed: Vec<Impact> = arrivals
        .filter_map(|fate| match fate {
            Fate::Impact(impact) => Some(impact),
            Fate::Orbit | Fate::TooLong => None,
        })
        .collect();
    if (landed.len() as f64) < (1.0 - LARGEST_SHARE_UP) * DRAWS as f64 {
        return None;
    }
    let under = Geodetic {
        height_m: 0.0,
        ..Geodetic::from_itrf(state.state().position)
    };
    let mut times_s: Vec<f64> = landed.iter().map(|impact| impact.time_s).collect();
    times_s.sort_by(f64::total_cmp);
    let mean_s = times_s.iter().sum::<f64>() / times_s.len() as f64;
    let variance_s2 = times_s
        .iter()
        .map(|t| (t - mean_s) * (t - mean_s))
        .sum::<f64>()
        / times_s.len() as f64;
    Some(ImpactRegion {
        ring_rad: ring(&under, &landed),
        time: after(state.epoch, quantile(&times_s, 0.5)),
        time_sigma_s: variance_s2.sqrt(),
        earliest_95: after(state.epoch, quantile(&times_s, 0.05)),
    })
}

/// Distance [m] and azimuth from the mean one [rad] of each arrival, nearest first.
fn along_and_across(under: &Geodetic, landed: &[Impact]) -> (f64, Vec<(f64, f64)>) {
    let lines: Vec<_> = landed
        .iter()
        .map(|impact| geodesic::inverse(under, &Geodetic::from_itrf(impact.state.position)))
        .collect();
    let (mut s_sum, mut c_sum) = (0.0, 0.0);
    for line in &lines {
        let (s, c) = sin_cos(line.azimuth_from_rad);
        s_sum += s * line.distance_m;
        c_sum += c * line.distance_m;
    }
    let middle_rad = atan2(s_sum, c_sum);
    let mut points: Vec<(f64, f64)> = lines
        .iter()
        .map(|line| (line.distance_m, wrap_pi(line.azimuth_from_rad - middle_rad)))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    (middle_rad, points)
}

/// A closed ring: out along the left side, back along the right.
fn ring(under: &Geodetic, landed: &[Impact]) -> Vec<[f64; 2]> {
    let (middle_rad, points) = along_and_across(under, landed);
    let distances_m: Vec<f64> = points.iter().map(|point| point.0).collect();
    let (near_m, far_m) = (quantile(&distances_m, 0.025), quantile(&distances_m, 0.975));
    let sides: Vec<(f64, f64, f64)> = (0..=STATIONS)
        .map(|station| {
            let share = station as f64 / STATIONS as f64;
            let distance_m = near_m + share * (far_m - near_m);
            // The third of the arrivals nearest in distance tells the width here.
            let mut near: Vec<(f64, f64)> = points.clone();
            near.sort_by(|a, b| {
                (a.0 - distance_m)
                    .abs()
                    .total_cmp(&(b.0 - distance_m).abs())
            });
            let azimuths: Vec<f64> = near
                .iter()
                .take((points.len() / 3).max(8))
                .map(|point| point.1)
                .collect();
            let count = azimuths.len() as f64;
            let mean_rad = azimuths.iter().sum::<f64>() / count;
            let squares = azimuths
                .iter()
                .map(|x| (x - mean_rad) * (x - mean_rad))
                .sum::<f64>();
            // A few draws' extremes tell less of a width than their variance does.
            let half_rad = 1.96 * (squares / (count - 1.0)).sqrt();
            let (left, right) = (mean_rad - half_rad, mean_rad + half_rad);
            // Never thinner than a kilometre.
            let least = 500.0 / distance_m.max(1e3);
            let middle = 0.5 * (left + right);
            (
                distance_m,
                left.min(middle - least).max(-PI),
                right.max(middle + least).min(PI),
            )
        })
        .collect();
    let place = |distance_m: f64, turned_rad: f64| {
        let place = geodesic::direct(under, middle_rad + turned_rad, distance_m);
        [place.latitude_rad, place.longitude_rad]
    };
    let mut ring: Vec<[f64; 2]> = sides
        .iter()
        .map(|&(distance_m, left, _)| place(distance_m, left))
        .collect();
    ring.extend(
        sides
            .iter()
            .rev()
            .map(|&(distance_m, _, right)| place(distance_m, right)),
    );
    ring.push(ring[0]);
    ring
}

/// Between the two nearest of sorted values.
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let at = probability * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[at as usize],
        sorted[(at as usize + 1).min(sorted.len() - 1)],
    );
    below + (at - at.floor()) * (above - below)
}

/// Halton's number of a draw in a base, in (0, 1).
fn halton(draw: usize, base: u32) -> f64 {
    let (mut rest, mut share, mut value) = (draw as u32, 1.0, 0.0);
    while rest > 0 {
        share /= f64::from(base);
        value += share * f64::from(rest % base);
        rest /= base;
    }
    value
}

/// Seven independent normal numbers of a draw.
fn normals(draw: usize) -> SVector<f64, 7> {
    SVector::from_fn(|i, _| {
        let probability = halton(draw + 20, BASES[i]);
        bisected(-6.0, 6.0, |x| normal_below(x) - probability)
    })
}
