//! The sheet of the weekly meeting (每周推进会): what came in, was done and is late, by matter and grid; at which level it was settled; which doors
//! were visited of those due; what waits with which department; the problems to speak about. Places and matters are counted, nobody who
//! works is. A matter that is not open stands among the others without its name.

use super::columns::Reader;
use super::export::{Logged, made, mark};
use crate::commands::cases;
use crate::commands::settings;
use crate::commands::units::Tree;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project::{self, day_of};
use app_tables::{BookCell, BookSheet, BookWriter};
use chrono::{Datelike, Days, NaiveDate};
use shared_model::class::Class;
use shared_model::commands::{CaseItem, WeeklyArgs, WeeklySheet, WeeklyTable};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Problems that the sheet names.
const PROBLEMS_MAX: usize = 20;
/// What stands for a matter that not everybody at the table may read.
const CLOSED_MATTER: &str = "不公开的事项";
const NOWHERE: &str = "未定网格";

/// A case with what the sheet counts it by.
struct Told {
    item: CaseItem,
    closed: Option<NaiveDate>,
    opened: NaiveDate,
    grid: String,
}

impl Told {
    fn is_open_class(&self) -> bool {
        self.item.class == Class::Open.name()
    }

    fn matter(&self) -> String {
        if self.is_open_class() { self.item.matter.label.clone() } else { CLOSED_MATTER.into() }
    }

    fn is_late(&self) -> bool {
        !self.item.is_closed && self.item.due.state == "over"
    }
}

/// `weekly_sheet`
pub fn sheet(engine: &Engine, args: WeeklyArgs) -> Result<WeeklySheet> {
    engine.with(|o| Reader::of(&o.db, &o.me)?.need_office("做推进会的表"))?;
    let now = engine.now_ms();
    let day = match args.week.as_deref().map(str::trim).filter(|w| !w.is_empty()) {
        Some(text) => text.parse::<NaiveDate>().map_err(|_| CoreError::args("日期写成 2026-09-21。").at("week"))?,
        None => day_of(now),
    };
    let from = day - Days::new(day.weekday().num_days_from_monday().into());
    let to = from + Days::new(6);
    let (mut sheet, mark) = engine.with(|o| Ok((tables(o, from, to, now)?, mark(o, now)?)))?;
    if args.xlsx == Some(true) || args.out.is_some() {
        let bytes = workbook(&sheet, &mark)?;
        let rows = u32::try_from(sheet.tables.iter().map(|t| t.rows.len()).sum::<usize>()).unwrap_or(u32::MAX);
        let log = Logged {
            what: "每周推进会表".into(),
            format: "xlsx".into(),
            filter: format!("{from} 至 {to}"),
            count: rows,
            fields: &[],
            is_masked: true,
            reason: None,
        };
        log.write(engine)?;
        sheet.file = Some(made(&format!("推进会-{from}.xlsx"), &bytes, args.out.as_deref(), rows, 0)?);
    }
    Ok(sheet)
}

fn tables(o: &Open, from: NaiveDate, to: NaiveDate, now: i64) -> Result<WeeklySheet> {
    let tree = Tree::read(&o.db)?;
    let grid_of = |building: Option<Uuid>| {
        let grid = building.and_then(|b| tree.above(b, "grid")).map(|g| tree.name(g));
        grid.unwrap_or_else(|| NOWHERE.into())
    };
    let cases: Vec<Told> = cases::items(&o.db, &o.me, now)?
        .into_iter()
        .filter(|one| !one.item.is_aside)
        .map(|cases::Listed { item, over, .. }| Told {
            closed: over.map(day_of),
            opened: day_of(item.opened_at),
            grid: grid_of(item.building.as_deref().and_then(|b| Uuid::parse_str(b).ok())),
            item,
        })
        .collect();
    let unit = settings::own_unit(&o.db, &o.me)?;
    let week = from..=to;
    Ok(WeeklySheet {
        from: from.to_string(),
        to: to.to_string(),
        unit: tree.name(unit),
        tables: vec![
            flow(&cases, &week),
            levels(&cases, &week),
            visits(o, &grid_of, from, to, now)?,
            departments(&cases),
            problems(&cases, now),
        ],
        file: None,
    })
}

