//! What a time is taken to mean, construct by construct, in each language.

use jiff::civil::{DateTime, date};
use language::{Direction, Grain, Language, Reading, Reference, TimeValue, read};

/// A Monday.
fn now() -> DateTime {
    date(2026, 11, 23).at(10, 0, 0, 0)
}

fn reading(language: Language, text: &str) -> Reading {
    read(text, &Reference::from(now()).in_language(language))
}

fn first(language: Language, text: &str) -> TimeValue {
    reading(language, text).times.into_iter().next().unwrap_or_else(|| panic!("no time in {text:?}")).value
}

/// Start, and end where there is one, as "2026-11-23T10:00" and "2026-11-23T10:00/2026-11-23T11:00".
fn shown(value: &TimeValue) -> String {
    let moment = |moment: DateTime| moment.strftime("%Y-%m-%dT%H:%M").to_string();
    value.end.map_or_else(|| moment(value.start), |end| format!("{}/{}", moment(value.start), moment(end)))
}

fn check(language: Language, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(shown(&first(language, text)), *expected, "{text:?}");
    }
}

#[test]
fn english_days() {
    check(
        Language::English,
        &[
            ("March 15", "2027-03-15T00:00"),
            ("friday", "2026-11-27T00:00"),
            ("monday", "2026-11-30T00:00"),
            ("next saturday", "2026-11-28T00:00"),
            ("the 14th", "2026-12-14T00:00"),
            ("first tuesday of december", "2026-12-01T00:00"),
            ("last Thursday of November", "2026-11-26T00:00"),
            ("2 weeks from Thursday", "2026-12-10T00:00"),
            ("in two weeks", "2026-12-07T00:00"),
            ("on Valentine's Day next year", "2027-02-14T00:00"),
            ("Friday April 9", "2027-04-09T00:00"),
            ("13th of this month", "2026-11-13T00:00"),
            ("monday next week", "2026-11-30T00:00"),
            ("2027-03-15", "2027-03-15T00:00"),
            ("15/03/2027", "2027-03-15T00:00"),
            ("thanksgiving", "2026-11-26T00:00"),
            ("easter 2027", "2027-03-28T00:00"),
        ],
    );
    assert_eq!(first(Language::English, "maybe february?").grain, Grain::Month);
    assert_eq!(first(Language::English, "in 2028").grain, Grain::Year);
}

#[test]
fn english_hours() {
    check(
        Language::English,
        &[
            ("at 2", "2026-11-23T14:00"),
            ("nine am", "2026-11-24T09:00"),
            ("noon", "2026-11-23T12:00"),
            ("half past six", "2026-11-23T18:30"),
            ("quarter past 3 in the afternoon", "2026-11-23T15:15"),
            ("quarter to 5 in the evening", "2026-11-23T16:45"),
            ("afternoon 3:30", "2026-11-23T15:30"),
            ("10 o'clock at night", "2026-11-23T22:00"),
            ("next friday 9am", "2026-11-27T09:00"),
            ("January 12th at noon", "2027-01-12T12:00"),
            ("9h30", "2026-11-24T09:30"),
            ("Friday at quarter to eight", "2026-11-27T19:45"),
            ("a quarter past 6 in the evening", "2026-11-23T18:15"),
            ("Friday 8ish", "2026-11-27T08:00"),
        ],
    );
    assert_eq!(first(Language::English, "January 12th at noon eastern").zone.as_deref(), Some("America/New_York"));
    let evening = first(Language::English, "tomorrow evening");
    assert!(evening.is_part_of_day && evening.has_date && !evening.has_hour);
}

#[test]
fn english_ranges() {
    check(
        Language::English,
        &[
            ("7 to 11pm", "2026-11-23T19:00/2026-11-23T23:00"),
            ("tomorrow 10am-4pm", "2026-11-24T10:00/2026-11-24T16:00"),
            ("from 9am to 5pm on November 15", "2027-11-15T09:00/2027-11-15T17:00"),
            ("March 3rd to 5th", "2027-03-03T00:00/2027-03-06T00:00"),
            ("March 3-5, 2027", "2027-03-03T00:00/2027-03-06T00:00"),
            ("July 2 to July 4 2027", "2027-07-02T00:00/2027-07-05T00:00"),
            ("26 june to 28 june in 2028", "2028-06-26T00:00/2028-06-29T00:00"),
            ("next three days", "2026-11-24T00:00/2026-11-27T00:00"),
            ("6pm for three hours", "2026-11-23T18:00/2026-11-23T21:00"),
            ("2 hours from 2pm", "2026-11-23T14:00/2026-11-23T16:00"),
            ("tomorrow evening between 7 and 9", "2026-11-24T19:00/2026-11-24T21:00"),
            ("from 7 to 9 tomorrow evening", "2026-11-24T19:00/2026-11-24T21:00"),
            ("the first Monday evening of next month", "2026-12-07T18:00/2026-12-08T00:00"),
        ],
    );
}

