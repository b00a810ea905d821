//! What a deployment set: workflows of its own, its calendar, its changes to the catalogue. Each setting is a configuration record of a unit,
//! with a name and entries; two offices that set different entries of one apart are both kept. What cannot be used is told and left out.

use super::units::Tree;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::calendar::Calendar;
use shared_model::cases::{Library, Problem};
use shared_model::crdt::Value;
use shared_model::doc::{DocId, config_id};
use shared_model::matters::Catalogue;
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::{Class, cases};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Before the id of a workflow that a deployment keeps.
pub const WORKFLOW: &str = "workflow/";
/// Before the name of a workflow that is not offered any more.
pub const OFF: &str = "workflow_off/";
/// Before the code of a matter.
pub const MATTER: &str = "matter/";
/// The calendar.
pub const CALENDAR: &str = "calendar";
/// Characters of a long text in one entry; an entry has to be a short text.
const CHUNK_CHARS: usize = 2_000;

/// One workflow that a deployment keeps.
pub struct Kept {
    pub id: String,
    pub record: Uuid,
    /// When the server received it, ms; `None` while it waits.
    pub at: Option<i64>,
}

/// Settings as this device knows them.
pub struct Settings {
    pub library: Library,
    pub calendar: Calendar,
    pub catalogue: Catalogue,
    pub kept: Vec<Kept>,
    pub unreadable: Vec<Problem>,
}

/// All workflows held here, whoever set them: a case keeps its own by its id.
///
/// # Errors
/// Of the store.
pub fn library(db: &Connection) -> Result<Library> {
    Ok(with_workflows(db)?.0)
}

fn with_workflows(db: &Connection) -> Result<(Library, Vec<Kept>, Vec<Problem>)> {
    let mut library = Library::built_in().clone();
    let (mut kept, mut unreadable) = (Vec::new(), Vec::new());
    let mut found = Vec::new();
    for row in rows(db, Kind::Config, "where t._del is null and t.name like 'workflow/%'", &[])? {
        let at = first_at(db, row.record)?;
        found.push((at.unwrap_or(i64::MAX), row, at));
    }
    // the one received last is what its name means; what waits here comes after
    found.sort_by(|a, b| (a.0, a.1.record).cmp(&(b.0, b.1.record)));
    for (_, row, at) in found {
        let Some(id) = row.text("name").and_then(|n| n.strip_prefix(WORKFLOW).map(str::to_string)) else { continue };
        match library.add_kept(&id, &joined(&row), true) {
            Ok(()) => kept.push(Kept { id, record: row.record, at }),
            Err(message) => unreadable.push(Problem { code: "unreadable".into(), place: id, message }),
        }
    }
    for row in rows(db, Kind::Config, "where t._del is null and t.retired = 1 and t.name like 'workflow_off/%'", &[])? {
        if let Some(name) = row.text("name").and_then(|n| n.strip_prefix(OFF).map(str::to_string)) {
            library.retire(&name);
        }
    }
    Ok((library, kept, unreadable))
}

fn first_at(db: &Connection, record: Uuid) -> Result<Option<i64>> {
    for id in docs::of_record(db, record)? {
        if let Some(doc) = docs::load(db, id)? {
            return Ok(doc.first_at);
        }
    }
    Ok(None)
}

/// A long text that was written in pieces.
fn joined(row: &Row) -> String {
    let pieces: BTreeMap<u32, String> = row.texts("entry").into_iter().filter_map(|(n, text)| Some((n.parse().ok()?, text))).collect();
    pieces.into_values().collect()
}

/// A long text in pieces, as entries.
pub fn pieces(text: &str) -> Vec<KeyEdit> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(CHUNK_CHARS).enumerate().map(|(n, c)| KeyEdit::put(&format!("entry/{n}"), c.iter().collect::<String>())).collect()
}

