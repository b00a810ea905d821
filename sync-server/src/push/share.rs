//! Judging whom a case is shown to: the office of the case's home says so, to the office of a unit that does not hold it or to one person by
//! name, up to a class that they may receive.

use super::ask::{Asked, is_office_over};
use super::part::Decoded;
use super::rights::Roots;
use super::{Push, Stop, refuse};
use crate::store::people;
use crate::store::shares::Share;
use shared_model::Role;
use shared_model::class::Class;
use shared_model::records::Kind;
use shared_model::rules::share_covers;
use uuid::Uuid;

impl Push<'_> {
    pub fn judge_share(
        &self,
        parts: &[Decoded<'_>],
        roots: &Roots,
        record: &Uuid,
        to: &Uuid,
        up_to: Class,
        assignee: Option<&Uuid>,
    ) -> Result<Asked, Stop> {
        let (class, home) = self.judge_sharer(parts, roots, record)?;
        if *to == home {
            return refuse("home");
        }
        let (role, target, by_name) = match assignee {
            Some(membership) => match people::membership(self.db, membership)? {
                Some(member) if member.unit == *to && member.is_open(self.now_ms) => (member.role, *membership, true),
                // it is over: nothing that anybody brings back opens it again
                Some(_) => return refuse("no_membership"),
                None => return self.missing("no_membership"),
            },
            None => match self.tree.get(to).map(|node| node.kind.as_str()) {
                Some("community" | "street" | "district") => (Role::Office, *to, false),
                None => return self.missing("no_unit"),
                _ => return refuse("no_unit"),
            },
        };
        if !share_covers(role, class, up_to, by_name) {
            return refuse("class_too_strict");
        }
        let share = Share { id: 0, record: *record, target, unit: *to, by_name, role, up_to, ended_at: None };
        Ok(Asked { share: Some(share), ..Asked::default() })
    }

    pub fn judge_unshare(&self, parts: &[Decoded<'_>], roots: &Roots, record: &Uuid, target: &Uuid) -> Result<Asked, Stop> {
        self.judge_sharer(parts, roots, record)?;
        Ok(Asked { unshare: Some((*record, *target)), ..Asked::default() })
    }

    /// Is this the office of the case's home? Class and home of the case.
    fn judge_sharer(&self, parts: &[Decoded<'_>], roots: &Roots, record: &Uuid) -> Result<(Class, Uuid), Stop> {
        if !roots.roots.iter().any(|at| at.role == Role::Office) {
            return refuse("not_allowed");
        }
        let Some((class, unit)) = self.main_part(parts, record, Kind::Case, "matter")? else { return self.missing("no_case") };
        if is_office_over(roots, &self.tree, &unit) { Ok((class, unit)) } else { refuse("not_allowed") }
    }
}
