//! Headers: which column is which, told by words and never by position.
//!
//! One synonym table serves both directions: a roster coming in, and a department's blank table to be filled. A header may have up to
//! three rows; the words above a column (成员信息, 联系人, 户主) decide whose fact it is, so that a contact's telephone never
//! becomes the resident's.

use crate::limits::{HEADER_MAX_ROW, HEADER_MAX_ROWS};
use crate::sheet::{Grid, column_letters};
use shared_model::codes::fold_width;

macro_rules! fields {
    ($($variant:ident $key:literal : $($word:literal)*;)*) => {
        /// A fact a column can hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Field { $($variant),* }

        impl Field {
            /// The name used in maps and replies.
            pub fn key(self) -> &'static str {
                match self { $(Field::$variant => $key),* }
            }

            /// By that name.
            pub fn from_key(key: &str) -> Option<Field> {
                match key { $($key => Some(Field::$variant),)* _ => None }
            }
        }

        /// Every word a header may use for the field, normalised as `plain_label` does.
        const SYNONYMS: &[(Field, &[&str])] = &[$((Field::$variant, &[$($word),*])),*];
    };
}

fields! {
    Seq "seq": "序号" "编号" "序列" "序" "no" "no." "户序号" "行号";
    Estate "estate": "小区" "小区名称" "所属小区" "院落" "院落名称" "小区/院落" "小区(院落)" "住宅小区" "楼盘" "家属院" "小区院落";
    Building "building": "楼栋" "楼号" "栋号" "楼栋号" "幢号" "楼" "栋" "幢" "楼幢" "楼宇" "楼栋名称" "楼座" "号楼" "楼幢号" "楼栋编号" "栋楼号" "楼栋/幢";
    Unit "unit": "单元" "单元号" "单元门" "门洞" "门栋" "单元/门" "几单元";
    Door "door": "房号" "室号" "门牌号" "房间号" "户室" "门号" "房屋号" "房室号" "室" "房间" "门牌" "户室号" "房屋编号" "房门号" "住房号" "房" "门户号";
    Address "address": "住址" "地址" "现住址" "家庭住址" "居住地址" "现居住地址" "详细地址" "房屋地址" "常住地址" "居住地" "家庭地址" "实际居住地址"
        "现居住地" "现住地址" "住房地址" "楼栋单元房号" "楼栋门牌" "现居地址" "现居住址" "实际住址" "居住住址" "现住地" "详细住址" "房屋坐落";
    RegisteredAddress "registered_address": "户籍地址" "户口所在地" "户籍所在地" "户籍地" "户口地址" "户籍住址" "户籍详细地址" "户口地" "户籍登记地址";
    HeadName "head_name": "户主姓名" "户主" "户主名" "户主名字";
    ResidenceType "residence_type": "户别" "户籍类型" "居住类型" "人员类型" "人员类别" "居住性质" "户籍情况" "居住情况" "人户情况" "户籍状态" "户口类型" "户口性质"
        "居民类型" "人户状态" "居住状态" "户籍性质" "常住类型";
    Name "name": "姓名" "成员姓名" "居民姓名" "家庭成员" "家庭成员姓名" "人员姓名" "名字" "老人姓名" "老年人姓名" "申请人姓名" "申请人" "被访人" "成员" "姓名(全)";
    Relation "relation": "与户主关系" "与户主的关系" "户主关系" "关系" "家庭关系" "成员关系" "与户主之关系" "与户主" "同户主关系";
    Sex "sex": "性别";
    IdNumber "id_number": "身份证号" "身份证号码" "身份证" "公民身份号码" "公民身份证号码" "证件号码" "证件号" "居民身份证号" "居民身份证号码" "身份号码" "公民身份证号"
        "身份证件号码" "身份证件号" "有效证件号码" "居民身份号码";
    IdType "id_type": "证件类型" "证件种类" "身份证件类型";
    BirthDate "birth_date": "出生日期" "出生年月日" "生日" "出生时间";
    BirthMonth "birth_month": "出生年月";
    Age "age": "年龄" "周岁" "实足年龄" "年龄周岁";
    Phone "phone": "联系电话" "手机号" "手机号码" "电话" "电话号码" "联系方式" "手机" "移动电话" "联系手机" "固定电话" "座机" "本人电话" "联系号码" "电话1" "电话2"
        "联系电话1" "联系电话2" "备用电话" "手机号1" "手机号2" "本人联系电话";
    ContactName "contact_name": "联系人" "联系人姓名" "紧急联系人" "紧急联系人姓名";
    ContactPhone "contact_phone": "联系人电话" "联系人手机" "联系人手机号" "联系人联系电话" "联系人联系方式" "紧急联系人电话" "紧急联系电话" "紧急联系人联系电话" "联系人手机号码";
    Political "political": "政治面貌" "政治面目" "党派";
    Education "education": "文化程度" "学历" "受教育程度" "教育程度" "最高学历" "文化";
    Ethnic "ethnic": "民族" "族别";
    Marital "marital": "婚姻状况" "婚姻" "婚姻状态" "婚姻情况";
    Employment "employment": "就业状况" "职业" "从业状况" "就业情况" "就业状态" "从业情况";
    Health "health": "健康状况" "身体状况" "健康情况" "身体健康状况";
    Employer "employer": "工作单位" "单位" "就业单位" "服务处所" "工作单位及职务" "单位名称" "从业单位" "工作单位/学校" "工作或学习单位" "工作(学习)单位" "工作地点";
    Nickname "nickname": "曾用名" "小名" "别名" "昵称" "绰号" "外号";
    Tags "tags": "户标签" "标签" "特殊人群" "人员标签" "重点人群" "人群类别" "家庭类型" "户类型" "特殊身份" "人群标签" "关爱类别" "困难类别" "居民标签" "家庭标签" "特殊情况"
        "人群分类" "家庭情况" "人员属性";
    Note "note": "备注" "说明" "备注说明" "备注信息" "其他说明" "其它说明" "其他情况";
    HeadIdNumber "head_id_number": "户主身份证号" "户主身份证号码" "户主身份证" "户主证件号码" "户主公民身份号码";
    HeadPhone "head_phone": "户主电话" "户主联系电话" "户主手机号" "户主手机" "户主联系方式" "户主手机号码";
}

