//! SGP4 above 225 minutes: the Moon, the Sun, and resonance with the turning Earth.
//!
//! Sources as in `theory`; names of the coefficients follow the reports (z, s, x; D and G).

use super::theory::{Mean, Rates, powi};
use crate::math::{PI, TAU, atan2, sin, sin_cos};

/// The Earth's rotation [rad/min].
const EARTH_RATE: f64 = 4.375_269_088_011_3e-3;
/// Below (and above its supplement) this inclination the node is not moved [rad]: 3°.
const FLAT: f64 = 5.235_987_7e-2;
/// Step of the resonance integration [min].
const STEP: f64 = 720.0;

/// What deep space adds for one satellite.
#[derive(Debug, Clone)]
pub(super) struct DeepSpace {
    bodies: [Body; 2],
    rates: Rates,
    eccentricity_rate: f64,
    inclination_rate: f64,
    resonance: Option<Resonance>,
}

/// The periodic pull of the Sun or the Moon: factors of the two double angles and of the single.
#[derive(Debug, Clone, Copy)]
struct Body {
    anomaly: f64,
    motion: f64,
    eccentricity: f64,
    of_eccentricity: [f64; 2],
    of_inclination: [f64; 2],
    of_anomaly: [f64; 3],
    of_perigee: [f64; 3],
    of_node: [f64; 2],
}

/// Where a body's orbit lies, and how it pulls.
struct Pull {
    sin_inclination: f64,
    cos_inclination: f64,
    sin_node: f64,
    cos_node: f64,
    sin_perigee: f64,
    cos_perigee: f64,
    strength: f64,
    motion: f64,
    eccentricity: f64,
    anomaly: f64,
}

/// What a body does steadily.
struct Steady {
    eccentricity: f64,
    inclination: f64,
    rates: Rates,
}

impl DeepSpace {
    pub(super) fn new(
        epoch: &Mean,
        axis: f64,
        rates: &Rates,
        days_1900: f64,
        sidereal: f64,
    ) -> Self {
        let (sun, by_sun) = Body::new(epoch, &sun(epoch, days_1900));
        let (moon, by_moon) = Body::new(epoch, &moon(epoch, days_1900));
        let steady = Rates {
            node: by_sun.rates.node + by_moon.rates.node,
            perigee: by_sun.rates.perigee + by_moon.rates.perigee,
            anomaly: by_sun.rates.anomaly + by_moon.rates.anomaly,
        };
        Self {
            bodies: [sun, moon],
            resonance: Resonance::new(epoch, axis, rates, &steady, sidereal),
            rates: steady,
            eccentricity_rate: by_sun.eccentricity + by_moon.eccentricity,
            inclination_rate: by_sun.inclination + by_moon.inclination,
        }
    }

    /// Steady effects, and resonance.
    pub(super) fn secular(&self, mean: &mut Mean, t: f64) {
        mean.eccentricity += self.eccentricity_rate * t;
        mean.inclination += self.inclination_rate * t;
        mean.node += self.rates.node * t;
        mean.perigee += self.rates.perigee * t;
        mean.anomaly += self.rates.anomaly * t;
        if let Some(resonance) = &self.resonance {
            let (motion, longitude) = resonance.integrate(t);
            let sidereal = (resonance.sidereal + t * EARTH_RATE) % TAU;
            mean.motion = motion;
            mean.anomaly = match resonance.kind {
                Kind::Day(_) => longitude - mean.node - mean.perigee + sidereal,
                Kind::HalfDay(_) => longitude - 2.0 * mean.node + 2.0 * sidereal,
            };
        }
    }

    /// Periodic effects; near the equator in Lyddane's form.
    pub(super) fn periodic(&self, mean: &mut Mean, t: f64) {
        let [mut e, mut tilt, mut l, mut g, mut h] = [0.0; 5];
        for body in &self.bodies {
            let anomaly = body.anomaly + body.motion * t;
            let (s, c) = sin_cos(anomaly + 2.0 * body.eccentricity * sin(anomaly));
            let (f2, f3) = (0.5 * s * s - 0.25, -0.5 * s * c);
            let two = |k: &[f64; 2]| k[0] * f2 + k[1] * f3;
            let three = |k: &[f64; 3]| k[0] * f2 + k[1] * f3 + k[2] * s;
            e += two(&body.of_eccentricity);
            tilt += two(&body.of_inclination);
            l += three(&body.of_anomaly);
            g += three(&body.of_perigee);
            h += two(&body.of_node);
        }
        mean.inclination += tilt;
        mean.eccentricity += e;
        let (si, ci) = sin_cos(mean.inclination);
        if mean.inclination >= 0.2 {
            mean.node += h / si;
            mean.perigee += g - ci * h / si;
            mean.anomaly += l;
        } else {
            let node = mean.node % TAU;
            let (so, co) = sin_cos(node);
            let up = si * so + (h * co + tilt * ci * so);
            let across = si * co + (-h * so + tilt * ci * co);
            let mut turned = atan2(up, across);
            if (node - turned).abs() > PI {
                turned += if turned < node { TAU } else { -TAU };
            }
            mean.perigee += g - tilt * node * si + ci * (node - turned);
            mean.anomaly += l;
            mean.node = turned;
        }
        if mean.inclination < 0.0 {
            mean.inclination = -mean.inclination;
            mean.node += PI;
            mean.perigee -= PI;
        }
    }
}

