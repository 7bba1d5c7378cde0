//! US76 from 86 to 1,000 km: six gases in diffusive equilibrium, integrated upwards.
//!
//! NOAA-S/T 76-1562, part 1.3, equations 22 to 43; constants of its tables 3 to 7.

use super::{GEOPOTENTIAL_RADIUS_M, STANDARD_GRAVITY_M_S2};
use crate::math::{exp, ln, powf};

/// Gas constant [J/(kmol K)], as the standard has it.
const GAS: f64 = 8_314.32;
/// Boltzmann's constant [J/K], as the standard has it.
const BOLTZMANN: f64 = 1.380_622e-23;
/// Avogadro's constant [1/kmol], as the standard has it.
const AVOGADRO: f64 = 6.022_169e26;
/// Mean molecular mass at sea level, and of nitrogen [kg/kmol].
const SEA_LEVEL_MASS: f64 = 28.9644;
const NITROGEN_MASS: f64 = 28.0134;
const NITROGEN_86_KM: f64 = 1.129_794e20;
const BASE_TEMPERATURE_K: f64 = 186.8673;

/// Steps of 0.1 km from 86 km.
const STEP_KM: f64 = 0.1;
const BASE_KM: f64 = 86.0;
const STEPS: usize = 9_140;
/// Index of 500 km, where hydrogen is anchored, and of 150 km, where it begins.
const HYDROGEN_ANCHOR: usize = 4_140;
const HYDROGEN_START: usize = 640;

/// A gas that diffuses through nitrogen.
struct Gas {
    mass: f64,
    number_86_km: f64,
    thermal: f64,
    a: f64,
    b: f64,
    flux: [f64; 3],
    low_flux: [f64; 3],
    /// Whether oxygen hinders it too (argon and helium), not nitrogen alone.
    through_oxygen: bool,
}

const NO_FLUX: [f64; 3] = [0.0; 3];
const GASES: [Gas; 4] = [
    Gas {
        mass: 15.9994,
        number_86_km: 8.6e16,
        thermal: 0.0,
        a: 6.986e20,
        b: 0.750,
        flux: [-5.809_644e-4, 56.903_11, 2.706_240e-5],
        low_flux: [-3.416_248e-3, 97.0, 5.008_765e-4],
        through_oxygen: false,
    },
    Gas {
        mass: 31.9988,
        number_86_km: 3.030_898e19,
        thermal: 0.0,
        a: 4.863e20,
        b: 0.750,
        flux: [1.366_212e-4, 86.0, 8.333_333e-5],
        low_flux: NO_FLUX,
        through_oxygen: false,
    },
    Gas {
        mass: 39.948,
        number_86_km: 1.351_400e18,
        thermal: 0.0,
        a: 4.487e20,
        b: 0.870,
        flux: [9.434_079e-5, 86.0, 8.333_333e-5],
        low_flux: NO_FLUX,
        through_oxygen: true,
    },
    Gas {
        mass: 4.0026,
        number_86_km: 7.581_7e14,
        thermal: -0.40,
        a: 1.700e21,
        b: 0.691,
        flux: [-2.457_369e-4, 86.0, 6.666_667e-4],
        low_flux: NO_FLUX,
        through_oxygen: true,
    },
];
const HYDROGEN_MASS: f64 = 1.007_97;
const HYDROGEN_500_KM: f64 = 8.0e10;
const HYDROGEN_FLUX: f64 = 7.2e11;
const HYDROGEN_THERMAL: f64 = -0.25;

/// Logarithms of number and mass density at every step.
pub(super) struct Upper {
    log_number: Vec<f64>,
    log_density: Vec<f64>,
}

