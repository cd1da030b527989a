//! What an event, its draft and a wizard session are: pure rules, no async, SQL, HTTP or actors.

pub mod again;
pub mod clock;
pub mod clock_turn;
pub mod draft;
pub mod entry;
pub mod error;
pub mod event_draft;
pub mod fact;
pub mod fees;
pub mod import;
pub mod money;
pub mod order_link;
pub mod outcome;
pub mod person;
pub mod publishing;
pub mod refund_policy;
pub mod sale;
pub mod series;
pub mod session;
pub mod stage;
pub mod stages;
pub mod suggestion;
pub mod values;
