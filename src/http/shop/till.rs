//! `/e/{slug}/tickets`: what there is to be had, what is left of it, and the form that orders it.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use minijinja::Value;
use serde::Serialize;

use super::forms::{Form, answer_field, field};
use super::{Asked, page};
use crate::domain::money::local_price;
use crate::domain::sale::{Kind, Offer, Refusal, Till};
use crate::domain::values::{EventKind, EventStatus};
use crate::http::address::ClientAddress;
use crate::http::error::HttpError;
use crate::http::event_page;
use crate::http::gate::is_foreign;
use crate::http::place::Place;
use crate::http::router::HttpState;
use crate::http::schedule::Schedule;
use crate::http::templates;
use crate::http::text::one_line;
use crate::http::words::Words;
use crate::sales::{Field, Patience, SaleError, Shown, Wish};
use crate::store::error::StoreError;

/// The values of the template.
#[derive(Debug, Serialize)]
struct TillView {
    title: String,
    kind: &'static str,
    when: Option<String>,
    place: Option<String>,
    event_url: Value,
    action: Value,
    form: String,
    kinds: Vec<KindView>,
    open: bool,
    costs: bool,
    name: String,
    email: String,
    has_codes: bool,
    promo: String,
    questions: Vec<QuestionView>,
    waits: Vec<WaitView>,
    error: Option<Trouble>,
    notice: Option<String>,
}

#[derive(Debug, Serialize)]
struct KindView {
    field: String,
    name: String,
    price: String,
    note: Option<String>,
    most: Option<u32>,
    count: u32,
}

/// Something that the organizer asks.
#[derive(Debug, Serialize)]
struct QuestionView {
    field: String,
    question: String,
    required: bool,
    answer: String,
}

/// A kind that can be waited for.
#[derive(Debug, Serialize)]
struct WaitView {
    field: String,
    name: String,
}

/// What is wrong with a form, and where.
#[derive(Debug, Clone, Serialize)]
struct Trouble {
    text: String,
    field: Option<String>,
}

/// Shows the till.
pub(super) async fn show(
    State(state): State<HttpState>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let words = event_page::tongue(&state, &slug, asked.lang.as_deref(), &headers).await?;
    let form = Form::new(asked.done.map(|done| ("done".to_owned(), done)).into_iter().collect());
    answer(&state, &slug, words, StatusCode::OK, &form, None).await
}

