//! Facts that cannot both be true, and records that point at something that is over: what nobody wrote wrong by themselves, and what only
//! shows when the work of several people lies beside each other. Pure rules over a few facts of rows; finding the rows is the device's.
//!
//! A person looks and decides: put it right, or leave it as it is. "Left so" is kept with the facts that were seen ([`Found::facts`]), so it
//! is not asked again until something new is written.

use crate::crdt::{LiveOp, Registers};

/// What can be wrong. The name is stable: judgements carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A person's record ended (moved out, dead), and a visit met them on a later day.
    MetAfterEnd,
    /// A household moved out, and somebody was met at a later visit.
    VisitedAfterEnd,
    /// Marked vacant, and people are registered there.
    VacantWithPeople,
    /// A visit that lies in the future.
    VisitInFuture,
    /// A record ended, and somebody who did not know wrote to it afterwards.
    EditedAfterEnd,
    /// A record was deleted, and somebody who did not know wrote to it.
    EditedWhileDeleted,
    /// A household was deleted (an import was taken back), and somebody who did not know visited it or asked there.
    VisitedWhileDeleted,
    /// Somebody still lives in a household that was deleted or moved away.
    PersonWithoutHome,
    /// A hub family whose household or lead member is gone.
    HubWithoutHome,
    /// A need of somebody who is gone is still open.
    ListingWithoutOwner,
    /// A patrol point at a place or facility that is gone.
    PatrolWithoutSpot,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 11] = [
        Rule::MetAfterEnd,
        Rule::VisitedAfterEnd,
        Rule::VacantWithPeople,
        Rule::VisitInFuture,
        Rule::EditedAfterEnd,
        Rule::EditedWhileDeleted,
        Rule::VisitedWhileDeleted,
        Rule::PersonWithoutHome,
        Rule::HubWithoutHome,
        Rule::ListingWithoutOwner,
        Rule::PatrolWithoutSpot,
    ];

    /// Stable name.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|r| r.name() == name)
    }

    /// In Chinese.
    pub fn zh(self) -> &'static str {
        self.words().1
    }

    /// In English.
    pub fn en(self) -> &'static str {
        self.words().2
    }

    /// What putting it right does, in Chinese.
    pub fn fix_zh(self) -> &'static str {
        self.words().3
    }

    /// The same in English.
    pub fn fix_en(self) -> &'static str {
        self.words().4
    }

    /// Something points at what is over; the others are facts that contradict each other.
    pub fn is_orphan(self) -> bool {
        matches!(self, Rule::PersonWithoutHome | Rule::HubWithoutHome | Rule::ListingWithoutOwner | Rule::PatrolWithoutSpot)
    }

    fn words(self) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        match self {
            Rule::MetAfterEnd => {
                ("met_after_end", "已迁出或去世，后来又见到", "left or died, yet met later", "人还在，恢复", "Still here: open again")
            }
            Rule::VisitedAfterEnd => (
                "visited_after_end",
                "登记搬走后又有走访",
                "moved out, yet visited later",
                "还住在这里，恢复",
                "Still lives here: open again",
            ),
            Rule::VacantWithPeople => {
                ("vacant_with_people", "标了空户，却登记着人", "vacant, yet people are registered", "不是空户", "Not vacant")
            }
            Rule::VisitInFuture => ("visit_in_future", "走访日期还没到", "a visit in the future", "去掉这次走访", "Remove the visit"),
            Rule::EditedAfterEnd => (
                "edited_after_end",
                "已迁出或去世，后来又有人改",
                "left or died, yet edited later",
                "人还在，恢复",
                "Still here: open again",
            ),
            Rule::EditedWhileDeleted => {
                ("edited_while_deleted", "已删除，有人不知道又改了", "deleted, yet edited unknowing", "恢复这条记录", "Restore the record")
            }
            Rule::VisitedWhileDeleted => (
                "visited_while_deleted",
                "户已删除，有人不知道又走访了",
                "household deleted, yet visited unknowing",
                "恢复这一户",
                "Restore the household",
            ),
            Rule::PersonWithoutHome => (
                "person_without_home",
                "户已迁走或删除，人还登记着",
                "the household is gone, the person is not",
                "人也一起迁出",
                "Ends with the household",
            ),
            Rule::HubWithoutHome => {
                ("hub_without_home", "中心户的户或负责人已不在", "a hub whose family is gone", "不再是中心户", "No longer a hub")
            }
            Rule::ListingWithoutOwner => {
                ("listing_without_owner", "提需求的人或户已不在", "a need of somebody who is gone", "需求不办了", "Drop the need")
            }
            Rule::PatrolWithoutSpot => {
                ("patrol_without_spot", "巡查点的场所或设施已不在", "a patrol point at what is gone", "停用巡查点", "Close the point")
            }
        }
    }
}

/// What is known of a person, days as `YYYY-MM-DD`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFacts {
    pub ended: Option<String>,
    /// The day of the last visit that met this very person.
    pub met_on: Option<String>,
    /// The household is deleted, or moved away.
    pub home_is_gone: bool,
    /// What ended is followed elsewhere: a move or a merge has its own list.
    pub is_followed: bool,
}

/// What is wrong with a person's record.
pub fn of_person(p: &PersonFacts) -> Vec<Rule> {
    let mut out = Vec::new();
    match (&p.ended, &p.met_on) {
        (Some(ended), Some(met)) if met > ended => out.push(Rule::MetAfterEnd),
        _ => {}
    }
    if p.ended.is_none() && p.home_is_gone && !p.is_followed {
        out.push(Rule::PersonWithoutHome);
    }
    out
}

