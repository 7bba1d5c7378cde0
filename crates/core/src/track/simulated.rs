//! A small world for the tests of this room: ascents, fires and two geostationary satellites.
//!
//! The part of a record's id before `/` names its owner, so that purity can be counted.

use std::sync::Arc;

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{TAU, cos, ln, sin_cos};
use forewarn_physics::time::{Epoch, after, parse_utc};
use nalgebra::Vector3;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::scan::Scan;
use super::tracklet::LookModel;
use crate::model::{Infrared, Report, ReportBody, SensorIndex};

/// Plumes show from here [m].
const CLOUD_BREAK_M: f64 = 8e3;

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }
    pub(super) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64)
    }
    pub(super) fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(1e-300, 1.0), self.uniform(0.0, TAU));
        (-2.0 * ln(radius)).sqrt() * cos(angle)
    }
}

pub(super) fn start() -> Epoch {
    parse_utc("2026-03-01T12:00:00Z").unwrap()
}

/// Something hot with a path.
pub(super) struct Source {
    pub(super) name: String,
    /// Chance that it shows in a look, on top of the sensor's.
    pub(super) shows: f64,
    pub(super) intensity_w_sr: f64,
    first_s: f64,
    step_s: f64,
    path_m: Vec<Vector3<f64>>,
}

impl Source {
    pub(super) fn fire(name: String, place: Geodetic, shows: f64) -> Self {
        Self {
            name,
            shows,
            intensity_w_sr: 2e4,
            first_s: 0.0,
            step_s: 1e9,
            path_m: vec![place.to_itrf().vector(); 2],
        }
    }

    /// A straight line at constant velocity [m/s].
    pub(super) fn line(
        name: String,
        from_m: Vector3<f64>,
        velocity_m_s: Vector3<f64>,
        first_s: f64,
        lasts_s: f64,
    ) -> Self {
        let path_m = vec![from_m, from_m + velocity_m_s * lasts_s];
        Self {
            name,
            shows: 1.0,
            intensity_w_sr: 1e6,
            first_s,
            step_s: lasts_s,
            path_m,
        }
    }

    /// An ascent of `stages` equal stages: thrust rises from 18 to 65 m/s² in each, the flight
    /// turns from straight up to 25° over `burn_s`; visible from the cloud break to cut-off.
    pub(super) fn ascent(
        name: String,
        pad: Geodetic,
        launch_s: f64,
        azimuth_rad: f64,
        burn_s: f64,
        stages: f64,
    ) -> Self {
        let step_s = 0.1;
        let horizon = pad.enu_from_itrf().transpose();
        let (sin_azimuth, cos_azimuth) = sin_cos(azimuth_rad);
        let along = horizon * Vector3::new(sin_azimuth, cos_azimuth, 0.0);
        let (up, pad_m) = (pad.up(), pad.to_itrf().vector());
        let (mut place, mut velocity) = ([0.0, 0.0], [0.0, 0.0]);
        let (mut first_s, mut path_m) = (0.0, Vec::new());
        for tick in 0..(burn_s / step_s) as usize {
            let time_s = tick as f64 * step_s;
            let part = (time_s / burn_s * stages).fract();
            let turn = ((time_s - 8.0) / (0.7 * burn_s)).clamp(0.0, 1.0);
            let (s, c) = sin_cos((90.0 - 65.0 * turn).to_radians());
            let thrust = 18.0 + 47.0 * part * part;
            velocity[0] += thrust * c * step_s;
            velocity[1] += (thrust * s - 9.6) * step_s;
            place[0] += velocity[0] * step_s;
            place[1] += velocity[1] * step_s;
            if place[1] >= CLOUD_BREAK_M {
                if path_m.is_empty() {
                    first_s = launch_s + time_s;
                }
                path_m.push(pad_m + along * place[0] + up * place[1]);
            }
        }
        Self {
            name,
            shows: 1.0,
            intensity_w_sr: 3e5,
            first_s,
            step_s,
            path_m,
        }
    }

    pub(super) fn position_m(&self, time_s: f64) -> Option<Vector3<f64>> {
        let at = (time_s - self.first_s) / self.step_s;
        let whole = at.floor();
        let next = (whole >= 0.0)
            .then(|| self.path_m.get(whole as usize + 1))
            .flatten()?;
        let before = self.path_m[whole as usize];
        Some(before + (next - before) * (at - whole))
    }

    pub(super) fn last_s(&self) -> f64 {
        self.first_s + self.step_s * self.path_m.len() as f64
    }
}

/// A geostationary satellite.
pub(super) struct Satellite {
    pub(super) sensor: SensorIndex,
    pub(super) position_m: Vector3<f64>,
    pub(super) sigma_rad: f64,
    pub(super) phase_s: f64,
    pub(super) looks: LookModel,
    bias_rad: [f64; 2],
}

