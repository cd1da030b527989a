//! A bare weekday in a correction: "Friday, not Thursday" means the week that the event is in.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use language::{Grain, TimeValue};

use crate::understanding::catalogue;
use crate::understanding::facts::gathering::Gathering;
use crate::understanding::words::Cue;

/// The day of this name in the week of the drafted day, when the words are a correction and nothing but a weekday.
pub(super) fn beside_draft(g: &Gathering<'_, '_>, range: &Range<usize>, value: &TimeValue) -> Option<Date> {
    let scene = g.scene;
    let drafted = scene.context.draft.date?;
    let sentence = scene.sentence(range.start);
    let corrects = scene.has(Cue::Change, &sentence) || scene.has(Cue::Not, &sentence);
    let only = range.len() <= 2 && value.grain == Grain::Day || value.has_hour && !names_week(g, range);
    if !corrects || !only || value.rrule.is_some() || !is_weekday(g, range) {
        return None;
    }
    let monday = drafted.checked_sub(i64::from(drafted.weekday().to_monday_zero_offset()).days()).ok()?;
    let wanted = i64::from(value.start.date().weekday().since(Weekday::Monday));
    let date = monday.checked_add(wanted.days()).ok()?;
    (date >= scene.context.now.date() && date != value.start.date()).then_some(date)
}

/// A weekday's name stands among the words.
fn is_weekday(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let names = catalogue::phrase(g.scene.language().code(), "weekdays");
    let folded = deunicode::deunicode(&names).to_lowercase();
    let is_name = |at: usize| folded.split('|').any(|name| name == g.scene.lower(at));
    range.clone().any(is_name)
}

/// "Next Friday" tells its week itself.
fn names_week(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let plain =
        |at: usize| g.scene.on(Cue::Stop, at) && matches!(g.scene.lower(at), "on" | "at" | "le" | "el" | "a" | "las");
    range.clone().take_while(|at| plain(*at) || !is_weekday(g, &(*at..at + 1))).any(|at| !plain(at))
}
