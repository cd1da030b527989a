//! The wizard in the browser: an AG-UI agent and `CopilotKit` runtime over REST and SSE, and the panel's files.
//!
//! Requests in, event streams out. `input` reads what a client posts, `meaning` finds what is new in it, `narrator` makes
//! events of replies, `routes` are the addresses. A turn belongs to its session: a client that goes away ends nothing, and
//! one that comes back hears the same text once. Every stream has one end, and everything that it opened is closed before.
//!
//! The wire is the intersection of what `@ag-ui/client` 0.0.59 and 1.0.0 accept; no optional field is ever `null`.

mod assets;
mod cards;
mod config;
mod connect;
mod edits;
mod event;
mod failure;
mod input;
mod meaning;
mod memory;
mod narrator;
mod routes;
mod run;
mod sse;
mod suggest;
mod telling;

mod threads;

use std::sync::Arc;

use port::Door;

pub use assets::{Configure, panel};
pub use config::{PanelConfig, Payments, SignIn};
pub use routes::router;

/// The channel's name, as in [`port::Chat::channel`].
pub const NAME: &str = "web";

/// Where the chat's routes are.
pub const BASE: &str = "/api/copilotkit";

/// What the routes work with.
#[derive(Clone)]
pub struct WebState {
    /// The way into the wizard.
    pub door: Arc<dyn Door>,
}
