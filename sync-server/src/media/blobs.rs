//! Where the bytes of photos and recordings lie: `blobs/` in the data folder, by hash; what is on its way in `parts/`, one object a piece. A
//! path is made here, from a hash or an id of the server's own, and never from what somebody sent. Another kind of store (S3) would be opened
//! here and nowhere else.

use crate::error::Error;
use futures_executor::block_on;
use futures_util::StreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use shared_model::media::is_hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Name of the folder within the data folder.
pub const FOLDER: &str = "blobs";
const PARTS: &str = "parts";

/// The name of a blob: 64 hexadecimal digits, lower case, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobId(String);

impl BlobId {
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        is_hash(text).then(|| BlobId(text.to_owned()))
    }

    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        BlobId(hex::encode(Sha256::digest(bytes)))
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.0
    }

    fn path(&self) -> ObjectPath {
        ObjectPath::from_iter([&self.0[..2], &self.0])
    }
}

/// The store of blobs. It is opened when it is first needed: a server without photos has no folder of them.
pub struct Blobs {
    folder: PathBuf,
    open: OnceLock<Arc<dyn ObjectStore>>,
}

fn failed(e: object_store::Error) -> Error {
    Error::Io(match e {
        object_store::Error::NotFound { .. } => std::io::Error::from(std::io::ErrorKind::NotFound),
        e => std::io::Error::other(e),
    })
}

fn is_absent(e: &object_store::Error) -> bool {
    matches!(e, object_store::Error::NotFound { .. })
}

impl Blobs {
    /// Those of a data folder.
    pub fn of(data: &Path) -> Self {
        Blobs { folder: data.join(FOLDER), open: OnceLock::new() }
    }

    /// Where they are, for whoever makes copies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn store(&self) -> Result<Arc<dyn ObjectStore>, Error> {
        if let Some(open) = self.open.get() {
            return Ok(open.clone());
        }
        std::fs::create_dir_all(&self.folder)?;
        let local = LocalFileSystem::new_with_prefix(&self.folder).map_err(failed)?;
        // what was acknowledged is on the disk
        let store: Arc<dyn ObjectStore> = Arc::new(local.with_fsync(true));
        Ok(self.open.get_or_init(|| store).clone())
    }

    /// Without making a folder where there is none.
    fn existing(&self) -> Result<Option<Arc<dyn ObjectStore>>, Error> {
        if self.folder.is_dir() { self.store().map(Some) } else { Ok(None) }
    }

    /// Is it here?
    pub fn has(&self, id: &BlobId) -> Result<bool, Error> {
        let Some(store) = self.existing()? else { return Ok(false) };
        match block_on(store.head(&id.path())) {
            Ok(_) => Ok(true),
            Err(e) if is_absent(&e) => Ok(false),
            Err(e) => Err(failed(e)),
        }
    }

    /// The bytes, if they are what their name says; what a disk has changed is not handed out.
    pub fn get(&self, id: &BlobId) -> Result<Option<Vec<u8>>, Error> {
        let Some(bytes) = self.read(&id.path())? else { return Ok(None) };
        if BlobId::of(&bytes) == *id {
            return Ok(Some(bytes));
        }
        tracing::error!("a blob is not what its name says; it counts as absent, and whoever holds it brings it again");
        self.remove(&id.path())?;
        Ok(None)
    }

    fn read(&self, path: &ObjectPath) -> Result<Option<Vec<u8>>, Error> {
        let Some(store) = self.existing()? else { return Ok(None) };
        let read = async { store.get(path).await?.bytes().await };
        match block_on(read) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(e) if is_absent(&e) => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    fn write(&self, path: &ObjectPath, bytes: Vec<u8>) -> Result<(), Error> {
        let store = self.store()?;
        block_on(store.put(path, PutPayload::from_bytes(bytes::Bytes::from(bytes)))).map_err(failed)?;
        Ok(())
    }

    fn remove(&self, path: &ObjectPath) -> Result<(), Error> {
        let Some(store) = self.existing()? else { return Ok(()) };
        match block_on(store.delete(path)) {
            Err(e) if !is_absent(&e) => Err(failed(e)),
            _ => Ok(()),
        }
    }

    /// Puts bytes under their own name.
    pub fn put(&self, bytes: Vec<u8>) -> Result<BlobId, Error> {
        let id = BlobId::of(&bytes);
        self.write(&id.path(), bytes)?;
        Ok(id)
    }

    /// A piece of an upload, from `at` on.
    pub fn put_part(&self, upload: &[u8; 16], at: u64, bytes: &[u8]) -> Result<(), Error> {
        self.write(&part(upload, at), bytes.to_vec())
    }

    /// All pieces of an upload, one after the other; `None` when they are not whole.
    pub fn whole(&self, upload: &[u8; 16], bytes: u64) -> Result<Option<Vec<u8>>, Error> {
        let mut out: Vec<u8> = Vec::new();
        while (out.len() as u64) < bytes {
            match self.read(&part(upload, out.len() as u64))? {
                Some(piece) if !piece.is_empty() && (out.len() + piece.len()) as u64 <= bytes => out.extend(piece),
                _ => return Ok(None),
            }
        }
        Ok(Some(out))
    }

    /// Takes the pieces of an upload out.
    pub fn drop_parts(&self, upload: &[u8; 16]) -> Result<(), Error> {
        for path in self.list(Some(&ObjectPath::from_iter([PARTS, &hex::encode(upload)])))? {
            self.remove(&path)?;
        }
        Ok(())
    }

    fn list(&self, beneath: Option<&ObjectPath>) -> Result<Vec<ObjectPath>, Error> {
        let Some(store) = self.existing()? else { return Ok(Vec::new()) };
        let found: Vec<_> = block_on(store.list(beneath).collect());
        found.into_iter().map(|meta| meta.map(|m| m.location).map_err(failed)).collect()
    }

    /// Takes out every blob and every piece that is not to be kept. Returns how many blobs went.
    pub fn keep_only(&self, is_kept: impl Fn(&str) -> bool, is_under_way: impl Fn(&[u8; 16]) -> bool) -> Result<u64, Error> {
        let mut gone = 0;
        for path in self.list(None)? {
            let names: Vec<String> = path.parts().map(|p| p.as_ref().to_owned()).collect();
            let stays = match names.as_slice() {
                [parts, upload, _] if parts == PARTS => {
                    let mut id = [0; 16];
                    hex::decode_to_slice(upload, &mut id).is_ok() && is_under_way(&id)
                }
                [_, name] => is_kept(name),
                _ => true,
            };
            if !stays {
                self.remove(&path)?;
                gone += u64::from(names.len() == 2);
            }
        }
        Ok(gone)
    }
}

