//! What one row of a table is about, and the words by which the columns of each ledger are known: cases, places, facilities, buildings, visits.
//! People and households are told by the synonym table of `headers`; here stands only what is theirs beyond a roster. Words are as `plain_label`
//! makes them. A word counts only within its subject: 状态 of a case is no state of a facility.

use crate::headers::{self, Field, Header, plain_label};
use crate::sheet::Grid;
use serde::Serialize;

/// One row per …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Person,
    Household,
    Case,
    Place,
    Facility,
    Building,
    Visit,
}

type Words = &'static [(&'static str, &'static [&'static str])];

/// What a household's row has beside the words of a roster.
const HOUSEHOLD: Words = &[
    ("people", &["人口数", "家庭人口", "家庭人口数", "人口", "家庭人数", "人数", "常住人口", "户内人数", "家庭成员数", "共同生活人数"]),
    ("members", &["家庭成员姓名", "成员名单", "家庭成员情况", "共同生活成员"]),
    ("grid", &["网格", "所属网格", "网格名称"]),
    ("community", &["社区", "所属社区", "村居", "社区名称"]),
    ("tier", &["走访档", "走访等级", "风险等级", "分级"]),
    ("hub", &["党员中心户", "是否党员中心户"]),
    ("care", &["关爱标签", "困难类型", "困难情形", "帮扶类别"]),
    ("visited_at", &["最近走访", "最近走访时间", "最近走访日期", "上次走访"]),
];

const PERSON: Words = &[
    ("grid", &["网格", "所属网格", "网格名称"]),
    ("community", &["社区", "所属社区", "村居", "社区名称"]),
    ("care", &["关爱标签", "困难类型", "困难情形", "帮扶类别"]),
];

const CASE: Words = &[
    ("seq", &["序号", "编号", "序", "行号"]),
    ("number", &["事项编号", "工单编号", "隐患编号", "问题编号", "事件编号", "受理编号", "工单号"]),
    (
        "title",
        &["事项", "事项名称", "标题", "问题", "问题名称", "隐患", "隐患名称", "事件", "事件名称", "诉求", "工单标题", "主题", "隐患事项"],
    ),
    (
        "description",
        &[
            "情况",
            "事项内容",
            "问题描述",
            "隐患描述",
            "隐患内容",
            "具体情况",
            "内容",
            "描述",
            "事件描述",
            "主要内容",
            "存在问题",
            "问题内容",
            "存在隐患",
            "隐患情况",
            "问题情况",
            "诉求内容",
            "事由",
            "基本情况",
        ],
    ),
    ("matter", &["类别", "事项类别", "隐患类别", "问题类别", "事项类型", "隐患类型", "类型", "问题类型", "事件类型", "事件类别", "小类"]),
    ("category", &["大类", "事项大类", "隐患大类"]),
    (
        "opened_at",
        &[
            "上报时间",
            "发现时间",
            "登记时间",
            "受理时间",
            "排查时间",
            "检查时间",
            "上报日期",
            "发现日期",
            "登记日期",
            "受理日期",
            "排查日期",
            "检查日期",
            "时间",
            "日期",
            "发生时间",
            "报告时间",
        ],
    ),
    (
        "place",
        &[
            "地点",
            "位置",
            "发生地点",
            "隐患地点",
            "具体位置",
            "地址",
            "事发地点",
            "详细地址",
            "隐患位置",
            "点位",
            "具体地点",
            "问题点位",
            "部位",
            "隐患部位",
        ],
    ),
    ("building", &["楼栋", "楼号", "楼栋号", "所在楼栋"]),
    ("grid", &["网格", "所属网格", "网格名称"]),
    ("community", &["社区", "所属社区", "村居", "社区名称"]),
    ("state", &["状态", "办理状态", "进展", "整改状态", "当前状态", "处置状态", "办理进度", "进度", "整改进展"]),
    ("is_closed", &["是否办结", "是否整改", "是否整改到位", "是否销号", "是否完成", "是否处置"]),
    ("lead", &["承办", "承办单位", "责任单位", "整改单位", "主办单位", "牵头单位", "责任部门", "承办部门", "整改责任单位"]),
    ("assignee", &["责任人", "整改责任人", "承办人", "办理人", "处置人", "经办人"]),
    ("due_at", &["整改期限", "办结期限", "期限", "截止时间", "完成期限", "整改时限", "办理期限", "截止日期"]),
    ("closed_at", &["办结时间", "完成时间", "整改完成时间", "销号时间", "办结日期", "完成日期", "销号日期", "整改时间"]),
    (
        "outcome",
        &[
            "办理结果",
            "处理结果",
            "整改措施",
            "处置措施",
            "整改情况",
            "处理情况",
            "办理情况",
            "处置情况",
            "处理措施",
            "处置结果",
            "整改结果",
        ],
    ),
    ("reporter", &["反映人", "上报人", "诉求人", "报告人", "发现人", "当事人"]),
    ("contact", &["联系方式", "联系电话", "电话", "手机号", "反映人电话"]),
    ("urgency", &["紧急程度", "风险等级", "隐患等级", "等级", "隐患级别", "级别"]),
];

