//! What advice is about: what is asked next decides, else what the stage still lacks.

use super::Question;
use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::stage::Stage;
use crate::domain::values::PlaceKind;

/// A kind of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Name,
    Kind,
    Description,
    Place,
    PlaceKind,
    Capacity,
    Moment,
    Length,
    Price,
    Currency,
    Tiers,
    Limit,
    Tax,
    Refunds,
    Visibility,
}

impl Topic {
    /// What else may be picked beside it where it has fewer than three answers.
    pub(super) fn beside(self) -> Option<Self> {
        match self {
            Self::Tax => Some(Self::Refunds),
            Self::Refunds => Some(Self::Tax),
            Self::Limit | Self::Currency => Some(Self::Tiers),
            Self::Visibility => Some(Self::Description),
            Self::Description => Some(Self::Name),
            _ => None,
        }
    }
}

/// What the question is about.
pub(super) fn of(question: &Question<'_>) -> Topic {
    question.asked.iter().find_map(|field| of_field(*field)).unwrap_or_else(|| of_stage(question.stage, question.draft))
}

fn of_field(field: Field) -> Option<Topic> {
    Some(match field {
        Field::Name | Field::Slug => Topic::Name,
        Field::Type => Topic::Kind,
        Field::Description => Topic::Description,
        Field::Place | Field::VenueId | Field::Address | Field::City | Field::Country | Field::Amenities => {
            Topic::Place
        }
        Field::PlaceKind => Topic::PlaceKind,
        Field::Capacity => Topic::Capacity,
        Field::DateTime => Topic::Moment,
        Field::Duration | Field::EndDateTime => Topic::Length,
        Field::PriceCents => Topic::Price,
        Field::Currency => Topic::Currency,
        Field::TicketTiers => Topic::Tiers,
        Field::MaxPerOrder => Topic::Limit,
        Field::TaxRate => Topic::Tax,
        Field::RefundPolicy => Topic::Refunds,
        Field::Visibility => Topic::Visibility,
        Field::OnlineUrl | Field::Timezone | Field::Recurrence | Field::Image => return None,
    })
}

/// What the stage lacks first; when it lacks nothing, another choice for what it is about.
fn of_stage(stage: Stage, draft: &Draft) -> Topic {
    let lacks = |field| !draft.has(field);
    match stage {
        Stage::Basics if lacks(Field::Name) => Topic::Name,
        Stage::Basics if lacks(Field::Type) => Topic::Kind,
        Stage::Venue if draft.place_kind == Some(PlaceKind::Online) => Topic::Capacity,
        Stage::Venue if lacks(Field::Capacity) && !lacks(Field::VenueId) => Topic::Capacity,
        Stage::Venue => Topic::Place,
        Stage::Schedule if draft.starts().is_some() && lacks(Field::Duration) => Topic::Length,
        Stage::Schedule => Topic::Moment,
        Stage::Ticketing if lacks(Field::PriceCents) => Topic::Price,
        Stage::Ticketing if !lacks(Field::TicketTiers) && lacks(Field::MaxPerOrder) => Topic::Limit,
        Stage::Ticketing => Topic::Tiers,
        Stage::Payments if !lacks(Field::RefundPolicy) && lacks(Field::TaxRate) => Topic::Tax,
        Stage::Payments => Topic::Refunds,
        Stage::Publish if lacks(Field::Visibility) => Topic::Visibility,
        Stage::Basics | Stage::Publish => Topic::Description,
    }
}
