//! Every integration test, in one binary: it talks to a real PostgreSQL and runs the real program.
#![cfg(test)]

mod harness;
mod peers;

mod acceptance;
mod accounts;
mod advice;
mod architecture;
mod backup;
mod browser;
mod cluster;
mod conversation;
mod crash;
mod discord;
mod doctor;
mod door;
mod forms;
mod functions;
mod growth;
mod import;
mod limits;
mod links;
mod migrations;
mod models;
mod openapi;
mod output;
mod pages;
mod pictures;
mod preview;
mod publisher;
mod race;
mod rest;
mod rls;
mod sales;
mod sessions;
mod stages;
mod start;
mod telegram;
mod text;
mod together;
mod web;
