//! Rules that decide many items of the inbox at once: which value each of them takes, and which items a rule leaves to a person. Pure; a
//! preview and what is written ask the same function, so nothing happens that was not shown.

use crate::codes::fold_width;

/// A rule. The name is stable: it stands in the address of the preview and in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BulkRule {
    /// Telephones: the newer one.
    PhoneNewer,
    /// A roster and somebody at the door differ: what was written at the door.
    DoorOverRoster,
    /// One value written in several ways (spaces, full width, +86): the plain one.
    SameWriting,
    /// Held cells whose field is empty: fill it.
    HeldFill,
    /// Held cells of one column: set them aside.
    HeldDrop,
}

impl BulkRule {
    /// Every rule.
    pub const ALL: [BulkRule; 5] =
        [BulkRule::PhoneNewer, BulkRule::DoorOverRoster, BulkRule::SameWriting, BulkRule::HeldFill, BulkRule::HeldDrop];

    /// Stable name.
    pub fn name(self) -> &'static str {
        ["phone_newer", "door_over_roster", "same_writing", "held_fill", "held_drop"][self as usize]
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<BulkRule> {
        BulkRule::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// One value of a fork, as far as rules ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    pub text: &'a str,
    /// Claimed, ms.
    pub at: i64,
    /// It came with a roster; `None`: this device does not know.
    pub from_roster: Option<bool>,
}

/// Keys that hold a telephone.
const PHONES: [&str; 3] = ["phone", "phone2", "contact_phone"];

/// Which value a rule takes, by its place; or the code of why it leaves the item to a person.
///
/// # Errors
/// `other_field`, `same_time`, `no_roster`, `both_roster`, `unknown_origin`, `really_differ`.
pub fn choose(rule: BulkRule, key: &str, values: &[Choice<'_>]) -> Result<usize, &'static str> {
    match rule {
        BulkRule::PhoneNewer if !PHONES.contains(&key) => Err("other_field"),
        BulkRule::PhoneNewer => newest(values),
        BulkRule::DoorOverRoster => {
            if values.iter().any(|v| v.from_roster.is_none()) {
                return Err("unknown_origin");
            }
            let mut own = values.iter().enumerate().filter(|(_, v)| v.from_roster == Some(false));
            match (own.next(), own.next()) {
                (Some((at, _)), None) if values.len() > 1 => Ok(at),
                (Some(_), _) => Err("no_roster"),
                (None, _) => Err("both_roster"),
            }
        }
        BulkRule::SameWriting => {
            let plain = plain(key, values.first().map_or("", |v| v.text));
            if plain.is_empty() || values.iter().any(|v| self::plain(key, v.text) != plain) {
                return Err("really_differ");
            }
            // the one that is written plainly, else the shortest; the value itself is never made up
            let best = values.iter().enumerate().min_by_key(|(_, v)| (v.text != plain, v.text.chars().count(), std::cmp::Reverse(v.at)));
            best.map(|(at, _)| at).ok_or("really_differ")
        }
        BulkRule::HeldFill | BulkRule::HeldDrop => Err("other_field"),
    }
}

fn newest(values: &[Choice<'_>]) -> Result<usize, &'static str> {
    let at = values.iter().map(|v| v.at).max().ok_or("same_time")?;
    let mut newest = values.iter().enumerate().filter(|(_, v)| v.at == at);
    match (newest.next(), newest.next()) {
        (Some((place, _)), None) => Ok(place),
        _ => Err("same_time"),
    }
}

/// A value without what only is a way of writing: width, spaces, and in a telephone the country code and dashes.
pub fn plain(key: &str, text: &str) -> String {
    let folded = fold_width(text);
    let mut out: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
    if PHONES.contains(&key) {
        out.retain(|c| !matches!(c, '-' | '(' | ')' | '–' | '—'));
        for code in ["+86", "0086"] {
            if let Some(rest) = out.strip_prefix(code) {
                out = rest.to_string();
                break;
            }
        }
    }
    out
}

/// Does a rule take a held cell? `Ok`: `take` or `keep`.
///
/// # Errors
/// `nowhere` without a record and a field, `not_empty`, `not_readable`, `other_column`, `other_field`, `other_reason`.
pub fn choose_held(rule: BulkRule, cell: &HeldCell<'_>) -> Result<&'static str, &'static str> {
    match rule {
        BulkRule::HeldFill if !cell.has_place => Err("nowhere"),
        BulkRule::HeldFill if cell.has_value => Err("not_empty"),
        BulkRule::HeldFill if !cell.is_readable => Err("not_readable"),
        BulkRule::HeldFill => Ok("take"),
        BulkRule::HeldDrop if cell.wanted_column.is_none_or(|c| c != cell.column) => Err("other_column"),
        BulkRule::HeldDrop => Ok("keep"),
        BulkRule::DoorOverRoster if cell.reason != "differs" => Err("other_reason"),
        BulkRule::DoorOverRoster => Ok("keep"),
        BulkRule::SameWriting if cell.reason != "differs" => Err("other_reason"),
        BulkRule::SameWriting if plain(cell.key, cell.text) == plain(cell.key, cell.current) => Ok("keep"),
        BulkRule::SameWriting => Err("really_differ"),
        BulkRule::PhoneNewer => Err("other_field"),
    }
}

/// A held cell, as far as rules ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldCell<'a> {
    pub reason: &'a str,
    pub column: &'a str,
    pub key: &'a str,
    pub text: &'a str,
    pub current: &'a str,
    /// It names a record and a field.
    pub has_place: bool,
    /// The record says something there.
    pub has_value: bool,
    /// The field takes the cell as it stands.
    pub is_readable: bool,
    /// The column that a rule is asked for.
    pub wanted_column: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str, at: i64) -> Choice<'_> {
        Choice { text, at, from_roster: Some(false) }
    }

    #[test]
    fn the_newer_telephone_wins_and_two_of_one_moment_are_left_to_a_person() {
        assert_eq!(choose(BulkRule::PhoneNewer, "phone", &[v("1", 5), v("2", 9)]), Ok(1));
        assert_eq!(choose(BulkRule::PhoneNewer, "phone", &[v("1", 9), v("2", 9)]), Err("same_time"));
        assert_eq!(choose(BulkRule::PhoneNewer, "name", &[v("1", 5), v("2", 9)]), Err("other_field"));
    }

    #[test]
    fn what_was_written_at_the_door_stands_over_a_roster_and_an_unknown_origin_is_left_out() {
        let roster = Choice { from_roster: Some(true), ..v("1", 9) };
        assert_eq!(choose(BulkRule::DoorOverRoster, "employer", &[roster.clone(), v("2", 5)]), Ok(1));
        assert_eq!(choose(BulkRule::DoorOverRoster, "employer", &[v("1", 9), v("2", 5)]), Err("no_roster"));
        assert_eq!(choose(BulkRule::DoorOverRoster, "employer", &[roster.clone(), roster.clone()]), Err("both_roster"));
        let unknown = Choice { from_roster: None, ..v("3", 1) };
        assert_eq!(choose(BulkRule::DoorOverRoster, "employer", &[roster, unknown]), Err("unknown_origin"));
    }

    #[test]
    fn one_number_written_in_three_ways_is_one_number_and_another_number_is_not() {
        let ways = [v("+86 139-0000-4127", 9), v("１３９００００４１２７", 5), v("13900004127", 3)];
        assert_eq!(choose(BulkRule::SameWriting, "phone", &ways), Ok(2));
        assert_eq!(choose(BulkRule::SameWriting, "phone", &[v("13900004127", 1), v("13900004172", 2)]), Err("really_differ"));
        assert_eq!(choose(BulkRule::SameWriting, "employer", &[v("和顺 物业", 1), v("和顺物业", 2)]), Ok(1));
        assert_eq!(
            choose(BulkRule::SameWriting, "note", &[v("8-1", 1), v("81", 2)]),
            Err("really_differ"),
            "a dash says something elsewhere"
        );
    }

    #[test]
    fn a_held_cell_fills_only_what_is_empty_and_is_dropped_only_by_its_column() {
        let cell = HeldCell { reason: "bad_code", column: "备注", has_place: true, is_readable: true, ..HeldCell::default() };
        assert_eq!(choose_held(BulkRule::HeldFill, &cell), Ok("take"));
        assert_eq!(choose_held(BulkRule::HeldFill, &HeldCell { has_value: true, ..cell.clone() }), Err("not_empty"));
        assert_eq!(choose_held(BulkRule::HeldFill, &HeldCell { is_readable: false, ..cell.clone() }), Err("not_readable"));
        assert_eq!(choose_held(BulkRule::HeldDrop, &HeldCell { wanted_column: Some("备注"), ..cell.clone() }), Ok("keep"));
        assert_eq!(choose_held(BulkRule::HeldDrop, &HeldCell { wanted_column: Some("电话"), ..cell.clone() }), Err("other_column"));
        assert_eq!(choose_held(BulkRule::DoorOverRoster, &HeldCell { reason: "differs", ..cell }), Ok("keep"));
    }
}
