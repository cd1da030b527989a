//! Where a conversation goes next: which question, which stage. Pure.

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::publishing;
use crate::domain::stage::Stage;
use crate::domain::values::Provenance;

/// What every conversation begins with, also one whose first words come before our greeting.
pub(super) const FIRST_QUESTION: &[Field] = &[Field::Name, Field::Type];

/// What is asked together, in the order of asking.
const QUESTIONS: &[&[Field]] =
    &[FIRST_QUESTION, &[Field::Place, Field::Capacity], &[Field::DateTime], &[Field::PriceCents]];

/// No more than this is asked in one breath, over all groups.
const FEW: usize = 3;

/// Whoever told this many things can be asked for one more.
const TALKATIVE: usize = 4;

/// What to ask next; empty when everything that must be said was said. What was put off comes last. When little is left to
/// be said, all of it is asked at once.
pub(super) fn question(draft: &Draft, put_off: &[Field]) -> Vec<Field> {
    let lacking = publishing::missing(draft);
    let must = |field: &Field| publishing::MUST_BE_SAID.contains(field) && lacking.contains(field);
    let open = |skip: &[Field]| {
        let wanted = |field: &&Field| must(field) && !skip.contains(field);
        let group = QUESTIONS.iter().find(|group| group.iter().any(|field| wanted(&field)))?;
        let left: Vec<Field> = QUESTIONS.iter().copied().flatten().filter(wanted).copied().collect();
        if left.iter().any(|field| !group.contains(field)) && left.len() <= at_once(draft) {
            return Some(left);
        }
        Some(group.iter().copied().filter(|field| lacking.contains(field) && !skip.contains(field)).collect())
    };
    open(put_off).or_else(|| open(&[])).unwrap_or_default()
}

/// Whose clock it goes by, where neither the place nor the organizer tells: nobody's event is at UTC by accident.
pub(super) fn zone(draft: &Draft, put_off: &[Field]) -> Vec<Field> {
    let known = draft.timezone.is_some() || put_off.contains(&Field::Timezone);
    if known { Vec::new() } else { vec![Field::Timezone] }
}

/// How much may be asked at once: more of somebody who tells much at once.
fn at_once(draft: &Draft) -> usize {
    let told = Field::ALL.iter().filter(|field| draft.provenance.get(field) == Some(&Provenance::Said)).count();
    if told >= TALKATIVE { FEW + 1 } else { FEW }
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

    fn said(facts: Vec<Fact>) -> Vec<(Fact, Provenance)> {
        facts.into_iter().map(|fact| (fact, Provenance::Said)).collect()
    }

    #[test]
    fn two_related_things_are_asked_at_once_and_what_was_put_off_comes_last() {
        let mut draft = Draft::default();
        assert_eq!(question(&draft, &[]), [Field::Name, Field::Type]);
        assert_eq!(question(&draft, &[Field::Name, Field::Type]), [Field::Place, Field::Capacity]);
        draft.apply(&said(vec![Fact::Place("The Carlu".to_owned())]));
        assert_eq!(question(&draft, &[]), [Field::Name, Field::Type]);
        draft.apply(&said(vec![
            Fact::Capacity(50),
            Fact::Date(jiff::civil::date(2026, 12, 1)),
            Fact::Time(jiff::civil::time(18, 0, 0, 0)),
            Fact::Price(0),
        ]));
        assert_eq!(question(&draft, &[Field::Name]), [Field::Name, Field::Type]);
        draft.apply(&said(vec![Fact::Name("Gala".to_owned())]));
        assert_eq!(question(&draft, &[]), []);
    }

    #[test]
    fn the_little_that_is_left_is_asked_at_once() {
        let mut draft = Draft::default();
        draft.apply(&said(vec![Fact::Capacity(5_000), Fact::Date(jiff::civil::date(2027, 7, 2))]));
        assert_eq!(question(&draft, &[]), [Field::Name, Field::Type], "name, place, hour and price are much");
        assert_eq!(question(&draft, &[Field::Name]), [Field::Place, Field::DateTime, Field::PriceCents]);
        draft.apply(&said(vec![Fact::City("Halifax".to_owned()), Fact::Duration(60)]));
        let left = [Field::Name, Field::Place, Field::DateTime, Field::PriceCents];
        assert_eq!(question(&draft, &[]), left, "not for somebody who tells much");
        draft.apply(&said(vec![Fact::Price(7_500)]));
        assert_eq!(question(&draft, &[]), [Field::Name, Field::Place, Field::DateTime]);
    }
}
