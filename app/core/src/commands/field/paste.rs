//! 粘贴一段话: what a chat message may say, as guesses with the words they came from: a door in any writing, a person at that door, phone
//! numbers, a matter by the everyday words of the catalogue. Only doors and people that are held here are ever guessed. Pure but for `read`,
//! which asks the store for them; nothing is written, and nothing is taken over without a person.

use super::super::households::{plate_of, walking};
use super::super::settings;
use super::super::units::Tree;
use super::listings::title_of;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::rows;
use shared_model::codes::fold_width;
use shared_model::commands::{Guess, PasteArgs, PasteRead};
use shared_model::limits::PASTE_BYTES_MAX;
use shared_model::matters::Catalogue;
use shared_model::records::Kind;
use std::collections::BTreeSet;

/// Guesses of one kind that are shown.
const GUESSES_MAX: usize = 3;
/// Characters of a chat line that says who wrote and when.
const HEADER_CHARS_MAX: usize = 40;

/// A door that is held here.
#[derive(Debug, Clone, Default)]
pub struct Door {
    pub household: String,
    pub building: String,
    pub building_name: String,
    pub estate: String,
    /// Number of the building; empty in a lane.
    pub number: String,
    pub unit_no: String,
    pub door: String,
    pub plate: String,
}

/// A person who lives at one.
#[derive(Debug, Clone, Default)]
pub struct Dweller {
    pub id: String,
    pub household: String,
    pub name: String,
    pub nickname: String,
    pub phones: Vec<String>,
}

/// `read_paste`
pub fn read(engine: &Engine, args: PasteArgs) -> Result<PasteRead> {
    if args.text.len() > PASTE_BYTES_MAX {
        return Err(CoreError::new("too_large", "这段话太长了，请只粘贴要紧的部分。"));
    }
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let catalogue = settings::catalogue(&o.db, &o.me)?;
        let mut doors = Vec::new();
        for row in walking(&o.db, None)? {
            let Some(building) = row.id("building").filter(|_| row.get("ended").is_none()) else { continue };
            doors.push(Door {
                household: row.record.to_string(),
                building: building.to_string(),
                building_name: tree.name(building),
                estate: tree.get(building).and_then(|r| r.text("estate")).unwrap_or_default(),
                number: tree.number(building),
                unit_no: row.text("unit_no").unwrap_or_default(),
                door: row.text("door").unwrap_or_default(),
                plate: plate_of(&tree, &row),
            });
        }
        let mut people = Vec::new();
        for row in rows(&o.db, Kind::Person, "where t._del is null and t.ended is null and t.name is not null order by t.record", &[])? {
            people.push(Dweller {
                id: row.record.to_string(),
                household: row.text("household").unwrap_or_default(),
                name: row.text("name").unwrap_or_default(),
                nickname: row.text("nickname").unwrap_or_default(),
                phones: ["phone", "phone2"].into_iter().filter_map(|key| row.text(key)).collect(),
            });
        }
        Ok(guess(&args.text, &doors, &people, &catalogue))
    })
}

/// What a text may say.
pub fn guess(text: &str, doors: &[Door], people: &[Dweller], catalogue: &Catalogue) -> PasteRead {
    let words = without_chat(text);
    let mut out = PasteRead { title: title_of(&without_greeting(&words)), ..PasteRead::default() };
    let phones = phones(&words);
    let mut found = doors_in(&words, doors);
    if found.is_empty() {
        found = doors_by_people(&words, &phones, doors, people);
    }
    if found.is_empty() {
        out.guesses.extend(buildings_in(&words, doors));
    }
    let at: BTreeSet<&str> = found.iter().map(|g| g.value.as_str()).collect();
    out.guesses.extend(people_in(&words, &phones, people.iter().filter(|p| at.contains(p.household.as_str()))));
    out.guesses.splice(0..0, found.into_iter().take(GUESSES_MAX));
    out.guesses.extend(phones.into_iter().take(GUESSES_MAX).map(|(value, from)| Guess {
        kind: "phone".into(),
        text: value.clone(),
        value,
        from,
    }));
    out.guesses.extend(matters_in(&words, catalogue));
    out.words = words;
    out
}

