//! When, and for how long: the weekdays and hours of comparable events, else the usual ones (R20).
//!
//! Promises: every proposed moment lies ahead of now in the event's own time zone; days on which the organizer has something
//! published are left out, and that is said; an hour or a day that was said is kept.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, Weekday};
use serde_json::json;
use sqlx::PgConnection;

use super::words::{Slots, usual};
use super::{Offer, Offers, SHOWN, Sample, Scene};
use crate::domain::fact::Fact;
use crate::domain::suggestion::SuggestionKind;
use crate::store::error::StoreError;
use crate::store::history::{self, Engagement, Often};

/// A moment that may be proposed, with why.
struct Candidate {
    moment: DateTime,
    why: String,
}

/// Three moments.
pub(super) async fn moments(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let (seen, city) = seen_hours(&mut *conn, scene).await?;
    let sample = Sample::of_often(&seen);
    let here = scene.now.to_zoned(scene.zone.clone()).datetime();
    let mut fixed = scene.draft.date.filter(|date| *date >= here.date() && scene.draft.time.is_none());
    let mut candidates = match fixed {
        Some(date) => hours_of(scene, &seen, city, date),
        None => days_ahead(scene, &seen, city),
    };
    candidates.retain(|candidate| candidate.moment > here && scene.draft.starts() != Some(candidate.moment));
    if candidates.is_empty() {
        // Today, and its usual hours are over.
        fixed = None;
        candidates = days_ahead(scene, &seen, city);
    }
    let days: BTreeSet<Date> = candidates.iter().map(|candidate| candidate.moment.date()).collect();
    let busy = history::engagements(conn, scene.person.id, &days.into_iter().collect::<Vec<_>>()).await?;
    let note = note(scene, &seen, &busy, fixed, here.date());
    if fixed.is_none() {
        let taken =
            |candidate: &Candidate| busy.iter().any(|engagement| engagement.starts.date() == candidate.moment.date());
        // Where every day is taken the choice is the organizer's; a stable sort keeps the order otherwise.
        candidates.sort_by_key(taken);
    }
    let list = candidates.into_iter().take(SHOWN).map(|candidate| offer(scene, candidate)).collect();
    Ok(Offers { list, note, sample })
}

/// The hours of this kind in the city, else anywhere; none when there are too few events to tell.
async fn seen_hours<'a>(
    conn: &mut PgConnection,
    scene: &Scene<'a>,
) -> Result<(Vec<Often<(i8, i16)>>, Option<&'a str>), StoreError> {
    let cities = scene.draft.city.as_deref().map(Some).into_iter().chain([None]);
    for city in cities {
        let seen = history::hours(&mut *conn, scene.kind, city).await?;
        if Sample::of_often(&seen).speaks() {
            return Ok((seen, city));
        }
    }
    Ok((Vec::new(), None))
}

/// The hours of one day, most frequent first, then the usual ones.
fn hours_of(scene: &Scene<'_>, seen: &[Often<(i8, i16)>], city: Option<&str>, date: Date) -> Vec<Candidate> {
    let mut counts: Vec<(i16, u32)> = Vec::new();
    for often in seen {
        match counts.iter_mut().find(|(minute, _)| *minute == often.value.1) {
            Some((_, count)) => *count += often.count,
            None => counts.push((often.value.1, often.count)),
        }
    }
    counts.sort_by_key(|(minute, count)| (std::cmp::Reverse(*count), *minute));
    let (words, say) = (scene.words, &scene.words.say);
    let sample = scene.sample_words(Sample::of_often(seen), city, None);
    let often = counts.iter().filter_map(|(minute, count)| {
        let slots = Slots::default().with("count", count.to_string()).with("sample", sample.as_str());
        Some(Candidate { moment: date.to_datetime(time_of(*minute)?), why: slots.fill(&say.time_often_hour) })
    });
    let plural = Slots::default().with("kinds", words.kind(scene.kind).plural.as_str());
    let common = usual()
        .kind(scene.kind)
        .hours
        .iter()
        .map(|hour| Candidate { moment: date.to_datetime(*hour), why: plural.fill(&say.time_usual) });
    distinct(often.chain(common))
}

/// Days some weeks ahead, on the weekdays and at the hours that are frequent, then usual; an hour that was said stays.
fn days_ahead(scene: &Scene<'_>, seen: &[Often<(i8, i16)>], city: Option<&str>) -> Vec<Candidate> {
    let (words, say) = (scene.words, &scene.words.say);
    let first = first_day(scene);
    let today = scene.now.to_zoned(scene.zone.clone()).date();
    let weeks = today.until(first).map_or(0, |ahead| ahead.get_days() / 7);
    let invite = Slots::default().with("weeks", weeks.to_string()).fill(&say.time_weeks);
    let sample = scene.sample_words(Sample::of_often(seen), city, None);
    let often = seen.iter().filter_map(|often| {
        let slots = Slots::default()
            .with("count", often.count.to_string())
            .with("sample", sample.as_str())
            .with("weekday", words.weekday(often.value.0));
        Some((often.value.0, time_of(often.value.1)?, slots.fill(&say.time_often)))
    });
    let plural = Slots::default().with("kinds", words.kind(scene.kind).plural.as_str()).fill(&say.time_usual);
    let figures = usual().kind(scene.kind);
    let common = figures
        .weekdays
        .iter()
        .zip(figures.hours.iter().cycle())
        .map(|(weekday, hour)| (*weekday, *hour, plural.clone()));
    let mut candidates = Vec::new();
    for (weekday, hour, why) in often.chain(common) {
        let (hour, why) = scene.draft.time.map_or((hour, why), |said| (said, say.time_said.clone()));
        let why = [why, invite.clone()].join(words.comma());
        // Two weeks of each, so that a taken day leaves another.
        let days = [0_i64, 7].into_iter().filter_map(|later| on_weekday(first, weekday).checked_add(later.days()).ok());
        let wished = |day: &Date| wish(scene, today).is_none_or(|(_, until)| *day <= until);
        candidates.extend(days.filter(wished).map(|day| Candidate { moment: day.to_datetime(hour), why: why.clone() }));
    }
    // All the first weeks before the second ones; within a week the most frequent first, which a stable sort keeps.
    candidates.sort_by_key(|candidate| candidate.moment.date() >= first.saturating_add(7.days()));
    one_a_day(distinct(candidates.into_iter()))
}

