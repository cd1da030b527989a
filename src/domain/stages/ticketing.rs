//! Stage 4: what a ticket costs (R21).

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::stage::Rules;

/// A price is required (free is one), and a currency once something is paid.
pub static RULES: Rules = Rules {
    required: &[Field::PriceCents, Field::Currency],
    optional: &[Field::TicketTiers, Field::MaxPerOrder],
    lacks,
};

fn lacks(draft: &Draft, field: Field) -> bool {
    match field {
        Field::Currency => draft.currency.is_none() && !is_free(draft),
        other => !draft.has(other),
    }
}

/// Nothing is paid for any ticket.
pub fn is_free(draft: &Draft) -> bool {
    draft.price_cents == Some(0) && draft.tiers.iter().all(|tier| tier.price_cents == 0)
}
