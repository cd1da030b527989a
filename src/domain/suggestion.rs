//! Something that the wizard offers: shown, numbered, and applied by its id.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::fact::Fact;

/// What a suggestion is about; also its `type` in the API (R44).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// What to call it.
    Name,
    /// What kind of event it is.
    Type,
    /// A text for guests.
    Description,
    /// A place that we know.
    Venue,
    /// A number of people.
    Capacity,
    /// A day and hour.
    Time,
    /// A length.
    Duration,
    /// A ticket price.
    Price,
    /// A set of ticket kinds.
    Tiers,
    /// What happens when somebody cannot come.
    RefundPolicy,
    /// Who may see it.
    Visibility,
    /// Tickets per order.
    Limit,
    /// A tax rate.
    Tax,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Picking this id applies it.
    pub id: Uuid,
    /// What it is about.
    pub kind: SuggestionKind,
    /// A few words.
    pub label: String,
    /// Why it is suggested, with the data that it rests on.
    pub detail: Option<String>,
    /// The API's own shape for this kind; for venues R44.
    pub data: Value,
    /// What becomes known when it is picked.
    pub facts: Vec<Fact>,
}

impl SuggestionKind {
    /// The written form, as in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::Description => "description",
            Self::Venue => "venue",
            Self::Capacity => "capacity",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Price => "price",
            Self::Tiers => "tiers",
            Self::RefundPolicy => "refund_policy",
            Self::Visibility => "visibility",
            Self::Limit => "limit",
            Self::Tax => "tax",
        }
    }
}