/// The lines that somebody said, without who said them when, without pictures and faces.
fn without_chat(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in text.replace('\r', "").lines() {
        let line = without_brackets(line.trim());
        if line.is_empty() || is_header(&line) {
            continue;
        }
        out.push(without_speaker(&line));
    }
    out.join("\n").trim().to_string()
}

/// `[图片]`, `[语音] 12"`, `[微笑]`, `@网格员`.
fn without_brackets(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(begin) = rest.find(['[', '【']) {
        let close = if rest[begin..].starts_with('[') { ']' } else { '】' };
        let Some(end) = rest[begin..].find(close).map(|n| begin + n).filter(|end| rest[begin..*end].chars().count() <= 8) else { break };
        out.push_str(&rest[..begin]);
        rest = &rest[end + close.len_utf8()..];
    }
    out.push_str(rest);
    let words: Vec<&str> = out.split_whitespace().filter(|w| !w.starts_with('@')).collect();
    words.join(" ")
}

fn has_clock(line: &str) -> bool {
    let folded = fold_width(line);
    let chars: Vec<char> = folded.chars().collect();
    chars.windows(4).any(|w| w[0].is_ascii_digit() && w[1] == ':' && w[2].is_ascii_digit() && w[3].is_ascii_digit())
}

/// 李大妈 2026-03-05 09:12: who and when, and nothing said.
fn is_header(line: &str) -> bool {
    line.chars().count() <= HEADER_CHARS_MAX
        && has_clock(line)
        && !line.contains(['，', '。', '！', '？', ','])
        && fold_width(line).split(':').next_back().is_some_and(|rest| rest.trim().chars().all(|c| c.is_ascii_digit()))
}

/// 李大妈：楼道灯不亮 → 楼道灯不亮, where what stands before the colon is as short as a name.
fn without_speaker(line: &str) -> String {
    match line.split_once(['：', ':']) {
        Some((who, said))
            if !said.trim().is_empty() && who.chars().count() <= 8 && !who.chars().any(|c| c.is_ascii_digit()) && !is_label(who) =>
        {
            said.trim().to_string()
        }
        _ => line.to_string(),
    }
}

/// 地址：3-2-501 and 电话：139… say something; their words stay.
fn is_label(word: &str) -> bool {
    ["地址", "电话", "手机", "联系", "位置", "门牌", "住址", "事项", "问题", "情况", "姓名"].iter().any(|l| word.contains(l))
}

fn without_greeting(words: &str) -> String {
    const GREETINGS: [&str; 14] =
        ["您好", "你好", "在吗", "在不在", "麻烦", "打扰了", "早上好", "晚上好", "请问", "网格员", "老师", "师傅", "大姐", "主任"];
    let mut rest = words.trim();
    while let Some(greeting) = GREETINGS.iter().find(|g| rest.starts_with(**g)) {
        rest = rest[greeting.len()..]
            .trim_start_matches(['，', ',', '。', '！', '!', '～', '~', '？', '?', ' ', '\n', '、', '啊', '呀', '吗']);
    }
    if rest.is_empty() { words.to_string() } else { rest.to_string() }
}

/// A text with Chinese numbers as digits where a number stands, each character with its place in the text as it is.
fn spelled(text: &str) -> Vec<(char, usize)> {
    let folded: Vec<(char, usize)> = text
        .char_indices()
        .flat_map(|(at, c)| fold_width(&c.to_string()).to_lowercase().chars().map(move |c| (c, at)).collect::<Vec<_>>())
        .collect();
    let mut out = Vec::with_capacity(folded.len());
    let mut n = 0;
    while n < folded.len() {
        let end = folded[n..].iter().position(|(c, _)| numeral(*c).is_none()).map_or(folded.len(), |len| n + len);
        let run: Vec<u32> = folded[n..end].iter().filter_map(|(c, _)| numeral(*c)).collect();
        match number_of(&run) {
            Some(digits) => out.extend(digits.chars().map(|c| (c, folded[n].1))),
            None => out.push(folded[n]),
        }
        n = end.max(n + 1);
    }
    out
}

fn numeral(c: char) -> Option<u32> {
    "零一二三四五六七八九十"
        .chars()
        .position(|d| d == c)
        .or_else(|| (c == '〇').then_some(0))
        .or_else(|| (c == '两').then_some(2))
        .and_then(|n| u32::try_from(n).ok())
}

