//! The story, seven steps. Each does what a person could do with the same commands, reads back from the devices what came of it, and says
//! where to look. A step that was told is told again without being done again; a step that needs an earlier one does that first.

use super::cast::{TABLE, Who};
use super::stage::Stage;
use crate::failure::{Outcome, fail};
use crate::limits::{BEAT, LOOK};
use serde::Serialize;
use serde_json::{Value, json};
use shared_model::commands::{
    Added, CaseFile, ConflictList, DueList, Edited, FillReport, Holdings, HouseholdFile, HouseholdItem, HouseholdList, OwnLog, PersonView,
    SyncStatus,
};
use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;

/// The last step.
pub const STEPS: u32 = 7;
/// What the worker heard at the door.
const AT_THE_DOOR: &str = "13900004127";
/// What the office read in a list.
const IN_THE_LIST: &str = "13900004172";
/// Visits of the second step: outcome, topics, note.
const VISITS: [(&str, &[&str], &str); 5] = [
    ("met", &["safety", "care"], "老人独自在家，已提醒燃气用完关阀"),
    ("met", &["anti_fraud"], "说了几种常见骗局，留了社区电话"),
    ("absent", &[], "敲门没人，邻居说晚上在家"),
    ("met", &["facts"], "核对了家里人口，没有变化"),
    ("met", &["fire"], "请把楼道里的电动车推到车棚充电"),
];

/// What a step answers: one sentence, one more, and where each device should look.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reply {
    pub text: String,
    pub detail: String,
    pub open: BTreeMap<&'static str, String>,
}

impl Reply {
    fn new(text: String, detail: impl Into<String>) -> Reply {
        Reply { text, detail: detail.into(), open: BTreeMap::new() }
    }

    fn at(mut self, who: Who, hash: impl Into<String>) -> Reply {
        self.open.insert(who.key(), hash.into());
        self
    }
}

/// One step: what it answers and what it found.
type Step = fn(&Stage) -> Outcome<(Reply, Value)>;

/// Does a step, or tells it again. The caller holds the turn.
///
/// # Errors
/// What a device answered, or `server_error` when it does not hold what the step wrote.
pub fn tell(stage: &Stage, n: u32) -> Outcome<Reply> {
    if let Some(told) = stage.story().replies.get(&n) {
        return Ok(told.clone());
    }
    let (name, step): (&str, Step) = match n {
        1 => ("import", import),
        2 => ("visits", visits),
        3 => ("differ", differ),
        4 => ("settle", settle),
        5 => ("fill", fill),
        6 => ("head", head),
        7 => ("none", none),
        _ => return Err(fail("not_found", format!("故事只有 {STEPS} 步。"))),
    };
    if n == 4 {
        tell(stage, 3)?;
    }
    let (reply, mut found) = step(stage)?;
    found["text"] = json!(reply.text);
    let mut story = stage.story();
    story.results.insert(name.into(), found);
    story.replies.insert(n, reply.clone());
    story.next = story.next.max(n + 1);
    Ok(reply)
}

fn import(stage: &Stage) -> Outcome<(Reply, Value)> {
    let found = stage.story().results.get("import").cloned().unwrap_or_default();
    let number = |key: &str| found[key].as_u64().unwrap_or_default();
    let text = format!("{} 户 {} 人；{} 个身份证有误，原文保留", number("households"), number("persons"), number("errors"));
    let detail = format!(
        "三份台账共 {} 户 {} 人。与第一网格重复的 {} 户没有变成第二户，不一样的 {} 格留给办公室定。",
        number("all_households"),
        number("all_persons"),
        number("duplicates"),
        number("held")
    );
    Ok((Reply::new(text, detail).at(Who::Office, "#/o/inbox").at(Who::Worker, "#/w/buildings"), found))
}

