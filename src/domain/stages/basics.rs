//! Stage 1: what the event is (R18).

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::stage::Rules;

/// Name, kind and description are required.
pub static RULES: Rules =
    Rules { required: &[Field::Name, Field::Type, Field::Description], optional: &[Field::Slug, Field::Image], lacks };

fn lacks(draft: &Draft, field: Field) -> bool {
    !draft.has(field)
}
