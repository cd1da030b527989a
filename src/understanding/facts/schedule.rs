//! When: day, hour, end, length, repetition and zone.
//!
//! Promises: a day is stated only where a day was said, an hour only where an hour was; a part of a day or a whole month is a
//! wish; what has two readings is taken in its likelier one and named as a doubt.

mod bare_hour;
mod doubts;
mod length;
mod weekday;

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::{Date, Time as Clock};
use language::{Direction, Grain, Language, Time, TimeValue, TokenKind};

use super::gathering::Gathering;
use crate::domain::fact::Fact;
use crate::understanding::Wish;
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// A stretch longer than this is a season.
const SEASON_DAYS: i32 = 31;

/// The hours in which most events begin.
const MEETING_HOURS: Range<i8> = 8..20;

/// What a time is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The event begins then, by a word that says so.
    Start,
    /// The event is then.
    Plain,
    /// It ends then.
    End,
}

/// A time of the event.
struct Spot<'t> {
    range: Range<usize>,
    time: &'t Time,
    /// Its reading that is meant.
    value: &'t TimeValue,
    role: Role,
}

/// Everything about when.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let mut spots: Vec<Spot<'_>> = Vec::new();
    for time in &scene.reading.times {
        let range = scene.range(time.span);
        if !g.all_open(&range) {
            continue;
        }
        if is_denied(scene, &range) || is_aside(g, &range) {
            g.take(&range);
        } else if !is_behind(scene, &range, &time.value) {
            let value = meant(scene, time);
            spots.push(Spot { role: role(scene, &range, value), range, time, value });
        }
    }
    for spot in &spots {
        g.take(&spot.range);
    }
    begin(g, &spots);
    end(g, &spots);
    if let Some(rule) = spots.iter().filter_map(|spot| spot.value.rrule.clone()).max_by_key(String::len) {
        g.said(Fact::Recurrence(rule));
    }
    if let Some(zone) = spots.iter().find_map(|spot| spot.value.zone.clone()) {
        g.said(Fact::Timezone(zone));
    }
    bare_hour::read(g);
    length::read(g);
}

/// Which reading of a time is meant: of the two halves of the day that in which the event is already, else, where no day says
/// which, that in which people meet, whatever the hour is now.
fn meant<'t>(scene: &Scene<'_>, time: &'t Time) -> &'t TimeValue {
    let value = &time.value;
    let other = |half: &&TimeValue| {
        is_hour(half) && half.has_date == value.has_date && (!value.has_date || half.start.date() == value.start.date())
    };
    let mut halves = std::iter::once(value).chain(time.alternatives.iter().filter(other));
    let chosen = match scene.context.draft.time {
        _ if !is_hour(value) => None,
        Some(known) => halves.min_by_key(|half| half.start.time().duration_since(known).abs()),
        None if value.has_date => None,
        None => halves.find(|half| MEETING_HOURS.contains(&half.start.hour())),
    };
    chosen.unwrap_or(value)
}

/// The day and the hour of the start.
fn begin(g: &mut Gathering<'_, '_>, spots: &[Spot<'_>]) {
    let scene = g.scene;
    let starts = || spots.iter().filter(|spot| spot.role != Role::End);
    let corrects = |spot: &&Spot<'_>| scene.has(Cue::Change, &scene.sentence(spot.range.start));
    let today = scene.context.now.date();
    // "Monthly" begins some day, not today.
    let dated: Vec<&Spot<'_>> = starts()
        .filter(|spot| is_day(spot.value) && !(spot.value.rrule.is_some() && spot.value.start.date() == today))
        .collect();
    let day = dated
        .iter()
        .rfind(|spot| corrects(spot))
        .or_else(|| dated.iter().find(|spot| spot.role == Role::Start))
        .or_else(|| dated.first());
    if let Some(spot) = day {
        let value = spot.value;
        // "Move it from Friday to Saturday" names the old day first.
        let moved = moves(scene, &spot.range).then(|| last_day(value)).flatten();
        let near = weekday::beside_draft(g, &spot.range, value);
        let date = moved.or(near).unwrap_or(value.start.date());
        g.said(Fact::Date(date));
        if moved.is_none() {
            doubts::about_day(g, spot.time, date, near.map(|_| value.start.date()));
        }
    } else if let Some(spot) = starts().find(|spot| spot.value.has_date && spot.value.rrule.is_none()) {
        wish(g, spot.value);
    }
    if let Some(hour) = hour(scene, spots, day.copied()) {
        g.said(Fact::Time(hour));
    } else if starts().any(|spot| is_after_work(spot.value)) {
        doubts::about_hour(g, [Clock::constant(17, 30, 0, 0), Clock::constant(18, 0, 0, 0)]);
    }
}

/// "After work": from five until the evening is over, and nobody begins at five sharp.
fn is_after_work(value: &TimeValue) -> bool {
    value.is_part_of_day && value.start.hour() == 17 && value.end.is_some_and(|end| end.hour() == 21)
}

/// The hour that stands with the day, else the one that begins something, else the first.
fn hour(scene: &Scene<'_>, spots: &[Spot<'_>], day: Option<&Spot<'_>>) -> Option<Clock> {
    let timed = || spots.iter().filter(|spot| spot.role != Role::End && is_hour(spot.value));
    let corrects = |spot: &&Spot<'_>| scene.has(Cue::Change, &scene.sentence(spot.range.start));
    let chosen = timed()
        .find(|spot| spot.role == Role::Start)
        .or_else(|| timed().rfind(corrects))
        .or_else(|| day.filter(|spot| is_hour(spot.value)))
        .or_else(|| timed().next())?;
    let value = chosen.value;
    let moved = moves(scene, &chosen.range) && !is_day(value);
    Some(value.end.filter(|_| moved).unwrap_or(value.start).time())
}

