//! Hotline orders (12345) from a spreadsheet or a text table. Columns are told by their headers, each district has its own words; what no
//! header explains is kept beside its header, so that nothing of a row is lost. Which row can be taken is decided by whoever takes them in.

use crate::address::{self, Address};
use crate::dates;
use crate::error::ReadError;
use crate::headers::plain_label;
use crate::limits::{HEADER_MAX_ROW, ORDERS_MAX_ROWS};
use crate::sheet::{self, Cell, Grid};
use chrono::NaiveDate;
use serde::Serialize;

/// A fact of an order that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Seq,
    Number,
    Kind,
    Title,
    Content,
    Caller,
    Phone,
    Address,
    Received,
    Due,
    Category,
    Channel,
}

/// Every word a header may use, as `plain_label` writes it.
const WORDS: &[(Fact, &[&str])] = &[
    (Fact::Seq, &["序号", "序", "no", "行号"]),
    (
        Fact::Number,
        &["工单编号", "工单号", "工单号码", "诉求编号", "诉求单号", "受理编号", "受理单号", "派单编号", "单号", "编号", "案件编号"],
    ),
    (Fact::Kind, &["诉求类型", "工单类型", "诉求性质", "工单性质", "诉求类别", "类型", "工单类别", "诉求形式"]),
    (Fact::Title, &["标题", "工单标题", "诉求标题", "主题", "事件标题"]),
    (
        Fact::Content,
        &[
            "诉求内容",
            "内容",
            "描述",
            "工单内容",
            "诉求描述",
            "问题描述",
            "来电内容",
            "反映内容",
            "主要内容",
            "具体内容",
            "诉求详情",
            "事件描述",
        ],
    ),
    (Fact::Caller, &["诉求人", "来电人", "联系人", "诉求人姓名", "来电人姓名", "联系人姓名", "反映人", "市民姓名", "姓名"]),
    (
        Fact::Phone,
        &["联系电话", "来电号码", "电话", "联系方式", "诉求人电话", "来电电话", "联系号码", "手机号", "手机号码", "联系人电话", "市民电话"],
    ),
    (Fact::Address, &["地址", "事发地址", "诉求地址", "事发地点", "地点", "详细地址", "发生地址", "发生地点", "问题地址", "事件地址"]),
    (
        Fact::Received,
        &["受理时间", "派单时间", "来电时间", "诉求时间", "受理日期", "派单日期", "下派时间", "接收时间", "来电日期", "登记时间"],
    ),
    (
        Fact::Due,
        &[
            "办理时限",
            "截止时间",
            "办结时限",
            "截止日期",
            "到期时间",
            "办结日期",
            "要求办结时间",
            "应办结时间",
            "回复时限",
            "反馈时限",
            "时限",
            "办理期限",
        ],
    ),
    (Fact::Category, &["事项", "分类", "事项分类", "问题分类", "诉求分类", "事项名称", "工单分类", "问题类别", "三级分类", "一级分类"]),
    (Fact::Channel, &["来源", "渠道", "来源渠道", "诉求来源", "工单来源", "受理渠道", "诉求渠道"]),
];

/// What was written where a date is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OrderDate {
    /// As it stands.
    pub text: String,
    /// The day, where it is one; the time of day is left out.
    pub day: Option<NaiveDate>,
    /// So many working days, where it says that: `5个工作日`.
    pub work_days: Option<u32>,
}

/// One order as it stands in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Order {
    pub sheet: String,
    /// 1-based row of the sheet.
    pub row: u32,
    pub number: String,
    pub kind: String,
    pub title: String,
    pub content: String,
    pub caller: String,
    pub phone: String,
    pub address: String,
    /// What stands before the building, building, unit and door of the address, as far as it tells them.
    pub place: [String; 4],
    pub received: OrderDate,
    pub due: OrderDate,
    pub category: String,
    pub channel: String,
    /// Cells of columns that no word explains, as (header, text).
    pub other: Vec<(String, String)>,
}

/// A file of orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Orders {
    pub rows: Vec<Order>,
    /// Header of each column that was understood, by fact: `number kind title content caller phone address received due category channel`.
    pub headers: Vec<(&'static str, String)>,
    pub unknown_headers: Vec<String>,
    /// Rows that are no order (a total, a remark), as (row, text).
    pub skipped: Vec<(u32, String)>,
}

impl Orders {
    /// The header of a fact, as the file calls it.
    pub fn header(&self, fact: &str) -> &str {
        self.headers.iter().find(|(known, _)| *known == fact).map_or("", |(_, header)| header)
    }
}

fn name(fact: Fact) -> &'static str {
    match fact {
        Fact::Seq => "seq",
        Fact::Number => "number",
        Fact::Kind => "kind",
        Fact::Title => "title",
        Fact::Content => "content",
        Fact::Caller => "caller",
        Fact::Phone => "phone",
        Fact::Address => "address",
        Fact::Received => "received",
        Fact::Due => "due",
        Fact::Category => "category",
        Fact::Channel => "channel",
    }
}

