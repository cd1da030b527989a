//! An upload becomes a picture of our own: JPEG, upright, opaque, of a size that pages show.
//!
//! Promises: sizes are read and judged before pixels are; nothing of the upload but its pixels gets through.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

/// The longer side of what is kept, in pixels: sharp on a wide screen, about 300 KB.
const SIDE: u32 = 1920;
/// The shorter side below which nothing can be seen, in pixels.
const LEAST: u32 = 32;
/// A side of an upload, in pixels.
const MOST_SIDE: u32 = 16_000;
/// Pixels of an upload. A phone's photograph has 12 million, its finest 50.
const MOST_PIXELS: u64 = 52_000_000;
/// Memory that decoding may take, in bytes.
const MOST_MEMORY: u64 = 400 * 1024 * 1024;
/// Of 100: no difference is seen, and the file is a tenth.
const QUALITY: u8 = 84;

/// A picture of our own.
pub struct Remade {
    /// The file.
    pub jpeg: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Why an upload is no picture for us. The words are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// More bytes than we take.
    #[error("That picture is too large. Please choose one of at most 10 MB.")]
    TooHeavy,
    /// Another kind of file, or a broken one.
    #[error("I cannot read that picture. Please choose a JPEG, PNG or WebP file.")]
    Unreadable,
    /// More pixels than we decode.
    #[error("That picture has too many pixels. Please choose a smaller one.")]
    TooManyPixels,
    /// Fewer pixels than can be seen.
    #[error("That picture is too small to be seen. Please choose a larger one.")]
    TooSmall,
}

/// Makes a picture anew. Takes long: not for async threads.
///
/// # Errors
/// Why it cannot be one.
pub fn remake(upload: &[u8]) -> Result<Remade, Unfit> {
    let mut reader = ImageReader::new(Cursor::new(upload)).with_guessed_format().map_err(|_| Unfit::Unreadable)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(Unfit::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unfit::Unreadable)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MOST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Unfit::TooManyPixels);
    }
    if width.min(height) < LEAST {
        return Err(Unfit::TooSmall);
    }
    // A photograph says how it was held; without that it would lie on its side.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Unfit::Unreadable)?;
    let mut picture = if width.max(height) > SIDE { picture.thumbnail(SIDE, SIDE) } else { picture };
    picture.apply_orientation(orientation);
    let opaque = on_white(&picture);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&opaque).map_err(|_| Unfit::Unreadable)?;
    Ok(Remade { jpeg, width: opaque.width(), height: opaque.height() })
}

/// What was transparent is white: JPEG has no transparency, and black would show.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let over = |channel: u8| {
            let (channel, alpha) = (u32::from(channel), u32::from(alpha));
            u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn plain(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([200, 30, 60])))
    }

    /// A JPEG whose EXIF says that the camera was turned, and where it was.
    fn turned() -> Vec<u8> {
        let jpeg = encoded(&plain(80, 40), ImageFormat::Jpeg);
        let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        tiff.extend_from_slice(b"GPS 43.6532 N 79.3832 W");
        let mut exif = b"Exif\0\0".to_vec();
        exif.extend(tiff);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn each_kind_becomes_a_jpeg_of_the_same_shape() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let made = remake(&encoded(&plain(640, 480), format)).unwrap();
            assert_eq!((made.width, made.height), (640, 480));
            assert_eq!(image::guess_format(&made.jpeg).unwrap(), ImageFormat::Jpeg);
            assert!(remake(&made.jpeg).is_ok());
        }
        let wide = remake(&encoded(&plain(4000, 1000), ImageFormat::Jpeg)).unwrap();
        assert_eq!((wide.width, wide.height), (1920, 480));
    }

    #[test]
    fn a_photograph_stands_upright_and_tells_nothing_of_its_place() {
        let turned = turned();
        assert!(turned.windows(3).any(|bytes| bytes == b"GPS"));
        let made = remake(&turned).unwrap();
        assert_eq!((made.width, made.height), (40, 80));
        for secret in [&b"GPS"[..], b"Exif"] {
            assert!(!made.jpeg.windows(secret.len()).any(|bytes| bytes == secret));
        }
    }

    #[test]
    fn what_is_transparent_is_white() {
        let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(64, 64, Rgba([0, 0, 0, 0])));
        let made = remake(&encoded(&clear, ImageFormat::Png)).unwrap();
        let seen = image::load_from_memory(&made.jpeg).unwrap().to_rgb8();
        assert!(seen.get_pixel(32, 32).0.iter().all(|channel| *channel > 250));
    }

    #[test]
    fn bombs_and_other_files_are_refused() {
        // A few bytes that promise 40,000 by 40,000 pixels.
        let mut bomb = encoded(&plain(64, 64), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&40_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&40_000_u32.to_be_bytes());
        let crc = crc(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(remake(&bomb).err(), Some(Unfit::TooManyPixels));
        assert_eq!(remake(&encoded(&plain(8, 200), ImageFormat::Png)).err(), Some(Unfit::TooSmall));
        let half = encoded(&plain(640, 480), ImageFormat::Png);
        for unreadable in [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", &half[..half.len() / 2]] {
            assert_eq!(remake(unreadable).err(), Some(Unfit::Unreadable));
        }
    }

    /// As PNG counts it (ISO 3309).
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
        })
    }
}
