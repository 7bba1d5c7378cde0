//! Pre-launch notices against what was launched.

use forewarn_physics::math::wrap_pi;
use forewarn_physics::time::{after, seconds_between};

use crate::assess::NoticeMatch;
use crate::model::{ImpactEstimate, LaunchEstimate, Notice};
use crate::warn::region_contains;

/// A launch may leave its window by this much and still be the one announced [s].
const WINDOW_SLACK_S: f64 = 60.0;
/// Tolerance of the direction where the notice gives none [rad].
const AZIMUTH_TOLERANCE_RAD: f64 = 0.26;

/// How a launch agrees with a notice; `None` when neither time nor place does.
pub(super) fn compare(
    notice: &Notice,
    launch: &LaunchEstimate,
    impact: Option<&ImpactEstimate>,
    matched_before: u32,
) -> Option<NoticeMatch> {
    let slack_s = WINDOW_SLACK_S + 2.0 * launch.time_sigma_s;
    let time_matches = launch.time >= after(notice.window[0], -slack_s)
        && seconds_between(notice.window[1], launch.time) <= slack_s;
    let place_matches = region_contains(&notice.launch_area, &launch.place);
    if !time_matches || !place_matches {
        return None;
    }
    let direction_matches = notice.azimuth_rad.map(|azimuth_rad| {
        let tolerance = notice
            .azimuth_tolerance_rad
            .unwrap_or(AZIMUTH_TOLERANCE_RAD)
            + 2.0 * launch.azimuth_sigma_rad;
        wrap_pi(launch.azimuth_rad - azimuth_rad).abs() <= tolerance
    });
    let impact_matches = impact
        .filter(|_| !notice.impact_areas.is_empty())
        .map(|impact| {
            notice
                .impact_areas
                .iter()
                .any(|area| region_contains(area, &impact.place))
        });
    Some(NoticeMatch {
        id: notice.id.clone(),
        class: notice.class,
        time_matches,
        place_matches,
        direction_matches,
        impact_matches,
        count_matches: notice.count.is_none_or(|count| matched_before < count),
    })
}
