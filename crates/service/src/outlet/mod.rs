//! Messages out: to each sink in the order they were published, tried again until it has them, each
//! attempt and each receipt in the log. A sink that already has a message is not given it again.

mod file;
mod http;
mod link;
mod tcp;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use forewarn_formats::words::UtcTime;
use tokio::sync::mpsc::UnboundedReceiver;

pub use link::{LinkError, Target, Wire, dial};

use crate::app::App;
use crate::clock::wall;
use crate::config::{SinkConfig, SinkKind};
use crate::entry::{Delivery, DeliveryState, Entry, Publication};

/// One attempt takes at most this long.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Wait after the first failure; it doubles up to the longest.
const WAIT_S: f64 = 0.5;
const WAIT_MAX_S: f64 = 30.0;

/// What a sink said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// It has the message.
    Accepted(String),
    /// It read the message and said the right hash.
    Seen(String),
}

/// Why a sink does not have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// It may work later.
    Later(String),
    /// It never will.
    Never(String),
}

/// A message for one sink.
struct Item {
    publication: Arc<Publication>,
    attempts: u32,
    due: Instant,
    /// It was tried before a crash and nobody knows what came of it: ask first.
    unsure: bool,
}

/// Sends messages out until the service ends.
pub async fn run(app: Arc<App>, mut outbox: UnboundedReceiver<Publication>) {
    let known: BTreeMap<(String, String), Delivery> = app.hub.look(|picture| {
        let owed = picture.owed().into_iter();
        owed.map(|(_, delivery)| ((delivery.key.clone(), delivery.sink.clone()), delivery))
            .collect()
    });
    let mut queues = BTreeMap::new();
    for sink in &app.config.sinks {
        // Never full: it holds warnings, and those are never shed. They are as many as were released.
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(one_sink(app.clone(), sink.clone(), receiver));
        queues.insert(sink.id.clone(), sender);
    }
    let mut stop = app.stop.subscribe();
    let mut given = BTreeSet::new();
    loop {
        let publication = tokio::select! {
            publication = outbox.recv() => publication,
            _ = stop.changed() => return,
        };
        let Some(publication) = publication else {
            return;
        };
        if !publication.broken.is_empty() || !given.insert(publication.key.clone()) {
            continue;
        }
        let publication = Arc::new(publication);
        for (sink, queue) in &queues {
            let before = known.get(&(publication.key.clone(), sink.clone()));
            let item = Item {
                publication: publication.clone(),
                attempts: before.map_or(0, |delivery| delivery.attempts),
                due: Instant::now(),
                unsure: before.is_some_and(|delivery| delivery.state == DeliveryState::Sent),
            };
            drop(queue.send(item));
        }
    }
}

async fn one_sink(app: Arc<App>, sink: SinkConfig, mut queue: UnboundedReceiver<Item>) {
    let mut stop = app.stop.subscribe();
    let mut waiting: VecDeque<Item> = VecDeque::new();
    loop {
        let next = next_due(&waiting);
        let sleep = next.map_or(Duration::from_secs(3_600), |(_, after)| after);
        tokio::select! {
            item = queue.recv() => match item {
                Some(item) => waiting.push_back(item),
                None => return,
            },
            () = tokio::time::sleep(sleep), if next.is_some() => {
                let Some((at, _)) = next else { continue };
                let Some(item) = waiting.remove(at) else { continue };
                if let Some(again) = attempt(&app, &sink, item).await {
                    waiting.insert(at.min(waiting.len()), again);
                }
            }
            _ = stop.changed() => return,
        }
    }
}

/// Which message is next, and in how long: of one warning the older always goes first.
fn next_due(waiting: &VecDeque<Item>) -> Option<(usize, Duration)> {
    let mut warnings = BTreeSet::new();
    let firsts = waiting
        .iter()
        .enumerate()
        .filter(|(_, item)| warnings.insert(item.publication.warning.clone()));
    let next = firsts.min_by_key(|(_, item)| item.due)?;
    Some((next.0, next.1.due.saturating_duration_since(Instant::now())))
}

/// Tries once; the item comes back where it must be tried again.
async fn attempt(app: &App, sink: &SinkConfig, mut item: Item) -> Option<Item> {
    if item.unsure {
        item.unsure = false;
        let asked = tokio::time::timeout(ATTEMPT, ask(sink, &item.publication)).await;
        if let Ok(Some(receipt)) = asked {
            return settle(app, sink, item, Ok(receipt)).await;
        }
    }
    item.attempts += 1;
    // On disk before it leaves: after a crash the sink is asked before it is given it again.
    if !note(app, sink, &item, DeliveryState::Sent, "").await {
        item.attempts -= 1;
        return Some(later(item, 1.0));
    }
    let sent = tokio::time::timeout(ATTEMPT, send(sink, &item.publication)).await;
    let sent = sent.unwrap_or_else(|_slow| Err(Miss::Later("no answer within 10 s".into())));
    settle(app, sink, item, sent).await
}

