//! Conversations in which a model has its say.

use port::{Body, Command};
use serde_json::json;

use super::{fake, metadata, program, program_with, said, state, streamed};
use crate::harness::gate::Gate;
use crate::harness::program::Program;
use crate::harness::{self, PATIENCE};
use crate::peers::model::{self, Step, call, done, finish, proposes, says, usage, words};

#[tokio::test(flavor = "multi_thread")]
async fn the_facts_come_first_then_the_model_then_the_question() {
    let (database, fake) = fake().await;
    fake.always(says("A fine idea. Small rooms sound best for that."));
    let program = program(&database, &fake).await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    let replies = ana.say("a concert for 80 people").await.unwrap();
    assert_eq!(streamed(&replies), said(&replies), "what streams is the answer");
    insta::assert_snapshot!(ana.transcript());
    let stored = metadata(&database).await;
    assert_eq!((&stored["rung"], &stored["model"]), (&json!("primary"), &json!("gpt-4-turbo-preview")), "{stored}");
    assert_eq!(stored["tokens"], json!({"prompt": 700, "completion": 30, "total": 730}));
    assert_eq!(stored["cost_usd"], json!(0.0079));
    assert!(state(&replies)["degraded"].is_null());
    assert_eq!(fake.seen().len(), 1, "a greeting needs no model");
    assert_eq!(fake.faults(), [""; 0]);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_proposes_is_resolved_here_and_told() {
    let (database, fake) = fake().await;
    let program = program(&database, &fake).await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    // The rules take no number from this; the words for it are the organizer's own.
    let message = "you know what, my buddies from the old band, thirty or so heads";
    fake.next(proposes("That sounds like fun.", Some(&json!({"people_text": "thirty"}))));
    let replies = ana.say(message).await.unwrap();
    assert_eq!(state(&replies)["draft"]["capacity"], 30, "{}", ana.transcript());
    assert_eq!(state(&replies)["provenance"]["capacity"], "inferred");
    assert!(said(&replies).contains("30 people"), "{}", said(&replies));
    assert_eq!(streamed(&replies), said(&replies));
    // What was said stays, whatever is proposed later.
    ana.say("it's for 45 people").await.unwrap();
    fake.next(proposes("Good.", Some(&json!({"people_text": "20"}))));
    let replies = ana.say("the stage was built 20 years ago or so, by the way").await.unwrap();
    assert_eq!(state(&replies)["draft"]["capacity"], 45, "{}", ana.transcript());
    // Words that nobody said are nothing.
    fake.next(proposes("Good.", Some(&json!({"when_text": "Friday 7pm", "price_text": "25 dollars"}))));
    let replies = ana.say("what do people usually like?").await.unwrap();
    assert!(state(&replies)["draft"]["dateTime"].is_null() && state(&replies)["draft"]["priceCents"].is_null());
    assert_eq!(fake.faults(), [""; 0]);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_lies_is_corrected_in_the_same_message() {
    let (database, fake) = fake().await;
    let program = program(&database, &fake).await;
    let mut ana = program.organizer("ana@example.com");
    fake.next(says("Nice."));
    ana.say("a concert called Harbour Lights on February 12 2027 at 7pm at Pier 21 in Halifax, tickets 25 dollars")
        .await
        .unwrap();
    let lies = [
        ("So it is on February 19 2027. ", "February 12, 2027"),
        ("Doors open at 5pm. ", "7:00 PM"),
        ("Guests pay 40 dollars each. ", "$25"),
        ("I look forward to the evening at the Rex Theatre. ", "Pier 21"),
    ];
    for (lie, truth) in lies {
        fake.next(says(&format!("How lovely! {lie}Ask me anything.")));
        let replies = ana.say("what do you think of it?").await.unwrap();
        let answer = said(&replies);
        assert!(answer.contains("How lovely!") && answer.contains("Ask me anything."), "{answer}");
        assert!(answer.contains(truth), "{lie}: {answer}");
        for word in ["February 19", "5pm", "40", "Rex"] {
            assert!(!answer.contains(word), "{lie}: {answer}");
        }
        assert_eq!(streamed(&replies), answer);
    }
    // What is so may be said.
    fake.next(says("An evening at Pier 21 on February 12 2027 at 7pm for 25 dollars sounds great."));
    let replies = ana.say("what do you think of it?").await.unwrap();
    assert!(said(&replies).contains("for 25 dollars sounds great."), "{}", said(&replies));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_model_follows_the_rules_answer_or_is_not_waited_for() {
    for (late, follows) in [("follow", true), ("drop", false)] {
        let (database, fake) = fake().await;
        let program = program_with(&database, &fake, |settings| {
            settings.models.answer_within_ms = 50;
            settings.models.late = late.to_owned();
        })
        .await;
        let mut ana = program.organizer("ana@example.com");
        fake.next(vec![
            Step::Open,
            Step::Wait(1_500),
            words("Here I am. "),
            finish("stop"),
            usage(700, 5),
            done(),
            Step::End,
        ]);
        let replies = ana.say("a concert for 80 people").await.unwrap();
        let answer = said(&replies).to_owned();
        assert_eq!(answer.contains("Here I am."), follows, "{answer}");
        assert_eq!(answer.matches('?').count(), 1, "one question, asked once: {answer}");
        assert_eq!(streamed(&replies), answer);
        if !follows {
            let plain = Program::start(&database).await;
            let mut bo = plain.organizer("bo@example.com");
            assert_eq!(said(&bo.say("a concert for 80 people").await.unwrap()), answer, "exactly the rules' answer");
            plain.stop().await;
        }
        program.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_the_call_and_keeps_what_was_shown() {
    let (database, fake) = fake().await;
    let program = program_with(&database, &fake, patient).await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    let session = ana.session().unwrap().to_owned();
    fake.next(vec![Step::Open, words("Well, let me think about "), Step::Hang]);
    let door = program.door();
    let watching = fake.clone();
    let stopper = tokio::spawn(async move {
        asked(&watching, 1).await;
        shown(&door, &session, "think about").await;
        assert!(door.stop(&ana_herself(), &session, None).await.unwrap());
    });
    let replies = soon(ana.say("a concert for 80 people")).await.unwrap();
    stopper.await.unwrap();
    let stored = metadata(&database).await;
    assert_eq!(
        (&stored["rung"], &stored["model"], &stored["whole"]),
        (&json!("primary"), &json!("gpt-4-turbo-preview"), &json!(false))
    );
    assert!(state(&replies)["degraded"].is_null(), "it was the model that spoke");
    assert_eq!(state(&replies)["draft"]["capacity"], 80, "{replies:?}");
    assert!(said(&replies).contains("think about …"), "{}", said(&replies));
    while fake.hung_up() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    program.stop().await;
}

/// A stream that hangs ends by nothing of its own while a test looks.
fn patient(settings: &mut eventos::settings::Settings) {
    (settings.models.gap_ms, settings.models.whole_ms) = (600_000, 600_000);
    settings.wizard.turn_deadline_s = 600;
}

/// What would hang without the mend that is looked at.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it hangs")
}

/// Another hand of the same person in the same session.
fn second(program: &Program, ana: &port::recorder::Recorder) -> port::recorder::Recorder {
    let session = port::SessionChoice::Id(ana.session().unwrap().to_owned());
    port::recorder::Recorder::new(program.door(), ana_herself()).in_session(session)
}

fn ana_herself() -> port::Sender {
    port::Sender::Local { email: Some("ana@example.com".to_owned()) }
}

async fn asked(fake: &model::Fake, times: usize) {
    while fake.seen().len() < times {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Waits until these words of the answer that is made are shown: a model that was asked has not said them yet.
async fn shown(door: &std::sync::Arc<dyn port::Door>, session: &str, needle: &str) {
    let (replies, mut heard) = port::Replies::channel();
    assert!(door.observe(&ana_herself(), session, replies).await.unwrap(), "nothing is being answered");
    let mut text = String::new();
    while !text.contains(needle) {
        if let port::Reply::Delta(piece) = heard.recv().await.expect("the answer ended without the words") {
            text.push_str(&piece);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_message_ends_the_words_of_every_turn_before_it() {
    let (database, fake) = fake().await;
    let program = program_with(&database, &fake, |settings| {
        patient(settings);
        settings.models.next_message = "cancel".to_owned();
    })
    .await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    let (mut bea, mut cleo) = (second(&program, &ana), second(&program, &ana));
    let hangs = || vec![Step::Open, words("Let me tell you a long story "), Step::Hang];
    fake.next(hangs());
    // Of the second, whose answer would hang as well, nobody wants to hear once there is a third.
    fake.always(says("Yes."));
    let known = ana.session().unwrap().to_owned();
    let (door, session) = (program.app.directory().clone(), known.parse().unwrap());
    let first = tokio::spawn(async move { ana.say("a concert for 80 people").await.unwrap() });
    soon(asked(&fake, 1)).await;
    soon(shown(&program.door(), &known, "long story")).await;
    let gate = Gate::at("turn.begin");
    let next = tokio::spawn(async move { bea.say("for 90 people").await.unwrap() });
    soon(async {
        while door.waiting() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    let running = door.running(session).unwrap();
    let last = tokio::spawn(async move { cleo.say("for 95 people").await.unwrap() });
    soon(async {
        while door.waiting() < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    drop(gate);
    assert!(running.hurry.is_cancelled());
    let first = soon(first).await.unwrap();
    assert_eq!(state(&first)["draft"]["capacity"], 80);
    assert!(said(&first).contains("a long story …"), "{}", said(&first));
    assert_eq!(state(&soon(next).await.unwrap())["draft"]["capacity"], 90);
    assert_eq!(state(&soon(last).await.unwrap())["draft"]["capacity"], 95);
    assert_eq!(fake.seen().len(), 2, "the one in the middle asks nobody");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_message_waits_for_the_words_where_it_is_set_so() {
    let (database, fake) = fake().await;
    let program = program_with(&database, &fake, |settings| settings.models.next_message = "queue".to_owned()).await;
    let mut ana = program.organizer("ana@example.com");
    ana.send(Body::Command(Command::Start)).await.unwrap();
    let mut again = second(&program, &ana);
    let mut act = vec![Step::Open, words("A long story, "), Step::Wait(1_500), words("and its end.")];
    act.extend([finish("stop"), usage(700, 9), done(), Step::End]);
    fake.next(act);
    fake.always(says("Yes."));
    let first = tokio::spawn(async move { ana.say("a concert for 80 people").await.unwrap() });
    soon(asked(&fake, 1)).await;
    let second = again.say("for 90 people").await.unwrap();
    assert!(said(&first.await.unwrap()).contains("and its end."), "nothing is cut");
    assert_eq!(state(&second)["draft"]["capacity"], 90);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_from_outside_ends_the_words_it_would_wait_for() {
    let (database, fake) = fake().await;
    let program = program_with(&database, &fake, patient).await;
    let mut ana = program.organizer("ana@example.com");
    fake.next(says("Fine."));
    ana.say("a concert called Harbour Lights").await.unwrap();
    let session = ana.session().unwrap().to_owned();
    fake.next(vec![Step::Open, words("Let me tell you a long story "), Step::Hang]);
    let directory = program.app.directory().clone();
    let told = tokio::spawn(async move { ana.say("for 80 people").await.unwrap() });
    soon(asked(&fake, 2)).await;
    soon(shown(&program.door(), &session, "long story")).await;
    drop(soon(directory.visit(session.parse().unwrap())).await.unwrap());
    assert!(said(&told.await.unwrap()).contains("a long story …"));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_that_nobody_waits_for_are_left_alone_in_the_end() {
    let (database, fake) = fake().await;
    let program = program_with(&database, &fake, |settings| {
        settings.models.answer_within_ms = 1;
        settings.models.late = "drop".to_owned();
        (settings.models.fallback_least, settings.models.fallback_probe_s) = (3, 3_600);
    })
    .await;
    fake.always(vec![Step::Open, Step::Wait(60_000), words("At last."), finish("stop"), done(), Step::End]);
    let mut ana = program.organizer("ana@example.com");
    for people in 10..20 {
        ana.say(&format!("a concert for {people} people")).await.unwrap();
    }
    assert!(fake.seen().len() <= 4, "asked {} times", fake.seen().len());
    assert_eq!(metadata(&database).await["why"], "resting");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_begins_again_asks_once() {
    let (database, fake) = fake().await;
    let program = program(&database, &fake).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("undo").await.unwrap();
    let session = ana.session().unwrap().to_owned();
    // Somebody else settles while the model speaks.
    fake.next(vec![
        Step::Open,
        words("Give me a moment. "),
        Step::Wait(1_500),
        words("There."),
        finish("stop"),
        usage(700, 9),
        done(),
        Step::End,
    ]);
    let watching = fake.clone();
    let mut conn = database.connect(harness::Role::Bootstrap).await;
    let other = tokio::spawn(async move {
        while watching.seen().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        sqlx::query("update wizard_sessions set version = version + 1 where id = $1::uuid")
            .bind(&session)
            .execute(&mut conn)
            .await
            .unwrap();
    });
    let replies = ana.say("a concert for 80 people").await.unwrap();
    other.await.unwrap();
    assert_eq!(state(&replies)["draft"]["capacity"], 80);
    assert!(said(&replies).contains("There."), "{}", said(&replies));
    let mut conn = database.connect(harness::Role::Bootstrap).await;
    let (calls, used): (i64, i64) =
        sqlx::query_as("select count(*), sum(used)::bigint from model_calls").fetch_one(&mut conn).await.unwrap();
    assert_eq!((calls, used, fake.seen().len()), (1, 709, 1), "one message, one bill");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_come_in_parts_and_side_by_side() {
    let (database, fake) = fake().await;
    let program = program(&database, &fake).await;
    let mut ana = program.organizer("ana@example.com");
    fake.next(vec![
        Step::Open,
        call(0, Some("propose_changes"), "{\"people_"),
        call(1, Some("delete_everything"), "{}"),
        call(0, None, "text\": \"a dozen\"}"),
        model::event(&json!({"choices": [], "usage": {}, "service_tier": "on_demand", "object": null})),
        finish("tool_calls"),
        Step::End,
    ]);
    let replies = ana.say("the usual crowd comes, that makes a dozen I guess, of friends").await.unwrap();
    assert_eq!(state(&replies)["draft"]["capacity"], 12, "{}", ana.transcript());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_stream_keeps_its_lease() {
    let (database, fake) = fake().await;
    let lease = |settings: &mut eventos::settings::Settings| settings.wizard.lease_s = 2;
    let program = program_with(&database, &fake, lease).await;
    // Looks for messages of the dead three times in each lease.
    let other = Program::start_with(&database, lease).await;
    let mut act = vec![Step::Open];
    for _ in 0..10 {
        act.extend([words("Let me see. "), Step::Wait(500)]);
    }
    act.extend([finish("stop"), usage(700, 40), done(), Step::End]);
    fake.next(act);
    let mut ana = program.organizer("ana@example.com");
    let replies = ana.say("a concert for 80 people").await.unwrap();
    assert_eq!(said(&replies).matches("Let me see.").count(), 10, "{}", said(&replies));
    assert_eq!(fake.seen().len(), 1);
    other.stop().await;
    program.stop().await;
}
