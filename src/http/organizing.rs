//! `/api/sales/{event}`: what an organizer reads and does with the sales of an own event.
//!
//! Promises: another's event answers as one that does not exist; a file for a spreadsheet holds text and never a formula.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::domain::money::{Currency, major};
use crate::sales::SaleError;
use crate::store::guests::{Guest, Search};

/// Guests on one page of the list, and in a file.
const PAGE: i64 = 100;
const FILE: i64 = 100_000;

/// The routes.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/api/sales/{event}", get(summary))
        .route("/api/sales/{event}/guests", get(guests))
        .route("/api/sales/{event}/guests.csv", get(file))
        .route("/api/sales/{event}/refund", post(refund))
        .route("/api/sales/{event}/resend", post(resend))
        .route("/api/sales/{event}/message", post(message))
}

/// What is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    skip: i64,
}

/// An order, and what goes back of it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Back {
    #[schema(value_type = String)]
    order_id: Uuid,
    /// Minor units; left out: all that is left.
    #[serde(default)]
    amount_cents: Option<i64>,
    /// What was left of the order when whoever asks looked at it, in minor units: where less is left by now nothing is done, so that a
    /// part that is asked for twice goes back once.
    #[serde(default)]
    left_cents: Option<i64>,
}

/// A letter to everybody.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Letter {
    /// The letter's own.
    #[schema(value_type = String)]
    id: Uuid,
    title: String,
    text: String,
}

/// What was sold and earned
#[utoipa::path(get, path = "/api/sales/{event}", operation_id = "sales_summary", tag = "Sales", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")),
    responses((status = 200, description = "Figures, kinds, days and the way from order to guest", content_type = "application/json"), Refusals))]
pub(super) async fn summary(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    Ok(Json(state.sales.summary(caller.actor(), event).await.map_err(refusal)?))
}

/// Who has tickets
#[utoipa::path(get, path = "/api/sales/{event}/guests", operation_id = "sales_guests", tag = "Sales", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event"),
        ("search" = Option<String>, Query, description = "In a name, an address or a code"),
        ("status" = Option<String>, Query, description = "`held`, `valid`, `used` or `cancelled`"),
        ("skip" = Option<i64>, Query, description = "So many are passed over")),
    responses((status = 200, description = "A hundred at once, those who ordered last first", content_type = "application/json"), Refusals))]
pub(super) async fn guests(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Query(wish): Query<Wish>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let search = Search { words: wish.search, status: wish.status, skip: wish.skip.max(0), most: PAGE };
    let (guests, total) = state.sales.guests(caller.actor(), event, &search).await.map_err(refusal)?;
    Ok(Json(json!({"total": total, "guests": guests})))
}

/// The guests as a file for a spreadsheet
///
/// RFC 4180, with no value that a spreadsheet takes for a formula.
#[utoipa::path(get, path = "/api/sales/{event}/guests.csv", operation_id = "sales_guests_file", tag = "Sales", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")),
    responses((status = 200, description = "The file", content_type = "text/csv"), Refusals))]
pub(super) async fn file(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
) -> Result<Response, HttpError> {
    signed_in(&caller)?;
    let search = Search { most: FILE, ..Search::default() };
    let (guests, _) = state.sales.guests(caller.actor(), event, &search).await.map_err(refusal)?;
    let summary = state.sales.summary(caller.actor(), event).await.map_err(refusal)?;
    let currency = summary.get("currency").and_then(Value::as_str).and_then(Currency::parse);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CACHE_CONTROL, "private, no-store"),
        (CONTENT_DISPOSITION, "attachment; filename=\"guests.csv\""),
    ];
    Ok((headers, csv(&guests, currency)).into_response())
}

/// Gives money back, in part or whole
///
/// All of it ends the order and takes its tickets back; a part leaves them.
#[utoipa::path(post, path = "/api/sales/{event}/refund", operation_id = "refund_order", tag = "Sales", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")), request_body = Back,
    responses((status = 200, description = "How much goes back", content_type = "application/json"), Refusals))]
