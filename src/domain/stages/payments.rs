//! Stage 5: tax, refunds, and who is paid (R22). Nothing here stops publishing (ruling C-46).

use crate::domain::fact::Field;
use crate::domain::stage::Rules;

/// Nothing is required.
pub static RULES: Rules =
    Rules { required: &[], optional: &[Field::TaxRate, Field::RefundPolicy], lacks: |draft, field| !draft.has(field) };
