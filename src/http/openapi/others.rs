//! The description of what else answers programs: the operator's queue, guests who sign in, webhooks, the panel and its chat.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi as Document;

use super::family::{Family, Operation, any, parameter, reference};

const REFUSALS: &[u16] = &[400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503];

/// The families that are too small for a file of their own.
pub(super) fn documents() -> Vec<Document> {
    let families = [
        ("Operation", operation()),
        ("Sign-in", guests()),
        ("Webhooks", webhooks()),
        ("Payments", payments()),
        ("Shop", shop()),
        ("Panel", panel()),
    ];
    let document =
        |(tag, operations)| Family { tag, refusal: reference("Refusal"), schemas: Map::new() }.document(operations);
    // Clients of the runtime read a refusal as a code and its words.
    let text = || json!({"type": "string"});
    let more = json!({"error": text(), "message": text(), "retryAfter": {"type": "integer"}});
    let refusal = object(&["error", "message"], more);
    let chat = Family { tag: "Chat", refusal, schemas: Map::new() }.document(chat());
    families.into_iter().filter_map(document).chain(chat).collect()
}

fn one(method: &'static str, path: &str, summary: &str, body: Option<Value>, words: &'static str) -> Operation {
    Operation {
        method,
        path: path.to_owned(),
        summary: summary.to_owned(),
        description: "",
        parameters: Vec::new(),
        body,
        answers: vec![(200, words, Some(json!({"type": "object"})))],
        refusals: REFUSALS,
    }
}

fn object(required: &[&str], members: Value) -> Value {
    let mut object = json!({"type": "object", "required": required});
    if let Some(object) = object.as_object_mut() {
        object.insert("properties".to_owned(), members);
    }
    object
}

fn operation() -> Vec<Operation> {
    let id = || json!({"type": "string", "format": "uuid"});
    let state = json!({"type": "string", "enum": ["open", "dead", "done", "all"]});
    let list = Operation {
        parameters: vec![
            parameter("query", "state", "Which items", state),
            parameter("query", "id", "This item alone", id()),
        ],
        ..one(
            "get",
            "/api/queue",
            "What waits for the publisher, and what was given up; with the server's key",
            None,
            "The items",
        )
    };
    let again = object(&["id"], json!({"id": id()}));
    vec![
        list,
        one("post", "/api/queue", "Lets an item be tried at once; with the server's key", Some(again), "It is tried"),
    ]
}

fn guests() -> Vec<Operation> {
    let form = object(&["guest_token"], json!({"guest_token": {"type": "string"}}));
    vec![one(
        "post",
        "/api/guest/claim",
        "A guest who signed in takes their drafts along",
        Some(form),
        "How many moved",
    )]
}

fn webhooks() -> Vec<Operation> {
    let mut take =
        one("post", "/webhooks/stripe", "What Stripe tells us, signed", Some(json!({"type": "object"})), "Taken");
    take.parameters = vec![parameter("header", "Stripe-Signature", "Made by Stripe", json!({"type": "string"}))];
    vec![take]
}

fn payments() -> Vec<Operation> {
    let path = "/api/connect/stripe";
    let mut standing =
        one("get", path, "Where one's account at Stripe stands, and what payments cost", None, "What is known");
    standing.parameters = vec![
        parameter("query", "currency", "What payments in it cost, such as `EUR`", json!({"type": "string"})),
        parameter(
            "query",
            "event",
            "What each ticket of this event brings",
            json!({"type": "string", "format": "uuid"}),
        ),
    ];
    let wish = object(&[], json!({"sessionId": {"type": ["string", "null"]}}));
    vec![standing, one("post", path, "Begins the way to Stripe", Some(wish), "Where it leads: `url`")]
}

/// Pages for people; a program reads them to know which forms there are.
fn shop() -> Vec<Operation> {
    let slug = || parameter("path", "name", "The event's link", json!({"type": "string"}));
    let token = || parameter("path", "token", "What stands in the order's link", json!({"type": "string"}));
    let lang = || parameter("query", "lang", "`en`, `es`, `fr` or `zh`", json!({"type": "string"}));
    // Refusals are pages for people, too.
    let refusals = [
        (400, "The form comes from elsewhere"),
        (404, "Nothing is there"),
        (408, "It came too slowly"),
        (409, "Not any more, or not so many"),
        (413, "Too large"),
        (415, "No form"),
        (422, "Something is missing or wrong; the page says what"),
        (429, "Too many at once"),
        (503, "Busy"),
    ];
    let answers = |status, words| {
        let more = refusals.into_iter().map(|(status, words)| (status, words, None));
        std::iter::once((status, words, None)).chain(more).collect()
    };
    let page = |method, path: &str, summary: &str, parameters| Operation {
        parameters,
        answers: answers(200, "A page, as `text/html`"),
        refusals: &[],
        ..one(method, path, summary, None, "")
    };
    let leads = |method, path: &str, summary: &str, parameters| Operation {
        parameters,
        answers: answers(303, "Leads on; `Location` says where"),
        refusals: &[],
        ..one(method, path, summary, None, "")
    };
    let buy = "A form (`application/x-www-form-urlencoded`): `form` as the page carries it, `kind-<id>` counts, `name`, `email`, `promo`, \
               `answer-<id>`; `do=wait` with `wait=kind-<id>` for the waiting list";
    let act = "A form: `do=resend` sends the mail again, `do=cancel` gives the order back";
    vec![
        page("get", "/e/{name}/tickets", "What there is to be had, and the form that orders it", vec![slug(), lang()]),
        Operation {
            description: buy,
            ..leads("post", "/e/{name}/tickets", "Orders tickets, without an account", vec![slug()])
        },
        page(
            "get",
            "/o/{token}",
            "An order with its tickets; `.ics` at the end: its calendar entry",
            vec![token(), lang()],
        ),
        Operation {
            description: act,
            ..leads("post", "/o/{token}", "Has the mail again, or gives the order back", vec![token()])
        },
        leads("get", "/o/{token}/pay", "Leads to where the order is paid", vec![token()]),
    ]
}

fn panel() -> Vec<Operation> {
    vec![one("get", "/config.json", "What the panel in the browser has to know; nothing secret", None, "The settings")]
}

fn chat() -> Vec<Operation> {
    let input = || {
        object(
            &["threadId", "runId"],
            json!({"threadId": {"type": "string"}, "runId": {"type": "string"},
        "messages": {"type": "array", "items": {"type": "object"}}, "state": any("What the page knows"), "tools": {"type": "array"},
        "context": {"type": "array"}, "forwardedProps": any("What the client adds")}),
        )
    };
    let agent = || parameter("path", "agent", "`wizard`", json!({"type": "string"}));
    let stream = "Events of the AG-UI protocol, as `text/event-stream`";
    let events = |path: &str, summary: &str| {
        let mut operation = one("post", path, summary, Some(input()), stream);
        operation.parameters = vec![agent()];
        operation.answers = vec![(200, stream, None)];
        operation
    };
    let base = "/api/copilotkit";
    let mut stop = one(
        "post",
        &format!("{base}/agent/{{agent}}/stop/{{thread}}"),
        "Stops the answer that is under way",
        None,
        "Whether one was",
    );
    stop.parameters = vec![agent(), parameter("path", "thread", "The conversation", json!({"type": "string"}))];
    vec![
        one("get", &format!("{base}/info"), "Which agents there are", None, "The agents"),
        events(&format!("{base}/agent/{{agent}}/run"), "Says something to the wizard and hears the answer"),
        events(&format!("{base}/agent/{{agent}}/connect"), "Hears a conversation again, and what is being answered"),
        stop,
    ]
}
