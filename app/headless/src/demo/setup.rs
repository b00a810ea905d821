//! Fills the world: a server with its unit tree, the office's device, three rosters imported for real, then the two phones. The page shows
//! how far it is. Used at the start and by 从头来.

use super::cast::{BUILDING_NO, COMMUNITY, FIRST_GRID, PIN, ROSTERS, SHAPES, UNITS, Who};
use super::server::Server;
use super::stage::{Progress, Stage, Story};
use crate::failure::{Outcome, fail, of_io};
use serde_json::{Value, json};
use shared_model::commands::{ImportReport, UnitList};
use std::time::Instant;

/// Fills an empty stage and opens it.
///
/// # Errors
/// What kept it from being filled; the page shows the same.
pub fn fill(stage: &Stage) -> Outcome<()> {
    let _turn = stage.turn();
    fill_in_turn(stage)
}

/// Takes everything away and fills the stage again.
///
/// # Errors
/// As [`fill`].
pub fn reset(stage: &Stage) -> Outcome<()> {
    let _turn = stage.turn();
    stage.set_ready(false);
    stage.close();
    for who in Who::ALL {
        stage.player(who).set_offline(false);
    }
    *stage.story() = Story { next: 1, ..Story::default() };
    fill_in_turn(stage)
}

fn fill_in_turn(stage: &Stage) -> Outcome<()> {
    let began = Instant::now();
    let done = fill_inner(stage);
    match &done {
        Ok(()) => {
            tracing::info!(ms = began.elapsed().as_millis(), "demo ready");
            stage.set_ready(true);
        }
        Err(failure) => {
            stage.set_progress(Progress { text: failure.message.clone(), failure: Some(failure.clone()), ..Progress::default() })
        }
    }
    done
}

fn fill_inner(stage: &Stage) -> Outcome<()> {
    let total = ROSTERS.len() as u32;
    let say = |done: usize, text: String| stage.set_progress(Progress { done: done as u32, total, text, failure: None });
    say(0, "正在启动社区服务器".into());
    stage.places.empty()?;
    start_server(stage)?;
    enrol(stage, Who::Office, COMMUNITY)?;
    let mut files = Vec::new();
    for (n, (name, grid)) in ROSTERS.into_iter().enumerate() {
        say(n, format!("正在导入 {name}"));
        let report: ImportReport = stage.ask(Who::Office, "import_roster", json!({ "file": stage.places.sample(name)?, "grid": grid }))?;
        stage.ask::<Value>(Who::Office, "sync_now", json!({}))?;
        files.push(report);
    }
    stage.story().results.insert("import".into(), imported(&files));
    stage.ask::<Value>(Who::Office, "import_shapes", json!({ "file": stage.places.sample(SHAPES)? }))?;
    stage.ask::<Value>(Who::Office, "sync_now", json!({}))?;
    say(ROSTERS.len(), "正在登记网格员和楼长的手机".into());
    enrol(stage, Who::Worker, FIRST_GRID)?;
    enrol(stage, Who::Head, &building(stage)?)?;
    // The others' devices are records too.
    stage.ask::<Value>(Who::Office, "sync_now", json!({}))?;
    say(ROSTERS.len(), String::new());
    Ok(())
}

fn start_server(stage: &Stage) -> Outcome<()> {
    let program =
        stage.places.program("sync-server").ok_or_else(|| fail("not_found", "旁边没有 sync-server，请先构建，或用 --bin-dir 指定。"))?;
    let units = stage.places.data().join("units.csv");
    std::fs::write(&units, UNITS).map_err(|e| of_io("演示的数据文件夹用不了", &e))?;
    let server = Server::start(program, &stage.places.data().join("server"), &units)?;
    *stage.server() = Some(server);
    Ok(())
}

/// A new device for a person: invited, enrolled, first sync.
fn enrol(stage: &Stage, who: Who, unit: &str) -> Outcome<()> {
    let invite = match &*stage.server() {
        Some(server) => server.invite(who.role(), unit, who.name())?,
        None => return Err(fail("server_error", "服务器没有起来。")),
    };
    stage.open(who)?;
    stage.ask::<Value>(who, "enrol", json!({ "invite": invite, "pin": PIN }))?;
    stage.ask::<Value>(who, "sync_now", json!({}))?;
    Ok(())
}

/// The building head's building, made by the import.
fn building(stage: &Stage) -> Outcome<String> {
    let units: UnitList = stage.ask(Who::Office, "list_units", json!({}))?;
    let grid = units.items.iter().find(|u| u.code.as_deref() == Some(FIRST_GRID)).map(|u| u.id.clone());
    let building =
        units.items.into_iter().find(|u| u.kind.code == "building" && u.parent == grid && u.number.as_deref() == Some(BUILDING_NO));
    building.map(|b| b.id).ok_or_else(|| fail("not_found", format!("第一网格里没有 {BUILDING_NO} 号楼。")))
}

fn imported(files: &[ImportReport]) -> Value {
    let first = &files[0];
    let sum = |of: fn(&ImportReport) -> usize| files.iter().map(of).sum::<usize>();
    json!({
        "households": first.households, "persons": first.persons, "errors": first.errors.len(), "warnings": first.warnings.len(),
        "took_ms": first.took_ms,
        "all_households": sum(|f| f.households as usize), "all_persons": sum(|f| f.persons as usize),
        "all_errors": sum(|f| f.errors.len()), "duplicates": sum(|f| f.duplicates.len()), "held": sum(|f| f.held as usize),
    })
}
