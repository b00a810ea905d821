//! Contradictions and orphans: finds the rows, asks the pure rules (`shared_model::contradictions`), tells both sides with who and when, and
//! says what putting it right writes. What a person saw and left so is a judgement with what was seen; it hides the item until that changes.

use super::super::households::plate_of;
use super::super::units::Tree;
use super::super::views;
use super::marks;
use crate::error::Result;
use crate::project;
use crate::store::{Row, docs, get_row, rows};
use rusqlite::{Connection, params};
use shared_model::Class;
use shared_model::commands::{FactSide, FactView};
use shared_model::contradictions::{self, HouseholdFacts, PersonFacts, Rule};
use shared_model::crdt::{ActorId, DEL_KEY, Value, del_value};
use shared_model::doc::{DocId, hub_id};
use shared_model::records::Kind;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Something found.
#[derive(Debug, Clone)]
pub struct Fact {
    pub rule: Rule,
    pub record: Uuid,
    pub kind: Kind,
    pub household: Option<Uuid>,
    /// The newer side, ms.
    pub at: i64,
    /// What was seen; a judgement about these very facts hides the item.
    pub facts: String,
    /// The document, where a mark found it.
    class: Option<Class>,
    /// The visit that says otherwise.
    visit: Option<Uuid>,
}

impl Fact {
    fn new(rule: Rule, record: Uuid, kind: Kind, household: Option<Uuid>, at: i64, facts: String) -> Self {
        Fact { rule, record, kind, household, at, facts, class: None, visit: None }
    }
}

/// Everything that contradicts and that nobody left so.
///
/// # Errors
/// Of the store.
pub fn all(db: &Connection, now: i64) -> Result<Vec<Fact>> {
    let mut out = households(db)?;
    out.extend(people(db)?);
    out.extend(future_visits(db, now)?);
    out.extend(visited_while_deleted(db)?);
    out.extend(marked(db)?);
    out.extend(orphans(db)?);
    let left = left_so(db)?;
    out.retain(|f| left.get(&(f.record, f.rule.name().to_string())) != Some(&f.facts));
    Ok(out)
}

/// What was seen and left so: record and rule, with what was seen.
fn left_so(db: &Connection) -> Result<BTreeMap<(Uuid, String), String>> {
    let found = rows(db, Kind::Judgement, "where t._del is null and t.undone is not 1 and t.facts is not null", &[])?;
    Ok(found.iter().filter_map(|r| Some(((r.id("about")?, r.text("rule")?), r.text("facts")?))).collect())
}

/// The first moment after a day, ms. Days are Beijing days.
fn day(ms: i64) -> String {
    project::day_of(ms).to_string()
}

/// Moved out yet met later; vacant with people.
fn households(db: &Connection) -> Result<Vec<Fact>> {
    let mut out = Vec::new();
    let mut q = db.prepare_cached(
        "select h.record, h.ended, coalesce(h.vacant, 0), (select count(*) from person p where p.household = h.record and p.ended is null
            and p._del is null and p.name is not null),
           (select max(v.at) from visit v where v.household = h.record and v.outcome = 'met' and v._del is null)
         from household h where h.record in (
           select record from household where (ended is not null or _del is not null) union select record from household where vacant = 1)
         and h._del is null and h.building is not null",
    )?;
    let got = q.query_map([], |r| {
        let facts = HouseholdFacts { ended: r.get(1)?, is_vacant: r.get(2)?, living: r.get(3)?, met_on: None };
        Ok((r.get::<_, Uuid>(0)?, facts, r.get::<_, Option<i64>>(4)?))
    })?;
    for row in got {
        let (record, mut facts, met) = row?;
        facts.met_on = met.map(day);
        for rule in contradictions::of_household(&facts) {
            let seen = match rule {
                Rule::VisitedAfterEnd => format!("{} {}", facts.ended.as_deref().unwrap_or(""), met.unwrap_or(0)),
                _ => facts.living.to_string(),
            };
            out.push(Fact::new(rule, record, Kind::Household, Some(record), met.unwrap_or(0), seen));
        }
    }
    Ok(out)
}

