//! What the conversation shows for a message that is no plain words.

use port::{Body, Command, Form};
use uuid::Uuid;

use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::suggestions;

/// What the conversation shows for a message.
pub(super) async fn content(tx: &mut Tx, session: Uuid, body: &Body) -> Result<String, StoreError> {
    Ok(match body {
        Body::Text(text) => text.clone(),
        // Its words take this place once they are heard.
        Body::Voice(_) => "🎤".to_owned(),
        Body::Pick(id) => match id.parse::<Uuid>() {
            Ok(id) => {
                suggestions::get(tx, session, id).await?.map_or_else(|| "(a choice)".to_owned(), |choice| choice.label)
            }
            Err(_) => "(a choice)".to_owned(),
        },
        // Whatever was asked: to publish, to change, to give money back.
        Body::Confirm { .. } => "Yes, do it.".to_owned(),
        Body::Decline => "Not yet.".to_owned(),
        Body::Command(command) => command_words(*command).to_owned(),
        Body::Language(language) => format!("/language {}", language.chars().take(10).collect::<String>()),
        Body::Form(form) => form_words(form),
        Body::Publish { .. } => "Publish it.".to_owned(),
    })
}

/// The words of a form, else what it fills in.
fn form_words(form: &Form) -> String {
    let text = form.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let fields = || {
        form.fields.keys().map(|name| name.chars().take(40).collect::<String>()).take(30).collect::<Vec<_>>().join(", ")
    };
    text.map_or_else(|| format!("(a form: {})", fields()), str::to_owned)
}

fn command_words(command: Command) -> &'static str {
    match command {
        Command::Start => "/start",
        Command::Summary => "/summary",
        Command::Undo => "/undo",
        Command::Redo => "/redo",
        Command::Publish => "/publish",
        Command::Help => "/help",
    }
}
