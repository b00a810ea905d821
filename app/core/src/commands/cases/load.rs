//! A case with its steps, folded in its own workflow.

use super::super::views::{self, id};
use super::super::{settings, sharing};
use super::view::Viewing;
use crate::error::{CoreError, Result};
use crate::store::same::OF_HOUSEHOLD;
use crate::store::{Doc, Row, docs, get_row, rows};
use crate::workspace::Identity;
use rusqlite::{Connection, OptionalExtension};
use shared_model::Class;
use shared_model::cases::{FieldKind, Folded, Library, Phase, Step, Workflow, fold};
use shared_model::commands::{CaseItem, SharedWith};
use shared_model::records::Kind;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A case with its steps, folded.
pub struct Loaded {
    pub row: Row,
    pub class: Class,
    pub unit: Uuid,
    /// To whom it is shown beside its own units.
    pub shared: Vec<SharedWith>,
    /// It is here only because somebody shares it.
    pub by_share: bool,
    pub workflow: Arc<Workflow>,
    pub(super) first_at: Option<i64>,
    pub(super) pending: bool,
    pub(super) mine: bool,
    pub(super) by: String,
    pub(super) steps: Vec<FoundStep>,
    pub(super) folded: Folded,
    /// Merges that do not count, because the other case was merged into this one apart.
    pub(super) set_aside: Vec<Uuid>,
}

/// A step as it is held here.
#[derive(Clone)]
pub(super) struct FoundStep {
    pub row: Row,
    pub received_at: Option<i64>,
    pub pending: bool,
    pub mine: bool,
}

impl FoundStep {
    pub fn transition(&self) -> String {
        self.row.text("transition").unwrap_or_default()
    }
}

impl Loaded {
    /// Its matter, as the lists of what waits call it.
    pub fn title(&self, db: &Connection) -> Result<String> {
        super::super::matters::name_of(db, &self.row.text("matter").unwrap_or_default())
    }

    /// A step of it.
    pub(super) fn step(&self, id: &Uuid) -> Option<&FoundStep> {
        self.steps.iter().find(|s| s.row.record == *id)
    }

    /// Its steps that count, in order.
    pub(super) fn counted(&self) -> impl DoubleEndedIterator<Item = &FoundStep> {
        self.folded.order.iter().filter(|id| !self.folded.clashes.contains(id)).filter_map(|id| self.step(id))
    }

    pub(super) fn is_over(&self) -> bool {
        self.workflow.is_over(&self.folded.stand.state)
    }

    /// The case that it was merged into.
    pub(super) fn merged_into(&self) -> Option<Uuid> {
        merge_target(&self.workflow, &self.steps, &self.folded)
    }
}

/// The case into which the steps of another one merged it.
fn merge_target(workflow: &Workflow, steps: &[FoundStep], folded: &Folded) -> Option<Uuid> {
    if workflow.state(&folded.stand.state).is_none_or(|s| s.phase != Phase::Aside) {
        return None;
    }
    let counted = folded.order.iter().rev().filter(|id| !folded.clashes.contains(id));
    let mut latest = counted.filter_map(|id| steps.iter().find(|s| s.row.record == *id));
    named_case(workflow, latest.find(|s| workflow.transition(&s.transition()).is_some_and(|t| t.to.is_some()))?)
}

/// The case that a step names.
fn named_case(workflow: &Workflow, step: &FoundStep) -> Option<Uuid> {
    let t = workflow.transition(&step.transition())?;
    let field = t.fields.iter().find(|f| f.kind == FieldKind::Case)?;
    Uuid::parse_str(step.row.texts("data").get(&field.name)?).ok()
}

/// Steps of every case, or of one.
fn steps_of(db: &Connection, case: Option<Uuid>) -> Result<HashMap<Uuid, Vec<FoundStep>>> {
    let found = match case {
        Some(c) => rows(db, Kind::CaseStep, "where t.\"case\" = ?1 and t._del is null", &[&c])?,
        None => rows(db, Kind::CaseStep, "where t._del is null", &[])?,
    };
    // each by its own key: the table of documents is most of the file, and is not read for them
    let mut told =
        db.prepare_cached("select first_at, pending > 0, mine from doc where record = ?1 order by class desc, generation desc limit 1")?;
    let mut out: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in found {
        let Some(c) = row.id("case") else { continue };
        let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get(2)?));
        let (received_at, pending, mine) = told.query_row([row.record], read).optional()?.unwrap_or_default();
        out.entry(c).or_default().push(FoundStep { row, received_at, pending, mine });
    }
    Ok(out)
}

pub(super) fn as_steps(steps: &[FoundStep]) -> Vec<Step> {
    steps
        .iter()
        .map(|s| Step {
            id: s.row.record,
            transition: s.transition(),
            after: s.row.names("after").iter().filter_map(|a| Uuid::parse_str(a).ok()).collect(),
            received_at: s.received_at,
            device_seq: u64::try_from(s.row.int("at").unwrap_or(0)).unwrap_or(0),
            by: None,
        })
        .collect()
}

