//! The chain of epochs: what two of them have in common. A server that was set back begins a new epoch, which names its parent and, per
//! partition, the seq up to which it still holds what the parent held. Pure, so that device and server compute the same.

use crate::class::Class;
use crate::wire::Epoch;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Links climbed at most: a chain that is longer is not followed, as if the epoch were unknown.
const LINKS_MAX: usize = 10_000;

/// Up to which seq of a partition the histories of two epochs are the same; all of it within one epoch, nothing when one is unknown.
pub fn common(chain: &[Epoch], from: u64, to: u64, unit: &Uuid, class: Class) -> u64 {
    if from == to {
        return u64::MAX;
    }
    let known: BTreeMap<u64, &Epoch> = chain.iter().map(|e| (e.id, e)).collect();
    let fork = |e: &Epoch| e.forks.iter().find(|(u, c, _)| u == unit && *c == class).map_or(0, |(_, _, seq)| *seq);
    // every epoch above `to`, with the lowest fork on the way there
    let mut above = BTreeMap::from([(to, u64::MAX)]);
    let (mut at, mut lowest) = (to, u64::MAX);
    while let Some(epoch) = known.get(&at).filter(|e| e.parent < e.id && above.len() < LINKS_MAX) {
        lowest = lowest.min(fork(epoch));
        at = epoch.parent;
        above.insert(at, lowest);
    }
    let (mut at, mut lowest) = (from, u64::MAX);
    for _ in 0..LINKS_MAX {
        if let Some(other) = above.get(&at) {
            return if known.contains_key(&at) || at == to { lowest.min(*other) } else { 0 };
        }
        let Some(epoch) = known.get(&at).filter(|e| e.parent < e.id) else { return 0 };
        lowest = lowest.min(fork(epoch));
        at = epoch.parent;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Uuid = Uuid::from_u128(1);

    fn epoch(id: u64, parent: u64, seq: u64) -> Epoch {
        Epoch { id, parent, forks: if seq == 0 { Vec::new() } else { vec![(UNIT, Class::Door, seq)] } }
    }

    fn of(chain: &[Epoch], from: u64, to: u64) -> u64 {
        common(chain, from, to, &UNIT, Class::Door)
    }

    #[test]
    fn a_child_shares_its_parent_up_to_the_fork() {
        let chain = [epoch(1, 0, 0), epoch(2, 1, 100), epoch(3, 2, 40)];
        assert_eq!((of(&chain, 1, 2), of(&chain, 2, 3)), (100, 40));
        assert_eq!(of(&chain, 1, 3), 40, "the parent of the parent: the lowest fork on the way");
        assert_eq!(of(&[epoch(1, 0, 0), epoch(2, 1, 40), epoch(3, 2, 100)], 1, 3), 40);
        assert_eq!((of(&chain, 3, 1), of(&chain, 3, 3)), (40, u64::MAX));
        assert_eq!(common(&chain, 1, 2, &UNIT, Class::Register), 0, "a partition that the backup did not have");
    }

    #[test]
    fn siblings_share_what_both_took_from_their_parent() {
        let chain = [epoch(1, 0, 0), epoch(2, 1, 100), epoch(3, 1, 70), epoch(4, 3, 90)];
        assert_eq!((of(&chain, 2, 3), of(&chain, 2, 4)), (70, 70));
    }

    #[test]
    fn an_unknown_epoch_shares_nothing_and_a_ring_ends() {
        let chain = [epoch(1, 0, 0), epoch(3, 1, 70)];
        assert_eq!((of(&chain, 2, 3), of(&chain, 3, 9), of(&chain, 8, 9)), (0, 0, 0));
        assert_eq!(of(&[epoch(5, 6, 10), epoch(6, 5, 10)], 5, 6), 10, "a parent is older than its child; another chain is not followed");
        assert_eq!(of(&[epoch(2, 0, 0), epoch(3, 0, 0)], 2, 3), 0, "two chains that begin apart");
    }
}
