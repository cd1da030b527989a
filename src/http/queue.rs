//! `GET` and `POST /api/queue`: the publisher's queue for its operator, with the service key only.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::HttpError;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::store::error::StoreError;
use crate::store::queue_books;

/// Items in one answer.
const MOST: i64 = 500;

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    /// `open`, `dead`, `done` or `all`.
    #[serde(default)]
    state: Option<String>,
    /// This item alone.
    #[serde(default)]
    id: Option<Uuid>,
}

/// What is to be tried again.
#[derive(Debug, Deserialize)]
pub(super) struct Again {
    /// The item.
    id: Uuid,
}

/// What waits and what is dead.
pub(super) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    Query(wish): Query<Wish>,
) -> Result<Json<Value>, HttpError> {
    only_service(&caller)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    if let Some(id) = wish.id {
        let (item, knows) = queue_books::show(&mut tx, id).await?.ok_or(HttpError::NotFound)?;
        return Ok(Json(json!({"item": item, "payload": knows})));
    }
    let depth = queue_books::depth(&mut tx).await?;
    let items = queue_books::list(&mut tx, wish.state.as_deref().unwrap_or("open"), MOST).await?;
    Ok(Json(json!({"depth": depth, "items": items})))
}

/// Lets an item be tried at once.
pub(super) async fn retry(
    State(state): State<HttpState>,
    caller: Caller,
    Json(again): Json<Again>,
) -> Result<Json<Value>, HttpError> {
    only_service(&caller)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    if !queue_books::replay(&mut tx, again.id).await? {
        return Err(HttpError::NotFound);
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Json(json!({"success": true, "id": again.id})))
}

fn only_service(caller: &Caller) -> Result<(), HttpError> {
    match caller {
        Caller::Service => Ok(()),
        Caller::Anybody | Caller::Person(_) => Err(HttpError::Store(StoreError::Refused("the queue".to_owned()))),
    }
}
