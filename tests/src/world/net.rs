//! The network: a line from each device to the one server, in process. A fault waits in the line's queue until the next request takes it.
//! Whatever passes is looked at: no page of a class that the device's role may not read, no command number used twice.

use app_core::{NetReply, Transport};
use serde_bytes::ByteBuf;
use shared_model::Class;
use shared_model::Role;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules;
use shared_model::wire::{ErrorReply, RowBody, SyncReply, SyncRequest, Verdict, from_cbor, to_cbor};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use sync_server::Server;

/// So many requests in one sync are a loop that nothing ends.
const ENDLESS: u64 = 600;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It goes through; to let some requests pass before a fault.
    None,
    /// It never arrives.
    LoseRequest,
    /// It arrives and is answered; the answer is lost. The lost acknowledgement, and the kill of the server after its commit.
    LoseReply,
    /// The network delivers it twice; the device sees the first answer.
    Twice,
    /// The network delivers it twice; the device sees the second answer.
    TwiceSecond,
    /// The device gives up; the request arrives after the device's next one.
    Late,
    /// The answer is cut: what stands before page `n` arrives whole, that page does not.
    CutAtPage(usize),
    /// The answer is cut behind the first page after which a bundle goes on.
    CutInBundle,
    /// The answer arrives as rubbish.
    Rubbish,
}

impl Fault {
    /// For counting.
    pub fn name(self) -> &'static str {
        match self {
            Fault::None => "a request that nothing happened to",
            Fault::LoseRequest => "a request lost",
            Fault::LoseReply => "an answer lost",
            Fault::Twice => "a request twice, the first answer",
            Fault::TwiceSecond => "a request twice, the second answer",
            Fault::Late => "a request late",
            Fault::CutAtPage(_) => "an answer cut",
            Fault::CutInBundle => "an answer cut in a bundle",
            Fault::Rubbish => "an answer that is rubbish",
        }
    }
}

/// One request and its answer, both decompressed.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub path: String,
    pub request: Vec<u8>,
    pub status: u16,
    pub reply: Vec<u8>,
}

impl Exchange {
    /// A sync request.
    pub fn sync_request(&self) -> Option<SyncRequest> {
        (self.path == "/v1/sync").then(|| from_cbor(&self.request).ok()).flatten()
    }

    /// Its answer.
    pub fn sync_reply(&self) -> Option<SyncReply> {
        (self.path == "/v1/sync" && self.status == 200).then(|| from_cbor(&self.reply).ok()).flatten()
    }
}

/// A command as it passed on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub name: String,
    pub digest: [u8; 32],
    pub replaces: Option<u64>,
    /// It asks the server for something and writes nothing itself.
    pub is_ask: bool,
}

struct Raw {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Puts the server back up after its power went; `false` when it did not go.
pub type Recover = Box<dyn Fn(&Wire) -> bool + Send>;

/// The server's end; empty while the server is down.
#[derive(Default)]
pub struct Wire {
    server: Mutex<Option<Server>>,
    recover: Mutex<Option<Recover>>,
}

impl Wire {
    pub fn set(&self, server: Option<Server>) {
        *held(&self.server) = server;
    }

    pub fn server(&self) -> Option<Server> {
        held(&self.server).clone()
    }

    /// What to ask after each request.
    pub fn set_recover(&self, recover: Recover) {
        *held(&self.recover) = Some(recover);
    }

