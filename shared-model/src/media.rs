//! What a photo or a recording may be, by its own bytes and never by what somebody says of it. Device and server ask the same functions: the
//! device before it keeps something, the server again when it has all of it. A photo is a plain JPEG without any application data (no EXIF,
//! no second picture, nothing behind its end); a recording is one of four containers, walked from the first byte to the last, so that no
//! file is two things at once.

use crate::limits::{AUDIO_BYTES_MAX, PHOTO_BYTES_MAX};

/// The medium of a photo, code of the table `media`.
pub const PHOTO: &str = "photo";
/// The medium of a recording.
pub const AUDIO: &str = "audio";
/// The only format of a photo here.
pub const JPEG: &str = "image/jpeg";

/// Formats of recordings, as they are served.
pub const AUDIO_MIMES: [&str; 4] = ["audio/webm", "audio/ogg", "audio/mp4", "audio/wav"];

/// Is this how a hash is written: 64 hexadecimal digits, lower case?
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Is this a format of that medium?
pub fn is_format(media: &str, mime: &str) -> bool {
    match media {
        PHOTO => mime == JPEG,
        AUDIO => AUDIO_MIMES.contains(&mime),
        _ => false,
    }
}

/// How many bytes something of this format may have.
pub fn bytes_max(mime: &str) -> u64 {
    if mime == JPEG { PHOTO_BYTES_MAX } else { AUDIO_BYTES_MAX }
}

/// What may be written down as the loudness of a recording: one digit a bar.
pub fn is_wave(text: &str) -> bool {
    text.len() <= crate::limits::WAVE_BARS_MAX && text.bytes().all(|b| b.is_ascii_digit())
}

/// The format of these bytes, if they are whole and nothing else. `None`: not to be kept and not to be served.
pub fn format_of(bytes: &[u8]) -> Option<&'static str> {
    let is = |max: u64, mime| (bytes.len() as u64 <= max).then_some(mime);
    match bytes {
        [0xff, 0xd8, 0xff, ..] if is_plain_jpeg(bytes) => is(PHOTO_BYTES_MAX, JPEG),
        [0x1a, 0x45, 0xdf, 0xa3, ..] if is_webm(bytes) => is(AUDIO_BYTES_MAX, "audio/webm"),
        [b'O', b'g', b'g', b'S', ..] if is_ogg(bytes) => is(AUDIO_BYTES_MAX, "audio/ogg"),
        [b'R', b'I', b'F', b'F', ..] if is_wav(bytes) => is(AUDIO_BYTES_MAX, "audio/wav"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] if is_mp4(bytes) => is(AUDIO_BYTES_MAX, "audio/mp4"),
        _ => None,
    }
}

/// A JPEG of tables, one frame and its scans, with at most a JFIF header before: no application segment, no comment, nothing after its end.
fn is_plain_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    let mut has_frame = false;
    loop {
        let Some([0xff, marker]) = bytes.get(at..at + 2) else { return false };
        at += 2;
        match marker {
            // restarts and padding stand in scans only
            0xd9 => return has_frame && at == bytes.len(),
            0xc0..=0xc2 => has_frame = true,
            0xc4 | 0xdb | 0xdd | 0xda => {}
            0xe0 if bytes.get(at + 2..at + 7) == Some(b"JFIF\0") && length_at(bytes, at) == Some(16) => {}
            _ => return false,
        }
        let Some(length) = length_at(bytes, at).filter(|length| *length >= 2) else { return false };
        at += length;
        if *marker == 0xda {
            let Some(end) = end_of_scan(bytes, at) else { return false };
            at = end;
        }
    }
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at + 2)?;
    Some(usize::from(pair[0]) << 8 | usize::from(pair[1]))
}

/// Where the next marker stands that ends a scan.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xff)?;
        match bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            _ => return Some(at),
        }
    }
}

