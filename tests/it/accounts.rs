//! Accounts: whose token is believed, how keys are made and rotated, and sign-in as clients of GoTrue know it.

mod hosted;
mod keys;
mod people;
mod tokens;
