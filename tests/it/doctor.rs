//! `eventos doctor`, run as people run it: beside a running program, on a fresh machine, and where something is missing.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eventos::store::migrate;

use crate::harness::{self, Folder};
use crate::peers::stripe::{KEY, Mood, StripePeer};
use crate::peers::telegram::{self, Telegram};

const SECRET: &str = "sk_live_51CanaryOfTheDoctor00";

fn eventos(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(words).arg("--data-dir").arg(folder).env_remove("PUBLIC_URL").env_remove("LISTEN_ADDR");
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
    let folder = Folder::new("doctor-beside");
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
    let (mail, outbox) = (line(&table, "mail"), folder.join("outbox"));
    assert!(mail.contains(&format!("SMTP_URL is not set; {}: mails are put there", outbox.display())), "{table}");
    assert!(mail.contains("Set SMTP_URL and MAIL_FROM"), "{table}");
    assert!(!table.contains("SENTRY_DSN") && !table.contains("demo venues"), "nothing is to be done: {table}");
    assert!(line(&table, "proxies").contains("TRUSTED_PROXIES is not set"));
    assert!(line(&table, "clock").starts_with("ok"));
    assert!(!table.contains(SECRET) && !String::from_utf8_lossy(&output.stderr).contains(SECRET));
    assert!(table.ends_with("Everything that is needed works.\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_public_site_should_not_go_on_with_is_named_with_what_to_do() {
    let (database, folder) = (harness::database().await, Folder::new("public"));
    let mut conn = database.connect(harness::Role::Bootstrap).await;
    let venue = "insert into venues (ref, name, city, country) values ('demo-toronto-2', 'Lakeshore', 'Toronto', 'CA')";
    sqlx::query(venue).execute(&mut conn).await.unwrap();
    let mut doctor = eventos(&folder, &["doctor", "--listen", "127.0.0.1:0"]);
    doctor
        .env("DATABASE_URL", database.url())
        .env("PUBLIC_URL", "https://events.example")
        .env("SENTRY_DSN", "https://canary@faults.example/1");
    let output = doctor.output().unwrap();
    let table = said(&output);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    for (what, words) in [
        ("demo venues", "offered 1 that are invented. Set EVENTOS_DATABASE__DEMO_DATA=false"),
        ("fault reports", "SENTRY_DSN is set, but this version sends faults nowhere."),
    ] {
        let line = line(&table, what);
        assert!(line.starts_with("note") && line.contains(words), "{table}");
    }
    assert!(!table.contains("canary"), "{table}");
}

#[tokio::test]
async fn what_is_missing_is_named_with_what_to_do() {
    let folder = Folder::new("doctor-missing");
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
    let folder = Folder::new("doctor-fresh");
    let output = eventos(&folder, &["doctor", "--listen", "127.0.0.1:0"]).env_remove("DATABASE_URL").output().unwrap();
    let table = said(&output);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    assert!(line(&table, "database").contains("`eventos serve` makes the private database"), "{table}");
    assert!(!folder.join("postgres/pgdata").exists());
    let file = Folder::new("doctor-file");
    std::fs::write(&file, "").unwrap();
    let output = eventos(&file, &["doctor"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(line(&said(&output), "data folder").starts_with("MISSING"));
    std::fs::remove_file(&file).unwrap();
}

/// A mail server that lets in whoever has this password, for as long as the test lives. Its port.
fn mail_server(password: &str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let login = format!("AUTH PLAIN {}", STANDARD.encode(format!("\0ana\0{password}")));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut out = stream.try_clone().unwrap();
            out.write_all(b"220 mail.test ESMTP\r\n").ok();
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let answer: &[u8] = match line.split(' ').next().unwrap_or_default() {
                    "EHLO" => b"250-mail.test\r\n250 AUTH PLAIN\r\n",
                    "AUTH" if line == login => b"235 2.7.0 welcome\r\n",
                    "AUTH" => b"535 5.7.8 who are you\r\n",
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 fine\r\n",
                };
                out.write_all(answer).ok();
            }
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn services_outside_are_asked_whether_they_take_us() {
    let (database, telegram) = (harness::database().await, Telegram::start().await);
    let (stripe, discord) = (StripePeer::start(Mood::honest()).await, discord_peer::Fake::start().await);
    let folder = Folder::new("doctor-services");
    std::fs::create_dir_all(&folder).unwrap();
    let authority = folder.join("authority.pem");
    std::fs::write(&authority, &discord.authority).unwrap();
    let port = mail_server("right");
    let doctor = |password: &str, stripe_key: &str, telegram_token: &str, discord_token: &str| {
        let mut doctor = eventos(&folder, &["doctor", "--listen", "127.0.0.1:0"]);
        doctor
            .env("DATABASE_URL", database.url())
            .env("SMTP_URL", format!("smtp://ana:{password}@127.0.0.1:{port}"))
            .env("MAIL_FROM", "EventOS <events@events.example>")
            .env("STRIPE_SECRET_KEY", stripe_key)
            .env("STRIPE_API_BASE", stripe.url())
            .env("TELEGRAM_BOT_TOKEN", telegram_token)
            .env("TELEGRAM_API_URL", telegram.url())
            .env("DISCORD_TOKEN", discord_token)
            .env("DISCORD_RESOLVE", discord.api.to_string())
            .env("DISCORD_CA", &authority);
        async move { tokio::task::spawn_blocking(move || doctor.output().unwrap()).await.unwrap() }
    };
    let output = doctor("right", KEY, telegram::TOKEN, discord_peer::TOKEN).await;
    let table = said(&output);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    for (what, words) in [
        ("mail", "the mail server takes us"),
        ("payments", "Stripe knows it as that of acct_platform"),
        ("Telegram", "the platform knows us as @"),
        ("Discord", "the platform knows us as account "),
    ] {
        let line = line(&table, what);
        assert!(line.starts_with("ok") && line.contains(words), "{table}");
    }

    // None of them is needed: what fails is told, with what to do, and nothing that is secret.
    let wrong = ["hunter2-of-the-mail", SECRET, "654321:CANARY-of-the-bot", "MTIz.CANARY.other"];
    let output = doctor(wrong[0], wrong[1], wrong[2], wrong[3]).await;
    let table = said(&output);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    for (what, why, remedy) in [
        ("mail", "the mail server answered 535: no mail is sent.", "Check its host, user and password"),
        ("payments", "Stripe answered 401", "Take the secret key from Stripe's dashboard"),
        ("Telegram", "Telegram does not know this token", "Ask BotFather"),
        ("Discord", "the platform refuses the token", "Reset the bot's token"),
    ] {
        let line = line(&table, what);
        assert!(line.starts_with("note") && line.contains(why) && line.contains(remedy), "{table}");
    }
    let all = format!("{table}{}", String::from_utf8_lossy(&output.stderr));
    assert!(wrong.iter().all(|secret| !all.contains(secret)), "{all}");
}
