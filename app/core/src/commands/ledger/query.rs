//! A page of a ledger. The order of the rows is made once for a view and kept while nothing changed: the columns that a view filters, groups
//! and sorts by are read, and of a page every column. Fifty thousand rows are an order of 800 kilobytes; a page is two hundred rows by
//! their keys.

use super::cells::{self, Cell, Today};
use super::columns::{self, Column, From, Ledger, Reader};
use super::plain::{self, Plain};
use crate::commands::cases;
use crate::commands::search;
use crate::commands::units::Tree;
use crate::commands::views;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project::{self, day_of, folded};
use crate::store::docs;
use chrono::Datelike;
use rusqlite::Connection;
use shared_model::cases::Workflow;
use shared_model::class::Class;
use shared_model::codes::Coded;
use shared_model::commands::{CaseItem, LedgerColumn, LedgerGroup, LedgerInfo, LedgerList, LedgerPage, LedgerRow, NoArgs, QueryLedgerArgs};
use shared_model::ledger::{self, GROUPS_MAX, Key, PAGE_ROWS, PAGE_ROWS_MAX, View};
use shared_model::records::{FieldClass, Kind};
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// The order of the ledger asked for last.
#[derive(Default)]
pub struct Index {
    of: String,
    rows: Vec<Uuid>,
    all: u32,
    groups: Vec<(Cell, u32, u32)>,
    cases: HashMap<Uuid, Case>,
    cases_of: String,
    plain: Plain,
}

/// A case as its list tells it, its grid and its workflow.
struct Case {
    item: CaseItem,
    grid: String,
    workflow: Arc<Workflow>,
}

/// A ledger as one person sees it, now.
pub struct Looking<'a> {
    pub ledger: &'static Ledger,
    pub columns: Vec<Column>,
    pub db: &'a Connection,
    pub today: Today,
}

