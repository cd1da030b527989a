//! Every integration test, in one binary: it talks to a real PostgreSQL and runs the real program.
#![cfg(test)]

mod harness;
mod peers;

mod accounts;
mod advice;
mod architecture;
mod backup;
mod cluster;
mod conversation;
mod crash;
mod discord;
mod doctor;
mod forms;
mod functions;
mod limits;
mod links;
mod migrations;
mod openapi;
mod pages;
mod publisher;
mod rest;
mod rls;
mod sessions;
mod stages;
mod telegram;
mod text;
mod web;