impl Upper {
    pub(super) fn integrate() -> Self {
        let numbers = integrate_gases();
        let hydrogen = integrate_hydrogen(&numbers);
        let (mut log_number, mut log_density) = (Vec::new(), Vec::new());
        for (gases, hydrogen) in numbers.iter().zip(&hydrogen) {
            let mut number = gases[0] + hydrogen;
            let mut mass = gases[0] * NITROGEN_MASS + hydrogen * HYDROGEN_MASS;
            for (n, gas) in gases[1..].iter().zip(&GASES) {
                number += n;
                mass += n * gas.mass;
            }
            log_number.push(ln(number));
            log_density.push(ln(mass / AVOGADRO));
        }
        Self {
            log_number,
            log_density,
        }
    }

    /// Temperature [K], pressure [Pa], density [kg/m³] at a height of 86 to 1,000 km [m].
    pub(super) fn at(&self, height_m: f64) -> (f64, f64, f64) {
        let place = (height_m * 1e-3 - BASE_KM) / STEP_KM;
        let temperature_k = temperature(height_m * 1e-3).0;
        let number = exp(interpolate(&self.log_number, place));
        (
            temperature_k,
            number * BOLTZMANN * temperature_k,
            exp(interpolate(&self.log_density, place)),
        )
    }
}

/// Linear in the logarithm: within 1e-5 over 0.1 km.
fn interpolate(values: &[f64], place: f64) -> f64 {
    let index = (place.max(0.0) as usize).min(values.len() - 2);
    values[index] + (values[index + 1] - values[index]) * (place - index as f64)
}

/// Kinetic temperature [K] and its slope [K/km] (equations 25 to 31).
fn temperature(height_km: f64) -> (f64, f64) {
    if height_km < 91.0 {
        (BASE_TEMPERATURE_K, 0.0)
    } else if height_km < 110.0 {
        let x = (height_km - 91.0) / -19.9429;
        let root = (1.0 - x * x).sqrt();
        (263.1905 - 76.3232 * root, -76.3232 / -19.9429 * -x / root)
    } else if height_km < 120.0 {
        (240.0 + 12.0 * (height_km - 110.0), 12.0)
    } else {
        let radius_km = GEOPOTENTIAL_RADIUS_M * 1e-3;
        let reduced = (height_km - 120.0) * (radius_km + 120.0) / (radius_km + height_km);
        let fall = 640.0 * exp(-0.01875 * reduced);
        let stretch = (radius_km + 120.0) / (radius_km + height_km);
        (1000.0 - fall, 0.01875 * fall * stretch * stretch)
    }
}

fn gravity(height_km: f64) -> f64 {
    let ratio = GEOPOTENTIAL_RADIUS_M / (GEOPOTENTIAL_RADIUS_M + height_km * 1e3);
    STANDARD_GRAVITY_M_S2 * ratio * ratio
}

/// Coefficient of eddy diffusion [m²/s].
fn eddy(height_km: f64) -> f64 {
    if height_km < 95.0 {
        120.0
    } else if height_km < 115.0 {
        let above = height_km - 95.0;
        120.0 * exp(1.0 - 400.0 / (400.0 - above * above))
    } else {
        0.0
    }
}

/// Mean molecular mass that the standard uses in these integrals.
fn mean_mass(height_km: f64) -> f64 {
    if height_km < 100.0 {
        SEA_LEVEL_MASS
    } else {
        NITROGEN_MASS
    }
}

fn height_km(index: usize) -> f64 {
    BASE_KM + index as f64 * STEP_KM
}

/// Number densities [1/m³] of nitrogen, oxygen atoms, oxygen, argon and helium.
fn integrate_gases() -> Vec<[f64; 5]> {
    let mut integrals = [0.0; 5];
    let mut numbers = [NITROGEN_86_KM, 0.0, 0.0, 0.0, 0.0];
    for (number, gas) in numbers[1..].iter_mut().zip(&GASES) {
        *number = gas.number_86_km;
    }
    let mut rates = rates_km(BASE_KM, &numbers);
    let mut all = vec![numbers];
    for index in 1..=STEPS {
        let height = height_km(index);
        // Two passes: the rates need the densities, which hardly change within a step.
        let mut next_rates = rates;
        let cooling = BASE_TEMPERATURE_K / temperature(height).0;
        for _ in 0..2 {
            for i in 0..5 {
                let start = if i == 0 {
                    NITROGEN_86_KM
                } else {
                    GASES[i - 1].number_86_km
                };
                numbers[i] = start
                    * cooling
                    * exp(-integrals[i] - 0.5 * STEP_KM * (rates[i] + next_rates[i]));
            }
            next_rates = rates_km(height, &numbers);
        }
        for i in 0..5 {
            integrals[i] += 0.5 * STEP_KM * (rates[i] + next_rates[i]);
        }
        rates = next_rates;
        all.push(numbers);
    }
    all
}

