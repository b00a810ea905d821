//! What a device may hold: from its roles at units, the rule table and the tree. Pure.

use crate::tree::Tree;
use sha2::{Digest, Sha256};
use shared_model::class::Class;
use shared_model::rules::access;
use shared_model::wire::{Grants, RoleAtUnit, to_cbor};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Unit → mask of classes. `common` also of every ancestor, the other classes only of the own subtree.
pub fn units(roles: &[RoleAtUnit], tree: &Tree) -> BTreeMap<Uuid, u8> {
    let mut out: BTreeMap<Uuid, u8> = BTreeMap::new();
    for at in roles {
        let mask = Class::ALL.into_iter().filter(|c| access(at.role, *c).reads()).fold(0, |mask, c| mask | c.bit());
        for unit in tree.subtree(&at.unit) {
            *out.entry(unit).or_default() |= mask;
        }
        for unit in tree.ancestors(&at.unit) {
            *out.entry(unit).or_default() |= mask & Class::Common.bit();
        }
    }
    out.retain(|_, mask| *mask != 0);
    out
}

/// The message to the device. The version is a hash of what is granted, never 0 and within 63 bits.
pub fn message(name: &str, policy: u64, roles: Vec<RoleAtUnit>, tree: &Tree) -> Grants {
    let units: Vec<(Uuid, u8)> = units(&roles, tree).into_iter().collect();
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
