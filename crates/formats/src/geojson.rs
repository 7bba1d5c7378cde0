//! Regions as GeoJSON (RFC 7946): longitude first, rings counter-clockwise, cut at the antimeridian.

use forewarn_core::engine::ProtectedArea;
use forewarn_core::model::Region;
use forewarn_physics::frames::geodesic::direct;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{PI, TAU, wrap_pi};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A ring of `[longitude, latitude]` in degrees; first equals last.
pub type Ring = Vec<[f64; 2]>;

/// Corners of a circle drawn as a polygon: the sagitta is 0.12 % of the radius.
const CIRCLE_CORNERS: usize = 64;

/// A geometry that Forewarn writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum Geometry {
    /// One part: the outer ring, then holes (never written).
    Polygon {
        /// Rings of `[longitude, latitude]` in degrees.
        coordinates: Vec<Ring>,
    },
    /// Several parts.
    MultiPolygon {
        /// Polygons, each a list of rings.
        coordinates: Vec<Vec<Ring>>,
    },
}

/// One area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Feature {
    /// Always `Feature`.
    pub r#type: String,
    /// Where.
    pub geometry: Geometry,
    /// Nothing, or what the geometry was drawn from.
    pub properties: Option<Value>,
}

/// Several areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureCollection {
    /// Always `FeatureCollection`.
    pub r#type: String,
    /// The areas.
    pub features: Vec<Feature>,
}

/// The regions as features; a circle keeps its centre and radius as properties.
pub fn feature_collection(regions: &[Region]) -> FeatureCollection {
    let features = regions.iter().map(|region| {
        let properties = match region {
            Region::Circle { centre, radius_m } => serde_json::json!({
                "latitude_deg": centre.latitude_rad.to_degrees(),
                "longitude_deg": centre.longitude_rad.to_degrees(),
                "radius_m": radius_m,
            }),
            Region::Polygon(_) | Region::Many(_) => serde_json::json!({}),
        };
        Feature {
            r#type: "Feature".into(),
            geometry: geometry(region),
            properties: Some(properties),
        }
    });
    FeatureCollection {
        r#type: "FeatureCollection".into(),
        features: features.collect(),
    }
}

/// The text of a `protected_areas` file: one feature an area, with its name.
pub fn protected_areas_geojson(areas: &[ProtectedArea]) -> String {
    let features = areas.iter().map(|area| Feature {
        r#type: "Feature".into(),
        geometry: geometry(&area.region),
        properties: Some(serde_json::json!({ "name": area.name })),
    });
    let collection = FeatureCollection {
        r#type: "FeatureCollection".into(),
        features: features.collect(),
    };
    serde_json::to_string_pretty(&collection).unwrap_or_default()
}

/// The region as one geometry.
pub fn geometry(region: &Region) -> Geometry {
    let mut rings = Vec::new();
    collect_rings(region, &mut rings);
    match <[Ring; 1]>::try_from(rings) {
        Ok([ring]) => Geometry::Polygon {
            coordinates: vec![ring],
        },
        Err(rings) => Geometry::MultiPolygon {
            coordinates: rings.into_iter().map(|ring| vec![ring]).collect(),
        },
    }
}

/// The ring of `[latitude, longitude]` in radians as one geometry.
pub fn ring_geometry(ring_rad: &[[f64; 2]]) -> Geometry {
    geometry(&Region::Polygon(ring_rad.to_vec()))
}

fn collect_rings(region: &Region, rings: &mut Vec<Ring>) {
    match region {
        Region::Polygon(ring_rad) => rings.extend(cut(ring_rad)),
        Region::Circle { centre, radius_m } => rings.extend(cut(&circle_ring(centre, *radius_m))),
        Region::Many(parts) => parts.iter().for_each(|part| collect_rings(part, rings)),
    }
}

/// A closed ring of `[latitude, longitude]` in radians around a circle on the ellipsoid.
pub fn circle_ring(centre: &Geodetic, radius_m: f64) -> Vec<[f64; 2]> {
    (0..=CIRCLE_CORNERS)
        .map(|corner| {
            let azimuth_rad = TAU * (corner % CIRCLE_CORNERS) as f64 / CIRCLE_CORNERS as f64;
            let place = direct(centre, azimuth_rad, radius_m);
            [place.latitude_rad, place.longitude_rad]
        })
        .collect()
}

