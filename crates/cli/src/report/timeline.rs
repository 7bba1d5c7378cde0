//! One object's life on a time axis: decisions, phases, what each sensor said, probability.

use forewarn_core::model::{Assessment, EvidenceState, Sensor, SensorIndex, SensorKind, Verdict};
use forewarn_physics::time::{Epoch, after, seconds_between};

use super::chart::{since, ticks};
use super::story::{Story, Track};
use super::svg::{Mark, line, num, path, polyline, rect, text};
use super::text::{clock, count, duration, percent, plain};

const WIDTH: f64 = 1120.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 24.0;
/// Rows of words above the bars at most.
const FLAG_ROWS: usize = 10;
const FLAG_ROW_PX: f64 = 16.0;
const CURVE_PX: f64 = 96.0;
/// Sensors with a row at most.
const MOST_SENSORS: usize = 12;
/// Objects in the table of bars at most.
const MOST_BARS: usize = 60;

/// A stretch of time laid over the width.
#[derive(Clone, Copy)]
struct Axis {
    zero: Epoch,
    span_s: [f64; 2],
}

impl Axis {
    /// From launch, or the first assessment, to the last impact or assessment.
    fn over<'a>(tracks: impl Iterator<Item = &'a Track<'a>> + Clone) -> Option<Self> {
        let zero = tracks.clone().map(zero_of).min()?;
        let end = tracks
            .map(|track| track.impact_time().unwrap_or(zero).max(track.ended()))
            .max()?;
        let length_s = seconds_between(zero, end).max(10.0);
        Some(Self {
            zero,
            span_s: [-0.02 * length_s, 1.04 * length_s],
        })
    }

    fn x(&self, time: Epoch) -> f64 {
        let share =
            (seconds_between(self.zero, time) - self.span_s[0]) / (self.span_s[1] - self.span_s[0]);
        LEFT + (WIDTH - LEFT - RIGHT) * share.clamp(0.0, 1.0)
    }
}

/// The zero of an object's time: its estimated launch, else when it was first assessed.
pub(super) fn zero_of(track: &Track<'_>) -> Epoch {
    track
        .launch()
        .map_or(track.began(), |launch| launch.time.min(track.began()))
}

/// The timeline of one object.
pub(super) fn of_one(track: &Track<'_>, story: &Story<'_>, sensors: &[Sensor]) -> String {
    let Some(axis) = Axis::over(std::iter::once(track)) else {
        return String::new();
    };
    let laid = laid(decisions(track, story, sensors), &axis);
    let rows = laid.iter().filter_map(|flag| flag.row).max();
    let bars_top = 10.0 + rows.map_or(0.0, |row| (row + 1) as f64) * FLAG_ROW_PX;
    let (sensor_rows, below_rows) = sensor_rows(track, sensors, &axis, bars_top + 40.0);
    let curve_top = below_rows + 12.0;
    let foot = curve_top + CURVE_PX;
    let height = foot + 46.0;
    let mut out = format!(
        "<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"Timeline of {}\">",
        num(height),
        track.id
    );
    out.push_str(&time_axes(&axis, track.impact_time(), bars_top, foot));
    out.push_str(&flags(&laid, bars_top, foot));
    out.push_str(&row_name("verdict", bars_top + 11.0));
    out.push_str(&verdict_bar(track, &axis, bars_top, 14.0));
    out.push_str(&row_name("phase", bars_top + 30.0));
    out.push_str(&bar(track, &axis, bars_top + 20.0, 12.0, |assessment| {
        let word = assessment.phase.word();
        (format!("p-{word}"), format!("phase: {word}"))
    }));
    out.push_str(&sensor_rows);
    out.push_str(&curve(track, &axis, curve_top, foot));
    out.push_str("</svg>");
    out
}

