//! Workflows and settings at the gate: in which workflow a case runs, and whether a setting that somebody writes may be used. The server
//! knows those of the product; those of a deployment it reads from the settings of the units above the case, by the id that the case keeps.

use super::part::{Decoded, Judging};
use super::{Push, Stop, refuse};
use crate::error::Error;
use crate::store::documents;
use shared_model::cases::{self, Field, Level, Library, Workflow};
use shared_model::class::Class;
use shared_model::crdt::{OpBody, Registers, Value};
use shared_model::doc::config_id;
use shared_model::forms::FormLibrary;
use shared_model::matters;
use shared_model::records::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

const WORKFLOW: &str = "workflow/";
const MATTER: &str = "matter/";
const ENTRY: &str = "entry/";
const DATA: &str = "data/";

impl Push<'_> {
    /// The workflow of a case, by what its main part says.
    pub fn workflow_of(&self, judging: &Judging<'_, '_>, case: &Uuid, unit: &Uuid) -> Result<Arc<Workflow>, Stop> {
        let here = judging.parts.iter().find(|d| d.part.doc.record == *case && d.part.kind == Kind::Case && d.put("matter").is_some());
        let id = match here {
            Some(d) => d.put("workflow").and_then(Value::as_str).map(str::to_string),
            None => self.main_registers(case, Kind::Case, "matter")?.and_then(|(_, r)| r.value("workflow")?.as_str().map(str::to_string)),
        };
        self.workflow(judging, &id.unwrap_or_default(), unit)
    }

    /// A workflow by its id, for a case that stands in this unit.
    pub fn workflow(&self, judging: &Judging<'_, '_>, id: &str, unit: &Uuid) -> Result<Arc<Workflow>, Stop> {
        if let Some(known) = Library::built_in().find(id) {
            return Ok(known);
        }
        let body = self.setting(judging, unit, &format!("{WORKFLOW}{id}"))?.map(joined);
        let mut library = Library::default();
        match body.map(|body| library.add_kept(id, &body, true)) {
            Some(Ok(())) => {}
            Some(Err(_)) => return refuse("no_workflow"),
            None => return self.missing("no_workflow"),
        }
        library.find(id).map_or_else(|| refuse("no_workflow"), Ok)
    }

    /// The class of cases of a matter.
    pub fn class_of_matter(&self, judging: &Judging<'_, '_>, code: &str, unit: &Uuid) -> Result<Class, Stop> {
        if let Some(matter) = matters::find(code).filter(|m| m.code == code) {
            return Ok(matter.class);
        }
        match self.setting(judging, unit, &format!("{MATTER}{code}"))? {
            Some(entries) => matters::local_class(&entries).map_or_else(|| refuse("bad_value"), Ok),
            None => self.missing("no_matter"),
        }
    }

    /// The entries of a setting of the nearest unit, upwards: of this command, or accepted before.
    pub fn setting(&self, judging: &Judging<'_, '_>, unit: &Uuid, name: &str) -> Result<Option<BTreeMap<String, String>>, Stop> {
        for at in std::iter::once(*unit).chain(judging.tree.ancestors(unit)) {
            let record = config_id(at, name);
            if let Some(d) = judging.parts.iter().find(|d| d.part.doc.record == record && d.part.kind == Kind::Config) {
                return Ok(Some(written(d)));
            }
            if let Some((_, registers)) = self.main_registers(&record, Kind::Config, "name")? {
                return Ok(Some(entries(&registers)));
            }
        }
        Ok(None)
    }

    /// The document of a record that holds `key`, and what it says.
    pub fn main_registers(&self, record: &Uuid, kind: Kind, key: &str) -> Result<Option<(documents::DocumentRow, Registers)>, Error> {
        for row in documents::of_record(self.db, record)?.into_iter().filter(|row| row.kind == kind) {
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            if registers.value(key).is_some() {
                return Ok(Some((row, registers)));
            }
        }
        Ok(None)
    }

    /// A setting stands under its own id. The words of a workflow are those of its id and are written once; the class and the duty of a matter
    /// that a deployment added are written once, because they decide who receives its cases.
    pub fn check_config(&self, decoded: &Decoded<'_>, makes: bool) -> Result<(), Stop> {
        let part = decoded.part;
        let name = match decoded.put("name").and_then(Value::as_str) {
            Some(name) => name.to_string(),
            None if makes => return refuse("bad_setting"),
            None => {
                let held = self.main_registers(&part.doc.record, Kind::Config, "name")?;
                held.and_then(|(_, r)| r.value("name")?.as_str().map(str::to_string)).unwrap_or_default()
            }
        };
        if config_id(part.unit, &name) != part.doc.record {
            return refuse("bad_setting");
        }
        let touched = |entry: &str| decoded.change.ops.iter().any(|op| op.key.strip_prefix(ENTRY) == Some(entry));
        let touches_entries = decoded.change.ops.iter().any(|op| op.key.starts_with(ENTRY));
        if let Some(id) = name.strip_prefix(WORKFLOW) {
            if !makes {
                return if touches_entries { refuse("written_once") } else { Ok(()) };
            }
            return match Library::default().add_kept(id, &joined(written(decoded)), true) {
                Ok(()) => Ok(()),
                Err(_) => refuse("bad_workflow"),
            };
        }
        if let Some(id) = name.strip_prefix(super::form::FORM) {
            // the words of a form are those of its id
            return match (makes, touches_entries) {
                (false, true) => refuse("written_once"),
                (false, false) => Ok(()),
                (true, _) => match FormLibrary::default().add_kept(id, &joined(written(decoded))) {
                    Ok(()) => Ok(()),
                    Err(_) => refuse("bad_form"),
                },
            };
        }
        if let Some(code) = name.strip_prefix(MATTER) {
            let once = ["class", "community_duty"].into_iter().any(touched);
            return match makes {
                false if once => refuse("written_once"),
                false => Ok(()),
                true => matters::Catalogue::default().set(code, &written(decoded)).map_or_else(|_| refuse("bad_setting"), Ok),
            };
        }
        Ok(())
    }

    /// May this person open a case in this workflow, and is it the class that the workflow and the matter ask for?
    pub fn check_opening(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, code: &str) -> Result<(), Stop> {
        let (class, unit) = (decoded.part.doc.class, decoded.part.unit);
        let id = decoded.put("workflow").and_then(Value::as_str).unwrap_or_default();
        let workflow = self.workflow(judging, id, &unit)?;
        let by_matter = self.class_of_matter(judging, code, &unit)?;
        // the office's own is stricter than any matter
        if class != workflow.class.unwrap_or(by_matter) && class != Class::Office {
            return refuse("wrong_class");
        }
        let mut roles = judging.roots.over(judging.tree, &unit);
        if !roles.any(|role| workflow.opened_by.contains(&role)) {
            return refuse("not_allowed");
        }
        check_fields(decoded, &workflow.fields, None)?;
        let lacks = |f: &Field| f.required && decoded.put(&format!("{DATA}{}", f.name)).is_none();
        if workflow.fields.iter().any(lacks) { refuse("incomplete_case") } else { Ok(()) }
    }
}

