//! The few marks that the pictures are made of.

use super::text::escape;

/// A coordinate to a tenth of a pixel; never anything but a number.
pub(super) fn num(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".into(),
        Some(whole) => whole.into(),
        None => text,
    }
}

/// A straight line.
pub(super) fn line(class: &str, from: [f64; 2], to: [f64; 2]) -> String {
    format!(
        "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
        num(from[0]),
        num(from[1]),
        num(to[0]),
        num(to[1])
    )
}

/// A box with a hint for the pointer.
pub(super) fn rect(class: &str, at: [f64; 2], size: [f64; 2], hint: &str) -> String {
    format!(
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{}</rect>",
        num(at[0]),
        num(at[1]),
        num(size[0].max(0.5)),
        num(size[1]),
        title(hint)
    )
}

/// Words; `class` may carry the anchor (`end`, `middle`).
pub(super) fn text(class: &str, at: [f64; 2], words: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
        num(at[0]),
        num(at[1]),
        escape(words)
    )
}

/// A hint for the pointer; nothing where it is empty.
pub(super) fn title(hint: &str) -> String {
    if hint.is_empty() {
        return String::new();
    }
    format!("<title>{}</title>", escape(hint))
}

/// The `d` of an open line through points.
pub(super) fn polyline(points: &[[f64; 2]]) -> String {
    let mut out = String::new();
    for (index, point) in points.iter().enumerate() {
        out.push(if index == 0 { 'M' } else { 'L' });
        out.push_str(&num(point[0]));
        out.push(' ');
        out.push_str(&num(point[1]));
    }
    out
}

/// A path with a hint.
pub(super) fn path(class: &str, d: &str, hint: &str) -> String {
    if d.is_empty() {
        return String::new();
    }
    format!("<path class=\"{class}\" d=\"{d}\">{}</path>", title(hint))
}

/// A mark whose shape, not only its colour, tells what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Launch: a triangle.
    Launch,
    /// Impact: a cross in a ring.
    Impact,
    /// Last place of a track: a dot.
    Track,
    /// Radar: a square.
    Radar,
    /// Satellite: a diamond.
    Satellite,
    /// Truth: a hollow square on its corner, dashed.
    Truth,
}

impl Mark {
    /// The mark around a place.
    pub(super) fn at(self, [x, y]: [f64; 2], size: f64, hint: &str) -> String {
        let (class, d) = match self {
            Self::Launch => (
                "m-launch",
                polyline(&[
                    [x, y - size],
                    [x + size, y + 0.8 * size],
                    [x - size, y + 0.8 * size],
                ]) + "Z",
            ),
            Self::Impact => ("m-impact", ring([x, y], size) + &cross([x, y], 1.5 * size)),
            Self::Track => ("m-track", ring([x, y], 0.6 * size)),
            Self::Radar => (
                "m-radar",
                format!(
                    "M{} {}h{s}v{s}h-{s}Z",
                    num(x - 0.7 * size),
                    num(y - 0.7 * size),
                    s = num(1.4 * size)
                ),
            ),
            Self::Satellite => ("m-satellite", diamond([x, y], size)),
            Self::Truth => ("m-truth", diamond([x, y], 1.3 * size)),
        };
        path(class, &d, hint)
    }
}

fn diamond([x, y]: [f64; 2], size: f64) -> String {
    polyline(&[[x, y - size], [x + size, y], [x, y + size], [x - size, y]]) + "Z"
}

fn ring([x, y]: [f64; 2], radius: f64) -> String {
    let (r, d) = (num(radius), num(2.0 * radius));
    format!(
        "M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0",
        num(x - radius),
        num(y)
    )
}

fn cross([x, y]: [f64; 2], reach: f64) -> String {
    polyline(&[[x - reach, y], [x + reach, y]]) + &polyline(&[[x, y - reach], [x, y + reach]])
}
