//! The description of `/rest/v1`: one table of the catalogue after the other.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi as Document;

use super::family::{Family, Operation, any, parameter, reference};
use crate::store::rest::catalogue::{Column, TABLES, Table};

/// What signed-in people may write; the server's own key may write more.
const WRITTEN: &[(&str, &[&str])] = &[
    ("events", &["post", "patch"]),
    ("venues", &["post", "patch"]),
    ("profiles", &["patch"]),
    ("ticket_tiers", &["post", "patch", "delete"]),
];

const READ: &[u16] = &[400, 401, 403, 404, 406, 416, 429, 500, 501, 503];
const WRITE: &[u16] = &[400, 401, 403, 404, 405, 406, 408, 409, 413, 422, 429, 500, 501, 503];

const ROWS: &str = "Rows are filtered by `column=operator.value`, such as `capacity=gte.50` or `id=eq.<id>`. The operators are `eq neq gt gte \
    lt lte like ilike match imatch in is isdistinct cs cd ov`, with `not.` before them; `and=(…)` and `or=(…)` join them. Row level \
    security decides what is there.";
const CHANGES: &str = "The rows that the filters fit; without a filter nothing is written. `updated_at` of an event in the body is the lock: \
    another stored value is 409. A draft that the wizard is talking about is written in its turn.";

/// Every table, the specification's own calls, publishing and calling off.
pub(super) fn document() -> Option<Document> {
    let mut schemas = Map::new();
    schemas.insert("RestRefusal".to_owned(), refusal());
    let mut operations = Vec::new();
    for table in TABLES {
        let name = row_name(table);
        schemas.insert(name.clone(), row(table));
        operations.push(read(table, &name));
        let written = WRITTEN.iter().find(|(written, _)| *written == table.name);
        let verbs = written.map(|(_, verbs)| *verbs).unwrap_or_default();
        operations.extend(verbs.iter().map(|verb| write(table, &name, verb)));
    }
    operations.push(change());
    operations.push(publish());
    operations.push(cancel());
    let refusal = json!({"anyOf": [reference("RestRefusal"), reference("Refusal")]});
    Family { tag: "Tables", refusal, schemas }.document(operations)
}

fn refusal() -> Value {
    json!({
        "type": "object",
        "description": "How a refusal of the tables looks, with PostgREST's codes or PostgreSQL's.",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "details": {"type": ["string", "null"]},
            "hint": {"type": ["string", "null"]},
        },
    })
}

