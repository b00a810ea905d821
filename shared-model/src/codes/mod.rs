//! Code tables: what a coded field may hold, in the words of the standard it is compatible with and in everyday words.
//!
//! A coded field accepts the code, its exact Chinese label or a listed alias, stores the code and is shown as `{code, label}`.
//! The tables are data and nothing else: no record, no storage. Two checks that belong to codes live beside them (`id_number`,
//! `credit_code`), and the split of household tags into ordinary and care tags (`tags`), because it decides who receives them.
//! The standards' full texts were not at hand: the lists are compatible with them, no more is claimed.

pub mod credit_code;
pub mod id_number;
mod people;
mod places;
mod tags;
mod width;
mod work;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use tags::{TagKind, mentions_care, split_tag, tag_words};
pub use width::fold_width;

/// A coded value as every reply shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Coded {
    pub code: String,
    pub label: String,
    /// The English words, where the page has none of its own: a workflow brings its words with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub en: Option<String>,
}

impl Coded {
    /// A code with the words of a file in both languages.
    pub fn spoken(code: &str, zh: &str, en: &str) -> Coded {
        Coded { code: code.to_owned(), label: zh.to_owned(), en: Some(en.to_owned()).filter(|en| !en.is_empty()) }
    }
}

/// One value of a code table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CodeEntry {
    /// What is stored, for ever.
    pub code: &'static str,
    /// The exact Chinese label, shown and accepted.
    pub zh: &'static str,
    pub en: &'static str,
    /// Further everyday spellings that mean this value and no other.
    pub aliases: &'static [&'static str],
    /// Offered in forms; the others are accepted and shown only.
    pub common: bool,
}

impl CodeEntry {
    /// The value as a reply shows it.
    pub fn coded(&self) -> Coded {
        Coded { code: self.code.to_owned(), label: self.zh.to_owned(), en: None }
    }
}

/// A named list of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CodeTable {
    pub name: &'static str,
    /// The standard the list is compatible with; empty when the list is our own.
    pub standard: &'static str,
    pub entries: &'static [CodeEntry],
}

impl CodeTable {
    /// The entry whose code, Chinese label or alias is `text`, after trimming and folding full-width characters.
    pub fn resolve(&self, text: &str) -> Option<&'static CodeEntry> {
        let folded = fold_width(text);
        let wanted = folded.trim();
        if wanted.is_empty() {
            return None;
        }
        let entries = self.entries;
        // Codes before labels, labels before aliases, whatever the order in the list: an alias never hides a label.
        entries
            .iter()
            .find(|entry| entry.code == wanted)
            .or_else(|| entries.iter().find(|entry| entry.zh == wanted))
            .or_else(|| entries.iter().find(|entry| entry.aliases.contains(&wanted)))
    }

    /// The entry of a stored code.
    pub fn entry(&self, code: &str) -> Option<&'static CodeEntry> {
        let entries = self.entries;
        entries.iter().find(|entry| entry.code == code)
    }

    /// The Chinese label of a stored code.
    pub fn label(&self, code: &str) -> Option<&'static str> {
        self.entry(code).map(|entry| entry.zh)
    }

    /// A stored code as a reply shows it. A code unknown here (written by a newer version) is shown as itself, never hidden.
    pub fn coded(&self, code: &str) -> Coded {
        match self.entry(code) {
            Some(entry) => entry.coded(),
            None => Coded { code: code.to_owned(), label: code.to_owned(), en: None },
        }
    }

    /// The entries a form offers.
    pub fn common(&self) -> impl Iterator<Item = &'static CodeEntry> {
        let entries = self.entries;
        entries.iter().filter(|entry| entry.common)
    }
}

/// Every code table, people first.
pub static TABLES: &[&CodeTable] = &[
    &people::SEX,
    &people::MARITAL,
    &people::HEALTH,
    &people::EMPLOYMENT,
    &people::POLITICAL,
    &people::EDUCATION,
    &people::RELATION,
    &people::ETHNIC,
    &people::RESIDENCE_TYPE,
    &people::DISABILITY_TYPE,
    &people::DISABILITY_GRADE,
    &people::ID_TYPE,
    &work::VISIT_OUTCOME,
    &work::VISIT_MODE,
    &work::VISIT_TOPIC,
    &work::TIER,
    &work::UNIT_KIND,
    &work::ROLE,
    &work::ERASE_REASON,
    &work::POST,
    &places::MEDIA,
    &places::STAGE,
    &places::PLACE_KIND,
    &places::FACILITY_KIND,
    &places::FACILITY_STATE,
    &places::RESPONSE_STATE,
    &places::LISTING_KIND,
    &places::LISTING_STATE,
];

