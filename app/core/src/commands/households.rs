//! Households: the list in walking order, the file of one, adding and editing.

use super::field;
use super::units::Tree;
use super::views::{self, coded, coded_field, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{self, plate};
use crate::store::same::{self, OF_HOUSEHOLD};
use crate::store::{Row, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use chrono::{Datelike, NaiveDate};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{
    AddHouseholdArgs, Added, Ask, Due, EditArgs, Edited, HouseholdFile, HouseholdItem, HouseholdList, HouseholdView, HubView, IdArgs,
    ListHouseholdsArgs,
};
use shared_model::doc;
use shared_model::due::DueOn;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A due date for people and programs.
pub fn due_view(d: Option<&DueOn>) -> Due {
    d.map_or_else(
        || Due { state: "none".into(), ..Due::default() },
        |d| Due { state: d.state.into(), date: Some(d.date.to_string()), days: d.days, away_until: None },
    )
}

/// The last day of an absence that is not over.
fn away_until(back: Option<&NaiveDate>, today: NaiveDate) -> Option<String> {
    back.filter(|back| **back > today).and_then(|back| back.pred_opt()).map(|last| last.to_string())
}

/// Doorplate of a household.
pub fn plate_of(tree: &Tree, row: &Row) -> String {
    let number = row.id("building").map(|b| tree.number(b)).unwrap_or_default();
    plate(&number, &row.text("unit_no").unwrap_or_default(), &row.text("door").unwrap_or_default())
}

/// The floor that a door number tells: all but its last two digits.
fn floor_of(door: &str) -> Option<i32> {
    let digits: String = door.chars().take_while(char::is_ascii_digit).collect();
    (digits.len() >= 3).then(|| digits[..digits.len() - 2].parse().ok()).flatten()
}

/// Everything that a list of households shows beside their rows, read once.
pub struct Shelf {
    pub tree: Tree,
    due: HashMap<Uuid, (DueOn, Option<i64>)>,
    people: HashMap<Uuid, (u32, Option<i64>)>,
    conflicts: HashMap<Uuid, u32>,
    held: HashMap<Uuid, u32>,
    cases: HashMap<Uuid, u32>,
    /// Doors behind which everybody is away, with the day on which the first is back.
    back: HashMap<Uuid, NaiveDate>,
    today: NaiveDate,
}

impl Shelf {
    /// Reads it.
    ///
    /// # Errors
    /// Of the store.
    pub fn read(db: &Connection, now_ms: i64) -> Result<Shelf> {
        let today = project::day_of(now_ms);
        let count = |sql: &str| -> Result<HashMap<Uuid, u32>> {
            let mut q = db.prepare_cached(sql)?;
            Ok(q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
        };
        let people = {
            let mut q = db.prepare_cached(if same::is_empty(db)? {
                "select household, count(*), min(birth_year) from person where _del is null and ended is null and household is not null group by household"
            } else {
                "select coalesce(m.canon, p.household) as home, count(*), min(p.birth_year) from person p left join merged m on m.record = p.household
                 where p._del is null and p.ended is null and p.household is not null and p.record not in (select record from merged)
                 group by home"
            })?;
            q.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?.collect::<rusqlite::Result<_>>()?
        };
        let mut cases = HashMap::new();
        for h in super::cases::open_households(db)? {
            *cases.entry(h).or_default() += 1;
        }
        Ok(Shelf {
            tree: Tree::read(db)?,
            due: project::due_of(db, today)?,
            people,
            conflicts: count(
                "select coalesce(m.canon, h), count(*) from (select case c.kind when 3 then (select household from person where record = c.record)
                   else c.record end as h from conflict c where c.kind in (2, 3)) left join merged m on m.record = h
                 where h is not null group by coalesce(m.canon, h)",
            )?,
            held: count(
                "select coalesce(m.canon, household), count(*) from held_item left join merged m on m.record = household
                 where decision is null and _del is null and household is not null group by coalesce(m.canon, household)",
            )?,
            cases,
            back: project::back_of(db)?,
            today,
        })
    }

    /// One line of a list.
    pub fn item(&self, r: &Row) -> HouseholdItem {
        let building = r.id("building").unwrap_or_default();
        let (people, oldest) = self.people.get(&r.record).copied().unwrap_or_default();
        let due = self.due.get(&r.record);
        let door = r.text("door").unwrap_or_default();
        HouseholdItem {
            id: r.record.to_string(),
            building: building.to_string(),
            building_name: self.tree.name(building),
            plate: plate_of(&self.tree, r),
            unit_no: r.text("unit_no").unwrap_or_default(),
            floor: floor_of(&door),
            door,
            head_name: r.text("head_name"),
            people,
            tier: coded("tier", project::tier_of(r)),
            tags: r.names("tag"),
            oldest: oldest.map(|y| self.today.year() - i32::try_from(y).unwrap_or(self.today.year())),
            due: Due { away_until: away_until(self.back.get(&r.record), self.today), ..due_view(due.map(|d| &d.0)) },
            visited_at: due.and_then(|d| d.1),
            conflicts: self.conflicts.get(&r.record).copied().unwrap_or(0),
            held: self.held.get(&r.record).copied().unwrap_or(0),
            open_cases: self.cases.get(&r.record).copied().unwrap_or(0),
            is_hub: r.flag("hub"),
            is_rented: r.flag("rented"),
            is_vacant: r.flag("vacant"),
        }
    }

    fn due_state(&self, h: &Uuid) -> &'static str {
        self.due.get(h).map_or("none", |d| d.0.state)
    }
}

/// Households in walking order, those beneath a unit if one is named.
///
/// # Errors
/// Of the store.
pub fn walking(db: &Connection, beneath: Option<&BTreeSet<Uuid>>) -> Result<Vec<Row>> {
    let mut all = rows(
        db,
        Kind::Household,
        "left join due d on d.household = t.record where t._del is null and t.door is not null order by d.walk, t.record",
        &[],
    )?;
    if let Some(units) = beneath {
        all.retain(|r| r.id("building").is_some_and(|b| units.contains(&b)));
    }
    Ok(all)
}

/// `list_households`
pub fn list(engine: &Engine, args: ListHouseholdsArgs) -> Result<HouseholdList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let db = &o.db;
        let shelf = Shelf::read(db, now)?;
        let beneath = match &args.unit {
            Some(u) => Some(shelf.tree.beneath(shelf.tree.find(u)?.record)),
            None => None,
        };
        let mut all = walking(db, beneath.as_ref())?;
        if let Some(state) = &args.due {
            all.retain(|r| shelf.due_state(&r.record) == state);
        }
        if let Some(tag) = &args.tag {
            all.retain(|r| r.names("tag").contains(tag) || r.names("care").contains(tag));
        }
        if let Some(q) = args.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            let hits = super::search::households_matching(db, q)?;
            all.retain(|r| hits.contains(&r.record));
        }
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let items = views::page(all, args.limit, args.offset).iter().map(|r| shelf.item(r)).collect();
        Ok(HouseholdList { items, total })
    })
}

