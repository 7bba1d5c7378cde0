//! Does it stay up? Perigee and apogee of an uncertain state.

use forewarn_physics::frames::wgs84::{
    GRAVITATIONAL_PARAMETER_M3_S2, ROTATION_RATE_RAD_S, SEMI_MAJOR_AXIS_M,
};
use forewarn_physics::math::erfc;
use nalgebra::{SMatrix, SVector, Vector3};

use crate::model::GaussianState;

/// A perigee above this stays up for now [m above the equatorial radius].
pub const ORBIT_PERIGEE_M: f64 = 100e3;

/// Perigee and apogee over the covariance of a state. Heights are above the equatorial radius,
/// of the osculating ellipse: the Earth's flattening moves them by some 10 km within a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrbitStatistics {
    /// Mean height of the perigee [m]; far below zero for a missile.
    pub perigee_m: f64,
    /// One sigma of it [m].
    pub perigee_sigma_m: f64,
    /// Mean height of the apogee [m], of the part that is bound.
    pub apogee_m: f64,
    /// One sigma of it [m].
    pub apogee_sigma_m: f64,
    /// Probability that the perigee is above 100 km and the energy negative.
    pub probability_orbit: f64,
}

/// Height of perigee and apogee [m], and whether the energy is negative.
pub fn apsides_m(position_m: &Vector3<f64>, velocity_m_s: &Vector3<f64>) -> (f64, f64, bool) {
    let inertial_m_s = velocity_m_s + Vector3::new(0.0, 0.0, ROTATION_RATE_RAD_S).cross(position_m);
    let r = position_m.norm();
    let energy = 0.5 * inertial_m_s.norm_squared() - GRAVITATIONAL_PARAMETER_M3_S2 / r;
    let parameter_m =
        position_m.cross(&inertial_m_s).norm_squared() / GRAVITATIONAL_PARAMETER_M3_S2;
    let eccentricity = (1.0 + 2.0 * energy * parameter_m / GRAVITATIONAL_PARAMETER_M3_S2)
        .max(0.0)
        .sqrt();
    let perigee_m = parameter_m / (1.0 + eccentricity) - SEMI_MAJOR_AXIS_M;
    // Where there is none, far away.
    let apogee_m = if energy < 0.0 {
        parameter_m / (1.0 - eccentricity).max(1e-6) - SEMI_MAJOR_AXIS_M
    } else {
        1e12
    };
    (perigee_m, apogee_m, energy < 0.0)
}

/// Perigee and apogee over the covariance of a state, by thirteen sigma points.
pub fn perigee_statistics(state: &GaussianState) -> OrbitStatistics {
    let mean = state.mean.fixed_rows::<6>(0).into_owned();
    let covariance = state.covariance.fixed_view::<6, 6>(0, 0).into_owned();
    statistics(&mean, &covariance)
}

/// The same of position [m] and velocity [m/s] (ITRF) and their covariance.
pub fn statistics(mean: &SVector<f64, 6>, covariance: &SMatrix<f64, 6, 6>) -> OrbitStatistics {
    let at = |point: &SVector<f64, 6>| {
        apsides_m(
            &point.fixed_rows::<3>(0).into_owned(),
            &point.fixed_rows::<3>(3).into_owned(),
        )
    };
    let (perigee_m, apogee_m, bound) = at(mean);
    let Some(root) = covariance.cholesky() else {
        let certain = bound && perigee_m > ORBIT_PERIGEE_M;
        let probability_orbit = f64::from(u8::from(certain));
        return OrbitStatistics {
            perigee_m,
            perigee_sigma_m: 0.0,
            apogee_m,
            apogee_sigma_m: 0.0,
            probability_orbit,
        };
    };
    let l = root.l();
    // Weights 2/3 and 1/6 at √3 sigma on each axis: a Gaussian's moments to the fifth, effects added.
    let (mut low, mut high) = (Moments::default(), Moments::default());
    let mut bound_share = 0.0;
    for axis in 0..6 {
        let offset = l.column(axis) * 1.732_050_807_568_877_2;
        let (up, down) = (at(&(mean + offset)), at(&(mean - offset)));
        low.add(up.0 - perigee_m, down.0 - perigee_m);
        high.add(
            up.1.min(1e9) - apogee_m.min(1e9),
            down.1.min(1e9) - apogee_m.min(1e9),
        );
        bound_share += f64::from(u8::from(up.2)) + f64::from(u8::from(down.2));
    }
    let perigee = (perigee_m + low.mean, low.variance.sqrt());
    let above = 0.5
        * erfc(
            (ORBIT_PERIGEE_M - perigee.0) / perigee.1.max(1e-3) * core::f64::consts::FRAC_1_SQRT_2,
        );
    let bound_share = if bound {
        0.5 + bound_share / 24.0
    } else {
        bound_share / 24.0
    };
    OrbitStatistics {
        perigee_m: perigee.0,
        perigee_sigma_m: perigee.1,
        apogee_m: apogee_m + high.mean,
        apogee_sigma_m: high.variance.sqrt(),
        probability_orbit: above * bound_share,
    }
}

#[derive(Default)]
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn add(&mut self, up: f64, down: f64) {
        let middle = (up + down) / 6.0;
        self.mean += middle;
        self.variance += (up * up + down * down) / 6.0 - middle * middle;
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::Vector6;

    use super::*;

    fn state(speed_m_s: f64) -> SVector<f64, 6> {
        Vector6::new(
            6_678_137.0,
            0.0,
            0.0,
            0.0,
            speed_m_s - ROTATION_RATE_RAD_S * 6_678_137.0,
            0.0,
        )
    }

    #[test]
    fn a_circular_orbit_stays_and_a_slow_one_falls() {
        let sigma = Vector6::new(100.0, 100.0, 100.0, 1.0, 1.0, 1.0);
        let covariance = SMatrix::from_diagonal(&sigma.component_mul(&sigma));
        let circular = (GRAVITATIONAL_PARAMETER_M3_S2 / 6_678_137.0_f64).sqrt();
        let stays = statistics(&state(circular + 20.0), &covariance);
        assert!(
            (stays.perigee_m - 300e3).abs() < 1e3 && stays.probability_orbit > 0.999,
            "{stays:?}"
        );
        let falls = statistics(&state(circular - 200.0), &covariance);
        assert!(
            falls.perigee_m < 0.0 && falls.probability_orbit < 1e-6,
            "{falls:?}"
        );
        let escapes = statistics(&state(12_000.0), &covariance);
        assert!(escapes.probability_orbit < 1e-6);
    }

    #[test]
    fn a_doubtful_perigee_is_doubtful() {
        let circular = (GRAVITATIONAL_PARAMETER_M3_S2 / 6_678_137.0_f64).sqrt();
        // A change of 1 m/s at apogee moves the perigee by 3.45 km: 58 m/s below is 100 km.
        let sigma = Vector6::new(100.0, 100.0, 100.0, 15.0, 15.0, 15.0);
        let covariance = SMatrix::from_diagonal(&sigma.component_mul(&sigma));
        let told = statistics(&state(circular - 58.5), &covariance);
        assert!((0.2..0.8).contains(&told.probability_orbit), "{told:?}");
        assert!((40e3..65e3).contains(&told.perigee_sigma_m), "{told:?}");
    }
}