/// `event_stats` gives `EventStatsRow`.
fn row_name(table: &Table) -> String {
    let mut name = String::new();
    for part in table.name.split('_') {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name + "Row"
}

fn row(table: &Table) -> Value {
    let members: Map<String, Value> =
        table.columns.iter().map(|column| (column.name.to_owned(), value(column))).collect();
    json!({"type": "object", "description": format!("A row of `{}`.", table.name), "properties": members})
}

/// A column's value as JSON; what was never written is null.
fn value(column: &Column) -> Value {
    match column.kind {
        "uuid" => json!({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}),
        "smallint" | "integer" | "bigint" => json!({"type": ["integer", "null"]}),
        "numeric" | "numeric(6,3)" | "real" | "double precision" => json!({"type": ["number", "null"]}),
        "boolean" => json!({"type": ["boolean", "null"]}),
        "json" | "jsonb" => any("JSON"),
        kind if kind.ends_with("[]") => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        _ => json!({"type": ["string", "null"]}),
    }
}

fn filters(table: &Table) -> Vec<Value> {
    let text = || json!({"type": "string"});
    let mut filters = Vec::new();
    if table.column("id").is_some() {
        filters.push(parameter("query", "id", "Such as `eq.<id>` or `in.(<id>,<id>)`", text()));
    }
    filters.push(parameter("query", "select", "Columns, JSON places and neighbours, with commas between", text()));
    filters
}

fn read(table: &Table, row: &str) -> Operation {
    let number = || json!({"type": "integer", "minimum": 0});
    let mut parameters = filters(table);
    parameters.push(parameter("query", "order", "Such as `created_at.desc.nullslast`", json!({"type": "string"})));
    parameters.push(parameter("query", "limit", "At most so many rows; never more than 1,000", number()));
    parameters.push(parameter("query", "offset", "So many rows are passed over", number()));
    parameters.push(parameter(
        "header",
        "Prefer",
        "Counts all rows",
        json!({"type": "string", "enum": ["count=exact"]}),
    ));
    let rows = json!({"type": "array", "items": reference(row)});
    Operation {
        method: "get",
        path: format!("/rest/v1/{}", table.name),
        summary: format!("Rows of `{}`", table.name),
        description: ROWS,
        parameters,
        body: None,
        answers: vec![(200, "The rows", Some(rows.clone())), (206, "Some of the rows that were counted", Some(rows))],
        refusals: READ,
    }
}

fn write(table: &Table, row: &str, method: &'static str) -> Operation {
    let mut parameters = if method == "post" { Vec::new() } else { filters(table) };
    let wish = json!({"type": "string", "enum": ["return=minimal", "return=representation"]});
    parameters.push(parameter("header", "Prefer", "What comes back", wish));
    parameters.push(key());
    let rows = json!({"type": "array", "items": reference(row)});
    let (summary, description) = match method {
        "post" => (format!("Adds rows to `{}`", table.name), "One object, or a list of objects with the same keys."),
        "patch" => (format!("Changes rows of `{}`", table.name), CHANGES),
        _ => (format!("Takes rows out of `{}`", table.name), CHANGES),
    };
    let answers = match method {
        // Without `Prefer` an event that is made is shown as an object (R57).
        "post" => vec![(201, "Added", Some(json!({"anyOf": [rows, reference(row), {"type": "null"}]})))],
        _ => vec![(200, "The rows as they are now", Some(rows)), (204, "Done", None)],
    };
    Operation {
        method,
        path: format!("/rest/v1/{}", table.name),
        summary,
        description,
        parameters,
        body: (method != "delete").then(|| reference(row)),
        answers,
        refusals: WRITE,
    }
}

fn change() -> Operation {
    Operation {
        method: "patch",
        path: "/rest/v1/events/{event_id}".to_owned(),
        summary: "Changes one event".to_owned(),
        description: "`updated_at` in the body is the lock: when somebody else wrote meanwhile, 409 brings both values.",
        parameters: vec![
            parameter("path", "event_id", "The event", json!({"type": "string", "format": "uuid"})),
            key(),
        ],
        body: Some(reference("EventsRow")),
        answers: vec![(200, "The id, what was sent, and when it changed", Some(json!({"type": "object"})))],
        refusals: WRITE,
    }
}

fn publish() -> Operation {
    let event = json!({"type": "object", "required": ["event_id"], "properties": {"event_id": {"type": "string", "format": "uuid"}}});
    Operation {
        method: "post",
        path: "/rest/v1/rpc/publish_event".to_owned(),
        summary: "Publishes a complete draft".to_owned(),
        description: "What is missing is named. Mail and payment set-up follow by themselves.",
        parameters: vec![key()],
        body: Some(event),
        answers: vec![(200, "It is public", Some(json!({"type": "object"})))],
        refusals: WRITE,
    }
}

fn cancel() -> Operation {
    let id = json!({"type": "string", "format": "uuid"});
    let event = json!({"type": "object", "required": ["event_id"], "properties": {"event_id": id, "revision": {"type": "integer"}}});
    Operation {
        method: "post",
        path: "/rest/v1/rpc/cancel_event".to_owned(),
        summary: "Calls a published event off".to_owned(),
        description: "`revision` is the lock: an event that changed since is 409. Whoever holds a ticket is told.",
        parameters: vec![key()],
        body: Some(event),
        answers: vec![(200, "It is called off", Some(json!({"type": "object"})))],
        refusals: WRITE,
    }
}

fn key() -> Value {
    let words = "The same key and request get the same answer for 24 hours, and are done once";
    parameter("header", "Idempotency-Key", words, json!({"type": "string", "minLength": 1, "maxLength": 255}))
}
