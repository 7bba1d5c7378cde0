//! Rules stricter than the schema.
//!
//! The OASIS schema passes a Cancel that cancels nothing, a latitude of 200 and a warning that
//! expired before it was sent. These rules do not. [`RULES`] lists them; `RULES.md` shows them.

mod area;
mod identity;
mod info;
mod lifecycle;
mod table;
mod text;
mod times;

use std::fmt;

pub(crate) use table::Key;
pub use table::{RULES, Rule};

use crate::time::Time;
use crate::types::Alert;

/// How bad a broken rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Questionable; the message may be written.
    Warning,
    /// Wrong or dangerous; the message is not written.
    Error,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Grade::Warning => "warning",
            Grade::Error => "error",
        })
    }
}

/// One broken rule at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's stable identifier.
    pub rule: &'static str,
    /// How bad it is.
    pub grade: Grade,
    /// The element, such as `alert/info[1]/area[2]/polygon[1]`, counted from 1.
    pub path: String,
    /// Line in the text, from 1; absent when no text was read.
    pub line: Option<u32>,
    /// Column in the text in characters, from 1; absent when no text was read.
    pub column: Option<u32>,
    /// What is wrong here.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, "line {line}, column {column}: ")?;
        }
        write!(
            f,
            "{} {} at {}: {} ({})",
            self.grade, self.rule, self.path, self.message, self.remedy
        )
    }
}

/// Collects findings.
#[derive(Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    pub(crate) fn add(&mut self, key: Key, path: &str, message: impl Into<String>) {
        let Rule {
            id, grade, remedy, ..
        } = *key.rule();
        let (path, message) = (path.to_owned(), message.into());
        self.0.push(Finding {
            rule: id,
            grade,
            path,
            line: None,
            column: None,
            message,
            remedy,
        });
    }

    pub(crate) fn require(
        &mut self,
        holds: bool,
        key: Key,
        path: &str,
        message: impl FnOnce() -> String,
    ) {
        if !holds {
            self.add(key, path, message());
        }
    }
}

/// Checks a message by every rule that needs neither the clock nor earlier messages; in the order
/// of the message, then of the rules' modules.
pub fn check(alert: &Alert) -> Vec<Finding> {
    let mut findings = Findings::default();
    identity::check(alert, &mut findings);
    lifecycle::check(alert, &mut findings);
    times::check(alert, &mut findings);
    text::check(alert, &mut findings);
    info::check(alert, &mut findings);
    area::check(alert, &mut findings);
    findings.0
}

/// As [`check`], and the two rules that need to know the present.
pub fn check_at(alert: &Alert, now: Time) -> Vec<Finding> {
    let mut findings = Findings(check(alert));
    times::check_now(alert, now, &mut findings);
    findings.0
}

/// The table of rules as Markdown, as `RULES.md` holds it.
pub fn rules_markdown() -> String {
    let mut out = String::from(
        "# The rules of forewarn-cap\n\n\
         Made from the table in `src/rules/table.rs`; a test keeps the two equal. An *error* stops \
         `Alert::to_xml`; a *warning* does not. Rules 001 to 013 judge the text, 140 to 146 a \
         sequence of messages (`Sequence`), 055 and 056 need the present time (`check_at`).\n\n\
         | Rule | Grade | A message must satisfy | Remedy |\n|---|---|---|---|\n",
    );
    for Rule {
        id,
        grade,
        text,
        remedy,
    } in RULES
    {
        out.push_str(&format!("| {id} | {grade} | {text} | {remedy} |\n"));
    }
    out
}

/// The path of the `index`-th (from 0) child called `name`.
pub(crate) fn child(path: &str, name: &str, index: usize) -> String {
    format!("{path}/{name}[{}]", index + 1)
}
