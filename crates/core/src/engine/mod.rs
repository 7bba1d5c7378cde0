//! `step()`: the one place that knows the order of the stages.
//!
//! A record comes in; it is admitted or refused; a report is folded into the world (tracklets,
//! boosts, tracks), late ones where they belong; what changed is judged; what is new is said;
//! warnings follow. Nothing here reads a clock: time is what the records say.

mod admission;
mod boost;
mod catalogue;
mod claims;
mod context;
mod facts;
mod founders;
mod health;
mod infrared;
mod kin;
mod notices;
mod object;
mod outlook;
mod partners;
mod payload;
mod places;
mod publish;
mod radar;
mod setup;
#[cfg(test)]
mod tests_claims;
mod window;
mod world;

use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, seconds_between};
use thiserror::Error;

pub use setup::{CatalogueEntry, ProtectedArea, Setup, Thresholds};

use crate::estimate::ascent::{Bank, BankError, Posterior};
use crate::model::{
    Action, ActionKind, Assessment, Claim, Event, EventBody, Health, ObjectId, Record, RecordId,
    RejectionReason, Report, Warning,
};
use crate::sensors::{SensorError, SensorModel};
use crate::warn::{NamedArea, WarnRules, Warner};
use admission::Admission;
use catalogue::Catalogue;
use context::{Context, Registry};
use publish::Publisher;
use window::Window;
use world::World;

/// Objects, warnings and tickets are swept at this rhythm [s].
const SWEEP_S: f64 = 30.0;
/// What is due is judged at most this often [s].
const JUDGE_S: f64 = 0.25;
/// Time goes on this long after the last predicted impact [s].
const AFTER_IMPACT_S: f64 = 60.0;

