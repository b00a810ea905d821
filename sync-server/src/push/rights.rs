//! Under which roots a command was written: the policy stamp, late work, replays.

use super::{Push, Stop, refuse};
use crate::store::{commands, people, policy};
use shared_model::limits::{LATE_MS_MAX, LEASE_MS};
use shared_model::wire::{Command, RoleAtUnit, Verdict};

/// The roots under which a command is judged.
pub struct Roots {
    pub roots: Vec<RoleAtUnit>,
    pub is_late: bool,
}

impl Push<'_> {
    /// The right is that of the command's stamp. An older stamp counts until the device named the current one; after that only for the
    /// commands it then declared. A replay counts as what it replaces.
    pub fn roots_of(&self, command: &Command, digest: &[u8; 32]) -> Result<Roots, Stop> {
        let (mut seq, mut digest) = (command.seq, *digest);
        if let Some(replaced) = command.replaces {
            let known = commands::get(self.db, &self.device.id, replaced)?;
            match known {
                Some(known) if matches!(known.verdict, Verdict::Superseded { .. }) && known.policy == command.policy => {
                    (seq, digest) = (replaced, known.digest);
                }
                _ => return refuse("replaces"),
            }
        }
        let current = self.device.policy;
        if command.policy == current {
            return Ok(Roots { roots: people::roles(self.db, &self.device.person)?, is_late: false });
        }
        if command.policy > current || command.policy == 0 {
            return refuse("policy");
        }
        let named = self.device.policy_named >= current;
        if named && policy::late_digest(self.db, &self.device.id, seq)?.as_deref() != Some(&digest[..]) {
            return refuse("late");
        }
        let ended_at = policy::ended_at(self.db, &self.device.id, command.policy)?.unwrap_or(self.now_ms);
        if self.now_ms - ended_at > LEASE_MS + LATE_MS_MAX {
            return refuse("late");
        }
        Ok(Roots { roots: policy::roots(self.db, &self.device.id, command.policy)?, is_late: true })
    }
}
