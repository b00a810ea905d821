//! The three sample rosters against what is known of them, and small rosters for each trap of the trade. Every person is fictional.

use super::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn data(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(bytes: &[u8], name: &str) -> Roster {
    read_roster(bytes, name, &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn csv(text: &str) -> Roster {
    read(text.as_bytes(), "roster.csv")
}

fn codes(findings: &[Finding]) -> Vec<(u32, &'static str)> {
    findings.iter().map(|finding| (finding.row, finding.code)).collect()
}

/// The short names of the expectations.
fn code_of(name: &str) -> &'static str {
    match name {
        "float_id" => "id_float",
        "bad_id" => "id_checksum",
        "short_id" => "id_length",
        "space_id" => "id_spaces",
        "full_width" => "full_width",
        "sex_mismatch" => "sex_mismatch",
        "two_phones" => "two_phones",
        other => panic!("{other}"),
    }
}

const SAMPLES: [&str; 3] = ["一网格居民台账.xlsx", "二网格居民台账.xlsx", "三网格人员表.xlsx"];

#[test]
fn the_sample_rosters_read_as_expected_to_the_last_row() {
    let expected: BTreeMap<String, Value> = serde_json::from_slice(&data("expected.json")).expect("expected.json");
    for name in SAMPLES {
        let want = &expected[name];
        let roster = read(&data(name), name);
        assert_eq!(roster.households.len() as u64, want["households"].as_u64().expect("households"), "{name}");
        assert_eq!(roster.persons as u64, want["residents"].as_u64().expect("residents"), "{name}");
        let pairs = |key: &str| -> BTreeSet<(u32, &'static str)> {
            let rows = want[key].as_array().cloned().unwrap_or_default();
            rows.iter().map(|pair| (pair[0].as_u64().expect("row") as u32, code_of(pair[1].as_str().expect("code")))).collect()
        };
        assert_eq!(codes(&roster.errors).into_iter().collect::<BTreeSet<_>>(), pairs("rows_with_error"), "{name}");
        assert_eq!(codes(&roster.warnings).into_iter().collect::<BTreeSet<_>>(), pairs("rows_with_warning"), "{name}");
        assert!(roster.unplaced.is_empty() && roster.other_sheets.is_empty(), "{name}");
        assert!(
            roster.households.iter().all(|h| !h.building.is_empty()
                && !h.unit.is_empty()
                && !h.door.is_empty()
                && !h.head.is_empty()
                && h.family_key.is_empty()),
            "{name}"
        );
        assert!(roster.households.iter().all(|h| h.residence_type.is_some() && h.unknown_codes.is_empty() && h.raw.is_empty()), "{name}");
        let persons = || roster.households.iter().flat_map(|household| &household.persons);
        assert!(persons().all(|person| person.relation.is_some() && person.unknown_codes.is_empty() && person.raw.is_empty()), "{name}");
        assert!(persons().all(|person| person.id_number.is_some() != person.id_raw.is_some()), "{name}");
    }
}

#[test]
fn the_first_ledger_is_read_through_titles_merges_and_spellings() {
    let roster = read(&data(SAMPLES[0]), SAMPLES[0]);
    assert_eq!(roster.header_row, 4);
    let buildings: BTreeSet<&str> = roster.households.iter().map(|household| household.building.as_str()).collect();
    assert_eq!(buildings.len(), 13, "one building per number, whatever its spelling: {buildings:?}");
    let first = &roster.households[0];
    assert_eq!((first.building.as_str(), first.unit.as_str(), first.door.as_str(), first.row), ("1", "1", "101", 5));
    assert_eq!((first.head.as_str(), first.residence_type.as_deref()), ("郑轩涵", Some("registered")));
    assert_eq!((first.care_tags.as_slice(), first.tags.len()), (["低保".to_owned()].as_slice(), 0));
    assert_eq!(first.persons[0].relation.as_deref(), Some("02"));
    assert_eq!(first.persons[1].relation.as_deref(), Some("10"));
    assert_eq!(first.persons[0].phones, ["18757126154"]);
    assert_eq!(first.persons[0].birth_date.as_deref(), Some("1992-01-06"));
    assert_eq!(roster.households.iter().filter(|household| household.hub).count(), 35);
    assert!(roster.households.iter().all(|household| household.note.is_empty()), "中心户 is a fact of its own, not a note");
    let lost = roster.errors.iter().find(|finding| finding.code == "id_float").expect("a lost number");
    assert_eq!((lost.column.as_str(), lost.cell.as_str()), ("身份证号", "6.101041974060632E+17"));
    assert_eq!(roster.skipped.iter().map(|row| (row.row, row.reason)).collect::<Vec<_>>(), [(1228, "total")]);
}

#[test]
fn the_flat_sheet_knows_estate_dates_and_tags_of_persons() {
    let roster = read(&data(SAMPLES[2]), SAMPLES[2]);
    let first = &roster.households[0];
    assert_eq!((first.estate.as_str(), first.building.as_str(), first.persons.len()), ("莲湖花园", "1", 3));
    let person = &first.persons[1];
    assert_eq!(
        (person.birth_date.as_deref(), person.education.as_deref(), person.ethnic.as_deref()),
        (Some("1978-12-22"), Some("30"), Some("01"))
    );
    assert_eq!(person.residence_type.as_deref(), Some("registered"));
    let both =
        roster.households.iter().find(|household| !household.care_tags.is_empty() && !household.tags.is_empty()).expect("高龄、残疾人");
    assert!(both.persons.iter().any(|person| !person.care_tags.is_empty()));
    let words: BTreeSet<&str> = roster.households.iter().flat_map(|household| &household.tags).map(String::as_str).collect();
    assert_eq!(words, BTreeSet::from(["独居老人", "退役军人", "高龄"]));
    let care: BTreeSet<&str> = roster.households.iter().flat_map(|household| &household.care_tags).map(String::as_str).collect();
    assert_eq!(care, BTreeSet::from(["低保", "残疾人"]));
}

#[test]
fn the_same_file_reads_the_same_twice() {
    let bytes = data(SAMPLES[1]);
    assert_eq!(read(&bytes, SAMPLES[1]), read(&bytes, "renamed.bin"));
}

#[test]
fn addresses_in_one_cell_are_one_door_in_every_spelling() {
    let roster = csv(
        "姓名,住址,与户主关系,联系电话\n甲一,3号楼2单元501,户主,13900000001\n乙一,3-2-501,配偶,\n丙一,3幢2单元501室,子,\n丁一,3幢2门501室,女,\n戊一,莲湖花园4号楼一单元102,户主,\n",
    );
    assert_eq!(roster.households.len(), 2);
    assert_eq!((roster.households[0].persons.len(), roster.households[0].building.as_str()), (4, "3"));
    assert_eq!(
        (roster.households[1].estate.as_str(), roster.households[1].unit.as_str(), roster.households[1].door.as_str()),
        ("莲湖花园", "1", "102")
    );
}

#[test]
fn two_heads_at_one_door_are_two_families_and_a_single_one_has_no_key() {
    let roster = csv(
        "姓名,楼号,单元,房号,与户主关系\n张三,1,1,101,户主\n李梅,1,1,101,配偶\n王五,1,1,101,户主\n赵六,1,1,102,户主\n王小,1,1,101,子\n",
    );
    let keys: Vec<(&str, &str, usize)> =
        roster.households.iter().map(|h| (h.door.as_str(), h.family_key.as_str(), h.persons.len())).collect();
    assert_eq!(keys, [("101", "张三", 2), ("101", "王五", 2), ("102", "", 1)]);
}

#[test]
fn a_row_without_a_door_or_a_name_is_an_error_and_handed_over_whole() {
    let roster = csv(
        "姓名,楼号,单元,房号,电话\n张三,1,1,101,13900000001\n李四,1,1,,13900000002\n,1,1,102,13900000003\n王五,,,,13900000004\n,1,1,103,\n",
    );
    assert_eq!(codes(&roster.errors), [(3, "no_door"), (4, "no_name"), (5, "no_door")]);
    assert_eq!(roster.persons, 1);
    assert_eq!(roster.unplaced.iter().map(|row| row.code).collect::<Vec<_>>(), ["no_door", "no_name", "no_door"]);
    assert!(roster.unplaced[0].cells.contains(&("电话".to_owned(), "13900000002".to_owned())));
    let vacant = roster.households.iter().find(|household| household.door == "103").expect("a vacant door is a household");
    assert!(vacant.persons.is_empty());
}

#[test]
fn blanks_below_a_household_go_on_with_it_and_a_numbered_row_does_not() {
    let roster = csv(
        "序号,楼栋,单元,房号,姓名,与户主关系\n1,3号楼,1单元,101,张三,户主\n,,,,李梅,配偶\n,,,,张小,子\n2,,,102,王五,户主\n,,,,赵花,配偶\n3,,,,孙七,户主\n",
    );
    let shape: Vec<(&str, &str, usize)> =
        roster.households.iter().map(|h| (h.building.as_str(), h.door.as_str(), h.persons.len())).collect();
    assert_eq!(shape, [("3", "101", 3), ("3", "102", 2)]);
    assert_eq!(codes(&roster.errors), [(7, "no_door")]);
}

#[test]
fn totals_remarks_column_numbers_and_repeated_headers_are_no_people() {
    let roster = csv(
        "示例社区居民台账,,,,\n填报单位:示例社区,,,,\n姓名,楼号,房号,电话,备注\n1,2,3,4,5\n(必填),,,,\n张三,1,101,,\n小计,,1人,,\n姓名,楼号,房号,电话,备注\n李四,1,102,,\n合计,,2人,,\n注:本表一式两份,,,,\n制表人:某,,,,\n",
    );
    assert_eq!(roster.header_row, 3);
    assert_eq!((roster.households.len(), roster.persons), (2, 2));
    assert!(roster.errors.is_empty(), "{:?}", roster.errors);
    assert_eq!(
        roster.skipped.iter().map(|row| (row.row, row.reason)).collect::<Vec<_>>(),
        [(4, "header"), (5, "remark"), (7, "total"), (8, "header"), (10, "total"), (11, "remark"), (12, "remark"),]
    );
}

#[test]
fn a_building_over_the_whole_width_holds_for_the_rows_below_it() {
    let roster = csv("姓名,单元,房号\n3号楼,,\n张三,1,101\n李四,1,102\n南楼,1,103\n4号楼,,\n王五,2,201\n");
    let shape: Vec<(&str, &str)> = roster.households.iter().map(|h| (h.building.as_str(), h.head.as_str())).collect();
    assert_eq!(shape, [("3", "张三"), ("3", "李四"), ("3", "南楼"), ("4", "王五")]);
}

#[test]
fn values_that_are_no_code_are_kept_and_told() {
    let roster = csv("姓名,楼号,房号,性别,文化程度,民族,政治面貌,职业类别\n张三,1,101,男,文盲,毛难族,党员,瓦工\n");
    let person = &roster.households[0].persons[0];
    assert_eq!(person.unknown_codes, [("education".to_owned(), "文盲".to_owned())]);
    assert_eq!((person.ethnic.as_deref(), person.political.as_deref()), (Some("36"), Some("01")));
    assert_eq!(person.raw, [("职业类别".to_owned(), "瓦工".to_owned())]);
    assert_eq!(codes(&roster.warnings), [(2, "bad_code")]);
    assert_eq!(roster.warnings[0].cell, "文盲");
}

#[test]
fn a_column_without_a_header_is_not_lost() {
    let roster = csv("姓名,楼号,房号,,\n张三,1,101,租房至六月,\n");
    assert_eq!(roster.households[0].persons[0].raw, [("D列".to_owned(), "租房至六月".to_owned())]);
    assert_eq!(roster.columns.len(), 3);
}

#[test]
fn the_stated_sex_and_birth_win_over_the_number() {
    let roster =
        csv("姓名,楼号,房号,性别,身份证号,出生日期\n张三,1,101,男,11010519491231002X,1949-12-30\n李四,1,102,,11010519491231002X,\n");
    let [first, second] = [&roster.households[0].persons[0], &roster.households[1].persons[0]];
    assert_eq!((first.sex.as_deref(), first.birth_date.as_deref()), (Some("1"), Some("1949-12-30")));
    assert_eq!(
        roster.warnings.iter().map(|f| (f.code, f.column.as_str())).collect::<Vec<_>>(),
        [("sex_mismatch", "性别"), ("sex_mismatch", "出生日期")]
    );
    assert_eq!((second.sex.as_deref(), second.birth_date.as_deref()), (Some("2"), Some("1949-12-31")));
}

#[test]
fn dates_in_their_forms_and_guesses_are_told() {
    let roster = csv(
        "姓名,楼号,房号,出生日期\n甲,1,101,29678\n乙,1,102,1981-04-02\n丙,1,103,1981/4/2\n丁,1,104,1981.04\n戊,1,105,1981年4月2日\n己,1,106,属鸡\n",
    );
    let dates: Vec<Option<&str>> = roster.households.iter().map(|h| h.persons[0].birth_date.as_deref()).collect();
    assert_eq!(dates, [Some("1981-04-02"), Some("1981-04-02"), Some("1981-04-02"), Some("1981-04-01"), Some("1981-04-02"), None]);
    assert_eq!(codes(&roster.warnings), [(5, "date_guess"), (7, "date_guess")]);
    assert_eq!(roster.households[5].persons[0].unknown_codes, [("birth_date".to_owned(), "属鸡".to_owned())]);
}

#[test]
fn a_month_that_agrees_with_the_number_is_no_guess() {
    let roster = csv("姓名,楼号,房号,身份证号,出生年月\n甲,1,101,11010519491231002X,1949.12\n");
    assert_eq!(roster.households[0].persons[0].birth_date.as_deref(), Some("1949-12-31"));
    assert!(roster.warnings.is_empty());
}

#[test]
fn care_stays_private_wherever_it_is_written_and_what_is_not_collected_is_left_out() {
    let roster = csv(
        "姓名,楼号,房号,人员标签,备注\n甲,1,101,独居、透析,\n乙,1,102,,残疾人\n丙,1,103,,长期卧床需照料\n丁,1,104,,白天上班\n戊,1,105,高龄、社区矫正,\n",
    );
    let h = &roster.households;
    assert_eq!((h[0].tags.as_slice(), h[0].care_tags.as_slice()), (["独居".to_owned()].as_slice(), ["透析".to_owned()].as_slice()));
    assert_eq!(h[1].care_tags, ["残疾人"]);
    assert_eq!((h[2].persons[0].note.as_str(), h[2].persons[0].care_note.as_str()), ("", "长期卧床需照料"));
    assert_eq!(h[3].persons[0].note, "白天上班");
    assert_eq!((h[4].tags.as_slice(), h[4].care_tags.len()), (["高龄".to_owned()].as_slice(), 0));
    assert_eq!((codes(&roster.warnings), roster.warnings[0].cell.as_str()), (vec![(6, "refused_tag")], ""));
}

#[test]
fn another_persons_columns_never_become_the_residents() {
    let roster = csv("姓名,楼号,房号,联系电话,联系人,联系人电话,房东电话\n甲,1,101,13900000001,乙,13900000002,13900000003\n");
    let household = &roster.households[0];
    assert_eq!(household.persons[0].phones, ["13900000001"]);
    assert_eq!(
        (household.contact_name.as_deref(), household.contact_phones.as_slice()),
        (Some("乙"), ["13900000002".to_owned()].as_slice())
    );
    assert_eq!(household.persons[0].raw, [("房东电话".to_owned(), "13900000003".to_owned())]);
}

#[test]
fn a_ledger_of_heads_alone_makes_each_head_a_person() {
    let roster = csv("户主姓名,户主身份证号,户主电话,楼栋,单元,房号,家庭人口\n张三,11010519491231002X,13900000001,3#,1,101,4\n");
    let person = &roster.households[0].persons[0];
    assert_eq!((person.relation.as_deref(), person.id_number.is_some(), person.phones.len()), (Some("02"), true, 1));
}

#[test]
fn the_estate_may_come_from_the_caller_and_the_row_wins() {
    let options = ReadOptions { estate: Some(" 莲湖花园 ".to_owned()), ..ReadOptions::default() };
    let text = "姓名,小区,楼号,房号\n甲,,1,101\n乙,幸福小区,1,101\n";
    let roster = read_roster(text.as_bytes(), "a.csv", &options).expect("a roster");
    let estates: Vec<&str> = roster.households.iter().map(|household| household.estate.as_str()).collect();
    assert_eq!(estates, ["莲湖花园", "幸福小区"]);
}

#[test]
fn gb18030_and_utf8_files_read_alike() {
    let text = "姓名,楼号,房号,民族\n张三,1,101,汉\n李四,1,102,回族\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    assert_eq!(read(&gb, "a.csv"), csv(text));
    assert_eq!(csv(&format!("\u{feff}{text}")), csv(text));
}

fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a workbook in memory")
}

#[test]
fn numbers_dates_and_merges_of_a_workbook_are_read_as_shown() {
    let bytes = workbook(|sheet| {
        for (column, label) in ["姓名", "住址", "出生日期", "手机号", "与户主关系"].iter().enumerate() {
            sheet.write(0, column as u16, *label).expect("a cell");
        }
        let date = Format::new().set_num_format("yyyy/m/d");
        sheet.write(1, 0, "张三").expect("a cell");
        sheet.merge_range(1, 1, 2, 1, "3号楼2单元501", &Format::new()).expect("a merge");
        sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(1981, 4, 2).expect("a date"), &date).expect("a cell");
        sheet.write(1, 3, 13_900_000_001.0).expect("a cell");
        sheet.write(1, 4, "户主").expect("a cell");
        sheet.write(2, 0, "李梅").expect("a cell");
        sheet.write(2, 4, "配偶").expect("a cell");
    });
    let roster = read(&bytes, "a.xlsx");
    assert_eq!((roster.households.len(), roster.persons), (1, 2));
    let person = &roster.households[0].persons[0];
    assert_eq!((person.birth_date.as_deref(), person.phones.as_slice()), (Some("1981-04-02"), ["13900000001".to_owned()].as_slice()));
}

