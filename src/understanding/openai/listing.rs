//! Which models a server has: for whoever sets it up. Turns do not need to know.

use serde_json::Value;

use super::{Endpoint, OpenAi, Options, cause, service};
use crate::understanding::model::Trouble;

/// No list is longer, in bytes; that of a gateway with every model there is has half a million.
const LIST: usize = 4 * 1024 * 1024;

impl OpenAi {
    /// The names of the models that a server has (`GET /models`).
    ///
    /// # Errors
    /// What the server says instead, or that it cannot be asked.
    pub async fn models(options: &Options) -> Result<Vec<String>, Trouble> {
        use async_openai::config::Config as _;
        let endpoint = Endpoint::new(options).map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let http = super::http(options).map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let request = http.get(endpoint.url("/models")).headers(endpoint.headers()).query(&endpoint.query());
        let response = request.timeout(options.silence).send().await;
        let response = response
            .map_err(|error| if error.is_timeout() { Trouble::Late } else { Trouble::Unreachable(cause(&error)) })?;
        let status = response.status();
        let body = service::read(response, LIST).await?;
        if !status.is_success() {
            return Err(service::refusal(status.as_u16(), None, &body));
        }
        let list: Value = serde_json::from_slice(&body).map_err(|_| Trouble::Broken("it cannot be read".to_owned()))?;
        let models = list.get("data").and_then(Value::as_array).into_iter().flatten();
        Ok(models.filter_map(|model| model.get("id")?.as_str().map(str::to_owned)).collect())
    }
}