fn sun(epoch: &Mean, days_1900: f64) -> Pull {
    let (sin_node, cos_node) = sin_cos(epoch.node);
    Pull {
        sin_inclination: 0.397_854_16,
        cos_inclination: 0.917_448_67,
        sin_node,
        cos_node,
        sin_perigee: -0.980_884_58,
        cos_perigee: 0.194_590_5,
        strength: 2.986_479_7e-6,
        motion: 1.194_59e-5,
        eccentricity: 0.016_75,
        anomaly: (6.256_583_7 + 0.017_201_977 * days_1900) % TAU,
    }
}

fn moon(epoch: &Mean, days_1900: f64) -> Pull {
    let ecliptic = (4.523_602_0 - 9.242_202_9e-4 * days_1900) % TAU;
    let (sin_ecliptic, cos_ecliptic) = sin_cos(ecliptic);
    let cos_inclination = 0.913_751_64 - 0.035_680_96 * cos_ecliptic;
    let sin_inclination = (1.0 - cos_inclination * cos_inclination).sqrt();
    let sin_moon = 0.089_683_511 * sin_ecliptic / sin_inclination;
    let cos_moon = (1.0 - sin_moon * sin_moon).sqrt();
    let from_node = atan2(
        0.397_854_16 * sin_ecliptic / sin_inclination,
        cos_moon * cos_ecliptic + 0.917_448_67 * sin_moon * sin_ecliptic,
    );
    let (sin_perigee, cos_perigee) =
        sin_cos(5.835_151_4 + 0.001_944_368 * days_1900 + from_node - ecliptic);
    let (so, co) = sin_cos(epoch.node);
    Pull {
        sin_inclination,
        cos_inclination,
        sin_node: so * cos_moon - co * sin_moon,
        cos_node: co * cos_moon + so * sin_moon,
        sin_perigee,
        cos_perigee,
        strength: 4.796_806_5e-7,
        motion: 1.583_521_8e-4,
        eccentricity: 0.054_90,
        anomaly: (-1.115_184_2 + 0.228_027_132 * days_1900) % TAU,
    }
}

