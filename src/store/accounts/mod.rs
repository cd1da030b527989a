//! The sign-in tables of schema `auth`, on plain PostgreSQL only, and what is written down about signing in. Everything here
//! runs as the server.

pub mod audit;
pub mod keys;
pub mod mails;
pub mod one_time;
pub mod sign_ins;
pub mod users;
