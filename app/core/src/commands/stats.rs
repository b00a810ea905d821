//! 统计: what was done beneath a unit between two days, and a community's month for the level above. Nothing is counted by worker, and rows
//! stand in the order of the tree or of the catalogue: coverage, not a ranking. Small cells are left out of what goes up (`stats::hide`).

use super::cases::RATINGS;
use super::cases::figures;
use super::households::walking;
use super::settings;
use super::units::Tree;
use super::views::{self, coded};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project::{self, day_of, parse_day};
use crate::store::{docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use chrono::{Datelike, Months, NaiveDate};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::cases::Level;
use shared_model::codes::Coded;
use shared_model::commands::{
    Added, CasesRow, CountRow, DoorsRow, FigureGroup, FigureRow, GetStatsArgs, NoArgs, Stats, TallyArgs, TallyList, TallyView, TrendRow,
};
use shared_model::crdt::Value;
use shared_model::doc::{DocId, tally_id};
use shared_model::due;
use shared_model::matters::Catalogue;
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::stats::{
    CaseFact, Cases, DISPUTES, DoorFact, Figure, OTHER, Span, Tally, cases_by, doors_by, levels, months_until, ratings, trend,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Days between first and last: three years.
const SPAN_DAYS_MAX: i64 = 3 * 366;
/// Months of the trend.
const TREND_MONTHS: u32 = 12;
/// Buildings shown as those where most came up.
const SPOTS_MAX: usize = 10;
/// From near to far: the order in which they are told.
const LEVELS: [Level; 4] = [Level::Grid, Level::Community, Level::Street, Level::District];

fn day(text: Option<&str>, field: &str) -> Result<Option<NaiveDate>> {
    let text = text.map(str::trim).filter(|t| !t.is_empty());
    text.map(|t| parse_day(t).ok_or_else(|| CoreError::args("日期写成 2026-11-01。").at(field))).transpose()
}

fn span_of(args: &GetStatsArgs, today: NaiveDate) -> Result<Span> {
    let until = day(args.until.as_deref(), "until")?.unwrap_or(today);
    let from = day(args.from.as_deref(), "from")?.unwrap_or_else(|| until.with_day(1).unwrap_or(until));
    if from > until {
        return Err(CoreError::args("开始的日子在结束之后。").at("from"));
    }
    if (until - from).num_days() > SPAN_DAYS_MAX {
        return Err(CoreError::args("一次最多看三年。").at("from"));
    }
    Ok(Span { from, until })
}

/// Doors held here, with what happened there in the span.
fn doors(db: &Connection, tree: &Tree, within: Option<&BTreeSet<Uuid>>, span: Span, now: i64) -> Result<Vec<DoorFact<Uuid>>> {
    let mut seen: HashMap<Uuid, (bool, bool)> = HashMap::new();
    for visit in rows(db, Kind::Visit, "where t._del is null and t.household is not null and t.at is not null", &[])? {
        let (Some(h), Some(at), Some(outcome)) = (visit.id("household"), visit.int("at"), visit.text("outcome")) else { continue };
        if span.has(day_of(at)) {
            let of = seen.entry(h).or_default();
            *(if due::reached(&outcome) { &mut of.0 } else { &mut of.1 }) = true;
        }
    }
    let stands = project::due_of(db, day_of(now))?;
    let mut out = Vec::new();
    for h in walking(db, within)?.iter().filter(|h| h.get("ended").is_none()) {
        let (was_reached, was_tried) = seen.get(&h.record).copied().unwrap_or_default();
        out.push(DoorFact {
            unit: grid_of(tree, h.id("building").unwrap_or_default()),
            tier: project::tier_of(h).to_string(),
            is_vacant: h.flag("vacant"),
            due: stands.get(&h.record).map_or("none", |d| d.0.state),
            was_reached,
            was_tried,
        });
    }
    Ok(out)
}

/// The grid that a building counts to; what stands in none counts to its community.
fn grid_of(tree: &Tree, unit: Uuid) -> Uuid {
    ["micro_grid", "grid", "community"].into_iter().find_map(|kind| tree.above(unit, kind)).unwrap_or(unit)
}

/// Units in the order of the tree: by code, then by name as people count.
fn in_order(tree: &Tree, mut units: Vec<Uuid>) -> Vec<Uuid> {
    let key = |u: &Uuid| {
        let code = tree.get(*u).and_then(|r| r.text("code")).unwrap_or_default();
        (project::padded(&code), project::padded(&tree.name(*u)), *u)
    };
    units.sort_by_cached_key(key);
    units
}

fn sum<K>(all: &BTreeMap<K, Cases>) -> Cases {
    all.values().fold(Cases::default(), |a, b| Cases {
        opened: a.opened + b.opened,
        closed: a.closed + b.closed,
        open: a.open + b.open,
        over: a.over + b.over,
        in_time: a.in_time + b.in_time,
        late: a.late + b.late,
    })
}

fn only_office(o: &Open) -> Result<()> {
    let is_office = workspace::roles(&o.db, &o.me)?.iter().any(|r| r.role == Role::Office);
    if is_office { Ok(()) } else { Err(CoreError::not_allowed("看统计")) }
}

/// `get_stats`
///
/// # Errors
/// `not_allowed` for whoever is not of an office, `invalid_args` for days that are none, `not_found` for a unit.
pub fn get(engine: &Engine, args: GetStatsArgs) -> Result<Stats> {
    let now = engine.now_ms();
    let span = span_of(&args, day_of(now))?;
    engine.with(|o| {
        only_office(o)?;
        let tree = Tree::read(&o.db)?;
        let unit = args.unit.as_deref().filter(|u| !u.is_empty()).map(|u| tree.find(u).map(|r| r.record)).transpose()?;
        let within = unit.map(|u| tree.beneath(u));
        let catalogue = settings::catalogue(&o.db, &o.me)?;
        let doors = doors(&o.db, &tree, within.as_ref(), span, now)?;
        let cases: Vec<CaseFact<Uuid>> = figures::facts(&o.db, &o.me, now)?
            .into_iter()
            .filter(|c| within.as_ref().is_none_or(|units| units.contains(&c.unit)))
            .collect();
        let mut out = told(&tree, &catalogue, &doors, &cases, span);
        out.unit_name = unit.map_or_else(|| tree.name(o.me.unit), |u| tree.name(u));
        out.unit = unit.map(|u| u.to_string());
        Ok(out)
    })
}

fn told(tree: &Tree, catalogue: &Catalogue, doors: &[DoorFact<Uuid>], cases: &[CaseFact<Uuid>], span: Span) -> Stats {
    let by_grid = doors_by(doors, |d| d.unit);
    let by_tier = doors_by(doors, |d| d.tier.clone());
    let matters = cases_by(cases, span, |c| c.matter.clone());
    let grids = cases_by(cases, span, |c| grid_of(tree, c.unit));
    let row = |of: Coded, cases: Cases| CasesRow { of, under: None, cases };
    let unit = |u: &Uuid| Coded::spoken(&u.to_string(), &tree.name(*u), "");
    let is_building = |u: &Uuid| tree.get(*u).and_then(|r| r.text("kind")).is_some_and(|k| matches!(k.as_str(), "building" | "alley"));
    let mut spots: Vec<(Uuid, Cases)> =
        cases_by(cases, span, |c| c.unit).into_iter().filter(|(u, c)| c.opened > 0 && is_building(u)).collect();
    spots.sort_by(|(a, x), (b, y)| (y.opened, a).cmp(&(x.opened, b)));
    spots.truncate(SPOTS_MAX);
    let months = months_until(span.until, TREND_MONTHS);
    Stats {
        from: span.from.to_string(),
        until: span.until.to_string(),
        doors: doors_by(doors, |_| ()).remove(&()).unwrap_or_default(),
        doors_by_grid: in_order(tree, by_grid.keys().copied().collect())
            .into_iter()
            .map(|u| DoorsRow { of: unit(&u), doors: by_grid[&u] })
            .collect(),
        doors_by_tier: ["red", "yellow", "green", "general"]
            .into_iter()
            .filter_map(|t| Some(DoorsRow { of: coded("tier", t), doors: *by_tier.get(t)? }))
            .collect(),
        cases: sum(&matters),
        cases_by_category: cases_by(cases, span, |c| c.category.clone())
            .into_iter()
            .map(|(k, c)| row(category_coded(catalogue, &k), c))
            .collect(),
        cases_by_matter: matters
            .into_iter()
            .map(|(code, cases)| {
                let under = catalogue.find(&code).map(|m| m.category.clone());
                CasesRow { of: matter_coded(catalogue, &code), under, cases }
            })
            .collect(),
        cases_by_grid: in_order(tree, grids.keys().copied().collect()).into_iter().map(|u| row(unit(&u), grids[&u])).collect(),
        cases_by_lead: cases_by(cases, span, |c| c.lead.clone()).into_iter().map(|(k, c)| row(Coded::spoken(&k, &k, ""), c)).collect(),
        levels: counted(LEVELS.map(|l| (Coded::spoken(l.name(), l.zh(), l.en()), levels(cases, span).get(&l).copied().unwrap_or(0)))),
        ratings: counted(RATINGS.map(|(zh, r)| (rating_coded(r, zh), ratings(cases, span).get(r).copied().unwrap_or(0)))),
        trend: trend(cases, DISPUTES, &months)
            .into_iter()
            .map(|(code, counts)| TrendRow { matter: matter_coded(catalogue, &code), counts })
            .collect(),
        months: months.iter().map(|m| m.format("%Y-%m").to_string()).collect(),
        spots: spots.into_iter().map(|(u, c)| row(unit(&u), c)).collect(),
        ..Stats::default()
    }
}

fn counted<const N: usize>(all: [(Coded, u32); N]) -> Vec<CountRow> {
    all.into_iter().map(|(of, count)| CountRow { of, count }).collect()
}

fn matter_coded(catalogue: &Catalogue, code: &str) -> Coded {
    catalogue.find(code).map_or_else(|| Coded::spoken(code, code, ""), |m| Coded::spoken(&m.code, &m.name_zh, &m.name_en))
}

fn rating_coded(name: &str, zh: &str) -> Coded {
    let en = match name {
        "satisfied" => "Satisfied",
        "fair" => "Fairly satisfied",
        "dissatisfied" => "Dissatisfied",
        _ => "",
    };
    Coded::spoken(name, zh, en)
}

fn category_coded(catalogue: &Catalogue, name: &str) -> Coded {
    let known = catalogue.all().iter().find(|m| m.category == name);
    Coded::spoken(name, name, known.map_or("", |m| &m.category_en))
}

/// First and last day of a month, the last not after today.
fn month_of(text: Option<&str>, today: NaiveDate) -> Result<(String, Span)> {
    let text = text.map(str::trim).filter(|t| !t.is_empty()).map_or_else(|| today.format("%Y-%m").to_string(), str::to_string);
    let wrong = || CoreError::args("月份写成 2026-11。").at("month");
    let from = parse_day(&format!("{text}-01")).filter(|d| d.format("%Y-%m").to_string() == text).ok_or_else(wrong)?;
    if from > today {
        return Err(CoreError::args("这个月还没有到。").at("month"));
    }
    let last = from.checked_add_months(Months::new(1)).and_then(|d| d.pred_opt()).unwrap_or(from);
    Ok((text, Span { from, until: last.min(today) }))
}

/// The community whose figures this person hands up.
fn sender(o: &Open, tree: &Tree) -> Result<Uuid> {
    let unit = settings::own_unit(&o.db, &o.me).map_err(|_| CoreError::not_allowed("上报统计"))?;
    let is_community = tree.get(unit).and_then(|r| r.text("kind")).as_deref() == Some("community");
    if is_community { Ok(unit) } else { Err(CoreError::not_allowed("上报统计：由社区上报")) }
}

fn reckon(o: &Open, tree: &Tree, unit: Uuid, span: Span, now: i64) -> Result<Tally> {
    let within = tree.beneath(unit);
    let doors = doors(&o.db, tree, Some(&within), span, now)?;
    let cases: Vec<CaseFact<Uuid>> = figures::facts(&o.db, &o.me, now)?.into_iter().filter(|c| within.contains(&c.unit)).collect();
    let sum = doors_by(&doors, |_| ()).remove(&()).unwrap_or_default();
    Ok(Tally::of(&sum, &cases, span))
}

fn groups(tally: &Tally, catalogue: &Catalogue) -> Vec<FigureGroup> {
    let name = |group: &str, key: &str| match (group, key) {
        ("ratings", k) => rating_coded(k, RATINGS.iter().find(|(_, r)| *r == k).map_or(k, |(zh, _)| zh)),
        ("closed", k) => {
            LEVELS.iter().find(|l| l.name() == k).map_or_else(|| Coded::spoken(k, k, ""), |l| Coded::spoken(k, l.zh(), l.en()))
        }
        ("opened", OTHER) => Coded::spoken(OTHER, "其他", "Other"),
        ("opened", k) => category_coded(catalogue, k),
        ("doors", "reached") => Coded::spoken("reached", "见到人的户", "Reached"),
        ("doors", "left") => Coded::spoken("left", "没见到的户", "Not reached"),
        ("clocks", "in_time") => Coded::spoken("in_time", "按时", "In time"),
        ("clocks", "late") => Coded::spoken("late", "超期", "Late"),
        (_, k) => Coded::spoken(k, k, ""),
    };
    // as the page tells them; what a later version adds comes after
    let mut order: Vec<&String> = tally.groups.keys().collect();
    let place = |g: &String| ["doors", "opened", "clocks", "closed", "ratings"].iter().position(|k| k == g).unwrap_or(usize::MAX);
    order.sort_by_key(|g| place(g));
    const KEYS: [&str; 11] =
        ["reached", "left", "in_time", "late", "grid", "community", "street", "district", "satisfied", "fair", "dissatisfied"];
    let told = |g: &String| {
        let mut cells: Vec<(&String, &Figure)> = tally.groups[g].iter().collect();
        cells.sort_by_key(|(k, _)| KEYS.iter().position(|key| key == k).unwrap_or(KEYS.len()));
        let rows = cells.into_iter().map(|(k, f)| FigureRow { of: name(g, k), figure: *f }).collect();
        FigureGroup { name: g.clone(), rows, sum: tally.sums.get(g).copied().flatten() }
    };
    order.into_iter().map(told).collect()
}

/// `preview_tally`
///
/// # Errors
/// `not_allowed` for whoever is not of a community's office; `invalid_args` for a month that is none.
pub fn preview(engine: &Engine, args: TallyArgs) -> Result<TallyView> {
    let now = engine.now_ms();
    let (month, span) = month_of(args.month.as_deref(), day_of(now))?;
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let unit = sender(o, &tree)?;
        let tally = reckon(o, &tree, unit, span, now)?;
        let sent = sent_of(&o.db, tally_id(unit, &month))?;
        Ok(TallyView {
            changed: sent.as_ref().is_some_and(|s| s.tally != tally),
            at: sent.as_ref().and_then(|s| s.at),
            by: sent.as_ref().map(|s| s.by.clone()),
            pending: sent.as_ref().is_some_and(|s| s.pending),
            unit: unit.to_string(),
            unit_name: tree.name(unit),
            month,
            groups: groups(&tally, &settings::catalogue(&o.db, &o.me)?),
        })
    })
}