/// Left or died, yet met later.
fn people(db: &Connection) -> Result<Vec<Fact>> {
    let mut q = db.prepare_cached(
        "select p.record, p.household, p.ended, v.at, v.record from person p join visit v on v.household = p.household
         where p.ended is not null and p._del is null and v.outcome = 'met' and v._del is null and v.met is not null
           and instr(v.met, lower(substr(hex(p.record), 1, 8) || '-' || substr(hex(p.record), 9, 4) || '-' || substr(hex(p.record), 13, 4)
             || '-' || substr(hex(p.record), 17, 4) || '-' || substr(hex(p.record), 21))) > 0
         order by v.at",
    )?;
    type Found = (Uuid, Option<Uuid>, String, i64, Uuid);
    let got = q.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?;
    let mut last: BTreeMap<Uuid, Found> = BTreeMap::new();
    for row in got {
        let row: Found = row?;
        last.insert(row.0, row);
    }
    let mut out = Vec::new();
    for (record, household, ended, at, visit) in last.into_values() {
        let facts = PersonFacts { ended: Some(ended.clone()), met_on: Some(day(at)), ..PersonFacts::default() };
        for rule in contradictions::of_person(&facts) {
            let mut fact = Fact::new(rule, record, Kind::Person, household, at, format!("{ended} {at}"));
            fact.visit = Some(visit);
            out.push(fact);
        }
    }
    Ok(out)
}

/// Visits that lie ahead. The last visit of every door is known; only doors whose last one lies ahead are looked at.
fn future_visits(db: &Connection, now: i64) -> Result<Vec<Fact>> {
    let mut q = db.prepare_cached(
        "select v.record, v.household, v.at from due d join visit v on v.household = d.household
         where d.visited_at > ?1 and v.at > ?1 and v._del is null",
    )?;
    let got = q.query_map([now], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<Uuid>>(1)?, r.get::<_, i64>(2)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (record, household, at) = row?;
        if contradictions::is_in_future(at, now) {
            let mut fact = Fact::new(Rule::VisitInFuture, record, Kind::Visit, household, at, at.to_string());
            fact.visit = Some(record);
            out.push(fact);
        }
    }
    Ok(out)
}

/// Households that were deleted where somebody was, or asked something. Nobody deletes one of which a visit is known. One that another desk
/// merged meanwhile counts too: what is deleted goes into no other file.
fn visited_while_deleted(db: &Connection) -> Result<Vec<Fact>> {
    let mut q = db.prepare_cached(
        "select h.record, (select v.record from visit v where v.household = h.record and v._del is null order by v.at desc limit 1),
           (select r.record from response r where r.household = h.record and r._del is null order by r.record limit 1)
         from household h where h.record in (select record from household where (ended is not null or _del is not null))
           and h._del is not null and h.record not in (select record from merged)",
    )?;
    let got = q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<Uuid>>(1)?, r.get::<_, Option<Uuid>>(2)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (record, visit, response) = row?;
        let Some(newest) = visit.or(response) else { continue };
        let at: Option<i64> = db.prepare_cached("select max(last_at) from doc where record = ?1")?.query_row([newest], |r| r.get(0))?;
        let mut fact = Fact::new(Rule::VisitedWhileDeleted, record, Kind::Household, Some(record), at.unwrap_or(0), newest.to_string());
        fact.visit = visit;
        out.push(fact);
    }
    Ok(out)
}

/// What whole documents say: edited after the end, edited while deleted.
fn marked(db: &Connection) -> Result<Vec<Fact>> {
    let mut q = db.prepare_cached("select record, class, rule, kind, at, facts from mark where rule <> ?1")?;
    let got = q.query_map([marks::LEFT], |r| {
        Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?, r.get::<_, String>(2)?, r.get::<_, u8>(3)?, r.get::<_, i64>(4)?, r.get(5)?))
    })?;
    let mut out: Vec<Fact> = Vec::new();
    for row in got {
        let (record, class, rule, kind, at, facts): (_, _, _, _, _, String) = row?;
        let (Some(rule), Some(kind)) = (Rule::from_name(&rule), Kind::from_u8(kind)) else { continue };
        // a record that is no noun of people's (a setting, a view) is not asked about
        if !matches!(kind, Kind::Household | Kind::Person | Kind::Visit | Kind::Place | Kind::Facility | Kind::Patrol | Kind::Listing) {
            continue;
        }
        if let Some(same) = out.iter_mut().find(|f| f.record == record && f.rule == rule) {
            same.facts = format!("{} {facts}", same.facts);
            same.at = same.at.max(at);
            continue;
        }
        let household = match kind {
            Kind::Household => Some(record),
            _ => get_row(db, kind, record)?.and_then(|r| r.id("household")),
        };
        let mut fact = Fact::new(rule, record, kind, household, at, facts);
        fact.class = Class::from_u8(class);
        out.push(fact);
    }
    Ok(out)
}