/// 五〇一 → 501, 十二 → 12, 二十 → 20.
fn number_of(run: &[u32]) -> Option<String> {
    match run {
        [] => None,
        [10] => Some("10".into()),
        [10, ones] => Some((10 + ones).to_string()),
        [tens, 10] => Some((tens * 10).to_string()),
        [tens, 10, ones] => Some((tens * 10 + ones).to_string()),
        run if run.iter().all(|d| *d < 10) => Some(run.iter().map(u32::to_string).collect()),
        _ => None,
    }
}

/// A run of digits in a spelled text.
struct Digits {
    text: String,
    /// Places in the spelled text: where it begins, and after its end.
    from: usize,
    to: usize,
}

fn digits_in(spelled: &[(char, usize)]) -> Vec<Digits> {
    let mut out: Vec<Digits> = Vec::new();
    for (n, (c, _)) in spelled.iter().enumerate() {
        if !c.is_ascii_digit() {
            continue;
        }
        match out.last_mut().filter(|d| d.to == n) {
            Some(d) => {
                d.text.push(*c);
                d.to = n + 1;
            }
            None => out.push(Digits { text: c.to_string(), from: n, to: n + 1 }),
        }
    }
    out
}

/// What may stand between the number of a building and of a unit or door, and between unit and door.
const BUILDING_MARKS: [&str; 10] = ["号楼", "栋", "幢", "座", "楼", "号", "#", "#楼", "-", "号院"];
const UNIT_MARKS: [&str; 5] = ["单元", "门", "单", "-", "梯"];

fn between(spelled: &[(char, usize)], from: usize, to: usize) -> String {
    spelled[from..to]
        .iter()
        .map(|(c, _)| *c)
        .filter(|c| !c.is_whitespace() && *c != '的')
        .map(|c| if matches!(c, '—' | '－' | '–') { '-' } else { c })
        .collect()
}

/// The words of the text between two places of its spelling, with the mark that follows a number.
fn words_at(text: &str, spelled: &[(char, usize)], from: usize, to: usize) -> String {
    let begin = spelled.get(from).map_or(text.len(), |(_, at)| *at);
    let end = spelled.get(to).map_or(text.len(), |(_, at)| *at);
    let mut words = text[begin..end].to_string();
    for mark in ["室", "号房", "房", "户", "号"] {
        if text[end..].starts_with(mark) {
            words.push_str(mark);
            break;
        }
    }
    words.trim().to_string()
}

fn same_number(a: &str, b: &str) -> bool {
    a.trim_start_matches('0') == b.trim_start_matches('0')
}

fn door_guess(door: &Door, from: String) -> Guess {
    Guess { kind: "door".into(), value: door.household.clone(), text: door.plate.clone(), from }
}

/// Doors that a text names: 3号楼2单元501, 3-2-501, 三栋二门五〇一, 3#501, 槐荫胡同12号.
fn doors_in(text: &str, doors: &[Door]) -> Vec<Guess> {
    let spelled = spelled(text);
    let digits = digits_in(&spelled);
    let named: Vec<&Door> = doors.iter().filter(|d| !d.estate.is_empty() && text.contains(&d.estate)).collect();
    let among: Vec<&Door> = if named.is_empty() { doors.iter().collect() } else { named };
    let mut out: Vec<Guess> = Vec::new();
    let mut add = |found: Vec<&&Door>, from: String| {
        if found.len() <= GUESSES_MAX {
            for door in found {
                if out.iter().all(|g| g.value != door.household) {
                    out.push(door_guess(door, from.clone()));
                }
            }
        }
    };
    for n in 0..digits.len() {
        let (a, b, c) = (&digits[n], digits.get(n + 1), digits.get(n + 2));
        if let (Some(b), Some(c)) = (b, c) {
            let (one, two) = (between(&spelled, a.to, b.from), between(&spelled, b.to, c.from));
            if BUILDING_MARKS.contains(&one.as_str()) && UNIT_MARKS.contains(&two.as_str()) {
                let at = |d: &&&Door| same_number(&d.number, &a.text) && same_number(&d.unit_no, &b.text) && same_number(&d.door, &c.text);
                add(among.iter().filter(at).collect(), words_at(text, &spelled, a.from, c.to));
                continue;
            }
        }
        if let Some(b) = b {
            let one = between(&spelled, a.to, b.from);
            if BUILDING_MARKS.contains(&one.as_str()) {
                let at = |d: &&&Door| same_number(&d.number, &a.text) && same_number(&d.door, &b.text);
                add(among.iter().filter(at).collect(), words_at(text, &spelled, a.from, b.to));
            } else if UNIT_MARKS.contains(&one.as_str()) && one != "-" {
                // the building is not said: only where one door of all held fits
                let at = |d: &&&Door| same_number(&d.unit_no, &a.text) && same_number(&d.door, &b.text);
                let found: Vec<&&Door> = among.iter().filter(at).collect();
                if found.len() == 1 && n.checked_sub(1).is_none_or(|p| between(&spelled, digits[p].to, a.from).chars().count() > 3) {
                    add(found, words_at(text, &spelled, a.from, b.to));
                }
            }
        }
        // a lane: its name, then the number of the house
        let before: String = spelled[..a.from].iter().map(|(c, _)| *c).collect();
        let lane = |d: &&&Door| {
            let is_lane = d.number.is_empty() || ["胡同", "巷", "里", "街", "弄"].iter().any(|l| d.building_name.ends_with(l));
            is_lane
                && !d.building_name.is_empty()
                && before.trim_end().ends_with(&d.building_name.to_lowercase())
                && same_number(d.door.trim_end_matches('号'), &a.text)
        };
        let found: Vec<&&Door> = among.iter().filter(lane).collect();
        if let Some(door) = found.first() {
            let from = format!("{}{}", door.building_name, words_at(text, &spelled, a.from, a.to));
            add(found, from);
        }
    }
    out
}

