//! The program is killed (SIGKILL) at every named point of the publisher, two programs share the queue, and Stripe lies.
//!
//! `KILLS=1000` kills more often (`make reliability`); points, passes and lies are drawn by a fixed rule.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use eventos::publisher::fault::POINTS;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgConnection;

use super::scene;
use crate::harness::{self, Database, Folder, Role};
use crate::peers::stripe::{KEY, Lie, Mood, StripePeer};

/// A program that has nothing left to do for so long, and did not die at its point, is killed where it is.
const GRACE: Duration = Duration::from_secs(1);

fn serve(database: &Database, folder: &Path, peer: &StripePeer, kill: Option<&str>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
    command.env("DATABASE_URL", database.url()).env("STRIPE_SECRET_KEY", KEY).env("STRIPE_API_BASE", peer.url());
    let settings =
        [("POLL_S", "1"), ("BACKOFF_S", "0"), ("MAX_ATTEMPTS", "10000"), ("LEASE_S", "5"), ("STRIPE_TIMEOUT_S", "2")];
    for (name, value) in settings {
        command.env(format!("EVENTOS_PUBLISHER__{name}"), value);
    }
    if let Some(kill) = kill {
        command.env("FAILPOINT_KILL", kill);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Whether it died at its own point; else it is killed where it is, once it has nothing left to do: a slow machine takes its time.
async fn dies(program: &mut Child, conn: &mut PgConnection) -> bool {
    let (begun, mut idle) = (Instant::now(), None::<Instant>);
    while begun.elapsed() < harness::PATIENCE && idle.is_none_or(|since| since.elapsed() < GRACE) {
        if program.try_wait().unwrap().is_some() {
            return true;
        }
        let settled: bool = sqlx::query_scalar(scene::SETTLED).fetch_one(&mut *conn).await.unwrap();
        idle = settled.then(|| idle.unwrap_or_else(Instant::now));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    program.kill().unwrap();
    program.wait().unwrap();
    false
}

fn ends(mut program: Child) {
    let pid = Pid::from_raw(i32::try_from(program.id()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert!(program.wait().unwrap().success(), "a program that is told to stop stops well");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_at_every_point_of_the_publisher_loses_and_doubles_nothing() {
    let kills: usize = std::env::var_os("KILLS").and_then(|count| count.to_str()?.parse().ok()).unwrap_or(50);
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let row = [Lie::Truth, Lie::DropAnswer, Lie::Truth, Lie::FailAfter, Lie::Truth, Lie::Deaf, Lie::Truth];
    let peer = StripePeer::start(Mood::cycle(&row)).await;
    let folder = Folder::new("publisher-crash");
    let mut killed = 0;
    for round in 0..kills {
        scene::publish(&mut conn, &format!("Evening {round}"), None, &[("Early", 2_000), ("Late", 3_000)]).await;
        let kill = format!("{}:{}", POINTS[round % POINTS.len()], 1 + (round / POINTS.len() + round) % 4);
        let mut first = serve(&database, &folder, &peer, Some(&kill));
        // Now and then two programs share the queue, and both are killed.
        let second = (round % 5 == 0).then(|| serve(&database, &folder, &peer, Some("publisher.after_call:2")));
        killed += usize::from(dies(&mut first, &mut conn).await);
        if let Some(mut second) = second {
            killed += usize::from(dies(&mut second, &mut conn).await);
        }
        if round % 50 == 49 {
            println!("{} rounds, {killed} killed at a point", round + 1);
        }
    }
    let (one, two) = (serve(&database, &folder, &peer, None), serve(&database, &folder, &peer, None));
    scene::until(&mut conn, "the queue is empty", scene::SETTLED).await;
    ends(one);
    ends(two);
    let faults = scene::faults(&mut conn, &peer, &scene::mails(&folder), kills, 2).await;
    println!("killed {killed} programs at a point while they published {kills} events");
    assert!(faults.is_empty(), "{faults:?}");
    assert!(killed * 2 > kills, "most programs must really die at a point, only {killed} did");
}
