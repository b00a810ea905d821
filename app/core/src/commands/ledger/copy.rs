//! Rows of a ledger for the clipboard: masked as an export is unless a reason is given, and noted in the same log before they are handed out. Who is
//! not of the office copies masked rows alone; the device's own log has the line.

use super::columns::Reader;
use super::export::{Logged, outward, own_line, reason_for, told};
use super::query::{self, Looking};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use app_tables::neutral;
use shared_model::commands::{CopiedRows, CopyLedgerArgs};
use shared_model::ledger::COPY_ROWS_MAX;

/// `copy_ledger`
pub fn copy(engine: &Engine, args: CopyLedgerArgs) -> Result<CopiedRows> {
    let (now, is_masked) = (engine.now_ms(), args.masked.unwrap_or(true));
    let reason = reason_for(is_masked, args.reason.as_deref())?;
    if args.rows > COPY_ROWS_MAX {
        return Err(CoreError::new("too_large", format!("一次最多复制 {COPY_ROWS_MAX} 行，请先筛选，或者导出。")).at("rows"));
    }
    let (text, rows, columns, what, is_office) = engine.with(|o| {
        let reader = Reader::of(&o.db, &o.me)?;
        if !is_masked {
            reader.need_office("不遮盖地复制台账")?;
        }
        let ids = query::ids(o, &args.kind, &args.view, now)?;
        let look = Looking::at(o, &args.kind, now)?;
        let (columns, what) = (look.shown(&args.view)?, format!("{}台账", look.ledger.kind.def().zh));
        let wanted = ids.get(args.offset as usize..).unwrap_or_default();
        let wanted = &wanted[..wanted.len().min(args.rows as usize)];
        let lines = query::read_rows(o, &args.kind, &columns, wanted, now)?;
        let told = lines.iter().map(|(_, _, line)| {
            let cells = columns.iter().zip(line).map(|(column, cell)| field(&outward(column, cell, is_masked)));
            cells.collect::<Vec<_>>().join("\t")
        });
        Ok((told.collect::<Vec<_>>().join("\r\n"), lines.len(), columns, what, reader.is_office()))
    })?;
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    if is_office {
        let fields: Vec<&str> = columns.iter().map(|c| c.key).collect();
        let filter = told(&args.view, &columns);
        Logged { what, format: "copy".into(), filter, count: rows, fields: &fields, is_masked, reason }.write(engine)?;
    } else {
        engine.with(|o| own_line(&o.db, now, &format!("复制{what}：{rows} 行")))?;
    }
    Ok(CopiedRows { text, rows })
}

/// One cell on the clipboard: no tab, line breaks only within quotes, and nothing that a spreadsheet would compute.
fn field(text: &str) -> String {
    let safe = neutral(&text.replace('\t', " "));
    if safe.contains(['\n', '\r', '"']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