/// What is known of a household.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseholdFacts {
    pub ended: Option<String>,
    pub is_vacant: bool,
    /// People whose record is open.
    pub living: u32,
    /// The day of the last visit at which somebody was met.
    pub met_on: Option<String>,
}

/// What is wrong with a household's record.
pub fn of_household(h: &HouseholdFacts) -> Vec<Rule> {
    let mut out = Vec::new();
    match (&h.ended, &h.met_on) {
        (Some(ended), Some(met)) if met > ended => out.push(Rule::VisitedAfterEnd),
        _ => {}
    }
    // a household that moved away is vacant, and its people ended with it; who did not is an orphan
    if h.is_vacant && h.ended.is_none() && h.living > 0 {
        out.push(Rule::VacantWithPeople);
    }
    out
}

/// Is a visit dated later than today? A day of grace: a clock may be a little ahead over midnight.
pub fn is_in_future(visit_ms: i64, now_ms: i64) -> bool {
    const GRACE_MS: i64 = 24 * 3_600_000;
    visit_ms > now_ms + GRACE_MS
}

/// Keys with which a record ends or goes on elsewhere, written by whoever ends it.
const ENDING: [&str; 9] =
    ["ended", "end_reason", "moved_to", "merged_into", "moved_saw", "moved_saw_private", "vacant", "head_name", "relation"];

/// The newest value that somebody else wrote after the record had ended: who ends a record knows it, whoever writes a telephone into it
/// the day after does not.
pub fn edited_after_end(registers: &Registers) -> Option<&LiveOp> {
    let ended = registers.winner("ended").filter(|op| !op.value.is_null())?;
    let later = |op: &&LiveOp| op.at > ended.at && op.id.actor != ended.id.actor;
    let keys = registers.live.iter().filter(|(key, _)| !ENDING.contains(&key.as_str()) && key.as_str() != crate::crdt::DEL_KEY);
    keys.flat_map(|(_, ops)| ops).filter(later).max_by_key(|op| (op.at, op.id))
}

/// Something found, before it is told to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub rule: Rule,
    /// What was seen, short: when it changes the matter is asked again.
    pub facts: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crdt::{ActorId, Edit, Value};

    fn day(text: &str) -> Option<String> {
        Some(text.into())
    }

    #[test]
    fn whoever_left_or_died_and_was_met_on_a_later_day_is_a_contradiction_and_on_the_same_day_is_not() {
        let met = |on| PersonFacts { ended: day("2026-03-05"), met_on: day(on), ..PersonFacts::default() };
        assert_eq!(of_person(&met("2026-03-06")), [Rule::MetAfterEnd]);
        assert!(of_person(&met("2026-03-05")).is_empty(), "the visit at which it was learnt");
        assert!(of_person(&PersonFacts { ended: None, ..met("2026-03-06") }).is_empty());
    }

    #[test]
    fn who_lives_in_a_household_that_is_gone_is_an_orphan_unless_a_merge_follows() {
        let p = PersonFacts { home_is_gone: true, ..PersonFacts::default() };
        assert_eq!(of_person(&p), [Rule::PersonWithoutHome]);
        assert!(of_person(&PersonFacts { is_followed: true, ..p.clone() }).is_empty());
        assert!(of_person(&PersonFacts { ended: day("2026-01-01"), ..p }).is_empty());
    }

    #[test]
    fn a_household_that_moved_out_and_was_met_later_and_a_vacant_one_with_people_are_found() {
        let h = HouseholdFacts { ended: day("2026-03-05"), is_vacant: true, living: 0, met_on: day("2026-04-01") };
        assert_eq!(of_household(&h), [Rule::VisitedAfterEnd]);
        let vacant = HouseholdFacts { ended: None, living: 2, ..h.clone() };
        assert_eq!(of_household(&vacant), [Rule::VacantWithPeople]);
        assert!(of_household(&HouseholdFacts { living: 0, ..vacant }).is_empty());
        assert!(
            of_household(&HouseholdFacts { living: 2, met_on: None, ..h }).is_empty(),
            "whoever stayed behind is an orphan, not a vacancy"
        );
    }

    #[test]
    fn a_visit_is_in_the_future_when_it_lies_more_than_a_day_ahead() {
        let now = 1_780_000_000_000;
        assert!(!is_in_future(now + 3_600_000, now));
        assert!(is_in_future(now + 3 * 86_400_000, now));
    }

    #[test]
    fn what_another_wrote_after_the_end_is_found_and_what_ended_it_is_not() {
        let mut r = Registers::default();
        let mut write = |actor: u8, at: i64, edits: &[Edit]| {
            let (change, _, hash) = r.author(ActorId([actor; 16]), None, at, edits).expect("there is something to write");
            r.apply(&change, hash).expect("in order");
            r.clone()
        };
        write(1, 10, &[Edit::put("name", "张三"), Edit::put("phone", "1")]);
        let ended = write(1, 20, &[Edit::put("ended", "2026-01-01"), Edit::put("end_reason", "去世")]);
        assert!(edited_after_end(&ended).is_none());
        let later = write(2, 30, &[Edit::put("phone", "2")]);
        assert_eq!(edited_after_end(&later).map(|op| op.value.clone()), Some("2".into()));
        let back = write(1, 40, &[Edit::put("ended", Value::Null)]);
        assert!(edited_after_end(&back).is_none(), "a record that is open again contradicts nothing");
    }

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|r| r.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        assert!(Rule::ALL.iter().all(|r| Rule::from_name(r.name()) == Some(*r) && !r.zh().is_empty() && !r.fix_en().is_empty()));
    }
}
