//! What a column of a table may hold, by what its row is about: key, 中文, English. The keys of a record's own fields are those of its declaration;
//! the others are made of several (an address, an age, the contact of a family).

use crate::error::Result;
use crate::store::rows;
use app_tables::Subject;
use rusqlite::Connection;
use shared_model::codes::Coded;
use shared_model::records::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// A column of the household's or the person's own extra fields.
pub const EXT: &str = "ext/";
/// Extra columns offered at most.
const EXT_MAX: usize = 60;

type Field = (&'static str, &'static str, &'static str);

/// Every field, once.
const FIELDS: &[Field] = &[
    ("seq", "序号", "Number"),
    ("name", "姓名", "Name"),
    ("sex", "性别", "Sex"),
    ("id_number", "公民身份号码", "Identity number"),
    ("birth_date", "出生日期", "Birth date"),
    ("birth_month", "出生年月", "Month of birth"),
    ("birth_year", "出生年", "Year of birth"),
    ("age", "年龄", "Age"),
    ("phone", "联系电话", "Phone"),
    ("phone2", "另一个电话", "Other phone"),
    ("relation", "与户主关系", "Relation to head"),
    ("ethnic", "民族", "Ethnic group"),
    ("political", "政治面貌", "Political status"),
    ("education", "文化程度", "Education"),
    ("marital", "婚姻状况", "Marital status"),
    ("employment", "从业状况", "Employment"),
    ("employer", "工作单位", "Employer"),
    ("residence_type", "户籍类型", "Residence type"),
    ("registered_address", "户籍地址", "Registered address"),
    ("health", "健康状况", "Health"),
    ("id_type", "证件类型", "Identity paper"),
    ("nickname", "称呼", "Called"),
    ("head_name", "户主姓名", "Head of household"),
    ("head_phone", "户主电话", "Head's phone"),
    ("head_id_number", "户主身份证号", "Head's identity number"),
    ("contact_name", "联系人", "Contact"),
    ("contact_phone", "联系人电话", "Contact's phone"),
    ("people", "人口数", "People"),
    ("members", "家庭成员", "Members"),
    ("address", "现住址", "Address"),
    ("estate", "小区", "Estate"),
    ("building", "楼栋", "Building"),
    ("unit", "单元", "Staircase"),
    ("door", "房号", "Door"),
    ("plate", "门牌", "Doorplate"),
    ("grid", "网格", "Grid"),
    ("community", "社区", "Community"),
    ("tags", "标签", "Tags"),
    ("care", "关爱标签", "Care tags"),
    ("tier", "走访档", "Visit tier"),
    ("hub", "党员中心户", "Party-member hub"),
    ("rented", "出租", "Rented"),
    ("vacant", "空户", "Vacant"),
    ("since", "登记日", "On the books since"),
    ("visited_at", "最近走访", "Last visit"),
    ("note", "备注", "Note"),
    ("care_note", "关爱备注", "Care note"),
    ("number", "编号", "Number of the case"),
    ("title", "事项", "Case"),
    ("description", "情况", "What happened"),
    ("matter", "事项类别", "Matter"),
    ("category", "大类", "Category"),
    ("opened_at", "上报时间", "Reported at"),
    ("place", "地点", "Where"),
    ("state", "状态", "State"),
    ("is_closed", "是否办结", "Closed"),
    ("lead", "承办单位", "Lead department"),
    ("assignee", "责任人", "Given to"),
    ("due_at", "期限", "Due"),
    ("closed_at", "办结时间", "Closed at"),
    ("outcome", "办理结果", "Outcome"),
    ("reporter", "反映人", "Reported by"),
    ("contact", "联系人", "Contact"),
    ("urgency", "紧急程度", "Urgency"),
    ("kind", "类别", "Kind"),
    ("closed", "已停用", "Closed down"),
    ("count", "数量", "How many"),
    ("lng", "经度", "Longitude"),
    ("lat", "纬度", "Latitude"),
    ("staircases", "单元数", "Staircases"),
    ("floors", "层数", "Floors"),
    ("doors", "每层户数", "Doors a floor"),
    ("households", "总户数", "Doors"),
    ("at", "时间", "When"),
    ("mode", "方式", "How"),
    ("by", "走访人", "Visited by"),
];

const PERSON: &[&str] = &[
    "seq",
    "name",
    "sex",
    "id_number",
    "birth_date",
    "birth_month",
    "age",
    "phone",
    "phone2",
    "relation",
    "head_name",
    "head_phone",
    "head_id_number",
    "contact_name",
    "contact_phone",
    "address",
    "estate",
    "building",
    "unit",
    "door",
    "plate",
    "grid",
    "community",
    "registered_address",
    "residence_type",
    "ethnic",
    "political",
    "education",
    "marital",
    "employment",
    "employer",
    "health",
    "tags",
    "care",
    "tier",
    "id_type",
    "nickname",
    "visited_at",
    "note",
    "care_note",
];
const HOUSEHOLD: &[&str] = &[
    "seq",
    "head_name",
    "head_phone",
    "head_id_number",
    "people",
    "members",
    "address",
    "estate",
    "building",
    "unit",
    "door",
    "plate",
    "grid",
    "community",
    "residence_type",
    "tags",
    "care",
    "tier",
    "hub",
    "rented",
    "vacant",
    "sex",
    "age",
    "birth_date",
    "political",
    "ethnic",
    "since",
    "visited_at",
    "note",
    "care_note",
];
const CASE: &[&str] = &[
    "seq",
    "number",
    "title",
    "description",
    "matter",
    "category",
    "opened_at",
    "place",
    "building",
    "grid",
    "community",
    "state",
    "is_closed",
    "lead",
    "assignee",
    "due_at",
    "closed_at",
    "outcome",
    "reporter",
    "contact",
    "urgency",
];
const PLACE: &[&str] =
    &["seq", "name", "kind", "estate", "building", "address", "contact", "phone", "grid", "community", "lng", "lat", "closed", "note"];
const FACILITY: &[&str] =
    &["seq", "name", "kind", "estate", "building", "address", "state", "count", "grid", "community", "lng", "lat", "note"];
const BUILDING: &[&str] = &["seq", "estate", "number", "staircases", "floors", "doors", "households", "lng", "lat", "note"];
const VISIT: &[&str] = &["seq", "at", "estate", "building", "unit", "door", "address", "name", "outcome", "mode", "note", "by"];
/// What a roster's column may hold.
const ROSTER: &[&str] = &[
    "seq",
    "name",
    "relation",
    "sex",
    "id_number",
    "id_type",
    "birth_date",
    "phone",
    "head_name",
    "head_phone",
    "head_id_number",
    "contact_name",
    "contact_phone",
    "estate",
    "building",
    "unit",
    "door",
    "address",
    "registered_address",
    "residence_type",
    "political",
    "education",
    "ethnic",
    "marital",
    "employment",
    "employer",
    "health",
    "nickname",
    "tags",
    "note",
];

/// What a field is called: (中文, English). Of an extra column, its own header. What reads differently in another table is said there.
pub fn label(subject: Subject, key: &str) -> Coded {
    if let Some(name) = key.strip_prefix(EXT) {
        return Coded::spoken(key, name, name);
    }
    let own = match (subject, key) {
        (Subject::Place | Subject::Facility, "name") => Some(("名称", "Name")),
        (Subject::Place | Subject::Facility, "address") => Some(("位置", "Where")),
        (Subject::Facility, "state") => Some(("状况", "Condition")),
        (Subject::Building, "number") => Some(("楼号", "Number of the building")),
        (Subject::Visit, "outcome") => Some(("走访结果", "Outcome")),
        (Subject::Visit, "note") => Some(("走访记录", "Words")),
        (Subject::Case, "contact") => Some(("联系方式", "How to reach them")),
        _ => None,
    };
    let known = FIELDS.iter().find(|(k, ..)| *k == key).map(|(_, zh, en)| (*zh, *en));
    let (zh, en) = own.or(known).unwrap_or((key, key));
    Coded::spoken(key, zh, en)
}

/// What a column of a table with such rows may hold, in the order of a select.
pub fn choices(subject: Subject, is_import: bool, ext: &BTreeSet<String>) -> Vec<Coded> {
    let keys = match subject {
        Subject::Person | Subject::Household if is_import => ROSTER,
        Subject::Person => PERSON,
        Subject::Household => HOUSEHOLD,
        Subject::Case => CASE,
        Subject::Place => PLACE,
        Subject::Facility => FACILITY,
        Subject::Building => BUILDING,
        Subject::Visit => VISIT,
    };
    let mut out: Vec<Coded> = keys.iter().map(|key| label(subject, key)).collect();
    if !is_import && matches!(subject, Subject::Person | Subject::Household) {
        out.extend(ext.iter().take(EXT_MAX).map(|name| label(subject, &format!("{EXT}{name}"))));
    }
    out
}

/// Is this a field that a column may hold?
pub fn is_field(subject: Subject, is_import: bool, key: &str) -> bool {
    key.is_empty() || key == "ext" || key.starts_with(EXT) || choices(subject, is_import, &BTreeSet::new()).iter().any(|c| c.code == key)
}

/// Names of the extra columns that files brought along, by how many records hold each; of households and people.
///
/// # Errors
/// Of the store.
pub fn ext_names(db: &Connection) -> Result<BTreeSet<String>> {
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for kind in [Kind::Household, Kind::Person] {
        for row in rows(db, kind, "where t._del is null and t.ext is not null", &[])? {
            for name in row.texts("ext").into_keys() {
                *found.entry(name).or_insert(0) += 1;
            }
        }
    }
    let mut all: Vec<(String, u32)> = found.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(all.into_iter().take(EXT_MAX).map(|(name, _)| name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_offered_has_words_in_both_languages() {
        for subject in Subject::ALL {
            for is_import in [false, true] {
                for choice in choices(subject, is_import, &BTreeSet::new()) {
                    assert_ne!(choice.label, choice.code, "{subject:?} {}", choice.code);
                    assert!(choice.en.is_some_and(|en| !en.is_empty()), "{subject:?} {}", choice.code);
                }
            }
        }
    }
}
