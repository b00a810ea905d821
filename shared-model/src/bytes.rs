//! Reading forward through bytes that somebody else wrote, and writing them: LEB128 numbers, lengths before bytes, small numbers of either sign
//! as small numbers. The forms of registers and of rows stand on this; neither allocates more than there are bytes.

/// Why bytes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    CutShort,
    /// A number of more than 64 bits.
    Number,
    /// A length of more than this machine counts.
    Length,
}

impl Flaw {
    /// In a word, never of the content.
    pub fn words(self) -> &'static str {
        match self {
            Flaw::CutShort => "cut short",
            Flaw::Number => "a number",
            Flaw::Length => "a length",
        }
    }
}

impl From<Flaw> for &'static str {
    fn from(flaw: Flaw) -> Self {
        flaw.words()
    }
}

/// What has not been read yet. Forms add what they know of in impl blocks of their own.
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Flaw> {
        let (first, rest) = self.0.split_first().ok_or(Flaw::CutShort)?;
        self.0 = rest;
        Ok(*first)
    }

    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Flaw::CutShort)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// LEB128, at most 64 bits.
    #[inline]
    pub fn number(&mut self) -> Result<u64, Flaw> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Flaw::Number)
    }

    /// The next so many bytes, where they lie.
    #[inline]
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Flaw> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Flaw::CutShort)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A length and so many bytes, where they lie.
    pub fn sized(&mut self) -> Result<&'a [u8], Flaw> {
        let length = usize::try_from(self.number()?).map_err(|_| Flaw::Length)?;
        self.take(length)
    }
}

/// LEB128.
#[inline]
pub fn put_number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// What [`Input::sized`] reads.
pub fn put_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Small numbers of either sign become small numbers.
pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Back from [`zigzag`].
pub fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_too_long_ones_are_refused() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut out = Vec::new();
            put_number(&mut out, value);
            let mut input = Input(&out);
            assert_eq!((input.number(), input.0.len()), (Ok(value), 0));
            assert_eq!(Input(&out[..out.len() - 1]).number(), Err(Flaw::CutShort));
            assert_eq!(zigzag(unzigzag(value)), value);
        }
        assert_eq!(Input(&[0xff; 10]).number(), Err(Flaw::Number));
        assert_eq!(Input(&[5, 1, 2]).sized(), Err(Flaw::CutShort));
    }
}