/// The end: of the stretch that was said, or by a word that says so.
fn end(g: &mut Gathering<'_, '_>, spots: &[Spot<'_>]) {
    let scene = g.scene;
    if let Some(spot) = spots.iter().find(|spot| spot.role == Role::End) {
        let value = spot.value;
        let reach = value.end.filter(|_| !is_hour(value));
        if value.has_date && is_day(value) {
            let date = reach.and_then(|end| end.date().yesterday().ok()).unwrap_or(value.start.date());
            let start = g
                .facts()
                .find_map(|fact| if let Fact::Date(start) = fact { Some(*start) } else { None })
                .or(scene.context.draft.date);
            if start.is_none_or(|start| start < date) {
                g.said(Fact::EndDate(date));
            }
        }
        if is_hour(value) {
            let hour = closing(g, spot);
            g.said(Fact::EndTime(hour));
        }
        return;
    }
    let stretch = spots.iter().find(|spot| spot.value.end.is_some() && (is_hour(spot.value) || is_day(spot.value)));
    let Some(spot) = stretch.filter(|spot| !moves(scene, &spot.range)) else {
        return;
    };
    let value = spot.value;
    let Some(end) = value.end else { return };
    if is_hour(value) {
        // Past midnight is still the same evening.
        let days = value.start.date().until(end.date()).map_or(0, |span| span.get_days());
        if is_day(value) && days >= 1 && end.time() > value.start.time() || days >= 2 {
            g.said(Fact::EndDate(end.date()));
        }
        g.said(Fact::EndTime(end.time()));
    } else if let Some(last) = last_day(value).filter(|last| *last > value.start.date()) {
        g.said(Fact::EndDate(last));
    }
}

/// The hour of an end: "starts 7, ends around nine" is nine in the evening, whatever the hour now.
fn closing(g: &Gathering<'_, '_>, spot: &Spot<'_>) -> Clock {
    let hour = |value: &TimeValue| value.end.unwrap_or(value.start).time();
    let said = g.facts().find_map(|fact| if let Fact::Time(start) = fact { Some(*start) } else { None });
    let plain = hour(&spot.time.value);
    let Some(start) = said.or(g.scene.context.draft.time) else { return plain };
    let lasts = |end: Clock| (end.duration_since(start).as_mins() + 24 * 60) % (24 * 60);
    let readings = spot.time.alternatives.iter().map(hour);
    std::iter::once(plain).chain(readings).find(|end| (1..=12 * 60).contains(&lasts(*end))).unwrap_or(plain)
}

/// The last day of a stretch whose end is exclusive.
fn last_day(value: &TimeValue) -> Option<Date> {
    let end = value.end?;
    let midnight = end.time() == Clock::midnight();
    if midnight { end.date().yesterday().ok() } else { Some(end.date()) }
}

/// A month or a weekend without a day: nothing is set, but the answer takes it up.
fn wish(g: &mut Gathering<'_, '_>, value: &TimeValue) {
    if let Some((from, until)) = stretch(value) {
        g.wish(Wish { from, until });
    }
}

fn stretch(value: &TimeValue) -> Option<(Date, Date)> {
    let from = value.start.date();
    let until = match (value.end.is_some(), value.grain) {
        (true, _) => last_day(value)?,
        (false, Grain::Week) => from.checked_add(6.days()).ok()?,
        (false, Grain::Month) => from.last_of_month(),
        (false, Grain::Quarter) => from.checked_add(2.months()).ok()?.last_of_month(),
        (false, Grain::Year) => from.last_of_year(),
        (false, _) => from,
    };
    Some((from, until))
}

/// A day was said, not a month, a week or a weekend, and not "early March".
fn is_day(value: &TimeValue) -> bool {
    let fine = matches!(value.grain, Grain::Day | Grain::Hour | Grain::Minute | Grain::Second);
    value.has_date && fine && !value.is_rough && !is_weekend(value) && !is_season(value)
}

/// "Summer", "the holidays": longer than what an event lasts by its name.
fn is_season(value: &TimeValue) -> bool {
    let days = value.end.and_then(|end| value.start.date().until(end.date()).ok()).map_or(0, |span| span.get_days());
    !value.has_hour && days > SEASON_DAYS
}

/// Friday evening to Sunday night as the calendar counts "the weekend".
fn is_weekend(value: &TimeValue) -> bool {
    let days = value.end.and_then(|end| value.start.date().until(end.date()).ok()).map_or(0, |span| span.get_days());
    value.has_date && !value.has_hour && value.grain == Grain::Hour && days >= 2
}

fn is_hour(value: &TimeValue) -> bool {
    value.has_hour && !value.is_part_of_day
}

fn role(scene: &Scene<'_>, range: &Range<usize>, value: &TimeValue) -> Role {
    let said = |cue: Cue| {
        scene.starting(cue, range.start).is_some_and(|end| end < range.end)
            || scene.ending(cue, range.start).is_some()
            || range
                .start
                .checked_sub(1)
                .is_some_and(|before| is_little(scene, before) && scene.ending(cue, before).is_some())
    };
    // Mandarin says it behind the hour: "九点结束".
    let closes = scene.language() == Language::Mandarin
        && scene.starting(Cue::End, range.end).is_some()
        && matches!(scene.lower(range.end), "结" | "散");
    if (said(Cue::End) || closes) && value.end.is_none() || value.direction == Some(Direction::Before) {
        Role::End
    } else if said(Cue::Start) {
        Role::Start
    } else {
        Role::Plain
    }
}

fn is_little(scene: &Scene<'_>, at: usize) -> bool {
    scene.on(Cue::Limit, at) || scene.on(Cue::At, at) || matches!(scene.lower(at), "on" | "by" | "is" | ":" | "will")
}

/// "Not Thursday", "instead of 7pm".
fn is_denied(scene: &Scene<'_>, range: &Range<usize>) -> bool {
    let before = if scene.on(Cue::At, range.start.wrapping_sub(1)) { range.start - 1 } else { range.start };
    scene.ending(Cue::Not, range.start).is_some()
        || scene.ending(Cue::Not, before).is_some()
        || scene.starting(Cue::Not, range.start).is_some()
}

/// Doors, registration, sales: times beside the event. A door in the event's name opens nothing.
fn is_aside(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let clause = scene.clause(range.start);
    let aside = scene
        .within(Cue::Doors, &(clause.start..range.end))
        .filter(|cue| !(cue.start..cue.end).any(|at| g.is_used(at)))
        .last();
    let own = scene.within(Cue::Start, &(clause.start..range.end)).last();
    aside.is_some_and(|aside| own.is_none_or(|own| own.start < aside.start || own.start == aside.end))
}

/// "Two years ago" is not when the event is; "15 November 2025" may be, and is doubted.
fn is_behind(scene: &Scene<'_>, range: &Range<usize>, value: &TimeValue) -> bool {
    let over = value.end.unwrap_or(value.start).date() < scene.context.now.date();
    let written = range
        .clone()
        .any(|at| scene.token(at).is_some_and(|token| token.kind == TokenKind::Number && token.lower.len() == 4));
    value.has_date && over && !written && value.rrule.is_none()
}

/// "From Friday to Saturday" beside a word of change is a move, not a stretch.
fn moves(scene: &Scene<'_>, range: &Range<usize>) -> bool {
    let sentence = scene.sentence(range.start);
    scene.has(Cue::Change, &(sentence.start..range.start))
        && matches!(scene.lower(range.start), "from" | "de" | "du" | "desde" | "从")
}
