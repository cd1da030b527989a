//! What a refund policy in an organizer's words means for a guest who gives a ticket back today.
//!
//! Promises: only what is clearly said is acted on: a part (all, half, so many percent, nothing) and a last day (a date, or
//! days before the start). A policy that says anything else is the organizer's to decide, never ours to guess.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// What a policy promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Percent of what was paid.
    pub percent: u8,
    /// Until when; `None`: until the event begins.
    pub until: Option<Timestamp>,
}

/// The start that days are counted from, on the event's own clock.
#[derive(Debug, Clone)]
pub struct Start {
    /// When it begins.
    pub at: DateTime,
    /// Where that clock runs.
    pub zone: TimeZone,
}

const NONE: &[&str] = &[
    "not refunded",
    "no refund",
    "non-refundable",
    "nonrefundable",
    "no money back",
    "ne sont pas rembours",
    "pas de remboursement",
    "non remboursable",
    "aucun remboursement",
    "no se reembols",
    "no se devuelv",
    "sin reembolso",
    "sin devoluc",
    "no reembolsable",
    "不退",
    "不予退",
    "恕不退",
    "概不退",
];
const ALL: &[&str] = &[
    "in full",
    "full refund",
    "fully refund",
    "all of your money",
    "intégral",
    "totalité",
    "remboursement complet",
    "en entier",
    "íntegr",
    "reembolso completo",
    "reembolso total",
    "todo su dinero",
    "todo tu dinero",
    "todo el dinero",
    "全额",
    "全部退",
];
const HALF: &[&str] =
    &["half of your money", "half back", "half the", "50 percent", "moitié", "mitad", "一半", "半价退"];
/// Words of a part that is kept: what such a sentence gives back it leaves to be reckoned.
const KEPT: &[&str] = &[
    " fee",
    "minus",
    "less ",
    "we keep",
    "kept",
    "retain",
    "deduct",
    "withhold",
    "withheld",
    "frais",
    " moins ",
    "reten",
    "gardons",
    "garde ",
    "dédui",
    "comisi",
    "commission",
    "gastos",
    " menos ",
    "quedamos",
    "descont",
    "deduc",
    "手续费",
    "扣",
];
const AT_LEAST: &[&str] = &["au moins", "al menos", "por lo menos"];
/// Words that say there is a last day.
const UNTIL: &[&str] = &[
    " by ", "until", "before", "prior", "up to", "after", "jusqu", "avant", "après", "hasta", "antes", "después",
    "之前", "前", "后",
];
/// Words of a time that is not counted back from the event in days or weeks.
const ELSEWHERE: &[&str] = &[
    "within", "hour", "month", "purchas", "bought", "buying", "booking", "dans les", "sous ", "heure", "mois", "achat",
    "réserv", "dentro", "hora", "meses", "compra", "reserva", "之内", "以内", "小时", "个月", "购", "买", "下单",
];
/// What stands after a number of days that are counted back from the event.
const BEFORE: &[&str] =
    &["before", "prior", "ahead", "in advance", "avant", "antes", "previ", "de antelación", "前", "之前", "以前"];
const MONTHS: &[&[&str]] = &[
    &["january", "janvier", "enero"],
    &["february", "février", "febrero"],
    &["march", "mars", "marzo"],
    &["april", "avril", "abril"],
    &["may", "mai", "mayo"],
    &["june", "juin", "junio"],
    &["july", "juillet", "julio"],
    &["august", "août", "agosto"],
    &["september", "septembre", "septiembre"],
    &["october", "octobre", "octubre"],
    &["november", "novembre", "noviembre"],
    &["december", "décembre", "diciembre"],
];
const NUMBERS: &[(&[&str], i64)] = &[
    (&["one", "un", "une", "uno", "una", "一", "a"], 1),
    (&["two", "deux", "dos", "两", "二"], 2),
    (&["three", "trois", "tres", "三"], 3),
    (&["five", "cinq", "cinco", "五"], 5),
    (&["seven", "sept", "siete", "七"], 7),
    (&["ten", "dix", "diez", "十"], 10),
    (&["fourteen", "quatorze", "catorce", "十四"], 14),
    (&["thirty", "trente", "treinta", "三十"], 30),
];

