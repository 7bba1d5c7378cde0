//! US Standard Atmosphere 1976 from −5 km to 1,000 km, and a fast density for trajectories.
//!
//! Below 86 km: the seven layers of linear molecular-scale temperature (the 0.04 % by which the
//! kinetic temperature falls below it from 80 to 86 km is left out). Above: [`upper`], the
//! standard's own diffusion equations. Source: NOAA-S/T 76-1562, *U.S. Standard Atmosphere, 1976*.

mod upper;

use std::sync::LazyLock;

use crate::math::{exp, ln, powf};
use upper::Upper;

/// The air at one height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Air {
    /// Density [kg/m³].
    pub density_kg_m3: f64,
    /// Kinetic temperature [K].
    pub temperature_k: f64,
    /// Pressure [Pa].
    pub pressure_pa: f64,
    /// Speed of sound [m/s]; above 86 km formally, with sea-level composition.
    pub speed_of_sound_m_s: f64,
}

/// Gas constant of dry air: R* / M₀ [J/(kg K)].
const GAS_CONSTANT: f64 = 8_314.32 / 28.9644;
/// Ratio of specific heats.
const HEAT_RATIO: f64 = 1.4;
/// Radius that turns geometric into geopotential height [m].
const GEOPOTENTIAL_RADIUS_M: f64 = 6_356_766.0;
/// Standard gravity [m/s²].
const STANDARD_GRAVITY_M_S2: f64 = 9.806_65;
/// Where the lower model ends [m].
const LOWER_TOP_M: f64 = 86_000.0;
/// Heights are clamped to this range [m].
const LOWEST_M: f64 = -5_000.0;
const HIGHEST_M: f64 = 1_000_000.0;

/// Base geopotential height [m], temperature [K], lapse [K/m], pressure [Pa] of each layer.
const LAYERS: [(f64, f64, f64, f64); 7] = [
    (0.0, 288.15, -0.0065, 101_325.0),
    (11_000.0, 216.65, 0.0, 22_632.06),
    (20_000.0, 216.65, 0.001, 5_474.889),
    (32_000.0, 228.65, 0.0028, 868.0187),
    (47_000.0, 270.65, 0.0, 110.9063),
    (51_000.0, 270.65, -0.0028, 66.938_87),
    (71_000.0, 214.65, -0.002, 3.956_420),
];

/// The standard atmosphere at a geometric height [m]; clamped to −5 km and 1,000 km.
///
/// Validated by `val_flight_atmosphere`: within 0.1 % of the standard to 1,000 km.
pub fn us76(height_m: f64) -> Air {
    let height_m = height_m.clamp(LOWEST_M, HIGHEST_M);
    let (temperature_k, pressure_pa, density_kg_m3) = if height_m < LOWER_TOP_M {
        let (temperature_k, pressure_pa) = lower(height_m);
        (
            temperature_k,
            pressure_pa,
            pressure_pa / (GAS_CONSTANT * temperature_k),
        )
    } else {
        UPPER.at(height_m)
    };
    let speed_of_sound_m_s = (HEAT_RATIO * GAS_CONSTANT * temperature_k).sqrt();
    Air {
        density_kg_m3,
        temperature_k,
        pressure_pa,
        speed_of_sound_m_s,
    }
}

/// Temperature [K] and pressure [Pa] below 86 km.
fn lower(height_m: f64) -> (f64, f64) {
    let geopotential_m = GEOPOTENTIAL_RADIUS_M * height_m / (GEOPOTENTIAL_RADIUS_M + height_m);
    let index = LAYERS
        .iter()
        .rposition(|layer| geopotential_m >= layer.0)
        .unwrap_or(0);
    let (base_m, base_k, lapse, base_pa) = LAYERS[index];
    let above_m = geopotential_m - base_m;
    let temperature_k = base_k + lapse * above_m;
    let exponent = STANDARD_GRAVITY_M_S2 / GAS_CONSTANT;
    let ratio = if lapse == 0.0 {
        exp(-exponent * above_m / base_k)
    } else {
        powf(base_k / temperature_k, exponent / lapse)
    };
    (temperature_k, base_pa * ratio)
}

/// The standard's diffusion equations, integrated once: constants, not state.
static UPPER: LazyLock<Upper> = LazyLock::new(Upper::integrate);

/// Logarithms of density and their slopes, evenly spaced in two parts.
struct Table {
    low: Vec<(f64, f64)>,
    high: Vec<(f64, f64)>,
}

