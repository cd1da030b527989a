//! The requests that both are asked, in this order.

use crate::rls::people::{Person, Place};

const A: Person = Person::OrganizerA;
const JSON: (&str, &str) = ("content-type", "application/json");
const BACK: (&str, &str) = ("prefer", "return=representation");
const COUNT: (&str, &str) = ("prefer", "count=exact");
const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");
const PROFILE: (&str, &str) = ("content-profile", "public");

/// One request.
pub(super) struct Request {
    pub(super) person: Person,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: String,
    /// Why we answer otherwise, where we do.
    pub(super) differs: Option<&'static str>,
}

fn ask(
    person: Person,
    method: &'static str,
    path: &str,
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> Request {
    let (headers, body) = (headers.to_vec(), body.to_owned());
    Request { person, method, path: path.to_owned(), headers, body, differs: None }
}

/// All of them.
pub(super) fn requests() -> Vec<Request> {
    let mut all = Vec::new();
    all.extend(READS.iter().map(|path| ask(A, "GET", path, &[], "")));
    all.extend(
        READS
            .iter()
            .filter(|path| path.starts_with("/events?select=name"))
            .flat_map(|path| [ask(A, "GET", path, &[COUNT], ""), ask(A, "GET", path, &[OBJECT], "")]),
    );
    for person in [Person::Anon, Person::Guest, Person::Attendee, Person::OrganizerB, Person::Service] {
        all.extend(TABLES.iter().map(|path| ask(person, "GET", path, &[], "")));
    }
    all.extend(HEADERS.iter().map(|(path, headers)| ask(A, "GET", path, headers, "")));
    all.extend(WRITES.iter().map(|(method, path, headers, body)| ask(A, method, path, headers, body)));
    all.extend(foreign());
    all.extend(DIFFERENCES.iter().map(|(person, method, path, headers, body, why)| Request {
        differs: Some(why),
        ..ask(*person, method, path, headers, body)
    }));
    all
}

/// Rows that A reads back.
pub(super) const SEED: &str = r#"[{"name":"One","capacity":1,"amenities":["wifi","bar"],"metadata":{"city":"T","a":{"b":[1,2]}},"date_time":"2027-01-01T10:00:00Z"},
{"name":"Two","capacity":2,"amenities":[],"metadata":{"city":"T"},"date_time":null},
{"name":"Three, \"3\"","capacity":null,"amenities":["wifi"],"metadata":{"city":"T","a":null},"date_time":"2027-02-01T10:00:00.5+02:00"}]"#;

