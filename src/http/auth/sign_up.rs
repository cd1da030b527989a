//! `POST /signup`: an account, or without an address a guest.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::Failed;
use super::body::Body;
use super::client::Client;
use crate::accounts::mailed::Pkce;
use crate::accounts::refusal::Refusal;
use crate::accounts::sign_in::{SignUp, SignedUp};
use crate::accounts::view;
use crate::http::router::HttpState;

#[derive(Deserialize)]
pub(super) struct Form {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    data: Option<Map<String, Value>>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

/// Where a mailed link leads.
#[derive(Deserialize)]
pub(super) struct Landing {
    pub(super) redirect_to: Option<String>,
}

pub(super) async fn sign_up(
    State(state): State<HttpState>,
    client: Client,
    Query(landing): Query<Landing>,
    Body(form): Body<Form>,
) -> Result<Json<Value>, Failed> {
    let data = Value::Object(form.data.unwrap_or_default());
    let said = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    match (said(&form.email), said(&form.phone)) {
        (None, None) => Ok(Json(state.accounts.sign_up_guest(&data, &client.origin).await?.json())),
        (None, Some(_)) => Err(Refusal::NoPhone.into()),
        (Some(email), _) => {
            let new = SignUp {
                email: &email,
                password: form.password.as_deref().unwrap_or_default(),
                data,
                pkce: Pkce::of(form.code_challenge.as_deref(), form.code_challenge_method.as_deref())?,
                redirect_to: landing.redirect_to.as_deref(),
            };
            Ok(Json(match state.accounts.sign_up(new, &client.origin).await? {
                SignedUp::In(session) => session.json(),
                SignedUp::Mailed(user) => view::user(&user),
            }))
        }
    }
}
