//! Documents of one transaction, each loaded once and written once, at its end. What comes with a first sync is never taken apart more than
//! its columns need: a document that is not here is written straight from the snapshot's bytes, a record that is not here in one row.

use super::docs::{self, Doc, ENDS, damaged, note_conflict, note_unlooked};
use super::rows::{FLAG_SEPARATOR, Facts, column_holds, column_of, insert_text, one_line};
use crate::error::Result;
use crate::project::SEARCHED;
use rusqlite::{Connection, Statement};
use shared_model::Class;
use shared_model::crdt::{Change, Registers, Scalar, SeenRegisters};
use shared_model::doc::DocId;
use shared_model::records::{FieldType, Kind, KindDef};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A document that is not here yet, as a page brought it.
struct Fresh<'p> {
    kind: Kind,
    unit: Uuid,
    form: Form<'p>,
    first_at: Option<i64>,
    last_at: Option<i64>,
}

/// What is known of it. What a page holds is read once, where it lies.
enum Form<'p> {
    /// The change that made it, and what that says.
    Change(&'p [u8], SeenRegisters<'p>),
    /// Its registers, and what they say.
    Registers(&'p [u8], SeenRegisters<'p>),
    /// Registers that were put together here.
    Own(Vec<u8>),
}

impl<'p> Fresh<'p> {
    fn open(self, id: DocId) -> Result<Doc> {
        let mut doc = Doc::new(id, self.kind, self.unit);
        match &self.form {
            Form::Change(bytes, _) => {
                let (change, hash) = Change::decode(bytes).map_err(damaged)?;
                doc.shown.apply(&change, hash).map_err(damaged)?;
            }
            Form::Registers(bytes, _) => doc.shown = Registers::decode_full(bytes).map_err(damaged)?,
            Form::Own(bytes) => doc.shown = Registers::decode_full(bytes).map_err(damaged)?,
        }
        (doc.first_at, doc.last_at) = (self.first_at, self.last_at);
        Ok(doc)
    }
}

enum Entry<'p> {
    Fresh(Fresh<'p>),
    Open(Box<Doc>),
}

impl Entry<'_> {
    /// A document that was put together here and is not stored yet is as good as a snapshot of it.
    fn closed(self) -> Self {
        match self {
            Entry::Open(doc) if doc.is_new() && doc.base.is_none() && doc.own.is_none() && doc.pending == 0 && !doc.mine => {
                Entry::Fresh(Fresh {
                    kind: doc.kind,
                    unit: doc.unit,
                    form: Form::Own(doc.shown.encode_full()),
                    first_at: doc.first_at,
                    last_at: doc.last_at,
                })
            }
            entry => entry,
        }
    }
}

/// The documents that a transaction touches. Until [`Batch::flush`] the store does not know what happened to them.
/// `'p`: how long the pages lie that documents come from.
pub struct Batch<'a, 'p> {
    db: &'a Connection,
    entries: BTreeMap<DocId, Entry<'p>>,
    /// There was no document at all when this began, so none has to be looked for.
    is_first: bool,
    closed: Option<HashMap<(Uuid, Class), u16>>,
}

impl<'a, 'p> Batch<'a, 'p> {
    /// An empty one.
    ///
    /// # Errors
    /// Of the store.
    pub fn new(db: &'a Connection) -> Result<Self> {
        let is_first = db.query_row("select not exists (select 1 from doc)", [], |r| r.get(0))?;
        Ok(Batch { db, entries: BTreeMap::new(), is_first, closed: None })
    }

    /// Takes a document out, as it stands now; [`Batch::put`] gives it back.
    ///
    /// # Errors
    /// Of [`docs::load`].
    pub fn take(&mut self, id: DocId) -> Result<Option<Doc>> {
        match self.entries.remove(&id) {
            Some(Entry::Open(doc)) => Ok(Some(*doc)),
            Some(Entry::Fresh(fresh)) => fresh.open(id).map(Some),
            None if self.is_first => Ok(None),
            None => docs::load(self.db, id),
        }
    }