/// Unrolls a ring over the longitudes, closes it over a pole that it goes round, and cuts it into
/// pieces that do not cross the antimeridian. Input `[latitude, longitude]` [rad], output degrees.
fn cut(ring_rad: &[[f64; 2]]) -> Vec<Ring> {
    let Some(first) = ring_rad.first() else {
        return Vec::new();
    };
    let mut unrolled: Ring = vec![[wrap_pi(first[1]).to_degrees(), first[0].to_degrees()]];
    let mut longitude_rad = wrap_pi(first[1]);
    for [latitude_rad, next_rad] in &ring_rad[1..] {
        longitude_rad += wrap_pi(next_rad - longitude_rad);
        unrolled.push([longitude_rad.to_degrees(), latitude_rad.to_degrees()]);
    }
    let turn_rad = longitude_rad - wrap_pi(first[1]);
    if turn_rad.abs() > PI {
        let mean_deg = unrolled.iter().map(|point| point[1]).sum::<f64>();
        let pole_deg = if mean_deg >= 0.0 { 90.0 } else { -90.0 };
        unrolled.push([longitude_rad.to_degrees(), pole_deg]);
        unrolled.push([unrolled[0][0], pole_deg]);
    }
    let mut pieces = Vec::new();
    for shift in [-1.0, 0.0, 1.0] {
        let west_deg = -180.0 + 360.0 * shift;
        let east = clip(&unrolled, west_deg, 1.0);
        let piece = clip(&east, west_deg + 360.0, -1.0);
        let moved = piece
            .iter()
            .map(|point| [(point[0] - 360.0 * shift).clamp(-180.0, 180.0), point[1]]);
        pieces.extend(close_and_orient(moved.collect()));
    }
    pieces
}

/// The part of a polygon on one side of a meridian: Sutherland and Hodgman's step.
fn clip(ring: &[[f64; 2]], meridian_deg: f64, side: f64) -> Ring {
    let inside = |point: &[f64; 2]| side * (point[0] - meridian_deg) >= 0.0;
    let mut kept = Ring::new();
    for (index, point) in ring.iter().enumerate() {
        let before = &ring[(index + ring.len() - 1) % ring.len()];
        if inside(point) != inside(before) {
            let share = (meridian_deg - before[0]) / (point[0] - before[0]);
            kept.push([meridian_deg, before[1] + share * (point[1] - before[1])]);
        }
        if inside(point) {
            kept.push(*point);
        }
    }
    kept
}

fn close_and_orient(mut ring: Ring) -> Option<Ring> {
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let doubled: f64 = (0..ring.len())
        .map(|index| {
            let (a, b) = (ring[index], ring[(index + 1) % ring.len()]);
            a[0] * b[1] - b[0] * a[1]
        })
        .sum();
    if ring.len() < 3 || doubled == 0.0 {
        return None;
    }
    if doubled < 0.0 {
        ring.reverse();
    }
    ring.push(ring[0]);
    Some(ring)
}

/// Reads a region: a circle `{latitude_deg, longitude_deg, radius_m}` or any GeoJSON made of
/// polygons (geometry, feature or collection of them).
///
/// # Errors
/// A sentence that names the member that is wrong and what was expected.
pub fn read_region(value: &Value) -> Result<Region, String> {
    let object = value
        .as_object()
        .ok_or("an area is an object: GeoJSON, or {latitude_deg, longitude_deg, radius_m}")?;
    if object.contains_key("radius_m") {
        return read_circle(value);
    }
    match object.get("type").and_then(Value::as_str) {
        Some("Polygon") => read_polygon(&value["coordinates"]),
        Some("MultiPolygon") => read_many(&value["coordinates"], "coordinates", read_polygon),
        Some("Feature") => read_region(&value["geometry"]),
        Some("FeatureCollection") => read_many(&value["features"], "features", read_region),
        Some("GeometryCollection") => read_many(&value["geometries"], "geometries", read_region),
        Some(other) => Err(format!(
            "GeoJSON type `{}` is not an area; give a Polygon or MultiPolygon",
            short(other)
        )),
        None => Err("an area needs `type` (GeoJSON) or `radius_m` (a circle)".into()),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn read_many(
    value: &Value,
    name: &str,
    read: fn(&Value) -> Result<Region, String>,
) -> Result<Region, String> {
    let parts = value
        .as_array()
        .ok_or_else(|| format!("`{name}` must be an array"))?;
    let mut regions = parts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    match regions.len() {
        0 => Err(format!("`{name}` is empty; leave the area out instead")),
        1 => Ok(regions.remove(0)),
        _ => Ok(Region::Many(regions)),
    }
}

fn read_circle(value: &Value) -> Result<Region, String> {
    let number = |name: &str| {
        value[name]
            .as_f64()
            .ok_or_else(|| format!("`{name}` must be a number"))
    };
    let (latitude_deg, longitude_deg) = (number("latitude_deg")?, number("longitude_deg")?);
    let radius_m = number("radius_m")?;
    check_place(longitude_deg, latitude_deg)?;
    if !(radius_m > 0.0 && radius_m <= 2.1e7) {
        return Err(format!(
            "`radius_m` {radius_m} must be above 0 and at most half way round the Earth"
        ));
    }
    Ok(Region::Circle {
        centre: Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0),
        radius_m,
    })
}

fn check_place(longitude_deg: f64, latitude_deg: f64) -> Result<(), String> {
    if !(-90.0..=90.0).contains(&latitude_deg) {
        return Err(format!("latitude {latitude_deg} must be -90 to 90 degrees"));
    }
    if !(-180.0..=360.0).contains(&longitude_deg) {
        return Err(format!(
            "longitude {longitude_deg} must be -180 to 360 degrees"
        ));
    }
    Ok(())
}

fn read_polygon(coordinates: &Value) -> Result<Region, String> {
    let rings = coordinates
        .as_array()
        .ok_or("`coordinates` of a polygon must be an array of rings")?;
    let [ring] = rings.as_slice() else {
        return Err(
            "a polygon must have one ring: holes are not supported, use several polygons".into(),
        );
    };
    let points = ring
        .as_array()
        .ok_or("a ring must be an array of [longitude, latitude]")?;
    let ring_rad = points
        .iter()
        .map(read_point)
        .collect::<Result<Vec<_>, _>>()?;
    if ring_rad.len() < 4 {
        return Err("a ring needs at least four points, the last equal to the first".into());
    }
    if ring_rad.first() != ring_rad.last() {
        return Err("a ring must be closed: repeat its first point at its end".into());
    }
    Ok(Region::Polygon(ring_rad))
}

fn read_point(point: &Value) -> Result<[f64; 2], String> {
    let numbers = point.as_array().map(Vec::as_slice);
    let Some([longitude, latitude, ..]) = numbers else {
        return Err("a point must be [longitude, latitude] in degrees".into());
    };
    let (Some(longitude_deg), Some(latitude_deg)) = (longitude.as_f64(), latitude.as_f64()) else {
        return Err("a point must be two numbers: longitude, latitude in degrees".into());
    };
    check_place(longitude_deg, latitude_deg)?;
    Ok([
        latitude_deg.to_radians(),
        wrap_pi(longitude_deg.to_radians()),
    ])
}

/// What a person may write for an area; a type for the schema and for writing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Area {
    /// Centre and radius.
    Circle {
        /// Latitude of the centre.
        latitude_deg: f64,
        /// Longitude of the centre.
        longitude_deg: f64,
        /// Radius [m].
        radius_m: f64,
    },
    /// A polygon or several.
    GeoJson(Geometry),
}

