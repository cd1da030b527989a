//! Forms at the door: a stage, fields, words and choices in any combination; conflicts, publishing on call, the state they show.

use port::recorder::Recorder;
use port::{Body, Form, Reply};
use serde_json::{Map, Value, json};

use crate::harness::{self, program::Program};

fn form(stage: Option<u8>, fields: Value) -> Form {
    let Value::Object(fields) = fields else { panic!("no object") };
    Form { stage, fields, ..Form::default() }
}

async fn send(ana: &mut Recorder, form: Form) -> Value {
    state(&ana.send(Body::Form(form)).await.unwrap())
}

fn state(replies: &[Reply]) -> Value {
    let found =
        replies.iter().find_map(|reply| if let Reply::State(state) = reply { Some(state.0.clone()) } else { None });
    found.unwrap_or_else(|| panic!("no state in {replies:?}"))
}

fn complete() -> Value {
    json!({"name": "Tea and Type", "type": "meetup", "description": "We drink tea.", "place": "88 Queen St", "city": "Toronto",
        "capacity": 30, "dateTime": "2026-12-01T18:00:00", "duration": 120, "priceCents": 0})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_looked_at_from_its_stage_and_is_never_refused_for_what_it_lacks() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    for stage in 1..=6 {
        let shown = send(&mut ana, form(Some(stage), json!({}))).await;
        assert_eq!((&shown["stage"], &shown["progress"]["currentStage"]), (&json!(stage), &json!(stage)));
        assert_eq!(shown["suggestions"].as_array().unwrap().len(), 3, "stage {stage}: {shown}");
        assert!(shown["nextPrompt"].is_string(), "stage {stage}: {shown}");
        assert_eq!(shown["publish"]["ready"], false);
    }
    let shown = send(&mut ana, form(Some(2), complete())).await;
    assert_eq!((&shown["errors"], &shown["revision"]), (&json!({}), &shown["draft"]["revision"]));
    assert_eq!(
        (&shown["draft"]["dateTime"], &shown["draft"]["slug"]),
        (&json!("2026-12-01T18:00"), &json!("tea-and-type"))
    );
    assert_eq!((&shown["provenance"]["capacity"], &shown["publish"]["ready"]), (&json!("edited"), &json!(true)));
    let id = shown["sessionId"].as_str().unwrap().to_owned();
    let from = port::Sender::Local { email: Some("ana@example.com".to_owned()) };
    let stored = program.door().state(&from, &id).await.unwrap().0;
    assert_eq!(stored, shown, "what a turn shows is what is stored");
    let again = send(&mut ana, form(Some(2), Value::Object(shown["draft"].as_object().unwrap().clone()))).await;
    assert_eq!((&again["draft"], &again["provenance"]), (&shown["draft"], &shown["provenance"]));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_that_is_typed_in_tells_its_country_and_its_clock() {
    let database = harness::database().await;
    let program = Program::start_nowhere(&database).await;
    let entered = async |email: &str, more: Value| {
        let Value::Object(mut fields) = complete() else { panic!("no object") };
        let Value::Object(more) = more else { panic!("no object") };
        fields.extend(more);
        let shown = send(&mut program.organizer(email), form(Some(3), Value::Object(fields))).await;
        let told = |name: &str| (shown["draft"][name].clone(), shown["provenance"][name].clone());
        assert_eq!(shown["draft"]["dateTime"], "2026-12-01T18:00", "no hour moves: {shown}");
        [told("timezone"), told("country")]
    };
    let inferred = |value: &str| (json!(value), json!("inferred"));
    let known = entered("ana@example.com", json!({})).await;
    assert_eq!(known, [inferred("America/Toronto"), inferred("CA")]);
    let said = entered("boris@example.com", json!({"timezone": "Asia/Tokyo"})).await;
    assert_eq!(said, [(json!("Asia/Tokyo"), json!("edited")), inferred("CA")], "what somebody told stays");
    let unknown = entered("clara@example.com", json!({"city": "the hall behind Toronto"})).await;
    let inferred = unknown.iter().any(|(_, source)| *source == "inferred");
    assert!(!inferred, "more words than a city's name tell neither clock nor country: {unknown:?}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_fields_and_a_choice_go_together() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let shown = send(&mut ana, form(Some(1), json!({"name": "Knots"}))).await;
    let (first, label) =
        (shown["suggestions"][0].clone(), shown["suggestions"][0]["label"].as_str().unwrap().to_owned());
    let words = Form {
        text: Some("it is for 45 people".to_owned()),
        ..form(Some(1), json!({"colour": "red", "capacity": "x"}))
    };
    let shown = send(&mut ana, words).await;
    assert_eq!(shown["draft"]["capacity"], 45);
    let named: Vec<&String> = shown["errors"].as_object().unwrap().keys().collect();
    assert_eq!(named, ["capacity", "colour"]);
    let picked = send(&mut ana, Form { pick: Some(first["id"].as_str().unwrap().to_owned()), ..Form::default() }).await;
    assert!(
        picked["draft"].to_string().contains(&first["data"][first["type"].as_str().unwrap()].to_string()),
        "{label}: {picked}"
    );
    let shown = send(&mut ana, form(Some(5), json!({}))).await;
    let second = &shown["suggestions"][1];
    let picked = send(&mut ana, Form { text: Some("2".to_owned()), stage: Some(5), ..Form::default() }).await;
    assert_eq!(picked["draft"]["refundPolicy"], second["data"]["refundPolicy"], "{picked}");
    let lost = send(&mut ana, Form { pick: Some("9".to_owned()), ..Form::default() }).await;
    assert!(lost["errors"]["suggestionId"].is_string(), "{lost}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_somebody_else_changed_is_refused_with_both_values() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let first = send(&mut ana, form(Some(1), complete())).await;
    let shown = first["revision"].as_i64();
    send(&mut ana, Form { revision: shown, ..form(None, json!({"capacity": 60})) }).await;
    let late = send(&mut ana, Form { revision: shown, ..form(None, json!({"capacity": 70, "name": "Tea"})) }).await;
    assert_eq!(late["conflicts"], json!({"capacity": {"yours": 70, "current": 60}}));
    assert!(late["errors"]["capacity"].is_string());
    assert_eq!((&late["draft"]["capacity"], &late["draft"]["name"]), (&json!(60), &json!("Tea")));
    let fresh =
        send(&mut ana, Form { revision: late["revision"].as_i64(), ..form(None, json!({"capacity": 70})) }).await;
    assert_eq!((&fresh["draft"]["capacity"], fresh.get("conflicts")), (&json!(70), None));
    let both = Form { revision: shown, ..form(None, json!({"capacity": 90, "name": "Types"})) };
    let replies = ana.send(Body::Form(both)).await.unwrap();
    let said =
        replies.iter().find_map(|reply| if let Reply::Said(words) = reply { Some(words.as_str()) } else { None });
    let said = said.unwrap_or_default();
    assert_eq!(said.matches("While you were typing").count(), 1, "{said}");
    assert!(said.contains("the name: now “Tea”, yours “Types”"), "{said}");
    assert!(said.contains("how many people: now 70, yours 90"), "{said}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_up_meanwhile_gives_way_to_what_a_form_says() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let says = |words: &str| Form { text: Some(words.to_owned()), ..Form::default() };
    let workshop = "Python workshop called Snakes and Ladders on 9 May 2031 in Toronto, 10 to 4, 25 people, $80";
    send(&mut ana, says(workshop)).await;
    let shown = send(&mut ana, form(Some(1), json!({"place": "88 Queen St"}))).await["revision"].as_i64();
    // While somebody writes the description in the form, the conversation has everything else and makes one up.
    let told = send(&mut ana, says("Make it 40 people")).await;
    assert_eq!(told["provenance"]["description"], "default", "{told}");
    let written = form(None, json!({"description": "A day of Python by the lake."}));
    let saved = send(&mut ana, Form { revision: shown, ..written }).await;
    assert_eq!(saved.get("conflicts"), None, "{saved}");
    assert_eq!(saved["draft"]["description"], "A day of Python by the lake.");
    assert_eq!(saved["provenance"]["description"], "edited");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_to_publish_takes_what_is_on_the_screen_and_nothing_less() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let publish = |revision| Body::Publish { revision };
    let bare = state(&ana.send(publish(None)).await.unwrap());
    assert_eq!(bare["refused"]["code"], "INVALID_INPUT");
    assert!(bare["refused"]["missing"].as_array().unwrap().contains(&json!("name")), "{bare}");
    let shown = send(&mut ana, form(Some(6), complete())).await;
    let stale = state(&ana.send(publish(shown["revision"].as_i64().map(|shown| shown - 1))).await.unwrap());
    assert_eq!((&stale["refused"]["code"], &stale["refused"]["current"]), (&json!("CONFLICT"), &shown["revision"]));
    assert_eq!(stale["draft"]["status"], "draft");
    let replies = ana.send(publish(shown["revision"].as_i64())).await.unwrap();
    assert_eq!(replies.iter().filter(|reply| matches!(reply, Reply::Published { .. })).count(), 1);
    let done = state(&replies);
    assert_eq!(
        (&done["draft"]["status"], &done["publicUrl"]),
        (&json!("published"), &json!("http://events.test/e/tea-and-type"))
    );
    assert!(done["draft"]["publishedAt"].is_string(), "{done}");
    let again = state(&ana.send(publish(None)).await.unwrap());
    assert_eq!(again["publicUrl"], done["publicUrl"], "a second click changes nothing");
    let late = send(&mut ana, form(None, json!({"capacity": 99}))).await;
    let changed = (&late["draft"]["capacity"], late["errors"]["capacity"].is_string());
    assert_eq!(changed, (&json!(99), false), "a form changes a published event, too");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_not_heard_when_publishing() {
    let database = harness::database().await;
    let program = Program::start_public(&database).await;
    let mut guest = program.nameless();
    send(&mut guest, form(Some(6), complete())).await;
    let refused = state(&guest.send(Body::Publish { revision: None }).await.unwrap());
    assert_eq!((&refused["refused"]["code"], &refused["draft"]["status"]), (&json!("FORBIDDEN"), &json!("draft")));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_taken_is_a_word_about_the_link() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    send(&mut ana, form(Some(1), json!({"name": "Knots", "slug": "ours"}))).await;
    let mut eve = program.organizer("eve@example.com");
    let refused = send(&mut eve, form(Some(1), json!({"name": "Ropes", "slug": "ours"}))).await;
    assert!(refused["errors"]["slug"].is_string(), "{refused}");
    assert_eq!((&refused["draft"]["name"], &refused["draft"]["slug"]), (&json!("Ropes"), &json!("ropes")));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_form_can_hold_is_refused_at_the_door() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let nul = Map::from_iter([("name".to_owned(), json!(["a\0b"]))]);
    for bad in [
        Form { stage: Some(7), ..Form::default() },
        Form { fields: nul, ..Form::default() },
        Form { pick: Some("\0".to_owned()), ..Form::default() },
        Form { text: Some("x".repeat(100_001)), ..Form::default() },
    ] {
        assert!(ana.send(Body::Form(bad)).await.is_err());
    }
    program.stop().await;
}
