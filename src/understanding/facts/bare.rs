//! Bare answers: a number, a name or a place without any word that says what it is, where the question or the draft tells.

use std::ops::Range;

use jiff::civil::Time;
use language::TokenKind;

use super::gathering::Gathering;
use super::people::whole;
use super::phrase::{Phrase, capitalised, clean, phrase, trim};
use super::place::without_small_article;
use super::{gate, name, price, several};
use crate::domain::fact::{Fact, Field};
use crate::understanding::intent;
use crate::understanding::words::Cue;

/// What was asked is answered by what no theme has taken.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    if !g.hears_anything() {
        return;
    }
    let scene = g.scene;
    let wish = intent::is_wish(scene);
    if !wish {
        several::read(g);
    }
    number(g);
    if wish {
        return;
    }
    if scene.context.asks(Field::Name) && !g.has(Field::Name) && tells_little(g) {
        name::answer(g);
    }
    let placed = [Field::Place, Field::Address, Field::City, Field::PlaceKind].into_iter().all(|field| !g.has(field));
    if scene.context.asks(Field::Place) && (placed || only_city(g)) {
        place(g);
    }
}

/// A message that tells several things at once names the event with a word that says so, or not at all.
fn tells_little(g: &Gathering<'_, '_>) -> bool {
    let follows = [Field::Type, Field::Timezone, Field::Country, Field::Currency, Field::PlaceKind];
    let told = Field::ALL.iter().filter(|field| !follows.contains(field) && g.has(**field)).count();
    told <= 1
}

/// "Carlu, Toronto": the city is known, the rest is the place.
fn only_city(g: &Gathering<'_, '_>) -> bool {
    g.has(Field::City) && !g.has(Field::Place) && !g.has(Field::Address)
}

fn place(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let mut start = 0;
    while let Some(end) = scene
        .starting(Cue::Put, start)
        .or_else(|| scene.starting(Cue::At, start))
        .or_else(|| scene.starting(Cue::In, start))
    {
        start = end;
    }
    if !g.open(start) {
        return;
    }
    let range = without_small_article(scene, trim(scene, phrase(g, start, Phrase::Place)));
    let valued = scene.beginning(&scene.reading.numbers, range.start).is_some_and(|(_, number)| number == range);
    let text = clean(scene.slice(&range));
    if range.len() <= 10
        && !valued
        && is_whole_answer(g, &range)
        && text.chars().filter(|letter| letter.is_alphabetic()).count() > 1
    {
        g.take(&range);
        g.said(Fact::Place(capitalised(&text)));
    }
}

/// The words are the answer, not the beginning of a sentence about something else.
pub(super) fn is_whole_answer(g: &Gathering<'_, '_>, words: &Range<usize>) -> bool {
    let scene = g.scene;
    let little = |at: usize| {
        [Cue::Stop, Cue::Put, Cue::At, Cue::In, Cue::Article].into_iter().any(|cue| scene.on(cue, at))
            || scene.token(at).is_some_and(|token| token.kind == TokenKind::Symbol)
    };
    let count = scene.tokens().len();
    let left = (0..count).filter(|at| !words.contains(at) && g.open(*at) && !little(*at)).count();
    left <= 1 && is_plain(g, words)
}

/// Small words beyond this many are a sentence, no name and no place.
const LONGEST_SMALL: usize = 8;

/// Words as a name or a place has them, and no sentence. Capitals tell a name whatever its words mean.
pub(super) fn is_plain(g: &Gathering<'_, '_>, words: &Range<usize>) -> bool {
    let scene = g.scene;
    // The capital at the beginning of a sentence says nothing where a wish begins there: "Quiero hacer ...".
    let wished = scene.starting(Cue::Create, words.start).is_some() && scene.sentence(words.start).start == words.start;
    let capital = |at: usize| scene.token(at).is_some_and(|token| token.capital) && !(wished && at == words.start);
    let proper = words.clone().filter(|at| capital(*at)).count() * 2 >= words.len();
    let begins = |cue| scene.starting(cue, words.start).is_some();
    let speaks = [Cue::Order, Cue::Asking].into_iter().any(|cue| scene.on(cue, words.start))
        || [Cue::Create, Cue::Change, Cue::Remove].into_iter().any(begins)
        || begins(Cue::Stop) && !begins(Cue::Article) && !begins(Cue::At);
    let foreign = scene.has(Cue::Foreign, &(0..scene.tokens().len()));
    // "Tickets are" of "Tickets are 35 dollars": the subject of a sentence whose rest a theme has taken.
    let is = |at: usize| !capital(at) && scene.on(Cue::Order, at) && scene.on(Cue::Speech, at);
    let told = words.end + 1 < scene.tokens().len() && !g.open(words.end + 1);
    if is(words.end.saturating_sub(1)) || is(words.end) && told {
        return false;
    }
    proper && words.len() > 1 || !speaks && !foreign && words.len() <= LONGEST_SMALL && !is_speech(g, words)
}