async fn settle(
    app: &App,
    sink: &SinkConfig,
    item: Item,
    sent: Result<Receipt, Miss>,
) -> Option<Item> {
    let metrics = &app.metrics;
    let (state, said) = match sent {
        Ok(Receipt::Accepted(said)) => (DeliveryState::Accepted, said),
        Ok(Receipt::Seen(said)) => (DeliveryState::Seen, said),
        Err(Miss::Never(why)) => (DeliveryState::Dead, why),
        Err(Miss::Later(why)) if item.attempts >= sink.attempts_max => (DeliveryState::Dead, why),
        Err(Miss::Later(why)) => (DeliveryState::Failed, why),
    };
    match state {
        DeliveryState::Accepted | DeliveryState::Seen => metrics.deliveries_accepted.add(1),
        DeliveryState::Dead => metrics.deliveries_dead.add(1),
        _ => metrics.deliveries_failed.add(1),
    }
    if state == DeliveryState::Dead {
        tracing::error!(
            sink = sink.id,
            key = item.publication.key,
            said,
            "a message is given up"
        );
    }
    // While the disk is full the receipt cannot be kept: it is asked for again until it can.
    let mut kept = note(app, sink, &item, state, &said).await;
    while state.is_final() && !kept {
        tokio::time::sleep(Duration::from_secs(1)).await;
        kept = note(app, sink, &item, state, &said).await;
    }
    if state.is_final() {
        return None;
    }
    let doublings = item.attempts.saturating_sub(1).min(16);
    let wait_s = (WAIT_S * f64::from(1_u32 << doublings)).min(WAIT_MAX_S);
    Some(later(item, wait_s))
}

fn later(mut item: Item, wait_s: f64) -> Item {
    item.due = Instant::now() + Duration::from_secs_f64(wait_s);
    item
}

async fn note(app: &App, sink: &SinkConfig, item: &Item, state: DeliveryState, said: &str) -> bool {
    let delivery = Delivery {
        key: item.publication.key.clone(),
        warning: item.publication.warning.clone(),
        sink: sink.id.clone(),
        state,
        attempts: item.attempts,
        wall: UtcTime(wall()),
        receipt: said.chars().take(500).collect(),
    };
    let written = app.writer.append(Entry::Delivery(delivery), None).await;
    written.is_ok()
}

async fn send(sink: &SinkConfig, publication: &Publication) -> Result<Receipt, Miss> {
    match &sink.kind {
        SinkKind::File { folder } => file::send(folder, publication).await,
        SinkKind::Http { url, authority } => {
            http::send(url, authority.as_deref(), publication).await
        }
        SinkKind::Tcp { address } => tcp::send(address, publication).await,
    }
}

/// Whether the sink has it already, where it can say.
async fn ask(sink: &SinkConfig, publication: &Publication) -> Option<Receipt> {
    match &sink.kind {
        SinkKind::File { folder } => file::ask(folder, publication).await,
        SinkKind::Http { url, authority } => {
            http::ask(url, authority.as_deref(), publication).await
        }
        SinkKind::Tcp { address } => tcp::ask(address, publication).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forewarn_physics::time::Epoch;

    fn item(key: &str, warning: &str, due_ms: u64) -> Item {
        Item {
            publication: Arc::new(Publication {
                of: 1,
                key: key.into(),
                warning: warning.into(),
                revision: 1,
                action: "issue".into(),
                file: String::new(),
                bytes: String::new(),
                sha256: String::new(),
                time: UtcTime(Epoch::from_unix_seconds(0.0)),
                released_by: Vec::new(),
                broken: Vec::new(),
            }),
            attempts: 0,
            due: Instant::now() + Duration::from_millis(due_ms),
            unsure: false,
        }
    }

    #[test]
    fn of_one_warning_the_older_goes_first_and_another_does_not_wait() {
        let waiting = VecDeque::from([
            item("a1", "w-1", 60_000),
            item("a2", "w-1", 0),
            item("b1", "w-2", 0),
        ]);
        let (at, after) = next_due(&waiting).unwrap();
        assert_eq!(waiting[at].publication.key, "b1");
        assert!(after.is_zero());
        assert!(next_due(&VecDeque::new()).is_none());
    }
}
