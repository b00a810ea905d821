//! What an accepted command writes: its parts grouped by partition in sorted order, then what it asked for. All in one savepoint.

use super::{Plan, Push, Stop};
use crate::server_writes::{Written, append};
use crate::store::documents::PartitionRow;
use crate::store::{devices, in_savepoint, units};
use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use std::collections::BTreeMap;
use uuid::Uuid;

impl Push<'_> {
    pub fn accept(&mut self, plan: &Plan<'_>, opaque: [u8; 16]) -> Result<(), Stop> {
        let touched = in_savepoint(self.db, || self.write(plan, opaque))?;
        for partition in touched {
            self.out.touched.insert((partition.unit, partition.class), partition.head);
        }
        if let Some(tree) = &plan.asked.tree {
            self.tree = tree.clone();
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
            let edits = [Edit::put("parent", parent.to_string())];
            touched.extend(self.inner.write_own(self.db, &unit, DocId::new(unit, Class::Common), Kind::Unit, &edits)?);
        }
        if let Some(device) = &plan.asked.confirm {
            devices::set_state(self.db, device, "active")?;
        }
        if let Some(resolves) = &plan.resolves {
            self.resolve(resolves)?;
        }
        Ok(touched)
    }
}
