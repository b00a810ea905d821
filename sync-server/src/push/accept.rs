//! What an accepted command writes: its parts, each wherever its document is shown, then what it asked for. All in one savepoint.

use super::appoint::Appointed;
use super::ask::Effect;
use super::part::PlannedPart;
use super::{Plan, Push, Stop};
use crate::enrol;
use crate::erase;
use crate::error::Error;
use crate::server_writes::{Batch, Written};
use crate::store::documents::{self, PartitionRow};
use crate::store::{devices, in_savepoint, invites, people, units};
use crate::{closing, memberships, shape, sharing};
use shared_model::records::Kind;
use std::sync::Arc;

impl Push<'_> {
    pub fn accept(&mut self, plan: &Plan<'_>, opaque: [u8; 16]) -> Result<(), Stop> {
        let touched = in_savepoint(self.db, || self.write(plan, opaque))?;
        for partition in touched {
            self.out.touched.insert((partition.unit, partition.class), partition.head);
        }
        self.out.has_erased |= plan.asked.erase.is_some();
        if let Some(tree) = &plan.asked.tree {
            self.tree = tree.clone();
        }
        if plan.asked.effect.is_some() || plan.asked.unshare.is_some() {
            // The tree and the stamps of this very device may be others now.
            self.tree = Arc::new(units::load(self.db)?);
            self.device = devices::get(self.db, &self.device.id)?.ok_or(Error::Damaged("a device that is gone"))?;
        }
        Ok(())
    }

    /// A new document of a case, of a step of one or of what is attached to it, is shown to whom the case is shown.
    fn follow(&self, batch: &mut Batch<'_>, p: &PlannedPart<'_>, document: i64) -> Result<(), Stop> {
        let record = p.part.doc.record;
        let case = match p.part.kind {
            Kind::Case => Some(record),
            Kind::CaseStep | Kind::Attachment => p.parent.map_or_else(|| documents::parent(self.db, &record), |case| Ok(Some(case)))?,
            _ => None,
        };
        match case {
            Some(case) => Ok(sharing::follow(self.db, batch, &case, document)?),
            None => Ok(()),
        }
    }

    fn write(&self, plan: &Plan<'_>, opaque: [u8; 16]) -> Result<Vec<PartitionRow>, Stop> {
        let mut batch = Batch::new(self.db, opaque, self.now_ms);
        let mut made = Vec::new();
        for p in &plan.parts {
            let document = batch.change(&Written {
                unit: p.part.unit,
                doc: p.part.doc,
                kind: p.part.kind,
                existing: p.existing,
                parent: p.parent,
                person: Some(self.device.person),
                change: &p.checked.change,
                hash: p.checked.hash,
                bytes: &p.part.change,
                clock: &p.checked.clock,
                term_before: p.term_before,
                after: &p.after,
            })?;
            if p.existing.is_none() {
                made.push((p, document));
            }
        }
        for (p, document) in made {
            self.follow(&mut batch, p, document)?;
        }
        let mut touched = batch.write()?;
        if let Some(unit) = &plan.asked.new_unit {
            let row = units::NewUnit { id: unit.id, code: "", parent: Some(unit.parent), kind: &unit.kind, name: &unit.name };
            units::add(self.db, &row, self.now_ms)?;
        }
        if let Some((unit, parent)) = plan.asked.placed {
            let tree = plan.asked.tree.as_ref().unwrap_or(&self.tree);
            touched.extend(shape::name_parent(self.inner, self.db, tree, &unit, &parent)?);
        }
        if let Some(device) = &plan.asked.confirm {
            devices::confirm(self.db, device, self.now_ms)?;
            if let Some(confirmed) = devices::get(self.db, device)? {
                enrol::give_role_back(self.inner, self.db, &confirmed)?;
            }
        }
        if let Some(invite) = &plan.asked.take_back {
            invites::take_back(self.db, invite, self.inner.env.now_ms())?;
        }
        if let Some((device, reason)) = &plan.asked.revoke {
            closing::revoke(self.inner, self.db, device, *reason)?;
        }
        if let Some(effect) = &plan.asked.effect {
            touched.extend(self.take_effect(effect)?);
        }
        if let Some(resolves) = &plan.resolves {
            self.resolve(resolves)?;
        }
        if let Some(planned) = &plan.asked.erase {
            touched.extend(erase::erase(self.inner, self.db, &erase::Erasure { id: opaque, ..planned.clone() })?);
        }
        if let Some((erasure, doc)) = &plan.asked.kept {
            erase::keep(self.inner, self.db, erasure, doc, &self.device.name)?;
        }
        let asked_by = &self.device.person;
        if let Some(share) = &plan.asked.share {
            touched.extend(sharing::begin(self.inner, self.db, share, asked_by)?);
        }
        if let Some((record, target)) = &plan.asked.unshare {
            touched.extend(sharing::end(self.inner, self.db, record, target, asked_by)?.unwrap_or_default());
        }
        Ok(touched)
    }

    fn take_effect(&self, effect: &Effect) -> Result<Vec<PartitionRow>, Error> {
        let (inner, db, tree) = (self.inner, self.db, &*self.tree);
        Ok(match effect {
            Effect::Appoint(Appointed { membership, new_person }) => {
                if let Some(name) = new_person {
                    people::add(db, &membership.person, name)?;
                }
                memberships::save(inner, db, membership)?.into_iter().collect()
            }
            Effect::Term(membership) => memberships::save(inner, db, membership)?.into_iter().collect(),
            Effect::Move { unit, parent } => shape::move_unit(inner, db, tree, unit, parent)?.into_iter().collect(),
            Effect::Close { unit, successors } => shape::close_unit(inner, db, tree, unit, successors)?,
            Effect::Open { unit } => shape::open_unit(inner, db, unit)?,
            Effect::Redraw(changes) => shape::redraw(inner, db, tree, changes)?,
            Effect::Grid { unit, parent, kind, name, code } => {
                shape::make_grid(inner, db, &shape::NewGrid { id: *unit, parent: *parent, kind, name, code, shape: "" })?
            }
        })
    }
}
