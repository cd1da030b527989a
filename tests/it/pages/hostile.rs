//! Text that wants to be more than text, through every place where a page shows it (THREATS 7.5).

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{fill, get, state};
use crate::harness::{self, Role};
use eventos::http::router::router;

/// Attempts at markup, at attributes, at the end of the data block, and at template engines.
pub(super) const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "\" style=\"position:fixed;inset:0",
    "<!-- --!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;alert(1)",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "${7*7} <%= 7*7 %>",
    "\\u003cscript\\u003e\\\"\\\\",
    "<\u{2028}script>\u{2029}",
    "\u{202E}gpj.exe\u{2066}<b>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "BEGIN:VEVENT\nATTENDEE:mailto:a@b.example\nEND:VEVENT",
    "x\r\nATTACH:https://evil.example/x.ics\r\n y",
    "x\rATTACH:https://evil.example/x.ics\ry",
    "a;VALUE=URI:b,c\\;d\\,e\\n\\N\\\\",
    "日本語テキスト，、。 🎉👩‍🚀 العربية עברית",
];

/// An event with this text in every field that takes text.
pub(super) fn event(slug: &str, text: &str) -> Value {
    let short: String = text.chars().take(180).collect();
    json!({"slug": slug, "name": format!("N {short}"), "description": format!("D {text}"), "place": format!("P {short}"),
        "address": format!("A {short}"), "city": format!("C {short}"), "refund_policy": format!("R {text}"), "tier": format!("T {short}"),
        "recurrence": short})
}

/// What is shown of a text that stands on one line.
pub(super) fn shown(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => None,
        c if c.is_control() && !c.is_whitespace() => None,
        c if c.is_control() && c != '\n' && c != '\t' && c != '\r' => None,
        c => Some(c),
    };
    text.chars().filter_map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts that organizers of other systems were unlucky with, when the file is at hand. No text in the database can hold a NUL.
pub(super) fn naughty() -> Vec<String> {
    let Some(path) = harness::cases("naughty_strings.dev.jsonl") else { return Vec::new() };
    let lines = std::fs::read_to_string(path).unwrap();
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    lines.lines().map(text).filter(|text| !text.contains('\0')).collect()
}

/// Publishes an event for each text. Returns their links.
pub(super) async fn publish(conn: &mut PgConnection, prefix: &str, texts: &[String]) -> Vec<String> {
    let slugs: Vec<String> = (0..texts.len()).map(|number| format!("{prefix}-{number}")).collect();
    let events: Vec<Value> = slugs.iter().zip(texts).map(|(slug, text)| event(slug, text)).collect();
    fill(conn, &events).await;
    slugs
}

/// The JSON inside the page's only script element.
pub(super) fn structured(page: &str) -> Value {
    let parts: Vec<&str> = page.split("<script type=\"application/ld+json\">").collect();
    assert_eq!(parts.len(), 2);
    serde_json::from_str(parts[1].split_once("</script>").unwrap().0).unwrap()
}

/// The tags of a page with empty attributes, but for those that a longer text has more of.
fn skeleton(page: &str) -> String {
    let mut tags = String::new();
    for part in page.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        if ["p", "br", "ul", "li"].contains(&name) {
            continue;
        }
        let blank: Vec<&str> = tag.split('"').step_by(2).collect();
        tags.extend(["<", &blank.join("\"\"").replace(" class=\"\"", ""), ">"]);
    }
    tags
}

/// The value of an attribute or element that stands between these two.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before).unwrap().1.split_once(after).unwrap().0
}

fn decoded(html: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2f;", "/"), ("&amp;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

#[tokio::test]
async fn text_stays_text_wherever_a_page_shows_it() {
    let database = harness::database().await;
    let texts: Vec<String> = PAYLOADS.iter().map(|text| (*text).to_owned()).chain(naughty()).collect();
    let mut conn = database.connect(Role::Bootstrap).await;
    fill(&mut conn, &[event("hostile-harmless", "harmless")]).await;
    let slugs = publish(&mut conn, "hostile", &texts).await;
    let router = router(state(database.store().await, Vec::new()));
    let harmless = skeleton(&get(&router, "/e/hostile-harmless", &[]).await.body);
    assert!(harmless.matches("<script type=\"\">").count() == 1 && !harmless.contains(" on"), "{harmless}");
    for (slug, text) in slugs.iter().zip(&texts) {
        let page = get(&router, &format!("/e/{slug}"), &[]).await;
        assert_eq!(page.status, 200, "{text:?}");
        assert_eq!(skeleton(&page.body), harmless, "{text:?}");
        let name = shown(&format!("N {}", text.chars().take(180).collect::<String>()));
        assert_eq!(decoded(between(&page.body, "<meta property=\"og:title\" content=\"", "\">")), name);
        let heading = between(&page.body, "<h1 ", "</h1>").split_once('>').unwrap().1;
        assert_eq!(decoded(heading), name);
        let data = structured(&page.body);
        assert_eq!((data["name"].as_str().unwrap(), &data["@type"]), (name.as_str(), &json!("Event")));
    }
}
