//! Rows that this server signed once and lost when it was set back. A signed row was accepted: it is taken back as it was, with its author
//! and its time, and is not judged a second time. Only what the documents themselves demand is asked again: that nothing of it was erased,
//! that its past is here, that it fits its document. Who may hold what follows from such rows too: units and memberships come back with
//! the records that the server wrote of them.

use super::past::ArchivedPast;
use crate::Inner;
use crate::erase::{self, Erasure, Item};
use crate::error::Error;
use crate::server_writes::{Batch, Written};
use crate::store::documents::PartitionRow;
use crate::store::people::Membership;
use crate::store::{commands, devices, documents, erasures, people, refused, units};
use crate::{memberships, shape, sharing};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shared_model::Role;
use shared_model::class::Class;
use shared_model::crdt::{ActorId, Change, Checked, GateError, Registers, Value, gate};
use shared_model::doc::{DocId, actor_of};
use shared_model::records::Kind;
use shared_model::wire::{Page, Row, RowBody, page_digest};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Counters of a device's actors that are tried beyond the last one known.
const ACTORS_AHEAD_MAX: u64 = 64;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the log again.
    Back,
    /// It is here already, or is not to come back.
    Done,
    /// What it stands on is not here yet.
    Waits,
}

/// The taking back of one request.
pub struct Back<'a> {
    inner: &'a Inner,
    db: &'a Connection,
    /// Actors of all devices, reckoned when the first unknown one comes.
    actors: Option<HashMap<ActorId, Uuid>>,
    /// Partitions with new heads.
    pub touched: Vec<PartitionRow>,
    /// A unit came back: the tree is another.
    pub is_tree_changed: bool,
}

impl<'a> Back<'a> {
    pub fn new(inner: &'a Inner, db: &'a Connection) -> Self {
        Back { inner, db, actors: None, touched: Vec::new(), is_tree_changed: false }
    }

    /// Did this server sign the page?
    pub fn is_signed(&self, page: &Page) -> bool {
        self.inner.keys.signed(&page_digest(page), &page.signature)
    }

    /// Takes one row of a signed page back.
    pub fn take(&mut self, page: &Page, row: &Row) -> Result<Taken, Error> {
        let (doc, kind, bytes) = match &row.body {
            RowBody::Change { doc, kind, bytes } => (doc, kind, bytes),
            _ => return Ok(Taken::Done),
        };
        if erasures::is_closed(self.db, doc)? {
            return Ok(Taken::Done);
        }
        let Ok((change, hash)) = Change::decode(bytes) else { return Ok(Taken::Done) };
        let found = documents::get(self.db, doc)?;
        if let Some(known) = &found
            && documents::change_clock(self.db, known.id, &hash)?.is_some()
        {
            return Ok(Taken::Done);
        }
        // a log in which a document is only placed never holds its first change, so whoever brings that one names the home
        let unit = match &found {
            Some(known) => known.unit,
            None if change.deps.is_empty() => page.unit,
            None => return Ok(Taken::Waits),
        };
        let before = match &found {
            Some(known) => Registers::decode_full(&known.registers).map_err(|_| Error::Damaged("registers of a document"))?,
            None => Registers::default(),
        };
        let past = ArchivedPast { db: self.db, document: found.as_ref().map(|f| f.id), failure: RefCell::new(None) };
        let checked = gate::check(bytes, &before, &past, change.actor, &|_, _| Ok(()));
        if let Some(e) = past.failure.into_inner() {
            return Err(e);
        }
        let checked = match checked {
            Ok(checked) => checked,
            Err(GateError::Need(_)) => return Ok(Taken::Waits),
            Err(GateError::SeqGap { expected }) if change.seq > expected => return Ok(Taken::Waits),
            // another change has its place by now; what it said is still with the devices that hold it
            Err(_) => return Ok(Taken::Done),
        };
        let mut after = before.clone();
        if after.apply(&checked.change, checked.hash).is_err() {
            return Ok(Taken::Done);
        }
        let person = self.author(page, &change.actor)?;
        let written = Written {
            unit,
            parent: match kind {
                Kind::CaseStep if found.is_none() => id(&after, "case"),
                Kind::Attachment if found.is_none() => id(&after, "of"),
                _ => None,
            },
            doc: *doc,
            kind: *kind,
            existing: found.as_ref().map(|f| f.id),
            person,
            change: &checked.change,
            hash: checked.hash,
            bytes,
            clock: &checked.clock,
            term_before: found.as_ref().map(|_| before.digest_term(&doc.bytes())),
            after: &after,
        };
        let mut batch = Batch::new(self.db, row.command, row.received_at);
        let document = batch.change(&written)?;
        // what is new of a case is shown to whom the case is shown
        let case = match kind {
            Kind::Case => Some(doc.record),
            Kind::CaseStep | Kind::Attachment => match written.parent {
                Some(case) => Some(case),
                None => documents::parent(self.db, &doc.record)?,
            },
            _ => None,
        };
        if let Some(case) = case.filter(|_| found.is_none()) {
            sharing::follow(self.db, &mut batch, &case, document)?;
        }
        self.touched.extend(batch.write()?);
        self.counts_after_all(&row.command, doc, &checked)?;
        match kind {
            Kind::Case => self.touched.extend(sharing::as_said(self.inner, self.db, &doc.record, &after)?),
            Kind::Unit => self.unit(doc, &after)?,
            Kind::Membership => self.membership(doc, &after)?,
            _ => {}
        }
        Ok(Taken::Back)
    }

