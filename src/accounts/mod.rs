//! Who may sign in, and who calls.
//!
//! Promises: a caller is decided by `Authorization`, never by `apikey` when both are there; whoever proves nothing is anybody.

pub mod caller;
