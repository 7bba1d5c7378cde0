//! Dormand and Prince's Runge–Kutta pair of orders 5 and 4 with adaptive steps, dense output and
//! exact events.
//!
//! Source: Dormand and Prince (1980); dense output as in Hairer, Nørsett and Wanner, *Solving
//! Ordinary Differential Equations I*, II.6.

use nalgebra::SVector;
use thiserror::Error;

/// Why an integration stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum IntegrationError {
    /// The state or its slope is not a number.
    #[error("the state is not finite at {time_s} s; check the starting state")]
    NotFinite {
        /// Where.
        time_s: f64,
    },
    /// The tolerance asks for steps too small to add to the time.
    #[error("the step vanished at {time_s} s; loosen the tolerance")]
    StepTooSmall {
        /// Where.
        time_s: f64,
    },
    /// More steps than allowed.
    #[error("more than {steps} steps were needed by {time_s} s; shorten the span")]
    TooManySteps {
        /// Where.
        time_s: f64,
        /// The limit.
        steps: usize,
    },
}

/// Tolerances and limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options<const N: usize> {
    /// Permitted local error of each component, in its own unit.
    pub absolute: SVector<f64, N>,
    /// The first step [s].
    pub first_step_s: f64,
    /// The longest step [s].
    pub max_step_s: f64,
    /// Most steps, accepted and refused.
    pub max_steps: usize,
}

/// One accepted step, with what dense output needs.
#[derive(Debug, Clone, Copy)]
pub struct Step<const N: usize> {
    /// Time at its start [s].
    pub start_s: f64,
    /// Length [s], negative when going back.
    pub length_s: f64,
    /// State at its start.
    pub start: SVector<f64, N>,
    /// State at its end.
    pub end: SVector<f64, N>,
    slopes: [SVector<f64, N>; 7],
}

/// Coefficients of the fourth-order interpolant of one step.
#[derive(Debug, Clone, Copy)]
pub struct Dense<const N: usize> {
    start_s: f64,
    length_s: f64,
    parts: [SVector<f64, N>; 5],
}

impl<const N: usize> Dense<N> {
    /// The state at a time within the step.
    pub fn at(&self, time_s: f64) -> SVector<f64, N> {
        let t = (time_s - self.start_s) / self.length_s;
        let u = 1.0 - t;
        let [r1, r2, r3, r4, r5] = &self.parts;
        r1 + (r2 + (r3 + (r4 + r5 * u) * t) * u) * t
    }
}

impl<const N: usize> Step<N> {
    /// Time at the end [s].
    pub fn end_s(&self) -> f64 {
        self.start_s + self.length_s
    }

    /// The interpolant.
    pub fn dense(&self) -> Dense<N> {
        let h = self.length_s;
        let k = &self.slopes;
        let rise = self.end - self.start;
        let bend = k[0] * h - rise;
        let last = (k[0] * (-12_715_105_075.0 / 11_282_082_432.0)
            + k[2] * (87_487_479_700.0 / 32_700_410_799.0)
            + k[3] * (-10_690_763_975.0 / 1_880_347_072.0)
            + k[4] * (701_980_252_875.0 / 199_316_789_632.0)
            + k[5] * (-1_453_857_185.0 / 822_651_844.0)
            + k[6] * (69_997_945.0 / 29_380_423.0))
            * h;
        Dense {
            start_s: self.start_s,
            length_s: h,
            parts: [self.start, rise, bend, rise - k[6] * h - bend, last],
        }
    }
}

/// An integration in progress.
pub struct Solver<F, const N: usize> {
    dynamics: F,
    options: Options<N>,
    time_s: f64,
    state: SVector<f64, N>,
    slope: SVector<f64, N>,
    step_s: f64,
    steps: usize,
}

