//! The tray: what was refused of this device's own work. An item leaves only when its author says so: sent again corrected, or set aside. The
//! author may ask the office; what the office did stands beside the item. What a refused command would have written, field by field, beside
//! what is there now, is made here for the office's list too (`refused.rs`).

use super::views::{json_of, label_of, text_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{docs, get_row};
use crate::sync::refuse;
use crate::workspace::{self, DocEdit, Intent, KeyEdit};
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Class;
use shared_model::commands::{
    DiscardArgs, Edited, NoArgs, RefusedChoice, RefusedField, RefusedWordsArgs, ResendArgs, TrayItem, TrayList, TrayResolution,
};
use shared_model::crdt::{DEL_KEY, OpId, Value};
use shared_model::limits::WORDS_BYTES_MAX;
use shared_model::reasons;
use shared_model::records::{FieldType, FieldWrite, Kind};
use shared_model::wire::{self, Ask, Command};
use std::collections::BTreeSet;
use std::str::FromStr;
use uuid::Uuid;

/// What stands in the tray.
const IN_TRAY: &str =
    "(state in ('quarantined', 'stale', 'erased') or erased = 1 or (state = 'superseded' and replaced_by is null and judged = 1))";

/// How much stands in the tray.
pub fn count(db: &Connection) -> Result<u32> {
    Ok(db.prepare_cached(&format!("select count(*) from command where {IN_TRAY}"))?.query_row([], |r| r.get(0))?)
}

/// A refused command as kept here.
struct Refused {
    seq: u64,
    state: String,
    reason: String,
    name: String,
    summary: String,
    household: Option<Uuid>,
    at: i64,
    docs: Vec<DocEdit>,
    command: Option<Command>,
    asked: Option<(String, i64)>,
    resolution: Option<TrayResolution>,
}

impl Refused {
    /// Nothing can be sent or asked any more: some of it came in, the rest is erased.
    fn is_erased(&self) -> bool {
        matches!(self.state.as_str(), "accepted" | "erased")
    }

    /// Is it written again by itself, as soon as both sides agree?
    fn waits_to_agree(&self) -> bool {
        self.state == "superseded" && self.reason == "lost"
    }

    fn is_adopted(&self) -> bool {
        self.resolution.as_ref().is_some_and(|r| r.how == "adopted")
    }

    /// The code of its reason: the verdict's, or what the server said it had become.
    fn code(&self) -> &str {
        match self.state.as_str() {
            // a part of it, or all
            "accepted" | "erased" => "erased",
            "quarantined" => &self.reason,
            "superseded" if self.waits_to_agree() || self.reason == "lost_kept" => &self.reason,
            "stale" if reasons::is_known(&self.reason) => &self.reason,
            state => state,
        }
    }
}

fn read(db: &Connection, seq: Option<u64>) -> Result<Vec<Refused>> {
    let sql = format!(
        "select c.seq, c.state, coalesce(c.reason, ''), c.name, c.summary, c.household, c.at, c.args, c.body,
                n.asked, n.asked_at, n.how, n.words, n.by, n.at
         from command c left join refused_note n on n.seq = c.seq where {IN_TRAY} and (?1 is null or c.seq = ?1) order by c.seq desc"
    );
    let mut q = db.prepare_cached(&sql)?;
    let got = q.query_map([seq], |r| {
        let how: Option<String> = r.get(11)?;
        let resolution = match how {
            Some(how) => Some(TrayResolution { how, words: r.get(12)?, by: r.get(13)?, at: r.get(14)? }),
            None => None,
        };
        Ok(Refused {
            seq: r.get(0)?,
            state: r.get(1)?,
            reason: r.get(2)?,
            name: r.get(3)?,
            summary: r.get(4)?,
            household: r.get(5)?,
            at: r.get(6)?,
            docs: wire::from_cbor(&r.get::<_, Vec<u8>>(7)?).unwrap_or_default(),
            command: wire::from_cbor(&r.get::<_, Vec<u8>>(8)?).ok(),
            asked: r.get::<_, Option<String>>(9)?.zip(r.get::<_, Option<i64>>(10)?),
            resolution,
        })
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

fn one(db: &Connection, seq: u64) -> Result<Refused> {
    read(db, Some(seq))?.pop().ok_or_else(|| CoreError::not_found("这条退回的记录").at("seq"))
}

/// `list_tray`
pub fn list(engine: &Engine, _: NoArgs) -> Result<TrayList> {
    engine.with(|o| {
        let gone = refuse::never_made(&o.db)?;
        let all = read(&o.db, None)?;
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let items = all.into_iter().map(|r| view(&o.db, r, &gone)).collect::<Result<_>>()?;
        Ok(TrayList { items, total })
    })
}

fn view(db: &Connection, r: Refused, gone: &BTreeSet<Uuid>) -> Result<TrayItem> {
    let words = reasons::words(r.code());
    // what belongs to a record that was refused waits until that one is there
    let waits =
        r.waits_to_agree() || r.state == "superseded" && refuse::refers_to(&r.docs, r.command.as_ref().and_then(|c| c.ask.as_ref()), gone);
    let asks = r.command.as_ref().is_some_and(|c| matches!(c.ask, Some(Ask::MakeUnit { .. } | Ask::ConfirmDevice { .. })));
    let values =
        r.docs.iter().flat_map(|d| d.edits.iter().map(|e| (label_of(d.kind, &e.key), text_of(d.kind, &e.key, &e.value)))).collect();
    Ok(TrayItem {
        seq: r.seq,
        may_resend: !waits && !asks && !r.docs.is_empty() && !r.is_adopted() && !r.is_erased(),
        may_ask: r.state != "stale" && !r.is_adopted() && !r.is_erased(),
        command: r.name,
        text: r.summary,
        household: r.household.map(|h| h.to_string()),
        reason: r.reason,
        words,
        why: format!("{}{}", words.zh, words.zh_do),
        values,
        fields: fields(db, &r.docs)?,
        at: r.at,
        asked: r.asked.as_ref().map(|(words, _)| words.clone()),
        asked_at: r.asked.map(|(_, at)| at),
        resolution: r.resolution,
    })
}

/// Not for people to choose: what ties a record to others, and when it was written.
fn is_hidden(kind: Kind, key: &str) -> bool {
    let ty = kind.field(key).map(|f| f.ty);
    key == DEL_KEY || key == "workflow" || key.starts_with("after/") || matches!(ty, None | Some(FieldType::Id | FieldType::Time))
}

/// What these edits would write, beside what is there now.
///
/// # Errors
/// Of the store.
pub fn fields(db: &Connection, edits: &[DocEdit]) -> Result<Vec<RefusedField>> {
    let mut out = Vec::new();
    for (n, d) in edits.iter().enumerate() {
        let here = docs::load(db, d.doc)?;
        let name = get_row(db, d.kind, d.doc.record)?
            .and_then(|row| row.text("name").or_else(|| row.text("title")).or_else(|| row.text("head_name")));
        for e in d.edits.iter().filter(|e| !is_hidden(d.kind, &e.key)) {
            let live = here.as_ref().and_then(|h| h.shown.live.get(&e.key)).map(Vec::as_slice).unwrap_or_default();
            let field = d.kind.field(&e.key);
            out.push(RefusedField {
                id: format!("{n}/{}", e.key),
                kind: d.kind.name().into(),
                key: e.key.clone(),
                label: label_of(d.kind, &e.key),
                record_name: name.clone(),
                wanted: text_of(d.kind, &e.key, &e.value),
                value: json_of(d.kind, &e.key, &e.value),
                now: here.as_ref().and_then(|h| h.shown.value(&e.key)).map(|v| text_of(d.kind, &e.key, v)),
                seen: live.iter().map(|op| op.id.to_string()).collect(),
                fixed: e.key == "transition" || field.is_some_and(|f| f.ty == FieldType::Flags),
                follows: follows(db, d, &e.key, edits)?,
            });
        }
    }
    Ok(out)
}

/// The label of the field that this one follows and that is there: then it cannot be written on its own.
fn follows(db: &Connection, d: &DocEdit, key: &str, all: &[DocEdit]) -> Result<Option<String>> {
    let Some(FieldWrite::MirrorOf(source)) = d.kind.field(key).map(|f| f.write) else { return Ok(None) };
    let is_with_source = all.iter().any(|o| o.doc.record == d.doc.record && o.edits.iter().any(|e| e.key == source));
    if is_with_source || docs::load(db, d.doc)?.is_none() {
        return Ok(None);
    }
    let has_source = get_row(db, d.kind, d.doc.record)?.is_some_and(|row| row.get(source).is_some_and(|v| *v != Value::Null));
    Ok(has_source.then(|| label_of(d.kind, source)))
}

/// The edits with what a person chose of them.
///
/// # Errors
/// `invalid_args` that names the field, or when nothing is left.
pub fn chosen(db: &Connection, edits: Vec<DocEdit>, choice: &RefusedChoice) -> Result<Vec<DocEdit>> {
    let had_fields = edits.iter().any(|d| d.edits.iter().any(|e| !is_hidden(d.kind, &e.key)));
    let mut kept = 0;
    let mut out = Vec::new();
    for (n, mut d) in edits.into_iter().enumerate() {
        let (before, mut here) = (d.edits.iter().filter(|e| !is_hidden(d.kind, &e.key)).count(), 0);
        let mut left = Vec::new();
        for mut e in d.edits {
            let id = format!("{n}/{}", e.key);
            if !is_hidden(d.kind, &e.key) {
                if choice.leave_out.contains(&id) {
                    continue;
                }
                here += 1;
                if let Some(json) = choice.values.get(&id) {
                    let field = d.kind.field(&e.key).ok_or_else(|| CoreError::args("没有这个字段。").at(&e.key))?;
                    e.value = field.read(json).map_err(|m| CoreError::args(format!("{m}。")).at(&e.key))?;
                }
                e.seen = choice.seen.get(&id).map(|ops| seen(ops, &e.key)).transpose()?;
                e.settle = e.settle && e.seen.is_some();
            }
            left.push(e);
        }
        kept += here;
        d.edits = left;
        // of a record that is there, nothing is written but what was chosen
        if before > 0 && here == 0 && docs::load(db, d.doc)?.is_some() {
            continue;
        }
        if !d.edits.is_empty() {
            out.push(d);
        }
    }
    if had_fields && kept == 0 {
        return Err(CoreError::args("都去掉了，没有可以写的；不要了可以放下。"));
    }
    with_birth_year(&mut out);
    for d in &out {
        for e in &d.edits {
            if let Some(source) = follows(db, d, &e.key, &out)? {
                let words = format!("「{}」跟着「{source}」走，不能单独写，请去掉。", label_of(d.kind, &e.key));
                return Err(CoreError::args(words).at(&e.key));
            }
        }
    }
    Ok(out)
}

fn seen(ops: &[String], key: &str) -> Result<Vec<OpId>> {
    ops.iter().map(|o| OpId::from_str(o)).collect::<std::result::Result<_, _>>().map_err(|_| CoreError::args("seen 的写法不对。").at(key))
}

/// A birth date brings its year, whatever the year was before.
fn with_birth_year(edits: &mut Vec<DocEdit>) {
    let dates: Vec<(Uuid, Uuid, u16, Value)> = edits
        .iter()
        .filter(|d| d.kind == Kind::Person)
        .filter_map(|d| d.edits.iter().find(|e| e.key == "birth_date").map(|e| (d.doc.record, d.unit, d.doc.generation, e.value.clone())))
        .collect();
    for (record, unit, generation, date) in dates {
        let year = date.as_str().and_then(|d| d.get(..4)).and_then(|y| y.parse::<i64>().ok()).map_or(Value::Null, Value::Int);
        let Some(class) = Kind::Person.field("birth_year").map(|f| f.class_in(Class::Register)) else { continue };
        for d in edits.iter_mut().filter(|d| d.doc.record == record) {
            d.edits.retain(|e| e.key != "birth_year");
        }
        let year = KeyEdit::put("birth_year", year);
        let doc = shared_model::doc::DocId { record, class, generation };
        match edits.iter_mut().find(|d| d.doc == doc) {
            Some(d) => d.edits.push(year),
            None => edits.push(DocEdit { unit, doc, kind: Kind::Person, edits: vec![year] }),
        }
    }
    edits.retain(|d| !d.edits.is_empty());
}

/// `resend_refused`: a new command with what was refused, corrected. The old one stays in the log.
pub fn resend(engine: &Engine, args: ResendArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let r = one(&o.db, args.seq)?;
        let item = view(&o.db, one(&o.db, args.seq)?, &refuse::never_made(&o.db)?)?;
        if !item.may_resend {
            return Err(CoreError::args("这一条现在不能重新提交，请先看它的说明。").at("seq"));
        }
        let edits = chosen(&o.db, r.docs, &args.choice)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new(refuse::name_of(&r.name), r.summary, r.household);
            intent.docs = edits;
            // an adoption that came too late is an ordinary edit now
            intent.ask = Some(Ask::Resend { seq: r.seq });
            let new = w.command(intent)?;
            w.tx.execute("update command set state = 'resent', replaced_by = ?2 where seq = ?1", params![r.seq, new])?;
            log(w.tx, now, "resend", &format!("改好退回的第 {} 条，重新提交", r.seq))?;
            Ok(new)
        })
    })?;
    raise(engine, changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `ask_office`: a word that appears beside the item at the office.
pub fn ask(engine: &Engine, args: RefusedWordsArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let words = words(&args.words)?.ok_or_else(|| CoreError::args("要写一句话。").at("words"))?;
    let (_, changed) = engine.with(|o| {
        let r = one(&o.db, args.seq)?;
        if r.state == "stale" || r.is_adopted() || r.is_erased() {
            return Err(CoreError::args("这一条已经有结果了，不用再问。").at("seq"));
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("ask_office", format!("问社区：{}", r.summary), r.household);
            intent.ask = Some(Ask::AskAbout { seq: r.seq, words: words.clone() });
            w.command(intent)?;
            w.tx.execute(
                "insert into refused_note (seq, asked, asked_at) values (?1, ?2, ?3)
                 on conflict (seq) do update set asked = excluded.asked, asked_at = excluded.asked_at, how = null",
                params![r.seq, words, now],
            )?;
            log(w.tx, now, "ask", &format!("就退回的第 {} 条问社区", r.seq))
        })
    })?;
    raise(engine, changed);
    Ok(Edited { changed: true })
}

/// `discard_refused`: set aside by its author; the log keeps it, the office is told, the server keeps its bytes. What the office adopted is
/// only put away.
pub fn discard(engine: &Engine, args: DiscardArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (_, changed) = engine.with(|o| {
        let r = one(&o.db, args.seq)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let state = match r.state.as_str() {
                "accepted" => "accepted",
                _ if r.is_adopted() => "adopted",
                _ => "discarded",
            };
            if !r.is_adopted() && !r.is_erased() && r.state != "stale" {
                let mut intent = Intent::new("discard_refused", format!("放下：{}", r.summary), r.household);
                intent.ask = Some(Ask::Discard { seq: r.seq });
                w.command(intent)?;
            }
            w.tx.execute("update command set state = ?2, erased = 0 where seq = ?1", params![r.seq, state])?;
            log(w.tx, now, "discard", &format!("放下退回的第 {} 条", r.seq))
        })
    })?;
    raise(engine, changed);
    Ok(Edited { changed: true })
}

