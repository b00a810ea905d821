//! What an import of a roster tells, and its writing: one command a household, under one batch.

use super::cells::Held;
use super::{Importer, PREVIEW_MAX, Plan, batches};
use crate::error::Result;
use crate::store::get_row;
use crate::workspace::{Intent, KeyEdit, Writer};
use app_tables::{Finding, Roster};
use shared_model::Class;
use shared_model::commands::{ImportFinding, ImportPreview, ImportReport};
use shared_model::records::Kind;
use shared_model::wire::Ask;

impl Importer<'_> {
    pub(super) fn report(&self, roster: &Roster, plans: &[Plan], file: &str, dry_run: bool, held: usize) -> ImportReport {
        let finding = |f: &Finding| ImportFinding {
            row: f.row,
            column: f.column.clone(),
            code: f.code.into(),
            message: f.message.clone(),
            cell: f.cell.clone(),
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut warnings: Vec<ImportFinding> = roster.warnings.iter().map(finding).collect();
        for (h, p) in roster.households.iter().zip(plans) {
            if p.other_grid {
                let home = self.tree.parent(p.building).map(|g| self.tree.name(g)).unwrap_or_default();
                warnings.push(ImportFinding {
                    row: h.row,
                    column: "楼栋".into(),
                    code: "other_grid".into(),
                    message: format!("这栋楼属于{home}，没有另建一栋。"),
                    cell: h.building.clone(),
                });
            }
            if let Some(d) = &p.duplicate {
                warnings.push(ImportFinding {
                    row: h.row,
                    column: "住址".into(),
                    code: "duplicate".into(),
                    message: format!("{}。", d.reason),
                    cell: d.plate.clone(),
                });
            }
        }
        warnings.sort_by_key(|w| w.row);
        let preview = roster.households.iter().zip(plans).take(PREVIEW_MAX).map(|(h, p)| ImportPreview {
            row: h.row,
            plate: p.plate.clone(),
            head: h.head.clone(),
            people: count(h.persons.len()),
            sheet: h.sheet.clone(),
            candidates: p.candidates.clone(),
            state: if p.is_left {
                "left"
            } else if p.is_new {
                "new"
            } else if p.held.iter().any(|h| h.reason == "differs") {
                "differs"
            } else {
                "known"
            }
            .into(),
            tags: h.tags.clone(),
        });
        ImportReport {
            file: file.to_string(),
            dry_run,
            households: count(roster.households.len()),
            persons: count(roster.persons),
            added: plans.iter().map(|p| u32::from(p.is_new) + p.new_people).sum(),
            buildings: count(self.buildings.values().filter(|b| !b.is_closed).count()),
            held: count(held),
            errors: roster.errors.iter().map(finding).collect(),
            warnings,
            duplicates: plans.iter().filter_map(|p| p.duplicate.clone()).collect(),
            preview: preview.collect(),
            batch: None,
            left: count(plans.iter().filter(|p| p.is_left).count()),
            took_ms: 0,
        }
    }

    pub(super) fn write(&self, w: &mut Writer<'_>, plans: Vec<Plan>, loose: Vec<Held>, file: &str) -> Result<()> {
        let batch = self.batch;
        for b in self.buildings.values() {
            let name = if b.number.chars().all(|c| c.is_ascii_digit()) { format!("{}号楼", b.number) } else { b.number.clone() };
            let name = if b.estate.is_empty() { name } else { format!("{} {name}", b.estate) };
            let mut intent = Intent::new("make_unit", format!("新建 {name}"), None);
            if b.is_closed {
                super::built::open(w, self.tree, b.id, batch)?;
                continue;
            }
            let mut edits = vec![KeyEdit::put("name", name), KeyEdit::put("kind", "building"), KeyEdit::put("number", b.number.clone())];
            edits.push(KeyEdit::put("batch", batch.to_string()));
            if !b.estate.is_empty() {
                edits.push(KeyEdit::put("estate", b.estate.clone()));
            }
            intent.record(b.id, b.id, Kind::Unit, Class::Common, edits)?;
            intent.ask = Some(Ask::MakeUnit { unit: b.id, parent: self.grid });
            intent.batch = Some(batch);
            w.command(intent)?;
        }
        for plan in plans.into_iter().filter(|p| !p.is_left) {
            let mut intent = Intent::new("import_roster", format!("导入 {}", plan.plate), Some(plan.household));
            intent.batch = Some(batch);
            for (record, kind, edits) in plan.writes {
                if edits.iter().any(|e| e.key == "_del") {
                    batches::bring_back(w.tx, &mut intent, record, kind)?;
                }
                intent.record(plan.building, record, kind, Class::Register, edits)?;
            }
            self.hold(w, &mut intent, plan.held, file)?;
            w.command(intent)?;
        }
        if !loose.is_empty() {
            let mut intent = Intent::new("import_roster", format!("导入 {file} 中没有门牌的行"), None);
            intent.batch = Some(batch);
            self.hold(w, &mut intent, loose, file)?;
            w.command(intent)?;
        }
        Ok(())
    }

    fn hold(&self, w: &Writer<'_>, intent: &mut Intent, held: Vec<Held>, file: &str) -> Result<()> {
        for h in held {
            let item = h.id(self.grid);
            let there = get_row(w.tx, Kind::HeldItem, item)?;
            if there.as_ref().is_some_and(|r| r.get("_del").is_some()) {
                batches::bring_back(w.tx, intent, item, Kind::HeldItem)?;
            } else if there.is_none() {
                intent.record(h.unit, item, Kind::HeldItem, Class::Office, h.edits(file, self.batch))?;
            }
        }
        Ok(())
    }
}
