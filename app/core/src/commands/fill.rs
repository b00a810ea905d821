//! 套表: a department's own blank table filled from what is known; what is missing is listed and can be asked for at the next visit.
//! ID numbers are masked unless a reason is given, which is logged before the table is written.

use super::households::plate_of;
use super::import::bytes_of;
use super::units::Tree;
use super::views::{id, label_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use app_tables::{TemplateColumn, fill, read_template};
use base64::Engine as _;
use shared_model::Class;
use shared_model::codes;
use shared_model::commands::{AskArgs, Edited, FillArgs, FillColumn, FillFilter, FillGap, FillReport};
use shared_model::crdt::Value;
use shared_model::records::{Kind, label};
use shared_model::rules::Verb;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rows shown before a table is taken.
const PREVIEW_MAX: usize = 50;

/// One person as the tables see them.
struct Line {
    person: Row,
    household: Option<Row>,
    plate: String,
    address: String,
    contact: Option<(String, String)>,
    age: Option<i32>,
}

/// `fill_table`
pub fn fill_table(engine: &Engine, args: FillArgs) -> Result<FillReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let (bytes, name) = bytes_of(args.file.as_deref(), args.data.as_deref(), None)?;
    let template = read_template(&bytes)?;
    let reason = args.reason.as_deref().map(str::trim).filter(|r| !r.is_empty());
    let filter = args.filter.clone().unwrap_or_default();
    let lines = engine.with(|o| lines(&o.db, &filter, now))?;
    let values: Vec<BTreeMap<String, String>> = lines
        .iter()
        .enumerate()
        .map(|(n, l)| {
            template
                .columns
                .iter()
                .filter_map(|c| c.field)
                .filter_map(|f| value(l, f, n, reason.is_some()).map(|v| (f.to_string(), v)))
                .collect()
        })
        .collect();
    if reason.is_some() || args.out.is_some() {
        let text = format!(
            "套表 {}：{} 行{}",
            template.title,
            lines.len(),
            reason.map_or(String::new(), |r| format!("，证件号不遮盖，理由：{r}"))
        );
        engine.with(|o| {
            Ok(o.db.execute("insert into own_log (at, what, words) values (?1, 'export', ?2)", rusqlite::params![now, text])?)
        })?;
    }
    let filled = fill(&bytes, &template, &values)?;
    let gaps = filled
        .empty_cells
        .iter()
        .filter_map(|e| lines.get(e.row_index).map(|l| gap(l, e.field, &e.column, template.first_row, e.row_index)))
        .collect();
    let preview = values
        .iter()
        .take(PREVIEW_MAX)
        .map(|v| template.columns.iter().map(|c| c.field.and_then(|f| v.get(f)).cloned().unwrap_or_default()).collect())
        .collect();
    let (mut file, mut data) = (None, None);
    match &args.out {
        Some(path) => {
            std::fs::write(path, &filled.bytes)?;
            file = Some(path.clone());
        }
        None => data = Some(base64::engine::general_purpose::STANDARD.encode(&filled.bytes)),
    }
    Ok(FillReport {
        rows: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        columns: template.columns.iter().map(column).collect(),
        unknown_headers: filled.unknown_headers,
        gaps,
        preview,
        masked: reason.is_none(),
        file,
        data,
        name: if template.title.is_empty() { name } else { template.title.clone() },
    })
}

fn column(c: &TemplateColumn) -> FillColumn {
    FillColumn { header: c.header.clone(), field: c.field.map(str::to_string), label: c.field.map(field_label) }
}

/// What a table's field is called here.
fn field_label(field: &str) -> String {
    match field {
        "seq" => "序号".into(),
        "age" => "年龄".into(),
        "address" => "现住址".into(),
        "birth_month" => "出生年月".into(),
        "contact_name" => "联系人".into(),
        "contact_phone" => "联系人电话".into(),
        "tags" => "标签".into(),
        "head_name" | "building" | "unit" | "door" => label_of(Kind::Household, if field == "unit" { "unit_no" } else { field }),
        other => label_of(Kind::Person, other),
    }
}

