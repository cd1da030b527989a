//! Families of routes that are described by a table instead of by their handlers: what an operation is written with.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi as Document;

/// One operation of a family.
pub(super) struct Operation {
    /// `get`, `post` …
    pub(super) method: &'static str,
    /// Its address.
    pub(super) path: String,
    /// One line.
    pub(super) summary: String,
    /// What the line does not say.
    pub(super) description: &'static str,
    /// Parameters as `OpenAPI` writes them.
    pub(super) parameters: Vec<Value>,
    /// The schema of the body, if it takes one.
    pub(super) body: Option<Value>,
    /// Status, words and schema of each success.
    pub(super) answers: Vec<(u16, &'static str, Option<Value>)>,
    /// The statuses of its refusals.
    pub(super) refusals: &'static [u16],
}

/// What the operations of a family have in common.
pub(super) struct Family {
    pub(super) tag: &'static str,
    /// The schema of every refusal.
    pub(super) refusal: Value,
    /// Schemas that the family brings along.
    pub(super) schemas: Map<String, Value>,
}

impl Family {
    /// The family's part of the description; nothing when a table of ours is no `OpenAPI`, which a test sees.
    pub(super) fn document(self, operations: Vec<Operation>) -> Option<Document> {
        let mut paths: Map<String, Value> = Map::new();
        for operation in operations {
            let (method, path) = (operation.method, operation.path.clone());
            let described = self.operation(operation);
            if let Some(methods) = paths.entry(path).or_insert_with(|| json!({})).as_object_mut() {
                methods.insert(method.to_owned(), described);
            }
        }
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": self.tag, "version": "1.0.0"},
            "paths": paths,
            "components": {"schemas": self.schemas},
        });
        serde_json::from_value(document).ok()
    }

    fn operation(&self, operation: Operation) -> Value {
        let mut responses = Map::new();
        for (status, words, schema) in operation.answers {
            let mut answer = json!({ "description": words });
            if let (Some(schema), Some(answer)) = (schema, answer.as_object_mut()) {
                answer.insert("content".to_owned(), json!({"application/json": {"schema": schema}}));
            }
            responses.insert(status.to_string(), answer);
        }
        for status in operation.refusals {
            let content = json!({"application/json": {"schema": self.refusal}});
            responses.insert(status.to_string(), json!({"description": words(*status), "content": content}));
        }
        let mut described = json!({
            "tags": [self.tag],
            "summary": operation.summary,
            "parameters": operation.parameters,
            "responses": responses,
            "security": [{"bearer": []}, {}],
        });
        if let Some(described) = described.as_object_mut() {
            if !operation.description.is_empty() {
                described.insert("description".to_owned(), operation.description.into());
            }
            if let Some(schema) = operation.body {
                let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
                described.insert("requestBody".to_owned(), body);
            }
        }
        described
    }
}

/// A parameter of the query, a path or a header.
pub(super) fn parameter(place: &str, name: &str, words: &str, schema: Value) -> Value {
    let mut parameter = json!({"in": place, "name": name, "description": words, "required": place == "path"});
    if let Some(parameter) = parameter.as_object_mut() {
        parameter.insert("schema".to_owned(), schema);
    }
    parameter
}

/// A schema that takes any value. The library reads one that says no type only where that is written out as null.
pub(super) fn any(words: &str) -> Value {
    json!({"type": null, "description": words})
}

/// A reference to a schema of this name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn words(status: u16) -> &'static str {
    match status {
        400 => "The request does not fit",
        401 => "Nobody is signed in, or the token does not hold",
        403 => "The caller may not do this",
        404 => "It is not there, or not the caller's",
        405 => "The address does not take this method",
        406 => "The answer cannot have the form that was asked for",
        408 => "The body did not come in time",
        409 => "Somebody changed it meanwhile, it is taken, or the same request is being answered",
        413 => "More than a megabyte",
        415 => "The body is not JSON",
        416 => "The first row that was asked for is past the last",
        422 => "The request is understood and cannot be done",
        429 => "Too many requests; `Retry-After` says when to go on",
        500 => "A fault",
        501 => "No part of this API",
        _ => "Busy, or the database is away; `Retry-After` says when to try again",
    }
}
