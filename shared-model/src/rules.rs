//! Who may read and write what: one table, compiled into the client (greys out) and into the server (decides).
//! A rule is checked before existence: a role that may never edit a kind is told `not_allowed` whether or not the record is there.

use crate::class::Class;
use crate::records::{FieldWrite, Kind};
use serde::{Deserialize, Serialize};

/// Roles; several per person, each at a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Role {
    Overseer = 0,
    Admin = 1,
    Assignee = 2,
    BuildingHead = 3,
    PartTime = 4,
    Worker = 5,
    Office = 6,
}

impl Role {
    /// Every role, at the place of its number.
    pub const ALL: [Role; 7] =
        [Role::Overseer, Role::Admin, Role::Assignee, Role::BuildingHead, Role::PartTime, Role::Worker, Role::Office];

    /// By its code.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }

    /// Stable name, the code of the table `role`.
    pub fn name(self) -> &'static str {
        ["overseer", "admin", "assignee", "building_head", "part_time", "worker", "office"][self as usize]
    }
}

/// What a role may do in a class beneath its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing, and it learns nothing.
    None,
    /// May create a case there and keeps only a receipt.
    Create,
    /// Reads.
    Read,
    /// Reads everything; creates cases, comments, and edits what it made.
    ReadCreate,
    /// Reads and writes.
    Write,
}

impl Access {
    /// Is the class sent to the role's devices?
    pub fn reads(self) -> bool {
        self >= Access::Read
    }
}

/// The table (own subtree). `common` is read of the own subtree and of all ancestors.
pub fn access(role: Role, class: Class) -> Access {
    use Access::*;
    match (role, class) {
        (Role::Office, _) => Write,
        (_, Class::Common) => Read,
        (Role::Worker, Class::Open | Class::Door | Class::Register | Class::Private) => Write,
        (Role::Worker, Class::Office) => Create,
        (Role::PartTime, Class::Open | Class::Register) => Write,
        (Role::PartTime, Class::Door) => Read,
        (Role::PartTime, Class::Private | Class::Office) => Create,
        (Role::BuildingHead, Class::Open) => ReadCreate,
        (Role::BuildingHead, Class::Door) => Read,
        (Role::BuildingHead, Class::Private | Class::Office) => Create,
        // `register` is never sent to a building head, but a case of a register matter may be handed in
        (Role::BuildingHead, Class::Register) => Create,
        (Role::Assignee | Role::Overseer | Role::Admin, _) => None,
    }
}

/// May a document of this class be placed with this role by a share? `by_name`: with one membership, not with everybody of the office there.
/// The office of another unit is shown open cases and what the office keeps; what is stricter goes to a named person only, and is logged.
/// A door, a building head, those who hold no residents: never.
pub fn may_receive(role: Role, class: Class, by_name: bool) -> bool {
    match (role, class) {
        (_, Class::Common | Class::Door) | (Role::Overseer | Role::Admin, _) => false,
        (Role::Office, Class::Open | Class::Office) => true,
        (_, Class::Open) => by_name,
        (Role::Office | Role::Worker | Role::Assignee, Class::Register | Class::Private) => by_name,
        (Role::PartTime, Class::Register) => by_name,
        (Role::PartTime, Class::Private) | (Role::BuildingHead, _) | (_, Class::Office) => false,
    }
}

/// The classes of a case that a share covers: up to the class that was named, as far as the role may receive it.
pub fn share_covers(role: Role, class: Class, up_to: Class, by_name: bool) -> bool {
    class <= up_to && may_receive(role, class, by_name)
}

/// May `role` write this in a case that is only shared with it: its own steps, what it attaches, and nothing else.
pub fn may_write_shared(role: Role, kind: Kind, class: Class, verb: Verb) -> bool {
    matches!(kind, Kind::CaseStep | Kind::Attachment) && verb != Verb::Edit && may_receive(role, class, true)
}

/// What a change does to a record, as far as the rules ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The change makes the document.
    Make,
    /// The document was made by this device's person.
    EditOwn,
    /// The document was made by somebody else.
    Edit,
}

/// May `role` write a document of this kind and class beneath its unit?
pub fn may_write(role: Role, kind: Kind, class: Class, verb: Verb) -> bool {
    // what is attached counts like a document of the case it belongs to
    let case = matches!(kind, Kind::Case | Kind::CaseStep | Kind::Attachment);
    let by_class = match access(role, class) {
        Access::Write => true,
        Access::ReadCreate => case && (verb == Verb::Make || (verb == Verb::EditOwn && kind != Kind::CaseStep)),
        // an attachment only together with its case: see `needs_its_case`
        Access::Create => matches!(kind, Kind::Case | Kind::Attachment) && verb == Verb::Make,
        // a head may say at which door of the own building something is
        Access::Read => role == Role::BuildingHead && kind == Kind::Case && class == Class::Door && verb == Verb::Make,
        Access::None => false,
    };
    let by_kind = match kind {
        Kind::Unit | Kind::Config | Kind::HeldItem => role == Role::Office,
        Kind::Membership => false,
        _ => true,
    };
    by_class && by_kind
}

/// Where `role` hands a case in and keeps only a receipt, it attaches something to it in the same command or not at all: whether a case is
/// there is nothing that it learns.
pub fn needs_its_case(role: Role, class: Class) -> bool {
    access(role, class) == Access::Create
}

