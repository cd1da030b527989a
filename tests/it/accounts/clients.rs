//! The real client library against the real program, and the commands that work beside it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::{self, Database, Folder};

const PASSWORD: &str = "canary-Horse-42";

/// A program that serves, stopped when dropped.
struct Served {
    process: Child,
    folder: Folder,
    url: String,
    database: String,
}

fn command(folder: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.env("DATABASE_URL", database).env("DATA_DIR", folder).env("RUST_LOG", "debug,sqlx=debug");
    command.env_remove("PUBLIC_URL").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Served {
    fn start(database: &Database, name: &str) -> Self {
        let folder = Folder::new(&format!("accounts-{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let database = database.url();
        let mut process =
            command(&folder, &database).args(["serve", "--listen", "127.0.0.1:0"]).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("ready ").expect("the ready line").to_owned();
        Self { process, folder, url, database }
    }

    /// What a command beside it writes.
    fn beside(&self, arguments: &[&str]) -> String {
        let output = command(&self.folder, &self.database).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn log(&self) -> String {
        let mut text = String::new();
        std::fs::File::open(self.folder.join("log")).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn has_node() -> bool {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/node_modules/@supabase");
    let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !node || !library.exists() {
        harness::skip("Node or the client library is not at hand; `make setup` brings the library");
    }
    node && library.exists()
}

async fn drive(library: &str) {
    if !has_node() {
        return;
    }
    let database = harness::database().await;
    let served = Served::start(&database, library.trim_start_matches('@').replace('/', "-").as_str());
    let keys: Value = serde_json::from_str(&served.beside(&["keys", "--json"])).unwrap();
    assert_eq!(keys["url"], served.url);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/accounts.mjs");
    let output = Command::new("node")
        .arg(script)
        .env("URL", &served.url)
        .env("ANON", keys["anon_key"].as_str().unwrap())
        .env("SERVICE", keys["service_role_key"].as_str().unwrap())
        .env("PASSWORD", PASSWORD)
        .env("LIBRARY", library)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("fine"), "{said}{}", String::from_utf8_lossy(&output.stderr));

    let log = served.log();
    assert!(log.contains("/auth/v1/token"), "the log was written");
    for secret in [PASSWORD, "eyJ", "$argon2id$"] {
        assert!(!log.contains(secret), "the log has {secret}");
    }
}

#[tokio::test]
async fn the_present_client_library_signs_in() {
    drive("@supabase/supabase-js").await;
}

#[tokio::test]
async fn the_oldest_client_library_signs_in() {
    drive("supabase-js-2-39").await;
}

#[tokio::test]
async fn commands_work_beside_a_program_that_serves() {
    let database = harness::database().await;
    let served = Served::start(&database, "commands");
    let keys = || serde_json::from_str::<Value>(&served.beside(&["keys", "--json"])).unwrap();
    let (first, second) = (keys(), keys());
    assert_eq!(first, second);
    let token = served.beside(&["token", "--email", "ana@example.com", "--role", "organizer"]);
    assert_eq!(harness::accounts::claims(&token)["iss"], format!("{}/auth/v1", served.url));
    let mut conn = database.connect(harness::Role::Bootstrap).await;
    sqlx::query("insert into security_audit_log (event_type, metadata) select 'payment', jsonb_build_object('n', n) from generate_series(1, 2500) n")
        .execute(&mut conn)
        .await
        .unwrap();
    let log = served.beside(&["audit"]);
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let paid: std::collections::BTreeSet<i64> =
        lines.iter().filter_map(|line| line["metadata"]["n"].as_i64()).collect();
    assert_eq!(
        (paid.len(), lines.iter().filter(|line| line["event_type"] == "payment").count()),
        (2500, 2500),
        "each line once"
    );
    assert_eq!(served.beside(&["audit", "--since", "2999-01-01"]), "");
    let rotated: Value = serde_json::from_str(&served.beside(&["keys", "rotate", "--json"])).unwrap();
    assert_ne!(rotated["service_role_key"], first["service_role_key"]);
    assert_eq!(keys(), rotated);
}

/// Programs of their own process that ask for keys at the same moment, on a database that has none.
#[tokio::test]
async fn programs_that_need_keys_at_once_make_one_set() {
    let database = harness::database().await;
    let folder = Folder::new("accounts-once");
    let asked: Vec<Child> = (0..6)
        .map(|number| {
            let alg = if number % 2 == 0 { "ES256" } else { "RS256" };
            let mut command = command(&folder, &database.url());
            command.args(["keys", "--json"]).env("EVENTOS_ACCOUNTS__ALG", alg).spawn().unwrap()
        })
        .collect();
    let told: Vec<Value> = asked
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice(&output.stdout).unwrap()
        })
        .collect();
    // What is signed is the same, by the same key; an ES256 signature is another each time.
    let signed = |keys: &Value| keys["service_role_key"].as_str().unwrap().rsplit_once('.').unwrap().0.to_owned();
    assert!(told.iter().all(|keys| signed(keys) == signed(&told[0])), "{told:?}");
    let mut conn = database.connect(harness::Role::Bootstrap).await;
    let keys: i64 = sqlx::query_scalar("select count(*) from auth.signing_keys").fetch_one(&mut conn).await.unwrap();
    assert_eq!(keys, 1);
}
