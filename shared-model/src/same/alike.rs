//! How alike two records are: reasons with points, in whole numbers, so that a person sees why. A record is known by what was normalised of
//! it; of an identity number only a tag comes here, made with a key that nobody keeps, so that equal numbers are seen and no number is.
//!
//! Only records that share a key are compared (tag, name, sound and year, birth date, telephone, door): `index.rs` keeps who shares one.

use crate::codes::fold_width;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// From so many points on a pair is shown.
pub const SHOWN_POINTS: i32 = 60;

/// Why two records look like one, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    SameId,
    OtherId,
    SameName,
    SameSound,
    NearName,
    SameBirth,
    SameYear,
    NearBirth,
    OtherBirth,
    SamePhone,
    SameDoor,
    OtherSex,
    SamePeople,
    SameHead,
}

impl Why {
    /// As programs know it.
    pub fn name(self) -> &'static str {
        match self {
            Why::SameId => "same_id",
            Why::OtherId => "other_id",
            Why::SameName => "same_name",
            Why::SameSound => "same_sound",
            Why::NearName => "near_name",
            Why::SameBirth => "same_birth",
            Why::SameYear => "same_year",
            Why::NearBirth => "near_birth",
            Why::OtherBirth => "other_birth",
            Why::SamePhone => "same_phone",
            Why::SameDoor => "same_door",
            Why::OtherSex => "other_sex",
            Why::SamePeople => "same_people",
            Why::SameHead => "same_head",
        }
    }

    /// In Chinese, for programs without a screen.
    pub fn zh(self) -> &'static str {
        match self {
            Why::SameId => "证件号码相同",
            Why::OtherId => "证件号码不同",
            Why::SameName => "姓名相同",
            Why::SameSound => "姓名同音",
            Why::NearName => "姓名差一个字",
            Why::SameBirth => "出生日期相同",
            Why::SameYear => "出生年相同",
            Why::NearBirth => "出生日期差一位",
            Why::OtherBirth => "出生日期不同",
            Why::SamePhone => "电话相同",
            Why::SameDoor => "门牌相同",
            Why::OtherSex => "性别不同",
            Why::SamePeople => "有相同的人",
            Why::SameHead => "户主相同",
        }
    }
}

/// A reason with its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    pub why: Why,
    pub points: i32,
}

/// What is compared of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFacts {
    pub record: Uuid,
    pub household: Uuid,
    /// By [`name`].
    pub name: String,
    /// Its pinyin.
    pub sound: String,
    /// Of the identity number, made with a key.
    pub tag: Option<[u8; 16]>,
    /// `YYYY-MM-DD`.
    pub birth: Option<String>,
    pub year: Option<i32>,
    pub sex: Option<String>,
    /// By [`phone`].
    pub phones: Vec<String>,
    /// By [`door`].
    pub door: String,
}

/// What is compared of a household.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseholdFacts {
    pub record: Uuid,
    pub door: String,
    pub head: String,
    pub sound: String,
    pub phones: BTreeSet<String>,
    pub tags: BTreeSet<[u8; 16]>,
    /// Name and birth of each who lives there, of whom both are known.
    pub people: BTreeSet<(String, String)>,
}

