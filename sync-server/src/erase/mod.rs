//! Erasing: documents leave the server with every copy of them, and every device that may hold them is told by a purge row and answers with
//! a receipt. What an erasure takes is decided in `plan.rs`; here it is carried out, in the write transaction of the command that asks for
//! it and a second time from the ledger, when a crash or a restore came between.
//!
//! A purge closes one generation of a document. Where a document keeps something (a door whose phone is withdrawn, a case without its
//! words), the next generation is written here by the server's own actor: each live value stays, two values of one field stay two.

mod find;
mod plan;

pub use plan::{plan, without_contact, without_keys};

use crate::Inner;
use crate::error::Error;
use crate::ledger;
use crate::media;
use crate::store::documents::{self, DocumentRow, NewDocument, PartitionRow};
use crate::store::erasures::{self, ErasureRow};
use crate::store::{devices, people, policy};
use rusqlite::Connection;
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use shared_model::crdt::{DEL_KEY, Edit, Registers, Value, deletion};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules;
use shared_model::wire::{Mention, RoleAtUnit, Row, RowBody, next_mark, row_hash, to_cbor};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One document that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub doc: DocId,
    /// Units in whose partition of its class a purge row stands in any case.
    pub units: BTreeSet<Uuid>,
    /// `Some`: all but these keys go on in the next generation.
    pub without: Option<Vec<String>>,
}

/// A planned erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub id: [u8; 16],
    pub at_ms: i64,
    pub record: Uuid,
    pub kind: Kind,
    pub reason: String,
    pub asked_by: String,
    pub items: Vec<Item>,
    /// Where it may still be named in words.
    pub mentions: Vec<Mention>,
    /// It answers a mention of that erasure, in that document.
    pub answers: Option<([u8; 16], DocId)>,
}

/// Erases. The line of the ledger is on the disk before the transaction commits, and after everything in it went well. Returns the
/// partitions with new heads.
pub fn erase(inner: &Inner, db: &Connection, erasure: &Erasure) -> Result<Vec<PartitionRow>, Error> {
    let touched = carry_out(inner, db, erasure)?;
    inner.note(db, ledger::Kind::Erase, words_of(erasure))?;
    Ok(touched)
}

/// From a line of the ledger, if the database does not know of it.
pub fn replay(inner: &Inner, db: &Connection, at_ms: i64, words: &[String]) -> Result<bool, Error> {
    let erasure = from_words(at_ms, words).ok_or(Error::Damaged("an erasure in the ledger"))?;
    if erasures::is_known(db, &erasure.id)? {
        return Ok(false);
    }
    carry_out(inner, db, &erasure)?;
    Ok(true)
}

/// A place that may name what was erased stays as it is, for ever: the ledger says so, and no restore has the office asked again.
pub fn keep(inner: &Inner, db: &Connection, erasure: &[u8; 16], doc: &DocId, by: &str) -> Result<(), Error> {
    erasures::decide_mention(db, erasure, doc, "kept", Some(by))?;
    inner.note(db, ledger::Kind::Keep, kept_words(erasure, doc))
}

/// From a line of the ledger. Who decided is not in it: a ledger names no one.
pub fn replay_kept(db: &Connection, words: &[String]) -> Result<(), Error> {
    let parse = || {
        let [erasure, doc] = words else { return None };
        Some((hex::decode(erasure).ok()?.try_into().ok()?, DocId::from_bytes(&hex::decode(doc).ok()?)?))
    };
    let (erasure, doc) = parse().ok_or(Error::Damaged("a decision in the ledger"))?;
    erasures::decide_mention(db, &erasure, &doc, "kept", None)
}

/// Everything that an office said stays, as lines of the ledger.
pub fn kept(db: &Connection) -> Result<Vec<Vec<String>>, Error> {
    Ok(erasures::kept_mentions(db)?.iter().map(|(erasure, doc)| kept_words(erasure, doc)).collect())
}

fn kept_words(erasure: &[u8; 16], doc: &DocId) -> Vec<String> {
    vec![hex::encode(erasure), hex::encode(doc.bytes())]
}

