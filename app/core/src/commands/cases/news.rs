//! What others did to cases that concern this person: found by the server's receipt, from what is held.

use super::load::{Loaded, load};
use super::view::Viewing;
use crate::error::Result;
use crate::workspace::Identity;
use rusqlite::{Connection, params};
use shared_model::codes::Coded;
use shared_model::limits::NOTICES_MAX;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One thing that somebody else did.
pub struct News {
    /// The step, or the case that was opened.
    pub record: Uuid,
    /// `assigned`, `step`, `case`.
    pub kind: &'static str,
    pub case: Uuid,
    pub title: String,
    pub step: Option<Coded>,
    pub text: Option<String>,
    pub by: Option<String>,
    pub place: Option<String>,
    pub household: Option<Uuid>,
    /// By the server's receipt, ms.
    pub at: i64,
}

/// What others did since then, newest first. `is_worker`: new cases of the area concern this person too.
///
/// # Errors
/// Of the store.
pub fn news(db: &Connection, me: &Identity, now: i64, since: i64, is_worker: bool) -> Result<Vec<News>> {
    let mut of_case: BTreeMap<Uuid, Vec<(Uuid, i64)>> = BTreeMap::new();
    for (sql, is_step) in [
        (
            "select s.\"case\", s.record, d.first_at from case_step s join doc d on d.record = s.record
             where d.mine = 0 and d.first_at > ?1 and s._del is null and s.transition is not null order by d.first_at desc limit ?2",
            true,
        ),
        (
            "select c.record, c.record, min(d.first_at) from \"case\" c join doc d on d.record = c.record
             where c._del is null and c.matter is not null group by c.record
             having max(d.mine) = 0 and min(d.first_at) > ?1 order by 3 desc limit ?2",
            false,
        ),
    ] {
        if !is_step && !is_worker {
            continue;
        }
        let mut q = db.prepare_cached(sql)?;
        let got =
            q.query_map(params![since, NOTICES_MAX], |r| Ok((r.get::<_, Option<Uuid>>(0)?, r.get::<_, Uuid>(1)?, r.get::<_, i64>(2)?)))?;
        for row in got {
            let (case, record, at) = row?;
            if let Some(case) = case {
                of_case.entry(case).or_default().push((record, at));
            }
        }
    }
    let mut out = Vec::new();
    if of_case.is_empty() {
        return Ok(out);
    }
    let viewing = Viewing::new(db, me, now)?;
    for (case, found) in of_case {
        // a step may be here before its case
        let Ok(c) = load(db, &case.to_string()) else { continue };
        let item = viewing.item(&c)?;
        let is_mine = c.mine || c.steps.iter().any(|s| s.mine);
        for (record, at) in found {
            let Some((kind, step, text, by)) = told(&viewing, &c, record, is_mine)? else { continue };
            let (title, place) = (item.title.clone(), item.place.clone());
            out.push(News { record, kind, case, title, step, text, by, place, household: c.row.id("household"), at });
        }
    }
    out.sort_by_key(|n| (std::cmp::Reverse(n.at), n.record));
    Ok(out)
}

type Told = (&'static str, Option<Coded>, Option<String>, Option<String>);

/// Kind, step, words and author of one of them; `None` when it does not concern this person.
fn told(viewing: &Viewing<'_>, c: &Loaded, record: Uuid, is_mine: bool) -> Result<Option<Told>> {
    if record == c.row.record {
        return Ok((!c.is_over()).then(|| ("case", None, c.row.text("description"), Some(c.by.clone()))));
    }
    let Some(step) = c.step(&record) else { return Ok(None) };
    let is_to_me = step.row.text("assignee").is_some_and(|a| a == viewing.me.name);
    if !is_mine && !is_to_me {
        return Ok(None);
    }
    let words = c.workflow.transition(&step.transition()).map(|t| Coded::spoken(&t.name, &t.zh, &t.en));
    let kind = if is_to_me { "assigned" } else { "step" };
    Ok(Some((kind, words, step.row.text("note"), Some(viewing.author_of_step(step)?).filter(|by| !by.is_empty()))))
}