/// Characters that people write for each other in names.
const VARIANTS: &[(char, char)] = &[
    ('張', '张'),
    ('劉', '刘'),
    ('陳', '陈'),
    ('楊', '杨'),
    ('趙', '赵'),
    ('黃', '黄'),
    ('吳', '吴'),
    ('孫', '孙'),
    ('馬', '马'),
    ('羅', '罗'),
    ('鄭', '郑'),
    ('謝', '谢'),
    ('韓', '韩'),
    ('馮', '冯'),
    ('蕭', '萧'),
    ('葉', '叶'),
    ('許', '许'),
    ('蔣', '蒋'),
    ('閆', '闫'),
    ('國', '国'),
    ('華', '华'),
    ('蘭', '兰'),
    ('麗', '丽'),
    ('軍', '军'),
    ('強', '强'),
    ('彊', '强'),
    ('偉', '伟'),
    ('鳳', '凤'),
    ('蓮', '莲'),
    ('龍', '龙'),
    ('榮', '荣'),
    ('貴', '贵'),
    ('寶', '宝'),
    ('珎', '珍'),
    ('啟', '启'),
    ('啓', '启'),
    ('峯', '峰'),
    ('曉', '晓'),
    ('紅', '红'),
    ('濤', '涛'),
    ('艷', '艳'),
    ('豔', '艳'),
    ('傑', '杰'),
    ('義', '义'),
    ('慶', '庆'),
    ('愛', '爱'),
    ('東', '东'),
    ('瑩', '莹'),
];

/// A name as it is compared: width folded, without spaces and dots, variants of a character alike.
pub fn name(text: &str) -> String {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '·' | '•' | '.' | '・');
    let one = |c: char| VARIANTS.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    fold_width(text).chars().filter(kept).map(one).flat_map(char::to_lowercase).collect()
}

/// A telephone number as it is compared: its digits without the prefix of the country; empty: too short to say anything.
pub fn phone(text: &str) -> String {
    let digits: String = fold_width(text).chars().filter(char::is_ascii_digit).collect();
    let local = ["0086", "86"].iter().find_map(|p| digits.strip_prefix(p).filter(|rest| rest.len() == 11)).unwrap_or(&digits);
    if local.len() < 7 { String::new() } else { local.to_string() }
}

/// A door as it is compared, wherever its building was recorded: estate, building, staircase, door. Numbers have no leading zeros.
pub fn door(estate: &str, number: &str, unit_no: &str, door: &str) -> String {
    let part = |text: &str| {
        let folded: String = fold_width(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        let bare = ["号楼", "单元", "栋", "幢", "座", "室", "号", "门", "楼"]
            .iter()
            .fold(folded, |text, mark| text.strip_suffix(mark).map_or_else(|| text.clone(), str::to_string));
        let trimmed = bare.trim_start_matches('0');
        if trimmed.is_empty() { bare.clone() } else { trimmed.to_string() }
    };
    if door.trim().is_empty() {
        return String::new();
    }
    [estate, number, unit_no, door].map(part).join("|")
}

/// Two names that differ in one character, of at least two that are the same.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = |skip_a: usize, skip_b: usize, from: usize| a[from + skip_a..] == b[from + skip_b..];
    let from = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    match (a.len(), b.len()) {
        (x, y) if x == y && x >= 3 => from < x && same(1, 1, from),
        (x, y) if x == y + 1 && y >= 2 => same(1, 0, from),
        (x, y) if y == x + 1 && x >= 2 => same(0, 1, from),
        _ => false,
    }
}

/// Two dates that differ in one digit, or in two that changed places.
fn is_near_date(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let differ: Vec<usize> = (0..a.len()).filter(|i| a[*i] != b[*i]).collect();
    match differ[..] {
        [_] => true,
        [i, j] => a[i] == b[j] && a[j] == b[i],
        _ => false,
    }
}

