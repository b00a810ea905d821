//! A device that the office ended forgets what it holds. The order is signed for this device and this request. The keys go first: without
//! them the rest is noise. A marker is written before anything is destroyed, so that a wipe that was cut short goes on at the next start;
//! it holds no resident's data, only the order and the receipt, which is signed while the device's key still exists and sent afterwards.

use crate::error::{CoreError, Result};
use crate::vault::write_private;
use crate::workspace::Identity;
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use shared_model::codes::Coded;
use shared_model::commands::Wiped;
use shared_model::devices::{RevokeReason, WipeOrder, WipeReceipt, receipt_text};
use shared_model::wire;
use std::fs;
use std::path::{Path, PathBuf};

const MARKER: &str = "wiped.json";
/// Everything that a home holds, in the order in which it goes: keys first. Whoever adds a file to the home adds it here.
pub const FILES: [&str; 16] = [
    "device.key",
    "device.new",
    "seal.json",
    "seal.new",
    "unlocked",
    "unlocked.new",
    "gridwalk.db-wal",
    "gridwalk.db-shm",
    "gridwalk.db-journal",
    "gridwalk.db",
    "media.db-wal",
    "media.db-shm",
    "media.db-journal",
    "media.db",
    crate::commands::map::base::FILE,
    crate::commands::map::base::NEW_FILE,
];

/// What is left of a wiped device.
#[derive(Serialize, Deserialize)]
struct Marker {
    reason: RevokeReason,
    /// By the device's clock, ms.
    at: i64,
    server_url: String,
    /// [`WipeReceipt`] in CBOR, as hex.
    receipt: String,
    is_done: bool,
    is_told: bool,
}

fn path(home: &Path) -> PathBuf {
    home.join(MARKER)
}

fn read(home: &Path) -> Option<Marker> {
    serde_json::from_slice(&fs::read(path(home)).ok()?).ok()
}

fn write(home: &Path, marker: &Marker) -> Result<()> {
    let bytes = serde_json::to_vec(marker).map_err(|_| CoreError::new("server_error", "清除的记号写不下来。"))?;
    write_private(&path(home), &bytes)?;
    sync_folder(home)
}

/// Names in a folder are on disk only after this.
fn sync_folder(home: &Path) -> Result<()> {
    #[cfg(unix)]
    fs::File::open(home)?.sync_all()?;
    let _ = home;
    Ok(())
}

/// Is a wipe under way, or done?
pub fn is_marked(home: &Path) -> bool {
    path(home).exists()
}

/// From here on the wipe happens, whatever becomes of the program.
///
/// # Errors
/// Of the file system; then nothing was begun.
pub fn mark(home: &Path, me: &Identity, order: WipeOrder, now_ms: i64) -> Result<()> {
    let signature = SigningKey::from_bytes(&me.secret).sign(&receipt_text(&me.device, &order, now_ms)).to_bytes();
    let reason = order.reason;
    let receipt = WipeReceipt { device: me.device, order, claimed_at: now_ms, signature: ByteBuf::from(signature.to_vec()) };
    let receipt = hex::encode(wire::to_cbor(&receipt));
    write(home, &Marker { reason, at: now_ms, server_url: me.server_url.clone(), receipt, is_done: false, is_told: false })
}

/// Destroys what is left to destroy, if a wipe was begun here.
///
/// # Errors
/// Of the file system; the next start tries again.
pub fn go_on(home: &Path) -> Result<()> {
    let Some(mut marker) = read(home).filter(|m| !m.is_done) else { return Ok(()) };
    for name in FILES {
        let file = home.join(name);
        match fs::metadata(&file) {
            // keys are short: written over before their name goes
            Ok(meta) if meta.len() < 4096 => {
                let zeros = vec![0; usize::try_from(meta.len()).unwrap_or(0)];
                let over = fs::OpenOptions::new().write(true).open(&file)?;
                std::io::Write::write_all(&mut &over, &zeros)?;
                over.sync_all()?;
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            _ => {}
        }
        fs::remove_file(&file)?;
    }
    sync_folder(home)?;
    marker.is_done = true;
    write(home, &marker)
}

/// The receipt that still has to be sent: where to, and its bytes.
pub fn untold(home: &Path) -> Option<(String, Vec<u8>)> {
    let marker = read(home).filter(|m| m.is_done && !m.is_told)?;
    Some((marker.server_url, hex::decode(marker.receipt).ok()?))
}

/// The server has the receipt. With `forget` the marker goes too: the home belongs to somebody again.
///
/// # Errors
/// Of the file system.
pub fn told(home: &Path, forget: bool) -> Result<()> {
    let Some(mut marker) = read(home) else { return Ok(()) };
    if forget {
        fs::remove_file(path(home))?;
        return Ok(());
    }
    marker.is_told = true;
    write(home, &marker)
}

/// What the screens say about it.
pub fn shown(home: &Path) -> Option<Wiped> {
    let marker = read(home)?;
    let reason = Coded { code: marker.reason.name().into(), label: marker.reason.zh().into(), en: None };
    Some(Wiped { reason, at: marker.at, told: marker.is_told })
}
