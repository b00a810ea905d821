//! Addresses inside an estate: building, unit, door, from split cells or from one.
//!
//! `3号楼2单元501`, `3-2-501`, `3幢2门501室`, `三号楼一单元501` and `3#2-501` are one door. Buildings and units are kept as bare numbers, so that
//! the spellings of one roster meet; what is no number (南楼, 平房) is kept as written.

use shared_model::codes::fold_width;

/// Parts of an address; a part that is not told is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// What stands before the building: the estate, perhaps with street and number.
    pub before: String,
    pub building: String,
    pub unit: String,
    pub door: String,
}

const BUILDING_MARKS: &[&str] = &["号住宅楼", "号楼", "#楼", "栋楼", "幢楼", "楼栋", "栋", "幢", "座", "#"];
const UNIT_MARKS: &[&str] = &["单元", "门洞", "门栋", "门", "#"];
const DOOR_MARKS: &[&str] = &["号房", "房间", "室", "户", "号", "房"];
const NOTHING: &[&str] = &["无", "-", "--", "/", "\\", "没有", "0", "空", "无单元"];

/// A text without spaces, in half width, dashes alike.
fn compact(text: &str) -> String {
    fold_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '—' | '–' | '－' | '−' | '―' | '‐' | '‑' | '~' | '_' => '-',
            '＃' | '♯' => '#',
            c => c,
        })
        .collect()
}

fn is_number_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || chinese_digit(c).is_some() || matches!(c, '十' | '百')
}

fn chinese_digit(c: char) -> Option<u32> {
    match c {
        '零' | '〇' => Some(0),
        '一' | '壹' => Some(1),
        '二' | '贰' | '两' => Some(2),
        '三' | '叁' => Some(3),
        '四' | '肆' => Some(4),
        '五' | '伍' => Some(5),
        '六' | '陆' => Some(6),
        '七' | '柒' => Some(7),
        '八' | '捌' => Some(8),
        '九' | '玖' => Some(9),
        _ => None,
    }
}

/// `三` → 3, `十二` → 12, `二十` → 20, `一百零三` → 103, `五零一` → 501; `None` when it is no Chinese number.
fn chinese_number(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 7 {
        return None;
    }
    if text.chars().all(|c| chinese_digit(c).is_some()) {
        return text.chars().try_fold(0u32, |sum, c| Some(sum * 10 + chinese_digit(c)?));
    }
    let (mut total, mut digit) = (0u32, None);
    for c in text.chars() {
        match c {
            '百' => total += digit.take().unwrap_or(1) * 100,
            '十' => total += digit.take().unwrap_or(1) * 10,
            c => digit = Some(chinese_digit(c)?),
        }
    }
    Some(total + digit.unwrap_or(0))
}

/// A bare number as it is compared: Chinese numerals as digits, no leading zeros, capital letters.
fn number(text: &str) -> String {
    let text = text.trim_start_matches('第');
    if let Some(number) = chinese_number(text) {
        return number.to_string();
    }
    let upper = text.to_ascii_uppercase();
    let bare = upper.trim_start_matches('0');
    if upper.bytes().all(|byte| byte.is_ascii_digit()) && !bare.is_empty() { bare.to_owned() } else { upper }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| is_number_char(c) || c == '-') && text.chars().any(is_number_char)
}

fn without_mark<'a>(text: &'a str, marks: &[&str]) -> &'a str {
    marks.iter().find_map(|mark| text.strip_suffix(mark)).unwrap_or(text)
}

fn part(text: &str, marks: &[&str]) -> String {
    let text = compact(text);
    if NOTHING.contains(&text.as_str()) {
        return String::new();
    }
    let bare = without_mark(&text, marks);
    let bare = bare.strip_prefix('第').unwrap_or(bare);
    if is_number(bare) { number(bare) } else { text }
}

/// An estate's name from a cell of its own, without spaces and in half width, so that one name has one spelling.
pub(crate) fn estate(text: &str) -> String {
    let text = compact(text);
    if NOTHING.contains(&text.as_str()) { String::new() } else { text }
}

/// A building from a cell of its own: `3号楼`, `3#`, `3幢`, `3`, `三号楼` are `3`.
pub(crate) fn building(text: &str) -> String {
    let plain = part(text, BUILDING_MARKS);
    // `号` and `楼` alone are marks only behind a number.
    let bare = plain.strip_suffix(['号', '楼']).unwrap_or(&plain);
    if is_number(bare) { number(bare) } else { plain }
}

/// A unit from a cell of its own: `一单元`, `1单元`, `1门`, `1` are `1`; 无 is none.
pub(crate) fn unit(text: &str) -> String {
    part(text, UNIT_MARKS)
}

/// A door from a cell of its own, text as written without its mark: `501室` is `501`, a leading zero stays.
pub(crate) fn door(text: &str) -> String {
    let text = compact(text);
    if NOTHING.contains(&text.as_str()) {
        return String::new();
    }
    door_text(&text)
}

