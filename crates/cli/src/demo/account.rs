//! What happened, told in the order in which it was concluded.

use std::collections::BTreeMap;
use std::path::Path;

use forewarn_core::model::{
    Assessment, Ellipse, Event, EventBody, EvidenceState, ImpactEstimate, ImpactRegion,
    LaunchEstimate, ObjectId, Sensor, SensorKind, Verdict, Warning,
};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, format_utc};
use forewarn_simulate::Scenario;

use crate::run::Done;

/// An estimate is told again when its ellipse has shrunk to this part of what was told last.
const SHRUNK: f64 = 0.4;
/// Share of the probability that an ellipse holds.
const ELLIPSE_PROBABILITY: f64 = 0.9;

/// What is about to be told.
pub(super) fn head(scenario: &Scenario, done: &Done) -> String {
    let sensors: Vec<&str> = done
        .setup
        .sensors
        .iter()
        .map(|sensor| &*sensor.id)
        .collect();
    format!(
        "{} ({}, simulated)\nwatched by {}; times are UTC, uncertainties hold 90 %\n\n",
        scenario.description,
        scenario.mode.word(),
        sensors.join(", ")
    )
}

/// What was told last of an object.
#[derive(Default)]
struct Told {
    verdict: Option<Verdict>,
    sensors: Vec<u16>,
    launch_m: Option<f64>,
    impact_m: Option<f64>,
    region: bool,
}

/// Every change that matters of every object that was ever suspected, and every warning.
pub(super) fn timeline(done: &Done) -> String {
    let followed: Vec<ObjectId> = suspects(&done.events);
    let mut told: BTreeMap<ObjectId, Told> = BTreeMap::new();
    let mut text = String::new();
    for event in &done.events {
        match &event.body {
            EventBody::Assessment(assessment) if followed.contains(&assessment.object) => {
                let told = told.entry(assessment.object).or_default();
                tell(event.time, assessment, &done.setup.sensors, told, &mut text);
            }
            EventBody::Warning(warning) => text.push_str(&warned(event.time, warning)),
            _ => {}
        }
    }
    if text.is_empty() {
        text.push_str("nothing was suspected\n");
    }
    text
}

fn suspects(events: &[Event]) -> Vec<ObjectId> {
    let mut found = Vec::new();
    for event in events {
        if let EventBody::Assessment(assessment) = &event.body
            && matches!(assessment.verdict, Verdict::Suspected | Verdict::Confirmed)
            && !found.contains(&assessment.object)
        {
            found.push(assessment.object);
        }
    }
    found
}

fn tell(
    time: Epoch,
    assessment: &Assessment,
    sensors: &[Sensor],
    told: &mut Told,
    text: &mut String,
) {
    let clock = clock(time);
    let object = assessment.object;
    for evidence in &assessment.evidence {
        let index = evidence.sensor.0;
        if evidence.state == EvidenceState::Agrees && !told.sensors.contains(&index) {
            told.sensors.push(index);
            text.push_str(&format!(
                "{clock}  {object}  seen by {}\n",
                sensor_words(sensors.get(usize::from(index)))
            ));
        }
    }
    let changed = told.verdict != Some(assessment.verdict);
    if changed {
        told.verdict = Some(assessment.verdict);
        text.push_str(&format!(
            "{clock}  {object}  {}: {}; {} {:.0} %\n",
            assessment.verdict.word().to_uppercase(),
            assessment.reason.word().replace('_', " "),
            assessment.classification.word().replace('_', " "),
            assessment.probabilities.of(assessment.classification) * 100.0
        ));
    }
    let mut lines = Vec::new();
    if let Some(launch) = &assessment.launch
        && worth(
            &mut told.launch_m,
            axes(&launch.covariance_en_m2).semi_major_m,
        )
    {
        lines.push(launch_words(launch));
    }
    if let Some(impact) = &assessment.impact
        && worth(
            &mut told.impact_m,
            axes(&impact.covariance_en_m2).semi_major_m,
        )
    {
        lines.push(impact_words(impact, assessment));
    }
    if let (None, Some(region), false) =
        (&assessment.impact, &assessment.impact_region, told.region)
    {
        told.region = true;
        lines.push(region_words(region, assessment));
    }
    for (place, line) in lines.iter().enumerate() {
        let start = if place == 0 && !changed {
            format!("{clock}  {object}  ")
        } else {
            " ".repeat(15)
        };
        text.push_str(&format!("{start}{line}\n"));
    }
}

