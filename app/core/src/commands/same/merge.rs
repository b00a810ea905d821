//! Merging and taking a merge back. One command writes the edge on the record that goes, what that record said then (so that what somebody
//! writes there without knowing is found again), and on the record that stays what it takes over, beside what it said before. Nothing else of
//! the record that goes is touched: taking the edge away gives back both, each with what came to it since.

use super::super::households::plate_of;
use super::super::persons;
use super::super::units::Tree;
use super::super::views::{self, id};
use super::facts::require;
use super::preview::{both, seen_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row};
use crate::workspace::{self, Intent, KeyEdit, Writer};
use rusqlite::Connection;
use serde_json::Value as Json;
use shared_model::Class;
use shared_model::commands::{Edited, IdArgs, MergeRecordsArgs};
use shared_model::crdt::Value;
use shared_model::moved;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use shared_model::same::plan::{self, Before, Choice, Item, Stand};
use shared_model::same::{EDGE, before_family, merged, saw_key};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People who are merged with their households, at most.
const PEOPLE_MAX: usize = 40;

/// What a record says in all its documents that are here, by key.
fn said(db: &Connection, record: Uuid) -> Result<BTreeMap<String, Value>> {
    let mut out = BTreeMap::new();
    for doc in docs::of_record(db, record)? {
        let Some(doc) = docs::load(db, doc)? else { continue };
        out.extend(doc.shown.live.keys().filter_map(|key| Some((key.clone(), doc.shown.value(key)?.clone()))));
    }
    Ok(out)
}

/// The fields of two records, and how they stand to each other.
///
/// # Errors
/// Of the store.
pub fn items_of(db: &Connection, keep: &Row, drop: &Row) -> Result<Vec<Item>> {
    let (keep_said, drop_said) = (said(db, keep.record)?, said(db, drop.record)?);
    let mut items = plan::items(keep.kind, &keep_said, &drop_said);
    // a birth year follows the date; where nobody has a date it is a field like any other
    let has_date = [&keep_said, &drop_said].iter().any(|s| s.get("birth_date").is_some_and(|v| !v.is_null()));
    if let (false, None | Some(Value::Null), Some(year @ Value::Int(_))) =
        (has_date, keep_said.get("birth_year"), drop_said.get("birth_year"))
    {
        items.push(Item { key: "birth_year".into(), keep: Value::Null, drop: year.clone(), stand: Stand::Taken });
    }
    Ok(items)
}

/// What was chosen for each field.
#[derive(Default)]
struct Choices {
    sides: BTreeMap<String, String>,
    own: BTreeMap<String, Json>,
}

impl Choices {
    fn of(&self, kind: Kind, item: &Item) -> Result<Choice> {
        if let Some(json) = self.own.get(&item.key) {
            let field = kind.field(&item.key).ok_or_else(|| CoreError::args("没有这个字段。").at(&item.key))?;
            let value = match json {
                Json::Bool(b) => Value::Bool(*b),
                json => field.read(json).map_err(|m| CoreError::args(format!("{m}。")).at(&item.key))?,
            };
            return Ok(Choice::Own(value));
        }
        match self.sides.get(&item.key).map(String::as_str) {
            None => Ok(item.default_choice()),
            Some("keep") => Ok(Choice::Keep),
            Some("drop") => Ok(Choice::Drop),
            Some("both") => Ok(Choice::Both),
            Some(_) => Err(CoreError::args("要写 keep、drop 或 both。").at(&item.key)),
        }
    }

    /// What was chosen for a field that is none of these would be lost silently.
    fn check(&self, items: &[Item]) -> Result<()> {
        let known: BTreeSet<&str> = items.iter().map(|i| i.key.as_str()).collect();
        let strange = self.sides.keys().chain(self.own.keys()).find(|key| !known.contains(key.as_str()));
        strange.map_or(Ok(()), |key| Err(CoreError::args("这个字段两边都没有写，不用选。").at(key)))
    }
}

