//! Cases as several people work on them: steps taken on devices, and what of a case has to be the same everywhere.

use crate::world::{Device, World, first_building};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Opens a case in a workflow, at the first building.
pub fn open(d: &Device, workflow: &str, more: Json) -> String {
    let mut args = json!({ "matter": "", "workflow": workflow, "title": "一件事", "building": first_building().to_string() });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("add_case", args)["id"].as_str().unwrap().to_string()
}

/// The arguments of a step.
pub fn with(case: &str, transition: &str, more: Json) -> Json {
    let mut args = json!({ "case": case, "transition": transition });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    args
}

/// Takes a step, with what it asks for.
pub fn take(d: &Device, case: &str, transition: &str, more: Json) {
    d.call("add_step", with(case, transition, more));
}

/// Takes a step with a note.
pub fn note(d: &Device, case: &str, transition: &str) {
    take(d, case, transition, json!({ "note": format!("{}：{transition}", d.name) }));
}

/// A step that has to be refused; the code.
pub fn refused(d: &Device, case: &str, transition: &str, more: Json) -> String {
    d.refused("add_step", with(case, transition, more))
}

/// A case whole.
pub fn file(d: &Device, case: &str) -> Json {
    d.call("get_case", json!({ "id": case }))
}

/// The steps that are offered.
pub fn next(d: &Device, case: &str) -> BTreeSet<String> {
    let file = file(d, case);
    file["next"].as_array().unwrap().iter().map(|n| n["transition"]["code"].as_str().unwrap().to_string()).collect()
}

/// What of a case has to be the same everywhere.
pub fn core(d: &Device, case: &str) -> Json {
    let f = file(d, case);
    let c = &f["case"];
    let steps = f["steps"].as_array().unwrap().iter();
    let steps: Vec<Json> = steps.map(|s| json!([s["id"], s["transition"]["code"], s["clashes"], s["unseen"]])).collect();
    json!({ "state": c["state"]["code"], "closed": c["is_closed"], "overlays": c["overlays"], "clashes": c["clashes"],
        "level": c["level"]["code"], "due": c["due_at"], "clocks": f["clocks"], "steps": steps })
}

/// Everybody syncs; the case stands in one state wherever it is held.
pub fn together(w: &World, case: &str) -> Json {
    w.sync_all();
    let one = core(w.office(), case);
    let mut held = 0;
    for d in &w.devices {
        if d.try_call("get_case", json!({ "id": case })).is_ok() {
            assert_eq!(core(d, case), one, "{}", d.name);
            held += 1;
        }
    }
    assert!(held >= 2, "more than one device holds it");
    one
}

/// Everybody has it in this state, and nothing in it clashes.
pub fn stands(w: &World, case: &str, state: &str) {
    let one = together(w, case);
    assert_eq!((one["state"].as_str(), one["clashes"].as_u64()), (Some(state), Some(0)), "{one}");
}

/// Everybody has it in this state, this one step does not fit and nobody has looked at it; the office looks.
pub fn clashes(w: &World, case: &str, state: &str, misfit: &str) {
    let one = together(w, case);
    assert_eq!((one["state"].as_str(), one["clashes"].as_u64()), (Some(state), Some(1)), "{one}");
    let marked: Vec<&Json> = one["steps"].as_array().unwrap().iter().filter(|s| s[2] == true && s[3] == true).collect();
    assert_eq!((marked.len(), marked[0][1].as_str()), (1, Some(misfit)), "{one}");
    let waiting = w.office().call("list_cases", json!({ "clashing": true }));
    assert_eq!((waiting["total"].as_u64(), waiting["items"][0]["id"].as_str()), (Some(1), Some(case)));
    // a remark of somebody else settles nothing
    note(w.ana(), case, "comment");
    w.sync_all();
    assert_eq!(core(w.office(), case)["clashes"], 1);
    note(w.office(), case, "reviewed");
    let after = together(w, case);
    assert_eq!((after["state"].as_str(), after["clashes"].as_u64()), (Some(state), Some(0)));
    let marked = after["steps"].as_array().unwrap().iter().filter(|s| s[2] == true).count();
    assert!(marked >= 1 && after["steps"].as_array().unwrap().iter().all(|s| s[3] == false), "it stays marked: {after}");
    assert_eq!(w.office().call("list_cases", json!({ "clashing": true }))["total"], 0);
}

/// A sheet as one text.
pub fn printed(d: &Device, case: &str, sheet: &str) -> String {
    d.call("print_case", json!({ "case": case, "sheet": sheet }))["lines"].to_string()
}

/// A membership that the office may show a case to, by the person's name.
pub fn member(d: &Device, case: &str, name: &str) -> Json {
    let all = file(d, case)["may_share"].clone();
    all.as_array().unwrap().iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("{name}: {all}"))["assignee"].clone()
}
