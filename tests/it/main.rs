//! Every integration test, in one binary: it talks to a real PostgreSQL and runs the real program.
#![cfg(test)]

mod harness;
mod peers;

mod advice;
mod architecture;
mod backup;
mod cluster;
mod conversation;
mod crash;
mod migrations;
mod pages;
mod publisher;
mod rls;
mod sessions;
mod stages;
mod text;
