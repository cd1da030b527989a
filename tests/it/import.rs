//! `eventos import venues`, run as an operator runs it, against a Google Maps that refuses what Google refuses.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};

use eventos::store::cluster::Role;
use serde_json::{Value, json};

use crate::harness::{self, Folder};

const KEY: &str = "AIza-key-of-the-test";

/// Google's geocoding: what it was asked for, and whether its quota is used up.
#[derive(Clone, Default)]
struct Maps {
    asked: Arc<Mutex<Vec<String>>>,
    exhausted: Arc<Mutex<bool>>,
}

impl Maps {
    async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/maps/api/geocode/json", get(Self::answer)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }

    #[expect(clippy::unused_async, reason = "what axum calls is asynchronous")]
    async fn answer(State(maps): State<Self>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
        let refuse = |status: &str| Json(json!({"results": [], "status": status, "error_message": "no"}));
        let word = |name: &str| query.get(name).map_or("", String::as_str);
        if word("key") != KEY {
            return refuse("REQUEST_DENIED");
        }
        if word("address").trim().is_empty() {
            return refuse("INVALID_REQUEST");
        }
        maps.asked.lock().unwrap().push(word("address").to_owned());
        if *maps.exhausted.lock().unwrap() {
            return refuse("OVER_QUERY_LIMIT");
        }
        if !word("address").contains("King Street") {
            return Json(json!({"results": [], "status": "ZERO_RESULTS"}));
        }
        Json(json!({"status": "OK", "results": [{"geometry": {"location": {"lat": 43.647, "lng": -79.381}}}]}))
    }
}

struct Run {
    worked: bool,
    said: String,
}

fn import(database: &harness::Database, table: &[u8], maps: Option<(&str, &str)>) -> Run {
    let file = Folder::file("venues", table);
    let folder = Folder::new("import");
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["import", "venues"]).arg(&file).arg("--data-dir").arg(&folder).env("DATABASE_URL", database.url());
    command.env_remove("GOOGLE_MAPS_API_KEY");
    if let Some((url, key)) = maps {
        command.env("GOOGLE_MAPS_BASE_URL", url).env("GOOGLE_MAPS_API_KEY", key);
    }
    let output = command.output().unwrap();
    Run { worked: output.status.success(), said: String::from_utf8_lossy(&output.stderr).into_owned() }
}

async fn venue(database: &harness::Database, reference: &str) -> Value {
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query_scalar("select to_jsonb(v) - 'search' from venues v where ref = $1")
        .bind(reference)
        .fetch_one(&mut conn)
        .await
        .unwrap()
}

async fn count(database: &harness::Database) -> i64 {
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query_scalar("select count(*) from venues").fetch_one(&mut conn).await.unwrap()
}

const TABLE: &str = "ref,name,address,city,country,capacity,amenities,price_min,price_max,currency\n\
    carlu,The Carlu,444 Yonge Street,Toronto,Canada,\"1,000\",Wi-Fi; Parking,2500,4000,cad\n\
    ,Le Moulin,,Montréal,,80,,,,\n\
    broken,,1 Nowhere,Toronto,,10,,,,\n\
    small,Small Room,,Toronto,,many,,,,\n\
    carlu,The Carlu again,,Toronto,,5,,,,\n";

#[tokio::test(flavor = "multi_thread")]
async fn each_row_is_kept_or_told_with_its_line_and_twice_is_once() {
    let database = harness::database().await;
    let first = import(&database, TABLE.as_bytes(), None);
    assert!(!first.worked, "{}", first.said);
    for wanted in [
        "line 4: it has no name",
        "line 5: capacity",
        "line 6: it is the same venue as on line 2",
        "2 made, 0 renewed, 3 refused.",
    ] {
        assert!(first.said.contains(wanted), "{wanted} is not in:\n{}", first.said);
    }
    let carlu = venue(&database, "carlu").await;
    assert_eq!(
        (&carlu["capacity"], &carlu["price_min_cents"], &carlu["currency"]),
        (&json!(1_000), &json!(250_000), &json!("CAD"))
    );
    assert_eq!(
        (&carlu["timezone"], &carlu["country"], &carlu["owner_id"]),
        (&json!("America/Toronto"), &json!("CA"), &Value::Null)
    );
    assert_eq!(carlu["amenities"], json!(["wifi", "parking"]));
    // Without a key the gazetteer's city stands for the street.
    assert!((carlu["lat"].as_f64().unwrap() - 43.7).abs() < 0.2, "{carlu}");
    assert_eq!(venue(&database, "le-moulin-montreal").await["timezone"], "America/Toronto");

    let again = import(&database, TABLE.as_bytes(), None);
    assert!(again.said.contains("0 made, 2 renewed, 3 refused."), "{}", again.said);
    assert_eq!(count(&database).await, 2);

    let west = import(&database, b"nom;ville;capacit\xe9\n\xc9glise;Qu\xe9bec;120\n", None);
    assert!(west.worked && west.said.contains("windows-1252"), "{}", west.said);
    assert_eq!(venue(&database, "eglise-quebec").await["capacity"], 120);

    for (table, reason) in [
        (&b""[..], "no column"),
        (b"title,city\nA,B\n", "no column is called"),
        (b"\x89PNG\x0d\x0a\x1a\x0a\0\0", "no text"),
    ] {
        let refused = import(&database, table, None);
        assert!(!refused.worked && refused.said.contains(reason), "{}", refused.said);
    }
    assert_eq!(count(&database).await, 3, "a file that is no table makes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn google_is_asked_once_for_an_address_and_no_more_once_it_refuses() {
    let database = harness::database().await;
    let maps = Maps::default();
    let url = maps.serve().await;
    let table = b"ref,name,address,city\na,A,1 King Street,Toronto\nb,B,1 King Street,Toronto\nc,C,9 Unknown Way,Toronto\nd,D,,Toronto\n";

    let denied = import(&database, table, Some((&url, "AIza-another")));
    assert!(denied.worked, "a refused key is no error: {}", denied.said);
    assert!(!denied.said.contains("AIza"), "no key is said: {}", denied.said);
    assert!(maps.asked.lock().unwrap().is_empty());

    let database = harness::database().await;
    assert!(import(&database, table, Some((&url, KEY))).worked);
    let asked: Vec<String> = std::mem::take(&mut *maps.asked.lock().unwrap());
    assert_eq!(asked, ["1 King Street, Toronto", "9 Unknown Way, Toronto"]);
    assert_eq!(venue(&database, "a").await["lat"], 43.647);
    assert_eq!(venue(&database, "b").await["lat"], 43.647);
    assert!(venue(&database, "c").await["lat"].is_number(), "the city stands for it");

    // What was found before is not asked for again, and a quota that is used up ends the asking.
    *maps.exhausted.lock().unwrap() = true;
    let table =
        b"ref,name,address,city\na,A,1 King Street,Toronto\ne,E,5 King Street,Toronto\nf,F,6 King Street,Toronto\n";
    assert!(import(&database, table, Some((&url, KEY))).worked);
    assert_eq!(*maps.asked.lock().unwrap(), ["5 King Street, Toronto"]);
    assert_eq!(venue(&database, "a").await["lat"], 43.647);

    // Without a key what was found stays, and with one what only its city stood for is found.
    assert!(import(&database, table, None).worked);
    assert_eq!(venue(&database, "a").await["lat"], 43.647);
    *maps.exhausted.lock().unwrap() = false;
    assert!(import(&database, table, Some((&url, KEY))).worked);
    assert_eq!(venue(&database, "e").await["lat"], 43.647);
}
