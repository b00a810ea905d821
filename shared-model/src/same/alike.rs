//! How alike two records are: reasons with points, in whole numbers, so that a person sees why. A record is known by what was normalised of
//! it; of an identity number only a tag comes here, made with a key that nobody keeps, so that equal numbers are seen and no number is.
//!
//! Only records that share a key of a block are compared (tag, name, sound and year, birth date, telephone, door): ten thousand people are
//! some ten thousand pairs and not fifty million.

use crate::codes::fold_width;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// From so many points on a pair is shown.
pub const SHOWN_POINTS: i32 = 60;
/// A block of more records says nothing: every third Zhang Wei of a district is not the same one.
const BLOCK_MAX: usize = 200;

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

/// Two records that look like one, by their places in what was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub a: usize,
    pub b: usize,
    pub points: i32,
    pub reasons: Vec<Reason>,
}

/// What is compared of a person.
#[derive(Debug, Clone, Default)]
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
#[derive(Debug, Clone, Default)]
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

/// Blocks of records that share a key, and of them the pairs that are worth a look, most alike first.
fn pairs<K: std::hash::Hash + Eq>(blocks: HashMap<K, Vec<usize>>, why: impl Fn(usize, usize) -> Vec<Reason>) -> Vec<Pair> {
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    let mut out = Vec::new();
    for block in blocks.into_values().filter(|b| (2..=BLOCK_MAX).contains(&b.len())) {
        for (n, x) in block.iter().enumerate() {
            for y in &block[n + 1..] {
                let (a, b) = (*x.min(y), *x.max(y));
                if a == b || !seen.insert((a, b)) {
                    continue;
                }
                let reasons = why(a, b);
                let points = reasons.iter().map(|r| r.points).sum();
                if points >= SHOWN_POINTS {
                    out.push(Pair { a, b, points, reasons });
                }
            }
        }
    }
    out.sort_by_key(|p| (-p.points, p.a, p.b));
    out
}

/// Pairs of people who look like one, most alike first.
pub fn of_people(all: &[PersonFacts]) -> Vec<Pair> {
    let mut blocks: HashMap<(u8, String), Vec<usize>> = HashMap::new();
    for (n, p) in all.iter().enumerate() {
        let mut put = |kind: u8, key: String| blocks.entry((kind, key)).or_default().push(n);
        if let Some(tag) = p.tag {
            put(0, tag.iter().map(|b| char::from(*b)).collect());
        }
        put(1, p.name.clone());
        if let Some(year) = p.year {
            put(2, format!("{}{year}", p.sound));
        }
        if let Some(birth) = &p.birth {
            put(3, birth.clone());
        }
        p.phones.iter().for_each(|phone| put(4, phone.clone()));
        if !p.door.is_empty() {
            put(5, p.door.clone());
        }
    }
    let mut found = pairs(blocks, |a, b| people(&all[a], &all[b]));
    // who is alike but not called alike is somebody else where the very name stands in the other household: twins recorded twice
    let exact: BTreeSet<(usize, Uuid)> = found
        .iter()
        .filter(|p| p.reasons.iter().any(|r| matches!(r.why, Why::SameName | Why::SameId)))
        .flat_map(|p| [(p.a, all[p.b].household), (p.b, all[p.a].household)])
        .collect();
    found.retain(|p| {
        p.reasons.iter().any(|r| matches!(r.why, Why::SameName | Why::SameId))
            || !(exact.contains(&(p.a, all[p.b].household)) || exact.contains(&(p.b, all[p.a].household)))
    });
    found
}

/// Pairs of households that look like one, most alike first.
pub fn of_households(all: &[HouseholdFacts]) -> Vec<Pair> {
    let mut blocks: HashMap<(u8, String), Vec<usize>> = HashMap::new();
    for (n, h) in all.iter().enumerate() {
        let mut put = |kind: u8, key: String| blocks.entry((kind, key)).or_default().push(n);
        if !h.door.is_empty() {
            put(0, h.door.clone());
        }
        if !h.head.is_empty() {
            put(1, h.head.clone());
        }
        h.phones.iter().for_each(|phone| put(2, phone.clone()));
        h.tags.iter().for_each(|tag| put(3, tag.iter().map(|b| char::from(*b)).collect()));
        h.people.iter().for_each(|(name, birth)| put(4, format!("{name}{birth}")));
    }
    pairs(blocks, |a, b| households(&all[a], &all[b]))
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

    #[test]
    fn twins_who_were_recorded_twice_make_two_pairs_and_not_four() {
        let mut all = Vec::new();
        for (n, called) in ["王佳一", "王佳二", "王佳一", "王佳二"].into_iter().enumerate() {
            let p = person(n as u128, called, "2015-01-01", "13800001111", "a");
            all.push(PersonFacts { household: Uuid::from_u128(if n < 2 { 7 } else { 8 }), ..p });
        }
        let found: Vec<_> = of_people(&all).into_iter().map(|p| (p.a, p.b)).collect();
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
        assert!(of_households(&[at(1, "罗春梅"), at(2, "佟国栋")]).is_empty());
        assert_eq!(of_households(&[at(1, "罗春梅"), at(2, "罗春梅")]).len(), 1);
    }
}
