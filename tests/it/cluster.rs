//! The private PostgreSQL against the real thing: made, restarted, killed, shared and taken over.
//!
//! Promises: each test has a data folder of its own, and every death is a real one (SIGKILL).

mod folders;
mod program;
mod scene;

use eventos::store::cluster::{Cluster, ClusterOptions, DATABASE, Role};
use program::Program;
use scene::{DEADLINE, DataDir, eventually, one, run, until};
use sqlx::{Connection as _, PgConnection};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

#[tokio::test]
async fn a_new_cluster_keeps_its_data_over_a_clean_restart() {
    let folder = DataDir::new("restart");
    let durable = ClusterOptions { durable: true, ..folder.options() };
    let begun = Instant::now();
    let cluster = Cluster::open(durable.clone()).await.unwrap();
    println!("first start: {:?}", begun.elapsed());
    assert!(cluster.started_by_us() && cluster.is_up());
    run(&cluster, "create table kept (word text); insert into kept values ('été')").await.unwrap();
    let settings = [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("shared_buffers", "32MB"),
    ];
    for (name, value) in settings {
        assert_eq!(one(&cluster, &format!("show {name}")).await, value, "{name}");
    }
    cluster.close().await;
    assert!(!folder.pgdata().join("postmaster.pid").exists(), "the server was not stopped cleanly");

    let begun = Instant::now();
    let cluster = Cluster::open(durable).await.unwrap();
    println!("warm start: {:?}", begun.elapsed());
    assert_eq!(one(&cluster, "select word from kept").await, "été");
    cluster.close().await;
}

#[tokio::test]
async fn the_last_handle_dropped_stops_the_server() {
    let folder = DataDir::new("dropped");
    let cluster = Cluster::open(folder.options()).await.unwrap();
    let clone = cluster.clone();
    drop(cluster);
    assert_eq!(one(&clone, "select 'still here'").await, "still here");
    drop(clone);
    until("the stop", || !folder.pgdata().join("postmaster.pid").exists()).await;
}