const READS: &[&str] = &[
    "/events?select=name&metadata->>city=eq.T&order=name",
    "/events?select=name&metadata->>city=eq.T&order=name.desc",
    "/events?select=name,capacity&metadata->>city=eq.T&order=capacity",
    "/events?select=name,capacity&metadata->>city=eq.T&order=capacity.desc",
    "/events?select=name,capacity&metadata->>city=eq.T&order=capacity.desc.nullslast,name.asc",
    "/events?select=name,capacity&metadata->>city=eq.T&order=capacity.asc.nullsfirst",
    "/events?select=name,capacity&metadata->>city=eq.T&order=capacity.nullsfirst&limit=1",
    "/events?select=name&name=eq.One",
    "/events?select=name&name=eq.\"One\"",
    "/events?select=name&name=neq.One&metadata->>city=eq.T&order=name",
    "/events?select=name&capacity=gt.1",
    "/events?select=name&capacity=gte.1&capacity=lt.3&order=name",
    "/events?select=name&capacity=lte.1",
    "/events?select=name&metadata->>city=eq.T&capacity=isdistinct.1&order=name",
    "/events?select=name&name=like.*o&order=name",
    "/events?select=name&name=like.T%25&order=name",
    "/events?select=name&name=ilike.o*&order=name",
    "/events?select=name&name=match.^O&order=name",
    "/events?select=name&name=imatch.^o&order=name",
    "/events?select=name&name=not.like.*e&metadata->>city=eq.T&order=name",
    "/events?select=name&name=in.(One,Two)&order=name",
    "/events?select=name&name=in.(\"One\",\"Three, \\\"3\\\"\")&order=name",
    "/events?select=name&name=not.in.(One)&metadata->>city=eq.T&order=name",
    "/events?select=name&name=in.()",
    "/events?select=name&capacity=in.(1,2)&order=name",
    "/events?select=name&capacity=in.(1,x)",
    "/events?select=name&capacity=is.null&metadata->>city=eq.T",
    "/events?select=name&capacity=not.is.null&metadata->>city=eq.T&order=name",
    "/events?select=name&starts_date_only=is.false&metadata->>city=eq.T&order=name",
    "/events?select=name&starts_date_only=is.TRUE&metadata->>city=eq.T",
    "/events?select=name&amenities=cs.{wifi}&order=name",
    "/events?select=name&amenities=cd.{wifi,bar,pool}&metadata->>city=eq.T&order=name",
    "/events?select=name&amenities=ov.{bar,pool}",
    "/events?select=name&metadata=cs.{\"city\":\"T\"}&order=name",
    "/events?select=name&metadata->a->b->0=eq.1",
    "/events?select=name&metadata->a->b->>1=eq.2",
    "/events?select=name&metadata->a=is.null&metadata->>city=eq.T&order=name",
    "/events?select=name&or=(capacity.eq.1,capacity.eq.2)&order=name",
    "/events?select=name&or=(name.in.(One,Two),capacity.gt.100)&order=name",
    "/events?select=name&and=(capacity.gt.0,or(name.eq.One,name.eq.Two))&order=name",
    "/events?select=name&not.or=(capacity.eq.1,capacity.is.null)&metadata->>city=eq.T&order=name",
    "/events?select=name&or=(not.and(capacity.eq.1,name.eq.One),capacity.eq.1)&metadata->>city=eq.T&order=name",
    "/events?select=name&or=(name.eq.\"Three, \\\"3\\\"\",amenities.cs.{bar,wifi})&order=name",
    "/events?select=name&metadata->>city=eq.T&order=name&limit=2",
    "/events?select=name&metadata->>city=eq.T&order=name&limit=2&offset=1",
    "/events?select=name&metadata->>city=eq.T&order=name&offset=2",
    "/events?select=name&metadata->>city=eq.T&limit=0",
    "/events?select=name&metadata->>city=eq.T&order=name&limit=x",
    "/events?select=name&metadata->>city=eq.T&order=name&offset=-1",
    "/events?select=name&metadata->>city=eq.T&order=metadata->a->b,name",
    "/events?select=n:name,city:metadata->>city,metadata->a,metadata->a->b,metadata->a->b->0&name=eq.One",
    "/events?select=capacity::text,date_time::date,amenities::text&name=eq.One",
    "/events?select=date_time,starts_local,ends_local,duration,timezone,tax_rate,metadata&metadata->>city=eq.T&order=name",
    "/events?select=%22name%22,\"capacity\"&name=eq.One",
    "/events?select=name,name&name=eq.One",
    "/events?select=&limit=0",
    "/events?limit=0",
    "/events?select=name,tickets(attendee_name,status)&name=eq.Summit&order=id",
    "/events?select=name,t:tickets(attendee_name)&name=eq.Summit&order=id",
    "/events?select=name,venues(name,capacity)&name=in.(Summit,One)&order=id&limit=3",
    "/events?select=name,venue:venue_id(name)&name=eq.Summit&order=id&limit=2",
    "/events?select=name,venues!events_venue_id_fkey(name)&name=eq.Summit&order=id&limit=2",
    "/events?select=name,venues!inner(name)&order=id&limit=2",
    "/events?select=name,tickets!inner(status)&tickets.status=eq.used",
    "/events?select=name,tickets(status)&tickets.status=eq.used&name=eq.Summit&order=id&limit=1",
    "/events?select=name,ticket_tiers(name,price_cents)&ticket_tiers.order=name.desc&ticket_tiers.limit=1&name=eq.Summit&order=id",
    "/events?select=name,tickets()&name=eq.Summit&order=id&limit=1",
    "/events?select=id,wizard_sessions(id,ai_conversations(role,content))&name=eq.Summit&order=id",
    "/wizard_sessions?select=stage,events(name,venues(name))",
    "/venues?select=name,events(name)&name=eq.Hall&order=id&limit=2",
    "/tickets?select=status,events(name)&limit=1&order=event_id",
    "/profiles?select=full_name,events(name)&events.limit=1&events.order=id",
    // refusals
    "/events?id=eq.undefined",
    "/events?capacity=eq.99999999999",
    "/events?date_time=gte.soon",
    "/events?date_time=gte.2027-01-15&select=name&order=name",
    "/events?nosuch=eq.1",
    "/events?select=nosuch",
    "/events?order=nosuch",
    "/events?select=nosuch(*)",
    "/events?select=name,orders(nosuch_table(*))",
    "/events?select=name&tickets.status=eq.used",
    "/events?name=foo.1",
    "/events?name=eq",
    "/events?name=",
    "/events?capacity=is.5",
    "/events?name=in.One",
    "/events?name=in.(One",
    "/events?order=name.up",
    "/events?select=name,,",
    "/events?select=name(",
    "/events?or=(capacity.eq.1",
    "/events?limit=-1",
    "/events/1",
    "/nosuch",
    "/nosuch?select=name",
    "/rpc/nosuch",
];

