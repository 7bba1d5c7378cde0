//! `cargo xtask prove history`: every event of the false-alarm record, and its real twin, with many
//! draws of the noise, each held to the scenario's own `expected.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::outcome::{Expected, Outcome};
use crate::prove::{commit, machine};
use crate::run::release_program;
use crate::scenarios::{golden, name_of, scratch, simulate_and_run};

const FOLDER: &str = "scenarios/history";
const PAGE: &str = "docs/proofs/history.md";

/// How much is asked for.
struct Options {
    draws: u64,
    twin_draws: u64,
    wanted: String,
}

impl Options {
    fn read(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            draws: 100,
            twin_draws: 25,
            wanted: String::new(),
        };
        let mut words = words.iter().filter(|word| **word != "--");
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a value"))
            };
            match *word {
                "--draws" => options.draws = value()?.parse()?,
                "--twin-draws" => options.twin_draws = value()?.parse()?,
                "--only" => options.wanted = (*value()?).to_owned(),
                other => {
                    bail!("`{other}` is not known; known: --draws N, --twin-draws N, --only NAME")
                }
            }
        }
        Ok(options)
    }
}

/// What the draws of one scenario came to.
#[derive(Default)]
struct Tally {
    draws: u64,
    as_expected: u64,
    threats_confirmed: u64,
    threats_suspected: u64,
    false_confirmed: u64,
    false_suspected: u64,
    /// How often each difference, with the first seed that had it.
    differences: BTreeMap<String, (u64, u64)>,
}

/// Flies all draws and writes the page.
pub(crate) fn prove(words: &[&str]) -> Result<bool> {
    let options = Options::read(words)?;
    let started = Instant::now();
    let forewarn = release_program("forewarn", "bin", "forewarn")?;
    let folders: Vec<PathBuf> = golden(Path::new(FOLDER))?
        .into_iter()
        .filter(|folder| name_of(folder).contains(&options.wanted))
        .collect();
    let jobs: Vec<(usize, u64)> = (0..folders.len())
        .flat_map(|index| {
            let twin = name_of(&folders[index]).ends_with("-twin");
            let draws = if twin {
                options.twin_draws
            } else {
                options.draws
            };
            (1..=draws).map(move |seed| (index, seed))
        })
        .collect();
    let tallies = fly_all(&forewarn, &folders, &jobs)?;
    let names: Vec<String> = folders.iter().map(|folder| name_of(folder)).collect();
    let well = tallies.iter().all(|tally| tally.as_expected == tally.draws);
    let typed = ["cargo xtask prove history", &words.join(" ")].join(" ");
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    fs::write(PAGE, page(&names, &tallies, typed.trim(), minutes)?)?;
    println!("wrote {PAGE}");
    Ok(well)
}

