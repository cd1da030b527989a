//! Administration of accounts: only with the server's own key.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::LINK;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answer::{Failed, refuse};
use super::body::Body;
use super::client::Client;
use super::sign_up::Landing;
use crate::accounts::admin::Orders;
use crate::accounts::mailed::link_properties;
use crate::accounts::refusal::Refusal;
use crate::accounts::{Accounts, view};
use crate::http::router::HttpState;

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// The largest page.
const MOST: i64 = 1_000;

#[derive(Default, Deserialize)]
pub(super) struct Form {
    id: Option<Uuid>,
    email: Option<String>,
    password: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    email_confirm: bool,
    app_metadata: Option<Map<String, Value>>,
    user_metadata: Option<Map<String, Value>>,
    ban_duration: Option<String>,
}

impl Form {
    fn orders(&self) -> Orders<'_> {
        Orders {
            email: self.email.as_deref(),
            password: self.password.as_deref(),
            phone: self.phone.as_deref(),
            email_confirm: self.email_confirm,
            app_metadata: self.app_metadata.as_ref(),
            user_metadata: self.user_metadata.as_ref(),
            ban_duration: self.ban_duration.as_deref(),
        }
    }
}

async fn allow(accounts: &Accounts, client: &Client) -> Result<(), Refusal> {
    accounts.only_admin(client.authorization.as_deref(), client.apikey.as_deref()).await
}

pub(super) async fn create(
    State(state): State<HttpState>,
    client: Client,
    Body(form): Body<Form>,
) -> Result<Json<Value>, Failed> {
    allow(&state.accounts, &client).await?;
    let user = state.accounts.admin_create(form.id, &form.orders(), &client.origin).await?;
    Ok(Json(view::user(&user)))
}

/// Both may be there and empty.
#[derive(Deserialize)]
pub(super) struct Page {
    page: Option<String>,
    per_page: Option<String>,
}

pub(super) async fn list(
    State(state): State<HttpState>,
    client: Client,
    Query(asked): Query<Page>,
) -> Result<Response, Failed> {
    allow(&state.accounts, &client).await?;
    let number = |text: Option<String>, usual: i64| match text.as_deref() {
        None | Some("") => Ok(usual),
        Some(text) => text.parse::<i64>().ok().filter(|number| *number >= 1).ok_or_else(|| {
            Refusal::Invalid("Bad Pagination Parameters: page and per_page are numbers from 1".to_owned())
        }),
    };
    let (page, per_page) = (number(asked.page, 1)?, number(asked.per_page, 50)?.min(MOST));
    let (users, total) = state.accounts.admin_list(page, per_page).await?;
    let last = ((total + per_page - 1) / per_page).max(1);
    // The client reads the first number after an equals sign: the page must come first.
    let link = |page: i64, rel: &str| format!("</admin/users?page={page}&per_page={per_page}>; rel=\"{rel}\"");
    let next = if page < last { format!("{}, ", link(page + 1, "next")) } else { String::new() };
    let headers = [(TOTAL, total.to_string()), (LINK, next + &link(last, "last"))];
    let users: Vec<Value> = users.iter().map(view::user).collect();
    Ok((headers, Json(json!({"users": users, "aud": "authenticated"}))).into_response())
}

pub(super) async fn show(
    State(state): State<HttpState>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    allow(&state.accounts, &client).await?;
    let Some(id) = parse(&id) else { return Ok(no_id()) };
    Ok(Json(view::user(&state.accounts.admin_get(id).await?)).into_response())
}

pub(super) async fn update(
    State(state): State<HttpState>,
    client: Client,
    Path(id): Path<String>,
    Body(form): Body<Form>,
) -> Result<Response, Failed> {
    allow(&state.accounts, &client).await?;
    let Some(id) = parse(&id) else { return Ok(no_id()) };
    let user = state.accounts.admin_update(id, &form.orders(), &client.origin).await?;
    Ok(Json(view::user(&user)).into_response())
}

#[derive(Deserialize)]
pub(super) struct Removal {
    #[serde(default)]
    should_soft_delete: bool,
}

pub(super) async fn delete(
    State(state): State<HttpState>,
    client: Client,
    Path(id): Path<String>,
    Body(removal): Body<Removal>,
) -> Result<Response, Failed> {
    allow(&state.accounts, &client).await?;
    let Some(id) = parse(&id) else { return Ok(no_id()) };
    if removal.should_soft_delete {
        return Err(
            Refusal::Invalid("Accounts are removed for good here: leave should_soft_delete out".to_owned()).into()
        );
    }
    state.accounts.admin_delete(id, &client.origin).await?;
    Ok(Json(json!({})).into_response())
}

#[derive(Deserialize)]
pub(super) struct LinkForm {
    #[serde(rename = "type")]
    kind: Option<String>,
    email: Option<String>,
    password: Option<String>,
    new_email: Option<String>,
    data: Option<Map<String, Value>>,
}

pub(super) async fn link(
    State(state): State<HttpState>,
    client: Client,
    Query(landing): Query<Landing>,
    Body(form): Body<LinkForm>,
) -> Result<Json<Value>, Failed> {
    allow(&state.accounts, &client).await?;
    let orders = Orders {
        email: form.email.as_deref(),
        password: form.password.as_deref(),
        user_metadata: form.data.as_ref(),
        ..Orders::default()
    };
    let (kind, to) = (form.kind.as_deref().unwrap_or_default(), landing.redirect_to.as_deref());
    let (user, mailed, word) =
        state.accounts.admin_link(kind, &orders, form.new_email.as_deref(), to, &client.origin).await?;
    let mut shown = view::user(&user);
    let properties = link_properties(&mailed, word, &state.accounts.landing(to));
    if let (Some(all), Value::Object(properties)) = (shown.as_object_mut(), properties) {
        all.extend(properties);
    }
    Ok(Json(shown))
}

fn parse(id: &str) -> Option<Uuid> {
    id.parse().ok()
}

fn no_id() -> Response {
    refuse(StatusCode::NOT_FOUND, "validation_failed", "user_id must be an UUID")
}
