//! Known satellites: where each is, and whether a track is one of them.

use std::sync::Arc;

use forewarn_physics::frames::earth_orientation::EarthOrientation;
use forewarn_physics::orbit::{self, Satellite};
use nalgebra::Vector3;

use super::setup::CatalogueEntry;
use crate::assess::CatalogueMatch;
use crate::model::GaussianState;

/// How far an element set a few days old may be off [m] and [m/s], one sigma.
const AGE_SIGMA_M: f64 = 3_000.0;
const AGE_SIGMA_M_S: f64 = 5.0;
/// Nothing further away is looked at twice [m].
const COARSE_M: f64 = 150e3;

/// Known satellites.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    satellites: Vec<(Arc<str>, Satellite)>,
    orientation: EarthOrientation,
}

impl Catalogue {
    /// From element sets; those that cannot be used are left out and named.
    pub(super) fn new(entries: &[CatalogueEntry]) -> (Self, Vec<String>) {
        let mut refused = Vec::new();
        let mut satellites = Vec::new();
        for entry in entries {
            let built = orbit::tle::parse(&entry.lines[0], &entry.lines[1])
                .and_then(|set| Satellite::new(&set).map_err(|error| error.to_string()));
            match built {
                Ok(satellite) => satellites.push((entry.name.clone(), satellite)),
                Err(why) => refused.push(format!("{}: {why}", entry.name)),
            }
        }
        (
            Self {
                satellites,
                orientation: EarthOrientation::none(),
            },
            refused,
        )
    }

    pub(super) fn is_empty(&self) -> bool {
        self.satellites.is_empty()
    }

    /// The satellite that a track is, by position and velocity at its epoch.
    pub(super) fn find(&self, track: &GaussianState, updates: u32) -> Option<CatalogueMatch> {
        let position_m: Vector3<f64> = track.mean.fixed_rows::<3>(0).into_owned();
        let mut best: Option<CatalogueMatch> = None;
        for (name, satellite) in &self.satellites {
            let Ok(state) = satellite.state_itrf(track.epoch, &self.orientation) else {
                continue;
            };
            let offset = position_m - state.position.vector();
            if offset.norm() > COARSE_M {
                continue;
            }
            let drift = track.mean.fixed_rows::<3>(3) - state.velocity.vector();
            let mut covariance = track.covariance.fixed_view::<6, 6>(0, 0).into_owned();
            for k in 0..3 {
                covariance[(k, k)] += AGE_SIGMA_M * AGE_SIGMA_M;
                covariance[(k + 3, k + 3)] += AGE_SIGMA_M_S * AGE_SIGMA_M_S;
            }
            let miss = nalgebra::Vector6::from_iterator(offset.iter().chain(drift.iter()).copied());
            let Some(factor) = covariance.cholesky() else {
                continue;
            };
            let distance2 = miss.dot(&factor.solve(&miss));
            let p_value = forewarn_physics::math::chi_square_survival(distance2, 6.0);
            let normalised_distance = (distance2 / 6.0).sqrt();
            if best
                .as_ref()
                .is_none_or(|known| normalised_distance < known.normalised_distance)
            {
                best = Some(CatalogueMatch {
                    name: name.clone(),
                    reports: updates,
                    normalised_distance,
                    p_value,
                });
            }
        }
        best.filter(|found| found.p_value > 1e-4)
    }
}
