//! Party-member hub families: a household whose party member keeps in touch with the doors around it. One record a hub, with an id made from
//! its household, so that two people who make the same hub apart write one record; each door covered is a key of its own.

use super::super::households::{plate_of, require as require_household, walking};
use super::super::units::Tree;
use super::super::views::id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::same::{self, OF_HOUSEHOLD};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{Added, DoorRef, Edited, HubItem, HubList, IdArgs, NoArgs, SetHubArgs};
use shared_model::crdt::{Value, del_value};
use shared_model::doc::hub_id;
use shared_model::limits::HUB_COVERS_MAX;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// `list_hubs`
pub fn list(engine: &Engine, _: NoArgs) -> Result<HubList> {
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let places = places(&o.db)?;
        let mut items = Vec::new();
        for hub in rows(&o.db, Kind::PartyHub, "where t._del is null and t.household is not null", &[])? {
            items.extend(item(&o.db, &tree, &hub, &places)?);
        }
        items.sort_by_key(|h| Uuid::parse_str(&h.household).ok().and_then(|h| places.get(&h)).copied().unwrap_or(usize::MAX));
        Ok(HubList { items })
    })
}

/// The hub that a household is.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, tree: &Tree, household: Uuid) -> Result<Option<HubItem>> {
    let Some(hub) =
        rows(db, Kind::PartyHub, &format!("where t._del is null and {OF_HOUSEHOLD} order by t.record"), &[&household])?.into_iter().next()
    else {
        return Ok(None);
    };
    item(db, tree, &hub, &places(db)?)
}

/// Household → its place in walking order.
fn places(db: &Connection) -> Result<HashMap<Uuid, usize>> {
    Ok(walking(db, None)?.into_iter().enumerate().map(|(n, row)| (row.record, n)).collect())
}

fn item(db: &Connection, tree: &Tree, hub: &Row, places: &HashMap<Uuid, usize>) -> Result<Option<HubItem>> {
    let Some(household) = hub.id("household") else { return Ok(None) };
    let Some(home) = get_row(db, Kind::Household, household)?.filter(|r| r.get("_del").is_none()) else { return Ok(None) };
    let lead = hub.id("lead").map(|p| get_row(db, Kind::Person, p)).transpose()?.flatten().filter(|p| p.get("_del").is_none());
    let mut covers: Vec<(usize, DoorRef)> = Vec::new();
    let mut elsewhere = 0;
    for covered in hub.names("covers").iter().filter_map(|c| Uuid::parse_str(c).ok()) {
        match get_row(db, Kind::Household, covered)?.filter(|r| r.get("_del").is_none() && r.get("door").is_some()) {
            Some(row) => covers.push((
                places.get(&covered).copied().unwrap_or(usize::MAX),
                DoorRef { household: covered.to_string(), plate: plate_of(tree, &row), head_name: row.text("head_name") },
            )),
            None => elsewhere += 1,
        }
    }
    covers.sort_by_key(|(place, door)| (*place, door.household.clone()));
    let pending = docs::load(db, docs::current(db, hub.record, Class::Register)?)?.is_some_and(|d| d.pending > 0);
    Ok(Some(HubItem {
        id: hub.record.to_string(),
        household: household.to_string(),
        plate: plate_of(tree, &home),
        name: hub.text("name").or_else(|| home.text("head_name")).unwrap_or_default(),
        lead: lead.as_ref().map(|p| p.record.to_string()),
        lead_name: lead.as_ref().and_then(|p| p.text("name")),
        lead_phone: lead.as_ref().and_then(|p| p.text("phone")),
        covers: covers.into_iter().map(|(_, door)| door).collect(),
        elsewhere,
        pending,
    }))
}

