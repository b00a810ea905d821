//! One sheet of a roster, row by row: which rows are people, at which door, and what is the household's and what the person's.
//!
//! A sheet is written in one of two ways. *Flat*: every row tells its door. *In blocks*: the door stands once, over merged cells or with
//! blanks below it. A blank door is carried on in a block only, and only where something says the row goes on with the household;
//! anywhere else a blank door is an error, because a person put behind the wrong door is worse than one that waits.

use super::families::{DoorKey, Families};
use super::{Finding, Roster, SkippedRow, UnplacedRow, person};
use crate::address::{self, Address};
use crate::headers::{Column, Field, Header, plain_label};
use crate::sheet::{Cell, Grid};
use crate::values;
use shared_model::codes::{fold_width, table};
use std::borrow::Cow;
use std::collections::HashSet;

/// Whether the header can be a roster's: somebody, somewhere.
pub(super) fn is_roster(header: &Header, grid: &Grid) -> bool {
    let is_sound = (header.has(Field::Name) || header.has(Field::HeadName)) && (header.has(Field::Door) || header.has(Field::Address));
    is_sound && header.last_row < grid.row_count()
}

/// A sheet being read.
pub(super) struct Sheet<'a> {
    pub grid: &'a Grid,
    pub header: &'a Header,
    /// The column that names the person of a row.
    name: Option<&'a Column>,
    /// Columns whose cells are the person's, by index into the header's columns; the others are the household's.
    of_person: Vec<bool>,
    is_flat: bool,
    labels: HashSet<String>,
}

impl<'a> Sheet<'a> {
    fn new(grid: &'a Grid, header: &'a Header) -> Self {
        let name = header.column(Field::Name).or_else(|| header.column(Field::HeadName));
        let labels = (header.first_row..=header.last_row)
            .flat_map(|row| (0..grid.column_count()).map(move |column| plain_label(&grid.cell(row, column).text())))
            .filter(|label| !label.is_empty())
            .collect();
        let mut sheet = Sheet { grid, header, name, of_person: Vec::new(), is_flat: false, labels };
        sheet.learn();
        sheet
    }

    /// Learns from all rows how the sheet is written.
    fn learn(&mut self) {
        let door = self.header.column(Field::Door).or_else(|| self.header.column(Field::Address));
        let Some(door) = door.cloned() else { return };
        let rows: Vec<u32> = (self.header.last_row + 1..self.grid.row_count())
            .filter(|row| !self.grid.is_blank_row(*row) && self.skip(*row).is_none())
            .collect();
        let (mut repeated, mut blank) = (0u32, 0u32);
        let mut previous = String::new();
        let mut continued = Vec::new();
        for row in rows {
            let own = self.own(row, &door).text().trim().to_owned();
            if own.is_empty() {
                blank += 1;
                continued.push(row);
            } else if own == previous {
                repeated += 1;
            }
            if !own.is_empty() {
                previous = own;
            }
        }
        self.is_flat = blank == 0 || repeated > blank;
        let has_own_below = |column: &Column| continued.iter().any(|row| !self.own(*row, column).is_blank());
        self.of_person = self.header.columns.iter().map(|column| self.is_flat || has_own_below(column)).collect();
    }

    /// The cell itself; empty where a merge covers it.
    pub fn own(&self, row: u32, column: &Column) -> &Cell {
        if self.grid.anchor(row, column.at).is_some() { &Cell::Empty } else { self.grid.cell(row, column.at) }
    }

    /// The cell, or the one merged over it from above.
    fn filled(&self, row: u32, column: &Column) -> &Cell {
        match self.grid.anchor(row, column.at) {
            Some((top, left)) if left == column.at && top > self.header.last_row => self.grid.cell(top, left),
            Some(_) => &Cell::Empty,
            None => self.grid.cell(row, column.at),
        }
    }

    pub fn own_of(&self, row: u32, field: Field) -> &Cell {
        self.header.column(field).map_or(&Cell::Empty, |column| self.own(row, column))
    }

