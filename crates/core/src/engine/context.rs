//! What every stage may ask but not change, and the register of ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalogue::Catalogue;
use crate::estimate::ascent::Bank;
use crate::model::{ObjectId, RecordId};
use crate::sensors::SensorModel;

/// What every stage may ask.
#[derive(Debug)]
pub(super) struct Context {
    /// Sensors, prepared.
    pub models: Vec<SensorModel>,
    /// Priors of ascents.
    pub bank: Arc<Bank>,
    /// Known satellites.
    pub catalogue: Catalogue,
    /// Seed of every draw.
    pub seed: u64,
}

/// Gives each founding report its object id, the same one however often it is folded anew.
#[derive(Debug, Default)]
pub(super) struct Registry {
    by_founder: BTreeMap<RecordId, ObjectId>,
    next: u64,
}

impl Registry {
    /// The id of the object that this report founds.
    pub(super) fn id_of(&mut self, founder: &RecordId) -> ObjectId {
        if let Some(id) = self.by_founder.get(founder) {
            return *id;
        }
        self.next += 1;
        let id = ObjectId(self.next);
        self.by_founder.insert(founder.clone(), id);
        id
    }

    /// Forgets founders outside the late window: they can never be folded anew.
    pub(super) fn forget(&mut self, keep: impl Fn(ObjectId) -> bool) {
        if self.by_founder.len() > 50_000 {
            self.by_founder.retain(|_, id| keep(*id));
        }
    }
}
