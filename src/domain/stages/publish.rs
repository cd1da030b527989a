//! Stage 6: the last look (R23). What it requires is the organizer's confirmation, which is no field.

use crate::domain::fact::Field;
use crate::domain::stage::Rules;

/// Nothing more is required.
pub static RULES: Rules =
    Rules { required: &[], optional: &[Field::Visibility], lacks: |draft, field| !draft.has(field) };
