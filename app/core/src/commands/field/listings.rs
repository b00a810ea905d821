//! Needs and wishes said at a door, resources and services that are there. A need or a wish is of a resident and is kept in the register class,
//! where a building head never reads it; a resource or a service is open.

use super::super::cases;
use super::super::households::{plate_of, require as require_household};
use super::super::units::Tree;
use super::super::views::{self, coded, coded_field, id};
use super::super::visits::new_id;
use super::spots::home;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::same::OF_HOUSEHOLD;
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes;
use shared_model::commands::{AddListingArgs, Added, EditArgs, Edited, ListListingsArgs, ListingItem, ListingList, SettleListingArgs};
use shared_model::crdt::Value;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use uuid::Uuid;

/// Characters of a title.
const TITLE_CHARS: usize = 40;

/// The first line or sentence of some words, not too long.
pub fn title_of(words: &str) -> String {
    let first = words.trim().split(['\n', '。', '！', '？']).map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    first.chars().take(TITLE_CHARS).collect()
}

/// `add_listing`
pub fn add(engine: &Engine, args: AddListingArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Listing, Verb::Make))?;
    let kinds = codes::table("listing_kind").ok_or_else(|| CoreError::args("没有需求的类别表。"))?;
    let kind = kinds.resolve(&args.kind).ok_or_else(|| CoreError::args("类别是需求、心愿、资源或服务。").at("kind"))?.code;
    let words = args.words.trim().to_string();
    if words.is_empty() {
        return Err(CoreError::args("要写一句是什么。").at("words"));
    }
    let now = engine.now_ms();
    let listing = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let household = args.household.as_deref().map(|h| require_household(&o.db, h)).transpose()?;
        let building = match (&household, &args.building) {
            (Some(h), _) => h.id("building"),
            (None, Some(b)) => Some(tree.find(b).map_err(|e| e.at("building"))?.record),
            (None, None) => None,
        };
        let unit = building
            .or_else(|| cases::area(&o.db, &o.me, &tree))
            .ok_or_else(|| CoreError::args("要写是哪一户或哪栋楼的。").at("household"))?;
        let mut edits = vec![
            KeyEdit::put("kind", kind),
            KeyEdit::put("title", title_of(&words)),
            KeyEdit::put("words", words.clone()),
            KeyEdit::put("at", now),
            KeyEdit::put("state", "open"),
        ];
        edits.extend(building.map(|b| KeyEdit::put("building", b.to_string())));
        edits.extend(household.as_ref().map(|h| KeyEdit::put("household", h.record.to_string())));
        for (key, given, of, what) in [("person", &args.person, Kind::Person, "这个人"), ("visit", &args.visit, Kind::Visit, "这次走访")]
        {
            if let Some(text) = given.as_deref().filter(|t| !t.trim().is_empty()) {
                let record = id(text, what)?;
                get_row(&o.db, of, record)?.filter(|r| r.get("_del").is_none()).ok_or_else(|| CoreError::not_found(what).at(key))?;
                edits.push(KeyEdit::put(key, record.to_string()));
            }
        }
        let label = kinds.label(kind).unwrap_or(kind);
        let text = match &household {
            Some(h) => format!("记{label} {}", plate_of(&tree, h)),
            None => format!("记{label}"),
        };
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_listing", text, household.as_ref().map(|h| h.record));
            intent.record(unit, listing, Kind::Listing, class_of(kind), edits)?;
            if let Some(h) = &household {
                w.touch(h.record, Kind::Household);
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: listing.to_string() })
}

/// What residents need is not for everybody; what there is, is.
fn class_of(kind: &str) -> Class {
    if matches!(kind, "resource" | "service") { Class::Open } else { Class::Register }
}

fn require(db: &Connection, text: &str) -> Result<Row> {
    get_row(db, Kind::Listing, id(text, "这一条")?)?
        .filter(|r| r.get("_del").is_none() && r.get("kind").is_some())
        .ok_or_else(|| CoreError::not_found("这一条").at("id"))
}

/// `edit_listing`
pub fn edit(engine: &Engine, args: EditArgs) -> Result<Edited> {
    write(engine, "edit_listing", &args.id, |row| views::edits(Kind::Listing, Some(row), &args.edit, args.seen.as_ref()))
}

