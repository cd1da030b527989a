//! The program goes away in the middle: between any two steps, for a while, and with its store (PAINS P1, P6, P9, P11, P22).

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use eventos::store::cluster::Role;

use super::{ANN, Scene, program};
use crate::harness::gate::Gate;
use crate::harness::{self, Database, Folder};
use crate::peers::telegram::{Fault, TOKEN, Telegram};

/// What the answer to "for 80 people" says, and nothing else does.
const FACT: &str = "for 80 people";

/// A program of its own that serves the bot.
struct Served(Child);

impl Served {
    fn start(database: &Database, telegram: &Telegram, folder: &std::path::Path, kill: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
        command
            .env("DATABASE_URL", database.url())
            .env("TELEGRAM_BOT_TOKEN", TOKEN)
            .env("TELEGRAM_API_URL", telegram.url());
        command.env("EVENTOS_WIZARD__LEASE_S", "3").env("EVENTOS_PUBLISHER__PARALLEL", "0");
        if let Some(kill) = kill {
            command.env("FAILPOINT_KILL", kill);
        }
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    async fn dies(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            if self.0.try_wait().unwrap().is_some() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_it_gives_exactly_one_complete_answer() {
    let points = [
        "accept.before_commit:1",
        "accept.after_commit:1",
        "turn.understood:1",
        "settle.before_commit:1",
        "settle.after_commit:1",
        "reply.before:1",
        "outbox.taken:1",
        "outbox.settle:1",
    ];
    for kill in points {
        let (database, telegram) = (harness::database().await, Telegram::start().await);
        let folder = Folder::new("telegram");
        telegram.say(ANN, "A jazz night for 80 people");
        let mut first = Served::start(&database, &telegram, &folder, Some(kill));
        assert!(first.dies().await, "{kill} kills");
        let shown = telegram.messages(ANN).len();
        let second = Served::start(&database, &telegram, &folder, None);
        telegram.until(kill, |telegram| telegram.texts(ANN).iter().any(|text| text.contains(FACT))).await;
        telegram.say(ANN, "/help");
        telegram.until("the next is answered, too", |telegram| telegram.texts(ANN).len() >= 2).await;
        let answers = telegram.texts(ANN).iter().filter(|text| text.contains(FACT)).count();
        // Between Telegram's yes and ours nobody sees: there, and nowhere else, it may come twice, and says so.
        if kill == "outbox.settle:1" {
            assert_eq!((shown, answers), (1, 2), "{kill}: {:#?}", telegram.texts(ANN));
            assert!(telegram.texts(ANN)[1].contains("twice"), "the second says so");
        } else {
            assert_eq!(answers, 1, "{kill}: {:#?}", telegram.texts(ANN));
        }
        let mut conn = database.connect(Role::Bootstrap).await;
        let turns: i64 =
            sqlx::query_scalar("select count(*) from ai_conversations where role = 'user' and content like '%jazz%'")
                .fetch_one(&mut conn)
                .await
                .unwrap();
        assert_eq!(turns, 1, "{kill}");
        drop(second);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_while_the_program_was_down_is_answered_in_order() {
    let (database, telegram) = (harness::database().await, Telegram::start().await);
    for number in 1..=20 {
        telegram.say(ANN, &format!("for {number}0 people"));
    }
    let scene = Scene::on(database, telegram).await;
    scene.count(20).await;
    scene.delivered().await;
    for (number, text) in (1..).zip(scene.telegram.texts(ANN)) {
        assert!(text.contains(&format!("for {number}0 people")), "answer {number} is {text:?}");
    }
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_that_is_away_is_found_again_and_readiness_tells() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.down(true);
    scene.telegram.say(ANN, "A jazz night for 80 people");
    tokio::time::sleep(Duration::from_millis(300)).await;
    scene.telegram.down(false);
    scene.count(2).await;
    assert!(scene.telegram.texts(ANN)[1].contains("80"));
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_that_polls_ends_no_conversation() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.steal_poll();
    scene
        .telegram
        .until("the question is asked again", |telegram| {
            telegram.calls("getUpdates").iter().any(|call| call.status == 409)
        })
        .await;
    scene.hears("A jazz night for 80 people", "80").await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_on_one_database_answer_once() {
    let (database, telegram) = (harness::database().await, Telegram::start().await);
    let (one, two) = (program(&database, &telegram).await, program(&database, &telegram).await);
    for number in 1..=6 {
        telegram.say(ANN, &format!("for {number}0 people"));
    }
    telegram.until("six answers", |telegram| telegram.messages(ANN).len() >= 6).await;
    telegram.fault("getUpdates", 1, Fault::Status(502));
    telegram.say(ANN, "for 70 people");
    telegram.until("the seventh", |telegram| telegram.messages(ANN).len() >= 7).await;
    let texts = telegram.texts(ANN);
    for number in 1..=7 {
        let fact = format!("for {number}0 people");
        assert_eq!(texts.iter().filter(|text| text.contains(&fact)).count(), 1, "{number}: {texts:#?}");
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_of_the_last_turns_arrive_before_the_program_ends() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    let gate = Gate::at("turn.begin");
    scene.telegram.say(ANN, "A jazz night for 80 people");
    let taken = "select count(*) from inbox where state = 'accepted'";
    while scene.number(taken).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let Scene { database, program, telegram } = scene;
    let directory = program.app.directory().clone();
    let stopping = tokio::spawn(program.stop());
    while !directory.is_draining() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What is said from here on is the next program's.
    telegram.say(ANN, "and 20 more");
    drop(gate);
    stopping.await.unwrap();
    assert!(telegram.texts(ANN).last().unwrap().contains("80"), "{:#?}", telegram.texts(ANN));
    let mut conn = database.connect(Role::Bootstrap).await;
    let open: i64 =
        sqlx::query_scalar("select count(*) from outbox where state <> 'sent'").fetch_one(&mut conn).await.unwrap();
    assert_eq!(open, 0, "it is settled, so that nothing comes twice");
    let next = Scene::on(database, telegram).await;
    next.count(3).await;
    next.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_can_never_be_taken_in_is_given_up_and_the_next_one_is_answered() {
    let Scene { database: _database, program, telegram } = Scene::start_called().await;
    // As often as an update is tried, the store answers and will not have it.
    fail::cfg("accept.store", "20*return->off").unwrap();
    telegram.say(ANN, "poison");
    telegram
        .until("it is told", |telegram| telegram.texts(ANN).iter().any(|text| text.contains("was not taken in")))
        .await;
    telegram.say(ANN, "A jazz night for 80 people");
    telegram.until("the next", |telegram| telegram.texts(ANN).iter().any(|text| text.contains("80"))).await;
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_whose_taking_in_panics_harms_none_behind_it() {
    for scene in [Scene::start().await, Scene::start_called().await] {
        scene.hears("/start", "").await;
        fail::cfg("accept.before", "1*panic(taking in)->off").unwrap();
        scene.hears("A jazz night for 80 people", "80").await;
        scene.hears("at Pier 21 in Halifax", "Pier 21").await;
        scene.program.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_after_a_week_of_silence_is_heard_although_it_is_numbered_anew() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    {
        let mut state = scene.telegram.state();
        state.updates.clear();
        state.next_update = 7;
    }
    scene.hears("A jazz night for 80 people", "80").await;
    scene.hears("at Pier 21 in Halifax", "Pier 21").await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cut_off_by_the_end_of_the_program_comes_again() {
    let scene = Scene::start_called().await;
    scene.hears("/start", "").await;
    super::linking::link(&scene, "ann@example.org").await;
    scene.telegram.hold_files(true);
    scene.telegram.send_picture(ANN, &crate::pictures::picture(20), "at Pier 21 in Halifax");
    scene.telegram.until("it is being fetched", |telegram| !telegram.calls("getFile").is_empty()).await;
    let Scene { database, program, telegram } = scene;
    let stopping = tokio::spawn(program.stop());
    telegram.hold_files(false);
    stopping.await.unwrap();
    let next = Scene::on(database, telegram).await;
    let told = |telegram: &Telegram| telegram.texts(ANN).iter().filter(|text| text.contains("Pier 21")).count();
    next.telegram.until("its words are answered", |telegram| told(telegram) > 0).await;
    next.delivered().await;
    assert_eq!(told(&next.telegram), 1, "once: {:#?}", next.telegram.texts(ANN));
    next.program.stop().await;
}
