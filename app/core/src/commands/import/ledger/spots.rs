//! A row of a ledger of places or facilities.

use super::super::decide::Decision;
use super::super::fills;
use super::{Books, Planned, Write, candidate, compare, extras, header, home};
use crate::error::Result;
use crate::store::Row;
use crate::workspace::KeyEdit;
use app_tables::{Subject, TableRow, Template};
use shared_model::Class;
use shared_model::codes;
use shared_model::crdt::Value;
use shared_model::doc;
use shared_model::geo::Position;
use shared_model::limits::TEXT_BYTES_MAX;
use shared_model::records::Kind;
use uuid::Uuid;

type Said = (&'static str, Value, String);

impl Books<'_> {
    pub(super) fn spot(&mut self, table: &Template, row: &TableRow, decided: Option<&Decision>) -> Result<Planned> {
        let get = |key: &str| row.cells.get(key).map(String::as_str).unwrap_or_default();
        let (kind, command) = match self.subject {
            Subject::Place => (Kind::Place, "import_place"),
            _ => (Kind::Facility, "import_facility"),
        };
        let name = get("name").to_string();
        let ([_, number, ..], building) = self.place_of(row);
        let address = if get("address").is_empty() { get("building") } else { get("address") };
        let mut plan = Planned::new(row, &name, address, command);
        if name.is_empty() {
            return Ok(plan.bad(header(table, "name"), "no_name", "没有名称，这一行没收。", ""));
        }
        if building.is_none() && !number.is_empty() {
            plan.find(header(table, "building"), "no_building", "这栋楼不在这个网格里，位置照原文记。", get("building"));
        }
        let said = self.said(kind, table, row, address, &mut plan);
        let words =
            |r: &Row| format!("{} {}", r.text("name").unwrap_or_default(), r.text("address").unwrap_or_default()).trim().to_string();
        let plain = doc::imported_id(self.grid, kind.name(), &format!("{name}\u{1f}{address}"));
        let is_same = |r: &&Row| {
            let same_place = r.text("address").unwrap_or_default() == address || (building.is_some() && r.id("building") == building);
            r.get("_del").is_none() && (r.record == plain || (r.text("name").as_deref() == Some(name.as_str()) && same_place))
        };
        let found = match decided {
            Some(Decision::New) => None,
            Some(Decision::Same(record)) => self.spots.iter().find(|r| r.record == *record && r.get("_del").is_none()),
            _ => self.spots.iter().find(is_same),
        };
        let alike = self.spots.iter().filter(|r| r.get("_del").is_none() && r.text("name").as_deref() == Some(name.as_str()));
        plan.row.candidates = alike
            .take(3)
            .map(|r| candidate(r, words(r), if Some(r.record) == found.map(|f| f.record) { "door" } else { "name" }))
            .collect();
        if matches!(decided, Some(Decision::Same(_))) && found.is_none() {
            return Ok(plan.bad(header(table, "name"), "not_found", "说的那一条不在这里，请重新选。", &name));
        }
        if let Some(there) = found {
            let there = there.clone();
            let unit = home(self.db, there.record)?;
            let edits = compare(&there, unit, row.row, &said, &mut plan);
            plan.row.verdict = if edits.is_empty() { "known" } else { "fills" }.into();
            let edits = fills::noted(kind, edits, self.batch);
            plan.row.record = Some(there.record.to_string());
            plan.writes.push(Write { unit, record: there.record, kind, class: Class::Open, edits, is_back: false });
            return Ok(plan);
        }
        let gone = self.spots.iter().any(|r| r.record == plain && r.get("_del").is_some());
        // a person said that it is another one of that name at that place
        let is_here = self.spots.iter().any(|r| r.record == plain && r.get("_del").is_none());
        let record =
            if is_here { doc::imported_id(self.grid, kind.name(), &format!("{name}\u{1f}{address}\u{1f}{}", row.row)) } else { plain };
        if !self.taken.insert(record) {
            return Ok(plan.bad(header(table, "name"), "twice", "和上面一行是同一个名称、同一个位置，只收一行。", &name));
        }
        let unit = building.unwrap_or_else(|| self.nowhere());
        let mut edits = Vec::new();
        if !gone {
            edits.push(KeyEdit::put("name", name.clone()));
            edits.push(KeyEdit::put("batch", self.batch.to_string()));
            edits.extend(building.map(|b: Uuid| KeyEdit::put("building", b.to_string())));
            edits.extend(said.into_iter().map(|(key, value, _)| KeyEdit::put(key, value)));
        }
        plan.row.record = Some(record.to_string());
        plan.writes.push(Write { unit, record, kind, class: Class::Open, edits, is_back: gone });
        Ok(plan)
    }

    /// What the cells say, each with its text; what cannot be read stays in the note.
    fn said(&self, kind: Kind, table: &Template, row: &TableRow, address: &str, plan: &mut Planned) -> Vec<Said> {
        let get = |key: &str| row.cells.get(key).map(String::as_str).unwrap_or_default();
        let mut out: Vec<Said> = Vec::new();
        let mut notes: Vec<String> = Vec::new();
        if !get("note").is_empty() {
            notes.push(get("note").to_string());
        }
        let coded: &[(&'static str, &str)] =
            if kind == Kind::Place { &[("kind", "place_kind")] } else { &[("kind", "facility_kind"), ("state", "facility_state")] };
        for (key, codes_of) in coded {
            let text = get(key);
            if text.is_empty() {
                continue;
            }
            match codes::table(codes_of).and_then(|t| t.resolve(text)) {
                Some(entry) => out.push((key, Value::Str(entry.code.to_string()), text.to_string())),
                None => {
                    plan.find(header(table, key), "bad_code", "没有这一类，照原文记在备注里。", text);
                    notes.push(format!("{}：{text}", header(table, key)));
                }
            }
        }
        let texts: &[&'static str] = if kind == Kind::Place { &["contact", "phone"] } else { &[] };
        for key in texts {
            if !get(key).is_empty() {
                out.push((key, Value::Str(get(key).to_string()), get(key).to_string()));
            }
        }
        if !address.is_empty() {
            out.push(("address", Value::Str(address.to_string()), address.to_string()));
        }
        if kind == Kind::Facility && !get("count").is_empty() {
            match get("count").trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<i64>() {
                Ok(n) => out.push(("count", Value::Int(n), get("count").to_string())),
                Err(_) => {
                    plan.find(header(table, "count"), "bad_number", "数量不是数，照原文记在备注里。", get("count"));
                    notes.push(format!("{}：{}", header(table, "count"), get("count")));
                }
            }
        }
        if kind == Kind::Place && matches!(get("closed"), "是" | "停业" | "已停业") {
            out.push(("closed", Value::Bool(true), get("closed").to_string()));
        }
        if !get("lng").is_empty() || !get("lat").is_empty() {
            match (get("lng").parse(), get("lat").parse()) {
                (Ok(lng), Ok(lat)) if Position::new(lng, lat).is_some() => {
                    let (lng, lat) = Position::new(lng, lat).map(|p| p.e7()).unwrap_or_default();
                    out.push(("lng_e7", Value::Int(lng), get("lng").to_string()));
                    out.push(("lat_e7", Value::Int(lat), get("lat").to_string()));
                }
                _ => plan.find(header(table, "lng"), "bad_position", "经纬度不对，没有记。", &format!("{} {}", get("lng"), get("lat"))),
            }
        }
        notes.extend(extras(row));
        let mut note = notes.join("；");
        if note.len() > TEXT_BYTES_MAX {
            plan.find(header(table, "note"), "too_long", "太长，只留了开头。", "");
            note = super::cut(&note).to_string();
        }
        if !note.is_empty() {
            out.push(("note", Value::Str(note.clone()), note));
        }
        out
    }
}
