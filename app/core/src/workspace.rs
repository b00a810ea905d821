//! One door for every write: [`change`]. One transaction holds the command, its changes, the rows, the outbox entry and what derives from
//! them; one event says what changed. Nothing else in this crate writes a document, but for what the server sends (`sync/apply.rs`).

use crate::error::{CoreError, Result};
use crate::handover;
use crate::project;
use crate::store::{self, Doc, DocFacts, docs};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use shared_model::Class;
use shared_model::commands::Changed;
use shared_model::crdt::{ActorId, DEL_KEY, Edit, OpId, Value, del_value};
use shared_model::doc::{DocId, actor_of};
use shared_model::limits::{KEY_BYTES_MAX, TEXT_BYTES_MAX};
use shared_model::records::Kind;
use shared_model::rules::{self, Role, Verb};
use shared_model::same::EDGE;
use shared_model::wire::{self, Ask, Command, Part, RoleAtUnit};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Who writes here; kept in the encrypted store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    pub device: Uuid,
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    pub server_url: String,
    pub server_key: [u8; 32],
    pub secret: [u8; 32],
    pub public_key: [u8; 32],
    pub nonce: [u8; 16],
    pub digits: String,
    pub confirmed: bool,
}

/// What the person means for one document: stored with the command, so that it can be written again on another base. Stored as a list
/// without the names of its fields: every edit keeps one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "DocEditStored", from = "DocEditStored")]
pub struct DocEdit {
    pub unit: Uuid,
    pub doc: DocId,
    pub kind: Kind,
    pub edits: Vec<KeyEdit>,
}

/// Unit, record, class, generation, kind, edits.
type DocEditStored = (Uuid, Uuid, Class, u16, Kind, Vec<KeyEdit>);

impl From<DocEdit> for DocEditStored {
    fn from(d: DocEdit) -> Self {
        (d.unit, d.doc.record, d.doc.class, d.doc.generation, d.kind, d.edits)
    }
}

impl From<DocEditStored> for DocEdit {
    fn from((unit, record, class, generation, kind, edits): DocEditStored) -> Self {
        DocEdit { unit, doc: DocId { record, class, generation }, kind, edits }
    }
}

/// One key of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "KeyEditStored", from = "KeyEditStored")]
pub struct KeyEdit {
    pub key: String,
    pub value: Value,
    pub seen: Option<Vec<OpId>>,
    pub settle: bool,
}

/// Key, value, seen, settle.
type KeyEditStored = (String, Value, Option<Vec<OpId>>, bool);

impl From<KeyEdit> for KeyEditStored {
    fn from(e: KeyEdit) -> Self {
        (e.key, e.value, e.seen, e.settle)
    }
}

impl From<KeyEditStored> for KeyEdit {
    fn from((key, value, seen, settle): KeyEditStored) -> Self {
        KeyEdit { key, value, seen, settle }
    }
}

impl KeyEdit {
    /// Puts a value over whatever is live now.
    pub fn put(key: &str, value: impl Into<Value>) -> Self {
        KeyEdit { key: key.into(), value: value.into(), seen: None, settle: false }
    }
}

/// What a command writes, and how it is told to people.
#[derive(Debug, Clone)]
pub struct Intent {
    pub name: &'static str,
    /// In words, for the lists of what waits: 走访 3-2-501.
    pub summary: String,
    pub household: Option<Uuid>,
    pub docs: Vec<DocEdit>,
    pub ask: Option<Ask>,
    pub batch: Option<Uuid>,
    /// The refused command of somebody else whose values these are.
    pub adopts: Option<[u8; 16]>,
}

impl Intent {
    /// An intent without parts yet.
    pub fn new(name: &'static str, summary: impl Into<String>, household: Option<Uuid>) -> Self {
        Intent { name, summary: summary.into(), household, docs: Vec::new(), ask: None, batch: None, adopts: None }
    }

    /// Adds a write to a document, joined with what is there for it already.
    pub fn write(&mut self, unit: Uuid, doc: DocId, kind: Kind, edits: Vec<KeyEdit>) {
        if edits.is_empty() {
            return;
        }
        match self.docs.iter_mut().find(|d| d.doc == doc) {
            Some(d) => d.edits.extend(edits),
            None => self.docs.push(DocEdit { unit, doc, kind, edits }),
        }
    }

    /// Adds a record's fields, each to the document of its class. `own`: the record's own class.
    pub fn record(&mut self, unit: Uuid, record: Uuid, kind: Kind, own: shared_model::Class, edits: Vec<KeyEdit>) -> Result<()> {
        let mut by_class: BTreeMap<shared_model::Class, Vec<KeyEdit>> = BTreeMap::new();
        for e in edits {
            let field = kind.field(&e.key).ok_or_else(|| CoreError::args(format!("没有「{}」这个字段。", e.key)).at(&e.key))?;
            by_class.entry(field.class_in(own)).or_default().push(e);
        }
        for (class, edits) in by_class {
            self.write(unit, DocId::new(record, class), kind, edits);
        }
        Ok(())
    }
}

