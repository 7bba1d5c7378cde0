//! The picture for other programs: GeoJSON, CZML, CAP.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use forewarn_formats::czml::scene;
use forewarn_formats::events::{AssessmentEvent, EventLine};
use forewarn_physics::frames::geodesic::direct;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{TAU, atan2, sin_cos};
use serde_json::{Value, json};

use super::answer::{Answer, Refused};
use crate::app::App;

/// Corners of a drawn ellipse.
const CORNERS: u32 = 48;

pub(super) async fn geojson(State(app): State<Arc<App>>) -> impl IntoResponse {
    let features = app.hub.look(|picture| {
        let threats = picture.threats();
        threats
            .filter_map(|threat| threat.assessment())
            .flat_map(|newest| features(newest))
            .collect::<Vec<_>>()
    });
    let mode = app.mode().word();
    let body = json!({ "type": "FeatureCollection", "mode": mode, "features": features });
    (
        [(header::CONTENT_TYPE, "application/geo+json")],
        body.to_string(),
    )
}

/// Launch and impact of an object, each with its 90 % area and never a bare point.
fn features(assessment: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    for what in ["launch", "impact"] {
        if let Some(ring) = ellipse(&assessment[what]) {
            let geometry = json!({ "type": "Polygon", "coordinates": [ring] });
            out.push(feature(assessment, what, geometry));
        }
    }
    if !assessment["impact_region"].is_null() {
        let geometry = assessment["impact_region"].clone();
        out.push(feature(assessment, "impact_region", geometry));
    }
    out
}

fn feature(assessment: &Value, what: &str, geometry: Value) -> Value {
    json!({
        "type": "Feature", "geometry": geometry,
        "properties": {
            "object": assessment["object"], "what": what, "holds": 0.9,
            "verdict": assessment["verdict"], "classification": assessment["classification"],
            "time": assessment["time"], "event_time": assessment[what]["time"],
            "seq": assessment["seq"],
        },
    })
}

/// The ring of a 90 % ellipse, counter-clockwise, in degrees.
fn ellipse(place: &Value) -> Option<Vec<[f64; 2]>> {
    let axes = &place["ellipse_90"];
    let (latitude_deg, longitude_deg) = (
        place["latitude_deg"].as_f64()?,
        place["longitude_deg"].as_f64()?,
    );
    let (major_m, minor_m) = (
        axes["semi_major_m"].as_f64()?,
        axes["semi_minor_m"].as_f64()?,
    );
    let azimuth_rad = axes["azimuth_rad"].as_f64()?;
    let centre = Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0);
    let corner = |index: u32| {
        let (sin, cos) = sin_cos(-TAU * f64::from(index) / f64::from(CORNERS));
        let (along_m, across_m) = (major_m * cos, minor_m * sin);
        let distance_m = (along_m * along_m + across_m * across_m).sqrt();
        let turn_rad = azimuth_rad + atan2(across_m, along_m);
        let at = direct(&centre, turn_rad, distance_m);
        [at.longitude_rad.to_degrees(), at.latitude_rad.to_degrees()]
    };
    Some((0..CORNERS).chain([0]).map(corner).collect())
}

pub(super) async fn czml(State(app): State<Arc<App>>) -> Answer<impl IntoResponse> {
    let mut lines: Vec<EventLine> = app.hub.look(|picture| {
        let all = picture.assessments();
        let events = all
            .filter_map(|value| serde_json::from_value::<AssessmentEvent>((**value).clone()).ok());
        events
            .map(|event| EventLine::Assessment(Box::new(event)))
            .collect()
    });
    lines.sort_by_key(EventLine::time);
    let name = format!("Forewarn ({})", app.mode().word());
    let body = scene(&name, &app.setup, &lines);
    Ok(([(header::CONTENT_TYPE, "application/json")], body))
}

pub(super) async fn cap(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Answer<impl IntoResponse> {
    let name = id.strip_suffix(".xml").unwrap_or(&id);
    let newest = app.hub.look(|picture| picture.newest(name));
    let newest = newest.filter(|publication| publication.broken.is_empty());
    let Some(publication) = newest else {
        let name: String = name.chars().take(40).collect();
        return Err(
            Refused::missing(format!("nothing was published about `{name}`"))
                .remedy("Drafts are in /api/v1/state; a message exists once it was released."),
        );
    };
    let headers = [
        (header::CONTENT_TYPE, "application/cap+xml".to_owned()),
        (header::ETAG, format!("\"{}\"", publication.sha256)),
    ];
    Ok((headers, publication.bytes.clone()))
}