#[tokio::test]
async fn committed_data_survives_a_killed_program() {
    let folder = DataDir::new("killed-program");
    let mut program = Program::start(&folder.0, None);
    assert_eq!(program.answer(), "ready ours=true");
    assert_eq!(program.order("create table counted (n int)"), "");
    for n in 0..20 {
        assert_eq!(program.order(&format!("insert into counted values ({n})")), "");
    }
    program.kill();
    let begun = Instant::now();
    let cluster = Cluster::open(folder.options()).await.unwrap();
    println!("start after a killed program: {:?}", begun.elapsed());
    assert!(cluster.started_by_us());
    assert_eq!(one(&cluster, "select count(*)::text from counted").await, "20");
    cluster.close().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_program_leaves_no_server_behind() {
    let folder = DataDir::new("no-orphan");
    let mut program = Program::start(&folder.0, None);
    assert_eq!(program.answer(), "ready ours=true");
    program.kill();
    let pid_file = folder.pgdata().join("postmaster.pid");
    println!("clean stop after: {:?}", until("the stop", || !pid_file.exists()).await);
}

#[tokio::test]
async fn a_killed_server_is_started_again_with_its_data() {
    let folder = DataDir::new("killed-server");
    let cluster = Cluster::open(folder.options()).await.unwrap();
    run(&cluster, "create table kept (word text); insert into kept values ('durable')").await.unwrap();
    let first = folder.server_pid();
    rustix::process::kill_process(first, rustix::process::Signal::KILL).unwrap();
    let begun = Instant::now();
    until("the notice", || !cluster.is_up()).await;
    until("the restart", || cluster.is_up()).await;
    println!("restart after a killed server: {:?}", begun.elapsed());
    assert_eq!(eventually(&cluster, "select word from kept").await, ["durable"]);
    assert_ne!(folder.server_pid(), first);
    assert!(cluster.started_by_us());
    cluster.close().await;
}

#[tokio::test]
async fn a_program_and_its_server_killed_at_once_lose_nothing() {
    let folder = DataDir::new("killed-both");
    let mut program = Program::start(&folder.0, None);
    assert_eq!(program.answer(), "ready ours=true");
    assert_eq!(program.order("create table kept as select 'safe' as word"), "");
    let server = folder.server_pid();
    rustix::process::kill_process(server, rustix::process::Signal::KILL).unwrap();
    program.kill();
    let begun = Instant::now();
    let cluster = Cluster::open(folder.options()).await.unwrap();
    println!("start after both were killed: {:?}", begun.elapsed());
    assert_eq!(one(&cluster, "select word from kept").await, "safe");
    cluster.close().await;
}

#[tokio::test]
async fn a_second_program_shares_the_server() {
    let folder = DataDir::new("shared");
    let mut first = Program::start(&folder.0, None);
    assert_eq!(first.answer(), "ready ours=true");
    let second = Cluster::open(folder.options()).await.unwrap();
    assert!(!second.started_by_us() && second.is_up());
    assert_eq!(first.order("create table said as select 'hello' as word"), "");
    assert_eq!(one(&second, "select word from said").await, "hello");
    second.close().await;
    assert_eq!(first.order("select word from said"), "hello", "a guest's end must not harm the keeper");
    assert_eq!(first.order("close"), "closed");
}

#[tokio::test]
async fn the_second_program_goes_on_when_the_first_is_killed() {
    let folder = DataDir::new("takeover");
    let mut first = Program::start(&folder.0, None);
    assert_eq!(first.answer(), "ready ours=true");
    assert_eq!(first.order("create table kept as select 'mine now' as word"), "");
    let second = Cluster::open(folder.options()).await.unwrap();
    first.kill();
    let begun = Instant::now();
    until("the takeover", || second.started_by_us() && second.is_up()).await;
    println!("takeover: {:?}", begun.elapsed());
    assert_eq!(eventually(&second, "select word from kept").await, ["mine now"]);
    second.close().await;
}

#[tokio::test]
async fn the_second_program_goes_on_when_the_first_closes() {
    let folder = DataDir::new("handover");
    let first = Cluster::open(folder.options()).await.unwrap();
    let mut second = Program::start(&folder.0, None);
    assert_eq!(second.answer(), "ready ours=false");
    let clone = first.clone();
    first.close().await;
    assert!(!clone.is_up());
    let begun = Instant::now();
    while second.order("whose") != "ours=true" {
        assert!(begun.elapsed() < DEADLINE, "nobody took over");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("handover: {:?}", begun.elapsed());
    assert_eq!(second.order("select 'on it'"), "on it");
    assert_eq!(second.order("close"), "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_opens_while_the_keeper_ends_opens_once_more() {
    let folder = DataDir::new("opening");
    let keeper = Cluster::open(folder.options()).await.unwrap();
    // Whoever brings the schema up to date waits for whoever does so already: there it is when the keeper ends.
    let mut other = PgConnection::connect_with(&keeper.connect_options(Role::Bootstrap, DATABASE)).await.unwrap();
    sqlx::query("select pg_advisory_lock(4950127)").execute(&mut other).await.unwrap();
    let mut serve = Command::new(env!("CARGO_BIN_EXE_eventos"));
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&folder.0);
    serve.env_remove("DATABASE_URL").env_remove("MIGRATION_DATABASE_URL").env_remove("PUBLIC_URL");
    let mut serve = serve.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let waiting = "select count(*)::text from pg_locks where locktype = 'advisory' and not granted";
    let begun = Instant::now();
    while one(&keeper, waiting).await == "0" {
        assert!(begun.elapsed() < DEADLINE, "nobody waits");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    keeper.close().await;
    let mut said = BufReader::new(serve.stdout.take().unwrap()).lines();
    let first = said.next_line().await.unwrap().unwrap_or_default();
    assert!(first.starts_with("ready http://"), "{first:?}");
    let pid = rustix::process::Pid::from_raw(serve.id().unwrap().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(serve.wait().await.unwrap().success());
}

#[tokio::test]
async fn two_programs_at_once_on_an_empty_folder_make_one_cluster() {
    let folder = DataDir::new("at-once");
    let mut programs = [Program::start(&folder.0, None), Program::start(&folder.0, None)];
    let mut answers = programs.each_mut().map(Program::answer);
    answers.sort();
    assert_eq!(answers, ["ready ours=false", "ready ours=true"]);
    let servers = programs.each_mut().map(|program| program.order("select pg_postmaster_start_time()::text"));
    assert_eq!(servers[0], servers[1]);
}
