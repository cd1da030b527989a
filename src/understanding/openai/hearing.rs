//! Any server that speaks `OpenAI`'s transcription of audio: `OpenAI`, Groq, vLLM, whisper.cpp's server.

use std::time::Duration;

use async_openai::Client;
use async_openai::types::InputSource;
use async_openai::types::audio::{AudioInput, CreateTranscriptionRequest};
use async_trait::async_trait;
use serde::Deserialize;

use super::service::Service;
use super::{Endpoint, Options, OptionsError, http, trouble};
use crate::understanding::model::{Transcriber, Trouble};

/// One transcribing model of a server.
#[derive(Debug)]
pub struct OpenAiEar {
    client: Client<Endpoint>,
    name: String,
}

/// What a server answers; everything else that it may say is passed over.
#[derive(Deserialize)]
struct Heard {
    text: String,
}

impl OpenAiEar {
    /// The transcribing model that the server calls by this name. A server may be silent for `within`: it says nothing until it
    /// has heard everything.
    ///
    /// # Errors
    /// When the address is none or the key cannot stand in a header.
    pub fn new(options: &Options, name: &str, within: Duration) -> Result<Self, OptionsError> {
        let endpoint = Endpoint::new(options)?;
        let http = http(&Options { silence: within, ..options.clone() })
            .map_err(|error| OptionsError { setting: "OPENAI_BASE_URL", reason: error.to_string() })?;
        let client = Client::build(http.clone(), endpoint).with_http_service(Service::whole(http));
        Ok(Self { client, name: name.to_owned() })
    }
}

#[async_trait]
impl Transcriber for OpenAiEar {
    fn name(&self) -> &str {
        &self.name
    }

    async fn words(&self, recording: &[u8], mime: &str) -> Result<String, Trouble> {
        let request = CreateTranscriptionRequest {
            file: AudioInput {
                source: InputSource::VecU8 { filename: format!("voice.{}", ending(mime)), vec: recording.to_vec() },
            },
            model: self.name.clone(),
            ..CreateTranscriptionRequest::default()
        };
        let heard = self.client.audio().transcription().create_byot::<_, Heard>(request).await;
        heard.map(|heard| heard.text).map_err(|error| trouble(&error))
    }
}

/// The ending by which servers tell kinds of recordings apart.
fn ending(mime: &str) -> &'static str {
    match mime.split(';').next().unwrap_or_default().trim() {
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "audio/aac" => "m4a",
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/webm" => "webm",
        "audio/flac" | "audio/x-flac" => "flac",
        // What chats record.
        _ => "ogg",
    }
}