impl<'a> Looking<'a> {
    /// At a ledger by its name.
    ///
    /// # Errors
    /// `invalid_args` when there is none, `not_allowed`.
    pub fn at(o: &'a Open, name: &str, now: i64) -> Result<Looking<'a>> {
        let ledger = columns::find(name)?;
        let columns = Reader::of(&o.db, &o.me)?.columns(ledger)?;
        let today =
            Today { day: day_of(now), back: if ledger.kind == Kind::Household { project::back_of(&o.db)? } else { HashMap::new() } };
        Ok(Looking { ledger, columns, db: &o.db, today })
    }

    /// A column by its key.
    ///
    /// # Errors
    /// `invalid_args` that names it.
    pub fn column(&self, key: &str, argument: &str) -> Result<Column> {
        let zh = self.ledger.kind.def().zh;
        let found = self.columns.iter().find(|c| c.key == key).copied();
        found.ok_or_else(|| CoreError::args(format!("{zh}台账没有「{}」这一列。", key.chars().take(40).collect::<String>())).at(argument))
    }

    /// The columns that a view shows.
    ///
    /// # Errors
    /// `invalid_args` that names an unknown one.
    pub fn shown(&self, view: &View) -> Result<Vec<Column>> {
        if view.columns.is_empty() {
            return Ok(self.ledger.shown.iter().filter_map(|key| self.columns.iter().find(|c| c.key == *key).copied()).collect());
        }
        view.columns.iter().map(|key| self.column(key, "columns")).collect()
    }

    /// The expressions, with the year and the day of today in them.
    pub fn sql(&self, expressions: &[String], end: &str) -> String {
        let text = format!("select {} from \"{}\" t {} where {end}", expressions.join(", "), self.ledger.kind.name(), self.ledger.joins);
        let day = self.today.day;
        text.replace("?1", &day.year().to_string()).replace("?2", &format!("'{:02}-{:02}'", day.month(), day.day())).replace("?9", "?1")
    }
}

/// What changes with every write here and by any other program of this home.
fn token(o: &Open, day: chrono::NaiveDate) -> Result<String> {
    let version: i64 = o.db.prepare_cached("pragma data_version")?.query_row([], |r| r.get(0))?;
    let changes: i64 = o.db.prepare_cached("select total_changes()")?.query_row([], |r| r.get(0))?;
    Ok(format!("{version} {changes} {day} {} {}", o.me.device, o.me.name))
}

/// Checks a view against its ledger.
fn check(look: &Looking<'_>, view: &View) -> Result<()> {
    view.check().map_err(|(at, words)| CoreError::args(words).at(at))?;
    for f in &view.filter {
        if look.column(&f.column, "filter")?.is_who && !matches!(look.ledger.kind, Kind::Case) {
            return Err(CoreError::args("这一列不能筛选：不按人统计。").at("filter"));
        }
    }
    for s in &view.sort {
        if !look.column(&s.column, "sort")?.may_sort() {
            return Err(CoreError::args("这一列不能排序。").at("sort"));
        }
    }
    if let Some(g) = &view.group
        && !look.column(g, "group")?.may_group()
    {
        return Err(CoreError::args("这一列不能分组。").at("group"));
    }
    look.shown(view).map(|_| ())
}

/// Makes the order anew where it is not that of this view any more.
///
/// # Errors
/// `invalid_args` for what no view may have; of the store.
pub fn refresh(o: &mut Open, name: &str, view: &View, now: i64) -> Result<()> {
    let day = day_of(now);
    let of_view = View { columns: Vec::new(), ..view.clone() };
    let token = token(o, day)?;
    let key = format!("{name} {token} {}", serde_json::to_string(&of_view).unwrap_or_default());
    {
        let look = Looking::at(o, name, now)?;
        check(&look, view)?;
    }
    if o.ledger.of == key {
        return Ok(());
    }
    let mut index = std::mem::take(&mut o.ledger);
    if columns::find(name)?.has_cases() {
        // deadlines run: a case is told anew each minute
        let of = format!("{token} {}", now / 60_000);
        if index.cases_of != of {
            index.cases = read_cases(o, now)?;
            index.cases_of = of;
        }
    }
    let made = order(o, name, view, now, &mut index);
    let (cases, cases_of, plain) = (index.cases, index.cases_of, index.plain);
    let (of, (rows, all, groups), failed) = match made {
        Ok(made) => (key, made, Ok(())),
        Err(e) => (String::new(), (Vec::new(), 0, Vec::new()), Err(e)),
    };
    o.ledger = Index { of, rows, all, groups, cases, cases_of, plain };
    failed
}

/// The order of a view: the plain one as it is kept, another one made.
fn order(o: &Open, name: &str, view: &View, now: i64, index: &mut Index) -> Result<Made> {
    let ledger = columns::find(name)?;
    if !plain::is_plain(ledger, view) {
        return build(&Looking::at(o, name, now)?, view, &index.cases);
    }
    let token = index.plain.token(&o.db, ledger)?;
    if let Some((rows, all)) = index.plain.get(name, &token) {
        return Ok((rows, all, Vec::new()));
    }
    let made = build(&Looking::at(o, name, now)?, view, &index.cases)?;
    index.plain.put(ledger.kind.name(), token, &made.0, made.1);
    Ok(made)
}

fn read_cases(o: &Open, now: i64) -> Result<HashMap<Uuid, Case>> {
    let tree = Tree::read(&o.db)?;
    let mut out = HashMap::new();
    for cases::Listed { item, workflow, .. } in cases::items(&o.db, &o.me, now)? {
        let building = item.building.as_deref().and_then(|b| Uuid::parse_str(b).ok());
        let grid = building.and_then(|b| tree.above(b, "grid")).map(|g| tree.name(g)).unwrap_or_default();
        if let Ok(id) = Uuid::parse_str(&item.id) {
            out.insert(id, Case { item, grid, workflow });
        }
    }
    Ok(out)
}

/// A step as its workflow calls it.
fn step_cell(name: Option<&str>, case: Option<&Case>) -> Cell {
    name.zip(case).map_or(Cell::None, |(name, case)| Cell::Text(cases::step_words(&case.workflow, name).label))
}

fn case_cell(column: &Column, case: Option<&Case>) -> Cell {
    let Some(Case { item: i, grid, .. }) = case else { return Cell::None };
    let some = |t: &str| if t.is_empty() { Cell::None } else { Cell::Text(t.to_string()) };
    let maybe = |t: &Option<String>| t.as_deref().map_or(Cell::None, some);
    match column.key {
        "title" => some(&i.title),
        "matter" => some(&i.matter.label),
        "category" => some(&i.category),
        "workflow" => some(&i.workflow.label),
        "state" => some(&i.state.label),
        "overlays" => Cell::Tags(i.overlays.iter().map(|o| o.label.clone()).collect()),
        "closed" => Cell::Bool(i.is_closed),
        "urgency" => Cell::Int(i.urgency.into()),
        "level" => some(&i.level.label),
        "place" => maybe(&i.place),
        "grid" => some(grid),
        "opened_at" => Cell::Time(i.opened_at),
        "due_at" => i.due_at.map_or(Cell::None, Cell::Time),
        "due" => Cell::Due(i.due.clone()),
        "lead" => maybe(&i.lead),
        "assignee" => maybe(&i.assignee),
        "number" => maybe(&i.number),
        "outcome" => maybe(&i.outcome),
        _ => Cell::None,
    }
}

type Made = (Vec<Uuid>, u32, Vec<(Cell, u32, u32)>);

fn build(look: &Looking<'_>, view: &View, cases: &HashMap<Uuid, Case>) -> Result<Made> {
    let filters: Vec<(Column, &ledger::Filter)> =
        view.filter.iter().map(|f| Ok((look.column(&f.column, "filter")?, f))).collect::<Result<_>>()?;
    let group = view.group.as_deref().map(|g| look.column(g, "group")).transpose()?;
    let sorts: Vec<(Column, bool)> = view.sort.iter().map(|s| Ok((look.column(&s.column, "sort")?, s.down))).collect::<Result<_>>()?;
    let q = view.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    let hits = match q {
        Some(q) => search::matching(look.db, look.ledger.kind, q)?,
        None => None,
    };
    let words: Vec<String> = q.filter(|_| hits.is_none()).map(|q| q.split_whitespace().map(folded).collect()).unwrap_or_default();
    let searched: Vec<Column> = if words.is_empty() {
        Vec::new()
    } else {
        look.columns
            .iter()
            .filter(|c| !c.is_who && !matches!(c.ty, columns::Ty::IdNumber | columns::Ty::Due | columns::Ty::Bool))
            .copied()
            .collect()
    };
    let tree = Tree::read(look.db)?;
    let beneath: Option<BTreeSet<Uuid>> = match view.unit.as_deref().filter(|u| !u.is_empty()) {
        Some(u) => Some(tree.beneath(tree.find(u).map_err(|e| e.at("unit"))?.record)),
        None => None,
    };
    let mut expressions =
        vec!["t.record".to_string(), if beneath.is_some() { look.ledger.unit.into() } else { "null".into() }, look.ledger.case.into()];
    let first = expressions.len();
    expressions.extend(filters.iter().map(|(c, _)| c.sql()));
    expressions.extend(group.iter().map(|c| c.sort.map_or_else(|| c.sql(), |_| c.sql())));
    expressions.extend(sorts.iter().map(|(c, _)| c.sort.map_or_else(|| c.sql(), str::to_string)));
    expressions.extend(searched.iter().map(Column::sql));
    let sql = look.sql(&expressions, &format!("{} order by {}", look.ledger.base, look.ledger.order));
    let mut statement = look.db.prepare(&sql)?;
    let mut found = statement.query([])?;
    let mut all = 0;
    let mut kept: Vec<(Uuid, Option<Cell>, Vec<Key>)> = Vec::new();
    while let Some(r) = found.next()? {
        let record = r.get_ref(0)?.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok()).unwrap_or_default();
        all += 1;
        if hits.as_ref().is_some_and(|h| !h.contains(&record)) {
            continue;
        }
        if let Some(beneath) = &beneath {
            let unit = r.get_ref(1)?.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok());
            if unit.is_none_or(|u| !beneath.contains(&u)) {
                continue;
            }
        }
        let case = r.get_ref(2)?.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok()).and_then(|c| cases.get(&c));
        let mut at = first;
        let mut cell = |column: &Column| -> Result<Cell> {
            let value = r.get_ref(at)?;
            at += 1;
            Ok(match column.from {
                From::Case => case_cell(column, case),
                From::Step(_) => step_cell(value.as_str().ok(), case),
                _ => cells::read(column, value, record, &look.today),
            })
        };
        let mut takes = true;
        for (column, f) in &filters {
            let cell = cell(column)?;
            takes = takes && f.takes(&cells::key(&cell), &folded);
        }
        if !takes {
            continue;
        }
        let grouped = group.as_ref().map(&mut cell).transpose()?;
        let mut keys = Vec::with_capacity(sorts.len() + 1);
        if let Some(g) = &grouped {
            keys.push(cells::sort_key(g));
        }
        for (column, _) in &sorts {
            // what it is sorted by is text in its order already
            let cell = cell(column)?;
            keys.push(if column.sort.is_some() { cells::key(&cell) } else { cells::sort_key(&cell) });
        }
        if !words.is_empty() {
            let mut text = String::new();
            for column in &searched {
                text.push_str(&folded(&cells::to_text(column, &cell(column)?)));
                text.push('\n');
            }
            if !words.iter().all(|w| text.contains(w.as_str())) {
                continue;
            }
        }
        kept.push((record, grouped, keys));
    }
    let downs: Vec<bool> = group.iter().map(|_| false).chain(sorts.iter().map(|s| s.1)).collect();
    if !downs.is_empty() {
        kept.sort_by(|a, b| {
            let by = a.2.iter().zip(&b.2).zip(&downs).map(|((a, b), down)| ledger::order(a, b, *down));
            by.fold(Ordering::Equal, Ordering::then)
        });
    }
    let mut groups: Vec<(Cell, u32, u32)> = Vec::new();
    for (at, (_, cell, _)) in kept.iter().enumerate() {
        let Some(cell) = cell else { break };
        match groups.last_mut() {
            Some((last, count, _)) if cells::key(last) == cells::key(cell) => *count += 1,
            _ => groups.push((cell.clone(), 1, u32::try_from(at).unwrap_or(u32::MAX))),
        }
    }
    Ok((kept.into_iter().map(|k| k.0).collect(), all, groups))
}

