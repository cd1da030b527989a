//! Turns a time as said into the time that is meant, with the other readings beside it.

use std::fmt::Write;

use jiff::civil::DateTime;

use crate::calendar::arithmetic::add;
use crate::calendar::expression::{Expr, Stretch};
use crate::calendar::occurrence::Almanac;
use crate::finding::{Grain, Time, TimeValue};
use crate::grammar::meaning::{Moment, Repeat, part};
use crate::span::Span;

/// The time that is meant; nothing when there is no such time.
pub(crate) fn of(moment: &Moment, span: Span, almanac: &Almanac) -> Option<Time> {
    let stretch = almanac.resolve(&moment.expr)?;
    let rrule = moment.repeat.as_ref().map(|repeat| rule_of(repeat, almanac));
    let value = value_of(moment, stretch, rrule);
    let mut alternatives: Vec<TimeValue> = Vec::new();
    let others = moment
        .others
        .iter()
        .filter_map(|other| almanac.resolve(other))
        .map(|other| value_of(moment, other, value.rrule.clone()));
    let half = moment.expr.has_open_clock().then(|| other_half(&value)).flatten();
    for other in others.chain(half) {
        if other != value && !alternatives.contains(&other) {
            alternatives.push(other);
        }
    }
    let confidence = match (alternatives.is_empty(), value.is_part_of_day) {
        (true, false) => 0.95,
        (true, true) => 0.7,
        (false, _) => 0.6,
    };
    Some(Time { span, value, alternatives, confidence })
}

fn value_of(moment: &Moment, stretch: Stretch, rrule: Option<String>) -> TimeValue {
    let has_hour = moment.parts & part::CLOCK != 0;
    TimeValue {
        start: stretch.start,
        end: moment.long.then_some(stretch.end),
        grain: stretch.grain,
        direction: moment.direction,
        has_date: moment.parts & part::DATE != 0,
        has_hour,
        is_part_of_day: moment.parts & part::PART != 0 && !has_hour,
        is_rough: moment.expr.is_rough(),
        rrule,
        zone: moment.zone.map(str::to_owned),
    }
}

/// The same clock in the other half of the same day.
fn other_half(value: &TimeValue) -> Option<TimeValue> {
    let hours = if value.start.hour() < 12 { 12 } else { -12 };
    let moved = |moment: DateTime| add(moment, hours, Grain::Hour);
    Some(TimeValue { start: moved(value.start)?, end: value.end.and_then(moved), ..value.clone() })
}

/// The RRULE value of a repetition (RFC 5545, section 3.3.10).
fn rule_of(repeat: &Repeat, almanac: &Almanac) -> String {
    let frequency = match repeat.unit {
        Grain::Second => "SECONDLY",
        Grain::Minute => "MINUTELY",
        Grain::Hour => "HOURLY",
        Grain::Day => "DAILY",
        Grain::Week => "WEEKLY",
        Grain::Month | Grain::Quarter => "MONTHLY",
        Grain::Year => "YEARLY",
    };
    let mut rule = format!("FREQ={frequency}");
    let interval = if repeat.unit == Grain::Quarter { repeat.every * 3 } else { repeat.every };
    if interval > 1 {
        let _ = write!(rule, ";INTERVAL={interval}");
    }
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let days: Vec<String> = repeat
        .weekdays
        .iter()
        .filter_map(|weekday| names.get(usize::try_from(weekday - 1).ok()?))
        .map(|name| repeat.nth.map_or_else(|| (*name).to_owned(), |nth| format!("{nth}{name}")))
        .collect();
    if !days.is_empty() {
        rule.push_str(";BYDAY=");
        rule.push_str(&days.join(","));
    }
    if let Some(until) = repeat.until.as_ref().and_then(|until| almanac.resolve(until)) {
        // "until June" ends with the last moment before June begins; "until June 12" with the end of that day.
        let bound = if until.grain > Grain::Day { until.start } else { until.end };
        if let Some(last) = add(bound, -1, Grain::Second) {
            let _ = write!(rule, ";UNTIL={}", last.strftime("%Y%m%dT%H%M%S"));
        }
    }
    rule
}

impl Expr {
    /// Whether the half of the day was left open.
    fn has_open_clock(&self) -> bool {
        match self {
            Self::Clock(clock) => clock.open,
            Self::Within(frame, inner) => frame.has_open_clock() || inner.has_open_clock(),
            Self::Lasting(inner, _) => inner.has_open_clock(),
            _ => false,
        }
    }
}