/// The fact that fills a field, as it can be asked for at a door.
fn asked(field: &str) -> &str {
    match field {
        "birth_month" | "age" => "birth_date",
        "contact_name" | "contact_phone" => "phone2",
        "tags" => "note",
        other => other,
    }
}

fn gap(l: &Line, field: &str, header: &str, first_row: u32, index: usize) -> FillGap {
    FillGap {
        row: first_row + u32::try_from(index).unwrap_or(0),
        record: l.person.record.to_string(),
        household: l.household.as_ref().map(|h| h.record.to_string()).unwrap_or_default(),
        plate: l.plate.clone(),
        name: l.person.text("name").unwrap_or_default(),
        key: asked(field).to_string(),
        label: header.to_string(),
    }
}

fn value(l: &Line, field: &str, index: usize, whole: bool) -> Option<String> {
    let p = &l.person;
    let coded = |table: &str, key: &str| p.text(key).map(|c| label(table, &c));
    match field {
        "seq" => Some((index + 1).to_string()),
        "age" => l.age.map(|a| a.to_string()),
        "address" => Some(l.address.clone()),
        "birth_month" => p.text("birth_date").map(|d| d[..7].replace('-', ".")).or_else(|| p.int("birth_year").map(|y| y.to_string())),
        "birth_date" => p.text("birth_date"),
        "id_number" => p.text("id_number").map(|n| if whole { n } else { codes::id_number::mask(&n) }),
        "sex" => coded("sex", "sex"),
        "relation" => coded("relation", "relation"),
        "education" => coded("education", "education"),
        "political" => coded("political", "political"),
        "ethnic" => coded("ethnic", "ethnic"),
        "marital" => coded("marital", "marital"),
        "employment" => coded("employment", "employment"),
        "residence_type" => coded("residence_type", "residence_type")
            .or_else(|| l.household.as_ref()?.text("residence_type").map(|c| label("residence_type", &c))),
        "tags" => {
            let mut all = p.names("tag");
            all.extend(l.household.iter().flat_map(|h| h.names("tag")));
            (!all.is_empty()).then(|| all.join("、"))
        }
        "head_name" => l.household.as_ref()?.text("head_name"),
        "building" => l.plate.split('-').next().map(str::to_string),
        "unit" => l.household.as_ref()?.text("unit_no"),
        "door" => l.household.as_ref()?.text("door"),
        "contact_name" => l.contact.as_ref().map(|c| c.0.clone()),
        "contact_phone" => l.contact.as_ref().map(|c| c.1.clone()),
        other => p.text(other),
    }
    .filter(|v| !v.is_empty())
}