/// A row: its id, the household that it opens, its cells.
pub type Line = (Uuid, Option<Uuid>, Vec<Cell>);

/// Rows by their ids, each with the cells of these columns; one that is gone is left out.
///
/// # Errors
/// Of the store.
pub fn read_rows(o: &Open, name: &str, columns: &[Column], ids: &[Uuid], now: i64) -> Result<Vec<Line>> {
    let look = Looking::at(o, name, now)?;
    let mut expressions = vec![look.ledger.household.to_string(), look.ledger.case.to_string()];
    expressions.extend(columns.iter().map(Column::sql));
    let sql = look.sql(&expressions, &format!("t.record = ?9 and {}", look.ledger.base));
    let mut statement = look.db.prepare_cached(&sql)?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = statement.query([id])?;
        let Some(r) = rows.next()? else { continue };
        let household = r.get_ref(0)?.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok());
        let case = r.get_ref(1)?.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok()).and_then(|c| o.ledger.cases.get(&c));
        let mut line = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            line.push(match column.from {
                From::Case => case_cell(column, case),
                From::Step(_) => step_cell(r.get_ref(at + 2)?.as_str().ok(), case),
                From::By(of) => author(look.db, *id, of)?.map_or(Cell::None, Cell::Text),
                _ => cells::read(column, r.get_ref(at + 2)?, *id, &look.today),
            });
        }
        out.push((*id, household, line));
    }
    Ok(out)
}

