//! Every integration test, in one binary: it talks to a real PostgreSQL and runs the real program.
#![cfg(test)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on panics"
)]

mod harness;

mod advice;
mod architecture;
mod cluster;
mod conversation;
mod crash;
mod migrations;
mod pages;
mod rls;
mod sessions;
mod stages;
mod text;
