//! Long conversations: what they leave behind stays in proportion to their words (PAINS P27), they are answered however long
//! they are (P28), and what time left behind is swept (rulings C-41, C-69).

use eventos::domain::values::SessionStatus;
use eventos::store::cluster::Role;
use eventos::store::database::Actor;
use eventos::store::{sessions, upkeep};
use port::Sender;
use uuid::Uuid;

use crate::harness::{self, program::Program};

const ANA: &str = "ana@example.com";

/// What an organizer says again and again; every line changes the draft or asks about it.
const LINES: [&str; 5] = [
    "a workshop called Quiet Harbour at the old customs house, and please keep the whole afternoon free for it",
    "let us say that 80 people may come, because the room on the second floor holds a few more than that",
    "tickets are 25 dollars each, and the first twenty people who sign up should get theirs a little cheaper",
    "it begins at three in the afternoon next Saturday and takes about four hours with a short break",
    "what do we have so far, and what is still missing before all of this can be published for everybody?",
];

/// Every byte that a session's rows hold, and the bytes of its words alone.
const BYTES: &str =
    "with s as (select $1::uuid as id), c as (select m.* from ai_conversations m, s where m.session_id = s.id)
    select (select coalesce(sum(pg_column_size(c.*)), 0) from c)::bigint
      + (select coalesce(sum(pg_column_size(i.*)), 0) from inbox i, s where i.session_id = s.id)::bigint
      + (select coalesce(sum(pg_column_size(g.*)), 0) from suggestions g, s where g.session_id = s.id)::bigint
      + (select coalesce(sum(pg_column_size(r.*)), 0) from draft_revisions r, s where r.session_id = s.id)::bigint
      + (select coalesce(sum(pg_column_size(p.*)), 0) from publish_confirmations p, s where p.session_id = s.id)::bigint
      + (select pg_column_size(w.*) from wizard_sessions w, s where w.id = s.id)::bigint,
      (select sum(octet_length(content)) from c)::bigint";

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_turns_keep_little_more_than_their_words() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer(ANA);
    for turn in 0..1_000 {
        ana.say(&format!("{} ({turn})", LINES[turn % LINES.len()])).await.unwrap();
    }
    let session: Uuid = ana.session().unwrap().parse().unwrap();
    let mut conn = database.connect(Role::Bootstrap).await;
    let (stored, words): (i64, i64) = sqlx::query_as(BYTES).bind(session).fetch_one(&mut conn).await.unwrap();
    println!("1,000 turns: {words} bytes of words, {stored} bytes stored");
    assert!(words > 100_000 && stored <= 4 * words, "{stored} bytes for {words} bytes of words");
    let left: i64 = sqlx::query_scalar("select count(*) from suggestions").fetch_one(&mut conn).await.unwrap();
    assert!((1..=70).contains(&left), "{left} offers are kept");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_of_a_hundred_thousand_messages_is_answered() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer(ANA);
    ana.say("a workshop for 30 people").await.unwrap();
    let session = ana.session().unwrap().to_owned();
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query(
        "insert into ai_conversations (session_id, role, content)
         select $1, case when n % 2 = 0 then 'user' else 'assistant' end, 'words that somebody said ' || n
         from generate_series(1, 100000) n",
    )
    .bind(session.parse::<Uuid>().unwrap())
    .execute(&mut conn)
    .await
    .unwrap();
    let asleep = std::time::Duration::ZERO;
    program.app.directory().sweep(asleep);
    ana.say("make it 45 people").await.unwrap();
    let people: Option<i32> = sqlx::query_scalar("select capacity from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(people, Some(45));
    let from = Sender::Local { email: Some(ANA.to_owned()) };
    let history = program.door().history(&from, &session).await.unwrap();
    assert!(history.turns.len() <= 500 && history.turns.iter().any(|turn| turn.text == "make it 45 people"));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_left_is_abandoned_and_its_next_message_resumes_it() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer(ANA);
    ana.say("a workshop called Quiet Harbour for 30 people").await.unwrap();
    let session: Uuid = ana.session().unwrap().parse().unwrap();
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("update wizard_sessions set last_saved_at = now() - interval '31 days'")
        .execute(&mut conn)
        .await
        .unwrap();
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let kept = upkeep::Kept { idle_sessions: 30, guests: 30, messages: 30 };
    assert_eq!(upkeep::sweep(&mut tx, kept).await.unwrap().sessions, 1);
    let left = sessions::get(&mut tx, session).await.unwrap().unwrap();
    assert_eq!(left.status, SessionStatus::Abandoned);
    tx.commit().await.unwrap();
    ana.say("make it 45 people").await.unwrap();
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let resumed = sessions::get(&mut tx, session).await.unwrap().unwrap();
    assert_eq!((resumed.status, resumed.draft().capacity), (SessionStatus::InProgress, Some(45)));
    assert_eq!(resumed.draft().name.as_deref(), Some("Quiet Harbour"));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_sweeps_by_itself() {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let left =
        "insert into auth.users (is_anonymous, created_at) values (true, now() - interval '31 days') returning id";
    let guest: Uuid = sqlx::query_scalar(left).fetch_one(&mut conn).await.unwrap();
    let program = Program::start(&database).await;
    let gone = "select count(*) from auth.users where id = $1";
    while sqlx::query_scalar::<_, i64>(gone).bind(guest).fetch_one(&mut conn).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
    program.stop().await;
}
