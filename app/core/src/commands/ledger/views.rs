//! Views that the offices keep: what a ledger is filtered, grouped and sorted by, under a name. A view is a record of the office and syncs
//! between its devices; two that changed one apart are both kept until somebody decides.

use super::columns::Reader;
use super::query::Looking;
use crate::commands::settings;
use crate::commands::visits::new_id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use shared_model::Class;
use shared_model::commands::{Added, Edited, IdArgs, NoArgs, PutViewArgs, SavedView, ViewList};
use shared_model::crdt::Value;
use shared_model::crdt::deletion::del_value;
use shared_model::ledger::{VIEW_BYTES_MAX, View};
use shared_model::records::Kind;
use uuid::Uuid;

/// What only the office may.
const WHAT: &str = "留台账的视图";
/// Views of one office.
const VIEWS_MAX: usize = 200;
/// A name, characters.
const NAME_CHARS_MAX: usize = 40;

/// `list_views`
pub fn list(engine: &Engine, _: NoArgs) -> Result<ViewList> {
    engine.with(|o| {
        Reader::of(&o.db, &o.me)?.need_office(WHAT)?;
        let mut items = Vec::new();
        for row in rows(&o.db, Kind::View, "where t._del is null and t.ledger is not null order by t.ledger, t.name, t.record", &[])? {
            let (ops, _) = crate::commands::views::ops_of(&o.db, row.record)?;
            items.push(SavedView {
                id: row.record.to_string(),
                kind: row.text("ledger").unwrap_or_default(),
                name: row.text("name").unwrap_or_default(),
                // what a newer version wrote and this one cannot read is a view without conditions, not a failure
                view: row.text("spec").and_then(|s| serde_json::from_str(&s).ok()).unwrap_or_default(),
                is_forked: ["name", "spec"].iter().any(|key| ops.get(*key).is_some_and(|o| o.len() > 1)),
                ops: ["name", "spec"].iter().filter_map(|key| ops.get(*key)).flatten().cloned().collect(),
            });
        }
        Ok(ViewList { items })
    })
}

fn spec(view: &View) -> Result<String> {
    let text = serde_json::to_string(view).map_err(|_| CoreError::args("这个视图写不下来。").at("view"))?;
    if text.len() > VIEW_BYTES_MAX {
        return Err(CoreError::new("too_large", "这个视图的条件太多，留不下来。").at("view"));
    }
    Ok(text)
}

/// `put_view`
pub fn put(engine: &Engine, args: PutViewArgs) -> Result<Added> {
    engine.with(|o| Reader::of(&o.db, &o.me)?.need_office(WHAT))?;
    let (now, fresh) = (engine.now_ms(), new_id(engine));
    let name = args.name.trim().to_string();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(CoreError::args(format!("视图要有名字，最多 {NAME_CHARS_MAX} 个字。")).at("name"));
    }
    let (id, changed) = engine.with(|o| {
        super::query::refresh(o, &args.kind, &args.view, now)?;
        Looking::at(o, &args.kind, now)?.shown(&args.view)?;
        let unit = settings::own_unit(&o.db, &o.me)?;
        let text = spec(&args.view)?;
        let old = match &args.id {
            Some(id) => Some(require(o, id)?),
            None => None,
        };
        if old.is_none() && rows(&o.db, Kind::View, "where t._del is null", &[])?.len() >= VIEWS_MAX {
            return Err(CoreError::new("too_large", format!("视图最多 {VIEWS_MAX} 个，请先去掉不用的。")));
        }
        let record = old.as_ref().map_or(fresh, |r| r.record);
        let mut edits = Vec::new();
        match &old {
            None => edits.push(KeyEdit::put("ledger", args.kind.clone())),
            Some(row) if row.text("ledger").as_deref() != Some(args.kind.as_str()) => {
                return Err(CoreError::args("这个视图是另一种台账的。").at("kind"));
            }
            Some(row) if row.get("_del").is_some() => edits.push(KeyEdit::put("_del", Value::Null)),
            Some(_) => {}
        }
        let holds = |key: &str, text: &str| old.as_ref().and_then(|r| r.text(key)).as_deref() == Some(text);
        if !holds("name", &name) {
            edits.push(KeyEdit::put("name", name.clone()));
        }
        if !holds("spec", &text) {
            edits.push(KeyEdit::put("spec", text));
        }
        let unit = old.as_ref().map_or(Ok(unit), |r| crate::commands::field::spots::home(&o.db, r.record))?;
        write(o, now, "put_view", "留下视图", unit, record, edits)
    })?;
    engine.raise(&changed);
    Ok(Added { id: id.to_string() })
}

/// `remove_view`: `put_view` with its id brings it back.
pub fn remove(engine: &Engine, args: IdArgs) -> Result<Edited> {
    engine.with(|o| Reader::of(&o.db, &o.me)?.need_office(WHAT))?;
    let now = engine.now_ms();
    let (_, changed) = engine.with(|o| {
        let row = require(o, &args.id)?;
        if row.get("_del").is_some() {
            return Err(CoreError::not_found("这个视图").at("id"));
        }
        let unit = crate::commands::field::spots::home(&o.db, row.record)?;
        let doc = crate::store::docs::load(&o.db, crate::store::docs::current(&o.db, row.record, Class::Office)?)?;
        let gone = doc.map(|d| del_value(&d.shown)).unwrap_or_default();
        write(o, now, "remove_view", "去掉视图", unit, row.record, vec![KeyEdit::put("_del", gone)])
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: true })
}

fn require(o: &crate::engine::Open, id: &str) -> Result<Row> {
    let record = crate::commands::views::id(id, "这个视图")?;
    get_row(&o.db, Kind::View, record)?.filter(|r| r.get("ledger").is_some()).ok_or_else(|| CoreError::not_found("这个视图").at("id"))
}

type Changed = shared_model::commands::Changed;

fn write(
    o: &mut crate::engine::Open,
    now: i64,
    command: &'static str,
    words: &str,
    unit: Uuid,
    record: Uuid,
    edits: Vec<KeyEdit>,
) -> Result<(Uuid, Changed)> {
    let me = o.me.clone();
    workspace::change(&mut o.db, &me, now, |w| {
        let mut intent = Intent::new(command, words, None);
        intent.record(unit, record, Kind::View, Class::Office, edits)?;
        w.command(intent)?;
        Ok(record)
    })
}
