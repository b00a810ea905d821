//! The declarations. A field is one line: key, type, class, who writes it, 中文, English.

use super::{FieldClass, FieldDef, FieldType, FieldWrite, Kind, KindDef};
use crate::class::Class;

macro_rules! class {
    (own) => {
        FieldClass::Own
    };
    (common) => {
        FieldClass::Fixed(Class::Common)
    };
    (open) => {
        FieldClass::Fixed(Class::Open)
    };
    (door) => {
        FieldClass::Fixed(Class::Door)
    };
    (register) => {
        FieldClass::Fixed(Class::Register)
    };
    (private) => {
        FieldClass::Fixed(Class::Private)
    };
    (office) => {
        FieldClass::Fixed(Class::Office)
    };
    (at_least_door) => {
        FieldClass::AtLeast(Class::Door)
    };
    (at_least_register) => {
        FieldClass::AtLeast(Class::Register)
    };
}
macro_rules! ty {
    (text) => {
        FieldType::Text
    };
    (int) => {
        FieldType::Int
    };
    (bool) => {
        FieldType::Bool
    };
    (date) => {
        FieldType::Date
    };
    (time) => {
        FieldType::Time
    };
    (id) => {
        FieldType::Id
    };
    (flags) => {
        FieldType::Flags
    };
    (id_number) => {
        FieldType::IdNumber
    };
    (ext) => {
        FieldType::Ext
    };
    ([$t:ident]) => {
        FieldType::Code(stringify!($t))
    };
}
macro_rules! write {
    (any) => {
        FieldWrite::Any
    };
    (once) => {
        FieldWrite::Once
    };
    (server) => {
        FieldWrite::Server
    };
    ((mirror $of:ident)) => {
        FieldWrite::MirrorOf(stringify!($of))
    };
}
macro_rules! kinds {
    ($( $kind:ident $name:literal $zh:literal $en:literal, $purpose:literal, $basis:literal, keep $days:literal {
        $( $key:ident $ty:tt $class:ident $write:tt $fzh:literal $fen:literal ; )*
    } )*) => {
        /// Every kind, at index `kind as usize - 1`.
        pub const KINDS: &[KindDef] = &[ $( KindDef {
            kind: Kind::$kind, name: $name, zh: $zh, en: $en, purpose: $purpose, basis: $basis, retention_days: $days,
            fields: &[ $( FieldDef { key: stringify!($key), zh: $fzh, en: $fen, class: class!($class), ty: ty!($ty), write: write!($write) }, )*
                FieldDef { key: "_del", zh: "删除", en: "deleted", class: FieldClass::Own, ty: FieldType::Text, write: FieldWrite::Any } ],
        }, )* ];
    };
}

