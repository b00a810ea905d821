//! The server's two keys, in files of mode 0600 beside the database: an ed25519 key (pages, time; its SHA-256 stands in every invite) and
//! an HMAC key, from which the opaque ids of commands are made.

use crate::Env;
use crate::error::Error;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

const SIGNING: &str = "server.key";
const OPAQUE: &str = "opaque.key";

/// Both keys.
pub struct Keys {
    signing: SigningKey,
    opaque: [u8; 32],
    /// Pages signed lately, by what is signed of them: all who sync after the same push, or for the first time, get the same ones.
    pages: Mutex<HashMap<[u8; 32], [u8; 64]>>,
}

/// Signatures of pages kept in memory, 96 bytes each.
const PAGES_KEPT: usize = 8_192;

impl Keys {
    /// Makes new keys; refuses to overwrite.
    pub fn make(dir: &Path, env: &dyn Env) -> Result<Self, Error> {
        for name in [SIGNING, OPAQUE] {
            let mut secret = [0_u8; 32];
            env.fill_random(&mut secret);
            write_secret(&dir.join(name), &secret)?;
        }
        Self::load(dir)
    }

    /// Removes keys left behind by an `init` that did not end.
    pub fn remove(dir: &Path) -> Result<(), Error> {
        for name in [SIGNING, OPAQUE] {
            match std::fs::remove_file(dir.join(name)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Copies both into another folder, closed as here; what is there is replaced.
    pub fn copy(from: &Path, to: &Path) -> Result<(), Error> {
        for name in [SIGNING, OPAQUE] {
            let (secret, target) = (std::fs::read(from.join(name))?, to.join(name));
            if std::fs::read(&target).is_ok_and(|there| there == secret) {
                continue;
            }
            let making = to.join(format!("{name}.making"));
            match std::fs::remove_file(&making) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
            write_secret(&making, &secret)?;
            std::fs::rename(&making, &target)?;
        }
        Ok(())
    }

    /// Takes them from a folder of backups when this one has none: a new machine.
    pub fn copy_missing(from: &Path, to: &Path) -> Result<(), Error> {
        if [SIGNING, OPAQUE].iter().all(|name| to.join(name).exists()) {
            return Ok(());
        }
        if [SIGNING, OPAQUE].iter().all(|name| from.join(name).exists()) {
            return Self::copy(from, to);
        }
        Err(Error::setup("no_keys", "数据文件夹和备份文件夹里都没有服务器的钥匙（server.key、opaque.key），没有恢复"))
    }

    /// Reads them.
    pub fn load(dir: &Path) -> Result<Self, Error> {
        let read = |name: &str| -> Result<[u8; 32], Error> {
            std::fs::read(dir.join(name))?.try_into().map_err(|_| Error::Damaged("a key file has the wrong length"))
        };
        Ok(Keys { signing: SigningKey::from_bytes(&read(SIGNING)?), opaque: read(OPAQUE)?, pages: Mutex::default() })
    }

    /// The server's public key.
    pub fn public(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }

    /// Signs.
    pub fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.signing.sign(text).to_bytes().to_vec()
    }

    /// Signs a page by its digest. A signature of the same bytes is the same bytes.
    pub fn sign_page(&self, digest: [u8; 32]) -> Vec<u8> {
        // a panic in here leaves the map as it was
        let kept = || self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signature) = kept().get(&digest) {
            return signature.to_vec();
        }
        let signature = self.signing.sign(&digest).to_bytes();
        let mut pages = kept();
        if pages.len() >= PAGES_KEPT {
            pages.clear();
        }
        pages.insert(digest, signature);
        signature.to_vec()
    }

    /// Did this server sign it?
    pub fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature).is_ok_and(|s| self.signing.verifying_key().verify_strict(text, &s).is_ok())
    }

    /// `HMAC(server key, device ‖ device_seq)[..16]`: tells a reader nothing of how many commands it does not see.
    pub fn opaque(&self, device: &Uuid, seq: u64) -> [u8; 16] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.opaque).expect("HMAC takes a key of any length");
        mac.update(device.as_bytes());
        mac.update(&seq.to_be_bytes());
        let out = mac.finalize().into_bytes();
        let mut id = [0; 16];
        id.copy_from_slice(&out[..16]);
        id
    }
}

impl Keys {
    /// `HMAC(server key, purpose ‖ 0 ‖ bytes)`: whoever can write the database and has not the key cannot make it.
    pub fn seal(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.opaque).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }
}

fn write_secret(path: &Path, secret: &[u8]) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(secret)?;
    file.sync_all()?;
    Ok(())
}
