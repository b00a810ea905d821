//! Single cells: telephone numbers and identity numbers as people type them.

use crate::sheet::Cell;
use shared_model::codes::fold_width;
use shared_model::codes::id_number::{self, IdNumber, IdNumberError};

/// What a telephone cell holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Phones {
    /// Digits only, in the order written.
    pub numbers: Vec<String>,
    /// There are words beside the numbers (儿子, 女婿), or no number could be read.
    pub has_more_than_numbers: bool,
}

/// Words that say there is none.
pub(crate) fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "无" | "-" | "--" | "—" | "/" | "\\" | "没有" | "空" | "暂无" | "不详" | "未知")
}

const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=13;

/// Every number of a cell. `029-88888888` is one number, `13900001111/13900002222` and two run together are two.
pub(crate) fn phones(cell: &Cell) -> Phones {
    let text = cell.text();
    let folded = fold_width(&text);
    let mut phones = Phones::default();
    if is_nothing(&folded) {
        return phones;
    }
    for part in folded.split(['/', '、', ',', ';', '|', '\n', '\r', '\\', '。', '和', '或']) {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        let words: Vec<&str> = part.split_whitespace().filter(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 7).collect();
        if words.len() > 1 {
            for word in words {
                push_digits(word.chars().filter(char::is_ascii_digit).collect(), &mut phones);
            }
        } else if !digits.is_empty() {
            push_digits(digits, &mut phones);
        }
        phones.has_more_than_numbers |= part.chars().any(|c| c.is_alphabetic());
    }
    phones.has_more_than_numbers |= phones.numbers.is_empty();
    phones
}

fn push_digits(digits: String, phones: &mut Phones) {
    let bare = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() == 11)).unwrap_or(&digits);
    let bytes = bare.as_bytes();
    if bytes.len() == 22 && bytes[0] == b'1' && bytes[11] == b'1' {
        let (first, second) = bare.split_at(11);
        push(first, phones);
        push(second, phones);
    } else if PHONE_DIGITS.contains(&bare.len()) {
        push(bare, phones);
    } else {
        phones.has_more_than_numbers = true;
    }
}

fn push(number: &str, phones: &mut Phones) {
    if !phones.numbers.iter().any(|seen| seen == number) {
        phones.numbers.push(number.to_owned());
    }
}

/// What is wrong with an identity number cell; the code of the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdFault {
    Checksum,
    Length,
    Float,
}

impl IdFault {
    pub fn code(self) -> &'static str {
        match self {
            IdFault::Checksum => "id_checksum",
            IdFault::Length => "id_length",
            IdFault::Float => "id_float",
        }
    }

    pub fn message(self) -> &'static str {
        match self {
            IdFault::Checksum => "身份证号校验不通过,请核对;人员已导入,号码留待核实",
            IdFault::Length => "身份证号不是 18 位,请核对;人员已导入,号码留待核实",
            IdFault::Float => "身份证号被表格存成了数字,末几位已丢失,请按文本重新填写;人员已导入,号码留待核实",
        }
    }
}

/// What an identity number cell holds.
#[derive(Debug, Default)]
pub(crate) struct IdCell {
    pub number: Option<IdNumber>,
    pub fault: Option<IdFault>,
    pub has_spaces: bool,
}

/// Reads an identity number. A spreadsheet number keeps 15 digits, so a numeric cell with more has lost some for good.
pub(crate) fn identity(cell: &Cell) -> IdCell {
    let text = cell.text();
    let folded = fold_width(&text);
    let trimmed = folded.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '’' | '‘' | '`' | '\u{feff}' | '\u{200b}'));
    if is_nothing(trimmed) {
        return IdCell::default();
    }
    let lost = match cell {
        Cell::Number(number) => number.abs() >= 1e15,
        _ => is_scientific(trimmed),
    };
    if lost {
        return IdCell { fault: Some(IdFault::Float), ..IdCell::default() };
    }
    let bare: String = trimmed.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect();
    let has_spaces = bare.len() != trimmed.len();
    match id_number::check(&bare) {
        Ok(number) => IdCell { number: Some(number), fault: None, has_spaces },
        Err(IdNumberError::Length) => IdCell { number: None, fault: Some(IdFault::Length), has_spaces },
        Err(_) => IdCell { number: None, fault: Some(IdFault::Checksum), has_spaces },
    }
}

/// `6.10104E+17`, as a CSV saved from a spreadsheet has it.
fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['e', 'E']) else { return false };
    power.trim_start_matches('+').parse::<u32>().is_ok() && digits.parse::<f64>().is_ok()
}

/// Whether full-width digits or letters stand in the text.
pub(crate) fn has_full_width(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ'))
}

/// A name as it is compared: without spaces and in half width. Names stay as written everywhere else.
pub(crate) fn name_key(name: &str) -> String {
    fold_width(name).chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        phones(&Cell::Text(text.to_owned())).numbers
    }

    #[test]
    fn one_number_in_its_spellings_and_several_in_one_cell() {
        assert_eq!(numbers("139 1234 5678"), ["13912345678"]);
        assert_eq!(numbers("029-88888888"), ["02988888888"]);
        assert_eq!(numbers("+86 13912345678"), ["13912345678"]);
        assert_eq!(numbers("１３９１２３４５６７８"), ["13912345678"]);
        assert_eq!(numbers("15890109843/18762864938"), ["15890109843", "18762864938"]);
        assert_eq!(numbers("15890109843、18762864938"), ["15890109843", "18762864938"]);
        assert_eq!(numbers("15890109843 18762864938"), ["15890109843", "18762864938"]);
        assert_eq!(numbers("1589010984318762864938"), ["15890109843", "18762864938"]);
        assert_eq!(numbers("15890109843\n02988888888"), ["15890109843", "02988888888"]);
        assert_eq!(phones(&Cell::Number(13_912_345_678.0)).numbers, ["13912345678"]);
        assert!(numbers("无").is_empty());
    }

    #[test]
    fn words_beside_a_number_are_not_forgotten() {
        let read = phones(&Cell::Text("13912345678(儿子)".to_owned()));
        assert_eq!((read.numbers.len(), read.has_more_than_numbers), (1, true));
        assert!(phones(&Cell::Text("同上".to_owned())).has_more_than_numbers);
        assert!(!phones(&Cell::Text("无".to_owned())).has_more_than_numbers);
    }

    #[test]
    fn identity_numbers_are_told_apart_by_what_is_wrong() {
        let fault = |cell: Cell| identity(&cell).fault;
        assert_eq!(fault(Cell::Text("11010519491231002X".into())), None);
        assert_eq!(fault(Cell::Text("110105194912310021".into())), Some(IdFault::Checksum));
        assert_eq!(fault(Cell::Text("110105491231002".into())), Some(IdFault::Length));
        assert_eq!(fault(Cell::Number(6.101_041_974_060_632e17)), Some(IdFault::Float));
        assert_eq!(fault(Cell::Number(610_104_197_907_246.0)), Some(IdFault::Length));
        assert_eq!(fault(Cell::Text("6.10104E+17".into())), Some(IdFault::Float));
        assert_eq!(fault(Cell::Text("无".into())), None);
        let spaced = identity(&Cell::Text("110105 19491231 002x".into()));
        assert!(spaced.has_spaces && spaced.number.is_some_and(|number| number.as_str() == "11010519491231002X"));
        assert!(!identity(&Cell::Text("'11010519491231002X\t".into())).has_spaces);
        assert_eq!(identity(&Cell::Text("１１０１０５１９４９１２３１００２Ｘ".into())).fault, None);
    }
}