const PLACE: Words = &[
    ("seq", &["序号", "编号", "序", "行号"]),
    (
        "name",
        &[
            "名称",
            "单位名称",
            "商户名称",
            "店名",
            "场所名称",
            "企业名称",
            "门店名称",
            "招牌名称",
            "店铺名称",
            "商铺名称",
            "字号名称",
            "商户",
            "经营单位",
            "机构名称",
            "店铺",
        ],
    ),
    ("kind", &["类别", "类型", "场所类别", "业态", "行业", "单位类型", "经营类别", "行业类别", "场所类型", "商户类别"]),
    ("estate", &["小区", "小区名称", "所属小区", "院落"]),
    ("building", &["楼栋", "楼号", "楼栋号", "所在楼栋"]),
    ("address", &["地址", "位置", "经营地址", "详细地址", "场所地址", "所在位置", "单位地址", "具体位置", "门牌", "门牌号", "住所"]),
    (
        "contact",
        &["联系人", "负责人", "法人", "经营者", "法定代表人", "店主", "负责人姓名", "经营者姓名", "安全负责人", "户主", "业主姓名"],
    ),
    ("phone", &["联系电话", "电话", "手机", "联系方式", "负责人电话", "手机号", "手机号码", "联系人电话"]),
    ("note", &["备注", "说明"]),
    ("closed", &["是否停业", "停业"]),
    ("lng", &["经度"]),
    ("lat", &["纬度"]),
    ("grid", &["网格", "所属网格", "网格名称"]),
    ("community", &["社区", "所属社区", "村居", "社区名称"]),
];

const FACILITY: Words = &[
    ("seq", &["序号", "编号", "序", "行号"]),
    ("name", &["名称", "设施名称", "设备名称", "点位名称", "设施", "设备"]),
    ("kind", &["类别", "设施类别", "类型", "设施类型", "设备类型", "设备类别"]),
    ("estate", &["小区", "小区名称", "所属小区", "院落"]),
    ("building", &["楼栋", "楼号", "楼栋号", "所在楼栋"]),
    ("address", &["位置", "地址", "安装位置", "所在位置", "具体位置", "设置位置", "安装地点"]),
    ("state", &["状况", "状态", "完好情况", "设施状况", "设备状态", "运行状态", "完好状况"]),
    ("count", &["数量", "个数", "台数", "数目", "套数"]),
    ("note", &["备注", "说明"]),
    ("lng", &["经度"]),
    ("lat", &["纬度"]),
];

const BUILDING: Words = &[
    ("seq", &["序号", "编号", "序", "行号"]),
    ("estate", &["小区", "小区名称", "所属小区", "院落", "院落名称", "住宅小区", "家属院"]),
    ("number", &["楼栋", "楼号", "栋号", "楼栋号", "幢号", "楼幢", "楼栋名称", "楼宇", "幢", "栋", "楼栋编号"]),
    ("staircases", &["单元数", "单元个数", "单元", "几个单元"]),
    ("floors", &["层数", "楼层", "楼层数", "总层数", "地上层数", "层"]),
    ("doors", &["每层户数", "每层门数", "每单元每层户数", "一梯几户", "每层", "每层户"]),
    ("households", &["总户数", "户数", "住户数", "房屋套数", "套数"]),
    ("lng", &["经度"]),
    ("lat", &["纬度"]),
    ("note", &["备注", "说明"]),
];

