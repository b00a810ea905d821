//! Classes of data, from wide to narrow. A field's class decides which document holds it, and so who receives it.

use serde::{Deserialize, Serialize};

/// A class; a partition is (unit, class). The order is from wide to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// Units, catalogue, calendar, configuration, memberships.
    Common = 0,
    /// Cases without residents' details.
    Open = 1,
    /// A household's address, its head's display name, a contact it agreed to.
    Door = 2,
    /// Ordinary facts about people and households, visits, ordinary tags.
    Register = 3,
    /// ID number, full birth date, care tags, dispute parties.
    Private = 4,
    /// The office's own: held cells, reconcile inbox.
    Office = 5,
}

impl Class {
    /// All classes, from wide to narrow.
    pub const ALL: [Class; 6] = [Class::Common, Class::Open, Class::Door, Class::Register, Class::Private, Class::Office];

    /// By its number, as stored.
    pub fn from_u8(n: u8) -> Option<Class> {
        Self::ALL.get(n as usize).copied()
    }

    /// By its name, as in the matter catalogue.
    pub fn from_name(name: &str) -> Option<Class> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// Stable name.
    pub fn name(self) -> &'static str {
        ["common", "open", "door", "register", "private", "office"][self as usize]
    }

    /// For people.
    pub fn zh(self) -> &'static str {
        ["公共", "公开事项", "门牌", "登记", "私密", "社区内部"][self as usize]
    }

    /// Bit in a mask of classes.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }
}
