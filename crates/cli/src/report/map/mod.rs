//! The map: land, sensor coverage, tracks, launch and impact with their ellipses, truth.

mod coverage;
mod projection;
mod world;

use std::collections::BTreeMap;

use forewarn_core::model::{Ellipse, Region, SensorKind, Warning, WarningAction, WarningId};
use forewarn_formats::geojson::circle_ring;
use forewarn_formats::truth::{Truth, TruthPlace, TruthState};
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Itrf, Position};
use forewarn_physics::math::{TAU, atan2, sin_cos};
use nalgebra::Vector3;

use self::projection::{HEIGHT_PX, Projection, WIDTH_PX};
use self::world::WORLD;
use super::ReportInput;
use super::story::{Story, Track};
use super::svg::{Mark, num, path, text};
use super::text::{clock, count, distance, escape};

/// Tracks of objects that are no threat, drawn at most.
const MOST_OTHER_TRACKS: usize = 300;
/// Threats drawn at most.
const MOST_THREATS: usize = 200;
/// Sensors drawn at most.
const MOST_SENSORS: usize = 60;
/// Points of one track drawn at most.
const MOST_POINTS: usize = 160;
/// With more threats than this none is named on the map, and lines are thin.
const MOST_LABELS: usize = 12;
/// Corners of an ellipse.
const ELLIPSE_CORNERS: usize = 48;

/// The map and its legend.
pub(super) fn section(input: &ReportInput<'_>, story: &Story<'_>) -> String {
    let view = Projection::holding(&places(input, story));
    let states = truth_paths(input.truth);
    let mut out = format!(
        "<svg class=\"map\" viewBox=\"0 0 {WIDTH_PX} {HEIGHT_PX}\" role=\"img\" \
         aria-label=\"Map of what happened; the cards below state the same in words\">\
         <defs><clipPath id=\"page\"><rect width=\"{WIDTH_PX}\" height=\"{HEIGHT_PX}\"/></clipPath></defs>\
         <g clip-path=\"url(#page)\">"
    );
    out.push_str(&ground(&view));
    let mut labels = Labels::default();
    out.push_str(&sensors(&view, input, story, &mut labels));
    out.push_str(&areas(&view, story));
    out.push_str(&tracks(&view, story));
    if let Some(truth) = input.truth {
        out.push_str(&true_flights(&view, story, truth, &states));
    }
    out.push_str(&ends(&view, story, &mut labels));
    out.push_str(&labels.svg);
    out.push_str("</g></svg>");
    out.push_str(&legend(input.truth.is_some()));
    out.push_str(&left_out(input, story));
    out
}

/// Every place that the view must hold.
fn places(input: &ReportInput<'_>, story: &Story<'_>) -> Vec<[f64; 2]> {
    let drawn = if story.threats().is_empty() {
        story.others()
    } else {
        story.threats()
    };
    let mut out = Vec::new();
    for track in drawn {
        out.extend(ground_track(track));
        if let Some(launch) = track.launch() {
            out.push(on_ground(&launch.place));
        }
        if let Some(impact) = track.impact() {
            out.push(on_ground(&impact.place));
        }
        out.extend(
            track
                .region()
                .into_iter()
                .flat_map(|region| region.ring_rad.iter().copied()),
        );
        let truth = track
            .truth
            .into_iter()
            .flat_map(|truth| [&truth.launch, &truth.impact]);
        out.extend(truth.flatten().map(|place| on_ground(&geodetic(place))));
    }
    if out.is_empty() {
        let radars = input
            .sensors
            .iter()
            .filter_map(|sensor| match &sensor.kind {
                SensorKind::Radar(radar) => Some(on_ground(&radar.site)),
                SensorKind::Infrared(_) => None,
            });
        out.extend(radars);
    }
    out.retain(|place| place.iter().all(|angle| angle.is_finite()));
    out
}

fn on_ground(place: &Geodetic) -> [f64; 2] {
    [place.latitude_rad, place.longitude_rad]
}

