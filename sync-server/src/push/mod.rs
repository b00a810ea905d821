//! Judging what a device pushes. Commands are judged in order, each on its own: one refused command never blocks another. The order of
//! questions for one command is
//!
//! known already → dense number → limits → stands on something refused → policy stamp → what it asks → each part (`part.rs`: actor, home,
//! rights, keys, the pure gate, rules of cases, shadow apply; `late.rs` for late work) → written in one savepoint (`accept.rs`).
//!
//! The first question that fails decides the reason. Everything happens inside the one write transaction of the request, so what was
//! checked is what is written.

pub use rights::Roots;

mod accept;
pub mod again;
mod appoint;
mod ask;
mod attachment;
mod back;
mod erasure;
mod flow;
mod form;
mod late;
mod merge;
mod part;
mod past;
mod refuse;
pub mod reshape;
mod resolve;
mod rights;
mod shadow;
mod share;
mod step;

use crate::Inner;
use crate::audit;
use crate::closing;
use crate::error::Error;
use crate::store::{commands, commands::Known, devices, devices::Device, epochs, policy};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::{ActorId, ChangeHash};
use shared_model::doc::DocId;
use shared_model::limits::{COMMAND_BYTES_MAX, COMMAND_PARTS_MAX, FILLING_MS};
use shared_model::wire::{Command, Part, SyncRequest, Verdict};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use uuid::Uuid;

/// Longest name of a command, bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// What may be missing only because somebody else has not brought it back yet.
const MAY_COME: [&str; 12] = [
    "not_allowed",
    "no_unit",
    "no_case",
    "no_record",
    "no_workflow",
    "no_matter",
    "no_form",
    "no_campaign",
    "no_refusal",
    "adopts",
    "illegal_step",
    "policy",
];

/// Commands of one request that are named without being sent and looked up, at most.
const NAMED_MAX: usize = 100;

/// Why a command is not accepted.
#[derive(Debug)]
pub enum Refusal {
    /// Kept aside for ever, with a stable reason.
    Quarantine(&'static str),
    /// Stands on a refused command.
    Supersede(u64),
    /// Stands on what somebody else wrote, which was accepted once and then refused, after a set-back: its author writes it again.
    Lost,
    /// Changes it depends on are not here.
    Need(Vec<ChangeHash>),
    /// A server command that came too late.
    Stale(String),
    /// All that it touched was erased.
    Erased,
}

/// A refusal, or a failure of the server itself.
pub enum Stop {
    Refused(Refusal),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(e: Error) -> Self {
        Stop::Failed(e)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(e: rusqlite::Error) -> Self {
        Stop::Failed(e.into())
    }
}

impl Push<'_> {
    /// Is this brought back to a server that was set back and is being filled again?
    pub fn is_back(&self) -> bool {
        self.is_again && self.set_back_at.is_some()
    }

    /// Something is not here: a reason to refuse, unless the server was set back and it may still be brought back.
    pub fn missing<T>(&self, reason: &'static str) -> Result<T, Stop> {
        if self.set_back_at.is_some() { Err(Stop::Refused(Refusal::Need(Vec::new()))) } else { refuse(reason) }
    }
}

/// Refuses with a reason.
pub fn refuse<T>(reason: &'static str) -> Result<T, Stop> {
    Err(Stop::Refused(Refusal::Quarantine(reason)))
}

/// What a push came to.
#[derive(Default)]
pub struct Pushed {
    pub verdicts: Vec<(u64, Verdict)>,
    pub actor_closed: BTreeSet<ActorId>,
    /// Opaque ids of all commands of this request: their rows are not sent back.
    pub commands: HashSet<[u8; 16]>,
    /// Partitions with new heads.
    pub touched: BTreeMap<(Uuid, Class), u64>,
    /// Something was erased: what is left of it in the files of the database goes after the commit.
    pub has_erased: bool,
}

/// One push in its write transaction.
pub struct Push<'a> {
    inner: &'a Inner,
    db: &'a Connection,
    device: Device,
    tree: Arc<Tree>,
    now_ms: i64,
    known_actors: HashSet<ActorId>,
    /// The device has a refused command: only then can something stand on one.
    has_refused: bool,
    /// Everything of this device is kept aside under this reason, unjudged.
    kept_aside: Option<&'static str>,
    epoch: u64,
    /// When the server was set back, if that is a short while ago: what a command stands on may still be brought back by others.
    set_back_at: Option<i64>,
    /// Commands that were accepted before the server was set back are judged again.
    is_again: bool,
    out: Pushed,
}

