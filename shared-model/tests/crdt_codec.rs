//! The stored form: what goes in comes out, columns hold what they hold, and it is small.
#![allow(clippy::unwrap_used)]

mod crdt_support;

use crdt_support::*;
use shared_model::crdt::{ActorId, ChangeHash, CodecError, Edit, OpId, Registers, SeenRegisters, Value};
use std::collections::BTreeMap;

/// A household as one import writes it.
fn household() -> Registers {
    let keys = ["building", "unit", "floor", "door", "head_name", "phone", "persons", "tags", "tier", "housing", "note", "next_visit"];
    let edits: Vec<Edit> = keys.iter().map(|key| Edit::put(*key, format!("value of {key}"))).collect();
    let empty = Registers::default();
    let (change, _, hash) = empty.author(actor(1), None, 1_760_000_000, &edits).unwrap();
    let mut registers = empty;
    registers.apply(&change, hash).unwrap();
    registers
}

#[test]
fn values_in_columns_are_left_out_and_asked_back() {
    for_seeds(5_000_000..5_002_000, |seed| {
        let mut chance = Chance(seed);
        let mut registers = Registers::default();
        let mut other = Registers::default();
        for _ in 0..1 + chance.below(6) {
            let (who, writer) = if chance.percent(50) { (1, &mut registers) } else { (2, &mut other) };
            let edits = any_edits(&mut chance, writer, &Registers::default());
            if let Some((change, _, hash)) = writer.author(actor(who), None, chance.next() as i64 >> 20, &edits) {
                writer.apply(&change, hash).unwrap();
            }
        }
        let registers = registers.join(&other);
        let omitted = chance.next();
        let omit = |key: &str| omitted >> (key.len() % 7) & 1 == 1;
        let columns: BTreeMap<String, Value> =
            registers.live.keys().filter(|key| omit(key)).map(|key| (key.clone(), registers.winner(key).unwrap().value.clone())).collect();
        let bytes = registers.encode(&omit);
        let mut asked = Vec::new();
        let again = Registers::decode(&bytes, &mut |key| {
            asked.push(key.to_owned());
            columns.get(key).cloned()
        });
        assert_eq!(again, Ok(registers.clone()));
        let expected: Vec<_> = columns.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()).collect();
        assert_eq!(asked, expected, "each column once, and never for a null");
        if !expected.is_empty() {
            assert_eq!(Registers::decode_full(&bytes), Err(CodecError::NotFilled));
        }
        assert_eq!(Registers::decode_full(&registers.encode_full()), Ok(registers));
    });
}

