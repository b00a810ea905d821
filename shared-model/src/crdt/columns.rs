//! The column encodings of a change chunk: LEB128, run lengths, deltas.
//!
//! Writing follows Automerge's encoder exactly, because a change is identified by the hash of its bytes. Reading is bounded by the number
//! of rows the caller allows, never by what a run claims (a handful of bytes may claim ten million rows), and need not prove that the bytes
//! are canonical: [`super::Change::decode`] writes the change again and compares.

use super::ChangeError;
pub(super) use crate::bytes::put_number as put_unsigned;

/// Signed LEB128.
pub(super) fn put_signed(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let byte = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// How many bytes [`put_signed`] writes.
pub(super) fn signed_len(value: i64) -> u64 {
    let magnitude_bits = 64 - u64::from((if value < 0 { !value } else { value }).leading_zeros());
    (magnitude_bits + 1).div_ceil(7)
}

/// A byte string with its length before it.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_unsigned(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Run lengths as Automerge writes them: two or more equal values are a run, everything between runs is one literal.
pub(super) fn put_runs<T: PartialEq>(out: &mut Vec<u8>, values: &[T], mut put: impl FnMut(&mut Vec<u8>, &T)) {
    let mut rest = values;
    while let Some(first) = rest.first() {
        let equal = rest.iter().take_while(|value| *value == first).count();
        let (count, taken) = if equal > 1 {
            (equal as i64, 1)
        } else {
            let literal = rest.windows(2).take_while(|pair| pair[0] != pair[1]).count();
            // The last value of the column ends a literal too; otherwise the value after it begins a run.
            let literal = if literal + 1 == rest.len() { rest.len() } else { literal };
            (-(literal as i64), literal)
        };
        put_signed(out, count);
        for value in &rest[..taken] {
            put(out, value);
        }
        rest = &rest[if equal > 1 { equal } else { taken }..];
    }
}

/// Reads forward through bytes somebody else wrote.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], ChangeError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ChangeError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], ChangeError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(ChangeError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn unsigned(&mut self) -> Result<u64, ChangeError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            if shift == 63 && byte > 1 {
                return Err(ChangeError::Number);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(ChangeError::Number) } else { Ok(value) };
            }
        }
        Err(ChangeError::Number)
    }

    pub fn signed(&mut self) -> Result<i64, ChangeError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(ChangeError::Number);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(if byte & 0x40 != 0 && shift < 57 { value | (-1 << (shift + 7)) } else { value });
            }
        }
        Err(ChangeError::Number)
    }

    /// An unsigned number of at most `max`.
    pub fn at_most(&mut self, max: usize, what: &'static str) -> Result<usize, ChangeError> {
        usize::try_from(self.unsigned()?).ok().filter(|count| *count <= max).ok_or(ChangeError::TooMany(what))
    }

    /// A byte string with its length before it.
    pub fn bytes(&mut self) -> Result<&'a [u8], ChangeError> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| ChangeError::Truncated)?;
        self.take(count)
    }

    /// A whole column of run lengths, of at most `max` rows.
    pub fn runs<T: Clone>(
        mut self,
        max: usize,
        what: &'static str,
        mut get: impl FnMut(&mut Self) -> Result<T, ChangeError>,
    ) -> Result<Vec<T>, ChangeError> {
        let mut values = Vec::new();
        while !self.0.is_empty() {
            let claimed = self.signed()?;
            let count = usize::try_from(claimed.unsigned_abs()).ok().filter(|count| *count <= max - values.len());
            let count = count.ok_or(ChangeError::TooMany(what))?;
            match claimed {
                0 => return Err(ChangeError::Column("a row without a value")),
                1.. => {
                    let value = get(&mut self)?;
                    values.resize(values.len() + count, value);
                }
                _ => {
                    // each has a byte at least
                    values.reserve(count.min(self.0.len()));
                    for _ in 0..count {
                        values.push(get(&mut self)?);
                    }
                }
            }
        }
        Ok(values)
    }
}
