//! What a command does about a refused one: the office adopts it or gives it back, its author asks, discards, or says it again. The first to
//! resolve it wins; whoever comes later is told what became of it (`stale`), and refused bytes never enter the log.

use super::ask::is_office_over;
use super::rights::Roots;
use super::{Push, Refusal, Stop, refuse};
use crate::error::Error;
use crate::store::refused::{self, Refused};
use crate::store::{commands, devices};
use shared_model::Role;
use shared_model::limits::WORDS_BYTES_MAX;
use shared_model::wire::{Ask, Command};

/// To be done when the command is accepted.
pub enum Resolves {
    Adopt(Refused),
    Return(Refused, String),
    TakeUp(Refused),
    Ask(Refused, String),
    Discard(u64),
    Resend(u64),
}

impl Push<'_> {
    pub fn judge_resolution(&self, command: &Command, roots: &Roots) -> Result<Option<Resolves>, Stop> {
        if let Some(opaque) = &command.adopts {
            let is_office = roots.roots.iter().any(|at| at.role == Role::Office);
            if is_office && self.set_back_at.is_some() && refused::get(self.db, opaque)?.is_none() {
                // its author has not brought it back yet; when that comes it is filed as adopted
                return if commands::is_adopted(self.db, opaque)? { stale("adopted".into()) } else { Ok(None) };
            }
            return self.waiting_for_office(roots, opaque, "adopts").map(|one| Some(Resolves::Adopt(one)));
        }
        match &command.ask {
            Some(Ask::ReturnRefused { words, .. } | Ask::AskAbout { words, .. }) if words.len() > WORDS_BYTES_MAX => refuse("too_large"),
            Some(Ask::ReturnRefused { command, words }) => {
                self.waiting_for_office(roots, command, "not_allowed").map(|one| Some(Resolves::Return(one, words.clone())))
            }
            Some(Ask::TakeUp { command }) => {
                let one = self.before_office(roots, command, "not_allowed")?;
                // what its author has said again or put away since is over
                let is_resolved = matches!(one.state.as_str(), "adopted" | "returned" | "filed");
                if is_resolved { Ok(Some(Resolves::TakeUp(one))) } else { stale(one.state) }
            }
            Some(Ask::AskAbout { seq, words }) => match self.own(*seq)? {
                Some(one) if matches!(one.state.as_str(), "open" | "returned") => Ok(Some(Resolves::Ask(one, words.clone()))),
                Some(one) => stale(one.state),
                None => refuse("no_refusal"),
            },
            Some(Ask::Discard { seq }) => Ok(Some(Resolves::Discard(*seq))),
            Some(Ask::Resend { seq }) => match self.own(*seq)? {
                // what the office wrote down stands; the author sees it and may still edit it
                Some(one) if one.state == "adopted" => stale(one.state),
                _ => Ok(Some(Resolves::Resend(*seq))),
            },
            _ => Ok(None),
        }
    }

    fn own(&self, seq: u64) -> Result<Option<Refused>, Error> {
        refused::of_device(self.db, &self.device.id, seq)
    }

    /// A refused command that an office above its author, or above where it meant to write, may resolve now.
    fn waiting_for_office(&self, roots: &Roots, opaque: &[u8; 16], reason: &'static str) -> Result<Refused, Stop> {
        let one = self.before_office(roots, opaque, reason)?;
        if matches!(one.state.as_str(), "open" | "discarded") { Ok(one) } else { stale(one.state) }
    }

    /// A refused command that is the business of an office above its author, or above where it meant to write.
    fn before_office(&self, roots: &Roots, opaque: &[u8; 16], reason: &'static str) -> Result<Refused, Stop> {
        let Some(one) = refused::get(self.db, opaque)? else { return refuse(reason) };
        let offices: Vec<_> = roots.roots.iter().filter(|at| at.role == Role::Office).map(|at| at.unit).collect();
        let Some(author) = devices::get(self.db, &one.device)? else { return refuse(reason) };
        let is_above = is_office_over(roots, &self.tree, &author.unit);
        if offices.is_empty() || !(is_above || crate::refused::concerns(self.db, &self.tree, &offices, &one, &author)?) {
            return refuse(reason);
        }
        Ok(one)
    }

    /// Writes it down, in the savepoint of the command that does it.
    pub fn resolve(&self, what: &Resolves) -> Result<(), Error> {
        let by = &self.device.name;
        match what {
            Resolves::Adopt(one) => refused::resolve(self.db, one, "adopted", by, "", self.now_ms),
            Resolves::Return(one, words) => {
                let state = if one.state == "discarded" { "filed" } else { "returned" };
                refused::resolve(self.db, one, state, by, words, self.now_ms)
            }
            Resolves::TakeUp(one) => refused::take_up(self.db, one, by, self.now_ms),
            Resolves::Ask(one, words) => refused::ask(self.db, one, words, self.now_ms),
            Resolves::Discard(seq) => refused::discard(self.db, &self.device.id, *seq),
            Resolves::Resend(seq) => refused::resend(self.db, &self.device.id, *seq),
        }
    }
}

fn stale<T>(state: String) -> Result<T, Stop> {
    Err(Stop::Refused(Refusal::Stale(state)))
}
