//! Files made to hurt: every one ends in a refusal with a code or in a roster, never in a panic or in memory without bound.

use super::{ReadOptions, Roster, read_roster};
use crate::error::ReadError;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn data(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(bytes: &[u8]) -> Result<Roster, ReadError> {
    read_roster(bytes, "a.xlsx", &ReadOptions::default())
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A small workbook with its sheet replaced.
fn workbook_with(sheet: &[u8]) -> Vec<u8> {
    let whole = data("民政_高龄津贴摸底表.xlsx");
    let mut from = ZipArchive::new(Cursor::new(whole)).expect("the sample is a zip");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let part = from.by_index_raw(at).expect("a part");
        if part.name() != SHEET {
            to.raw_copy_file(part).expect("a copied part");
        }
    }
    to.start_file(SHEET, SimpleFileOptions::default()).expect("a part");
    to.write_all(sheet).expect("bytes in memory");
    to.finish().expect("a zip").into_inner()
}

fn sheet_of(rows: &str) -> Vec<u8> {
    format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)
        .into_bytes()
}

const HEADER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>房号</t></is></c></row>"#;

#[test]
fn a_zip_bomb_is_refused_before_it_is_inflated_and_while() {
    let bomb = workbook_with(&vec![b' '; 201_000_000]);
    assert_eq!(read(&bomb).expect_err("a bomb").code, "zip_bomb");
    // The same with a directory that lies about its size: 10 bytes claimed in both places.
    let mut lying = bomb;
    let real = 201_000_000u32.to_le_bytes();
    let places: Vec<usize> = lying.windows(4).enumerate().filter(|(_, window)| *window == real).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
    }
    let code = read(&lying).expect_err("a lying bomb").code;
    assert!(matches!(code, "zip_bomb" | "bad_file"), "{code}");
}

#[test]
fn too_many_parts_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..65 {
        zip.start_file(format!("xl/{at}.xml"), SimpleFileOptions::default()).expect("a part");
    }
    assert_eq!(read(&zip.finish().expect("a zip").into_inner()).expect_err("refused").code, "too_large");
}

#[test]
fn another_kind_of_zip_is_no_workbook() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("../../word/document.xml", SimpleFileOptions::default()).expect("a part");
    assert_eq!(read(&zip.finish().expect("a zip").into_inner()).expect_err("refused").code, "bad_file");
}

#[test]
fn a_cell_at_the_end_of_the_world_costs_nothing() {
    let far = r#"<row r="2"><c r="XFD2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let error = read(&workbook_with(&sheet_of(&format!("{HEADER}{far}")))).expect_err("refused");
    assert_eq!((error.code, error.row), ("too_large", Some(2)));
    let low = r#"<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#;
    assert_eq!(read(&workbook_with(&sheet_of(&format!("{HEADER}{low}")))).expect_err("refused").code, "too_large");
    let merged = format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>张三</t></is></c><c r=\"B2\"><v>101</v></c></row>");
    let merged = String::from_utf8(sheet_of(&merged))
        .expect("text")
        .replace("</sheetData>", "</sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>");
    let _ = read(&workbook_with(merged.as_bytes()));
}

#[test]
fn a_hundred_thousand_rows_are_the_end() {
    let mut rows = String::from(HEADER);
    for row in 2..=100_001 {
        rows.push_str(&format!("<row r=\"{row}\"><c r=\"B{row}\"><v>1</v></c></row>"));
    }
    let error = read(&workbook_with(&sheet_of(&rows))).expect_err("refused");
    assert_eq!((error.code, error.row), ("too_large", Some(100_001)));
}

#[test]
fn entities_that_multiply_are_not_expanded() {
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a \"哈哈哈哈哈哈哈哈哈哈\">");
    for (from, to) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        laughs.push_str(&format!("<!ENTITY {to} \"{}\">", format!("&{from};").repeat(10)));
    }
    laughs.push_str("]>");
    laughs.push_str(&String::from_utf8(sheet_of(&HEADER.replace("姓名", "&i;"))).expect("text"));
    let result = read(&workbook_with(laughs.as_bytes()));
    assert!(matches!(result.map_err(|error| error.code), Err("bad_file" | "not_a_roster" | "empty_sheet")));
}

