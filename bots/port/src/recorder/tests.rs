//! A recorded conversation reads like the chat, and what went wrong is in it.

use crate::contract::{Answer, Script, Taken};
use crate::{Command, Line, Source};

use super::*;

fn choice(id: &str, label: &str) -> Choice {
    Choice { id: id.to_owned(), label: label.to_owned(), detail: None }
}

fn confirmation() -> Confirmation {
    let line = Line { label: "When".to_owned(), value: "Friday".to_owned(), source: Source::Said };
    let card = crate::Card { title: "Jazz".to_owned(), lines: vec![line], missing: vec![], language: "en".to_owned() };
    Confirmation {
        revision: 4,
        purpose: crate::Purpose::Publish,
        token: "t".to_owned(),
        card,
        url: "https://e/jazz".to_owned(),
        warnings: vec![],
    }
}

fn recorder() -> (Recorder, Script, UnboundedReceiver<Taken>) {
    let (script, taken) = Script::new();
    (Recorder::new(Arc::new(script.clone()), Sender::Local { email: None }), script, taken)
}

fn said(text: &str) -> Reply {
    Reply::Said(text.to_owned())
}

#[tokio::test]
async fn a_conversation_reads_like_the_chat() {
    let (mut recorder, script, mut taken) = recorder();
    let halls = vec![choice("a", "Town hall"), choice("b", "Old barn")];
    let where_to = vec![Reply::Delta("Where?".to_owned()), said("Where?"), Reply::Suggestions(halls), Reply::Done];
    script.push(Answer::Soon(where_to.clone()));
    script.push(Answer::Soon(vec![said("The old barn it is."), Reply::Done]));
    script.push(Answer::Now(vec![Reply::Confirm(confirmation()), Reply::Done]));
    script.push(Answer::Now(vec![said("It is out."), Reply::Done]));

    assert_eq!(recorder.say("a jazz night").await.unwrap(), where_to);
    recorder.pick(2).await.unwrap();
    recorder.send(Body::Command(Command::Publish)).await.unwrap();
    recorder.confirm().await.unwrap();

    let expected = "> a jazz night\nWhere?\n  1. Town hall\n  2. Old barn\n> [Old barn]\nThe old barn it is.\n> /publish\nJazz\n  \
        When  Friday\n  It will be at https://e/jazz\n> [yes, publish]\nIt is out.";
    assert_eq!(recorder.transcript(), expected);
    let mut bodies = Vec::new();
    while let Ok(message) = taken.try_recv() {
        let first = bodies.is_empty();
        assert_eq!(message.asked == SessionChoice::New, first, "only the first message begins a session");
        bodies.push(message.body);
    }
    assert_eq!(bodies.get(1), Some(&Body::Pick("b".to_owned())));
    assert_eq!(bodies.last(), Some(&Body::Confirm { revision: 4, token: "t".to_owned() }));
    assert_eq!(recorder.session(), Some("session-1"));
}

#[tokio::test]
async fn what_went_wrong_is_told() {
    let (recorder, script, _taken) = recorder();
    let mut recorder = recorder.patient_for(Duration::from_millis(30));
    script.push(Answer::Refuse(Refusal::Busy));
    script.push(Answer::Soon(vec![said("Half")]));
    script.push(Answer::Open(vec![]));
    assert!(matches!(recorder.say("one").await, Err(Failure::Refused(Refusal::Busy))));
    assert!(matches!(recorder.say("two").await, Err(Failure::BrokenOff(replies)) if replies == [said("Half")]));
    assert!(matches!(recorder.say("three").await, Err(Failure::Late(_))));
    assert!(matches!(recorder.pick(1).await, Err(Failure::NotOffered(_))));
    assert!(recorder.transcript().starts_with("> one\n! refused: I am still busy"));
}

#[tokio::test]
async fn two_recorders_of_one_session_never_share_an_id() {
    let (mut first, script, mut taken) = recorder();
    let session = SessionChoice::Id("s".to_owned());
    let mut second = Recorder::new(Arc::new(script.clone()), Sender::Local { email: None }).in_session(session);
    for _ in 0..2 {
        script.push(Answer::Now(vec![Reply::Done]));
    }
    first.say("one").await.unwrap();
    second.say("two").await.unwrap();
    assert_ne!(taken.try_recv().unwrap().id, taken.try_recv().unwrap().id);
}
