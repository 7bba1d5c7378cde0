//! The launch sites that are known, for the prior of the launch place.
//!
//! Data: J. McDowell, GCAT (planet4589.org), CC BY 4.0; see `data/SOURCE.md`.

use forewarn_core::model::LaunchSite;
use forewarn_physics::frames::wgs84::Geodetic;

const LAUNCH_SITES: &str = include_str!("../data/launch_sites.csv");

/// All of them. Each line is `"code","name",latitude_deg,longitude_deg,sigma_m`.
pub(crate) fn launch_sites() -> Vec<LaunchSite> {
    LAUNCH_SITES.lines().skip(1).filter_map(site).collect()
}

fn site(line: &str) -> Option<LaunchSite> {
    let (code, rest) = line.strip_prefix('"')?.split_once("\",\"")?;
    let (name, numbers) = rest.rsplit_once("\",")?;
    let mut numbers = numbers.split(',').map(str::parse::<f64>);
    let mut number = || numbers.next()?.ok();
    let place = Geodetic::from_degrees(number()?, number()?, 0.0);
    Some(LaunchSite {
        code: code.into(),
        name: name.into(),
        place,
        sigma_m: number()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_site() {
        let sites = launch_sites();
        assert_eq!(sites.len(), LAUNCH_SITES.lines().count() - 1);
        let pad = sites.iter().find(|site| site.code == "KSC LC39A").unwrap();
        assert!((pad.place.latitude_rad.to_degrees() - 28.6083).abs() < 1e-9);
        assert!(sites.iter().all(|site| site.sigma_m > 0.0));
    }
}
