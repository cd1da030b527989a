//! `GET` and `PUT /user`: one's own account. What only administration says (`app_metadata`) is passed over.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::Failed;
use super::body::Body;
use super::client::Client;
use super::sign_up::Landing;
use crate::accounts::change::Wishes;
use crate::accounts::mailed::Pkce;
use crate::accounts::view;
use crate::http::router::HttpState;

pub(super) async fn show(State(state): State<HttpState>, client: Client) -> Result<Json<Value>, Failed> {
    let signed = state.accounts.signed_in(client.authorization.as_deref()).await?;
    Ok(Json(view::user(&signed.user)))
}

#[derive(Deserialize)]
pub(super) struct Form {
    email: Option<String>,
    password: Option<String>,
    phone: Option<String>,
    data: Option<Map<String, Value>>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

pub(super) async fn change(
    State(state): State<HttpState>,
    client: Client,
    Query(landing): Query<Landing>,
    Body(form): Body<Form>,
) -> Result<Json<Value>, Failed> {
    let wishes = Wishes {
        email: form.email.as_deref(),
        password: form.password.as_deref(),
        phone: form.phone.as_deref(),
        data: form.data.as_ref(),
        pkce: Pkce::of(form.code_challenge.as_deref(), form.code_challenge_method.as_deref())?,
        redirect_to: landing.redirect_to.as_deref(),
    };
    let (user, waiting) = state.accounts.change(client.authorization.as_deref(), wishes, &client.origin).await?;
    let mut shown = view::user(&user);
    if let (Some(all), Some(email)) = (shown.as_object_mut(), waiting) {
        all.insert("new_email".to_owned(), email.into());
        all.insert("email_change_sent_at".to_owned(), user.updated_at.to_string().into());
    }
    Ok(Json(shown))
}