/// Asked by everybody.
const TABLES: &[&str] = &[
    "/events?select=id,name,status&order=id",
    "/venues?select=name,owner_id&order=id",
    "/profiles?select=id,full_name&order=id",
    "/wizard_sessions?select=id,stage&order=id",
    "/ai_conversations?select=role,content",
    "/tickets?select=event_id,status&order=event_id",
    "/orders?select=event_id,status&order=event_id",
    "/ticket_tiers?select=event_id,name&order=event_id",
    "/event_stats?select=event_id,ticket_count&order=event_id",
];

type Headers = &'static [(&'static str, &'static str)];

const HEADERS: &[(&str, Headers)] = &[
    ("/events?select=name&name=eq.One", &[("accept", "application/json")]),
    ("/events?select=name&name=eq.One", &[("accept", "text/html, */*")]),
    ("/events?select=name&name=eq.One", &[("accept", "image/png")]),
    ("/events?select=name&name=eq.One", &[("accept-profile", "public")]),
    ("/events?select=name&name=eq.One", &[("accept-profile", "auth")]),
    ("/events?select=name&name=eq.One", &[("prefer", "handling=strict, foo=bar")]),
    ("/events?select=name&name=eq.One", &[("prefer", "foo=bar")]),
    ("/events?select=name&metadata->>city=eq.T&order=name", &[("range", "0-1")]),
    ("/events?select=name&metadata->>city=eq.T&order=name", &[("range", "1-")]),
    ("/events?select=name&metadata->>city=eq.T&order=name", &[("range", "5-1")]),
    ("/events?select=name&metadata->>city=eq.T&order=name&offset=9", &[COUNT]),
    ("/events?select=name&metadata->>city=eq.T&order=name&offset=9", &[]),
];

