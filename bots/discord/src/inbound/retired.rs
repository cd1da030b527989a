//! Components that were pressed: they stay to be read, cannot be pressed again, and show which one it was.

use crate::message::put;
use serde_json::{Value, json};
use serenity::model::application::{ActionRow, ActionRowComponent, ButtonKind};

const CHOSEN: u8 = 3;
const OTHER: u8 = 2;

/// The rows of a message with everything that acts out of use. `pressed`: the id of the button, or the value of the option.
pub(super) fn rows(rows: &[ActionRow], pressed: &str) -> Vec<Value> {
    rows.iter().map(|row| json!({"type": 1, "components": row.components.iter().filter_map(|part| retired(part, pressed)).collect::<Vec<_>>()})).collect()
}

/// What stands on the button with this id.
pub(super) fn label(rows: &[ActionRow], id: &str) -> Option<String> {
    let parts = rows.iter().flat_map(|row| &row.components);
    parts
        .filter_map(|part| match part {
            ActionRowComponent::Button(button) => Some(button),
            _ => None,
        })
        .find(|button| matches!(&button.data, ButtonKind::NonLink { custom_id, .. } if custom_id == id))?
        .label
        .clone()
}

fn retired(component: &ActionRowComponent, pressed: &str) -> Option<Value> {
    match component {
        ActionRowComponent::Button(button) => match &button.data {
            ButtonKind::NonLink { custom_id, .. } => {
                let style = if custom_id == pressed { CHOSEN } else { OTHER };
                Some(
                    json!({"type": 2, "style": style, "label": button.label, "custom_id": custom_id, "disabled": true}),
                )
            }
            ButtonKind::Link { url } => Some(json!({"type": 2, "style": 5, "label": button.label, "url": url})),
            ButtonKind::Premium { .. } => None,
        },
        ActionRowComponent::SelectMenu(menu) => {
            let options = menu.options.iter().map(|option| {
                let mut shown =
                    json!({"label": option.label, "value": option.value, "default": option.value == pressed});
                if let Some(description) = &option.description {
                    put(&mut shown, "description", description.as_str());
                }
                shown
            });
            let mut shown = json!({"type": 3, "custom_id": menu.custom_id, "options": options.collect::<Vec<_>>(), "disabled": true});
            if let Some(prompt) = &menu.placeholder {
                put(&mut shown, "placeholder", prompt.as_str());
            }
            Some(shown)
        }
        _ => None,
    }
}
