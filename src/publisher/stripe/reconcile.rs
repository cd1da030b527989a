//! What Stripe has of an event already, found by listing and by our own metadata, never by search, which lags behind.

use serde::de::DeserializeOwned;

use super::shapes::{List, Named, Price, Product};
use super::{Form, Stripe};
use crate::publisher::error::Trouble;

/// A page of a list; Stripe's largest.
const PAGE: usize = 100;
/// A list that is longer is no list of ours.
const PAGES: usize = 1_000;

/// The product of this event among those made since (seconds since the epoch).
pub(super) async fn product(stripe: &Stripe, event: &str, since_s: i64) -> Result<Option<Product>, Trouble> {
    let query = vec![("created[gte]".to_owned(), since_s.to_string())];
    let is_ours = |product: &Product| product.metadata.get("event_id").is_some_and(|id| id == event);
    Ok(pages(stripe, "/v1/products", query, is_ours).await?.pop())
}

/// The active prices of a product.
pub(super) async fn prices(stripe: &Stripe, product: &str) -> Result<Vec<Price>, Trouble> {
    let query = vec![("product".to_owned(), product.to_owned()), ("active".to_owned(), "true".to_owned())];
    pages(stripe, "/v1/prices", query, |price: &Price| price.active).await
}

/// Everything of a list that is wanted; the oldest comes last.
async fn pages<T: DeserializeOwned + Named>(
    stripe: &Stripe,
    path: &str,
    query: Form,
    wanted: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Trouble> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = query.clone();
        query.push(("limit".to_owned(), PAGE.to_string()));
        query.extend(after.take().map(|id| ("starting_after".to_owned(), id)));
        let list: List<T> = stripe.get(path, &query).await?;
        after = list.data.last().map(|last| last.id().to_owned());
        found.extend(list.data.into_iter().filter(|entry| wanted(entry)));
        if !list.has_more || after.is_none() {
            return Ok(found);
        }
    }
    Err(Trouble::fail(format!("Stripe's list of {path} has no end")))
}
