//! Server commands about people: a role at a unit for a term, a stand-in, a term changed or ended. The right is that of today, not of the
//! stamp: what a command of the server changes is the rights themselves. The rule is in the shared model.

use super::{Push, Refusal, Stop, refuse};
use crate::setup::NAME_BYTES_MAX;
use crate::store::people::{self, Membership};
use crate::tree::Tree;
use serde_json::json;
use shared_model::Role;
use shared_model::records::known_code;
use shared_model::rules;
use shared_model::wire::NewMembership;
use uuid::Uuid;

/// A membership as it is to be, and the name of a person who is not known yet.
pub struct Appointed {
    pub membership: Membership,
    pub new_person: Option<String>,
}

/// Somebody else was faster: what is there now.
fn stale<T>(current: &Membership) -> Result<T, Stop> {
    let now = json!({ "version": current.version, "from": current.from_at, "until": current.until_at, "record": current.record });
    Err(Stop::Refused(Refusal::Stale(now.to_string())))
}

impl Push<'_> {
    /// Does a role that the device's person holds today at the unit or above it satisfy this?
    pub fn holds_today(&self, unit: &Uuid, rule: impl Fn(Role) -> bool) -> Result<bool, Stop> {
        self.holds_in(&self.tree, unit, rule)
    }

    /// The same over a tree as it will be.
    pub fn holds_in(&self, tree: &Tree, unit: &Uuid, rule: impl Fn(Role) -> bool) -> Result<bool, Stop> {
        Ok(people::roles(self.db, &self.device.person)?.iter().any(|at| rule(at.role) && tree.is_within(unit, &at.unit)))
    }

    pub fn judge_appointment(&self, new: &NewMembership) -> Result<Appointed, Stop> {
        if !self.holds_today(&new.unit, |role| rules::may_appoint(role, new.role))? {
            return refuse("not_allowed");
        }
        match self.tree.get(&new.unit) {
            None => return self.missing("no_unit"),
            Some(node) if node.is_closed => return refuse("no_unit"),
            Some(_) => {}
        }
        let name = new.name.trim();
        let new_person = (!people::exists(self.db, &new.person)?).then(|| name.to_owned());
        if new_person.is_some() && (name.is_empty() || name.len() > NAME_BYTES_MAX) {
            return refuse("bad_value");
        }
        if new.post.as_deref().is_some_and(|post| !known_code("post", post)) {
            return refuse("bad_value");
        }
        // terms run by the clock; the time of receipt only orders, and may be a little ahead of it
        let now_ms = self.inner.env.now_ms();
        let from_at = match new.until {
            // accepted before the server was set back, and over meanwhile: it comes back as what it was
            Some(until) if self.is_again && until <= now_ms => new.from.unwrap_or_default().min(until - 1),
            _ => new.from.unwrap_or(now_ms).max(now_ms),
        };
        if new.until.is_some_and(|until| until <= from_at) {
            return refuse("bad_term");
        }
        if people::membership(self.db, &new.membership)?.is_some() {
            return refuse("twice");
        }
        if let Some(of) = &new.stands_for {
            let stood_for = people::membership(self.db, of)?;
            let fits = stood_for.is_some_and(|m| m.role == new.role && m.unit == new.unit && m.person != new.person);
            if !fits || new.until.is_none() {
                return refuse("bad_stand_in");
            }
        }
        let open = people::open_memberships(self.db, &new.person, new.role, &new.unit)?;
        let overlaps = |m: &&Membership| m.until_at.is_none_or(|u| u > from_at) && new.until.is_none_or(|u| u > m.from_at);
        if let Some(there) = open.iter().find(overlaps) {
            return stale(there);
        }
        let membership = Membership {
            record: new.membership,
            person: new.person,
            role: new.role,
            unit: new.unit,
            from_at,
            until_at: new.until,
            stands_for: new.stands_for,
            post: new.post.clone(),
            is_party: false,
            version: 1,
        };
        Ok(Appointed { membership, new_person })
    }

    pub fn judge_term(&self, record: &Uuid, from: Option<i64>, until: Option<i64>, expected: u64) -> Result<Membership, Stop> {
        let Some(m) = people::membership(self.db, record)? else { return refuse("not_allowed") };
        if !self.holds_today(&m.unit, |role| rules::may_appoint(role, m.role))? {
            return refuse("not_allowed");
        }
        let now_ms = self.inner.env.now_ms();
        if m.version != expected || !m.is_open(now_ms) {
            return stale(&m);
        }
        // A term that has begun has begun; one that is to end in the past ends now.
        let from_at = if m.from_at > now_ms { from.unwrap_or(m.from_at).max(now_ms) } else { m.from_at };
        let until_at = until.map(|until| until.max(now_ms));
        if m.stands_for.is_some() && until_at.is_none() {
            return refuse("bad_stand_in");
        }
        Ok(Membership { from_at, until_at, version: m.version + 1, ..m })
    }

    /// What somebody does in the team; whoever may appoint may say it.
    pub fn judge_post(&self, record: &Uuid, post: Option<&str>, is_party: bool, expected: u64) -> Result<Membership, Stop> {
        let Some(m) = people::membership(self.db, record)? else { return refuse("not_allowed") };
        if !self.holds_today(&m.unit, |role| rules::may_appoint(role, m.role))? {
            return refuse("not_allowed");
        }
        if post.is_some_and(|post| !known_code("post", post)) {
            return refuse("bad_value");
        }
        if m.version != expected || !m.is_open(self.inner.env.now_ms()) {
            return stale(&m);
        }
        Ok(Membership { post: post.map(str::to_owned), is_party, version: m.version + 1, ..m })
    }
}
