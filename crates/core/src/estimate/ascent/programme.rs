//! A thrust programme from its parameters, with exact partial derivatives.

use forewarn_physics::math::{FRAC_PI_2, PI, exp, sin_cos};
use nalgebra::{Matrix3, Vector3};

use super::prior::{Component, FIRST_STAGE, GRID, PER_STAGE, THRUST_TERMS};

/// One burn.
#[derive(Debug, Clone, Copy)]
pub struct Burn {
    /// Ignition [s] after launch.
    pub start_s: f64,
    /// End [s] after launch.
    pub end_s: f64,
    /// Specific thrust at ignition [m/s²].
    pub initial_m_s2: f64,
    /// Share of the mass burnt by the end.
    pub burnt: f64,
    /// Terms of ln thrust: sin(π s), sin(2π s) … over the share `s` of the burn.
    pub terms: [f64; THRUST_TERMS],
}

impl Burn {
    /// Burn time [s].
    pub fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }
    fn remaining(&self, time_s: f64) -> f64 {
        (1.0 - self.burnt * (time_s - self.start_s) / self.duration_s()).max(0.02)
    }
    fn share(&self, time_s: f64) -> f64 {
        ((time_s - self.start_s) / self.duration_s()).clamp(0.0, 1.0)
    }
    /// Specific thrust [m/s²]: falling mass, and thrust that is constant but for its terms.
    pub fn thrust_m_s2(&self, time_s: f64) -> f64 {
        let waves = waves(self.share(time_s));
        let departure: f64 = (0..THRUST_TERMS).map(|k| self.terms[k] * waves[k].0).sum();
        self.initial_m_s2 / self.remaining(time_s) * exp(departure)
    }
    /// Relative change of thrust with the share of the burn, by the terms.
    fn departure_slope(&self, time_s: f64) -> f64 {
        let waves = waves(self.share(time_s));
        (0..THRUST_TERMS).map(|k| self.terms[k] * waves[k].1).sum()
    }
}

/// A thrust programme: when, how strongly and in which direction, in the horizon of the launch.
#[derive(Debug, Clone)]
pub struct Programme<'a> {
    component: &'a Component,
    vehicle: &'a [f64],
    azimuth_rad: f64,
    /// The burns in order.
    pub burns: Vec<Burn>,
    pitch_rad: [f64; GRID],
}

impl<'a> Programme<'a> {
    /// From the azimuth [rad] and the vehicle vector.
    pub fn new(component: &'a Component, azimuth_rad: f64, vehicle: &'a [f64]) -> Self {
        let mut burns = Vec::with_capacity(component.stages);
        let mut clock_s = 0.0;
        for stage in 0..component.stages {
            let p = &vehicle[FIRST_STAGE + PER_STAGE * stage..][..PER_STAGE];
            let start_s = clock_s + if stage == 0 { 0.0 } else { p[3].max(0.0) };
            let end_s = start_s + exp(p[2].clamp(0.0, 7.0));
            burns.push(Burn {
                start_s,
                end_s,
                initial_m_s2: exp(p[0].clamp(-1.0, 5.5)),
                burnt: 1.0 / (1.0 + exp(-p[1].clamp(-6.0, 6.0))),
                terms: core::array::from_fn(|k| p[4 + k]),
            });
            clock_s = end_s;
        }
        let mut pitch_rad = [0.0; GRID];
        for (index, value) in pitch_rad.iter_mut().enumerate() {
            *value = component.pitch_mean_rad[index];
            for (k, basis) in component.pitch_components.iter().enumerate() {
                *value += vehicle[component.first_pitch() + k] * basis[index];
            }
        }
        Self {
            component,
            vehicle,
            azimuth_rad,
            burns,
            pitch_rad,
        }
    }

    /// End of the last burn [s].
    pub fn end_s(&self) -> f64 {
        self.burns.last().map_or(0.0, |burn| burn.end_s)
    }

    /// How many partial derivatives a flight has.
    pub fn partials(&self) -> usize {
        1 + self.component.dimension()
    }

    /// ln ballistic coefficient.
    pub fn ln_ballistic(&self) -> f64 {
        self.vehicle[0]
    }

    fn pitch(&self, fraction: f64) -> (f64, f64) {
        interpolate(&self.pitch_rad, fraction)
    }

    /// Specific thrust [m/s²] in launch axes (east, north, up) during burn `stage`.
    pub fn thrust_enu_m_s2(&self, time_s: f64, stage: usize) -> Vector3<f64> {
        let (magnitude, direction, ..) = self.polar(time_s, stage);
        magnitude * direction
    }

    fn polar(
        &self,
        time_s: f64,
        stage: usize,
    ) -> (f64, Vector3<f64>, Vector3<f64>, Vector3<f64>, f64, f64) {
        let fraction = (time_s / self.end_s()).clamp(0.0, 1.0);
        let (over_rad, slope) = self.pitch(fraction);
        let (sin_az, cos_az) = sin_cos(self.azimuth_rad + self.vehicle[1] * fraction);
        let (sin_el, cos_el) = sin_cos(FRAC_PI_2 - over_rad);
        let direction = Vector3::new(cos_el * sin_az, cos_el * cos_az, sin_el);
        let by_over = Vector3::new(sin_el * sin_az, sin_el * cos_az, -cos_el);
        let by_azimuth = Vector3::new(cos_el * cos_az, -cos_el * sin_az, 0.0);
        (
            self.burns[stage].thrust_m_s2(time_s),
            direction,
            by_over,
            by_azimuth,
            fraction,
            slope,
        )
    }

