//! A mail as text and as HTML, from words and data.
//!
//! Promises: nothing that a person typed can add a header, a line or a tag: values are put on one line, headers are made by
//! the mail library, and HTML is escaped by its template.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::shape::{fill, moment, one_line};
use crate::domain::clock_turn::counted;
use crate::publisher::error::Trouble;
use crate::publisher::words::{Mail, Words};
use crate::store::letters::Subject;
use crate::store::queue::Item;

/// The longest subject, in characters.
const SUBJECT_CHARS: usize = 200;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(environment);

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test renders each")]
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().expect("the usual marks");
    environment.set_syntax(syntax);
    for (name, text) in
        [("mail.html", include_str!("../templates/mail.html")), ("mail.txt", include_str!("../templates/mail.txt"))]
    {
        environment.add_template(name, text).expect("a template of the program");
    }
    environment
}

/// A mail that is ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// The same at every attempt, without brackets.
    pub(crate) message_id: String,
    /// The name of its file in the outbox folder, without its ending.
    pub(crate) file: String,
}

/// What a mail is made of.
pub(super) struct Content<'a> {
    pub(super) mail: &'static Mail,
    pub(super) words: &'static Words,
    pub(super) subject: Option<&'a Subject>,
    pub(super) payload: &'a Value,
    pub(super) link: Option<String>,
}

/// Writes a mail.
pub(super) fn write(content: &Content<'_>, to: String, item: &Item, domain: &str) -> Result<Letter, Trouble> {
    let Content { mail, words, .. } = content;
    let values = values(content);
    let fill = |text: &str| fill(text, &values);
    let subject: String = fill(mail.subject).chars().take(SUBJECT_CHARS).collect();
    let name = values.iter().find(|(name, _)| *name == "name").map(|(_, value)| value.as_str());
    let greeting = if name.is_some() { fill(words.greeting_name) } else { words.greeting.to_owned() };
    let shown = context! {
        language => words.language,
        subject => &subject,
        greeting => greeting,
        lead => fill(mail.lead),
        paragraphs => paragraphs(content.payload),
        facts => facts(content),
        button => mail.button,
        link => &content.link,
        note => fill(mail.note),
        footer => words.footer,
    };
    let render = |name: &str| {
        let text = TEMPLATES.get_template(name).and_then(|template| template.render(&shown));
        text.map_err(|error| Trouble::fail(format!("the mail cannot be written: {error}")))
    };
    let (text, html) = (render("mail.txt")?, render("mail.html")?);
    let digest = Sha256::digest(item.dedupe_key.as_bytes());
    let short = digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    Ok(Letter {
        to,
        subject,
        text,
        html,
        message_id: format!("{short}@{domain}"),
        file: format!("{}-{short}", item.kind),
    })
}

/// The same in a few lines, for a chat: what happens, when and where, and the address.
pub(super) fn brief(content: &Content<'_>) -> String {
    let values = values(content);
    let facts = facts(content).into_iter().map(|(label, value)| format!("{label}: {value}"));
    let lines = std::iter::once(fill(content.mail.lead, &values)).chain(facts).chain(content.link.clone());
    lines.collect::<Vec<_>>().join("\n")
}

/// What somebody wrote themselves, by its paragraphs.
fn paragraphs(payload: &Value) -> Vec<String> {
    let text = payload.get("text").and_then(Value::as_str).unwrap_or_default();
    text.lines().map(one_line).filter(|line| !line.is_empty()).collect()
}

/// What the words may speak of.
fn values(content: &Content<'_>) -> Vec<(&'static str, String)> {
    let mut values = Vec::new();
    let mut put = |name: &'static str, value: Option<&str>| {
        let value = value.map(one_line).filter(|value| !value.is_empty());
        values.extend(value.map(|value| (name, value)));
    };
    let said = |name: &str| content.payload.get(name).and_then(Value::as_str);
    put("event", content.subject.map(|subject| subject.name.as_str()));
    // A guest's own name, when the mail goes to a guest; else the organizer's.
    let organizer = content.subject.and_then(|subject| subject.organizer.1.as_deref());
    put("name", if said("email").is_some() { said("name") } else { organizer });
    for name in ["email", "code", "item", "kind", "why", "amount", "title"] {
        put(name, said(name));
    }
    let attempts = content.payload.get("attempts").and_then(Value::as_i64).map(|count| count.to_string());
    put("attempts", attempts.as_deref());
    values
}

