//! What a deployment set: workflows of its own, its calendar, its changes to the catalogue. Each setting is a configuration record of a unit,
//! with a name and entries; two offices that set different entries of one apart are both kept. What cannot be used is told and left out.

use super::units::Tree;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::calendar::Calendar;
use shared_model::cases::{Library, Problem};
use shared_model::crdt::{OpId, Value};
use shared_model::doc::{DocId, config_id};
use shared_model::matters::Catalogue;
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::{Class, cases};
use std::collections::BTreeMap;
use std::str::FromStr;
use uuid::Uuid;

/// Before the name of an entry, in its key.
pub(super) const ENTRY: &str = "entry/";
/// Before the id of a workflow that a deployment keeps.
pub const WORKFLOW: &str = "workflow/";
/// Before the name of a workflow that is not offered any more.
pub const OFF: &str = "workflow_off/";
/// Before the code of a matter.
pub const MATTER: &str = crate::project::MATTER_SETTING;
/// The calendar.
pub const CALENDAR: &str = "calendar";
/// Before the time at which a workflow was written, ms by the clock of who wrote it, as the name of an entry: the same words written apart are
/// no two values.
pub(super) const WRITTEN: &str = "written_";
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
        let written = row.texts("entry").into_keys().filter_map(|n| n.strip_prefix(WRITTEN)?.parse::<i64>().ok()).max();
        found.push(((at.unwrap_or(i64::MAX), written), row, at));
    }
    // the one received last is what its name means; what waits here comes after. What one push brought, or waits together, was received at
    // one time: then the one written last
    found.sort_by_key(|(at, row, _)| (*at, row.record));
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

pub(super) fn first_at(db: &Connection, record: Uuid) -> Result<Option<i64>> {
    for id in docs::of_record(db, record)? {
        if let Some(doc) = docs::load(db, id)? {
            return Ok(doc.first_at);
        }
    }
    Ok(None)
}

/// A long text that was written in pieces.
pub(super) fn joined(row: &Row) -> String {
    let pieces: BTreeMap<u32, String> = row.texts("entry").into_iter().filter_map(|(n, text)| Some((n.parse().ok()?, text))).collect();
    pieces.into_values().collect()
}

/// A workflow as entries: its words in pieces, and when it was written.
pub fn workflow_entries(body: &str, now_ms: i64) -> Vec<KeyEdit> {
    let mut all = pieces(body);
    all.push(KeyEdit::put(&format!("{ENTRY}{WRITTEN}{now_ms}"), "1"));
    all
}

