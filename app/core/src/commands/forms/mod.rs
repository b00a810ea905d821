//! Questionnaires: which there are, what is wrong with one, a new one or a new version, one read from an XLSForm; what given answers come to.
//! `due.rs` is what is asked where, `responses.rs` what was answered, `campaigns.rs` 专项排查. Forms of a deployment are configuration records
//! like its workflows, each version under its own id.

pub mod campaigns;
pub mod due;
pub mod responses;

use super::import::bytes_of;
use super::settings::{self, WRITTEN, first_at, joined, workflow_entries};
use super::views;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::day_of;
use crate::store::{docs, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::cases::Problem;
use shared_model::commands::{
    Added, AnswersChecked, CheckAnswersArgs, Edited, FormArgs, FormChecked, FormItem, FormList, ImportXlsformArgs, NameArgs, NoArgs,
    XlsformProblem, XlsformReport,
};
use shared_model::forms::{self, Form, FormLibrary, Question, body_of, id_of, name_of};
use shared_model::records::Kind;
use shared_model::rules::{self, Verb};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Before the id of a form that a deployment keeps.
pub const FORM: &str = "form/";
/// Before the name of a form that is not asked any more.
pub const OFF: &str = "form_off/";

struct Kept {
    id: String,
    record: Uuid,
    at: Option<i64>,
}

/// All forms known here, whoever set them.
///
/// # Errors
/// Of the store.
pub fn library(db: &Connection) -> Result<FormLibrary> {
    Ok(with_kept(db)?.0)
}

fn with_kept(db: &Connection) -> Result<(FormLibrary, Vec<Kept>, Vec<Problem>)> {
    let mut library = FormLibrary::built_in().clone();
    let (mut kept, mut unreadable) = (Vec::new(), Vec::new());
    let mut found = Vec::new();
    for row in rows(db, Kind::Config, "where t._del is null and t.name like 'form/%'", &[])? {
        let at = first_at(db, row.record)?;
        let written = row.texts("entry").into_keys().filter_map(|n| n.strip_prefix(WRITTEN)?.parse::<i64>().ok()).max();
        found.push(((at.unwrap_or(i64::MAX), written), row, at));
    }
    // as with workflows: the one received last is what its name means
    found.sort_by_key(|(at, row, _)| (*at, row.record));
    for (_, row, at) in found {
        let Some(id) = row.text("name").and_then(|n| n.strip_prefix(FORM).map(str::to_string)) else { continue };
        match library.add_kept(&id, &joined(&row)) {
            Ok(()) => kept.push(Kept { id, record: row.record, at }),
            Err(message) => unreadable.push(Problem { code: "unreadable".into(), place: id, message }),
        }
    }
    for row in rows(db, Kind::Config, "where t._del is null and t.retired = 1 and t.name like 'form_off/%'", &[])? {
        if let Some(name) = row.text("name").and_then(|n| n.strip_prefix(OFF).map(str::to_string)) {
            library.retire(&name);
        }
    }
    Ok((library, kept, unreadable))
}

/// May this person write private answers anywhere?
fn may_private(db: &Connection, me: &Identity) -> Result<bool> {
    let roles = workspace::roles(db, me)?;
    Ok(roles.iter().any(|r| rules::may_write(r.role, Kind::Response, Class::Private, Verb::Make)))
}

/// The form as this person asks it.
fn as_asked(form: &Form, may_private: bool) -> Form {
    if may_private { form.clone() } else { form.without_private() }
}

/// A question of a form, for whoever shows one answer alone.
pub struct AskedQuestion {
    pub form: Arc<Form>,
    pub question: Question,
}

impl AskedQuestion {
    /// Form and question.
    pub fn label(&self) -> String {
        format!("{}：{}", self.form.zh, self.question.zh)
    }
}

/// The question that a key of an answer record answers, in a version that the record names.
///
/// # Errors
/// Of the store.
pub fn asked(db: &Connection, kind: Kind, record: Uuid, key: &str) -> Result<Option<AskedQuestion>> {
    let name = key.strip_prefix("answer/").or_else(|| key.strip_prefix("secret/")).filter(|_| kind == Kind::Response);
    let (Some(name), Some(row)) = (name, get_row(db, kind, record)?) else { return Ok(None) };
    let library = library(db)?;
    let forms = row.names("version").into_iter().filter_map(|id| library.find(&id));
    let mut found =
        forms.filter_map(|form| form.question(name).cloned().map(|question| AskedQuestion { form: Arc::clone(&form), question }));
    Ok(found.next())
}

/// `list_forms`: those that are asked, then those that are not any more.
pub fn list(engine: &Engine, _: NoArgs) -> Result<FormList> {
    engine.with(|o| {
        let (library, kept, unreadable) = with_kept(&o.db)?;
        let mut answered: HashMap<String, u32> = HashMap::new();
        {
            let mut q = o.db.prepare_cached("select form, count(*) from response where _del is null and form is not null group by form")?;
            for r in q.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, u32>(1)?)))? {
                let (form, n) = r?;
                answered.insert(form, n);
            }
        }
        let current: Vec<String> = library.all().map(|(id, _)| id.to_string()).collect();
        let former = library.every().map(|(id, _)| id.to_string()).filter(|id| !current.contains(id));
        let mut items = Vec::new();
        for id in current.iter().cloned().chain(former.collect::<Vec<_>>()) {
            let Some(form) = library.find(&id) else { continue };
            let kept = kept.iter().find(|k| k.id == id);
            let doc = match kept {
                Some(k) => docs::of_record(&o.db, k.record)?.first().map(|d| docs::load(&o.db, *d)).transpose()?.flatten(),
                None => None,
            };
            items.push(FormItem {
                built_in: FormLibrary::built_in().find(&id).is_some(),
                current: current.contains(&id),
                answered: answered.get(&form.name).copied().unwrap_or(0),
                by: doc.as_ref().map(|d| views::author_of(&o.db, &d.shown, "name")).transpose()?,
                at: kept.and_then(|k| k.at),
                pending: doc.is_some_and(|d| d.pending > 0),
                form: (*form).clone(),
                id,
            });
        }
        Ok(FormList { items, unreadable, may_edit: settings::may_edit(&o.db, &o.me)? })
    })
}

