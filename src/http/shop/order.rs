//! `/o/{token}`: an order for whoever has its link: its tickets, its calendar entry, its mail again, and giving it back.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use minijinja::Value;
use serde::Serialize;

use super::forms::Form;
use super::{Asked, page, qr, till};
use crate::domain::money::{Currency, local_price};
use crate::domain::sale::OrderStatus;
use crate::domain::values::{EventKind, EventStatus};
use crate::http::error::HttpError;
use crate::http::gate::is_foreign;
use crate::http::place::Place;
use crate::http::router::HttpState;
use crate::http::schedule::Schedule;
use crate::http::text::one_line;
use crate::http::words::Words;
use crate::http::{calendar, event_page, templates};
use crate::sales::SaleError;
use crate::sales::buyer::Seen;

/// How long a buyer waits at most for the place to pay, before a page says so.
const PAY_WAIT: Duration = Duration::from_secs(10);

/// The values of the template.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of the page that is there or not")]
struct OrderView {
    title: String,
    kind: &'static str,
    event_url: Option<Value>,
    event_cancelled: bool,
    state: String,
    good: bool,
    notice: Option<String>,
    go: bool,
    pay_url: Option<Value>,
    pay: String,
    tickets: Vec<TicketView>,
    when: Option<String>,
    place: Option<String>,
    join_url: Option<Value>,
    total: Option<String>,
    tax: Option<String>,
    calendar_url: Option<Value>,
    action: Value,
    can_resend: bool,
    can_cancel: bool,
    back: Option<String>,
    again_url: Option<Value>,
}

#[derive(Debug, Serialize)]
struct TicketView {
    name: String,
    code: String,
    state: String,
    label: String,
    qr: Option<qr::Picture>,
}

/// Shows an order, or with `.ics` at the end its calendar entry.
pub(super) async fn show(
    State(state): State<HttpState>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    if let Some(token) = token.strip_suffix(".ics") {
        return entry(&state, token, asked.lang.as_deref(), &headers).await;
    }
    let seen = state.sales.see(&token).await?;
    let words = tongue(asked.lang.as_deref(), &seen, &headers);
    answer(&state, &token, &seen, words, StatusCode::OK, asked.done.as_deref())
}

/// Sends the mail again, or gives the order back.
pub(super) async fn act(
    State(state): State<HttpState>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Result<Response, HttpError> {
    if is_foreign(&headers) {
        return Err(HttpError::Malformed);
    }
    let (done, not) = match Form::new(fields).get("do") {
        "resend" => (state.sales.resend(&token).await.map(|()| "resent"), "resent_enough"),
        "cancel" => (state.sales.cancel(&token).await.map(|()| "cancelled"), "cancel_not"),
        _ => return Err(HttpError::Malformed),
    };
    match done {
        Ok(done) => Ok(Redirect::to(&format!("/o/{token}?done={done}")).into_response()),
        Err(SaleError::NotNow) => {
            let seen = state.sales.see(&token).await?;
            let words = tongue(asked.lang.as_deref(), &seen, &headers);
            answer(&state, &token, &seen, words, StatusCode::CONFLICT, Some(not))
        }
        Err(error) => Err(error.into()),
    }
}

/// Leads to where the order is paid, as soon as there is such a place.
pub(super) async fn pay(
    State(state): State<HttpState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    if let Some(url) = state.sales.checkout(&token, PAY_WAIT).await? {
        let mut response = Redirect::to(&url).into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        return Ok(response);
    }
    let seen = state.sales.see(&token).await?;
    let words = tongue(None, &seen, &headers);
    let waits = seen.order.status == OrderStatus::Pending;
    answer(&state, &token, &seen, words, StatusCode::OK, waits.then_some("pay_wait"))
}

/// The language that the buyer asks for now, else the one that they bought in.
fn tongue(asked: Option<&str>, seen: &Seen, headers: &HeaderMap) -> &'static Words {
    Words::wanted(asked, seen.order.language.as_deref(), headers).unwrap_or_else(Words::english)
}

async fn entry(
    state: &HttpState,
    token: &str,
    asked: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    let seen = state.sales.see(token).await?;
    let words = tongue(asked, &seen, headers);
    let page = seen.page.filter(|_| seen.order.status == OrderStatus::Paid).ok_or(HttpError::NotFound)?;
    let url = event_page::url(state, &page.slug);
    let entry =
        calendar::guest_entry(&page, &url, &event_page::host(&state.public_url), words).ok_or(HttpError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CACHE_CONTROL, "private, no-store"),
        (CONTENT_DISPOSITION, "attachment; filename=\"event.ics\""),
    ];
    Ok((headers, entry).into_response())
}

