//! People: in their household, edited by what was touched, moved, revealed with a reason.

use super::households::{plate_of, workspace_holds};
use super::units::Tree;
use super::views::{self, coded_field, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project;
use crate::store::same::{self, OF_HOUSEHOLD};
use crate::store::{Row, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use chrono::Datelike;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Class;
use shared_model::codes;
use shared_model::commands::{AddPersonArgs, Added, EditArgs, Edited, PersonView, RevealArgs, Revealed};
use shared_model::doc;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use uuid::Uuid;

/// The people of a household, head first.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, household: Uuid, now: i64) -> Result<Vec<PersonView>> {
    let mut people = rows(db, Kind::Person, &format!("where {OF_HOUSEHOLD} and t._del is null"), &[&household])?;
    people.retain(|p| p.get("name").is_some());
    people.sort_by_key(|p| {
        (p.get("ended").is_some(), p.text("relation").as_deref() != Some("02"), p.int("birth_year").unwrap_or(9999), p.record)
    });
    let tree = Tree::read(db)?;
    people.iter().map(|p| view(db, &tree, p, now)).collect()
}

/// Age in whole years, from the birth date where it is held, else from the year.
pub fn age(row: &Row, now: i64) -> Option<i32> {
    let today = project::day_of(now);
    match row.text("birth_date").as_deref().and_then(project::parse_day) {
        Some(b) => Some(today.year() - b.year() - i32::from((today.month(), today.day()) < (b.month(), b.day()))),
        None => row.int("birth_year").map(|y| today.year() - i32::try_from(y).unwrap_or(0)),
    }
}

fn view(db: &Connection, tree: &Tree, p: &Row, now: i64) -> Result<PersonView> {
    let (ops, pending) = views::ops_of(db, p.record)?;
    let household = p.id("household").unwrap_or_default();
    let building = get_row(db, Kind::Household, household)?.and_then(|h| h.id("building")).unwrap_or_default();
    let holds_private = workspace_holds(db, building, Class::Private)?;
    Ok(PersonView {
        id: p.record.to_string(),
        household: household.to_string(),
        name: p.text("name").unwrap_or_default(),
        nickname: p.text("nickname"),
        sex: coded_field(p, "sex"),
        birth_year: p.int("birth_year").and_then(|y| i32::try_from(y).ok()),
        age: age(p, now),
        relation: coded_field(p, "relation"),
        phone: p.text("phone"),
        phone2: p.text("phone2"),
        education: coded_field(p, "education"),
        political: coded_field(p, "political"),
        ethnic: coded_field(p, "ethnic"),
        marital: coded_field(p, "marital"),
        employment: coded_field(p, "employment"),
        employer: p.text("employer"),
        residence_type: coded_field(p, "residence_type"),
        note: p.text("note"),
        tags: p.names("tag"),
        care_tags: holds_private.then(|| p.names("care")),
        id_number_masked: p.text("id_number").map(|n| codes::id_number::mask(&n)),
        ended: p.text("ended"),
        end_reason: p.text("end_reason"),
        is_dead: super::field::life::is_dead(p),
        met_after: super::field::life::met_after(db, p)?,
        away_until: p.text("away_until").filter(|until| *until >= project::day_of(now).to_string()),
        moved: super::moves::moved(db, tree, p)?,
        merged: super::same::preview::merged_into(db, tree, p)?,
        ops,
        pending,
    })
}

/// The person, or `not_found`.
pub fn require(db: &Connection, text: &str) -> Result<Row> {
    // of a record that went into another, the one that stays
    let p = same::canon(db, id(text, "这个人")?)?;
    get_row(db, Kind::Person, p)?
        .filter(|r| r.get("_del").is_none() && r.get("name").is_some())
        .ok_or_else(|| CoreError::not_found("这个人").at("id"))
}

/// The home unit of a person's documents: the building where they were made.
pub fn home(db: &Connection, person: Uuid) -> Result<Uuid> {
    Ok(db.prepare_cached("select unit from doc where record = ?1 order by class limit 1")?.query_row([person], |r| r.get(0))?)
}

/// `add_person`
pub fn add(engine: &Engine, args: AddPersonArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Make))?;
    let name = args.name.trim().to_string();
    if name.is_empty() {
        return Err(CoreError::args("要写姓名。").at("name"));
    }
    let now = engine.now_ms();
    let (person, changed) = engine.with(|o| {
        let h = super::households::require(&o.db, &args.household)?;
        let building = h.id("building").unwrap_or_default();
        let person = free_person_id(&o.db, h.record, &name)?;
        let mut edits = vec![KeyEdit::put("household", h.record.to_string()), KeyEdit::put("name", name.clone())];
        edits.extend(views::edits(Kind::Person, None, &args.edit.clone().unwrap_or_default(), None)?);
        let text = plate_of(&Tree::read(&o.db)?, &h);
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_person", format!("{text} 新增一人"), Some(h.record));
            intent.record(building, person, Kind::Person, Class::Register, edits)?;
            w.command(intent)?;
            Ok(person)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: person.to_string() })
}

