//! The words of warnings: plain English, the mode first, no advice on what to do about the
//! sender, and never a phrase that people know from exercises gone wrong.

use forewarn_physics::time::{Epoch, format_utc, seconds_between};

use super::area::NamedArea;
use super::member::Member;
use crate::model::{Basis, Class, Ellipse, Mode, ReleasedBy, WarningAction};

/// How the mode is said to people.
pub(super) fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "REAL EVENT",
        Mode::Exercise => "EXERCISE",
        Mode::Test => "TEST",
        Mode::Replay => "REPLAY OF PAST EVENTS",
    }
}

/// What is to be said.
pub(super) struct Message<'a> {
    pub(super) now: Epoch,
    pub(super) mode: Mode,
    pub(super) action: WarningAction,
    pub(super) members: &'a [&'a Member],
    pub(super) areas: &'a [NamedArea],
    pub(super) released_by: Option<&'a ReleasedBy>,
    /// Objects of the warning that still stand after this step.
    pub(super) standing: usize,
    /// Whether a person took it back.
    pub(super) taken_back_by: Option<&'a str>,
    /// Its objects went into another warning.
    pub(super) moved: bool,
}

/// One line for people.
pub(super) fn headline(message: &Message<'_>) -> String {
    let mode = mode_words(message.mode);
    let what = things(message.members);
    match message.action {
        WarningAction::Issue | WarningAction::Update => {
            let kind = match (message.released_by.is_some(), message.action) {
                (false, _) => "Draft warning",
                (true, WarningAction::Update) => "Warning update",
                (true, _) => "Warning",
            };
            let left = first_impact(message).map_or_else(String::new, |seconds| {
                format!(", first impact in about {}", minutes(seconds))
            });
            format!("{mode}: {kind}: {what}{left}")
        }
        WarningAction::Cancel if message.moved => {
            let kind = match message.released_by {
                Some(_) => "Warning",
                None => "Draft",
            };
            format!("{mode}: {kind} replaced: {what} is in another warning now")
        }
        WarningAction::Cancel => format!("{mode}: Warning ended: the danger from {what} is over"),
        WarningAction::Retract => {
            format!("{mode}: Warning taken back: {what} was a mistaken report")
        }
    }
}

/// A few sentences for people.
pub(super) fn description(message: &Message<'_>) -> String {
    let mut lines = vec![format!("{}.", mode_words(message.mode))];
    match message.action {
        WarningAction::Issue | WarningAction::Update => alarm(message, &mut lines),
        WarningAction::Cancel if message.moved => {
            lines.push("This is replaced by another warning of the same objects.".into())
        }
        WarningAction::Cancel => {
            lines.push("The last predicted time of impact has passed, or the flight has ended. This warning is over.".into());
        }
        WarningAction::Retract => take_back(message, &mut lines),
    }
    lines.join(" ")
}

fn alarm(message: &Message<'_>, lines: &mut Vec<String>) {
    let confirmed = message
        .members
        .iter()
        .filter(|member| member.confirmed())
        .count();
    let count = message.members.len();
    lines.push(if confirmed == count {
        format!("{} confirmed in flight.", capital(&things(message.members)))
    } else {
        format!(
            "{} in flight, {confirmed} of them confirmed, the others suspected.",
            capital(&things(message.members))
        )
    });
    lines.extend(
        message
            .members
            .iter()
            .find(|member| member.confirmed())
            .and_then(|member| basis(member)),
    );
    lines.extend(message.members.first().and_then(|member| origin(member)));
    lines.extend(first_member(message).map(destination));
    lines.push(places(message));
    lines.push(match message.released_by {
        Some(ReleasedBy::Rule(rule)) => {
            format!("Released by the rule \"{rule}\", approved beforehand.")
        }
        Some(ReleasedBy::People(people)) => format!("Released by {}.", people.join(" and ")),
        None => "Draft: not released.".into(),
    });
}

fn take_back(message: &Message<'_>, lines: &mut Vec<String>) {
    lines.push(match message.taken_back_by {
        Some(person) => format!("Taken back by {person}."),
        None => "What was reported does not hold: later evidence speaks against it.".into(),
    });
    lines.push(if message.standing == 0 {
        "This warning was a mistake and no longer applies.".into()
    } else {
        format!(
            "The warning of the other {} stands.",
            objects(message.standing)
        )
    });
}

