//! How well duplicates are found, on people and households made with known ones: ten thousand people with typos, missing fields, new telephones,
//! moves to another grid, and traps (twins, fathers and sons, common names, two families at one door). The seed is fixed; the floors are below.
//! `cargo test -p app-core --lib figures -- --nocapture` prints the figures.

use super::facts::{Tagger, sound};
use shared_model::same::alike::{self, HouseholdFacts, PersonFacts};
use shared_model::same::index::{Compared, Index, Pair};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use uuid::Uuid;

/// Of the pairs found, so many are duplicates, per cent.
const PEOPLE_PRECISION_MIN: f64 = 95.0;
/// Of the duplicates, so many are found, per cent.
const PEOPLE_RECALL_MIN: f64 = 85.0;
const HOUSEHOLDS_PRECISION_MIN: f64 = 95.0;
const HOUSEHOLDS_RECALL_MIN: f64 = 90.0;
const HOUSEHOLDS: usize = 3_600;
/// One household in so many was recorded once more.
const TWICE_EVERY: usize = 12;

const SURNAMES: &[(&str, usize)] = &[
    ("王", 12),
    ("李", 12),
    ("张", 11),
    ("刘", 9),
    ("陈", 7),
    ("杨", 5),
    ("赵", 4),
    ("黄", 4),
    ("周", 4),
    ("吴", 4),
    ("徐", 3),
    ("孙", 3),
    ("胡", 2),
    ("朱", 2),
    ("高", 2),
    ("林", 2),
    ("何", 2),
    ("郭", 2),
    ("马", 2),
    ("罗", 2),
    ("佟", 1),
    ("欧阳", 1),
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀", "霞", "平", "刚", "桂",
    "建", "国", "华", "春", "梅", "兰", "志", "红", "玉", "金", "文", "海", "佳", "一", "雨", "欣", "子", "涵",
];
/// Characters that sound the same.
const ALIKE: &[(&str, &str)] = &[
    ("伟", "玮"),
    ("丽", "莉"),
    ("明", "铭"),
    ("建", "健"),
    ("佳", "嘉"),
    ("雨", "宇"),
    ("欣", "新"),
    ("文", "雯"),
    ("志", "智"),
    ("玉", "育"),
];

/// A generator of its own, so that the figures are the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn per_cent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }
}

/// A person as somebody wrote them down.
#[derive(Clone)]
struct Written {
    /// Who it really is.
    who: usize,
    name: String,
    birth: String,
    sex: &'static str,
    phone: String,
    number: String,
    /// Only the year of the birth was written.
    year_only: bool,
}

/// A household as somebody wrote it down.
struct Home {
    /// Which it really is.
    which: usize,
    door: String,
    people: Vec<Written>,
}

fn surname(d: &mut Dice) -> &'static str {
    let all: usize = SURNAMES.iter().map(|(_, n)| n).sum();
    let mut at = d.below(all);
    for (name, n) in SURNAMES {
        if at < *n {
            return name;
        }
        at -= n;
    }
    "王"
}

fn given(d: &mut Dice) -> String {
    let mut out = String::from(d.pick(GIVEN));
    if d.per_cent(70) {
        out.push_str(d.pick(GIVEN));
    }
    out
}

fn number(birth: &str, order: usize) -> String {
    let head = format!("610104{}{:03}", birth.replace('-', ""), order % 1000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = head.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{head}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11])
}

fn person(d: &mut Dice, who: usize, family: &str, from: usize, to: usize) -> Written {
    let year = from + d.below(to - from);
    let birth = format!("{year}-{:02}-{:02}", 1 + d.below(12), 1 + d.below(28));
    let sex = if d.per_cent(50) { "1" } else { "2" };
    let number = number(&birth, who * 7 + usize::from(sex == "1"));
    let phone = if d.per_cent(80) { format!("139{:08}", d.below(100_000_000)) } else { String::new() };
    Written { who, name: format!("{family}{}", given(d)), birth, sex, phone, number, year_only: false }
}

