//! Who speaks: the person behind a session, as far as the wizard needs to know.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What somebody may do (SCHEMA: roles and rights; ruling C-63).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Drafts and publishes.
    Organizer,
    /// Signed in, but no organizer: may not use the wizard.
    Attendee,
    /// Not signed in: drafts, and signs in to publish.
    Guest,
}

/// A person as the door knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their profile's id.
    pub id: Uuid,
    /// What they may do.
    pub role: Role,
    /// Their e-mail address, if they have one.
    pub email: Option<String>,
    /// What they like to be called.
    pub name: Option<String>,
    /// Their IANA time zone, if known.
    pub timezone: Option<String>,
    /// Their country (ISO 3166 alpha-2), if known.
    pub country: Option<String>,
    /// Their currency (ISO 4217), if known.
    pub currency: Option<String>,
}

impl Role {
    /// The role with this written form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "organizer" => Some(Self::Organizer),
            "attendee" => Some(Self::Attendee),
            "guest" => Some(Self::Guest),
            _ => None,
        }
    }

    /// The written form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organizer => "organizer",
            Self::Attendee => "attendee",
            Self::Guest => "guest",
        }
    }

    /// May work on drafts.
    pub fn may_draft(self) -> bool {
        self != Self::Attendee
    }

    /// May publish.
    pub fn may_publish(self) -> bool {
        self == Self::Organizer
    }
}