/// Buildings that a text names without a door.
fn buildings_in(text: &str, doors: &[Door]) -> Vec<Guess> {
    let spelled = spelled(text);
    let mut out: Vec<Guess> = Vec::new();
    for a in digits_in(&spelled) {
        let after: String = spelled[a.to..].iter().take(2).map(|(c, _)| *c).collect();
        let mark = ["号楼", "栋", "幢", "座", "#"].into_iter().find(|m| after.starts_with(m));
        let Some(mark) = mark else { continue };
        for door in doors.iter().filter(|d| same_number(&d.number, &a.text)) {
            if out.iter().all(|g| g.value != door.building) && out.len() < GUESSES_MAX {
                let text_of =
                    if door.estate.is_empty() { door.building_name.clone() } else { format!("{} {}", door.estate, door.building_name) };
                let from = words_at(text, &spelled, a.from, a.to + mark.chars().count());
                out.push(Guess { kind: "building".into(), value: door.building.clone(), text: text_of, from });
            }
        }
    }
    out
}

/// Where no door is named: the one of a person whose number or whole name is.
fn doors_by_people(text: &str, phones: &[(String, String)], doors: &[Door], people: &[Dweller]) -> Vec<Guess> {
    let by_phone = |p: &Dweller| phones.iter().find(|(number, _)| p.phones.contains(number)).map(|(_, from)| from.clone());
    let by_name = |p: &Dweller| (p.name.chars().count() > 1 && text.contains(&p.name)).then(|| p.name.clone());
    // a number says more than a name, which several people may have
    let mut found: Vec<(&Dweller, String)> = people.iter().filter_map(|p| Some((p, by_phone(p)?))).collect();
    if found.is_empty() {
        found = people.iter().filter_map(|p| Some((p, by_name(p)?))).collect();
    }
    let homes: BTreeSet<&str> = found.iter().map(|(p, _)| p.household.as_str()).collect();
    // several families of one name: nobody knows which is meant
    if homes.len() != 1 {
        return Vec::new();
    }
    let (person, from) = &found[0];
    doors.iter().filter(|d| d.household == person.household).map(|d| door_guess(d, from.clone())).collect()
}

/// What people are called after their surname.
const HONORIFICS: [&str; 16] =
    ["大爷", "大妈", "阿姨", "叔叔", "叔", "奶奶", "爷爷", "师傅", "老师", "姐", "哥", "先生", "女士", "婶", "嫂", "姨"];

