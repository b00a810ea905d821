//! What happens in a family: somebody dies, is away for a while, some of them become a family of their own at the same door. Records end with
//! their date and stay in the file; nothing is deleted but what an undo takes back, and an undo is refused where it would take more with it.

use super::super::households::{plate_of, require as require_household};
use super::super::moves::{copied, ends};
use super::super::persons;
use super::super::units::Tree;
use super::super::views::id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{self, parse_day};
use crate::store::same::OF_HOUSEHOLD;
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::{Connection, params};
use shared_model::Class;
use shared_model::commands::{Added, AwayArgs, DeathArgs, Edited, IdArgs, SameDoor, SplitArgs, UndoDeathArgs};
use shared_model::crdt::{Value, del_value};
use shared_model::doc;
use shared_model::moved::MOVE_KEYS;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The reason with which a record ends by a death; words may follow it.
const DIED: &str = "去世";
/// The reason with which it ends by a split.
const SPLIT: &str = "分户";
/// Relation of the head of a household.
const HEAD: &str = "02";

/// Does the record of a person end with a death?
pub fn is_dead(person: &Row) -> bool {
    person.get("ended").is_some() && person.text("end_reason").is_some_and(|r| r.starts_with(DIED) || r.starts_with("已去世"))
}

/// When somebody wrote that they met a person whose record had ended before that day.
///
/// # Errors
/// Of the store.
pub fn met_after(db: &Connection, person: &Row) -> Result<Option<i64>> {
    let (Some(ended), Some(household)) = (person.text("ended").as_deref().and_then(parse_day), person.id("household")) else {
        return Ok(None);
    };
    let last: Option<i64> = db
        .prepare_cached(
            "select max(at) from visit where household = ?1 and outcome = 'met' and _del is null and instr(coalesce(met, ''), ?2) > 0",
        )?
        .query_row(params![household, person.record.to_string()], |r| r.get(0))?;
    Ok(last.filter(|at| project::day_of(*at) > ended))
}

/// People who live there still, by their rows.
fn living(db: &Connection, household: Uuid) -> Result<Vec<Row>> {
    rows(
        db,
        Kind::Person,
        &format!("where {OF_HOUSEHOLD} and t._del is null and t.ended is null and t.name is not null order by t.record"),
        &[&household],
    )
}

/// One of those who live there, or `not_found`.
fn one_of<'a>(people: &'a [Row], text: &str, field: &str) -> Result<&'a Row> {
    let person = id(text, "这个人")?;
    people.iter().find(|p| p.record == person).ok_or_else(|| CoreError::not_found("住在这一户的这个人").at(field))
}

fn is_head(household: &Row, person: &Row) -> bool {
    household.get("head_name").is_some() && household.text("head_name") == person.text("name")
}

