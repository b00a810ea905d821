//! Syncing: rounds of request and reply until nothing waits, and what an order of the server or a refusal leaves on this device.

use super::{Engine, held};
use crate::commands;
use crate::env::{NetReply, Transport};
use crate::error::{CoreError, Result};
use crate::store;
use crate::sync;
use crate::wipe;
use rusqlite::TransactionBehavior;
use shared_model::commands::{Changed, SyncReport};
use shared_model::devices::WipeOrder;
use shared_model::wire::{self, SyncReply, SyncRequest, Verdict};
use std::path::Path;
use std::sync::atomic::Ordering;

impl Engine {
    /// One signed request with the open store's identity; the store is not held while the network works.
    pub(crate) fn exchange(&self, path: &str, cbor: &[u8]) -> Result<sync::Exchange> {
        let (me, epoch) = self.with(|o| Ok((o.me.clone(), store::json_setting::<u64>(&o.db, "epoch")?.unwrap_or(0))))?;
        let mut told = sync::Told { skew_ms: held(&self.0.told).skew_ms, wipe: None };
        let out = sync::exchange(self.env(), &Switched(self), &me, &mut told, epoch, path, cbor);
        *held(&self.0.told) = told;
        out
    }

    /// Syncs until nothing waits.
    ///
    /// # Errors
    /// `offline` when there is no server; the work stays. `locked`, or the server's refusal.
    pub fn sync(&self, trace: Option<&Path>) -> Result<SyncReport> {
        self.sync_and_tell(trace, &mut |_| {})
    }