const VISIT: Words = &[
    ("seq", &["序号", "编号", "序", "行号"]),
    ("at", &["走访时间", "走访日期", "日期", "时间", "入户时间", "入户日期"]),
    ("estate", &["小区", "小区名称", "所属小区", "院落"]),
    ("building", &["楼栋", "楼号", "楼栋号"]),
    ("unit", &["单元", "单元号"]),
    ("door", &["房号", "室号", "门牌号", "房间号", "门牌", "门号"]),
    ("address", &["住址", "地址", "家庭住址", "现住址", "详细地址"]),
    ("name", &["姓名", "户主", "户主姓名", "走访对象", "居民姓名", "被访人"]),
    ("outcome", &["走访结果", "结果", "是否见到"]),
    ("mode", &["走访方式", "方式"]),
    ("note", &["走访记录", "走访内容", "内容", "记录", "情况", "备注", "走访情况", "反映问题", "诉求", "谈话内容"]),
    ("by", &["走访人", "网格员", "入户人员", "走访干部"]),
];

impl Subject {
    /// Every subject.
    pub const ALL: [Subject; 7] =
        [Subject::Person, Subject::Household, Subject::Case, Subject::Place, Subject::Facility, Subject::Building, Subject::Visit];
    /// What a department's table may have a row for.
    pub const FILLED: [Subject; 5] = [Subject::Person, Subject::Household, Subject::Case, Subject::Place, Subject::Facility];

    /// Stable name.
    pub fn name(self) -> &'static str {
        ["person", "household", "case", "place", "facility", "building", "visit"][self as usize]
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Subject> {
        Subject::ALL.into_iter().find(|subject| subject.name() == name)
    }

    fn words(self) -> Words {
        match self {
            Subject::Person => PERSON,
            Subject::Household => HOUSEHOLD,
            Subject::Case => CASE,
            Subject::Place => PLACE,
            Subject::Facility => FACILITY,
            Subject::Building => BUILDING,
            Subject::Visit => VISIT,
        }
    }

    /// The field of a column from the labels over it, topmost first.
    pub(crate) fn field_of(self, path: &[String]) -> Option<&'static str> {
        if matches!(self, Subject::Person | Subject::Household) {
            let own = path.last().and_then(|leaf| exact(self.words(), &plain_label(leaf)));
            let field = headers::field_of(path);
            return match (self, own, field) {
                (_, Some(own), _) => Some(own),
                // in a household's row the person is its head
                (Subject::Household, _, Some(Field::Name)) => Some("head_name"),
                (Subject::Household, _, Some(Field::Phone)) => Some("head_phone"),
                (Subject::Household, _, Some(Field::IdNumber)) => Some("head_id_number"),
                (_, _, field) => field.map(Field::key),
            };
        }
        let leaf = plain_label(path.last()?);
        let parent = path.len().checked_sub(2).and_then(|at| path.get(at)).map(|parent| plain_label(parent)).unwrap_or_default();
        // 负责人 / 电话, 联系人 / 姓名
        if self == Subject::Place && ["联系人", "负责人", "法人", "经营者", "店主"].iter().any(|who| parent.contains(who)) {
            match leaf.as_str() {
                "姓名" => return Some("contact"),
                "电话" | "手机" | "联系电话" | "手机号" | "联系方式" => return Some("phone"),
                _ => {}
            }
        }
        exact(self.words(), &leaf).or_else(|| exact(self.words(), &format!("{parent}{leaf}")))
    }

    /// Whether these fields can be a table about this: somebody or something has to be named.
    fn is_anchored(self, has: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Subject::Person => has("name") || has("id_number") || has("contact_name"),
            Subject::Household => has("head_name") || has("people") || has("address") || has("door"),
            Subject::Case => {
                (has("title") || has("description") || has("matter"))
                    && ["opened_at", "place", "state", "closed_at", "lead", "outcome"].iter().any(|key| has(key))
            }
            Subject::Place => has("name") && ["kind", "contact", "phone", "address"].iter().any(|key| has(key)),
            Subject::Facility => has("name") && ["kind", "state", "count", "address"].iter().any(|key| has(key)),
            Subject::Building => has("number") && ["staircases", "floors", "doors", "households", "estate"].iter().any(|key| has(key)),
            Subject::Visit => has("at") && ["note", "outcome"].iter().any(|key| has(key)),
        }
    }

    /// The header of a sheet about this, found by its words.
    pub(crate) fn find(self, grid: &Grid) -> Option<Header<&'static str>> {
        let header = headers::find_as(grid, |path| self.field_of(path), |field| field == "phone")?;
        self.is_anchored(&|key| header.has(key)).then_some(header)
    }
}