/// May `role` give somebody the role `given` beneath its own unit, change the term of it, or end it? Nobody gives what lies above:
/// an office appoints within its community, but makes no administrator and no overseer.
pub fn may_appoint(role: Role, given: Role) -> bool {
    match role {
        Role::Admin => true,
        Role::Office => !matches!(given, Role::Admin | Role::Overseer),
        _ => false,
    }
}

/// May `role` make grids, and move and close units beneath its own unit?
pub fn may_shape(role: Role) -> bool {
    matches!(role, Role::Office | Role::Admin)
}

/// May a unit of this kind stand directly beneath one of that kind?
pub fn may_stand(kind: &str, above: &str) -> bool {
    match kind {
        "building" | "alley" | "area" => matches!(above, "community" | "grid" | "micro_grid" | "estate"),
        "estate" => matches!(above, "community" | "grid" | "micro_grid"),
        "micro_grid" => matches!(above, "community" | "grid"),
        "grid" => above == "community",
        "community" => above == "street",
        "street" => above == "district",
        _ => false,
    }
}

/// May this key be written in a document of this kind and class? `own_command`: the change also writes the source of a mirror.
pub fn may_write_key(kind: Kind, class: Class, key: &str, verb: Verb) -> Result<(), &'static str> {
    let Some(field) = kind.field(key) else { return Err("unknown_key") };
    if !field.fits(class) {
        return Err("wrong_class");
    }
    match field.write {
        FieldWrite::Server => Err("server_only"),
        FieldWrite::Once if verb != Verb::Make => Err("written_once"),
        _ => Ok(()),
    }
}

/// Who may erase a person or a household beneath its unit.
pub fn may_erase(role: Role) -> bool {
    role == Role::Office
}

/// Could a role ever write this kind, in any class? Asked before existence.
pub fn may_ever_write(role: Role, kind: Kind, verb: Verb) -> bool {
    Class::ALL.into_iter().any(|c| may_write(role, kind, c, verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_building_head_never_reads_residents() {
        for class in [Class::Register, Class::Private, Class::Office] {
            assert!(!access(Role::BuildingHead, class).reads());
        }
        for kind in [Kind::Person, Kind::Household, Kind::Visit] {
            assert!(!may_ever_write(Role::BuildingHead, kind, Verb::Edit));
            assert!(!may_ever_write(Role::BuildingHead, kind, Verb::Make));
        }
    }

    #[test]
    fn a_building_head_may_say_at_which_door_a_case_is_and_nothing_else_there() {
        assert!(may_write(Role::BuildingHead, Kind::Case, Class::Door, Verb::Make));
        assert!(!may_write(Role::BuildingHead, Kind::Case, Class::Door, Verb::EditOwn));
        assert!(!may_write(Role::BuildingHead, Kind::Household, Class::Door, Verb::Make));
        assert!(!may_write(Role::PartTime, Kind::Case, Class::Door, Verb::Make));
    }

    #[test]
    fn a_share_brings_a_building_head_nothing_of_residents_and_nobody_a_door() {
        for class in Class::ALL {
            assert!(!may_receive(Role::BuildingHead, class, false));
            assert_eq!(may_receive(Role::BuildingHead, class, true), class == Class::Open);
            for role in [Role::Overseer, Role::Admin] {
                assert!(!may_receive(role, class, true));
            }
            for role in [Role::Assignee, Role::Worker, Role::PartTime, Role::Office] {
                assert!(!may_receive(role, Class::Door, true));
                assert!(!may_receive(role, class, false) || may_receive(role, class, true), "a name never narrows");
            }
            let strict = matches!(class, Class::Register | Class::Private);
            assert!(!(strict && may_receive(Role::Office, class, false)), "residents' details need a named person");
        }
    }

    #[test]
    fn whom_a_case_is_shared_with_writes_steps_and_nothing_else() {
        for kind in Kind::all() {
            for verb in [Verb::Make, Verb::EditOwn, Verb::Edit] {
                let may = may_write_shared(Role::Assignee, kind, Class::Open, verb);
                assert_eq!(may, matches!(kind, Kind::CaseStep | Kind::Attachment) && verb != Verb::Edit);
            }
        }
        assert!(!may_write_shared(Role::Assignee, Kind::CaseStep, Class::Office, Verb::Make));
    }

    #[test]
    fn admins_and_overseers_hold_no_residents() {
        for role in [Role::Admin, Role::Overseer] {
            for class in Class::ALL.into_iter().filter(|c| *c != Class::Common) {
                assert_eq!(access(role, class), Access::None);
            }
        }
    }

    #[test]
    fn nobody_writes_a_membership_or_a_parent_by_an_ordinary_change() {
        for role in [Role::Worker, Role::Office, Role::BuildingHead, Role::PartTime] {
            assert!(!may_ever_write(role, Kind::Membership, Verb::Make));
        }
        assert_eq!(may_write_key(Kind::Unit, Class::Common, "parent", Verb::Make), Err("server_only"));
    }

    #[test]
    fn every_matter_is_readable_by_a_head_exactly_when_it_is_open() {
        for m in crate::matters::all() {
            let reads = access(Role::BuildingHead, m.class).reads();
            assert_eq!(reads, m.class == Class::Open, "{}", m.code);
        }
    }
}