    /// A command that was refused before somebody brought back what it wrote: it is in the record, and nobody is to decide about it any more.
    fn counts_after_all(&self, command: &[u8; 16], doc: &DocId, checked: &Checked) -> Result<(), Error> {
        let Some(one) = refused::get(self.db, command)? else { return Ok(()) };
        commands::forget_refusal(self.db, doc, &checked.hash, &checked.change.actor)?;
        if matches!(one.state.as_str(), "open" | "returned") {
            refused::resolve(self.db, &one, "adopted", "", "", self.inner.env.now_ms())?;
        }
        Ok(())
    }

    /// What was erased is erased again, before anything else is taken: the rows say so, also where the ledger was set back together with
    /// the database. The rows of one command are one erasure. Returns how many documents went.
    pub fn erase_first(&mut self, pages: &[(&Page, bool)]) -> Result<u32, Error> {
        type Documents = BTreeMap<DocId, BTreeSet<Uuid>>;
        let mut by_command: BTreeMap<[u8; 16], (i64, Documents)> = BTreeMap::new();
        for (page, _) in pages.iter().filter(|(_, is_signed)| *is_signed) {
            for row in &page.rows {
                if let RowBody::Purge { doc } = &row.body
                    && !erasures::is_closed(self.db, doc)?
                {
                    let (_, docs) = by_command.entry(row.command).or_insert_with(|| (row.received_at, BTreeMap::new()));
                    docs.entry(*doc).or_default().insert(page.unit);
                }
            }
        }
        let mut gone = 0;
        for (command, (at_ms, docs)) in by_command {
            let mut id = Sha256::new().chain_update(command);
            let (mut kind, mut record) = (Kind::Person, Uuid::nil());
            for doc in docs.keys() {
                id.update(doc.bytes());
                record = doc.record;
                kind = documents::kind_of_record(self.db, &doc.record)?.unwrap_or(kind);
            }
            let mut short = [0; 16];
            short.copy_from_slice(&id.finalize()[..16]);
            gone += u32::try_from(docs.len()).unwrap_or(u32::MAX);
            let items = docs.into_iter().map(|(doc, units)| Item { doc, units, without: None }).collect();
            let reason = "erased_before".to_owned();
            let again =
                Erasure { id: short, at_ms, record, kind, reason, asked_by: String::new(), items, mentions: Vec::new(), answers: None };
            self.touched.extend(erase::erase(self.inner, self.db, &again)?);
        }
        Ok(gone)
    }