/// The stamp under which a device writes that has not synced yet: the one it was enrolled with.
const FIRST_POLICY: u64 = 1;

/// What stays in the store's cache between writes of one transaction.
pub struct Writer<'a> {
    pub tx: &'a Transaction<'a>,
    pub now_ms: i64,
    roles: Vec<RoleAtUnit>,
    actor: ActorId,
    policy: u64,
    /// The office has put this device out of use.
    is_ended: bool,
    /// Grants have come once: before that nothing leaves.
    has_grants: bool,
    touched: BTreeMap<Uuid, Kind>,
    /// Touched ones of which nothing is left to derive.
    derived: BTreeSet<Uuid>,
    /// Units written to, and whether each is leaving.
    leaving: BTreeMap<Uuid, bool>,
}

/// The counter of the actor that this install writes with now.
pub fn actor_counter(db: &Connection) -> Result<u64> {
    Ok(store::json_setting(db, "actor_counter")?.unwrap_or(0))
}

/// Roles as last granted, or as enrolled.
pub fn roles(db: &Connection, me: &Identity) -> Result<Vec<RoleAtUnit>> {
    let granted: Option<Vec<RoleAtUnit>> = store::json_setting(db, "roles")?;
    Ok(granted.unwrap_or_else(|| vec![RoleAtUnit { role: me.role, unit: me.unit }]))
}

/// Runs one local transaction that writes any number of commands; returns what changed.
///
/// # Errors
/// Of the body; then nothing was written.
pub fn change<T>(db: &mut Connection, me: &Identity, now_ms: i64, body: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<(T, Changed)> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut writer = writer(&tx, me, now_ms)?;
    let out = body(&mut writer)?;
    let touched = writer.take_touched();
    let derived = std::mem::take(&mut writer.derived);
    let to_derive = touched.iter().filter(|(record, _)| !derived.contains(record)).map(|(record, kind)| (*record, *kind)).collect();
    if project::refresh(&tx, &to_derive, now_ms)? {
        project::spread(&tx)?;
    }
    tx.commit()?;
    Ok((out, changed(&touched)))
}

/// A writer within a transaction that is open already.
///
/// # Errors
/// Of the store.
pub fn writer<'a>(tx: &'a Transaction<'a>, me: &'a Identity, now_ms: i64) -> Result<Writer<'a>> {
    // asked for together: these stand before every write
    let keys = ["actor_counter", "roles", "policy", "ended", "actor_named", "grants_version"];
    let [counter, roles, policy, ended, named, grants] = store::settings(tx, keys)?;
    let counter = store::of_json(counter).unwrap_or(0);
    let actor = actor_of(&me.public_key, &me.nonce, counter);
    if store::of_json::<u64>(named) != Some(counter) {
        let sql = "insert or ignore into actor (actor, name, role) values (?1, ?2, ?3)";
        tx.prepare_cached(sql)?.execute(params![actor.0.as_slice(), me.name, me.role.name()])?;
        store::set_json(tx, "actor_named", &counter)?;
    }
    Ok(Writer {
        is_ended: store::of_json(ended) == Some(true),
        has_grants: store::of_json::<u64>(grants).unwrap_or(0) > 0,
        roles: store::of_json(roles).unwrap_or_else(|| vec![RoleAtUnit { role: me.role, unit: me.unit }]),
        actor,
        policy: store::of_json(policy).unwrap_or(FIRST_POLICY),
        tx,
        now_ms,
        touched: BTreeMap::new(),
        derived: BTreeSet::new(),
        leaving: BTreeMap::new(),
    })
}

/// The event for these records.
pub fn changed(touched: &BTreeMap<Uuid, Kind>) -> Changed {
    let kinds: BTreeSet<&str> = touched.values().map(|k| k.name()).collect();
    let mut kinds: Vec<String> = kinds.into_iter().map(str::to_string).collect();
    if !kinds.is_empty() {
        kinds.push("sync".into());
    }
    let many = touched.len() > 100;
    let records = if many { Vec::new() } else { touched.keys().map(Uuid::to_string).collect() };
    Changed { kinds, records, many }
}

