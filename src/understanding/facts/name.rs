//! What the event is called, when the organizer says so.

use std::ops::Range;

use language::{Grain, Language, TokenKind};

use super::bare::{is_plain, is_whole_answer};
use super::gathering::Gathering;
use super::phrase::{capitalised, clean, quoted, subtitle, title, trim};
use crate::domain::fact::{Fact, Field};
use crate::understanding::scene::Scene;
use crate::understanding::words::{Cue, Want};

/// A bare answer longer than this is no name.
const LONGEST_ANSWER: usize = 12;

/// "Called X", "use X for the title", “X”, "a gala, X, on Friday".
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let found = called(g)
        .or_else(|| before_word(g))
        .or_else(|| in_quotes(g))
        .or_else(|| proper_answer(g))
        .or_else(|| beside_kind(g));
    if let Some(range) = found {
        keep(g, &range);
    }
}

/// The message is the answer to "what is it called?": what no other theme has taken of its first words, or of a sentence
/// that begins like "put ...".
pub(super) fn answer(g: &mut Gathering<'_, '_>) {
    let found = g.scene.sentences().iter().find_map(|sentence| answer_in(g, sentence));
    if let Some(range) = found {
        keep(g, &range);
    }
}

fn answer_in(g: &Gathering<'_, '_>, sentence: &Range<usize>) -> Option<Range<usize>> {
    let scene = g.scene;
    let mut start = sentence.start;
    while let Some(end) = scene.starting(Cue::Put, start).filter(|end| *end < sentence.end) {
        start = end + usize::from(matches!(scene.lower(end), "," | ":"));
    }
    let small = scene.on(Cue::Article, start) && !scene.token(start).is_some_and(|token| token.capital);
    if !g.open(start) || small && names_kind(scene, scene.clause(start)) || start == sentence.start && start > 0 {
        return None;
    }
    let range = title(g, start);
    let only_kind = scene.kind_in(&range).is_some_and(|(kind, _)| *kind == range);
    // "Tech meetup rust": what stands before the kind says what it is about, and is no name by itself.
    if scene.kinds.iter().any(|(kind, _)| kind.start == range.end) {
        return None;
    }
    let whole =
        start > sentence.start && scene.sentences().len() > 1 && is_plain(g, &range) || is_whole_answer(g, &range);
    let wishes = scene.words.intents.find(scene.tokens().get(range.clone()).unwrap_or(&[]));
    // "Thank you" is no name.
    let only_kind = only_kind || wishes.iter().any(|wish| wish.tag != Want::Filler && wish.tokens.len() == range.len());
    (range.len() <= LONGEST_ANSWER && is_name(scene, &range) && !only_kind && whole).then_some(range)
}

/// "Call it a Stylist visit".
fn without_article(scene: &Scene<'_>, range: Range<usize>) -> Range<usize> {
    let article = range.len() > 1 && matches!(scene.lower(range.start), "a" | "an" | "un" | "une" | "una");
    let small = scene.token(range.start).is_some_and(|token| !token.capital);
    if article && small { range.start + 1..range.end } else { range }
}

pub(super) fn keep(g: &mut Gathering<'_, '_>, range: &Range<usize>) {
    let name = written(g.scene, range);
    g.take(range);
    g.said(Fact::Name(name));
}

fn called(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    scene.all(Cue::Name).iter().find_map(|cue| {
        let mine = matches!(
            scene.lower(cue.start.wrapping_sub(1)),
            "my" | "his" | "her" | "their" | "venue" | "tier" | "ticket"
        );
        let mut start = cue.end;
        while matches!(scene.lower(start), ":" | "is" | "as" | "to" | "-" | "=" | "it" | ",") {
            start += 1;
        }
        let told = scene.under_way()
            || names_kind(scene, scene.sentence(cue.start).start..cue.start)
            || scene.sentence(cue.start).start == cue.start
            || g.begins_anew();
        if mine || !told || !g.open(start) {
            return None;
        }
        let range = without_article(scene, title(g, start));
        is_name(scene, &range).then_some(range)
    })
}

/// "Use X for the event title", "X is the title".
fn before_word(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    scene.all(Cue::NameWord).iter().find_map(|word| {
        let clause = scene.clause(word.start);
        let put = scene.within(Cue::Put, &(clause.start..word.start)).last().map_or(clause.start, |put| put.end);
        let range = without_article(scene, trim(scene, put..word.start));
        let points = matches!(scene.lower(range.start), "this" | "that" | "it" | "event" | "i" | "we");
        (!points && g.all_open(&range) && range.len() <= LONGEST_ANSWER && is_name(scene, &range)).then_some(range)
    })
}

/// “X”, unless the words before it speak of a place or a ticket.
fn in_quotes(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    (0..scene.tokens().len()).find_map(|at| {
        let range = quoted(scene, at)?;
        let placed = scene.ending(Cue::At, at).is_some()
            || scene.ending(Cue::VenueIs, at).is_some()
            || scene.ending(Cue::Describe, at).is_some();
        let told = scene.context.asks(Field::Name) || names_kind(scene, scene.sentence(at).start..at);
        let inside_word =
            scene.token(at).is_some_and(|token| token.glued() && at > 0) && matches!(scene.lower(at), "'" | "‘" | "’");
        (told && !placed && !inside_word && g.all_open(&range) && range.len() <= 15 && is_name(scene, &range))
            .then_some(range)
    })
}