/// The worker's doors: those due first, then the walking order; not those that stand empty.
fn doors(stage: &Stage) -> Outcome<Vec<HouseholdItem>> {
    let due: DueList = stage.ask(Who::Worker, "list_due", json!({}))?;
    let all: HouseholdList = stage.ask(Who::Worker, "list_households", json!({ "limit": 1000 }))?;
    let mut seen = BTreeSet::new();
    let lived_in = [due.over, due.today, due.soon, all.items].into_iter().flatten().filter(|h| !h.is_vacant && h.people > 0);
    Ok(lived_in.filter(|h| seen.insert(h.id.clone())).collect())
}

fn visits(stage: &Stage) -> Outcome<(Reply, Value)> {
    stage.set_offline(Who::Worker, true);
    let (_, apart) = person(stage)?;
    let doors: Vec<_> = doors(stage)?.into_iter().filter(|h| h.id != apart).take(VISITS.len()).collect();
    let waiting = |stage: &Stage| stage.ask::<SyncStatus>(Who::Worker, "sync_status", json!({})).map(|s| s.pending);
    let before = waiting(stage)?;
    let mut made = Vec::new();
    for (door, (outcome, topics, note)) in doors.iter().zip(VISITS) {
        let visit: Added =
            stage.ask(Who::Worker, "add_visit", json!({ "household": door.id, "outcome": outcome, "topics": topics, "note": note }))?;
        made.push((door.id.clone(), visit.id));
        stage.publish();
        sleep(BEAT);
    }
    let at = doors.last().ok_or_else(|| fail("not_found", "网格里没有住户。"))?;
    let title = format!("{} 门口楼道堆放纸箱和旧家具", at.plate);
    let hazard: Added = stage.ask(Who::Worker, "add_case", json!({ "matter": "01001", "title": title, "household": at.id }))?;
    stage.publish();
    sleep(BEAT);
    stage.kill(Who::Worker)?;
    let mut kept = 0;
    for (door, visit) in &made {
        let file: HouseholdFile = stage.ask(Who::Worker, "get_household", json!({ "id": door }))?;
        kept += usize::from(file.visits.iter().any(|v| v.id == *visit));
    }
    kept += usize::from(stage.ask::<CaseFile>(Who::Worker, "get_case", json!({ "id": hazard.id })).is_ok());
    let now_waiting = waiting(stage)?;
    if kept != made.len() + 1 || now_waiting < before + kept as u32 {
        return Err(fail("server_error", format!("写了 {} 条，重新打开后只有 {kept} 条。", made.len() + 1)));
    }
    let text = format!("关掉再打开，{kept} 条都在");
    let detail = format!("{} 次走访和 1 处隐患写在手机的加密库里，{now_waiting} 条等着有网时传上去。", made.len());
    let found = json!({ "kept": kept, "visits": made.len(), "cases": 1, "pending": now_waiting });
    Ok((Reply::new(text, detail).at(Who::Worker, "#/w/sync"), found))
}

/// The person whose number two people will change: an elderly head of a household with a mobile phone. Chosen once.
fn person(stage: &Stage) -> Outcome<(String, String)> {
    if let Some(chosen) = stage.story().person.clone() {
        return Ok(chosen);
    }
    let all: HouseholdList = stage.ask(Who::Worker, "list_households", json!({ "limit": 1000 }))?;
    let mut doors: Vec<_> = all.items.into_iter().filter(|h| !h.is_vacant && h.conflicts == 0 && h.held == 0).collect();
    doors.sort_by_key(|h| std::cmp::Reverse(h.oldest.filter(|age| *age <= 92)));
    let is_mobile = |p: &PersonView| p.phone.as_deref().is_some_and(|n| n.len() == 11 && n.starts_with('1'));
    for door in doors {
        let file: HouseholdFile = stage.ask(Who::Worker, "get_household", json!({ "id": door.id }))?;
        let head = file.persons.iter().find(|p| p.ended.is_none() && Some(&p.name) == door.head_name.as_ref());
        if let Some(head) = head.filter(|p| is_mobile(p)) {
            let chosen = (head.id.clone(), door.id);
            stage.story().person = Some(chosen.clone());
            return Ok(chosen);
        }
    }
    Err(fail("not_found", "网格里没有留手机号的户主。"))
}

fn file_of(stage: &Stage, who: Who, household: &str) -> Outcome<HouseholdFile> {
    stage.ask(who, "get_household", json!({ "id": household }))
}

