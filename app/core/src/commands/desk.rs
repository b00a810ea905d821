//! Drafts: what was begun and not saved. They stand in the encrypted store, so that going back, a call, the lock and the end of the program
//! lose nothing; they are sent nowhere, and what is erased leaves them too (`sync/purge.rs`).

use crate::engine::Engine;
use crate::error::{CoreError, Result};
use rusqlite::params;
use shared_model::commands::{DraftItem, DraftList, Edited, KeepDraftArgs, NoArgs};
use shared_model::limits::{DRAFT_BYTES_MAX, DRAFT_LIFE_MS, DRAFTS_MAX, KEY_BYTES_MAX};

/// `keep_draft`
pub fn keep(engine: &Engine, args: KeepDraftArgs) -> Result<Edited> {
    let now = engine.now_ms();
    if args.key.is_empty() || args.key.len() > KEY_BYTES_MAX {
        return Err(CoreError::args("草稿要有名字，而且不能太长。").at("key"));
    }
    engine.with(|o| {
        let changed = match &args.body {
            None => o.db.prepare_cached("delete from draft where key = ?1")?.execute([&args.key])?,
            Some(body) if body.len() > DRAFT_BYTES_MAX => {
                return Err(CoreError::new("too_large", "写得太长，没写完的这份留不住了，请先保存。").at("body"));
            }
            Some(body) => {
                o.db.prepare_cached(
                    "insert into draft (key, at, body) values (?1, ?2, ?3)
                     on conflict (key) do update set at = excluded.at, body = excluded.body where body <> excluded.body",
                )?
                .execute(params![args.key, now, body])?
            }
        };
        Ok(Edited { changed: changed > 0 })
    })
}

/// `list_drafts`: newest first. What nobody came back to for a month goes.
pub fn list(engine: &Engine, _: NoArgs) -> Result<DraftList> {
    let now = engine.now_ms();
    engine.with(|o| {
        o.db.execute(
            "delete from draft where at < ?1 or key not in (select key from draft order by at desc limit ?2)",
            params![now - DRAFT_LIFE_MS, DRAFTS_MAX],
        )?;
        let mut q = o.db.prepare_cached("select key, body, at from draft order by at desc, key")?;
        let items = q.query_map([], |r| Ok(DraftItem { key: r.get(0)?, body: r.get(1)?, at: r.get(2)? }))?;
        Ok(DraftList { items: items.collect::<rusqlite::Result<_>>()? })
    })
}