#[test]
fn an_old_workbook_is_read_and_its_hidden_sheet_is_not() {
    let roster = read_roster(&data("居民台账.xls"), "居民台账.xls", &ReadOptions::default()).expect("a roster");
    assert_eq!((roster.header_row, roster.households.len(), roster.persons), (2, 41, 42));
    let [first, second] = [&roster.households[0].persons[0], &roster.households[0].persons[1]];
    assert_eq!((first.birth_date.as_deref(), first.id_number.as_deref()), (Some("1949-12-31"), Some("11010519491231002X")));
    assert_eq!(
        (first.phones.as_slice(), second.phones.as_slice()),
        (["13900000001".to_owned()].as_slice(), ["13900001111".to_owned()].as_slice())
    );
    assert_eq!(second.birth_date.as_deref(), Some("1981-04-02"));
    assert_eq!(roster.errors.iter().map(|finding| (finding.row, finding.code)).collect::<Vec<_>>(), [(4, "id_float")]);
    assert_eq!(roster.warnings.iter().map(|finding| (finding.row, finding.code)).collect::<Vec<_>>(), [(4, "full_width")]);
    assert_eq!(roster.households[40].persons[0].phones, ["13900002239"]);
}

#[test]
fn a_chain_that_bites_its_tail_ends() {
    let mut file = data("居民台账.xls");
    // Every entry of the first allocation sector points to sector 1.
    let fat = 512 * (1 + u32::from_le_bytes([file[76], file[77], file[78], file[79]]) as usize);
    for at in (fat..fat + 512).step_by(4) {
        file[at..at + 4].copy_from_slice(&1u32.to_le_bytes());
    }
    assert_eq!(read(&file).expect_err("refused").code, "bad_file");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes_in_an_old_workbook_never_panic(at in proptest::collection::vec((0usize..9728, any::<u8>()), 1..12), cut in 0usize..9728) {
        let mut file = data("居民台账.xls");
        for (at, byte) in at {
            file[at] = byte;
        }
        let _ = read(&file);
        file.truncate(cut.max(8));
        let _ = read(&file);
    }

    #[test]
    fn changed_bytes_in_a_sheet_never_panic(changes in proptest::collection::vec((0usize..900, any::<u8>()), 1..6)) {
        let rows = format!("{HEADER}{}", r#"<row r="2"><c r="A2" t="inlineStr"><is><t>张三</t></is></c><c r="B2"><v>101</v></c></row>"#.repeat(3));
        let mut sheet = sheet_of(&rows);
        for (at, byte) in changes {
            let length = sheet.len();
            sheet[at % length] = byte;
        }
        let _ = read(&workbook_with(&sheet));
    }

    #[test]
    fn no_text_table_panics(text in "([姓名住址房号楼栋单元与户主关系男女0-9X,\n\" -]|合计|3号楼|户主|身份证号){0,120}") {
        let _ = read_roster(text.as_bytes(), "a.csv", &ReadOptions::default());
        let _ = read_roster(format!("姓名,住址,与户主关系,身份证号,出生日期,联系电话,备注\n{text}").as_bytes(), "a.csv", &ReadOptions::default());
    }

    #[test]
    fn no_person_is_lost_or_doubled(shape in proptest::collection::vec((1u32..5, 1u32..4, 0usize..4), 1..30)) {
        let mut text = String::from("序号,楼栋,单元,房号,姓名,与户主关系\n");
        let mut people = 0;
        for (at, (building, unit, more)) in shape.iter().enumerate() {
            text.push_str(&format!("{at},{building}号楼,{unit}单元,{},户主{at},户主\n", 100 + at));
            for member in 0..*more {
                text.push_str(&format!(",,,,成员{at}之{member},子\n"));
            }
            people += 1 + more;
        }
        let roster = read_roster(text.as_bytes(), "a.csv", &ReadOptions::default()).expect("a roster");
        prop_assert_eq!(roster.persons, people);
        prop_assert_eq!(roster.households.len(), shape.len());
        prop_assert!(roster.errors.is_empty() && roster.unplaced.is_empty());
    }
}
