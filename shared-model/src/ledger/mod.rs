//! A view of a ledger: what is filtered, grouped, sorted and shown. Decided here, without a store: what a filter takes, how two cells are
//! ordered, which texts are masked. The operators are a small closed set, and nothing that people write becomes part of a query.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use ts_rs::TS;

/// Conditions of one view.
pub const FILTERS_MAX: usize = 12;
/// Columns that a view sorts by.
pub const SORTS_MAX: usize = 3;
/// Columns that a view shows.
pub const COLUMNS_MAX: usize = 60;
/// Texts of one condition.
pub const VALUES_MAX: usize = 50;
/// One text of a condition, bytes.
pub const VALUE_BYTES_MAX: usize = 200;
/// Groups that a reply lists.
pub const GROUPS_MAX: usize = 300;
/// Rows of one reply.
pub const PAGE_ROWS_MAX: u32 = 500;
/// Rows of one reply, when nothing is asked for.
pub const PAGE_ROWS: u32 = 200;
/// Records that one command sets a field of.
pub const SET_MAX: usize = 5_000;
/// Rows of one export.
pub const EXPORT_ROWS_MAX: usize = 200_000;
/// Rows of one copy.
pub const COPY_ROWS_MAX: u32 = 20_000;
/// A saved view as it is kept, bytes.
pub const VIEW_BYTES_MAX: usize = 6 * 1024;

/// What a condition asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// One of the values.
    Is,
    /// None of them.
    Not,
    /// Holds the text, width and case folded.
    Has,
    Empty,
    Filled,
    /// At most, at least: numbers, days.
    AtMost,
    AtLeast,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Filter {
    pub column: String,
    pub op: Op,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub values: Vec<String>,
}

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sort {
    pub column: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub down: bool,
}

/// A view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct View {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Filter>>")]
    pub filter: Vec<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Sort>>")]
    pub sort: Vec<Sort>,
    /// In their order; none: those of the ledger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>")]
    pub columns: Vec<String>,
    /// Words, found as in the search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// A unit: what stands beneath it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl View {
    /// The first thing that no view may have: the field of the arguments, and words for people.
    ///
    /// # Errors
    /// Both.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.filter.len() > FILTERS_MAX {
            return Err(("filter", format!("筛选条件最多 {FILTERS_MAX} 条。")));
        }
        if self.sort.len() > SORTS_MAX {
            return Err(("sort", format!("最多按 {SORTS_MAX} 列排序。")));
        }
        if self.columns.len() > COLUMNS_MAX {
            return Err(("columns", format!("最多显示 {COLUMNS_MAX} 列。")));
        }
        for f in &self.filter {
            if f.values.len() > VALUES_MAX || f.values.iter().any(|v| v.len() > VALUE_BYTES_MAX) {
                return Err(("filter", format!("一个条件最多 {VALUES_MAX} 个值，每个不能太长。")));
            }
            let wants = !matches!(f.op, Op::Empty | Op::Filled);
            if wants && f.values.is_empty() {
                return Err(("filter", "筛选条件还没有写值。".into()));
            }
        }
        if self.q.as_ref().is_some_and(|q| q.len() > VALUE_BYTES_MAX) {
            return Err(("q", "查的字太长了。".into()));
        }
        Ok(())
    }
}

/// A cell, as filters and sorts see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    None,
    Number(i64),
    /// Text as it is, and folded.
    Text(String),
    /// Tags.
    Many(Vec<String>),
}

impl Key {
    /// Is there nothing?
    pub fn is_empty(&self) -> bool {
        match self {
            Key::None => true,
            Key::Number(_) => false,
            Key::Text(t) => t.is_empty(),
            Key::Many(all) => all.is_empty(),
        }
    }

    fn is(&self, value: &str) -> bool {
        match self {
            Key::None => value.is_empty(),
            Key::Number(n) => value.trim().parse() == Ok(*n),
            Key::Text(t) => t == value,
            Key::Many(all) => all.iter().any(|t| t == value),
        }
    }

    fn has(&self, folded: &str, fold: &dyn Fn(&str) -> String) -> bool {
        match self {
            Key::None => false,
            Key::Number(n) => n.to_string().contains(folded),
            Key::Text(t) => fold(t).contains(folded),
            Key::Many(all) => all.iter().any(|t| fold(t).contains(folded)),
        }
    }