/// Records that point at what is over.
fn orphans(db: &Connection) -> Result<Vec<Fact>> {
    let gone = "select record from household where (ended is not null or _del is not null)";
    let queries = [
        (
            Rule::PersonWithoutHome,
            Kind::Person,
            format!(
                "select p.record, p.household, h.record from person p join household h on h.record = p.household
                 where p.ended is null and p._del is null and p.name is not null and h.merged_into is null and h.record in ({gone})"
            ),
        ),
        (
            Rule::HubWithoutHome,
            Kind::PartyHub,
            format!(
                "select t.record, t.household, coalesce(h.record, p.record) from party_hub t
                 left join household h on h.record = t.household and h.record in ({gone})
                 left join person p on p.record = t.lead and (p.ended is not null or p._del is not null)
                 where t._del is null and (h.record is not null or p.record is not null)"
            ),
        ),
        (
            Rule::ListingWithoutOwner,
            Kind::Listing,
            format!(
                "select t.record, t.household, coalesce(h.record, p.record) from listing t
                 left join household h on h.record = t.household and h.record in ({gone})
                 left join person p on p.record = t.person and (p.ended is not null or p._del is not null)
                 where t._del is null and coalesce(t.state, 'open') in ('open', 'matched') and (h.record is not null or p.record is not null)"
            ),
        ),
        (
            Rule::PatrolWithoutSpot,
            Kind::Patrol,
            "select t.record, null, coalesce(a.record, b.record) from patrol t
             left join place a on a.record = t.place and (a.closed = 1 or a._del is not null)
             left join facility b on b.record = t.facility and (b.closed = 1 or b._del is not null)
             where t._del is null and t.closed is not 1 and (a.record is not null or b.record is not null)"
                .to_string(),
        ),
    ];
    let mut out = Vec::new();
    for (rule, kind, sql) in queries {
        let mut q = db.prepare_cached(&sql)?;
        let got = q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<Uuid>>(1)?, r.get::<_, Uuid>(2)?)))?;
        for row in got {
            let (record, household, at) = row?;
            if rule == Rule::PersonWithoutHome && !is_orphan(db, household)? {
                continue;
            }
            let since: Option<i64> =
                db.prepare_cached("select max(last_at) from doc where record = ?1")?.query_row([at], |r| r.get::<_, Option<i64>>(0))?;
            out.push(Fact::new(rule, record, kind, household, since.unwrap_or(0), at.to_string()));
        }
    }
    Ok(out)
}

fn is_orphan(db: &Connection, household: Option<Uuid>) -> Result<bool> {
    let home = household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten();
    let facts = PersonFacts {
        home_is_gone: home.as_ref().is_some_and(|h| h.get("ended").is_some() || h.get(DEL_KEY).is_some()),
        is_followed: home.as_ref().is_some_and(|h| h.get("merged_into").is_some()),
        ..PersonFacts::default()
    };
    Ok(contradictions::of_person(&facts).contains(&Rule::PersonWithoutHome))
}

fn row(db: &Connection, f: &Fact) -> Result<Option<Row>> {
    get_row(db, f.kind, f.record)
}

/// Name of what it is about.
///
/// # Errors
/// Of the store.
pub fn name_of(db: &Connection, f: &Fact) -> Result<Option<String>> {
    let r = row(db, f)?;
    Ok(r.and_then(|r| ["name", "title", "head_name"].into_iter().find_map(|k| r.text(k))))
}

/// Who wrote the newer side.
///
/// # Errors
/// Of the store.
pub fn who(db: &Connection, f: &Fact) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for side in sides(db, f)?.into_iter().rev().take(1) {
        out.push(side.by);
    }
    Ok(out)
}

fn author(db: &Connection, record: Uuid, key: &str) -> Result<(String, i64)> {
    for id in docs::of_record(db, record)? {
        if let Some(doc) = docs::load(db, id)?
            && let Some(op) = doc.shown.winner(key)
        {
            return Ok((views::who(db, &op.id.actor)?.0, op.at * 1000));
        }
    }
    Ok((String::new(), 0))
}

fn side(db: &Connection, record: Uuid, key: &str, text: String, note: Option<String>) -> Result<FactSide> {
    let (by, at) = author(db, record, key)?;
    Ok(FactSide { text, by, at, note })
}

