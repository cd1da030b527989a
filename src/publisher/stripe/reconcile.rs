//! What Stripe has of an event already, found by listing and by our own metadata, never by search, which lags behind.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::shapes::{List, Named, Price, Product};
use super::{Form, Stripe};
use crate::publisher::Desk;
use crate::publisher::error::Trouble;
use crate::publisher::work::before_call;
use crate::store::queue::Item;

/// A page of a list; Stripe's largest.
const PAGE: usize = 100;
/// A list that is longer is no list of ours.
const PAGES: usize = 1_000;
/// How often one page is asked for before the attempt ends: where every second answer is lost, a long list would never be
/// read to its end if each began again at its first page.
const READS: u32 = 6;
/// The pause before a page is asked for again; it doubles.
const PAUSE: Duration = Duration::from_millis(50);

/// Who looks, and for which item: the lease is renewed at every page.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) desk: &'a Desk,
    pub(super) item: &'a Item,
    pub(super) stripe: &'a Stripe,
}

impl Look<'_> {
    /// The product of this event among those made since (seconds since the epoch).
    pub(super) async fn product(self, event: &str, since_s: i64) -> Result<Option<Product>, Trouble> {
        let query = vec![("created[gte]".to_owned(), since_s.to_string())];
        let is_ours = |product: &Product| product.metadata.get("event_id").is_some_and(|id| id == event);
        Ok(self.pages("/v1/products", query, is_ours, 1).await?.pop())
    }

    /// The active prices of a product.
    pub(super) async fn prices(self, product: &str) -> Result<Vec<Price>, Trouble> {
        let query = vec![("product".to_owned(), product.to_owned()), ("active".to_owned(), "true".to_owned())];
        self.pages("/v1/prices", query, |price: &Price| price.active, usize::MAX).await
    }

    /// What is wanted of a list, newest first, until there are so many.
    async fn pages<T: DeserializeOwned + Named>(
        self,
        path: &str,
        query: Form,
        wanted: impl Fn(&T) -> bool,
        enough: usize,
    ) -> Result<Vec<T>, Trouble> {
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = query.clone();
            query.push(("limit".to_owned(), PAGE.to_string()));
            query.extend(after.take().map(|id| ("starting_after".to_owned(), id)));
            let list: List<T> = self.page(path, &query).await?;
            after = list.data.last().map(|last| last.id().to_owned());
            found.extend(list.data.into_iter().filter(|entry| wanted(entry)));
            if found.len() >= enough || !list.has_more || after.is_none() {
                return Ok(found);
            }
        }
        Err(Trouble::fail(format!("Stripe's list of {path} has no end")))
    }

    /// One page. Reading changes nothing, so what was not heard is asked for again in place.
    async fn page<T: DeserializeOwned>(self, path: &str, query: &Form) -> Result<List<T>, Trouble> {
        let mut reads = 0;
        loop {
            before_call(self.desk, self.item).await?;
            match self.stripe.get(path, query).await {
                Err(Trouble::Retry { after_s: None | Some(0), .. }) if reads + 1 < READS => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(reads)).await;
                    reads += 1;
                }
                read => return read,
            }
        }
    }
}