/// Without a lease only doors are listed, so that something can be written about one: which doors, by place alone.
pub fn only_doors(args: serde_json::Value) -> serde_json::Value {
    let kept = ["unit", "limit", "offset"];
    match args {
        serde_json::Value::Object(map) => map.into_iter().filter(|(key, _)| kept.contains(&key.as_str())).collect(),
        other => other,
    }
}

/// The same list without anything but places.
pub fn doors(list: HouseholdList) -> HouseholdList {
    let items = list.items.into_iter().map(|h| HouseholdItem {
        head_name: None,
        people: 0,
        tier: views::coded("tier", "general"),
        tags: Vec::new(),
        oldest: None,
        due: Due { state: "none".into(), ..Due::default() },
        visited_at: None,
        conflicts: 0,
        held: 0,
        open_cases: 0,
        is_hub: false,
        is_rented: false,
        is_vacant: false,
        ..h
    });
    HouseholdList { items: items.collect(), total: list.total }
}

/// `get_household`
pub fn get(engine: &Engine, args: IdArgs) -> Result<HouseholdFile> {
    let now = engine.now_ms();
    engine.with(|o| {
        let db = &o.db;
        let asked = id(&args.id, "这一户")?;
        let row = require(db, &args.id)?;
        let tree = Tree::read(db)?;
        let household = view(db, &tree, &row, now)?;
        let people = super::persons::of_household(db, row.record, now)?;
        let mut asks = asks_of(&row, household.head_name.as_deref().unwrap_or_default());
        for p in rows(db, Kind::Person, &format!("where {OF_HOUSEHOLD} and t._del is null"), &[&row.record])? {
            asks.extend(asks_of(&p, &p.text("name").unwrap_or_default()));
        }
        let mut records = vec![row.record];
        records.extend(people.iter().filter_map(|p| Uuid::parse_str(&p.id).ok()));
        Ok(HouseholdFile {
            persons: people,
            visits: super::visits::of_household(db, row.record)?,
            cases: super::cases::of_household(db, &o.me, row.record, now)?,
            conflicts: super::conflicts::of_records(db, &o.me, &records)?,
            held: super::held::of_household(db, row.record)?,
            hub: hub_of(db, &tree, row.record)?,
            own_hub: field::hubs::of_household(db, &tree, row.record)?,
            same_door: field::life::same_door(db, &tree, &row)?,
            listings: field::listings::of_household(db, &tree, row.record)?,
            merged: super::same::preview::merged_into(db, &tree, &row)?,
            asked_for: (asked != row.record).then(|| asked.to_string()),
            merged_away: match row.id("merged_into") {
                Some(to) => get_row(db, Kind::Household, to)?.is_none(),
                None => false,
            },
            late: super::moves::late_of(db, &tree, &records)?,
            household,
            asks,
        })
    })
}

