//! EventOS Wizard: an organizer makes a publication-ready event by talking.
//!
//! A tour of the rooms, from the ground up (docs/ARCHITECTURE.md draws the house):
//!
//! * [`domain`]: what an event, its draft and a session are; pure.
//! * [`settings`], [`telemetry`], [`node`]: what this process is told, says and is called.
//! * [`store`]: all the SQL, and the private PostgreSQL.
//! * [`understanding`]: from words to facts, and from facts to words.
//! * [`advice`]: suggestions from data.
//! * [`geo`]: where a place is, by the gazetteer or Google Maps.
//! * [`accounts`]: who may sign in, and who calls.
//! * [`pictures`]: uploads become pictures of our own.
//! * [`wizard`]: a supervised actor for each session; a turn.
//! * [`publisher`]: the only one that talks to Stripe and sends mail, from a queue.
//! * [`sales`]: what buyers may do with tickets, and organizers with orders.
//! * [`door`]: who is it, seen before, which session.
//! * [`http`]: pages and API.
//! * [`app`] wires them, [`cli`] is the commands.

#[cfg(all(feature = "failpoints", not(debug_assertions)))]
compile_error!("failpoints crash the program on purpose; no release build may carry them");

pub mod accounts;
pub mod advice;
pub mod app;
pub mod cli;
pub mod domain;
pub mod door;
pub mod geo;
pub mod http;
pub mod node;
pub mod pictures;
pub mod publisher;
pub mod sales;
pub mod settings;
pub mod store;
pub mod telemetry;
pub mod understanding;
pub mod wizard;
