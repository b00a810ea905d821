//! What came in from others and concerns this person: derived from what is held, so nothing is stored for it but what was looked at. A
//! notice names a record, never a person of the register that the reader does not hold.

use super::cases;
use crate::engine::Engine;
use crate::error::Result;
use crate::store::{self, rows};
use crate::sync::apply::NEWS_FROM;
use crate::workspace;
use rusqlite::{Connection, params};
use shared_model::commands::{Changed, Edited, NoArgs, NoticeItem, NoticeList, SeeNoticesArgs};
use shared_model::limits::{NOTICE_LIFE_MS, NOTICES_MAX};
use shared_model::records::Kind;
use shared_model::rules::Role;
use std::collections::BTreeSet;

/// `list_notices`
pub fn list(engine: &Engine, _: NoArgs) -> Result<NoticeList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let db = &o.db;
        // before the first sync has come to its end nothing is news
        let Some(from) = store::json_setting::<i64>(db, NEWS_FROM)? else { return Ok(NoticeList::default()) };
        let since = from.max(now - NOTICE_LIFE_MS);
        let roles: Vec<Role> = workspace::roles(db, &o.me)?.iter().map(|r| r.role).collect();
        let is_worker = roles.iter().any(|r| matches!(r, Role::Worker | Role::PartTime));
        let mut items: Vec<NoticeItem> = cases::news(db, &o.me, now, since, is_worker)?
            .into_iter()
            .map(|n| NoticeItem {
                id: n.record.to_string(),
                kind: n.kind.into(),
                title: n.title,
                step: n.step,
                text: n.text,
                by: n.by,
                place: n.place,
                at: n.at,
                case: Some(n.case.to_string()),
                household: n.household.map(|h| h.to_string()),
                campaign: None,
                seen: false,
            })
            .collect();
        items.extend(answered(db, since)?);
        items.extend(super::inbox::question_notices(db, &o.me, since)?);
        if is_worker {
            items.extend(campaigns(db, since)?);
        }
        items.sort_by(|a, b| (b.at, &a.id).cmp(&(a.at, &b.id)));
        items.truncate(NOTICES_MAX as usize);
        let seen = seen(db)?;
        for item in &mut items {
            item.seen = seen.contains(&item.id);
        }
        let unseen = u32::try_from(items.iter().filter(|i| !i.seen).count()).unwrap_or(u32::MAX);
        Ok(NoticeList { items, unseen })
    })
}

/// What the office did about something of this device that was refused.
fn answered(db: &Connection, since: i64) -> Result<Vec<NoticeItem>> {
    let mut q = db.prepare_cached(
        "select n.seq, c.summary, n.words, n.by, n.at, c.household from refused_note n join command c on c.seq = n.seq
         where n.how is not null and n.at > ?1 order by n.at desc limit ?2",
    )?;
    let got = q.query_map(params![since, NOTICES_MAX], |r| {
        let (seq, at): (u64, i64) = (r.get(0)?, r.get(4)?);
        Ok(NoticeItem {
            id: format!("answer {seq} {at}"),
            kind: "answered".into(),
            title: r.get(1)?,
            step: None,
            text: r.get(2)?,
            by: r.get(3)?,
            place: None,
            at,
            case: None,
            household: r.get::<_, Option<uuid::Uuid>>(5)?.map(|h| h.to_string()),
            campaign: None,
            seen: false,
        })
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

/// Campaigns that began.
fn campaigns(db: &Connection, since: i64) -> Result<Vec<NoticeItem>> {
    let mut out = Vec::new();
    for row in rows(db, Kind::Campaign, "where t._del is null and t.closed is not 1", &[])? {
        let at: Option<i64> = db.query_row("select min(first_at) from doc where record = ?1 and mine = 0", [row.record], |r| r.get(0))?;
        let Some(at) = at.filter(|at| *at > since) else { continue };
        out.push(NoticeItem {
            id: row.record.to_string(),
            kind: "campaign".into(),
            title: row.text("title").unwrap_or_default(),
            step: None,
            text: row.text("words"),
            by: None,
            place: None,
            at,
            case: None,
            household: None,
            campaign: Some(row.record.to_string()),
            seen: false,
        });
    }
    Ok(out)
}

fn seen(db: &Connection) -> Result<BTreeSet<String>> {
    let mut q = db.prepare_cached("select id from notice_seen")?;
    Ok(q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// `see_notices`
pub fn see(engine: &Engine, args: SeeNoticesArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let shown = list(engine, NoArgs {})?;
    let wanted: Option<BTreeSet<String>> = args.ids.map(|ids| ids.into_iter().collect());
    let new: Vec<String> =
        shown.items.into_iter().filter(|i| !i.seen && wanted.as_ref().is_none_or(|w| w.contains(&i.id))).map(|i| i.id).collect();
    engine.with(|o| {
        let tx = o.db.transaction()?;
        for id in &new {
            tx.execute("insert or ignore into notice_seen (id, at) values (?1, ?2)", params![id, now])?;
        }
        // older than anything that is listed
        tx.execute("delete from notice_seen where at < ?1", [now - 2 * NOTICE_LIFE_MS])?;
        tx.commit()?;
        Ok(())
    })?;
    if !new.is_empty() {
        engine.raise(&Changed { kinds: vec!["notice".into()], ..Changed::default() });
    }
    Ok(Edited { changed: !new.is_empty() })
}
