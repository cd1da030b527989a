//! Which sentences speak of the event: a question, an order to somebody else's device, or an attempt to command the wizard
//! fills nothing, whatever numbers it holds.

use std::ops::Range;

use crate::understanding::looking;
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// A first message this short that names a kind of event is about one.
const SHORT_WORDS: usize = 6;

/// For every word, whether it is listened to.
pub(super) fn heard(scene: &Scene<'_>) -> Vec<bool> {
    let mut heard = vec![false; scene.tokens().len()];
    let told: Vec<Range<usize>> = scene
        .sentences()
        .iter()
        // What follows an attempt to command belongs to it.
        .take_while(|sentence| !scene.has(Cue::Hostile, sentence))
        .filter(|sentence| !is_deaf(scene, sentence))
        .cloned()
        .collect();
    let again = |sentence: &Range<usize>| {
        scene.has(Cue::Again, sentence) || scene.has(Cue::AgainOf, sentence) && scene.kind_in(sentence).is_some()
    };
    if scene.under_way()
        || told.iter().any(again)
        || told.iter().any(|sentence| is_about_event(scene, sentence) || looking::asks(scene, sentence))
        || is_plan(scene, &told)
    {
        for sentence in told {
            for word in heard.iter_mut().take(sentence.end + 1).skip(sentence.start) {
                *word = true;
            }
        }
    }
    heard
}

/// Nothing is read from such a sentence.
fn is_deaf(scene: &Scene<'_>, sentence: &Range<usize>) -> bool {
    // "Which venues are there in Toronto?" tells the city.
    if looking::asks(scene, sentence) {
        return false;
    }
    let first = opening_word(scene, sentence);
    let polite = scene.has(Cue::Polite, sentence);
    let asks = scene.starting(Cue::Asking, first).is_some_and(|end| scene.lower(end) != ":");
    if asks && !polite {
        return true;
    }
    let marked = scene.lower(sentence.end) == "?";
    let answer = !scene.context.asked.is_empty() && sentence.len() <= 8;
    let creates = scene.has(Cue::Create, sentence);
    if marked && !polite && !answer && !creates {
        return true;
    }
    let subject = subject(scene, sentence);
    // "Appelle-le ..." calls nobody: it gives a name.
    let names = |spot: &&Range<usize>| scene.starting(Cue::Name, spot.start).is_some();
    if let Some(foreign) = scene.within(Cue::Foreign, sentence).find(|spot| !names(spot)).map(|spot| spot.start) {
        let before_subject = subject.is_none_or(|subject| foreign < subject);
        if foreign <= first + 1 || (before_subject && !scene.under_way()) {
            return true;
        }
    }
    let orders = scene.starting(Cue::Order, first).is_some();
    let planned = creates || (subject.is_some() && people_counted(scene, sentence));
    orders && !scene.under_way() && !planned
}

/// The first word that is no greeting.
pub(super) fn opening_word(scene: &Scene<'_>, sentence: &Range<usize>) -> usize {
    let filler = |at: &usize| {
        let word = scene.lower(*at);
        matches!(word, "hey" | "hi" | "hello" | "ok" | "okay" | "so" | "and" | "well" | "please" | "then" | "," | "pls")
    };
    sentence.clone().find(|at| !filler(at)).unwrap_or(sentence.start)
}

/// Where the sentence names an event.
fn subject(scene: &Scene<'_>, sentence: &Range<usize>) -> Option<usize> {
    let kind = scene.kind_in(sentence).map(|(range, _)| range.start);
    let event = scene.within(Cue::Event, sentence).next().map(|spot| spot.start);
    match (kind, event) {
        (Some(kind), Some(event)) => Some(kind.min(event)),
        (kind, event) => kind.or(event),
    }
}

/// A first message is about an event when somebody makes one, or when a kind stands beside a day, a price or a number of people.
fn is_about_event(scene: &Scene<'_>, sentence: &Range<usize>) -> bool {
    let kind = scene.kind_in(sentence).map(|(range, _)| range.start);
    let reading = &scene.reading;
    let timed =
        scene.among(&reading.times, sentence).any(|(time, _)| time.value.has_date || !time.value.is_part_of_day);
    let priced = scene.among(&reading.money, sentence).next().is_some();
    let placed = scene.among(&reading.places, sentence).next().is_some();
    let counted = people_counted(scene, sentence);
    let created = |at: usize| scene.within(Cue::Create, sentence).any(|spot| spot.start < at);
    match kind {
        Some(at)
            if created(at)
                || timed
                || priced
                || counted
                || is_short(scene, sentence, at)
                || begins_with(scene, sentence, at) =>
        {
            true
        }
        _ => {
            let event = scene.within(Cue::Event, sentence).any(|spot| created(spot.start));
            event || (counted && (timed || priced || placed))
        }
    }
}

/// Without any word for the event: a day with its hour, and a price or a number of people.
fn is_plan(scene: &Scene<'_>, told: &[Range<usize>]) -> bool {
    let reading = &scene.reading;
    let timed = told.iter().any(|sentence| {
        scene.among(&reading.times, sentence).any(|(time, _)| time.value.has_date && time.value.has_hour)
    });
    let priced = told.iter().any(|sentence| scene.among(&reading.money, sentence).any(|(money, _)| !money.free));
    timed && (priced || told.iter().any(|sentence| people_counted(scene, sentence)))
}

/// "A small jazz concert ...": the sentence begins with the event.
fn begins_with(scene: &Scene<'_>, sentence: &Range<usize>, kind: usize) -> bool {
    let first = opening_word(scene, sentence);
    let article = scene.on(Cue::Article, first);
    let named = scene.within(Cue::Event, &(sentence.start..kind)).next().is_some();
    kind == first || kind <= first + 3 && (article || scene.on(Cue::Plain, first)) || named && article
}

/// "Python workshop": a few words that end with the kind, or go on with what it is about.
fn is_short(scene: &Scene<'_>, sentence: &Range<usize>, kind: usize) -> bool {
    let end = scene.kind_in(&(kind..kind + 1)).map_or(kind, |(range, _)| range.end);
    let goes_on = [Cue::Topic, Cue::For, Cue::In, Cue::At].into_iter().any(|cue| scene.starting(cue, end).is_some());
    sentence.len() <= SHORT_WORDS && (end >= sentence.end || goes_on)
}

fn people_counted(scene: &Scene<'_>, sentence: &Range<usize>) -> bool {
    let mut numbers = scene.among(&scene.reading.numbers, sentence);
    numbers.any(|(_, range)| (range.end..range.end + 2).any(|at| scene.counts_people(at)))
}