/// Ogg pages to the last byte, the first of which opens an Opus stream; one stream only.
fn is_ogg(bytes: &[u8]) -> bool {
    let (mut at, mut serial) = (0, None);
    while at < bytes.len() {
        let Some(head) = bytes.get(at..at + 27).filter(|head| head.starts_with(b"OggS\0")) else { return false };
        let segments = usize::from(head[26]);
        let Some(table) = bytes.get(at + 27..at + 27 + segments) else { return false };
        let body = at + 27 + segments;
        let end = body + table.iter().map(|n| usize::from(*n)).sum::<usize>();
        if end > bytes.len() || *serial.get_or_insert(&head[14..18]) != &head[14..18] {
            return false;
        }
        if at == 0 && !bytes[body..end].starts_with(b"OpusHead") {
            return false;
        }
        at = end;
    }
    at > 0
}

/// One RIFF of type WAVE, whose chunks end with the file, its sound plain PCM.
fn is_wav(bytes: &[u8]) -> bool {
    let le = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    if bytes.get(8..12) != Some(b"WAVE") || le(4).is_none_or(|n| n + 8 != bytes.len()) {
        return false;
    }
    let (mut at, mut has_format, mut has_data) = (12, false, false);
    while at < bytes.len() {
        let (Some(name), Some(length)) = (bytes.get(at..at + 4), le(at + 4)) else { return false };
        let body = at + 8;
        match name {
            // 1: integers, 3: floats
            b"fmt " => has_format = matches!(bytes.get(body..body + 2), Some([1 | 3, 0])),
            b"data" => has_data = true,
            b"fact" => {}
            _ => return false,
        }
        let Some(end) = body.checked_add(length).and_then(|end| end.checked_add(length % 2)) else { return false };
        at = end;
    }
    at == bytes.len() && has_format && has_data
}

/// Boxes of an MP4 to the last byte, with sound and without a picture.
fn is_mp4(bytes: &[u8]) -> bool {
    const BOXES: [&[u8]; 10] = [b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"mfra", b"sidx", b"styp", b"wide"];
    let (mut at, mut has_sound) = (0, false);
    while at < bytes.len() {
        let Some(head) = bytes.get(at..at + 8) else { return false };
        let mut length = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        if length == 1 {
            let Some(long) = bytes.get(at + 8..at + 16).and_then(|b| b.try_into().ok()) else { return false };
            length = u64::from_be_bytes(long);
        }
        let end = usize::try_from(length).ok().and_then(|n| at.checked_add(n)).filter(|end| *end >= at + 8 && *end <= bytes.len());
        let Some(end) = end.filter(|_| BOXES.contains(&&head[4..8])) else { return false };
        if &head[4..8] == b"moov" {
            let inside = &bytes[at..end];
            has_sound |= holds(inside, b"soun") && holds(inside, b"mp4a");
            if holds(inside, b"vide") {
                return false;
            }
        }
        at = end;
    }
    has_sound
}

/// A WebM with sound in Opus and without a picture: the header, then one segment to the end. What records while it writes leaves lengths open.
fn is_webm(bytes: &[u8]) -> bool {
    const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
    let Some((length, width)) = ebml_size(bytes, 4) else { return false };
    let Some(at) = length.and_then(|n| n.checked_add(4 + width)).filter(|at| *at < bytes.len()) else { return false };
    if !holds(&bytes[..at], b"webm") || bytes.get(at..at + 4) != Some(SEGMENT) {
        return false;
    }
    let Some((length, width)) = ebml_size(bytes, at + 4) else { return false };
    let body = at + 4 + width;
    if length.is_some_and(|n| body.checked_add(n) != Some(bytes.len())) {
        return false;
    }
    // the tracks stand before the sound
    let head = &bytes[body..bytes.len().min(body + 4096)];
    holds(head, b"A_OPUS") && !holds(head, b"V_VP") && !holds(head, b"V_AV1") && !holds(head, b"V_MPEG") && has_webm_elements(bytes, body)
}

