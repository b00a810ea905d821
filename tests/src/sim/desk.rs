//! What offices do that moves what others are writing to: files of one family are merged and taken apart, grids are cut, merged and filled as a plan, a whole import
//! is taken back and brought back. A history of its own: the other ones stay what they are, seed by seed.

use super::Sim;
use crate::world::{FIRST_GRID, OFFICE, SECOND, SECOND_GRID};
use rand::Rng;
use serde_json::{Value as Json, json};

/// What has to happen in enough histories with it.
pub const DESK_WORK: [&str; 7] =
    ["merge_records", "unmerge", "people merged", "apply_plan", "a grid cut", "an import taken back", "an import brought back"];

impl Sim {
    pub(super) fn desk_work(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND]);
        match self.rng.gen_range(0..10) {
            0..=2 => self.merge_homes(who),
            3 => self.merge_people(who),
            4 => self.take_apart(who),
            5..=6 => self.plan(who),
            7..=8 => self.undo_import(who),
            _ => self.bring_import_back(who),
        }
    }

    fn merge_homes(&mut self, who: usize) {
        let (Some(a), Some(b)) = (self.home(who), self.home(who)) else { return };
        let (keep, drop) = (a["household"]["id"].clone(), b["household"]["id"].clone());
        let Some(preview) = self.call(who, "preview_merge", json!({ "kind": "household", "keep": keep, "drop": drop })) else { return };
        let pair = |p: &Json| json!({ "keep": p["keep"]["id"], "drop": p["drop"]["id"] });
        let people: Vec<Json> = preview["people"].as_array().into_iter().flatten().map(pair).collect();
        let args = json!({ "kind": "household", "keep": keep, "drop": drop, "people": people, "seen": preview["seen"] });
        if self.call(who, "merge_records", args).is_some() {
            self.merged.push(drop);
        }
    }

    fn merge_people(&mut self, who: usize) {
        let (Some(a), Some(b)) = (self.someone(who), self.someone(who)) else { return };
        let (keep, drop) = (a["id"].clone(), b["id"].clone());
        let Some(preview) = self.call(who, "preview_merge", json!({ "kind": "person", "keep": keep, "drop": drop })) else { return };
        let args = json!({ "kind": "person", "keep": keep, "drop": drop, "seen": preview["seen"] });
        if self.call(who, "merge_records", args).is_some() {
            self.merged.push(drop);
            self.did("people merged");
        }
    }

    fn take_apart(&mut self, who: usize) {
        let all = self.merged.clone();
        let Some(one) = self.pick(&all).cloned() else { return };
        self.call(who, "unmerge", json!({ "id": one }));
    }

    /// Grids as the office that plans sees them: one is cut by its buildings, two are made one, or buildings go over with their micro-grids.
    fn plan(&mut self, who: usize) {
        let Some(file) = self.home(who) else { return };
        let building = file["household"]["building"].clone();
        let today = self.world.devices[who].call("list_units", json!({}));
        let is_grid =
            |u: &&Json| ["grid", "micro_grid"].contains(&u["kind"]["code"].as_str().unwrap_or_default()) && u["closed"] == json!(false);
        let grids: Vec<Json> = today["items"].as_array().unwrap().iter().filter(is_grid).cloned().collect();
        let Some(grid) = self.pick(&grids).cloned() else { return };
        let n: u16 = self.rng.r#gen();
        let to = [FIRST_GRID, SECOND_GRID][self.rng.gen_range(0..2)];
        let change = match self.rng.gen_range(0..4) {
            0 => json!({ "do": "split", "grid": grid["id"], "key": "new", "name": format!("网格 {n}"), "units": [building] }),
            1 => {
                json!({ "do": "make", "key": "new", "name": format!("微网格 {n}"), "level": "micro_grid", "parent": to, "units": [building] })
            }
            2 => json!({ "do": "merge", "grids": [grid["id"], to], "into": to }),
            _ => json!({ "do": "attach", "units": [building], "grid": to, "follow": true }),
        };
        let is_cut = change["do"] == "split";
        if let Some(done) = self.call(who, "apply_plan", json!({ "changes": [change] })) {
            if is_cut {
                self.did("a grid cut");
            }
            if self.chance(30) && done["answer"]["accepted"] == json!(1) {
                self.call(who, "apply_plan", json!({ "changes": done["undo"] }));
            }
        }
    }

    fn an_import(&mut self, who: usize, is_undone: bool) -> Option<Json> {
        let list = self.world.devices[who].call("list_imports", json!({}));
        let all: Vec<Json> =
            list["items"].as_array()?.iter().filter(|i| i["undone_at"].is_null() != is_undone).map(|i| i["batch"].clone()).collect();
        self.pick(&all).cloned()
    }

    fn undo_import(&mut self, who: usize) {
        let Some(batch) = self.an_import(who, false) else { return };
        if self.call(who, "undo_import", json!({ "batch": batch })).is_some() {
            self.did("an import taken back");
        }
    }

    fn bring_import_back(&mut self, who: usize) {
        let Some(batch) = self.an_import(who, true) else { return };
        if self.call(who, "undo_import", json!({ "batch": batch, "back": true })).is_some() {
            self.did("an import brought back");
        }
    }
}