/// Who wrote a field of a record.
fn author(db: &Connection, record: Uuid, key: &str) -> Result<Option<String>> {
    for d in docs::of_record(db, record)? {
        if let Some(doc) = docs::load(db, d)?
            && doc.shown.winner(key).is_some()
        {
            return Ok(Some(views::author_of(db, &doc.shown, key)?).filter(|n| !n.is_empty()));
        }
    }
    Ok(None)
}

/// The ids of a view, in its order.
///
/// # Errors
/// As [`refresh`].
pub fn ids(o: &mut Open, name: &str, view: &View, now: i64) -> Result<Vec<Uuid>> {
    refresh(o, name, view, now)?;
    Ok(o.ledger.rows.clone())
}

/// `query_ledger`
pub fn query(engine: &Engine, args: QueryLedgerArgs) -> Result<LedgerPage> {
    let now = engine.now_ms();
    engine.with(|o| {
        refresh(o, &args.kind, &args.view, now)?;
        let shown = Looking::at(o, &args.kind, now)?.shown(&args.view)?;
        let limit = args.limit.unwrap_or(PAGE_ROWS).min(PAGE_ROWS_MAX) as usize;
        let ids: Vec<Uuid> = o.ledger.rows.iter().skip(args.offset.unwrap_or(0) as usize).take(limit).copied().collect();
        let rows = read_rows(o, &args.kind, &shown, &ids, now)?;
        let index = &o.ledger;
        let group = args.view.group.as_deref().and_then(|g| columns::find(&args.kind).ok().map(|l| (l, g)));
        let group = group.map(|_| Looking::at(o, &args.kind, now)).transpose()?;
        let group = match (&group, args.view.group.as_deref()) {
            (Some(look), Some(g)) => Some(look.column(g, "group")?),
            _ => None,
        };
        let groups = index.groups.iter().take(GROUPS_MAX).filter_map(|(cell, count, from)| {
            let column = group.as_ref()?;
            Some(LedgerGroup { value: cells::to_json(column, cell), label: cells::to_text(column, cell), count: *count, from: *from })
        });
        Ok(LedgerPage {
            total: u32::try_from(index.rows.len()).unwrap_or(u32::MAX),
            all: index.all,
            columns: shown.iter().map(|c| c.key.to_string()).collect(),
            groups: groups.collect(),
            more_groups: u32::try_from(index.groups.len().saturating_sub(GROUPS_MAX)).unwrap_or(u32::MAX),
            rows: rows
                .into_iter()
                .map(|(id, household, line)| LedgerRow {
                    id: id.to_string(),
                    household: household.map(|h| h.to_string()),
                    cells: shown.iter().zip(&line).map(|(c, cell)| cells::to_json(c, cell)).collect(),
                })
                .collect(),
        })
    })
}