    /// A document to be written at the end. One that is neither stored nor says anything is not kept.
    pub fn put(&mut self, doc: Doc) {
        if !(doc.is_new() && doc.shown.clock.is_empty()) {
            self.entries.insert(doc.id, Entry::Open(Box::new(doc)));
        }
    }

    /// Is it here, or about to be?
    ///
    /// # Errors
    /// Of the store.
    pub fn holds(&self, id: DocId) -> Result<bool> {
        if self.entries.contains_key(&id) {
            return Ok(true);
        }
        if self.is_first {
            return Ok(false);
        }
        let mut q = self.db.prepare_cached("select 1 from doc where record = ?1 and class = ?2 and generation = ?3")?;
        Ok(q.exists(rusqlite::params![id.record, id.class as u8, id.generation])?)
    }

    /// A snapshot of a document that [`Batch::holds`] does not know. Its term of the digest.
    ///
    /// # Errors
    /// `bad_change` when it cannot be read.
    pub fn put_fresh(&mut self, id: DocId, kind: Kind, unit: Uuid, registers: &'p [u8], first_at: i64, last_at: i64) -> Result<u128> {
        let seen = SeenRegisters::read(registers).map_err(damaged)?;
        let term = if seen.heads.is_empty() { 0 } else { seen.digest_term(&id.bytes()) };
        let (first_at, last_at) = (Some(first_at), Some(last_at));
        self.entries.insert(id, Entry::Fresh(Fresh { kind, unit, form: Form::Registers(registers, seen), first_at, last_at }));
        Ok(term)
    }

    /// The change that made a document which [`Batch::holds`] does not know. Its term of the digest; `None` for any other change.
    ///
    /// # Errors
    /// `bad_change` when it cannot be read.
    pub fn put_made(&mut self, id: DocId, kind: Kind, unit: Uuid, change: &'p [u8], received_at: i64) -> Result<Option<u128>> {
        let Some(seen) = SeenRegisters::made_by(change).map_err(damaged)? else { return Ok(None) };
        let (term, at) = (seen.digest_term(&id.bytes()), Some(received_at));
        self.entries.insert(id, Entry::Fresh(Fresh { kind, unit, form: Form::Change(change, seen), first_at: at, last_at: at }));
        Ok(Some(term))
    }

