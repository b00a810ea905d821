//! What somebody hostile would do to an honest change, command or request: at the level of bytes (with the checksum made right again, or
//! not), of the decoded change, of the part and the command, and of the whole request as CBOR.

use sha2::{Digest, Sha256};
use shared_model::class::Class;
use shared_model::crdt::{ActorId, Change, ChangeHash, OpBody, OpId, Value};
use shared_model::records::Kind;
use shared_model::wire::{Ask, Command};
use uuid::Uuid;

/// A small deterministic source of chance.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 11) % n.max(1) as u64) as usize
    }

    pub fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Small, at an edge, or anything.
    pub fn number(&mut self) -> u64 {
        let any = self.next();
        self.pick(&[
            0,
            1,
            2,
            7,
            127,
            128,
            255,
            65_535,
            (1 << 31) - 1,
            1 << 31,
            4_294_967_294,
            u64::from(u32::MAX),
            i64::MAX as u64,
            u64::MAX,
            any,
            any % 64,
        ])
    }

    fn hash(&mut self) -> [u8; 32] {
        let mut out = [0; 32];
        out.fill_with(|| self.next() as u8);
        out
    }

    fn actor(&mut self, near: ActorId) -> ActorId {
        let mut actor = near;
        if self.percent(50) {
            actor.0[self.below(16)] ^= 1 << self.below(8);
        }
        actor
    }
}

/// Bytes changed here and there.
pub fn bytes(chance: &mut Chance, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..1 + chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = chance.pick(&[0, 1, 0x7f, 0x80, 0xff, 0x5a, 0xfb, 0x9f]),
            2 => bytes.insert(at, chance.next() as u8),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            5 => {
                let from = chance.below(other.len() + 1);
                let take = chance.below(1 + other.len() - from).min(64);
                bytes.splice(at..at, other[from..from + take].iter().copied());
            }
            6 if at < bytes.len() => {
                let end = (at + 1 + chance.below(12)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => {
                // a number that goes on and on
                let many = vec![0xff; chance.below(11)];
                bytes.splice(at..at, many);
            }
        }
    }
}

/// The length and the checksum of a chunk made right again, so that the mutant is looked into.
pub fn seal(bytes: &mut Vec<u8>) {
    if bytes.len() < 11 {
        return;
    }
    let mut at = 9;
    while at < bytes.len() && bytes[at] & 0x80 != 0 {
        at += 1;
    }
    let body = bytes.get(at + 1..).unwrap_or_default().to_vec();
    let mut hashed = vec![bytes[8]];
    let mut length = body.len() as u64;
    while length >= 0x80 {
        hashed.push(length as u8 | 0x80);
        length >>= 7;
    }
    hashed.push(length as u8);
    hashed.extend(body);
    let sum = Sha256::digest(&hashed);
    *bytes = [&[0x85, 0x6f, 0x4a, 0x83], &sum[..4], &hashed].concat();
}

const KEYS: [&str; 14] = [
    "name",
    "note",
    "phone",
    "_del",
    "parent",
    "household",
    "birth_year",
    "birth_date",
    "after/x",
    "tag/独居",
    "",
    "ext/列",
    "transition",
    "no_such",
];

fn value(chance: &mut Chance) -> Value {
    match chance.below(7) {
        0 => Value::Null,
        1 => Value::Bool(chance.percent(50)),
        2 => Value::Int(chance.number() as i64),
        3 => Value::F64(chance.pick(&[0.0, f64::NAN, f64::INFINITY, -0.0, 1.5])),
        4 => Value::Str("长".repeat(chance.below(4000))),
        5 => Value::Str(Uuid::from_u128(u128::from(chance.next())).to_string()),
        _ => Value::Str("值".into()),
    }
}

/// The decoded change told otherwise.
pub fn change(chance: &mut Chance, c: &mut Change, past: &[OpId]) {
    for _ in 0..1 + chance.below(2) {
        let at = chance.below(c.ops.len().max(1));
        let any = OpId { counter: chance.number(), actor: chance.actor(c.actor) };
        match chance.below(16) {
            0 => c.seq = chance.number(),
            1 => c.start_op = chance.number(),
            2 => c.start_op = c.start_op.wrapping_add(chance.pick(&[1, u64::MAX])),
            3 => c.time = chance.number() as i64,
            4 => c.actor = chance.actor(c.actor),
            5 => c.deps.clear(),
            6 => c.deps.push(ChangeHash(chance.hash())),
            7 => drop(c.deps.pop()),
            8 if !c.ops.is_empty() => c.ops[at].key = chance.pick(&KEYS).into(),
            9 if !c.ops.is_empty() => c.ops[at].body = if chance.percent(30) { OpBody::Delete } else { OpBody::Put(value(chance)) },
            10 if !c.ops.is_empty() => c.ops[at].pred.clear(),
            11 if !c.ops.is_empty() => {
                let id = if past.is_empty() || chance.percent(40) { any } else { chance.pick(past) };
                c.ops[at].pred.push(id);
                c.ops[at].pred.sort_unstable();
            }
            12 if !c.ops.is_empty() => {
                let op = c.ops[at].clone();
                c.ops.insert(at, op);
            }
            13 if !c.ops.is_empty() => drop(c.ops.remove(at)),
            14 => {
                let by = chance.below(c.ops.len().max(1));
                c.ops.rotate_left(by);
            }
            _ => {
                let many = chance.below(1100);
                let op = c.ops.first().cloned();
                c.ops.extend(std::iter::repeat_n(op, many).flatten());
            }
        }
    }
}

/// A part or the command around it told otherwise.
pub fn command(chance: &mut Chance, c: &mut Command) {
    let any = Uuid::from_u128(u128::from(chance.next()));
    let opaque = any.into_bytes();
    let at = chance.below(c.parts.len().max(1));
    let words = "话".repeat(chance.below(900));
    match chance.below(16) {
        0 if !c.parts.is_empty() => c.parts[at].unit = any,
        1 if !c.parts.is_empty() => c.parts[at].doc.class = chance.pick(&Class::ALL),
        2 if !c.parts.is_empty() => c.parts[at].doc.record = any,
        3 if !c.parts.is_empty() => c.parts[at].doc.generation = chance.number() as u16,
        4 if !c.parts.is_empty() => c.parts[at].kind = chance.pick(&Kind::all().collect::<Vec<_>>()),
        5 if !c.parts.is_empty() => {
            let part = c.parts[at].clone();
            c.parts.extend(std::iter::repeat_n(part, chance.pick(&[1, 2, 600])));
        }
        6 => c.policy = chance.number(),
        7 => c.replaces = Some(chance.pick(&[c.seq, c.seq.wrapping_sub(1), 0, u64::MAX])),
        8 => c.adopts = Some(opaque),
        9 => c.ask = Some(Ask::MakeUnit { unit: any, parent: c.parts.first().map_or(any, |p| p.unit) }),
        10 => c.ask = Some(Ask::ConfirmDevice { device: any, digits: words }),
        11 if chance.below(4) == 0 => c.ask = Some(Ask::TakeUp { command: opaque }),
        11 => c.ask = Some(Ask::ReturnRefused { command: opaque, words }),
        12 => c.ask = Some(Ask::AskAbout { seq: chance.pick(&[1, c.seq, c.seq.wrapping_sub(1)]), words }),
        13 => c.ask = Some(chance.pick(&[Ask::Discard { seq: 1 }, Ask::Resend { seq: 2 }].each_ref()).clone()),
        14 => c.name = "名".repeat(chance.below(60)),
        _ => c.parts.clear(),
    }
}