/// The household, or `not_found`.
pub fn require(db: &Connection, text: &str) -> Result<Row> {
    // of a file that went into another, the one that stays
    let h = same::canon(db, id(text, "这一户")?)?;
    get_row(db, Kind::Household, h)?.filter(|r| r.get("_del").is_none()).ok_or_else(|| CoreError::not_found("这一户").at("id"))
}

fn view(db: &Connection, tree: &Tree, row: &Row, now: i64) -> Result<HouseholdView> {
    let classes: Vec<Class> = crate::store::docs::of_record(db, row.record)?.iter().map(|d| d.class).collect();
    let (ops, pending) = views::ops_of(db, row.record)?;
    let today = project::day_of(now);
    let due = project::due_of(db, today)?;
    let back = project::back_of(db)?;
    let building = row.id("building").unwrap_or_default();
    let holds_private = workspace_holds(db, building, Class::Private)?;
    Ok(HouseholdView {
        id: row.record.to_string(),
        building: building.to_string(),
        building_name: tree.name(building),
        estate: tree.get(building).and_then(|r| r.text("estate")),
        plate: plate_of(tree, row),
        unit_no: row.text("unit_no").unwrap_or_default(),
        door: row.text("door").unwrap_or_default(),
        head_name: row.text("head_name"),
        contact_phone: row.text("contact_phone"),
        residence_type: coded_field(row, "residence_type"),
        tier: coded("tier", project::tier_of(row)),
        tags: row.names("tag"),
        care_tags: holds_private.then(|| row.names("care")),
        note: row.text("note"),
        is_hub: row.flag("hub"),
        is_rented: row.flag("rented"),
        is_vacant: row.flag("vacant"),
        moved: super::moves::moved(db, tree, row)?,
        read_only: crate::handover::is_leaving(db, building)?,
        due: Due { away_until: away_until(back.get(&row.record), today), ..due_view(due.get(&row.record).map(|d| &d.0)) },
        ops,
        has_register: classes.contains(&Class::Register),
        pending,
    })
}