/// Reads orders from the bytes of an XLSX, XLS or CSV file (UTF-8, GBK). The format is told by the content.
///
/// # Errors
/// `not_orders` (no header with a number and what the order is about), `empty_sheet`, `bad_encoding`, `zip_bomb`, `too_large`, `bad_file`.
pub fn read_orders(bytes: &[u8], file_name: &str) -> Result<Orders, ReadError> {
    let grids = sheet::read_grids(bytes, file_name)?;
    let mut orders = Orders::default();
    for grid in &grids {
        if let Some((row, columns)) = header_of(grid) {
            read_sheet(grid, row, &columns, &mut orders)?;
        }
    }
    if orders.headers.is_empty() {
        return Err(ReadError::not_orders("没有找到工单的表头：至少要有工单编号，和诉求内容或标题"));
    }
    if orders.rows.is_empty() {
        return Err(ReadError::empty_sheet("表头下面没有工单"));
    }
    Ok(orders)
}

/// The header: the row near the top that has a number and a content or a title, with the most words known.
fn header_of(grid: &Grid) -> Option<(u32, Vec<Option<Fact>>)> {
    let mut best: Option<(usize, u32, Vec<Option<Fact>>)> = None;
    for row in 0..grid.row_count().min(u32::try_from(HEADER_MAX_ROW).unwrap_or(u32::MAX)) {
        let mut columns: Vec<Option<Fact>> = Vec::new();
        for at in 0..grid.column_count() {
            let label = plain_label(&grid.cell(row, at).text());
            let fact = WORDS.iter().find(|(_, words)| words.contains(&label.as_str())).map(|(fact, _)| *fact);
            // a second column of the same fact is kept beside its header
            columns.push(fact.filter(|f| !columns.contains(&Some(*f))));
        }
        let has = |fact| columns.contains(&Some(fact));
        let known = columns.iter().flatten().count();
        if has(Fact::Number) && (has(Fact::Content) || has(Fact::Title)) && best.as_ref().is_none_or(|(most, _, _)| known > *most) {
            best = Some((known, row, columns));
        }
    }
    best.map(|(_, row, columns)| (row, columns))
}

fn read_sheet(grid: &Grid, header: u32, columns: &[Option<Fact>], orders: &mut Orders) -> Result<(), ReadError> {
    let label = |at: u32| grid.cell(header, at).text().split_whitespace().collect::<String>();
    let all = || (0u32..).zip(columns.iter().copied());
    if orders.headers.is_empty() {
        orders.headers = all().filter_map(|(at, fact)| Some((name(fact?), label(at)))).collect();
        orders.unknown_headers = all().filter(|(_, fact)| fact.is_none()).map(|(at, _)| label(at)).filter(|l| !l.is_empty()).collect();
    }
    for row in (header + 1..grid.row_count()).filter(|row| !grid.is_blank_row(*row)) {
        let cell = |at: u32| match grid.anchor(row, at) {
            // merged downwards: what stands over several orders counts for each of them
            Some((top, left)) if left == at && top > header => grid.cell(top, left),
            Some(_) => &Cell::Empty,
            None => grid.cell(row, at),
        };
        let of = |fact: Fact| all().find(|(_, f)| *f == Some(fact)).map_or(&Cell::Empty, |(at, _)| cell(at));
        let text = |fact: Fact| of(fact).text().trim().to_string();
        let number = text(Fact::Number);
        if is_no_order(grid, row, &number, &text(Fact::Content), &text(Fact::Title), columns) {
            let words: Vec<String> = (0..grid.column_count()).map(|at| grid.cell(row, at).text().trim().to_string()).collect();
            orders.skipped.push((row + 1, words.iter().filter(|w| !w.is_empty()).cloned().collect::<Vec<_>>().join(" ")));
            continue;
        }
        if orders.rows.len() >= ORDERS_MAX_ROWS {
            return Err(ReadError::too_large(format!("超过 {ORDERS_MAX_ROWS} 张工单，请分成几个文件")).at_row(row + 1));
        }
        let address = text(Fact::Address);
        let Address { before, building, unit, door } = address::parse(&address);
        let beyond = all().filter(|(_, fact)| fact.is_none()).map(|(at, _)| (label(at), cell(at).text().trim().to_string()));
        orders.rows.push(Order {
            sheet: grid.name.clone(),
            row: row + 1,
            number,
            kind: text(Fact::Kind),
            title: text(Fact::Title),
            content: text(Fact::Content),
            caller: text(Fact::Caller),
            phone: text(Fact::Phone),
            place: [before, building, unit, door],
            address,
            received: date(of(Fact::Received)),
            due: date(of(Fact::Due)),
            category: text(Fact::Category),
            channel: text(Fact::Channel),
            other: beyond.filter(|(_, text)| !text.is_empty()).collect(),
        });
    }
    Ok(())
}

