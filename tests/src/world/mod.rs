//! A world: one server, five devices, a network and a clock in one process, all of it from one seed. No thread, no sleep.
//!
//! Every world begins as a copy of one prototype that the process makes once: a server with its units, an office that imported a small
//! roster and synced it, and four more devices that are enrolled and have not synced yet. Enrolling is slow on purpose (the PIN), copying
//! is not.

mod clock;
mod device;
mod ledger;
mod net;

pub use clock::{Clock, START_MS, SimEnv};
pub use device::{Device, PIN, copy_home};
pub use ledger::Ledger;
pub use net::{Bend, BendError, Exchange, Fault, Line, MediaRefusal, Sent, Wire, plain};

use crate::rosters;
use serde_json::json;
use shared_model::Role;
use shared_model::doc::{building_id, unit_id};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use sync_server::Server;
use tempfile::TempDir;
use uuid::Uuid;

/// The community, its two grids, and the tree above them.
pub const COMMUNITY: &str = "610104001901";
pub const FIRST_GRID: &str = "6101040019011001";
pub const SECOND_GRID: &str = "6101040019011002";
const UNITS: &str = "code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n\
610104001901,610104001,community,示例社区\n6101040019011001,610104001901,grid,第一网格\n6101040019011002,610104001901,grid,第二网格\n";

/// Places of the cast in [`World::devices`].
pub const OFFICE: usize = 0;
pub const SECOND: usize = 1;
pub const ANA: usize = 2;
pub const BO: usize = 3;
pub const HEAD: usize = 4;
/// Places of the two more of [`World::wide`].
pub const STREET: usize = 5;
pub const FIRM: usize = 6;
/// The office above the community.
pub const STREET_UNIT: &str = "610104001";

/// Who plays, in the order of the constants above. The head's building comes with the roster.
type Cast = (&'static str, Role, &'static str);
const CAST: [Cast; 5] = [
    ("王主任", Role::Office, COMMUNITY),
    ("李副主任", Role::Office, COMMUNITY),
    ("安然", Role::Worker, FIRST_GRID),
    ("薄云", Role::Worker, FIRST_GRID),
    ("何楼长", Role::BuildingHead, ""),
];

/// Who joins them in a wide world: they see nothing but what is shown to them.
const MORE: [Cast; 2] = [("刘科长", Role::Office, STREET_UNIT), ("赵物业", Role::Assignee, COMMUNITY)];

/// Building 1, the head's.
pub fn first_building() -> Uuid {
    building_id(unit_id(COMMUNITY), "", "1")
}

/// A folder for worlds: in memory where the machine offers it, since no test here cuts the power of the machine itself.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).unwrap()
}

/// The world.
pub struct World {
    pub seed: u64,
    pub clock: Clock,
    pub wire: Arc<Wire>,
    pub devices: Vec<Device>,
    server_env: Arc<SimEnv>,
    /// How often the server's power went.
    cuts: Arc<AtomicU32>,
    dir: TempDir,
}

static PROTOTYPE: OnceLock<TempDir> = OnceLock::new();
static WIDE_PROTOTYPE: OnceLock<TempDir> = OnceLock::new();

impl World {
    /// The prototype anew: the office holds the small roster, nobody else has synced.
    pub fn new(seed: u64) -> World {
        World::from_prototype(seed, PROTOTYPE.get_or_init(|| make_prototype(&CAST)), &CAST)
    }

    /// The same with the office of the street and a property firm's man.
    pub fn wide(seed: u64) -> World {
        let cast = [&CAST[..], &MORE[..]].concat();
        World::from_prototype(seed, WIDE_PROTOTYPE.get_or_init(|| make_prototype(&cast)), &cast)
    }

    fn from_prototype(seed: u64, prototype: &TempDir, cast: &[Cast]) -> World {
        let mut world = World::empty(seed, folder());
        copy_folder(&prototype.path().join("server"), &world.server_dir());
        world.start_server();
        for (n, (name, role, _)) in cast.iter().enumerate() {
            copy_home(&prototype.path().join(n.to_string()).join("0"), &world.dir.path().join(n.to_string()).join("0"));
            world.add(name, *role);
        }
        world
    }

