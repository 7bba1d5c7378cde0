//! `log quarantine`.

use std::path::Path;

use anyhow::anyhow;
use forewarn_log::{
    Exercise, Live, Log, Mode, ModeName, OnDamage, Options, Recovery, Replay, Signer, Test,
};
use serde_json::json;

use super::{inspected, store};
use crate::failure::{Failure, Outcome};
use crate::output::Output;

pub(super) fn quarantine(dir: &Path, key: &Path, output: Output) -> Outcome<()> {
    let inspection = inspected(dir)?;
    if inspection.damage.is_empty() {
        output.text("nothing is damaged; nothing was changed\n")?;
        return output.last_line(&json!({ "quarantined": [], "gaps": inspection.gaps }));
    }
    let Some((_, mode)) = inspection.id else {
        return Err(Failure::Input(anyhow!(
            "{}: no segment is left whose head can be read, so its mode is unknown; restore it from a copy",
            dir.display()
        )));
    };
    let der = std::fs::read(key)
        .map_err(|error| Failure::Input(anyhow!("{}: cannot be read: {error}", key.display())))?;
    let signer = Signer::from_pkcs8(&der)
        .map_err(|error| Failure::Input(anyhow!("{}: {error}", key.display())))?;
    let recovery = match mode {
        ModeName::Live => set_aside::<Live>(dir, signer),
        ModeName::Exercise => set_aside::<Exercise>(dir, signer),
        ModeName::Test => set_aside::<Test>(dir, signer),
        ModeName::Replay => set_aside::<Replay>(dir, signer),
    }?;
    for damage in &recovery.quarantined {
        output.text(&format!("set aside: {damage}\n"))?;
    }
    for gap in &recovery.gaps {
        output.text(&format!("missing: {} to {}\n", gap.from_seq, gap.to_seq))?;
    }
    let told: Vec<String> = recovery
        .quarantined
        .iter()
        .map(ToString::to_string)
        .collect();
    output.last_line(&json!({ "quarantined": told, "gaps": recovery.gaps }))
}

fn set_aside<M: Mode>(dir: &Path, signer: Signer) -> Outcome<Recovery> {
    let mut options = Options::new(signer);
    options.on_damage = OnDamage::Quarantine;
    let fail = |why: String| Failure::Input(anyhow!("{}: {why}", dir.display()));
    let (log, recovery) =
        Log::<M>::open(store(dir)?, options).map_err(|error| fail(error.to_string()))?;
    log.close().map_err(|error| fail(error.to_string()))?;
    Ok(recovery)
}
