//! Rotations between earth-fixed and inertial axes, and whole states through them.
//!
//! GCRF: IERS Conventions (2010), chapter 5, the CIO based transformation `Q(t) R(t) W(t)` with
//! the leading terms of X and Y (IAU 2006/2000A_R06), so that bias, precession and nutation come
//! in one. TEME: Vallado et al., *Revisiting Spacetrack Report #3* (2006), appendix C: mean
//! sidereal time of 1982 and polar motion.

use nalgebra::{Matrix3, Vector3};

use super::earth_orientation::{ARCSECOND_RAD, EarthOrientation, Parameters, tai_minus_utc_s};
use super::pole_series::{CONSTANT, GROWING, Term};
use super::types::{Frame, Gcrf, Itrf, Rotation, State, Teme};
use crate::math::{TAU, sin_cos};
use crate::time::{Epoch, TimeScale, seconds_between};

/// How fast the Earth turns in inertial space [rad/s]: the rate of the Earth rotation angle.
pub const ROTATION_RATE_RAD_S: f64 = 7.292_115_146_706_98e-5;
/// Terrestrial time minus atomic time [s].
const TT_MINUS_TAI_S: f64 = 32.184;
const NANOSECONDS_PER_DAY: i128 = 86_400_000_000_000;

/// The Earth's attitude and spin as seen from inertial axes, at one epoch.
///
/// Costs about 3 µs for GCRF and 0.3 µs for TEME; keep it for all states of one epoch.
/// # Valid for
/// 1972 to 2050. The truncated series is within 1.3 mas (0.05 m on the ground, 0.3 m at
/// geostationary distance); unmodelled pole offsets add 0.3 mas; Earth orientation adds what
/// [`EarthOrientation::stated_error_rad`] says. Velocities leave out the motion of the axes by
/// precession and nutation: 1e-4 m/s on the ground, 5e-4 m/s at geostationary distance.
/// # Validated by
/// `val_frames`: ERFA, and Vallado's example 3-14.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turning<To: Frame> {
    rotation: Rotation<To, Itrf>,
    rate_rad_s: Vector3<f64>,
}

impl<To: Frame> Turning<To> {
    /// The rotation out of earth-fixed axes.
    pub const fn rotation(&self) -> Rotation<To, Itrf> {
        self.rotation
    }

    /// The spin vector of the Earth in the inertial axes [rad/s].
    pub const fn rate_rad_s(&self) -> Vector3<f64> {
        self.rate_rad_s
    }

    /// A state seen from inertial axes.
    pub fn state_from_itrf(&self, state: &State<Itrf>) -> State<To> {
        let position_m = self.rotation.matrix() * state.position.vector();
        let velocity_m_s =
            self.rotation.matrix() * state.velocity.vector() + self.rate_rad_s.cross(&position_m);
        State::from_vectors(position_m, velocity_m_s)
    }

    /// A state seen from the turning Earth.
    pub fn state_to_itrf(&self, state: &State<To>) -> State<Itrf> {
        let position_m = state.position.vector();
        let carried_m_s = state.velocity.vector() - self.rate_rad_s.cross(&position_m);
        let back = self.rotation.matrix().transpose();
        State::from_vectors(back * position_m, back * carried_m_s)
    }
}

/// The Earth's attitude and spin in GCRF.
pub fn gcrf_turning(epoch: Epoch, orientation: &EarthOrientation) -> Turning<Gcrf> {
    let parameters = orientation.at(epoch);
    let centuries = tt_centuries(epoch);
    let celestial = celestial_from_intermediate(centuries);
    let spin = about_z(-earth_rotation_angle_rad(epoch, &parameters));
    turning(
        celestial * spin * polar_motion(&parameters, centuries),
        &celestial,
    )
}