    /// The person behind an actor, which is remembered: of a device known here, or by the name that the page gives it, which is signed.
    fn author(&mut self, page: &Page, actor: &ActorId) -> Result<Option<Uuid>, Error> {
        if let Some(known) = people::actor(self.db, actor)? {
            let device = known.device.map(|id| devices::get(self.db, &id)).transpose()?.flatten();
            return Ok(device.map(|d| d.person));
        }
        if self.actors.is_none() {
            let mut all = HashMap::new();
            for d in devices::list(self.db)? {
                all.extend((0..=d.counter + ACTORS_AHEAD_MAX).map(|n| (actor_of(&d.public_key, &d.nonce, n), d.id)));
            }
            self.actors = Some(all);
        }
        let device = self.actors.as_ref().and_then(|all| all.get(actor)).map(|id| devices::get(self.db, id)).transpose()?.flatten();
        match device {
            Some(d) => {
                people::add_actor(self.db, actor, Some(&d.id), Some(&d.person), &d.name, d.role)?;
                Ok(Some(d.person))
            }
            None => {
                let named = page.actors.iter().find(|a| a.actor == *actor);
                let (name, role) = named.map_or(("", Role::Assignee), |a| (a.name.as_str(), a.role));
                people::add_actor(self.db, actor, None, None, name, role)?;
                Ok(None)
            }
        }
    }

    /// The tree as the record says: `parent` is written by the server alone.
    fn unit(&mut self, doc: &DocId, record: &Registers) -> Result<(), Error> {
        let text = |key: &str| record.value(key).and_then(Value::as_str).map(str::to_owned);
        let (Some(parent), Some(kind)) = (id(record, "parent"), text("kind")) else { return Ok(()) };
        let tree = units::load(self.db)?;
        if tree.get(&parent).is_none() || doc.class != Class::Common {
            return Ok(());
        }
        match tree.get(&doc.record) {
            None => {
                let (code, name) = (text("code").unwrap_or_default(), text("name").unwrap_or_default());
                let new = units::NewUnit { id: doc.record, code: &code, parent: Some(parent), kind: &kind, name: &name };
                units::add(self.db, &new, self.inner.env.now_ms())?;
            }
            Some(node) if node.parent() != Some(parent) && !tree.is_within(&parent, &doc.record) => {
                let mut above: BTreeSet<Uuid> = tree.ancestors(&doc.record).into_iter().chain(tree.ancestors(&parent)).collect();
                above.insert(parent);
                units::place(self.db, &doc.record, &parent)?;
                shape::bump_at(self.inner, self.db, &above)?;
            }
            Some(_) => return Ok(()),
        }
        self.is_tree_changed = true;
        Ok(())
    }

    /// A membership as its record says: written by the server alone. What ended after the backup ends again.
    fn membership(&mut self, doc: &DocId, record: &Registers) -> Result<(), Error> {
        let int = |key: &str| match record.value(key) {
            Some(Value::Int(n)) => Some(*n),
            _ => None,
        };
        let role = record.value("role").and_then(Value::as_str).and_then(Role::from_name);
        let (Some(person), Some(unit), Some(role)) = (id(record, "person"), id(record, "unit"), role) else { return Ok(()) };
        let version = int("version").and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
        if people::membership(self.db, &doc.record)?.is_some_and(|known| known.version > version) {
            return Ok(());
        }
        let name = record.value("name").and_then(Value::as_str).unwrap_or_default();
        if people::exists(self.db, &person)? {
            people::set_name(self.db, &person, name)?;
        } else {
            people::add(self.db, &person, name)?;
        }
        let before = people::roles(self.db, &person)?;
        let m = Membership {
            record: doc.record,
            person,
            role,
            unit,
            from_at: int("from").unwrap_or(0),
            until_at: int("until"),
            stands_for: id(record, "stands_for"),
            post: record.value("post").and_then(Value::as_str).map(str::to_owned),
            is_party: matches!(record.value("party"), Some(Value::Bool(true))),
            version,
        };
        let now_ms = self.inner.env.now_ms();
        people::save_membership(self.db, &m, now_ms)?;
        if people::roles(self.db, &person)? != before {
            memberships::bump(self.db, [person], now_ms)?;
        }
        Ok(())
    }
}

fn id(record: &Registers, key: &str) -> Option<Uuid> {
    record.value(key).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok())
}
