//! Stage 2: where, and for how many (R19; rulings C-20, C-64).

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::stage::Rules;
use crate::domain::values::PlaceKind;

/// A place (or being online) and a number of people are required.
pub static RULES: Rules = Rules {
    required: &[Field::Place, Field::Capacity],
    optional: &[
        Field::VenueId,
        Field::Address,
        Field::City,
        Field::Country,
        Field::PlaceKind,
        Field::OnlineUrl,
        Field::Amenities,
    ],
    lacks,
};

fn lacks(draft: &Draft, field: Field) -> bool {
    match field {
        // An online event needs no place; a hybrid one does.
        Field::Place if draft.place_kind == Some(PlaceKind::Online) => false,
        Field::Place => draft.place.is_none() && draft.venue_id.is_none() && draft.address.is_none(),
        other => !draft.has(other),
    }
}
