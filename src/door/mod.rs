//! The way in: who is it, was it seen before, which session. Implements `port::Door` for every channel.

mod content;
pub mod identity;
mod lawful;
mod post;
pub mod rate;
mod refusals;
pub mod router;
mod shelf;
