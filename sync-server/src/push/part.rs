//! The gate for one part of a command: whose actor, which home, which right, which keys, is it well-formed in its own past, do the rules
//! of cases hold, does the library agree.

use super::attachment;
use super::past::ArchivedPast;
use super::rights::Roots;
use super::{Push, Refusal, Stop, refuse, shadow};
use crate::error::Error;
use crate::sharing;
use crate::store::{commands, devices, documents, documents::DocumentRow, erasures, people};
use crate::tree::Tree;

use shared_model::class::Class;
use shared_model::crdt::limits::REGISTERS_BYTES_MAX;
use shared_model::crdt::{ActorId, Change, ChangeHash, Checked, DEL_KEY, GateError, Op, OpBody, Past, Registers, Value, gate};
use shared_model::doc::{DocId, actor_of};
use shared_model::limits::KEY_BYTES_MAX;
use shared_model::records::{FieldWrite, Kind};
use shared_model::rules::{self, Verb};
use shared_model::wire::{Ask, Command, Part};
use std::cell::RefCell;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What goes with the household, the person or the record that it names.
const BELONGING: [Kind; 7] = [Kind::Person, Kind::Visit, Kind::PartyHub, Kind::HeldItem, Kind::Attachment, Kind::Response, Kind::Listing];
/// How many actors a device may skip: each dropped partition takes the next.
const ACTORS_AHEAD_MAX: u64 = 64;

/// A part whose bytes are a flat change.
pub struct Decoded<'c> {
    pub part: &'c Part,
    pub change: Change,
}

impl Decoded<'_> {
    /// The value it puts on a key.
    pub fn put(&self, key: &str) -> Option<&Value> {
        self.change.ops.iter().rev().filter(|op| op.key == key).find_map(|op| match &op.body {
            OpBody::Put(value) => Some(value),
            OpBody::Delete => None,
        })
    }
}

/// What all parts of a command are judged against.
pub struct Judging<'c, 'a> {
    pub parts: &'a [Decoded<'c>],
    pub roots: &'a Roots,
    pub tree: &'a Tree,
    /// What the command asks of the server beside its parts.
    pub ask: Option<&'a Ask>,
}

/// A part that passed.
pub struct PlannedPart<'c> {
    pub part: &'c Part,
    pub existing: Option<i64>,
    /// The case of a new step.
    pub parent: Option<Uuid>,
    pub term_before: Option<u128>,
    pub checked: Checked,
    pub after: Registers,
}