pub fn free_person_id(db: &Connection, household: Uuid, name: &str) -> Result<Uuid> {
    let mut ordinal = 0;
    loop {
        let p = doc::person_id(household, name, ordinal);
        if get_row(db, Kind::Person, p)?.is_none() {
            return Ok(p);
        }
        ordinal += 1;
    }
}

/// `edit_person`
pub fn edit(engine: &Engine, args: EditArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        // all that is read of the person is read in the transaction that writes
        workspace::change(&mut o.db, &o.me, now, |w| {
            w.may_ever(Kind::Person, Verb::Edit)?;
            let row = require(w.tx, &args.id)?;
            let unit = home(w.tx, row.record)?;
            let household = row.id("household");
            let edits = views::edits(Kind::Person, Some(&row), &args.edit, args.seen.as_ref())?;
            let head = new_head_name(w.tx, &row, &edits)?;
            let text = summary(w.tx, &row, "改")?;
            let mut intent = Intent::new("edit_person", text, household);
            intent.record(unit, row.record, Kind::Person, Class::Register, edits)?;
            if let (Some(name), Some(h)) = (head, household) {
                intent.record(unit, h, Kind::Household, Class::Register, vec![KeyEdit::put("head_name", name)])?;
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// The head of a household renamed: the name at the door follows.
///
/// # Errors
/// Of the store.
pub fn new_head_name(db: &Connection, row: &Row, edits: &[KeyEdit]) -> Result<Option<String>> {
    let Some(name) = edits.iter().find(|e| e.key == "name").and_then(|e| e.value.as_str().map(str::to_string)) else { return Ok(None) };
    let Some(h) = row.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten() else { return Ok(None) };
    Ok((h.text("head_name") == row.text("name")).then_some(name))
}

/// 改 3-2-501: never a name in a list of what waits. Asks for the one building rather than for the whole tree: it is part of every edit.
pub fn summary(db: &Connection, row: &Row, verb: &str) -> Result<String> {
    let Some(household) = row.id("household") else { return Ok(verb.to_string()) };
    let parts: Option<[Option<String>; 3]> = db
        .prepare_cached(
            "select u.number, h.unit_no, h.door from household h left join unit u on u.record = h.building where h.record = ?1",
        )?
        .query_row([household], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?]))
        .optional()?;
    let [number, unit_no, door] = parts.unwrap_or_default().map(Option::unwrap_or_default);
    Ok(format!("{verb} {}", project::plate(&number, &unit_no, &door)))
}

/// `reveal`: logged before it is shown.
pub fn reveal(engine: &Engine, args: RevealArgs) -> Result<Revealed> {
    let now = engine.now_ms();
    let reason = args.reason.trim().to_string();
    if reason.is_empty() {
        return Err(CoreError::args("查看前要写一个理由。").at("reason"));
    }
    engine.with(|o| {
        let roles = workspace::roles(&o.db, &o.me)?;
        if !roles.iter().any(|r| shared_model::rules::access(r.role, Class::Private).reads()) {
            return Err(CoreError::not_allowed("查看证件号"));
        }
        let row = require(&o.db, &args.record)?;
        if args.key != "id_number" {
            return Err(CoreError::args("这个字段不用这样看。").at("key"));
        }
        let value = row.text(&args.key).ok_or_else(|| CoreError::not_found("这个证件号"))?;
        let text = format!("查看证件号 {}：{reason}", summary(&o.db, &row, "")?.trim());
        o.db.execute("insert into own_log (at, what, words) values (?1, 'reveal', ?2)", params![now, text])?;
        Ok(Revealed { value })
    })
}