fn phone_of(stage: &Stage, who: Who, person: &str, household: &str) -> Outcome<Option<String>> {
    Ok(file_of(stage, who, household)?.persons.into_iter().find(|p| p.id == person).and_then(|p| p.phone))
}

fn differ(stage: &Stage) -> Outcome<(Reply, Value)> {
    stage.set_offline(Who::Worker, true);
    let (person, household) = person(stage)?;
    let file = file_of(stage, Who::Worker, &household)?;
    let name = file.persons.iter().find(|p| p.id == person).map(|p| p.name.clone()).unwrap_or_default();
    for (who, number) in [(Who::Worker, AT_THE_DOOR), (Who::Office, IN_THE_LIST)] {
        stage.ask::<Edited>(who, "edit_person", json!({ "id": person, "edit": { "phone": number } }))?;
        stage.publish();
        sleep(BEAT);
    }
    if !stage.player(Who::Office).is_offline() {
        stage.ask::<Value>(Who::Office, "sync_now", json!({}))?;
    }
    let text = format!("{}写 4127，{}写 4172", Who::Worker.name(), Who::Office.name());
    let detail = format!("{} {name} 的电话。{}还断着网，谁也没看到对方写的。", file.household.plate, Who::Worker.name());
    let found = json!({
        "values": [AT_THE_DOOR, IN_THE_LIST], "by": [Who::Worker.name(), Who::Office.name()],
        "plate": file.household.plate, "person": name, "household": household,
    });
    let reply = Reply::new(text, detail).at(Who::Worker, format!("#/w/household/{household}")).at(Who::Office, "#/o/inbox?kind=fork");
    Ok((reply, found))
}

fn settle(stage: &Stage) -> Outcome<(Reply, Value)> {
    let (person, household) = person(stage)?;
    stage.set_offline(Who::Worker, false);
    stage.set_offline(Who::Office, false);
    for who in [Who::Worker, Who::Office, Who::Worker] {
        stage.ask::<Value>(who, "sync_now", json!({}))?;
    }
    let list: ConflictList = stage.ask(Who::Office, "list_conflicts", json!({ "limit": 200 }))?;
    let mut seen = Vec::new();
    if let Some(two) = list.items.into_iter().find(|c| c.record == person && c.key == "phone") {
        seen = two.values.iter().map(|v| json!({ "value": v.value, "by": v.by })).collect();
        // Long enough to see both numbers side by side, on both screens, with their names.
        stage.publish();
        sleep(LOOK);
        stage.ask::<Edited>(Who::Office, "settle_conflict", json!({ "id": two.id, "value": AT_THE_DOOR }))?;
    }
    for who in [Who::Office, Who::Worker, Who::Office] {
        stage.ask::<Value>(who, "sync_now", json!({}))?;
    }
    let values = [phone_of(stage, Who::Office, &person, &household)?, phone_of(stage, Who::Worker, &person, &household)?];
    if values[0] != values[1] {
        return Err(fail("server_error", "两台设备还不一致。"));
    }
    let value = values[0].clone().unwrap_or_default();
    let short: String = value.chars().skip(7).collect();
    let text = format!("定为 {short}，两边一致");
    let found = json!({ "value": value, "seen": seen, "household": household });
    let reply = Reply::new(text, "没选的那个号码留在来历里，随时可以查、可以改回。");
    Ok((reply.at(Who::Worker, format!("#/w/household/{household}")).at(Who::Office, format!("#/o/ledger/h/{household}")), found))
}