#[test]
fn every_sheet_that_is_a_roster_is_read_and_the_others_are_named() {
    let mut book = Workbook::new();
    for (name, rows) in [("3号楼", ["张三", "1", "101"]), ("4号楼", ["李四", "1", "101"])] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write_row(0, 0, ["姓名", "单元", "房号"]).expect("a row");
        sheet.write_row(1, 0, rows).expect("a row");
    }
    book.add_worksheet().set_name("代码").expect("a name").write(0, 0, "男").expect("a cell");
    let roster = read(&book.save_to_buffer().expect("a workbook"), "a.xlsx");
    let places: Vec<(&str, &str)> = roster.households.iter().map(|h| (h.sheet.as_str(), h.building.as_str())).collect();
    assert_eq!(places, [("3号楼", "3"), ("4号楼", "4")]);
    assert_eq!(roster.other_sheets, ["代码"]);
}

fn refused(bytes: &[u8], name: &str) -> &'static str {
    read_roster(bytes, name, &ReadOptions::default()).expect_err("refused").code
}

#[test]
fn what_is_no_roster_is_refused_with_its_reason() {
    assert_eq!(refused(b"", "a.xlsx"), "empty_sheet");
    assert_eq!(refused(b"\n\n", "a.csv"), "empty_sheet");
    assert_eq!(refused(&workbook(|_| {}), "a.xlsx"), "empty_sheet");
    assert_eq!(refused("姓名,楼号,房号\n".as_bytes(), "a.csv"), "empty_sheet");
    assert_eq!(refused("姓名,楼号,房号\n合计,,\n".as_bytes(), "a.csv"), "empty_sheet");
    assert_eq!(refused("日期,金额\n2026-01-01,3\n".as_bytes(), "a.csv"), "not_a_roster");
    assert_eq!(refused("hello".as_bytes(), "a.csv"), "not_a_roster");
    let sales = workbook(|sheet| {
        sheet.write_row(0, 0, ["商品", "数量", "单价"]).expect("a row");
        sheet.write_row(1, 0, ["米", "3", "5"]).expect("a row");
    });
    assert_eq!(refused(&sales, "a.xlsx"), "not_a_roster");
    assert_eq!(refused(&data("民政_高龄津贴摸底表.xlsx"), "a.xlsx"), "empty_sheet");
    assert_eq!(refused("<html><table><tr><td>姓名</td></tr></table></html>".as_bytes(), "a.xls"), "bad_file");
}

#[test]
fn damaged_files_are_refused_wherever_they_are_cut() {
    let whole = data(SAMPLES[0]);
    for part in [1, 3, 4, 30, 100, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        assert_eq!(refused(&whole[..part], "a.xlsx"), if part < 3 { "not_a_roster" } else { "bad_file" }, "cut at {part}");
    }
    assert_eq!(refused(b"PK\x03\x04 no zip at all", "a.xlsx"), "bad_file");
    let mut wrong = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    wrong.resize(4096, 0xFF);
    assert_eq!(refused(&wrong, "a.xls"), "bad_file");
}
