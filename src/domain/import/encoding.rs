//! The text of a file that another program wrote: by its mark, else UTF-8, else as Windows writes it in China or in the West.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// Without the mark of its encoding.
    pub text: Cow<'a, str>,
    /// How it is written, by the name of the WHATWG's standard, where that is not UTF-8.
    pub encoding: Option<&'static str>,
}

/// Reads it. `None`: it is no text.
pub fn decoded(bytes: &[u8]) -> Option<Text<'_>> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| (guessed(bytes), 0));
    let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..)?);
    let encoding = (encoding != UTF_8).then(|| encoding.name());
    // No text has it, whatever the encoding.
    (!text.contains('\0')).then_some(Text { text, encoding })
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(bytes) {
        Ok(_) => UTF_8,
        Err(_) if is_chinese(bytes) => GB18030,
        Err(_) => WINDOWS_1252,
    }
}

/// Whether bytes are GB18030: they can be read as such, and most letters beyond ASCII are two high bytes, where a Western text has
/// single ones ("é") between plain letters.
fn is_chinese(bytes: &[u8]) -> bool {
    let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes) else { return false };
    let letters = text.chars().filter(|letter| !letter.is_ascii()).count();
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    // One high byte and one plain one for each letter of a Western text; two for each common Chinese one.
    high * 2 > letters * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Option<&'static str>) {
        let text = decoded(bytes).unwrap();
        (text.text.into_owned(), text.encoding)
    }

    #[test]
    fn marks_say_how_a_file_is_written() {
        let text = "name,city\n茶馆,上海\n";
        let wide =
            |join: fn(u16) -> [u8; 2]| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(join).collect() };
        assert_eq!(read(&wide(u16::to_le_bytes)), (text.to_owned(), Some("UTF-16LE")));
        assert_eq!(read(&wide(u16::to_be_bytes)), (text.to_owned(), Some("UTF-16BE")));
        assert_eq!(read(format!("\u{feff}{text}").as_bytes()), (text.to_owned(), None));
        assert_eq!(read(text.as_bytes()), (text.to_owned(), None));
        assert_eq!(read(b""), (String::new(), None));
    }

    #[test]
    fn without_a_mark_the_letters_say_it() {
        for text in ["名称,日期\n静安文化中心,2027-05-03\n", "名称,城市,容量\nTea 茶馆,上海,120\n"]
        {
            let (excel, _, _) = GB18030.encode(text);
            assert_eq!(read(&excel), (text.to_owned(), Some("gb18030")));
        }
        for text in [
            "nom;prix\nSoirée d’été – 20 €;20\n",
            "nom,ville\nL'Été créé à Montréal,Québec\nCafé «Noël»,Sète\n",
            "name\nCafé",
            "nombre\n¿Qué? “Año nuevo”\n",
        ] {
            let (windows, _, _) = WINDOWS_1252.encode(text);
            assert_eq!(read(&windows), (text.to_owned(), Some("windows-1252")), "many accents make no Chinese");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        assert_eq!(decoded(b"\x89PNG\r\n\x1a\n\0\0"), None);
        assert_eq!(decoded(b"\xFF\xFEa\0\0\0"), None);
    }
}
