//! Known launch sites and pads, embedded.
//!
//! They sharpen the launch point and name the pad: half of all launches are taken to come from
//! one of them (`forewarn_core::estimate::launch`). They move no verdict: missiles are flown from
//! the pads of launchers too. A recording switches them off with `gazetteer = false` under
//! `[config]`; without that they are on.
//!
//! Source: J. McDowell, General Catalog of Artificial Space Objects (GCAT), CC BY 4.0; see
//! `data/SOURCE.md`.

use forewarn_core::model::LaunchSite;
use forewarn_physics::frames::wgs84::Geodetic;

const LAUNCH_SITES: &str = include_str!("../data/launch_sites.csv");

/// All of them, in order of their codes. Each line of the table is `"code","name",latitude_deg,longitude_deg,sigma_m`.
pub fn load() -> Vec<LaunchSite> {
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
        let sites = load();
        assert_eq!(sites.len(), LAUNCH_SITES.lines().count() - 1);
        let pad = sites.iter().find(|site| site.code == "KSC LC39A").unwrap();
        assert!((pad.place.latitude_rad.to_degrees() - 28.6083).abs() < 1e-9);
        assert!(sites.iter().all(|site| site.sigma_m > 0.0));
    }
}
