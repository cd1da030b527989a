//! The pages' templates and their style, compiled in.
//!
//! Promises: every value is escaped for HTML unless it says that it is safe; a page may load nothing but itself and its own
//! style, which the policy names by its hash, and may run no script (a block of data is none).

use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::words::Words;

const STYLE: &str = include_str!("pages/page.css");

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// The style of the pages as a policy names it.
pub(super) static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE))));

/// What a page may load and do.
pub(super) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STYLE_SOURCE.as_str();
    let policy = format!(
        "default-src 'none'; style-src {style}; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The same for a page whose forms come back to us.
pub(super) static SHOP_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = POLICY.to_str().unwrap_or_default().replace("form-action 'none'", "form-action 'self'");
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test renders each")]
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().expect("the usual marks");
    environment.set_syntax(syntax);
    let files = [
        ("layout.html", include_str!("pages/layout.html")),
        ("event.html", include_str!("pages/event.html")),
        ("notice.html", include_str!("pages/notice.html")),
        ("docs.html", include_str!("pages/docs.html")),
        ("till.html", include_str!("pages/till.html")),
        ("order.html", include_str!("pages/order.html")),
    ];
    for (name, text) in files {
        environment.add_template(name, text).expect("a template of the program");
    }
    environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    environment
}

/// A short page that says one thing.
#[derive(Debug, Default, Serialize)]
pub(super) struct Notice<'a> {
    /// What it says.
    pub(super) title: &'a str,
    /// What to do.
    pub(super) text: &'a str,
    /// By which a fault is found again.
    pub(super) reference: Option<&'a str>,
    /// What can be done here.
    pub(super) press: Option<Press<'a>>,
    /// Where to go from here, the likeliest first.
    pub(super) ways: Vec<Way<'a>>,
}

/// A link of a short page.
#[derive(Debug, Serialize)]
pub(super) struct Way<'a> {
    /// Where it leads: a path of this site.
    pub(super) path: &'a str,
    /// What stands on it.
    pub(super) text: &'a str,
}

/// The one button of a short page.
#[derive(Debug, Serialize)]
pub(super) struct Press<'a> {
    /// Where its form goes.
    pub(super) action: &'a str,
    /// What the form brings along: name and value.
    pub(super) fields: Vec<(&'a str, &'a str)>,
    /// What stands on it.
    pub(super) button: &'a str,
}

/// The page of an event; guests may choose another language on it, its organizer's preview follows the panel's.
pub(super) fn event(words: &Words, view: &impl Serialize, may_choose: bool) -> Result<String, minijinja::Error> {
    let tongues = if may_choose { Words::tongues() } else { Value::from(()) };
    let event = Value::from(Serde(view));
    PAGES.get_template("event.html")?.render(context! { lang => words.language, t => words.value(), tongues, event })
}

/// The description of the API.
pub(super) fn docs(docs: &impl Serialize) -> Result<String, minijinja::Error> {
    PAGES.get_template("docs.html")?.render(context! { docs => Value::from(Serde(docs)) })
}

/// An address as the value of an attribute: escaped, and with its slashes as they are for readers that decode nothing.
pub(super) fn address(url: &str) -> Value {
    let escaped = url
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    Value::from_safe_string(escaped)
}

/// A page of the shop, `till` or `order`, in this language.
pub(super) fn shop(name: &str, words: &Words, view: &impl Serialize) -> Result<String, minijinja::Error> {
    let page = Value::from(Serde(view));
    let (language, tongues, words) = (words.language, Words::tongues(), words.value());
    let values = if name == "till" {
        context! { lang => language, t => words, tongues, till => page }
    } else {
        context! { lang => language, t => words, tongues, order => page }
    };
    PAGES.get_template(&format!("{name}.html"))?.render(values)
}

/// A short page that says one thing.
pub(super) fn notice(words: &Words, notice: &Notice<'_>) -> Result<String, minijinja::Error> {
    let notice = Value::from(Serde(notice));
    PAGES.get_template("notice.html")?.render(context! { lang => words.language, t => words.value(), notice })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_fits_the_style_as_it_stands_in_a_page() {
        let page = notice(Words::english(), &Notice { title: "<b>", text: "text", ..Notice::default() }).unwrap();
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = STANDARD.encode(Sha256::digest(style));
        assert!(POLICY.to_str().unwrap().contains(&format!("style-src 'sha256-{hash}'")));
        assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"));
    }
}