/// Somebody talks to us: "please check my mails", "mute the speakers", "my day was great".
fn is_speech(g: &Gathering<'_, '_>, words: &Range<usize>) -> bool {
    let scene = g.scene;
    let sentence = scene.sentence(words.start);
    // "It's", "please" and "I think" may also lead to the answer itself.
    let speaks = |at: usize| {
        scene.starting(Cue::Speech, at).is_some_and(|end| end > words.start || scene.starting(Cue::Put, at).is_none())
    };
    let first = gate::opening_word(scene, &sentence);
    speaks(first)
        || speaks(words.start)
        || is_order(g, first)
        || is_order(g, words.start)
        || scene.has(Cue::Sentence, &sentence)
}

/// Something else is wanted: "dim the lights in the hall".
pub(super) fn is_order(g: &Gathering<'_, '_>, first: usize) -> bool {
    let scene = g.scene;
    let verb = scene.starting(Cue::Verb, first).is_some_and(|end| scene.starting(Cue::Article, end).is_some());
    verb || scene.on(Cue::Order, first)
}

/// The only number left is what was asked, or what "make it 300" changes.
fn number(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let mut open =
        scene.reading.numbers.iter().filter(|number| !number.ordinal && g.all_open(&scene.range(number.span)));
    let (Some(number), None) = (open.next(), open.next()) else {
        return;
    };
    let range = scene.range(number.span);
    if scene.ending(Cue::Not, range.start).is_some() {
        return;
    }
    let amount = number.upper.unwrap_or(number.value);
    let asked = scene.context.asked.iter().copied().find(|field| is_counted(*field) && !g.has(*field));
    let bare = is_bare(g, &range);
    let field = match asked {
        Some(field) if bare => Some(field),
        _ if scene.has(Cue::Change, &scene.sentence(range.start)) && bare => nearest(g, amount),
        _ => None,
    };
    let Some(fact) = field.and_then(|field| counted(g, field, number)) else {
        return;
    };
    g.take(&range);
    state(g, fact, number);
}

/// States what a bare number answers.
pub(super) fn state(g: &mut Gathering<'_, '_>, fact: Fact, number: &language::Number) {
    match fact {
        Fact::Price(_) => price::state_general(g, number.upper.unwrap_or(number.value)),
        fact => g.said(fact),
    }
}

/// Fields whose answer is a number.
pub(super) fn is_counted(field: Field) -> bool {
    matches!(field, Field::Capacity | Field::PriceCents | Field::TicketTiers | Field::MaxPerOrder | Field::Duration)
}

pub(super) fn counted(g: &Gathering<'_, '_>, field: Field, number: &language::Number) -> Option<Fact> {
    let count = || whole(number);
    match field {
        Field::Capacity => count().map(Fact::Capacity),
        Field::MaxPerOrder => count().map(Fact::MaxPerOrder),
        Field::PriceCents | Field::TicketTiers => Some(Fact::Price(price::minor(g, number.value))),
        // "3" is hours, "90" is minutes.
        Field::Duration => count().map(|length| Fact::Duration(if length <= 12 { length * 60 } else { length })),
        Field::DateTime => beside_hour(g, count()?),
        _ => None,
    }
}

/// An hour in figures, in the half of the day in which the event is.
fn beside_hour(g: &Gathering<'_, '_>, figures: u32) -> Option<Fact> {
    let known = g.scene.context.draft.time?;
    let hour = i8::try_from(figures).ok().filter(|hour| (1..=12).contains(hour))? % 12;
    let halves = [hour, hour + 12].into_iter().filter_map(|hour| Time::new(hour, 0, 0, 0).ok());
    halves.min_by_key(|half| half.duration_since(known).abs()).map(Fact::Time)
}

/// Nothing but little words stands around the number.
fn is_bare(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let little = [Cue::Put, Cue::Change, Cue::Stop, Cue::Article, Cue::Limit, Cue::Plain, Cue::Create, Cue::Polite];
    let sentence = scene.sentence(range.start);
    let told =
        sentence.filter(|at| !range.contains(at) && g.open(*at) && !little.iter().any(|cue| scene.on(*cue, *at)));
    told.filter(|at| scene.token(*at).is_some_and(|token| token.kind != TokenKind::Symbol)).count() <= 1
}

/// Of the numbers that the draft has, the one that the new number is most like.
fn nearest(g: &Gathering<'_, '_>, amount: f64) -> Option<Field> {
    let draft = g.scene.context.draft;
    let digits = draft.currency.map_or(2, |currency| currency.digits());
    let price = draft
        .price_cents
        .filter(|cents| *cents > 0)
        .map(|cents| (Field::PriceCents, cents as f64 / 10_f64.powi(digits.cast_signed())));
    let people = draft.capacity.map(|people| (Field::Capacity, f64::from(people)));
    let order = draft.max_per_order.map(|count| (Field::MaxPerOrder, f64::from(count)));
    // "Make it 11" of a workshop at ten is an hour.
    let hour = draft.time.filter(|_| amount <= 12.0 && amount.fract() == 0.0);
    let hour = hour.map(|time| (Field::DateTime, f64::from((time.hour() + 11) % 12 + 1)));
    let distance = |value: f64| (amount.max(0.01) / value.max(0.01)).ln().abs();
    people
        .into_iter()
        .chain(price)
        .chain(order)
        .chain(hour)
        .min_by(|one, other| distance(one.1).total_cmp(&distance(other.1)))
        .map(|(field, _)| field)
}
