//! What a table lacks is asked for at the household's next visit.

use super::super::views::id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::get_row;
use crate::workspace::{self, Intent, KeyEdit};
use shared_model::Class;
use shared_model::commands::{AskArgs, Edited};
use shared_model::crdt::Value;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use uuid::Uuid;

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