    /// Partial derivatives of the specific thrust in launch axes during burn `stage`, in the
    /// order azimuth, vehicle vector; the drag part is not in it.
    pub fn partials_enu(&self, time_s: f64, stage: usize, out: &mut [Vector3<f64>]) {
        let (magnitude, direction, by_over, by_azimuth, fraction, slope) =
            self.polar(time_s, stage);
        out.iter_mut().for_each(|v| *v = Vector3::zeros());
        out[0] = magnitude * by_azimuth;
        out[1 + 1] = magnitude * fraction * by_azimuth;
        let burn = &self.burns[stage];
        let share = (time_s - burn.start_s) / burn.duration_s();
        let remaining = burn.remaining(time_s);
        let base = 1 + FIRST_STAGE + PER_STAGE * stage;
        out[base] = magnitude * direction;
        out[base + 1] = magnitude * share / remaining * burn.burnt * (1.0 - burn.burnt) * direction;
        // A longer burn is a slower loss of mass; a later ignition shifts the whole burn.
        let by_age = magnitude * burn.burnt / burn.duration_s() / remaining;
        out[base + 2] = -by_age * (time_s - burn.start_s) * direction;
        let by_start = by_age + magnitude * burn.departure_slope(time_s) / burn.duration_s();
        out[base + 2] -= (by_start - by_age) * (time_s - burn.start_s) * direction;
        for (k, (wave, _)) in waves(share).into_iter().enumerate() {
            out[base + 4 + k] = magnitude * wave * direction;
        }
        // The pitch programme and drift stretch with the whole time of flight.
        let stretch =
            -fraction / self.end_s() * magnitude * (slope * by_over + self.vehicle[1] * by_azimuth);
        for earlier in 0..self.component.stages {
            let at = 1 + FIRST_STAGE + PER_STAGE * earlier;
            let duration_s = self.burns[earlier].duration_s();
            out[at + 2] += stretch * duration_s;
            if earlier > 0 {
                out[at + 3] += stretch;
            }
            if earlier < stage {
                out[at + 2] -= by_start * duration_s * direction;
            }
            if earlier > 0 && earlier <= stage {
                out[at + 3] -= by_start * direction;
            }
        }
        let pitch = 1 + self.component.first_pitch();
        for (k, basis) in self.component.pitch_components.iter().enumerate() {
            out[pitch + k] = magnitude * interpolate(basis, fraction).0 * by_over;
        }
    }

    /// How the time of the start (or end) of burn `stage` moves with each parameter.
    pub fn boundary_partials(&self, stage: usize, end: bool, mut each: impl FnMut(usize, f64)) {
        for earlier in 0..=stage {
            let at = 1 + FIRST_STAGE + PER_STAGE * earlier;
            if earlier > 0 {
                each(at + 3, 1.0);
            }
            if earlier < stage || end {
                each(at + 2, self.burns[earlier].duration_s());
            }
        }
    }
}

/// The terms' waves over the share of a burn, and their slopes: nothing at both ends, where the
/// thrust is what the other parameters of the stage say.
fn waves(share: f64) -> [(f64, f64); THRUST_TERMS] {
    core::array::from_fn(|k| {
        let turns = (k + 1) as f64 * PI;
        let (sin, cos) = sin_cos(turns * share);
        (sin, turns * cos)
    })
}

/// Cubic interpolation on the uniform grid (Catmull–Rom): value and slope by the fraction.
fn interpolate(values: &[f64], fraction: f64) -> (f64, f64) {
    let last = GRID - 1;
    let scaled = fraction.clamp(0.0, 1.0) * last as f64;
    let cell = (scaled as usize).min(last - 1);
    let t = scaled - cell as f64;
    let (b, c) = (values[cell], values[cell + 1]);
    let a = if cell == 0 {
        2.0 * b - c
    } else {
        values[cell - 1]
    };
    let d = if cell + 2 > last {
        2.0 * c - b
    } else {
        values[cell + 2]
    };
    let (m0, m1) = (0.5 * (c - a), 0.5 * (d - b));
    let (t2, t3) = (t * t, t * t * t);
    let value = (2.0 * t3 - 3.0 * t2 + 1.0) * b
        + (t3 - 2.0 * t2 + t) * m0
        + (3.0 * t2 - 2.0 * t3) * c
        + (t3 - t2) * m1;
    let slope = (6.0 * t2 - 6.0 * t) * (b - c)
        + (3.0 * t2 - 4.0 * t + 1.0) * m0
        + (3.0 * t2 - 2.0 * t) * m1;
    (value, slope * last as f64)
}

/// Outer product helper for gravity gradients.
pub(super) fn outer(a: &Vector3<f64>) -> Matrix3<f64> {
    a * a.transpose()
}
