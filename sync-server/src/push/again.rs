//! Commands that had a verdict before the server was set back, sent again under their old numbers, together with signed rows. One stands on
//! the other, in both directions, so both are taken in turns until nothing moves any more. What was refused is filed again with its reason
//! and not judged; what was accepted is judged as if it came for the first time, but for the parts that readers brought back already.

use super::back::{Back, Taken};
use super::{Push, Pushed};
use crate::Inner;
use crate::enrol;
use crate::error::Error;
use crate::store::{commands, devices::Device, policy, units};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::wire::{Command, OfferRequest, Offered, Page, Verdict};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longest reason that a device may bring back, bytes.
const REASON_BYTES_MAX: usize = 200;

/// What came of it.
pub struct Again {
    pub pushed: Pushed,
    pub tree: Arc<Tree>,
    /// Per page, rows that still lack their past.
    pub waiting: Vec<u32>,
    /// Rows that are in a log again.
    pub taken: u32,
}

/// Takes back and judges again everything of a request.
pub fn push_again(inner: &Inner, db: &Connection, device: &Device, request: &OfferRequest) -> Result<Again, Error> {
    let mut push = Push::new(inner, db, device, request.commands.len())?;
    let mut back = Back::new(inner, db);
    let mut rows: Vec<(usize, usize)> = Vec::new();
    let pages: Vec<(&Page, bool)> = request.pages.iter().map(|page| (page, back.is_signed(page))).collect();
    for (n, (page, is_signed)) in pages.iter().enumerate() {
        if *is_signed {
            rows.extend((0..page.rows.len()).map(|row| (n, row)));
        } else {
            tracing::warn!("a page that this server did not sign is not taken back");
        }
    }
    let mut taken = back.erase_first(&pages)?;
    push.out.has_erased |= taken > 0;
    let last = commands::last_seq(db, &device.id)?.max(request.released);
    let mut last_seq = last;
    let mut waiting: Vec<&Offered> = Vec::new();
    let mut may_come: BTreeSet<u64> = BTreeSet::new();
    for offered in &request.commands {
        if offered.command.seq > 0 && offered.command.seq <= last_seq.saturating_add(1) {
            last_seq = last_seq.max(offered.command.seq);
            waiting.push(offered);
        }
    }
    loop {
        let before = rows.len() + waiting.len();
        let mut left = Vec::new();
        for (page, row) in rows {
            match back.take(&request.pages[page], &request.pages[page].rows[row])? {
                Taken::Back => taken += 1,
                Taken::Done => {}
                Taken::Waits => left.push((page, row)),
            }
        }
        rows = left;
        if std::mem::take(&mut back.is_tree_changed) {
            push.tree = Arc::new(units::load(db)?);
            enrol::replay(inner, db, &inner.ledger.read()?)?;
        }
        let mut needs = Vec::new();
        may_come.clear();
        for offered in waiting {
            match push.answer_again(offered)? {
                Verdict::Need { hashes } => {
                    needs.push(offered);
                    may_come.extend(hashes.is_empty().then_some(offered.command.seq));
                }
                verdict => push.out.verdicts.push((offered.command.seq, verdict)),
            }
        }
        waiting = needs;
        if rows.len() + waiting.len() == before {
            break;
        }
    }
    for offered in waiting {
        let is_lost = request.last && !may_come.contains(&offered.command.seq);
        let verdict = if is_lost { push.lost(&offered.command)? } else { Verdict::Need { hashes: Vec::new() } };
        push.out.verdicts.push((offered.command.seq, verdict));
    }
    for p in back.touched {
        push.out.touched.insert((p.unit, p.class), p.head);
    }
    let mut waiting = vec![0; request.pages.len()];
    rows.iter().for_each(|(page, _)| waiting[*page] += 1);
    Ok(Again { pushed: push.out, tree: push.tree, waiting, taken })
}

impl Push<'_> {
    fn answer_again(&mut self, offered: &Offered) -> Result<Verdict, Error> {
        let command = &offered.command;
        let known = commands::get(self.db, &self.device.id, command.seq)?;
        let is_new = known.is_none_or(|k| matches!(k.verdict, Verdict::Need { .. }));
        match &offered.verdict {
            Some(verdict) if is_new => self.file_again(command, verdict),
            is_refused => {
                self.is_again = is_refused.is_none();
                let verdict = self.answer(command);
                self.is_again = false;
                verdict
            }
        }
    }

    /// A command that was refused: its verdict stands, and what it holds is kept for the office as before.
    fn file_again(&mut self, command: &Command, verdict: &Verdict) -> Result<Verdict, Error> {
        let reason = match verdict {
            Verdict::Quarantined { reason } => Some(reason.as_str()),
            Verdict::Superseded { .. } => Some("superseded"),
            Verdict::Stale { .. } if !command.parts.is_empty() => Some("stale"),
            Verdict::Stale { .. } | Verdict::Erased | Verdict::Lost => None,
            Verdict::Accepted { .. } | Verdict::Need { .. } => return self.answer(command),
        };
        let digest = command.digest();
        let opaque = self.inner.keys.opaque(&self.device.id, command.seq);
        if let Some(reason) = reason.filter(|r| r.len() <= REASON_BYTES_MAX) {
            self.file(command, &digest, &opaque, reason)?;
        }
        commands::save(self.db, &self.device.id, command, &digest, &opaque, verdict, self.now_ms)?;
        Ok(verdict.clone())
    }

    /// Neither this server nor the device can bring what the command stands on: its author writes it again on what is here. Its own changes
    /// may still turn up with somebody else; then they are concurrent. It was declared in time by being here.
    fn lost(&mut self, command: &Command) -> Result<Verdict, Error> {
        let digest = command.digest();
        let opaque = self.inner.keys.opaque(&self.device.id, command.seq);
        commands::save(self.db, &self.device.id, command, &digest, &opaque, &Verdict::Lost, self.now_ms)?;
        policy::add_late(self.db, &self.device.id, command.seq, &digest)?;
        Ok(Verdict::Lost)
    }
}
