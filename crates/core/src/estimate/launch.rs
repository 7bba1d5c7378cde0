//! The launch point and time, with the gazetteer's prior where one is given.
//!
//! Half of all launches are taken to come from a known site and half from anywhere: each member
//! of the posterior is conditioned on each site near it, weighted by how well the site was
//! foreseen, beside the same member left alone.
//!
//! Known sites are points, and a mixture of a few points has no ellipse of its own. Where one site
//! is nearly sure, the ellipse is of that site alone, wide enough to make up for the chance of
//! another; otherwise it is of the moments of all, and holds the truth more often than it says.

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
/// From this probability on the ellipse is of the one site that has it.
const SURE: f64 = 0.92;
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
    let (parts, widened) = sure_site(&parts);
    let (mean, covariance) = moments(&parts);
    let covariance_en_m2: Matrix2<f64> = covariance.fixed_view::<2, 2>(0, 0) * widened;
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

/// The parts of the one site that is nearly sure, and by how much to widen its covariance so that
/// its 90 % ellipse holds 90 % of all; else all parts as they are.
fn sure_site(parts: &[(Part, Option<usize>)]) -> (Vec<Part>, f64) {
    let share = |site: usize| -> f64 {
        let of_site = parts.iter().filter(|(_, from)| *from == Some(site));
        of_site.map(|(part, _)| part.0).sum()
    };
    let sure = parts
        .iter()
        .filter_map(|(_, site)| *site)
        .find(|site| share(*site) >= SURE);
    let kept = parts
        .iter()
        .filter(|(_, site)| sure.is_none() || *site == sure)
        .map(|(part, _)| *part);
    // Chi-square of two components: −2 ln(1 − p).
    let widened = sure.map_or(1.0, |site| ln(1.0 - 0.9 / share(site)) / ln(0.1));
    (kept.collect(), widened)
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
) -> (Vec<(Part, Option<usize>)>, Vec<SiteRank>) {
    if gazetteer.is_empty() {
        let parts = alone.iter().map(|part| (*part, None)).collect();
        return (parts, Vec::new());
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
            parts.push(((weight, mean, covariance), site));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn part(weight: f64, east_m: f64) -> Part {
        let mean = Vector3::new(east_m, 0.0, 0.0);
        (weight, mean, Matrix3::identity() * 400.0)
    }

    #[test]
    fn a_nearly_sure_site_has_an_ellipse_of_its_own() {
        let parts = [
            (part(0.6, 0.0), Some(3)),
            (part(0.35, 0.0), Some(3)),
            (part(0.05, 5e3), Some(4)),
        ];
        let (kept, widened) = sure_site(&parts);
        assert_eq!(kept.len(), 2);
        // The ellipse holds 90 % of all: of the site's own 95 % it must hold 0.9 / 0.95.
        let held = 0.95 * (1.0 - exp(widened * ln(0.1)));
        assert!((held - 0.9).abs() < 1e-12, "{held}");
    }

    #[test]
    fn sites_that_are_not_sure_stay_together() {
        let parts = [
            (part(0.5, 0.0), Some(3)),
            (part(0.4, 5e3), Some(4)),
            (part(0.1, 2e3), None),
        ];
        let (kept, widened) = sure_site(&parts);
        assert_eq!((kept.len(), widened), (3, 1.0));
    }
}