/// The two sides: what is over, and what says otherwise.
fn sides(db: &Connection, f: &Fact) -> Result<Vec<FactSide>> {
    let Some(r) = row(db, f)? else { return Ok(Vec::new()) };
    let ended = |r: &Row| {
        let reason = r.text("end_reason").unwrap_or_default();
        format!("{} {}", r.text("ended").unwrap_or_default(), if reason.is_empty() { "迁走".to_string() } else { reason })
    };
    let mut out = Vec::new();
    match f.rule {
        Rule::MetAfterEnd | Rule::VisitedAfterEnd => {
            out.push(side(db, f.record, "ended", ended(&r), None)?);
            out.extend(visit_side(db, f)?);
        }
        Rule::VacantWithPeople => {
            out.push(side(db, f.record, "vacant", "空户".into(), None)?);
            let people = rows(db, Kind::Person, "where t.household = ?1 and t._del is null and t.ended is null", &[&f.record])?;
            for p in people.iter().filter(|p| p.get("name").is_some()).take(3) {
                out.push(side(db, p.record, "name", p.text("name").unwrap_or_default(), None)?);
            }
        }
        Rule::VisitInFuture => out.extend(visit_side(db, f)?),
        Rule::VisitedWhileDeleted => {
            out.push(side(db, f.record, DEL_KEY, "删除".into(), r.text("head_name"))?);
            match f.visit {
                Some(_) => out.extend(visit_side(db, f)?),
                None => out.push(side(db, Uuid::parse_str(&f.facts).unwrap_or_default(), "form", "答卷".into(), None)?),
            }
        }
        Rule::EditedAfterEnd | Rule::EditedWhileDeleted => {
            let (key, text) = if f.rule == Rule::EditedAfterEnd { ("ended", ended(&r)) } else { (DEL_KEY, "删除".into()) };
            out.push(side(db, f.record, key, text, None)?);
            out.extend(written(db, f)?);
        }
        Rule::PersonWithoutHome | Rule::HubWithoutHome | Rule::ListingWithoutOwner | Rule::PatrolWithoutSpot => {
            let at = Uuid::parse_str(&f.facts).unwrap_or_default();
            for kind in [Kind::Household, Kind::Person, Kind::Place, Kind::Facility] {
                let Some(owner) = get_row(db, kind, at)? else { continue };
                let key = ["ended", "closed", DEL_KEY].into_iter().find(|k| owner.get(k).is_some()).unwrap_or("ended");
                let text = match key {
                    "ended" => ended(&owner),
                    "closed" => "已停用".into(),
                    _ => "已删除".into(),
                };
                let name = owner.text("name").or_else(|| owner.text("head_name"));
                out.push(side(db, at, key, text, name)?);
            }
            let first = ["name", "title", "household", "state"].into_iter().find(|k| r.get(k).is_some()).unwrap_or("name");
            let text = r.text("name").or_else(|| r.text("title")).unwrap_or_default();
            out.push(side(db, f.record, first, text, None)?);
        }
    }
    Ok(out)
}

fn visit_side(db: &Connection, f: &Fact) -> Result<Option<FactSide>> {
    let visit = match f.visit {
        Some(v) => get_row(db, Kind::Visit, v)?,
        None => rows(
            db,
            Kind::Visit,
            "where t.household = ?1 and t.outcome = 'met' and t._del is null order by t.at desc limit 1",
            &[&f.record],
        )?
        .pop(),
    };
    let Some(v) = visit else { return Ok(None) };
    let outcome = views::coded_field(&v, "outcome").map(|c| c.label).unwrap_or_default();
    let on = day(v.int("at").unwrap_or(0));
    let mut told = side(db, v.record, "at", format!("{on} 走访：{outcome}"), v.text("note"))?;
    if f.rule == Rule::VisitInFuture {
        told.note = told.note.or_else(|| Some(format!("写于 {}", day(told.at))));
    }
    Ok(Some(told))
}