/// A document that goes on in the next generation.
struct Next {
    doc: DocId,
    kind: Kind,
    /// Of a step: its case.
    parent: Option<Uuid>,
    person: Option<Uuid>,
    first_at: i64,
    home: i64,
    unit: Uuid,
    placed: BTreeSet<i64>,
    before: Registers,
}

/// The partitions that an erasure writes to.
#[derive(Default)]
struct Touched {
    rows: BTreeMap<i64, PartitionRow>,
    /// The last purge row in each.
    purged: BTreeMap<i64, u64>,
}

impl Touched {
    fn get(&mut self, db: &Connection, id: i64) -> Result<&mut PartitionRow, Error> {
        if let std::collections::btree_map::Entry::Vacant(free) = self.rows.entry(id) {
            free.insert(documents::partition_by_id(db, id)?.ok_or(Error::Damaged("a partition that does not exist"))?);
        }
        self.rows.get_mut(&id).ok_or(Error::Damaged("a partition that does not exist"))
    }

    fn add(&mut self, db: &Connection, id: i64, command: [u8; 16], now_ms: i64, body: RowBody) -> Result<(), Error> {
        self.add_change(db, id, command, now_ms, body, None)
    }

    fn add_change(
        &mut self,
        db: &Connection,
        id: i64,
        command: [u8; 16],
        now_ms: i64,
        body: RowBody,
        change: Option<i64>,
    ) -> Result<(), Error> {
        let is_purge = matches!(body, RowBody::Purge { .. });
        let p = self.get(db, id)?;
        p.head += 1;
        let row = Row { seq: p.head, received_at: now_ms, command, body };
        p.mark = next_mark(&p.mark, &row_hash(&p.unit, p.class, &row));
        documents::add_row(db, id, &row, change, &p.mark)?;
        if is_purge {
            let seq = p.head;
            self.purged.insert(id, seq);
        }
        Ok(())
    }
}

fn carry_out(inner: &Inner, db: &Connection, e: &Erasure) -> Result<Vec<PartitionRow>, Error> {
    let documents = u32::try_from(e.items.len()).unwrap_or(u32::MAX);
    let (reason, asked_by) = (e.reason.clone(), e.asked_by.clone());
    erasures::add(db, &ErasureRow { id: e.id, at: e.at_ms, record: e.record, kind: e.kind, reason, asked_by, documents })?;
    e.mentions.iter().try_for_each(|m| erasures::add_mention(db, &e.id, m))?;
    if let Some((of, doc)) = &e.answers {
        erasures::decide_mention(db, of, doc, "erased", Some(&e.asked_by))?;
    }
    let mut touched = Touched::default();
    let mut next = Vec::new();
    for item in &e.items {
        next.extend(purge(inner, db, e, item, &mut touched)?);
    }
    for n in &next {
        write_next(inner, db, e, n, &mut touched)?;
    }
    let going = e.items.iter().map(|i| i.doc).collect();
    media::while_refused_are_cleaned(db, || erasures::clean_quarantine(db, &going))?;
    for p in touched.rows.values() {
        documents::save_partition(db, p)?;
        erasures::drop_bundles(db, p.id)?;
    }
    ask_receipts(inner, db, e, &touched)?;
    Ok(touched.rows.into_values().collect())
}

