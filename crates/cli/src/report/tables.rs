//! Warnings with their words, records refused, sensors and their health.

use forewarn_core::model::{ReleasedBy, Sensor, SensorKind, Warning};
use forewarn_physics::time::Epoch;

use super::ReportInput;
use super::story::Story;
use super::text::{clock, count, distance, duration, escape, escape_short, plain, thousands};

/// Warnings written out.
const MOST_WARNINGS: usize = 120;
/// Lines about the sensors' health.
const MOST_HEALTH: usize = 80;
/// Sensors in the table.
const MOST_SENSORS: usize = 100;
/// Objects named in a warning.
const MOST_NAMES: usize = 12;

/// All warnings in order.
pub(super) fn warnings(story: &Story<'_>) -> String {
    if story.warnings.is_empty() {
        return "<section><h2>Warnings</h2><p>None.</p></section>".into();
    }
    let shown: String = story
        .warnings
        .iter()
        .take(MOST_WARNINGS)
        .map(|(time, warning)| one(*time, warning))
        .collect();
    format!(
        "<section><h2>Warnings <small>{}</small></h2><ol class=\"warnings\">{shown}</ol>{}</section>",
        count(story.warnings.len(), "message"),
        left_out(story.warnings.len(), MOST_WARNINGS, "message")
    )
}

fn one(time: Epoch, warning: &Warning) -> String {
    let names: Vec<String> = warning
        .objects
        .iter()
        .take(MOST_NAMES)
        .map(ToString::to_string)
        .collect();
    let more = warning.objects.len().saturating_sub(MOST_NAMES);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let left = warning
        .time_left_s
        .filter(|left_s| *left_s >= 0.0)
        .map_or_else(String::new, |left_s| {
            let earliest = warning.earliest_95_s.map_or_else(String::new, |s| {
                format!(" (at the earliest {})", duration(s))
            });
            format!(" · {} left{earliest}", duration(left_s))
        });
    let released = match &warning.released_by {
        None => "draft: released by nobody".into(),
        Some(ReleasedBy::People(people)) => {
            format!("released by {}", escape_short(&people.join(", "), 80))
        }
        Some(ReleasedBy::Rule(rule)) => format!("released by rule {}", escape_short(rule, 80)),
    };
    let word = warning.action.word();
    format!(
        "<li class=\"w-{word}\"><p class=\"what\"><time>{}</time> <b>{}</b> <span class=\"action\">{}</span> \
         <span>revision {} · {} · {}{more}{left}</span></p><p class=\"headline\">{}</p><p>{}</p><p class=\"note\">{released}</p></li>",
        clock(time),
        warning.warning,
        word.to_uppercase(),
        warning.revision,
        warning.mode.word().to_uppercase(),
        names.join(", "),
        escape_short(&warning.headline, 300),
        escape_short(&warning.description, 2_000)
    )
}

fn left_out(all: usize, most: usize, noun: &str) -> String {
    if all <= most {
        return String::new();
    }
    format!(
        "<p class=\"note\">{} left out, to stay readable; events.ndjson holds everything.</p>",
        count(all - most, noun)
    )
}

/// Records that were not used, by reason.
pub(super) fn refused(story: &Story<'_>) -> String {
    if story.refused.is_empty() {
        return "<section><h2>Records refused</h2><p>None.</p></section>".into();
    }
    let row = |(reason, refused): (
        &forewarn_core::model::RejectionReason,
        &super::story::Refused<'_>,
    )| {
        let examples: Vec<String> = refused
            .examples
            .iter()
            .map(|one| {
                format!(
                    "<li><code>{}</code> {}</li>",
                    escape_short(&one.record, 40),
                    escape_short(&one.detail, 160)
                )
            })
            .collect();
        format!(
            "<tr><td>{}</td><td class=\"n\">{}</td><td><ul class=\"plain\">{}</ul></td></tr>",
            plain(reason.word()),
            thousands(refused.count as i64),
            examples.concat()
        )
    };
    let rows: String = story.refused.iter().map(row).collect();
    format!(
        "<section><h2>Records refused <small>{}</small></h2><table><thead><tr><th>Reason</th><th class=\"n\">Records</th>\
         <th>First of them</th></tr></thead><tbody>{rows}</tbody></table></section>",
        thousands(story.refusals() as i64)
    )
}

/// The sensors, and what was wrong with them.
pub(super) fn sensors(input: &ReportInput<'_>, story: &Story<'_>) -> String {
    let rows: String = input
        .sensors
        .iter()
        .take(MOST_SENSORS)
        .map(sensor)
        .collect();
    let name = |index: u16| {
        input
            .sensors
            .get(usize::from(index))
            .map_or("not in the table", |sensor| sensor.id.as_ref())
    };
    let health: String = story
        .health
        .iter()
        .take(MOST_HEALTH)
        .map(|(time, health)| {
            format!(
                "<li class=\"h-{}\"><time>{}</time> <b>{}</b> {}: {}</li>",
                health.kind.word(),
                clock(*time),
                escape_short(name(health.sensor.0), 40),
                plain(health.kind.word()),
                escape_short(&health.detail, 200)
            )
        })
        .collect();
    let health = if health.is_empty() {
        "<p>Nothing was found wrong with any sensor.</p>".to_owned()
    } else {
        format!("<ul class=\"health\">{health}</ul>")
    };
    format!(
        "<section><h2>Sensors</h2><table><thead><tr><th>Sensor</th><th>Physics</th><th>Failure domains</th><th class=\"n\">Looks every</th>\
         <th class=\"n\">Detects</th><th>Reach</th></tr></thead><tbody>{rows}</tbody></table>{}<h3>Health</h3>{health}{}</section>",
        left_out(input.sensors.len(), MOST_SENSORS, "sensor"),
        left_out(story.health.len(), MOST_HEALTH, "line")
    )
}

fn sensor(sensor: &Sensor) -> String {
    let (physics, reach) = match &sensor.kind {
        SensorKind::Infrared(infrared) => (
            "infrared",
            format!("pointing noise {:.0} µrad", infrared.sigma_rad * 1e6),
        ),
        SensorKind::Radar(radar) => (
            "radar",
            format!(
                "{}, elevation {:.0}° to {:.0}°",
                distance(radar.range_max_m),
                radar.elevation_rad[0].to_degrees(),
                radar.elevation_rad[1].to_degrees()
            ),
        ),
    };
    format!(
        "<tr><td>{}</td><td>{physics}</td><td>{}</td><td class=\"n\">{} s</td><td class=\"n\">{:.0} %</td><td>{}</td></tr>",
        escape_short(&sensor.id, 40),
        escape_short(&sensor.failure_domains.join(", "), 80),
        sensor.revisit_s,
        100.0 * sensor.detection_probability,
        escape(&reach)
    )
}
