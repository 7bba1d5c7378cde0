//! The banner and what happened, in two sentences.

use forewarn_core::model::{
    Assessment, Basis, Class, Mode, Sensor, SensorKind, Verdict, Warning, WarningAction,
};
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, seconds_between};

use super::ReportInput;
use super::cards::radius_90_m;
use super::story::{Story, Track};
use super::text::{
    a_class, bearing, clock, count, day, distance, duration, escape, escape_short, place, plain,
};

/// Launches nearer to each other than this count as one area [m].
const AREA_REACH_M: f64 = 150e3;
/// Threats told of in sentences of their own.
const MOST_TOLD: usize = 3;

/// The banner: the mode by word and pattern, title, span of time.
pub(super) fn banner(input: &ReportInput<'_>, story: &Story<'_>) -> String {
    let word = input.mode.word().to_uppercase();
    let about = match input.mode {
        Mode::Live => "the real thing",
        Mode::Exercise => "people practise: nothing here is real",
        Mode::Test => "equipment is tested: nothing here is real",
        Mode::Replay => "the past, played again",
    };
    let span = story.span.map_or_else(String::new, |[first, last]| {
        format!("{} · {} to {} UTC", day(first), clock(first), clock(last))
    });
    format!(
        "<header class=\"banner mode-{}\"><p class=\"mode\"><b>{word}</b> <span>{about}</span></p></header>\
         <div class=\"head\"><h1>{}</h1><p class=\"span\">{span} · {}</p></div>",
        input.mode.word(),
        escape_short(input.title, 160),
        sensors(input.sensors)
    )
}

fn sensors(sensors: &[Sensor]) -> String {
    let is_radar = |sensor: &&Sensor| matches!(sensor.kind, SensorKind::Radar(_));
    let radars = sensors.iter().filter(is_radar).count();
    format!(
        "{}, {}",
        count(sensors.len() - radars, "infrared satellite"),
        count(radars, "radar")
    )
}

/// What happened, and the figures that matter.
pub(super) fn section(story: &Story<'_>) -> String {
    let threats = story.threats();
    let mut said = String::new();
    if threats.len() > MOST_TOLD {
        said.push_str(&paragraph(&raid(story)));
    } else {
        for track in threats {
            said.push_str(&paragraph(&one_threat(track, story)));
        }
    }
    if threats.is_empty() {
        said.push_str(&paragraph(&no_threat(story)));
    }
    if !story.missed.is_empty() {
        let names: Vec<String> = story
            .missed
            .iter()
            .take(10)
            .map(|object| escape_short(&object.object, 40))
            .collect();
        said.push_str(&format!(
            "<p class=\"missed\"><b>Missed:</b> {} in the truth that no object here stands for: {}.</p>",
            count(story.missed.len(), "missile or glide vehicle"),
            names.join(", ")
        ));
    }
    format!("<section class=\"lead\">{said}{}</section>", tiles(story))
}

fn paragraph(words: &str) -> String {
    format!("<p>{}</p>", escape(words))
}

/// The two sentences of one threat.
fn one_threat(track: &Track<'_>, story: &Story<'_>) -> String {
    let class = final_class(track);
    let is_threat = matches!(class, Class::BallisticMissile | Class::GlideVehicle);
    let subject = match track.peak() {
        Verdict::Suspected if is_threat => format!("What may have been {}", a_class(class)),
        _ => capital(&a_class(class)),
    };
    let mut first = match track.launch() {
        Some(launch) => format!(
            "{subject} ({}) was launched from {} (± {}) at {} UTC, heading {}",
            track.id,
            place(&launch.place),
            distance(radius_90_m(&launch.covariance_en_m2)),
            clock(launch.time),
            bearing(launch.azimuth_rad)
        ),
        None => format!(
            "{subject} ({}) was first assessed at {} UTC, its launch unseen",
            track.id,
            clock(track.began())
        ),
    };
    first.push_str(&judged(track, is_threat));
    let second = if is_threat {
        came_down(track)
    } else {
        String::new()
    };
    format!("{first}.{second}{}", warned(track, story))
}