/// Words above or before a label that make it somebody else's fact.
const OTHER_PEOPLE: &[&str] = &[
    "配偶",
    "父亲",
    "母亲",
    "父母",
    "监护人",
    "房东",
    "房主",
    "产权人",
    "业主",
    "经办人",
    "子女",
    "儿子",
    "女儿",
    "填表人",
    "网格员",
    "楼长",
    "楼栋长",
    "租客",
];
/// Words before a label that change nothing: the person of the row is meant.
const SAME_PERSON: &[&str] = &["家庭成员", "成员", "居民", "人员", "本人", "老年人", "老人", "常住人口", "被访人", "申请人"];

/// A header text without breaks, brackets, stars and width: `联系电话(手机)*` is `联系电话`.
pub(crate) fn plain_label(text: &str) -> String {
    let folded = fold_width(text);
    let compact: String = folded.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '★' | '※' | '\u{feff}')).collect();
    let mut outside = String::new();
    let mut depth = 0u32;
    for c in compact.chars() {
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    let label = if outside.is_empty() { compact.trim_matches(['(', ')', '[', ']', '【', '】']).to_owned() } else { outside };
    label.trim_end_matches([':', '、', ',', '.', '。']).to_ascii_lowercase()
}

fn exact(label: &str) -> Option<Field> {
    SYNONYMS.iter().find(|(_, words)| words.contains(&label)).map(|(field, _)| *field)
}

/// The field of a column from the labels over it, topmost first.
pub(crate) fn field_of(path: &[String]) -> Option<Field> {
    let (leaf, parents) = path.split_last()?;
    let leaf = plain_label(leaf);
    let parents: Vec<String> =
        parents.iter().map(|parent| plain_label(parent)).filter(|parent| !parent.is_empty() && *parent != leaf).collect();
    let is_other = |label: &String| OTHER_PEOPLE.iter().any(|who| label.starts_with(who));
    if parents.iter().any(is_other) {
        return None;
    }
    let parent = parents.last().map_or("", String::as_str);
    if parent.contains("联系人") {
        return match exact(&leaf) {
            Some(Field::Name | Field::ContactName) => Some(Field::ContactName),
            Some(Field::Phone | Field::ContactPhone) => Some(Field::ContactPhone),
            _ => None,
        };
    }
    if parent.starts_with("户主") {
        return match exact(&leaf) {
            Some(Field::Name | Field::HeadName) => Some(Field::HeadName),
            Some(Field::Phone | Field::HeadPhone) => Some(Field::HeadPhone),
            Some(Field::IdNumber | Field::HeadIdNumber) => Some(Field::HeadIdNumber),
            _ => None,
        };
    }
    if (parent.starts_with("户籍") || parent.starts_with("户口"))
        && matches!(exact(&leaf), Some(Field::Address | Field::Estate | Field::Building | Field::Unit | Field::Door))
    {
        let is_whole = exact(&leaf) == Some(Field::Address) && !leaf.starts_with('现');
        return if is_whole { Some(Field::RegisteredAddress) } else { exact(&leaf).filter(|field| *field == Field::Address) };
    }
    if let Some(field) = exact(&leaf) {
        return Some(field);
    }
    let bare = SAME_PERSON.iter().find_map(|who| leaf.strip_prefix(who)).and_then(exact);
    bare.or_else(|| exact(&format!("{parent}{leaf}")))
}

