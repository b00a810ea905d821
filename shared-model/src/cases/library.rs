//! Which workflows there are: those of the product and those that a deployment keeps as configuration. A case names its own as `name@hash`,
//! the hash over the words of the file, so a workflow that was changed is another one and what runs keeps its own.

use super::check::check;
use super::workflow::{Phase, State, Transition, Workflow};
use crate::rules::Role;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The loop of most matters; what names no workflow runs in it.
pub const HAZARD_NAME: &str = "hazard";
/// The name of the workflow that stands in where a device does not know the one that a case runs in.
pub const UNKNOWN: &str = "unknown";
/// Hex digits of the hash in an id.
const HASH_DIGITS: usize = 12;

/// The files, in the order in which they are offered.
const FILES: &[&str] = &[
    include_str!("../../workflows/hazard.toml"),
    include_str!("../../workflows/dispute.toml"),
    include_str!("../../workflows/hotline.toml"),
    include_str!("../../workflows/property.toml"),
    include_str!("../../workflows/errand.toml"),
    include_str!("../../workflows/whistle.toml"),
    include_str!("../../workflows/special.toml"),
    include_str!("../../workflows/resolution.toml"),
    include_str!("../../workflows/ledger.toml"),
    include_str!("../../workflows/project.toml"),
    include_str!("../../workflows/report.toml"),
];

/// The workflows of the product that were changed since: cases that run in them keep them. None so far.
const FORMER: &[&str] = &[];

/// Workflows by id, and which one a name means now.
#[derive(Debug, Clone, Default)]
pub struct Library {
    by_id: BTreeMap<String, Arc<Workflow>>,
    /// Name and id, in the order in which they are offered.
    current: Vec<(String, String)>,
}

static BUILT_IN: LazyLock<Library> = LazyLock::new(|| {
    let mut library = Library::default();
    for text in FORMER.iter().chain(FILES) {
        // a test reads every file; one that cannot be read is not offered
        if let Ok(workflow) = parse(text) {
            library.add(workflow, true);
        }
    }
    library
});

static NOBODY_KNOWS: LazyLock<Arc<Workflow>> = LazyLock::new(|| {
    Arc::new(Workflow {
        name: UNKNOWN.into(),
        zh: "新版流程".into(),
        en: "Newer workflow".into(),
        about: String::new(),
        matters: Vec::new(),
        matter: None,
        class: None,
        opened_by: Vec::new(),
        states: vec![State {
            name: UNKNOWN.into(),
            zh: "办理中（此版本看不了进度）".into(),
            en: "in progress (this version cannot tell more)".into(),
            phase: Phase::Open,
            said: String::new(),
        }],
        steps: vec![Transition {
            name: "comment".into(),
            zh: "补充说明".into(),
            en: "Add a remark".into(),
            from: Vec::new(),
            always: true,
            to: None,
            by: vec![Role::Worker, Role::Office, Role::PartTime, Role::BuildingHead, Role::Assignee],
            shared: true,
            opener: false,
            not_by: Vec::new(),
            requires: vec!["note".into()],
            fields: Vec::new(),
            ratings: Vec::new(),
            group: String::new(),
            begins: String::new(),
            ends: String::new(),
            unless: Vec::new(),
            level: None,
            evidence: false,
            first: 0,
        }],
        overlays: Vec::new(),
        fields: Vec::new(),
        clocks: Vec::new(),
        sheets: Vec::new(),
    })
});

/// Reads a file of the product.
///
/// # Errors
/// What the reader says, with line and column.
pub fn parse(text: &str) -> Result<Workflow, String> {
    toml::from_str(text).map_err(|e| e.to_string())
}

/// The words of a workflow, over which its hash is taken.
pub fn body_of(workflow: &Workflow) -> String {
    serde_json::to_string(workflow).unwrap_or_default()
}

