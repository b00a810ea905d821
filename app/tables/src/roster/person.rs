//! The cells of a person and of a household: codes, numbers, dates, tags and notes, each with its finding when it needs a look.

use super::rows::Sheet;
use super::{Roster, RosterHousehold, RosterPerson};
use crate::dates;
use crate::headers::{Column, Field};
use crate::sheet::Cell;
use crate::values::{self, is_nothing};
use shared_model::codes::{CodeTable, TagKind, mentions_care, split_tag, table, tag_words};

/// Code of the head of a household in table `relation`.
pub(super) const HEAD: &str = "02";
/// A note of tags alone has short words; a longer one is a sentence.
const TAG_MAX_CHARS: usize = 6;

/// Whether a row holds facts about a person beside the name.
pub(super) fn has_person_cells(sheet: &Sheet<'_>, row: u32) -> bool {
    let fields = [
        Field::IdNumber,
        Field::Phone,
        Field::Sex,
        Field::BirthDate,
        Field::BirthMonth,
        Field::Relation,
        Field::Political,
        Field::Education,
        Field::Ethnic,
    ];
    fields.into_iter().any(|field| !is_nothing(&sheet.own_of(row, field).text()))
}

/// Reads the person of a row. The name is known.
pub(super) fn read(sheet: &Sheet<'_>, row: u32, name: String, roster: &mut Roster) -> RosterPerson {
    let mut person = RosterPerson { row: row + 1, name, ..RosterPerson::default() };
    read_codes(sheet, row, &mut person, roster);
    read_identity(sheet, row, &mut person, roster);
    read_phones(sheet, row, &mut person, roster);
    read_texts(sheet, row, &mut person, roster);
    person
}

fn read_codes(sheet: &Sheet<'_>, row: u32, person: &mut RosterPerson, roster: &mut Roster) {
    for (at, column) in sheet.header.columns.iter().enumerate() {
        let Some((name, slot)) = code_slot(column.field, person) else { continue };
        if !sheet.is_of_person(at) && column.field == Some(Field::ResidenceType) {
            continue;
        }
        let text = sheet.own(row, column).text().trim().to_owned();
        if is_nothing(&text) {
            continue;
        }
        match table(name).and_then(|table| table.resolve(&text)) {
            // In a column 与户主关系, 本人 is the head.
            Some(entry) if name == "relation" && entry.code == "01" => *slot = Some(HEAD.to_owned()),
            Some(entry) => *slot = Some(entry.code.to_owned()),
            None => {
                roster.warnings.push(sheet.finding(row, column, "bad_code", format!("“{text}”不在{}的取值之内,原文保留", column.header)));
                person.unknown_codes.push((name.to_owned(), text));
            }
        }
    }
}

fn code_slot(field: Option<Field>, person: &mut RosterPerson) -> Option<(&'static str, &mut Option<String>)> {
    Some(match field? {
        Field::Relation => ("relation", &mut person.relation),
        Field::Sex => ("sex", &mut person.sex),
        Field::IdType => ("id_type", &mut person.id_type),
        Field::Political => ("political", &mut person.political),
        Field::Education => ("education", &mut person.education),
        Field::Ethnic => ("ethnic", &mut person.ethnic),
        Field::ResidenceType => ("residence_type", &mut person.residence_type),
        Field::Marital => ("marital", &mut person.marital),
        Field::Employment => ("employment", &mut person.employment),
        Field::Health => ("health", &mut person.health),
        _ => return None,
    })
}

/// The column of a fact that stands under another name where a row is a household's head alone.
fn column_or<'a>(sheet: &Sheet<'a>, field: Field, of_head: Field) -> Option<&'a Column> {
    let is_heads_only = !sheet.header.has(Field::Name);
    sheet.header.column(field).or_else(|| sheet.header.column(of_head).filter(|_| is_heads_only))
}

