//! The description of `/auth/v1`, where clients of GoTrue sign in.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi as Document;

use super::family::{Family, Operation, parameter, reference};

const REFUSALS: &[u16] = &[400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 501, 503];

/// Method, path below `/auth/v1`, summary, members of the body, and what a success gives.
const OPERATIONS: &[(&str, &str, &str, &[&str], &str)] = &[
    (
        "post",
        "/signup",
        "Signs up, or begins as a guest when the body is empty",
        &["email", "password", "data"],
        "Session",
    ),
    (
        "post",
        "/token",
        "Signs in (`password`), goes on (`refresh_token`), or takes a link's code (`pkce`)",
        &["email", "password", "refresh_token", "auth_code", "code_verifier"],
        "Session",
    ),
    ("post", "/logout", "Ends this sign-in, the others, or all", &[], ""),
    ("get", "/user", "Who is signed in", &[], "Account"),
    (
        "put",
        "/user",
        "Changes the address, the password or what is known of oneself",
        &["email", "password", "data"],
        "Account",
    ),
    (
        "post",
        "/recover",
        "Sends a mail to choose a new password; answers alike for unknown addresses",
        &["email"],
        "Nothing",
    ),
    ("post", "/resend", "Sends a confirmation again", &["email", "type"], "Nothing"),
    ("post", "/verify", "Takes the code or the link of a mail", &["type", "email", "token", "token_hash"], "Session"),
    ("get", "/settings", "How people sign in here", &[], "Anything"),
    ("get", "/health", "Sign-in is there", &[], "Anything"),
    ("get", "/.well-known/jwks.json", "The public keys that prove our tokens (RFC 7517)", &[], "Anything"),
    ("get", "/admin/users", "Accounts, page by page; with the server's key", &[], "Anything"),
    (
        "post",
        "/admin/users",
        "Makes an account; with the server's key",
        &["email", "password", "user_metadata", "app_metadata"],
        "Account",
    ),
    ("get", "/admin/users/{id}", "An account; with the server's key", &[], "Account"),
    (
        "put",
        "/admin/users/{id}",
        "Changes an account; with the server's key",
        &["email", "password", "user_metadata", "app_metadata"],
        "Account",
    ),
    ("delete", "/admin/users/{id}", "Deletes an account; with the server's key", &["should_soft_delete"], "Nothing"),
    (
        "post",
        "/admin/generate_link",
        "Makes the link of a mail without sending it; with the server's key",
        &["type", "email", "password"],
        "Anything",
    ),
];

/// Signing up, in and out; administration of accounts.
pub(super) fn document() -> Option<Document> {
    let operations = OPERATIONS.iter().map(|&(method, path, summary, body, answer)| Operation {
        method,
        path: format!("/auth/v1{path}"),
        summary: summary.to_owned(),
        description: "",
        parameters: parameters(method, path),
        body: (!body.is_empty()).then(|| members(body)),
        answers: answers(answer),
        refusals: REFUSALS,
    });
    let operations = operations.collect();
    Family { tag: "Sign-in", refusal: reference("AuthRefusal"), schemas: schemas() }.document(operations)
}

fn parameters(method: &str, path: &str) -> Vec<Value> {
    let choice = |options: &[&str]| json!({"type": "string", "enum": options});
    match (method, path) {
        (_, "/token") => {
            let kinds = choice(&["password", "refresh_token", "pkce"]);
            vec![parameter("query", "grant_type", "How", kinds)]
        }
        (_, "/logout") => vec![parameter("query", "scope", "Which sign-ins", choice(&["global", "local", "others"]))],
        ("get", "/admin/users") => ["page", "per_page"]
            .map(|name| parameter("query", name, "From 1", json!({"type": "integer", "minimum": 1})))
            .to_vec(),
        _ if path.ends_with("{id}") => {
            vec![parameter("path", "id", "The account", json!({"type": "string", "format": "uuid"}))]
        }
        _ => Vec::new(),
    }
}

fn members(names: &[&str]) -> Value {
    let kind = |name: &str| match name {
        "data" | "user_metadata" | "app_metadata" => json!({"type": "object"}),
        "should_soft_delete" => json!({"type": "boolean"}),
        _ => json!({"type": "string"}),
    };
    let members: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), kind(name))).collect();
    json!({"type": "object", "properties": members})
}

fn answers(kind: &str) -> Vec<(u16, &'static str, Option<Value>)> {
    match kind {
        "" => vec![(204, "Done", None)],
        "Session" => {
            let either = json!({"anyOf": [reference("AuthSession"), reference("AuthUser")]});
            vec![(200, "A sign-in; the account alone while its address is to be confirmed", Some(either))]
        }
        "Account" => vec![(200, "The account", Some(reference("AuthUser")))],
        _ => vec![(200, "Done", Some(json!({"type": "object"})))],
    }
}

fn schemas() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let refusal = json!({
        "type": "object",
        "description": "How sign-in refuses: `code` and `message` for clients that ask for version 2024-01-01, else `error_code` and `msg`. \
                        The code stands in `x-sb-error-code`, too.",
        "properties": {"code": {"type": ["string", "integer"]}, "message": text(), "error_code": text(), "msg": text()},
    });
    let session = json!({
        "type": "object",
        "description": "A sign-in.",
        "required": ["access_token", "refresh_token", "expires_in", "token_type", "user"],
        "properties": {"access_token": text(), "refresh_token": text(), "token_type": text(), "expires_in": {"type": "integer"},
            "expires_at": {"type": "integer"}, "user": reference("AuthUser")},
    });
    let user = json!({
        "type": "object",
        "description": "An account.",
        "required": ["id"],
        "properties": {"id": text(), "email": {"type": ["string", "null"]}, "is_anonymous": {"type": "boolean"},
            "app_metadata": {"type": "object"}, "user_metadata": {"type": "object"}},
    });
    let all = [("AuthRefusal", refusal), ("AuthSession", session), ("AuthUser", user)];
    all.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect()
}
