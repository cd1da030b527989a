//! What a model may propose: the organizer's own words for a field. The resolver makes values of them, or nothing.
//!
//! Promises: words that do not stand in the organizer's message are dropped, so that nothing a model makes up becomes a fact
//! (PAINS P34); what comes out is marked as worked out and never overwrites what was said; a proposal changes nothing by
//! itself.

use serde_json::{Map, Value, json};

use super::ladder::Call;
use super::model::Tool;
use super::{Context, Doubt, understand};
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::values::Provenance;

/// The name of the tool.
pub const NAME: &str = "propose_changes";

/// An argument, what it is for, the field it answers, and the fields it may fill.
const ARGUMENTS: &[(&str, &str, Field, &[Field])] = &[
    ("name_text", "what the event is called", Field::Name, &[Field::Name]),
    ("kind_text", "what kind of event it is", Field::Type, &[Field::Type]),
    (
        "when_text",
        "the day and the hour",
        Field::DateTime,
        &[Field::DateTime, Field::EndDateTime, Field::Duration, Field::Timezone],
    ),
    ("duration_text", "how long it lasts", Field::Duration, &[Field::Duration, Field::EndDateTime]),
    ("repeats_text", "how it repeats", Field::Recurrence, &[Field::Recurrence]),
    (
        "place_text",
        "where it is: a venue, an address, a city, online",
        Field::Place,
        &[
            Field::Place,
            Field::Address,
            Field::City,
            Field::Country,
            Field::PlaceKind,
            Field::OnlineUrl,
            Field::Timezone,
        ],
    ),
    ("people_text", "how many people", Field::Capacity, &[Field::Capacity]),
    ("price_text", "what tickets cost", Field::PriceCents, &[Field::PriceCents, Field::TicketTiers, Field::Currency]),
    ("needs_text", "what the place must have", Field::Amenities, &[Field::Amenities]),
];

/// Words for fields, as a model proposed them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposal(Vec<(Field, &'static [Field], String)>);

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resolved {
    /// What it means, marked as worked out.
    pub patch: Patch,
    /// What can be meant in another way.
    pub doubts: Vec<Doubt>,
}

/// The tool as a model is shown it.
pub fn tool() -> Tool {
    let property = |(name, words, ..): &(&str, &str, Field, &[Field])| {
        let description =
            format!("The organizer's own words for {words}, copied letter by letter from the last message.");
        ((*name).to_owned(), json!({"type": "string", "description": description}))
    };
    let properties: Map<String, Value> = ARGUMENTS.iter().map(property).collect();
    Tool {
        name: NAME,
        description: "Proposes what the last message says about the event and the draft does not have yet. Saves nothing.",
        parameters: json!({"type": "object", "properties": properties, "additionalProperties": false}),
    }
}

impl Proposal {
    /// What these calls propose. Other calls than ours, malformed arguments and unknown names are passed over.
    pub fn of(calls: &[Call]) -> Self {
        let mut proposed = Vec::new();
        for call in calls.iter().filter(|call| call.name == NAME) {
            let Ok(Value::Object(arguments)) = serde_json::from_str::<Value>(&call.arguments) else { continue };
            for (name, _, field, fields) in ARGUMENTS {
                if let Some(text) = arguments.get(*name).and_then(Value::as_str).map(str::trim)
                    && !text.is_empty()
                {
                    proposed.push((*field, *fields, text.to_owned()));
                }
            }
        }
        Self(proposed)
    }

    /// Nothing is proposed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What it means as part of this message, said in this context.
    pub fn resolve(&self, message: &str, context: &Context<'_>) -> Resolved {
        let said = plain(message);
        let mut resolved = Resolved::default();
        let nothing = Draft::default();
        for (field, allowed, text) in &self.0 {
            let words = plain(text);
            if words.is_empty() || !stands_in(&words, &said) {
                continue;
            }
            let asked = [*field];
            let understood = understand(
                text,
                &Context { draft: &nothing, asked: &asked, offered: &[], confirming: false, ..*context },
            );
            let fits = |field: Field| allowed.contains(&field);
            let facts =
                understood.patch.into_iter().filter(|(fact, _)| fits(fact.field()) && !matches!(fact, Fact::Clear(_)));
            resolved.patch.extend(facts.map(|(fact, _)| (fact, Provenance::Inferred)));
            resolved.doubts.extend(understood.doubts.into_iter().filter(|doubt| fits(doubt.field)));
        }
        resolved
    }
}

/// Small letters, one blank between words, no signs at the ends.
fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_matches(|sign: char| !sign.is_alphanumeric() && !"$€£¥".contains(sign)).to_owned()
}

/// Whether the words stand in the message as words of their own: "20" does not stand in "2027".
fn stands_in(words: &str, message: &str) -> bool {
    let goes_on = |one: Option<char>, other: Option<char>| {
        let same = |test: fn(&char) -> bool| one.as_ref().is_some_and(test) && other.as_ref().is_some_and(test);
        same(|letter| letter.is_ascii_alphanumeric())
    };
    message.match_indices(words).any(|(at, _)| {
        let before = message.get(..at).and_then(|before| before.chars().next_back());
        let after = message.get(at + words.len()..).and_then(|after| after.chars().next());
        !goes_on(before, words.chars().next()) && !goes_on(words.chars().next_back(), after)
    })
}

#[cfg(test)]
mod tests;
