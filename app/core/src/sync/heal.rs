//! The engine's part in coming to agree again with a server that was set back, or whose digests differ: the requests beside the sync.

use super::repair;
use super::setback::{self, Pass};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared_model::commands::{Changed, SyncReport};
use shared_model::doc::DocId;
use shared_model::wire::mend::{CompareReply, SalvageReply};
use shared_model::wire::{self, OfferReply};
use std::collections::BTreeMap;

/// Ways through all that is to be given back: a change of one device that stands on another's takes one more each time.
const PASSES_MAX: u32 = 100;

/// How far mending has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Step {
    /// What the server has is joined.
    #[default]
    Join,
    /// What it lacks is given back.
    GiveBack,
    /// What only registers hold is proposed to the office, and the accepted state becomes the server's.
    Propose,
    GaveUp,
}

impl Step {
    fn next(self) -> Step {
        match self {
            Step::Join => Step::GiveBack,
            Step::GiveBack => Step::Propose,
            Step::Propose | Step::GaveUp => Step::GaveUp,
        }
    }
}

impl Engine {
    /// Gives back what the server lost, until it has everything that stands on something it has.
    pub(crate) fn give_back(&self, report: &mut SyncReport) -> Result<()> {
        let mut last = false;
        for _ in 0..PASSES_MAX {
            let (mut pass, mut moved) = (Pass::new(last), 0);
            while let Some(batch) = self.with(|o| setback::next(&o.db, &mut pass))? {
                let reply: OfferReply = self.ask("/v1/offer", &batch.request, report)?;
                let now = self.now_ms();
                let step = self.with(|o| setback::apply(&mut o.db, &o.me, now, &batch, &reply))?;
                if step.is_elsewhere {
                    return Ok(());
                }
                moved += step.moved;
                report.refused += step.refused;
            }
            self.raise(&Changed { kinds: vec!["sync".into()], ..Changed::default() });
            if !self.with(|o| setback::is_due(&o.db))? || last {
                return Ok(());
            }
            last = moved == 0;
        }
        Ok(())
    }

    /// Mends what differs, one step at a time: each is followed by a sync, which shows whether it was enough. True when it is worth one.
    pub(crate) fn mend(&self, step: &mut Step, report: &mut SyncReport) -> Result<bool> {
        let now = self.now_ms();
        while *step != Step::GaveUp {
            let Some(request) = self.with(|o| repair::ask(&o.db, now))? else { return Ok(false) };
            let reply: CompareReply = self.ask("/v1/compare", &request, report)?;
            if reply.epoch != request.epoch {
                return Ok(true);
            }
            let found = self.with(|o| repair::found(&o.db, &reply))?;
            tracing::warn!(documents = found.len(), step = ?*step, "what differs from the server is mended");
            let done = match *step {
                Step::Join => self.with(|o| repair::want(&o.db, &found))?,
                Step::GiveBack => self.with(|o| repair::offer(&o.db, &found))?,
                Step::Propose | Step::GaveUp => {
                    self.propose(&found, report)?;
                    true
                }
            };
            *step = step.next();
            if done {
                return Ok(true);
            }
        }
        tracing::error!("this device and the server do not agree, and could not be brought to");
        Ok(false)
    }

    fn propose(&self, found: &BTreeMap<DocId, bool>, report: &mut SyncReport) -> Result<()> {
        let request = self.with(|o| repair::ask_registers(&o.db, found))?;
        let reply: CompareReply = self.ask("/v1/compare", &request, report)?;
        if reply.epoch != request.epoch {
            return Ok(());
        }
        let theirs = repair::theirs(&reply)?;
        for proposal in self.with(|o| repair::proposals(&o.db, &theirs))? {
            let reply: SalvageReply = self.ask("/v1/salvage", &proposal, report)?;
            if reply.epoch != proposal.epoch || reply.refused > 0 {
                tracing::error!(values = reply.refused, "values cannot be proposed; nothing is replaced");
                return Ok(());
            }
        }
        let now = self.now_ms();
        self.with(|o| repair::stand_on_theirs(&mut o.db, &o.me, now, found, theirs))
    }

    /// One request and its answer, counted.
    pub(crate) fn ask<Q: Serialize, A: DeserializeOwned>(&self, path: &str, request: &Q, report: &mut SyncReport) -> Result<A> {
        let answer = self.exchange(path, &wire::to_cbor(request))?;
        report.requests += 1;
        report.bytes_up += answer.bytes_up;
        report.bytes_down += answer.bytes_down;
        wire::from_cbor(&answer.body).map_err(|_| CoreError::new("server_error", "服务器的回答读不懂，没有丢东西，稍后再试。"))
    }
}