    fn filled_text(&self, row: u32, field: Field) -> Cow<'_, str> {
        self.header.column(field).map_or(Cow::Borrowed(""), |column| self.filled(row, column).text())
    }

    /// Whether cells of the column belong to the person of the row.
    pub fn is_of_person(&self, at: usize) -> bool {
        self.of_person.get(at).copied().unwrap_or(true)
    }

    pub fn finding(&self, row: u32, column: &Column, code: &'static str, message: impl Into<String>) -> Finding {
        let cell = self.grid.cell(row, column.at).text().into_owned();
        Finding { sheet: self.grid.name.clone(), row: row + 1, column: column.header.clone(), code, message: message.into(), cell }
    }

    /// Why a row is no data, if it is none.
    fn skip(&self, row: u32) -> Option<(&'static str, String)> {
        let texts: Vec<(u32, String)> = (0..self.grid.column_count())
            .map(|at| (at, self.grid.cell(row, at).text().trim().to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let (first_at, first) = texts.first()?;
        let plain = |text: &str| fold_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>();
        if texts.iter().take(2).any(|(_, text)| is_total(&plain(text))) {
            return Some(("total", first.clone()));
        }
        let as_labels = texts.iter().filter(|(_, text)| self.labels.contains(&plain_label(text))).count();
        if as_labels >= 3 && as_labels * 5 >= texts.len() * 3 {
            return Some(("header", first.clone()));
        }
        if texts.len() >= 4 && is_counting(&texts) {
            return Some(("header", first.clone()));
        }
        let name = self.name.map(|column| plain(&self.own(row, column).text())).unwrap_or_default();
        if is_remark(&name) || (texts.len() <= 2 && is_remark(&plain(first))) {
            return Some(("remark", first.clone()));
        }
        if texts.len() == 1 {
            let merge = self.grid.merge_at(row, *first_at);
            let is_wide = merge.is_some_and(|merge| (merge.right - merge.left + 1) * 2 > self.grid.column_count());
            let is_place = is_section(&address::parse(first));
            let in_address = self.header.columns.iter().any(|column| {
                column.at == *first_at
                    && matches!(column.field, Some(Field::Estate | Field::Building | Field::Unit | Field::Door | Field::Address))
            });
            if is_place && (is_wide || !in_address) {
                return Some(("section", first.clone()));
            }
            if is_wide {
                return Some(("remark", first.clone()));
            }
            // A row that is numbered in advance and otherwise empty.
            if self.header.column(Field::Seq).is_some_and(|column| column.at == *first_at) {
                return Some(("remark", String::new()));
            }
        }
        None
    }
}

pub(crate) fn is_total(text: &str) -> bool {
    ["合计", "总计", "小计", "共计", "累计", "本页合计", "本页小计", "总户数", "总人数"].iter().any(|word| text.starts_with(word))
}

pub(crate) fn is_remark(text: &str) -> bool {
    let starts = [
        "注:",
        "注1",
        "备注:",
        "说明:",
        "填表",
        "填报",
        "填写",
        "制表",
        "审核",
        "示例",
        "例:",
        "例如",
        "如:",
        "(必填",
        "必填",
        "(选填",
        "选填",
        "(填",
        "单位负责人",
        "负责人:",
        "※",
    ];
    starts.iter().any(|word| text.starts_with(word))
}

/// A row of column numbers under a header: 1 2 3 4 …
fn is_counting(texts: &[(u32, String)]) -> bool {
    let numbers: Option<Vec<u32>> = texts.iter().map(|(_, text)| text.parse().ok()).collect();
    numbers.is_some_and(|numbers| numbers.windows(2).all(|pair| pair[1] == pair[0] + 1))
}

fn is_section(place: &Address) -> bool {
    place.door.is_empty() && (!place.building.is_empty() || (!place.unit.is_empty() && place.before.is_empty()))
}

/// Where the reading stands: what the next rows may carry on.
#[derive(Default)]
struct Here {
    /// From a section row (`3号楼` over the whole width).
    section: DoorKey,
    /// The last place read.
    key: Option<DoorKey>,
    /// The household blanks go on with.
    family: Option<usize>,
    head: String,
}

/// Reads all rows of a sheet into the families.
pub(super) fn read_sheet(grid: &Grid, header: &Header, families: &mut Families, roster: &mut Roster) {
    let sheet = Sheet::new(grid, header);
    let mut here = Here::default();
    if let Some(building) = building_of_title(&sheet) {
        here.section.building = building;
    }
    for row in header.last_row + 1..grid.row_count() {
        if grid.is_blank_row(row) {
            continue;
        }
        if let Some((reason, text)) = sheet.skip(row) {
            if reason == "section" {
                let place = address::parse(&text);
                if !place.building.is_empty() {
                    here.section = DoorKey { estate: address::estate_of(&place.before), building: place.building, ..DoorKey::default() };
                }
                here.section.unit = place.unit;
                here.family = None;
            }
            if !text.is_empty() {
                roster.skipped.push(SkippedRow { sheet: grid.name.clone(), row: row + 1, reason, text });
            }
            continue;
        }
        read_row(&sheet, row, &mut here, families, roster);
    }
}

/// The building a sheet is about when no column tells it: from its name (`3号楼`) or a title above the header.
fn building_of_title(sheet: &Sheet<'_>) -> Option<String> {
    if sheet.header.has(Field::Building) || sheet.header.has(Field::Address) {
        return None;
    }
    let titles = (0..sheet.header.first_row).map(|row| sheet.grid.cell(row, 0).text().into_owned());
    std::iter::once(sheet.grid.name.clone()).chain(titles).map(|text| address::parse(&text).building).find(|building| !building.is_empty())
}

fn read_row(sheet: &Sheet<'_>, row: u32, here: &mut Here, families: &mut Families, roster: &mut Roster) {
    let head = head_of(sheet, row);
    let (place, is_carried) = match place_of(sheet, row, here) {
        Place::At(key) => (Some(key), false),
        Place::Blank { has_building } => {
            let differs = head.as_deref().is_some_and(|head| values::name_key(head) != values::name_key(&here.head));
            let goes_on = !has_building && !differs && here.family.is_some() && !sheet.is_flat && goes_on_with_household(sheet, row);
            (if goes_on { here.key.clone() } else { None }, true)
        }
    };
    let Some(key) = place else {
        here.family = None;
        refuse_row(sheet, row, "no_door", roster);
        return;
    };
    let (at, is_new) = match (is_carried, here.family, &head) {
        (true, Some(at), None) => (at, false),
        _ => families.find(key.clone(), head.as_deref(), &sheet.grid.name, row + 1),
    };
    here.key = Some(key);
    here.family = Some(at);
    here.head.clone_from(&families.get(at).head);
    warn_full_width(sheet, row, roster);
    person::read_household_cells(sheet, row, families.get(at), roster);
    read_person(sheet, row, is_new, families.get(at), roster);
}

fn read_person(sheet: &Sheet<'_>, row: u32, is_new: bool, household: &mut super::RosterHousehold, roster: &mut Roster) {
    let name_of = |column: Option<&Column>| column.map(|column| sheet.own(row, column).text().trim().to_owned()).unwrap_or_default();
    let mut name = name_of(sheet.name);
    let mut is_head = !sheet.header.has(Field::Name);
    if name.is_empty() && sheet.name.is_some_and(|column| sheet.grid.anchor(row, column.at).is_some()) && !is_new {
        // The name is merged over this row: further cells of the person above.
        if let Some(person) = household.persons.last_mut() {
            person::read_more_cells(sheet, row, person);
            return;
        }
    }
    if name.is_empty() {
        name = name_of(sheet.header.column(Field::HeadName));
        is_head = true;
    }
    if name.is_empty() {
        if person::has_person_cells(sheet, row) {
            refuse_row(sheet, row, "no_name", roster);
        }
        return;
    }
    let mut person = person::read(sheet, row, name, roster);
    if is_head && person.relation.is_none() && !sheet.header.has(Field::Relation) {
        person.relation = Some(person::HEAD.to_owned());
    }
    person::share_with_household(sheet, &person, household);
    household.persons.push(person);
}

/// The head a row names: its head column, else the person itself where the relation says so.
fn head_of(sheet: &Sheet<'_>, row: u32) -> Option<String> {
    let named = sheet.filled_text(row, Field::HeadName).trim().to_owned();
    if !named.is_empty() {
        return Some(named);
    }
    let relation = sheet.own_of(row, Field::Relation).text().into_owned();
    let is_head = table("relation").and_then(|table| table.resolve(&relation)).is_some_and(|entry| matches!(entry.code, "01" | "02"));
    let name = sheet.own_of(row, Field::Name).text().trim().to_owned();
    (is_head && !name.is_empty()).then_some(name)
}

/// Whether something says that a row without a door goes on with the household above.
fn goes_on_with_household(sheet: &Sheet<'_>, row: u32) -> bool {
    let is_blank_in = |field: Field| sheet.header.column(field).map(|column| sheet.own(row, column).is_blank());
    if is_blank_in(Field::Seq) == Some(false) {
        return false;
    }
    is_blank_in(Field::Relation) == Some(false) || is_blank_in(Field::Seq) == Some(true) || is_blank_in(Field::HeadName) == Some(true)
}

enum Place {
    At(DoorKey),
    Blank { has_building: bool },
}

/// The door a row tells, its own cells and merged ones; building and unit may be carried from above, a door never.
fn place_of(sheet: &Sheet<'_>, row: u32, here: &Here) -> Place {
    let text = |field: Field| sheet.filled_text(row, field).trim().to_owned();
    let mut estate = address::estate(&text(Field::Estate));
    let (mut building, mut unit) = (address::building(&text(Field::Building)), address::unit(&text(Field::Unit)));
    let mut door = address::door(&text(Field::Door));
    let whole = text(Field::Address);
    if !whole.is_empty() && (door.is_empty() || building.is_empty()) {
        take_parts(address::parse(&whole), &mut estate, &mut building, &mut unit, &mut door);
    }
    refine_door(&mut estate, &mut building, &mut unit, &mut door);
    if building.contains("单元") {
        let parts = address::parse(&building);
        if !parts.building.is_empty() {
            building.clear();
            take_parts(parts, &mut estate, &mut building, &mut unit, &mut door);
        }
    }
    if door.is_empty() {
        return Place::Blank { has_building: !building.is_empty() || !whole.is_empty() };
    }
    if building.is_empty() {
        let carried = if here.section.building.is_empty() { here.key.as_ref() } else { Some(&here.section) };
        if let Some(carried) = carried.filter(|_| !sheet.is_flat || !here.section.building.is_empty()) {
            building.clone_from(&carried.building);
            if unit.is_empty() {
                unit.clone_from(&carried.unit);
            }
            if estate.is_empty() {
                estate.clone_from(&carried.estate);
            }
        }
    }
    Place::At(DoorKey { estate, building, unit, door })
}

/// A door cell that tells more than its header says: `2-501`, `3-2-501`, `2单元501`. What it repeats must agree with the other cells.
fn refine_door(estate: &mut String, building: &mut String, unit: &mut String, door: &mut String) {
    if let (false, Some((first, rest))) = (building.is_empty(), door.split_once('-'))
        && !rest.contains('-')
    {
        let first = address::unit(first);
        if unit.is_empty() || *unit == first {
            (*unit, *door) = (first, rest.to_owned());
        }
        return;
    }
    if !(door.contains('-') || door.contains("单元") || door.contains("号楼")) {
        return;
    }
    let parts = address::parse(door);
    let agrees = |known: &str, told: &str| known.is_empty() || told.is_empty() || known == told;
    if !parts.door.is_empty() && agrees(building, &parts.building) && agrees(unit, &parts.unit) {
        door.clear();
        take_parts(parts, estate, building, unit, door);
    }
}

fn take_parts(parts: Address, estate: &mut String, building: &mut String, unit: &mut String, door: &mut String) {
    if estate.is_empty() {
        *estate = address::estate_of(&parts.before);
    }
    for (to, from) in [(building, parts.building), (unit, parts.unit), (door, parts.door)] {
        if to.is_empty() {
            *to = from;
        }
    }
}

/// A row that cannot be placed is named and handed over whole.
fn refuse_row(sheet: &Sheet<'_>, row: u32, code: &'static str, roster: &mut Roster) {
    let (field, other, message) = match code {
        "no_door" => (Field::Door, Field::Address, "没有房号,无法归入住户;整行留待核实"),
        _ => (Field::Name, Field::HeadName, "没有姓名;整行留待核实"),
    };
    if let Some(column) = sheet.header.column(field).or_else(|| sheet.header.column(other)) {
        roster.errors.push(sheet.finding(row, column, code, message));
    }
    let cells = sheet.header.columns.iter().map(|column| (column.header.clone(), sheet.filled(row, column).text().trim().to_owned()));
    let cells = cells.filter(|(_, text)| !text.is_empty()).collect();
    roster.unplaced.push(UnplacedRow { sheet: sheet.grid.name.clone(), row: row + 1, code, cells });
}

fn warn_full_width(sheet: &Sheet<'_>, row: u32, roster: &mut Roster) {
    for column in &sheet.header.columns {
        let is_free_text = matches!(
            column.field,
            None | Some(Field::Note | Field::Tags | Field::Employer | Field::Name | Field::HeadName | Field::Nickname)
        );
        if is_free_text {
            continue;
        }
        if let Cell::Text(text) = sheet.own(row, column)
            && values::has_full_width(text)
        {
            roster.warnings.push(sheet.finding(row, column, "full_width", "含全角数字或字母,已按半角读取"));
        }
    }
}