fn things(members: &[&Member]) -> String {
    let gliders = members
        .iter()
        .filter(|member| member.assessment.classification == Class::GlideVehicle)
        .count();
    match (members.len(), gliders) {
        (1, 0) => "one ballistic missile".into(),
        (1, _) => "one glide vehicle".into(),
        (count, 0) => format!("{count} ballistic missiles"),
        (count, gliders) if gliders == count => format!("{count} glide vehicles"),
        (count, gliders) => format!("{count} missiles, {gliders} of them glide vehicles"),
    }
}

fn objects(count: usize) -> String {
    if count == 1 {
        "object".into()
    } else {
        format!("{count} objects")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn basis(member: &Member) -> Option<String> {
    Some(match member.assessment.basis.as_ref()? {
        Basis::TwoPhysics => "Infrared satellites and radar agree.".into(),
        Basis::SinglePhysics {
            other_physics_first,
        } => {
            let other = other_physics_first.map_or_else(
                || "no sensor of another kind will see it".into(),
                |first| {
                    format!(
                        "a sensor of another kind can first see it at {}",
                        seconds_text(first)
                    )
                },
            );
            format!("Independent infrared satellites agree; {other}.")
        }
    })
}

fn origin(member: &Member) -> Option<String> {
    let launch = member.assessment.launch.as_ref()?;
    let site = launch
        .sites
        .first()
        .filter(|site| site.probability > 0.5)
        .map_or_else(String::new, |site| format!(", probably {}", site.name));
    let place = place_text(launch.place.latitude_rad, launch.place.longitude_rad);
    Some(format!(
        "First launched at {} near {place}{site}.",
        seconds_text(launch.time)
    ))
}

fn destination(member: &Member) -> String {
    if let Some(impact) = &member.assessment.impact {
        let ellipse = Ellipse::of(&impact.covariance_en_m2, 0.9);
        return format!(
            "First impact at about {} (give or take {:.0} s) near {}, within {:.0} km by {:.0} km with a probability of 90 %.",
            seconds_text(impact.time),
            (2.0 * impact.time_sigma_s).ceil(),
            place_text(impact.place.latitude_rad, impact.place.longitude_rad),
            (ellipse.semi_major_m * 2e-3).ceil(),
            (ellipse.semi_minor_m * 2e-3).ceil(),
        );
    }
    match &member.assessment.impact_region {
        Some(region) => format!(
            "Only a wide region of impact is known so far; first impact not before {}.",
            seconds_text(region.earliest_95)
        ),
        None => "Where it will come down is not known yet.".into(),
    }
}

fn places(message: &Message<'_>) -> String {
    let mut touched: Vec<usize> = message
        .members
        .iter()
        .flat_map(|member| member.touches.iter().copied())
        .collect();
    touched.sort_unstable();
    touched.dedup();
    if touched.is_empty() {
        return if message.areas.is_empty() {
            "No protected areas were given.".into()
        } else {
            "No protected area lies in the area of impact.".into()
        };
    }
    let names: Vec<&str> = touched
        .iter()
        .map(|&i| message.areas[i].name.as_str())
        .collect();
    format!("Protected areas concerned: {}.", names.join(", "))
}

fn first_member<'a>(message: &Message<'a>) -> Option<&'a Member> {
    let timed = message
        .members
        .iter()
        .copied()
        .filter(|member| member.impact_time().is_some());
    timed
        .min_by_key(|member| member.impact_time().map(|(time, _)| time))
        .or_else(|| message.members.first().copied())
}

fn first_impact(message: &Message<'_>) -> Option<f64> {
    let (time, _) = first_member(message)?.impact_time()?;
    Some(seconds_between(message.now, time)).filter(|seconds| *seconds > 0.0)
}

fn minutes(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} seconds")
    } else {
        format!("{:.0} minutes", (seconds / 60.0).floor())
    }
}

/// Whole seconds, cut, for people.
fn seconds_text(epoch: Epoch) -> String {
    let text = format_utc(epoch);
    text.split_once('.')
        .map_or(text.clone(), |(whole, _)| format!("{whole}Z"))
}

fn place_text(latitude_rad: f64, longitude_rad: f64) -> String {
    let (latitude_deg, longitude_deg) = (latitude_rad.to_degrees(), longitude_rad.to_degrees());
    let north = if latitude_deg >= 0.0 { "N" } else { "S" };
    let east = if longitude_deg >= 0.0 { "E" } else { "W" };
    format!(
        "{:.2}° {north} {:.2}° {east}",
        latitude_deg.abs(),
        longitude_deg.abs()
    )
}