/// A long text in pieces, as entries.
fn pieces(text: &str) -> Vec<KeyEdit> {
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
    let mut found: Vec<(usize, String, Row)> = Vec::new();
    for row in rows(db, Kind::Config, "where t._del is null and t.name like 'matter/%' order by t.record", &[])? {
        let Some(code) = row.text("name").and_then(|n| n.strip_prefix(MATTER).map(str::to_string)) else { continue };
        let own = line.iter().position(|unit| config_id(*unit, &format!("{MATTER}{code}")) == row.record);
        // a case that somebody shares may be of a matter that another community added
        let away = shared_model::matters::is_local(&code).then_some(usize::MAX);
        found.extend(own.or(away).map(|away| (away, code, row)));
    }
    // the nearest unit comes last and counts
    found.sort_by_key(|(away, _, _)| std::cmp::Reverse(*away));
    for (_, code, row) in found {
        let mut entries = row.texts("entry");
        // one entry that cannot be used does not undo the others
        while let Err((entry, _)) = catalogue.set(&code, &entries) {
            if entries.remove(&entry).is_none() {
                break;
            }
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
///
/// # Errors
/// Of the store.
pub fn line(db: &Connection, me: &Identity) -> Result<Vec<Uuid>> {
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

/// An entry of a setting; `seen`: the operations that the form showed.
///
/// # Errors
/// `invalid_args` when they are no operations.
pub fn entry(name: &str, text: Option<&str>, seen: Option<&Vec<String>>) -> Result<KeyEdit> {
    let ops = |ops: &Vec<String>| ops.iter().map(|o| OpId::from_str(o)).collect::<std::result::Result<Vec<_>, _>>();
    let seen = seen.map(ops).transpose().map_err(|_| CoreError::args("seen 的写法不对。").at(name))?;
    let value = text.map_or(Value::Null, |t| Value::Str(t.to_string()));
    Ok(KeyEdit { key: format!("{ENTRY}{name}"), value, seen, settle: false })
}

/// The text of an entry as a form gives it: `None` what cannot be one, `Some(None)` what takes it back.
pub fn entry_text(json: &serde_json::Value) -> Option<Option<String>> {
    use serde_json::Value as J;
    match json {
        J::Null => Some(None),
        J::Bool(b) => Some(Some(u8::from(*b).to_string())),
        J::Number(n) => Some(Some(n.to_string())),
        J::String(s) => Some(Some(s.trim().to_string())),
        J::Array(words) => words.iter().map(|w| w.as_str()).collect::<Option<Vec<_>>>().map(|w| Some(w.join("、"))),
        J::Object(_) => None,
    }
}

/// Live operations of the entries that a setting holds, for `seen`.
///
/// # Errors
/// Of the store.
pub fn ops(db: &Connection, record: Uuid) -> Result<BTreeMap<String, Vec<String>>> {
    let (ops, _) = super::views::ops_of(db, record)?;
    Ok(ops.into_iter().filter_map(|(key, ops)| Some((key.strip_prefix(ENTRY)?.to_string(), ops))).collect())
}

/// May this be written in an entry of this setting?
///
/// # Errors
/// `invalid_args` with what is wrong.
pub fn check_entry(db: &Connection, me: &Identity, name: &str, key: &str, text: &str) -> Result<()> {
    let Some(entry) = key.strip_prefix(ENTRY) else { return Ok(()) };
    let entries = BTreeMap::from([(entry.to_string(), text.to_string())]);
    match name.strip_prefix(MATTER) {
        Some(code) => catalogue(db, me)?.set(code, &entries).map_err(entry_problem),
        None if name == CALENDAR => calendar(db, me)?.set(&entries).map_err(entry_problem),
        None => Ok(()),
    }
}

/// What a setting is called: 事项 楼道堆物, 工作日历, 流程 hazard.
///
/// # Errors
/// Of the store.
pub fn name_words(db: &Connection, name: &str) -> Result<String> {
    if let Some(code) = name.strip_prefix(MATTER) {
        return Ok(format!("事项 {}", super::matters::name_of(db, code)?));
    }
    if name == CALENDAR {
        return Ok("工作日历".into());
    }
    let form = name.strip_prefix(super::forms::FORM).or_else(|| name.strip_prefix(super::forms::OFF));
    if let Some(form) = form.map(shared_model::forms::name_of) {
        let known = super::forms::library(db)?.named(form).map(|(_, f)| f.zh.clone());
        return Ok(format!("问卷 {}", known.unwrap_or_else(|| form.to_string())));
    }
    let workflow = name.strip_prefix(WORKFLOW).or_else(|| name.strip_prefix(OFF)).map(|id| id.split('@').next().unwrap_or(id));
    match workflow {
        Some(workflow) => {
            let known = library(db)?.named(workflow).map(|(_, w)| w.zh.clone());
            Ok(format!("流程 {}", known.unwrap_or_else(|| workflow.to_string())))
        }
        None => Ok(name.to_string()),
    }
}

/// What an entry is called.
pub fn entry_label(entry: &str) -> String {
    let words = match entry {
        "lead" => "牵头部门",
        "level" => "紧急程度",
        "response_hours" => "首次响应（小时）",
        "resolve_days" => "办结时限（天）",
        "synonyms" => "俗称",
        "workflow" => "流程",
        "hidden" => "不受理",
        "name_zh" => "名称",
        "name_en" => "英文名称",
        "class" => "密级",
        "community_duty" => "社区职责",
        "hours" => "上班时间",
        _ => "",
    };
    let year = entry.strip_prefix('y').filter(|y| y.parse::<u32>().is_ok());
    match (words, year) {
        ("", Some(year)) => format!("{year} 年的放假通知"),
        ("", None) => entry.to_string(),
        (words, _) => words.to_string(),
    }
}

/// What stands in an entry, as people read it.
pub fn entry_words(entry: &str, text: &str) -> String {
    let is_day = entry.parse::<chrono::NaiveDate>().is_ok();
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    match (entry, first) {
        _ if is_day && first == "1" => format!("上班 {rest}").trim_end().into(),
        _ if is_day && first == "0" => format!("放假 {rest}").trim_end().into(),
        ("hidden", "1") => "不受理".into(),
        ("hidden", _) => "受理".into(),
        (_, "published") => "国务院通知已录全".into(),
        ("class", class) => Class::from_name(class).map_or(class, |c| c.zh()).to_string(),
        _ => text.to_string(),
    }
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
