//! Two lines of sight at one time.

use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::{Matrix3, Vector3};

use super::Triangulated;
use crate::track::tracklet::{Hit, Tracklet};

/// A stage that lights or cuts off changes acceleration by about this much [m/s²]; between two
/// looks an interpolation cannot know it.
const ACCELERATION_STEP_M_S2: f64 = 8.0;
/// Directions are not interpolated over longer gaps [s].
const LONGEST_GAP_S: f64 = 25.0;

/// A line of sight with its noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) from_m: Vector3<f64>,
    pub(super) direction: Vector3<f64>,
    /// Measurement noise, one sigma per axis [rad].
    pub(super) sigma_rad: f64,
    /// Cross-range error of interpolation, one sigma per axis [m].
    pub(super) model_m: f64,
}

/// Lines of two tracklets at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    pub(super) time: Epoch,
    pub(super) lines: [Line; 2],
}

/// The miss between two lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Miss {
    /// Signed distance of closest approach [m].
    pub(super) distance_m: f64,
    /// Variance by noise and interpolation [m²].
    pub(super) variance_m2: f64,
    /// Distance along each line to the closest approach [m].
    pub(super) range_m: [f64; 2],
    /// Middle of the closest approach [m].
    pub(super) point_m: Vector3<f64>,
}

impl Meeting {
    /// None for lines closer to parallel than 1°, or that meet behind a satellite.
    pub(super) fn miss(&self) -> Option<Miss> {
        let [a, b] = &self.lines;
        let normal = a.direction.cross(&b.direction);
        let sine2 = normal.norm_squared();
        if sine2 < 3e-4 {
            return None;
        }
        let apart_m = b.from_m - a.from_m;
        let range_m = [
            apart_m.cross(&b.direction).dot(&normal) / sine2,
            apart_m.cross(&a.direction).dot(&normal) / sine2,
        ];
        let ends = [
            a.from_m + a.direction * range_m[0],
            b.from_m + b.direction * range_m[1],
        ];
        let variance = |line: &Line, range_m: f64| {
            let noise_m = line.sigma_rad * range_m;
            noise_m * noise_m + line.model_m * line.model_m
        };
        (range_m[0] > 1e3 && range_m[1] > 1e3).then(|| Miss {
            distance_m: apart_m.dot(&normal) / sine2.sqrt(),
            variance_m2: variance(a, range_m[0]) + variance(b, range_m[1]),
            range_m,
            point_m: (ends[0] + ends[1]) * 0.5,
        })
    }

    /// The point nearest to both lines in units of their errors.
    pub(super) fn triangulate(&self, bias_rad: [f64; 2]) -> Option<Triangulated> {
        let miss = self.miss()?;
        let mut information = Matrix3::zeros();
        let mut weighted = Vector3::zeros();
        for ((line, range_m), bias_rad) in self.lines.iter().zip(miss.range_m).zip(bias_rad) {
            let angle2 = line.sigma_rad * line.sigma_rad + bias_rad * bias_rad;
            let variance_m2 = range_m * range_m * angle2 + line.model_m * line.model_m;
            let across =
                (Matrix3::identity() - line.direction * line.direction.transpose()) / variance_m2;
            information += across;
            weighted += across * line.from_m;
        }
        let covariance_m2 = information.try_inverse()?;
        Some(Triangulated {
            time: self.time,
            position_m: covariance_m2 * weighted,
            covariance_m2,
        })
    }
}

/// Both lines at each report time of `a` that lies within `b`'s time.
pub(super) fn meetings(a: &Tracklet, b: &Tracklet) -> Vec<Meeting> {
    let one = |hit: &Hit| {
        let own = Line {
            from_m: hit.sensor_position_m,
            direction: hit.direction,
            sigma_rad: hit.sigma_rad,
            model_m: 0.0,
        };
        Some(Meeting {
            time: hit.time,
            lines: [own, line_at(b, hit.time)?],
        })
    };
    a.hits.iter().filter_map(|hit| one(hit)).collect()
}

/// A tracklet's line of sight at a time between its reports: a parabola through the three nearest
/// (a straight line through two) in the direction and in the satellite's position.
pub(super) fn line_at(tracklet: &Tracklet, time: Epoch) -> Option<Line> {
    let hits = &tracklet.hits;
    let after = hits.partition_point(|hit| hit.time < time);
    if after == 0 || after == hits.len() {
        // Outside only where it coincides with the first report.
        let edge = hits.get(after).filter(|hit| hit.time == time)?;
        return Some(Line {
            from_m: edge.sensor_position_m,
            direction: edge.direction,
            sigma_rad: edge.sigma_rad,
            model_m: 0.0,
        });
    }
    let gap_s = seconds_between(hits[after - 1].time, hits[after].time);
    if gap_s > LONGEST_GAP_S {
        return None;
    }
    let offset_s = |at: usize| seconds_between(time, hits[at].time);
    let third = match (after.checked_sub(2), hits.get(after + 1)) {
        (Some(before), Some(_)) if -offset_s(before) <= offset_s(after + 1) => Some(before),
        (_, Some(_)) => Some(after + 1),
        (before, None) => before,
    };
    let mut used = vec![after - 1, after];
    used.extend(third.filter(|&at| offset_s(at).abs() <= LONGEST_GAP_S));
    let (mut from_m, mut direction, mut variance) = (Vector3::zeros(), Vector3::zeros(), 0.0);
    for &at in &used {
        let others = used.iter().filter(|&&other| other != at);
        let weight: f64 = others
            .map(|&other| offset_s(other) / (offset_s(other) - offset_s(at)))
            .product();
        from_m += hits[at].sensor_position_m * weight;
        direction += hits[at].direction * weight;
        variance += weight * weight * hits[at].sigma_rad * hits[at].sigma_rad;
    }
    let step = if used.len() == 2 { 4.0 } else { 1.0 };
    let model_m = step * ACCELERATION_STEP_M_S2 * gap_s * gap_s / 8.0;
    Some(Line {
        from_m,
        direction: direction.normalize(),
        sigma_rad: variance.sqrt(),
        model_m,
    })
}
