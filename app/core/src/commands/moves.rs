//! Moving: a person's record ends here and another begins there, a household's people together. Records stay where they were made, so that
//! it is safe while others edit: what somebody writes at the old door without knowing of the move is found, listed, and brought along or
//! left by a person's decision.

use super::households::{plate_of, require as require_household};
use super::persons;
use super::units::Tree;
use super::views::{self, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{self, plate};
use crate::store::same::{self as canon, OF_HOUSEHOLD};
use crate::store::{Row, docs, get_row, rows, rows_of_all};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{
    Added, BringAlongArgs, Edited, LeftBehindItem, LeftBehindList, MoveHouseholdArgs, MovePersonArgs, Moved, NoArgs,
};
use shared_model::crdt::Value;
use shared_model::doc::{self, DocId};
use shared_model::moved;
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::same;
use uuid::Uuid;

/// Fields that belong to the door and not to whoever lived there.
const OF_THE_DOOR: [&str; 11] =
    ["building", "unit_no", "door", "family", "since", "batch", "vacant", "rented", "moved_to", "ended", "_del"];

/// Columns and families of a row, as edits of a new record; without those keys.
pub fn copied(row: &Row, without: &[&str]) -> Vec<KeyEdit> {
    let is_left = |key: &str| without.contains(&key) || moved::is_note(key) || key == "merged_into";
    let columns = row.kind.def().columns().filter(|f| !is_left(f.key));
    let mut edits: Vec<KeyEdit> = columns.filter_map(|f| Some(KeyEdit::put(f.key, row.get(f.key)?.clone()))).collect();
    for family in ["tag", "care"] {
        edits.extend(row.names(family).into_iter().map(|t| KeyEdit::put(&format!("{family}/{t}"), true)));
    }
    edits.extend(row.texts("ext").into_iter().map(|(name, text)| KeyEdit::put(&format!("ext/{name}"), text)));
    edits
}

/// What a move writes at the old door: the end, where to, and in each document what it said then.
///
/// # Errors
/// Of the store.
pub fn ends(db: &Connection, person: &Row, to: Option<Uuid>, reason: Option<&String>, today: &str) -> Result<Vec<KeyEdit>> {
    let mut edits =
        vec![KeyEdit::put("ended", today.to_string()), KeyEdit::put("end_reason", reason.map_or(Value::Null, |r| Value::Str(r.clone())))];
    if let Some(to) = to {
        edits.push(KeyEdit::put("moved_to", to.to_string()));
        for id in docs::of_record(db, person.record)? {
            if let Some(doc) = docs::load(db, id)? {
                edits.push(KeyEdit::put(moved::saw_key(id.class), moved::saw(&doc.shown)));
            }
        }
    }
    Ok(edits)
}

/// Where a household or a person went when its record ended here.
///
/// # Errors
/// Of the store.
pub fn moved(db: &Connection, tree: &Tree, row: &Row) -> Result<Option<Moved>> {
    let Some(on) = row.text("ended") else { return Ok(None) };
    let there = row.id("moved_to").map(|to| get_row(db, row.kind, to)).transpose()?.flatten();
    let home = match there {
        Some(person) if row.kind == Kind::Person => household_of(db, &person)?,
        home => home,
    };
    Ok(Some(Moved { on, household: home.as_ref().map(|h| h.record.to_string()), plate: home.map(|h| plate_of(tree, &h)) }))
}

fn household_of(db: &Connection, person: &Row) -> Result<Option<Row>> {
    Ok(person.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten())
}

/// `move_person`
pub fn person(engine: &Engine, args: MovePersonArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let (out, changed) = engine.with(|o| {
        let row = persons::require(&o.db, &args.id)?;
        let unit = persons::home(&o.db, row.record)?;
        let target = match &args.household {
            Some(h) => match get_row(&o.db, Kind::Household, id(h, "这一户")?)?.filter(|r| r.get("_del").is_none()) {
                None => return Err(not_held(&o.db, &o.me, "这一户")?.at("household")),
                there => there,
            },
            None => None,
        };
        if target.as_ref().is_some_and(|t| Some(t.record) == row.id("household")) {
            return Err(CoreError::args("已经在这一户。").at("household"));
        }
        let name = row.text("name").unwrap_or_default();
        let to = target.as_ref().map(|t| persons::free_person_id(&o.db, t.record, &name)).transpose()?;
        let ends = ends(&o.db, &row, to, args.reason.as_ref(), &project::day_of(now).to_string())?;
        let text = persons::summary(&o.db, &row, "迁出")?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("move_person", text, row.id("household"));
            intent.record(unit, row.record, Kind::Person, Class::Register, ends)?;
            if let (Some(t), Some(to)) = (&target, to) {
                let mut edits = vec![KeyEdit::put("household", t.record.to_string())];
                edits.extend(copied(&row, &moved::MOVE_KEYS));
                intent.record(t.id("building").unwrap_or_default(), to, Kind::Person, Class::Register, edits)?;
            }
            w.command(intent)?;
            Ok(to.unwrap_or(row.record))
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: out.to_string() })
}

/// What is not held here may stand in a grid of somebody else. Nobody writes there but whoever holds it; the office holds both.
fn not_held(db: &Connection, me: &Identity, what: &str) -> Result<CoreError> {
    let CoreError { code, message, .. } = CoreError::not_found(what);
    let is_office = workspace::roles(db, me)?.iter().any(|at| at.role == Role::Office);
    let words = if is_office { message } else { format!("{message}搬到别的网格，请社区办公室来搬，资料会跟着走。") };
    Ok(CoreError::new(&code, words))
}

/// Where a household moves to: the new record's id, its building, and what says where it is.
struct NewDoor {
    household: Uuid,
    building: Uuid,
    edits: Vec<KeyEdit>,
}

fn new_door(db: &Connection, me: &Identity, args: &MoveHouseholdArgs, row: &Row, today: &str) -> Result<Option<NewDoor>> {
    let Some(building) = &args.building else { return Ok(None) };
    let building = id(building, "这栋楼")?;
    let tree = Tree::read(db)?;
    let Some(at) = tree.get(building) else { return Err(not_held(db, me, "这栋楼")?.at("building")) };
    if at.flag("closed") {
        return Err(CoreError::args("这栋楼已经撤销。").at("building"));
    }
    let unit_no = args.unit_no.as_deref().unwrap_or_default().trim().to_string();
    let door = args.door.as_deref().unwrap_or_default().trim().to_string();
    if door.is_empty() {
        return Err(CoreError::args("要写房号。").at("door"));
    }
    let here = (row.id("building"), row.text("unit_no").unwrap_or_default(), row.text("door").unwrap_or_default());
    if here == (Some(building), unit_no.clone(), door.clone()) {
        return Err(CoreError::args("已经在这个门。").at("door"));
    }
    let mut family = String::new();
    let mut household = doc::household_id(building, &unit_no, &door, "");
    if get_row(db, Kind::Household, household)?.is_some() {
        // somebody lives or lived there: one more family at the door
        let taken = || CoreError::args("这个门已经有一户，要先写户主姓名才能再记一家。").at("door");
        family = row.text("head_name").filter(|n| !n.is_empty()).ok_or_else(taken)?;
        household = doc::household_id(building, &unit_no, &door, &family);
        if get_row(db, Kind::Household, household)?.is_some() {
            return Err(CoreError::args("这个门已经有这一家。").at("door"));
        }
    }
    let place = [("building", building.to_string()), ("unit_no", unit_no), ("door", door), ("family", family), ("since", today.into())];
    let mut edits: Vec<KeyEdit> = place.into_iter().map(|(key, value)| KeyEdit::put(key, value)).collect();
    edits.extend(copied(row, &OF_THE_DOOR));
    Ok(Some(NewDoor { household, building, edits }))
}

/// `move_household`: one command ends everybody here and begins them there.
pub fn household(engine: &Engine, args: MoveHouseholdArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Edit))?;
    let now = engine.now_ms();
    let today = project::day_of(now).to_string();
    let (out, changed) = engine.with(|o| {
        let row = require_household(&o.db, &args.id)?;
        if row.get("moved_to").is_some() || row.get("ended").is_some() {
            return Err(CoreError::args("这一户已经迁走。").at("id"));
        }
        let building = row.id("building").unwrap_or_default();
        let to = new_door(&o.db, &o.me, &args, &row, &today)?;
        let tree = Tree::read(&o.db)?;
        let text = match &to {
            Some(to) => {
                let there = plate(&tree.number(to.building), args.unit_no.as_deref().unwrap_or(""), args.door.as_deref().unwrap_or(""));
                format!("{} 迁往 {there}", plate_of(&tree, &row))
            }
            None => format!("{} 迁走", plate_of(&tree, &row)),
        };
        let mut people = Vec::new();
        for p in rows(&o.db, Kind::Person, &format!("where {OF_HOUSEHOLD} and t._del is null and t.ended is null"), &[&row.record])? {
            let Some(name) = p.text("name") else { continue };
            // two of one name in a household are told apart by their number; the new record has nobody yet
            let same = people.iter().filter(|(other, ..): &&(Row, Option<Uuid>, Vec<KeyEdit>)| other.text("name").as_ref() == Some(&name));
            let ordinal = u32::try_from(same.count()).unwrap_or(u32::MAX);
            let new = to.as_ref().map(|to| doc::person_id(to.household, &name, ordinal));
            let ends = ends(&o.db, &p, new, args.reason.as_ref(), &today)?;
            people.push((p, new, ends));
        }
        let mut closes = vec![KeyEdit::put("ended", today.clone()), KeyEdit::put("vacant", true)];
        closes.extend(to.as_ref().map(|to| KeyEdit::put("moved_to", to.household.to_string())));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("move_household", text, Some(row.record));
            intent.record(building, row.record, Kind::Household, Class::Register, closes)?;
            let out = to.as_ref().map_or(row.record, |to| to.household);
            if let Some(to) = &to {
                intent.record(to.building, to.household, Kind::Household, Class::Register, to.edits.clone())?;
            }
            for (p, new, ends) in people {
                intent.record(building, p.record, Kind::Person, Class::Register, ends)?;
                if let (Some(to), Some(new)) = (&to, new) {
                    let mut edits = vec![KeyEdit::put("household", to.household.to_string())];
                    edits.extend(p.text("relation").map(|r| KeyEdit::put("relation", r)));
                    edits.extend(copied(&p, &moved::MOVE_KEYS));
                    intent.record(to.building, new, Kind::Person, Class::Register, edits)?;
                }
            }
            w.command(intent)?;
            Ok(out)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: out.to_string() })
}