    /// A server with its units and nobody else, in a folder of the caller: on a real disk where the disk is what is measured.
    pub fn bare(seed: u64, dir: TempDir) -> World {
        let world = World::empty(seed, dir);
        drop(Server::init(&world.server_dir(), UNITS.as_bytes(), "http://world.invalid", world.server_env.clone()).unwrap());
        world.start_server();
        world
    }

    /// The same, and everybody has synced once.
    pub fn ready(seed: u64) -> World {
        let world = World::new(seed);
        world.sync_all();
        world
    }

    fn empty(seed: u64, dir: TempDir) -> World {
        let clock = Clock::new();
        let server_env = SimEnv::new(&clock, seed, 1000);
        let world = World { seed, wire: Arc::default(), devices: Vec::new(), server_env, cuts: Arc::default(), clock, dir };
        let (env, live, cut, cuts) = (world.server_env.clone(), world.server_dir(), world.cut_dir(), world.cuts.clone());
        world.wire.set_recover(Box::new(move |wire| {
            let went = env.power_went();
            if went {
                cuts.fetch_add(1, Ordering::SeqCst);
                wire.set(None);
                replace_folder(&cut, &live);
                wire.set(Some(Server::open(&live, env.clone()).unwrap()));
            }
            went
        }));
        world
    }

    /// The server's power will go before the commit after `commits` more, within one of the next requests.
    pub fn cut_server_power_after(&self, commits: u32) {
        let (live, cut) = (self.server_dir(), self.cut_dir());
        self.server_env.cut_power_after(commits, move || {
            let _ = std::fs::remove_dir_all(&cut);
            copy_folder(&live, &cut);
        });
    }

    /// No power cut waits any more.
    pub fn keep_server_power(&self) {
        self.server_env.power_went();
    }

    /// How often the server's power went so far.
    pub fn server_cuts(&self) -> u32 {
        self.cuts.load(Ordering::SeqCst)
    }

    fn cut_dir(&self) -> PathBuf {
        self.dir.path().join("server-cut")
    }

    fn add(&mut self, name: &'static str, role: Role) {
        let n = self.devices.len();
        let env = SimEnv::new(&self.clock, self.seed, n as u64);
        let homes = self.dir.path().join(n.to_string());
        self.devices.push(Device::new(name, role, Line::new(&self.wire, role), env, &self.clock, homes));
    }

    /// Enrols one more device by a real invite. Returns its place.
    pub fn enrol(&mut self, name: &'static str, role: Role, unit: &str) -> usize {
        let invite = self.server().invite(role, unit, name, true).unwrap();
        self.add(name, role);
        let place = self.devices.len() - 1;
        self.devices[place].call("enrol", json!({ "invite": invite.text, "pin": PIN }));
        place
    }

    /// One more device that nobody has enrolled yet. Returns its place.
    pub fn newcomer(&mut self, name: &'static str, role: Role) -> usize {
        self.add(name, role);
        self.devices.len() - 1
    }

    /// A second phone with everything of the first: its files were copied while it lay still. Returns its place.
    pub fn copy_of(&mut self, place: usize) -> usize {
        let (name, role, home) = (self.devices[place].name, self.devices[place].role, self.devices[place].home());
        let at = self.devices.len();
        copy_home(&home, &self.dir.path().join(at.to_string()).join("0"));
        self.newcomer(name, role)
    }

    /// Folder of the server's data.
    pub fn server_dir(&self) -> PathBuf {
        self.dir.path().join("server")
    }

    /// A folder for files of the test.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The running server.
    pub fn server(&self) -> Server {
        self.wire.server().expect("the server runs")
    }

    /// The server goes down; requests find nobody.
    pub fn stop_server(&self) {
        self.wire.set(None);
    }

