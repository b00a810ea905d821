//! A hand-made device for the tests of the server: it writes real changes with the shared model's registers, signs real requests, applies
//! verdicts and pages to what it holds, and compares digests. It speaks to the server in process. Clock and randomness are the test's.

#![allow(dead_code)]

pub mod program;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use shared_model::class::Class;
use shared_model::crdt::{ActorId, Change, ChangeHash, Edit, Registers};
use shared_model::doc::{DocId, actor_of, unit_id};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use sync_server::{Env, Server};
use uuid::Uuid;

pub const UNITS: &str = "code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n610104001901,610104001,community,示例社区\n\
6101040019011001,610104001901,grid,第一网格\n6101040019011002,610104001901,grid,第二网格\n610104001902,610104001,community,别的社区\n";
pub const COMMUNITY: &str = "610104001901";
pub const GRID: &str = "6101040019011001";
pub const START_MS: i64 = 1_790_000_000_000;

/// A clock and a source of randomness that do what the test says.
pub struct TestEnv {
    pub now: AtomicI64,
    pub random: AtomicU64,
}

impl TestEnv {
    pub fn new() -> Arc<Self> {
        Arc::new(TestEnv { now: AtomicI64::new(START_MS), random: AtomicU64::new(1) })
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Env for TestEnv {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.random.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&n.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// A server in a folder of its own.
pub struct World {
    pub dir: tempfile::TempDir,
    pub env: Arc<TestEnv>,
    pub server: Server,
}

impl World {
    pub fn new() -> Self {
        Self::with_units(UNITS)
    }

    /// Over another tree of units.
    pub fn with_units(units: &str) -> Self {
        let (dir, env) = (tempfile::tempdir().unwrap(), TestEnv::new());
        let server = Server::init(dir.path(), units.as_bytes(), "http://127.0.0.1:1", env.clone()).unwrap();
        World { dir, env, server }
    }

    pub fn restart(&mut self) {
        self.server = Server::open(self.dir.path(), self.env.clone()).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn token(&self, role: Role, unit: &str, name: &str, auto: bool) -> String {
        let invite = self.server.invite(role, unit, name, auto).unwrap().text;
        invite.split("&t=").nth(1).unwrap().split('&').next().unwrap().to_string()
    }

    pub fn device(&self, role: Role, unit: &str, name: &str) -> Device {
        let token = self.token(role, unit, name, true);
        Device::enrol(self, &token).unwrap()
    }

    /// An office device that knows its partitions.
    pub fn office(&self) -> Device {
        let mut office = self.device(Role::Office, COMMUNITY, "王主任");
        office.sync(self);
        office
    }
}

/// A world with an office, a worker of the first grid, and building 1 there with one household and one person; office and worker agree.
pub struct Scene {
    pub w: World,
    pub office: Device,
    pub ana: Device,
    pub b: Uuid,
    pub h: Uuid,
    pub person: DocId,
}

pub fn scene() -> Scene {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    let person = DocId::new(office.make_person(b, h, "张三"), Class::Register);
    office.sync(&w);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    ana.sync(&w);
    office.sync(&w);
    assert!(ana.agreed && office.agreed);
    Scene { w, office, ana, b, h, person }
}

/// A data folder as somebody copies it: database, side files, keys and ledger.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|e| e.path().is_file()) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

pub fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> T {
    from_cbor(&zstd::stream::decode_all(body).unwrap()).unwrap()
}

pub fn write<T: serde::Serialize>(value: &T) -> Vec<u8> {
    let cbor = to_cbor(value);
    let mut body = zstd::bulk::compress(&cbor, 3).unwrap();
    // as a device does it: what repeats is made up with a frame that says nothing, or it would be taken for a bomb
    let filler = cbor.len() / shared_model::limits::INFLATION_MAX;
    body.extend(0x184d_2a50_u32.to_le_bytes());
    body.extend(u32::try_from(filler).unwrap().to_le_bytes());
    body.resize(body.len() + filler, 0);
    body
}

pub fn grid() -> Uuid {
    unit_id(GRID)
}

pub fn building(n: u32) -> Uuid {
    shared_model::doc::building_id(unit_id(COMMUNITY), "", &n.to_string())
}

#[derive(Clone)]
pub struct Pending {
    pub command: Command,
    pub digest: [u8; 32],
}

#[derive(Clone)]
pub struct Device {
    pub id: Uuid,
    pub key: SigningKey,
    pub nonce: [u8; 16],
    pub counter: u64,
    pub server_key: [u8; 32],
    pub seq: u64,
    pub policy: u64,
    pub policy_after: u64,
    pub grants: Option<Grants>,
    pub base: BTreeMap<DocId, Registers>,
    pub home: BTreeMap<DocId, Uuid>,
    pub own: BTreeMap<(DocId, ActorId), ChangeHash>,
    pub pending: Vec<Pending>,
    pub cursors: BTreeMap<(Uuid, Class), Cursor>,
    pub verdicts: BTreeMap<u64, Verdict>,
    pub names: BTreeMap<ActorId, String>,
    pub epoch: u64,
    pub directory: Option<Directory>,
    pub refused: Option<RefusedList>,
    pub resolutions: Vec<Resolution>,
    pub told: Vec<u64>,
    pub closed: Vec<ActorId>,
    pub clock_off: i64,
    pub requests: u64,
    pub rows_seen: Vec<RowBody>,
    pub agreed: bool,
    pub want: Vec<DocId>,
}

impl Device {
    pub fn enrol(world: &World, token: &str) -> Result<Device, ErrorReply> {
        let mut seed = [0; 32];
        world.env.fill_random(&mut seed);
        let mut nonce = [0; 16];
        world.env.fill_random(&mut nonce);
        Self::enrol_with(world, token, SigningKey::from_bytes(&seed), nonce)
    }

    pub fn enrol_with(world: &World, token: &str, key: SigningKey, nonce: [u8; 16]) -> Result<Device, ErrorReply> {
        let public_key = key.verifying_key().to_bytes();
        let proof = key.sign(&enrol_text(token, &public_key, &nonce, None)).to_bytes().to_vec();
        let request = EnrolRequest { token: token.into(), public_key, nonce, node: None, proof: proof.into() };
        let r = world.server.handle("POST", "/v1/enrol", &[], &write(&request));
        if r.status != 200 {
            return Err(read(&r.body));
        }
        let reply: EnrolReply = read(&r.body);
        assert_eq!(reply.digits, digits(&reply.server_key, &public_key, token));
        Ok(Device {
            id: reply.device,
            key,
            nonce,
            counter: 0,
            server_key: reply.server_key,
            seq: 0,
            policy: 0,
            policy_after: 0,
            grants: None,
            base: BTreeMap::new(),
            home: BTreeMap::new(),
            own: BTreeMap::new(),
            pending: Vec::new(),
            cursors: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            names: BTreeMap::new(),
            epoch: 0,
            directory: None,
            refused: None,
            resolutions: Vec::new(),
            told: Vec::new(),
            closed: Vec::new(),
            clock_off: 0,
            requests: 0,
            rows_seen: Vec::new(),
            agreed: false,
            want: Vec::new(),
        })
    }

    pub fn actor(&self) -> ActorId {
        actor_of(&self.key.verifying_key().to_bytes(), &self.nonce, self.counter)
    }

    /// What the device shows: accepted and pending.
    pub fn shown(&self, doc: &DocId) -> Registers {
        let mut shown = self.base.get(doc).cloned().unwrap_or_default();
        for p in &self.pending {
            for part in p.command.parts.iter().filter(|part| part.doc == *doc) {
                let (change, hash) = Change::decode(&part.change).unwrap();
                // A refused change may stay in the way; then what comes after it does not apply either.
                let _ = shown.apply(&change, hash);
            }
        }
        shown
    }

    /// The next change of a document, as a part.
    pub fn part(&mut self, unit: Uuid, doc: DocId, kind: Kind, edits: &[Edit]) -> Part {
        let me = self.actor();
        let own = self.own.get(&(doc, me)).copied();
        let (_, bytes, hash) = self.shown(&doc).author(me, own, 1_790_000_000, edits).expect("the edit says something");
        self.own.insert((doc, me), hash);
        self.home.insert(doc, unit);
        Part { unit, doc, kind, change: bytes.into() }
    }

    /// Queues a command.
    pub fn command(&mut self, name: &str, ask: Option<Ask>, parts: Vec<Part>) -> u64 {
        self.seq += 1;
        let command =
            Command { seq: self.seq, name: name.into(), policy: self.policy.max(1), ask, parts, replaces: None, adopts: None, batch: None };
        let digest = command.digest();
        self.pending.push(Pending { command, digest });
        self.seq
    }

    /// One document, one command.
    pub fn write(&mut self, unit: Uuid, doc: DocId, kind: Kind, edits: &[Edit]) -> u64 {
        let part = self.part(unit, doc, kind, edits);
        self.command("test", None, vec![part])
    }

    pub fn make_building(&mut self, n: u32) -> Uuid {
        let id = building(n);
        let edits = [Edit::put("name", format!("{n}号楼")), Edit::put("kind", "building"), Edit::put("number", n.to_string())];
        let part = self.part(id, DocId::new(id, Class::Common), Kind::Unit, &edits);
        self.command("make_unit", Some(Ask::MakeUnit { unit: id, parent: grid() }), vec![part]);
        id
    }

    /// A household with its door and register parts.
    pub fn make_household(&mut self, building: Uuid, door: &str) -> Uuid {
        let id = shared_model::doc::household_id(building, "1", door, "");
        let edits = [
            Edit::put("building", building.to_string()),
            Edit::put("unit_no", "1"),
            Edit::put("door", door),
            Edit::put("head_name", "户主"),
        ];
        let a = self.part(building, DocId::new(id, Class::Door), Kind::Household, &edits);
        let b = self.part(building, DocId::new(id, Class::Register), Kind::Household, &[Edit::put("note", format!("{door}的备注"))]);
        self.command("add_household", None, vec![a, b]);
        id
    }

    pub fn make_person(&mut self, building: Uuid, household: Uuid, name: &str) -> Uuid {
        let id = shared_model::doc::person_id(household, name, 0);
        let edits = [Edit::put("household", household.to_string()), Edit::put("name", name), Edit::put("phone", "13900000000")];
        self.write(building, DocId::new(id, Class::Register), Kind::Person, &edits);
        id
    }

    pub fn headers(&mut self, now: i64, method: &str, path: &str, body: &[u8]) -> Vec<(String, String)> {
        self.requests += 1;
        let nonce = hex(&[&self.requests.to_be_bytes()[..], &self.id.as_bytes()[..8]].concat());
        let time = now + self.clock_off;
        let text = request_text(method, path, body, time, &nonce, self.epoch, &self.id);
        let signature = hex(&self.key.sign(&text).to_bytes());
        [
            ("x-gw-device", self.id.to_string()),
            ("x-gw-time", time.to_string()),
            ("x-gw-nonce", nonce),
            ("x-gw-epoch", self.epoch.to_string()),
            ("x-gw-signature", signature),
        ]
        .map(|(k, v)| (k.to_string(), v))
        .to_vec()
    }

    pub fn post<Q: serde::Serialize, A: serde::de::DeserializeOwned>(
        &mut self,
        world: &World,
        path: &str,
        request: &Q,
    ) -> Result<A, (u16, ErrorReply)> {
        let body = write(request);
        let headers = self.headers(world.env.now_ms(), "POST", path, &body);
        let r = world.server.handle("POST", path, &headers, &body);
        if r.status == 200 { Ok(read(&r.body)) } else { Err((r.status, read(&r.body))) }
    }

    pub fn request(&self) -> SyncRequest {
        SyncRequest {
            protocol: PROTOCOL,
            epoch: self.epoch,
            policy: self.policy,
            policy_after_seq: self.policy_after,
            unjudged: self.pending.iter().map(|p| (p.command.seq, p.digest.to_vec().into())).collect(),
            commands: self.pending.iter().map(|p| p.command.clone()).collect(),
            grants: self.grants.as_ref().map_or(0, |g| g.version),
            cursors: self.cursors.values().cloned().collect(),
            want: self.want.clone(),
            directory: self.directory.as_ref().map_or(0, |d| d.version),
            judged: 0,
            released: 0,
            receipts: Vec::new(),
            refused: self.refused.as_ref().map_or(0, |r| r.version),
            told: self.told.clone(),
            app: String::new(),
        }
    }

    /// Sends without applying the answer: the acknowledgement is lost.
    pub fn send(&mut self, world: &World) -> Result<SyncReply, (u16, ErrorReply)> {
        let request = self.request();
        self.post(world, "/v1/sync", &request)
    }

    /// Syncs until nothing more waits; returns the number of requests.
    pub fn sync(&mut self, world: &World) -> usize {
        for n in 1..1000 {
            let reply = self.send(world).unwrap_or_else(|e| panic!("{e:?}"));
            let more = reply.more;
            self.apply(&reply);
            if !more {
                return n;
            }
        }
        panic!("a sync that never ends");
    }

    pub fn apply(&mut self, reply: &SyncReply) {
        self.epoch = reply.epoch;
        self.closed.extend(&reply.actor_closed);
        for (seq, verdict) in &reply.verdicts {
            self.verdicts.insert(*seq, verdict.clone());
            let Some(at) = self.pending.iter().position(|p| p.command.seq == *seq) else { continue };
            match verdict {
                Verdict::Need { .. } => {}
                Verdict::Accepted { .. } => {
                    for part in self.pending.remove(at).command.parts {
                        let (change, hash) = Change::decode(&part.change).unwrap();
                        self.base.entry(part.doc).or_default().apply(&change, hash).unwrap();
                    }
                }
                _ => {
                    self.pending.remove(at);
                }
            }
        }
        if let Some(grants) = &reply.grants {
            if grants.policy != self.policy {
                (self.policy, self.policy_after) = (grants.policy, self.seq);
            }
            self.grants = Some(grants.clone());
            self.drop_what_is_not_granted();
        }
        if let Some(directory) = &reply.directory {
            self.directory = Some(directory.clone());
        }
        if let Some(refused) = &reply.refused {
            self.refused = Some(refused.clone());
        }
        self.resolutions.extend(reply.resolutions.iter().cloned());
        for page in &reply.pages {
            self.apply_page(page);
        }
        self.agreed = !reply.more && self.agrees(&reply.digests);
    }

    fn granted(&self, unit: &Uuid, class: Class) -> bool {
        self.grants.as_ref().is_some_and(|g| g.units.iter().any(|(u, mask)| u == unit && mask & class.bit() != 0))
    }

    /// A document created in a class that the device does not read is dropped on its verdict.
    fn drop_what_is_not_granted(&mut self) {
        let lost: Vec<DocId> = self.base.keys().filter(|doc| !self.granted(&self.home[doc], doc.class)).copied().collect();
        for doc in lost {
            self.base.remove(&doc);
        }
    }

    fn apply_page(&mut self, page: &Page) {
        let key = VerifyingKey::from_bytes(&self.server_key).unwrap();
        key.verify_strict(&page_digest(page), &ed25519_dalek::Signature::from_slice(&page.signature).unwrap()).expect("a page is signed");
        assert!(self.granted(&page.unit, page.class), "a page of a partition that is not granted");
        for row in &page.rows {
            self.rows_seen.push(row.body.clone());
            match &row.body {
                RowBody::Change { doc, bytes, .. } => {
                    let (change, hash) = Change::decode(bytes).unwrap();
                    self.base.entry(*doc).or_default().apply(&change, hash).unwrap();
                    self.home.insert(*doc, page.unit);
                }
                RowBody::Snapshot { doc, registers, .. } => {
                    let other = Registers::decode_full(registers).unwrap();
                    let joined = self.base.get(doc).cloned().unwrap_or_default().join(&other);
                    self.base.insert(*doc, joined);
                    self.home.insert(*doc, page.unit);
                }
                RowBody::Purge { doc } | RowBody::Unshare { doc } => {
                    self.base.remove(doc);
                }
                RowBody::Gone { .. } => panic!("never in a log"),
            }
        }
        for name in &page.actors {
            self.names.insert(name.actor, name.name.clone());
        }
        self.cursors.insert((page.unit, page.class), page.cursor.clone());
    }

    fn agrees(&self, digests: &[PartitionDigest]) -> bool {
        let mut sums: BTreeMap<(Uuid, Class), u128> = BTreeMap::new();
        for (doc, registers) in &self.base {
            let sum = sums.entry((self.home[doc], doc.class)).or_default();
            *sum = sum.wrapping_add(registers.digest_term(&doc.bytes()));
        }
        // an empty sum is that of a partition where nothing is left
        let theirs: BTreeMap<(Uuid, Class), u128> = digests.iter().map(|d| ((d.unit, d.class), u128::from_be_bytes(d.digest))).collect();
        sums.retain(|(unit, class), _| self.granted(unit, *class));
        sums.into_iter().filter(|(_, sum)| *sum != 0).eq(theirs.into_iter().filter(|(_, sum)| *sum != 0))
    }

    /// Documents held of a unit.
    pub fn count_in(&self, unit: &Uuid) -> usize {
        self.base.keys().filter(|doc| self.home[doc] == *unit).count()
    }

    pub fn value(&self, doc: &DocId, key: &str) -> Option<String> {
        self.base.get(doc)?.value(key)?.as_str().map(str::to_string)
    }

    pub fn reason(&self, seq: u64) -> &str {
        match &self.verdicts[&seq] {
            Verdict::Quarantined { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    pub fn accepted(&self, seq: u64) -> bool {
        matches!(self.verdicts.get(&seq), Some(Verdict::Accepted { .. }))
    }
}
