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
        batch       id          common once     "导入批次" "Import batch";
        parent      id          common server   "上级" "Parent";
        closed      bool        common server   "已撤销" "Closed";
        successor   id          common server   "并入" "Successor";
        version     int         common server   "版次" "Version";
        lng_e7      int         common any      "经度" "Longitude";
        lat_e7      int         common any      "纬度" "Latitude";
        shape       text        common any      "边界" "Boundary";
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
        merged_into    id               register any  "并入" "Merged into";
        merged_saw     text             register any  "合并时所见" "Seen when merging";
        merged_saw_door text            door     any  "合并时所见（门口）" "Seen when merging (door)";
        merged_saw_private text         private  any  "合并时所见（私密）" "Seen when merging (private)";
        before         ext              register any  "合并前" "Before a merge";
        before_door    ext              door     any  "合并前（门口）" "Before a merge (door)";
        before_private ext              private  any  "合并前（私密）" "Before a merge (private)";
        filled         ext              register any  "哪次导入填的" "Filled by an import";
        filled_door    ext              door     any  "哪次导入填的（门口）" "Filled by an import (door)";
        filled_private ext              private  any  "哪次导入填的（私密）" "Filled by an import (private)";
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
        merged_into    id               register any  "并入" "Merged into";
        merged_saw     text             register any  "合并时所见" "Seen when merging";
        merged_saw_private text         private  any  "合并时所见（私密）" "Seen when merging (private)";
        before         ext              register any  "合并前" "Before a merge";
        before_private ext              private  any  "合并前（私密）" "Before a merge (private)";
        batch          id               register once "导入批次" "Import batch";
        filled         ext              register any  "哪次导入填的" "Filled by an import";
        filled_private ext              private  any  "哪次导入填的（私密）" "Filled by an import (private)";
        away_until     date             register any  "暂离到" "Away until";
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
        place     id             register once "场所" "Place";
        patrol    id             register once "巡查点" "Patrol point";
        facility  id             register once "设施" "Facility";
        at        time           register once "时间" "When";
        outcome   [visit_outcome] register any "结果" "Outcome";
        mode      [visit_mode]   register any  "方式" "How";
        note      text           register any  "记录" "Note";
        topic     flags          register any  "话题" "Topics";
        met       flags          register any  "见到的人" "People met";
        found     flags          register any  "发现的事项" "Cases found";
        batch     id             register once "导入批次" "Import batch";
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
        batch       id       own               once "导入批次" "Import batch";
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
        post  [post] common server "岗位" "Post";
        party bool common server "党员" "Party member";
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
        batch     id   office once "导入批次" "Import batch";
        decision  text office any  "决定" "Decision";
    }
    Attachment "attachment" "附件" "Attachment", "照片和录音，说明一件事、一次走访", "履行法定职责", keep 1095 {
        of        id      own once "属于" "Belongs to";
        of_kind   text    own once "属于哪一类" "Kind it belongs to";
        step      id      own once "哪一步" "Step";
        media     [media] own once "种类" "Medium";
        stage     [stage] own any  "前后" "Before or after";
        hash      text    own once "内容指纹" "Hash of the content";
        mime      text    own once "格式" "Format";
        bytes     int     own once "大小（字节）" "Size (bytes)";
        width     int     own once "宽（像素）" "Width (pixels)";
        height    int     own once "高（像素）" "Height (pixels)";
        millis    int     own once "时长（毫秒）" "Length (ms)";
        thumb     text    own once "缩略图指纹" "Hash of the small picture";
        thumb_bytes int   own once "缩略图大小（字节）" "Size of the small picture (bytes)";
        wave      text    own once "波形" "Waveform";
        at        time    own once "时间" "When";
        words     text    own any  "说明" "Words";
    }
    Place "place" "场所" "Place", "商户、单位、活动场所，走访与联系", "履行法定职责；联系电话需本人同意", keep 365 {
        name      text         open     any  "名称" "Name";
        kind      [place_kind] open     any  "类别" "Kind";
        building  id           open     once "楼栋" "Building";
        address   text         open     any  "位置" "Where";
        lng_e7    int          open     any  "经度" "Longitude";
        lat_e7    int          open     any  "纬度" "Latitude";
        note      text         register any  "备注" "Note";
        contact   text         register any  "联系人" "Contact";
        phone     text         register any  "联系电话" "Phone";
        closed    bool         open     any  "已停业" "Closed";
        batch     id           open     once "导入批次" "Import batch";
        filled    ext          open     any  "哪次导入填的" "Filled by an import";
        filled_register ext    register any  "哪次导入填的（台账）" "Filled by an import (register)";
    }
    Facility "facility" "设施" "Facility", "公共设施的检查与维修", "履行法定职责", keep 365 {
        name      text             open any  "名称" "Name";
        kind      [facility_kind]  open any  "类别" "Kind";
        building  id               open once "楼栋" "Building";
        address   text             open any  "位置" "Where";
        lng_e7    int              open any  "经度" "Longitude";
        lat_e7    int              open any  "纬度" "Latitude";
        state     [facility_state] open any  "状况" "Condition";
        count     int              open any  "数量" "How many";
        note      text             open any  "备注" "Note";
        closed    bool             open any  "已拆除" "Removed";
        batch     id               open once "导入批次" "Import batch";
        filled    ext              open any  "哪次导入填的" "Filled by an import";
    }
    Patrol "patrol" "巡查点" "Patrol point", "按期巡查，发现问题", "履行法定职责", keep 365 {
        name      text open any  "名称" "Name";
        round     text open any  "哪一轮" "Round";
        order     int  open any  "次序" "Order";
        building  id   open once "楼栋" "Building";
        place     id   open once "场所" "Place";
        facility  id   open once "设施" "Facility";
        address   text open any  "位置" "Where";
        lng_e7    int  open any  "经度" "Longitude";
        lat_e7    int  open any  "纬度" "Latitude";
        every_days int open any  "几天一次" "Every so many days";
        form      text open any  "检查表" "Checklist";
        since     date open once "起" "From";
        closed    bool open any  "已停用" "Closed";
    }
    Campaign "campaign" "专项排查" "Campaign", "限期逐户了解一件事", "履行法定职责", keep 365 {
        title     text common any  "名称" "Title";
        words     text common any  "说明" "Words";
        form      text common once "问卷" "Questionnaire";
        unit      id   common once "范围" "Where";
        filter    ext  common any  "哪些户" "Which households";
        from      date common any  "起" "From";
        due       date common any  "期限" "Due";
        closed    bool common any  "已结束" "Closed";
    }
    Response "response" "答卷" "Response", "问卷的回答，一问一次，处处可用", "履行法定职责", keep 1095 {
        form      text             register once "问卷" "Questionnaire";
        version   flags            register any  "问卷版次" "Version of the questionnaire";
        campaign  id               register once "专项排查" "Campaign";
        household id               register once "户" "Household";
        place     id               register once "场所" "Place";
        patrol    id               register once "巡查点" "Patrol point";
        facility  id               register once "设施" "Facility";
        visit     flags            register any  "走访" "Visits";
        at        flags            register any  "时间" "When";
        state     [response_state] register any  "进行到" "State";
        answer    ext              register any  "回答" "Answers";
        secret    ext              private  any  "私密的回答" "Private answers";
    }
    Listing "listing" "需求与资源" "Need or resource", "居民的需求和心愿，辖区的资源和服务", "履行法定职责", keep 365 {
        kind      [listing_kind]  own any  "类别" "Kind";
        title     text            own any  "标题" "Title";
        words     text            own any  "说明" "Words";
        building  id              own once "楼栋" "Building";
        household id              at_least_register once "户" "Household";
        person    id              at_least_register any  "谁的" "Whose";
        visit     id              at_least_register once "走访" "Visit";
        at        time            own once "时间" "When";
        state     [listing_state] own any  "进行到" "State";
        outcome   text            own any  "结果" "Outcome";
    }
    Request "request" "要表登记" "Data request", "部门要数据，登记依据和次数，重复的提醒", "为基层减负", keep 1095 {
        title      text office any  "要什么" "What is asked for";
        asker      text office any  "谁要的" "Who asked";
        basis      text office any  "依据" "Basis";
        frequency  text office any  "多久一次" "How often";
        minutes    int  office any  "花了多少分钟" "Minutes it took";
        asked_on   date office any  "哪天要的" "Asked on";
        due        date office any  "期限" "Due";
        template   id   office any  "套表模板" "Template";
        fields     flags office any "要哪些项" "Fields asked for";
        note       text office any  "备注" "Note";
        closed     bool office any  "已报" "Answered";
    }
    Export "export" "导出记录" "Export", "谁导出了什么，有据可查", "个人信息保护法第五十五条、第五十六条", keep 1095 {
        what    text office once "导出什么" "What";
        format  text office once "格式" "Format";
        filter  text office once "筛选" "Filter";
        count   int  office once "行数" "Rows";
        fields  flags office once "哪些项" "Fields";
        masked  bool office once "已遮盖" "Masked";
        reason  text office once "不遮盖的理由" "Why unmasked";
        at      time office once "时间" "When";
    }
    Question "question" "询问" "Question", "社区问写的人一句，写的人答一句", "履行法定职责", keep 365 {
        about      id   register once "问哪条记录" "About";
        about_kind text register once "问哪一类" "Kind it is about";
        key        text register once "问哪一项" "Field";
        household  id   register once "户" "Household";
        to         id   register once "问谁" "Asked of";
        words      text register once "问什么" "Words";
        at         time register once "什么时候问的" "Asked at";
        reply      text register any  "回答" "Reply";
        replied_at time register any  "什么时候答的" "Replied at";
        closed     bool register any  "已结" "Closed";
    }
    Pair "pair" "重复的判断" "Judged pair", "两条记录是不是同一户、同一人", "履行法定职责", keep 365 {
        kind    text office once "哪一类" "Kind";
        a       id   office once "一条" "One";
        b       id   office once "另一条" "The other";
        verdict text office any  "判断" "Verdict";
        reasons flags office any "为什么像" "Why alike";
        note    text office any  "说明" "Words";
    }
    View "view" "视图" "View", "台账常用的筛选和列", "履行法定职责", keep 0 {
        ledger  text office once "哪种台账" "Ledger";
        name    text office any  "名称" "Name";
        spec    text office any  "筛选、分组、排序、列" "Filter, groups, order, columns";
    }
    Template "template" "套表模板" "Template", "部门表格的列对应，一次对好处处用", "为基层减负", keep 0 {
        name    text office any  "名称" "Name";
        asker   text office any  "哪个部门" "Department";
        print   text office once "表样指纹" "Fingerprint of the layout";
        import  bool office once "导入用" "For imports";
        sheet   text office any  "工作表" "Sheet";
        per     text office any  "一行一户、一人还是一件" "One row per";
        column  ext  office any  "列的对应" "Columns";
    }
    Tally "tally" "统计上报" "Tally", "报给上级的数，小于五的不报", "履行法定职责", keep 1095 {
        period  text common once "期间" "Period";
        at      flags common any "时间" "When";
        figure  ext  common any  "数" "Figures";
    }
    Judgement "judgement" "处理意见" "Judgement", "对账时看过什么、为什么这样定", "履行法定职责", keep 365 {
        about      id   office once "哪条记录" "About";
        about_kind text office once "哪一类" "Kind it is about";
        household  id   office once "户" "Household";
        rule       text office once "因为什么" "Rule";
        key        text office once "哪一项" "Field";
        facts      text office any  "看过的情况" "What was seen";
        words      text office any  "说明" "Words";
        at         time office any  "时间" "When";
        undone     bool office any  "已撤销" "Taken back";
    }
    Import "import" "导入批次" "Import", "哪一批数据从哪个文件来，能整批撤销", "履行法定职责", keep 1095 {
        batch   id   office once "批次" "Batch";
        what    text office once "导入哪种" "What";
        file    text office once "文件" "File";
        unit    id   office once "导入哪里" "Where";
        rows    int  office once "新建多少条" "Records made";
        people  int  office once "其中多少人" "People among them";
        fills   int  office once "填了多少格" "Cells filled";
        buildings int office once "新建多少栋楼" "Buildings made";
        undone  bool office any  "已撤销" "Undone";
    }
}
