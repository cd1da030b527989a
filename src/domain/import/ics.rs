//! iCalendar: the events of a calendar file, as far as an event of ours has room for them.
//!
//! Source: RFC 5545, sections 3.1 (content lines), 3.3 (values), 3.6.1 (VEVENT). Read leniently: what other programs write
//! wrongly is taken where its meaning is plain.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use super::{Form, MOST};
use crate::domain::error::Unreadable;

/// Nested parts that are followed; deeper ones are not looked at.
const DEPTH: usize = 16;

/// A property: its name, parameters and value as they stand.
#[derive(Debug)]
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

/// A moment of a calendar.
#[derive(Debug, Clone, PartialEq)]
enum Moment {
    Day(Date),
    /// On this zone's clock; `None`: on the event's own.
    Local(DateTime, Option<String>),
}

/// What a calendar begins with.
const BEGIN: &str = "BEGIN:VCALENDAR";

/// Whether the text is a calendar.
pub(super) fn is_one(text: &str) -> bool {
    text.trim_start().get(..BEGIN.len()).is_some_and(|start| start.eq_ignore_ascii_case(BEGIN))
}

/// The bytes of a calendar, unfolded where a line is folded within a letter of UTF-8 (section 3.1); any other file as it is.
pub(super) fn with_whole_letters(bytes: &[u8]) -> Cow<'_, [u8]> {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let is_one = start.get(..BEGIN.len()).is_some_and(|start| start.eq_ignore_ascii_case(BEGIN.as_bytes()));
    if !is_one || std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut whole = Vec::with_capacity(bytes.len());
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let [b' ' | b'\t', more @ ..] = line {
            whole.extend_from_slice(more);
        } else {
            if !whole.is_empty() {
                whole.push(b'\n');
            }
            whole.extend_from_slice(line);
        }
    }
    Cow::Owned(whole)
}

/// The forms of its events, and how many of its parts are none.
pub(super) fn forms(text: &str) -> (Vec<Form>, usize) {
    let mut zone = None;
    let (mut forms, mut other) = (Vec::new(), 0);
    let mut path: Vec<String> = Vec::new();
    let mut event: Vec<Line> = Vec::new();
    for line in lines(text) {
        match line.name.as_str() {
            "BEGIN" if path.len() < DEPTH => {
                let part = line.value.trim().to_ascii_uppercase();
                if part == "VEVENT" {
                    event.clear();
                } else if path.len() == 1 && part != "VTIMEZONE" {
                    other += 1;
                }
                path.push(part);
            }
            "END" => {
                let part = line.value.trim().to_ascii_uppercase();
                if let Some(at) = path.iter().rposition(|open| *open == part) {
                    path.truncate(at);
                    if part == "VEVENT" {
                        if is_moved(&event) || forms.len() > MOST {
                            other += 1;
                        } else {
                            forms.push(form(&event, zone.as_deref()));
                        }
                        event.clear();
                    }
                }
            }
            "X-WR-TIMEZONE" if path.len() == 1 => zone = zone_of(&line.value),
            _ if path.last().is_some_and(|part| part == "VEVENT") => event.push(line),
            _ => {}
        }
    }
    (forms, other)
}

/// One day of a series that was moved: the series itself is the event.
fn is_moved(event: &[Line]) -> bool {
    event.iter().any(|line| line.name == "RECURRENCE-ID")
}

/// Content lines, unfolded.
fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut whole: Vec<String> = Vec::new();
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => whole.push(line.to_owned()),
        }
    }
    whole.into_iter().filter_map(|line| read(&line))
}

/// `NAME;PARAMETER=value;OTHER="a;b":value`
fn read(line: &str) -> Option<Line> {
    let mut quoted = false;
    let mut cuts = Vec::new();
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => cuts.push(at),
            ':' if !quoted => {
                cuts.push(at);
                break;
            }
            _ => {}
        }
    }
    let end = *cuts.last()?;
    let value = line.get(end..)?.strip_prefix(':')?.to_owned();
    let first = *cuts.first()?;
    let name = line.get(..first)?.trim().to_ascii_uppercase();
    let parameter = |pair: &[usize]| {
        let [from, to] = pair else { return None };
        let (name, value) = line.get(from + 1..*to)?.split_once('=')?;
        Some((name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    };
    let parameters = cuts.windows(2).filter_map(parameter).collect();
    Some(Line { name, parameters, value })
}

impl Line {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A TEXT value without its marks (section 3.3.11).
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut marks = self.value.chars();
        while let Some(c) = marks.next() {
            match (c, if c == '\\' { marks.next() } else { None }) {
                ('\\', Some('n' | 'N')) => text.push('\n'),
                ('\\', Some(other)) => text.push(other),
                (c, _) => text.push(c),
            }
        }
        text.trim().to_owned()
    }

    fn moment(&self) -> Option<Moment> {
        let value = self.value.trim();
        let day = |text: &str| Date::strptime("%Y%m%d", text).ok();
        if value.len() == 8 {
            return day(value).map(Moment::Day);
        }
        let local = DateTime::strptime("%Y%m%dT%H%M%S", value.trim_end_matches(['Z', 'z'])).ok()?;
        if value.ends_with(['Z', 'z']) {
            return Some(Moment::Local(local, Some("UTC".to_owned())));
        }
        Some(Moment::Local(local, self.parameter("TZID").and_then(zone_of)))
    }
}

