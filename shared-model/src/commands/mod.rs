//! The one command list. Three front doors read it: the Tauri shell, `POST /api/<name>` of the headless program, and its
//! command line. The TypeScript types of the user interface are generated from it (`make types`).
//! What lives here: names, arguments, replies. What does not: bodies; they are in app-core, one adapter a command.

mod args;
mod atlas;
mod desk;
mod field;
mod forms;
mod grants;
mod inbox;
mod ledger;
mod map;
mod media;
mod orders;
mod replies;
mod same;
mod settings;
mod stats;
mod tables;
mod teams;

pub use args::*;
pub use atlas::*;
pub use desk::*;
pub use field::*;
pub use forms::*;
pub use grants::*;
pub use inbox::*;
pub use ledger::*;
pub use map::*;
pub use media::*;
pub use orders::*;
pub use replies::*;
pub use same::*;
pub use settings::*;
pub use stats::*;
pub use tables::*;
pub use teams::*;

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
    Read list_duplicates(ListDuplicatesArgs) -> DuplicateList, "疑似重复的户或人，写明为什么像", "Households or people that look like one, with reasons";
    Read preview_merge(PreviewMergeArgs) -> MergePreview, "先看合并后的样子", "What a merge would come to";
    Write merge_records(MergeRecordsArgs) -> Edited, "合并：两份档案是同一户或同一人", "Merge two files of one household or person";
    Write unmerge(IdArgs) -> Edited, "拆开：合并前的两份都回来", "Take a merge back: both files as they were";
    Write judge_pair(JudgePairArgs) -> Edited, "说明两份不是一户、不是一人，或以后再看", "Say that two are not one, or look later";
    Write add_visit(AddVisitArgs) -> Added, "记一次走访", "Record a visit";
    Write undo_visit(IdArgs) -> Edited, "撤销刚记的走访", "Undo a visit just recorded";
    Write add_place(AddSpotArgs) -> Added, "新增场所", "Add a place";
    Write edit_place(EditArgs) -> Edited, "改场所", "Edit a place";
    Read list_places(ListSpotsArgs) -> PlaceList, "场所", "Shops, organisations, venues";
    Write add_facility(AddSpotArgs) -> Added, "新增设施", "Add a facility";
    Write edit_facility(EditArgs) -> Edited, "改设施", "Edit a facility";
    Read list_facilities(ListSpotsArgs) -> FacilityList, "设施", "Public facilities";
    Write add_patrol(AddSpotArgs) -> Added, "新增巡查点", "Add a patrol point";
    Write edit_patrol(EditArgs) -> Edited, "改巡查点", "Edit a patrol point";
    Read list_patrols(ListSpotsArgs) -> PatrolList, "巡查点，按轮次和次序", "Patrol points by round and order";
    Read get_spot(IdArgs) -> SpotFile, "一个场所、设施或巡查点和在那里看到的", "A place, facility or patrol point with what was seen there";
    Write record_death(DeathArgs) -> Edited, "记一人去世", "Record a death";
    Write undo_death(UndoDeathArgs) -> Edited, "撤销记错的去世", "Take back a death recorded by mistake";
    Write set_away(AwayArgs) -> Edited, "记暂离到哪天，或已回来", "Record who is away until when, or back";
    Write split_household(SplitArgs) -> Added, "分户：同一个门再立一家", "Split a household: a further family at the same door";
    Write undo_split(IdArgs) -> Edited, "撤销刚做的分户", "Take back a split";
    Read list_hubs(NoArgs) -> HubList, "党员中心户", "Party-member hub families";
    Write set_hub(SetHubArgs) -> Added, "立一个党员中心户，或改它", "Make or change a party-member hub";
    Write end_hub(IdArgs) -> Edited, "不再是党员中心户", "End a party-member hub";
    Write add_listing(AddListingArgs) -> Added, "记一个需求或心愿", "Note a need or a wish";
    Write edit_listing(EditArgs) -> Edited, "改需求或心愿", "Edit a need or a wish";
    Write settle_listing(SettleListingArgs) -> Edited, "需求或心愿进行到哪里", "Say what came of a need or a wish";
    Read list_listings(ListListingsArgs) -> ListingList, "需求与心愿", "Needs and wishes";
    Read list_ledgers(NoArgs) -> LedgerList, "各种台账和它们的列", "Ledgers and their columns";
    Read query_ledger(QueryLedgerArgs) -> LedgerPage, "一种台账：筛选、分组、排序，一页", "A page of a ledger: filtered, grouped, sorted";
    Read get_record(LedgerRecordArgs) -> LedgerRecord, "台账里的一条", "One record of a ledger";
    Write set_field(SetFieldArgs) -> FieldSet, "改台账的一格，或许多行的同一格", "Set one field of one record or of many";
    Read list_views(NoArgs) -> ViewList, "台账常用的视图", "Saved views of ledgers";
    Write put_view(PutViewArgs) -> Added, "留下或改一个视图", "Keep or change a view";
    Write remove_view(IdArgs) -> Edited, "去掉一个视图", "Remove a view";
    Write export_ledger(ExportLedgerArgs) -> JobView, "导出台账，会记录", "Export a ledger; logged";
    Write copy_ledger(CopyLedgerArgs) -> CopiedRows, "复制台账的几行，会记录", "Copy rows of a ledger; logged";
    Write get_job(IdArgs) -> JobView, "一件长活做到哪里了", "How far long work is";
    Write cancel_job(IdArgs) -> JobView, "不做了", "Cancel long work";
    Write weekly_sheet(WeeklyArgs) -> WeeklySheet, "每周推进会的表", "The sheet of the weekly meeting";
    Write door_list(DoorListArgs) -> DoorList, "一栋楼的门户清单，停电、火警时打印", "The doors of a building, to print for a power cut or fire";
    Read list_route(RouteArgs) -> RouteList, "到期的门按路线排", "Doors due in walking order";
    Read read_paste(PasteArgs) -> PasteRead, "从一段话里认出门、人、电话和事项", "Guess door, person, phone and matter in a pasted text";
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
    Write stage_media(StageMediaArgs) -> Staged, "收下一张照片或一段录音，先存在本机", "Take in a photo or a recording, kept on this device";
    Write discard_staged(TokenArgs) -> Edited, "丢掉还没用上的照片或录音", "Drop what was taken in and not used";
    Write add_attachment(AddAttachmentArgs) -> Added, "给已有的记录加照片或录音", "Attach a photo or a recording to what is there";
    Write edit_attachment(EditAttachmentArgs) -> Edited, "改照片或录音的说明", "Edit what is said of an attachment";
    Write remove_attachment(IdArgs) -> Edited, "去掉一张照片或一段录音", "Remove an attachment";
    Read list_attachments(OfArgs) -> AttachmentList, "一条记录的照片和录音", "Photos and recordings of a record";
    Read get_attachment(GetAttachmentArgs) -> AttachmentData, "看本机里的照片或录音", "A photo or a recording that is here";
    Online fetch_attachment(GetAttachmentArgs) -> AttachmentData, "从社区取一张照片或一段录音", "Fetch a photo or a recording";
    Read list_media(NoArgs) -> MediaList, "还没传上去的照片和录音", "Photos and recordings that wait to go up";
    Read print_case(PrintCaseArgs) -> PrintedSheet, "打印一件事的文书", "A printed sheet of a case";
    Read list_near(ListNearArgs) -> NearList, "附近已有的同类事项", "Open cases of the same matter close by";
    Read get_map(GetMapArgs) -> MapReply, "一张图：网格、楼栋、事项、中心户、设施", "The map: grids, buildings, cases, hub families, facilities";
    Read locate(LocateArgs) -> Located, "一个位置在哪栋楼、哪个网格", "Which building and grid a position is at";
    Write place_unit(PlaceUnitArgs) -> Edited, "给楼栋或网格定位置、画边界", "Give a building or grid its position and boundary";
    Write import_shapes(ImportShapesArgs) -> ShapesReport, "从 GeoJSON 导入楼栋和网格的位置、边界", "Take positions and boundaries of units from GeoJSON";
    Read get_base_map(NoArgs) -> BaseMapReply, "这台设备的离线底图", "The offline base map of this device";
    Write set_base_map(SetBaseMapArgs) -> BaseMapReply, "用一个 MBTiles 文件做底图", "Use an MBTiles file as the base map";
    Write clear_base_map(NoArgs) -> Edited, "不用底图了", "Remove the base map";
    Read get_tile(TileArgs) -> Tile, "底图的一块", "One tile of the base map";
    Read plan_grids(PlanGridsArgs) -> PlanReply, "试画网格：画好会是什么样、谁多管少管哪里", "Plan a redrawing: the grids as they would be, who gains and loses what";
    Online apply_plan(PlanGridsArgs) -> PlanApplied, "照试画的调整网格，一起生效", "Carry out a planned redrawing, all of it or nothing";
    Read reach(ReachArgs) -> Reach, "一个场所多少米以内有多少户", "How many live within some metres of a venue";
    Read wall_sheet(WallSheetArgs) -> WallSheet, "网格挂图，可以打印", "The sheet of the grids for the wall";
    Read list_projects(ListProjectsArgs) -> ProjectList, "项目：未开工、实施中、已完成", "Projects by their three states";
    Read list_workflows(NoArgs) -> WorkflowList, "办事流程", "Workflows";
    Read check_workflow(WorkflowArgs) -> WorkflowChecked, "检查一个办事流程", "What is wrong with a workflow";
    Write put_workflow(WorkflowArgs) -> Added, "新增或改一个办事流程", "Add a workflow, or a new version of one";
    Write retire_workflow(NameArgs) -> Edited, "停用一个办事流程", "Retire a workflow; what runs in it keeps it";
    Read list_forms(NoArgs) -> FormList, "问卷", "Questionnaires";
    Read check_form(FormArgs) -> FormChecked, "检查一份问卷", "What is wrong with a questionnaire";
    Write put_form(FormArgs) -> Added, "新增或改一份问卷", "Add a questionnaire, or a new version of one";
    Write retire_form(NameArgs) -> Edited, "停用一份问卷", "Retire a questionnaire; what was answered stays";
    Read import_xlsform(ImportXlsformArgs) -> XlsformReport, "读一份 XLSForm", "Read an XLSForm into a questionnaire";
    Read check_answers(CheckAnswersArgs) -> AnswersChecked, "这些回答之下要问什么、哪里不对", "What is asked now and what is wrong";
    Read list_questions(ListQuestionsArgs) -> QuestionList, "这里现在要问什么", "What is due to be asked here";
    Write add_response(AddResponseArgs) -> Added, "记一份回答", "Record answers without a visit";
    Read list_responses(ListResponsesArgs) -> ResponseList, "一户答过的问卷", "What a household answered";
    Write add_campaign(AddCampaignArgs) -> Added, "新开一次专项排查", "Start a campaign";
    Write edit_campaign(EditCampaignArgs) -> Edited, "改一次专项排查", "Change a campaign";
    Write close_campaign(IdArgs) -> Edited, "结束一次专项排查", "Close a campaign";
    Read preview_campaign(PreviewCampaignArgs) -> CampaignPreview, "这样筛有多少户", "How many doors a filter takes";
    Read list_campaigns(NoArgs) -> CampaignList, "专项排查", "Campaigns with counts per state";
    Read campaign_doors(CampaignDoorsArgs) -> CampaignDoors, "一次专项排查的各户", "The doors of a campaign with their state";
    Read get_stats(GetStatsArgs) -> Stats, "统计：走访、时限、层级、评价、趋势", "Figures: doors reached, deadlines, levels, ratings, trends";
    Read preview_tally(TallyArgs) -> TallyView, "要报给上级的数，小于五的不报", "The figures to hand up, small cells left out";
    Write send_tally(TallyArgs) -> Added, "把一个月的数报给上级", "Hand up a month's figures";
    Read list_tallies(NoArgs) -> TallyList, "报上来的数", "Figures handed up";
    Write share_case(ShareCaseArgs) -> Edited, "把一件事给上级或一个人看", "Show a case to a unit above or to one person";
    Write unshare_case(UnshareCaseArgs) -> Edited, "收回给人看的一件事", "Take a shared case back";
    Read list_conflicts(PageArgs) -> ConflictList, "有两个值的字段", "Fields with two values";
    Write settle_conflict(SettleArgs) -> Edited, "定一个值", "Settle on a value";
    Read list_held(ListHeldArgs) -> HeldList, "导入时待定的单元格", "Import cells that wait for a decision";
    Write decide_held(DecideHeldArgs) -> Edited, "决定一个待定单元格", "Decide a held cell";
    Read list_inbox(ListInboxArgs) -> InboxList, "待我处理：合并和导入定不了的", "Everything the merge or an import could not decide";
    Read get_inbox_item(IdArgs) -> InboxDetail, "待我处理的一件，两边的依据", "One item of the inbox with both sides' evidence";
    Write decide_item(DecideItemArgs) -> Decided, "定一件待我处理的", "Decide an item of the inbox";
    Write undo_decision(DecisionArgs) -> Edited, "撤销一次决定", "Take a decision back";
    Read list_decisions(NoArgs) -> DecisionList, "这台设备上定过的", "What was decided on this device";
    Read preview_bulk(BulkArgs) -> BulkPreview, "按规则一起处理：先看看", "What a rule would decide, and what it leaves";
    Write apply_bulk(ApplyBulkArgs) -> BulkDone, "按规则一起处理", "Decide by a rule, as previewed";
    Write undo_bulk(BatchArgs) -> BulkDone, "撤销一起处理的", "Take back what a rule decided";
    Write ask_back(AskBackArgs) -> Added, "问写的人一句", "Ask whoever wrote it";
    Read list_asked(NoArgs) -> AskedList, "问我的、我问的", "Questions asked of me, and by the office";
    Write reply_question(ReplyQuestionArgs) -> Edited, "答一句", "Answer a question";
    Read get_history(HistoryArgs) -> History, "一个字段的来历", "Where a field's values came from";
    Read search(SearchArgs) -> SearchReply, "查户、人、事", "Search households, people and cases";
    Write change_pin(ChangePinArgs) -> Edited, "换 PIN", "Change the PIN";
    Write keep_draft(KeepDraftArgs) -> Edited, "留下没写完的", "Keep what was begun and not saved";
    Read list_drafts(NoArgs) -> DraftList, "没写完的", "What was begun and not saved";
    Read list_notices(NoArgs) -> NoticeList, "新来的消息", "What came in from others";
    Write see_notices(SeeNoticesArgs) -> Edited, "消息看过了", "Mark what came in as seen";
    Read sync_status(NoArgs) -> SyncStatus, "同步与存储", "Sync and storage";
    Online sync_now(SyncArgs) -> SyncReport, "现在同步", "Sync now";
    Read list_pending(NoArgs) -> PendingList, "还没传上去的", "What has not gone up yet";
    Read list_tray(NoArgs) -> TrayList, "需要看一下的", "What was refused and why";
    Write resend_refused(ResendArgs) -> Edited, "改好一条被退回的，重新提交", "Correct a refused command and send it again";
    Write ask_office(RefusedWordsArgs) -> Edited, "问社区一条被退回的", "Ask the office about a refused command";
    Write discard_refused(DiscardArgs) -> Edited, "放下一条被退回的", "Set aside a refused command, kept in the log";
    Read list_refused(PageArgs) -> RefusedInbox, "别人被退回的，等社区处理", "What was refused of others and waits for the office";
    Write adopt_refused(AdoptArgs) -> Decided, "采用一条被退回的", "Adopt a refused command of somebody else";
    Write return_refused(ReturnArgs) -> Decided, "把一条被退回的退给写的人", "Give a refused command back to its author";
    Write import_roster(ImportArgs) -> ImportReport, "导入台账", "Import a roster";
    Write import_orders(ImportOrdersArgs) -> OrdersReport, "导入热线工单", "Take in hotline orders";
    Read export_orders(ExportOrdersArgs) -> OrdersExport, "导出热线工单的办理结果", "Results of hotline orders";
    Write fill_table(FillArgs) -> FillReport, "套表：填部门的空表", "Fill a department's blank table";
    Read read_template(ReadSheetsArgs) -> SheetsRead, "看一张空表：工作表、表头、每列填什么", "What a blank table is made of, sheet by sheet";
    Write put_template(PutTemplateArgs) -> Added, "记住一张表的列对应", "Keep the mapping of a table";
    Read list_templates(NoArgs) -> TemplateList, "套表模板", "Mappings that are kept";
    Write remove_template(RemoveTemplateArgs) -> Edited, "不再用一个模板，或收回", "Remove a kept mapping, or take that back";
    Write add_request(AddRequestArgs) -> Added, "登记一次要表", "Note a request for data";
    Write edit_request(EditArgs) -> Edited, "改一次要表登记", "Edit a request for data";
    Read list_requests(ListRequestsArgs) -> RequestList, "要表登记", "Requests for data, with sums by month";
    Read check_request(CheckRequestArgs) -> RequestCheck, "以前要过没有", "Was the same asked before";
    Read read_import(ReadSheetsArgs) -> SheetsRead, "看一张要导入的表：每列是什么", "What a table that comes in is made of";
    Write import_table(ImportTableArgs) -> ImportTableReport, "导入楼栋、场所、设施、旧台账", "Import buildings, places, facilities, earlier ledgers";
    Read list_imports(NoArgs) -> ImportList, "导入过的批次", "Imports";
    Write undo_import(UndoImportArgs) -> UndoImportReport, "撤销一次导入，或把撤销的收回来", "Take an import back, or bring back what was taken";
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
    Online set_post(SetPostArgs) -> ServerAnswer, "改岗位", "Say what somebody does in the team";
    Online hand_over(HandOverArgs) -> ServerAnswer, "交接：从某天起由另一个人负责", "Hand a role over to somebody else from a day on";
    Read check_teams(CheckTeamsArgs) -> TeamFindings, "队伍配备：哪里缺人", "Staffing of grids: where somebody is missing";
    Read list_invites(NoArgs) -> InviteList, "发出的邀请", "Invites and what became of them";
    Online take_back_invite(TakeBackInviteArgs) -> Edited, "收回一个邀请", "Take an invite back";
    Read device_sheet(DeviceSheetArgs) -> DeviceSheet, "一台设备上有什么，报告用", "What a device holds, for a report";
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
