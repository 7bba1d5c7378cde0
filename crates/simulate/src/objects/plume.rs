//! How bright things are in the infrared, from above.
//!
//! Generic textbook figures, good to a factor of a few: short range 1e4 to 1e5 W/sr, medium
//! range 1e5, long range 1e6, space launchers 1e6 to 1e7; at 2.7 µm a trough at 70 to 90 km.

use forewarn_physics::flight::classes::VehicleClass;
use forewarn_physics::math::exp;

use crate::random::Stream;

/// Parts of a flight under power: from, to after the start [s], stage from 0.
pub type Burning = ([f64; 2], u8);

/// How an object shines.
#[derive(Debug, Clone, PartialEq)]
pub enum Emission {
    /// Not at all, as far as these sensors are concerned.
    None,
    /// A rocket plume.
    Plume {
        /// First stage at low height [W/sr].
        first_stage_w_sr: f64,
        /// When it burns.
        burns: Vec<Burning>,
        /// Nothing is seen below this height [m].
        cloud_break_m: f64,
    },
    /// Burning with flicker.
    Steady {
        /// Median [W/sr].
        median_w_sr: f64,
        /// Sigma of the logarithm.
        flicker: f64,
    },
    /// A flash that dies away.
    Flash {
        /// At first [W/sr].
        peak_w_sr: f64,
        /// When, after the start [s].
        time_s: f64,
        /// Falls by e in this time [s].
        decay_s: f64,
    },
    /// A fireball: brightest at a time, Gaussian in time.
    Fireball {
        /// At its brightest [W/sr].
        peak_w_sr: f64,
        /// When, after the start [s].
        time_s: f64,
        /// One sigma of the light curve [s].
        sigma_s: f64,
    },
    /// Sunlight mirrored towards one satellite; its place depends on Sun and satellite.
    Glint {
        /// The satellite.
        sensor: String,
        /// Median [W/sr].
        median_w_sr: f64,
        /// Sigma of the logarithm.
        flicker: f64,
        /// Height of the mirror [m].
        height_m: f64,
        /// It is where a mirror would be; otherwise it stays where it is.
        mirrored: bool,
    },
}

impl Emission {
    /// When it can shine at all, after the start [s].
    pub fn windows_s(&self, life_s: [f64; 2]) -> Vec<[f64; 2]> {
        match self {
            Self::None => Vec::new(),
            Self::Plume { burns, .. } => burns.iter().map(|burn| burn.0).collect(),
            _ => vec![life_s],
        }
    }

    /// Brightness at a time and height [W/sr], before flicker.
    pub fn brightness_w_sr(&self, time_s: f64, height_m: f64) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Plume {
                first_stage_w_sr,
                burns,
                cloud_break_m,
            } => {
                let burning = burns
                    .iter()
                    .find(|(window, _)| time_s >= window[0] && time_s < window[1]);
                match burning {
                    Some((_, stage)) if height_m >= *cloud_break_m => {
                        first_stage_w_sr * stage_factor(*stage) * height_factor(height_m)
                    }
                    _ => 0.0,
                }
            }
            Self::Steady { median_w_sr, .. } | Self::Glint { median_w_sr, .. } => *median_w_sr,
            Self::Flash {
                peak_w_sr,
                time_s: at_s,
                decay_s,
            } => {
                if time_s < *at_s {
                    0.0
                } else {
                    peak_w_sr * exp(-(time_s - at_s) / decay_s)
                }
            }
            Self::Fireball {
                peak_w_sr,
                time_s: at_s,
                sigma_s,
            } => {
                let x = (time_s - at_s) / sigma_s;
                peak_w_sr * exp(-0.5 * x * x)
            }
        }
    }

    /// A random factor for one look: the source's own flicker.
    pub fn flicker(&self, stream: &mut Stream) -> f64 {
        let sigma = match self {
            Self::Steady { flicker, .. } | Self::Glint { flicker, .. } => *flicker,
            Self::Plume { .. } => 0.1,
            _ => 0.0,
        };
        exp(sigma * stream.normal())
    }
}

/// Low and high first-stage brightness of a class [W/sr].
pub fn first_stage_w_sr(class: VehicleClass) -> [f64; 2] {
    match class {
        VehicleClass::ShortRange => [4e4, 1e5],
        VehicleClass::MediumRange => [1e5, 2.5e5],
        VehicleClass::IntermediateRange | VehicleClass::Depressed => [2e5, 6e5],
        VehicleClass::Submarine => [4e5, 1e6],
        VehicleClass::Lofted | VehicleClass::Glider => [4e5, 1.5e6],
        VehicleClass::LongRangeSolid => [7e5, 1.5e6],
        VehicleClass::LongRangeLiquid => [5e5, 1.5e6],
        VehicleClass::SpaceLaunch => [1e6, 1e7],
        VehicleClass::SoundingRocket => [2e4, 6e4],
    }
}

/// Upper stages are smaller: brightness of a stage over that of the first.
fn stage_factor(stage: u8) -> f64 {
    [1.0, 0.4, 0.16].get(stage as usize).copied().unwrap_or(0.1)
}

/// Brightness over that near the ground: afterburning dies with the air, the trough follows,
/// then the plume grows wide in the vacuum. Linear between these heights [m].
const HEIGHT_FACTORS: [(f64, f64); 8] = [
    (0.0, 1.0),
    (20e3, 1.0),
    (45e3, 0.7),
    (70e3, 0.2),
    (90e3, 0.2),
    (120e3, 0.5),
    (250e3, 0.4),
    (600e3, 0.3),
];

fn height_factor(height_m: f64) -> f64 {
    let after = HEIGHT_FACTORS.partition_point(|entry| entry.0 <= height_m);
    match (
        after.checked_sub(1).and_then(|at| HEIGHT_FACTORS.get(at)),
        HEIGHT_FACTORS.get(after),
    ) {
        (Some(low), Some(high)) => low.1 + (high.1 - low.1) * (height_m - low.0) / (high.0 - low.0),
        (Some(last), None) => last.1,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plume_below_cloud_is_dark_and_dips_in_the_trough() {
        let plume = Emission::Plume {
            first_stage_w_sr: 1e6,
            burns: vec![([10.0, 100.0], 0)],
            cloud_break_m: 8e3,
        };
        assert_eq!(plume.brightness_w_sr(50.0, 7.9e3), 0.0);
        assert_eq!(plume.brightness_w_sr(50.0, 8.1e3), 1e6);
        assert_eq!(plume.brightness_w_sr(5.0, 20e3), 0.0);
        assert_eq!(plume.brightness_w_sr(100.0, 20e3), 0.0);
        assert_eq!(plume.brightness_w_sr(50.0, 80e3), 2e5);
    }
}
