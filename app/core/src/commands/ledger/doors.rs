//! The doors of a building on paper, for a power cut or a fire: who is at home behind which door, how many, who needs help, the telephone that
//! the door agreed to show. What is private (care tags) stands on it only with a reason, and that is written down first.

use super::export::{Logged, made, mark};
use crate::commands::units::{Tree, name_of};
use crate::commands::views::id;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project::day_of;
use crate::store::rows;
use crate::workspace;
use app_tables::{BookCell, BookSheet, BookWriter, file_name};
use chrono::Datelike;
use shared_model::Class;
use shared_model::commands::{DoorLine, DoorList, DoorListArgs};
use shared_model::records::Kind;
use shared_model::rules::access;
use uuid::Uuid;

/// Ordinary tags that say who needs help when the light goes out.
const HELP: [&str; 7] = ["独居", "空巢", "高龄", "留守", "孕妇", "婴幼儿", "行动不便"];
/// From this age somebody is looked after first, years.
const OLD_YEARS: i64 = 80;
/// Below this age too, years.
const SMALL_YEARS: i64 = 6;
/// A reason in the log, bytes.
const REASON_BYTES_MAX: usize = 600;

/// `door_list`
pub fn list(engine: &Engine, args: DoorListArgs) -> Result<DoorList> {
    let now = engine.now_ms();
    let reason = args.reason.as_deref().map(str::trim).filter(|r| !r.is_empty()).map(str::to_string);
    if reason.as_ref().is_some_and(|r| r.len() > REASON_BYTES_MAX) {
        return Err(CoreError::args("理由写短一些。").at("reason"));
    }
    let building = id(&args.building, "这栋楼")?;
    let reads = |class: Class| engine.with(|o| Ok(workspace::roles(&o.db, &o.me)?.iter().any(|r| access(r.role, class).reads())));
    if !reads(Class::Register)? {
        return Err(CoreError::not_allowed("打印门户清单"));
    }
    let may_care = reads(Class::Private)?;
    if reason.is_some() && !may_care {
        return Err(CoreError::not_allowed("看关爱标签").at("reason"));
    }
    let mut list = engine.with(|o| read(o, building, reason.is_some(), now))?;
    list.may_care = may_care;
    let wants_file = args.xlsx == Some(true) || args.out.is_some();
    if let Some(reason) = &reason {
        // before it is shown, as a masked number is
        let text = format!("查看关爱标签 {}：{reason}", list.name);
        engine.with(|o| {
            Ok(o.db.execute("insert into own_log (at, what, words) values (?1, 'reveal', ?2)", rusqlite::params![now, text])?)
        })?;
    }
    if wants_file {
        let count = u32::try_from(list.doors.len()).unwrap_or(u32::MAX);
        let log = Logged {
            what: format!("门户清单 {}", list.name),
            format: "xlsx".into(),
            filter: String::new(),
            count,
            fields: &[],
            is_masked: reason.is_none(),
            reason,
        };
        log.write(engine)?;
        let mark = engine.with(|o| mark(o, now))?;
        let name = file_name(&format!("门户清单-{}-{}.xlsx", list.name, day_of(now)));
        list.file = Some(made(&name, &workbook(&list, &mark)?, args.out.as_deref(), count, 0)?);
    }
    Ok(list)
}

fn read(o: &Open, building: Uuid, with_care: bool, now: i64) -> Result<DoorList> {
    let tree = Tree::read(&o.db)?;
    let unit = tree.get(building).ok_or_else(|| CoreError::not_found("这栋楼").at("building"))?;
    let year = i64::from(day_of(now).year());
    let filter = "left join due d on d.household = t.record where t.building = ?1 and t._del is null and t.door is not null and t.ended is null \
                  and t.merged_into is null order by d.walk, t.record";
    let mut list = DoorList {
        building: building.to_string(),
        name: name_of(unit),
        estate: unit.text("estate"),
        grid: tree.above(building, "grid").map(|g| tree.name(g)),
        made_at: now,
        made_by: o.me.name.clone(),
        has_care: with_care,
        ..DoorList::default()
    };
    for h in rows(&o.db, Kind::Household, filter, &[&building])? {
        let people = rows(
            &o.db,
            Kind::Person,
            "where t.household = ?1 and t._del is null and t.ended is null and t.name is not null and t.merged_into is null",
            &[&h.record],
        )?;
        let mut help: Vec<String> = Vec::new();
        let mut care: Vec<String> = Vec::new();
        let put = |to: &mut Vec<String>, tag: String| {
            if !to.contains(&tag) {
                to.push(tag);
            }
        };
        for row in std::iter::once(&h).chain(&people) {
            row.names("tag").into_iter().filter(|t| HELP.iter().any(|help| t.contains(help))).for_each(|t| put(&mut help, t));
            if with_care {
                row.names("care").into_iter().for_each(|t| put(&mut care, t));
            }
        }
        let ages: Vec<i64> = people.iter().filter_map(|p| p.int("birth_year")).map(|y| year - y).collect();
        for (words, n) in [
            (format!("{OLD_YEARS} 岁以上"), ages.iter().filter(|a| **a >= OLD_YEARS).count()),
            (format!("{SMALL_YEARS} 岁以下"), ages.iter().filter(|a| (0..SMALL_YEARS).contains(*a)).count()),
        ] {
            if n > 0 {
                put(&mut help, format!("{words} {n} 人"));
            }
        }
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        list.people += count;
        list.doors.push(DoorLine {
            household: h.record.to_string(),
            plate: crate::commands::households::plate_of(&tree, &h),
            unit_no: h.text("unit_no").unwrap_or_default(),
            door: h.text("door").unwrap_or_default(),
            head_name: h.text("head_name"),
            people: count,
            phone: h.text("contact_phone"),
            help,
            care,
            is_vacant: h.flag("vacant"),
        });
    }
    Ok(list)
}

fn workbook(list: &DoorList, mark: &str) -> Result<Vec<u8>> {
    let mut headers = vec!["门牌", "户主", "人数", "需要帮助", "门口的电话", "到了（打勾）"];
    let mut widths = vec![12, 14, 8, 30, 16, 12];
    if list.has_care {
        headers.insert(4, "关爱标签");
        widths.insert(4, 24);
    }
    let mut book = BookWriter::new();
    let note = format!("{} 门户清单 · {} 户 {} 人 · {mark}", list.name, list.doors.len(), list.people);
    let headers = headers.into_iter().map(String::from).collect();
    book.sheet(BookSheet { title: list.name.clone(), note, headers, widths, mark: mark.into(), is_portrait: true })?;
    for d in &list.doors {
        let head = d.head_name.clone().unwrap_or_else(|| if d.is_vacant { "空户".into() } else { String::new() });
        let text = |t: String| if t.is_empty() { BookCell::Empty } else { BookCell::Text(t.into()) };
        let mut row = vec![
            text(d.plate.clone()),
            text(head),
            BookCell::Number(d.people.into()),
            text(d.help.join("、")),
            text(d.phone.clone().unwrap_or_default()),
            BookCell::Empty,
        ];
        if list.has_care {
            row.insert(4, text(d.care.join("、")));
        }
        book.row(&row)?;
    }
    Ok(book.finish()?)
}
