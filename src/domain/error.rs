//! What can be wrong with a value that somebody proposes for a draft.

use super::fact::Field;

/// A value that the draft refuses; the message is for the organizer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldError {
    /// The field it was meant for.
    pub field: Field,
    /// What is wrong and what to do.
    pub message: String,
}

impl FieldError {
    /// A refusal with its reason.
    pub fn new(field: Field, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}
