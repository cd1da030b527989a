//! The rules of each stage, one file a stage.

pub mod basics;
pub mod payments;
pub mod publish;
pub mod schedule;
pub mod ticketing;
pub mod venue;