/// A value left at the old door, or in a file that went into another, with the document it stands in.
struct Left {
    doc: DocId,
    old: Row,
    new: Row,
    key: String,
    value: Value,
    who: String,
    at: i64,
    is_merged: bool,
}

impl Left {
    /// The key under which the document notes what was seen.
    fn note_key(&self) -> &'static str {
        if self.is_merged { same::saw_key(self.doc.class) } else { moved::saw_key(self.doc.class) }
    }
}

/// All that was left at old doors and in files that went into others.
fn left_behind(db: &Connection) -> Result<Vec<Left>> {
    let mut out = left_at_doors(db)?;
    if !canon::is_empty(db)? {
        let gone = canon::all(db)?;
        for kind in canon::KINDS {
            for old in rows_of_all(db, kind, "where t.merged_into is not null and t._del is null order by t.record", &[])? {
                let Some(new) = gone.get(&old.record).map(|to| get_row(db, kind, *to)).transpose()?.flatten() else { continue };
                left_in(db, &old, &new, true, &mut out)?;
            }
        }
    }
    Ok(out)
}

fn left_at_doors(db: &Connection) -> Result<Vec<Left>> {
    let mut out = Vec::new();
    // whole documents say what was left; the inbox looked at those that changed, and marked them
    for record in super::inbox::marked_left(db)? {
        let Some(old) = get_row(db, Kind::Person, record)?.filter(|r| r.get("_del").is_none()) else { continue };
        let Some(new) = old.id("moved_to").map(|to| get_row(db, Kind::Person, to)).transpose()?.flatten() else { continue };
        left_in(db, &old, &new, false, &mut out)?;
    }
    Ok(out)
}