/// What the words promise, or `None` where they are not clear. `start`: when the event begins, when that is known.
pub fn read(text: &str, start: Option<&Start>) -> Option<Policy> {
    // What is said of an event that is called off, or of other people's tickets, is said in a later sentence.
    let first = text.split(['.', '。', '\n', ';']).find(|sentence| !sentence.trim().is_empty())?.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| first.contains(word));
    // "At least" is no "less".
    let plain = AT_LEAST.iter().fold(first.clone(), |text, words| text.replace(words, ""));
    if KEPT.iter().any(|word| plain.contains(word)) {
        return None;
    }
    let percent = percent(&first);
    if has(NONE) && percent.is_none() && !has(ALL) && !has(HALF) {
        return Some(Policy { percent: 0, until: None });
    }
    let percent = match percent {
        Some(percent) => percent,
        None if has(HALF) => 50,
        None if has(ALL) => 100,
        None => return None,
    };
    match last_day(&first, start) {
        LastDay::Unsaid => Some(Policy { percent, until: None }),
        LastDay::Clear(until) => Some(Policy { percent, until: Some(until) }),
        LastDay::Unclear => None,
    }
}

/// What goes back of so much, at this moment.
pub fn back_cents(policy: Policy, left_cents: i64, begins: Option<Timestamp>, now: Timestamp) -> i64 {
    let in_time = policy.until.is_none_or(|until| now < until) && begins.is_none_or(|begins| now < begins);
    if in_time { left_cents * i64::from(policy.percent) / 100 } else { 0 }
}

fn percent(text: &str) -> Option<u8> {
    let (before, _) = text.split_once('%').or_else(|| text.split_once('％'))?;
    let digits: String = before.trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
    let number: String = digits.chars().rev().collect();
    number.parse().ok().filter(|percent| *percent <= 100)
}

enum LastDay {
    Unsaid,
    Clear(Timestamp),
    Unclear,
}

fn last_day(text: &str, start: Option<&Start>) -> LastDay {
    let days = days_before(text);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // What is counted from anything but the event is nobody's guess.
    if has(ELSEWHERE) {
        return LastDay::Unclear;
    }
    let speaks_of_time =
        days.is_some() || date(text).is_some() || has(UNTIL) || UNITS.iter().any(|(unit, _)| text.contains(unit));
    if !speaks_of_time {
        return LastDay::Unsaid;
    }
    let Some(start) = start else { return LastDay::Unclear };
    // The whole of the last day counts.
    let last = match (days, date(text)) {
        (Some(days), None) => start.at.date().checked_sub(days.days()).ok(),
        (None, Some(date)) => Some(date),
        _ => None,
    };
    let end = last
        .and_then(|day| day.tomorrow().ok())
        .and_then(|day| day.to_datetime(jiff::civil::Time::MIN).to_zoned(start.zone.clone()).ok());
    end.map_or(LastDay::Unclear, |end| LastDay::Clear(end.timestamp()))
}

/// Days and weeks, in days.
const UNITS: &[(&str, i64)] = &[
    ("day", 1),
    ("jour", 1),
    ("día", 1),
    ("dia", 1),
    ("天", 1),
    ("week", 7),
    ("semaine", 7),
    ("semana", 7),
    ("周", 7),
];

/// `7 days before`, `la veille`: how many days.
fn days_before(text: &str) -> Option<i64> {
    let eve = ["day before", "la veille", "el día antes", "el día anterior", "la víspera", "前一天", "一天前"];
    let said = UNITS.iter().find_map(|(unit, length)| {
        let mut places = text.match_indices(unit);
        places.find_map(|(at, _)| {
            let (before, after) = (text.get(..at)?, text.get(at + unit.len()..)?);
            let counted_back = BEFORE.iter().any(|word| rest(after).starts_with(word)) || before.contains("提前");
            Some(number(before, unit)? * length).filter(|_| counted_back)
        })
    });
    said.or_else(|| eve.iter().any(|word| text.contains(word)).then_some(1))
}

/// What comes after a unit, without its plural and without "or more".
fn rest(after: &str) -> &str {
    let after = after.trim_start_matches(['s', '’', '\'']).trim_start();
    let more = ["or more", "ou plus", "o más", "及以"];
    more.iter().find_map(|words| after.strip_prefix(words)).unwrap_or(after).trim_start()
}

/// The number at the end of these words.
fn number(before: &str, unit: &str) -> Option<i64> {
    let before = before.trim_end();
    let word: String =
        before.chars().rev().take_while(|c| !c.is_whitespace()).collect::<Vec<_>>().into_iter().rev().collect();
    let digits: String = word.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let spelt = |name: &&str| **name == word || (unit.len() == 3 && word.ends_with(*name) && !name.is_ascii());
    let number = digits
        .parse()
        .ok()
        .or_else(|| NUMBERS.iter().find(|(names, _)| names.iter().any(spelt)).map(|(_, number)| *number));
    number.filter(|number: &i64| (0..=365).contains(number))
}

