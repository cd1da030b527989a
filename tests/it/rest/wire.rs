//! What supabase-js sends, and PostgREST's answers to it.

use serde_json::{Value, json};

use super::{Answer, Api};
use crate::rls::people::{Person, Place};

const A: Person = Person::OrganizerA;
const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");

/// Three events of A's with known values.
async fn three(api: &Api) {
    for (name, capacity) in [("One", json!(1)), ("Two", json!(2)), ("Three", Value::Null)] {
        let event = json!({"name": name, "capacity": capacity, "amenities": ["wifi"], "metadata": {"city": "T", "a": {"b": [1]}}});
        let made = api.write(A, "POST", "/rest/v1/events", "", &event.to_string()).await;
        assert_eq!((made.status, made.body.as_str(), made.header("content-range")), (201, "", "*/*"));
    }
}

async fn rows(api: &Api, query: &str) -> Value {
    let answer = api.get(A, &format!("/rest/v1/events?metadata->>city=eq.T&{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    answer.json()
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn filters_and_order() {
    let api = Api::start().await;
    three(&api).await;
    for (query, expected) in [
        ("capacity=gte.1&capacity=lt.2", vec!["One"]),
        ("name=in.(One,\"Two\")&order=name.desc", vec!["Two", "One"]),
        ("name=ilike.*o*&order=name", vec!["One", "Two"]),
        ("name=like.T%25&order=name", vec!["Three", "Two"]),
        ("capacity=is.null", vec!["Three"]),
        ("capacity=not.is.null&order=capacity.desc", vec!["Two", "One"]),
        ("order=capacity", vec!["One", "Two", "Three"]),
        ("order=capacity.desc", vec!["Three", "Two", "One"]),
        ("order=capacity.desc.nullslast,name", vec!["Two", "One", "Three"]),
        ("order=capacity.asc.nullsfirst&limit=1", vec!["Three"]),
        ("order=capacity&offset=1&limit=1", vec!["Two"]),
        ("or=(capacity.gt.1,name.eq.One)&order=capacity", vec!["One", "Two"]),
        ("not.or=(capacity.gt.1,name.eq.One)", vec![]),
        ("or=(and(capacity.eq.1,name.like.O*),name.in.(Three))&order=name", vec!["One", "Three"]),
        ("amenities=cs.{wifi}&order=name&limit=1", vec!["One"]),
        ("metadata->a->b->0=eq.1&order=name&limit=1", vec!["One"]),
        ("name=neq.One&name=neq.Two", vec!["Three"]),
        ("name=in.()", vec![]),
        ("name=eq.x'); drop table events;--", vec![]),
    ] {
        assert_eq!(names(&rows(&api, query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn columns_and_neighbours() {
    let api = Api::start().await;
    three(&api).await;
    let select = "select=n:name,city:metadata->>city,metadata->a,capacity::text&name=eq.One";
    assert_eq!(rows(&api, select).await, json!([{"n": "One", "city": "T", "a": {"b": [1]}, "capacity": "1"}]));
    assert_eq!(
        rows(&api, "select=s:name,j:capacity&name=eq.One").await,
        json!([{"s": "One", "j": 1}]),
        "any name may be another's"
    );
    let place = Place::public(A);
    let of = |select: &str| format!("/rest/v1/events?id=eq.{}&select={select}", place.event);
    let other = api.get(A, &of("tickets(x:status),venues(x:name)")).await;
    assert_eq!(other.json(), json!([{"tickets": [{"x": "valid"}], "venues": {"x": "Hall"}}]));
    let tickets = api.get(A, &of("name,tickets(attendee_name,status),venues(name),v:venue_id(id)")).await;
    assert_eq!(
        tickets.json(),
        json!([{"name": "Summit", "tickets": [{"attendee_name": "x", "status": "valid"}], "venues": {"name": "Hall"}, "v": {"id": place.venue}}])
    );
    let none = api.get(A, &of("name,tickets(*)&tickets.status=eq.used")).await;
    assert_eq!(none.json(), json!([{"name": "Summit", "tickets": []}]));
    let inner = api.get(A, &of("name,tickets!inner(*)&tickets.status=eq.used")).await;
    assert_eq!(inner.json(), json!([]));
    let others = api.get(Person::OrganizerB, &of("name,tickets(*)")).await;
    assert_eq!(others.json(), json!([{"name": "Summit", "tickets": []}]), "policies hold for neighbours too");
}

#[tokio::test]
async fn one_row_or_none() {
    let api = Api::start().await;
    three(&api).await;
    let ask = |query: &'static str| {
        let api = &api;
        async move { api.ask(A, "GET", &format!("/rest/v1/events?select=name&{query}"), &[OBJECT], "").await }
    };
    let one = ask("name=eq.One").await;
    assert_eq!((one.status, one.body.as_str()), (200, "{\"name\":\"One\"}"));
    assert_eq!(one.header("content-type"), "application/vnd.pgrst.object+json; charset=utf-8");
    for (query, count) in [("name=eq.None", 0), ("name=in.(One,Two)", 2)] {
        let answer = ask(query).await;
        assert_eq!((answer.status, answer.code().as_str()), (406, "PGRST116"));
        assert_eq!(answer.json()["details"], format!("The result contains {count} rows"));
    }
}

#[tokio::test]
async fn counts_and_ranges() {
    let api = Api::start().await;
    three(&api).await;
    let path = |query: &str| format!("/rest/v1/events?select=name&metadata->>city=eq.T&{query}");
    let ask =
        async |query: &str, headers: &[(&str, &str)]| -> Answer { api.ask(A, "GET", &path(query), headers, "").await };
    let count = [("prefer", "count=exact")];
    for (query, headers, status, range) in [
        ("", &[][..], 200, "0-2/*"),
        ("", &count[..], 200, "0-2/3"),
        ("limit=2", &count, 206, "0-1/3"),
        ("offset=1", &count, 206, "1-2/3"),
        ("limit=0", &count, 206, "*/3"),
        ("name=eq.None", &[], 200, "*/*"),
        ("", &[("range", "1-1")], 200, "1-1/*"),
    ] {
        let answer = ask(query, headers).await;
        assert_eq!((answer.status, answer.header("content-range")), (status, range), "{query}");
    }
    let counted = ask("", &count).await;
    assert_eq!(counted.header("preference-applied"), "count=exact");
    let past = ask("offset=9", &count).await;
    assert_eq!((past.status, past.code().as_str()), (416, "PGRST103"));
    let head = api.ask(A, "HEAD", &path(""), &count, "").await;
    assert_eq!((head.status, head.header("content-range"), head.body.as_str()), (200, "0-2/3", ""));
}

#[tokio::test]
async fn writes_give_back_what_was_asked_for() {
    let api = Api::start().await;
    let path = "/rest/v1/events?select=name,slug,capacity";
    let rows = r#"[{"name":"A","capacity":1},{"name":"B","capacity":null}]"#;
    let many = api.write(A, "POST", path, "return=representation", rows).await;
    assert_eq!((many.status, many.header("preference-applied")), (201, "return=representation"));
    assert_eq!(
        many.json(),
        json!([{"name": "A", "slug": "a", "capacity": 1}, {"name": "B", "slug": "b", "capacity": null}])
    );
    let change = |query: &'static str, prefer: &'static str| {
        let api = &api;
        async move {
            api.write(A, "PATCH", &format!("/rest/v1/events?select=slug&{query}"), prefer, r#"{"capacity":9}"#).await
        }
    };
    let silent = change("slug=eq.a", "").await;
    assert_eq!((silent.status, silent.body.as_str(), silent.header("content-range")), (204, "", "0-0/*"));
    assert_eq!(change("slug=eq.a", "return=representation").await.json(), json!([{"slug": "a"}]));
    let none = change("slug=eq.none", "return=representation").await;
    assert_eq!((none.status, none.body.as_str()), (200, "[]"));
    let stale =
        api.write(A, "PATCH", "/rest/v1/events?slug=eq.a", "", r#"{"updated_at":"2020-01-01T00:00:00Z"}"#).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "PT409"));
    let everything = api.write(A, "PATCH", "/rest/v1/events", "", r#"{"capacity":9}"#).await;
    assert_eq!((everything.status, everything.code().as_str()), (400, "21000"));
    let headers = api.write(A, "POST", "/rest/v1/events", "return=headers-only", r#"{"name":"C"}"#).await;
    assert!(headers.header("location").starts_with("/rest/v1/events?id=eq."), "{:?}", headers.headers);
}

#[tokio::test]
async fn one_object_wanted_and_several_there_changes_nothing() {
    let api = Api::start().await;
    three(&api).await;
    let headers = [OBJECT, ("content-profile", "public"), ("content-type", "application/json")];
    let path = "/rest/v1/events?metadata->>city=eq.T";
    let refused = api.ask(A, "PATCH", path, &headers, r#"{"capacity":99}"#).await;
    assert_eq!((refused.status, refused.code().as_str()), (406, "PGRST116"));
    assert_eq!(rows(&api, "capacity=eq.99").await, json!([]));
    let one = api.ask(A, "PATCH", &format!("{path}&name=eq.One"), &headers, r#"{"capacity":99}"#).await;
    assert_eq!((one.status, one.body.as_str()), (204, ""), "update().eq().single() without select (ruling C-31)");
}

#[tokio::test]
async fn refusals_have_their_codes() {
    let api = Api::start().await;
    for (person, path, status, code) in [
        (A, "/rest/v1/events?id=eq.undefined", 400, "22P02"),
        (A, "/rest/v1/events?date_time=gte.soon", 400, "22007"),
        (A, "/rest/v1/events?capacity=eq.99999999999", 400, "22003"),
        (A, "/rest/v1/events?name=foo.1", 400, "PGRST100"),
        (A, "/rest/v1/events?select=name,,", 400, "PGRST100"),
        (A, "/rest/v1/events?nosuch=eq.1", 400, "42703"),
        (A, "/rest/v1/events?select=nosuch", 400, "42703"),
        (A, "/rest/v1/events?select=nosuch(*)", 400, "PGRST200"),
        (A, "/rest/v1/events?tickets.status=eq.x", 400, "PGRST108"),
        (A, "/rest/v1/events?limit=-1", 416, "PGRST103"),
        (A, "/rest/v1/events?name=fts.x", 501, "NOT_BUILT"),
        (A, "/rest/v1/events?name=eq.%00", 400, "PGRST100"),
        (A, "/rest/v1/nosuch", 404, "PGRST205"),
        (A, "/rest/v1/payment_setup_queue", 404, "PGRST205"),
        (A, "/rest/v1/events/1", 404, "PGRST125"),
        (A, "/rest/v1/", 501, "NOT_BUILT"),
        (Person::Anon, "/rest/v1/tickets", 401, "42501"),
        (Person::Anon, "/rest/v1/profiles", 401, "42501"),
    ] {
        let answer = api.get(person, path).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path} {}", answer.body);
        assert!(answer.json().get("message").is_some());
    }
    let other = api.ask(A, "GET", "/rest/v1/events", &[("accept-profile", "auth")], "").await;
    assert_eq!((other.status, other.code().as_str()), (406, "PGRST106"));
    let picture = api.ask(A, "GET", "/rest/v1/events", &[("accept", "image/png")], "").await;
    assert_eq!((picture.status, picture.code().as_str()), (406, "PGRST107"));
    for (body, status, code) in [
        ("", 400, "PGRST102"),
        ("{", 400, "PGRST102"),
        ("[{\"name\":\"a\"},{\"slug\":\"b\"}]", 400, "PGRST102"),
        ("{\"nosuch\":1}", 400, "PGRST204"),
        ("{\"capacity\":\"x\"}", 400, "22P02"),
        ("{\"name\":\"a\\u0000b\"}", 400, "22P05"),
        ("{\"status\":\"published\",\"name\":\"x\"}", 403, "42501"),
        ("{\"slug\":\"NO\"}", 400, "23514"),
        ("{\"revision\":5}", 403, "42501"),
    ] {
        let answer = api.write(A, "POST", "/rest/v1/events", "", body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body} {}", answer.body);
    }
    let text = api
        .ask(A, "POST", "/rest/v1/events", &[("prefer", "return=minimal"), ("content-type", "text/plain")], "{}")
        .await;
    assert_eq!((text.status, text.code().as_str()), (400, "PGRST102"));
    let sessions = api.write(A, "PATCH", "/rest/v1/wizard_sessions?stage=eq.1", "", "{\"stage\":6}").await;
    assert_eq!(sessions.status, 405, "a session has one writer");
    let mixed = api
        .write(A, "PATCH", "/rest/v1/wizard_sessions?stage=eq.1", "", "{\"status\":\"abandoned\",\"stage\":6}")
        .await;
    let done = api.write(A, "PATCH", "/rest/v1/wizard_sessions?stage=eq.1", "", "{\"status\":\"completed\"}").await;
    assert_eq!((mixed.status, done.status), (405, 405), "only putting aside and taking up again is its owner's");
    let gone = api.write(A, "DELETE", "/rest/v1/events?name=eq.x", "", "").await;
    assert_eq!((gone.status, gone.code().as_str()), (403, "42501"));
}

#[tokio::test]
async fn publishing_as_supabase_js_asks() {
    let api = Api::start().await;
    let path = "/rest/v1/rpc/publish_event";
    let call = |id: uuid::Uuid| json!({ "event_id": id }).to_string();
    let draft = api.write(A, "POST", path, "", &call(Place::draft(A).event)).await;
    assert_eq!((draft.status, draft.code().as_str()), (400, "PT400"));
    assert!(draft.json()["details"].as_str().unwrap().contains("capacity"));
    let foreign = api.write(A, "POST", path, "", &call(Place::draft(Person::OrganizerB).event)).await;
    assert_eq!((foreign.status, foreign.code().as_str()), (404, "PT404"));
    let guest = api.write(Person::Guest, "POST", path, "", &call(Place::draft(Person::Guest).event)).await;
    assert_eq!((guest.status, guest.code().as_str()), (403, "PT403"));
    let nobody = api.write(Person::Anon, "POST", path, "", &call(Place::draft(A).event)).await;
    assert_eq!((nobody.status, nobody.code().as_str()), (401, "42501"));
    assert_eq!(api.write(A, "POST", path, "", "{}").await.code(), "PGRST202");
    assert_eq!(api.write(A, "POST", "/rest/v1/rpc/free_slug", "", "{}").await.code(), "PGRST202");
    assert_eq!(api.write(A, "PATCH", path, "", "{}").await.code(), "PGRST101");
}

#[tokio::test]
async fn only_what_is_public_may_be_kept() {
    let api = Api::start().await;
    let kept = "public, max-age=300, s-maxage=3600";
    for (person, path, expected) in [
        (Person::Anon, "/rest/v1/venues?select=name", kept),
        (A, "/rest/v1/venues?select=name", "no-store"),
        (Person::Anon, "/rest/v1/events?select=name", "no-store"),
        (Person::Anon, "/rest/v1/venues?nosuch=eq.1", "no-store"),
    ] {
        let answer = api.get(person, path).await;
        assert_eq!(answer.header("cache-control"), expected, "{person:?} {path}");
    }
    assert!(api.get(Person::Anon, "/rest/v1/venues").await.header("vary").contains("authorization"));
}