/// What was written to a record that had ended.
fn written(db: &Connection, f: &Fact) -> Result<Vec<FactSide>> {
    let mut q = db.prepare_cached("select class, actor, at, facts from mark where record = ?1 and rule = ?2 order by at")?;
    let got = q.query_map(params![f.record, f.rule.name()], |r| {
        Ok((r.get::<_, u8>(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, i64>(2)?, r.get::<_, String>(3)?))
    })?;
    let mut out = Vec::new();
    for row in got {
        let (class, actor, at, op) = row?;
        let Some(class) = Class::from_u8(class) else { continue };
        let Some(doc) = docs::load(db, docs::current(db, f.record, class)?)? else { continue };
        let said = doc.shown.live.iter().find_map(|(key, ops)| Some((key, ops.iter().find(|o| o.id.to_string() == op)?)));
        let text = match said {
            Some((key, o)) => format!("{}：{}", views::label_of(doc.kind, key), views::words_of(db, doc.kind, key, &o.value)?),
            None => String::new(),
        };
        let by = match actor.try_into() {
            Ok(actor) => views::who(db, &ActorId(actor))?.0,
            Err(_) => String::new(),
        };
        out.push(FactSide { text, by, at, note: None });
    }
    Ok(out)
}

/// A contradiction as it is shown.
///
/// # Errors
/// Of the store.
pub fn view(db: &Connection, tree: &Tree, f: &Fact) -> Result<FactView> {
    let mut sides = sides(db, f)?;
    if f.rule == Rule::PersonWithoutHome
        && let (Some(first), Some(home)) = (sides.first_mut(), f.household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten())
    {
        first.note = Some(plate_of(tree, &home));
    }
    Ok(FactView {
        rule: super::code(f.rule.name(), f.rule.zh(), f.rule.en()),
        sides,
        fix: super::code(f.rule.name(), f.rule.fix_zh(), f.rule.fix_en()),
    })
}

/// One document with what putting it right writes there.
pub type FixWrite = (Uuid, DocId, Kind, Vec<(String, Value)>);

/// What putting it right writes.
///
/// # Errors
/// Of the store.
pub fn fix(db: &Connection, f: &Fact) -> Result<Vec<FixWrite>> {
    let put = |key: &str, value: Value| (key.to_string(), value);
    let edits: Vec<(String, Value)> = match f.rule {
        Rule::MetAfterEnd | Rule::EditedAfterEnd => {
            vec![put("ended", Value::Null), put("end_reason", Value::Null), put("moved_to", Value::Null)]
        }
        Rule::VisitedAfterEnd => vec![put("ended", Value::Null), put("moved_to", Value::Null), put("vacant", Value::Null)],
        Rule::VacantWithPeople => vec![put("vacant", Value::Bool(false))],
        Rule::PersonWithoutHome => {
            let home = f.household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten();
            let on = home.and_then(|h| h.text("ended")).unwrap_or_else(|| day(f.at));
            vec![put("ended", on.into()), put("end_reason", "随户迁出".into())]
        }
        Rule::ListingWithoutOwner => vec![put("state", "dropped".into())],
        Rule::PatrolWithoutSpot => vec![put("closed", Value::Bool(true))],
        Rule::VisitInFuture | Rule::HubWithoutHome | Rule::EditedWhileDeleted | Rule::VisitedWhileDeleted => Vec::new(),
    };
    let mut out = Vec::new();
    let mut ids = docs::of_record(db, f.record)?;
    if f.rule == Rule::VisitedWhileDeleted {
        // whoever went with the household comes back with it
        for person in rows(db, Kind::Person, "where t.household = ?1 and t._del is not null", &[&f.record])? {
            ids.extend(docs::of_record(db, person.record)?);
        }
        ids.extend(docs::of_record(db, hub_id(f.record))?);
    }
    for id in ids {
        let Some(doc) = docs::load(db, id)? else { continue };
        let mut here: Vec<(String, Value)> = edits
            .iter()
            .filter(|(key, value)| {
                let field = doc.kind.field(key);
                let holds = field.is_some_and(|field| match field.class {
                    shared_model::records::FieldClass::Fixed(class) => class == id.class,
                    _ => doc.shown.live.contains_key(key),
                });
                holds && (!value.is_null() || doc.shown.value(key).is_some_and(|v| !v.is_null()))
            })
            .cloned()
            .collect();
        match f.rule {
            Rule::EditedWhileDeleted | Rule::VisitedWhileDeleted if doc.shown.value(DEL_KEY).is_some_and(|v| !v.is_null()) => {
                here.push(put(DEL_KEY, Value::Null))
            }
            Rule::VisitInFuture | Rule::HubWithoutHome => here.push(put(DEL_KEY, del_value(&doc.shown).into())),
            _ => {}
        }
        if !here.is_empty() {
            out.push((doc.unit, id, doc.kind, here));
        }
    }
    Ok(out)
}