fn part(upload: &[u8; 16], at: u64) -> ObjectPath {
    ObjectPath::from_iter([PARTS.to_owned(), hex::encode(upload), format!("{at:012}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_lies_under_its_hash_and_only_its_own_bytes_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(dir.path());
        assert_eq!(blobs.get(&BlobId::of(b"one")).unwrap(), None);
        assert!(!dir.path().join(FOLDER).exists(), "asking makes no folder");
        let id = blobs.put(b"one".to_vec()).unwrap();
        assert!(blobs.has(&id).unwrap());
        assert_eq!(blobs.get(&id).unwrap().as_deref(), Some(&b"one"[..]));
        let file = dir.path().join(FOLDER).join(&id.text()[..2]).join(id.text());
        std::fs::write(&file, b"two").unwrap();
        assert_eq!(blobs.get(&id).unwrap(), None, "what the disk has changed is not handed out");
        assert!(!file.exists());
    }

    #[test]
    fn pieces_become_one_and_what_is_not_kept_goes() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(dir.path());
        let upload = [7; 16];
        blobs.put_part(&upload, 0, b"ab").unwrap();
        blobs.put_part(&upload, 2, b"cde").unwrap();
        assert_eq!(blobs.whole(&upload, 5).unwrap().as_deref(), Some(&b"abcde"[..]));
        assert_eq!(blobs.whole(&upload, 6).unwrap(), None);
        assert_eq!(blobs.whole(&upload, 4).unwrap(), None);
        let (kept, other) = (blobs.put(b"kept".to_vec()).unwrap(), blobs.put(b"other".to_vec()).unwrap());
        assert_eq!(blobs.keep_only(|name| name == kept.text(), |id| *id == upload).unwrap(), 1);
        assert!(blobs.has(&kept).unwrap() && !blobs.has(&other).unwrap());
        assert!(blobs.whole(&upload, 5).unwrap().is_some());
        blobs.drop_parts(&upload).unwrap();
        assert_eq!(blobs.whole(&upload, 5).unwrap(), None);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in [
            "",
            ".",
            "..",
            "../server.db",
            "..%2fserver.key",
            "con",
            "\0",
            &"A".repeat(64),
            &"a".repeat(63),
            &format!("{}/..", "a".repeat(61)),
        ] {
            assert!(BlobId::parse(name).is_none(), "{name:?}");
        }
    }
}