const LOW_STEP_M: f64 = 250.0;
const HIGH_STEP_M: f64 = 2_000.0;
const SPLIT_M: f64 = 120_000.0;
static TABLE: LazyLock<Table> = LazyLock::new(Table::build);

impl Table {
    fn build() -> Self {
        Self {
            low: spline(LOWEST_M, SPLIT_M, LOW_STEP_M),
            high: spline(SPLIT_M, HIGHEST_M, HIGH_STEP_M),
        }
    }
}

/// Nodes of a cubic spline through the logarithm of density: values, and slopes times the step.
///
/// Twice differentiable, so that an integrator crosses the layers' kinks without small steps.
fn spline(from_m: f64, to_m: f64, step_m: f64) -> Vec<(f64, f64)> {
    let count = ((to_m - from_m) / step_m) as usize;
    let log_at = |height_m: f64| ln(us76(height_m).density_kg_m3);
    let values: Vec<f64> = (0..=count)
        .map(|i| log_at(from_m + i as f64 * step_m))
        .collect();
    let end_slope = |height_m: f64, other_m: f64| {
        (log_at(other_m) - log_at(height_m)) / (other_m - height_m) * step_m
    };
    // Tridiagonal: mᵢ₋₁ + 4 mᵢ + mᵢ₊₁ = 3 (pᵢ₊₁ − pᵢ₋₁), ends given.
    let mut slopes = vec![end_slope(from_m, from_m + 1.0); count + 1];
    slopes[count] = end_slope(to_m, to_m - 1.0);
    let mut upper = vec![0.0; count + 1];
    for i in 1..count {
        let pivot = 4.0 - upper[i - 1];
        upper[i] = 1.0 / pivot;
        slopes[i] = (3.0 * (values[i + 1] - values[i - 1]) - slopes[i - 1]) / pivot;
    }
    for i in (1..count).rev() {
        slopes[i] -= upper[i] * slopes[i + 1];
    }
    values.into_iter().zip(slopes).collect()
}

/// Density of the standard atmosphere [kg/m³]: smooth, fast, within 0.1 % of [`us76`].
///
/// Falls on exponentially above 1,000 km; constant below −5 km.
pub fn density_kg_m3(height_m: f64) -> f64 {
    let table = &*TABLE;
    if height_m >= HIGHEST_M || height_m.is_nan() {
        let &(log, slope) = table.high.last().unwrap_or(&(-33.0, 0.0));
        return exp(log + slope * ((height_m - HIGHEST_M) / HIGH_STEP_M));
    }
    let (nodes, place) = if height_m < SPLIT_M {
        (
            &table.low,
            (height_m.max(LOWEST_M) - LOWEST_M) * (1.0 / LOW_STEP_M),
        )
    } else {
        (&table.high, (height_m - SPLIT_M) * (1.0 / HIGH_STEP_M))
    };
    let index = (place as usize).min(nodes.len() - 2);
    let t = place - index as f64;
    let ((p0, m0), (p1, m1)) = (nodes[index], nodes[index + 1]);
    let rise = p1 - p0;
    exp(p0 + t * (m0 + t * (3.0 * rise - 2.0 * m0 - m1 + t * (m0 + m1 - 2.0 * rise))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sea_level_is_the_standard() {
        let air = us76(0.0);
        assert!((air.density_kg_m3 - 1.2250).abs() < 1e-4, "{air:?}");
        assert!((air.speed_of_sound_m_s - 340.294).abs() < 1e-3, "{air:?}");
    }

    #[test]
    fn fast_density_follows_the_model() {
        for i in -50..10_000 {
            let height_m = f64::from(i) * 100.0 + 33.0;
            let ratio = density_kg_m3(height_m) / us76(height_m).density_kg_m3;
            assert!((ratio - 1.0).abs() < 1e-3, "{height_m} {ratio}");
        }
        assert!(density_kg_m3(2.0e6) < density_kg_m3(1.0e6));
    }

    #[test]
    fn is_continuous_at_86_km() {
        let (below, above) = (us76(85_999.9), us76(86_000.0));
        assert!(
            (below.density_kg_m3 / above.density_kg_m3 - 1.0).abs() < 2e-3,
            "{below:?} {above:?}"
        );
        assert!((below.pressure_pa / above.pressure_pa - 1.0).abs() < 2e-3);
    }
}