/// What one record says that whoever moved or merged it had not seen, and the other does not say.
fn left_in(db: &Connection, old: &Row, new: &Row, is_merged: bool, out: &mut Vec<Left>) -> Result<()> {
    for id in docs::of_record(db, old.record)? {
        let Some(doc) = docs::load(db, id)? else { continue };
        let unseen = match is_merged {
            true => moved::unseen_since(&doc.shown, same::saw_key(id.class), &same::MERGE_KEYS),
            false => moved::unseen(&doc.shown, id.class),
        };
        for (key, op) in unseen {
            if is_merged && !old.kind.field(&key).is_some_and(same::plan::is_merged) {
                continue;
            }
            let now = said(db, new, &key)?;
            let is_nothing = |value: &Value| matches!(value, Value::Null | Value::Bool(false));
            if now.as_ref() != Some(&op.value) && !(now.as_ref().is_none_or(is_nothing) && is_nothing(&op.value)) {
                let (who, at) = (views::who(db, &op.id.actor)?.0, op.at * 1000);
                out.push(Left { doc: id, old: old.clone(), new: new.clone(), key, value: op.value, who, at, is_merged });
            }
        }
    }
    Ok(())
}

/// What was written about a household or its people in files that went into these.
///
/// # Errors
/// Of the store.
pub fn late_of(db: &Connection, tree: &Tree, records: &[Uuid]) -> Result<Vec<LeftBehindItem>> {
    if canon::is_empty(db)? {
        return Ok(Vec::new());
    }
    let late = left_behind(db)?.into_iter().filter(|left| left.is_merged && records.contains(&left.new.record));
    late.map(|left| item(db, tree, left)).collect()
}

