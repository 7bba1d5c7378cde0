//! `validate` and `schema`: files as such.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use forewarn_cap::{Grade, check_xml};
use forewarn_formats::validate::validate_file;
use forewarn_formats::{Problem, nearest, schema as schemas};
use forewarn_simulate::ScenarioError;
use serde_json::json;

use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::simulate;

/// Checks files; anything wrong ends in status 3.
pub(crate) fn validate(files: &[PathBuf], output: Output) -> Outcome<()> {
    let mut problems = Vec::new();
    for file in files {
        let found = check(file);
        if found.is_empty() {
            output.text(&format!("{}: ok\n", file.display()))?;
        }
        for problem in &found {
            output.text(&format!("{problem}\n"))?;
        }
        problems.extend(found);
    }
    output.last_line(&json!({ "files": files.len(), "problems": problems }))?;
    match problems.len() {
        0 => Ok(()),
        1 => Err(Failure::Input(anyhow!("1 problem"))),
        many => Err(Failure::Input(anyhow!("{many} problems"))),
    }
}

fn check(file: &Path) -> Vec<Problem> {
    let xml = file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
    let text = if xml {
        std::fs::read_to_string(file).ok()
    } else {
        None
    };
    match text {
        // A tracking data message may be XML too; everything else in XML is a warning.
        Some(text) if !text.contains("<tdm") => check_warning(file, &text),
        _ if file.is_dir() => check_folder(file),
        _ if is_scenario(file) => check_scenario(file),
        _ => validate_file(file, None),
    }
}

/// A TOML file that is none of a recording's.
fn is_scenario(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy());
    let ours = ["sensors.toml", "recording.toml"];
    let other = name.is_some_and(|name| name.ends_with(".toml") && !ours.contains(&&*name));
    other
        && std::fs::read_to_string(file)
            .is_ok_and(|text| text.lines().any(|line| line.trim() == "[scenario]"))
}

fn check_scenario(file: &Path) -> Vec<Problem> {
    let Err(Failure::Input(error)) = simulate::read(file) else {
        return Vec::new();
    };
    let said = error.downcast_ref::<ScenarioError>();
    vec![Problem {
        file: file.display().to_string(),
        line: said.map_or(0, |said| said.line),
        column: said.map_or(0, |said| said.column),
        field: String::new(),
        message: said.map_or_else(|| format!("{error:#}"), |said| said.what.clone()),
        remedy: said
            .and_then(|said| said.remedy.clone())
            .unwrap_or_default(),
    }]
}

/// A recording, or what a run wrote.
fn check_folder(dir: &Path) -> Vec<Problem> {
    if !dir.join("events.ndjson").is_file() || dir.join("sensors.toml").is_file() {
        return validate_file(dir, None);
    }
    let mut found = validate_file(&dir.join("events.ndjson"), None);
    let warnings = std::fs::read_dir(dir.join("warnings"));
    let mut paths: Vec<PathBuf> = warnings
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    found.extend(paths.iter().flat_map(|path| check(path)));
    found
}

fn check_warning(file: &Path, text: &str) -> Vec<Problem> {
    let wrong = check_xml(text)
        .into_iter()
        .filter(|finding| finding.grade == Grade::Error);
    wrong
        .map(|finding| Problem {
            file: file.display().to_string(),
            line: finding.line.unwrap_or(0) as usize,
            column: finding.column.unwrap_or(0) as usize,
            field: finding.path.clone(),
            message: format!("{}: {}", finding.rule, finding.message),
            remedy: finding.remedy.into(),
        })
        .collect()
}

/// Prints a schema, or the names of all.
pub(crate) fn schema(name: Option<&str>, output: Output) -> Outcome<()> {
    let Some(name) = name else {
        output.text(&(schemas::names().join("\n") + "\n"))?;
        return output.last_line(&json!({ "schemas": schemas::names() }));
    };
    match schemas::text(name) {
        Some(text) => {
            // The schema is the result: `--quiet` does not silence it.
            crate::output::put(&text)?;
            output.last_line(&schemas::schema(name))
        }
        None => {
            let known = schemas::names().join(", ");
            let near = nearest(name, schemas::names().iter().copied());
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            Err(Failure::Usage(anyhow!(
                "`{name}` is no schema; {near}Known: {known}"
            )))
        }
    }
}