/// Judges all commands of a request. Returns what came of it and the tree as it is afterwards.
pub fn push(inner: &Inner, db: &Connection, device: &Device, request: &SyncRequest) -> Result<(Pushed, Arc<Tree>), Error> {
    let mut push = Push::new(inner, db, device, request.commands.len())?;
    if request.epoch != 0 && request.epoch != push.epoch {
        // It learns of the epoch first, and gives back what this server lost; until then nothing is judged, so that nothing is forgotten.
        return Ok((push.out, push.tree));
    }
    push.name_policy(request)?;
    let mut last = commands::last_seq(db, &device.id)?.max(request.released);
    for command in &request.commands {
        if command.seq == 0 || command.seq > last.saturating_add(1) && !closing::is_closed(device) {
            // Something before it never came (an undeclared restore): no verdict, so that nothing is forgotten.
            tracing::warn!(seq = command.seq, last, "a command beyond the next number is left without a verdict");
            continue;
        }
        last = last.max(command.seq);
        let verdict = push.answer(command)?;
        push.out.verdicts.push((command.seq, verdict));
    }
    push.tell_known(request)?;
    push.note_unsent(request)?;
    Ok((push.out, push.tree))
}

impl<'a> Push<'a> {
    fn new(inner: &'a Inner, db: &'a Connection, device: &Device, commands: usize) -> Result<Self, Error> {
        // As of this transaction: a term may have ended since the request was read.
        let device = devices::get(db, &device.id)?.ok_or(Error::Damaged("a device that is gone"))?;
        let now_ms = inner.env.now_ms();
        Ok(Push {
            inner,
            db,
            has_refused: commands::has_refused(db, &device.id)?,
            epoch: epochs::current(db)?,
            kept_aside: closing::kept_aside(&device, now_ms),
            device,
            tree: inner.tree(db)?,
            now_ms: inner.receipt_ms(commands),
            known_actors: HashSet::new(),
            set_back_at: epochs::set_back_since(db, now_ms - FILLING_MS)?,
            is_again: false,
            out: Pushed::default(),
        })
    }
}

