//! The rules of merging and sync as stories: each is a thing that happens to people, told through the commands that they use, on real
//! engines and the real server.

use e2e::look;
use e2e::world::*;
use serde_json::json;

#[test]
fn a_world_begins_agreed() {
    let w = World::ready(1);
    assert_eq!(w.office().doors().len(), 7);
    assert_eq!(w.office().doors(), w.ana().doors());
    assert_eq!(w.head().doors().len(), 4);
    assert_eq!(look::difference(w.office(), w.ana()), None);
    assert_eq!(look::difference(w.ana(), w.bo()), None);
    let ledger = w.ledger();
    for d in [w.office(), w.second(), w.ana(), w.bo()] {
        assert_eq!(look::difference_to(d, &ledger), None, "{}", d.name);
    }
    let _ = json!(null);
}
