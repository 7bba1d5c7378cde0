//! Messages that wait for people: the exact bytes, who has approved them, and the codes. A fold over
//! what people did, so that a crash forgets no approval.

use std::collections::BTreeMap;

use forewarn_physics::time::{Epoch, seconds_between};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::entry::{Deed, Entry, Step};

/// What was prepared must be confirmed by everybody within this time [s].
const LASTS_S: f64 = 180.0;
/// Wrong codes before one must prepare anew.
const WRONG_MAX: u32 = 3;

/// What `prepare` writes into the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepare {
    /// What would be done.
    pub action: Step,
    /// The exact message.
    pub bytes: String,
    /// Its SHA-256.
    pub sha256: String,
    /// The revision of the warning that it tells.
    pub revision: u32,
    /// Names of the areas.
    pub areas: Vec<String>,
    /// Engine time, as people are told.
    pub time: String,
    /// What this person must type.
    pub code: String,
}

/// A message that waits.
#[derive(Debug, Clone)]
struct Slot {
    what: Prepare,
    since: Epoch,
    codes: BTreeMap<String, String>,
    wrong: BTreeMap<String, u32>,
    approved: Vec<String>,
}

/// Why something is not possible now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeskError {
    /// Nobody prepared this.
    #[error("nothing like this was prepared in the last three minutes")]
    NotPrepared,
    /// Other bytes than those prepared.
    #[error("the message has changed since it was prepared")]
    Changed,
    /// Not the code.
    #[error("this is not the code that you were given")]
    WrongCode,
    /// One person cannot be two.
    #[error("you have approved this already; a second person must")]
    SamePerson,
}

impl DeskError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotPrepared | Self::Changed => "Look at the message again and confirm that one.",
            Self::WrongCode => "Type the four digits that stand beside the message.",
            Self::SamePerson => "Ask another releaser to sign in and confirm the same message.",
        }
    }
}

/// All that waits, by warning.
#[derive(Debug, Clone, Default)]
pub struct Desk(BTreeMap<String, Slot>);

impl Desk {
    /// Takes in what people did.
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Deed(deed) => self.deed(deed),
            Entry::Word(word) => {
                if let Some(approved) = &word.approved {
                    self.0.remove(&approved.warning);
                }
            }
            _ => {}
        }
    }

    fn deed(&mut self, deed: &Deed) {
        match deed.what.as_str() {
            "prepare" => {
                let what = serde_json::from_value::<Prepare>(deed.detail.clone());
                let Ok(what) = what else { return };
                let fresh = Slot {
                    what: what.clone(),
                    since: deed.wall.0,
                    codes: BTreeMap::new(),
                    wrong: BTreeMap::new(),
                    approved: Vec::new(),
                };
                let slot = self
                    .0
                    .entry(deed.target.clone())
                    .or_insert_with(|| fresh.clone());
                if slot.what.sha256 != what.sha256 || slot.what.action != what.action {
                    *slot = fresh;
                }
                slot.codes.insert(deed.by.clone(), what.code);
                slot.wrong.remove(&deed.by);
            }
            "confirm" => {
                if let Some(slot) = self.0.get_mut(&deed.target) {
                    slot.approved.push(deed.by.clone());
                }
            }
            "wrong_code" => {
                if let Some(slot) = self.0.get_mut(&deed.target) {
                    let wrong = slot.wrong.entry(deed.by.clone()).or_insert(0);
                    *wrong += 1;
                    if *wrong >= WRONG_MAX {
                        slot.codes.remove(&deed.by);
                    }
                }
            }
            "lapse" => {
                self.0.remove(&deed.target);
            }
            _ => {}
        }
    }

    /// What already waits for somebody else's approval: the next person sees the same bytes.
    pub fn waiting(&self, warning: &str, step: Step, now: Epoch) -> Option<&Prepare> {
        let slot = self.open(warning, step, now)?;
        (!slot.approved.is_empty()).then_some(&slot.what)
    }

    /// Warnings whose approvals have lapsed.
    pub fn lapsed(&self, now: Epoch) -> Vec<String> {
        let lapsed = self.0.iter().filter(|(_, slot)| is_over(slot, now));
        lapsed.map(|(warning, _)| warning.clone()).collect()
    }

    /// Whether this person may confirm these bytes with this code; who has approved by then.
    ///
    /// # Errors
    /// Why not.
    pub fn check(
        &self,
        warning: &str,
        step: Step,
        (sha256, code): (&str, &str),
        by: &str,
        now: Epoch,
    ) -> Result<(Prepare, Vec<String>), DeskError> {
        let slot = self
            .open(warning, step, now)
            .ok_or(DeskError::NotPrepared)?;
        if slot.what.sha256 != sha256 {
            return Err(DeskError::Changed);
        }
        if slot.approved.iter().any(|name| name == by) {
            return Err(DeskError::SamePerson);
        }
        let own = slot.codes.get(by).ok_or(DeskError::NotPrepared)?;
        if own != code.trim() {
            return Err(DeskError::WrongCode);
        }
        let mut people = slot.approved.clone();
        people.push(by.to_owned());
        Ok((slot.what.clone(), people))
    }

    fn open(&self, warning: &str, step: Step, now: Epoch) -> Option<&Slot> {
        let slot = self.0.get(warning)?;
        (slot.what.action == step && !is_over(slot, now)).then_some(slot)
    }
}

