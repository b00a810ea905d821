//! Which record stays: follow the edges to their end. Two who merge A into B and B into A apart make a ring; the smallest id of a ring stays,
//! as with cases. Two who merge A into B and A into C apart leave two values of one field: until somebody settles it A goes with the smaller
//! id, and where one of the values takes the merge back, A stands alone. Nothing but ids decides, so every device ends the same.

use crate::crdt::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Where a record goes by the live values of its edge; `None`: it stands alone.
pub fn target<'v>(record: Uuid, values: impl IntoIterator<Item = &'v Value>) -> Option<Uuid> {
    let mut least: Option<Uuid> = None;
    for value in values {
        let to = value.as_str().and_then(|text| Uuid::parse_str(text).ok())?;
        least = Some(least.map_or(to, |other| other.min(to)));
    }
    least.filter(|to| *to != record)
}

/// The record that stays for one, by the edges of all.
pub fn canonical(edges: &BTreeMap<Uuid, Uuid>, record: Uuid) -> Uuid {
    let mut seen = BTreeSet::new();
    let mut at = record;
    while let Some(next) = edges.get(&at) {
        if !seen.insert(at) {
            // in a ring: once more around it, for its smallest
            let mut least = at;
            let mut on = edges[&at];
            while on != at {
                least = least.min(on);
                on = edges[&on];
            }
            return least;
        }
        at = *next;
    }
    at
}

/// Every record that goes, with the one that stays for it.
pub fn all(edges: &BTreeMap<Uuid, Uuid>) -> BTreeMap<Uuid, Uuid> {
    edges.keys().map(|record| (*record, canonical(edges, *record))).filter(|(record, stays)| record != stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crdt::{ActorId, Edit, Registers};
    use crate::same::EDGE;
    use proptest::prelude::*;

    fn id(n: u8) -> Uuid {
        Uuid::from_u128(u128::from(n) + 1)
    }

    fn edges(pairs: &[(u8, u8)]) -> BTreeMap<Uuid, Uuid> {
        pairs.iter().map(|(a, b)| (id(*a), id(*b))).collect()
    }

    #[test]
    fn a_chain_ends_where_nothing_goes_on() {
        let e = edges(&[(0, 1), (1, 2)]);
        assert_eq!([0, 1, 2, 3].map(|n| canonical(&e, id(n))), [id(2), id(2), id(2), id(3)]);
    }

    #[test]
    fn of_a_ring_the_smallest_stays_for_all_that_lead_into_it() {
        let e = edges(&[(5, 3), (3, 5), (9, 5), (7, 9)]);
        assert_eq!([5, 3, 9, 7].map(|n| canonical(&e, id(n))), [id(3); 4]);
        assert_eq!(all(&e).len(), 3, "the one that stays is not among those that go");
        let long = edges(&[(4, 8), (8, 6), (6, 4)]);
        assert_eq!([4, 8, 6].map(|n| canonical(&long, id(n))), [id(4); 3]);
    }

    #[test]
    fn two_targets_at_once_go_to_the_smaller_and_a_merge_taken_back_counts() {
        let (b, c) = (Value::Str(id(1).to_string()), Value::Str(id(2).to_string()));
        assert_eq!(target(id(0), [&c, &b]), Some(id(1)));
        assert_eq!(target(id(0), [&b, &Value::Null]), None);
        assert_eq!(target(id(1), [&b]), None, "nothing is merged into itself");
        assert_eq!(target(id(0), []), None);
    }

    /// What somebody did, who had seen the first `seen` changes of each record's edge.
    #[derive(Debug, Clone)]
    struct Act {
        who: u8,
        record: u8,
        into: Option<u8>,
        /// Has everybody heard of what was done before?
        meets: bool,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let one = (0..3u8, 0..6u8, proptest::option::weighted(0.8, 0..6u8), any::<bool>()).prop_map(|(who, record, into, meets)| Act {
            who,
            record,
            into,
            meets,
        });
        proptest::collection::vec(one, 1..14)
    }

    fn stays(docs: &BTreeMap<Uuid, Registers>) -> BTreeMap<Uuid, Uuid> {
        let of = |(record, regs): (&Uuid, &Registers)| {
            let live = regs.live.get(EDGE).into_iter().flatten().map(|op| &op.value);
            Some((*record, target(*record, live)?))
        };
        all(&docs.iter().filter_map(of).collect())
    }

    proptest! {
        #[test]
        fn whoever_hears_of_all_merges_ends_with_the_same_in_whatever_order(acts in acts(), order in any::<u64>()) {
            let mut devices: Vec<BTreeMap<Uuid, Registers>> = vec![BTreeMap::new(); 3];
            for act in &acts {
                if act.meets {
                    devices = meet(&devices, 0);
                }
                let value = act.into.map_or(Value::Null, |n| Value::Str(id(n).to_string()));
                let regs = devices[usize::from(act.who)].entry(id(act.record)).or_default();
                if let Some((change, _, hash)) = regs.author(ActorId([act.who + 1; 16]), None, 0, &[Edit::put(EDGE, value)]) {
                    regs.apply(&change, hash).unwrap();
                }
            }
            let (one, other) = (meet(&devices, 0), meet(&devices, usize::try_from(order % 6).unwrap()));
            prop_assert_eq!(stays(&one[0]), stays(&other[0]));
            let result = stays(&one[0]);
            // what stays goes nowhere itself
            prop_assert!(result.values().all(|to| !result.contains_key(to)));
            // taking every merge back gives all of them back
            let mut apart = one[0].clone();
            for regs in apart.values_mut() {
                if let Some((change, _, hash)) = regs.author(ActorId([9; 16]), None, 0, &[Edit::put(EDGE, Value::Null)]) {
                    regs.apply(&change, hash).unwrap();
                }
            }
            prop_assert!(stays(&apart).is_empty());
        }
    }

    /// Everybody hears of everything, in one of six orders.
    fn meet(devices: &[BTreeMap<Uuid, Registers>], order: usize) -> Vec<BTreeMap<Uuid, Registers>> {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let mut all: BTreeMap<Uuid, Registers> = BTreeMap::new();
        for n in orders[order] {
            for (record, regs) in &devices[n] {
                let met = all.get(record).map_or_else(|| regs.clone(), |known| known.join(regs));
                all.insert(*record, met);
            }
        }
        vec![all; 3]
    }
}
