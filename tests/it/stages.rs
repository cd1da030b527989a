//! Stages, suggestions, provenance, undo: what an organizer sees of the draft.

use eventos::store::cluster::Role;
use port::{Body, Command, Reply, Source};

use crate::harness::{self, program::Program};

fn choices(replies: &[Reply]) -> Vec<String> {
    let shown =
        replies.iter().find_map(|reply| if let Reply::Suggestions(choices) = reply { Some(choices) } else { None });
    shown
        .map(|choices| choices.iter().map(|choice| format!("{} {:?}", choice.label, choice.detail)).collect())
        .unwrap_or_default()
}

fn card(replies: &[Reply]) -> Option<&port::Card> {
    replies.iter().find_map(|reply| match reply {
        Reply::Draft(card) => Some(card),
        Reply::Confirm(confirmation) => Some(&confirmation.card),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stage_suggests_something_on_an_empty_database() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    for text in [
        "hello",
        "it is called Harbour Lights, a concert",
        "asdf qwer zxcv",
        "at Pier 21 in Halifax for 80 people",
        "on March 5 2027",
        "at 7pm",
    ] {
        let replies = ana.say(text).await.unwrap();
        assert!(!choices(&replies).is_empty(), "nothing is suggested after {text:?}:\n{}", ana.transcript());
    }
    program.stop().await;
}

/// Whoever asks for venues is shown venues, whatever was asked for, and the words of the wish are no name and no place.
#[tokio::test(flavor = "multi_thread")]
async fn venues_are_shown_to_whoever_asks_for_them() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("insert into venues (name, city, country, capacity) values ('Glass Gallery', 'Toronto', 'CA', 90)")
        .execute(&mut conn)
        .await
        .unwrap();
    for (number, (opening, wish)) in [
        ("a concert for 50 people", "show me venues in Toronto"),
        ("a concert for 50 people", "which venues are there in Toronto?"),
        ("un concert pour 50 personnes", "montrez-moi des salles à Toronto"),
        ("un concierto para 50 personas", "Muéstrame lugares en Toronto"),
        ("我想办一个音乐会，50人", "看看多伦多的场地"),
        ("我想办一个音乐会，50人", "多伦多有哪些场地"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut ana = program.organizer(&format!("ana{number}@example.com"));
        ana.say(opening).await.unwrap();
        let replies = ana.say(wish).await.unwrap();
        let shown = choices(&replies);
        assert!(shown.first().is_some_and(|shown| shown.starts_with("Glass Gallery")), "{wish}: {shown:?}");
        let replies = ana.send(Body::Command(Command::Summary)).await.unwrap();
        let plain = card(&replies).unwrap().plain();
        assert!(!plain.contains("看看") && !plain.contains("场地"), "{plain}\n{}", ana.transcript());
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggestion_is_applied_by_its_number_and_its_id() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("it is called Harbour Lights, a concert at Pier 21 in Halifax").await.unwrap();
    let replies = ana.say("any ideas for how many people?").await.unwrap();
    assert!(!choices(&replies).is_empty(), "{}", ana.transcript());
    ana.pick(1).await.unwrap();
    let replies = ana.send(Body::Command(Command::Summary)).await.unwrap();
    let people = card(&replies)
        .unwrap()
        .lines
        .iter()
        .find(|line| line.label.to_lowercase().contains("people") || line.label.contains("many"));
    assert_eq!(people.map(|line| line.source), Some(Source::Edited), "{}", ana.transcript());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_and_redo_walk_through_what_was_said() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let shows = async |ana: &mut port::recorder::Recorder, wanted: &str| {
        let replies = ana.send(Body::Command(Command::Summary)).await.unwrap();
        let plain = card(&replies).unwrap().plain();
        assert!(plain.contains(wanted), "{wanted} is not in\n{plain}\n{}", ana.transcript());
    };
    ana.say("a workshop called Knots for 30 people").await.unwrap();
    ana.say("make it 40 people").await.unwrap();
    ana.say("make it 50 people").await.unwrap();
    shows(&mut ana, "50").await;
    ana.say("undo").await.unwrap();
    shows(&mut ana, "40").await;
    ana.send(Body::Command(Command::Undo)).await.unwrap();
    shows(&mut ana, "30").await;
    ana.say("redo").await.unwrap();
    shows(&mut ana, "40").await;
    ana.say("make it 60 people").await.unwrap();
    ana.say("redo").await.unwrap();
    shows(&mut ana, "60").await;
    ana.say("undo").await.unwrap();
    shows(&mut ana, "40").await;
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_default_is_filled_in_silence() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let replies = ana
        .say("a meetup called Tea and Type at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people, free")
        .await
        .unwrap();
    let card = card(&replies).unwrap_or_else(|| panic!("{}", ana.transcript()));
    let assumed: Vec<&str> =
        card.lines.iter().filter(|line| line.source == Source::Default).map(|line| line.label.as_str()).collect();
    assert!(!assumed.is_empty());
    assert!(card.plain().contains("(assumed)"), "defaults are marked in plain text");
    program.stop().await;
}