fn door_text(text: &str) -> String {
    let text = text.trim_matches(['-', ',', '、', '.', '/']);
    let bare = without_mark(text, DOOR_MARKS);
    // `5层501`, `5楼501`: the floor says nothing the number does not.
    let bare = bare.split_once(['层', '楼']).filter(|(floor, rest)| is_number(floor) && is_number(rest)).map_or(bare, |(_, rest)| rest);
    match chinese_number(bare) {
        Some(number) => number.to_string(),
        None if is_number(bare) => bare.to_ascii_uppercase(),
        None => text.to_owned(),
    }
}

/// Takes apart an address in one cell. Parts that are not told stay empty; a text that tells neither building nor door is all `before`.
pub(crate) fn parse(text: &str) -> Address {
    let text = compact(text);
    let mut address = Address::default();
    let mut rest = text.as_str();
    if let Some((before, building, after)) = split_building(rest) {
        address.before = before.to_owned();
        address.building = number(building);
        rest = after;
    } else if let Some((before, parts)) = split_dashes(rest) {
        address.before = before.to_owned();
        match parts.as_slice() {
            [building, door] => (address.building, address.door) = (number(building), door_text(door)),
            [building, unit, door @ ..] => {
                (address.building, address.unit, address.door) = (number(building), number(unit), door_text(&door.join("-")))
            }
            _ => {}
        }
        return address;
    }
    read_unit_and_door(rest, &mut address);
    address
}

/// The last building mark with a number before it.
fn split_building(text: &str) -> Option<(&str, &str, &str)> {
    let mut found: Option<(usize, usize, usize)> = None;
    for mark in BUILDING_MARKS {
        for (at, _) in text.match_indices(mark) {
            let start = text[..at].char_indices().rev().take_while(|(_, c)| is_number_char(*c)).last().map(|(start, _)| start);
            let Some(start) = start else { continue };
            let end = at + mark.len();
            // `3#2#501`: the first `#` is the building's; a longer mark over the same place wins.
            let is_better = match found {
                None => true,
                Some((old_start, old_at, old_end)) => {
                    let overlaps = at < old_end && old_at < end;
                    if *mark == "#" {
                        false
                    } else if overlaps {
                        end - at > old_end - old_at
                    } else {
                        old_start < start
                    }
                }
            };
            if is_better {
                found = Some((start, at, end));
            }
        }
    }
    found.map(|(start, at, end)| (text[..start].trim_end_matches(['第', '-', ',', '、']), &text[start..at], &text[end..]))
}

/// `莲湖花园3-2-501` → 莲湖花园 and three parts; at least two parts, the first two of at most four characters.
fn split_dashes(text: &str) -> Option<(&str, Vec<&str>)> {
    let text = without_mark(text, DOOR_MARKS);
    let separator = ['-', '/', '.'].into_iter().find(|separator| text.contains(*separator))?;
    let start = text.char_indices().rev().take_while(|(_, c)| is_number_char(*c) || *c == separator).last().map(|(start, _)| start)?;
    let (before, numbers) = text.split_at(start);
    let parts: Vec<&str> = numbers.split(separator).collect();
    let is_sound = (2..=4).contains(&parts.len())
        && parts.iter().all(|part| !part.is_empty())
        && parts[..parts.len() - 1].iter().all(|part| part.len() <= 4);
    is_sound.then_some((before, parts))
}

fn read_unit_and_door(rest: &str, address: &mut Address) {
    let rest = rest.trim_start_matches(['-', ',', '、', '/']);
    for mark in ["单元", "门洞", "门", "#"] {
        let Some((unit, door)) = rest.split_once(mark) else { continue };
        let bare = unit.trim_start_matches('第');
        if is_number(bare) && !bare.contains('-') {
            address.unit = number(bare);
            address.door = door_text(door.trim_start_matches('-'));
            return;
        }
    }
    let bare = without_mark(rest, DOOR_MARKS);
    match bare.split_once('-') {
        Some((unit, door)) if is_number(unit) && is_number(door) => {
            address.unit = number(unit);
            address.door = door_text(door);
        }
        _ if address.building.is_empty() && !is_number(bare) => address.before = format!("{}{rest}", address.before),
        _ => address.door = door_text(rest),
    }
}

const ESTATE_ENDINGS: &[&str] = &[
    "小区", "花园", "家园", "院", "苑", "公寓", "城", "里", "府", "庭", "湾", "轩", "居", "园", "村", "大厦", "广场", "新区", "社", "坊",
    "郡", "邸", "墅",
];