fn purge(inner: &Inner, db: &Connection, e: &Erasure, item: &Item, touched: &mut Touched) -> Result<Option<Next>, Error> {
    let found = documents::get(db, &item.doc)?;
    let mut places = erasures::partitions_of(db, &item.doc)?;
    for unit in &item.units {
        places.insert(documents::make_partition(db, unit, item.doc.class)?.id);
    }
    let mut next = None;
    if let Some(row) = &found {
        let before = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
        let (home, placed) = (erasures::home_of(db, row.id)?, erasures::placements_of(db, row.id)?);
        let term = before.digest_term(&item.doc.bytes());
        for p in placed.iter().copied().chain([home]) {
            let p = touched.get(db, p)?;
            p.digest = p.digest.wrapping_sub(term);
        }
        places.extend(placed.iter().copied().chain([home]));
        let parent = documents::parent(db, &row.doc.record)?;
        next = item.without.as_ref().map(|keys| next_of(row, parent, home, placed, before, keys));
    }
    for p in places {
        touched.add(db, p, e.id, inner.env.now_ms(), RowBody::Purge { doc: item.doc })?;
    }
    erasures::forget(db, &item.doc, found.map(|row| row.id))?;
    erasures::close_mentions(db, &item.doc)?;
    erasures::close(db, &item.doc)?;
    Ok(next)
}

/// Id of what the server writes beside a command: the device that sent the command did not, and is told.
fn beside(command: &[u8; 16]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&Sha256::new().chain_update(b"gridwalk/beside/v1").chain_update(command).finalize()[..16]);
    out
}

fn next_of(row: &DocumentRow, parent: Option<Uuid>, home: i64, placed: BTreeSet<i64>, mut before: Registers, keys: &[String]) -> Next {
    let doc = DocId { generation: row.doc.generation.saturating_add(1), ..row.doc };
    before.live.retain(|key, _| !keys.contains(key));
    Next { doc, kind: row.kind, parent, person: row.person, first_at: row.first_at, home, unit: row.unit, placed, before }
}

/// Writes the next generation: of each key the winner as one change, the value before it as another made apart, and so on. A key stands in
/// each of these changes no later than in the one before, and their actors descend, so the winner stays the winner.
///
/// The actors come from what is written and from when the erasure was: a server that was set back writes the same again or under other
/// actors, and never other values under the same numbers. In the home partition they are changes, which devices can give back.
fn write_next(inner: &Inner, db: &Connection, e: &Erasure, n: &Next, touched: &mut Touched) -> Result<(), Error> {
    let now_ms = inner.env.now_ms();
    let values: BTreeMap<&String, Vec<&Value>> = n
        .before
        .live
        .iter()
        .filter(|(key, _)| *key != DEL_KEY)
        .map(|(key, ops)| (key, ops.iter().rev().map(|op| &op.value).filter(|v| **v != Value::Null).collect()))
        .collect();
    let deep = values.values().map(Vec::len).max().unwrap_or(0);
    let said = to_cbor(&(n.doc, e.at_ms, &values, deletion::is_deleted(&n.before)));
    let mut actors = inner.own_actors_for(db, &said, deep as u64)?;
    actors.sort_unstable_by(|a, b| b.cmp(a));
    let mut after = Registers::default();
    let mut changes = Vec::new();
    for (depth, actor) in actors.into_iter().enumerate() {
        let of_key = |(key, values): (&&String, &Vec<&Value>)| values.get(depth).map(|v| Edit::put((*key).clone(), (*v).clone()));
        let mut edits: Vec<Edit> = values.iter().filter_map(of_key).collect();
        if depth + 1 == deep && deletion::is_deleted(&n.before) {
            edits.push(Edit::put(DEL_KEY, deletion::del_value(&after)));
        }
        let Some((change, bytes, hash)) = Registers::default().author(actor, None, e.at_ms.div_euclid(1000), &edits) else { continue };
        after.apply(&change, hash).map_err(|_| Error::Damaged("the server's own change does not apply"))?;
        changes.push((change, bytes, hash));
    }
    if changes.is_empty() {
        return Ok(());
    }
    let registers = after.encode_full();
    let document = {
        let (doc, kind, parent, partition) = (n.doc, n.kind, n.parent, n.home);
        documents::add(db, &NewDocument { doc, kind, parent, partition, registers: &registers, person: n.person }, n.first_at)?
    };
    for (change, bytes, hash) in &changes {
        let mut alone = Registers::default();
        alone.apply(change, *hash).map_err(|_| Error::Damaged("the server's own change does not apply"))?;
        let archived = documents::add_change(
            db,
            &documents::NewChange {
                document,
                hash: *hash,
                actor: change.actor,
                seq: change.seq,
                start_op: change.start_op,
                max_op: change.max_op(),
                clock: &alone.clock,
                bytes,
                received_at: now_ms,
                command: e.id,
            },
        )?;
        let body = RowBody::Change { doc: n.doc, kind: n.kind, bytes: ByteBuf::from(bytes.clone()) };
        // as old as what it goes on from: a step keeps its place among the others
        touched.add_change(db, n.home, beside(&e.id), n.first_at, body, Some(archived))?;
    }
    let term = after.digest_term(&n.doc.bytes());
    let home = touched.get(db, n.home)?;
    home.digest = home.digest.wrapping_add(term);
    for p in n.placed.iter().copied().filter(|p| *p != n.home) {
        let (registers, home) = (ByteBuf::from(registers.clone()), Some(n.unit));
        let body = RowBody::Snapshot { doc: n.doc, kind: n.kind, registers, first_at: n.first_at, home };
        touched.add(db, p, e.id, now_ms, body)?;
        let row = touched.get(db, p)?;
        row.digest = row.digest.wrapping_add(term);
        erasures::place(db, document, p)?;
    }
    Ok(())
}

