//! A place in a text that is read from left to right.

/// What is left to read.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn sees(&self, word: &str) -> bool {
        self.rest.starts_with(word)
    }

    /// Passes over this, when it comes next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let taken = self.rest.strip_prefix(word);
        self.rest = taken.unwrap_or(self.rest);
        taken.is_some()
    }

    /// Everything up to the first character that does not fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// A name: bare, or in quotes. A hyphen belongs to it unless an arrow begins there.
    pub(super) fn name(&mut self) -> Option<String> {
        if self.sees("\"") {
            return self.quoted();
        }
        let mut name = String::new();
        loop {
            name.push_str(self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ' ')));
            if self.sees("->") || !self.take("-") {
                break;
            }
            name.push('-');
        }
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    }

    /// `"a \"quoted\" text"`, in which a backslash makes the next character plain.
    pub(super) fn quoted(&mut self) -> Option<String> {
        let mut chars = self.rest.strip_prefix('"')?.char_indices();
        let mut text = String::new();
        loop {
            match chars.next()?.1 {
                '"' => break,
                '\\' => text.push(chars.next()?.1),
                other => text.push(other),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }
}
