//! What a turn says and shows, from the session as it was settled.

use port::{Card, Choice, Confirmation, Line, Progress, Purpose, Reply, Source, State};

use super::counsel::Counsel;
use super::state::{self, Aftermath, View};
use super::work::Work;
use crate::domain::clock_turn::ClockTurn;
use crate::domain::fact::{Fact, Field};
use crate::domain::publishing::{self, Warning};
use crate::domain::stage::Stage;
use crate::domain::suggestion::Suggestion;
use crate::domain::values::Provenance;
use crate::understanding::answers::live::{self, Live};
use crate::understanding::answers::{self, Parts, Telling};
use crate::understanding::{Intent, card, notices};

/// The answer in words.
pub(super) fn words(work: &Work<'_>) -> String {
    if let Some(refused) = work.refused.as_ref().and_then(|refused| refused["message"].as_str()) {
        return refused.to_owned();
    }
    if work.unheard {
        return port::words(&work.session.language, "bad_voice", &[]);
    }
    if let Some(live) = &work.live {
        let Ground { name, url, .. } = Ground::of(work);
        return live::answer(live, &work.errors, &name, &url, &work.session.language);
    }
    let words = if let Some(counsel) = work.counsel.filter(|_| work.published.is_none() && !work.before.is_published())
    {
        with_counsel(work, counsel)
    } else {
        let Parts { facts, reaction, closing } = parts(work);
        answers::join([facts, reaction, closing].into_iter().flatten(), &work.session.language)
    };
    match &work.note {
        // Somebody who was late had it with the rules' answer.
        Some(note) if work.published.is_none() && !words.contains(note.as_str()) => format!("{words}\n{note}"),
        _ => words,
    }
}

/// The rules' answer in its parts.
pub(super) fn parts(work: &Work<'_>) -> Parts {
    answers::parts(&telling(work, &Ground::of(work)))
}

/// The rules' answer with a model's words in it: the facts, what the model said, what counts where it said something else,
/// what of its proposals was taken, the next question. What was shown already begins it, unless somebody else changed the
/// draft meanwhile.
fn with_counsel(work: &Work<'_>, counsel: &Counsel) -> String {
    let language = work.session.language.as_str();
    let is_same = counsel.version == work.before.version;
    let added = added(work, counsel);
    let Parts { facts, reaction, closing } = parts(work);
    let is_answered = !counsel.prose.is_empty() || !added.is_empty();
    let facts = if is_same { counsel.base.clone() } else { answers::join(facts, language) };
    let asks_anew = !(is_same && counsel.is_late && work.session.state.asked == counsel.asked);
    let lines = [
        facts,
        counsel.prose.clone(),
        if counsel.prose.is_empty() { String::new() } else { exactly(work, counsel) },
        added,
        answers::join(closing.into_iter().filter(|_| asks_anew), language),
    ];
    if !(is_answered || is_same && counsel.is_late) {
        // Exactly what it would be without a model.
        let Parts { facts, closing, .. } = parts(work);
        return answers::join([facts, reaction, closing].into_iter().flatten(), language);
    }
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// What the draft says of the fields about which a model said something else.
fn exactly(work: &Work<'_>, counsel: &Counsel) -> String {
    let ground = Ground::of(work);
    answers::exactly(&Telling { changed: &counsel.wrong, worked_out: true, ..telling(work, &ground) })
}

/// What a model's proposals changed, and what was assumed because of it.
fn added(work: &Work<'_>, counsel: &Counsel) -> String {
    let defaults: Vec<Field> =
        work.defaults.iter().copied().filter(|field| !counsel.defaults.contains(field)).collect();
    let ground = Ground::of(work);
    let parts = answers::parts(&Telling {
        intent: Intent::Inform,
        changed: &work.noted,
        defaults: &defaults,
        errors: &[],
        doubts: &work.noted_doubts,
        wish: None,
        reverted: None,
        first: false,
        heard: None,
        cut: false,
        worked_out: true,
        clock: new_clock(work).filter(|_| is_clock_noted(work)),
        ..telling(work, &ground)
    });
    answers::join(parts.facts, &work.session.language)
}

/// What an answer is told from and nobody else holds.
struct Ground {
    missing: Vec<Field>,
    name: String,
    url: String,
}

impl Ground {
    fn of(work: &Work<'_>) -> Self {
        let draft = work.session.draft();
        Self { missing: to_be_said(work), name: draft.name.clone().unwrap_or_default(), url: public_url(work) }
    }
}

/// What stands in the way of publishing and only the organizer can say; what we would work out or assume is no obstacle.
fn to_be_said(work: &Work<'_>) -> Vec<Field> {
    let asked = |field: &Field| *field == Field::Timezone && work.session.state.asked.contains(field);
    let mut missing = publishing::missing(work.session.draft());
    missing.retain(|field| publishing::MUST_BE_SAID.contains(field) || asked(field));
    missing
}

fn telling<'a>(work: &'a Work<'_>, ground: &'a Ground) -> Telling<'a> {
    let mut telling = Telling::about(work.session.draft(), &work.session.language);
    telling.intent = work.intent;
    telling.changed = &work.changed;
    telling.errors = &work.errors;
    telling.yours = work.yours.as_ref();
    telling.doubts = &work.doubts;
    telling.wish = work.wish.as_ref();
    telling.clock = new_clock(work).filter(|_| !is_clock_noted(work));
    telling.defaults = &work.defaults;
    telling.venue = work.venue.as_ref().map(|venue| venue.name.as_str());
    telling.asked = &work.session.state.asked;
    telling.suggestions = &work.suggestions;
    telling.missing = &ground.missing;
    // The question itself shows them.
    telling.warnings = if work.offered_token.is_some() { &[] } else { &work.warnings };
    telling.published = work.published.as_ref().map(|_| (ground.name.as_str(), ground.url.as_str()));
    telling.reverted = work.reverted;
    telling.recalled = work.recalled.as_ref();
    telling.worked_out = work.recalled.is_some();
    telling.first = work.first;
    telling.heard = work.job.heard();
    telling.cut = work.cut;
    telling.guest = !work.job.person.role.may_publish();
    telling
}