/// Every device that may hold one of the partitions: by what its person may read now, or by a stamp that it has not left yet, over the tree
/// as it stood under that stamp.
fn ask_receipts(inner: &Inner, db: &Connection, e: &Erasure, touched: &Touched) -> Result<(), Error> {
    let tree = inner.tree(db)?;
    for device in devices::list(db)?.into_iter().filter(|d| d.wiped_at.is_none()) {
        let now = people::roles(db, &device.person)?;
        let stamps = policy::stamps_from(db, &device.id, device.policy_named)?;
        for (partition, seq) in &touched.purged {
            let Some(p) = touched.rows.get(partition) else { continue };
            let reads = |role| rules::access(role, p.class).reads();
            // what is shown to somebody by name stands in a partition of their membership
            let named = people::membership(db, &p.unit)?.filter(|m| m.person == device.person);
            let is_named = |at: &RoleAtUnit| named.as_ref().is_some_and(|m| (m.role, m.unit) == (at.role, at.unit));
            let may_now = now.iter().any(|at| (reads(at.role) && tree.reaches(at, &p.unit)) || is_named(at));
            let was_over = |at: &RoleAtUnit, version| tree.was_within(&p.unit, &at.unit, version) && tree.acts_on(at, &p.unit);
            let stood = |s: &policy::Stamp| s.roots.iter().any(|at| (reads(at.role) && was_over(at, s.tree)) || is_named(at));
            if may_now || stamps.iter().any(stood) {
                erasures::add_receipt(db, &e.id, *partition, &device.id, *seq)?;
            }
        }
    }
    Ok(())
}

/// As it stands in the ledger: ids and codes only.
fn words_of(e: &Erasure) -> Vec<String> {
    let mut out = vec![hex::encode(e.id), e.record.to_string(), (e.kind as u8).to_string(), e.reason.clone()];
    let joined = |keys: &[String]| keys.iter().map(hex::encode).collect::<Vec<_>>().join("+");
    out.extend(e.items.iter().map(|item| {
        let units: Vec<String> = item.units.iter().map(|u| u.simple().to_string()).collect();
        let keys = item.without.as_ref().map_or(String::new(), |keys| format!("~{}", joined(keys)));
        format!("{}@{}{keys}", hex::encode(item.doc.bytes()), units.join("+"))
    }));
    out.extend(
        e.mentions.iter().map(|m| format!("?{}@{}~{}~{}", hex::encode(m.doc.bytes()), m.unit.simple(), m.kind as u8, joined(&m.keys))),
    );
    out
}

