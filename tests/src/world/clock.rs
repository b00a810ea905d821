//! Time and randomness of the world: one clock for all, each device with its own error, each with its own stream of the seed.

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// When every world begins: a Friday morning in Beijing, unix milliseconds.
pub const START_MS: i64 = 1_790_000_000_000;

/// True time, moved by the test alone.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock at the beginning.
    pub fn new() -> Self {
        Clock(Arc::new(AtomicI64::new(START_MS)))
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Time passes.
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// The power of a program goes just before one of its commits: what lies on the disk then is copied.
struct PowerCut {
    commits_left: u32,
    take: Box<dyn Fn() + Send>,
    is_taken: bool,
}

/// What a device or the server has around it.
pub struct SimEnv {
    clock: Clock,
    power_cut: Mutex<Option<PowerCut>>,
    wrong_by_ms: AtomicI64,
    version: Mutex<Option<String>>,
    rng: Mutex<StdRng>,
}

impl SimEnv {
    /// The surroundings of one program; `stream` keeps two programs of one seed apart.
    pub fn new(clock: &Clock, seed: u64, stream: u64) -> Arc<Self> {
        let rng = StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03));
        Arc::new(SimEnv {
            clock: clock.clone(),
            power_cut: Mutex::default(),
            wrong_by_ms: AtomicI64::new(0),
            version: Mutex::default(),
            rng: Mutex::new(rng),
        })
    }

    /// The program is of this version from now on.
    pub fn set_version(&self, version: &str) {
        *self.version.lock().expect("no test panics here") = Some(version.to_owned());
    }

    /// Sets this program's clock wrong by so much.
    pub fn set_wrong_by_ms(&self, ms: i64) {
        self.wrong_by_ms.store(ms, Ordering::SeqCst);
    }

    /// The power will go before the commit after `commits` more; `take` copies what lies on the disk then.
    pub fn cut_power_after(&self, commits: u32, take: impl Fn() + Send + 'static) {
        *self.power_cut.lock().expect("no test panics here") =
            Some(PowerCut { commits_left: commits, take: Box::new(take), is_taken: false });
    }

    /// Did it go? Forgets it either way.
    pub fn power_went(&self) -> bool {
        self.power_cut.lock().expect("no test panics here").take().is_some_and(|cut| cut.is_taken)
    }

    fn about_to_commit(&self) {
        let mut cut = self.power_cut.lock().expect("no test panics here");
        let Some(cut) = cut.as_mut().filter(|cut| !cut.is_taken) else { return };
        if cut.commits_left == 0 {
            (cut.take)();
            cut.is_taken = true;
        } else {
            cut.commits_left -= 1;
        }
    }

    fn now(&self) -> i64 {
        self.clock.now_ms() + self.wrong_by_ms.load(Ordering::SeqCst)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.rng.lock().expect("no test panics while it draws").fill_bytes(bytes);
    }
}

impl app_core::Env for SimEnv {
    fn now_ms(&self) -> i64 {
        self.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.fill(bytes);
    }

    fn before_commit(&self) {
        self.about_to_commit();
    }

    fn version(&self) -> String {
        let version = self.version.lock().expect("no test panics here").clone();
        version.unwrap_or_else(|| app_core::SystemEnv.version())
    }
}

impl sync_server::Env for SimEnv {
    fn now_ms(&self) -> i64 {
        self.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.fill(bytes);
    }

    fn before_commit(&self) {
        self.about_to_commit();
    }
}
