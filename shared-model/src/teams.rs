//! Is every grid staffed as the rules of the organisation say? Pure: units, memberships and a moment in, findings out. What is checked are places, never
//! how anybody works.
//!
//! * a grid: at least one full-time worker and a guide (每网格 ≥ 1 名专职网格员、1 名网格指导员);
//! * a micro-grid: five to seven people, the worker of its grid among them, with a party member and a building or lane head (5–7 人);
//! * terms that end within thirty days.

use crate::rules::Role;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Fewest and most people of a micro-grid's team.
pub const TEAM_MIN: u32 = 5;
/// See [`TEAM_MIN`].
pub const TEAM_MAX: u32 = 7;
/// A term that ends within this is spoken of, ms.
pub const TERM_SOON_MS: i64 = 30 * 24 * 3600 * 1000;

/// Posts that make whoever holds them a member of the party organisation's team.
const PARTY_POSTS: [&str; 2] = ["party_lead", "party_member"];
/// Posts of somebody who answers for a building or a lane.
const HEAD_POSTS: [&str; 2] = ["building_head", "alley_head"];

/// A unit with what stands above it.
#[derive(Debug, Clone)]
pub struct TeamUnit {
    pub id: Uuid,
    /// Code of `unit_kind`.
    pub kind: String,
    /// Itself first, then upwards.
    pub line: Vec<Uuid>,
    pub is_closed: bool,
}

/// A role at a unit for a term.
#[derive(Debug, Clone)]
pub struct TeamMember {
    pub membership: Uuid,
    pub person: Uuid,
    pub role: Role,
    /// Code of `post`; none: what the role says.
    pub post: Option<String>,
    /// Said to be a member of the party, whatever the post.
    pub is_party: bool,
    pub unit: Uuid,
    /// Unix ms, inclusive.
    pub from: Option<i64>,
    /// Unix ms, exclusive.
    pub until: Option<i64>,
}

impl TeamMember {
    fn is_live(&self, now_ms: i64) -> bool {
        self.from.is_none_or(|from| from <= now_ms) && self.until.is_none_or(|until| until > now_ms)
    }

    fn post_is(&self, posts: &[&str]) -> bool {
        self.post.as_deref().is_some_and(|post| posts.contains(&post))
    }

    fn is_worker(&self) -> bool {
        self.role == Role::Worker
    }

    fn is_head(&self) -> bool {
        self.role == Role::BuildingHead || self.post_is(&HEAD_POSTS)
    }

    fn is_party_member(&self) -> bool {
        self.is_party || self.post_is(&PARTY_POSTS)
    }
}

/// What is not as it should be, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub unit: Uuid,
    pub rule: Rule,
    /// People of the team, where that is what the rule counts.
    pub people: u32,
    /// The term that ends.
    pub membership: Option<Uuid>,
}

/// The rules, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A grid that nobody is in charge of.
    Nobody,
    /// A grid without a full-time worker.
    NoWorker,
    /// A grid without a guide.
    NoGuide,
    /// A micro-grid of fewer than five.
    Few,
    /// A micro-grid of more than seven.
    Many,
    /// A micro-grid without a party member.
    NoParty,
    /// A micro-grid without a building or lane head.
    NoHead,
    /// A term ends within thirty days and nobody follows.
    TermEnds,
}

impl Rule {
    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Nobody => "nobody",
            Rule::NoWorker => "no_worker",
            Rule::NoGuide => "no_guide",
            Rule::Few => "few",
            Rule::Many => "many",
            Rule::NoParty => "no_party",
            Rule::NoHead => "no_head",
            Rule::TermEnds => "term_ends",
        }
    }
}

/// Goes over all open units. Order: by unit as given, then by rule.
pub fn check(units: &[TeamUnit], members: &[TeamMember], now_ms: i64) -> Vec<Finding> {
    let live: Vec<&TeamMember> = members.iter().filter(|m| m.is_live(now_ms)).collect();
    let mut out = Vec::new();
    for unit in units.iter().filter(|u| !u.is_closed) {
        match unit.kind.as_str() {
            "grid" => of_grid(unit, &live, &mut out),
            "micro_grid" => of_micro_grid(unit, units, &live, &mut out),
            _ => {}
        }
        of_terms(unit, members, &live, now_ms, &mut out);
    }
    out
}

