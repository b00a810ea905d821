//! Which records look alike, kept while they change one by one: an edit compares one record with those that share a key with it, and not
//! everybody with everybody. Ten thousand people are some ten thousand comparisons at the beginning and a handful for each edit.
//!
//! What two records have in common is said in `alike.rs`. The result is the same in whatever order the records came.

use super::alike::{self, HouseholdFacts, PersonFacts, Reason, SHOWN_POINTS};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A key of more records says nothing: every third Zhang Wei of a district is not the same one.
const SHARERS_MAX: usize = 200;
/// After so many records a long look asks whether it is still wanted.
const STEP: usize = 500;

/// What can be compared.
pub trait Compared: PartialEq {
    /// Whose facts these are.
    fn record(&self) -> Uuid;
    /// Under which keys it is looked for, by kind.
    fn keys(&self) -> Vec<(u8, String)>;
    /// Why it looks like another one; the same from both sides.
    fn why(&self, other: &Self) -> Vec<Reason>;
}

impl Compared for PersonFacts {
    fn record(&self) -> Uuid {
        self.record
    }
    fn keys(&self) -> Vec<(u8, String)> {
        alike::person_keys(self)
    }
    fn why(&self, other: &Self) -> Vec<Reason> {
        alike::people(self, other)
    }
}

impl Compared for HouseholdFacts {
    fn record(&self) -> Uuid {
        self.record
    }
    fn keys(&self) -> Vec<(u8, String)> {
        alike::household_keys(self)
    }
    fn why(&self, other: &Self) -> Vec<Reason> {
        alike::households(self, other)
    }
}

/// Two records that look like one, the smaller id first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub a: Uuid,
    pub b: Uuid,
    pub points: i32,
    pub reasons: Vec<Reason>,
}

/// Records with the pairs among them.
pub struct Index<F> {
    all: HashMap<Uuid, F>,
    sharers: HashMap<(u8, String), BTreeSet<Uuid>>,
    found: BTreeMap<(Uuid, Uuid), Vec<Reason>>,
    /// The other side of every pair of a record.
    of: HashMap<Uuid, BTreeSet<Uuid>>,
    sharers_max: usize,
}

impl<F> Default for Index<F> {
    fn default() -> Self {
        Index { all: HashMap::new(), sharers: HashMap::new(), found: BTreeMap::new(), of: HashMap::new(), sharers_max: SHARERS_MAX }
    }
}

impl<F: Compared> Index<F> {
    /// What is known of a record.
    pub fn get(&self, record: Uuid) -> Option<&F> {
        self.all.get(&record)
    }

    /// A record as it is now.
    pub fn put(&mut self, facts: F) {
        let record = facts.record();
        if self.all.get(&record) == Some(&facts) {
            return;
        }
        self.remove(record);
        let keys: BTreeSet<(u8, String)> = facts.keys().into_iter().collect();
        self.all.insert(record, facts);
        let mut mates = BTreeSet::new();
        for key in keys {
            let sharers = self.sharers.entry(key).or_default();
            sharers.insert(record);
            if sharers.len() <= self.sharers_max {
                mates.extend(sharers.iter().copied());
            } else if sharers.len() == self.sharers_max + 1 {
                // one too many: what only this key brought together goes again
                let crowd = sharers.clone();
                self.look_at_all(&crowd);
            }
        }
        for mate in mates {
            self.compare(record, mate, true);
        }
    }

    /// Many records at once, each compared once with those that share a key: for the first look at everybody. Stops where `goes_on` says no.
    pub fn fill(&mut self, all: Vec<F>, goes_on: &dyn Fn() -> bool) -> bool {
        let mut keys_of: Vec<(Uuid, BTreeSet<(u8, String)>)> = Vec::with_capacity(all.len());
        for facts in all {
            let (record, keys) = (facts.record(), facts.keys().into_iter().collect::<BTreeSet<_>>());
            self.remove(record);
            for key in &keys {
                self.sharers.entry(key.clone()).or_default().insert(record);
            }
            self.all.insert(record, facts);
            keys_of.push((record, keys));
        }
        for (at, (record, keys)) in keys_of.into_iter().enumerate() {
            if at % STEP == 0 && !goes_on() {
                return false;
            }
            let telling = keys.iter().filter_map(|key| self.sharers.get(key)).filter(|sharers| sharers.len() <= self.sharers_max);
            let mates: BTreeSet<Uuid> = telling.flatten().copied().collect();
            for mate in mates.range(record..).skip(1) {
                self.compare(record, *mate, true);
            }
        }
        true
    }

