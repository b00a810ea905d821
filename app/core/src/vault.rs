//! The key of the store: random, sealed by the PIN and a device key. Where there is no OS keystore the device key is a file of mode 0600,
//! and the README says so: whoever copies the whole folder may try PINs offline. Wrong tries are counted and slowed.

use crate::env::Env;
use crate::error::{CoreError, Result};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// PIN tries before waiting begins.
const FREE_TRIES: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Seal {
    version: u8,
    salt: String,
    nonce: String,
    sealed: String,
    memory_kib: u32,
    passes: u32,
    #[serde(default)]
    tries: u32,
    #[serde(default)]
    wait_until_ms: i64,
}

impl Seal {
    fn wait_seconds(&self, now_ms: i64) -> Option<u32> {
        let left_ms = self.wait_until_ms - now_ms;
        // a clock set back cannot lengthen the wait beyond what was set
        (left_ms > 0 && left_ms <= 3_600_000).then(|| u32::try_from(left_ms / 1000 + 1).unwrap_or(u32::MAX))
    }
}

/// The files of one home that hold keys.
pub struct Vault {
    home: PathBuf,
}

impl Vault {
    /// The vault of a home.
    pub fn new(home: &Path) -> Self {
        Vault { home: home.to_path_buf() }
    }

    fn seal_path(&self) -> PathBuf {
        self.home.join("seal.json")
    }

    /// Has a key been sealed here?
    pub fn exists(&self) -> bool {
        self.seal_path().exists()
    }

    /// Seals a store key under a PIN of six digits.
    ///
    /// # Errors
    /// `invalid_args` for another form of PIN, or of the file system.
    pub fn seal(&self, env: &dyn Env, pin: &str, key: &[u8; 32]) -> Result<()> {
        check_form(pin).map_err(|e| e.at("pin"))?;
        fs::create_dir_all(&self.home)?;
        let device_key: [u8; 32] = random(env);
        write_private(&self.home.join("device.key"), hex::encode(device_key).as_bytes())?;
        self.write_sealed(env, pin, key, &device_key)
    }

    /// Seals the same store key under another PIN. The device key stays, so that one file is replaced as a whole: a power cut leaves the one
    /// PIN or the other, never none.
    ///
    /// # Errors
    /// `wrong_pin` with the tries left, or the wait; `invalid_args` for another form of PIN; of the file system.
    pub fn reseal(&self, env: &dyn Env, old: &str, new: &str) -> Result<()> {
        check_form(new).map_err(|e| e.at("new"))?;
        let key = self.open(env, old).map_err(|e| if e.code == "locked" { CoreError::new("wrong_pin", e.message).at("old") } else { e })?;
        let device_key = self.device_key()?;
        self.write_sealed(env, new, &key, &device_key)
    }

    fn device_key(&self) -> Result<Vec<u8>> {
        hex::decode(fs::read_to_string(self.home.join("device.key"))?.trim()).map_err(|_| damaged())
    }

    fn write_sealed(&self, env: &dyn Env, pin: &str, key: &[u8; 32], device_key: &[u8]) -> Result<()> {
        let (salt, nonce): ([u8; 16], [u8; 12]) = (random(env), random(env));
        let (memory_kib, passes) = (64 * 1024, 2);
        let kek = derive(pin, &salt, device_key, memory_kib, passes)?;
        let sealed = ChaCha20Poly1305::new(Key::from_slice(&kek))
            .encrypt(Nonce::from_slice(&nonce), key.as_slice())
            .map_err(|_| CoreError::new("server_error", "钥匙没能封好。"))?;
        let seal = Seal {
            version: 1,
            salt: hex::encode(salt),
            nonce: hex::encode(nonce),
            sealed: hex::encode(sealed),
            memory_kib,
            passes,
            tries: 0,
            wait_until_ms: 0,
        };
        self.write(&seal)
    }

