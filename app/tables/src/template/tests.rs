//! Blank tables filled and opened again: what was there stays, what was put in stands in its column as text.

use super::*;
use calamine::{Data, Range, Reader, Xlsx};
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

fn sample() -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/民政_高龄津贴摸底表.xlsx");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn elder(at: usize) -> BTreeMap<String, String> {
    let values = [
        ("name", format!("老人{at}")),
        ("id_number", "11010519491231002X".to_owned()),
        ("birth_date", "1949-12-31".to_owned()),
        ("building", "3".to_owned()),
        ("unit", "2".to_owned()),
        ("door", format!("{}", 100 + at)),
        ("registered_address", "西安市莲湖区".to_owned()),
        ("contact_name", format!("联系人{at}")),
        ("contact_phone", "13900000001".to_owned()),
    ];
    values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn filled(bytes: &[u8], rows: &[BTreeMap<String, String>]) -> Filled {
    let template = read_template(bytes).unwrap_or_else(|error| panic!("{error}"));
    fill(bytes, &template, rows).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) type Cells = (u32, u32);

pub(super) fn reopen(bytes: &[u8]) -> (Range<Data>, Range<String>, Vec<(Cells, Cells)>) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("opens again");
    let name = book.sheet_names()[0].clone();
    let merges = book.merge_cells_by_sheet_name(&name).expect("merges").iter().map(|m| (m.start, m.end)).collect();
    (book.worksheet_range(&name).expect("cells"), book.worksheet_formula(&name).expect("formulas"), merges)
}

pub(super) fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row - 1, column)).map(ToString::to_string).unwrap_or_default()
}

pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    zip.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
    text
}

#[test]
fn the_departments_table_is_understood() {
    let template = read_template(&sample()).expect("a table");
    assert_eq!(
        (template.title.as_str(), template.header_row, template.first_row, template.last_row),
        ("80周岁以上老年人高龄津贴摸底表", 4, 5, 34)
    );
    assert_eq!((template.footer_row, template.blank_rows()), (Some(35), 30));
    let fields: Vec<Option<&str>> = template.columns.iter().map(|column| column.field.as_deref()).collect();
    assert_eq!(
        fields,
        [
            Some("seq"),
            Some("name"),
            Some("id_number"),
            Some("birth_month"),
            Some("registered_address"),
            Some("address"),
            Some("contact_name"),
            Some("contact_phone"),
            None,
        ]
    );
    assert_eq!(template.unknown_headers, ["开户银行"]);
}

