//! The launch point and time, with the gazetteer's prior where one is given.
//!
//! Half of all launches are taken to come from a known site and half from anywhere: each member
//! of the posterior is conditioned on each site near it, weighted by how well the site was
//! foreseen, beside the same member left alone.

use forewarn_physics::frames::wgs84::{Geodetic, rough_distance_m};
use forewarn_physics::math::{PI, exp, ln};
use nalgebra::{Matrix2, Matrix3, Vector2, Vector3};

use super::ascent::{Posterior, moments};
use crate::model::{Ellipse, LaunchEstimate, LaunchSite, SiteRank};

/// Share of launches that come from a known site.
const KNOWN_SHARE: f64 = 0.5;
/// Area of the Earth's surface [m²].
const EARTH_M2: f64 = 5.1e14;
/// No launch point is given when it is less certain than this (one sigma) [m].
const LARGEST_SIGMA_M: f64 = 250e3;
/// Sites named at most.
const MOST_SITES: usize = 8;

type Part = (f64, Vector3<f64>, Matrix3<f64>);

/// The launch estimate; `None` where no ascent fits (p below 1e-5) or nothing honest can be said.
pub fn launch_estimate(posterior: &Posterior, gazetteer: &[LaunchSite]) -> Option<LaunchEstimate> {
    if posterior.p_value < 1e-5 {
        return None;
    }
    let about = posterior.best().fit.point.place;
    let alone = posterior.launches(&about);
    let (parts, ranks) = with_sites(&alone, &about, gazetteer);
    let (mean, covariance) = moments(&parts);
    let covariance_en_m2: Matrix2<f64> = covariance.fixed_view::<2, 2>(0, 0).into_owned();
    if !(covariance_en_m2.trace().sqrt() < LARGEST_SIGMA_M
        && covariance.iter().all(|value| value.is_finite()))
    {
        return None;
    }
    let (cutoff_s, _) = posterior.cutoff();
    let (azimuth_rad, azimuth_sigma_rad) = posterior.azimuth_rad(cutoff_s.min(posterior.last_s));
    let place = moved(&about, mean.x, mean.y);
    Some(LaunchEstimate {
        time: posterior.at(mean.z),
        time_sigma_s: covariance[(2, 2)].sqrt(),
        place,
        covariance_en_m2,
        azimuth_rad,
        azimuth_sigma_rad,
        sites: ranks,
    })
}

fn moved(about: &Geodetic, east_m: f64, north_m: f64) -> Geodetic {
    let offset = about.enu_from_itrf().transpose() * Vector3::new(east_m, north_m, 0.0);
    let place = Geodetic::from_itrf(about.to_itrf() + offset);
    Geodetic {
        height_m: 0.0,
        ..place
    }
}

fn with_sites(
    alone: &[Part],
    about: &Geodetic,
    gazetteer: &[LaunchSite],
) -> (Vec<Part>, Vec<SiteRank>) {
    if gazetteer.is_empty() {
        return (alone.to_vec(), Vec::new());
    }
    let ln_anywhere = ln((1.0 - KNOWN_SHARE) / EARTH_M2);
    let ln_each = ln(KNOWN_SHARE / gazetteer.len() as f64);
    let frame = about.enu_from_itrf();
    let mut logs: Vec<(f64, Part, Option<usize>)> = alone
        .iter()
        .map(|part| (ln(part.0.max(1e-300)) + ln_anywhere, *part, None))
        .collect();
    for (index, site) in gazetteer.iter().enumerate() {
        if rough_distance_m(about, &site.place) > 6.0 * LARGEST_SIGMA_M {
            continue;
        }
        let offset = frame
            * (Geodetic {
                height_m: 0.0,
                ..site.place
            }
            .to_itrf()
                - about.to_itrf());
        for part in alone {
            if let Some((log, conditioned)) =
                condition(part, &Vector2::new(offset.x, offset.y), site.sigma_m)
            {
                logs.push((
                    ln(part.0.max(1e-300)) + ln_each + log,
                    conditioned,
                    Some(index),
                ));
            }
        }
    }
    let best = logs
        .iter()
        .map(|entry| entry.0)
        .fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logs.iter().map(|entry| exp(entry.0 - best)).sum();
    let mut by_site = vec![0.0; gazetteer.len()];
    let mut parts = Vec::with_capacity(logs.len());
    for (log, (_, mean, covariance), site) in logs {
        let weight = exp(log - best) / total;
        if let Some(site) = site {
            by_site[site] += weight;
        }
        if weight > 1e-9 {
            parts.push((weight, mean, covariance));
        }
    }
    (parts, ranked(&by_site, gazetteer))
}

fn ranked(by_site: &[f64], gazetteer: &[LaunchSite]) -> Vec<SiteRank> {
    let mut ranks: Vec<SiteRank> = by_site
        .iter()
        .zip(gazetteer)
        .filter(|(probability, _)| **probability > 1e-3)
        .map(|(probability, site)| SiteRank {
            code: site.code.clone(),
            name: site.name.clone(),
            probability: *probability,
        })
        .collect();
    ranks.sort_by(|a, b| {
        b.probability
            .total_cmp(&a.probability)
            .then_with(|| a.code.cmp(&b.code))
    });
    ranks.truncate(MOST_SITES);
    ranks
}

/// A member given that it came from a site: ln of the density of the site, and what remains.
fn condition(part: &Part, site: &Vector2<f64>, sigma_m: f64) -> Option<(f64, Part)> {
    let (weight, mean, covariance) = part;
    let spread: Matrix2<f64> = covariance.fixed_view::<2, 2>(0, 0).into_owned()
        + Matrix2::identity() * (sigma_m * sigma_m);
    let inverse = spread.try_inverse()?;
    let miss = site - Vector2::new(mean.x, mean.y);
    let distance2 = miss.dot(&(inverse * miss));
    if distance2 > 60.0 {
        return None;
    }
    let gain = covariance.fixed_view::<3, 2>(0, 0) * inverse;
    let log = -0.5 * distance2 - ln(2.0 * PI) - 0.5 * ln(spread.determinant());
    Some((
        log,
        (
            *weight,
            mean + gain * miss,
            covariance - gain * covariance.fixed_view::<2, 3>(0, 0),
        ),
    ))
}

/// Whether a site lies inside an ellipse about a place.
pub fn inside(ellipse: &Ellipse, centre: &Geodetic, site: &Geodetic) -> bool {
    let offset = centre.enu_from_itrf() * (site.to_itrf() - centre.to_itrf());
    let (sin_az, cos_az) = forewarn_physics::math::sin_cos(ellipse.azimuth_rad);
    let along = (offset.x * sin_az + offset.y * cos_az) / ellipse.semi_major_m;
    let across = (offset.x * cos_az - offset.y * sin_az) / ellipse.semi_minor_m;
    along * along + across * across <= 1.0
}