/// One column of a table. `F` is what a column can hold: a `Field` of a roster, or the key of another ledger's field.
#[derive(Debug, Clone)]
pub(crate) struct Column<F = Field> {
    pub at: u32,
    /// The header as written, as a person looks for it: the lowest label, with the one above where that decides.
    pub header: String,
    /// The labels over it, topmost first, each once.
    pub path: Vec<String>,
    pub field: Option<F>,
    /// False for a column without a word of its own; what stands in it is still read.
    pub is_labelled: bool,
}

/// The header of a sheet: 0-based rows, both bounds inside.
#[derive(Debug, Clone)]
pub(crate) struct Header<F = Field> {
    pub first_row: u32,
    pub last_row: u32,
    pub columns: Vec<Column<F>>,
}

impl<F: Copy + PartialEq> Header<F> {
    /// The first column that holds the field.
    pub fn column(&self, field: F) -> Option<&Column<F>> {
        self.columns.iter().find(|column| column.field == Some(field))
    }

    pub fn has(&self, field: F) -> bool {
        self.column(field).is_some()
    }

    /// How many different facts its columns hold.
    pub fn score(&self) -> usize {
        let mut seen: Vec<F> = Vec::new();
        for field in self.columns.iter().filter_map(|column| column.field) {
            if !seen.contains(&field) {
                seen.push(field);
            }
        }
        seen.len()
    }
}

/// The rows that read most like the header of a roster, fewer rows first; `None` when nothing reads like one.
pub(crate) fn find(grid: &Grid) -> Option<Header> {
    find_as(grid, field_of, |field| field == Field::Phone)
}

/// Facts told, then as few rows as can be.
type Rank = (usize, std::cmp::Reverse<usize>);

/// The same for the words of another ledger. `may_repeat`: a fact that several columns may hold.
pub(crate) fn find_as<F: Copy + PartialEq>(
    grid: &Grid,
    of: impl Fn(&[String]) -> Option<F>,
    may_repeat: impl Fn(F) -> bool,
) -> Option<Header<F>> {
    let mut best: Option<(Rank, Header<F>)> = None;
    for first in 0..(grid.row_count() as usize).min(HEADER_MAX_ROW) {
        for rows in 1..=HEADER_MAX_ROWS {
            let (first_row, last_row) = (first as u32, (first + rows - 1) as u32);
            if last_row >= grid.row_count() || grid.is_blank_row(first_row) {
                continue;
            }
            let header = read_as(grid, first_row, last_row, &of, &may_repeat);
            // A title above a header reads as well with it as without: fewer rows win.
            let rank = (header.score(), std::cmp::Reverse(rows));
            if rank.0 > 1 && best.as_ref().is_none_or(|(best, _)| rank > *best) {
                best = Some((rank, header));
            }
        }
    }
    best.map(|(_, header)| header)
}

/// The rows that are drawn like a header although no word of them is known: the first row of several short texts side by side, with the rows
/// beneath it that its merged cells leave open. 0-based, both inside.
pub(crate) fn find_drawn(grid: &Grid) -> Option<(u32, u32)> {
    let texts = |row: u32| {
        let filled = (0..grid.column_count()).filter(|at| !grid.cell(row, *at).is_blank());
        let cells: Vec<u32> = filled.collect();
        let are_words = cells.iter().all(|at| matches!(grid.cell(row, *at), crate::sheet::Cell::Text(text) if text.chars().count() <= 40));
        if are_words { cells.len() } else { 0 }
    };
    let first = (0..grid.row_count().min(HEADER_MAX_ROW as u32)).find(|row| texts(*row) >= 3)?;
    // a group over several columns has its parts in the next row
    let mut last = first;
    while (last - first + 1) < HEADER_MAX_ROWS as u32 && last + 1 < grid.row_count() {
        let is_group = |at: u32| grid.merge_at(last, at).is_some_and(|m| m.right > m.left && m.bottom == last);
        let goes_on = |at: u32| (first..=last).any(|row| grid.merge_at(row, at).is_some_and(|m| m.bottom > last));
        if !(0..grid.column_count()).any(|at| is_group(at) || goes_on(at)) {
            break;
        }
        last += 1;
    }
    Some((first, last))
}