type Week = std::ops::RangeInclusive<NaiveDate>;

fn table(name: &str, zh: &str, headers: &[&str], rows: Vec<Vec<String>>) -> WeeklyTable {
    WeeklyTable { name: name.into(), zh: zh.into(), headers: headers.iter().map(|h| h.to_string()).collect(), rows }
}

/// New, done and late by matter and grid.
fn flow(cases: &[Told], week: &Week) -> WeeklyTable {
    let mut rows: BTreeMap<(String, String), [u32; 4]> = BTreeMap::new();
    let mut sum = [0; 4];
    for c in cases {
        let counts = [week.contains(&c.opened), c.closed.is_some_and(|d| week.contains(&d)), c.is_late(), !c.item.is_closed];
        if !counts.contains(&true) {
            continue;
        }
        let row = rows.entry((c.matter(), c.grid.clone())).or_default();
        for (at, counted) in counts.into_iter().enumerate() {
            row[at] += u32::from(counted);
            sum[at] += u32::from(counted);
        }
    }
    let line = |first: [String; 2], counts: [u32; 4]| first.into_iter().chain(counts.iter().map(u32::to_string)).collect::<Vec<_>>();
    let mut out: Vec<Vec<String>> = rows.into_iter().map(|((matter, grid), counts)| line([matter, grid], counts)).collect();
    out.push(line(["合计".into(), String::new()], sum));
    table("flow", "本周事项", &["事项", "网格", "本周新增", "本周办结", "超期未结", "在办"], out)
}

/// At which level matters were settled: 小事不出格.
fn levels(cases: &[Told], week: &Week) -> WeeklyTable {
    let names = ["网格", "社区", "街道", "区县"];
    let of = |level: &str, closed: bool| {
        let counts =
            |c: &&Told| c.item.level.label == level && if closed { c.closed.is_some_and(|d| week.contains(&d)) } else { !c.item.is_closed };
        cases.iter().filter(counts).count()
    };
    let done: usize = names.iter().map(|n| of(n, true)).sum();
    let share = |n: usize| (n * 100 + done / 2).checked_div(done).map(|part| format!("{part}%")).unwrap_or_default();
    let rows =
        names.iter().map(|n| vec![(*n).to_string(), of(n, true).to_string(), share(of(n, true)), of(n, false).to_string()]).collect();
    table("levels", "解决层级", &["层级", "本周办结", "占本周办结", "在办"], rows)
}

/// Doors visited and doors due, by grid.
fn visits(o: &Open, grid_of: &dyn Fn(Option<Uuid>) -> String, from: NaiveDate, to: NaiveDate, now: i64) -> Result<WeeklyTable> {
    let due = project::due_of(&o.db, day_of(now))?;
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    let mut q = o.db.prepare_cached("select household, at from visit where household is not null and _del is null and at is not null")?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, i64>(1)?)))? {
        let (household, at) = r?;
        if (from..=to).contains(&day_of(at)) {
            seen.insert(household);
        }
    }
    let mut names: HashMap<Uuid, String> = HashMap::new();
    let mut rows: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    let mut q =
        o.db.prepare_cached("select record, building from household where _del is null and merged_into is null and door is not null")?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<Uuid>>(1)?)))? {
        let (household, building) = r?;
        let grid = names.entry(building.unwrap_or_default()).or_insert_with(|| grid_of(building)).clone();
        let on = due.get(&household).map(|d| &d.0);
        let row = rows.entry(grid).or_default();
        row[0] += 1;
        row[1] += u32::from(seen.contains(&household));
        row[2] += u32::from(on.is_some_and(|d| d.state != "none" && d.date <= to));
        row[3] += u32::from(on.is_some_and(|d| d.state == "over"));
    }
    let rows = rows.into_iter().map(|(grid, n)| std::iter::once(grid).chain(n.iter().map(u32::to_string)).collect()).collect();
    Ok(table("visits", "走访覆盖", &["网格", "户数", "本周走访到的户", "到周日应访未访", "其中逾期"], rows))
}