    /// The server comes up from its folder.
    pub fn start_server(&self) {
        self.wire.set(Some(Server::open(&self.server_dir(), self.server_env.clone()).unwrap()));
    }

    /// A verified backup, made beside the running server. Returns its file.
    pub fn back_up(&self) -> PathBuf {
        self.clock.pass_ms(1000);
        let folder = self.dir.path().join("backups");
        folder.join(self.server().backup(Some(&folder)).unwrap().file)
    }

    /// The server is put back to a backup, declared. Returns the new epoch.
    pub fn restore(&self, from: &Path) -> u64 {
        self.stop_server();
        let done = sync_server::restore(&self.server_dir(), from, self.server_env.clone()).unwrap();
        self.start_server();
        done.epoch
    }

    /// The server's folder as somebody copies it while nothing runs, for [`World::put_back`].
    pub fn copy_server(&self, name: &str) -> PathBuf {
        self.stop_server();
        let copy = self.dir.path().join(name);
        copy_folder(&self.server_dir(), &copy);
        self.start_server();
        copy
    }

    /// The copied folder takes the place of the server's, and nobody is told.
    pub fn put_back(&self, copy: &Path) {
        self.stop_server();
        std::fs::remove_dir_all(self.server_dir()).unwrap();
        copy_folder(copy, &self.server_dir());
        self.start_server();
    }

    /// The same, but for one file, which stays what it was.
    pub fn put_back_with(&self, copy: &Path, file: &str, bytes: &[u8]) {
        self.stop_server();
        std::fs::remove_dir_all(self.server_dir()).unwrap();
        copy_folder(copy, &self.server_dir());
        std::fs::write(self.server_dir().join(file), bytes).unwrap();
        self.start_server();
    }

    /// What the server's database says, read without the server.
    pub fn ledger(&self) -> Ledger {
        Ledger::read(&self.server_dir())
    }

    pub fn office(&self) -> &Device {
        &self.devices[OFFICE]
    }

    pub fn second(&self) -> &Device {
        &self.devices[SECOND]
    }

    pub fn ana(&self) -> &Device {
        &self.devices[ANA]
    }

    pub fn bo(&self) -> &Device {
        &self.devices[BO]
    }

    pub fn head(&self) -> &Device {
        &self.devices[HEAD]
    }

    /// Everybody syncs, twice, so that everybody has seen everything; everybody has to agree then.
    pub fn sync_all(&self) {
        for _ in 0..2 {
            for d in &self.devices {
                d.sync();
            }
        }
        for d in &self.devices {
            assert!(d.agrees(), "{} does not agree: {}", d.name, d.status());
        }
        self.nothing_wrong();
    }

    /// Nothing passed that should not have, and the server's sums are what they say.
    pub fn nothing_wrong(&self) {
        for d in &self.devices {
            let wrong = d.line.wrong();
            assert!(wrong.is_empty(), "{}: {wrong:?}", d.name);
        }
        if let Some(server) = self.wire.server() {
            assert!(server.digests_hold().unwrap(), "a digest of the server is not the sum of its documents");
        }
    }
}

fn make_prototype(cast: &[Cast]) -> TempDir {
    let mut world = World::bare(0, folder());
    for &(name, role, unit) in cast {
        let building = first_building().to_string();
        let at = world.enrol(name, role, if unit.is_empty() { &building } else { unit });
        if at == OFFICE {
            let file = world.path().join("小台账.csv");
            std::fs::write(&file, rosters::SMALL).unwrap();
            let office = world.office();
            office.sync();
            office.call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
            office.sync();
        }
    }
    for d in &world.devices {
        d.close();
    }
    world.stop_server();
    let World { dir, .. } = world;
    dir
}

/// `to` becomes what `from` is; `from` is gone.
fn replace_folder(from: &Path, to: &Path) {
    std::fs::remove_dir_all(to).unwrap();
    std::fs::rename(from, to).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