    /// The same; how it ended is told to `first`, then to everyone who asked for it.
    pub(crate) fn sync_and_tell(&self, trace: Option<&Path>, first: &mut dyn FnMut(&sync::Outcome<'_>)) -> Result<SyncReport> {
        let report = self.sync_rounds(trace);
        let outcome = match &report {
            Ok(report) => sync::Outcome::Synced { is_pending: report.status.pending > 0 },
            Err(error) => {
                let asked_s = if error.code == "offline" { 0 } else { self.0.retry_after_s.load(Ordering::SeqCst) };
                sync::Outcome::Failed { error, asked_ms: (asked_s > 0).then(|| asked_s.saturating_mul(1_000)) }
            }
        };
        first(&outcome);
        held(&self.0.outcome_listeners).iter().for_each(|l| l(&outcome));
        report
    }

    fn sync_rounds(&self, trace: Option<&Path>) -> Result<SyncReport> {
        let _one = held(&self.0.syncing);
        self.tell_wiped();
        let mut report = SyncReport::default();
        let (mut step, mut is_verified) = (sync::heal::Step::default(), false);
        for round in 0..sync::ROUNDS_MAX {
            if self.with(|o| sync::setback::is_due(&o.db))? {
                self.give_back(&mut report)?;
            }
            let request = self.with(|o| {
                // the receipt of an erasure says that nothing is left: photos go first
                if sync::owes_receipts(&o.db)? {
                    crate::media::store::sweep(&mut o.media, &o.db, self.now_ms())?;
                }
                sync::next_request(&o.db).map(|request| SyncRequest { app: self.env().version(), ..request })
            })?;
            let cbor = wire::to_cbor(&request);
            let answer = self.exchange("/v1/sync", &cbor);
            if let Err(e) = &answer {
                self.note_refusal(e)?;
                let order = held(&self.0.told).wipe.take();
                match order.map(|order| self.obey(order)).transpose()? {
                    // something was written meanwhile: it goes first
                    Some(None) => continue,
                    Some(Some(ended)) => return Err(ended),
                    None => {}
                }
            }
            let answer = answer?;
            if let Some(dir) = trace {
                sync::trace::write(dir, round, "/v1/sync", (answer.bytes_up, &cbor), (answer.status, answer.bytes_down, &answer.body))?;
            }
            let reply: SyncReply =
                wire::from_cbor(&answer.body).map_err(|_| CoreError::new("server_error", "服务器的回答读不懂，没有丢东西，稍后再试。"))?;
            let pushed = request.commands.len();
            // what only waits for something else is no reason to ask again at once
            let judged = reply.verdicts.iter().filter(|(_, v)| !matches!(v, Verdict::Need { .. })).count();
            let now = self.now_ms();
            let applied = self.with(|o| {
                if !o.me.confirmed {
                    o.me.confirmed = true;
                    store::set_json(&o.db, "identity", &o.me)?;
                }
                if let Some(lease) = &reply.lease {
                    crate::lease::renew(&o.db, &o.me, &answer.nonce, lease, now)?;
                    store::set_json(&o.db, "closed", &None::<String>)?;
                }
                sync::repair::begin(&o.db, now)?;
                sync::apply::apply(&mut o.db, &o.me, now, reply)
            });
            let applied = match applied {
                // a document here cannot be read: it leaves, is asked for again, and blocks nothing else
                Err(e) if e.code == "bad_change" && !is_verified => {
                    is_verified = true;
                    self.with(|o| {
                        let tx = o.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
                        sync::repair::verify(&tx, now)?;
                        Ok(tx.commit()?)
                    })?;
                    continue;
                }
                other => other?,
            };
            report.requests += 1;
            report.bytes_up += answer.bytes_up;
            report.bytes_down += answer.bytes_down;
            report.pushed += applied.accepted;
            report.pulled += applied.pulled;
            report.refused += applied.refused;
            self.raise(&applied.changed);
            let waits = self.with(|o| sync::apply::unjudged(&o.db))?;
            report.agreed = applied.agreed == Some(true) && waits == 0;
            let asks_again = applied.more || applied.set_back || applied.owes || applied.refused > 0 || applied.new_policy;
            let moves = asks_again || (waits > 0 && judged > 0 && pushed > 0);
            let is_mended = !moves && applied.agreed == Some(false) && self.mend(&mut step, &mut report)?;
            if !moves && !is_mended {
                break;
            }
        }
        report.status = commands::session::status(self)?;
        report.agreed = report.status.agreed;
        Ok(report)
    }

    /// Obeys an order to wipe: what waits for a verdict goes first (`None`), unless the device is in unknown hands. Returns what is said to
    /// whoever synced.
    fn obey(&self, order: WipeOrder) -> Result<Option<CoreError>> {
        let reason = order.reason;
        let me = self.with(|o| {
            let tx = o.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if !reason.is_hostile() && sync::apply::unjudged(&tx)? > 0 {
                return Ok(None);
            }
            // from here on no other program of this home writes either
            store::set_json(&tx, "ended", &true)?;
            tx.commit()?;
            Ok(Some(o.me.clone()))
        })?;
        let Some(me) = me else { return Ok(None) };
        wipe::mark(&self.0.home, &me, order, self.now_ms())?;
        *held(&self.0.open) = None;
        wipe::go_on(&self.0.home)?;
        self.tell_wiped();
        self.raise(&Changed { kinds: vec!["session".into(), "sync".into()], ..Changed::default() });
        Ok(Some(CoreError::new("revoked", format!("社区停用了这台设备（{}），本机的资料已经清除。要再用，请社区重新邀请。", reason.zh()))))
    }

    /// Sends the receipt of a wipe, if one waits; without a network it waits on.
    pub(crate) fn tell_wiped(&self) {
        let Some((url, receipt)) = wipe::untold(&self.0.home) else { return };
        if self.post(&url, "/v1/wiped", &[], &sync::pack(&receipt)).is_ok_and(|reply| reply.status == 200)
            && let Err(e) = wipe::told(&self.0.home, self.vault().exists())
        {
            tracing::error!(code = e.code, "the receipt of a wipe was sent and could not be noted");
        }
    }

    /// An unconfirmed or closed device remembers it, for its screens.
    fn note_refusal(&self, e: &CoreError) -> Result<()> {
        if e.code == "unconfirmed" {
            self.with(|o| {
                o.me.confirmed = false;
                store::set_json(&o.db, "identity", &o.me)
            })?;
        }
        if e.code == "cloned" {
            self.with(|o| store::set_json(&o.db, "closed", &Some("cloned")))?;
            self.raise(&Changed { kinds: vec!["session".into(), "sync".into()], ..Changed::default() });
        }
        if e.code == "offline" {
            self.raise(&Changed { kinds: vec!["sync".into()], ..Changed::default() });
        }
        Ok(())
    }
}

/// The engine's own switch before the real network.
struct Switched<'a>(&'a Engine);

impl Transport for Switched<'_> {
    fn post(&self, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> std::result::Result<NetReply, ()> {
        self.0.post(url, path, headers, body)
    }
}
