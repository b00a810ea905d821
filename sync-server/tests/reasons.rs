//! Every reason that the server gives for a refusal has words for people. The codes are read from the sources, so that a new one cannot be
//! forgotten.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

/// What stands between `open` and the next quote, wherever `open` stands.
fn after<'a>(text: &'a str, open: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| rest.split('"').next()).filter(|code| !code.is_empty()).collect()
}

fn codes_in(dir: &Path, opens: &[&str], out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_in(&path, opens, out);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let is_code = |c: &&str| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        out.extend(opens.iter().flat_map(|open| after(&text, open)).filter(is_code).map(str::to_string));
    }
}

#[test]
fn every_reason_of_the_server_has_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut codes = BTreeSet::new();
    codes_in(
        &root.join("src/push"),
        &["refuse(\"", "Quarantine(\"", "Err(\"", "_office(roots, command, \"", "_office(roots, opaque, \""],
        &mut codes,
    );
    let rules = std::fs::read_to_string(root.join("../shared-model/src/rules.rs")).unwrap();
    codes.extend(after(&rules, "Err(\"").into_iter().map(str::to_string));
    // of the pure gate: its codes stand on the right of the arrows of `code`
    let gate = std::fs::read_to_string(root.join("../shared-model/src/crdt/gate.rs")).unwrap();
    let table = gate.split("pub fn code").nth(1).unwrap().split("\n    }").next().unwrap();
    codes.extend(after(table, "=> \"").into_iter().map(str::to_string));
    codes.remove("need"); // never a refusal
    codes.extend(["superseded", "stale", "cloned", "erased", "adopted", "returned", "discarded", "resent", "filed"].map(str::to_string));
    assert!(codes.len() > 40, "the sources are read: {codes:?}");
    let missing: Vec<&String> = codes.iter().filter(|code| !shared_model::reasons::is_known(code)).collect();
    assert!(missing.is_empty(), "without words in shared-model/src/reasons.rs: {missing:?}");
}