impl Push<'_> {
    /// Verdicts of commands that are named and not sent: the device cannot read them any more, and asks what became of them.
    fn tell_known(&mut self, request: &SyncRequest) -> Result<(), Error> {
        let sent: HashSet<u64> = request.commands.iter().map(|c| c.seq).collect();
        let first = request.commands.last().map_or(u64::MAX, |c| c.seq);
        for (seq, digest) in request.unjudged.iter().filter(|(seq, _)| *seq <= first && !sent.contains(seq)).take(NAMED_MAX) {
            if let Some(known) = commands::get(self.db, &self.device.id, *seq)?
                && known.digest[..] == digest[..]
                && !matches!(known.verdict, Verdict::Need { .. })
            {
                self.out.verdicts.push((*seq, known.verdict));
            }
        }
        Ok(())
    }

    /// What the device said it has and did not hand over in this request, for the office.
    fn note_unsent(&self, request: &SyncRequest) -> Result<(), Error> {
        let judged: HashSet<u64> =
            self.out.verdicts.iter().filter(|(_, v)| !matches!(v, Verdict::Need { .. })).map(|(seq, _)| *seq).collect();
        let unsent = request.unjudged.iter().filter(|(seq, _)| !judged.contains(seq)).count();
        let unsent = u32::try_from(unsent).unwrap_or(u32::MAX);
        if unsent != self.device.unsent {
            devices::set_unsent(self.db, &self.device.id, unsent)?;
        }
        Ok(())
    }

    /// The first request that names a policy says which commands are late work.
    fn name_policy(&mut self, request: &SyncRequest) -> Result<(), Error> {
        if request.policy != self.device.policy || self.device.policy_named >= self.device.policy {
            return Ok(());
        }
        let late = request.unjudged.iter().filter(|(seq, _)| *seq <= request.policy_after_seq);
        let late: Vec<(u64, Vec<u8>)> = late.map(|(seq, digest)| (*seq, digest.to_vec())).collect();
        policy::set_named(self.db, &self.device.id, request.policy, &late)?;
        self.device.policy_named = request.policy;
        Ok(())
    }

    fn answer(&mut self, command: &Command) -> Result<Verdict, Error> {
        let digest = command.digest();
        let opaque = self.inner.keys.opaque(&self.device.id, command.seq);
        self.out.commands.insert(opaque);
        match commands::get(self.db, &self.device.id, command.seq)? {
            Some(known) if known.digest != digest => {
                devices::set_cloned(self.db, &self.device.id)?;
                self.kept_aside = self.kept_aside.or(Some("cloned"));
                // beside what the other install pushed under this number, with an id of its own for the office
                let id = refuse::id_of_clone(&opaque, &digest);
                commands::quarantine(self.db, &self.device.id, command, &digest, &id, "cloned", self.now_ms)?;
                return Ok(Verdict::Quarantined { reason: "cloned".into() });
            }
            // it waits for what others bring to a server that was set back
            Some(Known { verdict: Verdict::Need { hashes }, .. }) => self.is_again |= hashes.is_empty(),
            Some(known) => {
                if matches!(known.verdict, Verdict::Quarantined { .. } | Verdict::Superseded { .. } | Verdict::Stale { .. }) {
                    self.note_closed(command);
                }
                return Ok(known.verdict);
            }
            None => {}
        }
        let judged = match self.kept_aside {
            Some(reason) => refuse(reason),
            None => {
                self.judge_safely(command, &digest).and_then(|plan| self.accept(&plan, opaque).map(|()| (plan.received_at, plan.erased)))
            }
        };
        let verdict = match judged {
            Ok((before, erased)) => Verdict::Accepted { received_at: before.unwrap_or(self.now_ms), erased },
            // a device that is to forget everything cannot be asked for what is missing
            Err(Stop::Refused(Refusal::Need(_))) if closing::is_closed(&self.device) => {
                self.refused(command, &digest, &opaque, Refusal::Quarantine("incomplete"))?
            }
            // the server's own rows brought its effect back before the command came
            Err(Stop::Refused(Refusal::Stale(_) | Refusal::Quarantine("twice"))) if self.is_again && command.parts.is_empty() => {
                Verdict::Accepted { received_at: self.now_ms, erased: Vec::new() }
            }
            Err(Stop::Refused(Refusal::Quarantine(reason))) if self.is_back() && may_come(reason, command) => {
                Verdict::Need { hashes: Vec::new() }
            }
            Err(Stop::Refused(refusal)) => self.refused(command, &digest, &opaque, refusal)?,
            Err(Stop::Failed(e)) if e.is_constraint() => {
                tracing::error!(seq = command.seq, cause = %e, "a command that passed the gate could not be written");
                self.refused(command, &digest, &opaque, Refusal::Quarantine("not_storable"))?
            }
            Err(Stop::Failed(e)) => return Err(e),
        };
        self.is_again = false;
        commands::save(self.db, &self.device.id, command, &digest, &opaque, &verdict, self.now_ms)?;
        if let Some(ask) = &command.ask {
            audit::note_ask(self.inner, self.db, &self.device, ask, &verdict)?;
        }
        Ok(verdict)
    }

    /// A command that makes the judge itself panic is refused; it must not block the device for ever.
    fn judge_safely<'c>(&mut self, command: &'c Command, digest: &[u8; 32]) -> Result<Plan<'c>, Stop> {
        catch_unwind(AssertUnwindSafe(|| self.judge(command, digest))).unwrap_or_else(|_| {
            tracing::error!(seq = command.seq, "judging a command panicked");
            refuse("not_judgeable")
        })
    }

    fn judge<'c>(&mut self, command: &'c Command, digest: &[u8; 32]) -> Result<Plan<'c>, Stop> {
        if command.size_bytes() > COMMAND_BYTES_MAX || command.parts.len() > COMMAND_PARTS_MAX || command.name.len() > NAME_BYTES_MAX {
            return refuse("too_large");
        }
        if command.parts.is_empty() && command.ask.is_none() && command.adopts.is_none() {
            return refuse("empty");
        }
        let (parts, erased) = self.decode_all(command)?;
        if parts.is_empty() && command.ask.is_none() {
            return Err(Stop::Refused(Refusal::Erased));
        }
        self.check_refused_ground(command, &parts)?;
        let roots = self.roots_of(command, digest)?;
        let resolves = self.judge_resolution(command, &roots)?;
        let asked = self.judge_ask(command, &parts, &roots)?;
        let tree = asked.tree.clone().unwrap_or_else(|| self.tree.clone());
        let judging = part::Judging { parts: &parts, roots: &roots, tree: &tree, ask: command.ask.as_ref() };
        let mut planned = Vec::with_capacity(parts.len());
        let mut received_at = None;
        for (at, decoded) in parts.iter().enumerate() {
            match self.taken_back(decoded)? {
                Some(then) => received_at = Some(then),
                None => planned.push(self.judge_part(&judging, at)?),
            }
        }
        Ok(Plan { parts: planned, asked, resolves, erased, received_at })
    }
}

/// Can what is missing still come from others? Also an erasure of which only the device knows yet.
fn may_come(reason: &str, command: &Command) -> bool {
    MAY_COME.contains(&reason) || reason == "bad_change" && command.parts.iter().any(Part::is_erased)
}

/// A command that passed, ready to be written.
pub struct Plan<'c> {
    parts: Vec<part::PlannedPart<'c>>,
    asked: ask::Asked,
    resolves: Option<resolve::Resolves>,
    /// Documents whose parts were dropped: they were erased before the command came.
    erased: Vec<DocId>,
    /// When it was accepted before the server was set back, as far as rows of it came back.
    received_at: Option<i64>,
}
