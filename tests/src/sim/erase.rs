//! Erasures and compactions at any moment, and what has to hold of them: what is erased is in no document of the server, its author is told,
//! and every device that held it has said so in the end.

use super::Sim;
use crate::world::{Ledger, OFFICE, SECOND};
use rand::Rng;
use serde_json::json;
use shared_model::wire::Verdict;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;

impl Sim {
    /// The logs lose what is older than some hours.
    pub(super) fn compact(&mut self) {
        let keep_ms = self.rng.gen_range(0..48) * HOUR_MS;
        let rows = self.world.server().compact(keep_ms).unwrap();
        if rows > 0 {
            self.did("a log compacted");
        }
        self.tell(format!("the logs are compacted but for {keep_ms} ms: {rows} rows"));
    }

    /// An office erases somebody, now and then a whole household, or a phone is taken back from a door.
    pub(super) fn erase(&mut self) {
        let who = [OFFICE, SECOND][self.rng.gen_range(0..2)];
        if self.chance(20) {
            let Some(file) = self.home(who) else { return };
            self.call(who, "withdraw_contact", json!({ "household": file["household"]["id"] }));
            return;
        }
        let record = if self.chance(20) {
            self.home(who).map(|file| file["household"]["id"].clone())
        } else {
            self.someone(who).map(|person| person["id"].clone())
        };
        let Some(record) = record else { return };
        let reason = ["asked", "consent_withdrawn", "purpose_done"][self.rng.gen_range(0..3)];
        self.call(who, "erase", json!({ "record": record, "reason": reason, "confirm": true }));
    }

    /// Was anything of the record erased? Then what was written of it before may be nowhere.
    pub(super) fn is_erased(ledger: &Ledger, record: &str) -> bool {
        Uuid::parse_str(record).is_ok_and(|id| ledger.erased.iter().any(|doc| doc.record == id))
    }

    pub(super) fn check_erased(&self, ledger: &Ledger) {
        for doc in ledger.documents.keys() {
            let closed = ledger.erased.iter().filter(|e| e.record == doc.record && e.class == doc.class).map(|e| e.generation).max();
            assert!(closed.is_none_or(|generation| doc.generation == generation + 1), "{doc:?} is not of the open generation");
        }
        for ((device, seq), verdict) in &ledger.verdicts {
            if let Verdict::Accepted { erased, .. } = verdict {
                assert!(erased.iter().all(|doc| ledger.erased.contains(doc)), "{device} {seq}: {erased:?} is not erased");
            }
        }
        let office = &self.world.devices[OFFICE];
        office.sync();
        let list = office.call("list_erasures", json!({}));
        for e in list["items"].as_array().unwrap() {
            assert_eq!(e["to_come"], json!([]), "everybody has synced: {e}");
        }
    }
}
