//! The door when things go wrong: a store that is away, messages that come again, answers that nobody can read.
//!
//! Promises: what was taken in is answered without a restart and without a word said twice; nothing that comes again makes anything
//! twice; nothing that can never be done holds up what comes after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eventos::domain::clock::{Ids as _, RandomIds};
use eventos::domain::person::Person;
use eventos::store::cluster::Role;
use eventos::store::database::Actor;
use eventos::store::people;
use port::{Accepted, Address, Body, Chat, Command, Door, Incoming, Refusal, Replies, Reply, Sender, SessionChoice};
use sqlx::{PgConnection, Row as _};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::harness::{self, Database, program::Program};

const ANA: &str = "ana@example.com";

fn local(email: &str) -> Sender {
    Sender::Local { email: Some(email.to_owned()) }
}

/// A message on a channel that delivers its answers, as a chat platform does.
async fn chat(
    door: &Arc<dyn Door>,
    from: &Sender,
    id: &str,
    session: SessionChoice,
    body: Body,
) -> Result<Accepted, Refusal> {
    let (replies, _) = Replies::channel();
    let address = Address { chat: "test:1".to_owned(), note: "{}".to_owned() };
    let chat = Chat { channel: "test", account: "bot".to_owned(), session };
    let message =
        Incoming { id: id.to_owned(), from: from.clone(), chat, body, replies: replies.delivered_to(address) };
    door.accept(message).await
}

async fn say(
    door: &Arc<dyn Door>,
    from: &Sender,
    session: &SessionChoice,
    body: Body,
) -> (Accepted, UnboundedReceiver<Reply>) {
    let (replies, answer) = Replies::channel();
    let chat = Chat { channel: "terminal", account: String::new(), session: session.clone() };
    let message = Incoming { id: RandomIds.id().to_string(), from: from.clone(), chat, body, replies };
    (door.accept(message).await.unwrap(), answer)
}

async fn heard(mut answer: UnboundedReceiver<Reply>) -> Vec<Reply> {
    let mut replies = Vec::new();
    while let Some(reply) = answer.recv().await {
        if reply == Reply::Done {
            return replies;
        }
        replies.push(reply);
    }
    panic!("the answer broke off: {replies:?}");
}

fn said(replies: &[Reply]) -> String {
    replies
        .iter()
        .find_map(|reply| if let Reply::Said(words) = reply { Some(words.clone()) } else { None })
        .unwrap_or_default()
}

fn trouble(replies: &[Reply]) -> Option<&str> {
    replies.iter().find_map(|reply| if let Reply::Trouble { code, .. } = reply { Some(code.as_str()) } else { None })
}

async fn number(conn: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query(query).fetch_one(conn).await.unwrap().get(0)
}

