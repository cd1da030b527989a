//! What never leaves the house in a prompt: secrets, and what reaches or identifies a person.
//!
//! An event needs none of it to be talked about. Times, amounts and counts stay: they are shorter, or have words around them.

/// So many digits in a row, with the usual signs between them, are the number of a person, a card or an account.
const DIGITS: usize = 9;
/// So long a word of letters and digits mixed is a key.
const KEY: usize = 20;

/// The text without them.
pub fn redact(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let end = piece.get(word.len()..).unwrap_or_default();
        match kind(word) {
            Some(mark) => safe.push_str(mark),
            None => safe.push_str(word),
        }
        safe.push_str(end);
    }
    numbers(&safe)
}

fn kind(word: &str) -> Option<&'static str> {
    let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric());
    if bare.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        return Some("[email]");
    }
    let prefixed = ["sk-", "sk_", "pk_", "rk_", "whsec_", "ghp_", "xoxb-", "eyJ", "Bearer"];
    if prefixed.iter().any(|prefix| bare.starts_with(prefix) && bare.len() >= KEY) {
        return Some("[secret]");
    }
    let (letters, digits) = bare.chars().fold((0, 0), |(letters, digits), letter| {
        (letters + usize::from(letter.is_ascii_alphabetic()), digits + usize::from(letter.is_ascii_digit()))
    });
    let is_key = bare.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.+/=".contains(letter));
    (is_key && bare.len() >= KEY && letters > 3 && digits > 3 && !bare.contains("://")).then_some("[secret]")
}

/// Long numbers, however they are grouped: "+1 416 555 0199", "4242 4242 4242 4242".
fn numbers(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut safe = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let run =
            if letter.is_ascii_digit() || *letter == '+' { run(letters.get(at..).unwrap_or_default()) } else { None };
        match run {
            Some(length) => {
                safe.push_str("[number]");
                at += length;
            }
            None => {
                safe.push(*letter);
                at += 1;
                // The rest of a shorter number is no number of its own.
                while letter.is_ascii_digit() && letters.get(at).is_some_and(char::is_ascii_digit) {
                    safe.extend(letters.get(at));
                    at += 1;
                }
            }
        }
    }
    safe
}

/// How long the number that begins here is, when it is a long one.
fn run(letters: &[char]) -> Option<usize> {
    let (mut digits, mut end, mut gap) = (0, 0, 0);
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_ascii_digit() {
            (digits, end, gap) = (digits + 1, at + 1, 0);
        } else if " -()+".contains(*letter) && gap < 2 {
            gap += 1;
        } else {
            break;
        }
    }
    let text: String = letters.iter().take(end).collect();
    // "2027-02-18 19" is a day with its hour.
    let is_day = text.len() >= 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    (digits >= DIGITS && !is_day).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn secrets_and_numbers_of_people_are_left_out_and_facts_stay() {
        let table = [
            ("write to ana@example.com!", "write to [email]"),
            ("my key is sk-proj-abcdef1234567890abcd", "my key is [secret]"),
            ("call +1 (416) 555-0199 now", "call [number] now"),
            ("card 4242 4242 4242 4242", "card [number]"),
            ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "token [secret]"),
            ("on 2027-02-18 19:00 for 220 people at $25.50", "on 2027-02-18 19:00 for 220 people at $25.50"),
            ("from 10:00 - 16:00, 2026", "from 10:00 - 16:00, 2026"),
            ("12,000 seats in Hall 3", "12,000 seats in Hall 3"),
            ("2027年2月18日19点，220人", "2027年2月18日19点，220人"),
        ];
        for (text, safe) in table {
            assert_eq!(redact(text), safe);
        }
    }
}
