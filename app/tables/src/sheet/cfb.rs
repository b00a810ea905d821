//! The compound file around an old .xls workbook: finds one stream by name.
//!
//! Only what that takes is read. Every chain is bounded by the number of sectors in the file, so a chain that bites its own tail ends
//! as an error; nothing is allocated that the file does not hold. (The spreadsheet library follows such a chain for ever.)

use std::collections::HashSet;

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
const MINI_SECTOR_BYTES: usize = 64;
/// Streams below this size live in the mini stream.
const MINI_BELOW_BYTES: u64 = 4096;

/// An opened compound file.
pub(super) struct Cfb<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size_bytes: u64,
}

impl<'a> Cfb<'a> {
    /// Opens the container; `None` when it is damaged.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector_bytes = match read_u16(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut cfb = Cfb { bytes, sector_bytes, fat: Vec::new(), mini_fat: Vec::new(), mini_stream: Vec::new(), entries: Vec::new() };
        cfb.fat = cfb.read_fat()?;
        let directory = cfb.chain(read_u32(bytes, 48)?, u64::MAX)?;
        cfb.entries = directory.chunks_exact(128).filter_map(|entry| read_entry(entry, sector_bytes)).collect();
        let root = cfb.entries.first()?;
        let (root_start, root_size) = (root.start, root.size_bytes);
        if read_u32(bytes, 64)? > 0 {
            cfb.mini_fat = words(&cfb.chain(read_u32(bytes, 60)?, u64::MAX)?);
            cfb.mini_stream = cfb.chain(root_start, root_size)?;
        }
        Some(cfb)
    }

    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a stream.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        if entry.size_bytes < MINI_BELOW_BYTES {
            self.mini_chain(entry.start, entry.size_bytes as usize)
        } else {
            self.chain(entry.start, entry.size_bytes)
        }
    }

    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let start = (id as usize).checked_add(1)?.checked_mul(self.sector_bytes)?;
        let end = (start + self.sector_bytes).min(self.bytes.len());
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    fn read_fat(&self) -> Option<Vec<u32>> {
        let mut ids: Vec<u32> = words(self.bytes.get(76..512)?);
        let mut next = read_u32(self.bytes, 68)?;
        let mut seen = HashSet::new();
        while next <= LAST_SECTOR {
            if !seen.insert(next) {
                return None;
            }
            let mut more = words(self.sector(next)?);
            next = more.pop()?;
            ids.extend(more);
        }
        let mut fat = Vec::new();
        let mut seen = HashSet::new();
        for id in ids.into_iter().filter(|id| *id <= LAST_SECTOR) {
            if !seen.insert(id) {
                return None;
            }
            fat.extend(words(self.sector(id)?));
        }
        Some(fat)
    }

    fn chain(&self, start: u32, size_bytes: u64) -> Option<Vec<u8>> {
        let mut data = Vec::new();
        let mut id = start;
        while id != END_OF_CHAIN && (data.len() as u64) < size_bytes {
            // No honest chain is longer than the file.
            if data.len() > self.bytes.len() {
                return None;
            }
            data.extend_from_slice(self.sector(id)?);
            id = *self.fat.get(id as usize)?;
        }
        data.truncate(usize::try_from(size_bytes).unwrap_or(usize::MAX));
        Some(data)
    }

    fn mini_chain(&self, start: u32, size_bytes: usize) -> Option<Vec<u8>> {
        let mut data = Vec::new();
        let mut id = start;
        while id != END_OF_CHAIN && data.len() < size_bytes {
            let at = (id as usize).checked_mul(MINI_SECTOR_BYTES)?;
            let end = (at + MINI_SECTOR_BYTES).min(self.mini_stream.len());
            data.extend_from_slice(self.mini_stream.get(at..end).filter(|sector| !sector.is_empty())?);
            id = *self.mini_fat.get(id as usize)?;
        }
        data.truncate(size_bytes);
        Some(data)
    }
}

fn read_entry(entry: &[u8], sector_bytes: usize) -> Option<Entry> {
    let units: Vec<u16> =
        entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0).collect();
    let size = read_u64(entry, 120)?;
    // Small-sector files use the low half only; some writers leave rubbish in the other.
    let size_bytes = if sector_bytes == 512 { size & 0xFFFF_FFFF } else { size };
    Some(Entry { name: String::from_utf16_lossy(&units), start: read_u32(entry, 116)?, size_bytes })
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

pub(super) fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]))
}

pub(super) fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

pub(super) fn read_u64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(read_u32(bytes, at)?) | u64::from(read_u32(bytes, at + 4)?) << 32)
}