/// `24 November 2026`, `24 de noviembre de 2026`, `2026年11月24日`, `2026-11-24`.
fn date(text: &str) -> Option<Date> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    if let Some(date) = words.iter().find_map(|word| word.parse::<Date>().ok()) {
        return Some(date);
    }
    let numbers: Vec<i16> =
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    if text.contains('年') && text.contains('月') {
        let [year, month, day, ..] = numbers.as_slice() else { return None };
        return Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok();
    }
    let month = MONTHS.iter().position(|names| words.iter().any(|word| names.contains(word)))?;
    let year = numbers.iter().copied().find(|number| *number > 1900)?;
    let day = numbers.iter().copied().find(|number| (1..=31).contains(number))?;
    Date::new(year, i8::try_from(month + 1).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Start {
        Start { at: "2026-12-01T18:00:00".parse().unwrap(), zone: TimeZone::get("America/Toronto").unwrap() }
    }

    fn said(text: &str) -> Option<(u8, Option<String>)> {
        read(text, Some(&start())).map(|policy| (policy.percent, policy.until.map(|until| until.to_string())))
    }

    #[test]
    fn what_is_clearly_said_is_meant() {
        let week = |percent| Some((percent, Some("2026-11-25T05:00:00Z".to_owned())));
        let eve = |percent| Some((percent, Some("2026-12-01T05:00:00Z".to_owned())));
        for text in [
            "You get your money back in full if you cancel by 24 November 2026. After that, tickets are not refunded.",
            "You get your money back in full if you cancel by November 24, 2026. After that, tickets are not refunded.",
            "You get your money back in full if you cancel at least seven days before the event. After that, tickets are not refunded.",
            "Full refund up to 7 days before.",
            "Remboursement intégral jusqu’à 7 jours avant.",
            "Reembolso íntegro hasta el 24 de noviembre de 2026.",
            "2026年11月24日之前可全额退款",
            "Full refund 1 week or more before the event",
            "Vous êtes remboursé en entier si vous annulez au moins sept jours avant. Ensuite, les billets ne sont plus remboursés.",
            "Vous êtes remboursé en entier si vous annulez au plus tard le 24 novembre 2026.",
            "Recibes todo tu dinero si cancelas al menos siete días antes. Después, las entradas no se reembolsan.",
            "Recibes todo tu dinero si cancelas hasta el 24 de noviembre de 2026.",
            "在2026年11月24日或之前取消可全额退款，之后不退。",
            "至少提前七天取消可全额退款，之后不退。",
        ] {
            assert_eq!(said(text), week(100), "{text}");
        }
        assert_eq!(said("You get half of your money back if you cancel at least a day before the event."), eve(50));
        for text in [
            "50 % until the day before.",
            "La moitié vous est rendue si vous annulez au plus tard la veille.",
            "Recibes la mitad si cancelas como tarde el día anterior.",
            "最晚在前一天取消可退一半。",
        ] {
            assert_eq!(said(text), eve(50), "{text}");
        }
        assert_eq!(said("80% back up to 1 week before"), week(80));
        assert_eq!(
            said(
                "Tickets are not refunded, but you may pass yours on. If the event is called off, you get your money back in full."
            ),
            Some((0, None))
        );
        for text in [
            "No refunds.",
            "Les billets ne sont pas remboursés, mais vous pouvez céder le vôtre.",
            "门票不退，但您可以转让给他人。",
        ] {
            assert_eq!(said(text), Some((0, None)), "{text}");
        }
        assert_eq!(said("Full refund."), Some((100, None)));
    }

    #[test]
    fn what_is_not_clear_is_nobodys_guess() {
        for text in [
            "",
            "Ask us.",
            "Refunds at our discretion",
            "Full refund until the early bird ends",
            "120 % back",
            "Full refund before the deadline",
            "Full refund within 24 hours of purchase.",
            "Full refund within 14 days of purchase.",
            "We keep a 20% fee.",
            "Full refund minus a 10% fee",
            "Full refund up to 2 days after the event",
            "Remboursement intégral dans les 14 jours suivant l’achat.",
            "Remboursement intégral sous 24 heures.",
            "Nous gardons 20 % de frais.",
            "Reembolso íntegro dentro de los 14 días de la compra.",
            "Reembolso íntegro menos un 10 % de gastos.",
            "购买后14天内全额退款",
            "全额退款，扣除10%手续费",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
        assert_eq!(read("Full refund up to 7 days before.", None), None, "days before what?");
    }

    #[test]
    fn nothing_goes_back_after_the_last_day_or_the_start() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let policy = Policy { percent: 50, until: Some(at("2026-11-25T05:00:00Z")) };
        let begins = Some(at("2026-12-01T23:00:00Z"));
        assert_eq!(back_cents(policy, 2_501, begins, at("2026-11-25T04:59:59Z")), 1_250);
        assert_eq!(back_cents(policy, 2_501, begins, at("2026-11-25T05:00:00Z")), 0);
        let open = Policy { percent: 100, until: None };
        assert_eq!(back_cents(open, 2_500, begins, at("2026-12-01T23:00:00Z")), 0);
    }
}
