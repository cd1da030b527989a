//! Any server that speaks `OpenAI`'s Chat Completions: `OpenAI`, Azure, Groq, vLLM, Ollama, llama.cpp (docs/models.md).
//!
//! Promises: one call each, no retries of the library's own; the status of a refusal is kept whatever its body looks like; the
//! key stands in no log and no error; a stream that ends without a reason to end is a [`Trouble`], and so is an answer without
//! an end; dropping it hangs up.

mod calls;
mod hearing;
mod listing;
mod service;
mod wire;

use std::time::Duration;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::{OpenAIError, StreamError};
use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::model::{Model, Piece, Pieces, Request, Trouble, Usage};
use calls::Places;
use service::Service;
use wire::Chunk;

/// After the last words a server may take so long to say what they cost.
const LAST_WORD: Duration = Duration::from_millis(500);

/// Where a server is and how it wants to be asked.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address before `/chat/completions`, such as `https://api.openai.com/v1`. What follows a `?` goes with every call.
    pub base_url: String,
    /// The key.
    pub api_key: SecretString,
    /// What longest answers are called: `max_tokens`, `max_completion_tokens`, or `auto`: by the model's name.
    pub max_tokens_field: String,
    /// How long connecting may take.
    pub connect: Duration,
    /// How long a server may be silent.
    pub silence: Duration,
}

pub use hearing::OpenAiEar;

/// One model of a server.
#[derive(Debug)]
pub struct OpenAi {
    client: Client<Endpoint>,
    name: String,
    max_tokens_field: String,
}

/// The client cannot be made; one line that names the setting.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {reason}")]
pub struct OptionsError {
    setting: &'static str,
    reason: String,
}

impl OpenAi {
    /// The model that the server calls by this name.
    ///
    /// # Errors
    /// When the address is none or the key cannot stand in a header.
    pub fn new(options: &Options, name: &str) -> Result<Self, OptionsError> {
        let endpoint = Endpoint::new(options)?;
        let http =
            http(options).map_err(|error| OptionsError { setting: "OPENAI_BASE_URL", reason: error.to_string() })?;
        let client = Client::build(http.clone(), endpoint).with_http_service(Service::streaming(http));
        Ok(Self { client, name: name.to_owned(), max_tokens_field: options.max_tokens_field.clone() })
    }

