//! Slowly varying errors of a sensor.

use forewarn_core::model::SensorKind;
use forewarn_physics::math::exp;

use crate::faults::Scans;
use crate::random::Stream;
use crate::scenario::SensorSpec;

/// Up to three slowly varying errors, one value a scan.
///
/// First-order Gauss–Markov: standard deviation as the table says, correlation
/// exp(−Δt / time constant). Infrared: two angles [rad]. Radar: range [m], azimuth and elevation
/// [rad].
#[derive(Debug, Clone)]
pub(crate) struct Biases {
    values: Vec<[f64; 3]>,
}

/// A constant error added by a fault.
pub(crate) type FaultBias = [f64; 3];

impl Biases {
    pub(crate) fn draw(spec: &SensorSpec, scans: &Scans, seed: u64) -> Self {
        let truth = &spec.truth;
        let (sigma, fixed) = match &spec.sensor.kind {
            SensorKind::Infrared(infrared) => {
                let fixed = truth
                    .bias_rad
                    .map_or([None; 3], |bias| [Some(bias[0]), Some(bias[1]), None]);
                (
                    [infrared.bias_sigma_rad, infrared.bias_sigma_rad, 0.0],
                    fixed,
                )
            }
            SensorKind::Radar(radar) => (
                [
                    radar.bias_sigma_range_m,
                    radar.bias_sigma_azimuth_rad,
                    radar.bias_sigma_elevation_rad,
                ],
                [
                    truth.bias_range_m,
                    truth.bias_azimuth_rad,
                    truth.bias_elevation_rad,
                ],
            ),
        };
        let mut stream = Stream::new(seed, &format!("sensor {} bias", spec.sensor.id));
        let kept = exp(-scans.revisit_s / truth.bias_time_constant_s);
        let fresh = (1.0 - kept * kept).sqrt();
        let mut unit = [stream.normal(), stream.normal(), stream.normal()];
        let mut values = Vec::with_capacity(scans.count());
        for _ in 0..scans.count() {
            values.push(std::array::from_fn(|axis| {
                fixed[axis].unwrap_or(sigma[axis] * unit[axis])
            }));
            unit = unit.map(|value| kept * value + fresh * stream.normal());
        }
        Self { values }
    }

    /// Those of one scan.
    pub(crate) fn of_scan(&self, scan: usize) -> [f64; 3] {
        self.values.get(scan).copied().unwrap_or_default()
    }
}