/// Why two people look like one. Nothing where their names say that they are two, unless a number says otherwise.
pub fn people(a: &PersonFacts, b: &PersonFacts) -> Vec<Reason> {
    let mut out = Vec::new();
    let mut add = |why, points| out.push(Reason { why, points });
    let same_id = a.tag.is_some() && a.tag == b.tag;
    if same_id {
        add(Why::SameId, 100);
    } else if a.tag.is_some() && b.tag.is_some() {
        add(Why::OtherId, -60);
    }
    if a.name == b.name && !a.name.is_empty() {
        add(Why::SameName, 30);
    } else if a.sound == b.sound && !a.sound.is_empty() && a.name.chars().count() == b.name.chars().count() {
        add(Why::SameSound, 22);
    } else if is_near(&a.name, &b.name) && a.household != b.household {
        // two children of one family are called like that
        add(Why::NearName, 12);
    } else if !same_id {
        return Vec::new();
    }
    match (&a.birth, &b.birth) {
        (Some(x), Some(y)) if x == y => add(Why::SameBirth, 30),
        (Some(x), Some(y)) if is_near_date(x, y) => add(Why::NearBirth, 12),
        (Some(_), Some(_)) => add(Why::OtherBirth, -40),
        _ => match (a.year, b.year) {
            (Some(x), Some(y)) if x == y => add(Why::SameYear, 12),
            (Some(x), Some(y)) if (x - y).abs() > 1 => add(Why::OtherBirth, -40),
            _ => {}
        },
    }
    if a.phones.iter().any(|p| b.phones.contains(p)) {
        add(Why::SamePhone, 30);
    }
    if a.door == b.door && !a.door.is_empty() {
        add(Why::SameDoor, 18);
    }
    if let (Some(x), Some(y)) = (&a.sex, &b.sex)
        && x != y
    {
        add(Why::OtherSex, -30);
    }
    out
}

/// Why two households look like one.
pub fn households(a: &HouseholdFacts, b: &HouseholdFacts) -> Vec<Reason> {
    let mut out = Vec::new();
    let mut add = |why, points| out.push(Reason { why, points });
    if a.door == b.door && !a.door.is_empty() {
        add(Why::SameDoor, 40);
    }
    if a.head == b.head && !a.head.is_empty() {
        add(Why::SameHead, 30);
    } else if a.sound == b.sound && !a.sound.is_empty() {
        add(Why::SameSound, 20);
    }
    if a.phones.intersection(&b.phones).next().is_some() {
        add(Why::SamePhone, 20);
    }
    let by_id = i32::try_from(a.tags.intersection(&b.tags).count()).unwrap_or(i32::MAX);
    let by_name = i32::try_from(a.people.intersection(&b.people).count()).unwrap_or(i32::MAX);
    if by_id > 0 {
        add(Why::SameId, 50);
    }
    if by_name > 0 {
        add(Why::SamePeople, (25 + 10 * (by_name - 1)).min(45));
    }
    out
}

/// Under which keys a person is looked for.
pub(super) fn person_keys(p: &PersonFacts) -> Vec<(u8, String)> {
    let mut out = vec![(1, p.name.clone())];
    out.extend(p.tag.map(|tag| (0, letters(&tag))));
    out.extend(p.year.map(|year| (2, format!("{}{year}", p.sound))));
    out.extend(p.birth.clone().map(|birth| (3, birth)));
    out.extend(p.phones.iter().map(|phone| (4, phone.clone())));
    if !p.door.is_empty() {
        out.push((5, p.door.clone()));
    }
    out
}

/// Under which keys a household is looked for.
pub(super) fn household_keys(h: &HouseholdFacts) -> Vec<(u8, String)> {
    let mut out = Vec::new();
    if !h.door.is_empty() {
        out.push((0, h.door.clone()));
    }
    if !h.head.is_empty() {
        out.push((1, h.head.clone()));
    }
    out.extend(h.phones.iter().map(|phone| (2, phone.clone())));
    out.extend(h.tags.iter().map(|tag| (3, letters(tag))));
    out.extend(h.people.iter().map(|(name, birth)| (4, format!("{name}{birth}"))));
    out
}

fn letters(tag: &[u8]) -> String {
    tag.iter().map(|b| char::from(*b)).collect()
}

/// Do the names themselves, or the numbers, say that two are one?
pub(super) fn is_called_alike(reasons: &[Reason]) -> bool {
    reasons.iter().any(|r| matches!(r.why, Why::SameName | Why::SameId))
}

