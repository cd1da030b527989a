//! `eventos doctor`, run as people run it: beside a running program, on a fresh machine, and where something is missing.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use eventos::store::migrate;

use crate::harness;

const SECRET: &str = "sk_live_51CanaryOfTheDoctor00";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("eventos-doctor-{name}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn eventos(folder: &Folder, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(words).arg("--data-dir").arg(&folder.0).env_remove("PUBLIC_URL").env_remove("LISTEN_ADDR");
    command
}

/// What the table says about a thing.
fn line<'a>(table: &'a str, what: &str) -> &'a str {
    let found = table.lines().find(|line| line.get(9..).is_some_and(|rest| rest.starts_with(what)));
    found.unwrap_or_else(|| panic!("nothing about {what} in:\n{table}"))
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_running_program_everything_works_and_no_secret_is_shown() {
    let database = harness::database().await;
    let folder = Folder::new("beside");
    let mut serve = eventos(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    serve.env("DATABASE_URL", database.url()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut serving = Serving(serve.spawn().unwrap());
    let mut ready = String::new();
    BufReader::new(serving.0.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let address = ready.trim().strip_prefix("ready http://").unwrap();

    let mut doctor = eventos(&folder, &["doctor", "--listen", address]);
    doctor
        .env("DATABASE_URL", database.url())
        .env("OPENAI_API_KEY", SECRET)
        .env("PUBLIC_URL", "https://events.example");
    let output = doctor.output().unwrap();
    let table = said(&output);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    assert!(line(&table, "database ").contains("answers, PostgreSQL "), "{table}");
    assert!(line(&table, "schema").contains(&format!("up to date (migration {})", migrate::newest())));
    assert!(line(&table, "address").contains("eventos serves on"));
    assert!(line(&table, "language model").contains("OPENAI_API_KEY is set"));
    assert!(line(&table, "mail").contains("SMTP_URL is not set: no mail is sent."));
    assert!(line(&table, "proxies").contains("TRUSTED_PROXIES is not set"));
    assert!(line(&table, "clock").starts_with("ok"));
    assert!(!table.contains(SECRET) && !String::from_utf8_lossy(&output.stderr).contains(SECRET));
    assert!(table.ends_with("Everything that is needed works.\n"));
}

#[tokio::test]
async fn what_is_missing_is_named_with_what_to_do() {
    let folder = Folder::new("missing");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    // Whoever holds it answers nothing: it closes what comes.
    std::thread::spawn(move || while taken.accept().is_ok() {});
    let empty = harness::empty_database(17).await.unwrap();
    let url = empty.url().replace("authenticator@", "authenticator:hunter2@");
    let mut doctor = eventos(&folder, &["doctor", "--listen", &address]);
    let output = doctor.env("DATABASE_URL", url).env("PUBLIC_URL", "events.example").output().unwrap();
    let table = said(&output);
    assert_eq!(output.status.code(), Some(1), "{table}");
    for (what, words) in [
        ("schema", "run `eventos migrate`"),
        ("address", "Choose another with --listen"),
        ("public address", "begins with neither https:// nor http://"),
    ] {
        let line = line(&table, what);
        assert!(line.starts_with("MISSING") && line.contains(words), "{table}");
    }
    assert!(String::from_utf8_lossy(&output.stderr).contains("3 needed"), "{output:?}");
    assert!(!table.contains("hunter2"));
}

#[test]
fn a_fresh_machine_is_told_what_a_start_will_make() {
    let folder = Folder::new("fresh");
    let output = eventos(&folder, &["doctor", "--listen", "127.0.0.1:0"]).env_remove("DATABASE_URL").output().unwrap();
    let table = said(&output);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    assert!(line(&table, "database").contains("`eventos serve` makes the private database"), "{table}");
    assert!(!folder.0.join("postgres/pgdata").exists());
    let file = Folder::new("file");
    std::fs::write(&file.0, "").unwrap();
    let output = eventos(&file, &["doctor"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(line(&said(&output), "data folder").starts_with("MISSING"));
    std::fs::remove_file(&file.0).unwrap();
}