/// Unit in which a record's documents stand.
fn home(db: &Connection, row: &Row) -> Result<Uuid> {
    match row.kind {
        Kind::Household => Ok(row.id("building").unwrap_or_default()),
        _ => persons::home(db, row.record),
    }
}

/// Adds to a command what merges one record into another.
fn merge_one(db: &Connection, intent: &mut Intent, keep: &Row, drop: &Row, choices: &Choices) -> Result<()> {
    let items = items_of(db, keep, drop)?;
    choices.check(&items)?;
    let (keep_home, drop_home) = (home(db, keep)?, home(db, drop)?);
    let mut before: BTreeMap<Class, Before> = BTreeMap::new();
    let mut edits = Vec::new();
    for item in &items {
        let Some((value, beside)) = item.put(&choices.of(keep.kind, item)?) else { continue };
        let Some(field) = keep.kind.field(&item.key) else { continue };
        before.entry(field.class_in(Class::Register)).or_default().insert(item.key.clone(), (item.keep.clone(), value.clone()));
        if item.key == "birth_date" {
            let year_of = |value: &Value| value.as_str().and_then(|d| d.get(..4)?.parse::<i64>().ok()).map_or(Value::Null, Value::Int);
            let was = keep.get("birth_year").cloned().unwrap_or(Value::Null);
            before.entry(Class::Register).or_default().insert("birth_year".into(), (was, year_of(&value)));
            edits.push(KeyEdit { seen: beside.then(Vec::new), ..KeyEdit::put("birth_year", year_of(&value)) });
        }
        // beside what is there: both stay until somebody settles them
        edits.push(KeyEdit { seen: beside.then(Vec::new), ..KeyEdit::put(&item.key, value) });
    }
    for (class, before) in before {
        edits.push(KeyEdit::put(&format!("{}/{}", before_family(class), drop.record), plan::write_before(&before)));
    }
    intent.record(keep_home, keep.record, keep.kind, Class::Register, edits)?;
    let mut goes = vec![KeyEdit::put(EDGE, keep.record.to_string())];
    for doc in docs::of_record(db, drop.record)? {
        if let Some(doc) = docs::load(db, doc)? {
            goes.push(KeyEdit::put(saw_key(doc.id.class), moved::saw(&doc.shown)));
        }
    }
    intent.record(drop_home, drop.record, drop.kind, Class::Register, goes)
}

/// Of a person or household, for the lists of what waits: never a name.
fn place(db: &Connection, row: &Row, verb: &str) -> Result<String> {
    match row.kind {
        Kind::Household => Ok(format!("{verb} {}", plate_of(&Tree::read(db)?, row))),
        _ => persons::summary(db, row, verb),
    }
}

fn household_of(row: &Row) -> Option<Uuid> {
    if row.kind == Kind::Household { Some(row.record) } else { row.id("household") }
}

