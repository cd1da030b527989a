//! What is read of Stripe's objects: only what is used, so that nothing else can be wrong.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `product`
#[derive(Debug, Clone, Deserialize)]
pub struct Product {
    /// `prod_…`
    pub id: String,
    /// Ours: `event_id`.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// `price`
#[derive(Debug, Clone, Deserialize)]
pub struct Price {
    /// `price_…`
    pub id: String,
    /// It can be bought.
    #[serde(default)]
    pub active: bool,
    /// ISO 4217 code in small letters.
    #[serde(default)]
    pub currency: String,
    /// Minor units as Stripe counts them.
    #[serde(default)]
    pub unit_amount: Option<i64>,
    /// Ours: `event_id`, `tier`.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// `list`
#[derive(Debug, Clone, Deserialize)]
pub struct List<T> {
    /// One page of it.
    pub data: Vec<T>,
    /// There are more pages.
    #[serde(default)]
    pub has_more: bool,
}

/// What is known by an id.
pub trait Named {
    /// The id.
    fn id(&self) -> &str;
}

impl Named for Product {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Named for Price {
    fn id(&self) -> &str {
        &self.id
    }
}
