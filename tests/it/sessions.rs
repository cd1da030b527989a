//! Session actors under stress: order, bounds, panics, sleep, two programs on one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use eventos::store::cluster::Role;
use port::{Accepted, Body, Chat, Door, Incoming, Refusal, Replies, Reply, Sender, SessionChoice};
use sqlx::PgConnection;
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use crate::harness::gate::Gate;
use crate::harness::{self, program::Program};

const ANA: &str = "ana@example.com";

fn incoming(email: &str, session: &SessionChoice, id: &str, text: &str) -> (Incoming, UnboundedReceiver<Reply>) {
    let (replies, answer) = Replies::channel();
    let chat = Chat { channel: "test", account: String::new(), session: session.clone() };
    let from = Sender::Local { email: Some(email.to_owned()) };
    (Incoming { id: id.to_owned(), from, chat, body: Body::Text(text.to_owned()), replies }, answer)
}

/// Everything up to the end of the turn.
async fn heard(mut answer: UnboundedReceiver<Reply>) -> Vec<Reply> {
    let mut replies = Vec::new();
    while let Some(reply) = answer.recv().await {
        let done = reply == Reply::Done;
        replies.push(reply);
        if done {
            return replies;
        }
    }
    panic!("the answer broke off: {replies:?}");
}

async fn say(
    door: &Arc<dyn Door>,
    session: &SessionChoice,
    id: &str,
    text: &str,
) -> Result<(Accepted, Vec<Reply>), Refusal> {
    let (message, answer) = incoming(ANA, session, id, text);
    let accepted = door.accept(message).await?;
    Ok((accepted, heard(answer).await))
}

async fn open(door: &Arc<dyn Door>) -> SessionChoice {
    let (accepted, _) = say(door, &SessionChoice::New, "open", "hello").await.unwrap();
    SessionChoice::Id(accepted.session)
}

fn failed(replies: &[Reply]) -> bool {
    replies.iter().any(|reply| matches!(reply, Reply::Trouble { code, .. } if code == "TURN_FAILED"))
}

/// In the order of the conversation: for each user message how many answers it has.
async fn answers(conn: &mut PgConnection, session: &SessionChoice) -> Vec<(String, i64)> {
    let SessionChoice::Id(id) = session else { panic!("no session") };
    sqlx::query_as(
        "select u.content, (select count(*) from ai_conversations a where a.reply_to = u.id)
         from ai_conversations u where u.session_id = $1 and u.role = 'user' order by u.seq",
    )
    .bind(id.parse::<Uuid>().unwrap())
    .fetch_all(conn)
    .await
    .unwrap()
}

