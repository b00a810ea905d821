//! What an accepted command writes: its parts grouped by partition in sorted order, then what it asked for. All in one savepoint.

use super::appoint::Appointed;
use super::ask::Effect;
use super::{Plan, Push, Stop};
use crate::erase;
use crate::error::Error;
use crate::server_writes::{Written, append};
use crate::store::documents::PartitionRow;
use crate::store::{devices, in_savepoint, people, units};
use crate::{closing, memberships, shape};
use shared_model::class::Class;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

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
        if plan.asked.effect.is_some() {
            // The tree and the stamps of this very device may be others now.
            self.tree = Arc::new(units::load(self.db)?);
            self.device = devices::get(self.db, &self.device.id)?.ok_or(Error::Damaged("a device that is gone"))?;
        }
        Ok(())
    }

    fn write(&self, plan: &Plan<'_>, opaque: [u8; 16]) -> Result<Vec<PartitionRow>, Stop> {
        let mut groups: BTreeMap<(Uuid, Class), Vec<Written<'_>>> = BTreeMap::new();
        for p in &plan.parts {
            groups.entry((p.part.unit, p.part.doc.class)).or_default().push(Written {
                doc: p.part.doc,
                kind: p.part.kind,
                existing: p.existing,
                person: Some(self.device.person),
                change: &p.checked.change,
                hash: p.checked.hash,
                bytes: &p.part.change,
                clock: &p.checked.clock,
                term_before: p.term_before,
                after: &p.after,
            });
        }
        let mut touched = Vec::with_capacity(groups.len() + 1);
        for ((unit, class), changes) in &groups {
            touched.push(append(self.db, unit, *class, opaque, self.now_ms, changes)?);
        }
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
            Effect::Grid { unit, parent, kind, name, code } => {
                shape::make_grid(inner, db, &shape::NewGrid { id: *unit, parent: *parent, kind, name, code })?
            }
        })
    }
}