fn item(db: &Connection, tree: &Tree, left: Left) -> Result<LeftBehindItem> {
    let Left { old, new, key, value, who, at, is_merged, .. } = left;
    let home =
        |row: &Row| -> Result<Option<Row>> { if row.kind == Kind::Household { Ok(Some(row.clone())) } else { household_of(db, row) } };
    let (from, there) = (home(&old)?, home(&new)?);
    let now = said(db, &new, &key)?.unwrap_or(Value::Null);
    let kind = old.kind;
    Ok(LeftBehindItem {
        old: old.record.to_string(),
        new: new.record.to_string(),
        name: old.text(if kind == Kind::Household { "head_name" } else { "name" }).unwrap_or_default(),
        plate: from.map(|h| plate_of(tree, &h)).unwrap_or_default(),
        household: there.as_ref().map(|h| h.record.to_string()),
        new_plate: there.map(|h| plate_of(tree, &h)).unwrap_or_default(),
        label: views::label_of(kind, &key),
        text: views::text_of(kind, &key, &value),
        now: views::text_of(kind, &key, &now),
        key,
        who,
        at,
        kind: kind.name().into(),
        why: if is_merged { "merged" } else { "moved" }.into(),
    })
}

/// What a record says of a key now, families too.
fn said(db: &Connection, row: &Row, key: &str) -> Result<Option<Value>> {
    for id in docs::of_record(db, row.record)? {
        if let Some(value) = docs::load(db, id)?.and_then(|d| d.shown.value(key).cloned()) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// `list_left_behind`
pub fn list(engine: &Engine, _: NoArgs) -> Result<LeftBehindList> {
    engine.with(|o| {
        let db = &o.db;
        super::inbox::look_at_marks(db)?;
        let tree = Tree::read(db)?;
        let items = left_behind(db)?.into_iter().map(|left| item(db, &tree, left)).collect::<Result<_>>()?;
        Ok(LeftBehindList { items })
    })
}

/// `bring_along`: takes it to the new door, or leaves it; either way the old record has been seen as it is now.
pub fn bring(engine: &Engine, args: BringAlongArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let takes = match args.decision.as_str() {
        "take" => true,
        "leave" => false,
        _ => return Err(CoreError::args("要写 take 或 leave。").at("decision")),
    };
    let (now, record) = (engine.now_ms(), id(&args.old, "这个人")?);
    let (seq, changed) = engine.with(|o| {
        super::inbox::look_at_marks(&o.db)?;
        let (intent, _) = planned(&o.db, record, &args.key, takes)?;
        workspace::change(&mut o.db, &o.me, now, |w| w.command(intent))
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// What bringing along or leaving writes, and the value as people read it.
///
/// # Errors
/// `not_found` when there is nothing left to decide, or of the store.
pub fn planned(db: &Connection, record: Uuid, key: &str, takes: bool) -> Result<(Intent, String)> {
    let all = left_behind(db)?;
    let left =
        all.iter().find(|left| left.doc.record == record && left.key == key).ok_or_else(|| CoreError::not_found("这一条").at("key"))?;
    let Left { doc: id, old, new, key, value, .. } = left;
    let doc = docs::load(db, *id)?.ok_or_else(|| CoreError::not_found("这份档案"))?;
    let note = moved::saw_too(&doc.shown, left.note_key(), key);
    let verb = if takes { "带过去" } else { "不带" };
    let text = match new.kind {
        Kind::Household => format!("{verb} {}", plate_of(&Tree::read(db)?, new)),
        _ => persons::summary(db, new, verb)?,
    };
    let household = if new.kind == Kind::Household { Some(new.record) } else { new.id("household") };
    let (home, unit) = (persons::home(db, old.record)?, persons::home(db, new.record)?);
    let mut intent = Intent::new("bring_along", text, household);
    if takes {
        let mut taken = vec![KeyEdit::put(key, value.clone())];
        if left.is_merged {
            taken.extend(super::same::merge::note_taken(db, old.record, new, key, value)?);
        }
        intent.record(unit, new.record, new.kind, Class::Register, taken)?;
    }
    intent.write(home, *id, old.kind, vec![KeyEdit::put(left.note_key(), note)]);
    Ok((intent, views::text_of(new.kind, key, value)))
}
