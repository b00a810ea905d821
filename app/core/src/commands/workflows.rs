//! Workflows: which there are, what is wrong with one, a new one or a new version of one, one that is not offered any more.

use super::settings::{self, OFF, WORKFLOW};
use super::views;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::docs;
use crate::workspace::{self, Intent, KeyEdit};
use shared_model::cases::{self, HAZARD_NAME, Library, body_of, id_of};
use shared_model::commands::{Added, Edited, NameArgs, NoArgs, WorkflowArgs, WorkflowChecked, WorkflowItem, WorkflowList};
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use std::collections::HashMap;

/// `list_workflows`: those that are offered, then those that are not any more: what runs in them keeps them, and any may be looked at and
/// taken up again.
pub fn list(engine: &Engine, _: NoArgs) -> Result<WorkflowList> {
    engine.with(|o| {
        let s = settings::read(&o.db, &o.me)?;
        let roles: Vec<Role> = workspace::roles(&o.db, &o.me)?.iter().map(|r| r.role).collect();
        let mut running: HashMap<String, u32> = HashMap::new();
        for id in super::cases::open_workflows(&o.db)? {
            *running.entry(id).or_default() += 1;
        }
        let mut items = Vec::new();
        let current: Vec<String> = s.library.all().map(|(id, _)| id.to_string()).collect();
        let known = s.kept.iter().map(|k| k.id.as_str()).chain(running.keys().map(String::as_str));
        let known = known.chain(Library::built_in().all().map(|(id, _)| id));
        let mut former: Vec<String> = known.filter(|id| !id.is_empty() && !current.iter().any(|c| c == id)).map(str::to_string).collect();
        former.sort();
        former.dedup();
        for id in current.iter().chain(&former) {
            let Some(workflow) = s.library.find(id) else { continue };
            let kept = s.kept.iter().find(|k| k.id == *id);
            let doc = match kept {
                Some(k) => docs::of_record(&o.db, k.record)?.first().map(|d| docs::load(&o.db, *d)).transpose()?.flatten(),
                None => None,
            };
            items.push(WorkflowItem {
                id: id.clone(),
                built_in: Library::built_in().find(id).is_some(),
                current: current.contains(id),
                running: running.get(id).copied().unwrap_or(0),
                may_open: roles.iter().any(|r| workflow.opened_by.contains(r)),
                by: doc.as_ref().map(|d| views::author_of(&o.db, &d.shown, "name")).transpose()?,
                at: kept.and_then(|k| k.at),
                pending: doc.is_some_and(|d| d.pending > 0),
                workflow: (*workflow).clone(),
            });
        }
        Ok(WorkflowList { items, unreadable: s.unreadable, may_edit: settings::may_edit(&o.db, &o.me)? })
    })
}

/// `check_workflow`
pub fn check(_: &Engine, args: WorkflowArgs) -> Result<WorkflowChecked> {
    Ok(WorkflowChecked { problems: cases::check(&args.workflow) })
}

/// `put_workflow`
pub fn put(engine: &Engine, args: WorkflowArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    settings::first_problem(&args.workflow)?;
    let now = engine.now_ms();
    let body = body_of(&args.workflow);
    let id = id_of(&args.workflow.name, &body);
    let (_, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let s = settings::read(&o.db, &o.me)?;
        let off = format!("{OFF}{}", args.workflow.name);
        let is_off =
            crate::store::get_row(&o.db, Kind::Config, shared_model::doc::config_id(unit, &off))?.is_some_and(|r| r.flag("retired"));
        // what was retired and is put as it was is offered again, as it was
        let is_back = is_off && last_of(&s.kept, &args.workflow.name).as_deref() == Some(id.as_str());
        if s.library.named(&args.workflow.name).is_some_and(|(now_id, _)| now_id == id) {
            return Err(CoreError::new("unchanged", "和现在用的一样，没有新的版本。"));
        }
        if !is_back && s.library.find(&id).is_some() {
            return Err(CoreError::new("unchanged", "以前用过一模一样的版本。改一处说明再存，就是新的版本。"));
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("put_workflow", format!("流程：{}", args.workflow.zh), None);
            if !is_back {
                settings::writes(w.tx, &mut intent, unit, &format!("{WORKFLOW}{id}"), settings::workflow_entries(&body, now))?;
            }
            if is_off {
                settings::writes(w.tx, &mut intent, unit, &off, vec![KeyEdit::put("retired", false)])?;
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id })
}

/// What this name meant last, offered or not: what was received last, else the one of the product.
fn last_of(kept: &[settings::Kept], name: &str) -> Option<String> {
    let is_named = |k: &&settings::Kept| k.id.split('@').next() == Some(name);
    kept.iter().rfind(is_named).map(|k| k.id.clone()).or_else(|| Library::built_in().named(name).map(|(id, _)| id))
}

/// `retire_workflow`
pub fn retire(engine: &Engine, args: NameArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    let now = engine.now_ms();
    if args.name == HAZARD_NAME {
        return Err(CoreError::args("「一般事项」不能停用：没有别的流程的事项都走它。").at("name"));
    }
    let (_, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let library = settings::library(&o.db)?;
        let (_, workflow) = library.named(&args.name).ok_or_else(|| CoreError::not_found("这个流程").at("name"))?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("retire_workflow", format!("停用流程：{}", workflow.zh), None);
            settings::writes(w.tx, &mut intent, unit, &format!("{OFF}{}", args.name), vec![KeyEdit::put("retired", true)])?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: true })
}
