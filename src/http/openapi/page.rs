//! `GET /docs`: the description of the API as a page to read.

use std::sync::LazyLock;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;

use super::text;
use crate::http::error::HttpError;
use crate::http::templates;

/// One operation.
#[derive(Debug, Serialize)]
struct Operation {
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Named>,
    answers: Vec<Named>,
}

/// A name and what it is.
#[derive(Debug, Serialize)]
struct Named {
    name: String,
    words: String,
}

/// A type that bodies are made of.
#[derive(Debug, Serialize)]
struct Shape {
    name: String,
    words: String,
    members: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Page {
    title: String,
    description: String,
    operations: Vec<Operation>,
    shapes: Vec<Shape>,
}

static PAGE: LazyLock<Page> = LazyLock::new(|| page(&serde_json::from_str(text()).unwrap_or_default()));

/// The page that describes the API
#[utoipa::path(get, path = "/docs", tag = "Description",
    responses((status = 200, description = "A page", content_type = "text/html")))]
pub(super) async fn show() -> Result<Response, HttpError> {
    let policy = (CONTENT_SECURITY_POLICY, templates::POLICY.clone());
    Ok(([policy], Html(templates::docs(&*PAGE)?)).into_response())
}

fn page(document: &Value) -> Page {
    let operations = members(&document["paths"]).flat_map(|(path, methods)| {
        members(methods).map(move |(method, operation)| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            summary: words(&operation["summary"]),
            description: words(&operation["description"]),
            parameters: operation["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
            answers: members(&operation["responses"]).map(|(status, answer)| named(status, answer)).collect(),
        })
    });
    let shapes = members(at(document, "/components/schemas")).map(|(name, shape)| Shape {
        name: name.clone(),
        words: words(&shape["description"]),
        members: members(&shape["properties"]).map(|(name, member)| named(name, member)).collect(),
    });
    Page {
        title: words(at(document, "/info/title")),
        description: words(at(document, "/info/description")),
        operations: operations.collect(),
        shapes: shapes.collect(),
    }
}

fn at<'a>(document: &'a Value, path: &str) -> &'a Value {
    document.pointer(path).unwrap_or(&Value::Null)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn parameter(parameter: &Value) -> Named {
    Named { name: words(&parameter["name"]), words: words(&parameter["description"]) }
}

fn named(name: &str, value: &Value) -> Named {
    Named { name: name.to_owned(), words: words(&value["description"]) }
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
