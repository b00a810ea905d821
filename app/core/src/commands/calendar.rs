//! The working calendar of a deployment: a year at a glance, a day set as worked or free, a year whose notice is all in, the working hours.
//! One configuration record, an entry a day, so two offices that set different days apart are both kept. Deadlines are counted when they are
//! shown, so they follow at once.

use super::settings::{self, CALENDAR};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::get_row;
use crate::workspace::{self, Intent};
use chrono::NaiveDate;
use shared_model::codes::fold_width;
use shared_model::commands::{CalendarDay, CalendarYear, Edited, SetDayArgs, SetHoursArgs, SetYearArgs, YearArgs};
use shared_model::doc::config_id;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet};

/// `get_calendar`
pub fn get(engine: &Engine, args: YearArgs) -> Result<CalendarYear> {
    engine.with(|o| {
        let calendar = settings::calendar(&o.db, &o.me)?;
        let mut own = BTreeSet::new();
        for unit in settings::line(&o.db, &o.me)? {
            if let Some(row) = get_row(&o.db, Kind::Config, config_id(unit, CALENDAR))? {
                own.extend(row.texts("entry").into_iter().filter(|(_, text)| !text.is_empty()).map(|(entry, _)| entry));
            }
        }
        let days = calendar.days_of(args.year).map(|(day, works, name)| CalendarDay {
            own: own.contains(&day.to_string()),
            date: day.to_string(),
            works,
            name: name.to_string(),
        });
        let record = settings::own_unit(&o.db, &o.me).ok().map(|unit| config_id(unit, CALENDAR));
        Ok(CalendarYear {
            year: args.year,
            basis: calendar.basis(args.year).name().into(),
            basis_own: own.contains(&format!("y{}", args.year)),
            days: days.collect(),
            hours: calendar.hours_text(),
            hours_own: own.contains("hours"),
            may_edit: settings::may_edit(&o.db, &o.me)?,
            ops: record.map(|r| settings::ops(&o.db, r)).transpose()?.unwrap_or_default(),
        })
    })
}

/// `set_day`
pub fn set_day(engine: &Engine, args: SetDayArgs) -> Result<Edited> {
    let date: NaiveDate = args.date.trim().parse().map_err(|_| CoreError::args("日期写成 2027-02-06。").at("date"))?;
    let name = args.name.as_deref().map(str::trim).unwrap_or_default();
    let text = args.works.map(|works| format!("{} {name}", u8::from(works)).trim_end().to_string());
    let words = match args.works {
        Some(true) => format!("{date} 上班"),
        Some(false) => format!("{date} 放假"),
        None => format!("{date} 恢复"),
    };
    set(engine, "set_day", &words, &date.to_string(), text.as_deref(), args.seen.as_ref()).map_err(|e| e.at("date"))
}

/// `set_year`
pub fn set_year(engine: &Engine, args: SetYearArgs) -> Result<Edited> {
    let words = format!("{} 年放假通知{}", args.year, if args.published { "已录全" } else { "未录全" });
    let text = args.published.then_some("published");
    set(engine, "set_year", &words, &format!("y{}", args.year), text, None).map_err(|e| e.at("year"))
}

/// `set_hours`
pub fn set_hours(engine: &Engine, args: SetHoursArgs) -> Result<Edited> {
    // as people write it: full-width signs, long dashes
    let hours = fold_width(args.hours.trim()).replace(['—', '–', '~', '至'], "-").replace('、', ",");
    let text = Some(hours.as_str()).filter(|h| !h.is_empty());
    set(engine, "set_hours", "上班时间", "hours", text, None).map_err(|e| e.at("hours"))
}

fn set(engine: &Engine, name: &'static str, words: &str, entry: &str, text: Option<&str>, seen: Option<&Vec<String>>) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        // what is taken back is asked too: is it an entry at all?
        let known = if entry == "hours" { text } else { Some(text.unwrap_or_default()) };
        if let Some(text) = known {
            let entries = BTreeMap::from([(entry.to_string(), text.to_string())]);
            settings::calendar(&o.db, &o.me)?.set(&entries).map_err(settings::entry_problem)?;
        }
        let edit = settings::entry(entry, text, seen)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new(name, format!("日历：{words}"), None);
            settings::writes(w.tx, &mut intent, unit, CALENDAR, vec![edit])?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}
