//! The way in: who is it, was it seen before, which session. Implements `port::Door` for every channel.

pub mod identity;
pub mod rate;
pub mod router;
