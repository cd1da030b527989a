//! A date, an hour or a range is drawn, put into words in every way that the table of a language has, and must come back.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests, which may panic as the tests do")]

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday, date};
use language::{Language, Reading, Reference, TimeValue, read};
use proptest::prelude::*;

/// What the tables are filled with.
struct Words {
    language: Language,
    weekdays: [&'static str; 7],
    months: [&'static str; 12],
    /// Ways to say a day: {d} day, {o} ordinal, {m} month by number, {M} by name, {y} year, {w} weekday.
    dates: &'static [&'static str],
    /// Ways to say an hour and minute of the day: {h} and {n} to 24, {k} to 12 with {p} for the half of the day.
    hours: &'static [&'static str],
    /// Ways to say from one hour to another.
    spans: &'static [&'static str],
    /// Ways to say from one day to another of the same month.
    stays: &'static [&'static str],
    halves: [&'static str; 2],
    /// Ways to say a weekday's morning, afternoon and evening.
    parts: [&'static str; 3],
}

const TABLES: [Words; 4] = [
    Words {
        language: Language::English,
        weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        months: [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        dates: &[
            "{M} {d}, {y}",
            "{d} {M} {y}",
            "the {o} of {M} {y}",
            "{y}-{m}-{d}",
            "{w}, {M} {o}, {y}",
            "{M} {o} {y}",
            "on {w} {d} {M} {y}",
            "{w} the {o} of {M} {y}",
            "{d}-{M}-{y}",
        ],
        hours: &["{h}:{n}", "at {k}:{n} {p}", "{k}:{n}{p}", "around {k}:{n} {p}"],
        spans: &["from {k}:{n} {p} to {K}:{N} {P}", "{k}:{n}{p}-{K}:{N}{P}", "between {k}:{n} {p} and {K}:{N} {P}"],
        stays: &[
            "{M} {d} to {D}, {y}",
            "from {M} {o} to {O} {y}",
            "{d}-{D} {M} {y}",
            "from the {o} to the {O} of {M} {y}",
        ],
        halves: ["am", "pm"],
        parts: ["{w} morning", "{w} afternoon", "{w} evening"],
    },
    Words {
        language: Language::French,
        weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        dates: &[
            "le {d} {M} {y}",
            "{w} {d} {M} {y}",
            "le {w} {d} {M} {y}",
            "{d}/{m}/{y}",
            "{y}-{m}-{d}",
            "au {d} {M} {y}",
            "pour le {d} {M} {y}",
        ],
        hours: &["{h}h{n}", "à {h}h{n}", "{h} h {n}", "à {h}:{n}"],
        spans: &["de {h}h{n} à {H}h{N}", "entre {h}h{n} et {H}h{N}", "{h}h{n} - {H}h{N}"],
        stays: &["du {d} au {D} {M} {y}", "entre le {d} et le {D} {M} {y}"],
        halves: ["", ""],
        parts: ["{w} matin", "{w} après-midi", "{w} soir"],
    },
    Words {
        language: Language::Spanish,
        weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        dates: &[
            "el {d} de {M} de {y}",
            "{d} de {M} del {y}",
            "el {w} {d} de {M} de {y}",
            "{d}/{m}/{y}",
            "{y}-{m}-{d}",
            "{w}, {d} de {M} de {y}",
        ],
        hours: &["a las {h}:{n}", "{h}:{n}", "a las {k}:{n} {p}"],
        spans: &["de {h}:{n} a {H}:{N}", "desde las {h}:{n} hasta las {H}:{N}", "entre las {h}:{n} y las {H}:{N}"],
        stays: &["del {d} al {D} de {M} de {y}", "desde el {d} hasta el {D} de {M} de {y}"],
        halves: ["am", "pm"],
        parts: ["el {w} por la mañana", "el {w} por la tarde", "el {w} por la noche"],
    },
    Words {
        language: Language::Mandarin,
        weekdays: ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
        months: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
        dates: &["{y}年{M}{d}日", "{y}年{M}{d}号", "{y}-{m}-{d}", "{y}年{M}{d}日{w}", "{y}/{m}/{d}"],
        hours: &["{h}:{n}", "{p}{k}点{n}分", "{h}点{n}分"],
        spans: &["{h}:{n}到{H}:{N}", "从{h}点{n}分到{H}点{N}分", "{h}:{n}-{H}:{N}"],
        stays: &["{y}年{M}{d}日到{D}日", "{y}年{M}{d}号至{D}号"],
        halves: ["上午", "下午"],
        parts: ["{w}上午", "{w}下午", "{w}晚上"],
    },
];

fn ordinal(day: i8) -> String {
    let ending = match (day % 10, day / 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

impl Words {
    fn put(&self, form: &str, day: Date, last: Date, from: (i8, i8), to: (i8, i8)) -> String {
        let twelve = |hour: i8| if hour % 12 == 0 { 12 } else { hour % 12 };
        let half = |hour: i8| self.halves[usize::from(hour >= 12)];
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
        let month = usize::try_from(day.month()).unwrap() - 1;
        [
            ("{d}", day.day().to_string()),
            ("{D}", last.day().to_string()),
            ("{o}", ordinal(day.day())),
            ("{O}", ordinal(last.day())),
            ("{m}", format!("{:02}", day.month())),
            ("{M}", self.months[month].to_owned()),
            ("{y}", day.year().to_string()),
            ("{w}", self.weekdays[weekday].to_owned()),
            ("{h}", format!("{:02}", from.0)),
            ("{H}", format!("{:02}", to.0)),
            ("{n}", format!("{:02}", from.1)),
            ("{N}", format!("{:02}", to.1)),
            ("{k}", twelve(from.0).to_string()),
            ("{K}", twelve(to.0).to_string()),
            ("{p}", half(from.0).to_owned()),
            ("{P}", half(to.0).to_owned()),
        ]
        .iter()
        .fold(form.to_owned(), |text, (hole, word)| text.replace(hole, word))
    }
}

fn now() -> DateTime {
    date(2026, 11, 23).at(10, 0, 0, 0)
}

fn reading(words: &Words, text: &str) -> Reading {
    read(text, &Reference::from(now()).in_language(words.language))
}

/// The only time that a text speaks of.
fn only(words: &Words, text: &str) -> TimeValue {
    let times = reading(words, text).times;
    assert_eq!(times.len(), 1, "{text:?}: {times:?}");
    times.into_iter().next().unwrap().value
}

fn any_day() -> impl Strategy<Value = Date> {
    (0..1400i64).prop_map(|ahead| now().date().checked_add(ahead.days()).unwrap())
}

fn any_minute() -> impl Strategy<Value = (i8, i8)> {
    (8..22i8, prop::sample::select(&[0i8, 5, 15, 30, 45, 50][..]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_comes_back(day in any_day()) {
        for words in &TABLES {
            for form in words.dates {
                let text = words.put(form, day, day, (9, 0), (10, 0));
                prop_assert_eq!(only(words, &text).start.date(), day, "{:?}", text);
            }
        }
    }

    #[test]
    fn an_hour_of_a_day_comes_back(day in any_day(), minute in any_minute()) {
        for words in &TABLES {
            for (form, hour) in words.dates.iter().zip(words.hours.iter().cycle()) {
                let text = words.put(&format!("{form} {hour}"), day, day, minute, minute);
                let wanted = day.at(minute.0, minute.1, 0, 0);
                let value = only(words, &text);
                // What is written without its half of the day may be meant in the other one; it must be among the readings.
                let found = reading(words, &text).times;
                let told = value.start == wanted || found.iter().flat_map(|time| &time.alternatives).any(|other| other.start == wanted);
                prop_assert!(told, "{:?}: {:?}", text, value);
                prop_assert!(value.has_date && value.has_hour, "{:?}", text);
            }
        }
    }

    #[test]
    fn a_span_of_hours_comes_back(day in any_day(), from in any_minute(), hours in 1..4i8) {
        // Past midnight the span ends on the next day, at the small hours.
        let to = ((from.0 + hours) % 24, 30);
        let last = if to.0 < from.0 { day.tomorrow().unwrap() } else { day };
        for words in &TABLES {
            for span in words.spans {
                let text = words.put(&format!("{} {span}", words.dates[0]), day, day, from, to);
                let value = only(words, &text);
                prop_assert_eq!(value.start, day.at(from.0, from.1, 0, 0), "{:?}", text);
                prop_assert_eq!(value.end, Some(last.at(to.0, to.1, 0, 0)), "{:?}", text);
            }
        }
    }

    /// "Saturday afternoon from 3 to 5": the day of the part is the day of the hours.
    #[test]
    fn hours_in_a_part_of_a_day_come_back(ahead in 1..7i64, part in 0..3usize, begin in 0..3i8, lasts in 1..3i8) {
        let day = now().date().checked_add(ahead.days()).unwrap();
        let from = ([8, 13, 18][part] + begin, 0);
        let to = (from.0 + lasts, 30);
        for words in &TABLES {
            for span in words.spans {
                let text = words.put(&format!("{} {span}", words.parts[part]), day, day, from, to);
                let value = only(words, &text);
                prop_assert_eq!(value.start, day.at(from.0, from.1, 0, 0), "{:?}", text);
                prop_assert_eq!(value.end, Some(day.at(to.0, to.1, 0, 0)), "{:?}", text);
            }
        }
    }

    #[test]
    fn a_stay_of_days_comes_back(day in any_day(), nights in 1..5i64) {
        let last = day.checked_add(nights.days()).unwrap();
        prop_assume!(last.month() == day.month());
        for words in &TABLES {
            for form in words.stays {
                let text = words.put(form, day, last, (9, 0), (10, 0));
                let value = only(words, &text);
                prop_assert_eq!(value.start.date(), day, "{:?}", text);
                prop_assert_eq!(value.end.map(DateTime::date), last.tomorrow().ok(), "{:?}", text);
            }
        }
    }

    /// "Next Friday" is the coming one, or the one after when the coming one is at most two days ahead in this week; the
    /// other is always among the readings.
    #[test]
    fn the_next_weekday_keeps_its_rule(today in any_day(), weekday in 1..=7i8) {
        let forms = [("next {w}", 0), ("{w} prochain", 1), ("el próximo {w}", 2)];
        let coming = today.nth_weekday(1, Weekday::from_monday_one_offset(weekday).unwrap()).unwrap();
        let ahead = today.until(coming).unwrap().get_days();
        let same_week = today.weekday().to_monday_one_offset() < weekday;
        let wanted = if same_week && ahead <= 2 { coming.checked_add(7.days()).unwrap() } else { coming };
        for (form, table) in forms {
            let words = &TABLES[table];
            let text = form.replace("{w}", words.weekdays[usize::try_from(weekday).unwrap() - 1]);
            let reference = Reference::from(today.at(10, 0, 0, 0)).in_language(words.language);
            let times = read(&text, &reference).times;
            prop_assert_eq!(times[0].value.start.date(), wanted, "{:?} on {}", text, today);
            let other = if wanted == coming { coming.checked_add(7.days()).unwrap() } else { coming };
            prop_assert!(times[0].alternatives.iter().any(|value| value.start.date() == other), "{:?} on {}", text, today);
        }
    }
}
