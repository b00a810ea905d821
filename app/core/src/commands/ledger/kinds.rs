//! The declarations: each kind's ledger, what is joined to its rows and what of it is shown. Expressions are of this file and never of what
//! people write. What a column is, and who may see it, is in `columns.rs`.

use super::columns::{Column, From, Ledger, Ty};
use shared_model::records::Kind;

const fn joined(key: &'static str, zh: &'static str, en: &'static str, ty: Ty, sql: &'static str) -> Column {
    Column { key, zh, en, ty, from: From::Sql(sql), sort: None, field: None, is_who: false }
}
const fn sorted(mut c: Column, sort: &'static str) -> Column {
    c.sort = Some(sort);
    c
}
const fn of_case(key: &'static str, zh: &'static str, en: &'static str, ty: Ty) -> Column {
    Column { key, zh, en, ty, from: From::Case, sort: None, field: None, is_who: false }
}
const fn by(key: &'static str, zh: &'static str, en: &'static str, of: &'static str) -> Column {
    Column { key, zh, en, ty: Ty::Text, from: From::By(of), sort: None, field: None, is_who: true }
}

macro_rules! plate {
    ($h:literal) => {
        concat!(
            "(case when ",
            $h,
            ".door is null then null else coalesce(nullif(b.number, '') || '-', '') || coalesce(nullif(",
            $h,
            ".unit_no, '') || '-', '') || ",
            $h,
            ".door end)"
        )
    };
}
const BUILDING: &str = "coalesce(b.name, nullif(b.number, '') || '号楼')";
const PADDED_BUILDING: &str = "coalesce(b.estate, '') || '|' || substr('000000' || coalesce(b.number, ''), -6) || coalesce(b.name, '')";
const DUE: &str = "coalesce(d.tier, '') || '|' || coalesce(t.vacant, 0) || '|' || coalesce(d.first, '') || '|' || coalesce(d.reached_on, '') || '|' || coalesce(d.tried_on, '')";
const GRID: &str = "(select g.name from unit g where g.record = b.parent)";

const HOUSEHOLD: Ledger = Ledger {
    kind: Kind::Household,
    joins: "left join due d on d.household = t.record left join unit b on b.record = t.building",
    base: "t._del is null and t.door is not null and t.merged_into is null",
    order: "d.walk, t.record",
    hangs_on: &[("household", &["door", "merged_into", "_del"]), ("due", &["walk"])],
    unit: "t.building",
    household: "t.record",
    case: "null",
    place: Some(("b.lng_e7", "b.lat_e7")),
    joined: &[
        sorted(joined("plate", "门牌", "Door", Ty::Plate, plate!("t")), "coalesce(d.walk, '')"),
        sorted(joined("building", "楼栋", "Building", Ty::Text, BUILDING), PADDED_BUILDING),
        joined("number", "楼号", "Building no.", Ty::Text, "b.number"),
        joined("estate", "小区", "Estate", Ty::Text, "b.estate"),
        joined("grid", "网格", "Grid", Ty::Text, GRID),
        joined(
            "people",
            "人数",
            "People",
            Ty::Int,
            "(select count(*) from person p where p.household = t.record and p._del is null and p.ended is null)",
        ),
        joined(
            "oldest",
            "最年长",
            "Oldest",
            Ty::Int,
            "(?1 - (select min(p.birth_year) from person p where p.household = t.record and p._del is null and p.ended is null))",
        ),
        joined("due", "到期", "Due", Ty::Due, DUE),
        joined("visited", "上次走访", "Last visit", Ty::Time, "d.visited_at"),
        joined(
            "forks",
            "两个值",
            "Two values",
            Ty::Int,
            "nullif((select count(*) from conflict c where c.record = t.record) + (select count(*) from person p join conflict c on c.record = p.record where p.household = t.record), 0)",
        ),
        joined(
            "held",
            "待定",
            "Held cells",
            Ty::Int,
            "nullif((select count(*) from held_item i where i.household = t.record and i.decision is null and i._del is null), 0)",
        ),
    ],
    shown: &["plate", "head_name", "people", "oldest", "tier", "tag", "due", "visited", "grid", "forks", "held"],
    hidden: &[
        "family",
        "moved_to",
        "merged_into",
        "batch",
        "building",
        "merged_saw",
        "merged_saw_private",
        "before",
        "before_private",
        "merged_saw_door",
        "before_door",
        "filled",
        "filled_door",
        "filled_private",
    ],
};

