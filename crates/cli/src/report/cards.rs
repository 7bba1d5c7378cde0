//! One card for each object, threats first.

use forewarn_core::model::{Assessment, Class, Ellipse, Sensor, SensorKind, Verdict};
use forewarn_formats::truth::TruthPlace;
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::exp;
use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::Matrix2;

use super::ReportInput;
use super::chart::{Chart, Series};
use super::rings::{self, Said};
use super::story::{Story, Track};
use super::svg::Mark;
use super::text::{
    SIGMAS_90, bearing, clock, count, distance, duration, ellipse, escape, escape_short, percent,
    place, plain, seconds,
};
use super::timeline;

/// Threats with pictures of their own.
const MOST_PICTURED: usize = 8;
/// Threats with a card.
const MOST_CARDS: usize = 60;
/// Rows of the table of other objects.
const MOST_ROWS: usize = 120;

/// Semi-major axis of the 90 % ellipse [m].
pub(super) fn radius_90_m(covariance_en_m2: &Matrix2<f64>) -> f64 {
    Ellipse::of(covariance_en_m2, 0.9).semi_major_m
}

/// All objects.
pub(super) fn section(input: &ReportInput<'_>, story: &Story<'_>) -> String {
    let threats = story.threats();
    let mut out = String::new();
    if !threats.is_empty() {
        out.push_str("<section><h2>Threats</h2>");
        if threats.len() > 1 {
            out.push_str(&timeline::of_many(threats));
        }
        out.push_str(&timeline::legend());
        for (index, track) in threats.iter().take(MOST_CARDS).enumerate() {
            out.push_str(&card(track, input, story, index < MOST_PICTURED));
        }
        out.push_str(&more(threats.len(), MOST_CARDS, "threat", "have no card"));
        out.push_str(&more(
            threats.len(),
            MOST_PICTURED,
            "threat",
            "have no pictures of their own",
        ));
        out.push_str("</section>");
    }
    out.push_str(&others(story));
    out
}

fn more(all: usize, most: usize, noun: &str, what: &str) -> String {
    if all <= most {
        return String::new();
    }
    format!(
        "<p class=\"note\">{} {what}, to stay readable; events.ndjson holds everything.</p>",
        count(all - most, noun)
    )
}

fn card(track: &Track<'_>, input: &ReportInput<'_>, story: &Story<'_>, pictured: bool) -> String {
    let fullest = track.fullest();
    let mut out = format!(
        "<article class=\"card c-{}\"><h3><span class=\"id\">{}</span> <span class=\"verdict\">{}</span> \
         <span class=\"class\">{}</span> <span class=\"p\">P(threat) {}</span></h3>",
        track.peak().word(),
        track.id,
        track.peak().word(),
        plain(fullest.classification.word()),
        percent(fullest.probabilities.threat())
    );
    out.push_str(&facts(track, fullest));
    if pictured {
        out.push_str(&timeline::of_one(track, story, input.sensors));
        out.push_str(&pictures(track));
    }
    out.push_str(&evidence(fullest, input.sensors));
    out.push_str("</article>");
    out
}

fn facts(track: &Track<'_>, fullest: &Assessment) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    rows.push(("Verdict", verdicts(track)));
    rows.push(("Classes", classes(fullest)));
    if let Some(launch) = track.launch() {
        let sites: Vec<String> = launch
            .sites
            .iter()
            .take(3)
            .map(|site| {
                format!(
                    "{} {}",
                    escape_short(&site.name, 40),
                    percent(site.probability)
                )
            })
            .collect();
        let sites = if sites.is_empty() {
            String::new()
        } else {
            format!("; sites: {}", sites.join(", "))
        };
        rows.push((
            "Launch",
            format!(
                "{} UTC ± {}, {}, ellipse {}, heading {} ± {:.1}°{sites}",
                clock(launch.time),
                seconds(SIGMAS_90 * launch.time_sigma_s),
                place(&launch.place),
                ellipse(&Ellipse::of(&launch.covariance_en_m2, 0.9)),
                bearing(launch.azimuth_rad),
                (SIGMAS_90 * launch.azimuth_sigma_rad).to_degrees()
            ),
        ));
    }
    if let Some((_, (time, sigma_s))) = track.latest(|assessment| assessment.burnout) {
        rows.push((
            "Cut-off",
            format!("{} UTC ± {}", clock(time), seconds(SIGMAS_90 * sigma_s)),
        ));
    }
    rows.push(("Impact", impact(track)));
    let first_time_left = track
        .history
        .iter()
        .find(|(_, assessment)| assessment.verdict == Verdict::Confirmed);
    if let Some(left) = first_time_left.and_then(|(_, assessment)| assessment.time_left) {
        rows.push((
            "Time left",
            format!(
                "{} when first confirmed, {} at the earliest (5th percentile)",
                duration(left.median_s),
                duration(left.earliest_95_s)
            ),
        ));
    }
    rows.extend(kin(fullest));
    if let Some(truth) = track.truth {
        rows.push((
            "Truth",
            against_truth(
                track,
                truth.class.0,
                truth.launch.as_ref(),
                truth.impact.as_ref(),
                &truth.object,
            ),
        ));
    }
    let rows: String = rows
        .iter()
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>"))
        .collect();
    format!("<dl>{rows}</dl>")
}

