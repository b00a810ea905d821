//! What a community hands up for a month: groups of figures that do not overlap, each made safe by [`hide`]. Cases by category and not by
//! matter, because a tally is read by everybody of the community, also by those who may not read of single disputes; what only the
//! office reads of (a word about its own people) has no name in it.

use super::{CaseFact, Doors, Span, cases_by, hide, levels, ratings};
use crate::cases::Level;
use std::collections::BTreeMap;

/// The category whose matters an office follows month by month.
pub const DISPUTES: &str = "矛盾纠纷";
/// The key of a group's sum.
const SUM: &str = "sum";
/// How a cell that was left out is written.
const LEFT_OUT: &str = "*";
/// The cell of what only the office reads of.
pub const OTHER: &str = "other";
/// Characters of a figure's name: `group/key`.
const NAME_CHARS_MAX: usize = 60;

/// One figure; `None` where it was left out.
pub type Figure = Option<u32>;

/// Groups of figures by name; the sum of a group stands under its own name in `sums`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub groups: BTreeMap<String, BTreeMap<String, Figure>>,
    pub sums: BTreeMap<String, Figure>,
}

impl Tally {
    /// A community's month.
    pub fn of<U>(doors: &Doors, cases: &[CaseFact<U>], span: Span) -> Tally {
        let mut out = Tally::default();
        out.group("doors", [("reached".into(), doors.reached), ("left".into(), doors.doors.saturating_sub(doors.reached))].into());
        let kind = |c: &CaseFact<U>| if c.is_for_office { OTHER.to_string() } else { c.category.clone() };
        let by = cases_by(cases, span, kind);
        out.group("opened", by.iter().map(|(k, c)| (k.clone(), c.opened)).collect());
        let all = cases_by(cases, span, |_| ()).remove(&()).unwrap_or_default();
        out.group("clocks", [("in_time".into(), all.in_time), ("late".into(), all.late)].into());
        let level = |l: Level| (l.name().to_string(), levels(cases, span).get(&l).copied().unwrap_or(0));
        out.group("closed", [Level::Grid, Level::Community, Level::Street, Level::District].map(level).into());
        out.group("ratings", ratings(cases, span));
        out
    }

    fn group(&mut self, name: &str, cells: BTreeMap<String, u32>) {
        if cells.is_empty() {
            return;
        }
        let hidden = hide(&cells.values().copied().collect::<Vec<_>>());
        self.groups.insert(name.into(), cells.into_keys().zip(hidden.cells).collect());
        self.sums.insert(name.into(), hidden.sum);
    }

    /// As it is written: `group/key` → the figure, `*` where it was left out.
    pub fn entries(&self) -> BTreeMap<String, String> {
        let text = |f: &Figure| f.map_or_else(|| LEFT_OUT.to_string(), |n| n.to_string());
        let cells = self.groups.iter().flat_map(|(g, cells)| cells.iter().map(move |(k, f)| (format!("{g}/{k}"), text(f))));
        let sums = self.sums.iter().map(|(g, f)| (format!("{g}/{SUM}"), text(f)));
        cells.chain(sums).filter(|(name, _)| name.chars().count() <= NAME_CHARS_MAX).collect()
    }

    /// What was written; an entry that cannot be read is left out.
    pub fn read(entries: &BTreeMap<String, String>) -> Tally {
        let mut out = Tally::default();
        for (name, text) in entries {
            let Some((group, key)) = name.split_once('/') else { continue };
            let figure = match text.as_str() {
                LEFT_OUT => None,
                n => match n.parse() {
                    Ok(n) => Some(n),
                    Err(_) => continue,
                },
            };
            if key == SUM {
                out.sums.insert(group.into(), figure);
            } else {
                out.groups.entry(group.into()).or_default().insert(key.into(), figure);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn what_is_written_is_read_again_and_small_cells_are_not_in_it() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
        let case = |matter: &str, category: &str| CaseFact {
            unit: (),
            is_for_office: matter == "02013",
            matter: matter.into(),
            category: category.into(),
            lead: String::new(),
            opened: day,
            closed: Some(day),
            in_time: Some(true),
            judged: Some(day),
            level: Level::Grid,
            rating: Some(("satisfied".into(), day)),
        };
        let mut cases: Vec<_> = (0..9).map(|_| case("01001", "安全隐患")).collect();
        cases.extend((0..8).map(|_| case("03001", "环境卫生与城市管理")));
        cases.extend((0..2).map(|_| case("02013", DISPUTES)));
        let doors = Doors { doors: 40, reached: 30, ..Doors::default() };
        let tally = Tally::of(&doors, &cases, Span { from: day, until: day });
        assert_eq!(tally.groups["opened"][OTHER], None);
        assert!(!tally.groups["opened"].contains_key("02013"));
        assert_eq!(tally.sums["opened"], Some(19));
        assert_eq!(tally.groups["opened"].values().flatten().copied().collect::<Vec<_>>(), [9]);
        assert_eq!(tally.groups["doors"]["reached"], Some(30));
        assert_eq!(Tally::read(&tally.entries()), tally);
        assert!(!tally.entries().values().any(|v| v == "2"));
    }
}