const PERSON: Ledger = Ledger {
    kind: Kind::Person,
    joins: "left join household h on h.record = t.household left join due d on d.household = t.household left join unit b on b.record = h.building",
    base: "t._del is null and t.name is not null and t.merged_into is null",
    order: "d.walk, t.household, t.relation, t.record",
    hangs_on: &[("person", &["name", "merged_into", "_del", "household", "relation"]), ("due", &["walk"])],
    unit: "h.building",
    household: "t.household",
    case: "null",
    place: None,
    joined: &[
        sorted(joined("plate", "门牌", "Door", Ty::Plate, plate!("h")), "coalesce(d.walk, '')"),
        joined("number", "楼号", "Building no.", Ty::Text, "b.number"),
        joined("unit_no", "单元", "Staircase", Ty::Text, "h.unit_no"),
        joined("door", "房号", "Door no.", Ty::Text, "h.door"),
        sorted(joined("building", "楼栋", "Building", Ty::Text, BUILDING), PADDED_BUILDING),
        joined("estate", "小区", "Estate", Ty::Text, "b.estate"),
        joined("grid", "网格", "Grid", Ty::Text, GRID),
        joined("head", "户主", "Head", Ty::Text, "h.head_name"),
        joined(
            "age",
            "年龄",
            "Age",
            Ty::Int,
            "case when t.birth_date is not null then ?1 - cast(substr(t.birth_date, 1, 4) as integer) - (substr(t.birth_date, 6) > ?2) else ?1 - t.birth_year end",
        ),
    ],
    shown: &["plate", "name", "relation", "sex", "age", "phone", "tag", "id_number", "residence_type", "political", "note"],
    hidden: &[
        "household",
        "moved_to",
        "merged_into",
        "batch",
        "moved_saw",
        "moved_saw_private",
        "ask",
        "merged_saw",
        "merged_saw_private",
        "before",
        "before_private",
        "filled",
        "filled_private",
    ],
};

