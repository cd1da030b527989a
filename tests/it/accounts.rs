//! Accounts: whose token is believed, how keys are made and rotated, and sign-in as clients of GoTrue know it.

mod admin;
mod alike;
mod changed;
mod clients;
mod codes;
mod hosted;
mod keys;
mod mailed;
mod meanwhile;
mod people;
mod pressed;
mod sign_in;
mod tokens;
mod web;
