//! Identity of documents, partitions and commands, and the ids that an import makes.

use crate::class::Class;
use crate::crdt::ActorId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A document: one record, one class, one generation (a purge closes a generation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocId {
    /// Id of the record, the same in every class.
    pub record: Uuid,
    /// Class of this part.
    pub class: Class,
    /// 0 until a purge.
    pub generation: u16,
}

impl DocId {
    /// The first generation.
    pub fn new(record: Uuid, class: Class) -> Self {
        DocId { record, class, generation: 0 }
    }

    /// 19 bytes: record, class, generation big-endian. Enters digests.
    pub fn bytes(&self) -> [u8; 19] {
        let mut b = [0; 19];
        b[..16].copy_from_slice(self.record.as_bytes());
        b[16] = self.class as u8;
        b[17..].copy_from_slice(&self.generation.to_be_bytes());
        b
    }

    /// The reverse of [`DocId::bytes`].
    pub fn from_bytes(b: &[u8]) -> Option<Self> {
        Some(DocId {
            record: Uuid::from_slice(b.get(..16)?).ok()?,
            class: Class::from_u8(*b.get(16)?)?,
            generation: u16::from_be_bytes(b.get(17..19)?.try_into().ok()?),
        })
    }
}

/// A partition: a physical unit and a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Partition {
    /// Building, alley or area; for `common` any unit.
    pub unit: Uuid,
    /// Class of every document in it.
    pub class: Class,
}

/// `SHA-256("gridwalk/actor/v1" ‖ device public key ‖ install nonce ‖ counter)[..16]`: the server computes it again, so nobody can use another's.
pub fn actor_of(public_key: &[u8; 32], nonce: &[u8; 16], counter: u64) -> ActorId {
    let h = Sha256::new()
        .chain_update(b"gridwalk/actor/v1")
        .chain_update(public_key)
        .chain_update(nonce)
        .chain_update(counter.to_be_bytes())
        .finalize();
    let mut a = [0; 16];
    a.copy_from_slice(&h[..16]);
    ActorId(a)
}

const NS: Uuid = Uuid::from_u128(0x6772_6964_7761_6c6b_0001_0000_0000_0001);

fn v5(parts: &[&str]) -> Uuid {
    Uuid::new_v5(&NS, parts.join("\u{1f}").as_bytes())
}

/// Id of a unit of the administrative tree, from its code.
pub fn unit_id(code: &str) -> Uuid {
    v5(&["unit", code])
}

/// The `area` that takes what has no building, one a grid.
pub fn area_id(grid: Uuid) -> Uuid {
    v5(&["area", &grid.to_string()])
}

/// Building = (community, normalised estate or '', number).
pub fn building_id(community: Uuid, estate: &str, number: &str) -> Uuid {
    v5(&["building", &community.to_string(), estate, number])
}

/// Household = (building, unit, door, family key); the key is '' for the only family at the door.
pub fn household_id(building: Uuid, unit_no: &str, door: &str, family: &str) -> Uuid {
    v5(&["household", &building.to_string(), unit_no, door, family])
}

/// Person = (household, normalised name, ordinal among equal names); never from an ID number.
pub fn person_id(household: Uuid, name: &str, ordinal: u32) -> Uuid {
    v5(&["person", &household.to_string(), name, &ordinal.to_string()])
}

/// What was said of two records that look like one: both ways round it is one record, so that two offices meet in it.
pub fn pair_id(one: Uuid, other: Uuid) -> Uuid {
    let (a, b) = (one.min(other), one.max(other));
    v5(&["pair", &a.to_string(), &b.to_string()])
}

/// The party-member hub of a household, one each.
pub fn hub_id(household: Uuid) -> Uuid {
    v5(&["hub", &household.to_string()])
}

/// A held cell = (batch target, row, column, cell): the same file held twice makes the same item.
pub fn held_id(target: Uuid, reason: &str, column: &str, cell: &str) -> Uuid {
    v5(&["held", &target.to_string(), reason, column, cell])
}

/// A setting of a unit, by its name: two offices that set the same thing apart write one record.
pub fn config_id(unit: Uuid, name: &str) -> Uuid {
    v5(&["config", &unit.to_string(), name])
}

/// A hotline order of a community, by the number the hotline gave it: taken in twice, on two devices, it is one case.
pub fn order_id(community: Uuid, number: &str) -> Uuid {
    v5(&["order", &community.to_string(), number])
}

/// The answers to a campaign at one door: two workers who ask apart write one record.
pub fn campaign_response_id(campaign: Uuid, household: Uuid) -> Uuid {
    v5(&["response", &campaign.to_string(), &household.to_string()])
}

/// A unit's figures of a month, `2026-11`: two offices that send them apart write one record.
pub fn tally_id(unit: Uuid, month: &str) -> Uuid {
    v5(&["tally", &unit.to_string(), month])
}

/// The answers to a form in one visit.
pub fn visit_response_id(visit: Uuid, form: &str) -> Uuid {
    v5(&["response", &visit.to_string(), form])
}

/// A place, facility, case or visit of a file that came in: the same row taken in twice, on two devices, is one record.
pub fn imported_id(unit: Uuid, kind: &str, words: &str) -> Uuid {
    v5(&["imported", &unit.to_string(), kind, words])
}

/// An import: the same file into the same grid is the same batch, whoever takes it in.
pub fn batch_id(grid: Uuid, kind: &str, file: &[u8]) -> Uuid {
    v5(&["batch", &grid.to_string(), kind, &Uuid::new_v5(&NS, file).to_string()])
}

/// What a layout is known by: the names of its columns in order.
pub fn layout_print(layout: &str) -> String {
    v5(&["print", layout]).simple().to_string()
}

/// The mapping of a layout, one an office: two people who fix it apart write one record.
pub fn template_id(unit: Uuid, print: &str, is_import: bool) -> Uuid {
    v5(&["template", &unit.to_string(), print, if is_import { "import" } else { "fill" }])
}
