//! What a merge would come to, before anybody decides: each field with both values, what will point to the record that stays, the people of
//! two households who look like one. `seen` names what this was made from; a merge that gives it back is refused where more came since.

use super::super::units::Tree;
use super::super::views;
use super::facts::{require, side};
use super::merge::items_of;
use super::{told, verdicts};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, same};
use crate::workspace;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shared_model::Class;
use shared_model::commands::{MergeField, MergePeople, MergePoint, MergePreview, PreviewMergeArgs};
use shared_model::crdt::Value;
use shared_model::doc::pair_id;
use shared_model::records::{FieldType, Kind};
use shared_model::rules::{self, Verb};
use shared_model::same::alike::{self, PersonFacts};
use shared_model::same::plan::{Choice, Item, Stand};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was read of two records: whoever gives it back has seen all of it.
///
/// # Errors
/// Of the store.
pub fn seen_of(db: &Connection, records: [Uuid; 2]) -> Result<String> {
    let mut hash = Sha256::new();
    for record in records {
        let (ops, _) = views::ops_of(db, record)?;
        for (key, ids) in ops {
            hash.update(key.as_bytes());
            ids.iter().for_each(|id| hash.update(id.as_bytes()));
        }
    }
    Ok(hex::encode(&hash.finalize()[..12]))
}

/// The two records of a merge.
///
/// # Errors
/// `not_found`; `invalid_args` where they are one already.
pub fn both(db: &Connection, kind: &str, keep: &str, drop: &str) -> Result<(Row, Row)> {
    let (keep, drop) = (require(db, kind, keep, "keep")?, require(db, kind, drop, "drop")?);
    if keep.record == drop.record {
        return Err(CoreError::args("这两份已经是一份了。").at("drop"));
    }
    Ok((keep, drop))
}

/// `preview_merge`
pub fn preview(engine: &Engine, args: PreviewMergeArgs) -> Result<MergePreview> {
    super::refresh(engine)?;
    engine.with(|o| {
        let db = &o.db;
        let tree = Tree::read(db)?;
        let (keep, drop) = both(db, &args.kind, &args.keep, &args.drop)?;
        let alike = o.alike.as_ref();
        let reasons = alike.map(|a| a.reasons(keep.kind, keep.record, drop.record)).unwrap_or_default();
        let people = match (keep.kind, alike) {
            (Kind::Household, Some(a)) => alike_people(db, &tree, &a.people_of(keep.record), &a.people_of(drop.record))?,
            _ => Vec::new(),
        };
        let fields = items_of(db, &keep, &drop)?.iter().map(|item| field(keep.kind, item)).collect();
        let may = |role| rules::may_write(role, keep.kind, Class::Register, Verb::Edit);
        Ok(MergePreview {
            kind: args.kind.clone(),
            points: reasons.iter().map(|r| r.points).sum(),
            reasons: told(&reasons),
            fields,
            points_to: points_to(db, keep.kind, keep.record, drop.record)?,
            people,
            judged: verdicts(db)?.remove(&pair_id(keep.record, drop.record)),
            may: workspace::roles(db, &o.me)?.iter().any(|at| may(at.role)),
            seen: seen_of(db, [keep.record, drop.record])?,
            keep: side(db, &tree, &keep)?,
            drop: side(db, &tree, &drop)?,
        })
    })
}

fn field(kind: Kind, item: &Item) -> MergeField {
    let words = |value: &Value| if value.is_null() { String::new() } else { views::text_of(kind, &item.key, value) };
    let (keep, drop) = (words(&item.keep), words(&item.drop));
    let result = match (item.stand, item.default_choice()) {
        (Stand::Differs, Choice::Both) => String::new(),
        (_, Choice::Drop) => drop.clone(),
        _ => keep.clone(),
    };
    let masked = kind.field(&item.key).is_some_and(|f| f.ty == FieldType::IdNumber || f.ty.is_family());
    MergeField { label: views::label_of(kind, &item.key), key: item.key.clone(), keep, drop, result, stand: item.stand, may_edit: !masked }
}

