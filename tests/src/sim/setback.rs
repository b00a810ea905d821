//! The server is set back: to its last backup, declared, or by files that somebody copied back, with the ledger beside them or without. And
//! what has to hold until every device has been heard again.

use super::Sim;
use rand::Rng;
use std::path::PathBuf;

const DAY_MS: i64 = 24 * 3_600_000;
/// Without a newer backup devices keep what the server had for 30 days: what is copied back is younger.
const COPY_AGE_MS: i64 = 25 * DAY_MS;

/// What a server can be set back to.
pub(super) struct Earlier {
    path: PathBuf,
    at_ms: i64,
    /// Generations that were closed then.
    erased: usize,
}

impl Sim {
    /// A verified backup; or somebody copies the folder of the server, to have it.
    pub(super) fn keep_server(&mut self) {
        let (at_ms, erased) = (self.world.clock.now_ms(), self.world.ledger().erased.len());
        if self.chance(60) {
            let path = self.world.back_up();
            self.backup = Some(Earlier { path, at_ms, erased });
            // what a backup holds is let go of by the devices: an older copy would lack it for ever
            self.copy = None;
            self.did("a backup");
        } else {
            let path = self.world.copy_server(&format!("copy-{}", self.rng.r#gen::<u32>()));
            self.copy = Some(Earlier { path, at_ms, erased });
            self.did("a copy of the server");
        }
        self.tell("the server is kept as it is".into());
    }

    /// The server becomes what it was.
    pub(super) fn set_back(&mut self) {
        if self.twins.is_some() {
            return;
        }
        let now_ms = self.world.clock.now_ms();
        let backup = self.backup.as_ref().map(|b| b.path.clone());
        let copy = self.copy.as_ref().filter(|c| now_ms - c.at_ms < COPY_AGE_MS).map(|c| (c.path.clone(), c.erased));
        let takes_backup = self.chance(50);
        let what = match (backup, copy) {
            (Some(backup), copy) if takes_backup || copy.is_none() => {
                self.world.restore(&backup);
                "restored from a backup"
            }
            (_, Some((copy, erased))) => {
                // with the whole folder the ledger is set back as well: then nothing was erased since
                if self.chance(50) && self.world.ledger().erased.len() == erased {
                    self.world.put_back(&copy);
                    "a folder copied back"
                } else {
                    let ledger = std::fs::read(self.world.server_dir().join("ledger")).unwrap_or_default();
                    self.world.put_back_with(&copy, "ledger", &ledger);
                    "a database copied back beside its ledger"
                }
            }
            _ => return,
        };
        self.did(what);
        self.tell(format!("the server is set back: {what}"));
        self.set_back_at.get_or_insert(now_ms);
        self.unheard = (0..self.world.devices.len()).collect();
    }
}