/// Whether answers come in the order of the messages that they answer.
async fn in_order(conn: &mut PgConnection, session: &SessionChoice) -> bool {
    let SessionChoice::Id(id) = session else { panic!("no session") };
    let order: Vec<i64> = sqlx::query_scalar(
        "select u.seq from ai_conversations a join ai_conversations u on u.id = a.reply_to where a.session_id = $1 order by a.seq",
    )
    .bind(id.parse::<Uuid>().unwrap())
    .fetch_all(conn)
    .await
    .unwrap();
    order.is_sorted()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_on_one_of_a_hundred_messages_harms_that_one_alone() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    let neighbour = open(&door).await;
    fail::cfg("turn.understood", "41*off->1*panic(on purpose)->off").unwrap();
    let mut broken = Vec::new();
    for number in 0..100 {
        let (_, replies) =
            say(&door, &session, &format!("m{number}"), &format!("for {} people", number + 10)).await.unwrap();
        if failed(&replies) {
            broken.push(number);
        }
    }
    assert_eq!(broken, [41], "one message fails, the others are answered");
    let (_, replies) = say(&door, &neighbour, "n", "hello").await.unwrap();
    assert!(!failed(&replies));
    let mut conn = database.connect(Role::Bootstrap).await;
    let counts = answers(&mut conn, &session).await;
    assert_eq!(counts.len(), 101);
    assert!(counts.iter().all(|(_, count)| *count == 1), "every message has one answer: {counts:?}");
    assert!(in_order(&mut conn, &session).await);
    let dead: i64 =
        sqlx::query_scalar("select count(*) from inbox where state = 'dead'").fetch_one(&mut conn).await.unwrap();
    assert_eq!(dead, 1, "99 processed, one set aside");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_messages_at_once_are_one_order_with_one_in_flight() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (enter, high, leave) = (inside.clone(), most.clone(), inside.clone());
    fail::cfg_callback("turn.begin", move || {
        high.fetch_max(enter.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    })
    .unwrap();
    fail::cfg_callback("reply.after", move || {
        leave.fetch_sub(1, Ordering::SeqCst);
    })
    .unwrap();
    let mut talks = tokio::task::JoinSet::new();
    for number in 0..50 {
        let (door, session) = (door.clone(), session.clone());
        talks.spawn(async move {
            say(&door, &session, &format!("m{number}"), &format!("for {} people", number + 10)).await
        });
    }
    while let Some(talk) = talks.join_next().await {
        assert!(!failed(&talk.unwrap().unwrap().1));
    }
    assert_eq!(most.load(Ordering::SeqCst), 1, "never two turns of one session at once");
    let mut conn = database.connect(Role::Bootstrap).await;
    let counts = answers(&mut conn, &session).await;
    assert_eq!(counts.len(), 51);
    assert!(counts.iter().all(|(_, count)| *count == 1));
    assert!(in_order(&mut conn, &session).await);
    let last: i32 = counts.last().unwrap().0.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    let capacity: i32 = sqlx::query_scalar("select capacity from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(capacity, last, "the draft is that of the sequence");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_says_busy_and_loses_nothing_it_took() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    let gate = Gate::at("turn.begin");
    let (mut taken, mut busy) = (Vec::new(), 0);
    for number in 0..100 {
        let (message, answer) = incoming(ANA, &session, &format!("m{number}"), "hello");
        match door.accept(message).await {
            Ok(_) => taken.push(answer),
            Err(Refusal::Busy) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((taken.len(), busy), (eventos::wizard::directory::MAILBOX, 100 - eventos::wizard::directory::MAILBOX));
    drop(gate);
    for answer in taken {
        assert!(!failed(&heard(answer).await));
    }
    say(&door, &session, "after", "hello").await.unwrap();
    let mut conn = database.connect(Role::Bootstrap).await;
    assert!(answers(&mut conn, &session).await.iter().all(|(_, count)| *count == 1));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_the_turn_of_the_message_that_it_names() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    let SessionChoice::Id(id) = &session else { panic!() };
    let ana = Sender::Local { email: Some(ANA.to_owned()) };
    let stopped = |replies: &[Reply]| {
        replies.iter().any(|reply| matches!(reply, Reply::Trouble { code, .. } if code == "STOPPED"))
    };
    let hand_in = async |name: &str| {
        let (message, answer) = incoming(ANA, &session, name, "hello");
        assert!(door.accept(message).await.unwrap().fresh);
        answer
    };
    let gate = Gate::at("turn.begin");
    let (first, second, third) = (hand_in("one").await, hand_in("two").await, hand_in("three").await);
    assert_eq!(door.stop(&ana, id, Some("none")).await, Ok(false));
    assert_eq!(door.stop(&ana, id, Some("two")).await, Ok(true));
    drop(gate);
    assert!(!stopped(&heard(first).await), "what runs before it goes on");
    assert!(stopped(&heard(second).await));
    assert!(!stopped(&heard(third).await));
    while program.app.directory().waiting() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(door.stop(&ana, id, Some("two")).await, Ok(false), "it is over");

    let gate = Gate::at("turn.begin");
    let (first, second) = (hand_in("four").await, hand_in("five").await);
    assert_eq!(door.stop(&ana, id, None).await, Ok(true));
    drop(gate);
    assert!(stopped(&heard(first).await), "without a name it is the one that runs");
    assert!(!stopped(&heard(second).await));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_sleeps_and_wakes_with_the_same_conversation() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    say(&door, &session, "a", "a workshop for 30 people").await.unwrap();
    program.clock.advance(3_600);
    // The books are closed just after the answer was heard.
    while program.app.directory().awake() > 0 {
        program.clock.advance(3_600);
        program.app.directory().sweep(Duration::from_mins(10));
        tokio::task::yield_now().await;
    }
    let (_, replies) = say(&door, &session, "b", "make it 40 people").await.unwrap();
    assert!(!failed(&replies));
    let mut conn = database.connect(Role::Bootstrap).await;
    let row: (i32, String) = sqlx::query_as("select capacity, type from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(row, (40, "workshop".to_owned()));
    assert_eq!(answers(&mut conn, &session).await.len(), 3);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_message_five_times_at_once_is_one_turn() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    let mut talks = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let (door, session) = (door.clone(), session.clone());
        talks.spawn(async move { say(&door, &session, "same", "for 30 people").await });
    }
    let (mut fresh, mut words) = (0, Vec::new());
    while let Some(talk) = talks.join_next().await {
        let (accepted, replies) = talk.unwrap().unwrap();
        fresh += usize::from(accepted.fresh);
        words.extend(
            replies.into_iter().find_map(|reply| if let Reply::Said(text) = reply { Some(text) } else { None }),
        );
    }
    assert_eq!(fresh, 1);
    assert_eq!(words.len(), 5, "everybody who sent it hears the answer");
    assert!(words.iter().all(|text| *text == words[0]));
    let mut conn = database.connect(Role::Bootstrap).await;
    assert_eq!(answers(&mut conn, &session).await.len(), 2);
    // Again, after a restart.
    program.stop().await;
    let program = Program::start(&database).await;
    let (accepted, replies) = say(&program.door(), &session, "same", "for 30 people").await.unwrap();
    assert!(!accepted.fresh);
    assert!(replies.contains(&Reply::Said(words[0].clone())));
    assert_eq!(answers(&mut conn, &session).await.len(), 2);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_first_messages_at_once_make_one_session() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let mut talks = tokio::task::JoinSet::new();
    for number in 0..MANY {
        let door = door.clone();
        talks.spawn(async move { say(&door, &SessionChoice::Current, &format!("first{number}"), "hello").await });
    }
    let mut sessions = std::collections::BTreeSet::new();
    while let Some(talk) = talks.join_next().await {
        sessions.insert(talk.unwrap().unwrap().0.session);
    }
    assert_eq!(sessions.len(), 1);
    program.stop().await;
}

/// As many as a mailbox holds: beyond that "busy" is the right answer.
const MANY: usize = eventos::wizard::directory::MAILBOX;

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_on_one_database_lose_no_update() {
    let database = harness::database().await;
    let (one, two) = (Program::start(&database).await, Program::start(&database).await);
    let session = open(&one.door()).await;
    let mut talks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let door = if number % 2 == 0 { one.door() } else { two.door() };
        let session = session.clone();
        let text =
            if number == 7 { "it is called Seven Hills".to_owned() } else { format!("for {} people", number + 10) };
        talks.spawn(async move { say(&door, &session, &format!("m{number}"), &text).await });
    }
    while let Some(talk) = talks.join_next().await {
        let (_, replies) = talk.unwrap().unwrap();
        assert!(!failed(&replies), "{replies:?}");
        assert!(!replies.iter().any(|reply| matches!(reply, Reply::Trouble { .. })), "{replies:?}");
    }
    let mut conn = database.connect(Role::Bootstrap).await;
    let counts = answers(&mut conn, &session).await;
    assert_eq!(counts.len(), 41);
    assert!(counts.iter().all(|(_, count)| *count == 1));
    let version: i64 = sqlx::query_scalar("select version from wizard_sessions").fetch_one(&mut conn).await.unwrap();
    assert_eq!(version, 41, "each turn was settled once");
    let name: String = sqlx::query_scalar("select name from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(name, "Seven Hills", "one program's fact is not overwritten by the other's stale draft");
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loop_rests_with_a_word_and_comes_back() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    fail::cfg("turn.loaded", "panic(on purpose)").unwrap();
    for number in 0..4 {
        assert!(failed(&say(&door, &session, &format!("m{number}"), "hello").await.unwrap().1));
    }
    let refused = loop {
        // The books are written just after the user was told.
        match say(&door, &session, "m9", "hello").await {
            Err(refusal) => break refusal,
            Ok(_) => tokio::task::yield_now().await,
        }
    };
    assert!(matches!(refused, Refusal::Quarantined { retry_after_s } if retry_after_s <= 60), "{refused:?}");
    fail::remove("turn.loaded");
    program.clock.advance(61);
    assert!(!failed(&say(&door, &session, "m10", "hello").await.unwrap().1));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_turn_ends_in_an_apology_and_the_next_one_is_answered() {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| settings.wizard.turn_deadline_s = 3).await;
    let door = program.door();
    let session = open(&door).await;
    fail::cfg("turn.begin", "1*sleep(5000)->off").unwrap();
    assert!(failed(&say(&door, &session, "stuck", "for 30 people").await.unwrap().1));
    assert!(!failed(&say(&door, &session, "next", "for 40 people").await.unwrap().1));
    let mut conn = database.connect(Role::Bootstrap).await;
    assert!(answers(&mut conn, &session).await.iter().all(|(_, count)| *count == 1));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_program_answers_what_it_took_and_takes_no_more() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    fail::cfg("turn.begin", "sleep(20)").unwrap();
    let mut taken = Vec::new();
    for number in 0..20 {
        let (message, answer) = incoming(ANA, &session, &format!("m{number}"), "hello");
        door.accept(message).await.unwrap();
        taken.push(answer);
    }
    program.stop().await;
    for answer in taken {
        assert!(!failed(&heard(answer).await));
    }
    let (message, _) = incoming(ANA, &session, "late", "hello");
    assert!(door.accept(message).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_session_answers_as_an_absent_one() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let session = open(&door).await;
    let (message, _) = incoming("eve@example.com", &session, "x", "hello");
    let foreign = door.accept(message).await.unwrap_err();
    let (message, _) = incoming("eve@example.com", &SessionChoice::Id(Uuid::nil().to_string()), "x", "hello");
    let absent = door.accept(message).await.unwrap_err();
    assert_eq!(foreign, absent);
    let SessionChoice::Id(id) = &session else { panic!() };
    let eve = Sender::Local { email: Some("eve@example.com".to_owned()) };
    assert_eq!(door.history(&eve, id).await, Err(Refusal::NotFound));
    assert_eq!(door.stop(&eve, id, None).await, Err(Refusal::NotFound));
    assert_eq!(door.observe(&eve, id, Replies::channel().0).await, Err(Refusal::NotFound));
    program.stop().await;
}
