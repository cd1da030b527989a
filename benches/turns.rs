//! How fast the program is, against a durable private PostgreSQL: `make bench` prints the figures of docs/performance.md.
//!
//! Absolute times belong to a machine; compare figures of one run. No bench library: criterion and divan give the mean of a loop
//! that runs alone, and what people wait for is the slowest of twenty while 1, 16 or 64 sessions talk at once.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures, and stops when it cannot go on"
)]

mod models;
mod queries;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventos::app::{App, Parts};
use eventos::domain::clock::{RandomIds, SystemClock};
use eventos::settings::Settings;
use eventos::store::cluster::{Cluster, ClusterOptions, DATABASE, Role};
use eventos::store::database::{Actor, Store};
use eventos::store::{demo, migrate};
use port::recorder::Recorder;
use port::{Door, Sender};
use uuid::Uuid;

const TURNS: usize = 1_200;
const IDLE: usize = 10_000;

fn main() {
    if let Some(code) = eventos::store::cluster::run_launcher_if_asked() {
        std::process::exit(i32::from(code != std::process::ExitCode::SUCCESS));
    }
    let folder = std::env::temp_dir().join(format!("eventos-bench-{}", std::process::id()));
    // `cargo bench --bench turns -- queries` leaves out the rest; so does `-- models`, which is a part of its own.
    let only = ["queries", "models"].into_iter().find(|name| std::env::args().any(|argument| argument == *name));
    if only.is_none() {
        starts(&folder);
    }
    tokio::runtime::Runtime::new().unwrap().block_on(run(&folder, only));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// From nothing to "ready", then again on the same folder.
fn starts(folder: &Path) {
    for kind in ["cold", "warm", "warm"] {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_eventos"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
        println!("{kind} start until ready: {} ms", begun.elapsed().as_millis());
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        child.wait().unwrap();
    }
}

async fn run(folder: &Path, only: Option<&str>) {
    let cluster = Cluster::open(ClusterOptions::new(folder)).await.unwrap();
    migrate::run(cluster.connect_options(Role::Bootstrap, DATABASE)).await.unwrap();
    let store = Store::connect(cluster.connect_options(Role::Authenticator, DATABASE), 16).await.unwrap();
    let mut tx = store.begin(Actor::Server).await.unwrap();
    demo::load(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    if only == Some("models") {
        models::run(&cluster.connect_options(Role::Authenticator, DATABASE), folder).await;
        cluster.close().await;
        return;
    }
    let admin = cluster.connect_options(Role::Bootstrap, DATABASE);
    if only.is_some() {
        queries::run(&store, admin).await;
        cluster.close().await;
        return;
    }
    let parts = Parts {
        store: store.clone(),
        private: true,
        cluster: None,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        public_url: "http://bench.test".to_owned(),
        local_zone: None,
    };
    let mut settings = Settings::defaults(folder.to_owned()).unwrap();
    settings.limits.ai_wizard = 0;
    let app = App::assemble(parts, &settings).await.unwrap();
    for sessions in [1, 16, 64] {
        turns(&app.door, "few events", sessions).await;
    }
    idle(&app).await;
    queries::run(&store, admin).await;
    for sessions in [1, 16] {
        turns(&app.door, "many events", sessions).await;
    }
    app.shutdown().await;
    cluster.close().await;
}

/// A turn without a model that changes the draft: accept, understand, advise, settle.
async fn turns(door: &Arc<dyn Door>, among: &str, sessions: usize) {
    let mut talks = tokio::task::JoinSet::new();
    let begun = Instant::now();
    for number in 0..sessions {
        let from = Sender::Local {
            email: Some(format!(
                "bench-{}-{sessions}-{number}@example.com",
                among.split(' ').next().unwrap_or_default()
            )),
        };
        let mut organizer = Recorder::new(door.clone(), from);
        talks.spawn(async move {
            let mut times = Vec::new();
            for turn in 0..TURNS / sessions {
                let text = format!("a workshop in Toronto for {} people", 20 + turn);
                let begun = Instant::now();
                organizer.say(&text).await.unwrap();
                times.push(begun.elapsed());
            }
            times
        });
    }
    let times: Vec<Duration> = talks.join_all().await.into_iter().flatten().collect();
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    println!("{among}, {sessions:>2} sessions: {} {rate:.0} turns/s", spread(times));
}

/// What a session costs that is awake and has nothing to do.
async fn idle(app: &App) {
    app.directory().sweep(Duration::ZERO);
    let before = resident();
    for number in 0..IDLE {
        drop(app.directory().reserve(Uuid::from_u128(number as u128)).await.unwrap());
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let bytes = resident().saturating_sub(before) / IDLE as u64;
    println!("{} idle sessions: {bytes} bytes each", app.directory().awake());
    app.directory().sweep(Duration::ZERO);
}

/// Resident memory of this process, in bytes; 0 where /proc is not to be had.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}

pub(crate) fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("p50 {:.1} ms, p95 {:.1} ms (n {})", ms(at(50)), ms(at(95)), times.len())
}