/// People of two households who are offered together when the households are merged: each at most once, most alike first.
pub fn members(keep: &[PersonFacts], drop: &[PersonFacts]) -> Vec<(usize, usize)> {
    let mut found: BTreeMap<(i32, usize, usize), ()> = BTreeMap::new();
    for (a, x) in keep.iter().enumerate() {
        for (b, y) in drop.iter().enumerate() {
            let reasons = people(x, y);
            let points: i32 = reasons.iter().map(|r| r.points).sum();
            let called = reasons.iter().any(|r| matches!(r.why, Why::SameId | Why::SameName | Why::SameSound));
            if called && points > 0 {
                found.insert((-points, a, b), ());
            }
        }
    }
    let (mut kept, mut dropped) = (BTreeSet::new(), BTreeSet::new());
    found
        .into_keys()
        .filter_map(|(_, a, b)| {
            let is_free = !kept.contains(&a) && !dropped.contains(&b);
            is_free.then(|| {
                kept.insert(a);
                dropped.insert(b);
                (a, b)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::id_number;

    fn person(n: u128, name_: &str, birth: &str, phone_: &str, door_: &str) -> PersonFacts {
        PersonFacts {
            record: Uuid::from_u128(n),
            household: Uuid::from_u128(n + 100),
            name: name(name_),
            sound: name_.into(),
            birth: Some(birth.to_string()).filter(|b| !b.is_empty()),
            year: birth.get(..4).and_then(|y| y.parse().ok()),
            phones: Some(phone(phone_)).filter(|p| !p.is_empty()).into_iter().collect(),
            door: door_.into(),
            ..PersonFacts::default()
        }
    }

    fn points(a: &PersonFacts, b: &PersonFacts) -> i32 {
        people(a, b).iter().map(|r| r.points).sum()
    }

    #[test]
    fn two_writings_of_one_thing_are_compared_alike() {
        assert_eq!(name(" 張 国·華"), name("张国华"));
        assert_eq!(phone("+86 138-0000 2260"), phone("１３８００００２２６０"));
        assert_eq!(phone("123"), "");
        assert_eq!(door("槐荫里", "06号楼", "2单元", "101室"), door("槐荫里 ", "6", "２", "101"));
        let number = id_number::normal("610104490515352").expect("it is a number");
        let spaced: String = number.chars().flat_map(|c| [c.to_ascii_lowercase(), ' ']).collect();
        assert_eq!(id_number::normal(&spaced), Some(number));
    }

    #[test]
    fn a_number_of_fifteen_digits_is_the_one_it_became() {
        let long = id_number::normal("610104490515352").expect("it is a number");
        assert_eq!(&long[..17], "61010419490515352");
        assert_eq!(id_number::normal(&long), Some(long.clone()));
        assert_eq!(id_number::normal("61010449051535"), None);
    }

    #[test]
    fn names_alone_say_nothing_and_children_of_one_family_are_two() {
        let one = person(1, "张伟", "1980-02-03", "13800001111", "a");
        let other = person(2, "张伟", "1975-08-09", "", "b");
        assert!(points(&one, &other) < SHOWN_POINTS);
        let twin = PersonFacts { household: one.household, ..person(3, "张佳一", "2015-01-01", "13800001111", "a") };
        let sister = PersonFacts { household: one.household, ..person(4, "张佳二", "2015-01-01", "13800001111", "a") };
        assert!(people(&twin, &sister).is_empty());
        let again = person(5, "张伟", "1980-02-03", "", "c");
        assert!(points(&one, &again) >= SHOWN_POINTS);
    }

    #[test]
    fn other_numbers_outweigh_all_that_is_alike() {
        let one = PersonFacts { tag: Some([1; 16]), ..person(1, "张伟", "1980-02-03", "13800001111", "a") };
        let other = PersonFacts { tag: Some([2; 16]), ..person(2, "张伟", "1980-02-03", "13800001111", "a") };
        assert!(points(&one, &other) < SHOWN_POINTS);
        let same = PersonFacts { tag: Some([1; 16]), ..person(3, "别的", "", "", "") };
        assert!(points(&one, &same) >= SHOWN_POINTS, "the number says it, whatever else is written");
    }
}
