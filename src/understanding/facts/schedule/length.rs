//! How long it lasts: minutes, hours or days.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;
use language::Reference;

use crate::domain::fact::{Fact, Field};
use crate::understanding::facts::gathering::Gathering;
use crate::understanding::words::Cue;

const DAY_S: i64 = 86_400;
/// The length of the last day of several, when nothing else is known: from the hour of the start until the late afternoon.
const LAST_DAY_MIN: u32 = 480;

/// The length that is said of the event, not of a talk or a break in it.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let told = |range: &Range<usize>| g.all_open(range) && !is_aside(g, range);
    let lengths: Vec<(Range<usize>, i64)> = scene
        .reading
        .durations
        .iter()
        .map(|found| (scene.range(found.span), found.upper_seconds.unwrap_or(found.seconds)))
        .filter(|(range, _)| told(range))
        .collect();
    if lengths.is_empty() {
        inside_time(g);
        return;
    }
    let corrects = |range: &Range<usize>| scene.has(Cue::Change, &scene.sentence(range.start));
    let chosen = lengths.iter().rfind(|(range, _)| corrects(range)).or_else(|| lengths.first()).cloned();
    let Some((range, seconds)) = chosen else {
        return;
    };
    if seconds % DAY_S == 0 {
        days(g, &range, seconds / DAY_S);
    } else if let Some(minutes) = u32::try_from(seconds / 60).ok().filter(|minutes| *minutes > 0) {
        g.take(&range);
        g.said(Fact::Duration(minutes));
    }
}

/// "6pm for three hours" may be one stretch of words whose length is in its tail.
fn inside_time(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    // "On Friday for five hours" is read as five hours from its midnight.
    let lasts = |value: &language::TimeValue| match value.end {
        None => value.has_hour,
        Some(end) => !value.has_hour && value.has_date && end.date() == value.start.date(),
    };
    let found = scene.reading.times.iter().filter(|time| lasts(&time.value)).find_map(|time| {
        let range = scene.range(time.span);
        let cue = scene.within(Cue::ForLength, &range).find(|cue| cue.start > range.start && g.hears(cue.start))?;
        let tail = scene.slice(&(cue.end..range.end));
        let reference = Reference::from(scene.context.now).in_language(scene.language());
        language::read(tail, &reference).durations.first().map(|length| length.seconds)
    });
    if let Some(minutes) = found.and_then(|seconds| u32::try_from(seconds / 60).ok()).filter(|minutes| *minutes > 0) {
        g.said(Fact::Duration(minutes));
    }
}

/// "A three-day festival from July 2" ends on July 4.
fn days(g: &mut Gathering<'_, '_>, range: &Range<usize>, days: i64) {
    if !(1..=60).contains(&days) || g.has(Field::EndDateTime) {
        return;
    }
    g.take(range);
    let start = g.facts().find_map(|fact| if let Fact::Date(date) = fact { Some(*date) } else { None }).or(g
        .scene
        .context
        .draft
        .date);
    let last = start.and_then(|start: Date| start.checked_add((days - 1).days()).ok());
    match last {
        Some(last) if days > 1 => g.said(Fact::EndDate(last)),
        _ => {
            let minutes = u32::try_from(days - 1).unwrap_or(0) * 1_440 + LAST_DAY_MIN;
            g.inferred(Fact::Duration(minutes));
        }
    }
}

/// The length of something else: "30 minute talks", "2 weeks before", "5 years of experience".
fn is_aside(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let clause = scene.clause(range.start);
    let follows = (range.end..(range.end + 2).min(clause.end)).any(|at| scene.starting(Cue::NotLength, at).is_some());
    let ticket = scene.starting(Cue::Ticket, range.end).is_some();
    follows || ticket || scene.ending(Cue::Not, range.start).is_some()
}