fn fly_all(forewarn: &Path, folders: &[PathBuf], jobs: &[(usize, u64)]) -> Result<Vec<Tally>> {
    let next = AtomicUsize::new(0);
    let work = |worker: usize| -> Result<Vec<Tally>> {
        let mut tallies: Vec<Tally> = folders.iter().map(|_| Tally::default()).collect();
        let room = scratch()?.join(format!("history-{worker}"));
        while let Some((index, seed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            draw(
                forewarn,
                &folders[*index],
                *seed,
                &room,
                &mut tallies[*index],
            )?;
            eprintln!("{} seed {seed}", name_of(&folders[*index]));
        }
        Ok(tallies)
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let parts: Vec<Result<Vec<Tally>>> = std::thread::scope(|scope| {
        let spawned: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        spawned
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a worker failed")))
            .collect()
    });
    let mut sum: Vec<Tally> = folders.iter().map(|_| Tally::default()).collect();
    for part in parts {
        for (sum, tally) in sum.iter_mut().zip(part?) {
            sum.add(tally);
        }
    }
    Ok(sum)
}

fn draw(forewarn: &Path, folder: &Path, seed: u64, room: &Path, tally: &mut Tally) -> Result<()> {
    if room.exists() {
        fs::remove_dir_all(room)?;
    }
    fs::create_dir_all(room)?;
    let (recording, result) = (room.join("recording"), room.join("result"));
    simulate_and_run(forewarn, folder, Some(seed), [&recording, &result])?;
    let expected = Expected::read(&folder.join("expected.toml"))?;
    let outcome = Outcome::read(&recording, &result)?;
    let differences = outcome.differences(&expected);
    tally.draws += 1;
    tally.as_expected += u64::from(differences.is_empty());
    tally.threats_confirmed += outcome.counted("threats_confirmed");
    tally.threats_suspected += outcome.counted("threats_suspected");
    tally.false_confirmed += outcome.counted("false_confirmed");
    tally.false_suspected += outcome.counted("false_suspected");
    for difference in differences {
        let entry = tally.differences.entry(difference).or_insert((0, seed));
        *entry = (entry.0 + 1, entry.1.min(seed));
    }
    Ok(())
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.draws += other.draws;
        self.as_expected += other.as_expected;
        self.threats_confirmed += other.threats_confirmed;
        self.threats_suspected += other.threats_suspected;
        self.false_confirmed += other.false_confirmed;
        self.false_suspected += other.false_suspected;
        for (difference, (count, seed)) in other.differences {
            let entry = self.differences.entry(difference).or_insert((0, seed));
            *entry = (entry.0 + count, entry.1.min(seed));
        }
    }
}

fn page(names: &[String], tallies: &[Tally], typed: &str, minutes: f64) -> Result<String> {
    let mut page = format!(
        "# Proof: history\n\nEvery event of the record of false alarms, and its twin (same sensors, geometry and timing, a real missile), with as many draws of noise, clutter and biases. Each draw is held to the scenario's `expected.toml`: an event is never confirmed and ends with its true reason; a twin is confirmed, or suspected where one physics alone can see it.\n\n- command: `{typed}` ({minutes:.1} minutes)\n- commit: {}\n- machine: {}\n\n",
        commit(),
        machine()
    );
    page += "| scenario | draws | as expected | real ones suspected / confirmed | false suspected / confirmed |\n| --- | --- | --- | --- | --- |\n";
    for (name, tally) in names.iter().zip(tallies) {
        writeln!(
            page,
            "| {} | {} | {} | {} / {} | {} / {} |",
            name.trim_start_matches("history/"),
            tally.draws,
            tally.as_expected,
            tally.threats_suspected,
            tally.threats_confirmed,
            tally.false_suspected,
            tally.false_confirmed
        )?;
    }
    page += "\nWhere a draw differed from what is expected, how often, and the first seed that shows it:\n\n";
    let mut none = true;
    for (name, tally) in names.iter().zip(tallies) {
        for (difference, (count, seed)) in &tally.differences {
            none = false;
            writeln!(
                page,
                "- {name}: {difference}: {count} of {} (seed {seed})",
                tally.draws
            )?;
        }
    }
    if none {
        page += "- none\n";
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_refused_and_numbers_read() {
        let read = Options::read(&["--", "--draws", "3", "--only", "1983"]).unwrap();
        assert_eq!(
            (read.draws, read.twin_draws, &*read.wanted),
            (3, 25, "1983")
        );
        assert!(Options::read(&["--seeds", "3"]).is_err());
        assert!(Options::read(&["--draws"]).is_err());
    }

    #[test]
    fn differences_are_counted_with_their_first_seed() {
        let tally = |seed| Tally {
            draws: 1,
            differences: BTreeMap::from([("late".to_owned(), (1, seed))]),
            ..Tally::default()
        };
        let mut sum = tally(7);
        sum.add(tally(3));
        assert_eq!((sum.draws, sum.differences["late"]), (2, (2, 3)));
    }
}
