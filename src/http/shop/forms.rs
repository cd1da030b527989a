//! What a form brought, by the names of its fields.

use uuid::Uuid;

use crate::domain::sale::Line;

/// The fields as they were sent.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Of these fields.
    pub(super) fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// A field's text; empty when it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// What is answered: the fields `answer-<id>`.
    pub(super) fn answers(&self) -> Vec<(Uuid, String)> {
        let answer = |(name, said): &(String, String)| {
            let id = name.strip_prefix("answer-")?.parse().ok()?;
            Some((id, said.clone()))
        };
        self.0.iter().filter_map(answer).collect()
    }

    /// How many of what: the fields `kind-<id>`, and `kind-all` of an event that sells one kind only.
    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |(name, count): &(String, String)| {
            let kind = match name.strip_prefix("kind-")? {
                "all" => None,
                id => Some(id.parse::<Uuid>().ok()?),
            };
            // What is no number is none of it; a number of any length is too many.
            let digits = !count.is_empty() && count.chars().all(|c| c.is_ascii_digit());
            let count = if digits { count.parse().unwrap_or(u32::MAX) } else { 0 };
            Some(Line { kind, count })
        };
        self.0.iter().filter_map(line).collect()
    }
}

/// The name of a question's field.
pub(super) fn answer_field(question: Uuid) -> String {
    format!("answer-{question}")
}

/// The name of a kind's field.
pub(super) fn field(kind: Option<Uuid>) -> String {
    kind.map_or_else(|| "kind-all".to_owned(), |id| format!("kind-{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_numbers_or_nothing() {
        let id = Uuid::from_u128(3);
        let fields = [
            ("kind-all", "2"),
            (&field(Some(id)), "1"),
            ("kind-x", "1"),
            ("name", "3"),
            ("kind-all", "-1"),
            ("kind-all", "99999999999"),
        ];
        let form = Form::new(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let line = |kind, count| Line { kind, count };
        assert_eq!(form.lines(), [line(None, 2), line(Some(id), 1), line(None, 0), line(None, u32::MAX)]);
        assert_eq!((form.get("name"), form.get("email")), ("3", ""));
    }
}