#[test]
fn open_times_and_repetitions() {
    for (text, start) in [("til thursday", "2026-11-26T00:00"), ("until March 1st", "2027-03-01T00:00")] {
        let value = first(Language::English, text);
        assert_eq!((shown(&value).as_str(), value.direction), (start, Some(Direction::Before)), "{text}");
    }
    for (language, text, rule) in [
        (Language::English, "every second Tuesday until June", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270531T235959"),
        (Language::English, "the third thursday of each month at 7", "FREQ=MONTHLY;BYDAY=3TH"),
        (Language::English, "every 2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        (Language::French, "tous les jeudis à 19h jusqu'en juin", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270531T235959"),
        (Language::Spanish, "todos los jueves a las 7 de la tarde", "FREQ=WEEKLY;BYDAY=TH"),
        (Language::Mandarin, "每周二晚上7点", "FREQ=WEEKLY;BYDAY=TU"),
    ] {
        assert_eq!(first(language, text).rrule.as_deref(), Some(rule), "{text}");
    }
}

#[test]
fn the_other_reading_is_offered() {
    let days = &reading(Language::English, "next saturday at 10am").times[0];
    assert_eq!(shown(&days.alternatives[0]), "2026-12-05T10:00");
    let halves = &reading(Language::English, "tomorrow at 7").times[0];
    assert_eq!(
        (shown(&halves.value), shown(&halves.alternatives[0])),
        ("2026-11-24T19:00".into(), "2026-11-24T07:00".into())
    );
    assert!(halves.confidence < reading(Language::English, "tomorrow at 7pm").times[0].confidence);
    let order = &reading(Language::English, "4/5/2027").times[0];
    assert_eq!(
        (shown(&order.value), shown(&order.alternatives[0])),
        ("2027-04-05T00:00".into(), "2027-05-04T00:00".into())
    );
    let british = Reference { day_first: true, ..Reference::from(now()).in_language(Language::English) };
    assert_eq!(shown(&read("4/5/2027", &british).times[0].value), "2027-05-04T00:00");
}

#[test]
fn times_some_words_apart_stay_apart() {
    let found = reading(Language::English, "Friday April 9, doors at half past six, starts 7, ends around nine");
    let shown: Vec<String> = found.times.iter().map(|time| shown(&time.value)).collect();
    assert_eq!(shown, ["2027-04-09T00:00", "2026-11-23T18:30", "2026-11-23T19:00", "2026-11-23T21:00"]);
}

#[test]
fn a_time_ends_with_its_line() {
    let found = reading(Language::English, "Saturday March\n6 people at\n7 tables");
    assert!(
        found.times.iter().all(|time| !time.value.has_hour && time.span.end <= "Saturday March".len()),
        "{found:?}"
    );
    assert_eq!(found.numbers.iter().map(|number| number.value).collect::<Vec<_>>(), [6.0, 7.0]);
}

#[test]
fn french() {
    check(
        Language::French,
        &[
            ("le 15 mars 2027 à 9h", "2027-03-15T09:00"),
            ("samedi prochain de 14h à 17h30", "2026-11-28T14:00/2026-11-28T17:30"),
            ("le premier mardi de décembre à 18 h 30", "2026-12-01T18:30"),
            ("demain soir", "2026-11-24T18:00/2026-11-25T00:00"),
            ("du 3 au 5 mars", "2027-03-03T00:00/2027-03-06T00:00"),
            ("dans deux semaines", "2026-12-07T00:00"),
            ("vendredi 9 avril à huit heures et demie du soir", "2027-04-09T20:30"),
            ("la semaine prochaine", "2026-11-30T00:00"),
            ("midi moins cinq", "2026-11-23T11:55"),
            ("lundi 14 à 18h", "2026-12-14T18:00"),
            ("samedi de 10 à 16h", "2026-11-28T10:00/2026-11-28T16:00"),
            ("de 14h à 16h demain après-midi", "2026-11-24T14:00/2026-11-24T16:00"),
            ("le 9 mai pour 2 nuits", "2027-05-09T00:00/2027-05-11T00:00"),
            ("23/juin/2027", "2027-06-23T00:00"),
        ],
    );
}

#[test]
fn spanish() {
    check(
        Language::Spanish,
        &[
            ("el próximo sábado a las 5 de la tarde", "2026-11-28T17:00"),
            ("mañana por la mañana", "2026-11-24T04:00/2026-11-24T12:00"),
            ("del 3 al 5 de marzo", "2027-03-03T00:00/2027-03-06T00:00"),
            ("de 9 a 11 de la noche", "2026-11-23T21:00/2026-11-23T23:00"),
            ("el primer martes de diciembre", "2026-12-01T00:00"),
            ("el 15 de marzo de 2027 a las nueve y media", "2027-03-15T09:30"),
            ("el viernes 9 de abril a las ocho menos cuarto", "2027-04-09T19:45"),
            ("dentro de dos semanas", "2026-12-07T00:00"),
            ("sábado por la tarde de 3 a 8", "2026-11-28T15:00/2026-11-28T20:00"),
            ("el lunes por la mañana de 10 a 12", "2026-11-23T10:00/2026-11-23T12:00"),
            ("el 9 de mayo por 2 noches", "2027-05-09T00:00/2027-05-11T00:00"),
            ("de 19 h a medianoche", "2026-11-23T19:00/2026-11-24T00:00"),
            ("el 17 del 11", "2027-11-17T00:00"),
            ("a las 10 de esta noche", "2026-11-23T22:00"),
        ],
    );
}

#[test]
fn mandarin() {
    check(
        Language::Mandarin,
        &[
            ("12月18日晚上八点", "2026-12-18T20:00"),
            ("明天下午两点半", "2026-11-24T14:30"),
            ("下周五上午9点", "2026-12-04T09:00"),
            ("3月3号到5号", "2027-03-03T00:00/2027-03-06T00:00"),
            ("从下午三点到五点", "2026-11-23T15:00/2026-11-23T17:00"),
            ("十二月的第一个星期二", "2026-12-01T00:00"),
            ("二零二七年三月十五日上午九点", "2027-03-15T09:00"),
            ("下禮拜五", "2026-12-04T00:00"),
            ("周一上午10点到12点", "2026-11-23T10:00/2026-11-23T12:00"),
            ("12月12日和13日", "2026-12-12T00:00/2026-12-14T00:00"),
            ("改到上午11点", "2026-11-23T11:00"),
            ("明晚八点", "2026-11-24T20:00"),
        ],
    );
    assert_eq!(first(Language::Mandarin, "改到上午11点").direction, None, "what it is moved to begins then");
    let rule = first(Language::Mandarin, "隔周二晚上六点").rrule;
    assert_eq!(rule.as_deref(), Some("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"));
}

#[test]
fn a_pause_of_mandarin_ends_a_time_although_figures_touch_it() {
    for (text, whole, expected) in [
        ("爵士音乐会，晚上8点，120人", "晚上8点", "2026-11-23T20:00"),
        ("爵士音乐会，晚上8点,120人", "晚上8点", "2026-11-23T20:00"),
        ("聚会，周五晚上七点半，2小时", "周五晚上七点半", "2026-11-27T19:30"),
        ("聚会，下午三点半，50人", "下午三点半", "2026-11-23T15:30"),
        ("聚会，明晚八点，50人", "明晚八点", "2026-11-24T20:00"),
        ("工作坊，早上10点到下午4点，50人", "早上10点到下午4点", "2026-11-23T10:00/2026-11-23T16:00"),
        ("音乐会，晚上8点—10点，120人", "晚上8点—10点", "2026-11-23T20:00/2026-11-23T22:00"),
        ("音乐会，12月5日20点，50人", "12月5日20点", "2026-12-05T20:00"),
        ("音乐会，12月5日20点 50人", "12月5日20点", "2026-12-05T20:00"),
        ("音乐会，12月5日20点 50分", "12月5日20点 50分", "2026-12-05T20:50"),
        ("音乐会，20:00，50人", "20:00", "2026-11-23T20:00"),
        ("音乐会，20:00,50人", "20:00", "2026-11-23T20:00"),
        ("音乐会，时间：20:00", "20:00", "2026-11-23T20:00"),
        ("音乐会，时间:20：00", "20：00", "2026-11-23T20:00"),
        ("日期：2026年12月5日，8人", "2026年12月5日", "2026-12-05T00:00"),
        ("音乐会，晚上8点，DJ演出", "晚上8点", "2026-11-23T20:00"),
    ] {
        let found = reading(Language::Mandarin, text);
        let [time] = found.times.as_slice() else { panic!("{text:?}: {:?}", found.times) };
        assert_eq!((time.span.text(text), shown(&time.value).as_str()), (whole, expected), "{text:?}");
    }
    let found = reading(Language::Mandarin, "人数：120，票价：35加元").numbers;
    assert_eq!(found.iter().map(|number| number.value).collect::<Vec<_>>(), [120.0]);
    let tied = reading(Language::Mandarin, "比分3：2");
    assert!(tied.times.is_empty() && tied.numbers.is_empty(), "{tied:?}");
}

#[test]
fn in_mandarin_what_follows_a_number_tells_whether_it_is_minutes() {
    for (text, whole, expected) in [
        ("晚上8点50人", "晚上8点", "2026-11-23T20:00"),
        ("音乐会明晚8点50位客人", "明晚8点", "2026-11-24T20:00"),
        ("晚上8點50張票", "晚上8點", "2026-11-23T20:00"),
        ("晚上八点五十个人", "晚上八点", "2026-11-23T20:00"),
        ("下午3点5名嘉宾", "下午3点", "2026-11-23T15:00"),
        ("20时50多人", "20时", "2026-11-23T20:00"),
        ("晚上8点40到50人", "晚上8点", "2026-11-23T20:00"),
        ("晚上7点到9点50人", "晚上7点到9点", "2026-11-23T19:00/2026-11-23T21:00"),
        ("晚上8点50元", "晚上8点", "2026-11-23T20:00"),
        ("晚上8点50", "晚上8点50", "2026-11-23T20:50"),
        ("晚上8点50分50人", "晚上8点50分", "2026-11-23T20:50"),
        ("晚上八点五十，50人", "晚上八点五十", "2026-11-23T20:50"),
    ] {
        let found = reading(Language::Mandarin, text);
        let [time] = found.times.as_slice() else { panic!("{text:?}: {:?}", found.times) };
        assert_eq!((time.span.text(text), shown(&time.value).as_str()), (whole, expected), "{text:?}");
    }
    for text in ["晚上8点50人", "晚上八点五十个人"] {
        let found = reading(Language::Mandarin, text).numbers;
        assert_eq!(found.iter().map(|number| number.value).collect::<Vec<_>>(), [50.0], "{text:?}");
    }
}

#[test]
fn a_piece_of_a_month_is_rough_and_a_day_in_it_is_not() {
    for (language, text) in [
        (Language::English, "early March"),
        (Language::English, "the end of next week"),
        (Language::English, "from early March to late March"),
        (Language::French, "début mars"),
        (Language::Spanish, "a principios de marzo"),
        (Language::Mandarin, "3月初"),
    ] {
        assert!(first(language, text).is_rough, "{text:?}");
    }
    for text in ["March 3", "March", "March 3 to 5", "the end of the day", "tomorrow evening"] {
        assert!(!first(Language::English, text).is_rough, "{text:?}");
    }
}

#[test]
fn one_of_two_days_is_the_first_with_the_other_beside_it() {
    for (language, text) in [
        (Language::English, "December 12 or 13"),
        (Language::English, "the 12th or 13th of December"),
        (Language::French, "le 12 ou le 13 décembre"),
        (Language::Spanish, "el 12 o el 13 de diciembre"),
        (Language::Mandarin, "12月12号或13号"),
    ] {
        let found = reading(language, text);
        let [time] = found.times.as_slice() else { panic!("{text:?}: {found:?}") };
        let others: Vec<String> = time.alternatives.iter().map(shown).collect();
        assert_eq!(
            (shown(&time.value), others),
            ("2026-12-12T00:00".to_owned(), vec!["2026-12-13T00:00".to_owned()]),
            "{text:?}"
        );
    }
}

#[test]
fn ordinary_words_are_no_times() {
    for text in [
        "200 people may come in the sun for a second, fall in line",
        "May I bring my son on the second day? It may fall through",
        "The 2nd annual gala on 5th avenue",
        "march on, mar the table, sat down, wed in style",
        "B2B and mp3 and v1.2.3 at 10.0.0.1",
        "https://example.com/2026/11/23/event?id=5",
        "partner of the week",
        "a weekend pass",
        "one morning three night markets",
        "32 August",
        "February 151998",
        "Version: 1.1.30",
    ] {
        let found = reading(Language::English, text).times;
        assert!(found.is_empty(), "{text:?}: {found:?}");
    }
}