fn finding(unit: &TeamUnit, rule: Rule, people: u32) -> Finding {
    Finding { unit: unit.id, rule, people, membership: None }
}

/// Whoever is in charge at the grid itself; a guide may look after several grids from above them.
fn of_grid(unit: &TeamUnit, live: &[&TeamMember], out: &mut Vec<Finding>) {
    let mut here = live.iter().filter(|m| m.unit == unit.id);
    let has_guide = live.iter().any(|m| m.post.as_deref() == Some("guide") && unit.line.contains(&m.unit));
    if here.clone().next().is_none() {
        out.push(finding(unit, Rule::Nobody, 0));
    } else if !here.any(|m| m.is_worker()) {
        out.push(finding(unit, Rule::NoWorker, 0));
    }
    if !has_guide {
        out.push(finding(unit, Rule::NoGuide, 0));
    }
}

/// Everybody at it and beneath it, and the worker of its grid.
fn of_micro_grid(unit: &TeamUnit, units: &[TeamUnit], live: &[&TeamMember], out: &mut Vec<Finding>) {
    let beneath: BTreeSet<Uuid> = units.iter().filter(|u| u.line.contains(&unit.id)).map(|u| u.id).collect();
    let grid = unit.line.get(1);
    let team: Vec<_> = live.iter().filter(|m| beneath.contains(&m.unit) || (m.is_worker() && grid == Some(&m.unit))).collect();
    let people = u32::try_from(team.iter().map(|m| m.person).collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX);
    if people < TEAM_MIN {
        out.push(finding(unit, Rule::Few, people));
    } else if people > TEAM_MAX {
        out.push(finding(unit, Rule::Many, people));
    }
    if !team.iter().any(|m| m.is_party_member()) {
        out.push(finding(unit, Rule::NoParty, people));
    }
    if !team.iter().any(|m| m.is_head()) {
        out.push(finding(unit, Rule::NoHead, people));
    }
}