/// The estate in what stands before a building: `西安市莲湖区青年路12号莲湖花园` → 莲湖花园; empty when only a street is named.
pub(crate) fn estate_of(before: &str) -> String {
    let mut rest = before.trim_end_matches(['-', ',', '、']);
    for mark in ["省", "市", "县", "街道办事处", "街道", "办事处", "社区", "镇", "乡"] {
        rest = rest.rsplit_once(mark).map_or(rest, |(_, after)| after);
    }
    if let Some((head, after)) = rest.split_once('区')
        && !head.ends_with(['小', '新', '园'])
    {
        rest = after;
    }
    if !ESTATE_ENDINGS.iter().any(|ending| rest.ends_with(ending)) {
        return String::new();
    }
    // `青年路12号莲湖花园` names the estate alone; in `青年路12号院` the street and number are its name.
    match rest.rsplit_once('号') {
        Some((_, after)) if after.chars().count() > 1 => after.to_owned(),
        _ => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> (String, String, String) {
        let address = parse(text);
        (address.building, address.unit, address.door)
    }

    #[test]
    fn one_door_in_its_many_spellings() {
        for text in [
            "3号楼2单元501",
            "3-2-501",
            "3幢2单元501室",
            "3幢2门501室",
            "三号楼二单元501",
            "3#2-501",
            "3号楼-2-501",
            "3栋2单元501号",
            "３号楼２单元５０１",
            "3座二单元501户",
            "第3栋第2单元501室",
            "3#楼2单元501",
            "3号住宅楼2单元5层501",
            "3—2—501",
            "莲湖花园3号楼2单元501",
            "3#2#501",
            "03-2-501",
            "3 号楼 2 单元 501 室",
            "莲湖花园3-2-501",
        ] {
            assert_eq!(parts(text), ("3".to_owned(), "2".to_owned(), "501".to_owned()), "{text}");
        }
    }

    #[test]
    fn parts_that_are_not_told_stay_empty() {
        assert_eq!(parts("一单元"), (String::new(), "1".to_owned(), String::new()));
        assert_eq!(parts("2单元501"), (String::new(), "2".to_owned(), "501".to_owned()));
        assert_eq!(parts("3号楼501"), ("3".to_owned(), String::new(), "501".to_owned()));
        assert_eq!(parts("3-501"), ("3".to_owned(), String::new(), "501".to_owned()));
        assert_eq!(parts("501室"), (String::new(), String::new(), "501".to_owned()));
        assert_eq!(parts("青年路平房"), (String::new(), String::new(), String::new()));
        assert_eq!(parse("青年路平房").before, "青年路平房");
        assert_eq!(parts("A座1201"), ("A".to_owned(), String::new(), "1201".to_owned()));
    }

    #[test]
    fn cells_of_their_own_are_normalised() {
        for text in ["3", "3号楼", "3#", "3栋", "3幢", "三号楼", "第3栋", "3号", "03", "３＃", "3楼", "3座"] {
            assert_eq!(building(text), "3", "{text}");
        }
        assert_eq!(building("十三号楼"), "13");
        assert_eq!(building("a座"), "A");
        assert_eq!(building("12-1号楼"), "12-1");
        assert_eq!(building("南楼"), "南楼");
        assert_eq!(building("无"), "");
        for text in ["一单元", "1单元", "1", "1门", "第一单元", "１单元"] {
            assert_eq!(unit(text), "1", "{text}");
        }
        assert_eq!(unit("无"), "");
        assert_eq!(door("501室"), "501");
        assert_eq!(door("0501"), "0501");
        assert_eq!(door("五零一"), "501");
        assert_eq!(door("门房"), "门房");
        assert_eq!(door("-"), "");
    }

    #[test]
    fn the_estate_is_found_before_the_building() {
        assert_eq!(estate_of("莲湖花园"), "莲湖花园");
        assert_eq!(estate_of("西安市莲湖区青年路12号莲湖花园"), "莲湖花园");
        assert_eq!(estate_of("陕西省西安市莲湖区青年路街道示例社区莲湖花园"), "莲湖花园");
        assert_eq!(estate_of("莲湖区青年路12号院"), "青年路12号院");
        assert_eq!(estate_of("青年路12号"), "");
        assert_eq!(estate_of("幸福小区"), "幸福小区");
        assert_eq!((estate(" 莲湖 花园（２期） "), estate("无")), ("莲湖花园(2期)".to_owned(), String::new()));
    }

    proptest! {
        #[test]
        fn every_written_form_comes_back(building in 1u32..60, unit in 1u32..9, floor in 1u32..33, flat in 1u32..5) {
            let door = format!("{floor}{flat:02}");
            let want = (building.to_string(), unit.to_string(), door.clone());
            prop_assert_eq!(parts(&format!("{building}号楼{unit}单元{door}室")), want.clone());
            prop_assert_eq!(parts(&format!("{building}-{unit}-{door}")), want.clone());
            prop_assert_eq!(parts(&format!("{building}幢{unit}门{door}")), want);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9一二三十百号楼栋幢座单元门室#/.无第-]{0,12}|.{0,20}") {
            let _ = (parse(&text), building(&text), unit(&text), door(&text), estate_of(&text));
        }
    }
}