/// Everybody once, as they are.
fn town(d: &mut Dice) -> Vec<Home> {
    let mut homes = Vec::new();
    let mut who = 0;
    let mut next = || {
        who += 1;
        who
    };
    for which in 0..HOUSEHOLDS {
        let family = surname(d);
        let mut people = vec![person(d, next(), family, 1940, 1990)];
        if d.per_cent(75) {
            let other = surname(d);
            people.push(person(d, next(), other, 1940, 1990));
        }
        if d.per_cent(55) {
            let mut child = person(d, next(), family, 1985, 2020);
            // a child has the telephone of a parent
            child.phone.clone_from(&people[0].phone);
            if d.per_cent(8) {
                let mut twin = person(d, next(), family, 1985, 2020);
                twin.birth.clone_from(&child.birth);
                twin.number = number(&twin.birth, twin.who * 7);
                twin.phone.clone_from(&child.phone);
                let first: String = child.name.chars().take(child.name.chars().count() - 1).collect();
                twin.name = format!("{first}{}", d.pick(GIVEN));
                if twin.name != child.name && child.name.chars().count() > 2 {
                    people.push(twin);
                }
            }
            people.push(child);
        }
        let door = alike::door(
            "槐荫里",
            &(which / 60 + 1).to_string(),
            &(which / 20 % 3 + 1).to_string(),
            &format!("{}0{}", which / 4 % 5 + 1, which % 4 + 1),
        );
        homes.push(Home { which, door, people });
    }
    homes
}

/// The same person written down once more by somebody else.
fn again(d: &mut Dice, p: &Written) -> Written {
    let mut out = p.clone();
    if d.per_cent(10)
        && let Some((from, to)) = ALIKE.iter().find(|(from, _)| p.name.contains(from))
    {
        out.name = p.name.replacen(from, to, 1);
    }
    if d.per_cent(4) {
        let chars: Vec<char> = p.name.chars().collect();
        let last = d.pick(GIVEN);
        out.name = chars[..chars.len() - 1].iter().collect::<String>() + last;
    }
    if d.per_cent(3) {
        let mut b = p.birth.clone().into_bytes();
        b[9] = b'0' + ((b[9] - b'0') + 1) % 10;
        out.birth = String::from_utf8(b).unwrap();
    }
    out.year_only = d.per_cent(25);
    if d.per_cent(30) {
        out.phone = format!("137{:08}", d.below(100_000_000));
    } else if d.per_cent(15) {
        out.phone.clear();
    }
    if d.per_cent(45) || out.birth != p.birth {
        out.number.clear();
    }
    out
}

/// The town with some households recorded twice, at the same door or in another grid, and with traps.
fn recorded(d: &mut Dice) -> Vec<Home> {
    let mut homes = town(d);
    for n in (0..HOUSEHOLDS).step_by(TWICE_EVERY) {
        let people: Vec<Written> = homes[n].people.clone();
        let mut people: Vec<Written> = people.iter().map(|p| again(d, p)).collect();
        // not everybody is written down a second time
        if people.len() > 2 && d.per_cent(40) {
            people.pop();
        }
        let door = if d.per_cent(50) {
            homes[n].door.clone()
        } else {
            alike::door("新苑", &(n / 60 + 1).to_string(), "1", &(n + 101).to_string())
        };
        homes.push(Home { which: n, door, people });
    }
    // two families at one door; a father and a son of like names at two doors
    let mut who = 1_000_000;
    for n in (5..HOUSEHOLDS).step_by(97) {
        let family = surname(d);
        homes.push(Home { which: 1_000_000 + n, door: homes[n].door.clone(), people: vec![person(d, who, family, 1950, 2000)] });
        let father = homes[n].people[0].clone();
        let mut son = person(d, who + 1, "子", 1985, 2005);
        let first: String = father.name.chars().take(father.name.chars().count() - 1).collect();
        son.name = format!("{first}{}", d.pick(GIVEN));
        son.phone.clone_from(&father.phone);
        if son.name != father.name {
            homes.push(Home { which: 2_000_000 + n, door: alike::door("新苑", "90", "1", &n.to_string()), people: vec![son] });
        }
        who += 2;
    }
    // many who are called alike
    for n in 0..150 {
        let mut p = person(d, who + n, "张", 1950, 2000);
        p.name = "张伟".into();
        homes.push(Home { which: 3_000_000 + n, door: alike::door("新苑", "91", "1", &n.to_string()), people: vec![p] });
    }
    homes
}

struct Facts {
    people: Vec<PersonFacts>,
    who: Vec<usize>,
    households: Vec<HouseholdFacts>,
    which: Vec<usize>,
}