/// What was handed up once.
struct Sent {
    unit: Uuid,
    month: String,
    tally: Tally,
    at: Option<i64>,
    by: String,
    pending: bool,
}

fn sent_of(db: &Connection, record: Uuid) -> Result<Option<Sent>> {
    let Some(row) = get_row(db, Kind::Tally, record)?.filter(|r| r.get("_del").is_none()) else { return Ok(None) };
    let Some(doc) = docs::load(db, DocId::new(record, Class::Common))? else { return Ok(None) };
    let Some(month) = row.text("period") else { return Ok(None) };
    let mut entries = row.texts("figure");
    entries.retain(|_, text| !text.is_empty());
    Ok(Some(Sent {
        unit: doc.unit,
        month,
        tally: Tally::read(&entries),
        at: row.names("at").iter().filter_map(|at| at.parse().ok()).max(),
        by: views::author_of(db, &doc.shown, "period")?,
        pending: doc.pending > 0,
    }))
}

/// `send_tally`: the same month again puts the figures right.
///
/// # Errors
/// As `preview_tally`.
pub fn send(engine: &Engine, args: TallyArgs) -> Result<Added> {
    let now = engine.now_ms();
    let (month, span) = month_of(args.month.as_deref(), day_of(now))?;
    let (id, changed) = engine.with(|o| {
        workspace::may_ever(&o.db, &o.me, Kind::Tally, Verb::Make)?;
        let tree = Tree::read(&o.db)?;
        let unit = sender(o, &tree)?;
        let record = tally_id(unit, &month);
        let now_says = reckon(o, &tree, unit, span, now)?.entries();
        let held = get_row(&o.db, Kind::Tally, record)?.map(|row| row.texts("figure"));
        let mut edits = Vec::new();
        if held.is_none() {
            edits.push(KeyEdit::put("period", month.as_str()));
        }
        let held = held.unwrap_or_default();
        edits.extend(
            now_says.iter().filter(|(k, v)| held.get(*k) != Some(*v)).map(|(k, v)| KeyEdit::put(&format!("figure/{k}"), v.as_str())),
        );
        edits.extend(held.keys().filter(|k| !now_says.contains_key(*k)).map(|k| KeyEdit::put(&format!("figure/{k}"), Value::Null)));
        edits.push(KeyEdit::put(&format!("at/{now}"), true));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("send_tally", format!("上报 {month} 的数"), None);
            intent.write(unit, DocId::new(record, Class::Common), Kind::Tally, edits);
            w.command(intent)?;
            Ok(record)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: id.to_string() })
}