fn fill(stage: &Stage) -> Outcome<(Reply, Value)> {
    let out = stage.places.data().join(TABLE);
    let args = json!({
        "file": stage.places.sample(TABLE)?, "filter": { "age_from": 80 }, "out": out, "reason": "高龄津贴摸底，民政来函",
    });
    let report: FillReport = stage.ask(Who::Office, "fill_table", args)?;
    let mut items: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for gap in &report.gaps {
        items.entry(&gap.record).or_default().insert(&gap.key);
    }
    if !items.is_empty() {
        stage.ask::<Edited>(Who::Office, "ask_next_visit", json!({ "items": items }))?;
    }
    for who in [Who::Office, Who::Worker].into_iter().filter(|who| !stage.player(*who).is_offline()) {
        stage.ask::<Value>(who, "sync_now", json!({}))?;
    }
    let text = format!("{} 行，缺 {} 格，下次走访补", report.rows, report.gaps.len());
    let unknown = if report.unknown_headers.is_empty() {
        String::new()
    } else {
        format!("不认识的表头：{}，空着。", report.unknown_headers.join("、"))
    };
    let found = json!({ "rows": report.rows, "gaps": report.gaps.len(), "unknown": report.unknown_headers, "people": items.len() });
    let reply = Reply::new(text, format!("表头、合并格和公式都没动。{unknown}缺的记到那几户的下次走访。"));
    Ok((reply.at(Who::Office, "#/o/ledger/fill").at(Who::Worker, "#/w/today"), found))
}

fn head(stage: &Stage) -> Outcome<(Reply, Value)> {
    for who in [Who::Head, Who::Office] {
        stage.set_offline(who, false);
    }
    let doors: HouseholdList = stage.ask(Who::Head, "list_households", json!({ "limit": 1000 }))?;
    let building = doors.items.first().map(|h| h.building.clone()).ok_or_else(|| fail("not_found", "楼长的手机里没有门牌。"))?;
    let holdings: Holdings = stage.ask(Who::Head, "get_holdings", json!({}))?;
    let said: Added =
        stage.ask(Who::Head, "add_case", json!({ "matter": "01002", "title": "有人从楼上拉线给电动车充电", "building": building }))?;
    for who in [Who::Head, Who::Office] {
        stage.ask::<Value>(who, "sync_now", json!({}))?;
    }
    stage.publish();
    sleep(BEAT);
    let done = "物业已拆除飞线，车推到了车棚的充电位";
    stage.ask::<Added>(Who::Office, "add_step", json!({ "case": said.id, "transition": "close", "note": done }))?;
    for who in [Who::Office, Who::Head] {
        stage.ask::<Value>(who, "sync_now", json!({}))?;
    }
    let file: CaseFile = stage.ask(Who::Head, "get_case", json!({ "id": said.id }))?;
    if !file.case.item.is_closed {
        return Err(fail("server_error", "办结还没有到楼长的手机。"));
    }
    let never: Vec<_> = holdings.never.iter().map(|c| c.label.clone()).collect();
    let text = format!("{} 块门牌和户主姓名，没有电话；她上报的，有了结果", doors.total);
    let outcome = file.case.item.outcome.clone().unwrap_or_else(|| done.into());
    let detail = format!("从不发到这台手机的：{}。结果：{outcome}", never.join("、"));
    let found = json!({ "doors": doors.total, "never": never, "outcome": outcome, "case": said.id });
    Ok((Reply::new(text, detail).at(Who::Head, "#/h/cases").at(Who::Office, format!("#/o/dispatch/{}", said.id)), found))
}

fn none(stage: &Stage) -> Outcome<(Reply, Value)> {
    // Looking at an ID number is one of the three things that are written down, with its reason.
    let (person, _) = person(stage)?;
    let look = json!({ "record": person, "key": "id_number", "reason": "核对高龄津贴" });
    match stage.ask::<Value>(Who::Worker, "reveal", look) {
        Err(failure) if failure.code != "not_found" => return Err(failure),
        _ => {}
    }
    let log: OwnLog = stage.ask(Who::Worker, "get_log", json!({}))?;
    let kinds: BTreeSet<&str> = log.items.iter().map(|i| i.what.as_str()).collect();
    let text = "只记：谁写的、查身份证的理由、同步时间".to_owned();
    let detail = format!("没有打卡、轨迹、排名。关于{}记着的全部在这里，{} 条，她自己看得到。", Who::Worker.name(), log.items.len());
    let found = json!({ "items": log.items.len(), "kinds": kinds });
    Ok((Reply::new(text, detail).at(Who::Worker, "#/w/log"), found))
}
