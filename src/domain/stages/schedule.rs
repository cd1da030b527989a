//! Stage 3: when (R20).

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::stage::Rules;

/// A day with its hour, a length and a time zone are required.
pub static RULES: Rules = Rules {
    required: &[Field::DateTime, Field::Duration, Field::Timezone],
    optional: &[Field::EndDateTime, Field::Recurrence],
    lacks,
};

fn lacks(draft: &Draft, field: Field) -> bool {
    match field {
        Field::DateTime => draft.starts().is_none(),
        Field::Duration => draft.duration_min.is_none(),
        other => !draft.has(other),
    }
}