/// Words that go to somebody else: trimmed; `None` when nothing is left.
///
/// # Errors
/// `too_large`.
pub fn words(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    if text.len() > WORDS_BYTES_MAX {
        return Err(CoreError::new("too_large", "写得太长了，请短一些。没有写进去。").at("words"));
    }
    Ok(Some(text).filter(|t| !t.is_empty()).map(str::to_string))
}

/// Notes in the person's own log what they did about something refused.
pub fn log(db: &Connection, now: i64, what: &str, words: &str) -> Result<()> {
    db.execute("insert into own_log (at, what, words) values (?1, ?2, ?3)", params![now, what, words])?;
    Ok(())
}

/// Tells the screens, also when no record changed.
pub fn raise(engine: &Engine, mut changed: shared_model::commands::Changed) {
    if changed.kinds.is_empty() {
        changed.kinds.push("sync".into());
    }
    engine.raise(&changed);
}

/// The doorplate and household of an edit's record, where this device can tell.
pub fn place(db: &Connection, edits: &[DocEdit]) -> Result<(Option<Uuid>, Option<String>)> {
    for d in edits {
        let row = get_row(db, d.kind, d.doc.record)?;
        let household = match d.kind {
            Kind::Household => Some(d.doc.record),
            _ => row.as_ref().and_then(|r| r.id("household")).or_else(|| {
                let e = d.edits.iter().find(|e| e.key == "household")?;
                Uuid::parse_str(e.value.as_str()?).ok()
            }),
        };
        if household.is_some() || row.is_some() {
            let name = row.and_then(|r| r.text("name").or_else(|| r.text("title")).or_else(|| r.text("head_name")));
            let held = household
                .map(|h| db.prepare_cached("select 1 from household where record = ?1")?.query_row([h], |_| Ok(())).optional())
                .transpose()?
                .flatten();
            return Ok((household.filter(|_| held.is_some()), name));
        }
    }
    Ok((None, None))
}