/// Documents that are erased and of which these lines of the ledger say nothing, as a line.
pub fn unsaid(db: &Connection, lines: &[&[String]]) -> Result<Option<Vec<String>>, Error> {
    let said: BTreeSet<DocId> =
        lines.iter().filter_map(|words| from_words(0, words)).flat_map(|e| e.items.into_iter().map(|item| item.doc)).collect();
    let mut items = Vec::new();
    for doc in erasures::closed(db)?.into_iter().filter(|doc| !said.contains(doc)) {
        let mut units = BTreeSet::new();
        for partition in erasures::partitions_of(db, &doc)? {
            units.extend(documents::partition_by_id(db, partition)?.map(|p| p.unit));
        }
        items.extend((!units.is_empty()).then_some(Item { doc, units, without: None }));
    }
    let Some(first) = items.first() else { return Ok(None) };
    let (record, reason) = (first.doc.record, "erased_before".to_owned());
    let mut id = [0; 16];
    let of_all = items.iter().fold(Sha256::new(), |h, item| h.chain_update(item.doc.bytes()));
    id.copy_from_slice(&of_all.finalize()[..16]);
    Ok(Some(words_of(&Erasure {
        id,
        at_ms: 0,
        record,
        kind: Kind::Person,
        reason,
        asked_by: String::new(),
        items,
        mentions: Vec::new(),
        answers: None,
    })))
}

fn from_words(at_ms: i64, words: &[String]) -> Option<Erasure> {
    let [id, record, kind, reason, items @ ..] = words else { return None };
    let (mut parsed, mut mentions) = (Vec::with_capacity(items.len()), Vec::new());
    for item in items {
        let (mark, rest) = item.strip_prefix('?').map_or((false, item.as_str()), |rest| (true, rest));
        let (doc, rest) = rest.split_once('@')?;
        let mut parts = rest.split('~');
        let doc = DocId::from_bytes(&hex::decode(doc).ok()?)?;
        let split = |text: &str| text.split('+').filter(|one| !one.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let key = |k: &String| hex::decode(k).ok().and_then(|k| String::from_utf8(k).ok());
        let keys = |text: &str| split(text).iter().map(key).collect::<Option<Vec<_>>>();
        let units = split(parts.next()?).iter().map(|u| Uuid::parse_str(u).ok()).collect::<Option<BTreeSet<_>>>()?;
        if mark {
            let (unit, kind) = (units.first().copied()?, Kind::from_u8(parts.next()?.parse().ok()?)?);
            mentions.push(Mention { doc, kind, unit, keys: keys(parts.next()?)? });
            continue;
        }
        let without = match parts.next() {
            Some(text) => Some(keys(text)?),
            None => None,
        };
        parsed.push(Item { doc, units, without });
    }
    Some(Erasure {
        id: hex::decode(id).ok()?.try_into().ok()?,
        at_ms,
        record: Uuid::parse_str(record).ok()?,
        kind: Kind::from_u8(kind.parse().ok()?)?,
        reason: reason.clone(),
        asked_by: String::new(),
        items: parsed,
        mentions,
        answers: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_model::class::Class;

    #[test]
    fn an_erasure_is_read_from_the_ledger_as_it_was_written() {
        let item = |n: u128, without: Option<Vec<String>>| Item {
            doc: DocId { record: Uuid::from_u128(n), class: Class::Door, generation: 3 },
            units: BTreeSet::from([Uuid::from_u128(7), Uuid::from_u128(8)]),
            without,
        };
        let erasure = Erasure {
            id: [9; 16],
            at_ms: 5,
            record: Uuid::from_u128(1),
            kind: Kind::Household,
            reason: "asked".into(),
            asked_by: String::new(),
            items: vec![
                item(1, None),
                item(2, Some(vec!["head_name".into(), "ext/备 注,".into()])),
                Item { units: BTreeSet::new(), ..item(3, Some(Vec::new())) },
            ],
            mentions: vec![Mention { doc: item(4, None).doc, kind: Kind::Visit, unit: Uuid::from_u128(7), keys: vec!["note".into()] }],
            answers: None,
        };
        let words = words_of(&erasure);
        assert!(words.iter().all(|w| !w.contains([' ', ','])));
        assert_eq!(from_words(5, &words), Some(erasure));
    }
}