kinds! {
    Unit "unit" "单元" "Unit", "划分网格、楼栋，决定谁看得到什么", "履行法定职责", keep 0 {
        name        text        common any      "名称" "Name";
        kind        [unit_kind] common once     "类别" "Kind";
        code        text        common once     "代码" "Code";
        estate      text        common any      "小区" "Estate";
        number      text        common once     "楼号" "Number";
        parent      id          common server   "上级" "Parent";
        closed      bool        common server   "已撤销" "Closed";
        successor   id          common server   "并入" "Successor";
        version     int         common server   "版次" "Version";
    }
    Household "household" "户" "Household", "走访与服务，一户一档", "履行法定职责；联系电话需本户同意", keep 1095 {
        building       id               door     once "楼栋" "Building";
        unit_no        text             door     any  "单元" "Staircase";
        door           text             door     any  "房号" "Door";
        family         text             door     once "同门第几家" "Family at the door";
        head_name      text             door     any  "户主姓名" "Head of household";
        contact_phone  text             door     any  "同意公开的电话" "Phone agreed to be shown";
        residence_type [residence_type] register any  "户别" "Residence type";
        tier           [tier] register any  "走访档" "Visit tier";
        hub            bool             register any  "党员中心户" "Party-member hub";
        rented         bool             register any  "出租" "Rented";
        vacant         bool             register any  "空户" "Vacant";
        note           text             register any  "备注" "Note";
        since          date             register once "登记日" "On the books since";
        batch          id               register once "导入批次" "Import batch";
        ended          date             register any  "迁走日" "Left on";
        moved_to       id               register any  "迁往" "Moved to";
        tag            flags            register any  "标签" "Tags";
        ask            flags            register any  "下次走访补" "Ask at the next visit";
        care           flags            private  any  "关爱标签" "Care tags";
        care_note      text             private  any  "关爱备注" "Care note";
        ext            ext              private  any  "扩展" "Extra";
    }
    Person "person" "居民" "Person", "走访与服务，代填部门表格", "履行法定职责；证件号码按需、遮盖显示、查看留痕", keep 1095 {
        household      id               register once "所在户" "Household";
        name           text             register any  "姓名" "Name";
        nickname       text             register any  "称呼" "Called";
        sex            [sex]            register any  "性别" "Sex";
        birth_year     int              register (mirror birth_date) "出生年" "Birth year";
        relation       [relation]       register any  "与户主关系" "Relation to head";
        phone          text             register any  "联系电话" "Phone";
        phone2         text             register any  "另一个电话" "Other phone";
        education      [education]      register any  "文化程度" "Education";
        political      [political]      register any  "政治面貌" "Political status";
        ethnic         [ethnic]         register any  "民族" "Ethnic group";
        marital        [marital]        register any  "婚姻状况" "Marital status";
        employment     [employment]     register any  "从业状况" "Employment";
        employer       text             register any  "工作单位" "Employer";
        residence_type [residence_type] register any  "户籍类型" "Residence type";
        note           text             register any  "备注" "Note";
        ended          date             register any  "迁出或去世日" "Left on";
        end_reason     text             register any  "迁出原因" "Why left";
        moved_to       id               register any  "迁往" "Moved to";
        moved_saw      text             register any  "迁出时所见" "Seen when leaving";
        tag            flags            register any  "标签" "Tags";
        ask            flags            register any  "下次走访补" "Ask at the next visit";
        id_number      id_number        private  any  "公民身份号码" "Identity number";
        birth_date     date             private  any  "出生日期" "Birth date";
        registered_address text         private  any  "户籍地址" "Registered address";
        health         [health]         private  any  "健康状况" "Health";
        id_type        [id_type]        private  any  "证件类型" "Identity paper";
        moved_saw_private text          private  any  "迁出时所见（私密）" "Seen when leaving (private)";
        care           flags            private  any  "关爱标签" "Care tags";
        care_note      text             private  any  "关爱备注" "Care note";
        ext            ext              private  any  "扩展" "Extra";
    }
    PartyHub "party_hub" "党员中心户" "Party-member hub", "党员联系群众", "履行法定职责", keep 365 {
        household      id    register once "中心户" "Hub household";
        lead           id    register any  "负责党员" "Lead member";
        name           text  register any  "名称" "Name";
        covers         flags register any  "联系的户" "Households covered";
    }
    Visit "visit" "走访" "Visit", "走访记录与下次提醒", "履行法定职责", keep 1095 {
        household id             register once "户" "Household";
        at        time           register once "时间" "When";
        outcome   [visit_outcome] register any "结果" "Outcome";
        mode      [visit_mode]   register any  "方式" "How";
        note      text           register any  "记录" "Note";
        topic     flags          register any  "话题" "Topics";
        met       flags          register any  "见到的人" "People met";
    }
    Case "case" "事项" "Case", "发现问题、交办、办结、回访", "履行法定职责", keep 1095 {
        matter      [matter] own               once "事项" "Matter";
        title       text     own               any  "标题" "Title";
        description text     own               any  "情况" "Description";
        building    id       own               once "楼栋" "Building";
        household   id       at_least_door     once "户" "Household";
        place       text     own               any  "地点" "Place";
        opened_at   time     own               once "上报时间" "Reported at";
        workflow    text     own               once "流程" "Workflow";
        person      id       at_least_register any  "涉及的人" "Person concerned";
        reporter    text     at_least_register any  "反映人" "Reported by";
        contact     text     at_least_register any  "联系方式" "How to reach them";
        on_behalf_of text    at_least_register any  "代谁上报" "Reported on behalf of";
        parent      id       own               once "属于哪一件" "Part of";
        repeat_of   id       own               once "重复哪一件" "Repeats";
        lng_e7      int      own               once "经度" "Longitude";
        lat_e7      int      own               once "纬度" "Latitude";
        data        ext      own               any  "流程字段" "Fields of the workflow";
        shared      ext      own               server "谁看得到" "Shown to";
    }
    CaseStep "case_step" "步骤" "Step", "事项的经过", "履行法定职责", keep 1095 {
        case       id    own once "事项" "Case";
        transition text  own once "步骤" "Transition";
        at         time  own once "时间" "When";
        note       text  own any  "说明" "Words";
        assignee   text  own once "交给" "Assignee";
        rating     text  own once "评价" "Rating";
        on_behalf_of text own once "代谁办" "On behalf of";
        data       ext   own once "流程字段" "Fields of the workflow";
        after      flags own once "接在哪一步后" "After";
    }
    Membership "membership" "任职" "Membership", "谁在哪里负责什么", "履行法定职责", keep 365 {
        name  text   common server "姓名" "Name";
        role  [role] common server "角色" "Role";
        unit  id     common server "单元" "Unit";
        phone text   common server "工作电话" "Work phone";
        person id    common server "人" "Person";
        from  time   common server "起" "From";
        until time   common server "止" "Until";
        stands_for id common server "代谁" "Stands in for";
        version int  common server "版次" "Version";
    }
    Config "config" "配置" "Configuration", "目录、日历、模板", "履行法定职责", keep 0 {
        name text common once "名称" "Name";
        entry ext common any  "条目" "Entries";
        retired bool common any "停用" "Retired";
    }
    HeldItem "held_item" "待定单元格" "Held cell", "导入时不能自动决定的原文", "履行法定职责", keep 365 {
        reason    text office once "原因" "Reason";
        file      text office once "文件" "File";
        row       int  office once "行" "Row";
        column    text office once "列" "Column";
        household id   office once "户" "Household";
        about     id   office once "记录" "Record";
        kind      text office once "类" "Kind";
        key       text office once "字段" "Field";
        cell      text office once "原文" "Cell as it stands";
        said_by   text office once "谁写的" "Written by";
        said_at   time office once "何时写的" "Written at";
        decision  text office any  "决定" "Decision";
    }
}