/// Terms here that end soon, unless the same role at the same unit goes on with somebody.
fn of_terms(unit: &TeamUnit, members: &[TeamMember], live: &[&TeamMember], now_ms: i64, out: &mut Vec<Finding>) {
    for m in live.iter().filter(|m| m.unit == unit.id) {
        let Some(until) = m.until.filter(|until| *until - now_ms <= TERM_SOON_MS) else { continue };
        let goes_on = |o: &TeamMember| o.membership != m.membership && o.role == m.role && o.unit == m.unit && o.is_live(until);
        if !members.iter().any(goes_on) {
            out.push(Finding { membership: Some(m.membership), ..finding(unit, Rule::TermEnds, 0) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const DAY: i64 = 24 * 3600 * 1000;
    const COMMUNITY: u128 = 1;
    const GRID: u128 = 2;
    const MICRO: u128 = 3;
    const BUILDING: u128 = 4;

    fn units() -> Vec<TeamUnit> {
        let unit = |kind: &str, line: &[u128]| TeamUnit {
            id: Uuid::from_u128(line[0]),
            kind: kind.into(),
            line: line.iter().map(|n| Uuid::from_u128(*n)).collect(),
            is_closed: false,
        };
        vec![
            unit("community", &[COMMUNITY]),
            unit("grid", &[GRID, COMMUNITY]),
            unit("micro_grid", &[MICRO, GRID, COMMUNITY]),
            unit("building", &[BUILDING, MICRO, GRID, COMMUNITY]),
        ]
    }

    fn member(person: u128, role: Role, unit: u128, post: Option<&str>) -> TeamMember {
        TeamMember {
            membership: Uuid::from_u128(100 + person),
            person: Uuid::from_u128(person),
            role,
            post: post.map(str::to_owned),
            is_party: false,
            unit: Uuid::from_u128(unit),
            from: Some(NOW - 100 * DAY),
            until: None,
        }
    }

    /// A grid and a micro-grid as they should be.
    fn staffed() -> Vec<TeamMember> {
        vec![
            member(1, Role::Worker, GRID, None),
            member(2, Role::PartTime, COMMUNITY, Some("guide")),
            member(3, Role::PartTime, MICRO, Some("party_lead")),
            member(4, Role::BuildingHead, BUILDING, None),
            member(5, Role::PartTime, MICRO, Some("cadre")),
            member(6, Role::PartTime, MICRO, None),
        ]
    }

    fn rules(members: &[TeamMember]) -> Vec<(u128, Rule)> {
        check(&units(), members, NOW).iter().map(|f| (f.unit.as_u128(), f.rule)).collect()
    }

    #[test]
    fn a_team_as_it_should_be_finds_nothing() {
        assert_eq!(rules(&staffed()), []);
    }

    #[test]
    fn a_grid_wants_a_full_time_worker_and_a_guide() {
        let without = |drop: &[u128]| staffed().into_iter().filter(|m| !drop.contains(&m.person.as_u128())).collect::<Vec<_>>();
        assert_eq!(rules(&without(&[2])), [(GRID, Rule::NoGuide)]);
        // a part-time helper is in charge, yet no full-time worker is; the micro-grid's team has one less
        let mut part_time = without(&[1]);
        part_time.push(member(7, Role::PartTime, GRID, None));
        assert_eq!(rules(&part_time), [(GRID, Rule::NoWorker), (MICRO, Rule::Few)]);
        assert_eq!(
            rules(&[]),
            [(GRID, Rule::Nobody), (GRID, Rule::NoGuide), (MICRO, Rule::Few), (MICRO, Rule::NoParty), (MICRO, Rule::NoHead)]
        );
    }

    #[test]
    fn a_micro_grid_has_five_to_seven_people_each_counted_once() {
        let mut team = staffed();
        // the same person with two roles is one person
        team.push(TeamMember { membership: Uuid::from_u128(900), ..member(4, Role::PartTime, MICRO, Some("informant")) });
        assert_eq!(rules(&team), []);
        team.extend([7, 8].map(|n| member(n, Role::PartTime, MICRO, None)));
        assert_eq!(rules(&team), []);
        team.push(member(9, Role::PartTime, MICRO, None));
        assert_eq!(rules(&team), [(MICRO, Rule::Many)]);
        let few: Vec<_> = staffed().into_iter().filter(|m| m.person.as_u128() != 6).collect();
        let found = check(&units(), &few, NOW);
        assert_eq!((found.len(), found[0].rule, found[0].people), (1, Rule::Few, 4));
    }

    #[test]
    fn a_micro_grid_wants_a_party_member_and_somebody_who_answers_for_a_building() {
        let mut team = staffed();
        team[2].post = None;
        team[3].role = Role::PartTime;
        assert_eq!(rules(&team), [(MICRO, Rule::NoParty), (MICRO, Rule::NoHead)]);
        // a party member of any post, and the head of a lane, will do
        team[5].is_party = true;
        team[3].post = Some("alley_head".into());
        assert_eq!(rules(&team), []);
    }

    #[test]
    fn a_term_that_ends_soon_is_spoken_of_until_somebody_follows() {
        let mut team = staffed();
        team[0].until = Some(NOW + 31 * DAY);
        assert_eq!(rules(&team), []);
        team[0].until = Some(NOW + 30 * DAY);
        assert_eq!(rules(&team), [(GRID, Rule::TermEnds)]);
        // somebody is to begin in time
        team.push(TeamMember { from: team[0].until, ..member(7, Role::Worker, GRID, None) });
        assert_eq!(rules(&team), []);
        // over is over, and what has not begun does not count yet
        team[0].until = Some(NOW);
        assert_eq!(rules(&team), [(GRID, Rule::Nobody), (MICRO, Rule::Few)]);
    }

    #[test]
    fn a_closed_grid_wants_nobody() {
        let mut all = units();
        all[1].is_closed = true;
        assert_eq!(check(&all, &staffed()[1..2], NOW).iter().filter(|f| f.unit.as_u128() == GRID).count(), 0);
    }
}
