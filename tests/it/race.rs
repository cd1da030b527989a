//! Races between two programs of their own process on one database (PAINS P41): what must happen once happens once, whichever of
//! them is asked, and no change is lost.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use eventos::store::cluster::Role;
use futures::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::harness::{self, Database, Folder};

const FUNCTION: &str = "/functions/v1/ai-event-wizard";

/// A program that serves from a folder of its own; stopped when dropped.
struct Served {
    process: Child,
    folder: Folder,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(database: &Database, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.env("DATABASE_URL", database.url()).env("DATA_DIR", folder).env("PUBLIC_URL", "http://events.test");
    command.env("EVENTOS_LIMITS__AI_WIZARD", "0").env("EVENTOS_LIMITS__EVENT_CREATION", "0");
    command.env("EVENTOS_PUBLISHER__PARALLEL", "0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Two programs that start at the same moment on a database that no program used before, and somebody who may ask both.
struct Pair {
    database: Database,
    programs: [Served; 2],
    client: Client,
    token: String,
    apikey: String,
}

impl Pair {
    async fn start(name: &str) -> Self {
        let database = harness::database().await;
        let folders = [Folder::new(name), Folder::new(name)];
        let started = folders.map(|folder| {
            let process = command(&database, &folder).args(["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
            Served { process, folder, url: String::new() }
        });
        let programs = started.map(|mut served| {
            let mut line = String::new();
            BufReader::new(served.process.stdout.take().unwrap()).read_line(&mut line).unwrap();
            line.trim().strip_prefix("ready ").expect("the ready line").clone_into(&mut served.url);
            served
        });
        rustls::crypto::ring::default_provider().install_default().ok();
        let beside = |arguments: &[&str]| {
            let output = command(&database, &programs[0].folder).args(arguments).output().unwrap();
            assert!(output.status.success(), "{arguments:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        let token = beside(&["token", "--email", "ana@example.com", "--role", "organizer"]);
        let keys: Value = serde_json::from_str(&beside(&["keys", "--json"])).unwrap();
        let apikey = keys["anon_key"].as_str().unwrap().to_owned();
        Self { database, programs, client: Client::new(), token, apikey }
    }

    /// Asks the program of this number as Ana.
    async fn ask(&self, program: usize, method: Method, path: &str, key: Option<&str>, body: Value) -> (u16, Value) {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.programs[program % 2].url))
            .bearer_auth(&self.token)
            .header("apikey", &self.apikey)
            .json(&body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn post(&self, program: usize, path: &str, body: Value) -> (u16, Value) {
        self.ask(program, Method::POST, path, None, body).await
    }

    async fn count(&self, query: &'static str) -> i64 {
        let mut conn: PgConnection = self.database.connect(Role::Bootstrap).await;
        sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_accounts_are_made_once() {
    let pair = Pair::start("accounts").await;
    let jwks =
        join_all((0..2).map(|number| pair.ask(number, Method::GET, "/auth/v1/.well-known/jwks.json", None, json!({}))))
            .await;
    assert_eq!(jwks[0], jwks[1]);
    assert_eq!(pair.count("select count(*) from auth.signing_keys").await, 1, "two programs made one key");
    let sign_up = json!({"email": "new@example.com", "password": "a good password"});
    let answers = join_all((0..8).map(|number| pair.post(number, "/auth/v1/signup", sign_up.clone()))).await;
    assert!(answers.iter().any(|(status, _)| *status == 200), "{answers:?}");
    assert!(answers.iter().all(|(status, _)| *status < 500), "{answers:?}");
    assert_eq!(pair.count("select count(*) from auth.users where email = 'new@example.com'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_one_key_is_done_once() {
    let pair = Pair::start("keys").await;
    let event = json!({"name": "Once"});
    let answers =
        join_all((0..8).map(|number| pair.ask(number, Method::POST, "/rest/v1/events", Some("one"), event.clone())))
            .await;
    assert!(answers.iter().all(|(status, _)| [201, 409].contains(status)), "{answers:?}");
    assert_eq!(pair.count("select count(*) from events where name = 'Once'").await, 1);
    let begin = json!({"action": "initialize"});
    let answers =
        join_all((0..8).map(|number| pair.ask(number, Method::POST, FUNCTION, Some("two"), begin.clone()))).await;
    assert!(answers.iter().all(|(status, _)| [200, 409].contains(status)), "{answers:?}");
    assert_eq!(pair.count("select count(*) from wizard_sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_with_one_lock_one_wins_and_links_are_never_shared() {
    let pair = Pair::start("locks").await;
    let (_, made) = pair.post(0, "/rest/v1/events", json!({"name": "Locked"})).await;
    let path = format!("/rest/v1/events/{}", made["id"].as_str().unwrap());
    let answers = join_all((1..=12).map(|people| {
        let change = json!({"capacity": people, "updated_at": made["updated_at"]});
        pair.ask(people, Method::PATCH, &path, None, change)
    }))
    .await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| [200, 409].contains(status)), "{answers:?}");
    let namesakes =
        join_all((0..12).map(|number| pair.post(number, "/rest/v1/events", json!({"name": "Namesake"})))).await;
    assert!(namesakes.iter().all(|(status, _)| *status == 201), "{namesakes:?}");
    assert_eq!(pair.count("select count(distinct slug) from events where name = 'Namesake'").await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_in_two_programs_loses_no_turn_and_publishes_once() {
    let pair = Pair::start("turns").await;
    let (status, begun) = pair.post(0, FUNCTION, json!({"action": "initialize"})).await;
    assert_eq!(status, 200, "{begun}");
    let session = begun["sessionId"].as_str().unwrap().to_owned();
    let save = |fields: Value| json!({"action": "save-draft", "sessionId": session, "eventData": fields});
    let complete = json!({"name": "Tea and Type", "type": "meetup", "description": "We drink tea.", "place": "88 Queen St",
        "city": "Toronto", "timezone": "America/Toronto", "capacity": 30, "dateTime": "2027-12-01T23:00:00Z", "duration": 120,
        "priceCents": 0});
    assert_eq!(pair.post(0, FUNCTION, save(complete)).await.0, 200);
    // One program is told how many, the other how it is called, and REST writes the description through both.
    let (_, draft) = pair.post(1, FUNCTION, save(json!({"capacity": 31}))).await;
    let event = format!("/rest/v1/events/{}", draft["eventDraft"]["id"].as_str().unwrap());
    let people = async {
        for people in 40..52 {
            let (status, said) = pair.post(0, FUNCTION, save(json!({"capacity": people}))).await;
            assert_eq!(status, 200, "{said}");
        }
    };
    let names = async {
        for number in 0..12 {
            let (status, said) = pair.post(1, FUNCTION, save(json!({"name": format!("Tea {number}")}))).await;
            assert_eq!(status, 200, "{said}");
        }
    };
    let words = async {
        for number in 0..12 {
            let change = json!({"description": format!("Words {number}")});
            let (status, said) = pair.ask(number, Method::PATCH, &event, None, change).await;
            assert_eq!(status, 200, "{said}");
        }
    };
    tokio::join!(people, names, words);
    let lost =
        "select count(*) from events where (capacity, name, description) is distinct from (51, 'Tea 11', 'Words 11')";
    assert_eq!(pair.count(lost).await, 0, "a change was lost");
    let turns = "select version - (select count(*) from inbox) from wizard_sessions";
    assert_eq!(pair.count(turns).await, 0, "each message was settled once");

    let publish = json!({"action": "publish", "sessionId": session});
    let answers = join_all((0..6).map(|number| pair.post(number, FUNCTION, publish.clone()))).await;
    assert!(answers.iter().any(|(status, _)| *status == 200), "{answers:?}");
    assert!(answers.iter().all(|(status, _)| *status < 500), "{answers:?}");
    assert_eq!(pair.count("select count(*) from payment_setup_queue where kind = 'mail_published'").await, 1);
    assert_eq!(pair.count("select count(*) from security_audit_log where event_type = 'event_publish'").await, 1);
}
