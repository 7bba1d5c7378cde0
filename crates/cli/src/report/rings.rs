//! How an ellipse shrank, drawn on the ground around its last centre.

use forewarn_core::model::Ellipse;
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{FRAC_PI_2, log10, powf, sin_cos};

use super::svg::{Mark, line, num, text, title};
use super::text::{distance, escape};

const SIDE: f64 = 300.0;
/// Ellipses drawn at most.
const MOST_RINGS: usize = 7;
/// An older ellipse larger than this many times the last is not needed to see that it shrank.
const LARGEST: f64 = 12.0;

/// A place with its 90 % ellipse, and what it was said with.
pub(super) struct Said {
    pub(super) place: Geodetic,
    pub(super) ellipse: Ellipse,
    pub(super) hint: String,
}

/// The picture; nothing where nothing was said.
pub(super) fn svg(
    heading: &str,
    class: &str,
    mark: Mark,
    said: &[Said],
    truth: Option<Geodetic>,
) -> String {
    let Some(last) = said.last() else {
        return String::new();
    };
    let smallest_m = last.ellipse.semi_major_m.max(1.0);
    let kept = chosen(said, smallest_m);
    let truth_at = truth.map(|truth| offset(&last.place, &truth));
    let reach = |said: &&Said| {
        let [east, north] = offset(&last.place, &said.place);
        (east * east + north * north).sqrt() + said.ellipse.semi_major_m
    };
    let to_truth = truth_at.map_or(0.0, |[east, north]| (east * east + north * north).sqrt());
    let half_m = kept
        .iter()
        .map(reach)
        .fold(1.25 * to_truth.min(30.0 * smallest_m), f64::max)
        .max(10.0)
        * 1.1;
    let scale = 0.5 * SIDE / half_m;
    let at = |[east, north]: [f64; 2]| [0.5 * SIDE + scale * east, 0.5 * SIDE - scale * north];
    let mut out = format!(
        "<figure class=\"rings\"><figcaption>{}</figcaption><svg viewBox=\"0 0 {SIDE} {SIDE}\" role=\"img\" aria-label=\"{}\">\
         <rect class=\"paper\" width=\"{SIDE}\" height=\"{SIDE}\"/>",
        escape(heading),
        escape(heading)
    );
    out.push_str(&line("grid", [0.5 * SIDE, 0.0], [0.5 * SIDE, SIDE]));
    out.push_str(&line("grid", [0.0, 0.5 * SIDE], [SIDE, 0.5 * SIDE]));
    for (index, one) in kept.iter().enumerate() {
        let is_last = index + 1 == kept.len();
        let old = if is_last { "" } else { " old" };
        out.push_str(&oval(
            &format!("{class}{old}"),
            at(offset(&last.place, &one.place)),
            one,
            scale,
        ));
    }
    out.push_str(&mark.at(at([0.0, 0.0]), 5.0, &last.hint));
    if let Some(truth_at) = truth_at {
        out.push_str(&Mark::Truth.at(
            at(truth_at),
            5.0,
            &format!("truth, {} off", distance(to_truth)),
        ));
    }
    out.push_str(&scale_bar(half_m, scale));
    out.push_str("</svg></figure>");
    out
}

fn oval(class: &str, [x, y]: [f64; 2], said: &Said, scale: f64) -> String {
    let tilt_deg = said.ellipse.azimuth_rad.to_degrees() - 90.0;
    format!(
        "<ellipse class=\"{class}\" rx=\"{}\" ry=\"{}\" transform=\"translate({} {}) rotate({})\">{}</ellipse>",
        num((scale * said.ellipse.semi_major_m).max(0.6)),
        num((scale * said.ellipse.semi_minor_m).max(0.6)),
        num(x),
        num(y),
        num(tilt_deg),
        title(&said.hint)
    )
}

/// The last ellipse and older ones, each a good deal larger than the next.
fn chosen(said: &[Said], smallest_m: f64) -> Vec<&Said> {
    let mut kept: Vec<&Said> = Vec::new();
    for one in said.iter().rev() {
        let before_m = kept.last().map_or(0.0, |kept| kept.ellipse.semi_major_m);
        let grew = one.ellipse.semi_major_m > 1.4 * before_m;
        let drawable = one.ellipse.semi_major_m <= LARGEST * smallest_m;
        if grew && (drawable || kept.is_empty()) && kept.len() < MOST_RINGS {
            kept.push(one);
        }
    }
    kept.reverse();
    kept
}

/// East and north of a centre [m], along the shortest line.
fn offset(centre: &Geodetic, place: &Geodetic) -> [f64; 2] {
    let line = geodesic::inverse(centre, place);
    let (north, _) = sin_cos(FRAC_PI_2 - line.azimuth_from_rad);
    let (east, _) = sin_cos(line.azimuth_from_rad);
    [line.distance_m * east, line.distance_m * north]
}

fn scale_bar(half_m: f64, scale: f64) -> String {
    let decade = powf(10.0, log10(half_m * 0.7).floor());
    let fits = |times: &&f64| **times * decade <= 0.7 * half_m;
    let length_m = decade * [5.0, 2.0, 1.0].iter().find(fits).copied().unwrap_or(1.0);
    let (left, right) = (12.0, 12.0 + scale * length_m);
    line("scale", [left, SIDE - 14.0], [right, SIDE - 14.0])
        + &text("tick", [left, SIDE - 20.0], &distance(length_m))
        + &text("tick middle", [0.5 * SIDE, 14.0], "N")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(semi_major_m: f64) -> Said {
        let place = Geodetic::from_degrees(10.0, 20.0, 0.0);
        let ellipse = Ellipse {
            semi_major_m,
            semi_minor_m: 0.5 * semi_major_m,
            azimuth_rad: 0.3,
        };
        Said {
            place,
            ellipse,
            hint: "<h>".into(),
        }
    }

    #[test]
    fn keeps_the_last_and_those_that_show_the_shrinking() {
        let all: Vec<Said> = [9e5, 8e4, 5e4, 4.9e4, 2e4, 1e4]
            .map(said)
            .into_iter()
            .collect();
        let sizes: Vec<f64> = chosen(&all, 1e4)
            .iter()
            .map(|said| said.ellipse.semi_major_m)
            .collect();
        assert_eq!(sizes, [8e4, 4.9e4, 2e4, 1e4]);
        let drawn = svg("L", "e-launch", Mark::Launch, &all, None);
        assert!(drawn.contains("&lt;h&gt;") && drawn.matches("<ellipse").count() == 4);
    }

    #[test]
    fn offsets_are_east_and_north() {
        let centre = Geodetic::from_degrees(0.0, 179.95, 0.0);
        let [east, north] = offset(&centre, &Geodetic::from_degrees(0.1, -179.95, 0.0));
        assert!((east - 11_132.0).abs() < 20.0 && (north - 11_057.0).abs() < 20.0);
    }
}