#[test]
fn a_state_kept_beside_the_one_an_edit_later_is_small_and_whole() {
    let before = household();
    let mut after = before.clone();
    let (change, _, hash) = before.author(actor(1), None, 1_760_000_100, &[Edit::put("phone", "13700000001")]).unwrap();
    after.apply(&change, hash).unwrap();
    let bytes = before.encode_beside(&after);
    assert!(bytes.len() * 3 < before.encode_full().len(), "{} bytes beside, {} alone", bytes.len(), before.encode_full().len());
    assert_eq!(after.decode_other(&bytes), Ok(before.clone()));
    assert_eq!(Registers::default().decode_other(&bytes).map(|r| r.live.len()), Ok(1), "beside another it says only what differs");
    for cut in 0..bytes.len() {
        assert!(after.decode_other(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    let mut stranger = after.clone();
    let (change, _, hash) = after.author(actor(2), None, 1_760_000_200, &[Edit::put("note", "of somebody unknown to it")]).unwrap();
    stranger.apply(&change, hash).unwrap();
    assert_eq!(stranger.decode_other(&bytes), Err(CodecError::Malformed("an operation beyond the clock")));
}

#[test]
fn registers_read_in_place_say_what_decoded_ones_say() {
    for_seeds(6_000_000..6_001_000, |seed| {
        let mut chance = Chance(seed);
        let (mut registers, mut other) = (Registers::default(), Registers::default());
        for _ in 0..1 + chance.below(6) {
            let (who, writer) = if chance.percent(50) { (1, &mut registers) } else { (2, &mut other) };
            let edits = any_edits(&mut chance, writer, &Registers::default());
            if let Some((change, _, hash)) = writer.author(actor(who), None, chance.next() as i64 >> 20, &edits) {
                writer.apply(&change, hash).unwrap();
            }
        }
        let registers = registers.join(&other);
        let bytes = registers.encode_full();
        let seen = SeenRegisters::read(&bytes).unwrap();
        let omitted = chance.next();
        let omit = |key: &str| omitted >> (key.len() % 7) & 1 == 1;
        assert_eq!(seen.encode(|at| omit(seen.keys[at].key)), registers.encode(&omit));
        assert_eq!(seen.digest_term(&[7; 19]), registers.digest_term(&[7; 19]));
        let conflicted: Vec<&str> = seen.keys.iter().filter(|k| k.is_conflicted).map(|k| k.key).collect();
        assert_eq!(conflicted, registers.conflicted_keys().collect::<Vec<_>>());
        for key in registers.live.keys() {
            assert_eq!(seen.value(key).map(|v| v.to_value()).as_ref(), registers.value(key));
        }
        // whatever is refused by one is refused by the other, and for the same reason
        for _ in 0..20 {
            let mut broken = bytes.clone();
            let at = chance.below(broken.len());
            match chance.below(3) {
                0 => broken.truncate(at),
                1 => broken[at] ^= 1 << chance.below(8),
                _ => broken.insert(at, chance.next() as u8),
            }
            assert_eq!(SeenRegisters::read(&broken).err(), Registers::decode_full(&broken).err());
        }
    });
}

#[test]
fn the_change_that_makes_a_document_says_what_its_registers_say() {
    for_seeds(7_000_000..7_002_000, |seed| {
        let mut chance = Chance(seed);
        let empty = Registers::default();
        let mut edits = any_edits(&mut chance, &empty, &empty);
        edits.retain(|e| !e.value.is_null() || chance.percent(50));
        let Some((change, bytes, hash)) = empty.author(actor(1), None, 1_760_000_000, &edits) else { return };
        let mut registers = empty.clone();
        registers.apply(&change, hash).unwrap();
        let seen = SeenRegisters::made_by(&bytes).unwrap().unwrap();
        let omitted = chance.next();
        let omit = |key: &str| omitted >> (key.len() % 7) & 1 == 1;
        assert_eq!(seen.encode(|at| omit(seen.keys[at].key)), registers.encode(&omit));
        assert_eq!(seen.heads, [hash]);
        // a change that builds on it is any other change
        let next = [Edit::put(edits[0].key.clone(), "something else")];
        if let Some((_, bytes, _)) = registers.author(actor(2), None, 1_760_000_001, &next) {
            assert!(SeenRegisters::made_by(&bytes).unwrap().is_none());
        }
        // cut or bent bytes never pass for a change
        let mut broken = bytes.clone();
        let at = chance.below(broken.len());
        if chance.percent(50) {
            broken.truncate(at)
        } else {
            broken[at] ^= 1 << chance.below(8)
        }
        assert!(SeenRegisters::made_by(&broken).is_err());
    });
}

#[test]
fn a_document_of_one_change_costs_its_actor_its_head_and_a_few_bytes_an_operation() {
    let registers = household();
    let names: usize = registers.live.keys().map(|key| key.len() + 1).sum();
    let bytes = registers.encode(&|_| true);
    assert!(bytes.len() <= 16 + 32 + 16 + names + 2 * registers.live.len(), "{} bytes", bytes.len());
}

#[test]
fn cut_or_prolonged_bytes_are_refused() {
    let bytes = household().encode_full();
    for cut in 0..bytes.len() {
        assert!(Registers::decode_full(&bytes[..cut]).is_err());
    }
    assert_eq!(Registers::decode_full(&[&bytes[..], &[0]].concat()), Err(CodecError::Trailing));
}

#[test]
fn registers_out_of_order_or_beyond_their_clock_are_refused() {
    let mut registers = household();
    for who in 2..5 {
        let (change, _, hash) = Registers::default().author(actor(who), None, 1, &[Edit::put("note", who as i64)]).unwrap();
        let mut apart = Registers::default();
        apart.apply(&change, hash).unwrap();
        registers = registers.join(&apart);
    }
    let refused = |twist: &dyn Fn(&mut Registers), why: &'static str| {
        let mut twisted = registers.clone();
        twist(&mut twisted);
        assert_eq!(Registers::decode_full(&twisted.encode_full()), Err(CodecError::Malformed(why)));
    };
    let ops = |registers: &mut Registers| registers.live.remove("note").unwrap();
    let with = |registers: &mut Registers, ops| drop(registers.live.insert("note".into(), ops));
    refused(&|r| r.heads.reverse(), "out of order");
    refused(&|r| r.heads[1] = r.heads[0], "out of order");
    refused(&|r| r.heads[1].seq = 2, "a head beyond the clock");
    refused(&|r| r.heads[1].seq = 0, "a head beyond the clock");
    refused(&|r| with(r, ops(&mut r.clone()).into_iter().rev().collect()), "out of order");
    refused(&|r| with(r, vec![ops(&mut r.clone())[0].clone(); 2]), "out of order");
    refused(&|r| r.live.get_mut("note").unwrap()[0].id.counter = 0, "an operation beyond the clock");
    refused(&|r| r.live.get_mut("note").unwrap()[3].id.counter = 99, "an operation beyond the clock");
}

#[test]
fn registers_travel_as_bytes_and_ids_as_bytes_or_hex() {
    let registers = household();
    let mut cbor = Vec::new();
    ciborium::into_writer(&registers, &mut cbor).unwrap();
    assert!(cbor.len() <= registers.encode_full().len() + 5);
    assert_eq!(ciborium::from_reader::<Registers, _>(&cbor[..]).unwrap(), registers);

    let hash = ChangeHash([0xab; 32]);
    let mut cbor = Vec::new();
    ciborium::into_writer(&(actor(3), hash), &mut cbor).unwrap();
    assert_eq!(cbor.len(), 1 + 1 + 16 + 2 + 32);
    assert_eq!(ciborium::from_reader::<(ActorId, ChangeHash), _>(&cbor[..]).unwrap(), (actor(3), hash));
    assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{}\"", "ab".repeat(32)));
    assert_eq!(serde_json::from_str::<ChangeHash>(&format!("\"{}\"", "AB".repeat(32))).unwrap(), hash);
    assert!(serde_json::from_str::<ChangeHash>("\"ab\"").is_err());
    assert!(serde_json::from_str::<ActorId>("[1,2,3]").is_err());

    let id = OpId { counter: 42, actor: actor(3) };
    assert_eq!(id.to_string(), format!("42@{}", actor(3)));
    assert_eq!(id.to_string().parse::<OpId>(), Ok(id));
    assert_eq!(serde_json::from_value::<OpId>(serde_json::to_value(id).unwrap()).unwrap(), id);
    for wrong in ["", "@", "1", "1@", "-1@00", "+1@a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", "01@a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"] {
        assert!(wrong.parse::<OpId>().is_err(), "{wrong}");
    }
    assert!(OpId { counter: 2, actor: ActorId([0; 16]) } > OpId { counter: 1, actor: ActorId([9; 16]) }, "the counter decides first");
}

#[test]
fn values_are_plain_scalars_in_json_and_in_cbor() {
    for value in [Value::Null, true.into(), (-5).into(), i64::MIN.into(), 1.5.into(), 2.0.into(), "王".into(), "".into()] {
        let json = serde_json::to_value(&value).unwrap();
        assert_eq!(json, value.to_json());
        assert_eq!(serde_json::from_str::<Value>(&json.to_string()).unwrap(), value);
        assert_eq!(Value::from_json(&json), Some(value.clone()));
        let mut cbor = Vec::new();
        ciborium::into_writer(&value, &mut cbor).unwrap();
        assert_eq!(ciborium::from_reader::<Value, _>(&cbor[..]).unwrap(), value);
    }
    assert_eq!(Value::from_json(&serde_json::json!(u64::MAX)), None);
    assert_eq!(Value::from_json(&serde_json::json!([1])), None);
    assert_eq!(Value::from(-0.0), Value::from(0.0), "zero has one sign");
    assert_ne!(Value::Int(1), Value::F64(1.0));
}
