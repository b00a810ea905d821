//! Late work: written under a policy stamp that is over, by somebody who held the right then. It is accepted as any other, except that it
//! goes to the office (quarantined as `late`) when the record has since been deleted, moved away, merged or closed: then a person decides where
//! it belongs. Whoever holds the right today as well writes as everybody does.

use super::part::{Decoded, Judging};
use super::{Push, Stop, refuse};
use crate::error::Error;
use crate::store::documents::{self, DocumentRow};
use shared_model::crdt::{ActorId, Checked, Clock, DEL_KEY, Registers, Value};
use shared_model::rules;
use shared_model::same::EDGE;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A live value on one of these says that the record is no longer what it was.
const GONE_KEYS: [&str; 3] = [DEL_KEY, "moved_to", EDGE];
/// Records that a new one belongs to.
const OWNER_KEYS: [&str; 3] = ["household", "case", "of"];

impl Push<'_> {
    pub fn check_late(
        &self,
        judging: &Judging<'_, '_>,
        decoded: &Decoded<'_>,
        found: Option<&DocumentRow>,
        checked: &Checked,
    ) -> Result<(), Stop> {
        let (part, verb) = (decoded.part, self.verb_on(found));
        if self.holds_today(&part.unit, |role| rules::may_write(role, part.kind, part.doc.class, verb))? {
            return Ok(());
        }
        if self.is_back() {
            // it was in time once
            return Ok(());
        }
        if judging.tree.get(&part.unit).is_some_and(|node| node.is_closed) {
            return refuse("late");
        }
        // What the author saw when writing is no surprise: only marks outside this change's own past count.
        for row in documents::of_record(self.db, &part.doc.record)? {
            let seen = (row.doc == part.doc).then_some(&checked.clock);
            if is_gone(&row, seen)? {
                return refuse("late");
            }
        }
        for key in OWNER_KEYS {
            let owner = decoded.put(key).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
            for row in owner.map(|id| documents::of_record(self.db, &id)).transpose()?.into_iter().flatten() {
                if is_gone(&row, None)? {
                    return refuse("late");
                }
            }
        }
        Ok(())
    }
}

/// Is there a mark that this past does not hold?
fn is_gone(row: &DocumentRow, seen: Option<&BTreeMap<ActorId, Clock>>) -> Result<bool, Error> {
    let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
    let marks = GONE_KEYS.iter().flat_map(|key| registers.live.get(*key).into_iter().flatten());
    let mut unseen = marks.filter(|op| {
        let is_seen = seen.and_then(|s| s.get(&op.id.actor)).is_some_and(|clock| op.id.counter <= clock.max_op);
        op.value != Value::Null && !is_seen
    });
    Ok(unseen.next().is_some())
}