    /// A record that is not compared any more.
    pub fn remove(&mut self, record: Uuid) -> Option<F> {
        let facts = self.all.remove(&record)?;
        for other in self.of.remove(&record).unwrap_or_default() {
            self.found.remove(&(record.min(other), record.max(other)));
            self.of.entry(other).and_modify(|all| _ = all.remove(&record));
        }
        for key in facts.keys().into_iter().collect::<BTreeSet<_>>() {
            let Some(sharers) = self.sharers.get_mut(&key) else { continue };
            sharers.remove(&record);
            match sharers.len() {
                0 => _ = self.sharers.remove(&key),
                n if n == self.sharers_max => {
                    let crowd = sharers.clone();
                    self.look_at_all(&crowd);
                }
                _ => {}
            }
        }
        Some(facts)
    }

    fn look_at_all(&mut self, crowd: &BTreeSet<Uuid>) {
        for a in crowd {
            for b in crowd.range(*a..).skip(1) {
                let shares = self.shares_a_key(*a, *b);
                self.compare(*a, *b, shares);
            }
        }
    }

    /// Do two have a key in common that says something?
    fn shares_a_key(&self, a: Uuid, b: Uuid) -> bool {
        let (Some(x), Some(y)) = (self.all.get(&a), self.all.get(&b)) else { return false };
        let keys = y.keys();
        let says = |key: &(u8, String)| keys.contains(key) && self.sharers.get(key).is_some_and(|s| s.len() <= self.sharers_max);
        x.keys().iter().any(says)
    }

    /// Is this a pair now?
    fn compare(&mut self, one: Uuid, other: Uuid, shares: bool) {
        let (a, b) = (one.min(other), one.max(other));
        let (Some(x), Some(y)) = (self.all.get(&a), self.all.get(&b)) else { return };
        if a == b {
            return;
        }
        let reasons = if shares { x.why(y) } else { Vec::new() };
        if reasons.iter().map(|r| r.points).sum::<i32>() >= SHOWN_POINTS {
            self.found.insert((a, b), reasons);
            self.of.entry(a).or_default().insert(b);
            self.of.entry(b).or_default().insert(a);
        } else if self.found.remove(&(a, b)).is_some() {
            self.of.entry(a).and_modify(|all| _ = all.remove(&b));
            self.of.entry(b).and_modify(|all| _ = all.remove(&a));
        }
    }

    fn told(&self, takes: impl Fn(Uuid, Uuid, &[Reason]) -> bool) -> Vec<Pair> {
        let taken = self.found.iter().filter(|((a, b), reasons)| takes(*a, *b, reasons));
        let mut out: Vec<Pair> = taken
            .map(|((a, b), reasons)| Pair { a: *a, b: *b, points: reasons.iter().map(|r| r.points).sum(), reasons: reasons.clone() })
            .collect();
        out.sort_by_key(|p| (-p.points, p.a, p.b));
        out
    }
}

impl Index<HouseholdFacts> {
    /// Households that look like one, most alike first.
    pub fn pairs(&self) -> Vec<Pair> {
        self.told(|_, _, _| true)
    }
}