/// How the verdict went.
fn judged(track: &Track<'_>, is_threat: bool) -> String {
    let zero = super::timeline::zero_of(track);
    let since = |verdict| track.since(verdict);
    let mut said = String::from("; it was ");
    let of = if is_threat { "" } else { " of being a missile" };
    if let Some(time) = since(Verdict::Suspected) {
        said.push_str(&format!(
            "suspected{of} {} after launch",
            duration(seconds_between(zero, time))
        ));
    }
    match since(Verdict::Confirmed) {
        Some(time) => {
            let and = if since(Verdict::Suspected).is_some() {
                " and "
            } else {
                ""
            };
            said.push_str(&format!(
                "{and}confirmed after {}{}",
                duration(seconds_between(zero, time)),
                basis(track)
            ));
        }
        None => said.push_str(&format!(
            " and never confirmed ({})",
            plain(track.fullest().reason.word())
        )),
    }
    let last = track.last();
    if last.verdict != track.peak() {
        said.push_str(&format!(
            ", and ended as {} ({})",
            last.verdict.word(),
            plain(last.reason.word())
        ));
    }
    said
}

/// What it was last held to be, before the end made it unknown.
fn final_class(track: &Track<'_>) -> Class {
    let known = |assessment: &Assessment| {
        Some(assessment.classification).filter(|class| *class != Class::Unknown)
    };
    track
        .latest(known)
        .map_or(Class::Unknown, |(_, class)| class)
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What it was first confirmed by.
fn basis(track: &Track<'_>) -> &'static str {
    let mut confirmed = track.history.iter().map(|(_, assessment)| *assessment);
    let first = confirmed.find(|assessment| assessment.verdict == Verdict::Confirmed);
    match first.and_then(|assessment| assessment.basis.as_ref()) {
        Some(Basis::TwoPhysics) => " by infrared and radar together",
        Some(Basis::SinglePhysics { .. }) => " by two failure domains of one physics",
        None => "",
    }
}

fn came_down(track: &Track<'_>) -> String {
    match (track.impact(), track.region()) {
        (Some(impact), _) => format!(
            " It was predicted to come down at {} (± {}) at {} UTC.",
            place(&impact.place),
            distance(radius_90_m(&impact.covariance_en_m2)),
            clock(impact.time)
        ),
        (None, Some(region)) => format!(
            " No honest impact point could be given; a region stands for it, with impact near {} UTC.",
            clock(region.time)
        ),
        (None, None) => " Nothing honest could be said of where it comes down.".into(),
    }
}

/// Each warning about an object: issued, and how it ended.
fn warned(track: &Track<'_>, story: &Story<'_>) -> String {
    let issues: Vec<&(Epoch, &Warning)> = story
        .warnings_of(track.id)
        .filter(|(_, warning)| warning.action == WarningAction::Issue)
        .collect();
    if issues.is_empty() {
        return " No warning was issued.".into();
    }
    let one = |(issued, first): &&(Epoch, &Warning)| {
        let end = story
            .warnings_of(track.id)
            .filter(|(_, warning)| warning.warning == first.warning)
            .find_map(|(time, warning)| match warning.action {
                WarningAction::Cancel => Some(("cancelled", *time)),
                WarningAction::Retract => Some(("retracted", *time)),
                WarningAction::Issue | WarningAction::Update => None,
            });
        let lead = match (end, track.impact_time()) {
            (Some(("retracted", _)), _) | (_, None) => String::new(),
            (_, Some(impact)) => format!(
                ", {} before impact",
                duration(seconds_between(*issued, impact))
            ),
        };
        let end = end.map(|(word, time)| format!(" and {word} at {}", clock(time)));
        format!(
            "warning {} was issued at {}{lead}{}",
            first.warning,
            clock(*issued),
            end.unwrap_or_default()
        )
    };
    let left = issues.len().saturating_sub(MOST_TOLD);
    let mut said: Vec<String> = issues.iter().take(MOST_TOLD).map(one).collect();
    if left > 0 {
        said.push(format!("{} followed", count(left, "more warning")));
    }
    format!(" {}.", capital(&said.join("; ")))
}

/// The two sentences of many threats.
fn raid(story: &Story<'_>) -> String {
    let threats = story.threats();
    let confirmed: Vec<&Track<'_>> = threats.iter().filter(|track| track.rank() == 0).collect();
    let launches = || {
        threats
            .iter()
            .filter_map(|track| track.launch())
            .map(|launch| launch.time)
    };
    let impacts = || threats.iter().filter_map(Track::impact_time);
    let between = |first: Option<_>, last: Option<_>| match (first, last) {
        (Some(first), Some(last)) => format!(" between {} and {} UTC", clock(first), clock(last)),
        _ => String::new(),
    };
    let grave = match threats.len() - confirmed.len() {
        0 => "all were confirmed".to_owned(),
        suspected => format!(
            "{} were confirmed, {suspected} never more than suspected",
            confirmed.len()
        ),
    };
    let warning = match (story.first_issue(), impacts().min()) {
        (Some((time, warning)), Some(impact)) => format!(
            "; warning {} was issued at {}, {} before the first",
            warning.warning,
            clock(*time),
            duration(seconds_between(*time, impact))
        ),
        (Some((time, warning)), None) => format!(
            "; warning {} was issued at {}",
            warning.warning,
            clock(*time)
        ),
        (None, _) => "; no warning was issued".into(),
    };
    format!(
        "{} were judged to be threats, launched from {}{}; {grave}. \
         They were predicted to come down{}{warning}.",
        count(threats.len(), "object"),
        count(launch_areas(threats), "area"),
        between(launches().min(), launches().max()),
        between(impacts().min(), impacts().max())
    )
}

fn no_threat(story: &Story<'_>) -> String {
    let mut said = format!(
        "Nothing was suspected or confirmed to be a missile. {} looked at",
        match story.tracks.len() {
            1 => "1 object was".to_owned(),
            more => format!("{} were", count(more, "object")),
        }
    );
    let mut classes: Vec<(usize, &str)> = Class::ALL
        .iter()
        .map(|class| {
            let is = |track: &&Track<'_>| track.last().classification == *class;
            (story.tracks.iter().filter(is).count(), class.word())
        })
        .filter(|(number, _)| *number > 0)
        .collect();
    classes.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let parts: Vec<String> = classes
        .iter()
        .map(|(number, word)| format!("{} {number}", plain(word)))
        .collect();
    if !parts.is_empty() {
        said.push_str(&format!("; by class: {}", parts.join(", ")));
    }
    said + "."
}

/// How many areas the launches come from: each within a reach of the first of its area.
fn launch_areas(threats: &[Track<'_>]) -> usize {
    let mut areas: Vec<Geodetic> = Vec::new();
    for launch in threats.iter().filter_map(Track::launch) {
        let near =
            |area: &Geodetic| geodesic::inverse(area, &launch.place).distance_m < AREA_REACH_M;
        if !areas.iter().any(near) {
            areas.push(launch.place);
        }
    }
    areas.len()
}

fn tiles(story: &Story<'_>) -> String {
    let threats = story.threats();
    let confirmed = threats.iter().filter(|track| track.rank() == 0).count();
    let lead = match (
        story.first_issue(),
        threats.iter().filter_map(Track::impact_time).min(),
    ) {
        (Some((time, _)), Some(impact)) => duration(seconds_between(*time, impact)),
        _ => "none".into(),
    };
    let tile = |class: &str, value: &str, words: &str| {
        format!(
            "<li class=\"{class}\"><b>{}</b><span>{words}</span></li>",
            escape(value)
        )
    };
    let grave = if confirmed > 0 { "t-confirmed" } else { "" };
    let some = if threats.len() > confirmed {
        "t-suspected"
    } else {
        ""
    };
    format!(
        "<ul class=\"tiles\">{}{}{}{}{}{}</ul>",
        tile(grave, &confirmed.to_string(), "confirmed"),
        tile(
            some,
            &(threats.len() - confirmed).to_string(),
            "suspected only"
        ),
        tile("", &story.others().len().to_string(), "other objects"),
        tile("", &lead, "from first warning to first impact"),
        tile("", &story.warnings.len().to_string(), "warning messages"),
        tile("", &story.refusals().to_string(), "records refused")
    )
}
