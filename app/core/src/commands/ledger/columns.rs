//! What a column is, what a ledger is made of, and who may see what of it. A column is a field of the declaration, or one that is joined, declared once in
//! `kinds.rs`. Columns that name who did the work are shown and neither filtered, sorted nor grouped by: no ledger counts per person.

use super::kinds::{LEDGERS, LOG};
use crate::error::{CoreError, Result};
use crate::workspace::{self, Identity};
use rusqlite::Connection;
use shared_model::records::{FieldClass, FieldDef, FieldType, FieldWrite, Kind};
use shared_model::rules::{self, Verb};
use shared_model::wire::RoleAtUnit;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ty {
    Text,
    Int,
    Bool,
    Date,
    /// Unix milliseconds.
    Time,
    Code(&'static str),
    Tags,
    /// Texts by name, `name=text` a line.
    Ext,
    Plate,
    IdNumber,
    Phone,
    /// When a household is due.
    Due,
}

impl Ty {
    /// As programs call it.
    pub fn name(self) -> &'static str {
        match self {
            Ty::Text | Ty::Ext | Ty::IdNumber | Ty::Phone => "text",
            Ty::Int => "int",
            Ty::Bool => "bool",
            Ty::Date => "date",
            Ty::Time => "time",
            Ty::Code(_) => "code",
            Ty::Tags => "tags",
            Ty::Plate => "plate",
            Ty::Due => "due",
        }
    }
}

/// Where a cell comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// An expression over the row `t` and the tables joined to it.
    Sql(&'static str),
    /// A column of the row itself.
    Field,
    /// A case as its list tells it.
    Case,
    /// A step by its name in the workflow of its case; the name is in this expression.
    Step(&'static str),
    /// Whoever wrote the field named, told for the rows of a page alone.
    By(&'static str),
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub ty: Ty,
    pub from: From,
    /// What it is sorted by where that is not itself.
    pub sort: Option<&'static str>,
    pub field: Option<&'static FieldDef>,
    /// It names who did the work.
    pub is_who: bool,
}

/// A ledger.
pub struct Ledger {
    pub kind: Kind,
    pub joins: &'static str,
    pub base: &'static str,
    pub order: &'static str,
    /// The columns, by table, on which its plain order and its rows hang; empty: on anything.
    pub hangs_on: &'static [(&'static str, &'static [&'static str])],
    /// The building or unit it stands in.
    pub unit: &'static str,
    /// The household whose file a row opens.
    pub household: &'static str,
    /// The case whose list tells the columns of [`From::Case`]; `null` where there are none.
    pub case: &'static str,
    /// East and north, 1e-7 degrees.
    pub place: Option<(&'static str, &'static str)>,
    pub joined: &'static [Column],
    /// Shown unless a view says otherwise, in this order.
    pub shown: &'static [&'static str],
    /// Fields that are no columns.
    pub hidden: &'static [&'static str],
}

/// Fields whose change is a step of life, not an edit of a cell.
const LIFE: [&str; 6] = ["ended", "end_reason", "moved_to", "merged_into", "away_until", "since"];
/// Kinds of which a cell is edited where it stands.
pub const EDITED: [Kind; 7] = [Kind::Household, Kind::Person, Kind::Place, Kind::Facility, Kind::Patrol, Kind::Listing, Kind::Request];
/// Telephone numbers, by kind and key.
const PHONES: [(Kind, &str); 5] = [
    (Kind::Household, "contact_phone"),
    (Kind::Person, "phone"),
    (Kind::Person, "phone2"),
    (Kind::Place, "phone"),
    (Kind::Membership, "phone"),
];

/// The ledger of a kind.
pub fn find(name: &str) -> Result<&'static Ledger> {
    all().find(|l| l.kind.name() == name).ok_or_else(|| CoreError::args(format!("没有「{name}」这种台账。")).at("kind"))
}

/// Every ledger.
pub fn all() -> impl Iterator<Item = &'static Ledger> {
    LEDGERS.into_iter().chain([LOG])
}

impl Ledger {
    /// Does it tell anything of cases?
    pub fn has_cases(&self) -> bool {
        self.case != "null"
    }
}

/// Who asks, and what their roles read.
pub struct Reader {
    roles: Vec<RoleAtUnit>,
}

impl Reader {
    /// The person at this device.
    ///
    /// # Errors
    /// Of the store.
    pub fn of(db: &Connection, me: &Identity) -> Result<Reader> {
        Ok(Reader { roles: workspace::roles(db, me)? })
    }

    fn reads(&self, class: FieldClass) -> bool {
        match class {
            FieldClass::Own => true,
            FieldClass::Fixed(c) | FieldClass::AtLeast(c) => self.roles.iter().any(|r| rules::access(r.role, c).reads()),
        }
    }

    /// Is this the office?
    pub fn is_office(&self) -> bool {
        self.roles.iter().any(|r| r.role == rules::Role::Office)
    }

    /// Only the office does this.
    ///
    /// # Errors
    /// `not_allowed`.
    pub fn need_office(&self, what: &str) -> Result<()> {
        if self.is_office() { Ok(()) } else { Err(CoreError::not_allowed(what)) }
    }

    /// May a cell of this kind be edited?
    pub fn may_edit(&self, kind: Kind) -> bool {
        EDITED.contains(&kind) && self.roles.iter().any(|r| rules::may_ever_write(r.role, kind, Verb::Edit))
    }