fn is_over(slot: &Slot, now: Epoch) -> bool {
    seconds_between(slot.since, now) > LASTS_S
}

#[cfg(test)]
mod tests {
    use super::*;
    use forewarn_formats::words::UtcTime;
    use forewarn_physics::time::after;

    fn at(seconds: f64) -> Epoch {
        after(Epoch::from_unix_seconds(1e9), seconds)
    }

    fn deed(what: &str, by: &str, code: &str) -> Entry {
        let detail = Prepare {
            action: Step::Release,
            bytes: "<alert/>".into(),
            sha256: "ab".into(),
            revision: 2,
            areas: vec!["Here".into()],
            time: "t".into(),
            code: code.into(),
        };
        Entry::Deed(Deed {
            by: by.into(),
            wall: UtcTime(at(0.0)),
            what: what.into(),
            target: "w-1".into(),
            detail: serde_json::to_value(detail).unwrap(),
        })
    }

    fn check(desk: &Desk, by: &str, sha256: &str, code: &str, s: f64) -> Result<usize, DeskError> {
        let checked = desk.check("w-1", Step::Release, (sha256, code), by, at(s));
        checked.map(|(_, people)| people.len())
    }

    #[test]
    fn two_people_with_their_own_codes_approve_the_same_bytes_in_time() {
        let mut desk = Desk::default();
        assert_eq!(
            check(&desk, "ada", "ab", "1111", 0.0),
            Err(DeskError::NotPrepared)
        );
        desk.apply(&deed("prepare", "ada", "1111"));
        assert_eq!(
            check(&desk, "ada", "cd", "1111", 0.0),
            Err(DeskError::Changed)
        );
        assert_eq!(
            check(&desk, "ada", "ab", "1112", 0.0),
            Err(DeskError::WrongCode)
        );
        assert_eq!(
            check(&desk, "bob", "ab", "1111", 0.0),
            Err(DeskError::NotPrepared)
        );
        assert_eq!(check(&desk, "ada", "ab", "1111", 0.0), Ok(1));
        desk.apply(&deed("confirm", "ada", ""));
        assert_eq!(
            check(&desk, "ada", "ab", "1111", 1.0),
            Err(DeskError::SamePerson)
        );
        desk.apply(&deed("prepare", "bob", "2222"));
        assert!(desk.waiting("w-1", Step::Release, at(1.0)).is_some());
        assert_eq!(check(&desk, "bob", "ab", "2222", 1.0), Ok(2));
        assert_eq!(
            check(&desk, "bob", "ab", "2222", 200.0),
            Err(DeskError::NotPrepared)
        );
        assert_eq!(desk.lapsed(at(200.0)), ["w-1"]);
    }

    #[test]
    fn guessing_ends() {
        let mut desk = Desk::default();
        desk.apply(&deed("prepare", "ada", "1111"));
        for _ in 0..WRONG_MAX {
            desk.apply(&deed("wrong_code", "ada", ""));
        }
        assert_eq!(
            check(&desk, "ada", "ab", "1111", 0.0),
            Err(DeskError::NotPrepared)
        );
    }
}
