//! Under which roots a command was written: the policy stamp, late work, replays.

use super::{Push, Stop, refuse};
use crate::store::{commands, people, policy};
use crate::tree::Tree;
use shared_model::Role;
use shared_model::limits::{LATE_MS_MAX, LEASE_MS};
use shared_model::wire::{Command, RoleAtUnit, Verdict};
use uuid::Uuid;

/// The roots under which a command is judged.
pub struct Roots {
    pub roots: Vec<RoleAtUnit>,
    /// Late work: the version of the tree as it stood under its stamp. `None`: today's.
    pub stood: Option<u64>,
    /// Work under a stamp that was lost with a set-back: beside today's tree, the one of the last stamp before it that is known. What moved the
    /// unit may have been brought back before the work itself.
    stood_before: Option<u64>,
    /// Late work: when its stamp ended, server time, ms.
    pub until_ms: Option<i64>,
}

impl Roots {
    /// Roles held over a unit: at it or above it, in the tree that counts.
    pub fn over<'a>(&'a self, tree: &'a Tree, unit: &'a Uuid) -> impl Iterator<Item = Role> + 'a {
        let was_within = move |root: &Uuid, version: Option<u64>| version.is_some_and(|version| tree.was_within(unit, root, version));
        let is_within = move |root: &Uuid| match self.stood {
            Some(_) => was_within(root, self.stood),
            None => tree.is_within(unit, root) || was_within(root, self.stood_before),
        };
        self.roots.iter().filter(move |at| is_within(&at.unit) && tree.acts_on(at, unit)).map(|at| at.role)
    }
}

impl Push<'_> {
    /// The right is that of the command's stamp. An older stamp counts until the device named the current one; after that only for the
    /// commands it then declared. A replay counts as what it replaces.
    pub fn roots_of(&self, command: &Command, digest: &[u8; 32]) -> Result<Roots, Stop> {
        let (mut seq, mut digest) = (command.seq, *digest);
        if let Some(replaced) = command.replaces {
            let known = commands::get(self.db, &self.device.id, replaced)?;
            match known {
                Some(known) if matches!(known.verdict, Verdict::Superseded { .. } | Verdict::Lost) && known.policy == command.policy => {
                    (seq, digest) = (replaced, known.digest);
                }
                _ => return refuse("replaces"),
            }
        }
        let current = self.device.policy;
        if command.policy == current {
            return Ok(Roots { roots: people::roles(self.db, &self.device.person)?, stood: None, stood_before: None, until_ms: None });
        }
        if command.policy > current || command.policy == 0 {
            return refuse("policy");
        }
        let stamp = policy::stamp(self.db, &self.device.id, command.policy)?;
        // what was accepted under the stamp that the set-back ended was never late
        let ended_at = stamp.as_ref().map_or(Some(self.now_ms), |stamp| stamp.ended_at);
        let was_in_time = self.is_back() && ended_at >= self.set_back_at;
        let named = self.device.policy_named >= current;
        if named && !was_in_time && policy::late_digest(self.db, &self.device.id, seq)?.as_deref() != Some(&digest[..]) {
            return refuse("late");
        }
        let Some(stamp) = stamp else {
            return self.roots_of_lost_stamp(command.policy);
        };
        // what is brought back was in time, or too late, when it came first; that was after the last thing that is still known of then
        let came_at = match self.set_back_at.filter(|_| self.is_back()) {
            Some(set_back_at) => commands::last_before(self.db, set_back_at)?.unwrap_or(0),
            None => self.now_ms,
        };
        if came_at - stamp.ended_at.unwrap_or(came_at) > LEASE_MS + LATE_MS_MAX {
            return refuse("late");
        }
        Ok(Roots { roots: stamp.roots, stood: Some(stamp.tree), stood_before: None, until_ms: stamp.ended_at })
    }

    /// A stamp that was given out in a time the server was set back behind: it counts as the last one the server still knows, and as what
    /// the person holds now.
    fn roots_of_lost_stamp(&self, stamp: u64) -> Result<Roots, Stop> {
        let (mut roots, mut stood_before) = (people::roles(self.db, &self.device.person)?, None);
        if let Some(before) = policy::known_before(self.db, &self.device.id, stamp)?
            && let Some(known) = policy::stamp(self.db, &self.device.id, before)?
        {
            roots.extend(known.roots.into_iter().filter(|at| !roots.contains(at)).collect::<Vec<_>>());
            // only while the server is filled again: a number that was never given out opens no old tree for ever
            stood_before = self.set_back_at.map(|_| known.tree);
        }
        Ok(Roots { roots, stood: None, stood_before, until_ms: None })
    }
}