/// Elements of a segment, one after the other, to the last byte. An open cluster goes on to the next one.
fn has_webm_elements(bytes: &[u8], mut at: usize) -> bool {
    const CLUSTER: [u8; 4] = [0x1f, 0x43, 0xb6, 0x75];
    let within = |id: &[u8]| matches!(id, [0xe7] | [0xa3] | [0xa0] | [0xab] | [0xa7] | [0xec] | [0xbf]);
    let top = |id: &[u8]| {
        id == CLUSTER
            || matches!(
                id,
                [0x15, 0x49, 0xa9, 0x66]
                    | [0x16, 0x54, 0xae, 0x6b]
                    | [0x11, 0x4d, 0x9b, 0x74]
                    | [0x1c, 0x53, 0xbb, 0x6b]
                    | [0x12, 0x54, 0xc3, 0x67]
                    | [0xec]
                    | [0xbf]
            )
    };
    let mut is_in_cluster = false;
    while at < bytes.len() {
        let width = bytes[at].leading_zeros() as usize + 1;
        let Some(id) = (width <= 4).then(|| bytes.get(at..at + width)).flatten() else { return false };
        let Some((length, size)) = ebml_size(bytes, at + width) else { return false };
        if !(top(id) || is_in_cluster && within(id)) {
            return false;
        }
        at += width + size;
        match length {
            None if id == CLUSTER => is_in_cluster = true,
            None => return false,
            Some(n) => {
                is_in_cluster = is_in_cluster && within(id);
                let Some(end) = at.checked_add(n).filter(|end| *end <= bytes.len()) else { return false };
                at = end;
            }
        }
    }
    at == bytes.len()
}

/// A length in EBML and how many bytes it takes; `None` within: left open.
fn ebml_size(bytes: &[u8], at: usize) -> Option<(Option<usize>, usize)> {
    let first = *bytes.get(at)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let rest = bytes.get(at + 1..at + width)?;
    let mask = (1_u64 << (8 - width)) - 1;
    let value = rest.iter().fold(u64::from(first) & mask, |n, b| n << 8 | u64::from(*b));
    let open = (1_u64 << (7 * width)) - 1;
    Some((if value == open { None } else { Some(usize::try_from(value).ok()?) }, width))
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|w| w == word)
}

/// What of an upload's headers is signed beside its path: they say where the bytes go and what they are.
pub const SIGNED_HEADERS: [&str; 4] = ["upload-length", "upload-metadata", "upload-offset", "upload-checksum"];

