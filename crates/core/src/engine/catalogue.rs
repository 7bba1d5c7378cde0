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
/// A match worse than this is none.
const LEAST_P: f64 = 1e-4;

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

    /// Which of them (by number here) are near a track at its epoch.
    pub(super) fn near(&self, track: &GaussianState) -> Vec<u32> {
        let position_m: Vector3<f64> = track.mean.fixed_rows::<3>(0).into_owned();
        let near = |satellite: &Satellite| {
            satellite
                .state_itrf(track.epoch, &self.orientation)
                .is_ok_and(|state| (position_m - state.position.vector()).norm() <= COARSE_M)
        };
        (0..)
            .zip(&self.satellites)
            .filter(|(_, (_, satellite))| near(satellite))
            .map(|(number, _)| number)
            .collect()
    }

    /// The satellite, of those numbered, that a track is, by position and velocity at its epoch.
    pub(super) fn find(
        &self,
        numbers: &[u32],
        track: &GaussianState,
        updates: u32,
    ) -> Option<CatalogueMatch> {
        let mut best: Option<CatalogueMatch> = None;
        for number in numbers {
            let Some((name, satellite)) = self.satellites.get(*number as usize) else {
                continue;
            };
            let Some(distance2) = self.distance2(satellite, track) else {
                continue;
            };
            let normalised_distance = (distance2 / 6.0).sqrt();
            if best
                .as_ref()
                .is_none_or(|known| normalised_distance < known.normalised_distance)
            {
                best = Some(CatalogueMatch {
                    name: name.clone(),
                    reports: updates,
                    normalised_distance,
                    p_value: forewarn_physics::math::chi_square_survival(distance2, 6.0),
                });
            }
        }
        best.filter(|found| found.p_value > LEAST_P)
    }

    /// Squared distance of a satellite from a track, in sigmas of the track and of the set's age.
    fn distance2(&self, satellite: &Satellite, track: &GaussianState) -> Option<f64> {
        let state = satellite.state_itrf(track.epoch, &self.orientation).ok()?;
        let offset = track.mean.fixed_rows::<3>(0) - state.position.vector();
        let drift = track.mean.fixed_rows::<3>(3) - state.velocity.vector();
        let mut covariance = track.covariance.fixed_view::<6, 6>(0, 0).into_owned();
        for k in 0..3 {
            covariance[(k, k)] += AGE_SIGMA_M * AGE_SIGMA_M;
            covariance[(k + 3, k + 3)] += AGE_SIGMA_M_S * AGE_SIGMA_M_S;
        }
        let miss = nalgebra::Vector6::from_iterator(offset.iter().chain(drift.iter()).copied());
        Some(miss.dot(&covariance.cholesky()?.solve(&miss)))
    }
}
