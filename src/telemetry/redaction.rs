//! Secrets out of a text, by how they look and by what stands before them.
//!
//! Promises: rather a harmless word too many than a secret: names like `token=`, what follows `Bearer`, passwords in
//! addresses, signed tokens, keys of the services that we use, and long words without meaning are replaced; ids are not.

const REDACTED: &str = "[redacted]";

/// Ends of names whose values are secret.
const NAMES: &[&str] = &[
    "authorization",
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "private_key",
    "cookie",
    "jwt",
];
/// Schemes that stand between a name and its secret.
const SCHEMES: &[&str] = &["bearer ", "basic ", "bot "];
/// How keys of the services that we use, and of those near them, begin.
const BEGINNINGS: &[&str] = &[
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "AIza",
    "SG.",
    "sbp_",
    "sb_secret_",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
];
/// A word of letters of both cases and digits that is so long says nothing to people.
const DENSE: usize = 24;
/// So many hexadecimal digits in a row are a key or a hash.
const HEX: usize = 32;

/// Whether the value under this name is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| lower.ends_with(secret))
}

/// The text with its secrets replaced.
pub(super) fn redact(text: &str) -> String {
    words(&schemes(&named(&passwords(text))))
}

/// `://user:password@`
fn passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '"')).unwrap_or(part.len());
        let (authority, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        clean.push_str("://");
        match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
            Some((user, host)) => clean.extend([user, ":", REDACTED, "@", host, rest]),
            None => clean.push_str(part),
        }
    }
    clean
}

/// `token=…`, `"password": "…"`, `Authorization: Bearer …`
fn named(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let piece = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let (mut clean, mut at) = (String::new(), 0);
    while let Some(end) = next_name(&lower, at) {
        let (skipped, length) = value(piece(end, text.len())).unwrap_or((0, 0));
        clean.push_str(piece(at, end + skipped));
        clean.push_str(if length == 0 { "" } else { REDACTED });
        at = end + skipped + length;
    }
    clean + piece(at, text.len())
}

/// Where the next secret name ends.
fn next_name(lower: &str, from: usize) -> Option<usize> {
    let rest = lower.get(from..)?;
    NAMES.iter().filter_map(|name| rest.find(name).map(|start| from + start + name.len())).min()
}

/// How many bytes stand between a name and its value, and how many the value has.
fn value(after_name: &str) -> Option<(usize, usize)> {
    let separated = after_name.trim_start_matches(['"', '\'', ' ', '\\']);
    let value = separated.strip_prefix([':', '='])?.trim_start_matches(['"', '\'', ' ', '\\']);
    let scheme =
        SCHEMES.iter().find(|scheme| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let scheme = scheme.map_or(0, |scheme| scheme.len());
    let end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '&' | ',' | ';' | ')' | '}' | ']' | '\\');
    let word = value.get(scheme..)?;
    let length = word.find(end).unwrap_or(word.len());
    // A second colon makes a path of code out of it.
    (length > 0 && !value.starts_with(':')).then(|| (after_name.len() - value.len(), scheme + length))
}

/// `Bearer …` without a name before it.
fn schemes(text: &str) -> String {
    let mut clean = Vec::new();
    let mut hide = false;
    for word in text.split(' ') {
        clean.push(if hide && word.len() > 7 { REDACTED } else { word });
        let scheme = word.trim_start_matches(['"', '\'', '(']);
        hide = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic");
    }
    clean.join(" ")
}

/// Keys and tokens by their looks.
fn words(text: &str) -> String {
    let in_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let (mut clean, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find(in_word) {
        let (before, word) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let length = word.find(|c: char| !in_word(c)).unwrap_or(word.len());
        let (word, after) = word.split_at_checked(length).unwrap_or((word, ""));
        clean.push_str(before);
        clean.push_str(if is_key(word) { REDACTED } else { word });
        rest = after;
    }
    clean + rest
}

fn is_key(word: &str) -> bool {
    let begins = BEGINNINGS.iter().any(|beginning| word.strip_prefix(beginning).is_some_and(|rest| rest.len() >= 8));
    let is_signed = word.starts_with("eyJ") && word.len() >= 20;
    begins || is_signed || word.split('.').any(|part| is_dense(part) || is_hex(part))
}

fn is_dense(part: &str) -> bool {
    let has = |kind: fn(&char) -> bool| part.chars().any(|c| kind(&c));
    part.len() >= DENSE && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
}

fn is_hex(part: &str) -> bool {
    part.len() >= HEX && part.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go() {
        let cases = [
            ("Authorization: Bearer abc.def-123", "Authorization: [redacted]"),
            ("sent bearer abcdefgh to it", "sent bearer [redacted] to it"),
            (r#"{"password":"hunter2","n":1}"#, r#"{"password":"[redacted]","n":1}"#),
            ("/cb?code=7&access_token=x1y2&state=ok", "/cb?code=7&access_token=[redacted]&state=ok"),
            (
                "postgres://eventos:p@ss:w@db.example:5432/eventos",
                "postgres://eventos:[redacted]@db.example:5432/eventos",
            ),
            ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", "got [redacted]"),
            ("key sk-proj-aaaaaaaaaaaa, whsec_bbbbbbbbbbbb", "key [redacted], [redacted]"),
            ("bot 123456789:AAq7Zr2Wm9Kx4Tn6Vb1Lc8Yd3Hf5Js0PgQe", "bot 123456789:[redacted]"),
            ("seal 0123456789abcdef0123456789abcdef", "seal [redacted]"),
            ("STRIPE_SECRET = 'abc'", "STRIPE_SECRET = '[redacted]'"),
        ];
        for (text, expected) in cases {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn words_and_ids_stay() {
        let harmless = [
            "the session 8d5ef65c-6d53-4a1e-9f1c-0a4f8b6c2d11 was settled in 12.5 ms",
            "error returned from database: relation \"events\" does not exist (42P01)",
            "GET /e/{name} at https://events.example/e/spring-concert-2027",
            "crate::token::Reader failed; a bearer of news came",
            "Évènement à Montréal 🎉 — 日本語",
        ];
        for text in harmless {
            assert_eq!(redact(text), text);
        }
        assert!(is_secret_name("access_token") && is_secret_name("PASSWORD") && !is_secret_name("prompt_tokens"));
    }
}
