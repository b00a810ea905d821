//! What a device may hold: from its roles at units, the rule table and the tree. Pure.

use crate::tree::Tree;
use sha2::{Digest, Sha256};
use shared_model::class::Class;
use shared_model::rules::access;
use shared_model::wire::{Grants, RoleAtUnit, to_cbor};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Unit → mask of classes. `common` also of every ancestor, the other classes only of the own subtree, of an office above the communities
/// only of its own level. What is shown to the person by name comes in partitions of the membership itself (`shown`).
pub fn units(roles: &[RoleAtUnit], shown: &[Uuid], tree: &Tree) -> BTreeMap<Uuid, u8> {
    let mut out: BTreeMap<Uuid, u8> = BTreeMap::new();
    for at in roles {
        let mask = Class::ALL.into_iter().filter(|c| access(at.role, *c).reads()).fold(0, |mask, c| mask | c.bit());
        for unit in tree.subtree(&at.unit) {
            let is_own_level = unit == at.unit || !tree.is_above_communities(at);
            *out.entry(unit).or_default() |= if is_own_level { mask } else { mask & Class::Common.bit() };
        }
        for unit in tree.ancestors(&at.unit) {
            *out.entry(unit).or_default() |= mask & Class::Common.bit();
        }
    }
    let by_name = Class::ALL.into_iter().filter(|c| *c != Class::Common).fold(0, |mask, c| mask | c.bit());
    out.extend(shown.iter().map(|membership| (*membership, by_name)));
    out.retain(|_, mask| *mask != 0);
    out
}

/// The message to the device. The version is a hash of what is granted, never 0 and within 63 bits.
pub fn message(name: &str, policy: u64, roles: Vec<RoleAtUnit>, shown: &[Uuid], tree: &Tree) -> Grants {
    let units: Vec<(Uuid, u8)> = units(&roles, shown, tree).into_iter().collect();
    let version = version_of(&to_cbor(&(name, policy, &roles, &units)));
    Grants { version, policy, name: name.to_owned(), roles, units }
}

/// A version from content: 63 bits, never 0.
pub fn version_of(content: &[u8]) -> u64 {
    let hash = Sha256::digest(content);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    (u64::from_be_bytes(first) >> 1).max(1)
}