fn geodetic(place: &TruthPlace) -> Geodetic {
    Geodetic::from_degrees(place.latitude_deg, place.longitude_deg, place.height_m)
}

/// Sea, land, coasts, borders and graticule.
fn ground(view: &Projection) -> String {
    let mut out = match view {
        Projection::Globe { radius_px, .. } => format!(
            "<circle class=\"sea\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            num(0.5 * WIDTH_PX),
            num(0.5 * HEIGHT_PX),
            num(*radius_px)
        ),
        Projection::Flat { .. } => {
            format!("<rect class=\"sea\" width=\"{WIDTH_PX}\" height=\"{HEIGHT_PX}\"/>")
        }
    };
    let land: String = WORLD.land.iter().map(|cell| view.cell(cell)).collect();
    out.push_str(&path("land", &land, ""));
    out.push_str(&path("graticule", &graticule(view), ""));
    for (class, lines) in [("border", &WORLD.border), ("coast", &WORLD.coast)] {
        let d: String = lines.iter().map(|line| on_page_only(view, line)).collect();
        out.push_str(&path(class, &d, ""));
    }
    out
}

/// A line of the world, unless it is all off the page.
fn on_page_only(view: &Projection, line: &[[f64; 2]]) -> String {
    let near = line.iter().any(|place| view.visible(*place).is_some());
    if near { view.line(line) } else { String::new() }
}

fn graticule(view: &Projection) -> String {
    let step_deg = match view {
        Projection::Globe { radius_px, .. } if *radius_px > 4.0 * HEIGHT_PX => 2,
        Projection::Globe { radius_px, .. } if *radius_px > 1.2 * HEIGHT_PX => 5,
        _ => 15,
    };
    let mut d = String::new();
    for longitude_deg in (-180..180).step_by(step_deg) {
        let meridian = (-80..=80)
            .step_by(2)
            .map(|latitude_deg| radians(latitude_deg, longitude_deg));
        d.push_str(&on_page_only(view, &meridian.collect::<Vec<_>>()));
    }
    for latitude_deg in (-75..=75).step_by(step_deg) {
        let parallel = (-180..=180)
            .step_by(2)
            .map(|longitude_deg| radians(latitude_deg, longitude_deg));
        d.push_str(&on_page_only(view, &parallel.collect::<Vec<_>>()));
    }
    d
}

fn radians(latitude_deg: i32, longitude_deg: i32) -> [f64; 2] {
    [
        f64::from(latitude_deg).to_radians(),
        f64::from(longitude_deg).to_radians(),
    ]
}

fn sensors(
    view: &Projection,
    input: &ReportInput<'_>,
    story: &Story<'_>,
    labels: &mut Labels,
) -> String {
    let mut out = String::new();
    for sensor in input.sensors.iter().take(MOST_SENSORS) {
        match &sensor.kind {
            SensorKind::Radar(radar) => {
                let hint = format!("radar {}: reach {}", sensor.id, distance(radar.range_max_m));
                out.push_str(&path(
                    "fan",
                    &view.area(&coverage::radar_ring(radar)),
                    &hint,
                ));
                if let Some(at) = view.visible(on_ground(&radar.site)) {
                    out.push_str(&Mark::Radar.at(at, 5.0, &hint));
                    labels.put("l-radar", at, &sensor.id);
                }
            }
            SensorKind::Infrared(infrared) => {
                let footprint = story
                    .span
                    .and_then(|[first, _]| coverage::satellite(infrared, first));
                let Some(footprint) = footprint else { continue };
                let hint = format!(
                    "infrared satellite {}: {} up",
                    sensor.id,
                    distance(footprint.height_m)
                );
                out.push_str(&path("limb", &view.line(&footprint.ring), &hint));
                if let Some(at) = view.visible(footprint.under) {
                    out.push_str(&Mark::Satellite.at(at, 5.5, &hint));
                    labels.put("l-satellite", at, &sensor.id);
                }
            }
        }
    }
    out
}

