//! What each person may do with each table over HTTP, held against the same matrix as the policies themselves.

use std::collections::BTreeMap;

use eventos::store::rest::catalogue;
use serde_json::json;
use uuid::Uuid;

use super::Api;
use crate::rls::people::{Person, Place};
use crate::rls::tables::{TABLES, Table};
use crate::rls::{cell, written};

fn exposed() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| catalogue::table(table.name).is_some())
}

/// Tries a method on the rows of every place.
async fn measure(api: &Api, table: &Table, method: &str, person: Person) -> String {
    let mut kinds: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for place in Place::all().iter().filter(|place| table.holds(place)) {
        let path = format!("/rest/v1/{}?{}", table.name, table.filter(place));
        let answer = match method {
            "GET" => api.get(person, &path).await,
            "PATCH" => api.write(person, method, &path, "return=minimal", &table.patch()).await,
            _ => api.write(person, method, &path, "return=minimal,count=exact", "").await,
        };
        let refused = [401, 403, 405].contains(&answer.status);
        assert!(refused || [200, 204].contains(&answer.status), "{person:?} {method} {path}: {}", answer.body);
        let range = answer.header("content-range");
        let reached =
            !refused && range.starts_with(|c: char| c.is_ascii_digit()) || method == "DELETE" && range == "*/1";
        kinds.entry(place.seen_by(person)).or_default().push(reached);
    }
    cell(&kinds)
}

#[tokio::test]
async fn each_verb_reaches_what_the_matrix_says() {
    let api = Api::start().await;
    let mut wrong = Vec::new();
    for table in exposed() {
        for (method, verb) in [("GET", "select"), ("PATCH", "update"), ("DELETE", "delete")] {
            let is_view = table.name == "event_stats" && method != "GET";
            for person in
                Person::ALL.into_iter().filter(|person| !(is_view || *person == Person::Service && method == "DELETE"))
            {
                let closed = table.name == "wizard_sessions" && method != "GET";
                let expected = if closed { "-".to_owned() } else { written(table.name, verb, person) };
                let found = measure(&api, table, method, person).await;
                if found != expected {
                    wrong.push(format!("{method} {} as {}: {found}, not {expected}", table.name, person.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn rows_are_added_where_the_matrix_says() {
    let api = Api::start().await;
    let mut wrong = Vec::new();
    for person in Person::ALL {
        for (table, body) in [
            ("events", json!({"name": "New"})),
            ("venues", json!({"name": "New"})),
            ("ticket_tiers", json!({"name": "New", "event_id": Place::draft(person).event})),
            ("profiles", json!({"id": Uuid::from_u128(5)})),
            (
                "orders",
                json!({"event_id": Place::draft(person).event, "buyer_email": "x@example.org", "currency": "CAD"}),
            ),
            ("tickets", json!({"event_id": Place::draft(person).event})),
            ("ai_conversations", json!({"session_id": Place::draft(person).session, "role": "user", "content": "x"})),
        ] {
            if person == Person::Service {
                continue;
            }
            let answer = api.write(person, "POST", &format!("/rest/v1/{table}"), "", &body.to_string()).await;
            let expected = match (written(table, "insert", person).as_str(), person) {
                ("-", Person::Anon) => 401,
                ("-", _) => 403,
                _ => 201,
            };
            if answer.status != expected {
                wrong.push(format!("{table} as {}: {} {}, not {expected}", person.name(), answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_foreign_id_answers_byte_for_byte_as_an_absent_one() {
    let api = Api::start().await;
    let foreign = Place::draft(Person::OrganizerB);
    for person in [Person::Anon, Person::Guest, Person::Attendee, Person::OrganizerA] {
        for (table, column, id) in [
            ("events", "id", foreign.event),
            ("wizard_sessions", "id", foreign.session),
            ("ai_conversations", "session_id", foreign.session),
            ("tickets", "event_id", foreign.event),
            ("ticket_tiers", "event_id", foreign.event),
            ("orders", "event_id", foreign.event),
            ("venues", "id", foreign.venue),
            ("profiles", "id", Person::OrganizerB.id()),
            ("event_stats", "event_id", foreign.event),
        ] {
            for method in ["GET", "PATCH", "DELETE"] {
                for form in ["application/json", "application/vnd.pgrst.object+json"] {
                    let headers = [("x-request-id", "same"), ("accept", form), ("content-profile", "public")];
                    let ask = async |id: Uuid| {
                        let path = format!("/rest/v1/{table}?{column}=eq.{id}");
                        let body = if table == "tickets" { r#"{"status":"used"}"# } else { "{}" };
                        api.ask(person, method, &path, &headers, if method == "PATCH" { body } else { "" }).await
                    };
                    let (theirs, none) = (ask(id).await, ask(Uuid::from_u128(99)).await);
                    assert_eq!(
                        (theirs.status, &theirs.headers, &theirs.body),
                        (none.status, &none.headers, &none.body),
                        "{person:?} {method} {table}"
                    );
                    assert!(!theirs.body.contains(&id.to_string()));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_visitor_does_not_read_where_an_online_event_is_joined() {
    let api = Api::start().await;
    let path = |query: &str| format!("/rest/v1/events?id=eq.{}&{query}", Place::public(Person::OrganizerA).event);
    let all = api.get(Person::Anon, &path("select=*")).await;
    assert_eq!(all.status, 200, "{}", all.body);
    assert!(all.json()[0].get("name").is_some() && all.json()[0].get("online_url").is_none());
    for query in ["select=online_url", "online_url=like.*", "order=online_url"] {
        let named = api.get(Person::Anon, &path(query)).await;
        assert_eq!((named.status, named.code().as_str()), (401, "42501"), "{query}");
    }
    let member = api.get(Person::OrganizerB, &path("select=*")).await;
    assert!(member.json()[0].get("online_url").is_some());
}
