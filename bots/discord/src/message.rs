//! A message as the platform takes it: text, cards, components; and the form that a button opens.

use serde::Serialize;
use serde_json::{Value, json};

/// What is shown in one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Markup.
    pub(crate) content: String,
    /// Cards under the text.
    pub(crate) embeds: Vec<Embed>,
    /// Buttons and menus under all of it.
    pub(crate) rows: Vec<Row>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Embed {
    /// Markup.
    pub(crate) title: String,
    /// Markup under the title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// The colour of its edge.
    pub(crate) color: u32,
    /// Facts.
    pub(crate) fields: Vec<Field>,
}

/// A fact of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    /// Markup.
    pub(crate) name: String,
    /// Markup.
    pub(crate) value: String,
    /// Beside the fact before it, where there is room.
    pub(crate) inline: bool,
}

/// A row of components: up to five buttons, or one menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row {
    /// Buttons.
    Buttons(Vec<Key>),
    /// A menu.
    Menu {
        /// Its id.
        id: String,
        /// What it says while nothing is chosen.
        prompt: String,
        /// What there is.
        options: Vec<Opt>,
    },
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Text without markup.
    pub(crate) label: String,
    /// How it looks, and where it leads.
    pub(crate) kind: KeyKind,
}

/// How a button looks, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// What one most likely wants; with its id.
    Main(String),
    /// Another choice; with its id.
    Other(String),
    /// "Yes" to something that has consequences; with its id.
    Go(String),
    /// "Yes" to something that cannot be taken back; with its id.
    Stop(String),
    /// A page.
    Link(String),
}

/// An option of a menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Opt {
    /// Text without markup.
    pub(crate) label: String,
    /// What choosing it gives back.
    pub(crate) value: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

impl Message {
    /// Only words.
    pub(crate) fn text(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// The body of a request. Nobody is ever mentioned by it (THREATS 7.6).
    pub(crate) fn body(&self) -> Value {
        json!({
            "content": self.content,
            "embeds": self.embeds,
            "components": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
            "allowed_mentions": {"parse": []},
        })
    }
}

impl Row {
    fn json(&self) -> Value {
        let components = match self {
            Self::Buttons(keys) => keys.iter().map(Key::json).collect(),
            Self::Menu { id, prompt, options } => {
                vec![
                    json!({"type": 3, "custom_id": id, "placeholder": prompt, "options": options, "min_values": 1, "max_values": 1}),
                ]
            }
        };
        json!({"type": 1, "components": components})
    }
}

impl Key {
    fn json(&self) -> Value {
        let (style, id) = match &self.kind {
            KeyKind::Link(url) => return json!({"type": 2, "style": 5, "label": self.label, "url": url}),
            KeyKind::Main(id) => (1, id),
            KeyKind::Other(id) => (2, id),
            KeyKind::Go(id) => (3, id),
            KeyKind::Stop(id) => (4, id),
        };
        json!({"type": 2, "style": style, "label": self.label, "custom_id": id})
    }
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Modal {
    /// Its id.
    pub(crate) id: String,
    /// Text without markup.
    pub(crate) title: String,
    /// At most five.
    pub(crate) inputs: Vec<Input>,
}

/// A line or a paragraph of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// Its name.
    pub(crate) id: &'static str,
    /// Text without markup.
    pub(crate) label: String,
    /// What it says while it is empty.
    pub(crate) hint: String,
    /// More than one line.
    pub(crate) paragraph: bool,
    /// Something must be typed.
    pub(crate) required: bool,
    /// At most so many characters.
    pub(crate) most: usize,
}

impl Modal {
    /// The data of the response that opens it.
    pub(crate) fn body(&self) -> Value {
        let rows = self.inputs.iter().map(|input| json!({"type": 1, "components": [input.json()]}));
        json!({"custom_id": self.id, "title": self.title, "components": rows.collect::<Vec<_>>()})
    }
}

impl Input {
    fn json(&self) -> Value {
        let mut input = json!({
            "type": 4,
            "custom_id": self.id,
            "label": self.label,
            "style": if self.paragraph { 2 } else { 1 },
            "required": self.required,
            "max_length": self.most,
        });
        if !self.hint.is_empty() {
            put(&mut input, "placeholder", self.hint.as_str());
        }
        input
    }
}

/// Adds a member to an object.
pub(crate) fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value.into());
    }
}