/// The areas of warnings as they last stood, unless they were taken back.
fn areas(view: &Projection, story: &Story<'_>) -> String {
    let mut standing: BTreeMap<WarningId, &Warning> = BTreeMap::new();
    for (_, warning) in &story.warnings {
        match warning.action {
            WarningAction::Issue | WarningAction::Update => {
                standing.insert(warning.warning, warning);
            }
            WarningAction::Retract => {
                standing.remove(&warning.warning);
            }
            WarningAction::Cancel => {}
        }
    }
    let mut out = String::new();
    for (id, warning) in standing {
        let d: String = warning
            .areas
            .iter()
            .map(|area| region(view, area))
            .collect();
        out.push_str(&path("area", &d, &format!("area of warning {id}")));
    }
    out
}

fn region(view: &Projection, area: &Region) -> String {
    match area {
        Region::Circle { centre, radius_m } => view.area(&circle_ring(centre, *radius_m)),
        Region::Polygon(ring) => view.area(ring),
        Region::Many(parts) => parts.iter().map(|part| region(view, part)).collect(),
    }
}

fn tracks(view: &Projection, story: &Story<'_>) -> String {
    let mut out = String::new();
    let others: String = story
        .others()
        .iter()
        .take(MOST_OTHER_TRACKS)
        .map(|track| view.line(&ground_track(track)))
        .collect();
    out.push_str(&path("track-other", &others, "objects that are no threat"));
    let many = if story.threats().len() > MOST_LABELS {
        " many"
    } else {
        ""
    };
    for track in story.threats().iter().take(MOST_THREATS) {
        let places = ground_track(track);
        let hint = format!("ground track of {} from its estimates", track.id);
        out.push_str(&path(&format!("track{many}"), &view.line(&places), &hint));
        if let Some(at) = places.last().and_then(|place| view.visible(*place)) {
            out.push_str(&Mark::Track.at(at, 5.0, &hint));
        }
    }
    out
}

/// The places under an object's estimates, thinned.
fn ground_track(track: &Track<'_>) -> Vec<[f64; 2]> {
    let states = track
        .history
        .iter()
        .filter_map(|(_, assessment)| assessment.state.as_ref());
    let places: Vec<[f64; 2]> = states
        .map(|state| under(state.state.position.vector()))
        .collect();
    thinned(&places)
}

fn under(position_m: Vector3<f64>) -> [f64; 2] {
    on_ground(&Geodetic::from_itrf(Position::<Itrf>::from_vector(
        position_m,
    )))
}

fn thinned(places: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let step = places.len().div_ceil(MOST_POINTS).max(1);
    let mut out: Vec<[f64; 2]> = places.iter().copied().step_by(step).collect();
    if step > 1 {
        out.extend(places.last());
    }
    out
}

type Paths<'a> = BTreeMap<&'a str, Vec<&'a TruthState>>;

fn truth_paths(truth: Option<&Truth>) -> Paths<'_> {
    let mut out = Paths::new();
    for state in truth.iter().flat_map(|truth| &truth.states) {
        out.entry(state.object.as_str()).or_default().push(state);
    }
    out
}

