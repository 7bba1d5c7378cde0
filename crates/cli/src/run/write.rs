//! What is written when a run is over, and what is said about it.

use forewarn_formats::czml::scene;

use super::{Done, Job};
use crate::failure::{Failure, Outcome, write_file};
use crate::report::{self, ReportInput};

/// Writes `summary.json`, `report.html` and `scene.czml`.
pub(super) fn outputs(job: &Job, done: &Done) -> Outcome<()> {
    let summary = serde_json::to_string_pretty(&done.summary)
        .map_err(|error| Failure::Internal(error.into()))?;
    write_file(&job.out.join("summary.json"), (summary + "\n").as_bytes())?;
    let title = title(job);
    let page = report::html(&ReportInput {
        title: &title,
        mode: done.setup.mode,
        sensors: &done.setup.sensors,
        events: &done.events,
        truth: done.truth.as_ref(),
    });
    write_file(&job.out.join("report.html"), page.as_bytes())?;
    write_file(
        &job.out.join("scene.czml"),
        scene(&title, &done.setup, &done.lines).as_bytes(),
    )
}

/// The recording's name for people.
fn title(job: &Job) -> String {
    let name = job
        .recording
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "run".into())
}

/// A few lines about what a run came to.
pub(super) fn account(job: &Job, done: &Done) -> String {
    let summary = &done.summary;
    let counts = |counts: &std::collections::BTreeMap<String, u64>| {
        let parts: Vec<String> = counts
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        if parts.is_empty() {
            "none".to_owned()
        } else {
            parts.join(", ")
        }
    };
    let mut text = format!(
        "{} records ({} reports) in {:.1} s: {:.0} reports/s, 99 % of steps under {:.1} ms\n",
        summary.records,
        summary.detections,
        summary.wall_time_s,
        summary.detections_per_s,
        summary.latency_s.get("p99").copied().unwrap_or(0.0) * 1e3,
    );
    text.push_str(&format!("events:   {}\n", counts(&summary.events)));
    text.push_str(&format!(
        "objects:  {}\n",
        counts(&summary.objects_by_verdict)
    ));
    text.push_str(&format!("warnings: {}\n", summary.warnings));
    if summary.rejections > 0 {
        text.push_str(&format!(
            "rejected: {}\n",
            counts(&summary.rejections_by_reason)
        ));
    }
    if !summary.unknown_keys.is_empty() {
        text.push_str(&format!(
            "unknown keys, kept and not used: {}\n",
            counts(&summary.unknown_keys)
        ));
    }
    text.push_str(&format!("{}\n", job.out.join("report.html").display()));
    text
}
