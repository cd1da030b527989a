//! Whole conversations, as organizers have them: from a first message to a published event.

mod again;
mod clocks;
mod feedback;
mod languages;
mod transcripts;
mod zone;

use eventos::store::cluster::Role;
use port::recorder::Recorder;
use port::{Body, Command, Reply, Source};

use crate::harness::{self, program::Program};

/// The link of the published event, when this turn published it.
fn published(replies: &[Reply]) -> Option<String> {
    replies.iter().find_map(|reply| match reply {
        Reply::Published { url, .. } => Some(url.clone()),
        _ => None,
    })
}

fn said(replies: &[Reply]) -> &str {
    replies
        .iter()
        .find_map(|reply| if let Reply::Said(text) = reply { Some(text.as_str()) } else { None })
        .unwrap_or("")
}

/// What is answered to each question, by a word that stands in it.
const ANSWERS: &[(&str, &str)] = &[
    ("called", "Lantern Night"),
    ("where", "at the Old Mill Hall"),
    ("how many", "60"),
    ("what time", "7pm"),
    ("when", "February 18 2027"),
    ("day", "February 18 2027"),
    ("cost", "12 dollars"),
    ("how long", "two hours"),
];

/// How somebody answers.
#[derive(Clone, Copy)]
enum Manner {
    /// One thing at a time, whatever was asked.
    Terse,
    /// Everything that was asked.
    Full,
    /// One thing first, everything afterwards.
    Partial,
}

/// What somebody of this manner answers; never more than was asked.
fn answer(replies: &[Reply], manner: Manner, turn: usize) -> String {
    if replies.iter().any(|reply| matches!(reply, Reply::Confirm(_))) {
        return "yes".to_owned();
    }
    let question = said(replies).rsplit(['.', '!', '\n']).find(|part| part.contains('?')).unwrap_or("").to_lowercase();
    let mut answers: Vec<&str> =
        ANSWERS.iter().filter(|(word, _)| question.contains(word)).map(|(_, answer)| *answer).collect();
    answers.dedup();
    match manner {
        _ if answers.is_empty() => "you choose".to_owned(),
        Manner::Full => answers.join(", "),
        Manner::Partial if turn > 1 => answers.join(", "),
        Manner::Terse | Manner::Partial => answers[0].to_owned(),
    }
}

