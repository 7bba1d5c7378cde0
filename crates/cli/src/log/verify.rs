//! `log verify`.

use std::path::Path;

use anyhow::anyhow;
use forewarn_formats::words::UtcTime;
use forewarn_log::{Checkpoint, Inspection, PublicKey};
use forewarn_physics::time::{format_utc, of_unix_ns};
use serde_json::{Value, json};

use super::{inspected, refuse_damage};
use crate::failure::{Failure, Outcome, read_text};
use crate::output::Output;

pub(super) fn verify(
    dir: &Path,
    checkpoint: Option<&Path>,
    signed_by: &[PublicKey],
    output: Output,
) -> Outcome<()> {
    let kept = checkpoint.map(read_checkpoint).transpose()?;
    let inspection = inspected(dir)?;
    output.text(&account(&inspection))?;
    let strangers: Vec<&PublicKey> = inspection
        .keys
        .iter()
        .filter(|key| !signed_by.is_empty() && !signed_by.contains(key))
        .collect();
    let broken = kept.and_then(|kept| contradiction(&inspection, &kept));
    output.last_line(&figures(&inspection, broken.as_deref()))?;
    refuse_damage(dir, &inspection, output)?;
    if let Some(stranger) = strangers.first() {
        let why = format!("a key signed here that --signed-by does not name: {stranger}");
        return Err(Failure::Input(anyhow!("{}: {why}", dir.display())));
    }
    match broken {
        Some(why) => Err(Failure::Input(anyhow!("{}: {why}", dir.display()))),
        None => Ok(()),
    }
}

/// What a person should know.
fn account(inspection: &Inspection) -> String {
    let mut text = String::new();
    let mut say = |what: &str, value: String| {
        text.push_str(&format!("{what:<12} {value}\n"));
    };
    if let Some((id, mode)) = inspection.id {
        say("log", format!("{id}, mode {mode}"));
    }
    let last = inspection.last.map_or(0, |last| last.seq);
    let (oldest, entries) = (inspection.oldest_seq, inspection.entries);
    say("entries", format!("{entries}, from {oldest} to {last}"));
    let kilobytes = inspection.bytes as f64 / 1e3;
    say(
        "segments",
        format!("{}, {kilobytes:.1} kB", inspection.segments),
    );
    for key in &inspection.keys {
        say("signed by", key.to_string());
    }
    if let Some(checkpoint) = inspection.checkpoint {
        let time = format_utc(of_unix_ns(checkpoint.wall_ns));
        say("checkpoint", format!("entry {}, {time}", checkpoint.seq));
    }
    for gap in &inspection.gaps {
        let (from, to) = (gap.from_seq, gap.to_seq);
        say("missing", format!("{from} to {to}, known: {}", gap.why));
    }
    for file in &inspection.quarantined {
        say("quarantine", file.clone());
    }
    if let Some(torn) = &inspection.torn {
        let (segment, bytes, why) = (&torn.segment, torn.bytes, &torn.why);
        let note = "being written just now, or torn by a crash: never acknowledged";
        say("end", format!("{segment}: {bytes} bytes {note} ({why})"));
    }
    if let Some(segment) = &inspection.unfinished {
        say("end", format!("{segment}: begun, holds nothing yet"));
    }
    let verdict = match inspection.damage.len() {
        0 if inspection.gaps.is_empty() => "every entry is as it was written".to_owned(),
        0 => "every entry that is left is as it was written".to_owned(),
        count => format!("DAMAGED in {count} places"),
    };
    say("verdict", verdict);
    text
}

fn figures(inspection: &Inspection, contradiction: Option<&str>) -> Value {
    json!({
        "log": inspection.id.map(|(id, _)| id),
        "mode": inspection.id.map(|(_, mode)| mode.word()),
        "segments": inspection.segments,
        "bytes": inspection.bytes,
        "entries": inspection.entries,
        "oldest_seq": inspection.oldest_seq,
        "last_seq": inspection.last.map(|last| last.seq),
        "last_hash": inspection.last.map(|last| last.hash),
        "keys": inspection.keys,
        "checkpoint": inspection.checkpoint,
        "checkpoint_time": inspection.checkpoint.map(|c| UtcTime(of_unix_ns(c.wall_ns))),
        "torn_bytes": inspection.torn.as_ref().map(|torn| torn.bytes),
        "gaps": inspection.gaps,
        "quarantined": inspection.quarantined,
        "damage": inspection.damage.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "contradiction": contradiction,
    })
}

fn read_checkpoint(path: &Path) -> Outcome<Checkpoint> {
    let value: Value = serde_json::from_str(&read_text(path)?)
        .map_err(|error| Failure::Input(anyhow!("{}: {error}", path.display())))?;
    let inner = value.get("checkpoint").cloned().unwrap_or(value);
    serde_json::from_value(inner).map_err(|error| {
        Failure::Input(anyhow!(
            "{}: holds no checkpoint: {error}; keep the last line of `forewarn log verify DIR --json`",
            path.display()
        ))
    })
}

/// In what the log differs from what a checkpoint states; none if it does not.
fn contradiction(inspection: &Inspection, kept: &Checkpoint) -> Option<String> {
    let (id, mode) = inspection.id?;
    if kept.log != id {
        return Some(format!("the checkpoint is of another log, {}", kept.log));
    }
    if !kept.is_genuine(mode) {
        return Some("the checkpoint's own signature does not fit".to_owned());
    }
    let seq = kept.seq;
    if inspection.last.is_none_or(|last| last.seq < seq) {
        return Some(format!("the log was cut: the checkpoint knew entry {seq}"));
    }
    if seq == 0 || seq < inspection.oldest_seq {
        // It went to an archive elsewhere; the heads of later segments vouch for it.
        return None;
    }
    match inspection.view.read(seq).next() {
        Some(Ok(entry)) if entry.seq == seq && entry.hash == kept.hash => None,
        Some(Ok(entry)) if entry.seq == seq => Some(format!(
            "the log was changed: entry {seq} or one before it is not what the checkpoint states"
        )),
        _ => Some(format!(
            "entry {seq}, which the checkpoint knew, is missing"
        )),
    }
}