fn verdicts(track: &Track<'_>) -> String {
    let mut said = Vec::new();
    let mut before = None;
    for (time, assessment) in &track.history {
        if before != Some(assessment.verdict) {
            before = Some(assessment.verdict);
            said.push(format!(
                "{} {} ({})",
                assessment.verdict.word(),
                clock(*time),
                plain(assessment.reason.word())
            ));
        }
    }
    let left = said.len().saturating_sub(8);
    said.truncate(8);
    let more = if left > 0 {
        format!(" and {left} changes more")
    } else {
        String::new()
    };
    let last = track.last();
    format!(
        "{}{more}; ended {} as {} ({})",
        said.join(" → "),
        clock(track.ended()),
        last.verdict.word(),
        plain(last.reason.word())
    )
}

fn classes(assessment: &Assessment) -> String {
    let mut all: Vec<(f64, Class)> = Class::ALL
        .iter()
        .map(|class| (assessment.probabilities.of(*class), *class))
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let said = all
        .iter()
        .take(4)
        .filter(|(probability, _)| *probability > 5e-4);
    let said: Vec<String> = said
        .map(|(probability, class)| format!("{} {}", plain(class.word()), percent(*probability)))
        .collect();
    escape(&said.join(", "))
}

fn impact(track: &Track<'_>) -> String {
    match (track.impact(), track.region()) {
        (Some(impact), _) => format!(
            "{} UTC ± {}, {}, ellipse {}",
            clock(impact.time),
            seconds(SIGMAS_90 * impact.time_sigma_s),
            place(&impact.place),
            ellipse(&Ellipse::of(&impact.covariance_en_m2, 0.9))
        ),
        (None, Some(region)) => format!(
            "a region (map), near {} UTC ± {}; no point would be honest",
            clock(region.time),
            seconds(SIGMAS_90 * region.time_sigma_s)
        ),
        (None, None) => "nothing honest can be said".into(),
    }
}

/// What it belongs to.
fn kin(assessment: &Assessment) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let ids = [
        ("Piece of", assessment.parent),
        ("Merged into", assessment.merged_into),
        ("Split from", assessment.split_from),
    ];
    rows.extend(
        ids.into_iter()
            .filter_map(|(name, id)| Some((name, id?.to_string()))),
    );
    rows.extend(
        assessment
            .notice
            .iter()
            .map(|id| ("Notice", escape_short(id, 60))),
    );
    let departs: Vec<&str> = assessment
        .notice_departs
        .iter()
        .map(|word| word.word())
        .collect();
    if !departs.is_empty() {
        rows.push(("Departs from it in", departs.join(", ")));
    }
    if assessment.notice.is_some() {
        let by = assessment
            .notice_acknowledged_by
            .as_deref()
            .unwrap_or("nobody yet");
        rows.push(("Notice acknowledged by", escape_short(by, 60)));
    }
    rows.extend(
        assessment
            .catalogue
            .iter()
            .map(|name| ("Catalogue", escape_short(name, 60))),
    );
    rows
}

fn against_truth(
    track: &Track<'_>,
    class: Class,
    launch: Option<&TruthPlace>,
    impact: Option<&TruthPlace>,
    name: &str,
) -> String {
    let mut said = format!("{}, {}", escape_short(name, 60), plain(class.word()));
    if let Some(piece) = track.voted.filter(|piece| piece.object != name) {
        said.push_str(&format!(
            " (most of its reports came from {}, {})",
            escape_short(&piece.object, 60),
            plain(piece.class.0.word())
        ));
    }
    if let (Some(said_launch), Some(launch)) = (track.launch(), launch) {
        said.push_str(&format!(
            "; launch off by {} and {}",
            distance(apart_m(&said_launch.place, launch)),
            seconds(seconds_between(launch.time.0, said_launch.time).abs())
        ));
    }
    if let (Some(said_impact), Some(impact)) = (track.impact(), impact) {
        said.push_str(&format!(
            "; last impact prediction off by {} and {}",
            distance(apart_m(&said_impact.place, impact)),
            seconds(seconds_between(impact.time.0, said_impact.time).abs())
        ));
    }
    said
}