/// The name of a zone as we know it: IANA's, also with a path before it; some of Windows' by their meaning.
fn zone_of(name: &str) -> Option<String> {
    let name = name.trim().trim_matches('"');
    let known = |name: &str| TimeZone::get(name).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    if let Some(zone) = known(name) {
        return Some(zone);
    }
    let windows = [
        ("Eastern Standard Time", "America/New_York"),
        ("Central Standard Time", "America/Chicago"),
        ("Mountain Standard Time", "America/Denver"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Atlantic Standard Time", "America/Halifax"),
        ("GMT Standard Time", "Europe/London"),
        ("Romance Standard Time", "Europe/Paris"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Central Europe Standard Time", "Europe/Budapest"),
        ("Central European Standard Time", "Europe/Warsaw"),
        ("China Standard Time", "Asia/Shanghai"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
    ];
    if let Some((_, zone)) = windows.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some((*zone).to_owned());
    }
    // `/softwarestudio.org/Tzfile/America/New_York`: the last two parts.
    let mut parts = name.rsplitn(3, '/');
    let (last, before) = (parts.next()?, parts.next()?);
    known(&format!("{before}/{last}"))
}

fn form(event: &[Line], calendar_zone: Option<&str>) -> Form {
    let one = |name: &str| event.iter().find(|line| line.name == name);
    let mut form = Form::default();
    let texts = [("SUMMARY", "name"), ("DESCRIPTION", "description"), ("LOCATION", "place")];
    for (property, name) in texts {
        let text = one(property).map(Line::text).unwrap_or_default();
        if text.starts_with("http://") || text.starts_with("https://") {
            form.put("onlineUrl", text);
        } else if !text.is_empty() {
            form.put(name, if name == "description" { text } else { one_line(&text) });
        }
    }
    if one("STATUS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED")) {
        form.note("name", Unreadable::CalledOff);
    }
    if one("CLASS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("PRIVATE")) {
        form.put("visibility", "private");
    }
    if let Some(rule) = one("RRULE") {
        form.put("recurrence", rule.value.trim());
    }
    let is_listed = event.iter().any(|line| matches!(line.name.as_str(), "RDATE" | "EXDATE"));
    if is_listed {
        form.note("recurrence", Unreadable::SingleDays);
    }
    match one("DTSTART").map(|line| line.moment().ok_or(line)) {
        Some(Ok(start)) => schedule(&mut form, &start, one, calendar_zone),
        Some(Err(_)) => form.note("dateTime", Unreadable::Start),
        None => form.note("dateTime", Unreadable::NoStart),
    }
    form
}

fn schedule<'a>(form: &mut Form, start: &Moment, one: impl Fn(&str) -> Option<&'a Line>, calendar_zone: Option<&str>) {
    let end = one("DTEND").and_then(Line::moment);
    match start {
        Moment::Day(day) => {
            form.put("dateTime", day.to_string());
            // The end of a day is the next one (section 3.6.1).
            if let Some(Moment::Day(end)) = end
                && let Ok(last) = end.yesterday()
                && last > *day
            {
                form.put("endDateTime", last.to_string());
            }
        }
        Moment::Local(local, zone) => {
            // A moment in UTC is one on the calendar's clock.
            let shown = match (zone.as_deref(), calendar_zone) {
                (Some("UTC"), Some(own)) => moved(*local, own).map(|local| (local, own.to_owned())),
                _ => None,
            };
            let unknown = zone.is_none() && one("DTSTART").is_some_and(|line| line.parameter("TZID").is_some());
            if unknown {
                form.note("timezone", Unreadable::Clock);
            }
            let (local, zone) = shown.unwrap_or_else(|| {
                (*local, zone.clone().or_else(|| calendar_zone.map(str::to_owned)).unwrap_or_default())
            });
            form.put("dateTime", local.strftime("%Y-%m-%dT%H:%M").to_string());
            if !zone.is_empty() {
                form.put("timezone", zone);
            }
            let length = one("DURATION").and_then(|line| line.value.trim().parse::<Span>().ok());
            let length = length.and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
            let length = length.or_else(|| end.and_then(|end| between(start, &end)));
            match length.map(|length| length.as_mins()) {
                Some(minutes) if minutes > 0 => form.put("duration", minutes),
                Some(minutes) if minutes < 0 => form.note("duration", Unreadable::EndBeforeStart),
                _ => {}
            }
        }
    }
}

/// A moment in UTC on another clock.
fn moved(utc: DateTime, zone: &str) -> Option<DateTime> {
    let zone = TimeZone::get(zone).ok()?;
    Some(zone.to_datetime(TimeZone::UTC.to_timestamp(utc).ok()?))
}

fn between(start: &Moment, end: &Moment) -> Option<SignedDuration> {
    let instant = |moment: &Moment| match moment {
        Moment::Day(_) => None,
        Moment::Local(local, zone) => {
            let zone = zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
            zone.to_timestamp(*local).ok()
        }
    };
    Some(instant(end)?.duration_since(instant(start)?))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