/// The first day that may be proposed: of the stretch that was wished for, else one that leaves time to invite people; where a date
/// was said that is past, the same rule holds.
pub(super) fn first_day(scene: &Scene<'_>) -> Date {
    let today = scene.now.to_zoned(scene.zone.clone()).date();
    if let Some(said) = scene.draft.date.filter(|date| *date > today) {
        return said.saturating_add(1.day());
    }
    let wished = wish(scene, today).map(|(from, _)| from.max(today.saturating_add(1.day())));
    wished.unwrap_or_else(|| today.saturating_add(weeks_ahead(scene).weeks()))
}

/// The stretch that was wished for, "sometime in May", while it is not over.
fn wish(scene: &Scene<'_>, today: Date) -> Option<(Date, Date)> {
    scene.wish.filter(|(_, until)| *until > today && scene.draft.date.is_none())
}

/// More people need more time: three weeks, six from 100 people, ten from 500.
fn weeks_ahead(scene: &Scene<'_>) -> i64 {
    match scene.draft.capacity.unwrap_or_default() {
        0..100 => 3,
        100..500 => 6,
        _ => 10,
    }
}

fn on_weekday(from: Date, number: i8) -> Date {
    let Ok(weekday) = Weekday::from_monday_one_offset(number) else { return from };
    let days = from.weekday().until(weekday);
    from.saturating_add(i64::from(days).days())
}

fn time_of(minute: i16) -> Option<Time> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

fn distinct(candidates: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    let mut seen = BTreeSet::new();
    candidates.filter(|candidate| seen.insert(candidate.moment)).collect()
}

/// Three different days are a better choice than three hours of one, where no day was said.
fn one_a_day(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut seen = BTreeSet::new();
    let (first, rest): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| seen.insert(candidate.moment.date()));
    first.into_iter().chain(rest).collect()
}

fn note(
    scene: &Scene<'_>,
    seen: &[Often<(i8, i16)>],
    busy: &[Engagement],
    fixed: Option<Date>,
    today: Date,
) -> Option<String> {
    let (words, say) = (scene.words, &scene.words.say);
    if let Some(past) = scene.draft.date.filter(|date| *date < today) {
        return Some(Slots::default().with("date", words.date(past)).fill(&say.time_past));
    }
    if let Some(engagement) = busy.first() {
        let slots =
            Slots::default().with("name", engagement.name.as_str()).with("date", words.date(engagement.starts.date()));
        return Some(slots.fill(if fixed.is_some() { &say.time_busy_same } else { &say.time_busy }));
    }
    seen.is_empty().then(|| say.no_events.clone())
}

fn offer(scene: &Scene<'_>, candidate: Candidate) -> Offer {
    let (date, time) = (candidate.moment.date(), candidate.moment.time());
    Offer {
        kind: SuggestionKind::Time,
        label: scene.words.moment(candidate.moment),
        detail: candidate.why,
        data: json!({"dateTime": candidate.moment.strftime("%Y-%m-%dT%H:%M").to_string(), "timezone": scene.zone.iana_name()}),
        facts: vec![Fact::Date(date), Fact::Time(time)],
    }
}

/// Three lengths.
pub(super) async fn lengths(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let seen = history::lengths(conn, scene.kind).await?;
    let sample = Sample::of_often(&seen);
    let seen = if sample.speaks() { seen } else { Vec::new() };
    let (words, say) = (scene.words, &scene.words.say);
    let behind = scene.sample_words(sample, None, None);
    let often = seen.iter().map(|often| {
        let slots = Slots::default().with("count", often.count.to_string()).with("sample", behind.as_str());
        (often.value, slots.fill(&say.length_often))
    });
    let plural = Slots::default().with("kinds", words.kind(scene.kind).plural.as_str()).fill(&say.length_usual);
    let common = usual().kind(scene.kind).lengths_min.iter().map(|minutes| (*minutes, plural.clone()));
    let mut told = BTreeSet::from([scene.draft.duration_min.unwrap_or_default()]);
    let list =
        often.chain(common).filter(|(minutes, _)| told.insert(*minutes)).take(SHOWN).map(|(minutes, why)| Offer {
            kind: SuggestionKind::Duration,
            label: length_words(minutes),
            detail: why,
            data: json!({"duration": minutes}),
            facts: vec![Fact::Duration(minutes)],
        });
    Ok(Offers { list: list.collect(), note: seen.is_empty().then(|| say.no_events.clone()), sample })
}

/// `1 h 30 min`: the signs of the units are the same in each language.
fn length_words(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}