#[test]
fn filled_within_its_room_nothing_else_changes() {
    let before = sample();
    let rows: Vec<_> = (1..=3).map(elder).collect();
    let filled = filled(&before, &rows);
    let (cells, formulas, merges) = reopen(&filled.bytes);
    assert_eq!((text(&cells, 5, 0), text(&cells, 5, 1), text(&cells, 7, 1)), ("1".to_owned(), "老人1".to_owned(), "老人3".to_owned()));
    assert_eq!(cells.get_value((4, 2)), Some(&Data::String("11010519491231002X".to_owned())), "an ID number is text");
    assert_eq!((text(&cells, 5, 3), text(&cells, 5, 5)), ("1949.12".to_owned(), "3号楼2单元101".to_owned()));
    assert_eq!((text(&cells, 6, 6), text(&cells, 6, 7)), ("联系人2".to_owned(), "13900000001".to_owned()));
    assert_eq!(text(&cells, 8, 1), "");
    assert_eq!(formulas.get_value((34, 1)).map(String::as_str), Some("COUNTA(B5:B34)&\"人\""));
    assert_eq!((merges.len(), text(&cells, 35, 0)), (9, "合计".to_owned()));
    let (old, new) = (part(&before, "xl/worksheets/sheet1.xml"), part(&filled.bytes, "xl/worksheets/sheet1.xml"));
    assert_eq!(old.split("<sheetData>").next(), new.split("<sheetData>").next());
    assert_eq!(old.split("</sheetData>").nth(1), new.split("</sheetData>").nth(1));
    assert!(new.contains(r#"<c r="B5" s="3" t="inlineStr">"#), "the cell keeps its style");
    assert_eq!(part(&before, "xl/styles.xml"), part(&filled.bytes, "xl/styles.xml"));
}

#[test]
fn more_people_than_rows_move_the_footer_and_stretch_its_formulas() {
    let rows: Vec<_> = (1..=47).map(elder).collect();
    let filled = filled(&sample(), &rows);
    let (cells, formulas, merges) = reopen(&filled.bytes);
    assert_eq!((text(&cells, 51, 1), text(&cells, 52, 0)), ("老人47".to_owned(), "合计".to_owned()));
    assert_eq!(formulas.get_value((51, 1)).map(String::as_str), Some("COUNTA(B5:B51)&\"人\""));
    assert_eq!(merges.len(), 9);
    let sheet = part(&filled.bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains(r#"<dimension ref="A1:I52""#) && sheet.contains(r#"<c r="I51" s="3""#), "new rows look like the others");
    assert!(part(&filled.bytes, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    // The result is again a table of the same shape.
    assert_eq!(read_template(&filled.bytes).expect("a table").title, "80周岁以上老年人高龄津贴摸底表");
}

#[test]
fn what_is_not_known_is_listed_and_the_cell_left_alone() {
    let mut row = elder(1);
    row.remove("contact_phone");
    row.insert("registered_address".to_owned(), "  ".to_owned());
    let filled = filled(&sample(), &[elder(0), row]);
    assert_eq!(filled.unknown_headers, ["开户银行"]);
    assert_eq!(
        filled.empty_cells.iter().map(|cell| (cell.row_index, cell.column.as_str(), cell.field.as_str())).collect::<Vec<_>>(),
        [(1, "户籍地址", "registered_address"), (1, "联系人/电话", "contact_phone"),]
    );
}

#[test]
fn hostile_texts_stay_texts() {
    let texts = [
        "=HYPERLINK(\"http://x\",\"点我\")",
        "+1+1",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\u{ff1d}1+1",
        "</t></is></c><c r=\"A1\"><f>1+1</f></c>",
        "a&b<c>\"d\"",
        "_x003D_1+1",
        "\u{1}\u{b}控制\u{ffff}",
        "610104199201062239",
        "007",
    ];
    let rows: Vec<BTreeMap<String, String>> = texts.iter().map(|text| BTreeMap::from([("name".to_owned(), (*text).to_owned())])).collect();
    let filled = filled(&sample(), &rows);
    let (cells, formulas, _) = reopen(&filled.bytes);
    for (at, want) in texts.iter().enumerate() {
        let got = match cells.get_value((4 + at as u32, 1)) {
            Some(Data::String(text)) => text.clone(),
            other => panic!("{want}: {other:?}"),
        };
        let want: String = want.trim().chars().filter(|c| *c >= ' ' && *c != '\u{ffff}').collect();
        assert_eq!(got, want);
        assert!(formulas.get_value((4 + at as u32, 1)).is_none_or(String::is_empty));
    }
    assert!(part(&filled.bytes, "xl/worksheets/sheet1.xml").contains("_x005F_x003D_1+1"));
}

/// A table with a formula in each row, cells merged within a row, a spacer before the footer and a shared way of counting.
fn drawn_table() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("花名 册").expect("a name");
    let drawn = Format::new().set_border(rust_xlsxwriter::FormatBorder::Thin);
    sheet.merge_range(0, 0, 0, 5, "老年人花名册", &drawn).expect("a merge");
    sheet.write_row(1, 0, ["序号", "姓名", "", "出生年份", "年龄", "是否知情同意"]).expect("a row");
    sheet.merge_range(1, 1, 1, 2, "姓名", &drawn).expect("a merge");
    sheet.write_row(2, 0, ["1", "2", "3", "4", "5", "6"]).expect("column numbers");
    for row in 3..6u32 {
        sheet.write_number(row, 0, f64::from(row - 2)).expect("a printed number");
        sheet.merge_range(row, 1, row, 2, "", &drawn).expect("a merge");
        sheet.write_blank(row, 3, &drawn).expect("a cell");
        sheet.write_formula_with_format(row, 4, Formula::new(format!("2026-D{}", row + 1)), &drawn).expect("a formula");
        sheet.write_blank(row, 5, &drawn).expect("a cell");
    }
    sheet.write(7, 0, "合计").expect("a cell");
    sheet.write_formula(7, 1, "COUNTA(B4:B6)").expect("a formula");
    sheet.write_formula(7, 4, "SUM('花名 册'!E4:E6)/B8").expect("a formula");
    sheet.set_print_area(0, 0, 7, 5).expect("a print area");
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn formulas_of_rows_stay_and_go_along_into_new_rows() {
    let table = drawn_table();
    let template = read_template(&table).expect("a table");
    assert_eq!((template.header_row, template.first_row, template.last_row, template.footer_row), (2, 4, 6, Some(8)));
    assert_eq!(template.unknown_headers, ["出生年份", "是否知情同意"]);
    let rows: Vec<_> = (1..=5).map(elder).collect();
    let filled = fill(&table, &template, &rows).expect("filled");
    let (cells, formulas, merges) = reopen(&filled.bytes);
    assert_eq!((text(&cells, 4, 0), text(&cells, 8, 0), text(&cells, 8, 1)), ("1".to_owned(), "5".to_owned(), "老人5".to_owned()));
    let formula = |row: u32, column: u32| formulas.get_value((row - 1, column)).cloned().unwrap_or_default();
    assert_eq!(
        (formula(4, 4), formula(6, 4), formula(7, 4), formula(8, 4)),
        ("2026-D4".into(), "2026-D6".into(), "2026-D7".into(), "2026-D8".into())
    );
    assert_eq!(
        (text(&cells, 10, 0), formula(10, 1), formula(10, 4)),
        ("合计".to_owned(), "COUNTA(B4:B8)".into(), "SUM('花名 册'!E4:E8)/B10".into())
    );
    assert!(merges.contains(&((6, 1), (6, 2))) && merges.contains(&((7, 1), (7, 2))), "{merges:?}");
    assert!(part(&filled.bytes, "xl/workbook.xml").contains("$A$1:$F$10"));
    assert!(filled.empty_cells.is_empty(), "a formula's column wants nothing");
}

#[test]
fn a_table_without_footer_takes_as_many_rows_as_are_given() {
    let mut book = Workbook::new();
    book.add_worksheet().write_row(0, 0, ["姓名", "性别", "年龄", "联系电话"]).expect("a row");
    let table = book.save_to_buffer().expect("a workbook");
    let template = read_template(&table).expect("a table");
    assert_eq!((template.first_row, template.last_row, template.footer_row), (2, 1, None));
    let row = BTreeMap::from([("name".to_owned(), "甲".to_owned()), ("age".to_owned(), "81".to_owned())]);
    let filled = fill(&table, &template, &[row.clone(), row]).expect("filled");
    let (cells, ..) = reopen(&filled.bytes);
    assert_eq!((text(&cells, 3, 0), cells.get_value((2, 2))), ("甲".to_owned(), Some(&Data::Float(81.0))));
    assert_eq!(filled.empty_cells.len(), 4);
}

#[test]
fn what_is_no_table_is_refused_with_its_reason() {
    let code = |bytes: &[u8]| read_template(bytes).expect_err("refused").code;
    assert_eq!(code(b"hello"), "bad_file");
    assert_eq!(code(&sample()[..3000]), "bad_file");
    let mut book = Workbook::new();
    book.add_worksheet().write_row(0, 0, ["商品", "数量"]).expect("a row");
    assert_eq!(code(&book.save_to_buffer().expect("a workbook")), "not_a_roster");
    let mut book = Workbook::new();
    book.add_worksheet();
    assert_eq!(code(&book.save_to_buffer().expect("a workbook")), "empty_sheet");
    let other = read_template(&drawn_table()).expect("a table");
    assert_eq!(fill(&sample(), &other, &[]).expect_err("another file").code, "bad_file");
}

/// The sample with its sheet replaced.
fn with_sheet(sheet: &[u8]) -> Vec<u8> {
    let whole = sample();
    let mut from = zip::ZipArchive::new(Cursor::new(whole)).expect("the sample is a zip");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let part = from.by_index_raw(at).expect("a part");
        if part.name() == "xl/worksheets/sheet1.xml" {
            drop(part);
            to.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).expect("a part");
            to.write_all(sheet).expect("bytes in memory");
        } else {
            to.raw_copy_file(part).expect("a copied part");
        }
    }
    to.finish().expect("a zip").into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn changed_bytes_in_a_table_never_panic(changes in proptest::collection::vec((0usize..9297, any::<u8>()), 1..4), cut in 0usize..40_000) {
        let mut sheet = part(&sample(), "xl/worksheets/sheet1.xml").into_bytes();
        for (at, byte) in changes {
            sheet[at] = byte;
        }
        sheet.truncate(cut.max(600));
        let table = with_sheet(&sheet);
        if let Ok(template) = read_template(&table) {
            let _ = fill(&table, &template, &(0..40).map(elder).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whatever_is_written_comes_back_as_written(name in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{fffe}\u{ffff}]{1,24}", count in 1usize..40) {
        prop_assume!(!name.trim().is_empty());
        let row = BTreeMap::from([("name".to_owned(), name.clone())]);
        let filled = filled(&sample(), &vec![row; count]);
        let (cells, formulas, _) = reopen(&filled.bytes);
        let last = 4 + count as u32;
        prop_assert_eq!(text(&cells, last, 1), name.trim());
        let footer = last.max(34) + 1;
        prop_assert_eq!(formulas.get_value((footer - 1, 1)).cloned().unwrap_or_default(), format!("COUNTA(B5:B{})&\"人\"", footer - 1));
    }
}