impl Index<PersonFacts> {
    /// People who look like one, most alike first. Who is alike but not called alike is somebody else where the very name stands in the other
    /// household: twins recorded twice.
    pub fn pairs(&self) -> Vec<Pair> {
        let home = |record: Uuid| self.all.get(&record).map(|p| p.household);
        let mut exact: BTreeSet<(Uuid, Option<Uuid>)> = BTreeSet::new();
        for ((a, b), _) in self.found.iter().filter(|(_, reasons)| alike::is_called_alike(reasons)) {
            exact.extend([(*a, home(*b)), (*b, home(*a))]);
        }
        self.told(|a, b, reasons| alike::is_called_alike(reasons) || !(exact.contains(&(a, home(b))) || exact.contains(&(b, home(a)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index<F: Compared>(all: impl IntoIterator<Item = F>) -> Index<F> {
        let mut out = Index::default();
        all.into_iter().for_each(|one| out.put(one));
        out
    }

    #[test]
    fn twins_who_were_recorded_twice_make_two_pairs_and_not_four() {
        let twin = |n: u128, called: &str| PersonFacts {
            record: Uuid::from_u128(n),
            household: Uuid::from_u128(if n < 2 { 7 } else { 8 }),
            name: called.into(),
            sound: called.into(),
            birth: Some("2015-01-01".into()),
            year: Some(2015),
            phones: vec!["13800001111".into()],
            door: "a".into(),
            ..PersonFacts::default()
        };
        let all = ["王佳一", "王佳二", "王佳一", "王佳二"].into_iter().enumerate().map(|(n, called)| twin(n as u128, called));
        let found: Vec<_> = index(all).pairs().into_iter().map(|p| (p.a.as_u128(), p.b.as_u128())).collect();
        assert_eq!(found, [(0, 2), (1, 3)]);
    }

    #[test]
    fn two_families_at_one_door_are_two() {
        let at = |n: u128, head: &str| HouseholdFacts {
            record: Uuid::from_u128(n),
            door: "x|6|2|101".into(),
            head: head.into(),
            sound: head.into(),
            ..HouseholdFacts::default()
        };
        assert!(index([at(1, "罗春梅"), at(2, "佟国栋")]).pairs().is_empty());
        assert_eq!(index([at(1, "罗春梅"), at(2, "罗春梅")]).pairs().len(), 1);
    }

    fn somebody() -> impl Strategy<Value = PersonFacts> {
        (0..12u128, 0..3u8, 0..3u8, 0..3u8, 0..4u8).prop_map(|(n, name, birth, phone, door)| PersonFacts {
            record: Uuid::from_u128(n),
            household: Uuid::from_u128(100 + n / 2),
            name: format!("王佳{name}"),
            sound: format!("wangjia{name}"),
            birth: Some(format!("2015-01-0{birth}")),
            year: Some(2015),
            phones: vec![format!("1380000000{phone}")],
            door: format!("{door}"),
            ..PersonFacts::default()
        })
    }

    /// Everybody with everybody.
    fn plainly(all: &HashMap<Uuid, PersonFacts>, max: usize) -> BTreeSet<(Uuid, Uuid)> {
        let count = |key: &(u8, String)| all.values().filter(|p| p.keys().contains(key)).count();
        let mut out = BTreeSet::new();
        for x in all.values() {
            for y in all.values().filter(|y| x.record < y.record) {
                let share = x.keys().iter().any(|key| y.keys().contains(key) && count(key) <= max);
                if share && x.why(y).iter().map(|r| r.points).sum::<i32>() >= SHOWN_POINTS {
                    out.insert((x.record, y.record));
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn kept_while_records_change_it_is_what_comparing_everybody_gives(
            acts in proptest::collection::vec((somebody(), any::<bool>()), 1..40), max in 2..9usize,
        ) {
            let mut kept = Index { sharers_max: max, ..Index::default() };
            let mut all = HashMap::new();
            for (one, stays) in acts {
                let record = one.record;
                if stays || !all.contains_key(&record) {
                    all.insert(record, one.clone());
                    kept.put(one);
                } else {
                    all.remove(&record);
                    kept.remove(record);
                }
                prop_assert_eq!(kept.found.keys().copied().collect::<BTreeSet<_>>(), plainly(&all, max));
            }
            let mut at_once = Index { sharers_max: max, ..Index::default() };
            prop_assert!(at_once.fill(all.values().cloned().collect(), &|| true));
            prop_assert_eq!(at_once.found, kept.found, "all at once it is the same");
        }
    }
}
