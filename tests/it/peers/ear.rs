//! A server that turns recordings into words, as it is told to. It refuses what the platform refuses: no key, no form, a kind of file
//! that it does not know, no model.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::model::KEY;

/// The model that it has.
pub(crate) const MODEL: &str = "whisper-1";

/// The server.
#[derive(Clone, Default)]
pub(crate) struct Ear {
    address: String,
    script: Arc<Mutex<VecDeque<(u16, Value)>>>,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Ear {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ear = Self { address: format!("http://{}/v1", listener.local_addr().unwrap()), ..Self::default() };
        let router = Router::new().route("/v1/audio/transcriptions", post(listen)).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        ear
    }

    /// Where it is, as `OPENAI_BASE_URL`.
    pub(crate) fn url(&self) -> String {
        self.address.clone()
    }

    /// Makes these words of the next recording.
    pub(crate) fn makes_out(&self, words: &str) {
        self.answers(200, json!({"text": words, "usage": {"type": "duration", "seconds": 3}}));
    }

    /// Answers the next call like this.
    pub(crate) fn answers(&self, status: u16, body: Value) {
        self.script.lock().unwrap().push_back((status, body));
    }

    /// The forms that were sent so far.
    pub(crate) fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap().clone()
    }
}

async fn listen(State(ear): State<Ear>, headers: HeaderMap, form: Bytes) -> (StatusCode, Json<Value>) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let has = |part: &str| form.windows(part.len()).any(|window| window == part.as_bytes());
    let refuse = |status, code: &str| (status, Json(json!({"error": {"message": code, "code": code}})));
    if header("authorization") != format!("Bearer {KEY}") {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_api_key");
    }
    if !header("content-type").starts_with("multipart/form-data; boundary=") || !has("name=\"file\"") {
        return refuse(StatusCode::BAD_REQUEST, "file_missing");
    }
    if !has("filename=\"voice.ogg\"") {
        return refuse(StatusCode::BAD_REQUEST, "unknown_format");
    }
    if !(has("name=\"model\"") && has(MODEL)) {
        return refuse(StatusCode::NOT_FOUND, "model_not_found");
    }
    ear.heard.lock().unwrap().push(form.to_vec());
    let next = ear.script.lock().unwrap().pop_front();
    let (status, body) = next.unwrap_or((500, json!({"error": {"message": "nothing was scripted"}})));
    (StatusCode::from_u16(status).unwrap(), Json(body))
}
