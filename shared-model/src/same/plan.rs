//! What a merge makes of the fields of two records. What only one says is taken, flags are joined, what both say differently is chosen by a
//! person: one side, a value of their own, or both, which stay as two values until somebody settles them. What an undo has to know is the
//! value before and the value put; where somebody has changed it since, the undo leaves it.

use crate::crdt::Value;
use crate::records::{FILLED, FieldDef, FieldType, FieldWrite, Kind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Fields that belong to the door or to the record and not to whoever it is about.
const OF_THE_RECORD: [&str; 14] = [
    "building",
    "unit_no",
    "door",
    "family",
    "since",
    "batch",
    "household",
    "merged_into",
    "moved_to",
    "moved_saw",
    "moved_saw_private",
    "merged_saw",
    "merged_saw_door",
    "merged_saw_private",
];
/// What changes how a record stands: never taken over by itself.
const STANDS: [&str; 4] = ["ended", "end_reason", "away_until", "vacant"];

/// How two records stand to each other in one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// Both say the same.
    Same,
    /// Only the record that stays says it.
    Kept,
    /// Only the record that goes says it: it is taken over.
    Taken,
    /// A flag of both, or of the one that goes: joined.
    Joined,
    /// They differ: a person chooses.
    Differs,
}

/// One key of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub key: String,
    pub keep: Value,
    pub drop: Value,
    pub stand: Stand,
}

/// Does a merge look at this field at all?
pub fn is_merged(field: &FieldDef) -> bool {
    !OF_THE_RECORD.contains(&field.key)
        && !field.key.starts_with("before")
        && !field.key.starts_with(FILLED)
        && !matches!(field.write, FieldWrite::Server | FieldWrite::Once | FieldWrite::MirrorOf(_))
        && field.key != "_del"
}

/// Every key that one of two records says something of, in the order of the declaration.
pub fn items(kind: Kind, keep: &BTreeMap<String, Value>, drop: &BTreeMap<String, Value>) -> Vec<Item> {
    let keys: BTreeSet<&String> = keep.keys().chain(drop.keys()).collect();
    let mut out: Vec<(usize, Item)> = Vec::new();
    for key in keys {
        let Some(field) = kind.field(key).filter(|f| is_merged(f)) else { continue };
        let place = kind.def().fields.iter().position(|f| f.key == field.key).unwrap_or_default();
        let said = |of: &BTreeMap<String, Value>| of.get(key).cloned().unwrap_or(Value::Null);
        let (keep, drop) = (said(keep), said(drop));
        let is_set = |value: &Value| !matches!(value, Value::Null | Value::Bool(false)) && value.as_str() != Some("");
        let stand = match (is_set(&keep), is_set(&drop)) {
            (false, false) => continue,
            _ if keep == drop => Stand::Same,
            (true, false) => Stand::Kept,
            (false, true) if STANDS.contains(&field.key) => Stand::Differs,
            (false, true) if field.ty == FieldType::Flags => Stand::Joined,
            (false, true) => Stand::Taken,
            (true, true) => Stand::Differs,
        };
        out.push((place, Item { key: key.clone(), keep, drop, stand }));
    }
    out.sort_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key)));
    out.into_iter().map(|(_, item)| item).collect()
}

/// What a person chose for a key that differs.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    Keep,
    Drop,
    Both,
    Own(Value),
}

impl Item {
    /// What stands there when nobody chose: how a record stands does not change by itself, everything else stays side by side.
    pub fn default_choice(&self) -> Choice {
        match self.stand {
            Stand::Differs if !STANDS.contains(&self.key.as_str()) => Choice::Both,
            Stand::Same | Stand::Kept | Stand::Differs => Choice::Keep,
            Stand::Taken | Stand::Joined => Choice::Drop,
        }
    }

    /// The value that is put, and whether the one before stays beside it; `None`: nothing is written.
    pub fn put(&self, choice: &Choice) -> Option<(Value, bool)> {
        let (value, beside) = match choice {
            Choice::Keep => return None,
            Choice::Drop => (self.drop.clone(), false),
            Choice::Both => (self.drop.clone(), self.keep != Value::Null),
            Choice::Own(value) => (value.clone(), false),
        };
        (value != self.keep).then_some((value, beside))
    }
}

