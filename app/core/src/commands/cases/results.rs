//! What came of hotline orders, as a table that goes back to the hotline. It names no caller; that it was made is written to this device's log.

use super::load::{self, Loaded};
use super::orders::{HOTLINE, hidden_numbers};
use super::view::Viewing;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{day_of, local};
use crate::workspace;
use app_tables::Table;
use base64::Engine as _;
use chrono::NaiveDate;
use shared_model::cases::Phase;
use shared_model::commands::{ExportOrdersArgs, OrdersExport};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::path::Path;

const HEADERS: [&str; 12] =
    ["工单编号", "诉求类型", "标题", "事项", "受理日期", "办结日期", "状态", "办理结果", "承办", "办结时间", "是否按时", "满意度"];

/// `export_orders`
pub fn export(engine: &Engine, args: ExportOrdersArgs) -> Result<OrdersExport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let now = engine.now_ms();
    let day = |text: &Option<String>, field: &str| match text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        Some(t) => t.parse::<NaiveDate>().map(Some).map_err(|_| CoreError::args("日期写成 2026-09-21。").at(field)),
        None => Ok(None),
    };
    let (from, to) = (day(&args.from, "from")?, day(&args.to, "to")?);
    let mut rows = engine.with(|o| {
        let viewing = Viewing::new(&o.db, &o.me, now)?;
        let mut out = Vec::new();
        for c in load::all(&o.db)?.iter().filter(|c| c.workflow.name == HOTLINE) {
            let received = day_of(c.row.int("opened_at").unwrap_or(0));
            if from.is_none_or(|f| received >= f) && to.is_none_or(|t| received <= t) {
                out.push(line(&viewing, c, received)?);
            }
        }
        Ok(out)
    })?;
    // by the day of receipt, then by number
    rows.sort_by(|a, b| (&a[4], &a[0]).cmp(&(&b[4], &b[0])));
    let table = Table { title: "热线工单办理结果".into(), headers: HEADERS.map(String::from).to_vec(), rows };
    let ending = args.out.as_deref().and_then(|p| Path::new(p).extension()?.to_str().map(str::to_ascii_lowercase)).or(args.format.clone());
    let (bytes, ending) = match ending.as_deref().unwrap_or("xlsx") {
        "csv" => (table.csv(), "csv"),
        "xlsx" => (table.xlsx()?, "xlsx"),
        _ => return Err(CoreError::args("导出成 .xlsx 或 .csv。").at(if args.out.is_some() { "out" } else { "format" })),
    };
    let words = format!("导出热线工单办理结果：{} 件", table.rows.len());
    engine
        .with(|o| Ok(o.db.execute("insert into own_log (at, what, words) values (?1, 'export', ?2)", rusqlite::params![now, words])?))?;
    let (mut file, mut data) = (None, None);
    match &args.out {
        Some(path) => {
            std::fs::write(path, &bytes)?;
            file = Some(path.clone());
        }
        None => data = Some(base64::engine::general_purpose::STANDARD.encode(&bytes)),
    }
    let name = format!("热线工单办理结果-{}.{ending}", day_of(now));
    Ok(OrdersExport { headers: table.headers, rows: table.rows, file, data, name })
}

/// One order, in the order of [`HEADERS`].
fn line(v: &Viewing<'_>, c: &Loaded, received: NaiveDate) -> Result<Vec<String>> {
    let item = v.item(c)?;
    let data = c.row.texts("data");
    let field = |name: &str| {
        let held = data.get(name).cloned().unwrap_or_default();
        c.workflow.fields.iter().find(|f| f.name == name).map_or_else(|| held.clone(), |f| f.words(&held))
    };
    let last = |name: &str| c.counted().rev().find(|s| s.transition() == name);
    let phase = c.workflow.state(&c.folded.stand.state).map(|s| s.phase);
    // what was answered, also while it was not delivered; what is over in another way says why
    let said = match phase {
        Some(Phase::Aside) => c.counted().rev().find(|s| c.workflow.transition(&s.transition()).is_some_and(|t| t.to.is_some())),
        _ => last("answer"),
    };
    let reason = said.and_then(|s| {
        let step = c.workflow.transition(&s.transition())?;
        let held = s.row.texts("data");
        step.fields.iter().find(|f| f.name == "reason").and_then(|f| held.get("reason").map(|h| f.words(h)))
    });
    let result = [reason, said.and_then(|s| s.row.text("note"))].into_iter().flatten().collect::<Vec<_>>().join("：");
    let closed =
        c.is_over().then(|| c.counted().rev().find(|s| c.workflow.transition(&s.transition()).is_some_and(|t| t.to.is_some()))).flatten();
    let closed_at = closed.and_then(|s| s.received_at.or(s.row.int("at")));
    let by = match &item.assignee {
        Some(name) => name.clone(),
        None => said.map(|s| v.author_of_step(s)).transpose()?.unwrap_or_default(),
    };
    let resolve = v.clocks(c).into_iter().find(|r| r.name == "resolve");
    let on_time = match resolve.and_then(|r| Some((r.stopped_ms, r.deadline?.at_ms))) {
        Some((Some(stopped), due)) => {
            if stopped <= due {
                "是"
            } else {
                "否"
            }
        }
        Some((None, due)) if due < v.now => "否（超期未结）",
        _ => "",
    };
    // the hotline knows who called; a table that goes by mail does not say it again
    let caller = c.row.text("reporter").unwrap_or_default();
    let plain = |text: &str| hidden_numbers(text, &caller).0;
    let rating = c.counted().rev().find_map(|s| s.row.text("rating")).unwrap_or_default();
    Ok(vec![
        field("number"),
        field("kind"),
        plain(&item.title),
        item.matter.label,
        received.to_string(),
        field("due"),
        item.state.label,
        plain(&result),
        by,
        closed_at.map(|at| local(at).format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default(),
        on_time.to_string(),
        rating,
    ])
}