fn true_place(place: &TruthPlace) -> Geodetic {
    Geodetic::from_degrees(place.latitude_deg, place.longitude_deg, 0.0)
}

fn apart_m(said: &Geodetic, truth: &TruthPlace) -> f64 {
    geodesic::inverse(said, &true_place(truth)).distance_m
}

/// Ellipses on the ground, and sizes and errors over time.
fn pictures(track: &Track<'_>) -> String {
    let launches = said_of(track, |assessment| {
        let launch = assessment.launch.as_ref()?;
        Some((launch.place, launch.covariance_en_m2))
    });
    let impacts = said_of(track, |assessment| {
        let impact = assessment.impact.as_ref()?;
        Some((impact.place, impact.covariance_en_m2))
    });
    let (true_launch, true_impact) = track.truth.map_or((None, None), |truth| {
        (truth.launch.as_ref(), truth.impact.as_ref())
    });
    format!(
        "<div class=\"pictures\">{}{}{}{}{}{}</div>",
        rings::svg(
            "Launch ellipse, 90 %: earlier fainter",
            "e-launch",
            Mark::Launch,
            &launches,
            true_launch.map(true_place)
        ),
        places_chart(track, "Launch place", true_launch, false),
        times_chart(track, "Launch time", true_launch, false),
        rings::svg(
            "Impact ellipse, 90 %: earlier fainter",
            "e-impact",
            Mark::Impact,
            &impacts,
            true_impact.map(true_place)
        ),
        places_chart(track, "Impact place", true_impact, true),
        times_chart(track, "Impact time", true_impact, true)
    )
}

fn said_of(
    track: &Track<'_>,
    get: impl Fn(&Assessment) -> Option<(Geodetic, Matrix2<f64>)>,
) -> Vec<Said> {
    let said = track.history.iter().filter_map(|(time, assessment)| {
        let (place, covariance) = get(assessment)?;
        let ellipse = Ellipse::of(&covariance, 0.9);
        let finite = ellipse.semi_major_m.is_finite() && ellipse.semi_minor_m.is_finite();
        finite.then(|| Said {
            place,
            ellipse,
            hint: format!("at {}: {}", clock(*time), super::text::ellipse(&ellipse)),
        })
    });
    said.collect()
}

/// Values of each assessment over the time since launch.
fn over_time(track: &Track<'_>, get: impl Fn(&Assessment) -> Option<f64>) -> Vec<[f64; 2]> {
    let zero = timeline::zero_of(track);
    let values = track
        .history
        .iter()
        .filter_map(|(time, assessment)| Some([seconds_between(zero, *time), get(assessment)?]));
    values.collect()
}

fn span_s(track: &Track<'_>) -> [f64; 2] {
    let zero = timeline::zero_of(track);
    let end: Epoch = track
        .impact_time()
        .map_or(track.ended(), |impact| impact.max(track.ended()));
    [0.0, seconds_between(zero, end)]
}

/// Size of the ellipse, and error against truth where there is one.
fn places_chart(
    track: &Track<'_>,
    title: &str,
    truth: Option<&TruthPlace>,
    is_impact: bool,
) -> String {
    let place_of = |assessment: &Assessment| {
        let launch = || {
            assessment
                .launch
                .as_ref()
                .map(|launch| (launch.place, launch.covariance_en_m2))
        };
        let impact = || {
            assessment
                .impact
                .as_ref()
                .map(|impact| (impact.place, impact.covariance_en_m2))
        };
        if is_impact { impact() } else { launch() }
    };
    let axis = |get: fn(&Ellipse) -> f64| {
        over_time(track, |assessment| {
            Some(1e-3 * get(&Ellipse::of(&place_of(assessment)?.1, 0.9)))
        })
    };
    let (major, minor) = if is_impact {
        ("s-impact", "s-impact thin")
    } else {
        ("s-launch", "s-launch thin")
    };
    let mut series = vec![
        Series {
            name: "90 % semi-major axis",
            class: major,
            points: axis(|ellipse| ellipse.semi_major_m),
        },
        Series {
            name: "90 % semi-minor axis",
            class: minor,
            points: axis(|ellipse| ellipse.semi_minor_m),
        },
    ];
    if let Some(truth) = truth {
        let points = over_time(track, |assessment| {
            Some(1e-3 * apart_m(&place_of(assessment)?.0, truth))
        });
        series.push(Series {
            name: "error against truth",
            class: "s-truth",
            points,
        });
    }
    Chart {
        title,
        unit: "km",
        series,
        span_s: span_s(track),
    }
    .svg()
}