/// The path as it is signed: with the headers of [`SIGNED_HEADERS`] that are there, in that order, one a line.
pub fn signed_path(path: &str, headers: &[(String, String)]) -> String {
    let mut out = path.to_owned();
    for name in SIGNED_HEADERS {
        for (_, value) in headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)) {
            out.push('\n');
            out.push_str(name);
            out.push(':');
            out.push_str(value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As small a file of each kind as is whole.
    fn jpeg() -> Vec<u8> {
        [
            &[0xff, 0xd8, 0xff, 0xe0, 0, 16][..],
            b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0",
            &[0xff, 0xc0, 0, 3, 8],
            &[0xff, 0xda, 0, 2, 1, 2, 0xff, 0, 3],
            &[0xff, 0xd9],
        ]
        .concat()
    }

    fn wav() -> Vec<u8> {
        let body =
            [&b"WAVEfmt "[..], &16_u32.to_le_bytes(), &[1, 0, 1, 0], &[0; 12], b"data", &4_u32.to_le_bytes(), &[1, 2, 3, 4]].concat();
        [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
    }

    fn ogg() -> Vec<u8> {
        let page = |body: &[u8]| [&b"OggS\0"[..], &[0; 9], &[7, 0, 0, 0], &[0; 8], &[1, u8::try_from(body.len()).unwrap()], body].concat();
        [page(b"OpusHead\x01\x01"), page(b"sound")].concat()
    }

    fn mp4() -> Vec<u8> {
        let one = |name: &[u8], body: &[u8]| [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], name, body].concat();
        [one(b"ftyp", b"M4A \0\0\0\0"), one(b"moov", b"hdlr....soun....mp4a"), one(b"mdat", b"sound")].concat()
    }

    fn webm() -> Vec<u8> {
        let open = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let tracks = b"..A_OPUS";
        [
            &[0x1a, 0x45, 0xdf, 0xa3, 0x87, 0x42, 0x82, 0x84][..],
            b"webm",
            &[0x18, 0x53, 0x80, 0x67],
            &open,
            &[0x16, 0x54, 0xae, 0x6b, 0x88],
            tracks,
            &[0x1f, 0x43, 0xb6, 0x75],
            &open,
            &[0xe7, 0x81, 0],
            &[0xa3, 0x82, 1, 2],
        ]
        .concat()
    }

    #[test]
    fn a_whole_file_of_each_kind_is_known_by_its_bytes() {
        let all = [(jpeg(), JPEG), (wav(), "audio/wav"), (ogg(), "audio/ogg"), (mp4(), "audio/mp4"), (webm(), "audio/webm")];
        for (bytes, mime) in all {
            assert_eq!(format_of(&bytes), Some(mime));
            // those that say how long they are, are that long
            let is_told = matches!(mime, JPEG | "audio/wav");
            assert!(!is_told || (0..bytes.len()).all(|cut| format_of(&bytes[..cut]).is_none()), "{mime} cut short");
            for more in [&b"<html><script>alert(1)</script>"[..], b"PK\x03\x04", b"%PDF-1.4", b"<svg/>"] {
                assert_eq!(format_of(&[&bytes[..], more].concat()), None, "{mime} with something behind it");
            }
        }
    }

    #[test]
    fn a_photo_holds_nothing_but_the_picture() {
        let with = |segment: &[u8]| [&jpeg()[..20], segment, &jpeg()[20..]].concat();
        assert_eq!(format_of(&with(&[])), Some(JPEG));
        for marker in [0xe1, 0xe2, 0xed, 0xef, 0xfe] {
            let segment = [&[0xff, marker, 0, 8][..], b"Exif\0\0"].concat();
            assert_eq!(format_of(&with(&segment)), None, "marker {marker:x}");
        }
        let long = [&[0xff, 0xd8, 0xff, 0xe0, 0, 18][..], b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0gp"].concat();
        assert_eq!(format_of(&[&long[..], &jpeg()[20..]].concat()), None, "nothing hides behind the header");
    }

    #[test]
    fn what_is_no_photo_and_no_recording_is_nothing() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for bytes in
            [&b""[..], b"\xff\xd8\xff", svg, b"<!doctype html>", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"BM", b"MZ", b"RIFF\0\0\0\0WEBP"]
        {
            assert_eq!(format_of(bytes), None);
        }
        let video = String::from_utf8_lossy(&mp4()).replace("soun....", "sounvide").into_bytes();
        assert_eq!(format_of(&video), None, "no picture moves here");
    }

    #[test]
    fn a_hash_is_sixty_four_small_digits_and_never_a_path() {
        assert!(is_hash(&"0a".repeat(32)));
        for bad in ["", "..", "../../etc/passwd", "con", &"0A".repeat(32), &"0a".repeat(33), &format!("{}\0", "0a".repeat(31)), "%2e%2e"] {
            assert!(!is_hash(bad), "{bad}");
        }
    }

    #[test]
    fn the_signed_path_names_what_goes_where() {
        let headers = [("Upload-Offset".to_owned(), "5".to_owned()), ("X-Other".to_owned(), "1".to_owned())];
        assert_eq!(signed_path("/v1/media/uploads/x", &headers), "/v1/media/uploads/x\nupload-offset:5");
        assert_eq!(signed_path("/v1/sync", &[]), "/v1/sync");
    }
}