fn read_identity(sheet: &Sheet<'_>, row: u32, person: &mut RosterPerson, roster: &mut Roster) {
    let mut id = None;
    if let Some(column) = column_or(sheet, Field::IdNumber, Field::HeadIdNumber) {
        let cell = sheet.own(row, column);
        let is_other_paper = person.id_type.as_deref().is_some_and(|code| code != "111");
        if is_other_paper && !cell.is_blank() {
            person.id_raw = Some(cell.text().trim().to_owned());
        } else {
            let read = values::identity(cell);
            if read.has_spaces {
                roster.warnings.push(sheet.finding(row, column, "id_spaces", "身份证号中有空格,已去除"));
            }
            if let Some(fault) = read.fault {
                roster.errors.push(sheet.finding(row, column, fault.code(), fault.message()));
                person.id_raw = Some(cell.text().into_owned());
            }
            id = read.number;
        }
    }
    let birth = sheet.header.column(Field::BirthDate).or_else(|| sheet.header.column(Field::BirthMonth));
    let mut stated = None;
    if let Some(column) = birth {
        let cell = sheet.own(row, column);
        stated = dates::read(cell);
        if stated.is_none() && !is_nothing(&cell.text()) {
            roster.warnings.push(sheet.finding(row, column, "date_guess", "出生日期无法识别,原文保留"));
            person.unknown_codes.push(("birth_date".to_owned(), cell.text().into_owned()));
        }
    }
    if let Some(id) = &id {
        if let (Some(sex), Some(column)) = (person.sex.as_deref(), sheet.header.column(Field::Sex))
            && matches!(sex, "1" | "2")
            && sex != id.sex()
        {
            roster.warnings.push(sheet.finding(row, column, "sex_mismatch", "性别与身份证号不一致,按所填性别导入"));
        }
        // A month alone is made whole by the number, if they agree.
        if let Some(read) = &mut stated
            && read.is_guess
            && read.date.format("%Y%m").to_string() == id.birth_date().format("%Y%m").to_string()
        {
            (read.date, read.is_guess) = (id.birth_date(), false);
        }
        if let (Some(read), Some(column)) = (&stated, birth)
            && read.date != id.birth_date()
        {
            roster.warnings.push(sheet.finding(row, column, "sex_mismatch", "出生日期与身份证号不一致,按所填日期导入"));
        }
        person.sex.get_or_insert_with(|| id.sex().to_owned());
        person.birth_date = Some(id.birth_date().to_string());
        person.id_number = Some(id.as_str().to_owned());
    }
    if let Some(read) = stated {
        if let (true, Some(column)) = (read.is_guess, birth) {
            roster.warnings.push(sheet.finding(row, column, "date_guess", format!("出生日期不完整或有歧义,暂记为 {}", read.date)));
        }
        person.birth_date = Some(read.date.to_string());
    }
}

fn read_phones(sheet: &Sheet<'_>, row: u32, person: &mut RosterPerson, roster: &mut Roster) {
    let is_heads_only = !sheet.header.has(Field::Name);
    for column in &sheet.header.columns {
        if !(column.field == Some(Field::Phone) || is_heads_only && column.field == Some(Field::HeadPhone)) {
            continue;
        }
        let cell = sheet.own(row, column);
        let read = values::phones(cell);
        if read.numbers.len() > 1 {
            roster.warnings.push(sheet.finding(row, column, "two_phones", "一格里有多个电话,已全部保留"));
        }
        if read.has_more_than_numbers {
            let text = cell.text().trim().to_owned();
            if read.numbers.is_empty() {
                roster.warnings.push(sheet.finding(row, column, "bad_code", "电话无法识别,原文保留"));
                person.unknown_codes.push(("phone".to_owned(), text));
            } else {
                person.raw.push((column.header.clone(), text));
            }
        }
        for number in read.numbers {
            if !person.phones.contains(&number) {
                person.phones.push(number);
            }
        }
    }
}

fn read_texts(sheet: &Sheet<'_>, row: u32, person: &mut RosterPerson, roster: &mut Roster) {
    for (at, column) in sheet.header.columns.iter().enumerate() {
        let cell = sheet.own(row, column);
        let text = cell.text().trim().to_owned();
        if text.is_empty() {
            continue;
        }
        match column.field {
            Some(Field::Employer) if !is_nothing(&text) => person.employer = Some(text),
            Some(Field::Nickname) if !is_nothing(&text) => person.nickname = Some(text),
            Some(Field::RegisteredAddress) if !is_nothing(&text) => person.registered_address = Some(text),
            Some(Field::Tags) if sheet.is_of_person(at) => {
                read_tags(sheet, row, column, &text, &mut person.tags, &mut person.care_tags, roster);
            }
            Some(Field::Note) if sheet.is_of_person(at) => read_note(sheet, row, column, &text, Noted::of_person(person), roster),
            None | Some(Field::Age) if sheet.is_of_person(at) => person.raw.push((column.header.clone(), text)),
            _ => {}
        }
    }
}

/// Further rows under a merged name: more telephones, more of what the table does not know.
pub(super) fn read_more_cells(sheet: &Sheet<'_>, row: u32, person: &mut RosterPerson) {
    for column in &sheet.header.columns {
        let cell = sheet.own(row, column);
        if cell.is_blank() {
            continue;
        }
        if column.field == Some(Field::Phone) {
            for number in values::phones(cell).numbers {
                if !person.phones.contains(&number) {
                    person.phones.push(number);
                }
            }
        } else {
            person.raw.push((column.header.clone(), cell.text().trim().to_owned()));
        }
    }
}

/// The lists and texts a note or tag cell may go to.
struct Noted<'a> {
    tags: &'a mut Vec<String>,
    care_tags: &'a mut Vec<String>,
    note: &'a mut String,
    care_note: &'a mut String,
}

impl<'a> Noted<'a> {
    fn of_person(person: &'a mut RosterPerson) -> Self {
        Noted { tags: &mut person.tags, care_tags: &mut person.care_tags, note: &mut person.note, care_note: &mut person.care_note }
    }

    fn of_household(household: &'a mut RosterHousehold) -> Self {
        Noted {
            tags: &mut household.tags,
            care_tags: &mut household.care_tags,
            note: &mut household.note,
            care_note: &mut household.care_note,
        }
    }
}