impl Writer<'_> {
    /// Writes one command. `None` when nothing had to be written.
    ///
    /// # Errors
    /// `not_allowed` by the rule table, `too_large`, or of the store.
    pub fn command(&mut self, intent: Intent) -> Result<Option<u64>> {
        self.command_as(intent, None, None)
    }

    /// Writes one command that replays another one, under its policy stamp.
    ///
    /// # Errors
    /// As [`Writer::command`].
    pub fn command_as(&mut self, intent: Intent, replaces: Option<u64>, policy: Option<u64>) -> Result<Option<u64>> {
        if self.is_ended {
            return Err(CoreError::new("revoked", "社区停用了这台设备，不能再写。"));
        }
        let mut parts = Vec::new();
        let mut intent = intent;
        if replaces.is_some() {
            // what is written again has lost what was erased meanwhile
            for at in (0..intent.docs.len()).rev() {
                if docs::is_closed(self.tx, intent.docs[at].doc)? {
                    intent.docs.remove(at);
                }
            }
        }
        for d in &mut intent.docs {
            d.doc = docs::current(self.tx, d.doc.record, d.doc.class)?;
        }
        for d in &intent.docs {
            // a replay was written before, and a unit that this command makes is nobody's yet
            let is_made_here = matches!(intent.ask, Some(Ask::MakeUnit { unit, .. }) if unit == d.unit);
            if replaces.is_none() && !is_made_here {
                self.check_staying(d)?;
            }
            parts.extend(self.write_doc(d)?);
        }
        // who went into whom is told by what derives from the rows
        let merges = |e: &KeyEdit| matches!(e.key.as_str(), EDGE | DEL_KEY);
        for d in intent.docs.iter().filter(|d| d.kind == Kind::Person && d.edits.iter().any(merges)) {
            self.touch(d.doc.record, d.kind);
        }
        if parts.is_empty() && intent.ask.is_none() && intent.adopts.is_none() {
            return Ok(None);
        }
        let seq: u64 = self.tx.prepare_cached("select coalesce(max(seq), 0) + 1 from command")?.query_row([], |r| r.get(0))?;
        let policy = policy.unwrap_or(self.policy);
        let (name, ask) = (intent.name.into(), intent.ask.clone());
        let command = Command { seq, name, policy, ask, parts, replaces, adopts: intent.adopts, batch: intent.batch };
        if command.size_bytes() > shared_model::limits::COMMAND_BYTES_MAX {
            return Err(CoreError::new("too_large", "这一笔太大了，请分开写。没有写进去。"));
        }
        if let Some(Ask::MakeUnit { unit, parent }) = &intent.ask {
            self.tx.execute("insert or ignore into unit_asked (unit, parent) values (?1, ?2)", params![unit, parent])?;
            self.touched.insert(*unit, Kind::Unit);
        }
        if let Some(Ask::TakeUp { command }) = &intent.ask {
            self.tx.execute("delete from refused_done where command = ?1", [command.as_slice()])?;
        }
        let resolves = match &intent.ask {
            Some(Ask::ReturnRefused { command, .. }) => Some(*command),
            _ => intent.adopts,
        };
        if let Some(command) = resolves {
            let sql = "insert into refused_done (command, seq) values (?1, ?2) on conflict (command) do update set seq = excluded.seq";
            self.tx.execute(sql, params![command.as_slice(), seq])?;
        }
        self.tx
            .prepare_cached(
                "insert into command (seq, name, summary, policy, at, body, args, digest, state, replaces, household)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9, ?10)",
            )?
            .execute(params![
                seq,
                intent.name,
                intent.summary,
                policy,
                self.now_ms,
                wire::to_cbor(&command),
                wire::to_cbor(&intent.docs),
                command.digest().as_slice(),
                replaces,
                intent.household
            ])?;
        Ok(Some(seq))
    }

    fn write_doc(&mut self, d: &DocEdit) -> Result<Option<Part>> {
        let mut doc = docs::load_or_new(self.tx, d.doc, d.kind, d.unit)?;
        self.check(&doc, d)?;
        // a deletion names what is there when it is written: written again on another base, it names that
        let value = |e: &KeyEdit| if e.key == DEL_KEY && e.value != Value::Null { del_value(&doc.shown).into() } else { e.value.clone() };
        let edits: Vec<Edit> =
            d.edits.iter().map(|e| Edit { key: e.key.clone(), value: value(e), seen: e.seen.clone(), settle: e.settle }).collect();
        let own = doc.own.and_then(|(a, h)| (a == self.actor).then_some(h));
        let Some((change, bytes, hash)) = doc.shown.author(self.actor, own, self.now_ms.div_euclid(1000), &edits) else {
            return Ok(None);
        };
        if bytes.len() > shared_model::limits::CHANGE_BYTES_MAX {
            return Err(CoreError::new("too_large", "这一笔太大了，请分开写。没有写进去。"));
        }
        if doc.is_new() {
            doc.mine = true;
        }
        doc.fork();
        doc.shown.apply(&change, hash).map_err(|_| CoreError::new("bad_change", "这一笔没能写成，原来的都在。"))?;
        doc.own = Some((self.actor, hash));
        doc.pending += 1;
        // all that is searched of a person stands in one document
        let words = (d.kind == Kind::Person && d.doc.class == Class::Register)
            .then(|| project::words_of_person(&DocFacts { record: d.doc.record, kind: d.kind, regs: &doc.shown }));
        docs::save_with_words(self.tx, &mut doc, words)?;
        self.touched.insert(d.doc.record, d.kind);
        if d.kind == Kind::Person {
            self.derived.insert(d.doc.record);
        }
        Ok(Some(Part { unit: doc.unit, doc: d.doc, kind: d.kind, change: ByteBuf::from(bytes) }))
    }

    /// What is here only until its commands have verdicts is read and not written; a case that somebody shares does not stand here by its unit.
    fn check_staying(&mut self, d: &DocEdit) -> Result<()> {
        let is_leaving = match self.leaving.get(&d.unit) {
            Some(known) => *known,
            None => {
                let asked = self.has_grants && handover::is_leaving_now(self.tx, d.unit)?;
                self.leaving.insert(d.unit, asked);
                asked
            }
        };
        if is_leaving && !self.is_only_shared(d)? { Err(handover::read_only()) } else { Ok(()) }
    }

    /// The same rule table as the server's, so that a person learns it here and not after the next sync.
    fn check(&self, doc: &Doc, d: &DocEdit) -> Result<()> {
        let verb = match (doc.is_new(), doc.mine) {
            (true, _) => Verb::Make,
            (false, true) => Verb::EditOwn,
            (false, false) => Verb::Edit,
        };
        let may_be_shared = doc.is_placed_apart || matches!(d.kind, Kind::CaseStep | Kind::Attachment);
        let may_write = if may_be_shared && self.is_only_shared(d)? { rules::may_write_shared } else { rules::may_write };
        if !self.roles.iter().any(|r| may_write(r.role, d.kind, d.doc.class, verb)) {
            return Err(CoreError::not_allowed(&format!("改{}", d.kind.def().zh)));
        }
        for e in &d.edits {
            let field = d.kind.field(&e.key);
            rules::may_write_key(d.kind, d.doc.class, &e.key, verb)
                .map_err(|_| CoreError::not_allowed(&format!("改「{}」", field.map_or(e.key.as_str(), |f| f.zh))).at(&e.key))?;
            if e.key.len() > KEY_BYTES_MAX || e.value.as_str().is_some_and(|s| s.len() > TEXT_BYTES_MAX) {
                return Err(CoreError::new("too_large", "这一格写得太长了，请分开写。没有写进去。").at(&e.key));
            }
            if !field.is_some_and(|f| f.holds(&e.value)) {
                return Err(CoreError::args(format!("「{}」的写法不对，没有写进去。", field.map_or(e.key.as_str(), |f| f.zh))).at(&e.key));
            }
        }
        Ok(())
    }

    /// Is the document, or the case of a new step or attachment, here only because somebody shares it?
    fn is_only_shared(&self, d: &DocEdit) -> Result<bool> {
        if docs::is_only_shared(self.tx, d.doc)? {
            return Ok(true);
        }
        let of = match d.kind {
            Kind::CaseStep => "case",
            Kind::Attachment => "of",
            _ => return Ok(false),
        };
        let case = d.edits.iter().find(|e| e.key == of);
        let case = case.and_then(|e| e.value.as_str()).and_then(|id| Uuid::parse_str(id).ok());
        match case {
            Some(record) => docs::is_only_shared(self.tx, DocId { record, ..d.doc }),
            None => Ok(false),
        }
    }

    /// As [`may_ever`], by the roles this transaction found.
    ///
    /// # Errors
    /// `not_allowed`.
    pub fn may_ever(&self, kind: Kind, verb: Verb) -> Result<()> {
        may_ever_as(&self.roles, kind, verb)
    }

    /// The records touched so far, for what derives from them.
    pub fn take_touched(&mut self) -> BTreeMap<Uuid, Kind> {
        std::mem::take(&mut self.touched)
    }

    /// Marks a record as touched, for what derives from it.
    pub fn touch(&mut self, record: Uuid, kind: Kind) {
        self.derived.remove(&record);
        self.touched.insert(record, kind);
    }
}

/// May this person, by any role, ever write this kind? Asked before existence.
///
/// # Errors
/// `not_allowed`.
pub fn may_ever(db: &Connection, me: &Identity, kind: Kind, verb: Verb) -> Result<()> {
    may_ever_as(&roles(db, me)?, kind, verb)
}

fn may_ever_as(roles: &[RoleAtUnit], kind: Kind, verb: Verb) -> Result<()> {
    let shared = |role| rules::may_write_shared(role, kind, Class::Open, verb);
    if roles.iter().any(|r| rules::may_ever_write(r.role, kind, verb) || shared(r.role)) {
        Ok(())
    } else {
        Err(CoreError::not_allowed(&format!("{}{}", if verb == Verb::Make { "新增" } else { "改" }, kind.def().zh)))
    }
}