fn lines(db: &rusqlite::Connection, filter: &FillFilter, now: i64) -> Result<Vec<Line>> {
    let tree = Tree::read(db)?;
    let beneath = match &filter.unit {
        Some(u) => Some(tree.beneath(tree.find(u)?.record)),
        None => None,
    };
    let code = |table: &str, text: &Option<String>, field: &str| -> Result<Option<String>> {
        let Some(t) = text.as_deref().filter(|t| !t.is_empty()) else { return Ok(None) };
        let entry =
            codes::table(table).and_then(|c| c.resolve(t)).ok_or_else(|| CoreError::args(format!("没有「{t}」这一项。")).at(field))?;
        Ok(Some(entry.code.to_string()))
    };
    let (political, sex) = (code("political", &filter.political, "political")?, code("sex", &filter.sex, "sex")?);
    let households: HashMap<Uuid, Row> =
        rows(db, Kind::Household, "where t._del is null", &[])?.into_iter().map(|r| (r.record, r)).collect();
    let all = rows(
        db,
        Kind::Person,
        "left join due d on d.household = t.household where t._del is null and t.ended is null and t.name is not null order by d.walk, t.record",
        &[],
    )?;
    let mut family: HashMap<Uuid, Vec<(Uuid, String, String)>> = HashMap::new();
    for p in &all {
        if let (Some(h), Some(name), Some(phone)) = (p.id("household"), p.text("name"), p.text("phone")) {
            family.entry(h).or_default().push((p.record, name, phone));
        }
    }
    let mut out = Vec::new();
    for person in all {
        let household = person.id("household").and_then(|h| households.get(&h)).cloned();
        let building = household.as_ref().and_then(|h| h.id("building"));
        let age = super::persons::age(&person, now);
        let tagged = |t: &String| {
            [Some(&person), household.as_ref()].into_iter().flatten().any(|r| r.names("tag").contains(t) || r.names("care").contains(t))
        };
        let fits = beneath.as_ref().is_none_or(|b| building.is_some_and(|x| b.contains(&x)))
            && filter.age_from.is_none_or(|n| age.is_some_and(|a| i64::from(a) >= i64::from(n)))
            && filter.age_to.is_none_or(|n| age.is_some_and(|a| i64::from(a) <= i64::from(n)))
            && filter.tag.as_ref().filter(|t| !t.is_empty()).is_none_or(tagged)
            && political.as_ref().is_none_or(|c| person.text("political").as_ref() == Some(c))
            && sex.as_ref().is_none_or(|c| person.text("sex").as_ref() == Some(c));
        if !fits {
            continue;
        }
        let plate = household.as_ref().map(|h| plate_of(&tree, h)).unwrap_or_default();
        // somebody else of the family who can be called
        let contact = household
            .as_ref()
            .and_then(|h| family.get(&h.record))
            .and_then(|f| f.iter().find(|c| c.0 != person.record))
            .map(|c| (c.1.clone(), c.2.clone()));
        let address = household.as_ref().map(|h| address(&tree, h)).unwrap_or_default();
        out.push(Line { address, plate, contact, age, person, household });
    }
    Ok(out)
}

/// 示例社区 3号楼2单元501室.
fn address(tree: &Tree, h: &Row) -> String {
    let building = h.id("building").unwrap_or_default();
    let community = tree.above(building, "community").map(|c| tree.name(c)).unwrap_or_default();
    let unit = h.text("unit_no").filter(|u| !u.is_empty()).map(|u| format!("{u}单元")).unwrap_or_default();
    let door = h.text("door").map(|d| format!("{d}室")).unwrap_or_default();
    format!("{community}{}{unit}{door}", tree.name(building))
}

/// `ask_next_visit`: the facts stand on the household's next visit until somebody writes them.
pub fn ask_next_visit(engine: &Engine, args: AskArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let (any, changed) = engine.with(|o| {
        let mut plans = Vec::new();
        for (record, keys) in &args.items {
            let record = id(record, "这条记录")?;
            let (kind, row) = match get_row(&o.db, Kind::Person, record)? {
                Some(r) => (Kind::Person, r),
                None => (Kind::Household, get_row(&o.db, Kind::Household, record)?.ok_or_else(|| CoreError::not_found("这条记录"))?),
            };
            let unit: Uuid = o.db.query_row("select unit from doc where record = ?1 order by class limit 1", [record], |r| r.get(0))?;
            let edits: Vec<KeyEdit> = keys
                .iter()
                .filter(|k| kind.def().columns().any(|f| f.key == k.as_str()) && row.get(k).is_none())
                .map(|k| KeyEdit { key: format!("ask/{k}"), value: Value::Bool(true), seen: None, settle: false })
                .collect();
            let household = if kind == Kind::Household { Some(record) } else { row.id("household") };
            plans.push((unit, record, kind, household, edits));
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut any = false;
            for (unit, record, kind, household, edits) in plans {
                let mut intent = Intent::new("ask_next_visit", "下次走访补", household);
                intent.record(unit, record, kind, Class::Register, edits)?;
                any |= w.command(intent)?.is_some();
            }
            Ok(any)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: any })
}
