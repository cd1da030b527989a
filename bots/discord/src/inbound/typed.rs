//! Forms that a button opens, and what is typed into them.

use port::{Body, Form};
use serenity::model::application::{ActionRow, ActionRowComponent};

use crate::button::{Act, Button};
use crate::limits::{MODAL_LABEL, MODAL_VALUE};
use crate::markup::clipped;
use crate::message::{Input, Modal};
use crate::words::Words;

/// The longest name of an event that a form takes.
const NAME: usize = 200;

/// A form to answer in.
pub(super) fn answer(button: &Button, words: Words) -> Modal {
    let input = Input {
        id: "text",
        label: clipped(&words.say("answer_title"), MODAL_LABEL),
        hint: String::new(),
        paragraph: true,
        required: true,
        most: MODAL_VALUE,
    };
    form(button, words, "answer_title", vec![input])
}

/// A form to change the event in.
pub(super) fn change(button: &Button, words: Words) -> Modal {
    let input = |id, label: &str, paragraph, most| Input {
        id,
        label: clipped(&words.say(label), MODAL_LABEL),
        hint: words.say("empty_keeps"),
        paragraph,
        required: false,
        most,
    };
    let inputs = vec![
        input("name", "event_name", false, NAME),
        input("description", "event_description", true, MODAL_VALUE),
        input("text", "anything_else", true, MODAL_VALUE),
    ];
    form(button, words, "change_title", inputs)
}

fn form(button: &Button, words: Words, title: &str, inputs: Vec<Input>) -> Modal {
    Modal { id: button.id().unwrap_or_default(), title: clipped(&words.say(title), MODAL_LABEL), inputs }
}

/// What was typed; `None` when it was nothing.
pub(super) fn body(act: &Act, rows: &[ActionRow]) -> Option<Body> {
    let typed = |wanted: &str| {
        let parts = rows.iter().flat_map(|row| &row.components);
        let values = parts.filter_map(|part| match part {
            ActionRowComponent::InputText(input) if input.custom_id == wanted => input.value.clone(),
            _ => None,
        });
        values.map(|value| value.trim().to_owned()).find(|value| !value.is_empty())
    };
    match act {
        Act::Ask => typed("text").map(Body::Text),
        Act::Change => {
            let mut form = Form { text: typed("text"), ..Form::default() };
            for field in ["name", "description"] {
                form.fields.extend(typed(field).map(|value| (field.to_owned(), value.into())));
            }
            (form.text.is_some() || !form.fields.is_empty()).then_some(Body::Form(form))
        }
        _ => None,
    }
}