/// The Earth's attitude and spin in TEME.
pub fn teme_turning(epoch: Epoch, orientation: &EarthOrientation) -> Turning<Teme> {
    let parameters = orientation.at(epoch);
    let spin = about_z(-mean_sidereal_time_1982_rad(epoch, &parameters));
    turning(
        spin * polar_motion(&parameters, tt_centuries(epoch)),
        &Matrix3::identity(),
    )
}

/// The rotation of earth-fixed into inertial axes.
pub fn gcrf_from_itrf(epoch: Epoch, orientation: &EarthOrientation) -> Rotation<Gcrf, Itrf> {
    gcrf_turning(epoch, orientation).rotation
}

/// The rotation of earth-fixed axes into those of SGP4.
pub fn teme_from_itrf(epoch: Epoch, orientation: &EarthOrientation) -> Rotation<Teme, Itrf> {
    teme_turning(epoch, orientation).rotation
}

/// The rotation of SGP4's axes into GCRF. Errors of UT1 cancel.
pub fn gcrf_from_teme(epoch: Epoch) -> Rotation<Gcrf, Teme> {
    let none = EarthOrientation::none();
    gcrf_from_itrf(epoch, &none) * teme_from_itrf(epoch, &none).inverse()
}

/// A state from earth-fixed into inertial axes, the Earth's spin included.
pub fn gcrf_from_itrf_state(
    epoch: Epoch,
    state: &State<Itrf>,
    orientation: &EarthOrientation,
) -> State<Gcrf> {
    gcrf_turning(epoch, orientation).state_from_itrf(state)
}

/// A state from inertial into earth-fixed axes, the Earth's spin included.
pub fn itrf_from_gcrf_state(
    epoch: Epoch,
    state: &State<Gcrf>,
    orientation: &EarthOrientation,
) -> State<Itrf> {
    gcrf_turning(epoch, orientation).state_to_itrf(state)
}

/// A state of SGP4 seen from the turning Earth.
pub fn itrf_from_teme_state(
    epoch: Epoch,
    state: &State<Teme>,
    orientation: &EarthOrientation,
) -> State<Itrf> {
    teme_turning(epoch, orientation).state_to_itrf(state)
}

/// A state from earth-fixed axes into those of SGP4.
pub fn teme_from_itrf_state(
    epoch: Epoch,
    state: &State<Itrf>,
    orientation: &EarthOrientation,
) -> State<Teme> {
    teme_turning(epoch, orientation).state_from_itrf(state)
}

/// The angle between the intermediate origins [rad], in [0, 2π) (IERS 2010, equation 5.15).
pub fn earth_rotation_angle_rad(epoch: Epoch, parameters: &Parameters) -> f64 {
    let (days, part) = ut1_days(epoch, parameters);
    // The whole turns are left out, for the sake of precision.
    let turns = part + 0.779_057_273_264_0 + 0.002_737_811_911_354_48 * (days + part);
    TAU * (turns - turns.floor())
}

/// Greenwich mean sidereal time of 1982 [rad], in [0, 2π) (Vallado 2013, equation 3-45).
pub fn mean_sidereal_time_1982_rad(epoch: Epoch, parameters: &Parameters) -> f64 {
    let (days, part) = ut1_days(epoch, parameters);
    let t = (days + part) / 36_525.0;
    let seconds = 67_310.548_41 + (8_640_184.812_866 + (0.093_104 - 6.2e-6 * t) * t) * t;
    let turns = part + seconds / 86_400.0;
    TAU * (turns - turns.floor())
}

/// Julian centuries of terrestrial time since 2000-01-01 12:00 TT.
pub(super) fn tt_centuries(epoch: Epoch) -> f64 {
    (seconds_between(tai_noon_2000(), epoch) + TT_MINUS_TAI_S) / (86_400.0 * 36_525.0)
}