/// Takes an order.
pub(super) async fn buy(
    State(state): State<HttpState>,
    Path(slug): Path<String>,
    address: ClientAddress,
    headers: HeaderMap,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Result<Response, HttpError> {
    let form = Form::new(fields);
    let words = event_page::tongue(&state, &slug, Some(form.get("lang")), &headers).await?;
    if is_foreign(&headers) {
        return Err(HttpError::Malformed);
    }
    if let Err(wait) = state.limits.check_purchase(address.ip.filter(|_| !address.is_here)) {
        let text = words.fill("e_fast", &[("count", &wait.seconds.to_string())]);
        let trouble = Trouble { text, field: None };
        return answer(&state, &slug, words, StatusCode::TOO_MANY_REQUESTS, &form, Some(trouble)).await;
    }
    if form.get("do") == "wait" {
        return wait(&state, &slug, words, &form).await;
    }
    let wish = Wish {
        form: form.get("form").to_owned(),
        email: form.get("email").to_owned(),
        name: form.get("name").to_owned(),
        language: words.language.to_owned(),
        lines: form.lines(),
        promo: form.get("promo").to_owned(),
        answers: form.answers(),
    };
    match state.sales.buy(&slug, &wish).await {
        Ok(bought) => {
            let next = if bought.to_pay { "?done=pay" } else { "" };
            Ok(Redirect::to(&format!("/o/{}{next}", bought.token)).into_response())
        }
        Err(SaleError::NotFound) => Err(HttpError::NotFound),
        Err(error) => {
            let (status, trouble) = trouble(words, error)?;
            answer(&state, &slug, words, status, &form, Some(trouble)).await
        }
    }
}

/// Puts somebody on the waiting list.
async fn wait(state: &HttpState, slug: &str, words: &'static Words, form: &Form) -> Result<Response, HttpError> {
    let kind = form.get("wait").strip_prefix("kind-").unwrap_or_default();
    let who = Patience {
        form: form.get("form").to_owned(),
        email: form.get("email").to_owned(),
        name: form.get("name").to_owned(),
        language: words.language.to_owned(),
        kind: kind.parse().ok(),
    };
    match state.sales.wait(slug, &who).await {
        Ok(()) => {
            let lang = words.language;
            Ok(Redirect::to(&format!("/e/{slug}/tickets?lang={lang}&done=waits")).into_response())
        }
        Err(SaleError::NotFound) => Err(HttpError::NotFound),
        // There are seats again: the page shows them.
        Err(SaleError::NotNow) => answer(state, slug, words, StatusCode::CONFLICT, form, None).await,
        Err(error) => {
            let (status, mut trouble) = trouble(words, error)?;
            trouble.field = trouble.field.map(|field| format!("wait-{field}"));
            answer(state, slug, words, status, form, Some(trouble)).await
        }
    }
}

/// What a refusal says, and its status; a fault of ours stays one.
fn trouble(words: &Words, error: SaleError) -> Result<(StatusCode, Trouble), HttpError> {
    let first = || Some("kinds".to_owned());
    let (status, text, field) = match &error {
        SaleError::Wrong(Field::Email) => (422, words.text("e_email").to_owned(), Some("email".to_owned())),
        SaleError::Wrong(Field::Name) => (422, words.text("e_name").to_owned(), Some("name".to_owned())),
        SaleError::Wrong(Field::Promo) => (422, words.text("e_promo").to_owned(), Some("promo".to_owned())),
        SaleError::Wrong(Field::Answer(question)) => {
            (422, words.text("e_answer").to_owned(), Some(answer_field(*question)))
        }
        SaleError::Wrong(Field::Form) => (409, words.text("e_form").to_owned(), None),
        SaleError::Refused(refusal) => match refusal {
            Refusal::Nothing | Refusal::NoSuchKind => (422, words.text("e_nothing").to_owned(), first()),
            Refusal::TooMany { most } => (422, words.counted("e_too_many", *most), first()),
            Refusal::Left { left, .. } => (409, words.counted("e_left", *left), first()),
            Refusal::Kind { offer: Offer::SoldOut, .. } => (409, words.text("e_sold_out").to_owned(), None),
            Refusal::Kind { .. } => (409, words.text("e_kind").to_owned(), first()),
            Refusal::Closed => (409, words.text("closed").to_owned(), None),
            Refusal::TooLittle { least_cents, currency } => {
                let least = local_price(*least_cents, Some(*currency), words.language);
                (422, words.fill("e_too_little", &[("amount", &least)]), first())
            }
        },
        // It was taken in this moment, and again at each try.
        SaleError::Store(StoreError::Stale(_)) => (409, words.text("e_kind").to_owned(), first()),
        SaleError::Store(store) if store.is_transient() => (503, words.text("e_busy").to_owned(), None),
        SaleError::Store(_) | SaleError::NotFound | SaleError::NotNow | SaleError::Enough => return Err(error.into()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT);
    Ok((status, Trouble { text, field }))
}

async fn answer(
    state: &HttpState,
    slug: &str,
    words: &'static Words,
    status: StatusCode,
    form: &Form,
    trouble: Option<Trouble>,
) -> Result<Response, HttpError> {
    let shown = state.sales.show(slug).await?;
    let is_old = trouble.as_ref().is_some_and(|trouble| trouble.text == words.text("e_form"));
    let kept = Some(form.get("form")).filter(|token| !token.is_empty() && !is_old);
    let mut view = view(state, &shown, words, form, kept.unwrap_or(&shown.form));
    // "kinds" is the first field that there is.
    let first = view.kinds.iter().find(|kind| kind.most.is_some()).map(|kind| kind.field.clone());
    view.error = trouble.map(|trouble| Trouble {
        field: if trouble.field.as_deref() == Some("kinds") { first } else { trouble.field },
        ..trouble
    });
    let html = templates::shop("till", words, &view)?;
    Ok(page(status, html))
}

fn view(state: &HttpState, shown: &Shown, words: &Words, form: &Form, token: &str) -> TillView {
    let Shown { till, page: shown, questions, .. } = shown;
    let url = format!("{}/e/{}", state.public_url.trim_end_matches('/'), shown.slug);
    let zone = shown.draft.timezone.as_deref();
    let offers: Vec<(&Kind, Offer)> = till.kinds.iter().map(|kind| (kind, state.sales.offer(till, kind))).collect();
    let open = offers.iter().any(|(_, offer)| matches!(offer, Offer::Open { .. }));
    let ended = offers.iter().all(|(_, offer)| *offer == Offer::Closed);
    let alone = offers.iter().filter(|(_, offer)| matches!(offer, Offer::Open { .. })).count() == 1;
    let asked = form.lines();
    let count =
        |kind: &Kind| asked.iter().find(|line| line.kind == kind.id).map_or(u32::from(alone), |line| line.count);
    let kind_view = |(kind, offer): &(&Kind, Offer)| KindView {
        field: field(kind.id),
        name: kind.name.as_deref().map_or_else(|| words.text("admission").to_owned(), one_line),
        price: price(till, kind, words),
        note: note(kind, offer, words, zone),
        most: if let Offer::Open { most, .. } = offer { Some(*most) } else { None },
        count: count(kind),
    };
    let wait_view = |(kind, _): &(&Kind, Offer)| {
        let shown = kind_view(&(kind, Offer::SoldOut));
        WaitView { field: shown.field, name: shown.name }
    };
    let question_view = |question: &crate::store::questions::Question| QuestionView {
        answer: form.get(&answer_field(question.id)).to_owned(),
        field: answer_field(question.id),
        question: one_line(&question.question),
        required: question.required,
    };
    let notice = match till.status {
        EventStatus::Cancelled => Some("cancelled_event"),
        _ if form.get("done") == "waits" => Some("waits"),
        _ if ended => Some("closed"),
        _ if !open && till.is_sold_out(state.clock.now()) => Some("sold_out"),
        _ => None,
    };
    TillView {
        title: shown.draft.name.as_deref().map(one_line).unwrap_or_default(),
        kind: shown.draft.kind.unwrap_or(EventKind::Other).as_str(),
        when: when(&Schedule::of(shown), words),
        place: place(&Place::of(shown), words),
        event_url: templates::address(&url),
        action: templates::address(&format!("{url}/tickets")),
        form: token.to_owned(),
        kinds: if ended { Vec::new() } else { offers.iter().map(kind_view).collect() },
        open,
        costs: offers.iter().any(|(kind, offer)| kind.price_cents > 0 && matches!(offer, Offer::Open { .. })),
        name: form.get("name").to_owned(),
        email: form.get("email").to_owned(),
        has_codes: till.has_codes,
        promo: form.get("promo").to_owned(),
        questions: questions.iter().map(question_view).collect(),
        waits: offers.iter().filter(|(_, offer)| *offer == Offer::SoldOut).map(wait_view).collect(),
        error: None,
        notice: notice.map(|key| words.text(key).to_owned()),
    }
}

fn price(till: &Till, kind: &Kind, words: &Words) -> String {
    if kind.price_cents == 0 {
        return words.text("free").to_owned();
    }
    let price = local_price(kind.price_cents, till.currency, words.language);
    if till.tax_percent > 0.0 {
        let tax = till.tax_percent.to_string();
        return format!("{price} {}", words.fill("plus_tax", &[("tax", &tax)]));
    }
    price
}

fn note(kind: &Kind, offer: &Offer, words: &Words, zone: Option<&str>) -> Option<String> {
    let until = || kind.until.map(|until| words.fill("until", &[("moment", &words.instant(until, zone))]));
    match offer {
        Offer::Open { most, left } => {
            let left = left.map(|left| words.counted("left", left));
            let most = kind.max_per_order.map(|_| words.counted("most", *most));
            let parts: Vec<String> = [left, most, until()].into_iter().flatten().collect();
            Some(parts.join(" · ")).filter(|note| !note.is_empty())
        }
        Offer::NotYet(from) => Some(words.fill("not_yet", &[("moment", &words.instant(*from, zone))])),
        Offer::Closed => Some(words.text("closed_kind").to_owned()),
        Offer::SoldOut => Some(words.text("sold_out").to_owned()),
        Offer::NotPayable => Some(words.text("not_payable").to_owned()),
    }
}

/// When it takes place, on its own clock, as on the event's page: `Saturday, June 5, 2027, 7:00 PM – 9:00 PM · Toronto time (EDT, UTC−4)`.
pub(super) fn when(schedule: &Schedule, words: &Words) -> Option<String> {
    let when = schedule.when(words)?;
    let line = when.line(words);
    Some(when.zone.map_or_else(|| line.clone(), |zone| format!("{line} · {zone}")))
}

/// Where it takes place, on one line.
pub(super) fn place(place: &Place, words: &Words) -> Option<String> {
    let venue = place.venue.as_ref().map(crate::http::place::Venue::line).filter(|line| !line.is_empty());
    let online = place.online.then(|| words.text("online").to_owned());
    let parts: Vec<String> = [venue, online].into_iter().flatten().collect();
    Some(parts.join(" · ")).filter(|line| !line.is_empty())
}
