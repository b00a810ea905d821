//! Attachments at the gate. A photo or a recording stands where what it belongs to stands, in a class no wider; it names bytes by a hash that is
//! one and by a format that is taken here. Where somebody only hands a case in, it comes together with the case.

use super::part::{Decoded, Judging};
use super::{Push, Stop, refuse};
use crate::error::Error;
use crate::store::{documents, media as named};
use shared_model::class::Class;
use shared_model::crdt::Value;
use shared_model::limits::{ATTACHMENTS_PER_RECORD_MAX, THUMB_BYTES_MAX};
use shared_model::media::{bytes_max, is_format, is_hash, is_wave};
use shared_model::records::Kind;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What something may be attached to.
const OWNERS: [Kind; 6] = [Kind::Case, Kind::Visit, Kind::Household, Kind::Place, Kind::Facility, Kind::Patrol];

impl Push<'_> {
    /// A new attachment whole, or an edit of what is said of one.
    pub fn check_attachment(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, makes: bool) -> Result<(), Stop> {
        if !makes {
            return Ok(());
        }
        check_words(decoded)?;
        let Some((of, kind)) = owner(decoded) else { return refuse("bad_media") };
        let part = decoded.part;
        match self.place_of(judging, &of, kind)? {
            Some((_, unit)) if unit != part.unit => return refuse("home"),
            Some((class, _)) if part.doc.class < class => return refuse("wrong_class"),
            Some(_) => {}
            None => return self.missing("no_record"),
        }
        let is_of = |d: &&Decoded<'_>| d.part.kind == Kind::Attachment && owner(d).is_some_and(|(other, _)| other == of);
        let here: BTreeSet<Uuid> = judging.parts.iter().filter(is_of).map(|d| d.part.doc.record).collect();
        if named::count_of(self.db, &of)? + here.len() as u64 > ATTACHMENTS_PER_RECORD_MAX as u64 {
            return refuse("too_many");
        }
        Ok(())
    }

    /// The class and unit in which a record stands.
    fn place_of(&self, judging: &Judging<'_, '_>, of: &Uuid, kind: Kind) -> Result<Option<(Class, Uuid)>, Stop> {
        let class = match kind {
            Kind::Case => return self.main_part(judging.parts, of, kind, "matter"),
            Kind::Visit | Kind::Household => Class::Register,
            _ => Class::Open,
        };
        let here = judging.parts.iter().find(|d| d.part.doc.record == *of && d.part.kind == kind).map(|d| d.part.unit);
        let unit = match here {
            Some(unit) => Some(unit),
            None => documents::of_record(self.db, of)?.into_iter().find(|row| row.kind == kind).map(|row| row.unit),
        };
        Ok(unit.map(|unit| (class, unit)))
    }
}

/// Is what a new attachment belongs to made in the same command, as a case?
pub fn comes_with_its_case(judging: &Judging<'_, '_>, decoded: &Decoded<'_>) -> bool {
    let Some((of, Kind::Case)) = owner(decoded) else { return false };
    judging.parts.iter().any(|d| d.part.kind == Kind::Case && d.part.doc.record == of && d.put("matter").is_some())
}

/// What an attachment that is made says it belongs to.
pub fn owner(decoded: &Decoded<'_>) -> Option<(Uuid, Kind)> {
    let of = decoded.put("of").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok())?;
    let name = decoded.put("of_kind").and_then(Value::as_str)?;
    Some((of, OWNERS.into_iter().find(|kind| kind.name() == name)?))
}

/// The record of what an attachment belongs to, for its document.
pub fn parent_of(db: &rusqlite::Connection, record: &Uuid, decoded: &Decoded<'_>) -> Result<Option<Uuid>, Error> {
    owner(decoded).map_or_else(|| documents::parent(db, record), |(of, _)| Ok(Some(of)))
}

fn check_words(decoded: &Decoded<'_>) -> Result<(), Stop> {
    let text = |key: &str| decoded.put(key).and_then(Value::as_str);
    let number = |key: &str| match decoded.put(key) {
        Some(Value::Int(n)) => u64::try_from(*n).ok(),
        _ => None,
    };
    let (Some(media), Some(mime), Some(bytes)) = (text("media"), text("mime"), number("bytes")) else { return refuse("bad_media") };
    let is_small = match (text("thumb"), number("thumb_bytes")) {
        (None, None) => true,
        (Some(hash), Some(n)) => is_hash(hash) && n > 0 && n <= THUMB_BYTES_MAX,
        _ => false,
    };
    let fits = text("hash").is_some_and(is_hash)
        && is_format(media, mime)
        && bytes > 0
        && bytes <= bytes_max(mime)
        && is_small
        && text("wave").is_none_or(is_wave);
    if fits { Ok(()) } else { refuse("bad_media") }
}