impl Satellite {
    pub(super) fn new(sensor: u16, longitude_deg: f64, revisit_s: f64, dice: &mut Dice) -> Self {
        let (s, c) = sin_cos(longitude_deg.to_radians());
        let bias_sigma_rad = 10e-6;
        Self {
            sensor: SensorIndex(sensor),
            position_m: Vector3::new(42_164e3 * c, 42_164e3 * s, 0.0),
            sigma_rad: 25e-6,
            phase_s: f64::from(sensor) * 0.37 * revisit_s,
            looks: LookModel {
                revisit_s,
                detection_probability: 0.95,
                false_per_scan: 3.0,
                bias_sigma_rad,
            },
            bias_rad: [
                dice.normal() * bias_sigma_rad,
                dice.normal() * bias_sigma_rad,
            ],
        }
    }

    /// Everything seen from 0 to `until_s`, scan by scan.
    pub(super) fn scans(&self, sources: &[Source], until_s: f64, dice: &mut Dice) -> Vec<Scan> {
        let count = (until_s / self.looks.revisit_s) as usize;
        (0..count)
            .map(|at| {
                self.scan(
                    sources,
                    self.phase_s + at as f64 * self.looks.revisit_s,
                    dice,
                )
            })
            .collect()
    }

    pub(super) fn scan(&self, sources: &[Source], time_s: f64, dice: &mut Dice) -> Scan {
        let time = after(start(), time_s);
        let mut reports = Vec::new();
        for source in sources {
            let Some(target_m) = source.position_m(time_s) else {
                continue;
            };
            let line_m = target_m - self.position_m;
            let hidden = line_m.norm() > 42_164e3;
            if !hidden && dice.uniform(0.0, 1.0) < source.shows * self.looks.detection_probability {
                let brightness = source.intensity_w_sr * (1.0 + 0.15 * dice.normal()).max(0.2);
                reports.push(self.report(
                    &source.name,
                    time,
                    line_m.normalize(),
                    brightness,
                    true,
                    dice,
                ));
            }
        }
        // Mean three, no more than six.
        let false_ones =
            (dice.uniform(0.0, 1.0) + dice.uniform(0.0, 1.0)) * self.looks.false_per_scan;
        for _ in 0..false_ones.round() as usize {
            let (angle, radius) = (
                dice.uniform(0.0, TAU),
                0.151 * dice.uniform(0.0, 1.0).sqrt(),
            );
            let (s, c) = sin_cos(angle);
            let [a, b] = self.across(&-self.position_m.normalize());
            let direction = (-self.position_m.normalize() + (a * s + b * c) * radius).normalize();
            let brightness = 2e4 * dice.uniform(0.5, 10.0);
            reports.push(self.report("false", time, direction, brightness, false, dice));
        }
        Scan {
            sensor: self.sensor,
            reports,
            heartbeat: None,
            start: time,
            end: time,
        }
    }

    fn across(&self, direction: &Vector3<f64>) -> [Vector3<f64>; 2] {
        let first = direction.cross(&Vector3::z()).normalize();
        [first, direction.cross(&first)]
    }

    fn report(
        &self,
        owner: &str,
        time: Epoch,
        direction: Vector3<f64>,
        brightness: f64,
        noisy: bool,
        dice: &mut Dice,
    ) -> Arc<Report> {
        let noise = if noisy { self.sigma_rad } else { 0.0 };
        let [a, b] = self.across(&direction);
        let error = a * (self.bias_rad[0] + noise * dice.normal())
            + b * (self.bias_rad[1] + noise * dice.normal());
        let infrared = Infrared {
            line_of_sight: (direction + error).normalize(),
            sensor_position_m: Some(self.position_m),
            sigma_rad: self.sigma_rad,
            radiant_intensity_w_sr: Some(brightness),
            band: None,
        };
        let id = format!("{owner}/{}", dice.uniform(0.0, 1e15) as u64).into();
        Arc::new(Report {
            id,
            time,
            received: None,
            mode: None,
            sensor: self.sensor,
            body: ReportBody::Infrared(infrared),
        })
    }
}

/// Forty launches within two minutes from three areas, launchers a few kilometres apart.
pub(super) fn raid(dice: &mut Dice) -> Vec<Source> {
    let areas = [
        (35.0, 50.0, 250.0, 110.0, 2.0),
        (37.0, 46.0, 240.0, 75.0, 1.0),
        (33.0, 55.0, 255.0, 180.0, 3.0),
    ];
    (0..40)
        .map(|at| {
            let (latitude_deg, longitude_deg, azimuth_deg, burn_s, stages): (
                f64,
                f64,
                f64,
                f64,
                f64,
            ) = areas[at % 3];
            // Sixteen launchers on a lattice of 4.5 km, each moved by up to 0.5 km.
            let (row, column) = ((at / 3 / 4) as f64, (at / 3 % 4) as f64);
            let pad = Geodetic::from_degrees(
                latitude_deg + 0.04 * row + dice.uniform(-0.005, 0.005),
                longitude_deg + 0.05 * column + dice.uniform(-0.005, 0.005),
                1_000.0,
            );
            let azimuth_rad = (azimuth_deg + dice.uniform(-3.0, 3.0)).to_radians();
            Source::ascent(
                format!("m{at}"),
                pad,
                dice.uniform(0.0, 120.0),
                azimuth_rad,
                burn_s,
                stages,
            )
        })
        .collect()
}

/// The owner of a report, from its id.
pub(super) fn owner(record: &str) -> &str {
    record.split('/').next().unwrap_or(record)
}