fn exact(words: Words, label: &str) -> Option<&'static str> {
    words.iter().find(|(_, all)| all.contains(&label)).map(|(field, _)| *field)
}

/// What a sheet is about and its header, as far as its words tell. The subject under which most columns are known wins; an equal count goes to the
/// first of `among`. A table with a head of household and nobody else has a row for each household.
pub(crate) fn guess(grid: &Grid, among: &[Subject]) -> Option<(Subject, Header<&'static str>)> {
    let mut best: Option<(usize, Subject, Header<&'static str>)> = None;
    for subject in among {
        let Some(header) = subject.find(grid) else { continue };
        let score = header.score();
        if best.as_ref().is_none_or(|(most, ..)| score > *most) {
            best = Some((score, *subject, header));
        }
    }
    let (_, subject, header) = best?;
    if subject == Subject::Person && among.contains(&Subject::Household) {
        // the columns as words alone tell them: 姓名 is a person's, 户主姓名 a household's
        let people = Subject::Person.find(grid).is_some_and(|own| own.has("name"));
        let counts = Subject::Household.find(grid).filter(|own| own.has("people") || own.has("members"));
        if let Some(household) = counts.filter(|_| !people || header.has("head_name")) {
            return Some((Subject::Household, household));
        }
        if !people && header.has("head_name") {
            return Subject::Household.find(grid).map(|household| (Subject::Household, household));
        }
    }
    Some((subject, header))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::read_grids;

    fn guessed(csv: &str) -> Option<(&'static str, Vec<Option<&'static str>>)> {
        let grid = read_grids(csv.as_bytes(), "a.csv").unwrap().remove(0);
        let (subject, header) = guess(&grid, &Subject::ALL)?;
        Some((subject.name(), header.columns.iter().map(|column| column.field).collect()))
    }

    #[test]
    fn a_table_says_by_its_words_what_its_rows_are_about() {
        let about = |csv: &str| guessed(csv).map(|(subject, _)| subject);
        assert_eq!(about("序号,姓名,性别,身份证号,联系电话\n"), Some("person"));
        assert_eq!(about("序号,户主姓名,家庭人口,住址,联系电话\n"), Some("household"));
        assert_eq!(about("序号,隐患名称,隐患地点,发现时间,整改期限,责任单位,整改情况,备注\n"), Some("case"));
        assert_eq!(about("序号,单位名称,类别,地址,负责人,联系电话\n"), Some("place"));
        assert_eq!(about("设施名称,设施类别,安装位置,数量,完好情况\n"), Some("facility"));
        assert_eq!(about("小区,楼号,单元数,层数,每层户数\n"), Some("building"));
        assert_eq!(about("走访日期,户主姓名,楼栋,单元,房号,走访内容,走访结果\n"), Some("visit"));
        assert_eq!(about("商品,数量\n"), None);
    }

    #[test]
    fn the_person_of_a_households_row_is_its_head() {
        let (subject, fields) = guessed("户主姓名,身份证号码,家庭人口数,住址,联系电话,困难类型\n").unwrap();
        assert_eq!(subject, "household");
        assert_eq!(fields[..5], [Some("head_name"), Some("head_id_number"), Some("people"), Some("address"), Some("head_phone")]);
    }

    #[test]
    fn no_word_names_two_fields_of_one_subject() {
        for subject in Subject::ALL {
            let mut seen = std::collections::HashSet::new();
            for (_, words) in subject.words() {
                assert!(words.iter().all(|word| seen.insert(*word) && plain_label(word) == **word), "{subject:?} {words:?}");
            }
        }
    }
}