impl Body {
    fn new(epoch: &Mean, pull: &Pull) -> (Self, Steady) {
        let (si, ci) = sin_cos(epoch.inclination);
        let (sw, cw) = sin_cos(epoch.perigee);
        let (e, e2) = (epoch.eccentricity, epoch.eccentricity * epoch.eccentricity);
        let (beta2, beta) = (1.0 - e2, (1.0 - e2).sqrt());
        // The body's axes in the satellite's: each of perigee (1) and the quarter ahead (2).
        let (sg, cg, sh, ch) = (
            pull.sin_perigee,
            pull.cos_perigee,
            pull.sin_node,
            pull.cos_node,
        );
        let turn = |first: f64, second: f64| {
            let along = first * ch + second * pull.cos_inclination * sh;
            let level = -first * sh + second * pull.cos_inclination * ch;
            let high = second * pull.sin_inclination;
            (along, ci * level + si * high, -si * level + ci * high)
        };
        let (a1, a2, a5) = turn(cg, sg);
        let (a3, a4, a6) = turn(-sg, cg);
        let (x1, x2, x3, x4) = (
            a1 * cw + a2 * sw,
            a3 * cw + a4 * sw,
            -a1 * sw + a2 * cw,
            -a3 * sw + a4 * cw,
        );
        let (x5, x6, x7, x8) = (a5 * sw, a6 * sw, a5 * cw, a6 * cw);
        let z31 = 12.0 * x1 * x1 - 3.0 * x3 * x3;
        let z32 = 24.0 * x1 * x2 - 6.0 * x3 * x4;
        let z33 = 12.0 * x2 * x2 - 3.0 * x4 * x4;
        let z11 = -6.0 * a1 * a5 + e2 * (-24.0 * x1 * x7 - 6.0 * x3 * x5);
        let z12 = -6.0 * (a1 * a6 + a3 * a5)
            + e2 * (-24.0 * (x2 * x7 + x1 * x8) - 6.0 * (x3 * x6 + x4 * x5));
        let z13 = -6.0 * a3 * a6 + e2 * (-24.0 * x2 * x8 - 6.0 * x4 * x6);
        let z21 = 6.0 * a2 * a5 + e2 * (24.0 * x1 * x5 - 6.0 * x3 * x7);
        let z22 = 6.0 * (a4 * a5 + a2 * a6)
            + e2 * (24.0 * (x2 * x5 + x1 * x6) - 6.0 * (x4 * x7 + x3 * x8));
        let z23 = 6.0 * a4 * a6 + e2 * (24.0 * x2 * x6 - 6.0 * x4 * x8);
        let z1 = 2.0 * (3.0 * (a1 * a1 + a2 * a2) + z31 * e2) + beta2 * z31;
        let z2 = 2.0 * (6.0 * (a1 * a3 + a2 * a4) + z32 * e2) + beta2 * z32;
        let z3 = 2.0 * (3.0 * (a3 * a3 + a4 * a4) + z33 * e2) + beta2 * z33;
        let s3 = pull.strength / epoch.motion;
        let s2 = -0.5 * s3 / beta;
        let s4 = s3 * beta;
        let s1 = -15.0 * e * s4;
        let n = pull.motion;
        let steep = (FLAT..=PI - FLAT).contains(&epoch.inclination);
        let node = if steep {
            -n * s2 * (z21 + z23) / si
        } else {
            0.0
        };
        let steady = Steady {
            eccentricity: s1 * n * (x1 * x3 + x2 * x4),
            inclination: s2 * n * (z11 + z13),
            rates: Rates {
                node,
                perigee: s4 * n * (z31 + z33 - 6.0) - ci * node,
                anomaly: -n * s3 * (z1 + z3 - 14.0 - 6.0 * e2),
            },
        };
        let body = Self {
            anomaly: pull.anomaly,
            motion: n,
            eccentricity: pull.eccentricity,
            of_eccentricity: [
                2.0 * s1 * (x2 * x3 + x1 * x4),
                2.0 * s1 * (x2 * x4 - x1 * x3),
            ],
            of_inclination: [2.0 * s2 * z12, 2.0 * s2 * (z13 - z11)],
            of_anomaly: [
                -2.0 * s3 * z2,
                -2.0 * s3 * (z3 - z1),
                -2.0 * s3 * (-21.0 - 9.0 * e2) * pull.eccentricity,
            ],
            of_perigee: [
                2.0 * s4 * z32,
                2.0 * s4 * (z33 - z31),
                -18.0 * s4 * pull.eccentricity,
            ],
            of_node: [-2.0 * s2 * z22, -2.0 * s2 * (z23 - z21)],
        };
        (body, steady)
    }
}

/// Resonance with the Earth's gravity: one or two revolutions a day.
#[derive(Debug, Clone)]
struct Resonance {
    kind: Kind,
    sidereal: f64,
    longitude: f64,
    longitude_rate: f64,
    motion: f64,
    perigee: f64,
    perigee_rate: f64,
}

#[derive(Debug, Clone)]
enum Kind {
    Day([f64; 3]),
    HalfDay(Box<[Wave; 10]>),
}

/// `size sin(p ω + q λ − phase)`.
#[derive(Debug, Clone, Copy)]
struct Wave {
    size: f64,
    of_perigee: f64,
    of_longitude: f64,
    phase: f64,
}

impl Resonance {
    fn new(epoch: &Mean, axis: f64, rates: &Rates, steady: &Rates, sidereal: f64) -> Option<Self> {
        let n = epoch.motion;
        let day = n > 0.003_490_658_5 && n < 0.005_235_987_7;
        let half = (8.26e-3..=9.24e-3).contains(&n) && epoch.eccentricity >= 0.5;
        let (kind, longitude, rate) = if day {
            let rate = rates.anomaly
                + rates.perigee
                + rates.node
                + steady.anomaly
                + steady.perigee
                + steady.node;
            (
                Kind::Day(day_waves(epoch, axis)),
                epoch.anomaly + epoch.node + epoch.perigee - sidereal,
                rate - EARTH_RATE,
            )
        } else if half {
            let rate =
                rates.anomaly + steady.anomaly + 2.0 * (rates.node + steady.node - EARTH_RATE);
            (
                Kind::HalfDay(Box::new(half_day_waves(epoch, axis))),
                epoch.anomaly + 2.0 * (epoch.node - sidereal),
                rate,
            )
        } else {
            return None;
        };
        Some(Self {
            kind,
            sidereal,
            longitude: longitude % TAU,
            longitude_rate: rate - n,
            motion: n,
            perigee: epoch.perigee,
            perigee_rate: rates.perigee,
        })
    }