/// `settle_listing`
pub fn settle(engine: &Engine, args: SettleListingArgs) -> Result<Edited> {
    let states = codes::table("listing_state").ok_or_else(|| CoreError::args("没有进行到哪里的表。"))?;
    let state = states.resolve(&args.state).ok_or_else(|| CoreError::args("进行到：待办、有人接、已办到、不办了。").at("state"))?.code;
    write(engine, "settle_listing", &args.id, |_| {
        let mut edits = vec![KeyEdit::put("state", state)];
        if let Some(outcome) = args.outcome.as_deref() {
            let outcome = outcome.trim();
            edits.push(KeyEdit::put("outcome", if outcome.is_empty() { Value::Null } else { Value::Str(outcome.into()) }));
        }
        Ok(edits)
    })
}

fn write(engine: &Engine, command: &'static str, listing: &str, edits: impl FnOnce(&Row) -> Result<Vec<KeyEdit>>) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Listing, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let row = require(w.tx, listing)?;
            let (unit, household) = (home(w.tx, row.record)?, row.id("household"));
            let own = docs::of_record(w.tx, row.record)?.iter().map(|d| d.class).min().unwrap_or(Class::Register);
            let label = row.text("kind").and_then(|k| codes::table("listing_kind")?.label(&k)).unwrap_or("需求");
            let mut intent = Intent::new(command, format!("改{label}"), household);
            intent.record(unit, row.record, Kind::Listing, own, edits(&row)?)?;
            if let Some(h) = household {
                w.touch(h, Kind::Household);
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

fn item(db: &Connection, tree: &Tree, row: &Row) -> Result<ListingItem> {
    let at = row.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten();
    let person = row.id("person").map(|p| get_row(db, Kind::Person, p)).transpose()?.flatten();
    let (mut by, mut pending) = (String::new(), false);
    for d in docs::of_record(db, row.record)? {
        if let Some(doc) = docs::load(db, d)? {
            pending |= doc.pending > 0;
            if doc.shown.winner("kind").is_some() {
                by = views::author_of(db, &doc.shown, "at")?;
            }
        }
    }
    let state = row.text("state").unwrap_or_else(|| "open".into());
    Ok(ListingItem {
        id: row.record.to_string(),
        kind: coded_field(row, "kind").unwrap_or_else(|| coded("listing_kind", "need")),
        title: row.text("title").unwrap_or_default(),
        words: row.text("words"),
        household: row.text("household"),
        plate: at.map(|h| plate_of(tree, &h)),
        building: row.text("building"),
        person: row.text("person"),
        person_name: person.and_then(|p| p.text("name")),
        is_settled: matches!(state.as_str(), "done" | "dropped"),
        state: coded("listing_state", &state),
        outcome: row.text("outcome"),
        at: row.int("at").unwrap_or(0),
        by,
        pending,
    })
}

/// Needs and wishes of a household, open ones first.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, tree: &Tree, household: Uuid) -> Result<Vec<ListingItem>> {
    let all = rows(db, Kind::Listing, &format!("where {OF_HOUSEHOLD} and t._del is null and t.kind is not null"), &[&household])?;
    let mut items = all.iter().map(|r| item(db, tree, r)).collect::<Result<Vec<_>>>()?;
    items.sort_by_key(|i| (i.is_settled, -i.at));
    Ok(items)
}

/// `list_listings`
pub fn list(engine: &Engine, args: ListListingsArgs) -> Result<ListingList> {
    let kind = args.kind.as_deref().filter(|k| !k.is_empty());
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let beneath = match &args.unit {
            Some(u) => Some(tree.beneath(tree.find(u)?.record)),
            None => None,
        };
        let mut items = Vec::new();
        for row in rows(&o.db, Kind::Listing, "where t._del is null and t.kind is not null", &[])? {
            let fits = kind.is_none_or(|k| row.text("kind").as_deref() == Some(k))
                && args.household.as_ref().is_none_or(|h| row.text("household").as_ref() == Some(h))
                && match &beneath {
                    Some(b) => b.contains(&home(&o.db, row.record)?),
                    None => true,
                };
            if fits {
                let item = item(&o.db, &tree, &row)?;
                if args.open != Some(true) || !item.is_settled {
                    items.push(item);
                }
            }
        }
        items.sort_by_key(|i| (i.is_settled, -i.at));
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Ok(ListingList { items: views::page(items, args.limit, args.offset), total })
    })
}
