//! Line charts over time, on a straight or a logarithmic axis.

use forewarn_physics::math::{log10, powf};

use super::svg::{line, path, polyline, text};
use super::text::escape;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 26.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;
/// Fewer points than this in every line make no chart.
const FEWEST_POINTS: usize = 3;
/// Points of one line drawn at most.
const MOST_POINTS: usize = 240;

/// One line of a chart.
pub(super) struct Series {
    pub(super) name: &'static str,
    /// Style class: colour and dash.
    pub(super) class: &'static str,
    /// Seconds since the chart's zero, and value.
    pub(super) points: Vec<[f64; 2]>,
}

/// A chart to draw.
pub(super) struct Chart<'a> {
    pub(super) title: &'a str,
    /// What the vertical axis shows, with its unit.
    pub(super) unit: &'a str,
    pub(super) series: Vec<Series>,
    /// Ends of the time axis [s].
    pub(super) span_s: [f64; 2],
}

impl Chart<'_> {
    /// The chart, on a logarithmic axis; nothing where no line has a few points.
    pub(super) fn svg(&self) -> String {
        let values = || {
            self.series
                .iter()
                .flat_map(|series| &series.points)
                .map(|point| point[1])
        };
        let usable = values().filter(|value| value.is_finite() && *value > 0.0);
        let (low, high) = usable.fold((f64::MAX, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let enough = self
            .series
            .iter()
            .any(|series| series.points.len() >= FEWEST_POINTS);
        if high <= 0.0 || !enough || self.span_s[1] <= self.span_s[0] {
            return String::new();
        }
        let low = low.max(high * 1e-6);
        let decades = [log10(low * 0.9).floor(), log10(high * 1.1).ceil()];
        let mut out = format!(
            "<figure class=\"chart\"><figcaption>{} <span>{}</span></figcaption>\
             <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            escape(self.title),
            escape(self.unit),
            escape(self.title)
        );
        out.push_str(&self.grid(decades));
        for series in &self.series {
            out.push_str(&self.drawn(series, decades));
        }
        out.push_str("</svg>");
        out.push_str(&self.key());
        out.push_str("</figure>");
        out
    }

    fn grid(&self, decades: [f64; 2]) -> String {
        let mut out = String::new();
        let mut decade = decades[0];
        while decade <= decades[1] {
            let y = self.y(powf(10.0, decade), decades);
            out.push_str(&line("grid", [LEFT, y], [WIDTH - RIGHT, y]));
            out.push_str(&text(
                "tick end",
                [LEFT - 6.0, y + 4.0],
                &short(powf(10.0, decade)),
            ));
            decade += 1.0;
        }
        for seconds in ticks(self.span_s, 6.0) {
            let x = self.x(seconds);
            out.push_str(&line("grid", [x, TOP], [x, HEIGHT - BOTTOM]));
            out.push_str(&text(
                "tick middle",
                [x, HEIGHT - BOTTOM + 15.0],
                &since(seconds),
            ));
        }
        out.push_str(&text(
            "tick end",
            [WIDTH - RIGHT, HEIGHT - 3.0],
            "since launch",
        ));
        out
    }

    fn drawn(&self, series: &Series, decades: [f64; 2]) -> String {
        let step = series.points.len().div_ceil(MOST_POINTS).max(1);
        let last = series.points.last().filter(|_| step > 1);
        let kept = series.points.iter().step_by(step).chain(last);
        let floor = powf(10.0, decades[0]);
        let points: Vec<[f64; 2]> = kept
            .filter(|point| point.iter().all(|number| number.is_finite()))
            .map(|point| [self.x(point[0]), self.y(point[1].max(floor), decades)])
            .collect();
        path(
            &format!("series {}", series.class),
            &polyline(&points),
            series.name,
        )
    }

    fn key(&self) -> String {
        let entry = |series: &Series| {
            format!(
                "<li><svg viewBox=\"0 0 26 10\" width=\"26\" height=\"10\" aria-hidden=\"true\">{}</svg>{}</li>",
                path(&format!("series {}", series.class), "M1 5L25 5", ""),
                escape(series.name)
            )
        };
        let entries: String = self
            .series
            .iter()
            .filter(|series| !series.points.is_empty())
            .map(entry)
            .collect();
        format!("<ul class=\"key\">{entries}</ul>")
    }

    fn x(&self, seconds: f64) -> f64 {
        let share = (seconds - self.span_s[0]) / (self.span_s[1] - self.span_s[0]);
        LEFT + (WIDTH - LEFT - RIGHT) * share.clamp(0.0, 1.0)
    }

    fn y(&self, value: f64, decades: [f64; 2]) -> f64 {
        let share = (log10(value) - decades[0]) / (decades[1] - decades[0]).max(1.0);
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
    }
}

fn short(value: f64) -> String {
    if value >= 0.999 {
        return super::text::thousands(value.round() as i64);
    }
    num_small(value)
}

fn num_small(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `+2:30`, minutes and seconds.
pub(super) fn since(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    let sign = if whole < 0 { "−" } else { "+" };
    let (minutes, rest) = (whole.abs() / 60, whole.abs() % 60);
    format!("{sign}{minutes}:{rest:02}")
}

/// Round times inside a span, about half to all of `most`.
pub(super) fn ticks(span_s: [f64; 2], most: f64) -> Vec<f64> {
    const STEPS_S: [f64; 14] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0,
        7_200.0,
    ];
    let length_s = span_s[1] - span_s[0];
    let fits = |step: &&f64| length_s / **step <= most;
    let step_s = STEPS_S
        .iter()
        .find(fits)
        .copied()
        .unwrap_or((length_s / 8.0).max(1.0));
    let mut out = Vec::new();
    let mut at_s = (span_s[0] / step_s).ceil() * step_s;
    while at_s <= span_s[1] && out.len() < 20 {
        out.push(at_s);
        at_s += step_s;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<[f64; 2]>) -> String {
        let series = vec![Series {
            name: "a",
            class: "s-launch",
            points,
        }];
        Chart {
            title: "T",
            unit: "km",
            series,
            span_s: [0.0, 100.0],
        }
        .svg()
    }

    #[test]
    fn draws_only_what_can_be_drawn() {
        assert_eq!(chart(vec![]), "");
        assert_eq!(chart(vec![[0.0, f64::NAN], [1.0, f64::NAN]]), "");
        let drawn = chart(vec![[0.0, 10.0], [50.0, f64::INFINITY], [100.0, 0.0]]);
        assert!(drawn.contains("<path") && !drawn.contains("inf") && !drawn.contains("NaN"));
        assert_eq!(crate::report::svg::num(f64::NAN), "0");
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(
            ticks([0.0, 100.0], 9.0),
            [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
        );
        assert!(ticks([-7.0, 1e6], 9.0).len() <= 20);
        assert_eq!(since(-30.0), "−0:30");
    }
}
