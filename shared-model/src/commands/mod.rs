//! The one command list. Three front doors read it: the Tauri shell, `POST /api/<name>` of the headless program, and its
//! command line. The TypeScript types of the user interface are generated from it (`make types`).
//! What lives here: names, arguments, replies. What does not: bodies; they are in app-core, one adapter a command.

mod args;
mod grants;
mod orders;
mod replies;
mod settings;

pub use args::*;
pub use grants::*;
pub use orders::*;
pub use replies::*;
pub use settings::*;

/// Where a command may run and what it does; read by help texts, by the front doors and by the rule that a locked store answers nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// Reads the local store.
    Read,
    /// Writes the local store through one change; works offline.
    Write,
    /// Needs the server now, or waits for it.
    Online,
    /// Opens, closes or asks about the session; answers while the store is locked.
    Session,
}

/// One command as data.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct CommandSpec {
    /// Stable name, snake case.
    pub name: &'static str,
    /// What it does, in Chinese.
    pub zh: &'static str,
    /// What it does, in English.
    pub en: &'static str,
    /// Where it may run.
    pub kind: CommandKind,
}

macro_rules! commands {
    ($( $kind:ident $name:ident ( $args:ident ) -> $reply:ident , $zh:literal , $en:literal ; )*) => {
        /// Every command, in the order of the help text.
        pub const COMMANDS: &[CommandSpec] = &[
            $( CommandSpec { name: stringify!($name), zh: $zh, en: $en, kind: CommandKind::$kind }, )*
        ];

        /// The TypeScript declaration of all commands: argument and reply types, then a map from name to both.
        pub fn typescript() -> String {
            use ts_rs::TS;
            let cfg = ts_rs::Config::default();
            let mut decls = std::collections::BTreeMap::new();
            struct Collect<'a>(&'a mut std::collections::BTreeMap<String, String>, &'a ts_rs::Config);
            impl ts_rs::TypeVisitor for Collect<'_> {
                fn visit<T: TS + 'static + ?Sized>(&mut self) {
                    if T::output_path().is_none() {
                        return;
                    }
                    let name = T::ident(self.1);
                    if self.0.insert(name, T::decl(self.1)).is_none() {
                        T::visit_dependencies(self);
                        T::visit_generics(self);
                    }
                }
            }
            let mut seen = Collect(&mut decls, &cfg);
            $( ts_rs::TypeVisitor::visit::<$args>(&mut seen); ts_rs::TypeVisitor::visit::<$reply>(&mut seen); )*
            ts_rs::TypeVisitor::visit::<Changed>(&mut seen);
            ts_rs::TypeVisitor::visit::<Failure>(&mut seen);
            ts_rs::TypeVisitor::visit::<Conflict>(&mut seen);
            let mut out = String::from("// Generated from shared-model/src/commands by `make types`. Never edit.\n\n");
            for decl in decls.values() {
                out.push_str("export ");
                out.push_str(decl);
                out.push('\n');
            }
            out.push_str("\nexport interface Commands {\n");
            $( out.push_str(&format!("  /** {} */\n  {}: {{ args: {}; reply: {} }};\n", $en, stringify!($name), <$args>::name(&cfg), <$reply>::name(&cfg))); )*
            out.push_str("}\n\nexport type CommandName = keyof Commands;\n");
            out
        }
    };
}