fn answer(
    state: &HttpState,
    token: &str,
    seen: &Seen,
    words: &'static Words,
    status: StatusCode,
    done: Option<&str>,
) -> Result<Response, HttpError> {
    let mut view = view(state, token, seen, words);
    view.go = done == Some("pay") && view.pay_url.is_some();
    view.notice = match done {
        Some("resent") => Some(words.fill("resent", &[("email", &seen.order.email)])),
        Some(key @ ("resent_enough" | "cancel_not" | "pay_wait")) => Some(words.text(key).to_owned()),
        _ => None,
    };
    let html = templates::shop("order", words, &view)?;
    Ok(page(status, html))
}

fn view(state: &HttpState, token: &str, seen: &Seen, words: &Words) -> OrderView {
    let Seen { order, page, terms } = seen;
    let base = state.public_url.trim_end_matches('/');
    let own = format!("{base}/o/{token}");
    let money = |cents| local_price(cents, Currency::parse(&order.currency), words.language);
    let zone = page.as_ref().and_then(|page| page.draft.timezone.as_deref());
    let cancelled = page.as_ref().is_some_and(|page| page.status == EventStatus::Cancelled);
    let paid = order.status == OrderStatus::Paid;
    let name = |page: &crate::store::pages::Page| page.draft.name.as_deref().map(one_line).unwrap_or_default();
    let state_words = match order.status {
        OrderStatus::Paid if order.refunded_cents > 0 => {
            words.fill("o_part_refunded", &[("amount", &money(order.refunded_cents))])
        }
        OrderStatus::Paid => words.fill("o_paid", &[("email", &order.email)]),
        OrderStatus::Pending => {
            let until = order.hold_until.map(|until| words.instant(until, zone)).unwrap_or_default();
            words.fill("o_pending", &[("moment", &until)])
        }
        OrderStatus::Expired if order.not_payable => words.text("o_not_payable").to_owned(),
        OrderStatus::Expired => words.text("o_expired").to_owned(),
        OrderStatus::Cancelled => words.text("o_cancelled").to_owned(),
        OrderStatus::Refunded => words.fill("o_refunded", &[("amount", &money(order.refunded_cents))]),
    };
    let where_ = page.as_ref().map(|page| if paid { Place::with_link(page) } else { Place::of(page) });
    let pending = order.status == OrderStatus::Pending;
    OrderView {
        title: page.as_ref().map(name).unwrap_or_default(),
        kind: page.as_ref().and_then(|page| page.draft.kind).unwrap_or(EventKind::Other).as_str(),
        event_url: page.as_ref().map(|page| templates::address(&format!("{base}/e/{}", page.slug))),
        event_cancelled: cancelled,
        state: state_words,
        good: paid || pending,
        pay_url: pending.then(|| templates::address(&format!("{own}/pay"))),
        pay: words.fill("pay_now", &[("amount", &money(order.amount_cents))]),
        tickets: if pending || order.status == OrderStatus::Expired { Vec::new() } else { tickets(seen, words) },
        when: page.as_ref().and_then(|page| till::when(&Schedule::of(page), words)),
        place: where_.as_ref().and_then(|place| till::place(place, words)),
        join_url: where_.as_ref().and_then(|place| place.join_url.as_deref()).map(templates::address),
        total: (order.amount_cents > 0).then(|| money(order.amount_cents)),
        tax: (order.tax_cents > 0).then(|| words.fill("of_it_tax", &[("amount", &money(order.tax_cents))])),
        calendar_url: (paid && page.is_some()).then(|| templates::address(&format!("{own}.ics"))),
        action: templates::address(&own),
        can_resend: paid,
        can_cancel: terms.can_cancel,
        back: (terms.back_cents > 0).then(|| words.fill("cancel_back", &[("amount", &money(terms.back_cents))])),
        again_url: page
            .as_ref()
            .filter(|_| order.status == OrderStatus::Expired)
            .map(|page| templates::address(&format!("{base}/e/{}/tickets", page.slug))),
        ..OrderView::default()
    }
}

fn tickets(seen: &Seen, words: &Words) -> Vec<TicketView> {
    let view = |ticket: &crate::store::sales::Ticket| TicketView {
        name: ticket.name.as_deref().map_or_else(|| words.text("admission").to_owned(), one_line),
        state: words.text(if ticket.status == "used" { "t_used" } else { "t_cancelled" }).to_owned(),
        label: words.fill("qr_of", &[("code", &ticket.code)]),
        qr: Some(&ticket.code).filter(|_| ticket.status == "valid").and_then(|code| qr::picture(code)),
        code: ticket.code.clone(),
    };
    seen.order.tickets.iter().map(view).collect()
}