/// One bar for each of many threats, over one axis.
pub(super) fn of_many(tracks: &[Track<'_>]) -> String {
    let shown = &tracks[..tracks.len().min(MOST_BARS)];
    let Some(axis) = Axis::over(shown.iter()) else {
        return String::new();
    };
    let row_px = if shown.len() > 20 { 13.0 } else { 18.0 };
    let foot = 10.0 + row_px * shown.len() as f64;
    let mut out = format!(
        "<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" \
         aria-label=\"Each threat from launch to impact\">",
        num(foot + 30.0)
    );
    out.push_str(&time_axes(&axis, None, 6.0, foot));
    for (index, track) in shown.iter().enumerate() {
        let top = 8.0 + row_px * index as f64;
        let middle = top + 0.4 * row_px;
        out.push_str(&text(
            "row end",
            [LEFT - 12.0, middle + 4.0],
            &track.id.to_string(),
        ));
        out.push_str(&verdict_bar(track, &axis, top + 1.0, 0.8 * row_px - 2.0));
        if let Some(launch) = track.launch() {
            let hint = format!("launch of {} at {}", track.id, clock(launch.time));
            out.push_str(&Mark::Launch.at([axis.x(launch.time), middle], 0.3 * row_px, &hint));
        }
        if let Some(time) = track.impact_time() {
            let hint = format!("impact of {} at {}", track.id, clock(time));
            out.push_str(&line(
                "ahead",
                [axis.x(track.ended().min(time)), middle],
                [axis.x(time), middle],
            ));
            out.push_str(&Mark::Impact.at([axis.x(time), middle], 0.24 * row_px, &hint));
        }
    }
    out.push_str("</svg>");
    if tracks.len() > MOST_BARS {
        let left = count(tracks.len() - MOST_BARS, "more threat");
        out.push_str(&format!("<p class=\"note\">{left} not drawn here.</p>"));
    }
    out
}

/// What the colours of the bars mean.
pub(super) fn legend() -> String {
    let words = Verdict::ALL.iter().map(|verdict| {
        let word = verdict.word();
        format!(
            "<li><svg viewBox=\"0 0 26 12\" width=\"26\" height=\"12\" aria-hidden=\"true\">{}</svg>{word}</li>",
            rect(&format!("v-{word}"), [0.0, 0.0], [26.0, 12.0], "")
        )
    });
    format!("<ul class=\"key\">{}</ul>", words.collect::<String>())
}

fn time_axes(axis: &Axis, impact: Option<Epoch>, top: f64, foot: f64) -> String {
    let mut out = String::new();
    for seconds in ticks(axis.span_s, 9.0) {
        let time = after(axis.zero, seconds);
        let x = axis.x(time);
        out.push_str(&line("grid", [x, top], [x, foot]));
        out.push_str(&text(
            "tick middle",
            [x, foot + 14.0],
            &format!("{} · {}", clock(time), since(seconds)),
        ));
        let left_s = impact.map(|impact| seconds_between(time, impact));
        if let Some(left_s) = left_s.filter(|left_s| *left_s >= 0.0) {
            out.push_str(&text(
                "tick middle left",
                [x, foot + 30.0],
                &duration(left_s),
            ));
        }
    }
    out.push_str(&text("row end", [LEFT - 66.0, foot + 14.0], "UTC · T"));
    if impact.is_some() {
        out.push_str(&text(
            "row end left",
            [LEFT - 66.0, foot + 30.0],
            "time left",
        ));
    }
    out
}

fn row_name(name: &str, y: f64) -> String {
    let short: String = name.chars().take(16).collect();
    text("row end", [LEFT - 12.0, y], &short)
}

fn verdict_bar(track: &Track<'_>, axis: &Axis, y: f64, height: f64) -> String {
    bar(track, axis, y, height, |assessment| {
        let word = assessment.verdict.word();
        (
            format!("v-{word}"),
            format!("{word}: {}", plain(assessment.reason.word())),
        )
    })
}

/// A bar of pieces, joined where neighbours are alike.
fn bar(
    track: &Track<'_>,
    axis: &Axis,
    y: f64,
    height: f64,
    say: impl Fn(&Assessment) -> (String, String),
) -> String {
    let mut out = String::new();
    let mut open: Option<(Epoch, (String, String))> = None;
    for (time, assessment) in &track.history {
        let said = say(assessment);
        if open.as_ref().is_some_and(|(_, before)| *before == said) {
            continue;
        }
        if let Some((from, (class, hint))) = open.replace((*time, said)) {
            out.push_str(&piece(axis, &class, [from, *time], y, height, &hint));
        }
    }
    if let Some((from, (class, hint))) = open {
        out.push_str(&piece(
            axis,
            &class,
            [from, track.ended()],
            y,
            height,
            &hint,
        ));
    }
    out
}

fn piece(
    axis: &Axis,
    class: &str,
    [from, to]: [Epoch; 2],
    y: f64,
    height: f64,
    hint: &str,
) -> String {
    let (left, right) = (axis.x(from), axis.x(to));
    rect(
        class,
        [left, y],
        [(right - left).max(2.0), height],
        &format!("{hint}, from {}", clock(from)),
    )
}

fn sensor_rows(track: &Track<'_>, sensors: &[Sensor], axis: &Axis, top: f64) -> (String, f64) {
    let mut indices: Vec<SensorIndex> = track
        .history
        .iter()
        .flat_map(|(_, assessment)| &assessment.evidence)
        .filter(|evidence| evidence.state != EvidenceState::CouldNotSee)
        .map(|evidence| evidence.sensor)
        .collect();
    indices.sort_unstable();
    indices.dedup();
    indices.truncate(MOST_SENSORS);
    let mut out = String::new();
    let mut y = top;
    for index in indices {
        let name = sensors
            .get(usize::from(index.0))
            .map_or("?", |sensor| sensor.id.as_ref());
        out.push_str(&row_name(name, y + 8.5));
        out.push_str(&bar(track, axis, y, 9.0, |assessment| {
            let found = assessment
                .evidence
                .iter()
                .find(|evidence| evidence.sensor == index);
            let word = found.map_or("could_not_see", |evidence| evidence.state.word());
            (format!("s-{word}"), format!("{name}: {}", plain(word)))
        }));
        y += 15.0;
    }
    (out, y)
}

/// Threat probability over time.
fn curve(track: &Track<'_>, axis: &Axis, top: f64, foot: f64) -> String {
    let y = |probability: f64| foot - (foot - top) * probability.clamp(0.0, 1.0);
    let mut out = String::new();
    for level in [0.0, 0.5, 1.0] {
        out.push_str(&line("grid", [LEFT, y(level)], [WIDTH - RIGHT, y(level)]));
        out.push_str(&text(
            "tick end",
            [LEFT - 12.0, y(level) + 4.0],
            &format!("{:.0} %", 100.0 * level),
        ));
    }
    out.push_str(&text("row end", [LEFT - 60.0, y(0.5) + 4.0], "P(threat)"));
    let mut points: Vec<[f64; 2]> = Vec::new();
    for (time, assessment) in &track.history {
        let here = [axis.x(*time), y(assessment.probabilities.threat())];
        let far = points
            .last()
            .is_none_or(|last| here[0] - last[0] > 1.0 || (here[1] - last[1]).abs() > 1.0);
        if far {
            points.push(here);
        }
    }
    points.push([
        axis.x(track.ended()),
        y(track.last().probabilities.threat()),
    ]);
    let under = format!(
        "{}L{} {}L{} {}Z",
        polyline(&points),
        num(points[points.len() - 1][0]),
        num(foot),
        num(points[0][0]),
        num(foot)
    );
    out.push_str(&path("under", &under, ""));
    let peak = track
        .history
        .iter()
        .map(|(_, assessment)| assessment.probabilities.threat());
    let hint = format!(
        "probability of a threat, at most {}",
        percent(peak.fold(0.0, f64::max))
    );
    out.push_str(&path("series s-probability", &polyline(&points), &hint));
    out
}

/// A decision with the row that its words have; none where every row is full.
struct Flag {
    x: f64,
    class: &'static str,
    words: String,
    row: Option<usize>,
    flips: bool,
}

/// Decisions in order of time, their words in as few rows as hold them.
fn laid(mut decisions: Vec<(Epoch, &'static str, String)>, axis: &Axis) -> Vec<Flag> {
    decisions.sort_by_key(|decision| decision.0);
    let mut ends = [f64::MIN; FLAG_ROWS];
    let place = |(time, class, words): (Epoch, &'static str, String)| {
        let x = axis.x(time);
        let width = 6.9 * words.chars().count() as f64 + 8.0;
        let flips = x + width > WIDTH - 4.0;
        let from = if flips { x - width } else { x };
        let free = ends.iter().position(|end| *end <= from);
        let row = free.filter(|_| !words.is_empty());
        if let Some(row) = row {
            ends[row] = from + width;
        }
        Flag {
            x,
            class,
            words,
            row,
            flips,
        }
    };
    decisions.into_iter().map(place).collect()
}

/// The words above the bars and a line down from each.
fn flags(laid: &[Flag], top: f64, foot: f64) -> String {
    let mut out = String::new();
    for flag in laid {
        let Flag {
            x, class, words, ..
        } = flag;
        let from = flag.row.map_or(top, |row| row as f64 * FLAG_ROW_PX + 4.0);
        out.push_str(&line(&format!("flag {class}"), [*x, from], [*x, foot]));
        if flag.row.is_some() {
            let (anchor, shift) = if flag.flips {
                (" end", -4.0)
            } else {
                ("", 4.0)
            };
            out.push_str(&text(
                &format!("flag-words {class}{anchor}"),
                [x + shift, from + 10.0],
                words,
            ));
        }
    }
    out
}

fn decisions(
    track: &Track<'_>,
    story: &Story<'_>,
    sensors: &[Sensor],
) -> Vec<(Epoch, &'static str, String)> {
    let mut out = vec![(track.began(), "f-plain", "first assessed".to_owned())];
    let mut add = |time: Option<Epoch>, class: &'static str, words: &str| {
        out.extend(time.map(|time| (time, class, words.to_owned())));
    };
    add(
        track.launch().map(|launch| launch.time),
        "f-launch",
        "launch",
    );
    add(
        track
            .latest(|assessment| assessment.burnout)
            .map(|(_, (time, _))| time),
        "f-plain",
        "cut-off",
    );
    add(track.since(Verdict::Suspected), "f-suspected", "suspected");
    add(track.since(Verdict::Confirmed), "f-confirmed", "confirmed");
    let last = track.last();
    if track.rank() < 2 && last.verdict != track.peak() {
        add(
            Some(track.ended()),
            "f-plain",
            &format!("ended {}", last.verdict.word()),
        );
    }
    let is_radar = |kind: &SensorKind| matches!(kind, SensorKind::Radar(_));
    add(
        track.first_agreed(sensors, is_radar),
        "f-radar",
        "first radar report",
    );
    add(track.impact_time(), "f-impact", "predicted impact");
    let mut updates = 0;
    for (time, warning) in story.warnings_of(track.id) {
        let (class, words) = match warning.action.word() {
            "update" => {
                updates += 1;
                let words = format!("{} update", warning.warning);
                ("f-update", if updates == 1 { words } else { String::new() })
            }
            "cancel" => ("f-cancel", format!("{} cancelled", warning.warning)),
            "retract" => ("f-cancel", format!("{} retracted", warning.warning)),
            _ => ("f-warning", format!("{} issued", warning.warning)),
        };
        add(Some(*time), class, &words);
    }
    out
}
