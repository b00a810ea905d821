//! Refusals and what stands on them. A refused command is kept whole; its changes, the documents it would have made and its actors are
//! remembered, so that what depends on it is superseded and never waited for.

use super::part::Decoded;
use super::{Push, Refusal, Stop, refuse};
use crate::error::Error;
use crate::store::{commands, documents, erasures, refused};
use sha2::{Digest, Sha256};
use shared_model::crdt::{Change, ChangeHash, OpBody, Value};
use shared_model::records::FieldType;
use shared_model::wire::{Ask, Command, Verdict};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Push<'_> {
    /// Files a refused command and answers with its verdict.
    pub fn refused(&mut self, command: &Command, digest: &[u8; 32], opaque: &[u8; 16], refusal: Refusal) -> Result<Verdict, Error> {
        let (reason, verdict) = match refusal {
            Refusal::Need(hashes) => return Ok(Verdict::Need { hashes }),
            Refusal::Stale(current) if command.parts.is_empty() => return Ok(Verdict::Stale { current }),
            // what its changes would have been stands under nothing: kept like any other refused one, but nobody needs to look at it
            Refusal::Stale(current) => ("stale", Verdict::Stale { current }),
            Refusal::Erased => return Ok(Verdict::Erased),
            Refusal::Quarantine(reason) => (reason, Verdict::Quarantined { reason: reason.into() }),
            Refusal::Supersede(by) => ("superseded", Verdict::Superseded { by }),
            Refusal::Lost => ("superseded", Verdict::Lost),
        };
        self.file(command, digest, opaque, reason)?;
        Ok(verdict)
    }

    /// Keeps a refused command and remembers what stands or falls with it.
    pub fn file(&mut self, command: &Command, digest: &[u8; 32], opaque: &[u8; 16], reason: &str) -> Result<(), Error> {
        tracing::info!(seq = command.seq, name = command_name(command), reason, "a command is refused");
        let command = &self.without_erased(command)?;
        commands::quarantine(self.db, &self.device.id, command, digest, opaque, reason, self.now_ms)?;
        for part in &command.parts {
            let decoded = Change::decode(&part.change).ok();
            let hash = decoded.as_ref().map_or_else(|| chunk_hash(&part.change), |(_, hash)| *hash);
            let known = documents::get(self.db, &part.doc)?;
            if let Some(known) = &known
                && documents::change_clock(self.db, known.id, &hash)?.is_some()
            {
                // others brought this part back before: it is in the record
                continue;
            }
            commands::add_refused_change(self.db, &part.doc, &hash, &self.device.id, command.seq)?;
            if known.is_none() {
                commands::add_refused_document(self.db, &part.doc, &self.device.id, command.seq)?;
            }
            if let Some((change, _)) = decoded
                && self.is_own_actor(&change.actor)?
            {
                commands::close_actor(self.db, &part.doc, &change.actor)?;
            }
        }
        if let Some(Ask::Resend { seq }) = &command.ask {
            // the office has one thing to look at, not two
            refused::resend(self.db, &self.device.id, *seq)?;
        }
        self.has_refused = true;
        self.note_closed(command);
        Ok(())
    }

    /// A refused command is kept without what was erased before it came.
    fn without_erased(&self, command: &Command) -> Result<Command, Error> {
        let mut command = command.clone();
        for part in &mut command.parts {
            if erasures::is_closed(self.db, &part.doc)? {
                part.erase();
            }
        }
        Ok(command)
    }

    /// Tells the device which of its actors are closed by a refused command.
    pub fn note_closed(&mut self, command: &Command) {
        let actors = command.parts.iter().filter_map(|part| Change::decode(&part.change).ok()).map(|(change, _)| change.actor);
        self.out.actor_closed.extend(actors);
    }

    /// Does the command stand on a refused one: by a dependency, by an actor that is closed, or by a record that only a refused one makes?
    pub fn check_refused_ground(&self, command: &Command, parts: &[Decoded<'_>]) -> Result<(), Stop> {
        if !self.has_refused {
            return Ok(());
        }
        for decoded in parts {
            for dep in &decoded.change.deps {
                if let Some((device, seq)) = commands::refused_change(self.db, &decoded.part.doc, dep)?
                    && device == self.device.id
                {
                    return Err(Stop::Refused(Refusal::Supersede(seq)));
                }
            }
        }
        let makes: BTreeSet<[u8; 19]> = parts.iter().filter(|d| d.change.deps.is_empty()).map(|d| d.part.doc.bytes()).collect();
        for record in mentioned(command, parts) {
            let refused = commands::refused_documents(self.db, &record, &self.device.id)?;
            let Some((_, seq)) = refused.first() else { continue };
            let made_here = refused.iter().any(|(doc, _)| makes.contains(doc));
            if !made_here && self.tree.get(&record).is_none() && documents::kind_of_record(self.db, &record)?.is_none() {
                return Err(Stop::Refused(Refusal::Supersede(*seq)));
            }
        }
        for decoded in parts {
            if commands::is_closed(self.db, &decoded.part.doc, &decoded.change.actor)? {
                return refuse("actor_closed");
            }
        }
        Ok(())
    }
}

/// Records a command speaks of: those it writes, their units, and every id it puts.
fn mentioned(command: &Command, parts: &[Decoded<'_>]) -> BTreeSet<Uuid> {
    let mut out: BTreeSet<Uuid> = command.ask.iter().filter_map(Ask::stands_on).collect();
    for decoded in parts {
        out.extend([decoded.part.doc.record, decoded.part.unit]);
        for op in &decoded.change.ops {
            if let OpBody::Put(Value::Str(text)) = &op.body
                && decoded.part.kind.field(&op.key).is_some_and(|f| f.ty == FieldType::Id)
            {
                out.extend(Uuid::parse_str(text));
            }
        }
    }
    out
}

/// The hash that bytes would have as a change, even when they are none: later changes may name it.
fn chunk_hash(bytes: &[u8]) -> ChangeHash {
    ChangeHash(Sha256::digest(bytes.get(8..).unwrap_or_default()).into())
}

/// The id under which a clone's command is kept, beside that of the install it was cloned from.
pub fn id_of_clone(opaque: &[u8; 16], digest: &[u8; 32]) -> [u8; 16] {
    let hash = Sha256::new().chain_update(b"gridwalk/cloned/v1").chain_update(opaque).chain_update(digest).finalize();
    let mut out = [0; 16];
    out.copy_from_slice(&hash[..16]);
    out
}

/// For the log: the name when it looks like one of ours, else nothing.
fn command_name(command: &Command) -> &str {
    let plain = command.name.len() <= super::NAME_BYTES_MAX && command.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { &command.name } else { "" }
}