/// `check_form`
pub fn check_form(_: &Engine, args: FormArgs) -> Result<FormChecked> {
    Ok(FormChecked { problems: forms::check(&args.form) })
}

/// `put_form`
pub fn put(engine: &Engine, args: FormArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    if let Some(p) = forms::check(&args.form).into_iter().next() {
        return Err(CoreError::new("bad_form", format!("{}。没有写进去。", p.words().trim_end_matches('。'))).at(&p.place));
    }
    let now = engine.now_ms();
    let body = body_of(&args.form);
    let id = id_of(&args.form.name, &body);
    let (_, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let (library, kept, _) = with_kept(&o.db)?;
        let off = format!("{OFF}{}", args.form.name);
        let is_off = get_row(&o.db, Kind::Config, shared_model::doc::config_id(unit, &off))?.is_some_and(|r| r.flag("retired"));
        let last = kept.iter().rfind(|k| name_of(&k.id) == args.form.name).map(|k| k.id.clone());
        let last = last.or_else(|| FormLibrary::built_in().named(&args.form.name).map(|(id, _)| id));
        // what was retired and is put as it was is asked again, as it was
        let is_back = is_off && last.as_deref() == Some(id.as_str());
        if library.named(&args.form.name).is_some_and(|(now_id, _)| now_id == id) {
            return Err(CoreError::new("unchanged", "和现在用的一样，没有新的版本。"));
        }
        if !is_back && library.find(&id).is_some() {
            return Err(CoreError::new("unchanged", "以前用过一模一样的版本。改一处说明再存，就是新的版本。"));
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("put_form", format!("问卷：{}", args.form.zh), None);
            if !is_back {
                settings::writes(w.tx, &mut intent, unit, &format!("{FORM}{id}"), workflow_entries(&body, now))?;
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

/// `retire_form`
pub fn retire(engine: &Engine, args: NameArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Config, Verb::Make))?;
    let now = engine.now_ms();
    let (_, changed) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let library = library(&o.db)?;
        let (_, form) = library.named(&args.name).ok_or_else(|| CoreError::not_found("这份问卷").at("name"))?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("retire_form", format!("停用问卷：{}", form.zh), None);
            settings::writes(w.tx, &mut intent, unit, &format!("{OFF}{}", args.name), vec![KeyEdit::put("retired", true)])?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: true })
}

/// `import_xlsform`
pub fn import_xlsform(_: &Engine, args: ImportXlsformArgs) -> Result<XlsformReport> {
    let (bytes, name) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let read = app_tables::read_xlsform(&bytes, &name)?;
    let mut problems: Vec<XlsformProblem> = read
        .notes
        .into_iter()
        .map(|n| XlsformProblem { sheet: n.sheet, row: n.row, column: n.column, message: n.message, stops: n.stops })
        .collect();
    for p in forms::check(&read.form) {
        // what a question says wrong stands in its row
        let question = p.place.strip_prefix("questions.").and_then(|rest| rest.split('.').next()).unwrap_or_default();
        let row = read.rows.get(question).copied();
        let column = p.place.rsplit('.').next().filter(|c| ["relevant", "constraint"].contains(c)).map(str::to_string);
        problems.push(XlsformProblem { sheet: "survey".into(), row, column, message: p.message, stops: true });
    }
    Ok(XlsformReport { form: read.form, problems })
}

/// `check_answers`
pub fn check_answers(engine: &Engine, args: CheckAnswersArgs) -> Result<AnswersChecked> {
    let today = day_of(engine.now_ms());
    if let Some(draft) = &args.draft {
        let outcome = forms::ask(draft, &args.answers, today);
        return Ok(AnswersChecked { id: id_of(&draft.name, &body_of(draft)), outcome, answers: args.answers, aside: Vec::new() });
    }
    engine.with(|o| {
        let library = library(&o.db)?;
        let text = args.form.as_deref().unwrap_or_default();
        let (id, form) = library.either(text).ok_or_else(|| CoreError::not_found("这份问卷").at("form"))?;
        let form = as_asked(&form, may_private(&o.db, &o.me)?);
        let (answers, aside) = match args.begun_with.as_deref().filter(|b| *b != id) {
            Some(before) => {
                let carried = forms::carry(library.find(before).as_deref(), &form, &args.answers);
                (carried.answers, carried.aside)
            }
            None => (args.answers.clone(), Vec::new()),
        };
        let outcome = forms::ask(&form, &answers, today);
        Ok(AnswersChecked { id, outcome, answers, aside })
    })
}

/// A form by what a person or a page named, or `not_found`.
fn require(library: &FormLibrary, text: &str) -> Result<(String, Arc<Form>)> {
    library.either(text).ok_or_else(|| CoreError::not_found("这份问卷").at("form"))
}

/// Answers as texts, of both classes.
fn answers_of(row: &crate::store::Row) -> BTreeMap<String, String> {
    let mut all = row.texts("answer");
    all.extend(row.texts("secret"));
    all
}