/// The calendar that counts here.
///
/// # Errors
/// Of the store.
pub fn calendar(db: &Connection, me: &Identity) -> Result<Calendar> {
    let mut calendar = Calendar::national().clone();
    for unit in line(db, me)?.into_iter().rev() {
        if let Some(row) = get_row(db, Kind::Config, config_id(unit, CALENDAR))? {
            // one entry that cannot be used does not undo the others
            for (entry, text) in row.texts("entry") {
                let _ = calendar.set(&BTreeMap::from([(entry, text)]));
            }
        }
    }
    Ok(calendar)
}

/// The catalogue that counts here.
///
/// # Errors
/// Of the store.
pub fn catalogue(db: &Connection, me: &Identity) -> Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    let line = line(db, me)?;
    for row in rows(db, Kind::Config, "where t._del is null and t.name like 'matter/%'", &[])? {
        let Some(code) = row.text("name").and_then(|n| n.strip_prefix(MATTER).map(str::to_string)) else { continue };
        if line.iter().any(|unit| config_id(*unit, &format!("{MATTER}{code}")) == row.record) || shared_model::matters::is_local(&code) {
            let _ = catalogue.set(&code, &row.texts("entry"));
        }
    }
    Ok(catalogue)
}

/// All settings.
///
/// # Errors
/// Of the store.
pub fn read(db: &Connection, me: &Identity) -> Result<Settings> {
    let (library, kept, unreadable) = with_workflows(db)?;
    Ok(Settings { library, calendar: calendar(db, me)?, catalogue: catalogue(db, me)?, kept, unreadable })
}

/// The units whose settings count for this person: their own and those above.
fn line(db: &Connection, me: &Identity) -> Result<Vec<Uuid>> {
    let tree = Tree::read(db)?;
    let own = workspace::roles(db, me)?.first().map_or(me.unit, |r| r.unit);
    Ok(tree.line(own))
}

/// The unit that this person sets things for: where they are the office.
///
/// # Errors
/// `not_allowed`.
pub fn own_unit(db: &Connection, me: &Identity) -> Result<Uuid> {
    let office = workspace::roles(db, me)?.into_iter().find(|r| r.role == Role::Office).map(|r| r.unit);
    office.ok_or_else(|| CoreError::not_allowed("改流程、日历和事项目录"))
}

/// May this person write settings?
///
/// # Errors
/// Of the store.
pub fn may_edit(db: &Connection, me: &Identity) -> Result<bool> {
    Ok(workspace::may_ever(db, me, Kind::Config, Verb::Make).is_ok() && own_unit(db, me).is_ok())
}

/// Writes entries of a setting, made when it is not there. An entry that is `None` is taken back.
pub fn writes(db: &Connection, intent: &mut Intent, unit: Uuid, name: &str, edits: Vec<KeyEdit>) -> Result<Uuid> {
    let record = config_id(unit, name);
    let mut all = Vec::new();
    if get_row(db, Kind::Config, record)?.is_none() {
        all.push(KeyEdit::put("name", name));
    }
    all.extend(edits);
    intent.write(unit, DocId::new(record, Class::Common), Kind::Config, all);
    Ok(record)
}

/// An entry of a setting.
pub fn entry(name: &str, text: Option<&str>) -> KeyEdit {
    KeyEdit::put(&format!("entry/{name}"), text.map_or(Value::Null, |t| Value::Str(t.to_string())))
}

/// The words of a problem that was found in an entry.
pub fn entry_problem((entry, words): (String, String)) -> CoreError {
    CoreError::args(words).at(&entry)
}

/// The first thing wrong with a workflow, as an error.
pub fn first_problem(workflow: &cases::Workflow) -> Result<()> {
    match cases::check(workflow).into_iter().next() {
        Some(p) => Err(CoreError::new("bad_workflow", format!("{}。没有写进去。", p.words().trim_end_matches('。'))).at(&p.place)),
        None => Ok(()),
    }
}
