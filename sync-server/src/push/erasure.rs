//! Server commands that erase: who may, and what goes is planned in `erase/`.

use super::ask::Asked;
use super::rights::Roots;
use super::{Push, Refusal, Stop, refuse};
use crate::erase::{self, Erasure, Item};
use crate::store::erasures;
use shared_model::class::Class;
use shared_model::limits::ERASED_DOCUMENTS_MAX;
use shared_model::records::{Kind, known_code};
use shared_model::rules::{self, Role, Verb};
use uuid::Uuid;

impl Push<'_> {
    /// Is the role that `may` asks for held over every unit where something goes?
    fn may_erase_all(&self, roots: &Roots, items: &[Item], may: impl Fn(Role) -> bool) -> bool {
        items.iter().flat_map(|i| &i.units).all(|unit| roots.over(&self.tree, unit).any(&may))
    }

    /// A person or a household; what is gone already is not erased twice.
    pub fn judge_erasure(&self, roots: &Roots, record: Uuid, reason: &str) -> Result<Asked, Stop> {
        if !known_code("erase_reason", reason) {
            return refuse("bad_value");
        }
        let (kind, items) = erase::plan(self.db, record)?;
        let Some(kind) = kind else {
            return if erasures::was_erased(self.db, &record)? {
                Ok(Asked::default())
            } else {
                Err(Stop::Refused(Refusal::Stale("gone".into())))
            };
        };
        if !self.may_erase_all(roots, &items, rules::may_erase) {
            return refuse("not_allowed");
        }
        if items.is_empty() {
            return refuse("kind");
        }
        if items.len() > ERASED_DOCUMENTS_MAX {
            return refuse("too_large");
        }
        Ok(Asked { erase: Some(self.erasure(record, kind, reason, items)), ..Asked::default() })
    }

    /// Whoever may write the door may take its phone back.
    pub fn judge_withdrawal(&self, roots: &Roots, household: Uuid) -> Result<Asked, Stop> {
        let items = erase::without_contact(self.db, household)?;
        if !self.may_erase_all(roots, &items, |role| rules::may_write(role, Kind::Household, Class::Door, Verb::Edit)) {
            return refuse("not_allowed");
        }
        if items.is_empty() {
            return Ok(Asked::default());
        }
        Ok(Asked { erase: Some(self.erasure(household, Kind::Household, "consent_withdrawn", items)), ..Asked::default() })
    }

    fn erasure(&self, record: Uuid, kind: Kind, reason: &str, items: Vec<Item>) -> Erasure {
        let (reason, asked_by) = (reason.to_owned(), self.device.name.clone());
        Erasure { id: [0; 16], at_ms: self.now_ms, record, kind, reason, asked_by, items }
    }
}
