//! Records that are one household or one person: which of several stays (`merged.rs`), what a merge writes (`plan.rs`), how alike two are
//! (`alike.rs`, kept while records change by `index.rs`). A merge is one edge on the record that goes, `merged_into`; nothing of that record is changed beside it, so taking the edge
//! away gives both back. Everything here is pure and the same on every device.

pub mod alike;
pub mod index;
pub mod merged;
pub mod plan;

use crate::class::Class;

/// The edge, on the record that goes.
pub const EDGE: &str = "merged_into";

/// Keys of the record that goes which a merge writes itself; they say nothing that has to come along.
pub const MERGE_KEYS: [&str; 2] = [EDGE, "_del"];

/// The key that holds what the record that goes said when it was merged, in its document of a class.
pub fn saw_key(class: Class) -> &'static str {
    match class {
        Class::Private => "merged_saw_private",
        Class::Door => "merged_saw_door",
        _ => "merged_saw",
    }
}

/// The family of keys, one for each record merged into it, that hold what the record that stays said before, in its document of a class.
pub fn before_family(class: Class) -> &'static str {
    match class {
        Class::Private => "before_private",
        Class::Door => "before_door",
        _ => "before",
    }
}