    /// Mean motion and resonant longitude, by steps of half a day from the epoch: the same
    /// whatever was asked before.
    fn integrate(&self, t: f64) -> (f64, f64) {
        let step = if t < 0.0 { -STEP } else { STEP };
        let (mut now, mut motion, mut longitude) = (0.0, self.motion, self.longitude);
        loop {
            let rate = motion + self.longitude_rate;
            let (first, second) = self.pull(longitude, self.perigee + self.perigee_rate * now);
            let (first, second) = (first, second * rate);
            let left: f64 = t - now;
            let go = if left.abs() < STEP { left } else { step };
            motion += first * go + second * go * go * 0.5;
            longitude += rate * go + first * go * go * 0.5;
            if left.abs() < STEP {
                return (motion, longitude);
            }
            now += step;
        }
    }

    /// Rate of the mean motion, and its derivative by longitude.
    fn pull(&self, longitude: f64, perigee: f64) -> (f64, f64) {
        let (mut sum, mut slope) = (0.0, 0.0);
        match &self.kind {
            Kind::Day(sizes) => {
                let phases = [0.131_309_08, 2.884_319_8, 0.374_480_87];
                for (multiple, (size, phase)) in
                    [1.0, 2.0, 3.0].into_iter().zip(sizes.iter().zip(phases))
                {
                    let (s, c) = sin_cos(multiple * (longitude - phase));
                    sum += size * s;
                    slope += multiple * size * c;
                }
            }
            Kind::HalfDay(waves) => {
                for wave in waves.iter() {
                    let (s, c) = sin_cos(
                        wave.of_perigee * perigee + wave.of_longitude * longitude - wave.phase,
                    );
                    sum += wave.size * s;
                    slope += wave.of_longitude * wave.size * c;
                }
            }
        }
        (sum, slope)
    }
}

fn day_waves(epoch: &Mean, axis: f64) -> [f64; 3] {
    let (si, ci) = sin_cos(epoch.inclination);
    let e2 = epoch.eccentricity * epoch.eccentricity;
    let base = 3.0 * powi(epoch.motion / axis, 2);
    let f311 = 0.9375 * si * si * (1.0 + 3.0 * ci) - 0.75 * (1.0 + ci);
    [
        base * f311 * (1.0 + 2.0 * e2) * 2.146_074_8e-6 / axis,
        2.0 * base * 0.75 * powi(1.0 + ci, 2) * (1.0 + e2 * (-2.5 + 0.8125 * e2)) * 1.789_167_9e-6,
        3.0 * base
            * 1.875
            * powi(1.0 + ci, 3)
            * (1.0 + e2 * (-6.0 + 6.609_37 * e2))
            * 2.212_301_5e-7
            / axis,
    ]
}

