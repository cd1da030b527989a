//! A request to the wizard as it comes in (R34-R38): strict in its types, lenient towards what it does not know.

use axum::http::StatusCode;
use port::Form;
use serde_json::{Map, Value, json};

use crate::http::error::{Declined, HttpError};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// A new session.
    Initialize,
    /// Words, fields or a choice on a stage.
    ProcessStage,
    /// Fields to keep.
    SaveDraft,
    /// The event goes public.
    Publish,
}

/// A request, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WizardRequest {
    pub(super) action: Action,
    pub(super) session: Option<String>,
    pub(super) stage: Option<u8>,
    pub(super) text: Option<String>,
    pub(super) fields: Map<String, Value>,
    pub(super) pick: Option<String>,
    pub(super) revision: Option<i64>,
    pub(super) user: Option<String>,
}

/// Members of `eventData` that are no fields of the event (rulings C-62, C-75).
const REVISION: &str = "revision";
const SUGGESTION: &str = "suggestionId";

impl WizardRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 with every member that does not fit.
    pub(super) fn read(body: &[u8]) -> Result<Self, HttpError> {
        let Ok(Value::Object(mut sent)) = serde_json::from_slice::<Value>(body) else {
            return Err(HttpError::Malformed);
        };
        let mut reader = Reader { errors: Map::new() };
        let action = reader.action(sent.get("action"));
        let session = reader.text("sessionId", sent.remove("sessionId"));
        let stage = reader.stage(sent.get("stage"));
        let text = reader.text("userInput", sent.remove("userInput")).filter(|text| !text.trim().is_empty());
        let user = reader.text("userId", sent.remove("userId"));
        let mut fields = reader.object("eventData", sent.remove("eventData"));
        let revision = reader.revision(fields.remove(REVISION));
        let pick = reader.pick(fields.remove(SUGGESTION));
        if session.is_none() && !matches!(action, Some(Action::Initialize) | None) {
            reader.refuse("sessionId", "Please say which session this is for.");
        }
        match action {
            Some(action) if reader.errors.is_empty() => {
                Ok(Self { action, session, stage, text, fields, pick, revision, user })
            }
            _ => Err(invalid(&reader.errors)),
        }
    }

    /// The session that is named.
    ///
    /// # Errors
    /// 400 when none is.
    pub(super) fn session(&self) -> Result<String, HttpError> {
        self.session.clone().ok_or(HttpError::Malformed)
    }

    /// The request as a form.
    pub(super) fn form(&self) -> Form {
        Form {
            stage: self.stage,
            text: self.text.clone(),
            fields: self.fields.clone(),
            pick: self.pick.clone(),
            revision: self.revision,
        }
    }
}

/// 400 with what does not fit, by name.
pub(super) fn invalid(fields: &Map<String, Value>) -> HttpError {
    let words = "Please check what you sent.";
    Declined::new(StatusCode::BAD_REQUEST, "INVALID_INPUT", words, json!({ "fields": fields })).into()
}

struct Reader {
    errors: Map<String, Value>,
}

impl Reader {
    fn refuse(&mut self, name: &str, words: &str) {
        self.errors.insert(name.to_owned(), words.into());
    }

    fn action(&mut self, sent: Option<&Value>) -> Option<Action> {
        match sent.and_then(Value::as_str) {
            Some("initialize") => Some(Action::Initialize),
            Some("process-stage") => Some(Action::ProcessStage),
            Some("save-draft") => Some(Action::SaveDraft),
            Some("publish") => Some(Action::Publish),
            _ => {
                self.refuse("action", "Please choose initialize, process-stage, save-draft or publish.");
                None
            }
        }
    }

    fn stage(&mut self, sent: Option<&Value>) -> Option<u8> {
        let sent = sent.filter(|sent| !sent.is_null())?;
        let stage = sent.as_u64().and_then(|stage| u8::try_from(stage).ok()).filter(|stage| (1..=6).contains(stage));
        if stage.is_none() {
            self.refuse("stage", "A stage is a number from 1 to 6.");
        }
        stage
    }

    fn text(&mut self, name: &str, sent: Option<Value>) -> Option<String> {
        match sent {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.refuse(name, "Please send a text.");
                None
            }
        }
    }

    fn object(&mut self, name: &str, sent: Option<Value>) -> Map<String, Value> {
        match sent {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(fields)) => fields,
            Some(_) => {
                self.refuse(name, "Please send an object with the event's fields.");
                Map::new()
            }
        }
    }

    fn revision(&mut self, sent: Option<Value>) -> Option<i64> {
        let sent = sent.filter(|sent| !sent.is_null())?;
        let revision = sent.as_i64();
        if revision.is_none() {
            self.refuse(REVISION, "A revision is a whole number.");
        }
        revision
    }

    fn pick(&mut self, sent: Option<Value>) -> Option<String> {
        match sent {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(id),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => {
                self.refuse(SUGGESTION, "Please send a suggestion's id or number.");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &Value) -> Result<WizardRequest, HttpError> {
        WizardRequest::read(body.to_string().as_bytes())
    }

    fn named(error: HttpError) -> Vec<String> {
        let HttpError::Declined(declined) = error else { panic!("{error}") };
        declined.more["fields"].as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn what_is_not_known_is_passed_over_and_what_does_not_fit_is_named() {
        let request =
            read(&json!({"action": "initialize", "colour": 3, "userInput": null, "eventData": null})).unwrap();
        assert_eq!((request.action, request.stage, request.text), (Action::Initialize, None, None));
        let wrong =
            json!({"action": "fly", "sessionId": 4, "stage": 9, "userInput": [], "eventData": "x", "userId": {}});
        assert_eq!(
            named(read(&wrong).unwrap_err()),
            ["action", "eventData", "sessionId", "stage", "userId", "userInput"]
        );
        assert_eq!(named(read(&json!({"action": "publish"})).unwrap_err()), ["sessionId"]);
        assert!(matches!(WizardRequest::read(b"[1]"), Err(HttpError::Malformed)));
        assert!(matches!(WizardRequest::read(b"{\"action\""), Err(HttpError::Malformed)));
    }

    #[test]
    fn a_revision_and_a_choice_are_no_fields_of_the_event() {
        let sent = json!({"action": "save-draft", "sessionId": "x",
            "eventData": {"revision": 4, "suggestionId": 2, "capacity": 9}});
        let request = read(&sent).unwrap();
        assert_eq!((request.revision, request.pick.as_deref(), request.fields.len()), (Some(4), Some("2"), 1));
    }
}