/// `merge_records`
pub fn merge(engine: &Engine, args: MergeRecordsArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let (intent, [keep, drop]) = planned(w.tx, &args)?;
            touch(w, &keep, &drop);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// A merge before it is written, with the record that stays and the one that goes.
///
/// # Errors
/// `not_found`, `invalid_args`; `changed` where more came since it was seen.
pub fn planned(db: &Connection, args: &MergeRecordsArgs) -> Result<(Intent, [Row; 2])> {
    let (keep, drop) = both(db, &args.kind, &args.keep, &args.drop)?;
    if let Some(seen) = &args.seen
        && *seen != seen_of(db, [keep.record, drop.record])?
    {
        return Err(CoreError::new("changed", "这两份档案刚刚有新的改动，请再看一眼再合。").at("seen"));
    }
    let people = args.people.as_deref().unwrap_or_default();
    if people.len() > PEOPLE_MAX || (!people.is_empty() && keep.kind != Kind::Household) {
        return Err(CoreError::args(format!("一次最多一起合 {PEOPLE_MAX} 人，只在合户时写。")).at("people"));
    }
    let choices = Choices { sides: args.choices.clone().unwrap_or_default(), own: args.values.clone().unwrap_or_default() };
    let verb = if keep.kind == Kind::Household { "并户" } else { "合并一人" };
    let mut intent = Intent::new("merge_records", place(db, &keep, verb)?, household_of(&keep));
    merge_one(db, &mut intent, &keep, &drop, &choices)?;
    let mut used = BTreeSet::new();
    for pair in people {
        let (a, b) = (require(db, "person", &pair.keep, "people")?, require(db, "person", &pair.drop, "people")?);
        let at_home = (a.id("household"), b.id("household")) == (Some(keep.record), Some(drop.record));
        if !at_home || !used.insert(a.record) || !used.insert(b.record) {
            return Err(CoreError::args("一起合的人要一边一个，每人一次。").at("people"));
        }
        merge_one(db, &mut intent, &a, &b, &Choices::default())?;
    }
    Ok((intent, [keep, drop]))
}

/// Marks what a merge changes for those who look at it.
pub fn touch(w: &mut Writer<'_>, one: &Row, other: &Row) {
    for row in [one, other] {
        w.touch(row.record, row.kind);
        if let Some(household) = household_of(row) {
            w.touch(household, Kind::Household);
        }
    }
}

/// Where an edge leads, by all that is live on it.
fn target(db: &Connection, record: Uuid) -> Result<Option<Uuid>> {
    let doc = docs::load(db, docs::current(db, record, Class::Register)?)?;
    Ok(doc.and_then(|d| merged::target(record, d.shown.live.get(EDGE).into_iter().flatten().map(|op| &op.value))))
}

/// Adds to a command what takes one edge back: the edge and its notes, and on the record it led to what the merge put there, where nobody has
/// written anything else since.
fn undo_edge(db: &Connection, intent: &mut Intent, gone: &Row, to: Uuid) -> Result<()> {
    let mut edits = vec![KeyEdit::put(EDGE, Value::Null)];
    for doc in docs::of_record(db, gone.record)? {
        edits.push(KeyEdit::put(saw_key(doc.class), Value::Null));
    }
    intent.record(home(db, gone)?, gone.record, gone.kind, Class::Register, edits)?;
    let Some(stays) = get_row(db, gone.kind, to)? else { return Ok(()) };
    let mut docs_of = Vec::new();
    for doc in docs::of_record(db, to)? {
        docs_of.extend(docs::load(db, doc)?);
    }
    let live = |key: &str| -> Vec<Value> {
        docs_of.iter().flat_map(|d| d.shown.live.get(key).into_iter().flatten()).map(|op| op.value.clone()).collect()
    };
    let mut edits = Vec::new();
    for doc in &docs_of {
        let note = format!("{}/{}", before_family(doc.id.class), gone.record);
        let Some(Value::Str(text)) = doc.shown.value(&note) else { continue };
        for (key, (was, put)) in plan::read_before(text) {
            edits.extend(plan::back(&live(&key), &was, &put).map(|value| KeyEdit::put(&key, value)));
        }
        edits.push(KeyEdit::put(&note, Value::Null));
    }
    // a mirror is written with its source, or while the source says nothing
    let writes_date = edits.iter().any(|e| e.key == "birth_date");
    let has_date = stays.get("birth_date").is_some();
    edits.retain(|e| e.key != "birth_year" || writes_date || !has_date);
    intent.record(home(db, &stays)?, to, stays.kind, Class::Register, edits)
}

/// Records of people of one household that went into people of the other, by where each was made.
fn people_between(db: &Connection, from: Uuid, to: Uuid) -> Result<Vec<Uuid>> {
    let mut q = db.prepare_cached(
        "select a.record from person a join person b on b.record = a.merged_into
         where a.household = ?1 and b.household = ?2 and a._del is null order by a.record",
    )?;
    Ok(q.query_map([from, to], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// `unmerge`: by the record that went. Of two households that were merged, their people too.
pub fn unmerge(engine: &Engine, args: IdArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let record = id(&args.id, "这份档案")?;
            take_apart(w, record)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// Takes back what led a record into another one.
///
/// # Errors
/// `not_found`; `invalid_args` where it went nowhere.
pub fn take_apart(w: &mut Writer<'_>, record: Uuid) -> Result<Option<u64>> {
    let row = match get_row(w.tx, Kind::Household, record)? {
        Some(row) => Some(row),
        None => get_row(w.tx, Kind::Person, record)?,
    };
    let row = row.ok_or_else(|| CoreError::not_found("这份档案").at("id"))?;
    let to = target(w.tx, record)?.ok_or_else(|| CoreError::args("这份档案没有并到别的里面。").at("id"))?;
    let verb = if row.kind == Kind::Household { "拆户" } else { "拆开一人" };
    let mut intent = Intent::new("unmerge", place(w.tx, &row, verb)?, household_of(&row));
    let mut edges = vec![(row.clone(), to)];
    // in a ring the record that stays has an edge of its own, which would lead back
    let stays = crate::store::same::canon(w.tx, record)?;
    if stays != record
        && let (Some(row), Some(to)) = (get_row(w.tx, row.kind, stays)?, target(w.tx, stays)?)
    {
        edges.push((row, to));
    }
    if row.kind == Kind::Household {
        for (from, to) in edges.clone() {
            for person in people_between(w.tx, from.record, to)? {
                if let (Some(person), Some(to)) = (get_row(w.tx, Kind::Person, person)?, target(w.tx, person)?) {
                    edges.push((person, to));
                }
            }
        }
    }
    for (gone, to) in &edges {
        undo_edge(w.tx, &mut intent, gone, *to)?;
        if let Some(other) = get_row(w.tx, gone.kind, *to)? {
            touch(w, gone, &other);
        }
    }
    w.command(intent)
}

/// What is taken over later of a value that came late counts as put by the merge: taking the merge back takes it back too.
///
/// # Errors
/// Of the store.
pub fn note_taken(db: &Connection, gone: Uuid, stays: &Row, key: &str, value: &Value) -> Result<Vec<KeyEdit>> {
    let Some(field) = stays.kind.field(key) else { return Ok(Vec::new()) };
    let class = field.class_in(Class::Register);
    let note = format!("{}/{gone}", before_family(class));
    let doc = docs::load(db, docs::current(db, stays.record, class)?)?;
    let mut before = match doc.as_ref().and_then(|d| d.shown.value(&note)) {
        Some(Value::Str(text)) => plan::read_before(text),
        _ => Before::new(),
    };
    let was = doc.as_ref().and_then(|d| d.shown.value(key)).cloned().unwrap_or(Value::Null);
    before.entry(key.to_string()).and_modify(|(_, put)| *put = value.clone()).or_insert((was, value.clone()));
    Ok(vec![KeyEdit::put(&note, plan::write_before(&before))])
}

/// The label of the one field that leads from record to record, in words: the door or the name of where it leads.
///
/// # Errors
/// Of the store.
pub fn words_of_edge(db: &Connection, kind: Kind, value: &Value) -> Result<String> {
    let Some(to) = value.as_str().and_then(|text| Uuid::parse_str(text).ok()) else { return Ok(views::text_of(kind, EDGE, &Value::Null)) };
    match get_row(db, kind, to)? {
        Some(row) if kind == Kind::Household => {
            Ok(format!("{} {}", plate_of(&Tree::read(db)?, &row), row.text("head_name").unwrap_or_default()).trim().to_string())
        }
        Some(row) => Ok(row.text("name").unwrap_or_default()),
        None => Ok("不在这台设备上的一份".into()),
    }
}
