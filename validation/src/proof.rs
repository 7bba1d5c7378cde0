//! The page that a proof writes: what it shows, what was demanded, and how to run it again.
#![allow(
    clippy::let_underscore_must_use,
    reason = "writing to a String cannot fail"
)]

use std::fmt::Write as _;
use std::process::ExitCode;

/// A proof under way: lines are printed as they come and kept for `docs/proofs/NAME.md`.
#[derive(Debug)]
pub struct Proof {
    name: &'static str,
    title: &'static str,
    body: String,
    goals: Vec<(String, String, bool)>,
}

impl Proof {
    /// Starts a proof.
    pub fn new(name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            title,
            body: String::new(),
            goals: Vec::new(),
        }
    }

    /// Adds a line of Markdown.
    #[allow(clippy::print_stdout, reason = "a proof speaks to a person")]
    pub fn line(&mut self, text: &str) {
        println!("{text}");
        self.body.push_str(text);
        self.body.push('\n');
    }

    /// Says how far it is, on standard error.
    #[allow(clippy::print_stderr, reason = "a proof speaks to a person")]
    pub fn progress(text: &str) {
        eprintln!("{text}");
    }

    /// Holds a figure against its goal.
    #[allow(clippy::print_stdout, reason = "a proof speaks to a person")]
    pub fn goal(&mut self, goal: &str, figure: &str, met: bool) {
        println!("{} {goal}: {figure}", if met { "PASS" } else { "FAIL" });
        self.goals.push((goal.into(), figure.into(), met));
    }

    /// Writes the page; the exit status says whether every goal was met.
    #[allow(clippy::print_stdout, reason = "a proof speaks to a person")]
    pub fn finish(self) -> ExitCode {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/proofs");
        let path = format!("{place}/{}.md", self.name);
        let written = std::fs::write(&path, self.page());
        match &written {
            Ok(()) => println!("{path}"),
            Err(error) => println!("{path}: {error}"),
        }
        let met = self.goals.iter().all(|goal| goal.2);
        if met && written.is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn page(&self) -> String {
        let told = |key: &str, otherwise: &str| {
            std::env::var(key).unwrap_or_else(|_| otherwise.to_owned())
        };
        let typed: Vec<String> = std::env::args().skip(1).collect();
        let alone = format!("cargo xtask prove {} {}", self.name, typed.join(" "));
        let mut page = format!("# {}\n\n", self.title);
        let command = told("FOREWARN_PROOF_COMMAND", alone.trim());
        let _ = writeln!(page, "- Command: `{command}`");
        let _ = writeln!(
            page,
            "- Commit: {}",
            told("FOREWARN_PROOF_COMMIT", "not told")
        );
        let _ = writeln!(
            page,
            "- Machine: {}",
            told("FOREWARN_PROOF_MACHINE", "not told")
        );
        page.push_str("\n| goal | figure | met |\n| --- | --- | --- |\n");
        for (goal, figure, met) in &self.goals {
            let _ = writeln!(
                page,
                "| {goal} | {figure} | {} |",
                if *met { "yes" } else { "**no**" }
            );
        }
        page.push('\n');
        page.push_str(&self.body);
        page
    }
}
