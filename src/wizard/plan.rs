//! Where a conversation goes next: which question, which stage. Pure.

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::publishing;
use crate::domain::stage::Stage;

/// What every conversation begins with, also one whose first words come before our greeting.
pub(super) const FIRST_QUESTION: &[Field] = &[Field::Name, Field::Type];

/// What is asked together, in the order of asking.
const QUESTIONS: &[&[Field]] =
    &[FIRST_QUESTION, &[Field::Place, Field::Capacity], &[Field::DateTime], &[Field::PriceCents]];

/// What to ask next; empty when everything that must be said was said. What was put off comes last.
pub(super) fn question(draft: &Draft, put_off: &[Field]) -> Vec<Field> {
    let lacking = publishing::missing(draft);
    let must = |field: &Field| publishing::MUST_BE_SAID.contains(field) && lacking.contains(field);
    let open = |skip: &[Field]| {
        let group = QUESTIONS.iter().find(|group| group.iter().any(|field| must(field) && !skip.contains(field)))?;
        Some(group.iter().copied().filter(|field| lacking.contains(field) && !skip.contains(field)).collect::<Vec<_>>())
    };
    open(put_off).or_else(|| open(&[])).unwrap_or_default()
}

/// What a stage asks for when the organizer goes there: what it lacks, else what it is about.
pub(super) fn question_of(stage: Stage, draft: &Draft) -> Vec<Field> {
    let missing = stage.missing(draft);
    let about = || stage.rules().required.iter().chain(stage.rules().optional).copied().take(1).collect();
    if missing.is_empty() { about() } else { missing.into_iter().take(2).collect() }
}

/// The stage of a question.
pub(super) fn stage_of(asked: &[Field]) -> Stage {
    asked.first().map_or(Stage::Publish, |field| Stage::of(*field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::Fact;
    use crate::domain::values::Provenance;

    #[test]
    fn two_related_things_are_asked_at_once_and_what_was_put_off_comes_last() {
        let mut draft = Draft::default();
        assert_eq!(question(&draft, &[]), [Field::Name, Field::Type]);
        assert_eq!(question(&draft, &[Field::Name, Field::Type]), [Field::Place, Field::Capacity]);
        draft.apply(&vec![
            (Fact::Place("The Carlu".to_owned()), Provenance::Said),
            (Fact::Capacity(50), Provenance::Said),
        ]);
        assert_eq!(question(&draft, &[Field::Name]), [Field::DateTime]);
        draft.apply(&vec![
            (Fact::Date(jiff::civil::date(2026, 12, 1)), Provenance::Said),
            (Fact::Time(jiff::civil::time(18, 0, 0, 0)), Provenance::Said),
            (Fact::Price(0), Provenance::Said),
        ]);
        assert_eq!(question(&draft, &[Field::Name]), [Field::Name, Field::Type]);
        draft.apply(&vec![(Fact::Name("Gala".to_owned()), Provenance::Said)]);
        assert_eq!(question(&draft, &[]), []);
    }
}