const SPOT_JOINS: &str = "left join unit b on b.record = t.building";
const fn spot(kind: Kind, joined: &'static [Column], shown: &'static [&'static str], hidden: &'static [&'static str]) -> Ledger {
    Ledger {
        kind,
        joins: SPOT_JOINS,
        base: "t._del is null and t.name is not null",
        order: "t.name, t.record",
        hangs_on: &[],
        unit: "coalesce(t.building, (select unit from doc where doc.record = t.record limit 1))",
        household: "null",
        case: "null",
        place: Some(("coalesce(t.lng_e7, b.lng_e7)", "coalesce(t.lat_e7, b.lat_e7)")),
        joined,
        shown,
        hidden,
    }
}
const AT: Column = sorted(joined("building", "楼栋", "Building", Ty::Text, BUILDING), PADDED_BUILDING);
const AT_GRID: Column = joined("grid", "网格", "Grid", Ty::Text, GRID);
const PLACE: Ledger = spot(
    Kind::Place,
    &[
        AT,
        AT_GRID,
        joined("last", "上次走访", "Last visit", Ty::Time, "(select max(v.at) from visit v where v.place = t.record and v._del is null)"),
    ],
    &["name", "kind", "building", "address", "contact", "phone", "last", "closed", "note"],
    &["building", "batch", "lng_e7", "lat_e7", "filled", "filled_register"],
);
const FACILITY: Ledger = spot(
    Kind::Facility,
    &[
        AT,
        AT_GRID,
        joined("last", "上次查看", "Last look", Ty::Time, "(select max(v.at) from visit v where v.facility = t.record and v._del is null)"),
    ],
    &["name", "kind", "building", "address", "state", "count", "last", "closed", "note"],
    &["building", "batch", "lng_e7", "lat_e7", "filled"],
);
const PATROL: Ledger = spot(
    Kind::Patrol,
    &[
        AT,
        AT_GRID,
        joined("last", "上次巡查", "Last round", Ty::Time, "(select max(v.at) from visit v where v.patrol = t.record and v._del is null)"),
    ],
    &["round", "order", "name", "building", "address", "every_days", "last", "closed"],
    &["building", "place", "facility", "lng_e7", "lat_e7"],
);

const VISIT: Ledger = Ledger {
    kind: Kind::Visit,
    joins: "left join household h on h.record = t.household left join place l on l.record = t.place left join patrol q on q.record = t.patrol \
            left join facility f on f.record = t.facility left join unit b on b.record = coalesce(h.building, l.building, q.building, f.building)",
    base: "t._del is null and t.at is not null",
    order: "t.at desc, t.record",
    hangs_on: &[],
    unit: "b.record",
    household: "t.household",
    case: "null",
    place: None,
    joined: &[
        joined("where", "哪里", "Where", Ty::Plate, concat!("coalesce(", plate!("h"), ", l.name, q.name, f.name)")),
        AT,
        AT_GRID,
        joined("head", "户主", "Head", Ty::Text, "h.head_name"),
        by("by", "谁", "By", "outcome"),
    ],
    shown: &["at", "where", "head", "outcome", "mode", "topic", "note", "by"],
    hidden: &["household", "place", "patrol", "facility", "met", "found"],
};

const CASE: Ledger = Ledger {
    kind: Kind::Case,
    joins: "",
    base: "t._del is null and t.matter is not null",
    order: "t.opened_at desc, t.record",
    hangs_on: &[],
    unit: "t.building",
    household: "null",
    case: "t.record",
    place: Some((
        "coalesce(t.lng_e7, (select u.lng_e7 from unit u where u.record = coalesce(t.building, (select h.building from household h where h.record = t.household))))",
        "coalesce(t.lat_e7, (select u.lat_e7 from unit u where u.record = coalesce(t.building, (select h.building from household h where h.record = t.household))))",
    )),
    joined: &[
        of_case("title", "标题", "Title", Ty::Text),
        of_case("matter", "事项", "Matter", Ty::Text),
        of_case("category", "大类", "Category", Ty::Text),
        of_case("workflow", "流程", "Workflow", Ty::Text),
        of_case("state", "状态", "State", Ty::Text),
        of_case("overlays", "叠加", "Over it", Ty::Tags),
        of_case("closed", "已结束", "Over", Ty::Bool),
        of_case("urgency", "紧急程度", "Urgency", Ty::Int),
        of_case("level", "解决层级", "Level", Ty::Text),
        of_case("place", "地点", "Where", Ty::Text),
        of_case("grid", "网格", "Grid", Ty::Text),
        of_case("opened_at", "上报时间", "Reported at", Ty::Time),
        of_case("due_at", "时限", "Deadline", Ty::Time),
        of_case("due", "到期", "Due", Ty::Due),
        of_case("lead", "牵头", "Lead", Ty::Text),
        Column { is_who: true, ..of_case("assignee", "承办", "With", Ty::Text) },
        of_case("number", "编号", "Number", Ty::Text),
        of_case("outcome", "结果", "Outcome", Ty::Text),
    ],
    shown: &["opened_at", "title", "matter", "place", "state", "due", "lead", "assignee", "level"],
    hidden: &[
        "matter",
        "title",
        "description",
        "building",
        "household",
        "place",
        "opened_at",
        "workflow",
        "person",
        "reporter",
        "contact",
        "on_behalf_of",
        "parent",
        "repeat_of",
        "lng_e7",
        "lat_e7",
        "data",
        "shared",
    ],
};

/// Who did what, when, on which case. A step is shown with its case and never without it: what a device holds of a case is what it may see of the steps.
const CASE_STEP: Ledger = Ledger {
    kind: Kind::CaseStep,
    joins: "join \"case\" k on k.record = t.\"case\"",
    base: "t._del is null and t.transition is not null and k._del is null and k.matter is not null",
    order: "t.at desc, t.record",
    hangs_on: &[],
    unit: "k.building",
    household: "null",
    case: "t.\"case\"",
    place: None,
    joined: &[
        Column { from: From::Step("t.transition"), ..of_case("step", "步骤", "Step", Ty::Text) },
        by("by", "谁", "By", "transition"),
        of_case("title", "事项标题", "Case", Ty::Text),
        of_case("matter", "事项", "Matter", Ty::Text),
        of_case("category", "大类", "Category", Ty::Text),
        of_case("workflow", "流程", "Workflow", Ty::Text),
        of_case("state", "现在的状态", "State now", Ty::Text),
        of_case("closed", "已结束", "Over", Ty::Bool),
        of_case("place", "地点", "Where", Ty::Text),
        of_case("grid", "网格", "Grid", Ty::Text),
        of_case("number", "编号", "Number", Ty::Text),
        Column { is_who: true, ..joined("assignee", "交给", "Assignee", Ty::Text, "t.assignee") },
    ],
    shown: &["at", "step", "by", "title", "place", "note", "assignee", "rating", "state"],
    hidden: &["case", "transition", "assignee", "after"],
};

const RESPONSE: Ledger = Ledger {
    kind: Kind::Response,
    joins: "left join household h on h.record = t.household left join due d on d.household = t.household left join unit b on b.record = h.building \
            left join campaign m on m.record = t.campaign",
    base: "t._del is null and t.form is not null",
    order: "d.walk, t.record",
    hangs_on: &[],
    unit: "h.building",
    household: "t.household",
    case: "null",
    place: None,
    joined: &[
        joined("campaign", "专项排查", "Campaign", Ty::Text, "m.title"),
        joined(
            "questionnaire",
            "问卷",
            "Questionnaire",
            Ty::Text,
            "case when instr(t.form, '@') > 0 then substr(t.form, 1, instr(t.form, '@') - 1) else t.form end",
        ),
        sorted(joined("plate", "门牌", "Door", Ty::Plate, plate!("h")), "coalesce(d.walk, '')"),
        joined("head", "户主", "Head", Ty::Text, "h.head_name"),
        AT_GRID,
    ],
    shown: &["campaign", "questionnaire", "plate", "head", "state", "answer"],
    hidden: &["form", "version", "campaign", "household", "place", "patrol", "facility", "visit", "at"],
};

const LISTING: Ledger = Ledger {
    kind: Kind::Listing,
    joins: "left join household h on h.record = t.household left join unit b on b.record = coalesce(t.building, h.building) left join person n on n.record = t.person",
    base: "t._del is null and t.kind is not null",
    order: "t.at desc, t.record",
    hangs_on: &[],
    unit: "b.record",
    household: "t.household",
    case: "null",
    place: None,
    joined: &[
        joined("plate", "门牌", "Door", Ty::Plate, plate!("h")),
        joined("whose", "谁的", "Whose", Ty::Text, "coalesce(n.name, h.head_name)"),
        AT,
        AT_GRID,
    ],
    shown: &["at", "kind", "title", "plate", "whose", "state", "words", "outcome"],
    hidden: &["building", "household", "person", "visit"],
};

const PARTY_HUB: Ledger = Ledger {
    kind: Kind::PartyHub,
    joins: "left join household h on h.record = t.household left join due d on d.household = t.household left join unit b on b.record = h.building left join person n on n.record = t.lead",
    base: "t._del is null and t.household is not null",
    order: "d.walk, t.record",
    hangs_on: &[],
    unit: "h.building",
    household: "t.household",
    case: "null",
    place: Some(("b.lng_e7", "b.lat_e7")),
    joined: &[
        sorted(joined("plate", "门牌", "Door", Ty::Plate, plate!("h")), "coalesce(d.walk, '')"),
        joined("member", "负责党员", "Lead member", Ty::Text, "n.name"),
        joined(
            "families",
            "联系户数",
            "Households",
            Ty::Int,
            "case when coalesce(t.covers, '') = '' then 0 else 1 + length(t.covers) - length(replace(t.covers, char(10), '')) end",
        ),
        AT,
        AT_GRID,
    ],
    shown: &["name", "plate", "member", "families", "grid"],
    hidden: &["household", "lead", "covers"],
};

const fn office(
    kind: Kind,
    order: &'static str,
    joined: &'static [Column],
    shown: &'static [&'static str],
    hidden: &'static [&'static str],
) -> Ledger {
    Ledger {
        kind,
        joins: "",
        base: "t._del is null",
        order,
        hangs_on: &[],
        unit: "(select unit from doc where doc.record = t.record limit 1)",
        household: "null",
        case: "null",
        place: None,
        joined,
        shown,
        hidden,
    }
}
const REQUEST: Ledger = office(
    Kind::Request,
    "t.asked_on desc, t.record",
    &[],
    &["title", "asker", "basis", "frequency", "asked_on", "due", "minutes", "closed"],
    &["template"],
);
const EXPORT: Ledger = office(
    Kind::Export,
    "t.at desc, t.record",
    &[by("by", "谁", "By", "what")],
    &["at", "by", "what", "format", "count", "masked", "reason", "filter"],
    &[],
);
const UNIT: Ledger = Ledger {
    kind: Kind::Unit,
    joins: "left join unit b on b.record = t.record",
    base: "t.kind is not null",
    order: "t.kind, t.estate, t.number, t.name, t.record",
    hangs_on: &[],
    unit: "t.record",
    household: "null",
    case: "null",
    place: Some(("t.lng_e7", "t.lat_e7")),
    joined: &[
        sorted(joined("label", "单元", "Unit", Ty::Text, BUILDING), PADDED_BUILDING),
        joined("above", "上级", "Parent", Ty::Text, GRID),
        joined(
            "households",
            "户数",
            "Households",
            Ty::Int,
            "(select count(*) from household h where h.building = t.record and h._del is null and h.merged_into is null)",
        ),
    ],
    shown: &["label", "kind", "estate", "above", "households", "closed"],
    hidden: &["parent", "successor", "version", "lng_e7", "lat_e7", "shape"],
};
const MEMBERSHIP: Ledger = Ledger {
    kind: Kind::Membership,
    joins: "left join unit b on b.record = t.unit",
    base: "t._del is null and t.role is not null",
    order: "t.role, t.name, t.record",
    hangs_on: &[],
    unit: "t.unit",
    household: "null",
    case: "null",
    place: None,
    joined: &[sorted(joined("at", "在哪里", "Where", Ty::Text, BUILDING), PADDED_BUILDING)],
    shown: &["name", "role", "at", "phone", "from", "until"],
    hidden: &["unit", "person", "stands_for", "version"],
};

/// Every ledger, in the order of the switch.
pub const LEDGERS: [&Ledger; 14] = [
    &HOUSEHOLD,
    &PERSON,
    &CASE,
    &CASE_STEP,
    &VISIT,
    &PLACE,
    &FACILITY,
    &PATROL,
    &LISTING,
    &RESPONSE,
    &PARTY_HUB,
    &UNIT,
    &MEMBERSHIP,
    &REQUEST,
];
/// The log of exports, last.
pub const LOG: &Ledger = &EXPORT;