/// Uncertainty of a time, and its error against truth where there is one.
fn times_chart(
    track: &Track<'_>,
    title: &str,
    truth: Option<&TruthPlace>,
    is_impact: bool,
) -> String {
    let time_of = |assessment: &Assessment| {
        let launch = || {
            assessment
                .launch
                .as_ref()
                .map(|launch| (launch.time, launch.time_sigma_s))
        };
        let impact = || {
            assessment
                .impact
                .as_ref()
                .map(|impact| (impact.time, impact.time_sigma_s))
        };
        if is_impact { impact() } else { launch() }
    };
    let class = if is_impact { "s-impact" } else { "s-launch" };
    let points = over_time(track, |assessment| Some(SIGMAS_90 * time_of(assessment)?.1));
    let mut series = vec![Series {
        name: "± that holds 90 %",
        class,
        points,
    }];
    if let Some(truth) = truth {
        let off_s = |time: Epoch| seconds_between(truth.time.0, time).abs();
        let points = over_time(track, |assessment| Some(off_s(time_of(assessment)?.0)));
        series.push(Series {
            name: "error against truth",
            class: "s-truth",
            points,
        });
    }
    Chart {
        title,
        unit: "s",
        series,
        span_s: span_s(track),
    }
    .svg()
}

/// What each sensor says, by failure domain.
fn evidence(assessment: &Assessment, sensors: &[Sensor]) -> String {
    if assessment.evidence.is_empty() {
        return String::new();
    }
    let mut rows: Vec<(String, String)> = assessment.evidence.iter().map(|evidence| {
        let sensor = sensors.get(usize::from(evidence.sensor.0));
        let domains = sensor.map_or_else(String::new, |sensor| sensor.failure_domains.join(", "));
        let (id, physics) = match sensor {
            Some(sensor) => (sensor.id.as_ref(), match sensor.kind {
                SensorKind::Infrared(_) => "infrared",
                SensorKind::Radar(_) => "radar",
            }),
            None => ("not in the table", ""),
        };
        let word = evidence.state.word();
        let row = format!(
            "<tr><td>{}</td><td>{}</td><td>{physics}</td><td class=\"state st-{word}\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            escape_short(&domains, 60),
            escape_short(id, 40),
            plain(word),
            ratio(evidence.log_likelihood_ratio),
            evidence.reports
        );
        (domains, row)
    }).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let left = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    let body: String = rows.into_iter().map(|(_, row)| row).collect();
    let note = if left > 0 {
        format!(
            "<p class=\"note\">{} left out.</p>",
            count(left, "more sensor")
        )
    } else {
        String::new()
    };
    format!(
        "<table class=\"evidence\"><thead><tr><th>Failure domain</th><th>Sensor</th><th>Physics</th><th>Says</th>\
         <th class=\"n\">Log-likelihood ratio</th><th class=\"n\">Reports</th></tr></thead><tbody>{body}</tbody></table>{note}"
    )
}

/// `+3.1 (22 : 1)`.
fn ratio(log_ratio: f64) -> String {
    let odds = exp(log_ratio.abs().min(40.0));
    let odds = if odds > 999.5 {
        "> 999".into()
    } else {
        format!("{odds:.0}")
    };
    let sides = if log_ratio >= 0.0 {
        format!("{odds} : 1")
    } else {
        format!("1 : {odds}")
    };
    format!("{log_ratio:+.1} ({sides})").replace('-', "−")
}

/// Objects that are no threat: one row each.
fn others(story: &Story<'_>) -> String {
    let others = story.others();
    if others.is_empty() {
        return String::new();
    }
    let row = |track: &Track<'_>| {
        let last = track.last();
        let name = last.catalogue.as_ref().map(|name| escape_short(name, 40));
        let parent = last.parent.map(|parent| format!("piece of {parent}"));
        let merged = last
            .merged_into
            .map(|into| format!("turned out to be {into}"));
        let what = name.or(parent).or(merged).unwrap_or_default();
        let most = track
            .history
            .iter()
            .map(|(_, assessment)| assessment.probabilities.threat())
            .fold(0.0, f64::max);
        format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{what}</td><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td></tr>",
            track.id,
            last.verdict.word(),
            plain(last.classification.word()),
            plain(last.reason.word()),
            percent(most),
            clock(track.began()),
            duration(seconds_between(track.began(), track.ended()))
        )
    };
    let rows: String = others.iter().take(MOST_ROWS).map(row).collect();
    format!(
        "<section><h2>Other objects <small>{}</small></h2><table><thead><tr><th>Object</th><th>Verdict</th><th>Class</th>\
         <th>Why</th><th>Which</th><th class=\"n\">Highest P(threat)</th><th>First</th><th class=\"n\">For</th></tr></thead><tbody>{rows}</tbody></table>{}</section>",
        others.len(),
        more(others.len(), MOST_ROWS, "object", "are not listed")
    )
}