fn half_day_waves(epoch: &Mean, axis: f64) -> [Wave; 10] {
    let (s, c) = sin_cos(epoch.inclination);
    let (s2, c2) = (s * s, c * c);
    let e = epoch.eccentricity;
    let cubic = |k: [f64; 4]| k[0] + e * (k[1] + e * (k[2] + e * k[3]));
    let either = |below: bool, low: [f64; 4], high: [f64; 4]| cubic(if below { low } else { high });
    let round = e <= 0.65;
    let g211 = either(
        round,
        [3.616, -13.247, 16.29, 0.0],
        [-72.099, 331.819, -508.738, 266.724],
    );
    let g310 = either(
        round,
        [-19.302, 117.39, -228.419, 156.591],
        [-346.844, 1_582.851, -2_415.925, 1_246.113],
    );
    let g322 = either(
        round,
        [-18.906_8, 109.792_7, -214.633_4, 146.581_6],
        [-342.585, 1_554.908, -2_366.899, 1_215.972],
    );
    let g410 = either(
        round,
        [-41.122, 242.694, -471.094, 313.953],
        [-1_052.797, 4_758.686, -7_193.992, 3_651.957],
    );
    let g422 = either(
        round,
        [-146.407, 841.88, -1_629.014, 1_083.435],
        [-3_581.69, 16_178.11, -24_462.77, 12_422.52],
    );
    let g520 = if round {
        cubic([-532.114, 3_017.977, -5_740.032, 3_708.276])
    } else {
        either(
            e < 0.715,
            [1_464.74, -4_664.75, 3_763.64, 0.0],
            [-5_149.66, 29_936.92, -54_087.36, 31_324.56],
        )
    };
    let round = e < 0.7;
    let g533 = either(
        round,
        [-919.227_7, 4_988.61, -9_064.77, 5_542.21],
        [-37_995.78, 161_616.52, -229_838.2, 109_377.94],
    );
    let g521 = either(
        round,
        [-822.710_72, 4_568.617_3, -8_491.414_6, 5_337.524],
        [-51_752.104, 218_913.95, -309_468.16, 146_349.42],
    );
    let g532 = either(
        round,
        [-853.666, 4_690.25, -8_624.77, 5_341.4],
        [-40_023.88, 170_470.89, -242_699.48, 115_605.82],
    );
    let f220 = 0.75 * (1.0 + 2.0 * c + c2);
    let f522 = 9.84375
        * s
        * (s2 * (1.0 - 2.0 * c - 5.0 * c2) + 0.333_333_33 * (-2.0 + 4.0 * c + 6.0 * c2));
    let f523 = s
        * (4.921_875_12 * s2 * (-2.0 - 4.0 * c + 10.0 * c2)
            + 6.562_500_12 * (1.0 + 2.0 * c - 3.0 * c2));
    let f542 = 29.53125 * s * (2.0 - 8.0 * c + c2 * (-12.0 + 8.0 * c + 10.0 * c2));
    let f543 = 29.53125 * s * (-2.0 - 8.0 * c + c2 * (12.0 + 8.0 * c - 10.0 * c2));
    // Each degree of the gravity field is weaker by one power of the distance.
    let second = 3.0 * powi(epoch.motion, 2) / (axis * axis);
    let third = second / axis * 3.739_379_2e-7;
    let fourth = 2.0 * second / (axis * axis) * 7.363_695_3e-9;
    let fifth = second / powi(axis, 3) * 1.142_863_9e-7;
    let fifth_4 = 2.0 * second / powi(axis, 3) * 2.176_580_3e-9;
    let second = second * 1.789_167_9e-6;
    let (p22, p32, p44, p52, p54) = (
        5.768_639_6,
        0.952_408_98,
        1.801_499_8,
        1.050_833_0,
        4.410_889_8,
    );
    let wave = |size: f64, of_perigee: f64, of_longitude: f64, phase: f64| Wave {
        size,
        of_perigee,
        of_longitude,
        phase,
    };
    [
        wave(second * f220 * (-0.306 - (e - 0.64) * 0.44), 2.0, 1.0, p22),
        wave(second * 1.5 * s2 * g211, 0.0, 1.0, p22),
        wave(
            third * 1.875 * s * (1.0 - 2.0 * c - 3.0 * c2) * g310,
            1.0,
            1.0,
            p32,
        ),
        wave(
            third * -1.875 * s * (1.0 + 2.0 * c - 3.0 * c2) * g322,
            -1.0,
            1.0,
            p32,
        ),
        wave(fourth * 35.0 * s2 * f220 * g410, 2.0, 2.0, p44),
        wave(fourth * 39.375 * s2 * s2 * g422, 0.0, 2.0, p44),
        wave(fifth * f522 * g520, 1.0, 1.0, p52),
        wave(fifth * f523 * g532, -1.0, 1.0, p52),
        wave(fifth_4 * f542 * g521, 1.0, 2.0, p54),
        wave(fifth_4 * f543 * g533, -1.0, 2.0, p54),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::powf;
    use crate::orbit::theory::KE;

    #[test]
    fn the_step_of_resonance_is_smooth() {
        // Either side of a step of the integrator the orbit must go on without a jump.
        let epoch = Mean {
            motion: 0.004_375,
            eccentricity: 1e-4,
            inclination: 0.01,
            node: 1.0,
            perigee: 2.0,
            anomaly: 3.0,
        };
        let axis = powf(KE / epoch.motion, 2.0 / 3.0);
        let still = Rates {
            node: 0.0,
            perigee: 0.0,
            anomaly: epoch.motion,
        };
        let deep = DeepSpace::new(&epoch, axis, &still, 46_000.0, 1.0);
        let resonance = deep.resonance.unwrap();
        let (before, after) = (
            resonance.integrate(719.999_999),
            resonance.integrate(720.000_001),
        );
        assert!((before.0 - after.0).abs() < 1e-12 && (before.1 - after.1).abs() < 1e-7);
    }
}