fn alike_people(db: &Connection, tree: &Tree, keep: &[PersonFacts], drop: &[PersonFacts]) -> Result<Vec<MergePeople>> {
    let mut out = Vec::new();
    for (a, b) in alike::members(keep, drop) {
        let reasons = alike::people(&keep[a], &drop[b]);
        let (Some(a), Some(b)) = (get_row(db, Kind::Person, keep[a].record)?, get_row(db, Kind::Person, drop[b].record)?) else { continue };
        let differs = items_of(db, &a, &b)?.iter().filter(|i| i.stand == Stand::Differs).count();
        out.push(MergePeople {
            keep: side(db, tree, &a)?,
            drop: side(db, tree, &b)?,
            points: reasons.iter().map(|r| r.points).sum(),
            reasons: told(&reasons),
            differs: u32::try_from(differs).unwrap_or(u32::MAX),
        });
    }
    Ok(out)
}

/// Kinds that name a household, and a person, by a field of their own.
const NAMES_HOUSEHOLD: [Kind; 7] = [Kind::Visit, Kind::Case, Kind::Person, Kind::Response, Kind::Listing, Kind::PartyHub, Kind::HeldItem];
const NAMES_PERSON: [(Kind, &str); 5] =
    [(Kind::Case, "person"), (Kind::Response, "person"), (Kind::Listing, "person"), (Kind::PartyHub, "lead"), (Kind::HeldItem, "about")];

/// How many records name each of the two, with what went into them.
fn points_to(db: &Connection, kind: Kind, keep: Uuid, drop: Uuid) -> Result<Vec<MergePoint>> {
    let mut fields: Vec<(Kind, &str)> = match kind {
        Kind::Household => NAMES_HOUSEHOLD.iter().map(|k| (*k, "household")).collect(),
        _ => NAMES_PERSON.to_vec(),
    };
    fields.push((Kind::Attachment, "of"));
    let mut out = Vec::new();
    for (named, field) in fields {
        if named.field(field).is_none() {
            continue;
        }
        let sql = format!(
            "select count(*) from \"{}\" where \"{field}\" in (select ?1 union all select record from merged where canon = ?1) and _del is null",
            named.name()
        );
        let mut q = db.prepare_cached(&sql)?;
        let mut count = |record: Uuid| -> Result<u32> { Ok(q.query_row([record], |r| r.get(0))?) };
        push(&mut out, named, count(keep)?, count(drop)?);
    }
    // where many are named in one field
    let named = match kind {
        Kind::Household => (Kind::PartyHub, "covers"),
        _ => (Kind::Visit, "met"),
    };
    let mut q = db.prepare_cached(&format!(
        "select count(*) from \"{}\" where instr(coalesce({}, ''), ?1) > 0 and _del is null",
        named.0.name(),
        named.1
    ))?;
    let mut count = |record: Uuid| -> Result<u32> { Ok(q.query_row([record.to_string()], |r| r.get(0))?) };
    push(&mut out, named.0, count(keep)?, count(drop)?);
    Ok(out)
}

fn push(out: &mut Vec<MergePoint>, kind: Kind, keep: u32, drop: u32) {
    match out.iter_mut().find(|p| p.what == kind.name()) {
        Some(known) => (known.keep, known.drop) = (known.keep + keep, known.drop + drop),
        None if keep + drop > 0 => out.push(MergePoint { what: kind.name().into(), zh: kind.def().zh.into(), keep, drop }),
        None => {}
    }
}

/// Did a record take part in this preview's families? Used by the file: what went into it, by whom and when.
///
/// # Errors
/// Of the store.
pub fn merged_into(db: &Connection, tree: &Tree, row: &Row) -> Result<Vec<shared_model::commands::MergedIn>> {
    let mut out = Vec::new();
    let known: BTreeSet<Uuid> = same::into(db, row.record)?.into_iter().collect();
    for record in known {
        let Some(gone) = get_row(db, row.kind, record)? else { continue };
        let Some(doc) = docs::load(db, docs::current(db, record, Class::Register)?)? else { continue };
        let edge = doc.shown.winner(shared_model::same::EDGE);
        let one = side(db, tree, &gone)?;
        out.push(shared_model::commands::MergedIn {
            id: record.to_string(),
            name: one.name,
            plate: one.plate,
            by: edge.map(|op| views::who(db, &op.id.actor)).transpose()?.map(|(name, _)| name).unwrap_or_default(),
            at: edge.map_or(0, |op| op.at * 1000),
            pending: doc.pending > 0,
        });
    }
    Ok(out)
}
