//! `scene.czml`: a run as a Cesium scene.
//!
//! Satellites and radars, each object's arc as it was known, and its launch and impact ellipses
//! with the times at which each was held to be true. Ellipses are drawn as polygons of places on
//! the ellipsoid, so that no viewer's convention of axes matters.

use std::collections::BTreeMap;

use forewarn_core::engine::Setup;
use forewarn_core::model::{Sensor, SensorKind, Verdict};
use forewarn_core::sensors::SatelliteOrbit;
use forewarn_physics::frames::geodesic::direct;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{TAU, atan2, sin_cos, wrap_tau};
use forewarn_physics::time::{Epoch, after, format_utc, seconds_between};
use serde_json::{Value, json};

use crate::events::{AssessmentEvent, EllipseLine, EventLine};

/// Corners of an ellipse or of a fan's arc.
const CORNERS: u32 = 48;
/// Time between drawn points of a satellite's path [s].
const SATELLITE_STEP_S: f64 = 60.0;
/// Most points of a satellite's path.
const SATELLITE_POINTS_MAX: f64 = 1_500.0;

/// The scene of a run. Same events, same bytes.
pub fn scene(name: &str, setup: &Setup, events: &[EventLine]) -> String {
    let (from, to) = span(setup, events);
    let interval = format!("{}/{}", format_utc(from), format_utc(to));
    let mut packets = vec![json!({
        "id": "document", "name": name, "version": "1.0",
        "clock": { "interval": interval, "currentTime": format_utc(from), "multiplier": 10 },
    })];
    for sensor in &setup.sensors {
        packets.extend(sensor_packet(sensor, from, to));
    }
    let mut objects: BTreeMap<&str, Vec<&AssessmentEvent>> = BTreeMap::new();
    for event in events {
        if let EventLine::Assessment(assessment) = event {
            objects
                .entry(&assessment.assessment.object)
                .or_default()
                .push(assessment);
        }
    }
    for (object, history) in &objects {
        packets.extend(track_packet(object, history, to));
        packets.extend(ellipse_packet(object, "launch", history, to));
        packets.extend(ellipse_packet(object, "impact", history, to));
    }
    Value::Array(packets).to_string()
}

fn span(setup: &Setup, events: &[EventLine]) -> (Epoch, Epoch) {
    let first = events.first().map(|event| event.time().0);
    let from = setup
        .start
        .or(first)
        .unwrap_or_else(|| Epoch::from_tai_seconds(0.0));
    let last = events
        .iter()
        .map(|event| event.time().0)
        .max()
        .unwrap_or(from);
    (
        first.map_or(from, |first| first.min(from)),
        last.max(after(from, 1.0)),
    )
}

fn degrees(place: &Geodetic) -> [f64; 3] {
    [
        place.longitude_rad.to_degrees(),
        place.latitude_rad.to_degrees(),
        place.height_m,
    ]
}

fn sensor_packet(sensor: &Sensor, from: Epoch, to: Epoch) -> Vec<Value> {
    match &sensor.kind {
        SensorKind::Infrared(satellite) => {
            let Some(orbit) = satellite
                .orbit
                .as_ref()
                .and_then(|source| SatelliteOrbit::new(source).ok())
            else {
                return Vec::new();
            };
            let length_s = seconds_between(from, to);
            let step_s = SATELLITE_STEP_S.max(length_s / SATELLITE_POINTS_MAX);
            let mut samples = Vec::new();
            for point in 0..=((length_s / step_s).ceil() as u32) {
                let at_s = f64::from(point) * step_s;
                if let Some(position) = satellite_position(&orbit, after(from, at_s)) {
                    samples.extend([at_s, position[0], position[1], position[2]]);
                }
            }
            if samples.is_empty() {
                return Vec::new();
            }
            vec![json!({
                "id": format!("sensor/{}", sensor.id), "name": &*sensor.id,
                "position": { "epoch": format_utc(from), "referenceFrame": "FIXED", "cartesian": samples },
                "point": { "pixelSize": 8, "color": { "rgba": [255, 200, 80, 255] } },
                "label": { "text": &*sensor.id, "font": "12px sans-serif" },
            })]
        }
        SensorKind::Radar(radar) => {
            let [start_rad, end_rad] = radar.azimuth_rad;
            let width_rad = wrap_tau(end_rad - start_rad);
            let whole = width_rad == 0.0;
            let mut ring = if whole {
                Vec::new()
            } else {
                degrees(&radar.site).to_vec()
            };
            for corner in 0..=CORNERS {
                let share = f64::from(corner) / f64::from(CORNERS);
                let azimuth_rad = start_rad + share * if whole { TAU } else { width_rad };
                ring.extend(degrees(&Geodetic {
                    height_m: 0.0,
                    ..direct(&radar.site, azimuth_rad, radar.range_max_m)
                }));
            }
            vec![json!({
                "id": format!("sensor/{}", sensor.id), "name": &*sensor.id,
                "position": { "cartographicDegrees": degrees(&radar.site) },
                "point": { "pixelSize": 8, "color": { "rgba": [80, 200, 255, 255] } },
                "label": { "text": &*sensor.id, "font": "12px sans-serif" },
                "polygon": {
                    "positions": { "cartographicDegrees": ring },
                    "material": { "solidColor": { "color": { "rgba": [80, 200, 255, 30] } } },
                },
            })]
        }
    }
}