    /// Opens the store key with the PIN.
    ///
    /// # Errors
    /// `locked` with the tries left, or the wait.
    pub fn open(&self, env: &dyn Env, pin: &str) -> Result<[u8; 32]> {
        let bytes = fs::read(self.seal_path()).map_err(|_| CoreError::new("invalid_args", "这台设备还没有登记。"))?;
        let mut seal: Seal = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let now = env.now_ms();
        if let Some(s) = seal.wait_seconds(now) {
            return Err(CoreError::new("locked", format!("PIN 试错太多，请 {s} 秒后再试。数据都在。")));
        }
        let device_key = self.device_key()?;
        let salt = hex::decode(&seal.salt).map_err(|_| damaged())?;
        let kek = derive(pin, &salt, &device_key, seal.memory_kib, seal.passes)?;
        let nonce = hex::decode(&seal.nonce).map_err(|_| damaged())?;
        let sealed = hex::decode(&seal.sealed).map_err(|_| damaged())?;
        if nonce.len() != 12 {
            return Err(damaged());
        }
        match ChaCha20Poly1305::new(Key::from_slice(&kek)).decrypt(Nonce::from_slice(&nonce), sealed.as_slice()) {
            Ok(key) => {
                if seal.tries != 0 {
                    seal.tries = 0;
                    seal.wait_until_ms = 0;
                    self.write(&seal)?;
                }
                key.try_into().map_err(|_| damaged())
            }
            Err(_) => {
                seal.tries += 1;
                let over = seal.tries.saturating_sub(FREE_TRIES);
                if over > 0 {
                    seal.wait_until_ms = now + (15_000 << over.min(7));
                }
                let left = FREE_TRIES.saturating_sub(seal.tries);
                self.write(&seal)?;
                Err(CoreError::new("locked", format!("PIN 不对。还可以试 {left} 次。数据都在。")))
            }
        }
    }

    /// Tries left before waiting.
    pub fn tries_left(&self) -> u32 {
        let seal: Option<Seal> = fs::read(self.seal_path()).ok().and_then(|b| serde_json::from_slice(&b).ok());
        FREE_TRIES.saturating_sub(seal.map_or(0, |s| s.tries))
    }

    /// Seconds until the next try is heard; `None` when it may be made now.
    pub fn wait_seconds(&self, now_ms: i64) -> Option<u32> {
        let seal: Seal = serde_json::from_slice(&fs::read(self.seal_path()).ok()?).ok()?;
        seal.wait_seconds(now_ms)
    }

    fn write(&self, seal: &Seal) -> Result<()> {
        let bytes = serde_json::to_vec(seal).map_err(|_| CoreError::new("server_error", "钥匙没能写下。"))?;
        write_private(&self.seal_path(), &bytes)
    }
}

fn damaged() -> CoreError {
    CoreError::new("locked", "钥匙文件损坏，需要重新登记。数据文件原样留着。")
}

fn check_form(pin: &str) -> Result<()> {
    if pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()) { Ok(()) } else { Err(CoreError::args("PIN 要 6 位数字。")) }
}

fn derive(pin: &str, salt: &[u8], device_key: &[u8], memory_kib: u32, passes: u32) -> Result<[u8; 32]> {
    let failed = |_| CoreError::new("server_error", "钥匙没能算出。");
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(failed)?;
    let mut k_pin = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(pin.as_bytes(), salt, &mut k_pin).map_err(failed)?;
    let mut kek = [0; 32];
    hkdf::Hkdf::<sha2::Sha256>::new(Some(device_key), &k_pin)
        .expand(b"gridwalk/kek/v1", &mut kek)
        .expect("32 bytes are within what HKDF-SHA256 gives");
    Ok(kek)
}

/// Random bytes.
pub fn random<const N: usize>(env: &dyn Env) -> [u8; N] {
    let mut b = [0; N];
    env.fill_random(&mut b);
    b
}

/// Writes a file that only this user may read, whole or not at all.
///
/// # Errors
/// Of the file system.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let temp = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temp)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temp, path)?;
    Ok(())
}
