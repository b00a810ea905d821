//! Households out of rows: which family at which door a row belongs to.
//!
//! A door is (estate, building, unit, number). Two heads at one door are two families; rows of one family may lie apart in the file.

use super::{ReadOptions, RosterHousehold};
use crate::values::name_key;
use std::collections::HashMap;

/// A door of this file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct DoorKey {
    pub estate: String,
    pub building: String,
    pub unit: String,
    pub door: String,
}

/// The families met so far, in the order of the file.
pub(super) struct Families {
    estate: String,
    households: Vec<RosterHousehold>,
    at_door: HashMap<DoorKey, AtDoor>,
}

/// The families of one door.
#[derive(Default)]
struct AtDoor {
    all: Vec<usize>,
    by_head: HashMap<String, usize>,
    without_head: Option<usize>,
}

impl Families {
    pub fn new(options: &ReadOptions) -> Self {
        let estate = crate::address::estate(options.estate.as_deref().unwrap_or_default());
        Families { estate, households: Vec::new(), at_door: HashMap::new() }
    }

    /// The family at the door: the one of that head, else one whose head is not known yet, else a new one. Without a head named, the
    /// family last met there. Tells whether it is new.
    pub fn find(&mut self, mut key: DoorKey, head: Option<&str>, sheet: &str, row: u32) -> (usize, bool) {
        if key.estate.is_empty() {
            key.estate.clone_from(&self.estate);
        }
        let here = self.at_door.entry(key.clone()).or_default();
        let known = match head {
            Some(head) => here.by_head.get(&name_key(head)).copied().or_else(|| here.without_head.take()),
            None => here.all.last().copied(),
        };
        if let Some(at) = known {
            if let Some(head) = head {
                here.by_head.insert(name_key(head), at);
                head.clone_into(&mut self.households[at].head);
            }
            return (at, false);
        }
        let at = self.households.len();
        here.all.push(at);
        match head {
            Some(head) => drop(here.by_head.insert(name_key(head), at)),
            None => here.without_head = Some(at),
        }
        let DoorKey { estate, building, unit, door } = key;
        let head = head.unwrap_or_default().to_owned();
        self.households.push(RosterHousehold {
            sheet: sheet.to_owned(),
            row,
            estate,
            building,
            unit,
            door,
            head,
            ..RosterHousehold::default()
        });
        (at, true)
    }

    pub fn get(&mut self, at: usize) -> &mut RosterHousehold {
        &mut self.households[at]
    }

    /// All households, heads filled in and family keys set.
    pub fn finish(mut self) -> Vec<RosterHousehold> {
        for household in &mut self.households {
            if household.head.is_empty()
                && let Some(first) = household.persons.first()
            {
                household.head = first.name.clone();
            }
        }
        for here in self.at_door.values().filter(|here| here.all.len() > 1) {
            for at in &here.all {
                self.households[*at].family_key = name_key(&self.households[*at].head);
            }
        }
        self.households
    }
}
