//! What a command asks of the server beyond its parts: a unit's place in the tree, the confirmation of a device, and what is judged beside
//! it (`appoint.rs`: memberships, `reshape.rs`: units, `share.rs`: whom a case is shown to). But for a unit that its parts make and a step that
//! hands a case on, such a command has no parts.

use super::appoint::Appointed;
use super::part::Decoded;
use super::rights::Roots;
use super::{Push, Refusal, Stop, refuse};
use crate::closing;
use crate::directory;
use crate::erase::Erasure;
use crate::store::people::Membership;
use crate::store::shares::Share;
use crate::store::{devices, invites};
use crate::tree::{DEPTH_MAX, Node, Tree};
use shared_model::Role;
use shared_model::class::Class;
use shared_model::crdt::{OpBody, Value};
use shared_model::devices::RevokeReason;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules;
use shared_model::wire::{Ask, Command, UnitChange};
use std::sync::Arc;
use uuid::Uuid;

/// What is to be done when the command is accepted.
#[derive(Default)]
pub struct Asked {
    /// A unit that is new in the tree.
    pub new_unit: Option<NewUnit>,
    /// The tree with it.
    pub tree: Option<Arc<Tree>>,
    /// A unit whose document is to name its parent.
    pub placed: Option<(Uuid, Uuid)>,
    /// A device to be confirmed.
    pub confirm: Option<Uuid>,
    /// A device to be ended.
    pub revoke: Option<(Uuid, RevokeReason)>,
    /// What changes who holds what.
    pub effect: Option<Effect>,
    /// What is to be erased; its id and time are those of the command.
    pub erase: Option<Erasure>,
    /// A mention that stays: of which erasure, in which document.
    pub kept: Option<([u8; 16], DocId)>,
    /// A share that begins.
    pub share: Option<Share>,
    /// A share that ends: record and target.
    pub unshare: Option<(Uuid, Uuid)>,
    /// An invite that is good for nothing any more, by the hash of its token.
    pub take_back: Option<[u8; 32]>,
}

/// A change of memberships or of the tree, judged and not yet written.
pub enum Effect {
    Appoint(Appointed),
    Term(Membership),
    Move { unit: Uuid, parent: Uuid },
    Close { unit: Uuid, successors: Vec<Uuid> },
    Open { unit: Uuid },
    Redraw(Vec<UnitChange>),
    Grid { unit: Uuid, parent: Uuid, kind: String, name: String, code: String },
}

impl From<Effect> for Asked {
    fn from(effect: Effect) -> Self {
        Asked { effect: Some(effect), ..Asked::default() }
    }
}

/// A unit to be made.
pub struct NewUnit {
    pub id: Uuid,
    pub parent: Uuid,
    pub kind: String,
    pub name: String,
}