/// `list_ledgers`: those that this person may open.
pub fn list(engine: &Engine, _: NoArgs) -> Result<LedgerList> {
    engine.with(|o| {
        let reader = Reader::of(&o.db, &o.me)?;
        let mut items = Vec::new();
        for ledger in columns::all() {
            let Ok(all) = reader.columns(ledger) else { continue };
            let def = ledger.kind.def();
            let may_edit = reader.may_edit(ledger.kind);
            items.push(LedgerInfo {
                kind: Coded::spoken(def.name, def.zh, def.en),
                has_place: ledger.place.is_some(),
                columns: all.iter().map(|c| described(ledger, c, may_edit)).collect(),
            });
        }
        Ok(LedgerList { items, is_office: reader.is_office() })
    })
}

/// A column as a screen needs it.
pub fn described(ledger: &Ledger, c: &Column, may_edit: bool) -> LedgerColumn {
    LedgerColumn {
        key: c.key.into(),
        zh: c.zh.into(),
        en: c.en.into(),
        ty: c.ty.name().into(),
        code_table: if let columns::Ty::Code(t) = c.ty { Some(t.into()) } else { None },
        class: c.class().map(|class| match class {
            FieldClass::Fixed(c) | FieldClass::AtLeast(c) => Class::name(c).into(),
            FieldClass::Own => "own".into(),
        }),
        editable: may_edit && c.is_editable(ledger.kind),
        may_filter: !c.is_who || ledger.kind == Kind::Case,
        may_sort: c.may_sort(),
        may_group: c.may_group(),
        mask: c.mask().map(str::to_string),
        width: c.width(),
        shown: ledger.shown.contains(&c.key),
    }
}