commands! {
    Session whoami(NoArgs) -> Whoami, "我是谁、这台设备的状态", "Who I am and the state of this device";
    Session enrol(EnrolArgs) -> Whoami, "用邀请码登记这台设备", "Enrol this device with an invite";
    Session unlock(UnlockArgs) -> Whoami, "用 PIN 打开", "Open with the PIN";
    Session lock(NoArgs) -> Whoami, "锁上", "Lock";
    Read list_units(NoArgs) -> UnitList, "单元树：社区、网格、楼栋", "The unit tree: community, grids, buildings";
    Read list_households(ListHouseholdsArgs) -> HouseholdList, "住户，按走访顺序", "Households in walking order";
    Read get_household(IdArgs) -> HouseholdFile, "一户一档", "The file of one household";
    Write add_household(AddHouseholdArgs) -> Added, "新增一户", "Add a household";
    Write edit_household(EditArgs) -> Edited, "改一户的资料", "Edit a household";
    Write add_person(AddPersonArgs) -> Added, "新增一人", "Add a person";
    Write edit_person(EditArgs) -> Edited, "改一人的资料", "Edit a person";
    Write move_person(MovePersonArgs) -> Added, "一人搬到另一户，或搬走", "Move a person to another household, or away";
    Write move_household(MoveHouseholdArgs) -> Added, "一户一起搬到另一个门，或搬走", "Move a household to another door, or away";
    Read list_left_behind(NoArgs) -> LeftBehindList, "搬走以后旧门上又写的", "What was written at the old door of people who moved";
    Write bring_along(BringAlongArgs) -> Edited, "旧门上写的：带过去或不带", "Bring along what was written at the old door, or leave it";
    Write add_visit(AddVisitArgs) -> Added, "记一次走访", "Record a visit";
    Write undo_visit(IdArgs) -> Edited, "撤销刚记的走访", "Undo a visit just recorded";
    Read list_due(ListDueArgs) -> DueList, "今天要去的门", "Doors due";
    Read list_matters(ListMattersArgs) -> MatterList, "事项目录，可按拼音查", "The matter catalogue, searched by words or pinyin";
    Write edit_matter(EditMatterArgs) -> Edited, "改事项目录的一项", "Change a matter of the catalogue";
    Write add_matter(AddMatterArgs) -> Added, "在事项目录里加一项", "Add a matter to the catalogue";
    Read get_calendar(YearArgs) -> CalendarYear, "一年的工作日历", "The working days of a year";
    Write set_day(SetDayArgs) -> Edited, "设一天上班或放假", "Set a day as worked or free";
    Write set_year(SetYearArgs) -> Edited, "说明一年的放假通知录全了没有", "Say whether a year's notice is all in";
    Write set_hours(SetHoursArgs) -> Edited, "设上班时间", "Set the working hours";
    Read list_codes(NoArgs) -> CodeBook, "代码表，供表单用", "Code tables for forms";
    Write add_case(AddCaseArgs) -> Added, "上报一件事", "Report a matter";
    Read get_case(IdArgs) -> CaseFile, "一件事的经过", "One case with its steps";
    Read list_cases(ListCasesArgs) -> CaseList, "办事列表", "Cases";
    Write add_step(AddStepArgs) -> Added, "办一步", "Take a step in a case";
    Read print_case(PrintCaseArgs) -> PrintedSheet, "打印一件事的文书", "A printed sheet of a case";
    Read list_near(ListNearArgs) -> NearList, "附近已有的同类事项", "Open cases of the same matter close by";
    Read list_workflows(NoArgs) -> WorkflowList, "办事流程", "Workflows";
    Read check_workflow(WorkflowArgs) -> WorkflowChecked, "检查一个办事流程", "What is wrong with a workflow";
    Write put_workflow(WorkflowArgs) -> Added, "新增或改一个办事流程", "Add a workflow, or a new version of one";
    Write retire_workflow(NameArgs) -> Edited, "停用一个办事流程", "Retire a workflow; what runs in it keeps it";
    Write share_case(ShareCaseArgs) -> Edited, "把一件事给上级或一个人看", "Show a case to a unit above or to one person";
    Write unshare_case(UnshareCaseArgs) -> Edited, "收回给人看的一件事", "Take a shared case back";
    Read list_conflicts(PageArgs) -> ConflictList, "有两个值的字段", "Fields with two values";
    Write settle_conflict(SettleArgs) -> Edited, "定一个值", "Settle on a value";
    Read list_held(ListHeldArgs) -> HeldList, "导入时待定的单元格", "Import cells that wait for a decision";
    Write decide_held(DecideHeldArgs) -> Edited, "决定一个待定单元格", "Decide a held cell";
    Read get_history(HistoryArgs) -> History, "一个字段的来历", "Where a field's values came from";
    Read search(SearchArgs) -> SearchReply, "查户、人、事", "Search households, people and cases";
    Read sync_status(NoArgs) -> SyncStatus, "同步与存储", "Sync and storage";
    Online sync_now(SyncArgs) -> SyncReport, "现在同步", "Sync now";
    Read list_pending(NoArgs) -> PendingList, "还没传上去的", "What has not gone up yet";
    Read list_tray(NoArgs) -> TrayList, "需要看一下的", "What was refused and why";
    Write resend_refused(ResendArgs) -> Edited, "改好一条被退回的，重新提交", "Correct a refused command and send it again";
    Write ask_office(RefusedWordsArgs) -> Edited, "问社区一条被退回的", "Ask the office about a refused command";
    Write discard_refused(DiscardArgs) -> Edited, "放下一条被退回的", "Set aside a refused command, kept in the log";
    Read list_refused(PageArgs) -> RefusedInbox, "别人被退回的，等社区处理", "What was refused of others and waits for the office";
    Write adopt_refused(AdoptArgs) -> Edited, "采用一条被退回的", "Adopt a refused command of somebody else";
    Write return_refused(ReturnArgs) -> Edited, "把一条被退回的退给写的人", "Give a refused command back to its author";
    Write import_roster(ImportArgs) -> ImportReport, "导入台账", "Import a roster";
    Write import_orders(ImportOrdersArgs) -> OrdersReport, "导入热线工单", "Take in hotline orders";
    Read export_orders(ExportOrdersArgs) -> OrdersExport, "导出热线工单的办理结果", "Results of hotline orders";
    Read fill_table(FillArgs) -> FillReport, "套表：填部门的空表", "Fill a department's blank table";
    Write ask_next_visit(AskArgs) -> Edited, "缺的下次走访补", "Ask for what is missing at the next visit";
    Write reveal(RevealArgs) -> Revealed, "查看证件号，会记录", "Show a masked value; logged";
    Read list_devices(NoArgs) -> DeviceList, "人员与设备", "People and devices";
    Online confirm_device(ConfirmDeviceArgs) -> Edited, "确认一台设备", "Confirm a device";
    Online revoke_device(RevokeDeviceArgs) -> Edited, "停用一台设备", "Revoke a device";
    Online invite_device(InviteArgs) -> Invited, "邀请一台设备", "Invite a device";
    Write erase(EraseArgs) -> Edited, "擦除一人或一户，各设备一起", "Erase a person or a household, on every device";
    Write withdraw_contact(WithdrawArgs) -> Edited, "撤回门口的电话", "Take back the phone shown at a door";
    Write decide_mention(DecideMentionArgs) -> Edited, "擦除后别处还可能提到的：一并擦掉或留下", "Where an erased person may still be named: erase or keep";
    Read list_erasures(NoArgs) -> ErasureList, "擦除进行到哪里", "How far erasures have come";
    Read list_memberships(ListMembershipsArgs) -> MembershipList, "谁在哪里负责什么、任期", "Who is in charge of what, with terms";
    Online add_membership(AddMembershipArgs) -> ServerAnswer, "任命：角色、单元、任期", "Give a person a role at a unit for a term";
    Online set_term(SetTermArgs) -> ServerAnswer, "改任期", "Change the term of a membership";
    Online end_membership(EndMembershipArgs) -> ServerAnswer, "卸任，现在或到某天", "End a membership, now or on a day";
    Online stand_in(StandInArgs) -> ServerAnswer, "请人代班一段时间", "Have somebody stand in for a while";
    Online move_units(MoveUnitsArgs) -> ServerAnswer, "把楼栋划到另一个网格", "Move buildings to another grid";
    Online close_unit(CloseUnitArgs) -> ServerAnswer, "撤销一个单元，写明并入哪里", "Close a unit, naming its successors";
    Online make_grid(MakeGridArgs) -> ServerAnswer, "新设一个网格", "Make a grid";
    Read preview_grants(PreviewGrantsArgs) -> GrantsPreview, "先看看：谁会多管、少管哪里", "Preview a change: who gains and loses what";
    Read get_holdings(NoArgs) -> Holdings, "这台设备里有什么", "What this device holds, by class";
    Read get_log(NoArgs) -> OwnLog, "我自己的记录", "What is recorded about me, and my own week as text";
    Read list_tables(NoArgs) -> TableList, "各种台账的字段", "Kinds and fields: labels, class, purpose";
}

/// One event per change: which kinds changed, so that a screen can ask again for what it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Changed {
    /// Kinds touched, e.g. `household`, `visit`; `sync` for a change of sync state; `session` for lock and unlock.
    pub kinds: Vec<String>,
    /// Records touched, at most 100; empty with `many`.
    pub records: Vec<String>,
    /// More records changed than are named.
    pub many: bool,
}

/// How every failure looks: on stderr of the command line, as the body of a failed `POST /api/<name>`, as the rejection in the shell.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Failure {
    /// Stable, for programs.
    pub code: String,
    /// For people, in Chinese.
    pub message: String,
    /// Row of the sheet, 1-based, where one is meant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u32>,
    /// Column header or argument name, where one is meant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique_and_snake_case() {
        let mut names: Vec<_> = super::COMMANDS.iter().map(|c| c.name).collect();
        assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        let n = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n);
    }

    #[test]
    fn the_generated_types_are_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/ui/src/generated/commands.ts");
        let now = super::typescript();
        if std::env::var_os("GRIDWALK_WRITE_TYPES").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, &now).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == now, "app/ui/src/generated/commands.ts is old: run `make types`");
    }
}