    /// Did the power of the server go during the last request? It is up again then, and its answer is lost.
    fn power_went(&self) -> bool {
        held(&self.recover).as_ref().is_some_and(|recover| recover(self))
    }
}

/// One device's line.
pub struct Line {
    wire: Arc<Wire>,
    roles: Mutex<Vec<Role>>,
    offline: AtomicBool,
    faults: Mutex<VecDeque<Fault>>,
    late: Mutex<Vec<Raw>>,
    is_unwatched: AtomicBool,
    records: AtomicBool,
    tape: Mutex<Vec<Exchange>>,
    sent: Mutex<BTreeMap<u64, Sent>>,
    accepted: Mutex<BTreeSet<u64>>,
    wrong: Mutex<Vec<String>>,
    requests: Mutex<u64>,
    /// Requests before the present sync.
    before_sync: Mutex<u64>,
    compared: AtomicU64,
    answered_in: Mutex<Duration>,
    /// Asked before each answer is handed over: a test may bend it.
    bend: Mutex<Option<Bend>>,
    /// The same for answers that are refusals.
    bend_error: Mutex<Option<BendError>>,
    /// What requests about photos and recordings meet, one each.
    media_faults: Mutex<VecDeque<Fault>>,
    /// Asked before each of them: a status answers it in the server's place.
    media_refusal: Mutex<Option<MediaRefusal>>,
    /// Each of them: method, path, status.
    media_tape: Mutex<Vec<(String, String, u16)>>,
}

/// A request about photos: method, path, headers. A status is answered in the server's place.
pub type MediaRefusal = Box<dyn FnMut(&str, &str, &[(String, String)]) -> Option<u16> + Send>;

/// Bends a refusal.
pub type BendError = Box<dyn FnMut(&mut ErrorReply) + Send>;
/// Bends a decoded answer; `true`: it was changed.
pub type Bend = Box<dyn FnMut(&mut SyncReply) -> bool + Send>;

fn held<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    // a test that failed while it held the lock has said so already
    m.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Line {
    /// A line to the server for a device of this role.
    pub fn new(wire: &Arc<Wire>, role: Role) -> Arc<Self> {
        Arc::new(Line {
            wire: wire.clone(),
            roles: Mutex::new(vec![role]),
            offline: AtomicBool::new(false),
            faults: Mutex::default(),
            late: Mutex::default(),
            is_unwatched: AtomicBool::new(false),
            records: AtomicBool::new(false),
            tape: Mutex::default(),
            sent: Mutex::default(),
            accepted: Mutex::default(),
            wrong: Mutex::default(),
            requests: Mutex::new(0),
            before_sync: Mutex::new(0),
            compared: AtomicU64::new(0),
            answered_in: Mutex::default(),
            bend: Mutex::default(),
            bend_error: Mutex::default(),
            media_faults: Mutex::default(),
            media_refusal: Mutex::default(),
            media_tape: Mutex::default(),
        })
    }

    /// Without a network until it is switched on again.
    pub fn set_offline(&self, offline: bool) {
        self.offline.store(offline, Ordering::SeqCst);
    }

    /// The next requests meet these, one each.
    pub fn queue(&self, faults: &[Fault]) {
        held(&self.faults).extend(faults);
    }

    /// Faults that no request met are forgotten; how many they were.
    pub fn forget_faults(&self) -> usize {
        held(&self.faults).drain(..).count()
    }

    /// The network is well again.
    pub fn heal(&self) {
        held(&self.faults).clear();
        self.set_offline(false);
    }

    /// A further role of the person: what may pass is widened by it.
    pub fn add_role(&self, role: Role) {
        held(&self.roles).push(role);
    }

    /// Looks at nothing that passes, so that only the programs are measured.
    pub fn stop_watching(&self) {
        self.is_unwatched.store(true, Ordering::SeqCst);
    }

    /// Keeps every exchange from now on.
    pub fn record(&self) {
        self.records.store(true, Ordering::SeqCst);
    }

    /// What was kept, and forgets it.
    pub fn take_tape(&self) -> Vec<Exchange> {
        std::mem::take(&mut held(&self.tape))
    }

    /// Every command that was ever pushed over this line, by its number.
    pub fn sent(&self) -> BTreeMap<u64, Sent> {
        held(&self.sent).clone()
    }

    /// Numbers of commands that this device ever heard to be accepted.
    pub fn accepted(&self) -> BTreeSet<u64> {
        held(&self.accepted).clone()
    }

    /// What should never have passed.
    pub fn wrong(&self) -> Vec<String> {
        held(&self.wrong).clone()
    }

    /// What is asked from now on is counted anew: see [`ENDLESS`].
    pub fn begin_sync(&self) {
        *held(&self.before_sync) = *held(&self.requests);
    }

    /// Requests so far, whatever became of them.
    pub fn requests(&self) -> u64 {
        *held(&self.requests)
    }

    /// How often the device found since the last call that it holds something else than the server, and asked what: that mends what differs, and
    /// would hide a fault of ours.
    pub fn take_compared(&self) -> u64 {
        self.compared.swap(0, Ordering::SeqCst)
    }

    /// How long the server took for all answers, by the machine's own clock: for the benches.
    pub fn answered_in(&self) -> Duration {
        *held(&self.answered_in)
    }

    /// Bends the answers from now on.
    pub fn set_bend(&self, bend: Option<Bend>) {
        *held(&self.bend) = bend;
    }

    /// Bends the refusals from now on.
    pub fn set_bend_error(&self, bend: Option<BendError>) {
        *held(&self.bend_error) = bend;
    }

    /// The next requests about photos and recordings meet these, one each; syncs do not.
    pub fn queue_media(&self, faults: &[Fault]) {
        held(&self.media_faults).extend(faults);
    }

    /// Answers requests about photos in the server's place from now on.
    pub fn set_media_refusal(&self, refusal: Option<MediaRefusal>) {
        *held(&self.media_refusal) = refusal;
    }

    /// What was asked about photos so far (method, path, status), and forgets it.
    pub fn take_media(&self) -> Vec<(String, String, u16)> {
        std::mem::take(&mut held(&self.media_tape))
    }

    /// Delivers what was late: its answers go nowhere.
    pub fn deliver_late(&self) {
        let late = std::mem::take(&mut *held(&self.late));
        let Some(server) = self.wire.server() else { return };
        for raw in late {
            server.handle("POST", &raw.path, &raw.headers, &raw.body);
        }
    }

    fn note_sent(&self, request: &[u8]) {
        let Ok(request) = from_cbor::<SyncRequest>(request) else { return };
        let mut sent = held(&self.sent);
        for c in &request.commands {
            let now = Sent { name: c.name.clone(), digest: c.digest(), replaces: c.replaces, is_ask: c.parts.is_empty() };
            if let Some(before) = sent.insert(c.seq, now.clone())
                && before != now
            {
                held(&self.wrong).push(format!("command {} was sent as {before:?}, then as {now:?}", c.seq));
            }
        }
    }

    /// An answer that comes through.
    fn note_heard(&self, reply: &NetReply) {
        let Ok(reply) = from_cbor::<SyncReply>(&plain(&reply.body)) else { return };
        let accepted = reply.verdicts.iter().filter(|(_, v)| matches!(v, Verdict::Accepted { .. })).map(|(seq, _)| *seq);
        held(&self.accepted).extend(accepted);
    }

    fn look_at(&self, reply: &SyncReply) {
        let roles = held(&self.roles).clone();
        let reads = |class| roles.iter().any(|r| rules::access(*r, class).reads() || rules::may_receive(*r, class, true));
        let shown_only = roles.iter().all(|r| *r == Role::Assignee);
        for page in &reply.pages {
            if !reads(page.class) {
                held(&self.wrong).push(format!("a page of class {} was sent to {roles:?}", page.class.name()));
            }
            for row in &page.rows {
                let (doc, kind) = doc_of(&row.body);
                if doc.class != page.class {
                    held(&self.wrong).push(format!("a document of class {} in a page of {}", doc.class.name(), page.class.name()));
                }
                if shown_only && page.class != Class::Common && !matches!(kind, None | Some(Kind::Case | Kind::CaseStep | Kind::Attachment))
                {
                    held(&self.wrong).push(format!("a {kind:?} was sent to an assignee"));
                }
                let resident = matches!(kind, Some(Kind::Person | Kind::Visit | Kind::HeldItem | Kind::PartyHub | Kind::Response));
                if resident && roles.iter().all(|r| *r == Role::BuildingHead) {
                    held(&self.wrong).push(format!("a {kind:?} was sent to a building head"));
                }
            }
        }
        if !roles.contains(&Role::Office) && reply.directory.is_some() {
            held(&self.wrong).push(format!("the directory of devices was sent to {roles:?}"));
        }
        if !roles.contains(&Role::Office) && reply.refused.is_some() {
            held(&self.wrong).push(format!("what was refused of others was sent to {roles:?}"));
        }
    }

    fn answer(&self, raw: &Raw) -> Result<NetReply, ()> {
        let server = self.wire.server().ok_or(())?;
        let began = Instant::now();
        let r = server.handle("POST", &raw.path, &raw.headers, &raw.body);
        *held(&self.answered_in) += began.elapsed();
        drop(server);
        if self.wire.power_went() {
            return Err(());
        }
        Ok(NetReply { status: r.status, body: r.body, retry_after_s: None, headers: Vec::new() })
    }

    fn keep(&self, raw: &Raw, reply: &NetReply) {
        let body = plain(&reply.body);
        if raw.path == "/v1/sync"
            && reply.status == 200
            && let Ok(decoded) = from_cbor(&body)
        {
            self.look_at(&decoded);
        }
        if self.records.load(Ordering::SeqCst) {
            held(&self.tape).push(Exchange { path: raw.path.clone(), request: plain(&raw.body), status: reply.status, reply: body });
        }
    }

    fn bent(&self, raw: &Raw, reply: NetReply, fault: Fault) -> NetReply {
        if reply.status != 200
            && let Some(bend) = held(&self.bend_error).as_mut()
            && let Ok(mut decoded) = from_cbor::<ErrorReply>(&plain(&reply.body))
        {
            bend(&mut decoded);
            return NetReply {
                status: reply.status,
                body: packed(&to_cbor(&decoded)),
                retry_after_s: reply.retry_after_s,
                headers: reply.headers,
            };
        }
        if raw.path != "/v1/sync" || reply.status != 200 {
            return reply;
        }
        let Ok(mut decoded) = from_cbor::<SyncReply>(&plain(&reply.body)) else { return reply };
        let mut is_bent = held(&self.bend).as_mut().is_some_and(|bend| bend(&mut decoded));
        let cut = match fault {
            Fault::CutAtPage(n) => Some(n),
            Fault::CutInBundle => decoded.pages.iter().position(|p| p.cursor.bundle.is_some()).map(|n| n + 1),
            _ => None,
        };
        if let Some(page) = cut.and_then(|n| decoded.pages.get_mut(n)) {
            page.signature = ByteBuf::from(vec![0; 64]);
            is_bent = true;
        }
        if is_bent { NetReply { status: 200, body: packed(&to_cbor(&decoded)), retry_after_s: None, headers: Vec::new() } } else { reply }
    }
}

impl Transport for Line {
    fn post(&self, _url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()> {
        let asked = {
            let mut requests = held(&self.requests);
            *requests += 1;
            *requests - *held(&self.before_sync)
        };
        assert!(asked < ENDLESS, "a device asks without end: {asked} requests in one sync");
        self.compared.fetch_add(u64::from(path == "/v1/compare"), Ordering::SeqCst);
        let raw = Raw { path: path.into(), headers: headers.to_vec(), body: body.to_vec() };
        if self.is_unwatched.load(Ordering::SeqCst) {
            return self.answer(&raw);
        }
        if self.offline.load(Ordering::SeqCst) {
            return Err(());
        }
        if path == "/v1/sync" {
            self.note_sent(&plain(body));
        }
        let fault = held(&self.faults).pop_front().unwrap_or(Fault::None);
        match fault {
            Fault::LoseRequest => return Err(()),
            Fault::Late => {
                held(&self.late).push(raw);
                return Err(());
            }
            _ => {}
        }
        let mut reply = self.answer(&raw)?;
        self.keep(&raw, &reply);
        if matches!(fault, Fault::Twice | Fault::TwiceSecond) {
            let second = self.answer(&raw)?;
            self.keep(&raw, &second);
            if fault == Fault::TwiceSecond {
                reply = second;
            }
        }
        self.deliver_late();
        match fault {
            Fault::LoseReply => Err(()),
            Fault::Rubbish => {
                Ok(NetReply { status: 200, body: reply.body.iter().map(|b| b ^ 0x55).collect(), retry_after_s: None, headers: Vec::new() })
            }
            _ => {
                if path == "/v1/sync" && reply.status == 200 {
                    self.note_heard(&reply);
                }
                Ok(self.bent(&raw, reply, fault))
            }
        }
    }

    fn send(&self, method: &str, _url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()> {
        *held(&self.requests) += 1;
        if self.offline.load(Ordering::SeqCst) {
            return Err(());
        }
        let fault = held(&self.media_faults).pop_front().unwrap_or(Fault::None);
        if fault == Fault::LoseRequest {
            return Err(());
        }
        let mut reply = self.answer_media(method, path, headers, body)?;
        held(&self.media_tape).push((method.into(), path.into(), reply.status));
        match fault {
            Fault::LoseReply => Err(()),
            Fault::Rubbish => {
                reply.body.iter_mut().for_each(|b| *b ^= 0x55);
                Ok(reply)
            }
            _ => Ok(reply),
        }
    }
}

impl Line {
    fn answer_media(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()> {
        let refused = held(&self.media_refusal).as_mut().and_then(|refuse| refuse(method, path, headers));
        if let Some(status) = refused {
            return Ok(NetReply { status, body: Vec::new(), retry_after_s: None, headers: Vec::new() });
        }
        let server = self.wire.server().ok_or(())?;
        let r = server.handle(method, path, headers, body);
        drop(server);
        if self.wire.power_went() {
            return Err(());
        }
        let headers = r.headers.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        Ok(NetReply { status: r.status, body: r.body, retry_after_s: None, headers })
    }
}

fn doc_of(body: &RowBody) -> (DocId, Option<Kind>) {
    match body {
        RowBody::Change { doc, kind, .. } | RowBody::Snapshot { doc, kind, .. } => (*doc, Some(*kind)),
        RowBody::Purge { doc } | RowBody::Unshare { doc } | RowBody::Gone { doc, .. } => (*doc, None),
    }
}

/// Decompressed; nothing when it is no zstd.
pub fn plain(body: &[u8]) -> Vec<u8> {
    zstd::stream::decode_all(body).unwrap_or_default()
}

fn packed(cbor: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(cbor, 3).expect("compressing memory into memory cannot fail")
}