fn satellite_position(orbit: &SatelliteOrbit, time: Epoch) -> Option<[f64; 3]> {
    orbit.position_itrf_m(time).map(Into::into)
}

fn colour(verdict: Verdict) -> [u8; 4] {
    match verdict {
        Verdict::Confirmed => [230, 40, 40, 255],
        Verdict::Suspected => [255, 150, 30, 255],
        Verdict::Insufficient => [200, 200, 200, 255],
        Verdict::Dismissed => [110, 170, 110, 255],
    }
}

/// From each revision to the next: when a revision was held to be true.
fn intervals<'a>(
    history: &'a [&'a AssessmentEvent],
    to: Epoch,
) -> impl Iterator<Item = (&'a AssessmentEvent, String)> + 'a {
    history
        .iter()
        .enumerate()
        .filter_map(move |(place, event)| {
            let end = history.get(place + 1).map_or(to, |next| next.time.0);
            (end > event.time.0).then(|| {
                (
                    *event,
                    format!("{}/{}", format_utc(event.time.0), format_utc(end)),
                )
            })
        })
}

fn track_packet(object: &str, history: &[&AssessmentEvent], to: Epoch) -> Option<Value> {
    let mut samples = Vec::new();
    let mut last: Option<Epoch> = None;
    let first = history
        .iter()
        .find_map(|event| event.assessment.state.as_ref())?
        .time
        .0;
    for state in history
        .iter()
        .filter_map(|event| event.assessment.state.as_ref())
    {
        // A viewer needs times that go forward; a re-folded past is left as first drawn.
        if last.is_none_or(|last| state.time.0 > last) {
            samples.push(seconds_between(first, state.time.0));
            samples.extend(state.position_m);
            last = Some(state.time.0);
        }
    }
    let colours: Vec<Value> = intervals(history, to)
        .map(|(event, interval)| json!({ "interval": interval, "rgba": colour(event.assessment.verdict.0) }))
        .collect();
    let labels: Vec<Value> = intervals(history, to)
        .map(|(event, interval)| {
            let line = &event.assessment;
            let text = format!(
                "{object} {} {}",
                line.verdict.0.word(),
                line.classification.0.word()
            );
            json!({ "interval": interval, "string": text })
        })
        .collect();
    Some(json!({
        "id": format!("object/{object}"), "name": object,
        "availability": format!("{}/{}", format_utc(first), format_utc(to.max(after(first, 1.0)))),
        "position": {
            "epoch": format_utc(first), "referenceFrame": "FIXED", "cartesian": samples,
            "interpolationAlgorithm": "LAGRANGE", "interpolationDegree": 3,
            "forwardExtrapolationType": "HOLD",
        },
        "point": { "pixelSize": 7, "color": colours },
        "path": { "leadTime": 0, "width": 2, "material": { "solidColor": { "color": colours } } },
        "label": { "text": labels, "font": "12px sans-serif" },
    }))
}

fn ellipse_packet(
    object: &str,
    which: &str,
    history: &[&AssessmentEvent],
    to: Epoch,
) -> Option<Value> {
    let mut positions = Vec::new();
    let mut shows = Vec::new();
    for (event, interval) in intervals(history, to) {
        let line = &event.assessment;
        let (place, ellipse) = match which {
            "launch" => line
                .launch
                .as_ref()
                .map(|found| ((found.latitude_deg, found.longitude_deg), &found.ellipse_90)),
            _ => line
                .impact
                .as_ref()
                .map(|found| ((found.latitude_deg, found.longitude_deg), &found.ellipse_90)),
        }
        .unzip();
        shows.push(json!({ "interval": interval, "boolean": place.is_some() }));
        if let Some(((latitude_deg, longitude_deg), ellipse)) = place.zip(ellipse) {
            let centre = Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0);
            positions.push(json!({ "interval": interval, "cartographicDegrees": ellipse_ring(&centre, ellipse) }));
        }
    }
    if positions.is_empty() {
        return None;
    }
    let rgba = if which == "launch" {
        [255, 220, 80, 90]
    } else {
        [230, 40, 40, 90]
    };
    Some(json!({
        "id": format!("object/{object}/{which}"), "parent": format!("object/{object}"), "name": format!("{object}: {which}, 90 %"),
        "polygon": {
            "show": shows, "positions": positions,
            "material": { "solidColor": { "color": { "rgba": rgba } } },
        },
    }))
}

fn ellipse_ring(centre: &Geodetic, ellipse: &EllipseLine) -> Vec<f64> {
    let corners = (0..CORNERS).flat_map(|corner| {
        let (sine, cosine) = sin_cos(TAU * f64::from(corner) / f64::from(CORNERS));
        let (along_m, across_m) = (ellipse.semi_major_m * cosine, ellipse.semi_minor_m * sine);
        let distance_m = (along_m * along_m + across_m * across_m).sqrt();
        degrees(&direct(
            centre,
            ellipse.azimuth_rad + atan2(across_m, along_m),
            distance_m,
        ))
    });
    corners.collect()
}