/// What the record that stays said before a merge, and what the merge put, by key: `{"phone":["1","2"]}`.
pub type Before = BTreeMap<String, (Value, Value)>;

/// Written as one text.
pub fn write_before(before: &Before) -> String {
    let map: serde_json::Map<String, serde_json::Value> =
        before.iter().map(|(key, (was, put))| (key.clone(), serde_json::json!([was.to_json(), put.to_json()]))).collect();
    serde_json::Value::Object(map).to_string()
}

/// Read back; what cannot be read says nothing.
pub fn read_before(text: &str) -> Before {
    let Ok(map) = serde_json::from_str::<BTreeMap<String, (serde_json::Value, serde_json::Value)>>(text) else { return Before::new() };
    let value = |json: &serde_json::Value| if json.is_null() { Some(Value::Null) } else { Value::from_json(json) };
    map.into_iter().filter_map(|(key, (was, put))| Some((key, (value(&was)?, value(&put)?)))).collect()
}

/// What gives back the value before: nothing where somebody has written something else since.
pub fn back(live: &[Value], was: &Value, put: &Value) -> Option<Value> {
    let untouched = live.iter().all(|value| value == was || value == put || *value == Value::Null && *was == Value::Null);
    (untouched && live.iter().any(|value| value != was)).then(|| was.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
        pairs.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect()
    }

    #[test]
    fn what_one_says_is_taken_flags_are_joined_and_what_differs_is_asked() {
        let keep = said(&[("phone", "1".into()), ("tag/独居", true.into()), ("name", "罗春梅".into()), ("note", "a".into())]);
        let drop = said(&[
            ("phone", "2".into()),
            ("tag/党员", true.into()),
            ("name", "罗春梅".into()),
            ("employer", "莲湖书店".into()),
            ("ended", "2026-01-01".into()),
            ("household", "x".into()),
        ]);
        let items = items(Kind::Person, &keep, &drop);
        let stand: BTreeMap<&str, Stand> = items.iter().map(|i| (i.key.as_str(), i.stand)).collect();
        let expected = [
            ("name", Stand::Same),
            ("phone", Stand::Differs),
            ("employer", Stand::Taken),
            ("note", Stand::Kept),
            ("tag/独居", Stand::Kept),
            ("tag/党员", Stand::Joined),
            ("ended", Stand::Differs),
        ];
        assert_eq!(stand, expected.into_iter().collect());
        let at = |key: &str| items.iter().find(|i| i.key == key).unwrap();
        assert_eq!(at("phone").put(&at("phone").default_choice()), Some(("2".into(), true)));
        assert_eq!(at("ended").put(&at("ended").default_choice()), None, "nobody dies by a merge");
        assert_eq!(at("employer").put(&at("employer").default_choice()), Some(("莲湖书店".into(), false)));
        assert_eq!(at("name").put(&Choice::Drop), None, "the same value is not written again");
    }

    #[test]
    fn an_undo_gives_back_what_was_there_unless_somebody_wrote_since() {
        let (one, two, other): (Value, Value, Value) = ("1".into(), "2".into(), "3".into());
        assert_eq!(back(std::slice::from_ref(&two), &one, &two), Some(one.clone()));
        assert_eq!(back(&[one.clone(), two.clone()], &one, &two), Some(one.clone()), "two values beside each other");
        assert_eq!(back(std::slice::from_ref(&two), &Value::Null, &two), Some(Value::Null));
        assert_eq!(back(&[other], &one, &two), None);
        assert_eq!(back(std::slice::from_ref(&one), &one, &two), None, "it is back already");
        let before = Before::from([("phone".to_string(), (one, two)), ("tag/党员".to_string(), (Value::Null, true.into()))]);
        assert_eq!(read_before(&write_before(&before)), before);
        assert!(read_before("[1").is_empty());
    }

    #[test]
    fn every_field_is_either_merged_or_of_the_record() {
        for kind in [Kind::Household, Kind::Person] {
            for key in OF_THE_RECORD.iter().filter(|key| kind.field(key).is_some()) {
                assert!(!is_merged(kind.field(key).unwrap()), "{key}");
            }
            let merged = kind.def().fields.iter().filter(|f| is_merged(f)).count();
            assert!(merged > 8, "{}", kind.name());
        }
    }
}
