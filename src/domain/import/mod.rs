//! Events of another program's file, as the forms that would make them: iCalendar (RFC 5545) and tables (CSV, RFC 4180).
//!
//! Promises: reading makes nothing; whatever bytes come, reading ends, in bounded room; what cannot be read of an event is said
//! with it and loses nothing else. A form has the names of the API (`domain/entry.rs`), which checks each value as it
//! checks an organizer's.

pub mod encoding;
mod ics;
pub mod table;

use serde_json::{Map, Value};

use super::draft::Draft;
use super::entry;
use super::error::Unreadable;
use super::values::Provenance;

/// Events of one file that are taken.
pub const MOST: usize = 500;

/// An event that was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// What would be made.
    pub draft: Draft,
    /// What was not taken over, by the field's name in the API.
    pub notes: Vec<(String, Unreadable)>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// In the order of the file, at most [`MOST`].
    pub events: Vec<Found>,
    /// Parts that are no event, or one too many.
    pub passed_over: usize,
}

/// A form, and what is said about it already.
#[derive(Debug, Default)]
struct Form {
    fields: Map<String, Value>,
    notes: Vec<(String, Unreadable)>,
}

impl Form {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    fn note(&mut self, name: &str, why: Unreadable) {
        self.notes.push((name.to_owned(), why));
    }
}

/// Reads a file: a calendar when it says so, else a table. `None`: it is neither, or holds no text.
pub fn read(bytes: &[u8], zone: Option<&str>) -> Option<Import> {
    let bytes = ics::with_whole_letters(bytes);
    let text = encoding::decoded(&bytes)?.text;
    let (forms, passed_over) = if ics::is_one(&text) { ics::forms(&text) } else { table::forms(&text)? };
    let more = forms.len().saturating_sub(MOST);
    let events = forms.into_iter().take(MOST).map(|form| found(form, zone)).collect();
    Some(Import { events, passed_over: passed_over + more })
}

/// Checks a form as if an organizer had filled it in.
fn found(form: Form, zone: Option<&str>) -> Found {
    let mut draft = Draft::default();
    let Form { fields, mut notes } = form;
    let entry = entry::read(&fields, &draft, None, zone);
    notes.extend(entry.errors);
    for (field, facts) in entry.facts {
        let patch = facts.into_iter().map(|fact| (fact, Provenance::Edited)).collect();
        let applied = draft.apply(&patch);
        let name = super::event_draft::name(field);
        notes.extend(applied.errors.iter().map(|_| (name.to_owned(), Unreadable::TooMuch)));
    }
    Found { draft, notes }
}

#[cfg(test)]
mod tests;
