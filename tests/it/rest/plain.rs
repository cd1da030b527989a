//! The specification's own calls: POST and PATCH of an event, publishing.

use eventos::store::rest::catalogue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Api;
use crate::harness::Role;
use crate::rls::people::{Person, Place};

const A: Person = Person::OrganizerA;
const B: Person = Person::OrganizerB;

fn summit() -> Value {
    json!({"name": "Toronto Tech Summit 2025", "type": "conference", "status": "draft", "visibility": "private",
        "organizer_id": A.id(), "venue_id": Place::shared().venue, "capacity": 500, "date_time": "2025-11-15T09:00:00Z", "duration": 480,
        "price_cents": 15000, "description": "Annual technology conference for GTA professionals"})
}

async fn create(api: &Api, person: Person, event: &Value) -> Value {
    let made = api.plain(person, "POST", "/rest/v1/events", event).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()
}

fn row(event: &Value) -> String {
    format!("/rest/v1/events/{}", event["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_event_is_made_with_five_fields_and_a_link_of_its_own() {
    let api = Api::start().await;
    let first = create(&api, A, &summit()).await;
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["created_at", "id", "slug", "status", "updated_at"]);
    assert_eq!((&first["slug"], &first["status"]), (&json!("toronto-tech-summit-2025"), &json!("draft")));
    assert!(first["updated_at"].as_str().unwrap().ends_with("+00:00"));
    let second = create(&api, A, &summit()).await;
    assert_eq!(second["slug"], "toronto-tech-summit-2025-2", "a name may come twice (ruling C-43)");
    let tokyo = create(&api, A, &json!({"name": "東京 Night"})).await;
    assert_eq!(tokyo["slug"], "dong-jing-night");
    let stored = api
        .get(
            A,
            &format!("/rest/v1/events?select=capacity,organizer_id,metadata&id=eq.{}", first["id"].as_str().unwrap()),
        )
        .await;
    assert_eq!(stored.json(), json!([{"capacity": 500, "organizer_id": A.id(), "metadata": {}}]));
}

#[tokio::test]
async fn what_cannot_be_made_says_why() {
    let api = Api::start().await;
    let with = |name: &str, value: Value| {
        let mut event = summit();
        event[name] = value;
        event
    };
    for (person, event, status, code, field) in [
        (A, json!([]), 400, "INVALID_INPUT", None),
        (A, json!({"capacity": 5}), 400, "INVALID_INPUT", Some("name")),
        (A, with("date_time", json!("next Friday")), 400, "INVALID_INPUT", Some("date_time")),
        (A, with("capacity", json!("many")), 400, "INVALID_INPUT", Some("capacity")),
        (A, with("capacity", json!(0)), 400, "INVALID_INPUT", Some("capacity")),
        (A, with("type", json!("party")), 400, "INVALID_INPUT", Some("type")),
        (A, with("timezone", json!("Mars/Base")), 400, "INVALID_INPUT", None),
        (A, with("nosuch", json!(1)), 400, "INVALID_INPUT", Some("nosuch")),
        (A, with("venue_id", json!(Place::draft(B).venue)), 400, "INVALID_INPUT", Some("venue_id")),
        (A, with("venue_id", json!(Uuid::nil())), 400, "INVALID_INPUT", Some("venue_id")),
        (A, with("organizer_id", json!(B.id())), 422, "FORBIDDEN", None),
        (A, with("status", json!("published")), 422, "FORBIDDEN", None),
        (A, with("metadata", json!({"stripe_product_id": "x"})), 422, "FORBIDDEN", None),
        (Person::Attendee, json!({"name": "Mine"}), 422, "FORBIDDEN", None),
        (Person::Anon, summit(), 401, "UNAUTHORIZED", None),
    ] {
        let answer = api.plain(person, "POST", "/rest/v1/events", &event).await;
        assert_eq!((answer.status, answer.code()), (status, code.to_owned()), "{event} {}", answer.body);
        let body = answer.json();
        assert_eq!(body["success"], false);
        if let Some(field) = field {
            assert!(body["error"]["fields"][field].is_string(), "{field}: {body}");
        }
    }
    let guests = api.plain(Person::Guest, "POST", "/rest/v1/events", &json!({"name": "A guest's"})).await;
    assert_eq!(guests.status, 201, "a guest drafts");
}

#[tokio::test]
async fn a_link_that_was_chosen_and_is_taken_is_a_conflict() {
    let api = Api::start().await;
    let event = json!({"name": "One", "slug": "chosen"});
    create(&api, A, &event).await;
    let answer = api.plain(B, "POST", "/rest/v1/events", &event).await;
    assert_eq!((answer.status, answer.code().as_str()), (409, "CONFLICT"));
    assert_eq!(answer.json()["error"]["yours"], json!({"slug": "chosen"}));
}

#[tokio::test]
async fn a_change_answers_with_what_changed() {
    let api = Api::start().await;
    let made = create(&api, A, &summit()).await;
    let change = json!({"capacity": 600, "price_cents": 12500, "updated_at": made["updated_at"]});
    let changed = api.plain(A, "PATCH", &row(&made), &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let body = changed.json();
    assert_eq!((&body["id"], &body["capacity"], &body["price_cents"]), (&made["id"], &json!(600), &json!(12500)));
    assert!(body["updated_at"].as_str() > made["updated_at"].as_str());
    assert_eq!(body.as_object().unwrap().len(), 4);
    let unlocked = api.plain(A, "PATCH", &row(&made), &json!({"capacity": 601})).await;
    assert_eq!(unlocked.status, 200, "without updated_at nothing is checked (ruling C-14)");
    let nothing = api.plain(A, "PATCH", &row(&made), &json!({})).await;
    assert_eq!((nothing.status, &nothing.json()["updated_at"]), (200, &unlocked.json()["updated_at"]));
}

#[tokio::test]
async fn a_stale_change_is_refused_with_both_values() {
    let api = Api::start().await;
    let made = create(&api, A, &summit()).await;
    let first = api.plain(A, "PATCH", &row(&made), &json!({"capacity": 600, "updated_at": made["updated_at"]})).await;
    let stale = json!({"capacity": 700, "updated_at": made["updated_at"]});
    let second = api.plain(A, "PATCH", &row(&made), &stale).await;
    assert_eq!((second.status, second.code().as_str()), (409, "CONFLICT"));
    let error = &second.json()["error"];
    assert_eq!(error["yours"], stale);
    assert_eq!(
        (&error["current"]["capacity"], &error["current"]["updated_at"]),
        (&json!(600), &first.json()["updated_at"])
    );
}

#[tokio::test]
async fn of_many_changes_with_one_lock_one_wins() {
    let api = Api::start().await;
    let made = create(&api, A, &summit()).await;
    let path = row(&made);
    let changes = (1..=12).map(|people| {
        let change = json!({"capacity": people, "updated_at": made["updated_at"]});
        let (api, path) = (&api, &path);
        async move { (people, api.plain(A, "PATCH", path, &change).await) }
    });
    let answers = futures::future::join_all(changes).await;
    let winners: Vec<i32> =
        answers.iter().filter(|(_, answer)| answer.status == 200).map(|(people, _)| *people).collect();
    assert_eq!(winners.len(), 1);
    assert!(answers.iter().all(|(_, answer)| [200, 409].contains(&answer.status)));
    let stored = api.get(A, &format!("/rest/v1/events?select=capacity&id=eq.{}", made["id"].as_str().unwrap())).await;
    assert_eq!(stored.json(), json!([{"capacity": winners[0]}]));
}

#[tokio::test]
async fn a_foreign_event_answers_as_an_absent_one_unless_the_public_sees_it() {
    let api = Api::start().await;
    let change = json!({"capacity": 5});
    let path = |id: &dyn std::fmt::Display| format!("/rest/v1/events/{id}");
    let headers = [("content-type", "application/json"), ("x-request-id", "same")];
    for person in [A, Person::Guest, Person::Attendee] {
        let foreign = api.ask(person, "PATCH", &path(&Place::draft(B).event), &headers, change.to_string()).await;
        let absent = api.ask(person, "PATCH", &path(&Uuid::from_u128(77)), &headers, change.to_string()).await;
        let odd = api.ask(person, "PATCH", &path(&"no-id"), &headers, change.to_string()).await;
        assert_eq!(
            (foreign.status, &foreign.body, &foreign.headers),
            (404, &absent.body, &absent.headers),
            "{person:?}"
        );
        assert_eq!((odd.status, &odd.body), (404, &absent.body));
        let seen = api.plain(person, "PATCH", &path(&Place::public(B).event), &change).await;
        assert_eq!((seen.status, seen.code().as_str()), (403, "FORBIDDEN"));
    }
    let own = api.plain(Person::Attendee, "PATCH", &path(&Place::draft(Person::Attendee).event), &change).await;
    assert_eq!(own.status, 403, "only organizers and guests draft");
    let nobody = api.plain(Person::Anon, "PATCH", &path(&Place::public(B).event), &change).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn what_the_server_writes_is_not_changed() {
    let api = Api::start().await;
    let made = create(&api, A, &summit()).await;
    let change = json!({"status": "published", "revision": 5, "organizer_id": B.id(), "nosuch": 1, "capacity": "x", "name": "a\u{0}b"});
    let answer = api.plain(A, "PATCH", &row(&made), &change).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "INVALID_INPUT"));
    let named = answer.json()["error"]["fields"].as_object().unwrap().len();
    assert_eq!(named, 6, "{}", answer.body);
    let forged = api.plain(A, "PATCH", &row(&made), &json!({"metadata": {"analytics": {"views": 1}}})).await;
    assert_eq!(forged.status, 403);
}

#[tokio::test]
async fn publishing_says_what_is_missing_and_then_where_the_page_is() {
    let api = Api::start().await;
    let made = create(&api, A, &json!({"name": "Paid"})).await;
    let call = json!({"event_id": made["id"]});
    let path = "/rest/v1/rpc/publish_event";
    let incomplete = api.plain(A, "POST", path, &call).await;
    assert_eq!((incomplete.status, incomplete.code().as_str()), (400, "INVALID_INPUT"));
    assert!(incomplete.json()["error"]["fields"]["capacity"].is_string(), "{}", incomplete.body);

    let rest = json!({"type": "meetup", "description": "x", "venue_id": Place::shared().venue, "capacity": 5,
        "date_time": "2027-01-01T10:00:00Z", "duration": 60, "price_cents": 500});
    assert_eq!(api.plain(A, "PATCH", &row(&made), &rest).await.status, 200);
    assert_eq!(api.plain(B, "POST", path, &call).await.status, 404, "another's draft is as absent");
    let published = api.plain(A, "POST", path, &call).await;
    assert_eq!(published.status, 200, "{}", published.body);
    let body = published.json();
    assert_eq!(body["event"]["public_url"], "https://events.test/e/paid");
    assert_eq!(
        (&body["success"], &body["event"]["status"], &body["stripe_product"], &body["payment_setup"]),
        (&json!(true), &json!("published"), &Value::Null, &json!("pending"))
    );
    assert_eq!(api.plain(B, "POST", path, &call).await.status, 403, "seen by everybody, owned by another");
    let again = api.plain(A, "POST", path, &call).await;
    assert_eq!((again.status, &again.json()["error"]["current"]), (409, &json!({"status": "published"})));
    assert_eq!(api.plain(A, "POST", path, &json!({"event_id": "x"})).await.status, 400);
    assert_eq!(api.plain(A, "POST", path, &json!({"event_id": made["id"], "more": 1})).await.status, 400);
    assert_eq!(api.plain(Person::Anon, "POST", path, &call).await.status, 401);

    let mut free = rest.clone();
    free["price_cents"] = json!(0);
    free["name"] = json!("Free");
    let free = create(&api, A, &free).await;
    let published = api.plain(A, "POST", path, &json!({"event_id": free["id"]})).await;
    assert_eq!(published.json()["payment_setup"], Value::Null);
}

#[tokio::test]
async fn the_catalogue_is_the_databases_own() {
    let api = Api::start().await;
    let mut conn = api.database.connect(Role::Bootstrap).await;
    for table in catalogue::TABLES {
        let real: Vec<(String, String)> = sqlx::query_as(
            "select attname::text, format_type(atttypid, null) from pg_attribute
             where attrelid = ('public.' || $1)::regclass and attnum > 0 and not attisdropped order by attnum",
        )
        .bind(table.name)
        .fetch_all(&mut conn)
        .await
        .unwrap();
        let written: Vec<(String, String)> =
            table.columns.iter().map(|column| (column.name.to_owned(), column.kind.to_owned())).collect();
        assert_eq!(written, real, "{}", table.name);
        for link in table.links() {
            let (from, to) = if link.many { (link.table, table.name) } else { (table.name, link.table) };
            let key = if link.many { link.other } else { link.own };
            let found: bool = sqlx::query_scalar(
                "select exists (select from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                 where c.contype = 'f' and c.conname = $1 and c.conrelid = ('public.' || $2)::regclass
                   and c.confrelid = ('public.' || $3)::regclass and a.attname = $4)",
            )
            .bind(link.constraint)
            .bind(from)
            .bind(to)
            .bind(key)
            .fetch_one(&mut conn)
            .await
            .unwrap();
            assert!(found, "{} of {}", link.constraint, table.name);
            let other = catalogue::table(link.table).unwrap();
            assert!(other.links().any(|back| back.constraint == link.constraint && back.many != link.many));
        }
    }
    let asked = catalogue::table("profiles").unwrap();
    assert!(asked.links().any(|link| link.table == "refunds" && link.other == "requested_by"));
}
