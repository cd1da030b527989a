//! Where a place is: from the gazetteer of the language room, or from Google Maps when a key is set.
//!
//! Promises: no look-up takes longer than its deadline; a service that fails or is away is no error but an answer without a
//! spot; one run asks once for each address, and not at all any more once Google has refused the key.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use language::{Reference, read};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

/// Degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// A city of the gazetteer.
#[derive(Debug, Clone, PartialEq)]
pub struct City {
    /// Its middle.
    pub spot: Spot,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA.
    pub timezone: String,
}

/// The city of this name, the largest one where nothing says which.
pub fn city(name: &str, country: Option<&str>) -> Option<City> {
    let now = jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0);
    let find = |text: &str| read(text, &Reference::from(now)).places.into_iter().next();
    let exact = country.and_then(|country| find(&format!("in {name}, {country}")));
    let place = exact.or_else(|| find(&format!("in {name}")))?;
    let spot = Spot { lat: place.latitude, lon: place.longitude };
    Some(City { spot, country: place.country, timezone: place.timezone })
}

/// Google's geocoding.
#[derive(Debug)]
pub struct Maps {
    http: reqwest::Client,
    base_url: String,
    key: SecretString,
    /// What was asked in this run, also what was not found.
    known: Mutex<HashMap<String, Option<Spot>>>,
    /// Google does not take the key, or its quota is used up.
    closed: AtomicBool,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
enum MapsError {
    #[error("Google cannot be reached: {0}")]
    Away(reqwest::Error),
    /// Google's own word for it, such as `REQUEST_DENIED`.
    #[error("Google answers {0}")]
    Refused(String),
}

/// What Google answers, as far as it matters.
#[derive(Deserialize)]
struct Answer {
    /// `OK`, `ZERO_RESULTS`, or why there is no answer; the HTTP status is 200 all the same.
    status: String,
    #[serde(default)]
    results: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Geometry {
    location: Location,
}

#[derive(Deserialize)]
struct Location {
    lat: f64,
    lng: f64,
}

impl Maps {
    /// # Errors
    /// When there can be no HTTP client.
    pub fn new(base_url: &str, key: SecretString, deadline: Duration) -> Result<Self, reqwest::Error> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder().timeout(deadline).build()?;
        Ok(Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            key,
            known: Mutex::default(),
            closed: AtomicBool::new(false),
        })
    }

    /// Where an address is, of its parts in the order of a letter; nothing when it is not known or Google does not answer.
    pub async fn find(&self, parts: &[Option<&str>]) -> Option<Spot> {
        let address = parts.iter().copied().flatten().collect::<Vec<_>>().join(", ");
        if address.is_empty() || self.closed.load(Ordering::Relaxed) {
            return None;
        }
        let mut known = self.known.lock().await;
        if let Some(spot) = known.get(&address) {
            return *spot;
        }
        match self.ask(&address).await {
            Ok(spot) => {
                known.insert(address, spot);
                spot
            }
            Err(error) => {
                let hopeless = matches!(&error, MapsError::Refused(word) if word != "UNKNOWN_ERROR");
                self.closed.store(hopeless, Ordering::Relaxed);
                tracing::warn!(%error, "an address was not looked up; its city stands for it");
                None
            }
        }
    }

    async fn ask(&self, address: &str) -> Result<Option<Spot>, MapsError> {
        // The key stands in the address that is asked, so no error may carry it.
        let away = |error: reqwest::Error| MapsError::Away(error.without_url());
        let url = format!("{}/maps/api/geocode/json", self.base_url);
        let query = [("address", address), ("key", self.key.expose_secret())];
        let answer = self.http.get(url).query(&query).send().await.and_then(reqwest::Response::error_for_status);
        let answer: Answer = answer.map_err(away)?.json().await.map_err(away)?;
        if !matches!(answer.status.as_str(), "OK" | "ZERO_RESULTS") {
            return Err(MapsError::Refused(answer.status));
        }
        let location = answer.results.into_iter().next().map(|hit| hit.geometry.location);
        Ok(location.map(|Location { lat, lng }| Spot { lat, lon: lng }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_found_by_name_and_country() {
        assert_eq!(city("Toronto", None).unwrap().timezone, "America/Toronto");
        assert_eq!(city("London", Some("Canada")).unwrap().country, "CA");
        assert_eq!(city("London", None).unwrap().country, "GB");
        assert!(city("Nowhere at All", None).is_none());
    }
}