    /// Writes everything. A record that came whole is handed to `derives`, units before all others; the others stand in what is returned,
    /// to be read from their rows.
    ///
    /// # Errors
    /// Of the store.
    pub fn flush(&mut self, derives: &mut dyn Derives) -> Result<BTreeMap<Uuid, Kind>> {
        let mut touched = BTreeMap::new();
        let is_empty = self.entries.is_empty();
        let mut writer = Writer::new(self.db)?;
        let mut entries = std::mem::take(&mut self.entries).into_iter().map(|(id, entry)| (id, entry.closed())).peekable();
        let mut records: Vec<Vec<(DocId, Entry<'_>)>> = Vec::new();
        while let Some((id, entry)) = entries.next() {
            let mut record = vec![(id, entry)];
            while let Some(next) = entries.next_if(|(next, _)| next.record == id.record) {
                record.push(next);
            }
            records.push(record);
        }
        let is_unit = |record: &Vec<(DocId, Entry<'_>)>| matches!(&record[0].1, Entry::Fresh(f) if f.kind == Kind::Unit);
        let (units, others): (Vec<_>, Vec<_>) = records.into_iter().partition(is_unit);
        for record in units.into_iter().chain(others) {
            if !writer.write_whole(&record, derives)? {
                for (id, entry) in record {
                    let mut doc = match entry {
                        Entry::Open(doc) => *doc,
                        Entry::Fresh(fresh) => fresh.open(id)?,
                    };
                    docs::save(self.db, &mut doc)?;
                    touched.insert(id.record, doc.kind);
                }
            }
        }
        self.is_first &= is_empty;
        Ok(touched)
    }

    /// As [`docs::is_closed`]; what was erased here is read once.
    ///
    /// # Errors
    /// Of the store.
    pub fn is_closed(&mut self, id: DocId) -> Result<bool> {
        let closed = match &mut self.closed {
            Some(closed) => closed,
            none => none.insert(docs::closed_generations(self.db)?),
        };
        Ok(closed.get(&(id.record, id.class)).is_some_and(|closed| id.generation <= *closed))
    }

    /// A generation was closed.
    pub fn forget_closed(&mut self) {
        self.closed = None;
    }
}

/// What derives from records that come whole.
pub trait Derives {
    /// What a search compares of a record that is about to be written.
    ///
    /// # Errors
    /// Of the store.
    fn words(&mut self, row: &WholeRow<'_>) -> Result<Option<String>>;

    /// It stands in the store.
    ///
    /// # Errors
    /// Of the store.
    fn wrote(&mut self, row: &WholeRow<'_>) -> Result<()>;
}

/// The statements of a flush, written once.
struct Writer<'a> {
    db: &'a Connection,
    doc: Statement<'a>,
    rows: HashMap<Kind, Statement<'a>>,
}

impl<'a> Writer<'a> {
    fn new(db: &'a Connection) -> Result<Self> {
        let doc = db.prepare(
            "insert into doc (record, class, generation, kind, unit, regs, first_at, last_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        Ok(Writer { db, doc, rows: HashMap::new() })
    }

    /// Writes a record all of whose documents are fresh and that has no row yet; `false`: it is not such a record, nothing was written.
    fn write_whole(&mut self, record: &[(DocId, Entry<'_>)], derives: &mut dyn Derives) -> Result<bool> {
        let mut own = Vec::new();
        for (_, entry) in record {
            match entry {
                Entry::Open(_) => return Ok(false),
                Entry::Fresh(Fresh { form: Form::Own(bytes), .. }) => own.push(SeenRegisters::read(bytes).map_err(damaged)?),
                Entry::Fresh(_) => {}
            }
        }
        let mut own = own.iter();
        let mut parts = Vec::with_capacity(record.len());
        for (id, entry) in record {
            let Entry::Fresh(fresh) = entry else { return Ok(false) };
            let seen = match &fresh.form {
                Form::Change(_, seen) | Form::Registers(_, seen) => Some(seen),
                Form::Own(_) => own.next(),
            };
            parts.push((*id, fresh, seen.expect("each one of its own was read above")));
        }
        let (record, kind) = (parts[0].0.record, parts[0].1.kind);
        if parts.iter().any(|p| p.1.kind != kind) {
            return Ok(false);
        }
        let row = WholeRow::new(record, kind, &parts);
        let insert = match self.rows.entry(kind) {
            std::collections::hash_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::hash_map::Entry::Vacant(e) => e.insert(self.db.prepare(insert_text(kind))?),
        };
        let words = derives.words(&row)?;
        if !row.insert(insert, words)? {
            return Ok(false);
        }
        let mut from = 0;
        for (id, fresh, seen) in &parts {
            let regs = seen.encode(|at| row.in_column[from + at]);
            from += seen.keys.len();
            self.doc.execute(rusqlite::params![
                id.record,
                id.class as u8,
                id.generation,
                kind as u8,
                fresh.unit,
                regs,
                fresh.first_at,
                fresh.last_at
            ])?;
            for k in seen.keys.iter().filter(|k| k.is_conflicted) {
                note_conflict(self.db, *id, kind, k.key)?;
            }
            if seen.keys.iter().any(|k| ENDS.contains(&k.key)) {
                note_unlooked(self.db, *id)?;
            }
        }
        derives.wrote(&row)?;
        Ok(true)
    }
}

/// A record's row put together from all its documents, before or after it stands in the store.
pub struct WholeRow<'a> {
    record: Uuid,
    kind: Kind,
    /// One value a field of the declaration; a family has none.
    values: Vec<Scalar<'a>>,
    /// Keys of families that are set, with the family's place.
    flags: Vec<(usize, &'a str, Scalar<'a>)>,
    /// Of each key of each document, in their order: has it a column of its own?
    in_column: Vec<bool>,
}

impl<'a> WholeRow<'a> {
    fn new(record: Uuid, kind: Kind, parts: &[(DocId, &Fresh<'_>, &SeenRegisters<'a>)]) -> Self {
        let def: &KindDef = kind.def();
        let keys = parts.iter().map(|p| p.2.keys.len()).sum();
        let mut row =
            WholeRow { record, kind, values: vec![Scalar::Null; def.fields.len()], flags: Vec::new(), in_column: Vec::with_capacity(keys) };
        for (id, _, seen) in parts {
            for k in &seen.keys {
                let place = column_of(kind, id.class, k.key);
                row.in_column.push(column_holds(kind, id.class, k.key));
                if let Some(place) = place {
                    row.values[place] = k.value;
                } else if let Some((family, name)) = k.key.split_once('/')
                    && let Some(place) = def.fields.iter().position(|f| f.ty.is_family() && f.key == family && f.fits(id.class))
                    && matches!(k.value, Scalar::Bool(true) | Scalar::Str(_))
                {
                    row.flags.push((place, name, k.value));
                }
            }
        }
        row
    }

    fn family(&self, place: usize) -> Option<String> {
        let mut out = String::new();
        for (_, name, value) in self.flags.iter().filter(|f| f.0 == place) {
            if !out.is_empty() {
                out.push(FLAG_SEPARATOR);
            }
            out.push_str(name);
            if let Scalar::Str(text) = value {
                out.push('=');
                out.push_str(&one_line(text));
            }
        }
        Some(out).filter(|o| !o.is_empty())
    }

    /// `false`: the record has a row already.
    fn insert(&self, insert: &mut Statement<'_>, words: Option<String>) -> Result<bool> {
        insert.raw_bind_parameter(1, self.record)?;
        for (i, (field, value)) in self.kind.def().fields.iter().zip(&self.values).enumerate() {
            let at = i + 2;
            match value {
                _ if field.ty.is_family() => insert.raw_bind_parameter(at, self.family(i))?,
                Scalar::Null => insert.raw_bind_parameter(at, rusqlite::types::Null)?,
                Scalar::Bool(v) => insert.raw_bind_parameter(at, v)?,
                Scalar::Int(v) => insert.raw_bind_parameter(at, v)?,
                Scalar::F64(v) => insert.raw_bind_parameter(at, v)?,
                Scalar::Str(v) => match (field.ty == FieldType::Id).then(|| Uuid::parse_str(v).ok()).flatten() {
                    Some(id) => insert.raw_bind_parameter(at, id)?,
                    None => insert.raw_bind_parameter(at, v)?,
                },
            }
        }
        if SEARCHED.contains(&self.kind) {
            insert.raw_bind_parameter(self.values.len() + 2, words)?;
        }
        Ok(insert.raw_execute()? == 1)
    }

    fn value(&self, key: &str) -> Scalar<'a> {
        self.kind.def().fields.iter().position(|f| f.key == key).map_or(Scalar::Null, |place| self.values[place])
    }
}

impl Facts for WholeRow<'_> {
    fn record(&self) -> Uuid {
        self.record
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn str(&self, key: &str) -> Option<&str> {
        if let Scalar::Str(s) = self.value(key) { Some(s) } else { None }
    }

    fn has(&self, key: &str) -> bool {
        self.value(key) != Scalar::Null
    }

    fn each_name(&self, family: &str, take: &mut dyn FnMut(&str)) {
        let place = self.kind.def().fields.iter().position(|f| f.key == family);
        for (_, name, value) in self.flags.iter().filter(|f| Some(f.0) == place) {
            match value {
                Scalar::Str(text) => take(&format!("{name}={text}")),
                _ => take(name),
            }
        }
    }
}