impl Area {
    /// Of a region: a circle stays a circle.
    pub fn of(region: &Region) -> Self {
        match region {
            Region::Circle { centre, radius_m } => Self::Circle {
                latitude_deg: centre.latitude_rad.to_degrees(),
                longitude_deg: centre.longitude_rad.to_degrees(),
                radius_m: *radius_m,
            },
            other => Self::GeoJson(geometry(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points_deg: &[[f64; 2]]) -> Region {
        Region::Polygon(
            points_deg
                .iter()
                .map(|[lat, lon]| [lat.to_radians(), lon.to_radians()])
                .collect(),
        )
    }

    fn area_deg2(ring: &Ring) -> f64 {
        ring.windows(2)
            .map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1])
            .sum::<f64>()
            * 0.5
    }

    #[test]
    fn turns_counter_clockwise() {
        let clockwise = ring(&[
            [0.0, 0.0],
            [10.0, 0.0],
            [10.0, 10.0],
            [0.0, 10.0],
            [0.0, 0.0],
        ]);
        let Geometry::Polygon { coordinates } = geometry(&clockwise) else {
            panic!()
        };
        assert!((area_deg2(&coordinates[0]) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn is_cut_at_the_antimeridian() {
        let across = ring(&[
            [0.0, 170.0],
            [0.0, -170.0],
            [10.0, -170.0],
            [10.0, 170.0],
            [0.0, 170.0],
        ]);
        let Geometry::MultiPolygon { coordinates } = geometry(&across) else {
            panic!()
        };
        assert_eq!(coordinates.len(), 2);
        for polygon in &coordinates {
            assert!((area_deg2(&polygon[0]) - 100.0).abs() < 1e-9, "{polygon:?}");
        }
    }

    #[test]
    fn a_cap_over_the_pole_reaches_it() {
        let cap = Region::Circle {
            centre: Geodetic::from_degrees(-89.0, 20.0, 0.0),
            radius_m: 1e6,
        };
        let mut rings = Vec::new();
        collect_rings(&cap, &mut rings);
        let south = rings
            .iter()
            .flatten()
            .map(|point| point[1])
            .fold(f64::MAX, f64::min);
        assert!((south + 90.0).abs() < 1e-9);
        let area: f64 = rings.iter().map(area_deg2).sum();
        // All longitudes, from the pole to about 8 to 10 degrees from it.
        assert!((2880.0..3600.0).contains(&area), "{area}");
    }

    #[test]
    fn reads_what_it_writes_and_refuses_the_rest() {
        let square = ring(&[
            [0.0, 0.0],
            [0.0, 10.0],
            [10.0, 10.0],
            [10.0, 0.0],
            [0.0, 0.0],
        ]);
        let value = serde_json::to_value(geometry(&square)).unwrap();
        assert_eq!(read_region(&value).unwrap(), square);
        for bad in [
            r#"3"#,
            r#"{"type":"Point","coordinates":[0,0]}"#,
            r#"{"latitude_deg":200,"longitude_deg":0,"radius_m":5}"#,
            r#"{"latitude_deg":0,"longitude_deg":0,"radius_m":-5}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}"#,
            r#"{"type":"FeatureCollection","features":[]}"#,
        ] {
            assert!(
                read_region(&serde_json::from_str(bad).unwrap()).is_err(),
                "{bad}"
            );
        }
    }
}