    /// Its order against a bound that a person typed; `None` where they cannot be compared.
    fn against(&self, bound: &str) -> Option<Ordering> {
        match self {
            Key::Number(n) => Some(n.cmp(&bound.trim().parse().ok()?)),
            Key::Text(t) if !t.is_empty() => Some(t.as_str().cmp(bound.trim())),
            _ => None,
        }
    }
}

impl Filter {
    /// Does it take this cell? `fold`: as the search compares texts.
    pub fn takes(&self, cell: &Key, fold: &dyn Fn(&str) -> String) -> bool {
        let first = self.values.first().map(String::as_str).unwrap_or_default();
        match self.op {
            Op::Is => self.values.iter().any(|v| cell.is(v)),
            Op::Not => !self.values.iter().any(|v| cell.is(v)),
            Op::Has => self.values.iter().any(|v| cell.has(&fold(v), fold)),
            Op::Empty => cell.is_empty(),
            Op::Filled => !cell.is_empty(),
            Op::AtMost => cell.against(first).is_some_and(Ordering::is_le),
            Op::AtLeast => cell.against(first).is_some_and(Ordering::is_ge),
        }
    }
}

/// Two cells in their order; what is empty comes last whichever way.
pub fn order(a: &Key, b: &Key, down: bool) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let by = match (a, b) {
                (Key::Number(a), Key::Number(b)) => a.cmp(b),
                (Key::Text(a), Key::Text(b)) => a.cmp(b),
                (Key::Many(a), Key::Many(b)) => a.cmp(b),
                (Key::Number(_), _) => Ordering::Less,
                (_, Key::Number(_)) => Ordering::Greater,
                _ => Ordering::Equal,
            };
            if down { by.reverse() } else { by }
        }
    }
}

/// A telephone number as a masked export shows it: the first three and the last four.
pub fn masked_phone(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    match chars.len() {
        0 => String::new(),
        n if n >= 8 => chars.iter().enumerate().map(|(at, c)| if at < 3 || at + 4 >= n { *c } else { '*' }).collect(),
        n => "*".repeat(n),
    }
}

/// What stands in a masked export where something private is.
pub const MASK: &str = "***";

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(op: Op, values: &[&str]) -> Filter {
        Filter { column: "a".into(), op, values: values.iter().map(|v| v.to_string()).collect() }
    }

    #[test]
    fn a_condition_takes_what_a_person_means() {
        let fold = |t: &str| t.to_lowercase();
        let text = Key::Text("Zhang".into());
        assert!(filter(Op::Has, &["zh"]).takes(&text, &fold) && !filter(Op::Is, &["zhang"]).takes(&text, &fold));
        assert!(filter(Op::Is, &["李", "Zhang"]).takes(&text, &fold) && !filter(Op::Not, &["Zhang"]).takes(&text, &fold));
        assert!(filter(Op::AtLeast, &["80"]).takes(&Key::Number(80), &fold) && !filter(Op::AtMost, &["79"]).takes(&Key::Number(80), &fold));
        assert!(!filter(Op::AtMost, &["79"]).takes(&Key::None, &fold), "nothing is neither more nor less");
        assert!(filter(Op::Is, &["独居"]).takes(&Key::Many(vec!["高龄".into(), "独居".into()]), &fold));
        assert!(filter(Op::Empty, &[]).takes(&Key::Many(Vec::new()), &fold));
        assert!(filter(Op::AtLeast, &["2026-09-01"]).takes(&Key::Text("2026-09-21".into()), &fold));
    }

    #[test]
    fn what_is_empty_comes_last_either_way() {
        let (none, some) = (Key::None, Key::Number(1));
        assert_eq!(order(&none, &some, false), Ordering::Greater);
        assert_eq!(order(&none, &some, true), Ordering::Greater);
        assert_eq!(order(&Key::Number(2), &some, true), Ordering::Less);
    }

    #[test]
    fn a_telephone_keeps_its_ends() {
        assert_eq!(masked_phone("13900000101"), "139****0101");
        assert_eq!(masked_phone("110"), "***");
    }

    #[test]
    fn a_view_is_bounded() {
        let many = View { filter: vec![filter(Op::Empty, &[]); FILTERS_MAX + 1], ..View::default() };
        assert_eq!(many.check().unwrap_err().0, "filter");
        assert_eq!(View { filter: vec![filter(Op::Is, &[])], ..View::default() }.check().unwrap_err().0, "filter");
        assert!(View::default().check().is_ok());
    }
}