/// The id of a workflow: its name and the hash of its words.
pub fn id_of(name: &str, body: &str) -> String {
    let hash: String = Sha256::digest(body.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    format!("{name}@{}", &hash[..HASH_DIGITS])
}

impl Library {
    /// Those of the product.
    pub fn built_in() -> &'static Library {
        &BUILT_IN
    }

    /// Adds one; `is_current`: its name means it from now on.
    pub fn add(&mut self, workflow: Workflow, is_current: bool) {
        let id = id_of(&workflow.name, &body_of(&workflow));
        if is_current {
            match self.current.iter_mut().find(|(name, _)| *name == workflow.name) {
                Some(known) => known.1.clone_from(&id),
                None => self.current.push((workflow.name.clone(), id.clone())),
            }
        }
        self.by_id.insert(id, Arc::new(workflow));
    }

    /// Adds one that a deployment keeps: its words as they were written, under the id that they were given.
    ///
    /// # Errors
    /// A sentence for people: the words are not those of this id, or no workflow.
    pub fn add_kept(&mut self, id: &str, body: &str, is_current: bool) -> Result<(), String> {
        let workflow: Workflow = serde_json::from_str(body).map_err(|e| format!("读不懂：{e}"))?;
        if id_of(&workflow.name, body) != id {
            return Err("内容和编号对不上。".into());
        }
        if let Some(problem) = check(&workflow).into_iter().next() {
            return Err(problem.words());
        }
        if is_current {
            match self.current.iter_mut().find(|(name, _)| *name == workflow.name) {
                Some(known) => known.1 = id.into(),
                None => self.current.push((workflow.name.clone(), id.into())),
            }
        }
        self.by_id.insert(id.into(), Arc::new(workflow));
        Ok(())
    }

    /// No longer offered; what runs in it keeps it.
    pub fn retire(&mut self, name: &str) {
        self.current.retain(|(n, _)| n != name);
    }

    /// The workflow of a case, by what the case says. What says nothing, or was opened before workflows had a hash, runs in the loop of most
    /// matters.
    pub fn find(&self, id: &str) -> Option<Arc<Workflow>> {
        if id.is_empty() || id == "hazard@1" {
            return self.named(HAZARD_NAME).map(|(_, w)| w).or_else(|| BUILT_IN.named(HAZARD_NAME).map(|(_, w)| w));
        }
        self.by_id.get(id).cloned()
    }

    /// The same, with one that stands in for a workflow that is not known here: a case is never hidden.
    pub fn find_or_unknown(&self, id: &str) -> Arc<Workflow> {
        self.find(id).unwrap_or_else(|| Arc::clone(&NOBODY_KNOWS))
    }

    /// What a name means now, with its id.
    pub fn named(&self, name: &str) -> Option<(String, Arc<Workflow>)> {
        let (_, id) = self.current.iter().find(|(n, _)| n == name)?;
        Some((id.clone(), Arc::clone(self.by_id.get(id)?)))
    }

    /// Those that are offered, with their ids.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Arc<Workflow>)> {
        self.current.iter().filter_map(|(_, id)| Some((id.as_str(), self.by_id.get(id)?)))
    }

    /// The workflow that a new case of this matter takes when nothing else is said: the one that names the matter most closely.
    pub fn for_matter(&self, matter: &str) -> Option<(String, Arc<Workflow>)> {
        let closest = self.all().filter(|(_, w)| w.is_for(matter)).max_by_key(|(_, w)| w.matters.iter().any(|m| m == matter));
        closest.map(|(id, w)| (id.to_string(), Arc::clone(w))).or_else(|| self.named(HAZARD_NAME))
    }

    /// The loop of most matters.
    pub fn hazard(&self) -> &Workflow {
        let found = self.current.iter().find(|(name, _)| name == HAZARD_NAME).and_then(|(_, id)| self.by_id.get(id));
        found.map_or(&NOBODY_KNOWS, |w| w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_nothing_is_wrong_with_it() {
        for text in FORMER.iter().chain(FILES) {
            let workflow = parse(text).unwrap();
            let wrong = check(&workflow);
            assert!(wrong.is_empty(), "{}: {wrong:#?}", workflow.name);
            // those of the product speak English too
            let labels = workflow.states.iter().map(|s| &s.en).chain(workflow.steps.iter().map(|t| &t.en));
            let fields = || workflow.fields.iter().chain(workflow.steps.iter().flat_map(|t| &t.fields));
            let more = fields().map(|f| &f.en).chain(fields().flat_map(|f| &f.options).map(|o| &o.en));
            let rest = workflow.overlays.iter().map(|o| &o.en).chain(workflow.clocks.iter().map(|c| &c.en));
            let all = labels.chain(more).chain(rest).chain(workflow.sheets.iter().map(|s| &s.en)).chain([&workflow.en]);
            assert!(all.into_iter().all(|en| !en.is_empty()), "{} lacks English words", workflow.name);
            // who reported it is told something while it is open, it prints, and what does not fit can be looked at
            let open = workflow.states.iter().filter(|s| s.phase == Phase::Open);
            assert!(open.clone().all(|s| !s.said.is_empty()), "{} says nothing of a state", workflow.name);
            assert!(!workflow.sheets.is_empty() && !workflow.about.is_empty() && !workflow.clocks.is_empty(), "{}", workflow.name);
            for name in ["comment", "reviewed"] {
                let step = workflow.transition(name).unwrap();
                assert!(step.is_remark() && step.always && step.requires == ["note"], "{} {name}", workflow.name);
            }
            let on_the_spot = workflow.transition("on_the_spot");
            assert!(on_the_spot.is_none_or(|t| t.from == [workflow.states[0].name.clone()] && t.fields.is_empty()), "{}", workflow.name);
        }
        assert_eq!(Library::built_in().all().count(), FILES.len());
    }

    #[test]
    fn a_matter_takes_the_workflow_that_names_it_most_closely() {
        let of = |matter: &str| Library::built_in().for_matter(matter).unwrap().1.name.clone();
        assert_eq!((of("02002"), of("01001"), of("04013")), ("dispute".into(), "hazard".into(), "property".into()));
        assert_eq!(of("02013"), "hazard", "violence at home is for the police, not for mediation");
        assert_eq!(of("99999"), "hazard");
    }

    #[test]
    fn a_workflow_reads_back_from_its_words_under_its_id() {
        for (id, workflow) in Library::built_in().all() {
            let mut kept = Library::default();
            kept.add_kept(id, &body_of(workflow), true).unwrap();
            assert_eq!(**kept.find(id).as_ref().unwrap(), **workflow);
            assert!(kept.add_kept("hazard@000000000000", &body_of(workflow), true).is_err());
        }
    }
}