/// Why an engine cannot be started.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A sensor of the table cannot be used.
    #[error(transparent)]
    Sensor(#[from] SensorError),
    /// The shipped priors are damaged.
    #[error(transparent)]
    Bank(#[from] BankError),
}

/// The engine: a fold over records.
#[derive(Debug)]
pub struct Engine {
    context: Context,
    admission: Admission,
    late_window_s: f64,
    registry: Registry,
    world: World,
    window: Window,
    health: health::Health,
    publisher: Publisher,
    claims: claims::Claims,
    warner: Warner,
    judged: Option<Epoch>,
    swept: Option<Epoch>,
    refused: Vec<String>,
}

impl Engine {
    /// Starts an engine.
    ///
    /// # Errors
    /// [`EngineError`] when a sensor's orbit is unusable.
    pub fn new(setup: Setup) -> Result<Self, EngineError> {
        let models = SensorModel::table(&setup.sensors)?;
        let (catalogue, refused) = Catalogue::new(&setup.catalogue);
        let health = health::Health::new(&models);
        let context = Context {
            models,
            bank: Arc::new(Bank::embedded()?),
            catalogue,
            seed: setup.seed,
        };
        let areas = setup
            .protected_areas
            .iter()
            .map(|area| NamedArea {
                name: area.name.clone(),
                region: area.region.clone(),
            })
            .collect();
        Ok(Self {
            world: World::new(&context),
            context,
            admission: Admission::new(setup.mode, setup.late_window_s, setup.start),
            late_window_s: setup.late_window_s,
            registry: Registry::default(),
            window: Window::default(),
            health,
            warner: Warner::new(
                setup.mode,
                areas,
                setup.release_rule.clone(),
                WarnRules::default(),
            ),
            publisher: Publisher::new(&setup),
            claims: claims::Claims::default(),
            judged: None,
            swept: None,
            refused,
        })
    }

    /// Engine time: what the records have reached.
    pub fn time(&self) -> Option<Epoch> {
        self.admission.time()
    }

    /// Catalogue entries that could not be used, with the reason.
    pub fn refused_catalogue(&self) -> &[String] {
        &self.refused
    }

    /// Until when time must go on after the last record: the last predicted impact of a threat
    /// and a minute; `None` when nothing of the kind flies.
    pub fn horizon(&self) -> Option<Epoch> {
        self.publisher
            .last_impact()
            .map(|impact| after(impact, AFTER_IMPACT_S))
    }

    /// The ascent fitted to an object, for studies of what it would say with other prior
    /// knowledge; `None` where none was fitted.
    pub fn ascent(&self, object: ObjectId) -> Option<&Posterior> {
        let boost = self.world.objects.get(&object)?.boost.as_ref()?;
        Some(boost.of_launch())
    }

    /// What people would be told if somebody did this now; nothing changes.
    pub fn preview(&self, actions: &[Action]) -> Vec<Warning> {
        let Some(now) = self.time() else {
            return Vec::new();
        };
        let mut warner = self.warner.clone();
        let said = actions.iter().flat_map(|action| warner.act(now, action));
        said.collect()
    }

    /// The rule in force that releases confirmed warnings.
    pub fn release_rule(&self) -> Option<&str> {
        self.warner.release_rule()
    }

    /// Takes one record and returns what is concluded.
    pub fn step(&mut self, record: &Record) -> Vec<Event> {
        let mut events = Vec::new();
        match record {
            Record::Report(report) => self.report(report, &mut events),
            Record::Tick(epoch) => {
                if self.admission.advance(*epoch) {
                    self.flow(true, &mut events);
                }
            }
            Record::Notice(notice) => {
                self.admission.advance(notice.received);
                self.publisher.announce(notice);
            }
            Record::Claim(claim) => self.claim(claim, &mut events),
            Record::Action(action) => {
                self.admission.advance(action.time);
                if action.kind == ActionKind::Acknowledge {
                    self.publisher.acknowledge(&action.target, &action.by);
                }
                if let Some(now) = self.time() {
                    let said = self.warner.act(now, action);
                    self.tell(now, said, std::slice::from_ref(&action.id), &mut events);
                }
            }
            Record::Unreadable { id, reason, detail } => {
                let rejection = crate::model::Rejection {
                    record: id.clone(),
                    reason: *reason,
                    detail: detail.clone(),
                };
                events.extend(self.time_or_start().map(|time| Event {
                    time,
                    caused_by: vec![id.clone()],
                    body: EventBody::Rejection(rejection),
                }));
            }
        }
        events
    }

    fn time_or_start(&self) -> Option<Epoch> {
        Some(self.time().unwrap_or(Epoch::from_tai_duration(
            forewarn_physics::time::Duration::from_total_nanoseconds(0),
        )))
    }

    /// A claim without a measurement moves no verdict: the sensors are asked about it.
    fn claim(&mut self, claim: &Claim, events: &mut Vec<Event>) {
        self.admission.advance(claim.time);
        let Some(now) = self.time() else { return };
        match self.claims.take(claim, &mut self.registry, now) {
            Ok(()) => self.flow(true, events),
            Err(rejection) => events.push(Event {
                time: now,
                caused_by: vec![claim.id.clone()],
                body: EventBody::Rejection(rejection),
            }),
        }
    }

    fn report(&mut self, report: &Report, events: &mut Vec<Event>) {
        if let Err(rejection) = self.admission.admit(report, &self.context.models) {
            if rejection.reason == RejectionReason::WrongMode {
                self.health.note_foreign(report.sensor, report.time);
            }
            events.extend(self.time_or_start().map(|time| Event {
                time,
                caused_by: vec![report.id.clone()],
                body: EventBody::Rejection(rejection),
            }));
            return;
        }
        let Some(now) = self.time() else { return };
        for (sensor, kind, detail) in self.health.hear(report, now) {
            events.push(Event {
                time: now,
                body: EventBody::Health(Health {
                    sensor,
                    kind,
                    detail,
                }),
                caused_by: vec![report.id.clone()],
            });
        }
        let report = Arc::new(report.clone());
        self.window
            .remember(&report, &self.world, now, self.late_window_s);
        if self.world.is_late(&report) {
            self.window.late(&report, now);
        } else {
            self.world
                .accept(&self.context, &mut self.registry, &report);
        }
        self.flow(false, events);
    }

    /// Lets engine time pass: folds late reports in, closes scans, judges, warns.
    fn flow(&mut self, ticked: bool, events: &mut Vec<Event>) {
        let Some(now) = self.time() else { return };
        let due = ticked
            || self
                .judged
                .is_none_or(|judged| seconds_between(judged, now) >= JUDGE_S);
        if !due {
            return;
        }
        self.judged = Some(now);
        if self.window.must_refold(now, ticked) {
            self.window
                .refold(&self.context, &mut self.registry, &mut self.world);
        }
        self.world.pass(&self.context, &mut self.registry, now);
        for (sensor, kind, detail) in self.health.silent(now) {
            events.push(Event {
                time: now,
                body: EventBody::Health(Health {
                    sensor,
                    kind,
                    detail,
                }),
                caused_by: Vec::new(),
            });
        }
        let mut said = self
            .publisher
            .publish(&mut self.world, &self.context, &self.health, now);
        let picture = || claims::Picture {
            measured: self.publisher.measured(&self.world),
            still: self.world.still_sources(now),
        };
        said.extend(self.claims.ask(&picture, &self.context, &self.health, now));
        let assessments: Vec<Assessment> = said
            .iter()
            .filter_map(|event| match &event.body {
                EventBody::Assessment(assessment) => Some((**assessment).clone()),
                _ => None,
            })
            .collect();
        let causes: Vec<RecordId> = said
            .iter()
            .flat_map(|event| event.caused_by.iter().take(4).cloned())
            .collect();
        events.extend(said);
        let warnings = self.warner.step(now, &assessments);
        self.tell(now, warnings, &causes, events);
        self.sweep(now);
    }

    fn tell(
        &self,
        now: Epoch,
        warnings: Vec<Warning>,
        causes: &[RecordId],
        events: &mut Vec<Event>,
    ) {
        for warning in warnings {
            events.push(Event {
                time: now,
                body: EventBody::Warning(Box::new(warning)),
                caused_by: causes.to_vec(),
            });
        }
    }

    fn sweep(&mut self, now: Epoch) {
        if self
            .swept
            .is_some_and(|swept| seconds_between(swept, now) < SWEEP_S)
        {
            return;
        }
        self.swept = Some(now);
        let publisher = &self.publisher;
        self.world.sweep(|id| publisher.is_open(id));
        self.publisher.sweep(&self.world, now);
        let publisher = &self.publisher;
        self.registry.forget(|id| publisher.is_open(id));
    }
}