impl Push<'_> {
    pub fn judge_ask(&self, command: &Command, parts: &[Decoded<'_>], roots: &Roots) -> Result<Asked, Stop> {
        // its own work counts; what it asks of people, units and devices does not
        let is_own_work =
            matches!(command.ask, None | Some(Ask::MakeUnit { .. } | Ask::AskAbout { .. } | Ask::Discard { .. } | Ask::Resend { .. }));
        if !is_own_work && closing::is_closed(&self.device) {
            return refuse("device_closed");
        }
        if !parts.is_empty() && !matches!(command.ask, None | Some(Ask::MakeUnit { .. } | Ask::Resend { .. } | Ask::Share { .. })) {
            return refuse("has_parts");
        }
        match &command.ask {
            // what concerns a refused command is judged in `resolve.rs`
            None
            | Some(Ask::ReturnRefused { .. } | Ask::TakeUp { .. } | Ask::AskAbout { .. } | Ask::Discard { .. } | Ask::Resend { .. }) => {
                Ok(Asked::default())
            }
            Some(Ask::MakeUnit { unit, parent }) => self.judge_unit(parts, roots, *unit, *parent),
            Some(Ask::ConfirmDevice { device, digits }) => self.judge_confirmation(roots, device, digits),
            Some(Ask::Erase { record, reason }) => self.judge_erasure(roots, *record, reason),
            Some(Ask::DecideMention { erasure, doc, erases }) => self.judge_mention(roots, *erasure, *doc, *erases),
            Some(Ask::WithdrawContact { household }) => self.judge_withdrawal(roots, *household),
            Some(Ask::RevokeDevice { device, reason }) => self.judge_revocation(roots, *device, *reason),
            Some(Ask::AddMembership(new)) => Ok(Effect::Appoint(self.judge_appointment(new)?).into()),
            Some(Ask::SetTerm { membership, from, until, expected }) => {
                Ok(Effect::Term(self.judge_term(membership, *from, *until, *expected)?).into())
            }
            Some(Ask::SetPost { membership, post, party, expected }) => {
                Ok(Effect::Term(self.judge_post(membership, post.as_deref(), *party, *expected)?).into())
            }
            Some(Ask::TakeBackInvite { invite }) => self.judge_taking_back(roots, invite),
            Some(Ask::MoveUnit { unit, parent, expected }) => {
                self.judge_move(&self.tree, unit, parent, *expected)?;
                Ok(Effect::Move { unit: *unit, parent: *parent }.into())
            }
            Some(Ask::CloseUnit { unit, successors, expected }) => {
                self.judge_closing(&self.tree, unit, successors, *expected)?;
                Ok(Effect::Close { unit: *unit, successors: successors.clone() }.into())
            }
            Some(Ask::MakeGrid { unit, parent, kind, name, code }) => {
                self.judge_grid(&self.tree, unit, parent, kind, name, code)?;
                Ok(Effect::Grid { unit: *unit, parent: *parent, kind: kind.clone(), name: name.trim().to_owned(), code: code.clone() }
                    .into())
            }
            Some(Ask::Redraw { changes }) => {
                self.judge_redraw(changes)?;
                Ok(Effect::Redraw(changes.clone()).into())
            }
            Some(Ask::Share { record, to, up_to, assignee }) => self.judge_share(parts, roots, record, to, *up_to, assignee.as_ref()),
            Some(Ask::Unshare { record, target }) => self.judge_unshare(parts, roots, record, target),
        }
    }

    /// The first accepted wins; the same place again is fine, another is `other_grid`.
    fn judge_unit(&self, parts: &[Decoded<'_>], roots: &Roots, unit: Uuid, parent: Uuid) -> Result<Asked, Stop> {
        if !is_office_over(roots, &self.tree, &parent) {
            return refuse("not_allowed");
        }
        let placed = Some((unit, parent));
        match self.tree.get(&unit) {
            // what was closed is open again when somebody makes it again at the same place
            Some(node) if node.parent() == Some(parent) && node.is_closed => {
                let stands = self.tree.get(&parent).is_some_and(|above| !above.is_closed);
                return if stands { Ok(Effect::Open { unit }.into()) } else { refuse("unit_kind") };
            }
            Some(node) if node.parent() == Some(parent) => return Ok(Asked { placed, ..Asked::default() }),
            Some(_) => return refuse("other_grid"),
            None => {}
        }
        let doc = DocId::new(unit, Class::Common);
        let Some(made) = parts.iter().find(|d| d.part.doc == doc && d.part.kind == Kind::Unit && d.part.unit == unit) else {
            return refuse("no_unit");
        };
        let text = |key: &str| {
            made.change.ops.iter().find(|op| op.key == key).and_then(|op| match &op.body {
                OpBody::Put(Value::Str(text)) => Some(text.clone()),
                _ => None,
            })
        };
        let Some(kind) = text("kind").filter(|k| matches!(k.as_str(), "building" | "alley" | "estate" | "area")) else {
            return refuse("unit_kind");
        };
        let stands = self.tree.get(&parent).is_some_and(|above| !above.is_closed && rules::may_stand(&kind, &above.kind));
        if !stands || self.tree.ancestors(&parent).len() + 2 > DEPTH_MAX {
            return refuse("unit_kind");
        }
        let mut tree = (*self.tree).clone();
        tree.version += 1;
        tree.add(unit, Node::new(&kind, tree.version, Some(parent)));
        let new_unit = NewUnit { id: unit, parent, kind, name: text("name").unwrap_or_default() };
        Ok(Asked { new_unit: Some(new_unit), tree: Some(Arc::new(tree)), placed, ..Asked::default() })
    }

    fn judge_confirmation(&self, roots: &Roots, device: &Uuid, digits: &str) -> Result<Asked, Stop> {
        let found = devices::get(self.db, device)?;
        let Some(found) = found.filter(|d| manages_over(roots, &self.tree, &d.unit)) else { return refuse("not_allowed") };
        match found.state.as_str() {
            "unconfirmed" if found.digits == digits => Ok(Asked { confirm: Some(*device), ..Asked::default() }),
            "active" if found.digits == digits => Ok(Asked::default()),
            state => Err(Stop::Refused(Refusal::Stale(state.to_owned()))),
        }
    }

    /// One that was used let a device in: that is ended, not its invite.
    fn judge_taking_back(&self, roots: &Roots, invite: &[u8; 16]) -> Result<Asked, Stop> {
        let found = invites::by_id(self.db, invite)?.filter(|i| manages_over(roots, &self.tree, &i.unit));
        let Some(found) = found else { return refuse("not_allowed") };
        if found.used_at.is_some() {
            return Err(Stop::Refused(Refusal::Stale("used".into())));
        }
        Ok(Asked { take_back: found.taken_back_at.is_none().then_some(found.token_hash), ..Asked::default() })
    }

    /// Not one's own: the last device of an office must not end itself. What was reported lost does not become harmless again.
    fn judge_revocation(&self, roots: &Roots, device: Uuid, reason: RevokeReason) -> Result<Asked, Stop> {
        let found = devices::get(self.db, &device)?;
        let Some(found) = found.filter(|d| manages_over(roots, &self.tree, &d.unit)) else { return refuse("not_allowed") };
        if device == self.device.id {
            return refuse("own_device");
        }
        let stale = || Err(Stop::Refused(Refusal::Stale(found.state.clone())));
        match found.reason {
            _ if found.state == "wiped" => stale(),
            Some(known) if known == reason => Ok(Asked::default()),
            Some(known) if known.is_hostile() && !reason.is_hostile() => stale(),
            _ => Ok(Asked { revoke: Some((device, reason)), ..Asked::default() }),
        }
    }
}

/// Does one of the roots manage devices of this unit?
fn manages_over(roots: &Roots, tree: &Tree, unit: &Uuid) -> bool {
    roots.roots.iter().any(|at| directory::manages(at.role) && tree.is_within(unit, &at.unit))
}

/// Is one of these roles that of the office of the unit or of one above it?
pub fn is_office_over(roots: &Roots, tree: &Tree, unit: &Uuid) -> bool {
    roots.over(tree, unit).any(|role| role == Role::Office)
}