/// As `facts.rs` makes them of rows.
fn facts(d: &mut Dice, homes: &[Home]) -> Facts {
    let tagger = Tagger::with([7; 32]);
    let mut out = Facts { people: Vec::new(), who: Vec::new(), households: Vec::new(), which: Vec::new() };
    for (n, home) in homes.iter().enumerate() {
        let household = Uuid::from_u128(n as u128 + 1);
        let head = alike::name(&home.people[0].name);
        let mut h = HouseholdFacts { record: household, door: home.door.clone(), sound: sound(&head), head, ..HouseholdFacts::default() };
        for p in &home.people {
            let name = alike::name(&p.name);
            // six of ten rosters have the number
            let tag = if d.per_cent(60) { tagger.tag(&p.number) } else { None };
            let birth = (!p.year_only || tag.is_some()).then(|| p.birth.clone());
            let phone = alike::phone(&p.phone);
            let born = birth.clone().unwrap_or_else(|| p.birth[..4].to_string());
            h.phones.extend(Some(phone.clone()).filter(|p| !p.is_empty()));
            h.tags.extend(tag);
            h.people.insert((name.clone(), born));
            out.people.push(PersonFacts {
                record: Uuid::from_u128((out.people.len() as u128 + 1) << 32),
                household,
                sound: sound(&name),
                name,
                tag,
                year: p.birth[..4].parse().ok(),
                birth,
                sex: Some(p.sex.to_string()),
                phones: Some(phone).filter(|p| !p.is_empty()).into_iter().collect(),
                door: home.door.clone(),
            });
            out.who.push(p.who);
        }
        out.households.push(h);
        out.which.push(home.which);
    }
    out
}

fn index<F: Compared + Clone>(all: &[F]) -> Index<F> {
    let mut out = Index::default();
    all.iter().for_each(|one| out.put(one.clone()));
    out
}

/// Precision and recall in per cent, and how many there were.
fn figures<F: Compared>(found: &[Pair], all: &[F], real: &[usize]) -> (f64, f64, usize) {
    let place: BTreeMap<Uuid, usize> = all.iter().enumerate().map(|(n, one)| (one.record(), n)).collect();
    let mut by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, who) in real.iter().enumerate() {
        by.entry(*who).or_default().push(n);
    }
    let known: BTreeSet<(usize, usize)> = by.values().filter(|v| v.len() == 2).map(|v| (v[0], v[1])).collect();
    let right = found.iter().filter(|p| known.contains(&(place[&p.a], place[&p.b]))).count();
    (100.0 * right as f64 / found.len() as f64, 100.0 * right as f64 / known.len() as f64, known.len())
}

#[test]
fn known_duplicates_are_found_and_those_who_only_look_like_one_are_not() {
    let mut d = Dice(20_261_122);
    let homes = recorded(&mut d);
    let f = facts(&mut d, &homes);
    let began = Instant::now();
    let (people, households) = (index(&f.people).pairs(), index(&f.households).pairs());
    let took = began.elapsed();
    let (p_precision, p_recall, p_known) = figures(&people, &f.people, &f.who);
    let (h_precision, h_recall, h_known) = figures(&households, &f.households, &f.which);
    println!("{} people, {p_known} recorded twice: precision {p_precision:.1} %, recall {p_recall:.1} %", f.people.len());
    println!("{} households, {h_known} recorded twice: precision {h_precision:.1} %, recall {h_recall:.1} %", f.households.len());
    println!("compared in {} ms", took.as_millis());
    assert!(f.people.len() > 8_000 && p_known > 400 && h_known == HOUSEHOLDS / TWICE_EVERY);
    assert!(p_precision >= PEOPLE_PRECISION_MIN, "{p_precision}");
    assert!(p_recall >= PEOPLE_RECALL_MIN, "{p_recall}");
    assert!(h_precision >= HOUSEHOLDS_PRECISION_MIN, "{h_precision}");
    assert!(h_recall >= HOUSEHOLDS_RECALL_MIN, "{h_recall}");
}

#[test]
fn of_a_number_nothing_is_kept_but_that_two_are_equal() {
    let number = number("1980-02-03", 12);
    let (one, other) = (Tagger::with([1; 32]), Tagger::with([2; 32]));
    assert_eq!(one.tag(&number), one.tag(&format!(" {} ", number.to_lowercase())));
    assert_ne!(one.tag(&number), other.tag(&number), "a tag says nothing without its key");
    assert_eq!(one.tag("12345"), None);
    assert!(one.tag(&number).is_some());
}