fn people_in<'a>(text: &str, phones: &[(String, String)], people: impl Iterator<Item = &'a Dweller>) -> Vec<Guess> {
    let people: Vec<&Dweller> = people.collect();
    let mut out: Vec<Guess> = Vec::new();
    let mut add = |person: &Dweller, from: String| {
        if out.len() < GUESSES_MAX && out.iter().all(|g| g.value != person.id) {
            out.push(Guess { kind: "person".into(), value: person.id.clone(), text: person.name.clone(), from });
        }
    };
    for person in &people {
        if person.name.chars().count() > 1 && text.contains(&person.name) {
            add(person, person.name.clone());
        } else if !person.nickname.is_empty() && text.contains(&person.nickname) {
            add(person, person.nickname.clone());
        } else if let Some((_, from)) = phones.iter().find(|(number, _)| person.phones.iter().any(|p| p == number)) {
            add(person, from.clone());
        }
    }
    // 张大爷, 老李, 小王: where one person of that surname lives there
    for person in &people {
        let Some(surname) = person.name.chars().next() else { continue };
        if people.iter().filter(|p| p.name.starts_with(surname)).count() != 1 {
            continue;
        }
        let after = HONORIFICS.iter().map(|h| format!("{surname}{h}"));
        let called = after.chain(["老", "小"].iter().map(|p| format!("{p}{surname}"))).find(|called| text.contains(called.as_str()));
        if let Some(called) = called {
            add(person, called);
        }
    }
    out
}

/// Phone numbers: the digits, and the words they stood as. Eleven of a mobile phone, also in groups; a line with its area code.
fn phones(text: &str) -> Vec<(String, String)> {
    let folded: Vec<char> = fold_width(text).chars().collect();
    let mut out: Vec<(String, String)> = Vec::new();
    let mut n = 0;
    while n < folded.len() {
        if !folded[n].is_ascii_digit() || (n > 0 && folded[n - 1].is_ascii_digit()) {
            n += 1;
            continue;
        }
        let (mut digits, mut end) = (String::new(), n);
        for (at, c) in folded.iter().enumerate().skip(n) {
            match c {
                c if c.is_ascii_digit() => {
                    digits.push(*c);
                    end = at + 1;
                }
                ' ' | '-' if folded.get(at + 1).is_some_and(char::is_ascii_digit) && digits.len() < 12 => {}
                _ => break,
            }
        }
        let is_mobile = digits.len() == 11 && digits.starts_with('1') && !matches!(&digits[1..2], "0" | "1" | "2");
        let is_line = digits.starts_with('0') && (10..=12).contains(&digits.len());
        if is_mobile || is_line {
            if out.iter().all(|(known, _)| *known != digits) {
                out.push((digits, folded[n..end].iter().collect()));
            }
            n = end;
        } else {
            n += 1;
        }
    }
    out
}

/// Characters of an everyday word that have to stand together where the whole word does not.
const PART_CHARS_MIN: usize = 3;

/// Matters by the everyday words that stand in a text, many and long words first; where no word stands there whole, by the longest part of one.
fn matters_in(text: &str, catalogue: &Catalogue) -> Vec<Guess> {
    let folded = crate::project::folded(text);
    let mut found: Vec<(usize, Guess)> = Vec::new();
    for is_whole in [true, false] {
        for m in catalogue.all().iter().filter(|m| !m.hidden) {
            let mut said: Vec<String> = m.synonyms.iter().chain([&m.name_zh]).filter_map(|w| said_of(&folded, w, is_whole)).collect();
            said.sort_by_key(|w| std::cmp::Reverse(w.chars().count()));
            let score: usize = said.iter().map(|w| w.chars().count().pow(2)).sum();
            if let Some(longest) = said.into_iter().next() {
                found.push((score, Guess { kind: "matter".into(), value: m.code.clone(), text: m.name_zh.clone(), from: longest }));
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by_key(|(score, g)| (std::cmp::Reverse(*score), g.value.clone()));
    found.into_iter().take(GUESSES_MAX).map(|(_, g)| g).collect()
}

/// The words of a text that are this everyday word, or the greater part of it.
fn said_of(text: &str, word: &str, is_whole: bool) -> Option<String> {
    let chars: Vec<char> = crate::project::folded(word).chars().collect();
    let least = if is_whole { chars.len().max(2) } else { PART_CHARS_MIN.max(chars.len() * 3 / 5) };
    (least..=chars.len())
        .rev()
        .flat_map(|len| chars.windows(len))
        .map(|part| part.iter().collect::<String>())
        .find(|part| text.contains(part.as_str()))
}

#[cfg(test)]
mod tests;