/// Integrands of the exponents [1/km].
fn rates_km(height_km: f64, numbers: &[f64; 5]) -> [f64; 5] {
    let (kelvin, slope_k_km) = temperature(height_km);
    let per_mass_km = gravity(height_km) / (GAS * kelvin) * 1e3;
    let mean = mean_mass(height_km);
    let eddy = eddy(height_km);
    let mut rates = [mean * per_mass_km, 0.0, 0.0, 0.0, 0.0];
    for (rate, gas) in rates[1..].iter_mut().zip(&GASES) {
        let crowd = if gas.through_oxygen {
            numbers[0] + numbers[1] + numbers[2]
        } else {
            numbers[0]
        };
        let diffusion = gas.a * powf(kelvin / 273.15, gas.b) / crowd;
        let thermal = gas.thermal * slope_k_km / kelvin;
        let share = diffusion / (diffusion + eddy);
        *rate = share * (per_mass_km * (gas.mass + mean * eddy / diffusion) + thermal)
            + flux_km(gas, height_km);
    }
    rates
}

fn flux_km(gas: &Gas, height_km: f64) -> f64 {
    let [strength, centre, width] = gas.flux;
    let above = height_km - centre;
    let main = strength * above * above * exp(-width * above * above * above);
    let [low_strength, low_centre, low_width] = gas.low_flux;
    let below = low_centre - height_km;
    if below <= 0.0 {
        return main;
    }
    main + low_strength * below * below * exp(-low_width * below * below * below)
}

/// Number density of hydrogen [1/m³], zero below 150 km (equation 39).
fn integrate_hydrogen(numbers: &[[f64; 5]]) -> Vec<f64> {
    let anchor_k = temperature(height_km(HYDROGEN_ANCHOR)).0;
    let per_metre = |index: usize| {
        gravity(height_km(index)) * HYDROGEN_MASS / (GAS * temperature(height_km(index)).0)
    };
    let step_m = STEP_KM * 1e3;
    let warmth = |index: usize| {
        powf(
            temperature(height_km(index)).0 / anchor_k,
            1.0 + HYDROGEN_THERMAL,
        )
    };
    let source = |index: usize, tau: f64| {
        let crowd: f64 = numbers[index].iter().sum();
        let diffusion = 3.305e21 * (temperature(height_km(index)).0 / 273.15).sqrt() / crowd;
        HYDROGEN_FLUX / diffusion * warmth(index) * exp(tau)
    };
    let mut hydrogen = vec![0.0; numbers.len()];
    hydrogen[HYDROGEN_ANCHOR] = HYDROGEN_500_KM;
    for upwards in [true, false] {
        let (mut tau, mut integral) = (0.0, 0.0);
        let mut index = HYDROGEN_ANCHOR;
        let mut last = (per_metre(index), source(index, tau));
        while if upwards {
            index < STEPS
        } else {
            index > HYDROGEN_START
        } {
            index = if upwards { index + 1 } else { index - 1 };
            let signed_m = if upwards { step_m } else { -step_m };
            let rate = per_metre(index);
            tau += 0.5 * signed_m * (last.0 + rate);
            let flow = source(index, tau);
            integral += 0.5 * signed_m * (last.1 + flow);
            last = (rate, flow);
            hydrogen[index] = (HYDROGEN_500_KM - integral) / warmth(index) * exp(-tau);
        }
    }
    hydrogen
}
