//! The draft as a card, and as text where it is too long for one.

use port::{Card, Line};

use crate::limits::{CONTENT, EMBED_DESCRIPTION, EMBED_FIELDS, EMBED_TITLE, EMBED_TOTAL, FIELD_NAME, FIELD_VALUE};
use crate::markup::{escape, parts, units};
use crate::message::{Embed, Field};

const DRAFT: u32 = 0x5B_6B_D6;
const QUESTION: u32 = 0x2E_9E_6B;
/// A fact up to this long stands beside others.
const SHORT: usize = 40;

/// The card; `None` when it breaks a limit. `notes`: what to know before saying yes; the card is a question then.
pub(super) fn embed(card: &Card, notes: &[String]) -> Option<Embed> {
    let title = escape(&card.title);
    let description = escape(&remarks(card, notes).join("\n"));
    let fields: Vec<Field> = card.lines.iter().map(|line| field(line, &card.language)).collect();
    let fits = |field: &Field| (1..=FIELD_NAME).contains(&units(&field.name)) && units(&field.value) <= FIELD_VALUE;
    let facts = fields.iter().map(|field| units(&field.name) + units(&field.value)).sum::<usize>();
    let lawful = units(&title) <= EMBED_TITLE
        && units(&description) <= EMBED_DESCRIPTION
        && fields.len() <= EMBED_FIELDS
        && units(&title) + units(&description) + facts <= EMBED_TOTAL;
    let color = if notes.is_empty() { DRAFT } else { QUESTION };
    (lawful && fields.iter().all(fits)).then_some(Embed { title, description, color, fields })
}

/// The same in words, each block at most a message long.
pub(super) fn text(card: &Card, notes: &[String]) -> Vec<String> {
    let mut blocks = parts(&card.title, CONTENT);
    let lines =
        card.lines.iter().map(|line| format!("{}: {}{}", line.label, line.value, line.source.mark(&card.language)));
    blocks.extend(lines.chain(remarks(card, notes)).flat_map(|line| parts(&line, CONTENT)));
    blocks
}

fn remarks(card: &Card, notes: &[String]) -> Vec<String> {
    card.still_missing().into_iter().chain(notes.iter().cloned()).collect()
}

fn field(line: &Line, language: &str) -> Field {
    let value = format!("{}{}", line.value, line.source.mark(language));
    let value = if value.trim().is_empty() { "—".to_owned() } else { escape(&value) };
    Field { name: escape(&line.label), inline: units(&value) <= SHORT, value }
}