    /// The columns of a ledger that this person may see: the fields in the order of the declaration after those that are joined.
    ///
    /// # Errors
    /// `not_allowed` when there are none.
    pub fn columns(&self, ledger: &'static Ledger) -> Result<Vec<Column>> {
        let own = ledger.kind.def().fields.iter().filter(|f| f.key != "_del" && !ledger.hidden.contains(&f.key) && self.reads(f.class));
        let fields: Vec<Column> = own.map(|f| of_field(ledger.kind, f)).collect();
        let all_own = ledger.kind.def().fields.iter().any(|f| f.key != "_del" && self.reads(f.class) && matches!(f.class, FieldClass::Own));
        // what is joined to a person is worth nothing without the person
        let first = ledger.kind.def().fields.iter().find(|f| ledger.shown.contains(&f.key) && f.key != "_del");
        if !all_own && first.is_none_or(|f| !self.reads(f.class)) && ledger.kind != Kind::Unit {
            return Err(CoreError::not_allowed(&format!("看{}台账", ledger.kind.def().zh)));
        }
        Ok(ledger.joined.iter().copied().filter(|c| fields.iter().all(|f| f.key != c.key)).chain(fields.iter().copied()).collect())
    }
}

fn of_field(kind: Kind, f: &'static FieldDef) -> Column {
    let ty = match f.ty {
        _ if PHONES.contains(&(kind, f.key)) => Ty::Phone,
        FieldType::Text | FieldType::Id => Ty::Text,
        FieldType::Int => Ty::Int,
        FieldType::Bool => Ty::Bool,
        FieldType::Date => Ty::Date,
        FieldType::Time => Ty::Time,
        FieldType::Code(t) => Ty::Code(t),
        FieldType::IdNumber => Ty::IdNumber,
        FieldType::Flags => Ty::Tags,
        FieldType::Ext => Ty::Ext,
    };
    Column { key: f.key, zh: f.zh, en: f.en, ty, from: From::Field, sort: None, field: Some(f), is_who: false }
}

impl Column {
    /// Its expression over the row `t`.
    pub fn sql(&self) -> String {
        match self.from {
            From::Field => format!("t.\"{}\"", self.key),
            From::Sql(text) | From::Step(text) => text.to_string(),
            From::Case | From::By(_) => "null".into(),
        }
    }

    /// May it be edited where it stands?
    pub fn is_editable(&self, kind: Kind) -> bool {
        let typed =
            matches!(self.ty, Ty::Text | Ty::Phone | Ty::Int | Ty::Bool | Ty::Date | Ty::Code(_)) || matches!(self.key, "tag" | "care");
        EDITED.contains(&kind) && typed && !LIFE.contains(&self.key) && self.field.is_some_and(|f| f.write == FieldWrite::Any)
    }

    /// The class of the field behind it.
    pub fn class(&self) -> Option<FieldClass> {
        self.field.map(|f| f.class)
    }

    /// Is it masked in a masked export?
    pub fn is_masked(&self) -> bool {
        let private = matches!(self.class(), Some(FieldClass::Fixed(shared_model::Class::Private)));
        private || matches!(self.ty, Ty::IdNumber | Ty::Phone)
    }

    /// What a masked export leaves of it.
    pub fn mask(&self) -> Option<&'static str> {
        match self.ty {
            _ if !self.is_masked() => None,
            Ty::IdNumber => Some("id"),
            Ty::Phone => Some("phone"),
            _ => Some("all"),
        }
    }

    /// Is there an order in it that people would look for?
    pub fn may_sort(&self) -> bool {
        !self.is_who && self.ty != Ty::IdNumber && !matches!(self.ty, Ty::Tags | Ty::Ext)
    }

    /// Rows may be put together by it.
    pub fn may_group(&self) -> bool {
        self.may_sort() && !matches!(self.ty, Ty::Plate | Ty::Phone)
    }

    /// Characters of ASCII that it takes.
    pub fn width(&self) -> u16 {
        match self.ty {
            Ty::Int | Ty::Bool => 8,
            Ty::Date | Ty::Due => 13,
            Ty::Time => 17,
            Ty::Code(_) => 13,
            Ty::Plate | Ty::Phone => 14,
            Ty::IdNumber => 21,
            Ty::Tags => 22,
            Ty::Ext => 32,
            Ty::Text if matches!(self.key, "note" | "words" | "outcome" | "filter" | "care_note" | "registered_address") => 32,
            Ty::Text if matches!(self.key, "title" | "what" | "place" | "address" | "basis") => 26,
            Ty::Text => 14,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_ledger_shows_and_hides_exists() {
        for l in all() {
            let known = |key: &str| l.joined.iter().any(|c| c.key == key) || l.kind.def().fields.iter().any(|f| f.key == key);
            for key in l.shown.iter().chain(l.hidden) {
                assert!(known(key), "{}: {key}", l.kind.name());
            }
            assert!(
                l.joined.iter().all(|c| l.hidden.contains(&c.key) || l.kind.def().fields.iter().all(|f| f.key != c.key)),
                "{}",
                l.kind.name()
            );
        }
    }

    #[test]
    fn nothing_is_counted_by_who_did_the_work() {
        for l in all() {
            for c in l.joined.iter().filter(|c| matches!(c.from, From::By(_)) || c.key == "assignee") {
                assert!(c.is_who && !c.may_sort() && !c.may_group(), "{} {}", l.kind.name(), c.key);
            }
        }
    }
}
