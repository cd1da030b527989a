//! What is new in a posted list of messages, and what the organizer means by it.
//!
//! A client posts its whole history each time, and puts the answer of a card where the card stands, which may be far from the
//! end. So what may be new is given as candidates, likeliest first; the door knows which of them it had before.

use port::{Body, Command, Form, visible};

use crate::cards;
use crate::edits::Edits;
use crate::failure::Failure;
use crate::input::{Posted, RunInput};
use crate::memory::Notes;
use crate::threads::is_uuid;

/// How many answers of cards are looked at, newest first.
const ANSWERS: usize = 4;

/// Something that may be new.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// The same for the same message, also in another request.
    pub(crate) id: String,
    pub(crate) body: Body,
}

/// What may be new in this request, likeliest first; empty when nothing can be.
pub(crate) fn candidates(input: &RunInput, notes: &Notes, edits: Edits) -> Result<Vec<Candidate>, Failure> {
    let last = last_words(&input.messages)?;
    if !edits.fields.is_empty() {
        return Ok(with_edits(input, notes, last, edits));
    }
    if input.messages.is_empty() {
        return Ok(vec![Candidate { id: format!("start:{}", input.run_id), body: Body::Command(Command::Start) }]);
    }
    let words = last.map(|(id, words)| Candidate { id: id.to_owned(), body: body(&words, notes) });
    Ok(words.into_iter().chain(answers(&input.messages)).collect())
}

/// The user's message at the end of the list.
fn last_words(messages: &[Posted]) -> Result<Option<(&str, String)>, Failure> {
    let spoken = |message: &&Posted| matches!(message.role.as_str(), "user" | "assistant" | "tool");
    let Some(last) = messages.iter().rev().find(spoken).filter(|last| last.role == "user") else { return Ok(None) };
    let words = last.words().ok_or_else(Failure::only_text)?;
    Ok(Some((&last.id, words)))
}

/// What was answered on cards, newest first. A call is answered once: its id is the answer's.
fn answers(messages: &[Posted]) -> impl Iterator<Item = Candidate> {
    let answers = messages.iter().rev().filter(|message| message.role == "tool").filter_map(|message| {
        let call = message.tool_call_id.as_deref()?;
        let body = cards::answer(call, &message.words()?)?;
        Some(Candidate { id: format!("answer:{call}"), body })
    });
    answers.take(ANSWERS)
}

/// Edits travel as a form, with the words or the pick that came along. An approval that came along is passed over: it was
/// given for a draft without these edits, and the wizard asks again.
fn with_edits(input: &RunInput, notes: &Notes, last: Option<(&str, String)>, edits: Edits) -> Vec<Candidate> {
    let form = Form { fields: edits.fields, revision: edits.revision, ..Form::default() };
    let alone = Candidate { id: format!("form:{}", input.run_id), body: Body::Form(form.clone()) };
    let said = last.map(|(id, words)| {
        let form = match body(&words, notes) {
            Body::Text(text) => Form { text: Some(text), ..form },
            Body::Pick(choice) => Form { pick: Some(choice), ..form },
            Body::Command(_) => Form { text: Some(words.trim().trim_start_matches('/').to_owned()), ..form },
            Body::Confirm { .. }
            | Body::Decline
            | Body::Form(_)
            | Body::Language(_)
            | Body::Publish { .. }
            | Body::Voice(_) => form,
        };
        Candidate { id: id.to_owned(), body: Body::Form(form) }
    });
    said.into_iter().chain([alone]).collect()
}

/// Reads words in the light of what was shown last.
fn body(words: &str, notes: &Notes) -> Body {
    let plain = words.trim();
    let command = plain.strip_prefix('/').and_then(command).map(Body::Command);
    let answer = || notes.question.as_ref().and_then(|asked| answer(plain, asked));
    let body = command.or_else(answer).or_else(|| picked(plain, notes).map(Body::Pick));
    body.unwrap_or_else(|| Body::Text(words.to_owned()))
}

fn command(name: &str) -> Option<Command> {
    match name.to_lowercase().as_str() {
        "start" => Some(Command::Start),
        "help" => Some(Command::Help),
        "summary" | "draft" => Some(Command::Summary),
        "undo" => Some(Command::Undo),
        "redo" => Some(Command::Redo),
        "publish" => Some(Command::Publish),
        _ => None,
    }
}

fn answer(words: &str, asked: &port::Confirmation) -> Option<Body> {
    let yes = || Body::Confirm { revision: asked.revision, token: asked.token.clone() };
    port::yes_or_no(words).map(|said| if said { yes() } else { Body::Decline })
}

/// A suggestion, by its number, its id or its label as it is shown. Ids are UUIDs, which nobody types as words.
fn picked(words: &str, notes: &Notes) -> Option<String> {
    let number = words.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let numbered = number.and_then(|index| notes.choices.get(index));
    let named = || notes.choices.iter().find(|choice| choice.id == words || visible(&choice.label).trim() == words);
    let known = numbered.or_else(named).map(|choice| choice.id.clone());
    known.or_else(|| is_uuid(words).then(|| words.to_owned()))
}

#[cfg(test)]
mod tests {
    use port::{Card, Choice, Confirmation};
    use serde_json::{Value, json};

    use super::*;

    fn input(messages: &Value) -> RunInput {
        RunInput::read(json!({"threadId": "t", "runId": "r", "messages": messages})).unwrap()
    }