fn read_tags(
    sheet: &Sheet<'_>,
    row: u32,
    column: &Column,
    text: &str,
    tags: &mut Vec<String>,
    care_tags: &mut Vec<String>,
    roster: &mut Roster,
) {
    for word in tag_words(text) {
        if is_nothing(&word) || is_hub(&word) {
            continue;
        }
        let to = match split_tag(&word) {
            TagKind::Ordinary => &mut *tags,
            TagKind::Care => &mut *care_tags,
            TagKind::Refused => {
                let mut finding = sheet.finding(row, column, "refused_tag", "含本系统不采集的类别,未导入");
                finding.cell.clear();
                roster.warnings.push(finding);
                continue;
            }
        };
        if !to.contains(&word) {
            to.push(word);
        }
    }
}

/// A note made of tags is tags; any other is a note, private when it speaks of care.
fn read_note(sheet: &Sheet<'_>, row: u32, column: &Column, text: &str, to: Noted<'_>, roster: &mut Roster) {
    if is_nothing(text) || is_hub(text) {
        return;
    }
    let words = tag_words(text);
    let is_tag = |word: &String| word.chars().count() <= TAG_MAX_CHARS && (split_tag(word) != TagKind::Care || mentions_care(word));
    if words.iter().all(|word| is_tag(word) || is_hub(word)) {
        read_tags(sheet, row, column, text, to.tags, to.care_tags, roster);
        return;
    }
    let note = if mentions_care(text) { to.care_note } else { to.note };
    if !note.is_empty() {
        note.push(';');
    }
    note.push_str(text);
}

/// 党员中心户, alone: a kind of its own, no tag.
fn is_hub(text: &str) -> bool {
    matches!(text.trim(), "党员中心户" | "中心户" | "党员中心户户主")
}

/// Reads the cells of a row that belong to its household.
pub(super) fn read_household_cells(sheet: &Sheet<'_>, row: u32, household: &mut RosterHousehold, roster: &mut Roster) {
    for (at, column) in sheet.header.columns.iter().enumerate() {
        let cell = sheet.own(row, column);
        let text = cell.text().trim().to_owned();
        if text.is_empty() {
            continue;
        }
        if matches!(column.field, Some(Field::Tags | Field::Note)) && tag_words(&text).iter().any(|word| is_hub(word)) {
            household.hub = true;
        }
        let is_households = !sheet.is_of_person(at);
        match column.field {
            Some(Field::ResidenceType) if household.residence_type.is_none() && !is_nothing(&text) => {
                read_residence(sheet, row, column, is_households, text, household, roster);
            }
            Some(Field::Tags) if is_households => {
                let RosterHousehold { tags, care_tags, .. } = household;
                read_tags(sheet, row, column, &text, tags, care_tags, roster);
            }
            Some(Field::Note) if is_households => read_note(sheet, row, column, &text, Noted::of_household(household), roster),
            Some(Field::ContactName) if household.contact_name.is_none() && !is_nothing(&text) => household.contact_name = Some(text),
            Some(Field::ContactPhone) => {
                for number in values::phones(cell).numbers {
                    if !household.contact_phones.contains(&number) {
                        household.contact_phones.push(number);
                    }
                }
            }
            Some(Field::HeadIdNumber | Field::HeadPhone) if sheet.header.has(Field::Name) => {
                household.raw.push((column.header.clone(), text))
            }
            None | Some(Field::Age) if is_households => household.raw.push((column.header.clone(), text)),
            Some(Field::Address) if is_more_than_parts(cell) => {
                let known = (column.header.clone(), text);
                if !household.raw.contains(&known) {
                    household.raw.push(known);
                }
            }
            _ => {}
        }
    }
}

/// An address that names a street beside building, unit and door is kept as written.
fn is_more_than_parts(cell: &Cell) -> bool {
    !crate::address::parse(&cell.text()).before.is_empty()
}

fn read_residence(
    sheet: &Sheet<'_>,
    row: u32,
    column: &Column,
    is_households: bool,
    text: String,
    household: &mut RosterHousehold,
    roster: &mut Roster,
) {
    let entry = table("residence_type").and_then(|table: &CodeTable| table.resolve(&text));
    match entry {
        Some(entry) => household.residence_type = Some(entry.code.to_owned()),
        // A person's own cell is told when the person is read.
        None if is_households => {
            roster.warnings.push(sheet.finding(row, column, "bad_code", format!("“{text}”不在{}的取值之内,原文保留", column.header)));
            household.unknown_codes.push(("residence_type".to_owned(), text));
        }
        None => {}
    }
}

/// What a person's cells say of the household: its tags, and how the head lives here.
pub(super) fn share_with_household(sheet: &Sheet<'_>, person: &RosterPerson, household: &mut RosterHousehold) {
    for (from, to) in [(&person.tags, &mut household.tags), (&person.care_tags, &mut household.care_tags)] {
        for tag in from {
            if !to.contains(tag) {
                to.push(tag.clone());
            }
        }
    }
    if person.relation.as_deref() == Some(HEAD) && sheet.header.has(Field::ResidenceType) && person.residence_type.is_some() {
        household.residence_type.clone_from(&person.residence_type);
    }
}
