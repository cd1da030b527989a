//! What an organizer asks of whoever orders.

use serde_json::json;

use super::doors::{call, person, scene};
use super::{event, get, post};

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_answered_is_and_what_was_answered_stays_with_the_order() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 50).await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let id: String = scene.value("select id::text from events").await;
    for (question, required) in [("What do you eat? <b>", true), ("Who comes along?", false)] {
        let row = json!({"event_id": id, "question": question, "required": required, "position": i32::from(!required)});
        assert_eq!(call(&http, &eve, "/rest/v1/event_questions", Some(row.clone())).await.0, 403, "not another's");
        assert_eq!(call(&http, &ana, "/rest/v1/event_questions", Some(row)).await.0, 201);
    }
    let till = get(&http, "/e/tea/tickets").await;
    assert!(till.body.contains("What do you eat? &lt;b&gt;") && till.body.contains("(optional)"), "{}", till.body);
    let must: String = scene.value("select 'answer-' || id from event_questions where required").await;
    let form = till.form();
    let mut fields = vec![("form", form.as_str()), ("kind-all", "1"), ("name", "Bo"), ("email", "bo@example.com")];
    let refused = post(&http, "/e/tea/tickets", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("Please answer this question") && refused.body.contains(&format!("href=\"#{must}\"")),
        "{}",
        refused.body
    );
    let long = "x".repeat(1_001);
    fields.push((&must, &long));
    assert_eq!(post(&http, "/e/tea/tickets", &fields).await.status, 422);
    fields.pop();
    fields.push((&must, " =Fish\u{7} "));
    assert_eq!(post(&http, "/e/tea/tickets", &fields).await.status, 303);
    let guests = call(&http, &ana, &format!("/api/sales/{id}/guests"), None).await.1;
    assert_eq!(
        guests["guests"][0]["answers"],
        json!([{"question": "What do you eat? <b>", "answer": "=Fish"}]),
        "{guests}"
    );
    // The question goes, what was answered stays.
    scene.run("delete from event_questions").await;
    let file = call(&http, &ana, &format!("/api/sales/{id}/guests.csv"), None).await.1;
    assert!(file.as_str().unwrap().contains("\"What do you eat? <b> =Fish\""), "{file}");
    scene.stop().await;
}
