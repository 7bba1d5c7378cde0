//! A process that writes a log is killed at random instants, again and again; what it said was
//! acknowledged is kept outside and looked for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use forewarn_log::simulated::Dice;
use forewarn_log::trials::options;
use forewarn_log::{FileStore, Kind, Log, NewEntry, Options, Retention, Test, Writer, inspect};

/// Threads that append at once.
const THREADS: u64 = 16;
/// A process is killed at most so long after its start.
const LIFE_MS_MAX: u64 = 250;

/// What became of the kills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kills {
    /// Processes killed.
    pub kills: u64,
    /// Killed before their first acknowledgement: while the log was taken up.
    pub before_first: u64,
    /// Acknowledged entries, all found.
    pub acknowledged: u64,
    /// Entries found that were not acknowledged: written, and then the kill.
    pub beyond: u64,
    /// Times that a torn end was cut and said.
    pub torn: u64,
}

fn kept_small() -> Result<Options, String> {
    let mut options = options()?;
    options.segment_bytes = 500_000;
    options.entries_per_checkpoint = 500;
    options.retention = Retention {
        live_bytes_max: Some(2_000_000),
        archive_bytes_max: None,
    };
    Ok(options)
}

fn payload(label: &str) -> Vec<u8> {
    let sum: usize = label.bytes().map(usize::from).sum();
    format!("{label} ").repeat(1 + sum % 60).into_bytes()
}

/// The process that is to be killed: appends from several threads, and prints `SEQ LABEL` for each
/// entry once it is acknowledged. Labels begin with `round`. Ends only by being killed.
///
/// # Errors
/// The log cannot be opened or written.
pub fn write_until_killed(folder: &Path, round: &str) -> Result<(), String> {
    let store = FileStore::create(folder).map_err(|error| error.to_string())?;
    let opened = Log::<Test>::open(store, kept_small()?);
    let (log, _) = opened.map_err(|error| error.to_string())?;
    let writer = &Writer::start(log, 64);
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..THREADS)
            .map(|thread| format!("{round}.{thread}"))
            .map(|name| scope.spawn(move || append_forever(writer, &name)))
            .collect();
        let mut ended = started.into_iter().map(|thread| thread.join());
        ended.try_for_each(|end| end.unwrap_or_else(|_panic| Err("a thread panicked".into())))
    })
}

fn append_forever(writer: &Writer<Test>, name: &str) -> Result<(), String> {
    for number in 0_u64.. {
        let label = format!("{name}.{number}");
        let entry = NewEntry::new(Kind::Input, 0, payload(&label));
        let pending = writer.append(vec![entry]);
        let numbers = pending.and_then(|pending| pending.wait());
        let numbers = numbers.map_err(|error| error.to_string())?;
        let line = format!("{} {label}\n", numbers.start);
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes())
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Starts and kills such a process as often as asked. `program` makes the command of one, given
/// the name of the round.
///
/// # Errors
/// What was lost or changed, or a log that would not open.
pub fn kill(folder: &Path, kills: u64, program: &dyn Fn(&str) -> Command) -> Result<Kills, String> {
    let mut dice = Dice::new(0x6b11);
    let mut count = Kills::default();
    let mut ledger: BTreeMap<u64, String> = BTreeMap::new();
    let mut checked = 0;
    while count.kills < kills {
        let life = Duration::from_micros(dice.below(LIFE_MS_MAX * 1_000));
        let told = one_life(program(&format!("r{}", count.kills)), life)?;
        count.kills += 1;
        count.before_first += u64::from(told.is_empty());
        ledger.extend(told);
        checked = check(folder, &ledger, checked, &mut count)
            .map_err(|fault| format!("kill {}: {fault}", count.kills))?;
    }
    count.acknowledged = ledger.len() as u64;
    check_all(folder, &ledger)?;
    Ok(count)
}

/// Lets a process live for so long; what it said was acknowledged.
fn one_life(mut command: Command, life: Duration) -> Result<BTreeMap<u64, String>, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the process cannot be started: {error}"))?;
    let out = child.stdout.take().ok_or("no pipe")?;
    // The pipe must not fill up while the process lives.
    let reader = std::thread::spawn(move || {
        let mut told = BTreeMap::new();
        let mut lines = BufReader::new(out);
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|count| count > 0) {
            // The kill may cut the last line.
            if let Some((seq, label)) = line.strip_suffix('\n').and_then(|l| l.split_once(' ')) {
                told.insert(seq.parse().unwrap_or(0), label.to_owned());
            }
            line.clear();
        }
        told
    });
    std::thread::sleep(life);
    child.kill().map_err(|error| error.to_string())?;
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.code().is_some() {
        return Err(format!("the process ended by itself: {status}"));
    }
    reader.join().map_err(|_panic| "the ledger is lost".into())
}

/// Takes the log up as a new process would, and looks for what was acknowledged since.
fn check(
    folder: &Path,
    ledger: &BTreeMap<u64, String>,
    checked: u64,
    count: &mut Kills,
) -> Result<u64, String> {
    let store = FileStore::create(folder).map_err(|error| error.to_string())?;
    let opened = Log::<Test>::open(store, kept_small()?);
    let (log, recovery) = opened.map_err(|error| error.to_string())?;
    count.torn += u64::from(recovery.torn.is_some());
    let mut wanted = ledger.range(checked + 1..).peekable();
    for entry in log.read(checked + 1) {
        let entry = entry.map_err(|error| error.to_string())?;
        if let Some((_, label)) = wanted.next_if(|(seq, _)| **seq == entry.seq) {
            if entry.payload != payload(label) {
                return Err(format!("entry {} was changed", entry.seq));
            }
        } else if !entry.kind.is_own() {
            count.beyond += 1;
        }
    }
    match wanted.next() {
        Some((seq, label)) => Err(format!(
            "entry {seq} ({label}) was acknowledged and is lost"
        )),
        None => Ok(log.last().seq),
    }
}

/// Everything, archived segments too.
fn check_all(folder: &Path, ledger: &BTreeMap<u64, String>) -> Result<(), String> {
    let store = FileStore::existing(folder).map_err(|error| error.to_string())?;
    let inspection = inspect(store).map_err(|error| error.to_string())?;
    if let Some(damage) = inspection.damage.first() {
        return Err(damage.to_string());
    }
    let mut found = 0;
    for entry in inspection.view.read(1) {
        let entry = entry.map_err(|error| error.to_string())?;
        if let Some(label) = ledger.get(&entry.seq) {
            if entry.payload != payload(label) {
                return Err(format!("entry {} was changed", entry.seq));
            }
            found += 1;
        }
    }
    if found == ledger.len() {
        Ok(())
    } else {
        Err(format!("{} entries are lost", ledger.len() - found))
    }
}
