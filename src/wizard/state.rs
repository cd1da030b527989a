//! The state of a session as panels and forms show it: the names of the API, the values as they are saved.

use port::State;
use serde_json::json;

use crate::domain::session::Session;

/// What a form or a panel shows of this session.
pub fn of(session: &Session) -> State {
    State(json!({
        "sessionId": session.id,
        "revision": session.revision(),
        "stage": session.stage.number(),
        "draft": session.draft(),
        "provenance": session.draft().provenance,
    }))
}