/// What the clocks make of the hour, when that is new; said once, and not beside the same warning before a yes.
fn new_clock(work: &Work<'_>) -> Option<ClockTurn> {
    let before = ClockTurn::of(work.before.draft(), work.job.person.timezone.as_deref());
    let is_warned = |turn: ClockTurn| work.warnings.contains(&Warning::ClocksChange(turn));
    work.clock().filter(|turn| before != Some(*turn) && !is_warned(*turn))
}

/// The hour comes of what a model proposed.
fn is_clock_noted(work: &Work<'_>) -> bool {
    [Field::DateTime, Field::Timezone].iter().any(|field| work.noted.contains(field))
}

/// Everything that is shown, in order; [`Reply::Done`] follows by itself.
pub(super) fn replies(work: &Work<'_>, words: String) -> Vec<Reply> {
    // What was shown while a model was asked is not shown again. Where somebody else changed the draft meanwhile it does not
    // begin the answer any more: then the whole answer counts, and comes in one piece.
    let shown = work.counsel.map_or("", |counsel| counsel.shown.as_str());
    let rest = words.strip_prefix(shown).unwrap_or_default();
    let mut replies: Vec<Reply> = pieces(rest).into_iter().map(Reply::Delta).collect();
    replies.push(Reply::Said(words));
    if let Some(token) = &work.offered_token {
        replies.push(Reply::Confirm(confirmation(work, token)));
    } else if matches!(work.intent, Intent::Summary | Intent::WhatIsLeft) {
        replies.push(Reply::Draft(draft_card(work)));
    }
    if work.published.is_some() {
        let title = work.session.draft().name.clone().unwrap_or_default();
        let language = work.session.language.clone();
        replies.push(Reply::Published { title, url: public_url(work), language });
    } else if work.offered_token.is_none() && !work.suggestions.is_empty() {
        replies.push(Reply::Suggestions(work.suggestions.iter().map(choice).collect()));
        // Of the other kinds there are no more than these.
        if work.suggestions.iter().all(|offer| offer.facts.iter().any(|fact| matches!(fact, Fact::Venue(_)))) {
            replies.push(Reply::More(notices::more(&work.session.language)));
        }
    }
    let is_shown = replies.iter().any(|reply| matches!(reply, Reply::Draft(_)));
    if work.job.addressed && !is_shown && work.session.draft() != work.before.draft() {
        replies.push(Reply::Glance(draft_card(work)));
    }
    replies.push(Reply::Progress(progress(work.session.stage, &work.session.language)));
    replies.push(Reply::State(state(work)));
    replies
}

