//! Micro-grids of a grid that is cut or redrawn. One whose buildings all fall on one side goes with them, its area and its own boundary too. One that a cut runs
//! through is nobody's guess: it is said, and the plan is not carried out until a person has said where it goes.

use super::super::grids::kind;
use super::super::units::name_of;
use super::plan::{Plan, wrong};
use crate::error::Result;
use shared_model::rules;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A micro-grid that a cut runs through.
pub struct Cut {
    /// Buildings that were taken out of it, each with where it stood.
    out: Vec<(Uuid, Uuid)>,
    /// Where they went.
    pub to: Uuid,
}

impl Plan<'_> {
    /// The micro-grid that a unit stands in.
    fn micro_of(&self, unit: Uuid) -> Option<Uuid> {
        self.after.line(unit).into_iter().skip(1).find(|u| self.kind(*u) == "micro_grid")
    }

    /// Attaches units to a grid; micro-grids of which all buildings go, go with them, those of which some go wait for a decision.
    pub fn attach_following(&mut self, units: &[String], to: Uuid) -> Result<()> {
        if self.kind(to) == "micro_grid" {
            return self.attach(units, to);
        }
        let found = |text: &String| self.before.find(text).map(|r| r.record).map_err(|e| e.at("changes"));
        let ids = units.iter().map(found).collect::<Result<BTreeSet<Uuid>>>()?;
        let mut by_micro: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
        for unit in &ids {
            // one that is named together with its micro-grid goes inside it
            if let Some(micro) = self.micro_of(*unit).filter(|m| !self.after.line(*m).contains(&to)) {
                by_micro.entry(micro).or_default().insert(*unit);
            }
        }
        let mut inside_others: BTreeSet<Uuid> = BTreeSet::new();
        for (micro, going) in by_micro {
            let standing: BTreeSet<Uuid> = self.leaves(micro).iter().filter(|r| kind(r) != "area").map(|r| r.record).collect();
            if ids.contains(&micro) || standing.is_subset(&going) {
                if !rules::may_stand("micro_grid", &self.kind(to)) {
                    return Err(wrong(format!("「{}」不能放到「{}」里。", self.name(micro), self.name(to))));
                }
                self.after.place(micro, to);
                inside_others.extend(going);
            } else {
                let out: Vec<(Uuid, Uuid)> = going.iter().filter_map(|u| Some((*u, self.after.parent(*u)?))).collect();
                let cut = self.cuts.entry(micro).or_insert_with(|| Cut { out: Vec::new(), to });
                cut.to = to;
                cut.out.extend(out);
            }
        }
        let rest: Vec<String> = ids.iter().filter(|u| !inside_others.contains(u)).map(Uuid::to_string).collect();
        self.attach(&rest, to)
    }

    /// A person says where a micro-grid goes that was cut: whole into a grid, or (`None`) what was cut off stands in no micro-grid.
    pub fn decide_micro(&mut self, micro: &str, into: Option<&str>) -> Result<()> {
        let unit = self.grid(micro)?;
        let Some(cut) = self.cuts.remove(&unit) else { return Err(wrong(format!("「{}」没有被划开。", self.name(unit)))) };
        let Some(into) = into else { return Ok(()) };
        let to = self.grid(into)?;
        if !rules::may_stand("micro_grid", &self.kind(to)) {
            return Err(wrong(format!("「{}」不能放到「{}」里。", self.name(unit), self.name(to))));
        }
        for (building, stood) in cut.out {
            self.after.place(building, stood);
        }
        self.after.place(unit, to);
        Ok(())
    }

    /// Micro-grids that wait for a decision, with what was cut off. Where a later step made it whole again, or brought all into one grid, nothing is left to decide.
    pub fn undecided(&self) -> Vec<(Uuid, &Cut, Vec<Uuid>)> {
        let grid_of = |unit: Uuid| self.after.line(unit).into_iter().find(|u| self.kind(*u) == "grid");
        let mut out = Vec::new();
        for (micro, cut) in self.cuts.iter().filter(|(micro, _)| !self.closed.contains_key(*micro)) {
            let apart = |unit: &Uuid| self.micro_of(*unit) != Some(*micro) && grid_of(*unit) != grid_of(*micro);
            let gone: Vec<Uuid> = cut.out.iter().map(|(unit, _)| *unit).filter(apart).collect();
            if !gone.is_empty() {
                out.push((*micro, cut, gone));
            }
        }
        out
    }

    /// Why the plan cannot be carried out yet.
    pub fn check_decided(&self) -> Result<()> {
        let names: Vec<String> = self.undecided().iter().map(|(micro, ..)| format!("「{}」", self.name(*micro))).collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(wrong(format!("分界线穿过微网格{}，请先定它归哪边。", names.join("、"))))
    }

    /// Names of units, for a remark.
    pub fn names_of(&self, units: &[Uuid]) -> Vec<(Uuid, String)> {
        units.iter().map(|u| (*u, self.before.get(*u).map(name_of).unwrap_or_default())).collect()
    }
}