/// What waits with which department.
fn departments(cases: &[Told]) -> WeeklyTable {
    let mut rows: BTreeMap<String, (u32, u32, Option<NaiveDate>)> = BTreeMap::new();
    for c in cases.iter().filter(|c| !c.item.is_closed) {
        let row = rows.entry(c.item.lead.clone().unwrap_or_else(|| "未定牵头".into())).or_default();
        row.0 += 1;
        row.1 += u32::from(c.is_late());
        row.2 = Some(row.2.map_or(c.opened, |first| first.min(c.opened)));
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, (open, late, _))| (std::cmp::Reverse(*late), std::cmp::Reverse(*open)));
    let line = |(lead, (open, late, first)): (String, (u32, u32, Option<NaiveDate>))| {
        vec![lead, open.to_string(), late.to_string(), first.map(|d| d.to_string()).unwrap_or_default()]
    };
    table("leads", "牵头部门未结", &["牵头部门", "在办", "超期", "最早一件上报"], rows.into_iter().map(line).collect())
}

/// What to speak about: what is late longest, then what is most urgent. Only what everybody at the table may read.
fn problems(cases: &[Told], now: i64) -> WeeklyTable {
    let mut open: Vec<&Told> = cases.iter().filter(|c| !c.item.is_closed && c.is_open_class()).collect();
    open.sort_by_key(|c| (!c.is_late(), c.item.due_at.unwrap_or(i64::MAX), c.item.urgency, c.item.opened_at));
    let late = |c: &Told| match c.item.due_at.filter(|_| c.is_late()) {
        Some(due) => format!("超期 {} 天", (day_of(now) - day_of(due)).num_days().max(1)),
        None => String::new(),
    };
    let line = |c: &&Told| {
        vec![
            c.item.matter.label.clone(),
            c.item.title.clone(),
            c.item.place.clone().unwrap_or_default(),
            c.grid.clone(),
            c.item.lead.clone().unwrap_or_default(),
            c.opened.to_string(),
            c.item.due_at.map(|at| day_of(at).to_string()).unwrap_or_default(),
            late(c),
            c.item.state.label.clone(),
        ]
    };
    let rows = open.iter().take(PROBLEMS_MAX).map(line).collect();
    table("problems", "要说的事", &["事项", "标题", "地点", "网格", "牵头", "上报", "时限", "超期", "进行到"], rows)
}

fn workbook(sheet: &WeeklySheet, mark: &str) -> Result<Vec<u8>> {
    let mut book = BookWriter::new();
    for t in &sheet.tables {
        let widths = t.headers.iter().map(|h| if matches!(h.as_str(), "标题" | "地点" | "事项" | "牵头部门") { 28 } else { 13 }).collect();
        let note = format!("{} 推进会 {} 至 {} · {} · {mark}", sheet.unit, sheet.from, sheet.to, t.zh);
        let is_portrait = t.headers.len() < 7;
        book.sheet(BookSheet { title: t.zh.clone(), note, headers: t.headers.clone(), widths, mark: mark.into(), is_portrait })?;
        for row in &t.rows {
            let cell = |(at, text): (usize, &String)| match text.parse::<i64>() {
                // a number among words (a title, a place) stays text
                Ok(n) if !matches!(t.headers[at].as_str(), "标题" | "地点" | "事项" | "网格" | "牵头") => BookCell::Number(n),
                _ => BookCell::Text(text.clone().into()),
            };
            book.row(&row.iter().enumerate().map(cell).collect::<Vec<_>>())?;
        }
    }
    Ok(book.finish()?)
}
