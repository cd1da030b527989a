//! What was offered, taken and passed over is counted with the event (R77).

use eventos::store::cluster::Role;
use serde_json::Value;

use super::published;
use crate::harness::{self, program::Program};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_offered_taken_and_passed_over_is_counted() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut organizer = program.organizer("ana@example.com");
    organizer
        .say("Create a concert called Lantern Night at the Old Mill Hall in Toronto on March 5 2027 at 8pm for two hours")
        .await
        .unwrap();
    // Sizes are offered: one is taken, the two beside it are not.
    organizer.say("any ideas for how many people?").await.unwrap();
    organizer.pick(1).await.unwrap();
    // Prices are offered; another is said.
    organizer.say("17 dollars").await.unwrap();
    let replies = organizer.confirm().await.unwrap();
    assert!(published(&replies).is_some(), "{}", organizer.transcript());

    // Once it is published there is nothing left to suggest for it.
    let replies = organizer.say("any ideas?").await.unwrap();
    let offers = replies.iter().any(|reply| matches!(reply, port::Reply::Suggestions(_)));
    assert!(!offers, "{}", organizer.transcript());

    let mut conn = database.connect(Role::Bootstrap).await;
    let counted: Value =
        sqlx::query_scalar("select metadata -> 'ai_generated' from events where slug = 'lantern-night'")
            .fetch_one(&mut conn)
            .await
            .unwrap();
    let count = |name: &str| counted[name].as_u64().unwrap();
    let (shown, accepted, rejected) =
        (count("ai_suggestions_shown"), count("ai_suggestions_accepted"), count("ai_suggestions_rejected"));
    assert_eq!(accepted, 1, "{counted}\n{}", organizer.transcript());
    let rows: Vec<(String, bool, bool)> = sqlx::query_as(
        "select type, accepted_at is not null, rejected_at is not null from suggestions order by shown_at, rank",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let of =
        |kind: &str, taken: bool| rows.iter().filter(|row| row.0 == kind && if taken { row.1 } else { row.2 }).count();
    assert!(of("capacity", true) == 1 && of("capacity", false) >= 2, "{rows:?}");
    assert!(of("price", false) >= 2, "{rows:?}");
    assert!(rejected >= 4 && shown >= accepted + rejected, "{counted} {rows:?}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_talk_tells_of_all_that_was_offered() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut organizer = program.organizer("ana@example.com");
    let offered = |replies: &[port::Reply]| {
        let count = replies.iter().map(|reply| if let port::Reply::Suggestions(list) = reply { list.len() } else { 0 });
        count.sum::<usize>()
    };
    let mut seen = offered(&organizer.say("a concert called Long Night in Toronto, 80 people").await.unwrap());
    // Looked at again and again without a word about what was offered.
    for _ in 0..30 {
        seen += offered(&organizer.say("what's left?").await.unwrap());
    }
    assert!(seen > 60, "more than is kept: {seen}");
    organizer.say("at the Old Mill Hall on March 5 2027 at 8pm, free").await.unwrap();
    let replies = organizer.confirm().await.unwrap();
    assert!(published(&replies).is_some(), "{}", organizer.transcript());
    let mut conn = database.connect(Role::Bootstrap).await;
    let (shown, kept): (i64, i64) = sqlx::query_as(
        "select (metadata #>> '{ai_generated,ai_suggestions_shown}')::bigint, (select count(*) from suggestions) from events",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert!(kept <= 60 + 3 && shown >= i64::try_from(seen).unwrap(), "{shown} counted, {seen} seen, {kept} kept");
    program.stop().await;
}
