//! Tables as departments really lay them out: several sheets, headers over two rows, one sample row, shared formulas, validations, notes, a
//! summary sheet that counts the others. Each is filled with more rows than it has room for.

use super::tests::{part, reopen, text};
use super::*;
use calamine::{Data, DataType};
use proptest::prelude::*;
use rust_xlsxwriter::{DataValidation, Format, FormatBorder, Formula, Note, Table, TableColumn, Workbook};

fn map(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn templates(bytes: &[u8]) -> Vec<Template> {
    read_templates(bytes, &Subject::FILLED, &BTreeMap::new()).unwrap_or_else(|error| panic!("{error}"))
}

/// Two sheets of people, one of cases, one that sums them up; each table has one sample row and a footer.
fn book() -> Vec<u8> {
    let mut book = Workbook::new();
    let drawn = Format::new().set_border(FormatBorder::Thin);
    let day = drawn.clone().set_num_format("yyyy-mm-dd");
    for name in ["退役军人", "优抚对象"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.merge_range(0, 0, 0, 6, &format!("{name}登记表"), &drawn).unwrap();
        sheet.merge_range(1, 0, 2, 0, "序号", &drawn).unwrap();
        sheet.merge_range(1, 1, 1, 4, "基本信息", &drawn).unwrap();
        sheet.merge_range(1, 5, 2, 5, "年龄", &drawn).unwrap();
        sheet.merge_range(1, 6, 2, 6, "优待证号", &drawn).unwrap();
        for (at, word) in ["姓名", "性别", "出生日期", "联系电话"].iter().enumerate() {
            sheet.write_with_format(2, at as u16 + 1, *word, &drawn).unwrap();
        }
        for at in [0, 1, 2, 4, 6] {
            sheet.write_blank(3, at, &drawn).unwrap();
        }
        sheet.write_blank(3, 3, &day).unwrap();
        sheet.write_formula_with_format(3, 5, Formula::new("DATEDIF(D4,TODAY(),\"Y\")"), &drawn).unwrap();
        sheet.write(4, 0, "合计").unwrap();
        sheet.write_formula(4, 1, "COUNTA(B4:B4)").unwrap();
        sheet.write(5, 0, "填表人：").unwrap();
        let sexes = DataValidation::new().allow_list_strings(&["男", "女"]).unwrap();
        sheet.add_data_validation(3, 2, 3, 2, &sexes).unwrap();
        sheet.insert_note(5, 0, &Note::new("签字")).unwrap();
    }
    let sum = book.add_worksheet().set_name("汇总").unwrap();
    sum.write(0, 0, "退役").unwrap();
    sum.write_formula(0, 1, "COUNTA(退役军人!B4:B4)+退役军人!B5").unwrap();
    book.save_to_buffer().unwrap()
}

fn person(at: usize) -> BTreeMap<String, String> {
    map(&[("name", &format!("张{at}")), ("sex", "男"), ("birth_date", "1950-03-02"), ("phone", "13900000000")])
}

#[test]
fn each_sheet_is_found_out_on_its_own_with_its_merged_header() {
    let sheets = templates(&book());
    assert_eq!(sheets.iter().map(|s| s.sheet.as_str()).collect::<Vec<_>>(), ["退役军人", "优抚对象"]);
    let first = &sheets[0];
    assert_eq!((first.header_first, first.header_row, first.first_row, first.last_row, first.footer_row), (2, 3, 4, 4, Some(5)));
    assert_eq!(
        first.columns.iter().map(|c| (c.path.as_str(), c.field.as_deref())).collect::<Vec<_>>(),
        [
            ("序号", Some("seq")),
            ("基本信息›姓名", Some("name")),
            ("基本信息›性别", Some("sex")),
            ("基本信息›出生日期", Some("birth_date")),
            ("基本信息›联系电话", Some("phone")),
            ("年龄", Some("age")),
            ("优待证号", None),
        ]
    );
    assert!(first.columns[5].has_formula && first.unknown_headers == ["优待证号"]);
    let group = first.heads.iter().find(|head| head.text == "基本信息").unwrap();
    assert_eq!((group.row, group.column, group.rows, group.columns), (0, 1, 1, 4));
    assert_eq!(first.layout(), sheets[1].layout(), "another title is the same layout");
}

#[test]
fn a_sheet_of_one_sample_row_grows_with_everything_that_names_it() {
    let before = book();
    let sheets = templates(&before);
    let rows: Vec<_> = (1..=12).map(person).collect();
    let once = fill(&before, &sheets[0], &rows).unwrap();
    let filled = fill(&once.bytes, &sheets[1], &rows[..2]).unwrap();
    let (cells, formulas, merges) = reopen(&filled.bytes);
    let formula = |row: u32, column: u32| formulas.get_value((row - 1, column)).cloned().unwrap_or_default();
    assert_eq!((text(&cells, 4, 1), text(&cells, 15, 1), text(&cells, 16, 0)), ("张1".into(), "张12".into(), "合计".into()));
    assert_eq!((formula(16, 1), formula(15, 5)), ("COUNTA(B4:B15)".into(), "DATEDIF(D15,TODAY(),\"Y\")".into()));
    assert_eq!(
        cells.get_value((14, 3)).and_then(DataType::as_date).map(|d| d.to_string()).as_deref(),
        Some("1950-03-02"),
        "a day stays a day"
    );
    assert_eq!(merges.len(), 5);
    let sheet = part(&filled.bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains(r#"sqref="C4:C15""#), "the validation holds for every row");
    assert!(part(&filled.bytes, "xl/comments1.xml").contains(r#"ref="A17""#), "the note stays at its cell");
    let sums = part(&filled.bytes, "xl/worksheets/sheet3.xml");
    assert!(sums.contains("COUNTA(退役军人!B4:B15)+退役军人!B16"), "{sums}");
    assert_eq!(part(&before, "xl/styles.xml"), part(&filled.bytes, "xl/styles.xml"));
    assert_eq!(once.unknown_headers, ["优待证号"]);
    assert!(once.empty_cells.is_empty());
}

#[test]
fn formulas_that_a_column_shares_go_into_new_rows_too() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["户主姓名", "家庭人口", "加一", "合计"]).unwrap();
    for row in 1..4u32 {
        sheet.write_formula(row, 2, Formula::new(format!("B{}+1", row + 1))).unwrap();
        sheet.write_formula(row, 3, Formula::new(format!("$B${}+C{}", 2, row + 1))).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    // as spreadsheet programs write a column that was filled down
    let xml = part(&bytes, "xl/worksheets/sheet1.xml")
        .replacen("<f>B2+1</f>", r#"<f t="shared" ref="C2:C4" si="0">B2+1</f>"#, 1)
        .replacen("<f>B3+1</f>", r#"<f t="shared" si="0"/>"#, 1)
        .replacen("<f>B4+1</f>", r#"<f t="shared" si="0"/>"#, 1);
    let bytes = package::with_sheet(&bytes, "Sheet1", &xml, None).unwrap();
    let template = templates(&bytes).remove(0);
    assert_eq!(template.subject, Subject::Household);
    let rows: Vec<_> = (0..5).map(|at| map(&[("head_name", &format!("户{at}")), ("people", "3")])).collect();
    let filled = fill(&bytes, &template, &rows).unwrap();
    let (cells, formulas, _) = reopen(&filled.bytes);
    let formula = |row: u32, column: u32| formulas.get_value((row - 1, column)).cloned().unwrap_or_default();
    assert_eq!(
        (formula(2, 2), formula(4, 2), formula(6, 2), formula(6, 3)),
        ("B2+1".into(), "B4+1".into(), "B6+1".into(), "$B$2+C6".into())
    );
    assert_eq!(cells.get_value((5, 1)), Some(&Data::Float(3.0)), "a count is a number");
}

#[test]
fn what_is_merged_down_a_table_is_its_authors() {
    let mut book = Workbook::new();
    let drawn = Format::new().set_border(FormatBorder::Thin);
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["社区", "姓名", "联系电话"]).unwrap();
    sheet.merge_range(1, 0, 3, 0, "示例社区", &drawn).unwrap();
    for row in 1..4 {
        sheet.write_blank(row, 1, &drawn).unwrap();
    }
    sheet.write(4, 0, "填表人：").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let template = templates(&bytes).remove(0);
    assert_eq!((template.first_row, template.last_row, template.footer_row), (2, 4, Some(5)));
    let rows: Vec<_> = (0..6).map(|at| map(&[("community", "别的社区"), ("name", &format!("张{at}"))])).collect();
    let (cells, _, merges) = reopen(&fill(&bytes, &template, &rows).unwrap().bytes);
    assert_eq!((text(&cells, 2, 0), text(&cells, 7, 1), text(&cells, 8, 0)), ("示例社区".into(), "张5".into(), "填表人：".into()));
    assert!(merges.contains(&((1, 0), (6, 0))), "{merges:?}");
}

#[test]
fn a_table_object_grows_and_a_table_of_cases_is_one() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let columns: Vec<TableColumn> =
        ["隐患名称", "隐患地点", "发现时间", "整改情况", "整改到位率"].iter().map(|word| TableColumn::new().set_header(*word)).collect();
    sheet.add_table(0, 0, 2, 4, &Table::new().set_columns(&columns)).unwrap();
    for row in 1..3 {
        sheet.write_blank(row, 0, &Format::new().set_border(FormatBorder::Thin)).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let template = templates(&bytes).remove(0);
    assert_eq!((template.subject, template.unknown_headers.as_slice()), (Subject::Case, ["整改到位率".to_owned()].as_slice()));
    let rows: Vec<_> = (0..4).map(|at| map(&[("title", &format!("=隐患{at}")), ("place", "3号楼")])).collect();
    let filled = fill(&bytes, &template, &rows).unwrap();
    assert!(part(&filled.bytes, "xl/tables/table1.xml").contains(r#"ref="A1:E5""#));
    assert_eq!(filled.empty_cells.len(), 8);
}

#[test]
fn a_person_says_where_the_header_is_and_what_a_column_holds() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("甲").unwrap();
    sheet.write_row(0, 0, ["单位：", "日期：", "编号："]).unwrap();
    sheet.write_row(1, 0, ["谁", "在哪", "多大"]).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(read_template(&bytes).unwrap_err().code, "not_a_roster");
    let hint = SheetHint { header: Some((2, 2)), subject: Some(Subject::Person) };
    let template = read_templates(&bytes, &Subject::FILLED, &BTreeMap::from([("甲".to_owned(), hint)])).unwrap().remove(0);
    assert_eq!(template.columns.iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["谁", "在哪", "多大"]);
    let template = template.mapped(&map(&[("谁", "name"), ("多大", "age"), ("在哪", "")]));
    let filled = fill(&bytes, &template, &[map(&[("name", "张三"), ("age", "81")])]).unwrap();
    let (cells, ..) = reopen(&filled.bytes);
    assert_eq!((text(&cells, 3, 0), text(&cells, 3, 1), cells.get_value((2, 2))), ("张三".into(), String::new(), Some(&Data::Float(81.0))));
}

/// A workbook of a title, a header in the row given, rows to fill and things around it that must stay.
fn framed(top: u32, blank: u32, around: &[String]) -> Vec<u8> {
    let mut book = Workbook::new();
    let drawn = Format::new().set_border(FormatBorder::Thin);
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "登记表").unwrap();
    sheet.write_row(top, 0, ["姓名", "联系电话", "民族"]).unwrap();
    for row in 1..=blank {
        for at in 0..3 {
            sheet.write_blank(top + row, at, &drawn).unwrap();
        }
    }
    for (at, words) in around.iter().enumerate() {
        sheet.write(top + blank + 1 + at as u32, 0, format!("填表说明{words}")).unwrap();
        sheet.write(top, 6 + at as u16, format!("旁注{words}")).unwrap();
    }
    book.add_worksheet().set_name("别的").unwrap().write(0, 0, "不动").unwrap();
    book.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_cell_outside_the_table_stays_as_it_was(top in 1u32..6, blank in 1u32..5, wanted in 0usize..9, around in proptest::collection::vec("[a-z=+]{0,6}", 0..4)) {
        let before = framed(top, blank, &around);
        let template = templates(&before).remove(0);
        let rows: Vec<_> = (0..wanted).map(|at| map(&[("name", &format!("张{at}")), ("phone", "13900000000")])).collect();
        let after = fill(&before, &template, &rows).unwrap();
        let (old, new) = (reopen(&before).0, reopen(&after.bytes).0);
        let more = (wanted as u32).saturating_sub(blank);
        for row in 1..=(top + blank + 6) {
            let is_table = row > top + 1 && row <= top + 1 + blank;
            let now = if row > top + 1 + blank { row + more } else { row };
            for column in 0..12 {
                if is_table && column < 3 {
                    continue;
                }
                prop_assert_eq!(text(&old, row, column), text(&new, now, column), "row {} column {}", row, column);
            }
        }
        for (at, _) in rows.iter().enumerate() {
            prop_assert_eq!(text(&new, top + 2 + at as u32, 0), format!("张{at}"));
        }
        prop_assert_eq!(part(&before, "xl/worksheets/sheet2.xml"), part(&after.bytes, "xl/worksheets/sheet2.xml"));
    }
}