fn state(work: &Work<'_>) -> State {
    state::of(View {
        session: &work.session,
        person: &work.job.person,
        venue: work.venue.as_ref(),
        suggestions: &work.suggestions,
        link: work.link.as_deref(),
        aftermath: Aftermath {
            errors: state::errors(&work.errors, &work.unread, &work.session.language),
            conflicts: work.conflicts.clone(),
            refused: work.refused.clone(),
            is_degraded: work.counsel.is_some_and(|counsel| counsel.is_degraded),
        },
        now: work.now,
        public_url: &work.desk.public_url,
    })
}

/// The words of an answer one by one, white space kept, as a stream would bring them.
fn pieces(words: &str) -> Vec<String> {
    words.split_inclusive(char::is_whitespace).map(str::to_owned).collect()
}

fn choice(suggestion: &Suggestion) -> Choice {
    Choice { id: suggestion.id.to_string(), label: suggestion.label.clone(), detail: suggestion.detail.clone() }
}

fn progress(stage: Stage, language: &str) -> Progress {
    Progress {
        stage: stage.number(),
        title: notices::stage_title(stage, language),
        percent: stage.percent_complete(),
        remaining_s: stage.remaining_s(),
        language: language.to_owned(),
    }
}

fn confirmation(work: &Work<'_>, token: &str) -> Confirmation {
    Confirmation {
        revision: work.session.revision(),
        token: token.to_owned(),
        purpose: purpose(work),
        card: question_card(work),
        url: public_url(work),
        warnings: work.warnings.iter().map(|kind| notices::warning(*kind, &work.session.language)).collect(),
    }
}

/// What a yes would do.
fn purpose(work: &Work<'_>) -> Purpose {
    match &work.live {
        Some(Live::AskedToCallOff { .. }) => Purpose::CallOff,
        Some(Live::AskedToRefund { .. }) => Purpose::Refund,
        None | Some(Live::AskedForAll { .. }) => Purpose::Publish,
        Some(_) => Purpose::Change,
    }
}

/// What the question is about: the draft, or of a published event what would be another.
fn question_card(work: &Work<'_>) -> Card {
    let mut card = draft_card(work);
    if let Some(Live::Asked { differences, .. } | Live::Letter { differences, .. }) = &work.live {
        card.lines = differences
            .iter()
            .map(|change| Line {
                label: change.label.clone(),
                value: live::change_words(change, &work.session.language),
                source: Source::Said,
            })
            .collect();
    }
    if let Some(asked @ Live::AskedToRefund { .. }) = &work.live {
        let line = |(label, value)| Line { label, value, source: Source::Said };
        card.lines = live::refund_lines(asked, &work.session.language).into_iter().map(line).collect();
    }
    if let Some(asked @ Live::AskedForAll { .. }) = &work.live {
        let line = |(label, value)| Line { label, value, source: Source::Said };
        card.lines = live::series_lines(asked, &work.session.language).into_iter().map(line).collect();
        card.missing.clear();
    }
    card
}

/// The draft as it is saved.
fn draft_card(work: &Work<'_>) -> Card {
    let draft = work.session.draft();
    let venue = work.venue.as_ref().map(|venue| venue.name.as_str());
    let lines = card::lines(draft, venue, &work.session.language).into_iter().map(|line| Line {
        label: line.label,
        value: line.value,
        source: source(line.provenance),
    });
    Card {
        title: draft.name.clone().unwrap_or_else(|| notices::nameless(&work.session.language)),
        lines: lines.collect(),
        missing: to_be_said(work).into_iter().map(|field| notices::field_name(field, &work.session.language)).collect(),
        language: work.session.language.clone(),
    }
}

fn source(provenance: Option<Provenance>) -> Source {
    match provenance {
        Some(Provenance::Inferred) => Source::Inferred,
        Some(Provenance::Default) => Source::Default,
        Some(Provenance::Edited) => Source::Edited,
        Some(Provenance::Said) | None => Source::Said,
    }
}

/// Where the event is, or would be if it were published now.
fn public_url(work: &Work<'_>) -> String {
    let draft = work.session.draft();
    let plain = || draft.name.as_deref().map(publishing::slug_for);
    let slug = draft.slug.clone().or_else(|| work.link.clone()).or_else(plain).unwrap_or_default();
    format!("{}/e/{slug}", work.desk.public_url)
}