const WRITES: &[(&str, &str, Headers, &str)] = &[
    ("POST", "/events", &[JSON, PROFILE], r#"{"name":"New"}"#),
    ("POST", "/events?select=name,capacity", &[JSON, BACK], r#"{"name":"New","capacity":5}"#),
    ("POST", "/events?select=name,capacity", &[JSON, BACK, OBJECT], r#"{"name":"New","capacity":5}"#),
    (
        "POST",
        "/events?select=name",
        &[JSON, ("prefer", "return=representation,count=exact")],
        r#"[{"name":"New"},{"name":"New"}]"#,
    ),
    ("POST", "/events", &[JSON, ("prefer", "return=minimal")], r#"{"name":"New"}"#),
    (
        "POST",
        "/events?columns=name&select=name,capacity",
        &[JSON, BACK],
        r#"[{"name":"New","capacity":1},{"name":"New"}]"#,
    ),
    ("POST", "/events?select=name,venues(name)", &[JSON, BACK], r#"{"name":"New"}"#),
    ("POST", "/events?select=name", &[JSON, BACK], "{}"),
    ("POST", "/events", &[JSON, PROFILE], "[]"),
    ("POST", "/events?select=name", &[JSON, BACK], "[]"),
    ("POST", "/events", &[JSON, PROFILE], ""),
    ("POST", "/events", &[JSON, PROFILE], r#"{"name":"#),
    ("POST", "/events", &[JSON, PROFILE], r#"[{"name":"a"},{"slug":"b"}]"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"nosuch":1}"#),
    ("POST", "/events?columns=nosuch", &[JSON, PROFILE], r#"{"nosuch":1}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"capacity":"abc"}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"capacity":0}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"name":"a\u0000b"}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"slug":"one"}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"name":"x","status":"published"}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"name":"x","organizer_id":"00000000-0000-0000-0000-000000000009"}"#),
    ("POST", "/events", &[JSON, PROFILE], r#"{"venue_id":"00000000-0000-0000-0000-000000000009"}"#),
    ("POST", "/events", &[("content-type", "text/plain"), PROFILE], "{}"),
    ("POST", "/events", &[JSON, ("content-profile", "auth")], "{}"),
    ("POST", "/nosuch", &[JSON, PROFILE], "{}"),
    ("PATCH", "/events?slug=eq.one", &[JSON, PROFILE], r#"{"capacity":1}"#),
    ("PATCH", "/events?slug=eq.one", &[JSON, COUNT], r#"{"capacity":1}"#),
    (
        "PATCH",
        "/events?slug=eq.one&select=slug,capacity,metadata",
        &[JSON, BACK],
        r#"{"capacity":1,"metadata":{"x":1}}"#,
    ),
    ("PATCH", "/events?slug=eq.one&select=slug", &[JSON, BACK, OBJECT], r#"{"capacity":1}"#),
    ("PATCH", "/events?slug=eq.one", &[JSON, OBJECT, PROFILE], r#"{"capacity":1}"#),
    ("PATCH", "/events?slug=eq.none", &[JSON, PROFILE], r#"{"capacity":1}"#),
    ("PATCH", "/events?slug=eq.none", &[JSON, BACK], r#"{"capacity":1}"#),
    ("PATCH", "/events?slug=eq.none", &[JSON, OBJECT, PROFILE], r#"{"capacity":1}"#),
    ("PATCH", "/events?name=eq.New", &[JSON, OBJECT, PROFILE], r#"{"status":"published"}"#),
    ("PATCH", "/events?slug=eq.one", &[JSON, PROFILE], "{}"),
    ("PATCH", "/events?slug=eq.one", &[JSON, BACK], "{}"),
    ("PATCH", "/events?slug=eq.one", &[JSON, PROFILE], r#"{"nosuch":1}"#),
    ("PATCH", "/events?slug=eq.one", &[JSON, PROFILE], r#"{"capacity":"x"}"#),
    ("PATCH", "/events?slug=eq.one", &[JSON, PROFILE], r#"{"status":"published"}"#),
    ("PATCH", "/events?slug=eq.one", &[JSON, PROFILE], r#"{"slug":"two"}"#),
    ("PATCH", "/profiles?full_name=is.null&select=language", &[JSON, BACK], r#"{"language":"fr"}"#),
    ("PATCH", "/profiles?language=eq.fr&select=full_name,language", &[JSON, BACK], r#"{"language":"fr"}"#),
    ("PATCH", "/nosuch?id=eq.1", &[JSON, PROFILE], "{}"),
    ("DELETE", "/events?slug=eq.one", &[PROFILE], ""),
    ("DELETE", "/ticket_tiers?name=eq.none", &[PROFILE], ""),
    ("DELETE", "/ticket_tiers?name=eq.none", &[BACK], ""),
    ("DELETE", "/orders?status=eq.none", &[PROFILE], ""),
    ("FOO", "/events", &[], ""),
    ("POST", "/rpc/publish_event", &[JSON, PROFILE], r#"{"event_id":"00000000-0000-0000-0000-000000000009"}"#),
    ("POST", "/rpc/publish_event", &[JSON, PROFILE], r#"{"event_id":"x"}"#),
    ("POST", "/rpc/publish_event", &[JSON, PROFILE], r#"{"foo":"x"}"#),
    ("POST", "/rpc/publish_event", &[JSON, PROFILE], "{}"),
    ("POST", "/rpc/publish_event", &[JSON, PROFILE], "{"),
    ("POST", "/rpc/nosuch", &[JSON, PROFILE], "{}"),
    ("PATCH", "/rpc/publish_event", &[JSON, PROFILE], "{}"),
    ("GET", "/rpc/publish_event?event_id=00000000-0000-0000-0000-000000000009", &[], ""),
];

/// Rows of others, by their ids.
fn foreign() -> Vec<Request> {
    let (mine, theirs) = (Place::draft(A), Place::draft(Person::OrganizerB));
    let publish = |person: Person, event| {
        ask(person, "POST", "/rpc/publish_event", &[JSON, PROFILE], &format!("{{\"event_id\":\"{event}\"}}"))
    };
    let patch = |person: Person, event| {
        ask(person, "PATCH", &format!("/events?id=eq.{event}&select=id"), &[JSON, BACK], "{\"capacity\":1}")
    };
    let mut all =
        vec![publish(A, mine.event), publish(A, theirs.event), publish(A, Place::public(Person::OrganizerB).event)];
    for person in [Person::Guest, Person::Attendee, Person::Anon, Person::Service] {
        all.extend([publish(person, mine.event), patch(person, mine.event)]);
        if person != Person::Service {
            all.push(ask(person, "POST", "/events", &[JSON, PROFILE], "{\"name\":\"x\"}"));
        }
    }
    all.extend([patch(A, mine.event), patch(A, theirs.event)]);
    all
}

type Difference = (Person, &'static str, &'static str, Headers, &'static str, &'static str);

/// What is answered otherwise on purpose.
const DIFFERENCES: &[Difference] = &[
    (Person::Anon, "GET", "/events?select=*&limit=1&order=id", &[], "", "`*` leaves out what a visitor may not read"),
    (
        A,
        "PATCH",
        "/events",
        &[JSON, PROFILE],
        r#"{"updated_at":"2020-01-01T00:00:00Z"}"#,
        "a change of everything is refused, as on hosted projects",
    ),
    (A, "DELETE", "/ticket_tiers", &[PROFILE], "", "so is a removal of everything"),
    (A, "PATCH", "/wizard_sessions?stage=eq.9", &[JSON, PROFILE], r#"{"stage":2}"#, "a session has one writer"),
    (A, "GET", "/payment_setup_queue", &[], "", "a table that nobody may read is not shown at all"),
    (A, "GET", "/events?select=name&name=eq.One", &[("accept", "text/csv")], "", "no CSV"),
    (A, "GET", "/events?select=name&name=fts.x", &[], "", "no full text search"),
    (A, "GET", "/events?select=name&name=eq(any).{One,Two}", &[], "", "no comparison with any of several values"),
    (A, "GET", "/events?select=name,...venues(city)&limit=1", &[], "", "no spread"),
    (A, "GET", "/events?select=capacity::nosuch", &[], "", "only known types"),
    (A, "POST", "/events?on_conflict=id", &[JSON, ("prefer", "resolution=merge-duplicates")], "[]", "no upsert"),
    (A, "POST", "/events?columns=name", &[JSON, ("prefer", "missing=default")], "[]", "no missing=default"),
    (A, "PUT", "/events?id=eq.00000000-0000-0000-0000-000000000009", &[JSON], "{}", "no PUT"),
    (A, "POST", "/events", &[JSON, PROFILE], "5", "a number is no row"),
    (A, "GET", "/", &[], "", "no OpenAPI page"),
    (A, "GET", "/events?select=)", &[], "", "what is left over is refused, not passed over"),
    (A, "GET", "/events?or=capacity.eq.1", &[], "", "a tree without its parentheses is no column"),
];