/// The table of that name: `sex marital health employment political education relation ethnic residence_type disability_type
/// disability_grade id_type visit_outcome visit_mode visit_topic tier unit_kind role erase_reason media stage place_kind
/// facility_kind facility_state response_state listing_kind listing_state`.
pub fn table(name: &str) -> Option<&'static CodeTable> {
    TABLES.iter().copied().find(|table| table.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn code(name: &str, text: &str) -> Option<&'static str> {
        table(name).expect("a table of the list").resolve(text).map(|entry| entry.code)
    }

    #[test]
    fn every_code_and_every_label_of_every_table_resolves_to_its_own_entry() {
        for table in TABLES {
            for entry in table.entries {
                assert_eq!(table.resolve(entry.code).map(|e| e.code), Some(entry.code), "{} {}", table.name, entry.code);
                assert_eq!(table.resolve(entry.zh).map(|e| e.code), Some(entry.code), "{} {}", table.name, entry.zh);
                for alias in entry.aliases {
                    assert_eq!(table.resolve(alias).map(|e| e.code), Some(entry.code), "{} {alias}", table.name);
                }
            }
        }
    }

    #[test]
    fn no_text_means_two_values_of_one_table() {
        for table in TABLES {
            let mut seen = HashSet::new();
            for entry in table.entries {
                let words: HashSet<&str> = [entry.code, entry.zh].into_iter().chain(entry.aliases.iter().copied()).collect();
                for word in words {
                    assert!(seen.insert(word), "{}: {word} is there twice", table.name);
                    assert_eq!(fold_width(word).trim(), word, "{}: {word} can never be matched", table.name);
                }
                assert!(!entry.en.is_empty(), "{} {} has no English label", table.name, entry.code);
            }
        }
    }

    #[test]
    fn table_names_are_unique_and_every_table_offers_something() {
        let names: HashSet<&str> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names.len(), TABLES.len());
        for table in TABLES {
            assert!(table.common().next().is_some(), "{}", table.name);
        }
    }

    #[test]
    fn the_eight_everyday_education_labels_are_exact_labels() {
        let education = table("education").expect("education");
        let common: Vec<&str> = education.common().map(|entry| entry.zh).collect();
        assert_eq!(common, ["研究生", "本科", "大专", "中专", "高中", "初中", "小学", "其他"]);
        assert_eq!(code("education", "专科"), code("education", "大专"));
        assert_eq!(education.label("20"), Some("本科"));
        assert_eq!(code("education", "博士"), Some("11"));
    }

    #[test]
    fn the_head_is_code_02_and_the_full_relation_list_is_there() {
        assert_eq!(code("relation", "户主"), Some("02"));
        assert_eq!(code("relation", "本人"), Some("01"));
        assert_eq!(code("relation", "儿媳"), Some("38"));
        assert_eq!(code("relation", "儿子"), Some("20"));
        assert_eq!(code("relation", "姨母"), Some("88"));
        assert_eq!(code("relation", "非亲属"), Some("99"));
        assert_eq!(table("relation").expect("relation").entries.len(), 84);
    }

    #[test]
    fn ethnic_groups_are_accepted_with_and_without_their_suffix_and_under_the_retired_name() {
        assert_eq!(code("ethnic", "汉"), Some("01"));
        assert_eq!(code("ethnic", "汉族"), Some("01"));
        assert_eq!(code("ethnic", "毛难族"), Some("36"));
        assert_eq!(table("ethnic").expect("ethnic").label("36"), Some("毛南族"));
        assert_eq!(table("ethnic").expect("ethnic").entries.len(), 58);
    }

    #[test]
    fn full_width_digits_and_surrounding_space_are_understood() {
        assert_eq!(code("sex", " １ "), Some("1"));
        assert_eq!(code("sex", "\u{3000}女\u{3000}"), Some("2"));
        assert_eq!(code("sex", ""), None);
        assert_eq!(code("sex", "雄"), None);
    }

    #[test]
    fn a_code_from_a_newer_version_is_shown_as_itself() {
        let sex = table("sex").expect("sex");
        assert_eq!(sex.coded("7"), Coded { code: "7".into(), label: "7".into(), en: None });
        assert_eq!(sex.coded("2"), Coded { code: "2".into(), label: "女".into(), en: None });
    }

    #[test]
    fn political_status_and_visit_outcomes_speak_the_words_of_the_door() {
        assert_eq!(code("political", "中共党员"), Some("01"));
        assert_eq!(code("political", "团员"), Some("03"));
        assert_eq!(code("visit_outcome", "没人"), Some("absent"));
        assert_eq!(code("residence_type", "户籍空挂"), code("residence_type", "人户分离"));
        assert_eq!(code("tier", "红"), Some("red"));
        assert_eq!(code("role", "building_head"), Some("building_head"));
        assert!(table("nothing").is_none());
    }
}