impl Push<'_> {
    /// Decodes every part; a document occurs once. Parts in documents that are erased are left out, whatever their bytes, and named.
    pub fn decode_all<'c>(&self, command: &'c Command) -> Result<(Vec<Decoded<'c>>, Vec<DocId>), Stop> {
        let mut docs = BTreeSet::new();
        let (mut out, mut erased) = (Vec::with_capacity(command.parts.len()), Vec::new());
        for part in &command.parts {
            if !docs.insert(part.doc) {
                return refuse("twice_in_command");
            }
            let open = erasures::open_generation(self.db, &part.doc.record, part.doc.class)?;
            if part.doc.generation < open {
                erased.push(part.doc);
                continue;
            }
            if part.doc.generation > open {
                return refuse("generation");
            }
            // of somebody who may write there: nothing but the mark says what it was
            let may_make = |role| rules::may_write(role, part.kind, part.doc.class, Verb::Make);
            if self.is_back()
                && part.is_erased()
                && documents::get(self.db, &part.doc)?.is_none()
                && self.holds_today(&part.unit, may_make)?
            {
                // erased when it was accepted, which this server has forgotten
                erasures::close(self.db, &part.doc)?;
                erased.push(part.doc);
                continue;
            }
            match Change::decode(&part.change) {
                Ok((change, _)) => out.push(Decoded { part, change }),
                Err(_) => return refuse("bad_change"),
            }
        }
        self.close_what_belongs_to_erased(&mut out, &mut erased)?;
        Ok((out, erased))
    }

    /// Written offline for a household or a person that was erased meanwhile and is not entered anew: it goes where that went.
    fn close_what_belongs_to_erased(&self, parts: &mut Vec<Decoded<'_>>, erased: &mut Vec<DocId>) -> Result<(), Error> {
        let made: BTreeSet<Uuid> = parts.iter().map(|d| d.part.doc.record).collect();
        let mut gone = BTreeSet::new();
        for d in parts.iter().filter(|d| BELONGING.contains(&d.part.kind)) {
            for of in ["household", "about", "of", "person", "visit"].into_iter().filter_map(|key| d.put(key)).filter_map(Value::as_str) {
                let Ok(of) = Uuid::parse_str(of) else { continue };
                if !made.contains(&of) && erasures::was_erased(self.db, &of)? && documents::kind_of_record(self.db, &of)?.is_none() {
                    gone.insert(d.part.doc.record);
                }
            }
        }
        // and what hangs on what goes
        let hangs = |d: &&Decoded<'_>| d.part.kind == Kind::Attachment && attachment::owner(d).is_some_and(|(of, _)| gone.contains(&of));
        let hanging: Vec<Uuid> = parts.iter().filter(hangs).map(|d| d.part.doc.record).collect();
        gone.extend(hanging);
        for d in parts.iter().filter(|d| gone.contains(&d.part.doc.record)) {
            erasures::close(self.db, &d.part.doc)?;
            erased.push(d.part.doc);
        }
        parts.retain(|d| !gone.contains(&d.part.doc.record));
        Ok(())
    }

    pub fn judge_part<'c>(&mut self, judging: &Judging<'c, '_>, at: usize) -> Result<PlannedPart<'c>, Stop> {
        let decoded = &judging.parts[at];
        let (part, change) = (decoded.part, &decoded.change);
        if !self.is_own_actor(&change.actor)? {
            return refuse("other_actor");
        }
        let found = documents::get(self.db, &part.doc)?;
        self.check_rights(judging, decoded, found.as_ref())?;
        self.check_home(judging, decoded, found.as_ref())?;
        let before = match &found {
            Some(row) => Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?,
            None => Registers::default(),
        };
        let checked = self.run_gate(judging, decoded, found.as_ref(), &before)?;
        if judging.roots.stood.is_some() {
            self.check_late(judging, decoded, found.as_ref(), &checked)?;
        }
        match part.kind {
            Kind::Case => self.check_case(judging, decoded, found.is_none())?,
            Kind::CaseStep => self.check_step(judging, decoded, found.is_none())?,
            Kind::Attachment => self.check_attachment(judging, decoded, found.is_none())?,
            Kind::Config => self.check_config(decoded, found.is_none())?,
            Kind::Campaign => self.check_campaign(judging, decoded, found.is_none())?,
            Kind::Response => self.check_response(judging, decoded, found.is_none())?,
            Kind::Household | Kind::Person => self.check_merge(judging, decoded)?,
            _ => {}
        }
        let mut after = before.clone();
        if after.apply(&checked.change, checked.hash).is_err() || after.encode_full().len() > REGISTERS_BYTES_MAX {
            return refuse("too_large");
        }
        let existing = found.as_ref().map(|row| row.id);
        if !shadow::agrees(self.db, existing, &part.change, &after)? {
            return refuse("library_disagrees");
        }
        let term_before = found.map(|_| before.digest_term(&part.doc.bytes()));
        let parent = match part.kind {
            Kind::CaseStep => decoded.put("case").and_then(Value::as_str).and_then(|case| Uuid::parse_str(case).ok()),
            Kind::Attachment => attachment::owner(decoded).map(|(of, _)| of),
            _ => None,
        };
        Ok(PlannedPart { part, existing, parent, term_before, checked, after })
    }

    /// Is it an actor of this device? New counters are recognised a little ahead and remembered.
    pub fn is_own_actor(&mut self, actor: &ActorId) -> Result<bool, Error> {
        if self.known_actors.contains(actor) {
            return Ok(true);
        }
        // one that only came back in signed rows has no device yet
        if let Some(known) = people::actor(self.db, actor)?.filter(|known| known.device.is_some()) {
            let own = known.device == Some(self.device.id);
            if own {
                self.known_actors.insert(*actor);
            }
            return Ok(own);
        }
        let d = &self.device;
        // counters come in order, and those that wrote are known: whoever names strange actors costs a bounded number of hashes
        let from = d.counter.saturating_sub(ACTORS_AHEAD_MAX);
        let found = (from..=d.counter + ACTORS_AHEAD_MAX).find(|counter| actor_of(&d.public_key, &d.nonce, *counter) == *actor);
        let Some(counter) = found else { return Ok(false) };
        people::add_actor(self.db, actor, Some(&d.id), Some(&d.person), &d.name, d.role)?;
        if counter > d.counter {
            devices::set_counter(self.db, &d.id, counter)?;
            self.device.counter = counter;
        }
        self.known_actors.insert(*actor);
        Ok(true)
    }

    /// When a part was received that is in the archive already: brought back by a reader before its author came.
    pub fn taken_back(&mut self, decoded: &Decoded<'_>) -> Result<Option<i64>, Error> {
        let (part, change) = (decoded.part, &decoded.change);
        if self.epoch <= 1 {
            return Ok(None);
        }
        let Some(found) = documents::get(self.db, &part.doc)?.filter(|row| row.unit == part.unit && row.kind == part.kind) else {
            return Ok(None);
        };
        let hash = Change::decode(&part.change).map(|(_, hash)| hash).map_err(|_| Error::Damaged("a change that was read before"))?;
        let Some(at) = documents::received_at(self.db, found.id, &hash)? else { return Ok(None) };
        Ok(if self.is_own_actor(&change.actor)? { Some(at) } else { None })
    }

    /// Rules come before existence: who may never write a kind is told so whether or not the record is there.
    fn check_rights(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, found: Option<&DocumentRow>) -> Result<(), Stop> {
        let (part, verb) = (decoded.part, self.verb_on(found));
        if judging.tree.get(&part.unit).is_none() {
            return self.missing("no_unit");
        }
        // what only a case may bring with it: else it would be learned whether the case is there
        let alone = part.kind == Kind::Attachment && verb == Verb::Make && !attachment::comes_with_its_case(judging, decoded);
        let may = |role| rules::may_write(role, part.kind, part.doc.class, verb) && !(alone && rules::needs_its_case(role, part.doc.class));
        if judging.roots.over(judging.tree, &part.unit).any(may) || self.may_by_share(judging, decoded, verb)? {
            return Ok(());
        }
        refuse("not_allowed")
    }

    /// What a write to a document is, as far as the rules ask.
    pub fn verb_on(&self, found: Option<&DocumentRow>) -> Verb {
        match found {
            None => Verb::Make,
            Some(row) if row.person == Some(self.device.person) => Verb::EditOwn,
            Some(_) => Verb::Edit,
        }
    }

    /// Whoever a case is shown to writes steps of it, as far as the workflow lets their role, and attaches to it.
    pub fn may_by_share(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, verb: Verb) -> Result<bool, Stop> {
        let part = decoded.part;
        let named = || decoded.put("case").and_then(Value::as_str).and_then(|case| Uuid::parse_str(case).ok());
        let case = match part.kind {
            Kind::CaseStep => named().map_or_else(|| documents::parent(self.db, &part.doc.record), |case| Ok(Some(case)))?,
            Kind::Attachment => attachment::parent_of(self.db, &part.doc.record, decoded)?,
            _ => None,
        };
        let Some(case) = case else { return Ok(false) };
        let doc = (part.kind, part.doc.class);
        let role = sharing::may_write(self.db, &self.device.person, judging.roots, &case, doc, verb)?;
        let Some(role) = role else { return Ok(false) };
        if part.kind == Kind::Attachment {
            return Ok(true);
        }
        let Some(transition) = decoded.put("transition").and_then(Value::as_str) else { return Ok(verb != Verb::Make) };
        let workflow = self.workflow_of(judging, &case, &part.unit)?;
        Ok(workflow.transition(transition).is_some_and(|t| t.shared && t.by.contains(&role)))
    }

    /// A document's home is fixed by its first change; a record has one kind; a unit's document lives in the unit's own partition.
    fn check_home(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, found: Option<&DocumentRow>) -> Result<(), Stop> {
        let part = decoded.part;
        if let Some(row) = found {
            return match (row.unit == part.unit, row.kind == part.kind) {
                (false, _) => refuse("home"),
                (_, false) => refuse("kind"),
                _ => Ok(()),
            };
        }
        let others = judging.parts.iter().filter(|d| d.part.doc.record == part.doc.record).map(|d| d.part.kind);
        if others.chain(documents::kind_of_record(self.db, &part.doc.record)?).any(|kind| kind != part.kind) {
            return refuse("kind");
        }
        if part.kind == Kind::Unit && (part.unit != part.doc.record || part.doc.class != Class::Common) {
            return refuse("home");
        }
        if decoded.change.deps.is_empty() && decoded.change.ops.iter().all(|op| op.key == DEL_KEY) {
            return refuse("empty");
        }
        Ok(())
    }

    fn run_gate(
        &self,
        judging: &Judging<'_, '_>,
        decoded: &Decoded<'_>,
        found: Option<&DocumentRow>,
        before: &Registers,
    ) -> Result<Checked, Stop> {
        let part = decoded.part;
        // Two people who make the same document apart both make it: neither saw it.
        let verb = if decoded.change.deps.is_empty() { Verb::Make } else { Verb::Edit };
        let failure: RefCell<Option<Error>> = RefCell::new(None);
        let allow = |op: &Op, _settles: bool| {
            check_op(part, op, verb)?;
            match part.kind.field(&op.key).map(|f| f.write) {
                Some(FieldWrite::MirrorOf(source)) => match self.mirror_is_allowed(judging, part, source, verb) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err("mirror"),
                    Err(e) => {
                        *failure.borrow_mut() = Some(e);
                        Err("mirror")
                    }
                },
                _ => Ok(()),
            }
        };
        let past = ArchivedPast { db: self.db, document: found.map(|row| row.id), failure: RefCell::new(None) };
        let judged = gate::check(&part.change, before, &past, decoded.change.actor, &allow);
        if let Some(e) = past.failure.into_inner().or(failure.into_inner()) {
            return Err(e.into());
        }
        judged.or_else(|e| match e {
            GateError::Need(hashes) => self.unknown_past(&part.doc, hashes),
            GateError::SeqGap { .. } => {
                // The actor's own change before this one is missing: it was refused, or has not come yet.
                let past = ArchivedPast { db: self.db, document: found.map(|row| row.id), failure: RefCell::new(None) };
                let unknown = decoded.change.deps.iter().filter(|dep| past.change_clock(dep).is_none()).copied().collect::<Vec<_>>();
                if unknown.is_empty() { refuse("seq_gap") } else { self.unknown_past(&part.doc, unknown) }
            }
            GateError::Forbidden { reason, .. } => refuse(reason),
            other => refuse(other.code()),
        })
    }

    /// Unknown dependencies: waited for, unless they were refused (then nobody can ever bring them).
    fn unknown_past(&self, doc: &DocId, hashes: Vec<ChangeHash>) -> Result<Checked, Stop> {
        for hash in &hashes {
            if let Some((device, seq)) = commands::refused_change(self.db, doc, hash)? {
                return Err(Stop::Refused(if device == self.device.id { Refusal::Supersede(seq) } else { Refusal::Lost }));
            }
        }
        Err(Stop::Refused(Refusal::Need(hashes)))
    }

    /// A mirror is written by the command that writes its source, or while the source holds nothing.
    fn mirror_is_allowed(&self, judging: &Judging<'_, '_>, part: &Part, source: &str, verb: Verb) -> Result<bool, Error> {
        let record = part.doc.record;
        let with_source = judging.parts.iter().any(|d| d.part.doc.record == record && d.change.ops.iter().any(|op| op.key == source));
        if with_source || verb == Verb::Make {
            return Ok(true);
        }
        for row in documents::of_record(self.db, &record)? {
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            if registers.value(source).is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A case has the class of its matter, or the office's own; its other parts are stricter and stand in the same unit.
    fn check_case(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, makes: bool) -> Result<(), Stop> {
        let (class, unit) = (decoded.part.doc.class, decoded.part.unit);
        if let Some(Value::Str(code)) = decoded.put("matter") {
            return self.check_opening(judging, decoded, code);
        }
        if !makes {
            return Ok(());
        }
        match self.main_part(judging.parts, &decoded.part.doc.record, Kind::Case, "matter")? {
            Some((main, at)) if class >= main && unit == at => Ok(()),
            Some((_, at)) if unit != at => refuse("home"),
            Some(_) => refuse("wrong_class"),
            None => self.missing("no_case"),
        }
    }

    /// Class and unit of the document of a record that holds `key`: in this command, or accepted before.
    pub fn main_part(&self, parts: &[Decoded<'_>], record: &Uuid, kind: Kind, key: &str) -> Result<Option<(Class, Uuid)>, Stop> {
        let here = parts.iter().find(|d| d.part.doc.record == *record && d.part.kind == kind && d.put(key).is_some());
        if let Some(d) = here {
            return Ok(Some((d.part.doc.class, d.part.unit)));
        }
        for row in documents::of_record(self.db, record)?.into_iter().filter(|row| row.kind == kind) {
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            if registers.value(key).is_some() {
                return Ok(Some((row.doc.class, row.unit)));
            }
        }
        Ok(None)
    }
}

/// Key known, allowed for this verb, typed, within limits.
fn check_op(part: &Part, op: &Op, verb: Verb) -> Result<(), &'static str> {
    if op.key.len() > KEY_BYTES_MAX {
        return Err("too_large");
    }
    rules::may_write_key(part.kind, part.doc.class, &op.key, verb)?;
    let Some(field) = part.kind.field(&op.key) else { return Err("unknown_key") };
    match &op.body {
        OpBody::Put(value) if !field.holds(value) => Err("bad_value"),
        _ => Ok(()),
    }
}
