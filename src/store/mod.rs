//! All the SQL of the product, one file for each table or aggregate; rows never leave this room.
//!
//! Each function takes a connection inside a transaction that [`database::Store::begin`] opened in somebody's name, so that
//! row level security decides what it sees.
//!
//! # Adding a table
//! A migration (`migrations/README.md`), its line in `tests/it/rls_matrix.txt`, a file here named like the table whose
//! functions are nouns first (`venues::search`), and `make queries` to renew `.sqlx`.

pub mod accounts;
pub mod audit;
pub mod backup;
pub mod bell;
pub mod chats;
pub mod checkouts;
pub mod checkup;
pub mod cluster;
pub mod confirmations;
pub mod conversations;
pub mod copies;
pub mod database;
pub mod demo;
pub mod door_links;
pub mod error;
pub mod events;
pub mod export;
pub mod files;
pub mod guests;
pub mod history;
pub mod idempotency;
pub mod inbox;
pub mod leaving;
pub mod letters;
pub mod links;
pub mod migrate;
pub mod model_usage;
pub mod offers;
pub mod orders;
pub mod outbox;
pub mod pages;
pub mod past;
pub mod people;
pub mod promo_codes;
pub mod questions;
pub mod queue;
pub mod queue_books;
pub mod rest;
pub mod revisions;
pub mod sales;
pub mod series;
pub mod sessions;
pub mod settlement;
pub mod stripe_accounts;
pub mod stripe_events;
pub mod suggestions;
pub mod upkeep;
pub mod venue_import;
pub mod venues;
pub mod waiting;
pub mod webhooks;
