//! How right the account was.

use forewarn_validation::score::{Moment, MomentScore, Score, ThreatScore};

use super::account::length_words;

pub(super) fn account(score: &Score) -> String {
    let mut text = String::from("\nagainst the truth\n");
    for threat in &score.threats {
        text.push_str(&of_threat(threat));
    }
    for object in &score.false_objects {
        let called = if object.confirmed {
            "confirmed"
        } else {
            "suspected"
        };
        text.push_str(&format!(
            "  {} was {called} and is no threat\n",
            object.object
        ));
    }
    text
}

fn of_threat(threat: &ThreatScore) -> String {
    let after = |seconds: Option<f64>| {
        seconds.map_or("never".to_owned(), |seconds| format!("{seconds:.0} s"))
    };
    let mut text = format!(
        "  {}: suspected {} and confirmed {} after the first report, {} before the impact\n",
        threat.truth,
        after(threat.suspected_after_s),
        after(threat.confirmed_after_s),
        after(threat.warned_before_impact_s),
    );
    for moment in &threat.moments {
        text.push_str(&of_moment(moment));
    }
    text
}

fn of_moment(score: &MomentScore) -> String {
    let name = match score.moment {
        Moment::AfterCutoff => "cut-off + 15 s",
        Moment::AfterRadar => "first radar + 60 s",
        Moment::BeforeImpact => "impact - 120 s",
    };
    let held = |inside: bool| if inside { "inside" } else { "outside" };
    let launch = score
        .launch
        .as_ref()
        .map_or("no launch place".to_owned(), |launch| {
            format!(
                "launch {} and {:.1} s off ({} 90 %)",
                length_words(launch.error_m),
                launch.time_error_s.abs(),
                held(launch.inside_90)
            )
        });
    let impact = score
        .impact
        .as_ref()
        .map_or("no impact place".to_owned(), |impact| {
            match impact.error_m {
                Some(error_m) => format!(
                    "impact {} and {:.1} s off ({} 90 %)",
                    length_words(error_m),
                    impact.time_error_s.unwrap_or(0.0).abs(),
                    held(impact.inside_90)
                ),
                None => format!("impact {} the 90 % region", held(impact.inside_90)),
            }
        });
    format!("  {name:<20}{launch}; {impact}\n")
}