/// When and where, as labels and values.
fn facts(content: &Content<'_>) -> Vec<(&'static str, String)> {
    let Content { words, subject, payload, .. } = content;
    let mut facts = Vec::new();
    if let Some(subject) = subject {
        let before = payload.get("before").unwrap_or(&Value::Null);
        let when = |starts: DateTime, zone: Option<&str>| {
            let clock = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
            format!("{} ({})", moment(words, counted(starts, &clock)), zone.unwrap_or("UTC"))
        };
        let mut put = |label, now: Option<String>, was: Option<String>| {
            let was = was.filter(|was| now.as_ref().is_some_and(|now| now != was));
            facts.extend(now.map(|now| (label, now)));
            facts.extend(was.map(|was| (words.before, was)));
        };
        let said = |name: &str| before.get(name).and_then(Value::as_str);
        let began = said("starts").and_then(|starts| starts.parse().ok());
        let now = subject.starts.map(|starts| when(starts, subject.timezone.as_deref()));
        put(words.when, now, began.map(|starts| when(starts, said("timezone"))));
        put(words.place, subject.place.as_deref().map(one_line), said("place").map(one_line));
    }
    let code = payload.get("code").and_then(Value::as_str);
    facts.extend(code.map(|code| (words.code, one_line(code))));
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::publisher::email::MAILS;

    fn item(kind: &str) -> Item {
        Item {
            id: Uuid::nil(),
            event: None,
            user: None,
            kind: kind.to_owned(),
            payload: Value::Null,
            dedupe_key: format!("{kind}:1"),
            attempts: 1,
            key_round: 0,
            age_s: 0,
            first_tried_s: 0,
            lease: Uuid::nil(),
        }
    }

    fn subject(name: &str) -> Subject {
        Subject {
            name: name.to_owned(),
            slug: Some("tea".to_owned()),
            starts: Some("2026-12-01T18:00:00".parse().unwrap()),
            timezone: Some("America/Toronto".to_owned()),
            place: Some("Pier 21".to_owned()),
            stands: true,
            snapshot: Value::Null,
            organizer: (Some("ana@example.com".to_owned()), Some("Ana".to_owned())),
            language: None,
        }
    }

    fn letter(kind: &str, language: &str, name: &str) -> Letter {
        let words = Words::of(language);
        let mail = MAILS.iter().find(|mail| mail.kind == kind).unwrap();
        let payload = json!({"code": "123456", "item": "i", "kind": "k", "why": "w", "attempts": 3, "email": "bo@example.com", "name": name, "amount": "$5 CAD", "title": "t", "text": "One.\n\nTwo."});
        let subject = subject(name);
        let link = Some("https://events.example/e/tea?a=1&b=2".to_owned());
        let content = Content { mail: (mail.words)(words), words, subject: Some(&subject), payload: &payload, link };
        write(&content, "bo@example.com".to_owned(), &item(kind), "events.example").unwrap()
    }

    #[test]
    fn every_mail_is_whole_in_every_language() {
        for language in ["en", "es", "fr", "zh"] {
            for mail in MAILS {
                let letter = letter(mail.kind, language, "Tea & Type");
                for text in [&letter.subject, &letter.text, &letter.html] {
                    assert!(!text.contains('{') && !text.contains('}'), "{} {language}: {text}", mail.kind);
                    assert!(!text.trim().is_empty());
                }
                assert!(letter.html.contains(&format!("lang=\"{language}\"")));
                assert_eq!(letter.message_id, self::letter(mail.kind, "en", "x").message_id, "stable");
            }
        }
        assert_eq!(letter("mail_payment_setup", "en", "x").subject, "Action Required: Complete Payment Setup");
    }

    #[test]
    fn a_change_says_what_was_before() {
        let words = Words::of("en");
        let mail = MAILS.iter().find(|mail| mail.kind == "mail_changed").unwrap();
        let payload =
            json!({"before": {"starts": "2026-11-30T18:00:00", "timezone": "America/Toronto", "place": "Pier 21"}});
        let subject = subject("Tea");
        let content =
            Content { mail: (mail.words)(words), words, subject: Some(&subject), payload: &payload, link: None };
        let facts = facts(&content);
        let shown: Vec<_> = facts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        assert_eq!(
            shown,
            [
                "When: December 1, 2026, 6:00 PM (America/Toronto)",
                "Before: November 30, 2026, 6:00 PM (America/Toronto)",
                "Where: Pier 21",
            ],
            "what did not change is said once"
        );
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_told_as_it_counts() {
        let words = Words::of("en");
        let mail = MAILS.iter().find(|mail| mail.kind == "mail_changed").unwrap();
        // Written before the place was another: the hour is not.
        let payload =
            json!({"before": {"starts": "2027-03-14T02:30:00", "timezone": "America/Toronto", "place": "Pier 4"}});
        let subject = Subject { starts: Some("2027-03-14T02:30:00".parse().unwrap()), ..subject("Tea") };
        let content =
            Content { mail: (mail.words)(words), words, subject: Some(&subject), payload: &payload, link: None };
        let shown: Vec<_> = facts(&content).iter().map(|(label, value)| format!("{label}: {value}")).collect();
        assert_eq!(
            shown,
            ["When: March 14, 2027, 3:30 AM (America/Toronto)", "Where: Pier 21", "Before: Pier 4"],
            "as the page and the calendar entry tell it"
        );
    }

    #[test]
    fn what_a_person_typed_stays_where_it_belongs() {
        let hostile = "Tea\r\nBcc: eve@example.com\n\n<script>alert(1)</script> {link} {name}";
        let letter = letter("mail_reminder", "en", hostile);
        assert!(!letter.subject.contains(['\r', '\n']), "{:?}", letter.subject);
        assert!(letter.text.lines().all(|line| !line.starts_with("Bcc:")), "{}", letter.text);
        assert!(!letter.html.contains("<script>") && letter.html.contains("&lt;script&gt;"), "{}", letter.html);
        assert!(letter.subject.contains("{link}"), "values are not looked at for placeholders");
    }
}