/// Does this device hold a class of a unit?
pub fn workspace_holds(db: &Connection, unit: Uuid, class: Class) -> Result<bool> {
    let granted: bool = db
        .prepare_cached("select exists (select 1 from partition where unit = ?1 and class = ?2 and granted = 1)")?
        .query_row(rusqlite::params![unit, class as u8], |r| r.get(0))?;
    // before the first sync what is here was written here
    let any: bool = db
        .prepare_cached("select exists (select 1 from doc where unit = ?1 and class = ?2)")?
        .query_row(rusqlite::params![unit, class as u8], |r| r.get(0))?;
    Ok(granted || any)
}

fn asks_of(row: &Row, name: &str) -> Vec<Ask> {
    row.names("ask")
        .into_iter()
        .filter(|key| row.get(key).is_none())
        .map(|key| Ask { record: row.record.to_string(), record_name: name.to_string(), label: views::label_of(row.kind, &key), key })
        .collect()
}

fn hub_of(db: &Connection, tree: &Tree, household: Uuid) -> Result<Option<HubView>> {
    for hub in rows(db, Kind::PartyHub, "where t._del is null", &[])? {
        if !hub.names("covers").contains(&household.to_string()) {
            continue;
        }
        let Some(at) = hub.id("household") else { continue };
        let Some(row) = get_row(db, Kind::Household, at)? else { continue };
        let name = hub.text("name").or_else(|| row.text("head_name")).unwrap_or_default();
        return Ok(Some(HubView { household: at.to_string(), plate: plate_of(tree, &row), name }));
    }
    Ok(None)
}

/// `add_household`
pub fn add(engine: &Engine, args: AddHouseholdArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Make))?;
    let now = engine.now_ms();
    let building = id(&args.building, "这栋楼")?;
    let unit_no = args.unit_no.unwrap_or_default().trim().to_string();
    let door = args.door.trim().to_string();
    if door.is_empty() {
        return Err(CoreError::args("要写房号。").at("door"));
    }
    let head = args.head_name.map(|n| n.trim().to_string()).filter(|n| !n.is_empty());
    let (out, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        tree.get(building).ok_or_else(|| CoreError::not_found("这栋楼").at("building"))?;
        let mut household = doc::household_id(building, &unit_no, &door, "");
        let mut family = String::new();
        if get_row(&o.db, Kind::Household, household)?.is_some() {
            // a second family at the door
            family = head.clone().ok_or_else(|| CoreError::args("这个门已经有一户。要再记一家，请写户主姓名。").at("door"))?;
            household = doc::household_id(building, &unit_no, &door, &family);
            if get_row(&o.db, Kind::Household, household)?.is_some() {
                return Err(CoreError::args("这个门已经有这一家。").at("door"));
            }
        }
        let mut edits = vec![
            KeyEdit::put("building", building.to_string()),
            KeyEdit::put("unit_no", unit_no.clone()),
            KeyEdit::put("door", door.clone()),
            KeyEdit::put("family", family),
            KeyEdit::put("since", project::day_of(now).to_string()),
        ];
        if let Some(h) = &head {
            edits.push(KeyEdit::put("head_name", h.clone()));
        }
        edits.extend(views::edits(Kind::Household, None, &args.edit.clone().unwrap_or_default(), None)?);
        let text = plate(&tree.number(building), &unit_no, &door);
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_household", format!("新增一户 {text}"), Some(household));
            intent.record(building, household, Kind::Household, Class::Register, edits)?;
            if let Some(h) = &head {
                let person = doc::person_id(household, h, 0);
                let edits =
                    vec![KeyEdit::put("household", household.to_string()), KeyEdit::put("name", h.clone()), KeyEdit::put("relation", "02")];
                intent.record(building, person, Kind::Person, Class::Register, edits)?;
            }
            w.command(intent)?;
            Ok(household)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: out.to_string() })
}

/// `edit_household`
pub fn edit(engine: &Engine, args: EditArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Household, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let row = require(&o.db, &args.id)?;
        let tree = Tree::read(&o.db)?;
        let building = row.id("building").unwrap_or_default();
        let edits = views::edits(Kind::Household, Some(&row), &args.edit, args.seen.as_ref())?;
        let text = plate_of(&tree, &row);
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("edit_household", format!("改 {text}"), Some(row.record));
            intent.record(building, row.record, Kind::Household, Class::Register, edits)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}