impl<F, const N: usize> Solver<F, N>
where
    F: Fn(f64, &SVector<f64, N>) -> SVector<f64, N>,
{
    /// Starts at a time and state; `dynamics` gives the slope.
    pub fn new(dynamics: F, time_s: f64, state: SVector<f64, N>, options: Options<N>) -> Self {
        let slope = dynamics(time_s, &state);
        Self {
            dynamics,
            options,
            time_s,
            state,
            slope,
            step_s: options.first_step_s,
            steps: 0,
        }
    }

    /// The time reached [s].
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// Steps tried so far, accepted and refused.
    pub fn steps_taken(&self) -> usize {
        self.steps
    }

    /// The state reached.
    pub fn state(&self) -> &SVector<f64, N> {
        &self.state
    }

    /// Bounds the next steps [s].
    pub fn limit_step(&mut self, max_step_s: f64) {
        self.options.max_step_s = max_step_s;
    }

    /// Takes one step towards `end_s` (before or after now) and not past it.
    ///
    /// # Errors
    /// [`IntegrationError`] when the state is not finite or a limit is met.
    pub fn step(&mut self, end_s: f64) -> Result<Step<N>, IntegrationError> {
        let left_s = end_s - self.time_s;
        let sign = if left_s < 0.0 { -1.0 } else { 1.0 };
        loop {
            self.steps += 1;
            if self.steps > self.options.max_steps {
                return Err(IntegrationError::TooManySteps {
                    time_s: self.time_s,
                    steps: self.options.max_steps,
                });
            }
            let wanted_s = self.step_s.min(self.options.max_step_s);
            let closes = wanted_s * 1.000_001 >= left_s.abs();
            let length_s = if closes { left_s } else { sign * wanted_s };
            let (step, error) = self.attempt(length_s);
            if !error.is_finite() {
                if length_s.abs() < 1e-6 || !self.slope.iter().all(|x| x.is_finite()) {
                    return Err(IntegrationError::NotFinite {
                        time_s: self.time_s,
                    });
                }
                self.step_s = 0.1 * length_s.abs();
                continue;
            }
            let change = (0.9 * fifth_root_inverse(error)).clamp(0.2, 6.0);
            if error <= 1.0 {
                // A step cut short by the end says little about the next one.
                self.step_s = if closes {
                    self.step_s.max(length_s.abs() * change)
                } else {
                    length_s.abs() * change
                };
                self.time_s = if closes {
                    end_s
                } else {
                    self.time_s + length_s
                };
                self.state = step.end;
                self.slope = step.slopes[6];
                return Ok(step);
            }
            self.step_s = length_s.abs() * change;
            if self.step_s < 1e-12 * self.time_s.abs().max(1e-3) {
                return Err(IntegrationError::StepTooSmall {
                    time_s: self.time_s,
                });
            }
        }
    }

    /// One trial step and its error relative to the tolerance.
    fn attempt(&self, length_s: f64) -> (Step<N>, f64) {
        let step = take(
            &self.dynamics,
            self.time_s,
            &self.state,
            self.slope,
            length_s,
        );
        let k = &step.slopes;
        let error = (k[0] * (71.0 / 57_600.0)
            + k[2] * (-71.0 / 16_695.0)
            + k[3] * (71.0 / 1_920.0)
            + k[4] * (-17_253.0 / 339_200.0)
            + k[5] * (22.0 / 525.0)
            + k[6] * (-1.0 / 40.0))
            * length_s;
        let mut worst = 0.0_f64;
        for i in 0..N {
            let ratio = error[i].abs() / self.options.absolute[i];
            // `max` would hide a NaN.
            worst = if ratio > worst || ratio.is_nan() {
                ratio
            } else {
                worst
            };
        }
        (step, worst)
    }

    /// Where `event` passes through zero within a step, and the state there.
    ///
    /// The dense output brackets the root; the state is then a fresh step of that length, and the
    /// time is corrected until the event is within `tolerance` there. `None` without a change of
    /// sign between the ends.
    pub fn locate(
        &self,
        step: &Step<N>,
        event: impl Fn(f64, &SVector<f64, N>) -> f64,
        tolerance: f64,
    ) -> Option<(f64, SVector<f64, N>)> {
        let dense = step.dense();
        let mut root_s = find_root(step.start_s, step.end_s(), |t| event(t, &dense.at(t)))?;
        let mut state = self.within(step, root_s);
        for _ in 0..4 {
            let value = event(root_s, &state);
            if value.abs() <= tolerance {
                break;
            }
            let reach_s = 1e-6 * step.length_s;
            let slope = (event(root_s, &dense.at(root_s))
                - event(root_s - reach_s, &dense.at(root_s - reach_s)))
                / reach_s;
            if slope == 0.0 || !slope.is_finite() {
                break;
            }
            root_s -= value / slope;
            state = self.within(step, root_s);
        }
        Some((root_s, state))
    }

    /// The state at a time within a step, by a fresh step from its start: finer than the dense output.
    pub fn within(&self, step: &Step<N>, time_s: f64) -> SVector<f64, N> {
        take(
            &self.dynamics,
            step.start_s,
            &step.start,
            step.slopes[0],
            time_s - step.start_s,
        )
        .end
    }
}

/// x to the power −1/5, bounded near zero.
fn fifth_root_inverse(x: f64) -> f64 {
    crate::math::powf(x.max(1e-8), -0.2)
}

