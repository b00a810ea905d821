//! A photo made safe: decoded under limits, turned as the camera held it, made smaller and written anew as a JPEG of pixels. Whatever else the
//! file held (place, time, serial number, an older small picture, a second file behind the end) is not carried over, because nothing is.

use crate::error::{CoreError, Result};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use shared_model::limits::{MEDIA_DECODE_BYTES_MAX, MEDIA_PIXELS_MAX, PHOTO_BYTES_MAX, PHOTO_EDGE_MAX, THUMB_BYTES_MAX, THUMB_EDGE_MAX};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Quality of a photo, out of 100.
const QUALITY: u8 = 80;
/// Qualities that are tried for the small picture, one after the other, until it is small enough.
const THUMB_QUALITIES: [u8; 4] = [72, 60, 45, 30];

/// A photo as it is kept.
pub struct Photo {
    pub jpeg: Vec<u8>,
    pub thumb: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Makes a photo of these bytes.
///
/// # Errors
/// `not_a_photo` for anything but a whole JPEG, PNG or WebP; `too_large` beyond the limits. What a decoder panics over is no photo.
pub fn make(bytes: &[u8]) -> Result<Photo> {
    let format = format_of(bytes).ok_or_else(not_a_photo)?;
    catch_unwind(AssertUnwindSafe(|| decode(bytes, format))).unwrap_or_else(|_| Err(not_a_photo()))
}

fn not_a_photo() -> CoreError {
    CoreError::new("not_a_photo", "这不是照片，或照片坏了，没有收下。可以再拍一张；写的字都在。")
}

fn too_large() -> CoreError {
    CoreError::new("too_large", "这张照片太大，没有收下。请在相机里把尺寸调小；写的字都在。")
}

/// By the bytes and never by a name.
fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<Photo> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEDIA_DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|e| failed(&e))?;
    // the head says how large it will be, before a byte is made room for
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MEDIA_PIXELS_MAX || decoder.total_bytes() > MEDIA_DECODE_BYTES_MAX {
        return Err(too_large());
    }
    if width == 0 || height == 0 {
        return Err(not_a_photo());
    }
    let orientation = decoder.orientation().map_err(|e| failed(&e))?;
    limits.reserve(decoder.total_bytes()).map_err(|_| too_large())?;
    decoder.set_limits(limits).map_err(|e| failed(&e))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| failed(&e))?;
    if width.max(height) > PHOTO_EDGE_MAX {
        picture = picture.resize(PHOTO_EDGE_MAX, PHOTO_EDGE_MAX, FilterType::Triangle);
    }
    picture.apply_orientation(orientation);
    let picture = on_white(&picture);
    let mut jpeg = encode(&picture, QUALITY)?;
    if jpeg.len() as u64 > PHOTO_BYTES_MAX {
        jpeg = encode(&picture, QUALITY / 2)?;
    }
    let thumb = small(&picture)?;
    Ok(Photo { jpeg, thumb, width: picture.width(), height: picture.height() })
}

fn failed(e: &image::ImageError) -> CoreError {
    match e {
        image::ImageError::Limits(_) => too_large(),
        _ => not_a_photo(),
    }
}

/// What can be seen through is white behind: a JPEG has no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    let over = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u32::from(colour), u32::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        image::Rgb([over(r, a), over(g, a), over(b, a)])
    })
}

fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).map_err(|e| failed(&e))?;
    Ok(out)
}