pub(super) async fn refund(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(back): Json<Back>,
) -> Result<Json<Value>, HttpError> {
    let by = signed_in(&caller)?;
    let Back { order_id, amount_cents, left_cents } = back;
    let back = state.sales.refund(caller.actor(), by, event, order_id, amount_cents, left_cents);
    let cents = back.await.map_err(refusal)?;
    Ok(Json(json!({"success": true, "refundedCents": cents})))
}

/// Sends the tickets of an order again
#[utoipa::path(post, path = "/api/sales/{event}/resend", operation_id = "resend_order", tag = "Sales", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")), request_body = Back,
    responses((status = 200, description = "On their way", content_type = "application/json"), Refusals))]
pub(super) async fn resend(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(again): Json<Back>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    state.sales.send_again(caller.actor(), event, again.order_id).await.map_err(refusal)?;
    Ok(Json(json!({"success": true})))
}

/// Writes to everybody who has a ticket
///
/// One mail for each order; the same `id` again writes to nobody twice.
#[utoipa::path(post, path = "/api/sales/{event}/message", operation_id = "write_to_guests", tag = "Sales", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")), request_body = Letter,
    responses((status = 200, description = "To how many orders", content_type = "application/json"), Refusals))]
pub(super) async fn message(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(letter): Json<Letter>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let sales = &state.sales;
    let count =
        sales.write_to_all(caller.actor(), event, letter.id, &letter.title, &letter.text).await.map_err(refusal)?;
    Ok(Json(json!({"success": true, "count": count})))
}

pub(super) fn signed_in(caller: &Caller) -> Result<Uuid, HttpError> {
    caller.person().map(|person| person.id).ok_or(HttpError::Unauthorized)
}

pub(super) fn refusal(error: SaleError) -> HttpError {
    match error {
        SaleError::NotNow => {
            let words = "That is not possible for this order as it stands. Please look at it again.";
            Declined::new(StatusCode::CONFLICT, "CONFLICT", words, Value::Null).into()
        }
        SaleError::Enough => {
            let words = "That was sent often enough for now, so that nobody is flooded. Please try again tomorrow.";
            Declined::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT", words, Value::Null).into()
        }
        other => other.into(),
    }
}

/// The guests for a spreadsheet (RFC 4180), every value quoted.
fn csv(guests: &[Guest], currency: Option<Currency>) -> String {
    let head = ["Name", "Email", "Ticket", "Code", "Status", "Price", "Currency", "Ordered", "Checked in", "Answers"];
    let digits = currency.map_or(2, |currency| currency.digits());
    let mut text = String::from("\u{FEFF}");
    text += &line(&head.map(str::to_owned));
    for guest in guests {
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        text += &line(&[
            said(&guest.name),
            said(&guest.email),
            said(&guest.kind),
            said(&guest.code),
            guest.status.clone(),
            major(guest.price_cents, digits),
            currency.map(|currency| currency.code().to_owned()).unwrap_or_default(),
            guest.ordered_at.to_string(),
            guest.checked_in_at.map(|at| at.to_string()).unwrap_or_default(),
            answers(guest),
        ]);
    }
    text
}

/// `What do you eat? Fish; Who comes along? Nobody`
fn answers(guest: &Guest) -> String {
    let said: Vec<String> = guest.answers.iter().map(|said| format!("{} {}", said.question, said.answer)).collect();
    said.join("; ")
}

fn line(values: &[String]) -> String {
    let cells: Vec<String> = values.iter().map(|value| format!("\"{}\"", plain(value).replace('"', "\"\""))).collect();
    cells.join(",") + "\r\n"
}

/// A value that no spreadsheet takes for a formula (THREATS 7.7; OWASP, "CSV Injection").
fn plain(value: &str) -> String {
    let begins =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%' | '＝' | '＋' | '－' | '＠');
    let value: String = value.chars().filter(|c| !c.is_control() || matches!(c, '\t')).collect();
    if value.trim_start().starts_with(begins) || value.starts_with(begins) { format!("'{value}") } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|calc", "%0A"] {
            let cell = line(&[evil.to_owned()]);
            assert!(cell.starts_with("\"'"), "{evil:?} becomes {cell:?}");
        }
        assert_eq!(
            line(&["Ana \"the\" Bo, x".to_owned(), "a\r\nb".to_owned()]),
            "\"Ana \"\"the\"\" Bo, x\",\"ab\"\r\n"
        );
    }
}