/// The document that holds the matter: its class is the case's own.
fn main_doc(db: &Connection, case: Uuid) -> Result<Option<Doc>> {
    for d in docs::of_record(db, case)? {
        if let Some(doc) = docs::load(db, d)?
            && doc.shown.value("matter").is_some()
        {
            return Ok(Some(doc));
        }
    }
    Ok(None)
}

fn workflow_of(library: &Library, row: &Row) -> Arc<Workflow> {
    library.find_or_unknown(&row.text("workflow").unwrap_or_default())
}

fn load_with(db: &Connection, library: &Library, row: Row, steps: Vec<FoundStep>) -> Result<Option<Loaded>> {
    let Some(doc) = main_doc(db, row.record)? else { return Ok(None) };
    let workflow = workflow_of(library, &row);
    let folded = fold(&workflow, &as_steps(&steps));
    let mut c = Loaded {
        class: doc.id.class,
        unit: doc.unit,
        shared: sharing::shown_to(&doc),
        by_share: docs::is_only_shared(db, doc.id)?,
        first_at: doc.first_at,
        pending: doc.pending > 0 || steps.iter().any(|s| s.pending),
        mine: doc.mine,
        by: views::author_of(db, &doc.shown, "matter")?,
        row,
        steps,
        folded,
        workflow,
        set_aside: Vec::new(),
    };
    break_ring(db, library, &mut c)?;
    Ok(Some(c))
}

/// How many merges are followed.
const MERGES_MAX: usize = 20;

/// Two offices merged A into B and B into A apart: both would be set aside and nobody would act. Everywhere, the one with the smallest id
/// stays open, and its merge is marked.
fn break_ring(db: &Connection, library: &Library, c: &mut Loaded) -> Result<()> {
    let me = c.row.record;
    let (mut at, mut smallest) = (c.merged_into(), me);
    for _ in 0..MERGES_MAX {
        match at {
            None => return Ok(()),
            Some(next) if next == me => break,
            Some(next) => {
                smallest = smallest.min(next);
                at = merged_plainly(db, library, next)?;
            }
        }
    }
    if at != Some(me) || smallest != me {
        return Ok(());
    }
    let into: Vec<Uuid> = c.steps.iter().filter(|s| named_case(&c.workflow, s).is_some()).map(|s| s.row.record).collect();
    let others: Vec<Step> = as_steps(&c.steps).into_iter().filter(|s| !into.contains(&s.id)).collect();
    let alone = fold(&c.workflow, &others);
    c.folded.stand = alone.stand;
    c.folded.clashes = alone.clashes;
    c.folded.clashes.extend(&into);
    c.set_aside = into;
    Ok(())
}

/// Where a case was merged into, by its own steps alone.
fn merged_plainly(db: &Connection, library: &Library, case: Uuid) -> Result<Option<Uuid>> {
    let Some(row) = get_row(db, Kind::Case, case)? else { return Ok(None) };
    let workflow = workflow_of(library, &row);
    let steps = steps_of(db, Some(case))?.remove(&case).unwrap_or_default();
    let folded = fold(&workflow, &as_steps(&steps));
    Ok(merge_target(&workflow, &steps, &folded))
}

/// A case by its id.
///
/// # Errors
/// `not_found`.
pub fn load(db: &Connection, text: &str) -> Result<Loaded> {
    let case = id(text, "这件事")?;
    let row =
        get_row(db, Kind::Case, case)?.filter(|r| r.get("matter").is_some()).ok_or_else(|| CoreError::not_found("这件事").at("id"))?;
    let steps = steps_of(db, Some(case))?.remove(&case).unwrap_or_default();
    load_with(db, &settings::library(db)?, row, steps)?.ok_or_else(|| CoreError::not_found("这件事").at("id"))
}

/// Every case held here.
pub(super) fn all(db: &Connection) -> Result<Vec<Loaded>> {
    some(db, rows(db, Kind::Case, "where t._del is null and t.matter is not null", &[])?)
}

fn some(db: &Connection, rows: Vec<Row>) -> Result<Vec<Loaded>> {
    let library = settings::library(db)?;
    let mut steps = if rows.len() == 1 { steps_of(db, Some(rows[0].record))? } else { steps_of(db, None)? };
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let own = steps.remove(&row.record).unwrap_or_default();
        out.extend(load_with(db, &library, row, own)?);
    }
    Ok(out)
}

/// Cases bound to this one by a field.
pub(super) fn bound(db: &Connection, key: &str, case: Uuid) -> Result<Vec<Loaded>> {
    let filter = format!("where t.\"{key}\" = ?1 and t._del is null and t.matter is not null");
    some(db, rows(db, Kind::Case, &filter, &[&case])?)
}

/// Cases of a household.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, me: &Identity, household: Uuid, now: i64) -> Result<Vec<CaseItem>> {
    let found =
        some(db, rows(db, Kind::Case, &format!("where {OF_HOUSEHOLD} and t._del is null and t.matter is not null"), &[&household])?)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let viewing = Viewing::new(db, me, now)?;
    let mut out = found.iter().map(|c| viewing.item(c)).collect::<Result<Vec<_>>>()?;
    out.sort_by_key(|i| (i.is_closed, -i.opened_at));
    Ok(out)
}