/// Waits until the query says so.
async fn until(conn: &mut PgConnection, what: &str, query: &'static str) {
    let begun = Instant::now();
    while begun.elapsed() < harness::PATIENCE {
        if sqlx::query_scalar::<_, bool>(query).fetch_one(&mut *conn).await.unwrap() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("in vain: {what}");
}

async fn organizer(database: &Database, email: &str) -> Person {
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, email).await.unwrap();
    tx.commit().await.unwrap();
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_for_a_while_only_delays_the_answer() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    fail::cfg("turn.store", "5*return->off").unwrap();
    let (_, answer) = say(&program.door(), &local(ANA), &SessionChoice::New, Body::Text("for 80 people".into())).await;
    let replies = heard(answer).await;
    assert_eq!(trouble(&replies), None, "{replies:?}");
    assert!(said(&replies).contains("80"), "{replies:?}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_for_later_is_answered_without_a_restart() {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| settings.wizard.lease_s = 2).await;
    // Away for longer than a turn waits.
    fail::cfg("turn.store", "7*return->off").unwrap();
    let (_, answer) = say(&program.door(), &local(ANA), &SessionChoice::New, Body::Text("for 80 people".into())).await;
    assert_eq!(trouble(&heard(answer).await), Some(port::UNAVAILABLE), "the answer comes later");
    let mut conn = database.connect(Role::Bootstrap).await;
    until(&mut conn, "answered", "select bool_and(state = 'answered') from inbox").await;
    assert_eq!(number(&mut conn, "select count(*) from ai_conversations where reply_to is not null").await, 1);
    assert_eq!(number(&mut conn, "select count(*) from events where capacity = 80").await, 1);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_settled_too_late_for_its_deadline_gets_no_apology() {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| settings.wizard.turn_deadline_s = 3).await;
    fail::cfg("settle.after_commit", "1*sleep(8000)->off").unwrap();
    let (_, answer) = say(&program.door(), &local(ANA), &SessionChoice::New, Body::Text("for 80 people".into())).await;
    let replies = heard(answer).await;
    assert_eq!(trouble(&replies), None, "{replies:?}");
    assert!(said(&replies).contains("80"), "the answer that stands: {replies:?}");
    let mut conn = database.connect(Role::Bootstrap).await;
    assert_eq!(number(&mut conn, "select count(*) from ai_conversations where reply_to is not null").await, 1);
    assert_eq!(number(&mut conn, "select count(*) from inbox where state = 'answered'").await, 1);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_begins_a_session_begins_one_however_often_it_comes() {
    let database = harness::database().await;
    let (one, two) = (Program::start(&database).await, Program::start(&database).await);
    let ana = Sender::Person { id: organizer(&database, ANA).await.id.to_string(), counted: false };
    let begin = |door: Arc<dyn Door>| {
        let ana = ana.clone();
        async move { chat(&door, &ana, "7", SessionChoice::New, Body::Command(Command::Start)).await.unwrap() }
    };
    // At once, through two programs, all of them before the first is durable.
    fail::cfg("accept.before_commit", "sleep(100)").unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for door in [one.door(), two.door(), one.door(), two.door(), one.door()] {
        tasks.spawn(begin(door));
    }
    let mut accepted = tasks.join_all().await;
    fail::remove("accept.before_commit");
    one.stop().await;
    two.stop().await;
    let again = Program::start(&database).await;
    accepted.push(begin(again.door()).await);
    let mut conn = database.connect(Role::Bootstrap).await;
    assert_eq!(number(&mut conn, "select count(*) from wizard_sessions").await, 1, "{accepted:?}");
    assert_eq!(accepted.iter().filter(|accepted| accepted.fresh).count(), 1);
    assert!(accepted.iter().all(|other| other.session == accepted[0].session), "{accepted:?}");
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_under_another_name_before_is_done_with() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let door = program.door();
    let text = || Body::Text("for 80 people".to_owned());
    assert!(chat(&door, &local(ANA), "7", SessionChoice::Latest, text()).await.unwrap().fresh);
    // The chat account was unlinked in between: its messages are somebody else's now.
    let again = chat(&door, &local("bo@example.com"), "7", SessionChoice::Latest, text()).await;
    assert!(!again.unwrap().fresh, "a platform that brings it for ever would bring nothing else");
    let mut conn = database.connect(Role::Bootstrap).await;
    assert_eq!(number(&mut conn, "select count(*) from inbox").await, 1);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_can_read_holds_up_no_other_chat() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    organizer(&database, ANA).await;
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query(
        r#"insert into outbox (user_id, channel, address, note, reply, language)
           select id, 'test', address, '', reply, 'en' from profiles,
             (values (1, 'one', '[{"kind": "of a newer program"}]'::jsonb), (2, 'two', '[]')) as answers (number, address, reply)
           order by number"#,
    )
    .execute(&mut conn)
    .await
    .unwrap();
    let door = program.door();
    let outgoing = tokio::time::timeout(harness::PATIENCE, door.next_outgoing("test"));
    assert_eq!(outgoing.await.expect("nothing comes").unwrap().address.chat, "two");
    let kept = "select state = 'pending' and attempts = 1 and last_error is not null and lease_until is null from outbox where address = 'one'";
    until(&mut conn, "it is tried again later", kept).await;
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_right_between_question_and_yes_publishes_nothing_and_changes_nothing() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let (door, person) = (program.door(), organizer(&database, ANA).await);
    let ana = Sender::Person { id: person.id.to_string(), counted: false };
    let mut conn = database.connect(Role::Bootstrap).await;
    let become_ = async |conn: &mut PgConnection, role: &str| {
        sqlx::query("update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('user_role', $1::text)")
            .bind(role)
            .execute(conn)
            .await
            .unwrap();
    };
    let opening = "A concert called Harbour Lights, 80 people, on 1 December 2026 at 6 pm at Pier 21 in Halifax, free, 90 minutes";
    let (accepted, answer) = say(&door, &ana, &SessionChoice::New, Body::Text(opening.to_owned())).await;
    let session = SessionChoice::Id(accepted.session);
    let asked = heard(answer).await;
    assert!(asked.iter().any(|reply| matches!(reply, Reply::Confirm(_))), "{asked:?}");

    become_(&mut conn, "guest").await;
    heard(say(&door, &ana, &session, Body::Text("yes".to_owned())).await.1).await;
    assert_eq!(number(&mut conn, "select count(*) from events where status <> 'draft'").await, 0);
    become_(&mut conn, "attendee").await;
    let (replies, _) = Replies::channel();
    let chat = Chat { channel: "terminal", account: String::new(), session: session.clone() };
    let yes = Incoming {
        id: "no right at all".to_owned(),
        from: ana.clone(),
        chat,
        body: Body::Text("yes".to_owned()),
        replies,
    };
    assert!(matches!(door.accept(yes).await, Err(Refusal::Forbidden(_))));

    become_(&mut conn, "organizer").await;
    heard(say(&door, &ana, &session, Body::Command(Command::Publish)).await.1).await;
    heard(say(&door, &ana, &session, Body::Text("yes".to_owned())).await.1).await;
    assert_eq!(number(&mut conn, "select count(*) from events where status = 'published'").await, 1);

    let asked = heard(say(&door, &ana, &session, Body::Text("make it 60 people".to_owned())).await.1).await;
    assert!(asked.iter().any(|reply| matches!(reply, Reply::Confirm(_))), "{asked:?}");
    become_(&mut conn, "guest").await;
    heard(say(&door, &ana, &session, Body::Text("yes".to_owned())).await.1).await;
    assert_eq!(number(&mut conn, "select capacity::bigint from events").await, 80, "the right is looked at again");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_that_is_set_aside_keeps_no_sound() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    fail::cfg("turn.begin", "1*panic(on purpose)->off").unwrap();
    let recording = port::Recording::new("audio/ogg", 3, b"some sound");
    let (_, answer) = say(&program.door(), &local(ANA), &SessionChoice::New, Body::Voice(recording)).await;
    assert_eq!(trouble(&heard(answer).await), Some("TURN_FAILED"));
    let mut conn = database.connect(Role::Bootstrap).await;
    let kept: String = sqlx::query_scalar("select (body -> 'value' ->> 'base64') || state from inbox")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(kept, "dead");
    program.stop().await;
}