/// The header that stands in these rows (0-based, both inside).
pub(crate) fn read_as<F: Copy + PartialEq>(
    grid: &Grid,
    first_row: u32,
    last_row: u32,
    of: &impl Fn(&[String]) -> Option<F>,
    may_repeat: &impl Fn(F) -> bool,
) -> Header<F> {
    let label = |row: u32, column: u32| grid.cell(row, column).text().trim().to_owned();
    let width = grid.column_count();
    // Labels over a column; a group's label reaches over the blank cells to its right, merged or not.
    let mut above: Vec<String> = vec![String::new(); (last_row - first_row) as usize];
    let mut columns = Vec::new();
    for at in 0..width {
        let mut path: Vec<String> = Vec::new();
        for row in first_row..=last_row {
            let here = match grid.anchor(row, at) {
                // Merged with cells above inside the header: the label is already on the path. Merged to the left: the group's label.
                Some((top, left)) if left == at && top >= first_row => String::new(),
                Some((top, left)) if top >= first_row => label(top, left),
                _ => label(row, at),
            };
            if row < last_row {
                let depth = (row - first_row) as usize;
                let own = !label(row, at).is_empty();
                if own {
                    above[depth..].fill(String::new());
                    above[depth].clone_from(&here);
                }
                let below_is_empty = (row + 1..=last_row).all(|row| label(row, at).is_empty());
                let group = if own || below_is_empty { here } else { above[depth].clone() };
                path.push(group);
            } else {
                path.push(here);
            }
        }
        path.retain(|part| !part.is_empty());
        path.dedup();
        let is_labelled = (first_row..=last_row).any(|row| grid.anchor(row, at).is_none() && !label(row, at).is_empty());
        let Some(leaf) = path.last().filter(|_| is_labelled) else {
            columns.push(Column { at, header: format!("{}列", column_letters(at)), path: Vec::new(), field: None, is_labelled });
            continue;
        };
        let field = of(&path);
        let alone = of(std::slice::from_ref(leaf));
        let header = if field == alone { leaf.clone() } else { path.join("/") };
        let header = header.split_whitespace().collect::<Vec<_>>().join("");
        columns.push(Column { at, header, path, field, is_labelled });
    }
    keep_first_of_each(&mut columns, may_repeat);
    Header { first_row, last_row, columns }
}

/// A second column of the same fact is kept as an unknown one, so that nothing of it is lost. Telephones may be many.
pub(crate) fn keep_first_of_each<F: Copy + PartialEq>(columns: &mut [Column<F>], may_repeat: &impl Fn(F) -> bool) {
    let mut seen: Vec<F> = Vec::new();
    for column in columns {
        match column.field {
            Some(field) if !may_repeat(field) && seen.contains(&field) => column.field = None,
            Some(field) => seen.push(field),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &[&str]) -> Option<&'static str> {
        field_of(&path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>()).map(Field::key)
    }

    #[test]
    fn labels_are_read_through_brackets_breaks_and_stars() {
        assert_eq!(plain_label("联系电话\n(手机)*"), "联系电话");
        assert_eq!(plain_label(" 姓 名 "), "姓名");
        assert_eq!(plain_label("(必填)"), "必填");
        assert_eq!(field(&["公民身份号码(18位)"]), Some("id_number"));
        assert_eq!(field(&["成员性别"]), Some("sex"));
    }

    #[test]
    fn the_words_above_decide_whose_fact_it_is() {
        assert_eq!(field(&["成员信息", "姓名"]), Some("name"));
        assert_eq!(field(&["联系人", "姓名"]), Some("contact_name"));
        assert_eq!(field(&["联系人", "电话"]), Some("contact_phone"));
        assert_eq!(field(&["户主", "姓名"]), Some("head_name"));
        assert_eq!(field(&["户主", "身份证号"]), Some("head_id_number"));
        assert_eq!(field(&["配偶", "姓名"]), None);
        assert_eq!(field(&["房东", "联系电话"]), None);
        assert_eq!(field(&["配偶姓名"]), None);
        assert_eq!(field(&["户籍信息", "户籍地址"]), Some("registered_address"));
        assert_eq!(field(&["户籍信息", "地址"]), Some("registered_address"));
        assert_eq!(field(&["户籍信息", "现住址"]), Some("address"));
        assert_eq!(field(&["身份证", "号码"]), Some("id_number"));
        assert_eq!(field(&["开户银行"]), None);
    }

    #[test]
    fn no_word_names_two_fields_and_every_word_can_be_met() {
        let mut seen = std::collections::HashMap::new();
        for (field, words) in SYNONYMS {
            for word in *words {
                assert!(seen.insert(*word, *field).is_none_or(|other| other == *field), "{word}");
            }
            assert!(words.iter().any(|word| plain_label(word) == **word), "{field:?}");
        }
    }
}