    fn body(&self, request: &Request) -> Value {
        let tools: Vec<Value> = request
            .tools
            .iter()
            .map(|tool| {
                let function =
                    json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
                json!({"type": "function", "function": function})
            })
            .collect();
        let mut body = json!({
            "model": self.name,
            "messages": request.messages,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        if let Some(body) = body.as_object_mut() {
            body.insert(self.limit().to_owned(), request.max_tokens.into());
            if !tools.is_empty() {
                body.insert("tools".to_owned(), tools.into());
            }
        }
        body
    }

    /// Newer models of `OpenAI` refuse the old name, most other servers know no other.
    fn limit(&self) -> &str {
        let newer = ["gpt-5", "o1", "o3", "o4"].iter().any(|known| self.name.starts_with(known));
        match self.max_tokens_field.as_str() {
            "auto" if newer => "max_completion_tokens",
            "auto" => "max_tokens",
            other => other,
        }
    }
}

fn http(options: &Options) -> Result<reqwest::Client, reqwest::Error> {
    // The second to install it finds the same one there.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .connect_timeout(options.connect)
        .read_timeout(options.silence)
        // An answer that points elsewhere would carry our key there.
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

#[async_trait]
impl Model for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    async fn answer(&self, request: &Request) -> Result<Pieces, Trouble> {
        let chunks = self.client.chat().create_stream_byot::<Value, Chunk>(self.body(request)).await;
        Ok(pieces(chunks.map_err(|error| trouble(&error))?))
    }
}

/// What is known of a stream so far.
struct Heard {
    chunks: BoxStream<'static, Result<Chunk, OpenAIError>>,
    finished: bool,
    usage: Option<Usage>,
    places: Places,
    over: bool,
}

/// From chunks to pieces, the last of which says whether the answer is whole.
fn pieces(chunks: impl futures::Stream<Item = Result<Chunk, OpenAIError>> + Send + 'static) -> Pieces {
    let heard = Heard { chunks: chunks.boxed(), finished: false, usage: None, places: Places::default(), over: false };
    let batches = stream::unfold(heard, |mut heard| async move {
        if heard.over {
            return None;
        }
        let next = if heard.finished {
            tokio::time::timeout(LAST_WORD, heard.chunks.next()).await.unwrap_or(None)
        } else {
            heard.chunks.next().await
        };
        let batch = match next {
            Some(Ok(chunk)) => heard.read(chunk),
            Some(Err(_)) if heard.finished => heard.end(),
            Some(Err(error)) => heard.fail(trouble(&error)),
            None => heard.end(),
        };
        Some((stream::iter(batch), heard))
    });
    batches.flatten().boxed()
}

impl Heard {
    fn read(&mut self, chunk: Chunk) -> Vec<Result<Piece, Trouble>> {
        if let Some(error) = chunk.error {
            return self.fail(wire::trouble(&error));
        }
        self.usage = chunk.usage.and_then(wire::Cost::usage).or(self.usage);
        let mut batch = Vec::new();
        // Others than the first answer were not asked for.
        if let Some(choice) = chunk.choices.into_iter().next() {
            batch.extend(choice.delta.content.filter(|text| !text.is_empty()).map(|text| Ok(Piece::Words(text))));
            for call in choice.delta.tool_calls.into_iter().flatten() {
                let function = call.function.unwrap_or_default();
                let name = function.name.filter(|name| !name.is_empty());
                let index = self.places.of(call.index, call.id.as_deref(), name.as_deref());
                batch.push(Ok(Piece::Call { index, name, arguments: function.arguments.unwrap_or_default() }));
            }
            self.finished |= choice.finish_reason.is_some_and(|reason| !reason.is_empty());
        }
        if self.finished && self.usage.is_some() {
            batch.extend(self.end());
        }
        batch
    }

    fn end(&mut self) -> Vec<Result<Piece, Trouble>> {
        self.over = true;
        vec![if self.finished {
            Ok(Piece::End { usage: self.usage })
        } else {
            // A clean end of the stream in the middle of an answer looks like any other end.
            Err(Trouble::Broken("it ended without a reason".to_owned()))
        }]
    }

    fn fail(&mut self, trouble: Trouble) -> Vec<Result<Piece, Trouble>> {
        self.over = true;
        vec![Err(trouble)]
    }
}

fn trouble(error: &OpenAIError) -> Trouble {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast_ref::<Trouble>() {
            Some(trouble) => trouble.clone(),
            None => Trouble::Broken("an unknown fault".to_owned()),
        },
        OpenAIError::Reqwest(error) if error.is_timeout() => Trouble::Late,
        OpenAIError::Reqwest(error) if error.is_body() || error.is_decode() => Trouble::Broken(cause(error)),
        OpenAIError::Reqwest(error) => Trouble::Unreachable(cause(error)),
        OpenAIError::ApiError(answer) => service::refusal(answer.status_code.as_u16(), None, &[]),
        OpenAIError::StreamError(error) => match &**error {
            StreamError::EventStream(reason) if reason.contains("timed out") => Trouble::Late,
            _ => Trouble::Broken("the stream was cut".to_owned()),
        },
        // Its text holds what was said.
        OpenAIError::JSONDeserialize(..) => Trouble::Broken("it cannot be read".to_owned()),
        _ => Trouble::Broken("an unknown fault".to_owned()),
    }
}

/// The innermost reason, without the address.
fn cause(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    reason.to_string()
}

/// The address and the headers, ours alone: the library's own configuration would read the environment.
#[derive(Clone)]
struct Endpoint {
    base: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    key: SecretString,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Endpoint {
    fn new(options: &Options) -> Result<Self, OptionsError> {
        let wrong = |setting, reason: &str| OptionsError { setting, reason: reason.to_owned() };
        let (base, query) = options.base_url.split_once('?').unwrap_or((&options.base_url, ""));
        let parsed = reqwest::Url::parse(&options.base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let parsed = parsed.ok_or_else(|| wrong("OPENAI_BASE_URL", "an address begins with https:// or http://"))?;
        let is_azure = parsed.host_str().is_some_and(|host| host.ends_with(".openai.azure.com"));
        let key = options.api_key.expose_secret().trim();
        let (name, value) = if is_azure {
            (HeaderName::from_static("api-key"), key.to_owned())
        } else {
            (AUTHORIZATION, format!("Bearer {key}"))
        };
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| wrong("OPENAI_API_KEY", "a key is one line of plain letters, digits and signs"))?;
        value.set_sensitive(true);
        let pairs = reqwest::Url::parse(&format!("http://query/?{query}")).ok();
        let query = pairs.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            query,
            headers: HeaderMap::from_iter([(name, value)]),
            key: options.api_key.clone(),
        })
    }
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

#[cfg(test)]
mod tests;
