//! Places where people live, and which of them an impact may reach.

use std::path::Path;

use forewarn_physics::frames::geodesic::inverse;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{cos, sin};
use serde_json::{Value, json};

/// Most places that are named for one threat.
const NAMED_MAX: usize = 8;
/// Places farther from the impact than this many semi-major axes are not at risk.
const AXES_MAX: f64 = 2.0;
/// Places within this distance are named however small the ellipse [m].
const NEAR_M: f64 = 50e3;

/// A place.
#[derive(Debug, Clone)]
struct Place {
    name: String,
    country: String,
    population: u64,
    site: Geodetic,
}

/// All places that are known.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<Place>);

impl Places {
    /// Reads `name,country,latitude_deg,longitude_deg,population`, with a heading.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
        let mut places = Vec::new();
        for (line, number) in text.lines().zip(1..).skip(1) {
            if line.trim().is_empty() {
                continue;
            }
            let place = place(line).ok_or_else(|| {
                format!(
                    "{}:{number}: must be name,country,latitude_deg,longitude_deg,population",
                    path.display()
                )
            })?;
            places.push(place);
        }
        Ok(Self(places))
    }

    /// Those that the impact of an assessment may reach, the nearest to its centre first.
    pub fn at_risk(&self, assessment: &Value) -> Vec<Value> {
        let impact = &assessment["impact"];
        let (Some(latitude), Some(longitude), Some(major_m)) = (
            impact["latitude_deg"].as_f64(),
            impact["longitude_deg"].as_f64(),
            impact["ellipse_90"]["semi_major_m"].as_f64(),
        ) else {
            return Vec::new();
        };
        let centre = Geodetic::from_degrees(latitude, longitude, 0.0);
        let minor_m = impact["ellipse_90"]["semi_minor_m"]
            .as_f64()
            .unwrap_or(major_m);
        let axis_rad = impact["ellipse_90"]["azimuth_rad"].as_f64().unwrap_or(0.0);
        let reach_m = (AXES_MAX * major_m).max(NEAR_M);
        // Degrees of latitude are at least 110 km: a cheap test before the geodesic.
        let reach_deg = reach_m / 110e3;
        let mut found: Vec<(f64, Value)> = self
            .0
            .iter()
            .filter(|place| (place.site.latitude_rad.to_degrees() - latitude).abs() <= reach_deg)
            .filter_map(|place| {
                let line = inverse(&centre, &place.site);
                if line.distance_m > reach_m {
                    return None;
                }
                let turn_rad = line.azimuth_from_rad - axis_rad;
                let along = line.distance_m * cos(turn_rad) / major_m.max(1.0);
                let across = line.distance_m * sin(turn_rad) / minor_m.max(1.0);
                let value = json!({
                    "name": place.name, "country": place.country,
                    "population": place.population,
                    "distance_m": line.distance_m.round(),
                    "inside_90": along * along + across * across <= 1.0,
                    "expected_time": impact["time"],
                });
                Some((line.distance_m, value))
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found
            .into_iter()
            .take(NAMED_MAX)
            .map(|(_, value)| value)
            .collect()
    }
}

fn place(line: &str) -> Option<Place> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [name, country, latitude, longitude, population] = fields.as_slice() else {
        return None;
    };
    let (latitude_deg, longitude_deg): (f64, f64) =
        (latitude.parse().ok()?, longitude.parse().ok()?);
    let possible = latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 180.0;
    possible.then(|| Place {
        name: (*name).to_owned(),
        country: (*country).to_owned(),
        population: population.parse().unwrap_or(0),
        site: Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_ellipse_is_told_from_one_beside_it() {
        let line = |text: &str| place(text).unwrap();
        let places = Places(vec![
            line("East,XX,0.0,0.4,1000"),
            line("North,XX,0.4,0.0,2000"),
            line("Far,XX,10.0,0.0,3000"),
        ]);
        let assessment = json!({ "impact": {
            "latitude_deg": 0.0, "longitude_deg": 0.0, "time": "t",
            "ellipse_90": { "semi_major_m": 60e3, "semi_minor_m": 10e3, "azimuth_rad": std::f64::consts::FRAC_PI_2 },
        }});
        let found = places.at_risk(&assessment);
        let said: Vec<(&str, bool)> = found
            .iter()
            .map(|place| {
                (
                    place["name"].as_str().unwrap(),
                    place["inside_90"].as_bool().unwrap(),
                )
            })
            .collect();
        assert!(said.contains(&("East", true)) && said.contains(&("North", false)));
        assert_eq!(said.len(), 2);
        assert!(place("X,YY,91,0,1").is_none());
    }
}
