//! Memberships and their terms: written into the tables that grant and, by the server's own actor, into the records that devices show. A
//! change of what somebody holds gives each of their devices the next policy stamp.

use crate::Inner;
use crate::error::Error;
use crate::events::Wake;
use crate::sharing;
use crate::store::documents::PartitionRow;
use crate::store::people::Membership;
use crate::store::{devices, people, policy};
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::{Edit, Value};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Writes a membership, new or with a changed term, and what follows from it.
pub fn save(inner: &Inner, db: &Connection, m: &Membership) -> Result<Vec<PartitionRow>, Error> {
    let now_ms = inner.env.now_ms();
    let (before, name) = (people::roles(db, &m.person)?, people::name(db, &m.person)?);
    people::save_membership(db, m, now_ms)?;
    let id = |id: Uuid| Value::Str(id.to_string());
    let mut edits = vec![
        Edit::put("name", name),
        Edit::put("role", m.role.name()),
        Edit::put("unit", id(m.unit)),
        Edit::put("person", id(m.person)),
        Edit::put("from", Value::Int(m.from_at)),
        Edit::put("until", m.until_at.map_or(Value::Null, Value::Int)),
        Edit::put("version", Value::Int(i64::try_from(m.version).unwrap_or(i64::MAX))),
    ];
    // what was never said is not written; what was said once may be taken back
    if m.post.is_some() || m.is_party || m.version > 1 {
        edits.push(Edit::put("post", m.post.clone().map_or(Value::Null, Value::Str)));
        edits.push(Edit::put("party", Value::Bool(m.is_party)));
    }
    edits.extend(m.stands_for.map(|of| Edit::put("stands_for", id(of))));
    let mut rows = inner.write_own(db, &m.unit, DocId::new(m.record, Class::Common), Kind::Membership, &edits)?;
    if people::roles(db, &m.person)? != before {
        bump(db, [m.person], now_ms)?;
    }
    if !m.is_open(now_ms) {
        rows.extend(sharing::end_all_to(inner, db, &m.record, now_ms)?);
    }
    Ok(rows)
}

/// The next stamp for every device of these people, with the roots they have now. The one before ended at that moment.
pub fn bump(db: &Connection, persons: impl IntoIterator<Item = Uuid>, at_ms: i64) -> Result<(), Error> {
    for person in persons.into_iter().collect::<BTreeSet<_>>() {
        let roots = people::roles(db, &person)?;
        for device in devices::of_person(db, &person)? {
            policy::bump(db, &device.id, device.policy + 1, at_ms)?;
            policy::add_stamp(db, &device.id, device.policy + 1, &roots)?;
        }
    }
    Ok(())
}

/// Takes note of terms that began or ended since the last request, each at its own moment: nobody has to act for that.
pub fn settle_terms(inner: &Inner) -> Result<(), Error> {
    let now_ms = inner.env.now_ms();
    if !inner.store.read(|db| people::any_turn(db, now_ms))? {
        return Ok(());
    }
    let touched = inner.store.write(|db| {
        let mut touched = Vec::new();
        while let Some((m, at)) = people::next_turn(db, now_ms)? {
            bump(db, [m.person], at)?;
            if !m.is_open(at) {
                touched.extend(sharing::end_all_to(inner, db, &m.record, at)?);
            }
        }
        Ok::<_, Error>(touched)
    })?;
    inner.wake(touched.iter().map(|p| Wake { unit: p.unit, class: p.class, head: p.head }));
    Ok(())
}