/// Whether an estimate is worth telling, and if so remembers that it was told.
fn worth(last_m: &mut Option<f64>, now_m: f64) -> bool {
    let better = last_m.is_none_or(|last_m| now_m < SHRUNK * last_m);
    if better {
        *last_m = Some(now_m);
    }
    better
}

fn axes(covariance_en_m2: &nalgebra::Matrix2<f64>) -> Ellipse {
    Ellipse::of(covariance_en_m2, ELLIPSE_PROBABILITY)
}

fn sensor_words(sensor: Option<&Sensor>) -> String {
    sensor.map_or_else(
        || "a sensor".into(),
        |sensor| match sensor.kind {
            SensorKind::Infrared(_) => format!("{} (infrared satellite)", sensor.id),
            SensorKind::Radar(_) => format!("{} (radar)", sensor.id),
        },
    )
}

fn launch_words(launch: &LaunchEstimate) -> String {
    let ellipse = axes(&launch.covariance_en_m2);
    let site = launch
        .sites
        .first()
        .map_or(String::new(), |site| format!(", perhaps {}", site.name));
    format!(
        "launched from {} ± {}, at {} ± {:.1} s, heading {:.1}°{site}",
        place_words(&launch.place),
        size_words(&ellipse),
        clock(launch.time),
        1.645 * launch.time_sigma_s,
        launch.azimuth_rad.to_degrees(),
    )
}

fn impact_words(impact: &ImpactEstimate, assessment: &Assessment) -> String {
    format!(
        "will fall at {} ± {}, at {} ± {:.1} s{}",
        place_words(&impact.place),
        size_words(&axes(&impact.covariance_en_m2)),
        clock(impact.time),
        1.645 * impact.time_sigma_s,
        left_words(assessment),
    )
}

fn region_words(region: &ImpactRegion, assessment: &Assessment) -> String {
    format!(
        "will fall somewhere in a region of {} corners about {}{}",
        region.ring_rad.len().saturating_sub(1),
        clock(region.time),
        left_words(assessment)
    )
}

fn left_words(assessment: &Assessment) -> String {
    assessment.time_left.map_or(String::new(), |left| {
        let whole_s = left.median_s.max(0.0).round() as u64;
        format!("; {} min {:02} s left", whole_s / 60, whole_s % 60)
    })
}

fn size_words(ellipse: &Ellipse) -> String {
    format!(
        "{} × {}",
        length_words(ellipse.semi_major_m),
        length_words(ellipse.semi_minor_m)
    )
}

/// A length at two or three figures.
pub(super) fn length_words(length_m: f64) -> String {
    if length_m >= 9_950.0 {
        format!("{:.0} km", length_m / 1e3)
    } else if length_m >= 995.0 {
        format!("{:.1} km", length_m / 1e3)
    } else {
        format!("{length_m:.0} m")
    }
}

fn place_words(place: &Geodetic) -> String {
    let (north, east) = (
        place.latitude_rad.to_degrees(),
        place.longitude_rad.to_degrees(),
    );
    format!(
        "{:.3}° {} {:.3}° {}",
        north.abs(),
        if north < 0.0 { "S" } else { "N" },
        east.abs(),
        if east < 0.0 { "W" } else { "E" }
    )
}

fn warned(time: Epoch, warning: &Warning) -> String {
    let left = warning.time_left_s.map_or(String::new(), |left_s| {
        format!(" ({:.0} s left)", left_s.max(0.0))
    });
    format!(
        "{}  {}  warning, {}: {}{left}\n",
        clock(time),
        warning.warning,
        warning.action.word(),
        warning.headline
    )
}

fn clock(time: Epoch) -> String {
    format_utc(time).get(11..19).unwrap_or_default().to_owned()
}

/// The figures of the run and what was written.
pub(super) fn foot(done: &Done, dir: &Path) -> String {
    let summary = &done.summary;
    format!(
        "\n{} reports in {:.1} s ({:.0}/s), {} objects, {} warnings; CAP messages in {}\n",
        summary.detections,
        summary.wall_time_s,
        summary.detections_per_s,
        summary.objects_by_verdict.values().sum::<u64>(),
        summary.warnings,
        dir.join("warnings").display(),
    )
}