/// A total, a remark under the table, or the header once more.
fn is_no_order(grid: &Grid, row: u32, number: &str, content: &str, title: &str, columns: &[Option<Fact>]) -> bool {
    let texts: Vec<String> =
        (0..grid.column_count()).map(|at| plain_label(&grid.cell(row, at).text())).filter(|text| !text.is_empty()).collect();
    let begins = |words: &[&str]| texts.first().is_some_and(|first| words.iter().any(|w| first.starts_with(w)));
    if content.is_empty() && title.is_empty() {
        let is_sum = begins(&["合计", "总计", "小计", "共计"]);
        let is_remark = begins(&["注", "备注", "说明", "填表", "制表", "审核"]) || texts.len() == 1;
        return is_sum || (number.is_empty() && is_remark);
    }
    let known = columns.iter().flatten().count();
    let as_labels = texts.iter().filter(|text| WORDS.iter().any(|(_, words)| words.contains(&text.as_str()))).count();
    as_labels >= 3 && as_labels * 5 >= known * 4
}

fn date(cell: &Cell) -> OrderDate {
    let text = cell.text().trim().to_string();
    let folded = shared_model::codes::fold_width(&text).replace(' ', "");
    let days = ["个工作日", "工作日"].iter().find_map(|mark| folded.split_once(mark));
    let work_days = days.and_then(|(n, _)| n.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok());
    let day = dates::read(cell).filter(|d| !d.is_guess).map(|d| d.date);
    OrderDate { day: day.or_else(|| moment(&text)), work_days, text }
}

/// `20260921183000`, as some systems export a time.
fn moment(text: &str) -> Option<NaiveDate> {
    let is_time = text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit());
    NaiveDate::parse_from_str(text.get(..8).filter(|_| is_time)?, "%Y%m%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "\
2026年9月12345工单,,,,,,,,,
工单编号,诉求类型,标题,诉求内容,来电人,联系电话,事发地址,派单时间,办理时限,紧急程度
GD20260921001,投诉,楼道堆物,3号楼2单元楼道堆东西,李某,13800001111,莲湖花园3号楼2单元501室,2026-09-21 10:20:33,2026-09-28 18:00,加急
GD20260921002,咨询,,几点上班,,,,2026/9/21,3个工作日,
合计,2,,,,,,,,
";

    #[test]
    fn an_order_is_read_by_the_words_of_its_headers_and_nothing_of_it_is_lost() {
        let orders = read_orders(CSV.as_bytes(), "a.csv").unwrap();
        assert_eq!(orders.rows.len(), 2);
        let first = &orders.rows[0];
        assert_eq!((first.row, first.number.as_str(), first.kind.as_str()), (3, "GD20260921001", "投诉"));
        assert_eq!(first.place[1..], ["3", "2", "501"]);
        assert_eq!(first.due.day, NaiveDate::from_ymd_opt(2026, 9, 28));
        assert_eq!(first.received.day, NaiveDate::from_ymd_opt(2026, 9, 21));
        assert_eq!(first.other, [("紧急程度".to_string(), "加急".to_string())]);
        assert_eq!(orders.rows[1].due.work_days, Some(3));
        assert_eq!((orders.header("number"), orders.header("due")), ("工单编号", "办理时限"));
        assert_eq!(orders.skipped, [(5, "合计 2".to_string())]);
        assert_eq!(orders.unknown_headers, ["紧急程度"]);
    }

    #[test]
    fn the_same_table_in_gbk_is_the_same() {
        let gbk = encoding_rs::GB18030.encode(CSV).0.into_owned();
        assert_eq!(read_orders(&gbk, "a.csv"), read_orders(CSV.as_bytes(), "a.csv"));
    }

    #[test]
    fn what_is_no_list_of_orders_is_told() {
        let roster = "姓名,楼号,房号\n张三,1,101\n";
        assert_eq!(read_orders(roster.as_bytes(), "a.csv").unwrap_err().code, "not_orders");
        assert_eq!(read_orders("工单编号,诉求内容\n".as_bytes(), "a.csv").unwrap_err().code, "empty_sheet");
    }

    #[test]
    fn times_are_read_as_systems_export_them() {
        let day = |text: &str| date(&Cell::Text(text.into())).day.map(|d| d.to_string());
        for text in ["2026-09-28 18:00:00", "2026年9月28日", "20260928", "20260928180000", "2026/9/28 8:00"] {
            assert_eq!(day(text).as_deref(), Some("2026-09-28"), "{text}");
        }
        assert_eq!(day("尽快"), None);
    }
}
