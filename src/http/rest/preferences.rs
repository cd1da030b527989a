//! What a request asks of its answer: `Prefer`, `Accept`, profiles, `Range`.
//!
//! Promises: a preference is applied and said so, or left alone; an answer has the asked form or is refused.

use axum::http::header::{ACCEPT, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, Method};

use super::error::RestError;

/// What a write gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Return {
    Minimal,
    HeadersOnly,
    Representation,
}

/// `Prefer`, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Preferences {
    pub(super) given_back: Option<Return>,
    /// The word that was asked with: every count is exact.
    pub(super) count: Option<&'static str>,
    strict: Option<bool>,
}

impl Preferences {
    /// # Errors
    /// For what is not served, and for the unknown when nothing unknown is wanted.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, RestError> {
        let mut found = Self::default();
        let mut unknown = Vec::new();
        for part in
            headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(','))
        {
            match part.trim() {
                "return=minimal" => found.given_back = Some(Return::Minimal),
                "return=headers-only" => found.given_back = Some(Return::HeadersOnly),
                "return=representation" => found.given_back = Some(Return::Representation),
                "count=exact" => found.count = Some("exact"),
                "count=planned" => found.count = Some("planned"),
                "count=estimated" => found.count = Some("estimated"),
                "handling=strict" => found.strict = Some(true),
                "handling=lenient" => found.strict = Some(false),
                "missing=default" => return Err(RestError::not_served("Prefer: missing=default")),
                part if part.starts_with("resolution=") => {
                    return Err(RestError::not_served("Inserting or updating at once (upsert)"));
                }
                "" | "missing=null" | "tx=commit" => {}
                other => unknown.push(other.to_owned()),
            }
        }
        if found.strict == Some(true) && !unknown.is_empty() {
            return Err(RestError::preferences(&unknown));
        }
        Ok(found)
    }

    /// What was applied, for `Preference-Applied`.
    pub(super) fn applied(&self, is_write: bool) -> Option<String> {
        let given_back = match self.given_back.filter(|_| is_write) {
            Some(Return::Minimal) => Some("return=minimal".to_owned()),
            Some(Return::HeadersOnly) => Some("return=headers-only".to_owned()),
            Some(Return::Representation) => Some("return=representation".to_owned()),
            None => None,
        };
        let count = self.count.map(|count| format!("count={count}"));
        let strict = self.strict.map(|strict| format!("handling={}", if strict { "strict" } else { "lenient" }));
        let applied: Vec<String> = [given_back, count, strict].into_iter().flatten().collect();
        (!applied.is_empty()).then(|| applied.join(", "))
    }
}

/// The form of the answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A list.
    List,
    /// The one row.
    Object,
}

impl Form {
    /// # Errors
    /// When none of the forms that are accepted can be had.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, RestError> {
        let accepted: Vec<String> = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|all| all.split(','))
            .map(|one| one.trim().to_ascii_lowercase())
            .filter(|one| !one.is_empty())
            .collect();
        if accepted.is_empty() {
            return Ok(Self::List);
        }
        let known = accepted.iter().find_map(|one| {
            if one.contains("nulls=stripped") {
                return None;
            }
            match one.split(';').next().unwrap_or_default().trim() {
                "*/*"
                | "application/*"
                | "application/json"
                | "application/vnd.pgrst.array+json"
                | "application/vnd.pgrst.array" => Some(Self::List),
                "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => Some(Self::Object),
                _ => None,
            }
        });
        known.ok_or_else(|| RestError::media_type(&accepted.join(", ")))
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::List => "application/json; charset=utf-8",
            Self::Object => "application/vnd.pgrst.object+json; charset=utf-8",
        }
    }
}

/// Only schema `public` is there.
///
/// # Errors
/// When another is asked for.
pub(super) fn check_profile(method: &Method, headers: &HeaderMap) -> Result<bool, RestError> {
    let name = if matches!(*method, Method::GET | Method::HEAD) { "accept-profile" } else { "content-profile" };
    match headers.get(name) {
        None => Ok(false),
        Some(profile) if profile == "public" => Ok(true),
        Some(_) => Err(RestError::schema()),
    }
}

/// The body is JSON; a body without a type is taken for JSON.
///
/// # Errors
/// When it is something else.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), RestError> {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let kind = kind.to_str().unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match plain.as_str() {
        "application/json" | "application/vnd.pgrst.object+json" | "application/vnd.pgrst.array+json" => Ok(()),
        "text/csv" | "application/x-www-form-urlencoded" => Err(RestError::not_served("A body that is not JSON")),
        _ => Err(RestError::body(&format!("Content-Type not acceptable: {plain}"))),
    }
}

/// `Range: 0-9`: the first row, and how many.
///
/// # Errors
/// When it ends before it begins.
pub(super) fn range(headers: &HeaderMap) -> Result<Option<(u64, Option<u64>)>, RestError> {
    let Some(text) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    let Some((first, last)) = text.trim_start_matches("items=").split_once('-') else { return Ok(None) };
    let Ok(first) = first.trim().parse::<u64>() else { return Ok(None) };
    let Ok(last) = last.trim().parse::<u64>() else { return Ok(Some((first, None))) };
    let wrong = "The lower boundary must be lower than or equal to the upper boundary in the Range header.";
    let rows = last.checked_sub(first).ok_or_else(|| RestError::range(wrong))?;
    Ok(Some((first, Some(rows.saturating_add(1)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        [(axum::http::HeaderName::from_static(name), value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn preferences_are_applied_or_left_alone() {
        let found = Preferences::of(&headers("prefer", "return=representation,count=exact, foo=bar")).unwrap();
        assert_eq!(found.applied(true).unwrap(), "return=representation, count=exact");
        assert_eq!(found.applied(false).unwrap(), "count=exact");
        assert_eq!(Preferences::default().applied(true), None);
        let strict = Preferences::of(&headers("prefer", "handling=strict, foo=bar")).unwrap_err();
        assert_eq!(
            (strict.code.as_str(), strict.details.unwrap().as_str()),
            ("PGRST122", "Invalid preferences: foo=bar")
        );
        let upsert = Preferences::of(&headers("prefer", "resolution=merge-duplicates")).unwrap_err();
        assert_eq!(upsert.status.as_u16(), 501);
    }

    #[test]
    fn the_form_is_the_first_that_we_have() {
        let form = |accept: &str| Form::of(&headers("accept", accept)).map_err(|error| error.code);
        assert_eq!(form("*/*"), Ok(Form::List));
        assert_eq!(form("text/html, application/vnd.pgrst.object+json;q=0.9"), Ok(Form::Object));
        assert_eq!(form("image/png"), Err("PGRST107".to_owned()));
        assert_eq!(Form::of(&HeaderMap::new()), Ok(Form::List));
    }

    #[test]
    fn a_range_is_a_first_row_and_a_number() {
        assert_eq!(range(&headers("range", "5-9")).unwrap(), Some((5, Some(5))));
        assert_eq!(range(&headers("range", "5-")).unwrap(), Some((5, None)));
        assert_eq!(range(&headers("range", "bytes=0-1")).unwrap(), None);
        assert_eq!(range(&headers("range", "9-5")).unwrap_err().code, "PGRST103");
        assert_eq!(range(&headers("range", &format!("0-{}", u64::MAX))).unwrap(), Some((0, Some(u64::MAX))));
    }
}