/// These cases, as far as they are held here: open ones first, newest first.
///
/// # Errors
/// Of the store.
pub fn of_ids(db: &Connection, me: &Identity, ids: &[Uuid], now: i64) -> Result<Vec<CaseItem>> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(get_row(db, Kind::Case, *id)?.filter(|r| r.get("_del").is_none() && r.get("matter").is_some()));
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let viewing = Viewing::new(db, me, now)?;
    let mut out = some(db, found)?.iter().map(|c| viewing.item(c)).collect::<Result<Vec<_>>>()?;
    out.sort_by_key(|i| (i.is_closed, -i.opened_at));
    Ok(out)
}

/// A case as a list tells it, with what only this device's own sheets ask.
pub struct Listed {
    pub item: CaseItem,
    /// When it was over, ms.
    pub over: Option<i64>,
    /// What it runs in.
    pub workflow: Arc<Workflow>,
}

/// Every case held here.
///
/// # Errors
/// Of the store.
pub fn items(db: &Connection, me: &Identity, now: i64) -> Result<Vec<Listed>> {
    let viewing = Viewing::new(db, me, now)?;
    let tell = |c: &Loaded| {
        let last = || c.counted().rev().find(|s| c.workflow.transition(&s.transition()).is_some_and(|t| t.to.is_some()));
        let over = c.is_over().then(last).flatten().and_then(|s| s.received_at.or(s.row.int("at")));
        Ok(Listed { item: viewing.item(c)?, over, workflow: Arc::clone(&c.workflow) })
    };
    all(db)?.iter().map(tell).collect()
}

/// Cases with steps that do not fit and that nobody has looked at. Only where two steps stand on the same ground, or a case was merged, can
/// that be: those few are folded.
///
/// # Errors
/// Of the store.
pub fn clashing(db: &Connection, me: &Identity, now: i64) -> Result<Vec<CaseItem>> {
    let found: Vec<Uuid> = {
        let mut q = db.prepare_cached(
            "select \"case\" from case_step where _del is null and \"case\" is not null group by \"case\", coalesce(after, '') having count(*) > 1
             union select \"case\" from case_step where _del is null and \"case\" is not null and data like '%into=%'",
        )?;
        q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut out = Vec::new();
    if found.is_empty() {
        return Ok(out);
    }
    let (viewing, library) = (Viewing::new(db, me, now)?, settings::library(db)?);
    for case in found {
        let Some(row) = get_row(db, Kind::Case, case)?.filter(|r| r.get("_del").is_none() && r.get("matter").is_some()) else { continue };
        let steps = steps_of(db, Some(case))?.remove(&case).unwrap_or_default();
        if let Some(c) = load_with(db, &library, row, steps)?
            && !c.folded.unseen_clashes(&c.workflow, &as_steps(&c.steps)).is_empty()
        {
            out.push(viewing.item(&c)?);
        }
    }
    Ok(out)
}

/// Rows of open cases with the workflow of each: told from the steps alone, for what only counts.
fn open_rows(db: &Connection) -> Result<Vec<Row>> {
    let library = settings::library(db)?;
    let mut steps = steps_of(db, None)?;
    let mut all = rows(db, Kind::Case, "where t._del is null and t.matter is not null", &[])?;
    all.retain(|r| {
        let workflow = workflow_of(&library, r);
        let folded = fold(&workflow, &as_steps(&steps.remove(&r.record).unwrap_or_default()));
        !workflow.is_over(&folded.stand.state)
    });
    Ok(all)
}

/// Household of each open case.
pub fn open_households(db: &Connection) -> Result<Vec<Uuid>> {
    Ok(open_rows(db)?.iter().filter_map(|r| r.id("household")).collect())
}

/// Building of each open case.
pub fn open_by_unit(db: &Connection) -> Result<Vec<Uuid>> {
    Ok(open_rows(db)?.iter().filter_map(|r| r.id("building")).collect())
}

/// Workflow of each open case.
pub fn open_workflows(db: &Connection) -> Result<Vec<String>> {
    Ok(open_rows(db)?.iter().filter_map(|r| r.text("workflow")).collect())
}

/// Open cases held here.
pub fn open_count(db: &Connection) -> Result<usize> {
    Ok(open_rows(db)?.len())
}

/// Cases that were merged into this one.
pub(super) fn merged_into(db: &Connection, case: Uuid) -> Result<Vec<Loaded>> {
    // the steps that name it, by the words of their fields; each is then asked where it stands
    let like = format!("%={case}%");
    let mut from: Vec<Uuid> =
        rows(db, Kind::CaseStep, "where t._del is null and t.data like ?1", &[&like])?.iter().filter_map(|s| s.id("case")).collect();
    from.sort_unstable();
    from.dedup();
    let mut out = Vec::new();
    for id in from {
        if let Ok(c) = load(db, &id.to_string())
            && c.merged_into() == Some(case)
        {
            out.push(c);
        }
    }
    Ok(out)
}