/// "Summer Jazz Night" where a name was asked for: a first clause in capitals is one, whatever its words mean.
fn proper_answer(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    if !scene.context.asks(Field::Name) || !g.open(0) {
        return None;
    }
    let head = trim(scene, scene.clause(0));
    let subtitle = subtitle(g, &head);
    let range = head.start..subtitle.as_ref().map_or(head.end, |subtitle| subtitle.end);
    let capital = |at: &usize| scene.token(*at).is_some_and(|token| token.capital);
    let proper = |at: usize| {
        capital(&at) || scene.token(at).is_some_and(|token| token.kind != TokenKind::Word) || scene.on(Cue::Stop, at)
    };
    let reading = &scene.reading;
    let covers = |words: Option<Range<usize>>| words.is_some_and(|words| words.end >= head.end);
    let covered = covers(scene.covering(&reading.times, head.start).map(|(_, words)| words))
        || covers(scene.covering(&reading.places, head.start).map(|(_, words)| words))
        || covers(scene.covering(&reading.money, head.start).map(|(_, words)| words));
    let only_kind = scene.kind_in(&head).is_some_and(|(kind, _)| *kind == head);
    let dated = scene.among(&reading.times, &head).any(|(time, _)| time.value.has_hour);
    let proper = head.clone().all(proper) && range.clone().filter(capital).count() >= 2 && head.len() <= LONGEST_ANSWER;
    // "Old Mill Hall" answers the other question where the place was asked, too.
    let placed = scene.context.asks(Field::Place)
        && subtitle.is_none()
        && scene.has(Cue::Room, &head)
        && scene.kind_in(&head).is_none();
    (proper && !covered && !only_kind && !dated && !placed && is_name(scene, &range)).then_some(range)
}

/// "A charity gala, Hearts of Oak, on Friday": a clause of capital words beside the one that names the kind.
fn beside_kind(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    scene.kinds.iter().find_map(|(kind, _)| {
        let clause = scene.clause(kind.start);
        let range = trim(scene, scene.clause_after(&clause)?);
        let signed = matches!(scene.lower(clause.end), "," | ":" | "-" | "–" | "—");
        let proper = |at: usize| {
            scene.token(at).is_some_and(|token| token.capital || token.kind != TokenKind::Word)
                || scene.on(Cue::Stop, at)
        };
        let capital = scene.token(range.start).is_some_and(|token| token.capital);
        let is_own = signed && capital && (2..=8).contains(&range.len()) && range.clone().all(proper);
        let valued = holds_value(scene, &range)
            || scene.has(Cue::Room, &range)
            || scene.has(Cue::Tier, &range)
            || scene.has(Cue::StreetAfter, &range);
        (is_own && !valued && g.all_open(&range) && is_name(scene, &range)).then_some(range)
    })
}

fn names_kind(scene: &Scene<'_>, range: Range<usize>) -> bool {
    scene.kind_in(&range).is_some() || scene.has(Cue::Event, &range)
}

/// A day, an amount, a city or a number stands in these words; "#12" and years are parts of names.
fn holds_value(scene: &Scene<'_>, range: &Range<usize>) -> bool {
    let reading = &scene.reading;
    let counted = |at: usize| scene.lower(at.wrapping_sub(1)) != "#" && scene.lower(at).len() != 4;
    scene.beginning(&reading.places, range.start).is_some()
        || scene.crossing(&reading.times, range).is_some_and(|(time, _)| time.value.grain != Grain::Year)
        || scene.crossing(&reading.money, range).is_some()
        || scene.among(&reading.numbers, range).any(|(_, words)| counted(words.start))
}

/// Words that can be a name: letters, and more than little words.
fn is_name(scene: &Scene<'_>, range: &Range<usize>) -> bool {
    let told = |at: usize| {
        let word = scene.token(at).is_some_and(|token| token.kind != TokenKind::Symbol);
        word && (!(scene.on(Cue::Stop, at) || scene.on(Cue::Article, at))
            || scene.token(at).is_some_and(|token| token.capital))
    };
    let lettered = scene.slice(range).chars().any(char::is_alphabetic);
    lettered && range.clone().any(told)
}

/// The organizer's writing; a name in small letters only gets the capitals of a title.
fn written(scene: &Scene<'_>, range: &Range<usize>) -> String {
    let text = clean(scene.slice(range));
    let small = !text.chars().any(char::is_uppercase);
    if small && scene.language() == Language::English { title_case(&text) } else { capitalised(&text) }
}

/// "tax for freelancers" is "Tax for Freelancers"; behind a colon a title begins anew.
pub(super) fn title_case(text: &str) -> String {
    const SMALL: &[&str] =
        &["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "vs", "with"];
    let mut begins = true;
    let word = |word: &str| {
        let small = !begins && SMALL.contains(&word) || word.starts_with("http");
        begins = word.ends_with(':');
        if small { word.to_owned() } else { capitalised(word) }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