/// Whole and broken days of UT1 since 2000-01-01 12:00 UT1.
fn ut1_days(epoch: Epoch, parameters: &Parameters) -> (f64, f64) {
    let shift_s = parameters.ut1_minus_utc_s - tai_minus_utc_s(epoch);
    let nanoseconds =
        (epoch - tai_noon_2000()).total_nanoseconds() + (shift_s * 1e9).round() as i128;
    let days = nanoseconds.div_euclid(NANOSECONDS_PER_DAY);
    (
        days as f64,
        nanoseconds.rem_euclid(NANOSECONDS_PER_DAY) as f64 / NANOSECONDS_PER_DAY as f64,
    )
}

fn tai_noon_2000() -> Epoch {
    Epoch::from_gregorian(2000, 1, 1, 12, 0, 0, 0, TimeScale::TAI)
}

fn turning<To: Frame>(matrix: Matrix3<f64>, pole: &Matrix3<f64>) -> Turning<To> {
    Turning {
        rotation: Rotation::from_matrix(matrix),
        rate_rad_s: pole.column(2) * ROTATION_RATE_RAD_S,
    }
}

/// `W(t)`: intermediate terrestrial from earth-fixed axes (IERS 2010, equation 5.3).
fn polar_motion(parameters: &Parameters, centuries: f64) -> Matrix3<f64> {
    let drift_rad = -47e-6 * ARCSECOND_RAD * centuries;
    about_z(-drift_rad) * about_y(parameters.pole_x_rad) * about_x(parameters.pole_y_rad)
}

/// `Q(t)`: celestial from intermediate celestial axes (IERS 2010, equations 5.7 and 5.10).
fn celestial_from_intermediate(t: f64) -> Matrix3<f64> {
    let (x, y, s_rad) = pole(t);
    let a = 1.0 / (1.0 + (1.0 - x * x - y * y).sqrt());
    let tilt = Matrix3::new(
        1.0 - a * x * x,
        -a * x * y,
        x,
        -a * x * y,
        1.0 - a * y * y,
        y,
        -x,
        -y,
        1.0 - a * (x * x + y * y),
    );
    tilt * about_z(s_rad)
}

/// The intermediate pole X, Y and the locator s [rad] (IERS 2010, tables 5.2a, b, d).
fn pole(t: f64) -> (f64, f64, f64) {
    let arguments_rad = fundamental_arguments_rad(t);
    let mut x_uas = polynomial(
        t,
        &[
            -16_617.0,
            2_004_191_898.0,
            -429_782.9,
            -198_618.34,
            7.578,
            5.9285,
        ],
    );
    let mut y_uas = polynomial(
        t,
        &[
            -6_951.0,
            -25_896.0,
            -22_407_274.7,
            1_900.59,
            1_112.526,
            0.1358,
        ],
    );
    let mut add = |terms: &[Term], factor: f64| {
        for term in terms {
            let angle_rad: f64 = term
                .multiples
                .iter()
                .zip(&arguments_rad)
                .map(|(&multiple, argument)| f64::from(multiple) * argument)
                .sum();
            let (sine, cosine) = sin_cos(angle_rad);
            x_uas += factor * (term.x_uas[0] * sine + term.x_uas[1] * cosine);
            y_uas += factor * (term.y_uas[0] * sine + term.y_uas[1] * cosine);
        }
    };
    add(&CONSTANT, 1.0);
    add(&GROWING, t);
    let (sine, cosine) = sin_cos(arguments_rad[4]);
    x_uas += t * t * (2037.98 * sine + 81.46 * cosine);
    y_uas += t * t * (120.56 * sine - 2301.27 * cosine);
    let uas_rad = 1e-6 * ARCSECOND_RAD;
    let (x, y) = (x_uas * uas_rad, y_uas * uas_rad);
    let (sine_twice, _) = sin_cos(2.0 * arguments_rad[4]);
    let locator_uas = polynomial(t, &[94.0, 3_808.65, -122.68, -72_574.11, 27.98, 15.62])
        + (743.52 * t * t - 2_640.73) * sine
        - 63.53 * sine_twice;
    (x, y, locator_uas * uas_rad - 0.5 * x * y)
}