/// `set_hub`: makes it where it is not there.
pub fn set(engine: &Engine, args: SetHubArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::PartyHub, Verb::Make))?;
    let now = engine.now_ms();
    let (hub, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let home = require_household(w.tx, &args.household)?;
            let unit = home.id("building").unwrap_or_default();
            let there = get_row(w.tx, Kind::PartyHub, hub_id(home.record))?;
            let mut edits = Vec::new();
            match &there {
                None => edits.push(KeyEdit::put("household", home.record.to_string())),
                Some(row) if row.get("_del").is_some() => edits.push(KeyEdit::put("_del", Value::Null)),
                Some(_) => {}
            }
            if let Some(name) = &args.name {
                let name = name.trim();
                edits.push(KeyEdit::put("name", if name.is_empty() { Value::Null } else { Value::Str(name.into()) }));
            }
            if let Some(lead) = &args.lead {
                let lead = match lead.trim() {
                    "" => Value::Null,
                    text => {
                        let person = id(text, "这个人")?;
                        let row = get_row(w.tx, Kind::Person, person)?.filter(|p| p.get("_del").is_none());
                        let lives = row.is_some_and(|p| p.id("household") == Some(home.record) && p.get("ended").is_none());
                        if !lives {
                            return Err(CoreError::not_found("住在这一户的这个人").at("lead"));
                        }
                        Value::Str(person.to_string())
                    }
                };
                edits.push(KeyEdit::put("lead", lead));
            }
            if let Some(covers) = &args.covers {
                edits.extend(cover_edits(w.tx, home.record, there.as_ref(), covers)?);
            }
            let mut intent = Intent::new("set_hub", format!("党员中心户 {}", plate_of(&tree, &home)), Some(home.record));
            intent.record(unit, hub_id(home.record), Kind::PartyHub, Class::Register, edits)?;
            if !home.flag("hub") {
                intent.record(unit, home.record, Kind::Household, Class::Register, vec![KeyEdit::put("hub", true)])?;
            }
            w.touch(home.record, Kind::Household);
            w.command(intent)?;
            Ok(hub_id(home.record))
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: hub.to_string() })
}

/// What makes the doors covered these and no others; a door that is not held here stays as it is.
fn cover_edits(db: &Connection, own: Uuid, there: Option<&Row>, covers: &[String]) -> Result<Vec<KeyEdit>> {
    if covers.len() > HUB_COVERS_MAX {
        return Err(CoreError::args(format!("一个中心户最多联系 {HUB_COVERS_MAX} 户。")).at("covers"));
    }
    let mut want = BTreeSet::new();
    for text in covers {
        let household = require_household(db, text).map_err(|e| e.at("covers"))?.record;
        if household == own {
            return Err(CoreError::args("中心户不用联系自己。").at("covers"));
        }
        want.insert(household.to_string());
    }
    let have: BTreeSet<String> = there.map(|row| row.names("covers")).unwrap_or_default().into_iter().collect();
    let mut edits: Vec<KeyEdit> = want.difference(&have).map(|h| KeyEdit::put(&format!("covers/{h}"), true)).collect();
    for gone in have.difference(&want) {
        let is_held = Uuid::parse_str(gone).ok().map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten().is_some();
        if is_held {
            edits.push(KeyEdit::put(&format!("covers/{gone}"), false));
            // it may stand there under a file that went into this one
            let merged = Uuid::parse_str(gone).map(|h| same::into(db, h)).unwrap_or_else(|_| Ok(Vec::new()))?;
            edits.extend(merged.into_iter().map(|h| KeyEdit::put(&format!("covers/{h}"), false)));
        }
    }
    Ok(edits)
}

/// `end_hub`
pub fn end(engine: &Engine, args: IdArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::PartyHub, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let hub = id(&args.id, "这个中心户")?;
            let row = get_row(w.tx, Kind::PartyHub, hub)?
                .filter(|r| r.get("_del").is_none())
                .ok_or_else(|| CoreError::not_found("这个中心户").at("id"))?;
            let home = row.id("household").map(|h| get_row(w.tx, Kind::Household, h)).transpose()?.flatten();
            let text = home.as_ref().map(|h| plate_of(&tree, h)).unwrap_or_default();
            let mut intent = Intent::new("end_hub", format!("不再是党员中心户 {text}"), home.as_ref().map(|h| h.record));
            for d in docs::of_record(w.tx, hub)? {
                if let Some(doc) = docs::load(w.tx, d)? {
                    intent.write(doc.unit, doc.id, Kind::PartyHub, vec![KeyEdit::put("_del", del_value(&doc.shown))]);
                }
            }
            if let Some(home) = home.filter(|h| h.flag("hub")) {
                let unit = home.id("building").unwrap_or_default();
                intent.record(unit, home.record, Kind::Household, Class::Register, vec![KeyEdit::put("hub", false)])?;
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}
