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
    at_door: HashMap<DoorKey, Vec<usize>>,
}

impl Families {
    pub fn new(options: &ReadOptions) -> Self {
        let estate = options.estate.as_deref().unwrap_or_default().trim().to_owned();
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
            Some(head) => {
                let wanted = name_key(head);
                let same = here.iter().copied().find(|at| name_key(&self.households[*at].head) == wanted);
                same.or_else(|| here.iter().copied().find(|at| self.households[*at].head.is_empty()))
            }
            None => here.last().copied(),
        };
        if let Some(at) = known {
            if let Some(head) = head {
                head.clone_into(&mut self.households[at].head);
            }
            return (at, false);
        }
        let at = self.households.len();
        here.push(at);
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
        for here in self.at_door.values().filter(|here| here.len() > 1) {
            for at in here {
                self.households[*at].family_key = name_key(&self.households[*at].head);
            }
        }
        self.households
    }
}