/// l, l', F, D, Ω [rad] (IERS 2010, equation 5.43).
fn fundamental_arguments_rad(t: f64) -> [f64; 5] {
    let turn_as = 1_296_000.0;
    [
        [
            485_868.249_036,
            1_717_915_923.217_8,
            31.879_2,
            0.051_635,
            -0.000_244_70,
        ],
        [
            1_287_104.793_048,
            129_596_581.048_1,
            -0.553_2,
            0.000_136,
            -0.000_011_49,
        ],
        [
            335_779.526_232,
            1_739_527_262.847_8,
            -12.751_2,
            -0.001_037,
            0.000_004_17,
        ],
        [
            1_072_260.703_692,
            1_602_961_601.209_0,
            -6.370_6,
            0.006_593,
            -0.000_031_69,
        ],
        [
            450_160.398_036,
            -6_962_890.543_1,
            7.472_2,
            0.007_702,
            -0.000_059_39,
        ],
    ]
    .map(|coefficients| {
        let angle_as = polynomial(t, &coefficients);
        (angle_as - turn_as * (angle_as / turn_as).floor()) * ARCSECOND_RAD
    })
}

fn polynomial(t: f64, coefficients: &[f64]) -> f64 {
    coefficients
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| sum * t + coefficient)
}

/// Axes turned about x by an angle (the `R1` of the IERS).
fn about_x(angle_rad: f64) -> Matrix3<f64> {
    let (s, c) = sin_cos(angle_rad);
    Matrix3::new(1.0, 0.0, 0.0, 0.0, c, s, 0.0, -s, c)
}

fn about_y(angle_rad: f64) -> Matrix3<f64> {
    let (s, c) = sin_cos(angle_rad);
    Matrix3::new(c, 0.0, -s, 0.0, 1.0, 0.0, s, 0.0, c)
}

pub(crate) fn about_z(angle_rad: f64) -> Matrix3<f64> {
    let (s, c) = sin_cos(angle_rad);
    Matrix3::new(c, s, 0.0, -s, c, 0.0, 0.0, 0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{after, parse_utc};

    #[test]
    fn the_velocity_is_the_rate_of_the_position() {
        let epoch = parse_utc("2026-03-01T12:00:00Z").unwrap();
        let none = EarthOrientation::none();
        let fixed = State::from_vectors(Vector3::new(6.4e6, -1.0e6, 2.0e6), Vector3::zeros());
        let at = |shift_s: f64| {
            gcrf_from_itrf_state(after(epoch, shift_s), &fixed, &none)
                .position
                .vector()
        };
        let by_difference = (at(0.5) - at(-0.5)) / 1.0;
        let state = gcrf_from_itrf_state(epoch, &fixed, &none);
        // The spin alone is in the velocity; precession and nutation move the axes by up to
        // 1.2e-11 rad/s, so by 8e-5 m/s at 6.8e6 m.
        assert!((by_difference - state.velocity.vector()).norm() < 8e-5);
        let back = itrf_from_gcrf_state(epoch, &state, &none);
        assert!((back.position - fixed.position).norm() < 1e-8 && back.velocity.norm() < 1e-11);
    }

    #[test]
    fn teme_is_gcrf_of_date() {
        // Precession since 2000 is 50.3"/year along the ecliptic, so TEME departs by that angle.
        let epoch = parse_utc("2026-01-01T00:00:00Z").unwrap();
        let matrix = *gcrf_from_teme(epoch).matrix();
        assert!((matrix * matrix.transpose() - Matrix3::identity()).norm() < 1e-14);
        let angle_as = ((matrix[(2, 1)] - matrix[(1, 2)]).powi(2)
            + (matrix[(0, 2)] - matrix[(2, 0)]).powi(2)
            + (matrix[(1, 0)] - matrix[(0, 1)]).powi(2))
        .sqrt()
            / 2.0
            / ARCSECOND_RAD;
        assert!((angle_as - 26.0 * 50.3).abs() < 25.0, "{angle_as}");
    }
}