/// Begins with this and answers until the event is published. Returns how many further messages that took.
async fn talk_through(organizer: &mut Recorder, opening: &str, manner: Manner, most: usize) -> usize {
    organizer.send(Body::Command(Command::Start)).await.unwrap();
    let mut replies = organizer.say(opening).await.unwrap();
    for further in 1..=most {
        replies = organizer.say(&answer(&replies, manner, further)).await.unwrap();
        if published(&replies).is_some() {
            return further;
        }
    }
    panic!("not published after {most} further messages:\n{}", organizer.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talkative_organizer_is_done_after_a_yes() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    ana.say("We're throwing a charity gala called Hearts of Oak on February 14 2027, 7 to 11pm at the Carlu in Toronto, 220 seats, tickets are 250 dollars each").await.unwrap();
    let replies = ana.say("yes").await.unwrap();
    assert_eq!(published(&replies).as_deref(), Some("http://events.test/e/hearts-of-oak"), "{}", ana.transcript());
    insta::assert_snapshot!(ana.transcript());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vague_organizers_get_there_in_eight_messages() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let openings = [
        "hi, I need to set up some event",
        "can you help me plan something for my neighbours?",
        "I want to make an event",
        "a party, not sure when",
        "we're thinking of a small concert",
        "we do a book fair every year",
    ];
    for (number, opening) in openings.iter().enumerate() {
        let mut ana = program.organizer(&format!("vague{number}@example.com"));
        let further = talk_through(&mut ana, opening, Manner::Terse, 8).await;
        println!("{further} further messages after {opening:?}");
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_that_nobody_here_wrote_lead_to_published_events() {
    let Some(path) = harness::cases("openings.dev.jsonl") else { return };
    let database = harness::database().await;
    let program = Program::start(&database).await;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        if case["lang"] != "en" {
            continue;
        }
        let facts = case["expected"].as_object().unwrap().len();
        let opening = case["text"].as_str().unwrap();
        for (number, manner) in [Manner::Full, Manner::Partial, Manner::Terse].into_iter().enumerate() {
            // Who states at least five facts is talkative, and needs three where the answers are no terser than that.
            let talkative = facts >= 5 && !matches!(manner, Manner::Terse);
            let mut ana = program.organizer(&format!("{}-{number}@example.com", case["id"].as_str().unwrap()));
            let further = talk_through(&mut ana, opening, manner, if talkative { 3 } else { 8 }).await;
            println!("{}: {further} further messages", case["id"]);
        }
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_change_one_thing_and_a_stale_yes_publishes_nothing() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    ana.say("a meetup called Tea and Type at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people, free")
        .await
        .unwrap();
    let stale = ana.say("make it 45 people").await.unwrap();
    let Some(Reply::Confirm(first)) = stale.into_iter().find(|reply| matches!(reply, Reply::Confirm(_))) else {
        panic!("no question:\n{}", ana.transcript())
    };
    ana.say("actually 7pm").await.unwrap();
    let replies = ana.send(Body::Confirm { revision: first.revision, token: first.token }).await.unwrap();
    assert_eq!(published(&replies), None, "the draft was changed after that question");
    let replies = ana.say("yes").await.unwrap();
    assert!(published(&replies).is_some(), "{}", ana.transcript());
    let mut conn = database.connect(Role::Bootstrap).await;
    let row: (i32, String, String) =
        sqlx::query_as("select capacity, starts_local::text, status from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(row, (45, "2026-12-01 19:00:00".to_owned(), "published".to_owned()));
    let queued: Vec<String> =
        sqlx::query_scalar("select kind from payment_setup_queue").fetch_all(&mut conn).await.unwrap();
    assert_eq!(queued, ["mail_published"], "a free event leaves no work for payments");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_is_used_once_and_by_its_owner_alone() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let replies = ana
        .say("a meetup called Tea and Type at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people, free")
        .await
        .unwrap();
    let Some(Reply::Confirm(question)) = replies.into_iter().find(|reply| matches!(reply, Reply::Confirm(_))) else {
        panic!("no question:\n{}", ana.transcript())
    };
    let answer = Body::Confirm { revision: question.revision, token: question.token };
    let mut eve = program.organizer("eve@example.com");
    eve.say("a workshop called Knots for 30 people").await.unwrap();
    assert_eq!(published(&eve.send(answer.clone()).await.unwrap()), None);
    assert!(published(&ana.send(answer.clone()).await.unwrap()).is_some());
    assert_eq!(published(&ana.send(answer).await.unwrap()), None, "used up");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_events_of_one_name_get_fifty_links() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut talks = tokio::task::JoinSet::new();
    for number in 0..50 {
        let mut ana = program.organizer(&format!("ana{number}@example.com"));
        talks.spawn(async move {
            ana.say(
                "a meetup called Same Name at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people, free",
            )
            .await
            .unwrap();
            published(&ana.say("yes").await.unwrap()).unwrap_or_else(|| panic!("{}", ana.transcript()))
        });
    }
    let mut links = std::collections::BTreeSet::new();
    while let Some(link) = talks.join_next().await {
        links.insert(link.unwrap());
    }
    assert_eq!(links.len(), 50);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_assumed_is_marked_and_told() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let replies = ana
        .say("a workshop called Knots at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people, 20 dollars")
        .await
        .unwrap();
    let Some(Reply::Confirm(question)) = replies.iter().find(|reply| matches!(reply, Reply::Confirm(_))) else {
        panic!("no question:\n{}", ana.transcript())
    };
    let lasts = question.card.lines.iter().find(|line| line.label == "Lasts").unwrap();
    assert_eq!(lasts.source, Source::Default);
    assert!(said(&replies).contains("I assumed"), "{}", said(&replies));
    assert!(said(&replies).contains("3 hours"), "{}", said(&replies));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_drafts_and_is_asked_to_sign_in_to_publish() {
    let database = harness::database().await;
    let program = Program::start_public(&database).await;
    let mut guest = program.nameless();
    let replies = guest
        .say("a workshop called Knots at 88 Queen St in Toronto on December 1 2026 at 6pm for 30 people, 20 dollars")
        .await
        .unwrap();
    assert!(!replies.iter().any(|reply| matches!(reply, Reply::Confirm(_))));
    assert!(said(&replies).to_lowercase().contains("sign in"), "{}", guest.transcript());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_at_ones_own_place_warns_of_nothing_later() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say(
        "a meetup called Tea and Type at the Old Mill Hall in Toronto on December 1 2026 at 6pm for 30 people, free",
    )
    .await
    .unwrap();
    assert!(published(&ana.say("yes").await.unwrap()).is_some(), "{}", ana.transcript());
    let mut again = program.organizer("ana@example.com").in_session(port::SessionChoice::New);
    let replies = again
        .say("a meetup called Tea Again at the Old Mill Hall in Toronto on December 8 2026 at 6pm for 90 people, free")
        .await
        .unwrap();
    let asked = replies.iter().find_map(|reply| match reply {
        Reply::Confirm(asked) => Some(asked),
        _ => None,
    });
    let asked = asked.unwrap_or_else(|| panic!("{}", again.transcript()));
    assert!(
        asked.warnings.iter().all(|words| !words.contains("Old Mill") && !words.contains("30")),
        "{:?}",
        asked.warnings
    );
    let mut conn = database.connect(Role::Bootstrap).await;
    let planned: Vec<Option<i32>> =
        sqlx::query_scalar("select capacity from venues").fetch_all(&mut conn).await.unwrap();
    assert_eq!(planned, [Some(90)], "the newest event's");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_own_place_is_offered_to_nobody() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say(
        "a meetup called Tea and Type at the Old Mill Hall in Toronto on December 1 2026 at 6pm for 30 people, free",
    )
    .await
    .unwrap();
    assert!(published(&ana.say("yes").await.unwrap()).is_some(), "{}", ana.transcript());
    let mut eve = program.organizer("eve@example.com");
    eve.say("a workshop called Knots in Toronto for 30 people").await.unwrap();
    assert!(!eve.transcript().contains("Old Mill Hall"), "{}", eve.transcript());
    let replies = eve.say("at the Old Mill Hall").await.unwrap();
    assert!(said(&replies).contains("Old Mill Hall"), "{}", eve.transcript());
    let mut conn = database.connect(Role::Bootstrap).await;
    let rows: i64 = sqlx::query_scalar("select count(*) from venues").fetch_one(&mut conn).await.unwrap();
    assert_eq!(rows, 2, "each has a row of their own");
    program.stop().await;
}
