//! Server commands that erase: who may, and what goes is planned in `erase/`.

use super::ask::Asked;
use super::rights::Roots;
use super::{Push, Refusal, Stop, refuse};
use crate::erase::{self, Erasure, Item};
use crate::store::erasures;
use shared_model::class::Class;
use shared_model::doc::DocId;
use shared_model::limits::ERASED_DOCUMENTS_MAX;
use shared_model::records::{Kind, known_code};
use shared_model::rules::{self, Role, Verb};
use shared_model::wire::Mention;
use uuid::Uuid;

impl Push<'_> {
    /// Is the role that `may` asks for held over every unit where something goes?
    fn may_erase_all<'u>(&self, roots: &Roots, units: impl IntoIterator<Item = &'u Uuid>, may: impl Fn(Role) -> bool) -> bool {
        units.into_iter().all(|unit| roots.over(&self.tree, unit).any(&may))
    }

    /// A person or a household; what is gone already is not erased twice.
    pub fn judge_erasure(&self, roots: &Roots, record: Uuid, reason: &str) -> Result<Asked, Stop> {
        if !known_code("erase_reason", reason) {
            return refuse("bad_value");
        }
        let plan = erase::plan(self.db, &self.tree, record)?;
        let Some(kind) = plan.kind else {
            return if erasures::was_erased(self.db, &record)? {
                Ok(Asked::default())
            } else {
                Err(Stop::Refused(Refusal::Stale("gone".into())))
            };
        };
        // where the record itself is: what names it elsewhere goes with it, wherever that is
        if !self.may_erase_all(roots, &plan.units, rules::may_erase) {
            return refuse("not_allowed");
        }
        if plan.items.is_empty() {
            return refuse("kind");
        }
        if plan.items.len() > ERASED_DOCUMENTS_MAX {
            return refuse("too_large");
        }
        let erasure = Erasure { mentions: plan.mentions, ..self.erasure(record, kind, reason, plan.items) };
        Ok(Asked { erase: Some(erasure), ..Asked::default() })
    }

    /// A document that may name in words what was erased: the office of its unit has those fields go, or says that it is somebody else. Who
    /// comes second is told that it is decided; who says the same again, or brings it back after a restore, is not.
    pub fn judge_mention(&self, roots: &Roots, erasure: [u8; 16], doc: DocId, erases: bool) -> Result<Asked, Stop> {
        let stale = || Err(Stop::Refused(Refusal::Stale("decided".into())));
        let Some(of) = erasures::get(self.db, &erasure)? else { return refuse("not_allowed") };
        let Some(m) = erasures::mentions(self.db, &erasure)?.into_iter().find(|m| m.doc == doc) else {
            let state = erasures::mention_state(self.db, &erasure, &doc)?;
            let is_so = state.is_some_and(|state| state == if erases { "erased" } else { "kept" });
            return if is_so { Ok(Asked::default()) } else { stale() };
        };
        if !self.may_erase_all(roots, [&m.unit], rules::may_erase) {
            return refuse("not_allowed");
        }
        if !erases {
            return Ok(Asked { kept: Some((erasure, doc)), ..Asked::default() });
        }
        let Mention { doc, kind, keys, .. } = m;
        let items = erase::without_keys(self.db, doc, &keys)?;
        if items.is_empty() {
            return stale();
        }
        let answer = Erasure { answers: Some((erasure, doc)), ..self.erasure(doc.record, kind, &of.reason, items) };
        Ok(Asked { erase: Some(answer), ..Asked::default() })
    }

    /// Whoever may write the door may take its phone back.
    pub fn judge_withdrawal(&self, roots: &Roots, household: Uuid) -> Result<Asked, Stop> {
        let items = erase::without_contact(self.db, household)?;
        if !self.may_erase_all(roots, items.iter().flat_map(|i| &i.units), |role| {
            rules::may_write(role, Kind::Household, Class::Door, Verb::Edit)
        }) {
            return refuse("not_allowed");
        }
        if items.is_empty() {
            return Ok(Asked::default());
        }
        Ok(Asked { erase: Some(self.erasure(household, Kind::Household, "consent_withdrawn", items)), ..Asked::default() })
    }

    fn erasure(&self, record: Uuid, kind: Kind, reason: &str, items: Vec<Item>) -> Erasure {
        let (reason, asked_by) = (reason.to_owned(), self.device.name.clone());
        Erasure { id: [0; 16], at_ms: self.now_ms, record, kind, reason, asked_by, items, mentions: Vec::new(), answers: None }
    }
}
