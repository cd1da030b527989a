//! The small values of an event. Each has one written form, which is what the database and the API carry.

use serde::{Deserialize, Serialize};

/// Makes an enum whose variants have one written form each.
macro_rules! written {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The written form.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value with this written form.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

written! {
    /// What kind of event it is (ruling C-50).
    EventKind {
        /// Talks and panels.
        Conference => "conference",
        /// People learn by doing.
        Workshop => "workshop",
        /// People with a common interest meet.
        Meetup => "meetup",
        /// Live music.
        Concert => "concert",
        /// A talk over the net.
        Webinar => "webinar",
        /// Several days or stages.
        Festival => "festival",
        /// People meet people.
        Networking => "networking",
        /// Anything else: a gala, a fair, a race.
        Other => "other",
    }
}

written! {
    /// Who may see a published event.
    Visibility {
        /// Everybody.
        Public => "public",
        /// Those who have the link from the organizer.
        Private => "private",
    }
}

written! {
    /// Where people take part.
    PlaceKind {
        /// In a place.
        Venue => "venue",
        /// Over the net.
        Online => "online",
        /// Both.
        Hybrid => "hybrid",
    }
}

written! {
    /// The life of an event (ruling C-45); there is no way back to draft.
    EventStatus {
        /// Being made.
        Draft => "draft",
        /// To be seen and booked.
        Published => "published",
        /// Called off.
        Cancelled => "cancelled",
    }
}

written! {
    /// The life of a wizard session.
    SessionStatus {
        /// Goes on.
        InProgress => "in_progress",
        /// Its event is published.
        Completed => "completed",
        /// Idle for long; can be taken up again.
        Abandoned => "abandoned",
    }
}

written! {
    /// Where a value of the draft comes from.
    Provenance {
        /// The organizer said it.
        Said => "said",
        /// Worked out from what the organizer said.
        Inferred => "inferred",
        /// A default that the organizer was told of.
        Default => "default",
        /// Typed into a form, or picked.
        Edited => "edited",
    }
}

impl EventKind {
    /// The kind in an organizer's words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Networking => "networking event",
            Self::Other => "event",
            _ => self.as_str(),
        }
    }

    /// How long such an event usually lasts, in minutes: offered as a default, and said so.
    pub fn usual_duration_min(self) -> u32 {
        match self {
            Self::Conference | Self::Festival => 480,
            Self::Workshop => 180,
            Self::Webinar => 60,
            Self::Concert => 150,
            Self::Meetup | Self::Networking | Self::Other => 120,
        }
    }
}