/// `record_death`: the record of the person ends with the day, the household stays.
pub fn record_death(engine: &Engine, args: DeathArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let today = project::day_of(now);
    let on = match args.on.as_deref().map(str::trim).filter(|d| !d.is_empty()) {
        Some(text) => parse_day(text).ok_or_else(|| CoreError::args("日期要写成 2026-03-05 这样。").at("on"))?,
        None => today,
    };
    if on > today {
        return Err(CoreError::args("日期还没到。").at("on"));
    }
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let person = persons::require(w.tx, &args.id)?;
            if person.get("ended").is_some() {
                return Err(CoreError::args("这个人的记录已经结束。").at("id"));
            }
            let unit = persons::home(w.tx, person.record)?;
            let home = person.id("household").map(|h| get_row(w.tx, Kind::Household, h)).transpose()?.flatten();
            let text = persons::summary(w.tx, &person, "记去世")?;
            let note = args.note.as_deref().map(str::trim).filter(|n| !n.is_empty());
            let reason = note.map_or_else(|| DIED.to_string(), |note| format!("{DIED}：{note}"));
            let mut intent = Intent::new("record_death", text, person.id("household"));
            let ends = vec![KeyEdit::put("ended", on.to_string()), KeyEdit::put("end_reason", reason)];
            intent.record(unit, person.record, Kind::Person, Class::Register, ends)?;
            if let Some(home) = home {
                let people = living(w.tx, home.record)?;
                let next = args.head.as_deref().map(|h| one_of(&people, h, "head")).transpose()?;
                if next.is_some_and(|n| n.record == person.record) {
                    return Err(CoreError::args("新户主要是另一个人。").at("head"));
                }
                put_head(&mut intent, unit, &home, next, is_head(&home, &person))?;
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// Makes somebody the head; without anybody, a head who left no longer gives the door its name.
fn put_head(intent: &mut Intent, unit: Uuid, home: &Row, next: Option<&Row>, head_left: bool) -> Result<()> {
    match next {
        Some(next) => {
            intent.record(unit, next.record, Kind::Person, Class::Register, vec![KeyEdit::put("relation", HEAD)])?;
            let name = next.text("name").unwrap_or_default();
            intent.record(unit, home.record, Kind::Household, Class::Register, vec![KeyEdit::put("head_name", name)])
        }
        None if head_left => {
            intent.record(unit, home.record, Kind::Household, Class::Register, vec![KeyEdit::put("head_name", Value::Null)])
        }
        None => Ok(()),
    }
}

/// `undo_death`
pub fn undo_death(engine: &Engine, args: UndoDeathArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let person = persons::require(w.tx, &args.id)?;
            if !is_dead(&person) {
                return Err(CoreError::args("这个人没有记去世。").at("id"));
            }
            let unit = persons::home(w.tx, person.record)?;
            let text = persons::summary(w.tx, &person, "撤销去世")?;
            let mut intent = Intent::new("undo_death", text, person.id("household"));
            let back = vec![KeyEdit::put("ended", Value::Null), KeyEdit::put("end_reason", Value::Null)];
            intent.record(unit, person.record, Kind::Person, Class::Register, back)?;
            let home = person.id("household").map(|h| get_row(w.tx, Kind::Household, h)).transpose()?.flatten();
            if let Some(home) = home.filter(|_| person.text("relation").as_deref() == Some(HEAD)) {
                let name = person.text("name").unwrap_or_default();
                if let Some(head) = &args.head {
                    let people = living(w.tx, home.record)?;
                    let relation = args.relation.clone().map_or(Value::Null, Value::Str);
                    let head = one_of(&people, head, "head")?;
                    intent.record(unit, head.record, Kind::Person, Class::Register, vec![KeyEdit::put("relation", relation)])?;
                }
                if args.head.is_some() || home.get("head_name").is_none() {
                    intent.record(unit, home.record, Kind::Household, Class::Register, vec![KeyEdit::put("head_name", name)])?;
                }
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `set_away`: up to which day somebody is away; the door is not due before everybody may be met again.
pub fn set_away(engine: &Engine, args: AwayArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let until = match args.until.as_deref().map(str::trim).filter(|d| !d.is_empty()) {
        Some(text) => Some(parse_day(text).ok_or_else(|| CoreError::args("日期要写成 2026-03-05 这样。").at("until"))?),
        None => None,
    };
    if until.is_some_and(|day| day < project::day_of(now)) {
        return Err(CoreError::args("要写还没过的一天。").at("until"));
    }
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let home = require_household(w.tx, &args.household)?;
            let unit = home.id("building").unwrap_or_default();
            let all = living(w.tx, home.record)?;
            let who: Vec<&Row> = match &args.people {
                Some(people) => people.iter().map(|p| one_of(&all, p, "people")).collect::<Result<_>>()?,
                None => all.iter().collect(),
            };
            if who.is_empty() {
                return Err(CoreError::args("这一户还没有记人，先记一个人再写暂离。").at("people"));
            }
            let verb = if until.is_some() { "记暂离" } else { "记回来" };
            let text = persons::summary(w.tx, who[0], verb)?;
            let mut intent = Intent::new("set_away", text, Some(home.record));
            let value = until.map_or(Value::Null, |day| Value::Str(day.to_string()));
            for person in who {
                if person.get("away_until") != Some(&value).filter(|v| **v != Value::Null) {
                    intent.record(unit, person.record, Kind::Person, Class::Register, vec![KeyEdit::put("away_until", value.clone())])?;
                }
            }
            w.touch(home.record, Kind::Household);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// Other families at the same door: those that live there, and those that split from this one.
///
/// # Errors
/// Of the store.
pub fn same_door(db: &Connection, tree: &Tree, row: &Row) -> Result<Vec<SameDoor>> {
    let (Some(building), Some(door)) = (row.id("building"), row.text("door")) else { return Ok(Vec::new()) };
    let unit_no = row.text("unit_no").unwrap_or_default();
    let mut out = Vec::new();
    for other in
        rows(db, Kind::Household, "where t.building = ?1 and t.door = ?2 and t._del is null order by t.record", &[&building, &door])?
    {
        if other.record == row.record || other.text("unit_no").unwrap_or_default() != unit_no {
            continue;
        }
        let split_on = split_between(db, row.record, other.record)?;
        if split_on.is_some() || other.get("ended").is_none() {
            let (household, plate) = (other.record.to_string(), plate_of(tree, &other));
            out.push(SameDoor { household, plate, head_name: other.text("head_name"), split_on });
        }
    }
    Ok(out)
}

/// The day on which people went from one of two files to the other by a split.
fn split_between(db: &Connection, one: Uuid, other: Uuid) -> Result<Option<String>> {
    let mut q = db.prepare_cached(
        "select max(a.ended) from person a join person b on b.record = a.moved_to
         where a.end_reason = ?3 and a._del is null and ((a.household = ?1 and b.household = ?2) or (a.household = ?2 and b.household = ?1))",
    )?;
    Ok(q.query_row(params![one, other, SPLIT], |r| r.get(0))?)
}

/// A person who goes into the new family, with the new record's id and what ends the old one.
type Leaving = (Row, Uuid, Vec<KeyEdit>);

/// `split_household`
pub fn split(engine: &Engine, args: SplitArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Edit))?;
    let now = engine.now_ms();
    let today = project::day_of(now).to_string();
    let (out, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let home = require_household(w.tx, &args.household)?;
            if home.get("ended").is_some() {
                return Err(CoreError::args("这一户已经迁走。").at("household"));
            }
            let all = living(w.tx, home.record)?;
            let going: BTreeSet<Uuid> = args.people.iter().map(|p| Ok(one_of(&all, p, "people")?.record)).collect::<Result<_>>()?;
            if going.is_empty() || going.len() == all.len() {
                return Err(CoreError::args("分户要留下至少一个人，也要分出至少一个人。").at("people"));
            }
            let head = one_of(&all, &args.head, "head")?;
            if !going.contains(&head.record) {
                return Err(CoreError::args("新一家的户主要在分出的人里。").at("head"));
            }
            let stays = args.stays_head.as_deref().map(|p| one_of(&all, p, "stays_head")).transpose()?;
            if stays.is_some_and(|p| going.contains(&p.record)) {
                return Err(CoreError::args("留下的户主不能在分出的人里。").at("stays_head"));
            }
            let building = home.id("building").unwrap_or_default();
            let (new, family) = free_family(w.tx, &home, &head.text("name").unwrap_or_default())?;
            let leaving = leaving(w.tx, all.iter().filter(|p| going.contains(&p.record)), new, &today)?;
            let head_left = all.iter().any(|p| going.contains(&p.record) && is_head(&home, p));
            let mut intent = Intent::new("split_household", format!("{} 分户", plate_of(&tree, &home)), Some(home.record));
            let mut edits = vec![
                KeyEdit::put("building", building.to_string()),
                KeyEdit::put("unit_no", home.text("unit_no").unwrap_or_default()),
                KeyEdit::put("door", home.text("door").unwrap_or_default()),
                KeyEdit::put("family", family),
                KeyEdit::put("since", today.clone()),
                KeyEdit::put("head_name", head.text("name").unwrap_or_default()),
            ];
            edits.extend(["residence_type", "rented"].into_iter().filter_map(|key| Some(KeyEdit::put(key, home.get(key)?.clone()))));
            intent.record(building, new, Kind::Household, Class::Register, edits)?;
            for (person, to, ends) in &leaving {
                let unit = persons::home(w.tx, person.record)?;
                intent.record(unit, person.record, Kind::Person, Class::Register, ends.clone())?;
                let mut edits = vec![KeyEdit::put("household", new.to_string())];
                // how the others stand to the new head nobody has said
                edits.push(if person.record == head.record { KeyEdit::put("relation", HEAD) } else { KeyEdit::put("ask/relation", true) });
                edits.extend(copied(person, &MOVE_KEYS));
                intent.record(building, *to, Kind::Person, Class::Register, edits)?;
            }
            put_head(&mut intent, building, &home, stays, head_left)?;
            w.touch(home.record, Kind::Household);
            w.command(intent)?;
            Ok(new)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: out.to_string() })
}

/// The id of a further family at a door, and its key: the head's name, numbered where one of that name was there before.
fn free_family(db: &Connection, home: &Row, name: &str) -> Result<(Uuid, String)> {
    let building = home.id("building").unwrap_or_default();
    let (unit_no, door) = (home.text("unit_no").unwrap_or_default(), home.text("door").unwrap_or_default());
    let mut n = 1;
    loop {
        let family = if n == 1 { name.to_string() } else { format!("{name} {n}") };
        let household = doc::household_id(building, &unit_no, &door, &family);
        if get_row(db, Kind::Household, household)?.is_none() {
            return Ok((household, family));
        }
        n += 1;
    }
}

fn leaving<'a>(db: &Connection, people: impl Iterator<Item = &'a Row>, new: Uuid, today: &str) -> Result<Vec<Leaving>> {
    let mut out: Vec<Leaving> = Vec::new();
    for person in people {
        let name = person.text("name").unwrap_or_default();
        let same = out.iter().filter(|(p, ..)| p.text("name").as_ref() == Some(&name)).count();
        // the new family has nobody yet: two of one name are told apart by their number
        let to = doc::person_id(new, &name, u32::try_from(same).unwrap_or(u32::MAX));
        let ends = ends(db, person, Some(to), Some(&SPLIT.to_string()), today)?;
        out.push((person.clone(), to, ends));
    }
    Ok(out)
}

/// `undo_split`: as long as nothing but the split itself was written in the new file.
pub fn undo_split(engine: &Engine, args: IdArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let new = require_household(w.tx, &args.id)?;
            let building = new.id("building").unwrap_or_default();
            let pairs = split_pairs(w.tx, &new)?;
            let old = pairs[0].0.id("household").and_then(|h| get_row(w.tx, Kind::Household, h).transpose()).transpose()?;
            let old = old.ok_or_else(|| CoreError::not_found("原来那一户"))?;
            let mut intent = Intent::new("undo_split", "撤销分户", Some(old.record));
            for (kind, record) in pairs.iter().map(|(_, p)| (Kind::Person, p.record)).chain([(Kind::Household, new.record)]) {
                for id in docs::of_record(w.tx, record)? {
                    if let Some(doc) = docs::load(w.tx, id)? {
                        intent.write(doc.unit, doc.id, kind, vec![KeyEdit::put("_del", del_value(&doc.shown))]);
                    }
                }
            }
            for (before, _) in &pairs {
                let unit = persons::home(w.tx, before.record)?;
                let keys = ["ended", "end_reason", "moved_to", "moved_saw", "moved_saw_private"];
                let back = keys.iter().filter(|key| before.get(key).is_some()).map(|key| KeyEdit::put(key, Value::Null)).collect();
                intent.record(unit, before.record, Kind::Person, Class::Register, back)?;
            }
            // the head who had gone is the head again
            if let Some((head, _)) = pairs.iter().find(|(p, _)| p.text("relation").as_deref() == Some(HEAD)) {
                let name = head.text("name").unwrap_or_default();
                intent.record(building, old.record, Kind::Household, Class::Register, vec![KeyEdit::put("head_name", name)])?;
                for other in living(w.tx, old.record)?.iter().filter(|p| p.text("relation").as_deref() == Some(HEAD)) {
                    let edits = vec![KeyEdit::put("relation", Value::Null), KeyEdit::put("ask/relation", true)];
                    intent.record(building, other.record, Kind::Person, Class::Register, edits)?;
                }
            }
            w.touch(old.record, Kind::Household);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// The people of a family made by a split: the old record and the new one of each. Refused where more was written there than the split.
fn split_pairs(db: &Connection, new: &Row) -> Result<Vec<(Row, Row)>> {
    let more = |what: &str| CoreError::args(format!("分户以后{what}，不能一下撤销；请把人一个个搬回去，写下的都留着。")).at("id");
    let about = |kind: Kind| rows(db, kind, &format!("where {OF_HOUSEHOLD} and t._del is null"), &[&new.record]);
    for (kind, what) in [(Kind::Visit, "走访过"), (Kind::Case, "上报过事项"), (Kind::Listing, "记过需求"), (Kind::Response, "填过问卷")]
    {
        if !about(kind)?.is_empty() {
            return Err(more(what));
        }
    }
    let mut pairs = Vec::new();
    for now in about(Kind::Person)? {
        let before = rows(db, Kind::Person, "where t.moved_to = ?1 and t.end_reason = ?2 and t._del is null", &[&now.record, &SPLIT])?;
        let before = before.into_iter().next().ok_or_else(|| more("又添了人"))?;
        let said = |row: &Row| -> BTreeSet<String> {
            let without = [&MOVE_KEYS[..], &["ask"]].concat();
            copied(row, &without).into_iter().map(|e| format!("{}={:?}", e.key, e.value)).collect()
        };
        if said(&before) != said(&now) || now.get("ended").is_some() {
            return Err(more("改过资料"));
        }
        pairs.push((before, now));
    }
    if pairs.is_empty() {
        return Err(CoreError::args("这一户不是分出来的。").at("id"));
    }
    let of_split = ["building", "unit_no", "door", "family", "since", "head_name", "residence_type", "rented"];
    if !copied(new, &of_split).is_empty() {
        return Err(more("改过这一户的资料"));
    }
    Ok(pairs)
}
