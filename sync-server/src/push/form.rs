//! Forms at the gate: a campaign asks a form that a campaign may ask; an answer is one that its form takes, in the part where its question
//! belongs: what is private never stands beside what is not. Answers name the version they were given to, and each of them counts, so that
//! two people who asked with different versions are both taken.

use super::flow::joined;
use super::part::{Decoded, Judging};
use super::{Push, Stop, refuse};
use shared_model::class::Class;
use shared_model::crdt::{OpBody, Value};
use shared_model::doc::campaign_response_id;
use shared_model::forms::{AnswerClass, CampaignFilter, Form, FormLibrary, name_of};
use shared_model::records::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Before the id of a form that a deployment keeps.
pub const FORM: &str = "form/";
const FILTER: &str = "filter/";
const VERSION: &str = "version/";
/// Versions of a form that one answer record names.
const VERSIONS_MAX: usize = 20;

impl Push<'_> {
    /// A form by its id, for what stands in this unit.
    fn form(&self, judging: &Judging<'_, '_>, id: &str, unit: &Uuid) -> Result<Option<Arc<Form>>, Stop> {
        if let Some(known) = FormLibrary::built_in().find(id) {
            return Ok(Some(known));
        }
        let Some(body) = self.setting(judging, unit, &format!("{FORM}{id}"))?.map(joined) else { return Ok(None) };
        let mut library = FormLibrary::default();
        if library.add_kept(id, &body).is_err() {
            return refuse("bad_form");
        }
        Ok(library.find(id))
    }

    /// A campaign stands where it is for, and asks what a campaign may ask.
    pub fn check_campaign(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, makes: bool) -> Result<(), Stop> {
        let unit = decoded.part.unit;
        if makes {
            let text = |key: &str| decoded.put(key).and_then(Value::as_str).unwrap_or_default();
            if text("title").trim().is_empty() || text("unit") != unit.to_string() {
                return refuse("bad_campaign");
            }
            match self.form(judging, text("form"), &unit)? {
                Some(form) if form.campaign => {}
                Some(_) => return refuse("bad_campaign"),
                None => return self.missing("no_form"),
            }
        }
        for op in &decoded.change.ops {
            let Some(name) = op.key.strip_prefix(FILTER) else { continue };
            let is_good = match &op.body {
                OpBody::Put(Value::Str(text)) => CampaignFilter::read(&BTreeMap::from([(name.to_string(), text.clone())])).is_ok(),
                OpBody::Put(Value::Null) | OpBody::Delete => CampaignFilter::NAMES.contains(&name),
                OpBody::Put(_) => false,
            };
            if !is_good {
                return refuse("bad_campaign");
            }
        }
        Ok(())
    }

    /// Answers are those of a form, each in its class; those of a campaign have the id of campaign and door.
    pub fn check_response(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, makes: bool) -> Result<(), Stop> {
        let (record, unit) = (decoded.part.doc.record, decoded.part.unit);
        match decoded.put("form") {
            Some(_) => self.check_about(judging, decoded)?,
            None if makes && decoded.part.doc.class == Class::Register => return refuse("bad_response"),
            None => {}
        }
        let family = if decoded.part.doc.class == Class::Private { AnswerClass::Private } else { AnswerClass::Register };
        let prefix = format!("{}/", family.family());
        if !decoded.change.ops.iter().any(|op| op.key.starts_with(&prefix)) {
            return Ok(());
        }
        let (name, ids) = self.versions(judging, &record)?;
        let mut forms = Vec::new();
        for id in ids.iter().filter(|id| name_of(id) == name).take(VERSIONS_MAX) {
            forms.extend(self.form(judging, id, &unit)?);
        }
        if forms.is_empty() {
            return self.missing("no_form");
        }
        for op in &decoded.change.ops {
            let Some(question) = op.key.strip_prefix(&prefix) else { continue };
            let mut asked = forms.iter().filter_map(|f| f.question(question)).filter(|q| q.class == family).peekable();
            if asked.peek().is_none() {
                return refuse("unknown_key");
            }
            let is_good = match &op.body {
                OpBody::Put(Value::Str(text)) => asked.any(|q| q.read(text).is_ok_and(|read| read.as_ref() == Some(text))),
                OpBody::Put(Value::Null) | OpBody::Delete => true,
                OpBody::Put(_) => false,
            };
            if !is_good {
                return refuse("bad_value");
            }
        }
        Ok(())
    }

    /// About what it is asked: one thing, and for a campaign a door.
    fn check_about(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>) -> Result<(), Stop> {
        let id = |key: &str| decoded.put(key).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok());
        if ["household", "place", "patrol", "facility"].into_iter().filter_map(id).count() != 1 {
            return refuse("bad_response");
        }
        let Some(campaign) = id("campaign") else { return Ok(()) };
        if id("household").is_none_or(|h| campaign_response_id(campaign, h) != decoded.part.doc.record) {
            return refuse("bad_response");
        }
        let here = judging.parts.iter().find(|d| d.part.doc.record == campaign && d.part.kind == Kind::Campaign);
        let form = match here {
            Some(d) => d.put("form").and_then(Value::as_str).map(str::to_string),
            None => {
                self.main_registers(&campaign, Kind::Campaign, "form")?.and_then(|(_, r)| r.value("form")?.as_str().map(str::to_string))
            }
        };
        match form {
            Some(form) if Some(name_of(&form)) == decoded.put("form").and_then(Value::as_str) => Ok(()),
            Some(_) => refuse("bad_response"),
            None => self.missing("no_campaign"),
        }
    }

    /// The form that answers are of, and every version that they name: in this command, or accepted before.
    fn versions(&self, judging: &Judging<'_, '_>, record: &Uuid) -> Result<(String, BTreeSet<String>), Stop> {
        let (mut name, mut ids) = (String::new(), BTreeSet::new());
        for d in judging.parts.iter().filter(|d| d.part.doc.record == *record) {
            if let Some(form) = d.put("form").and_then(Value::as_str) {
                name = form.to_string();
            }
            ids.extend(d.change.ops.iter().filter_map(|op| op.key.strip_prefix(VERSION)).map(str::to_string));
        }
        if let Some((_, registers)) = self.main_registers(record, Kind::Response, "form")? {
            name = registers.value("form").and_then(Value::as_str).unwrap_or_default().to_string();
            ids.extend(registers.live.keys().filter_map(|key| key.strip_prefix(VERSION)).map(str::to_string));
        }
        Ok((name, ids))
    }
}