fn small(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut edge = THUMB_EDGE_MAX;
    loop {
        let shrunk = DynamicImage::from(picture.clone()).thumbnail(edge.min(picture.width()), edge.min(picture.height())).to_rgb8();
        for quality in THUMB_QUALITIES {
            let out = encode(&shrunk, quality)?;
            if out.len() as u64 <= THUMB_BYTES_MAX {
                return Ok(out);
            }
        }
        // pure noise does not compress; a smaller picture of it does
        edge = edge * 2 / 3;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_model::media;

    /// Red, green, blue and white in the four corners: which way up it is can be told from the pixels.
    fn corners(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
            (true, true) => image::Rgb([220, 20, 20]),
            (false, true) => image::Rgb([20, 200, 20]),
            (true, false) => image::Rgb([20, 20, 220]),
            (false, false) => image::Rgb([240, 240, 240]),
        })
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        encode(picture, 92).unwrap()
    }

    /// A JPEG with an EXIF segment: orientation, a camera's serial number and a place.
    pub fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26, 0, 0, 0, 0]);
        tiff.extend(b"GPSLatitude 34.2648 SERIAL-CANARY-8841");
        let mut segment = vec![0xff, 0xe1];
        segment.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
        segment.extend(b"Exif\0\0");
        segment.extend(tiff);
        [&jpeg[..2], &segment, &jpeg[2..]].concat()
    }

    fn at(picture: &RgbImage, right: bool, bottom: bool) -> &'static str {
        let (x, y) = (picture.width() * if right { 3 } else { 1 } / 4, picture.height() * if bottom { 3 } else { 1 } / 4);
        match picture.get_pixel(x, y).0 {
            [r, g, b] if r > 180 && g > 180 && b > 180 => "white",
            [r, g, b] if r > g && r > b => "red",
            [_, g, b] if g > b => "green",
            _ => "blue",
        }
    }

    fn read(jpeg: &[u8]) -> RgbImage {
        image::load_from_memory(jpeg).unwrap().to_rgb8()
    }

    #[test]
    fn a_photo_is_turned_as_the_camera_held_it_in_each_of_eight_ways() {
        // what the upper left and the upper right corner of the turned picture are, by EXIF orientation
        let upper = [
            ("red", "green"),
            ("green", "red"),
            ("white", "blue"),
            ("blue", "white"),
            ("red", "blue"),
            ("blue", "red"),
            ("white", "green"),
            ("green", "white"),
        ];
        for (n, (left, right)) in (1..=8).zip(upper) {
            let made = make(&with_exif(&jpeg(&corners(80, 40)), n)).unwrap();
            let turned = read(&made.jpeg);
            assert_eq!((at(&turned, false, false), at(&turned, true, false)), (left, right), "orientation {n}");
            assert_eq!(turned.width() < turned.height(), n >= 5, "orientation {n}");
            assert_eq!((turned.width(), turned.height()), (made.width, made.height));
        }
        // a value that no camera writes turns nothing
        assert_eq!(at(&read(&make(&with_exif(&jpeg(&corners(80, 40)), 77)).unwrap().jpeg), false, false), "red");
    }

    #[test]
    fn nothing_but_pixels_leaves_the_camera() {
        let source = with_exif(&jpeg(&corners(80, 40)), 6);
        let made = make(&source).unwrap();
        for out in [&made.jpeg, &made.thumb] {
            assert_eq!(media::format_of(out), Some(media::JPEG));
            for word in [&b"Exif"[..], b"GPS", b"SERIAL-CANARY"] {
                assert!(!out.windows(word.len()).any(|w| w == word));
            }
        }
        assert!(source.windows(3).any(|w| w == b"GPS"));
    }

    #[test]
    fn a_large_photo_becomes_small_and_its_small_picture_smaller() {
        let mut noise = 7_u32;
        let picture = RgbImage::from_fn(2000, 1000, |_, _| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(noise >> 24) as u8, (noise >> 16) as u8, (noise >> 8) as u8])
        });
        let made = make(&jpeg(&picture)).unwrap();
        assert_eq!((made.width, made.height), (1600, 800));
        assert!(made.thumb.len() as u64 <= THUMB_BYTES_MAX && made.jpeg.len() as u64 <= PHOTO_BYTES_MAX);
        let tiny = make(&jpeg(&corners(16, 8))).unwrap();
        assert_eq!((tiny.width, tiny.height), (16, 8), "nothing is made larger");
    }

    #[test]
    fn png_and_webp_come_in_and_what_shows_through_is_white() {
        let clear = image::RgbaImage::from_pixel(20, 10, image::Rgba([0, 0, 0, 0]));
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::from(clear.clone()).write_to(&mut bytes, format).unwrap();
            assert_eq!(at(&read(&make(&bytes.into_inner()).unwrap().jpeg), false, false), "white");
        }
    }

    /// A PNG whose head promises that many pixels and whose body is next to nothing.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(RgbImage::new(1, 1)).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let mut bytes = bytes.into_inner();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }

    #[test]
    fn a_bomb_is_refused_by_its_head() {
        for (width, height) in [(60_000, 60_000), (u32::MAX >> 1, 1), (50_000, 1_001)] {
            assert!(["too_large", "not_a_photo"].contains(&make(&bomb(width, height)).err().unwrap().code.as_str()), "{width}×{height}");
        }
        assert_eq!(make(&bomb(50_000, 1_001)).err().unwrap().code, "too_large");
        // the head of a JPEG that says 65 500 × 65 500
        let mut bytes = jpeg(&corners(16, 16));
        let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
        bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
        assert_eq!(make(&bytes).err().unwrap().code, "too_large");
    }

    #[test]
    fn what_is_no_photo_is_refused_and_what_rides_along_is_dropped() {
        for bytes in
            [&b""[..], b"<svg onload=alert(1)>", b"GIF89a\x01\0\x01\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"%PDF"]
        {
            assert_eq!(make(bytes).err().unwrap().code, "not_a_photo");
        }
        // every prefix of a photo is one or is none, and never a panic
        let whole = jpeg(&corners(24, 16));
        for cut in (0..whole.len()).step_by(7) {
            let _ = make(&whole[..cut]);
        }
        let polyglot = [&whole[..], b"PK\x03\x04<script>alert(1)</script>"].concat();
        let made = make(&polyglot).unwrap();
        assert!(!made.jpeg.windows(7).any(|w| w == b"<script"));
        assert_eq!(media::format_of(&made.jpeg), Some(media::JPEG));
    }
}
