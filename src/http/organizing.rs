//! `/api/sales/{event}` and `/api/checkin/{event}`: what an organizer reads and does with the sales of an own event.
//!
//! Promises: another's event answers as one that does not exist; a file for a spreadsheet holds text and never a formula.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{Declined, HttpError};
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::domain::money::{Currency, major};
use crate::sales::SaleError;
use crate::sales::organizer::Scanned;
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
        .route("/api/checkin/{event}", get(door).post(check_in))
}

/// What is looked for.
#[derive(Debug, Deserialize)]
struct Wish {
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    skip: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Back {
    order_id: Uuid,
    #[serde(default)]
    amount_cents: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Letter {
    id: Uuid,
    title: String,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scans {
    scans: Vec<OneScan>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneScan {
    id: Uuid,
    code: String,
    at: Timestamp,
    #[serde(default)]
    door: String,
    #[serde(default)]
    undo: bool,
}

async fn summary(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    Ok(Json(state.sales.summary(caller.actor(), event).await.map_err(refusal)?))
}

async fn guests(
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

async fn file(State(state): State<HttpState>, caller: Caller, Path(event): Path<Uuid>) -> Result<Response, HttpError> {
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

async fn refund(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(back): Json<Back>,
) -> Result<Json<Value>, HttpError> {
    let by = signed_in(&caller)?;
    let cents =
        state.sales.refund(caller.actor(), by, event, back.order_id, back.amount_cents).await.map_err(refusal)?;
    Ok(Json(json!({"success": true, "refundedCents": cents})))
}

async fn resend(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(again): Json<Back>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    state.sales.send_again(caller.actor(), event, again.order_id).await.map_err(refusal)?;
    Ok(Json(json!({"success": true})))
}

async fn message(
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

async fn door(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let (name, tickets) = state.sales.door(caller.actor(), event).await.map_err(refusal)?;
    Ok(Json(json!({"name": name, "tickets": tickets, "now": state.clock.now()})))
}

async fn check_in(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(scans): Json<Scans>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let scan = |scan: OneScan| Scanned { id: scan.id, code: scan.code, at: scan.at, door: scan.door, undo: scan.undo };
    let scans: Vec<Scanned> = scans.scans.into_iter().map(scan).collect();
    let results = state.sales.check_in(caller.actor(), event, &scans).await.map_err(refusal)?;
    Ok(Json(json!({"results": results})))
}

fn signed_in(caller: &Caller) -> Result<Uuid, HttpError> {
    caller.person().map(|person| person.id).ok_or(HttpError::Unauthorized)
}

fn refusal(error: SaleError) -> HttpError {
    match error {
        SaleError::NotNow => {
            let words = "That is not possible for this order as it stands. Please look at it again.";
            Declined::new(StatusCode::CONFLICT, "CONFLICT", words, Value::Null).into()
        }
        other => other.into(),
    }
}

/// The guests for a spreadsheet (RFC 4180), every value quoted.
fn csv(guests: &[Guest], currency: Option<Currency>) -> String {
    let head = ["Name", "Email", "Ticket", "Code", "Status", "Price", "Currency", "Ordered", "Checked in"];
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
        ]);
    }
    text
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
