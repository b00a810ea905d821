//! Our own code tables of what is not a person or a household: photos and recordings, places, facilities, answers, needs and resources.
//! They follow no standard; the words are those of a grid worker's day.

use super::{CodeEntry, CodeTable};

const fn own(code: &'static str, zh: &'static str, en: &'static str, aliases: &'static [&'static str]) -> CodeEntry {
    CodeEntry { code, zh, en, aliases, common: true }
}

/// What an attachment is.
pub static MEDIA: CodeTable = CodeTable {
    name: "media",
    standard: "",
    entries: &[own("photo", "照片", "photo", &["图片"]), own("audio", "录音", "recording", &["语音"])],
};

/// What a photo shows of a case.
pub static STAGE: CodeTable = CodeTable {
    name: "stage",
    standard: "",
    entries: &[
        own("found", "发现时", "as found", &["现场"]),
        own("before", "处置前", "before", &["整改前"]),
        own("after", "处置后", "after", &["整改后"]),
    ],
};

/// Shops, organisations, venues.
pub static PLACE_KIND: CodeTable = CodeTable {
    name: "place_kind",
    standard: "",
    entries: &[
        own("shop", "商户", "shop", &["商铺", "门店", "沿街商户"]),
        own("restaurant", "餐饮", "restaurant", &["饭店"]),
        own("company", "企业", "company", &["公司", "单位"]),
        own("school", "学校与托幼", "school or nursery", &["学校", "幼儿园"]),
        own("clinic", "医疗", "clinic", &["卫生站", "诊所", "药店"]),
        own("care_home", "养老服务", "care for the elderly", &["养老院", "日间照料"]),
        own("venue", "党群与活动场所", "party and community venue", &["党群服务中心", "活动室"]),
        own("hotel", "旅馆与出租房", "hotel or lodging", &["旅馆", "民宿", "群租房"]),
        own("workshop", "作坊与仓库", "workshop or store", &["小作坊", "仓库"]),
        own("site", "工地", "building site", &[]),
        own("express", "快递与外卖站点", "parcel or delivery station", &["快递点", "骑手驿站"]),
        own("market", "市场与商场", "market or mall", &["农贸市场", "商场"]),
        own("religious", "宗教场所", "place of worship", &[]),
        own("other", "其他", "other", &[]),
    ],
};

/// Public facilities.
pub static FACILITY_KIND: CodeTable = CodeTable {
    name: "facility_kind",
    standard: "",
    entries: &[
        own("bike_shed", "电动车棚", "shed for electric bicycles", &["车棚"]),
        own("charging", "充电设施", "charging", &["充电桩"]),
        own("extinguisher", "灭火器", "fire extinguisher", &[]),
        own("hydrant", "消火栓", "fire hydrant", &["消防栓"]),
        own("fire_lane", "消防通道", "fire lane", &[]),
        own("lift", "电梯", "lift", &[]),
        own("ramp", "无障碍通道", "barrier-free ramp", &["坡道"]),
        own("fitness", "健身器材", "exercise equipment", &[]),
        own("playground", "儿童游乐设施", "playground", &[]),
        own("lamp", "路灯与楼道灯", "street or stair light", &["路灯"]),
        own("manhole", "井盖", "manhole cover", &[]),
        own("bins", "垃圾分类点", "waste sorting point", &["垃圾桶"]),
        own("aed", "自动体外除颤器", "defibrillator", &["AED"]),
        own("shelter", "应急避难场所", "emergency shelter", &[]),
        own("notice_board", "公示栏", "notice board", &["宣传栏"]),
        own("other", "其他", "other", &[]),
    ],
};

/// Condition of a facility.
pub static FACILITY_STATE: CodeTable = CodeTable {
    name: "facility_state",
    standard: "",
    entries: &[
        own("good", "完好", "in order", &["正常"]),
        own("fault", "有问题", "faulty", &["损坏", "故障"]),
        own("repair", "在修", "being repaired", &["维修中"]),
        own("gone", "已拆除", "removed", &["拆除"]),
    ],
};

/// How far a questionnaire came at a door.
pub static RESPONSE_STATE: CodeTable = CodeTable {
    name: "response_state",
    standard: "",
    entries: &[
        own("done", "已问", "asked", &["已完成"]),
        own("part", "问了一半", "half asked", &["部分"]),
        own("absent", "没人", "nobody in", &["无人"]),
        own("refused", "不愿答", "would not answer", &["拒答"]),
        own("not_needed", "不涉及", "does not concern them", &["不适用"]),
    ],
};

/// What people need and what there is.
pub static LISTING_KIND: CodeTable = CodeTable {
    name: "listing_kind",
    standard: "",
    entries: &[
        own("need", "需求", "need", &[]),
        own("wish", "心愿", "wish", &["微心愿"]),
        own("resource", "资源", "resource", &[]),
        own("service", "服务", "service", &[]),
    ],
};

/// How far a need or a wish came.
pub static LISTING_STATE: CodeTable = CodeTable {
    name: "listing_state",
    standard: "",
    entries: &[
        own("open", "待办", "open", &[]),
        own("matched", "有人接", "taken up", &["已认领"]),
        own("done", "已办到", "done", &["已实现"]),
        own("dropped", "不办了", "dropped", &["取消"]),
    ],
};
