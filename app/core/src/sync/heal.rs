//! The engine's part in coming to agree again with a server that was set back, or whose digests differ: the requests beside the sync.

use super::setback::{self, Pass};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared_model::commands::{Changed, SyncReport};
use shared_model::wire::{self, OfferReply};

/// Ways through all that is to be given back: a change of one device that stands on another's takes one more each time.
const PASSES_MAX: u32 = 100;

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

    /// One request and its answer, counted.
    pub(crate) fn ask<Q: Serialize, A: DeserializeOwned>(&self, path: &str, request: &Q, report: &mut SyncReport) -> Result<A> {
        let answer = self.exchange(path, &wire::to_cbor(request))?;
        report.requests += 1;
        report.bytes_up += answer.bytes_up;
        report.bytes_down += answer.bytes_down;
        wire::from_cbor(&answer.body).map_err(|_| CoreError::new("server_error", "服务器的回答读不懂，没有丢东西，稍后再试。"))
    }
}
