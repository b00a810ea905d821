//! Our own code tables: visits, household tiers, kinds of unit, roles. They follow no standard; the words are those of the door.

use super::{CodeEntry, CodeTable};

const fn own(code: &'static str, zh: &'static str, en: &'static str, aliases: &'static [&'static str]) -> CodeEntry {
    CodeEntry { code, zh, en, aliases, common: true }
}

/// What came of a visit.
pub static VISIT_OUTCOME: CodeTable = CodeTable {
    name: "visit_outcome",
    standard: "",
    entries: &[
        own("met", "见到", "met", &["已见到"]),
        own("absent", "没人", "nobody in", &["无人", "家中无人"]),
        own("refused", "拒访", "refused", &["拒绝"]),
        own("moved", "已搬走", "moved away", &["搬走"]),
        own("deceased", "已去世", "deceased", &["去世"]),
        own("away", "暂离", "away for a while", &["外出"]),
        own("clear", "没问题", "nothing found", &["正常"]),
        own("found", "有问题", "something found", &["发现问题"]),
    ],
};

/// How the household was reached.
pub static VISIT_MODE: CodeTable = CodeTable {
    name: "visit_mode",
    standard: "",
    entries: &[
        own("door", "上门", "at the door", &[]),
        own("phone", "电话", "by phone", &[]),
        own("message", "信息", "by message", &["微信", "短信"]),
        own("neighbour", "邻居", "through a neighbour", &["邻居转告"]),
        own("chance", "偶遇", "met by chance", &[]),
    ],
};

/// What was talked about.
pub static VISIT_TOPIC: CodeTable = CodeTable {
    name: "visit_topic",
    standard: "",
    entries: &[
        own("safety", "燃气与用电安全", "gas and electricity safety", &["安全", "燃气安全", "用电安全"]),
        own("fire", "消防安全", "fire safety", &["消防"]),
        own("health", "健康", "health", &["健康状况"]),
        own("care", "生活照料", "daily care", &["照料"]),
        own("pension", "养老与社保", "pension and social insurance", &["养老", "社保"]),
        own("aid", "救助帮扶", "aid", &["救助"]),
        own("employment", "就业", "employment", &["就业创业"]),
        own("schooling", "入学", "schooling", &["子女入学"]),
        own("dispute", "矛盾纠纷", "dispute", &["邻里纠纷", "纠纷"]),
        own("property", "物业服务", "property service", &["物业"]),
        own("housing", "房屋与设施", "housing and facilities", &["房屋"]),
        own("environment", "环境卫生", "environment", &["卫生"]),
        own("policy", "政策宣传", "policy", &["政策"]),
        own("anti_fraud", "反诈宣传", "fraud prevention", &["反诈", "防诈骗"]),
        own("facts", "信息核对", "facts checked", &["信息核实"]),
        own("other", "其他", "other", &[]),
    ],
};

/// How often a household is visited; the periods are configuration.
pub static TIER: CodeTable = CodeTable {
    name: "tier",
    standard: "",
    entries: &[
        own("red", "红", "red", &["红色"]),
        own("yellow", "黄", "yellow", &["黄色"]),
        own("green", "绿", "green", &["绿色"]),
        own("general", "一般", "general", &["一般户"]),
    ],
};

/// The kinds of unit, all in one tree. An `area` is a leaf made like a building, for what has none.
pub static UNIT_KIND: CodeTable = CodeTable {
    name: "unit_kind",
    standard: "",
    entries: &[
        own("district", "区县", "district", &["区", "县"]),
        own("street", "街道", "street office", &["乡镇", "镇", "乡"]),
        own("community", "社区", "community", &["村", "村居"]),
        own("grid", "网格", "grid", &[]),
        own("micro_grid", "微网格", "micro-grid", &["单元格"]),
        own("estate", "小区", "estate", &["院落"]),
        own("building", "楼栋", "building", &["楼"]),
        own("alley", "胡同", "alley", &["巷"]),
        own("area", "片区", "area", &[]),
    ],
};

/// Role presets; what each may do is the rule table's business.
pub static ROLE: CodeTable = CodeTable {
    name: "role",
    standard: "",
    entries: &[
        own("worker", "专职网格员", "grid worker", &["网格员", "网格长"]),
        own("part_time", "兼职网格员", "part-time grid worker", &["信息员", "网格指导员"]),
        own("building_head", "楼长", "building head", &["楼栋长", "胡同长", "中心户"]),
        own("assignee", "承办人", "assignee", &["承办单位"]),
        own("office", "社区办公室", "community office", &["社区", "社区工作人员", "社工"]),
        own("overseer", "监督员", "overseer", &["审计员"]),
        own("admin", "管理员", "administrator", &["系统管理员"]),
    ],
};

/// What somebody does in a team, beside the role that says what they may read.
pub static POST: CodeTable = CodeTable {
    name: "post",
    standard: "",
    entries: &[
        own("grid_lead", "网格长", "head of the grid", &[]),
        own("full_time", "专职网格员", "full-time grid worker", &[]),
        own("guide", "网格指导员", "grid guide", &["指导员"]),
        own("liaison", "业务联络员", "liaison officer", &["联络员"]),
        own("police", "社区民警", "community police officer", &["民警"]),
        own("cadre", "社区干部", "community cadre", &["村干部"]),
        own("party_lead", "党小组长", "head of the party group", &[]),
        own("party_member", "党员骨干", "party member", &["党员"]),
        own("informant", "信息员", "informant", &[]),
        own("alley_head", "胡同长", "lane head", &[]),
        own("building_head", "楼长", "building head", &["楼栋长"]),
    ],
};

/// Why something is erased.
pub static ERASE_REASON: CodeTable = CodeTable {
    name: "erase_reason",
    standard: "",
    entries: &[
        own("asked", "本人要求", "the person asked for it", &[]),
        own("consent_withdrawn", "撤回同意", "consent withdrawn", &[]),
        own("purpose_done", "目的已达到", "purpose fulfilled", &[]),
        own("period_ended", "保存期满", "period of keeping ended", &[]),
        own("unlawful", "不应收集", "should not have been collected", &[]),
        own("erased_before", "恢复之前已抹去", "erased before the server was set back", &[]),
    ],
};
