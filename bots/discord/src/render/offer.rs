//! What may be picked: buttons, a menu, or a numbered list with numbers to press.

use std::collections::HashSet;

use port::Choice;

use super::View;
use crate::button::Act;
use crate::limits::{BUTTON_LABEL, BUTTONS, CONTENT, CUSTOM_ID, OPTION_TEXT, OPTIONS, ROWS};
use crate::markup::{parts, plain_line, units};
use crate::message::{Key, KeyKind, Opt, Row};

/// How the choices are shown.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// Blocks of a message's text.
    pub(super) text: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Shows the choices in the form that loses nothing of them.
pub(super) fn offer(choices: &[Choice], view: View<'_>) -> Offer {
    let mut seen = HashSet::new();
    let choices: Vec<&Choice> = choices.iter().filter(|choice| seen.insert(&choice.id)).collect();
    if choices.is_empty() {
        return Offer::default();
    }
    buttons(&choices, view).or_else(|| menu(&choices, view)).unwrap_or_else(|| numbered(&choices, view))
}

fn pick(choice: &Choice, view: View<'_>) -> Option<String> {
    view.button(Act::Pick(choice.id.clone()))
}

fn fits(text: &str, limit: usize) -> bool {
    !text.trim().is_empty() && units(&plain_line(text)) <= limit
}

fn buttons(choices: &[&Choice], view: View<'_>) -> Option<Offer> {
    let plain = choices.len() <= BUTTONS
        && choices.iter().all(|choice| choice.detail.is_none() && fits(&choice.label, BUTTON_LABEL));
    if !plain {
        return None;
    }
    let key = |choice: &&Choice| {
        Some(Key { label: plain_line(&choice.label).into_owned(), kind: KeyKind::Main(pick(choice, view)?) })
    };
    let keys: Option<Vec<Key>> = choices.iter().map(key).collect();
    Some(Offer { text: Vec::new(), rows: vec![Row::Buttons(keys?)] })
}

fn menu(choices: &[&Choice], view: View<'_>) -> Option<Offer> {
    let fit = |choice: &&Choice| {
        fits(&choice.label, OPTION_TEXT)
            && choice.detail.as_ref().is_none_or(|detail| fits(detail, OPTION_TEXT))
            && (1..=CUSTOM_ID).contains(&units(&choice.id))
    };
    if choices.len() > OPTIONS || !choices.iter().all(fit) {
        return None;
    }
    let option = |choice: &&Choice| Opt {
        label: plain_line(&choice.label).into_owned(),
        value: choice.id.clone(),
        description: choice.detail.as_ref().map(|detail| plain_line(detail).into_owned()),
    };
    let options = choices.iter().map(option).collect();
    let id = view.button(Act::Menu)?;
    Some(Offer { text: Vec::new(), rows: vec![Row::Menu { id, prompt: view.words.say("choose"), options }] })
}

fn numbered(choices: &[&Choice], view: View<'_>) -> Offer {
    let line = |(choice, number): (&&Choice, usize)| match &choice.detail {
        Some(detail) => format!("{number}. {} ({detail})", choice.label),
        None => format!("{number}. {}", choice.label),
    };
    let text = choices.iter().zip(1..).map(line).flat_map(|line| parts(&line, CONTENT)).collect();
    let keys = choices.iter().zip(1..).filter_map(|(choice, number): (&&Choice, usize)| {
        Some(Key { label: number.to_string(), kind: KeyKind::Main(pick(choice, view)?) })
    });
    let keys: Vec<Key> = keys.take((ROWS - 1) * BUTTONS).collect();
    Offer { text, rows: keys.chunks(BUTTONS).map(|row| Row::Buttons(row.to_vec())).collect() }
}
