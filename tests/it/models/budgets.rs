//! What may be used: set aside before each call, by calls that come at once, too; where it is used up the rules answer.

use eventos::store::database::Actor;
use eventos::store::model_usage::{self, Budgets, Call, Reserved};
use uuid::Uuid;

use super::{fake, metadata, program_with, said, state};
use crate::harness::Role;
use crate::peers::model::{Step, says};

#[tokio::test(flavor = "multi_thread")]
async fn each_budget_closes_the_way_to_models_and_never_the_answer() {
    type Set = fn(&mut eventos::settings::Models, i64);
    let budgets: [(&str, Set); 3] = [
        ("budget_session", |models, most| models.session_tokens = most),
        ("budget_user", |models, most| models.user_day_tokens = most),
        ("budget_day", |models, most| models.day_tokens = most),
    ];
    for (name, set) in budgets {
        let (database, fake) = fake().await;
        fake.always(says("A fine idea."));
        // Enough for a call and what it set aside, not for a second one.
        let program = program_with(&database, &fake, |settings| {
            settings.models.fallback_model = String::new();
            set(&mut settings.models, 3_000);
        })
        .await;
        let mut ana = program.organizer("ana@example.com");
        let mut asked = 0;
        for _ in 0..6 {
            let replies = ana.say("what do you think of it?").await.unwrap();
            asked += usize::from(said(&replies).contains("A fine idea."));
            assert!(!said(&replies).is_empty());
        }
        let stored = metadata(&database).await;
        assert!((1..6).contains(&asked), "{name}: {asked}");
        assert_eq!((&stored["rung"], &stored["why"]), (&"rules".into(), &name.into()), "{stored}");
        assert_eq!(fake.seen().len(), asked, "{name}: nobody is asked without tokens");
        let replies = ana.say("for 80 people").await.unwrap();
        assert_eq!(state(&replies)["draft"]["capacity"], 80);
        program.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_never_pass_a_budget_and_one_message_is_one_call() {
    let (database, fake) = fake().await;
    fake.always(says("Yes."));
    let program = program_with(&database, &fake, |_| {}).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("hmm").await.unwrap();
    let mut conn = database.connect(Role::Bootstrap).await;
    let (session, user): (Uuid, Uuid) =
        sqlx::query_as("select id, user_id from wizard_sessions").fetch_one(&mut conn).await.unwrap();
    // Twenty more messages, which nobody answered.
    let inboxes: Vec<Uuid> = sqlx::query_scalar(
        "insert into inbox (channel, account, external_id, session_id, user_id, message_id, state)
         select channel, account, 'x' || n, session_id, user_id, message_id, 'answered' from inbox, generate_series(1, 20) n returning id",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    sqlx::query("truncate model_calls, model_budgets").execute(&mut conn).await.unwrap();
    let store = database.store().await;
    let budgets = Budgets { session: 0, user_day: 1_000, day: 0 };
    let day = jiff::civil::date(2026, 11, 23);
    let mut calls = tokio::task::JoinSet::new();
    for inbox in inboxes.iter().chain(&inboxes).copied() {
        let store = store.clone();
        calls.spawn(async move {
            let mut tx = store.begin(Actor::Server).await.unwrap();
            let call = Call { inbox, session, user, day, tokens: 100 };
            let reserved = model_usage::reserve(&mut tx, &call, &budgets).await.unwrap();
            if reserved == Reserved::Yes {
                tx.commit().await.unwrap();
            }
            (inbox, reserved)
        });
    }
    let outcomes = calls.join_all().await;
    let made: Vec<Uuid> = outcomes.iter().filter(|(_, made)| *made == Reserved::Yes).map(|(inbox, _)| *inbox).collect();
    assert_eq!(made.len(), 10, "{outcomes:?}");
    let used: i64 =
        sqlx::query_scalar("select tokens from model_budgets where scope = 'user'").fetch_one(&mut conn).await.unwrap();
    assert_eq!(used, 1_000);
    // What is given back may be used again, once.
    for _ in 0..2 {
        let mut tx = store.begin(Actor::Server).await.unwrap();
        model_usage::settle(&mut tx, made[0], day, 30, Some("m")).await.unwrap();
        tx.commit().await.unwrap();
    }
    let used: i64 =
        sqlx::query_scalar("select tokens from model_budgets where scope = 'user'").fetch_one(&mut conn).await.unwrap();
    assert_eq!(used, 930);
    let mut tx = store.begin(Actor::Server).await.unwrap();
    model_usage::forget(&mut tx, jiff::civil::date(2026, 12, 24)).await.unwrap();
    tx.commit().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from model_budgets where day is not null")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(left, 0);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_broke_off_costs_at_least_what_was_sent() {
    let (database, fake) = fake().await;
    fake.always(vec![Step::Open, crate::peers::model::words("One moment "), Step::Cut]);
    let program = program_with(&database, &fake, |_| {}).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("what do you think of it?").await.unwrap();
    let stored = metadata(&database).await;
    assert!(stored["tokens"]["prompt"].as_u64().unwrap() > 500, "{stored}");
    assert!(stored["cost_usd"].as_f64().unwrap() > 0.0, "{stored}");
    program.stop().await;
}