    fn notes() -> Notes {
        let choice = |id: &str, label: &str| Choice { id: id.to_owned(), label: label.to_owned(), detail: None };
        let question = Confirmation {
            revision: 3,
            purpose: port::Purpose::Publish,
            token: "tok".to_owned(),
            card: Card { title: String::new(), lines: Vec::new(), missing: Vec::new(), language: "en".to_owned() },
            url: String::new(),
            warnings: Vec::new(),
        };
        Notes {
            choices: vec![choice("c1", "Town hall"), choice("c2", "Barn\u{202e}")],
            question: Some(question),
            ..Notes::default()
        }
    }

    fn found(messages: &Value) -> Vec<(String, Body)> {
        let found = candidates(&input(messages), &notes(), Edits::default()).unwrap();
        found.into_iter().map(|candidate| (candidate.id, candidate.body)).collect()
    }

    fn text(id: &str, words: &str) -> (String, Body) {
        (id.to_owned(), Body::Text(words.to_owned()))
    }

    fn yes(id: &str, revision: i64, token: &str) -> (String, Body) {
        (id.to_owned(), Body::Confirm { revision, token: token.to_owned() })
    }

    #[test]
    fn the_last_words_are_new_and_the_assistant_is_not_believed() {
        let user = json!({"id": "u1", "role": "user", "content": "hello"});
        let said = json!({"id": "a1", "role": "assistant", "content": "I published it."});
        let next = json!({"id": "u2", "role": "user", "content": [{"type": "text", "text": "one"}, {"type": "image"}, {"type": "text", "text": "two"}]});
        let system = json!({"id": "s1", "role": "system", "content": "obey"});
        assert_eq!(found(&json!([user])), [text("u1", "hello")]);
        assert_eq!(found(&json!([user, said, next, system])), [text("u2", "one\ntwo")]);
        assert_eq!(found(&json!([user, said])), []);
        assert_eq!(found(&json!([system])), []);
        let start = Body::Command(Command::Start);
        assert_eq!(found(&json!([])), [("start:r".to_owned(), start)]);
        let picture = json!([{"id": "u", "role": "user", "content": [{"type": "image"}]}]);
        assert!(candidates(&input(&picture), &notes(), Edits::default()).is_err());
    }

    #[test]
    fn the_answer_of_a_card_is_found_where_the_card_stands() {
        let tool =
            |call: &str, content: &str| json!({"id": "m", "role": "tool", "toolCallId": call, "content": content});
        let approve = tool("confirm-5-abc", r#"{"approved":true,"revision":5}"#);
        let user = json!({"id": "u1", "role": "user", "content": "wait"});
        let said = json!({"id": "a1", "role": "assistant", "content": ""});
        let answered = || yes("answer:confirm-5-abc", 5, "abc");
        assert_eq!(found(&json!([said, approve])), [answered()]);
        assert_eq!(found(&json!([said, approve, user, said])), [answered()]);
        assert_eq!(found(&json!([said, approve, user])), [text("u1", "wait"), answered()]);
        assert_eq!(found(&json!([said, tool("confirm-5-abc", "Error: stopped"), said])), []);
        assert_eq!(found(&json!([said, tool("call-7", "whatever")])), []);
    }

    #[test]
    fn words_are_read_in_the_light_of_what_was_shown() {
        let one = |words: &str| found(&json!([{"id": "u", "role": "user", "content": words}])).remove(0).1;
        let pick = |id: &str| Body::Pick(id.to_owned());
        assert_eq!((one("2"), one("c1"), one("Town hall")), (pick("c2"), pick("c1"), pick("c1")));
        assert_eq!((one("Barn\\u{202e}"), one("3")), (pick("c2"), Body::Text("3".to_owned())), "as its chip says it");
        let id = "7b1f3a3e-8a54-4c8e-9a6e-0d1c2b3a4f5e";
        assert_eq!(one(id), pick(id));
        assert_eq!(one("Oui!"), Body::Confirm { revision: 3, token: "tok".to_owned() });
        assert_eq!(one("not yet"), Body::Decline);
        assert_eq!(one(" /Publish "), Body::Command(Command::Publish));
        assert_eq!(one("/dance"), Body::Text("/dance".to_owned()));
    }

    #[test]
    fn edits_travel_as_a_form_with_the_words() {
        let edits = || Edits { fields: json!({"capacity": 90}).as_object().unwrap().clone(), revision: Some(4) };
        let forms = |messages: Value| candidates(&input(&messages), &notes(), edits()).unwrap();
        let form = Form { fields: edits().fields, revision: Some(4), ..Form::default() };
        let alone = Candidate { id: "form:r".to_owned(), body: Body::Form(form.clone()) };
        assert_eq!(forms(json!([])), std::slice::from_ref(&alone));
        assert_eq!(forms(json!([{"id": "a", "role": "assistant", "content": "x"}])), std::slice::from_ref(&alone));
        let said = |id: &str, form: Form| Candidate { id: id.to_owned(), body: Body::Form(form) };
        let words = forms(json!([{"id": "u", "role": "user", "content": "in Paris"}]));
        assert_eq!(words, [said("u", Form { text: Some("in Paris".to_owned()), ..form.clone() }), alone.clone()]);
        let pick = forms(json!([{"id": "u", "role": "user", "content": "1"}]));
        assert_eq!(pick, [said("u", Form { pick: Some("c1".to_owned()), ..form.clone() }), alone.clone()]);
        let yes = forms(json!([{"id": "u", "role": "user", "content": "yes"}]));
        assert_eq!(yes, [said("u", form), alone]);
    }
}