/// What is written in fields is what the workflow declares, and nothing else is; a step that hands up may say how far it went beyond `level`.
pub fn check_fields(decoded: &Decoded<'_>, fields: &[Field], level: Option<Level>) -> Result<(), Stop> {
    for op in &decoded.change.ops {
        let Some(name) = op.key.strip_prefix(DATA) else { continue };
        if name == "level" && level.is_some() {
            match &op.body {
                OpBody::Put(Value::Str(text)) if text == Level::District.name() => continue,
                _ => return refuse("bad_value"),
            }
        }
        let Some(field) = fields.iter().find(|f| f.name == name) else { return refuse("unknown_key") };
        match &op.body {
            OpBody::Put(Value::Str(text)) if matches!(field.read(text), Ok(Some(_))) => {}
            _ => return refuse("bad_value"),
        }
    }
    Ok(())
}

/// Entries that a change writes.
fn written(decoded: &Decoded<'_>) -> BTreeMap<String, String> {
    let puts = decoded.change.ops.iter().filter_map(|op| match &op.body {
        OpBody::Put(Value::Str(text)) => Some((op.key.strip_prefix(ENTRY)?.to_string(), text.clone())),
        _ => None,
    });
    puts.collect()
}

fn entries(registers: &Registers) -> BTreeMap<String, String> {
    let keys = registers.live.keys().filter_map(|key| Some((key.strip_prefix(ENTRY)?, registers.value(key)?.as_str()?)));
    keys.map(|(entry, text)| (entry.to_string(), text.to_string())).collect()
}

/// A long text that was written in pieces.
pub fn joined(entries: BTreeMap<String, String>) -> String {
    let pieces: BTreeMap<u32, String> = entries.into_iter().filter_map(|(n, text)| Some((n.parse().ok()?, text))).collect();
    let body: String = pieces.into_values().collect();
    if body.len() > cases::BODY_BYTES_MAX { String::new() } else { body }
}