/// True flights of the threats, and of true threats that were missed.
fn true_flights(view: &Projection, story: &Story<'_>, truth: &Truth, states: &Paths<'_>) -> String {
    let seen = story.threats().iter().filter_map(|track| track.truth);
    let mut names: Vec<&str> = seen
        .chain(story.missed.iter().copied())
        .map(|object| object.object.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut out = String::new();
    for object in truth
        .objects
        .iter()
        .filter(|object| names.binary_search(&object.object.as_str()).is_ok())
        .take(MOST_THREATS)
    {
        let name = object.object.as_str();
        let flown = states.get(name).map_or(&[][..], Vec::as_slice);
        let places: Vec<[f64; 2]> = flown
            .iter()
            .map(|state| under(Vector3::from(state.position_m)))
            .collect();
        out.push_str(&path(
            "truth",
            &view.line(&thinned(&places)),
            &format!("true flight of {name}"),
        ));
        for (what, place) in [("launch", &object.launch), ("impact", &object.impact)] {
            let at = place
                .as_ref()
                .and_then(|place| view.visible(on_ground(&geodetic(place))));
            if let Some(at) = at {
                out.push_str(&Mark::Truth.at(at, 5.0, &format!("true {what} of {name}")));
            }
        }
    }
    out
}

/// Launch and impact of each threat, with their ellipses.
fn ends(view: &Projection, story: &Story<'_>, labels: &mut Labels) -> String {
    let mut out = String::new();
    let threats = story.threats();
    let size = if threats.len() > MOST_LABELS {
        4.5
    } else {
        7.0
    };
    for track in threats.iter().take(MOST_THREATS) {
        let name = track.id.to_string();
        let named = threats.len() <= MOST_LABELS;
        if let Some(launch) = track.launch() {
            let ellipse = Ellipse::of(&launch.covariance_en_m2, 0.9);
            let hint = format!("launch of {name} at {}", clock(launch.time));
            out.push_str(&path(
                "e-launch",
                &view.area(&ellipse_ring(&launch.place, &ellipse)),
                &hint,
            ));
            if let Some(at) = view.visible(on_ground(&launch.place)) {
                out.push_str(&Mark::Launch.at(at, size, &hint));
                labels.put_if(named, "l-launch", at, &format!("{name} launch"));
            }
        }
        if let Some(impact) = track.impact() {
            let ellipse = Ellipse::of(&impact.covariance_en_m2, 0.9);
            let hint = format!("predicted impact of {name} at {}", clock(impact.time));
            out.push_str(&path(
                "e-impact",
                &view.area(&ellipse_ring(&impact.place, &ellipse)),
                &hint,
            ));
            if let Some(at) = view.visible(on_ground(&impact.place)) {
                out.push_str(&Mark::Impact.at(at, size, &hint));
                labels.put_if(named, "l-impact", at, &format!("{name} impact"));
            }
        }
        if let Some(region) = track.region() {
            let hint = format!("region that holds the impact of {name} with 90 %");
            out.push_str(&path("e-impact", &view.area(&region.ring_rad), &hint));
        }
    }
    out
}

/// A closed ring along an ellipse on the ground.
fn ellipse_ring(centre: &Geodetic, ellipse: &Ellipse) -> Vec<[f64; 2]> {
    let corner = |corner: usize| {
        let around_rad = TAU * (corner % ELLIPSE_CORNERS) as f64 / ELLIPSE_CORNERS as f64;
        let (sin_around, cos_around) = sin_cos(around_rad);
        let (along_m, across_m) = (
            ellipse.semi_major_m * cos_around,
            ellipse.semi_minor_m * sin_around,
        );
        let azimuth_rad = ellipse.azimuth_rad + atan2(across_m, along_m);
        let reach_m = (along_m * along_m + across_m * across_m).sqrt();
        on_ground(&geodesic::direct(centre, azimuth_rad, reach_m.min(1.9e7)))
    };
    (0..=ELLIPSE_CORNERS).map(corner).collect()
}

/// Names beside marks, each only where it covers no other.
#[derive(Default)]
struct Labels {
    taken: Vec<[f64; 4]>,
    svg: String,
}

impl Labels {
    fn put_if(&mut self, wanted: bool, class: &str, at: [f64; 2], words: &str) {
        if wanted {
            self.put(class, at, words);
        }
    }

    fn put(&mut self, class: &str, [x, y]: [f64; 2], words: &str) {
        let words: String = words.chars().take(28).collect();
        let width = 7.2 * words.chars().count() as f64;
        for [dx, dy] in [
            [12.0, 4.5],
            [-12.0 - width, 4.5],
            [-0.5 * width, -13.0],
            [-0.5 * width, 23.0],
        ] {
            let space = [x + dx, y + dy - 11.0, x + dx + width, y + dy + 3.0];
            let inside =
                space[0] > 0.0 && space[2] < WIDTH_PX && space[1] > 0.0 && space[3] < HEIGHT_PX;
            let apart = |other: &[f64; 4]| {
                space[2] < other[0]
                    || space[0] > other[2]
                    || space[3] < other[1]
                    || space[1] > other[3]
            };
            if inside && self.taken.iter().all(apart) {
                self.taken.push(space);
                self.svg
                    .push_str(&text(&format!("label {class}"), [x + dx, y + dy], &words));
                return;
            }
        }
    }
}

fn legend(has_truth: bool) -> String {
    let entry = |mark: String, words: &str| {
        format!(
            "<li><svg viewBox=\"0 0 34 18\" width=\"34\" height=\"18\" aria-hidden=\"true\">{mark}</svg>{}</li>",
            escape(words)
        )
    };
    let oval =
        |class: &str| format!("<ellipse class=\"{class}\" cx=\"17\" cy=\"9\" rx=\"15\" ry=\"7\"/>");
    let dash = |class: &str| path(class, "M1 9L33 9", "");
    let mut entries = vec![
        entry(
            oval("e-launch") + &Mark::Launch.at([17.0, 9.0], 4.5, ""),
            "launch, 90 % ellipse",
        ),
        entry(
            dash("track") + &Mark::Track.at([27.0, 9.0], 5.0, ""),
            "ground track, last estimate",
        ),
        entry(
            oval("e-impact") + &Mark::Impact.at([17.0, 9.0], 3.5, ""),
            "predicted impact, 90 % ellipse or region",
        ),
        entry(path("area", "M2 2H32V16H2Z", ""), "warned area"),
        entry(
            path("fan", "M3 16L15 2L31 8Z", "") + &Mark::Radar.at([6.0, 13.0], 4.0, ""),
            "radar and its reach",
        ),
        entry(
            dash("limb") + &Mark::Satellite.at([17.0, 9.0], 5.0, ""),
            "satellite and what it sees",
        ),
        entry(dash("track-other"), "other objects"),
    ];
    if has_truth {
        entries.push(entry(
            dash("truth") + &Mark::Truth.at([17.0, 9.0], 4.5, ""),
            "truth",
        ));
    }
    format!("<ul class=\"legend\">{}</ul>", entries.concat())
}

fn left_out(input: &ReportInput<'_>, story: &Story<'_>) -> String {
    let cuts = [
        (story.threats().len(), MOST_THREATS, "threat"),
        (story.others().len(), MOST_OTHER_TRACKS, "other object"),
        (input.sensors.len(), MOST_SENSORS, "sensor"),
    ];
    let said: Vec<String> = cuts
        .iter()
        .filter(|(all, most, _)| all > most)
        .map(|(all, most, noun)| count(all - most, noun))
        .collect();
    if said.is_empty() {
        return String::new();
    }
    format!(
        "<p class=\"note\">Not drawn, to stay readable: {}.</p>",
        said.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipse_reaches_its_semi_axes() {
        let centre = Geodetic::from_degrees(60.0, 179.9, 0.0);
        let ellipse = Ellipse {
            semi_major_m: 50e3,
            semi_minor_m: 10e3,
            azimuth_rad: 0.5,
        };
        let ring = ellipse_ring(&centre, &ellipse);
        let far = |corner: usize| {
            let [latitude_rad, longitude_rad] = ring[corner];
            geodesic::inverse(
                &centre,
                &Geodetic {
                    latitude_rad,
                    longitude_rad,
                    height_m: 0.0,
                },
            )
            .distance_m
        };
        assert!((far(0) - 50e3).abs() < 1.0 && (far(ELLIPSE_CORNERS / 4) - 10e3).abs() < 1.0);
        assert_eq!(ring[0], ring[ELLIPSE_CORNERS]);
    }

    #[test]
    fn labels_never_cover_each_other() {
        let mut labels = Labels::default();
        for _ in 0..20 {
            labels.put("l", [500.0, 300.0], "the same place");
        }
        assert_eq!(labels.taken.len(), 4);
    }

    #[test]
    fn places_of_directions_come_back() {
        let [latitude_rad, longitude_rad] = projection::place_of(&projection::unit([0.3, -2.0]));
        assert!((latitude_rad - 0.3).abs() < 1e-12 && (longitude_rad + 2.0).abs() < 1e-12);
    }
}