fn take<const N: usize>(
    dynamics: impl Fn(f64, &SVector<f64, N>) -> SVector<f64, N>,
    time_s: f64,
    state: &SVector<f64, N>,
    k1: SVector<f64, N>,
    h: f64,
) -> Step<N> {
    let k2 = dynamics(time_s + h * 0.2, &(state + k1 * (h * 0.2)));
    let k3 = dynamics(
        time_s + h * 0.3,
        &(state + k1 * (h * 3.0 / 40.0) + k2 * (h * 9.0 / 40.0)),
    );
    let k4 = dynamics(
        time_s + h * 0.8,
        &(state + k1 * (h * 44.0 / 45.0) + k2 * (h * -56.0 / 15.0) + k3 * (h * 32.0 / 9.0)),
    );
    let k5 = dynamics(
        time_s + h * (8.0 / 9.0),
        &(state
            + k1 * (h * 19_372.0 / 6_561.0)
            + k2 * (h * -25_360.0 / 2_187.0)
            + k3 * (h * 64_448.0 / 6_561.0)
            + k4 * (h * -212.0 / 729.0)),
    );
    let k6 = dynamics(
        time_s + h,
        &(state
            + k1 * (h * 9_017.0 / 3_168.0)
            + k2 * (h * -355.0 / 33.0)
            + k3 * (h * 46_732.0 / 5_247.0)
            + k4 * (h * 49.0 / 176.0)
            + k5 * (h * -5_103.0 / 18_656.0)),
    );
    let end = state
        + k1 * (h * 35.0 / 384.0)
        + k3 * (h * 500.0 / 1_113.0)
        + k4 * (h * 125.0 / 192.0)
        + k5 * (h * -2_187.0 / 6_784.0)
        + k6 * (h * 11.0 / 84.0);
    let k7 = dynamics(time_s + h, &end);
    Step {
        start_s: time_s,
        length_s: h,
        start: *state,
        end,
        slopes: [k1, k2, k3, k4, k5, k6, k7],
    }
}

/// Root of a function between two times, by regula falsi with bisection (Illinois); `None`
/// without a change of sign.
pub fn find_root(from_s: f64, to_s: f64, value: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut a, mut b) = (from_s, to_s);
    let (mut fa, mut fb) = (value(a), value(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fa * fb > 0.0 || (fa * fb).is_nan() {
        return None;
    }
    for _ in 0..80 {
        let mut c = (a * fb - b * fa) / (fb - fa);
        if !c.is_finite() {
            c = 0.5 * (a + b);
        }
        let fc = value(c);
        if fc == 0.0 || (b - a).abs() < 1e-12 * (1.0 + a.abs()) {
            return Some(c);
        }
        if fc * fb < 0.0 {
            (a, fa) = (b, fb);
        } else {
            fa *= 0.5;
        }
        if (c - b).abs() < 1e-13 * (1.0 + c.abs()) {
            return Some(c);
        }
        (b, fb) = (c, fc);
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use nalgebra::Vector2;

    use super::*;
    use crate::math::{PI, cos, sin};

    fn options() -> Options<2> {
        Options {
            absolute: Vector2::repeat(1e-10),
            first_step_s: 0.01,
            max_step_s: 1.0,
            max_steps: 10_000,
        }
    }

    fn oscillator(_: f64, y: &Vector2<f64>) -> Vector2<f64> {
        Vector2::new(y.y, -y.x)
    }

    #[test]
    fn swings_forwards_and_backwards() {
        for end_s in [10.0, -10.0] {
            let mut solver = Solver::new(oscillator, 0.0, Vector2::new(1.0, 0.0), options());
            while solver.time_s() != end_s {
                let step = solver.step(end_s).unwrap();
                let middle_s = step.start_s + 0.4 * step.length_s;
                assert!((step.dense().at(middle_s).x - cos(middle_s)).abs() < 1e-7);
            }
            assert!((solver.state().x - cos(end_s)).abs() < 1e-8);
            assert!((solver.state().y + sin(end_s)).abs() < 1e-8);
        }
    }

    #[test]
    fn finds_the_event() {
        let mut solver = Solver::new(oscillator, 0.0, Vector2::new(1.0, 0.0), options());
        let root_s = loop {
            let step = solver.step(10.0).unwrap();
            if let Some((root_s, _)) = solver.locate(&step, |_, y| y.x, 1e-12) {
                break root_s;
            }
        };
        assert!((root_s - PI / 2.0).abs() < 1e-8, "{root_s}");
    }

    #[test]
    fn not_a_number_is_an_error() {
        let mut solver = Solver::new(oscillator, 0.0, Vector2::new(f64::NAN, 0.0), options());
        assert!(matches!(
            solver.step(1.0),
            Err(IntegrationError::NotFinite { .. })
        ));
    }
}