/// `list_tallies`
///
/// # Errors
/// `not_allowed` for whoever is not of an office.
pub fn list(engine: &Engine, _: NoArgs) -> Result<TallyList> {
    engine.with(|o| {
        only_office(o)?;
        let tree = Tree::read(&o.db)?;
        let catalogue = settings::catalogue(&o.db, &o.me)?;
        let mut sent = Vec::new();
        for row in rows(&o.db, Kind::Tally, "where t._del is null and t.period is not null", &[])? {
            sent.extend(sent_of(&o.db, row.record)?);
        }
        let own = settings::own_unit(&o.db, &o.me)?;
        let beneath = tree.beneath(own);
        let is_here = |u: &Uuid| {
            let row = tree.get(*u);
            row.is_some_and(|r| r.text("kind").as_deref() == Some("community") && !r.flag("closed"))
        };
        let communities = in_order(&tree, beneath.iter().copied().filter(is_here).collect());
        let place = |u: &Uuid| communities.iter().position(|c| c == u).unwrap_or(usize::MAX);
        sent.sort_by(|a, b| (&b.month, place(&a.unit), a.unit).cmp(&(&a.month, place(&b.unit), b.unit)));
        let mut months: Vec<String> = sent.iter().map(|s| s.month.clone()).collect();
        months.dedup();
        let missing = months.iter().map(|m| {
            let none = |c: &&Uuid| !sent.iter().any(|s| s.unit == **c && s.month == *m);
            (m.clone(), communities.iter().filter(none).map(|c| tree.name(*c)).collect::<Vec<_>>())
        });
        Ok(TallyList {
            missing: missing.filter(|(_, names)| !names.is_empty()).collect(),
            may_send: sender(o, &tree).is_ok(),
            items: sent
                .iter()
                .map(|s| TallyView {
                    unit: s.unit.to_string(),
                    unit_name: tree.name(s.unit),
                    month: s.month.clone(),
                    at: s.at,
                    by: Some(s.by.clone()),
                    pending: s.pending,
                    groups: groups(&s.tally, &catalogue),
                    changed: false,
                })
                .collect(),
            months,
        })
    })
}
