//! When.

use jiff::civil::{Date, Time, date, time};

use super::{answer, opening, pick};
use crate::domain::fact::{Fact, Field};
use crate::domain::values::Provenance;
use crate::understanding::{Reason, Understood, Wish};

fn day(understood: &Understood) -> Option<Date> {
    pick(understood, |fact| if let Fact::Date(date) = fact { Some(*date) } else { None })
}

fn hour(understood: &Understood) -> Option<Time> {
    pick(understood, |fact| if let Fact::Time(time) = fact { Some(*time) } else { None })
}

fn end_hour(understood: &Understood) -> Option<Time> {
    pick(understood, |fact| if let Fact::EndTime(time) = fact { Some(*time) } else { None })
}

/// As the draft counts it, whether a length or an end was said.
fn length(understood: &Understood) -> Option<u32> {
    let mut draft = super::drafted([]);
    draft.apply(&understood.patch);
    draft.duration_min
}

#[test]
fn day_hour_and_end() {
    let table = [
        (
            "a gala on Valentine's Day next year, black tie, 7 to 11pm",
            Some(date(2027, 2, 14)),
            Some((19, 0)),
            Some((23, 0)),
        ),
        ("a webinar January 12th at noon", Some(date(2027, 1, 12)), Some((12, 0)), None),
        (
            "a concert. Friday April 9, doors at half past six, starts 7, ends around nine.",
            Some(date(2027, 4, 9)),
            Some((19, 0)),
            Some((21, 0)),
        ),
        ("a small meetup, first tuesday of december, after work", Some(date(2026, 12, 1)), None, None),
        ("a concert on Friday at 8pm, RSVP by Wednesday", Some(date(2026, 11, 27)), Some((20, 0)), None),
        (
            "a free meetup called Open Door on 9 May 2031 at 6 pm in Toronto",
            Some(date(2031, 5, 9)),
            Some((18, 0)),
            None,
        ),
        ("une conférence le 15 mars 2027 à 9h", Some(date(2027, 3, 15)), Some((9, 0)), None),
        ("un taller el 5 de mayo a las 20:00", Some(date(2027, 5, 5)), Some((20, 0)), None),
        ("一场音乐会，12月18日晚上八点", Some(date(2026, 12, 18)), Some((20, 0)), None),
    ];
    for (text, on, at, until) in table {
        let understood = opening(text);
        let clock = |parts: Option<(i8, i8)>| parts.map(|(hour, minute)| time(hour, minute, 0, 0));
        assert_eq!(day(&understood), on, "{text}");
        assert_eq!(hour(&understood), clock(at), "{text}");
        assert_eq!(end_hour(&understood), clock(until), "{text}");
    }
}

#[test]
fn a_day_with_two_hours_has_a_start_and_an_end() {
    let table = [
        ("a yoga workshop on Saturday December 12, 10 to 4", date(2026, 12, 12), (10, 16)),
        ("a workshop december 12th 10-4", date(2026, 12, 12), (10, 16)),
        ("a meetup on Dec 5th 6 to 9", date(2026, 12, 5), (18, 21)),
        ("un atelier le samedi 12 décembre, 10 à 16", date(2026, 12, 12), (10, 16)),
        ("un taller el sábado 12 de diciembre, 10 a 16", date(2026, 12, 12), (10, 16)),
    ];
    for (text, on, (from, until)) in table {
        let understood = opening(text);
        assert_eq!((day(&understood), hour(&understood)), (Some(on), Some(time(from, 0, 0, 0))), "{text}");
        assert_eq!(end_hour(&understood), Some(time(until, 0, 0, 0)), "{text}");
    }
    let stay = opening("a conference March 5 to 7 in Toronto");
    assert_eq!((day(&stay), hour(&stay)), (Some(date(2027, 3, 5)), None), "days, not hours");
}

#[test]
fn after_work_is_asked_for_its_hour() {
    for (text, on) in [
        ("a networking night after work on Thursday in Toronto", date(2026, 11, 26)),
        ("un réseautage jeudi après le travail à Montréal", date(2026, 11, 26)),
        ("una reunión de networking el jueves después del trabajo en Madrid", date(2026, 11, 26)),
        ("周四下班后在上海办一个音乐会", date(2026, 11, 26)),
    ] {
        let understood = opening(text);
        assert_eq!((day(&understood), hour(&understood)), (Some(on), None), "{text}");
        let doubt = understood.doubts.iter().find(|doubt| doubt.reason == Reason::PartOfDay);
        let hours: Vec<_> =
            doubt.unwrap_or_else(|| panic!("{text}")).others.iter().flat_map(|other| &other.facts).collect();
        assert_eq!(hours, [&Fact::Time(time(17, 30, 0, 0)), &Fact::Time(time(18, 0, 0, 0))], "{text}");
    }
    assert!(opening("a networking night on Thursday at 7pm after work").doubts.is_empty(), "the hour was said");
}

#[test]
fn a_length_behind_for_is_no_hour() {
    for text in ["a party on Friday for five hours", "a 3 hour concert", "un concert vendredi pendant deux heures"] {
        let understood = opening(text);
        assert_eq!(hour(&understood), None, "{text}");
        assert!(length(&understood).is_some(), "{text}: {:?}", understood.patch);
    }
    let understood = opening("a concert on Friday at 6pm for two hours");
    assert_eq!((hour(&understood), length(&understood)), (Some(time(18, 0, 0, 0)), Some(120)));
}

#[test]
fn lengths_of_the_event_not_of_its_parts() {
    let table = [
        ("a webinar, 90 minutes, on Friday", Some(90)),
        ("a networking night on Friday, 6pm for three hours", Some(180)),
        ("un taller el sábado, dos horas y media", Some(150)),
        ("a conference on Friday with 30 minute talks", None),
        ("a concert on Friday, full refund until 7 days before", None),
    ];
    for (text, expected) in table {
        assert_eq!(length(&opening(text)), expected, "{text}");
    }
}

#[test]
fn several_days() {
    let last =
        |text: &str| pick(&opening(text), |fact| if let Fact::EndDate(date) = fact { Some(*date) } else { None });
    assert_eq!(last("three day festival from July 2 to July 4 2027"), Some(date(2027, 7, 4)));
    assert_eq!(last("a two-day conference starting June 3"), Some(date(2027, 6, 4)));
    assert_eq!(last("a concert on July 2"), None);
}

#[test]
fn what_is_ambiguous_is_doubted_with_weekday_and_full_date() {
    let understood = opening("python workshop next saturday 10am-4pm");
    let doubt = &understood.doubts[0];
    assert_eq!((doubt.field, doubt.reason), (Field::DateTime, Reason::Ambiguous));
    assert_eq!(doubt.chosen.as_deref(), Some("Saturday, November 28, 2026"));
    assert_eq!(doubt.others[0].words, "Saturday, December 5, 2026");
    assert_eq!(doubt.others[0].facts, [Fact::Date(date(2026, 12, 5))]);
    assert!(opening("a workshop on Friday at 7").doubts.is_empty());
}

#[test]
fn a_past_day_is_doubted_and_a_memory_is_not_read() {
    let past = opening("a conference on November 15, 2025 at 9am");
    assert_eq!(past.doubts[0].reason, Reason::Past);
    assert_eq!(day(&opening("a workshop like the one 2 years ago")), None);
}

#[test]
fn a_month_is_a_wish_and_no_day() {
    let understood = opening("need an event set up, not sure when, maybe february?");
    assert_eq!(day(&understood), None);
    assert_eq!(understood.wish, Some(Wish { from: date(2027, 2, 1), until: date(2027, 2, 28) }));
}

#[test]
fn a_piece_of_a_month_is_a_wish_too() {
    let early = Wish { from: date(2027, 3, 1), until: date(2027, 3, 10) };
    let late = Wish { from: date(2027, 3, 21), until: date(2027, 3, 31) };
    for (text, wish) in [
        ("a two-day workshop about bread baking in Montreal, maybe early March, 95 bucks each", early),
        ("a workshop at the end of March", late),
        ("un atelier début mars", early),
        ("un taller a principios de marzo", early),
        ("3月初办一个工作坊", early),
    ] {
        let understood = opening(text);
        assert_eq!((day(&understood), understood.wish), (None, Some(wish)), "{text}");
        assert!(pick(&understood, |fact| matches!(fact, Fact::EndDate(_)).then_some(())).is_none(), "{text}");
    }
    assert_eq!(day(&opening("a workshop on the 3rd of March, early in the month")), Some(date(2027, 3, 3)));
}

#[test]
fn two_days_of_a_weekend_keep_their_hours_until_their_day_is_known() {
    let understood = opening("a two-day workshop the first weekend of March, 10 to 4");
    assert_eq!(
        (day(&understood), hour(&understood), end_hour(&understood)),
        (None, Some(time(10, 0, 0, 0)), Some(time(16, 0, 0, 0)))
    );
    assert_eq!(understood.wish, Some(Wish { from: date(2027, 3, 5), until: date(2027, 3, 7) }));
    assert_eq!(pick(&understood, |fact| matches!(fact, Fact::Capacity(_)).then_some(())), None, "four is an hour");
    let mut draft = super::drafted([]);
    draft.apply(&understood.patch);
    draft.apply(&vec![(Fact::Date(date(2027, 3, 6)), Provenance::Said)]);
    assert_eq!(draft.ends(), Some(date(2027, 3, 7).at(16, 0, 0, 0)));
}

#[test]
fn an_hour_that_stands_before_a_pause_of_mandarin_is_heard() {
    let table = [
        ("下周六在多伦多的爵士音乐会，晚上8点，120人，票价35加元", Some((20, 0)), None),
        ("聚会，周五晚上七点半，30人", Some((19, 30)), None),
        ("工作坊，12月5日早上10点到下午4点，50人", Some((10, 0)), Some((16, 0))),
        ("聚会，明晚八点，50人", Some((20, 0)), None),
        ("聚会，明晚8点50人", Some((20, 0)), None),
        ("音乐会，12月5日，20:00，50人", Some((20, 0)), None),
        ("聚会，周五晚七点半开始，九点结束，30人", Some((19, 30)), Some((21, 0))),
    ];
    for (text, from, until) in table {
        let understood = opening(text);
        let clock = |parts: Option<(i8, i8)>| parts.map(|(hour, minute)| time(hour, minute, 0, 0));
        assert_eq!((hour(&understood), end_hour(&understood)), (clock(from), clock(until)), "{text}");
        assert!(day(&understood).is_some(), "{text}");
        assert!(pick(&understood, |fact| matches!(fact, Fact::Capacity(_)).then_some(())).is_some(), "{text}");
    }
    let listed = opening("音乐会，日期：2026年12月5日，时间：20:00，人数：120，票价：35加元");
    assert_eq!((day(&listed), hour(&listed)), (Some(date(2026, 12, 5)), Some(time(20, 0, 0, 0))));
    assert_eq!(pick(&listed, |fact| if let Fact::Capacity(people) = fact { Some(*people) } else { None }), Some(120));
}

#[test]
fn a_zone_and_a_repetition_are_kept() {
    let zone = opening("a webinar January 12th at noon eastern");
    assert!(super::said(&zone).contains(&&Fact::Timezone("America/New_York".into())), "{zone:?}");
    let weekly = opening("a yoga class every tuesday at 7pm");
    assert!(super::said(&weekly).contains(&&Fact::Recurrence("FREQ=WEEKLY;BYDAY=TU".into())), "{weekly:?}");
    assert_eq!(hour(&weekly), Some(time(19, 0, 0, 0)));
}

#[test]
fn bare_hours_beside_a_day_are_its_hours() {
    let opened = opening("Python workshop called Snakes and Ladders on 9 May 2031 in Toronto, 10 to 4, 25 people, $80");
    assert_eq!((hour(&opened), end_hour(&opened)), (Some(time(10, 0, 0, 0)), Some(time(16, 0, 0, 0))));
    for other in [
        "a workshop on 9 May 2031, 10 to 20 people",
        "a workshop on 9 May 2031, 10 to 20 dollars",
        "a workshop, 10 to 4",
    ] {
        assert_eq!(hour(&opening(other)), None, "{other}");
    }
}

#[test]
fn bare_hours_answer_the_question() {
    let seven = answer(&[Field::DateTime, Field::Duration], "7");
    assert_eq!(hour(&seven), Some(time(19, 0, 0, 0)));
    let stretch = answer(&[Field::DateTime], "10 to 4");
    assert_eq!((hour(&stretch), end_hour(&stretch)), (Some(time(10, 0, 0, 0)), Some(time(16, 0, 0, 0))));
    assert_eq!(length(&answer(&[Field::Duration], "3")), Some(180));
    assert_eq!(length(&answer(&[Field::Duration], "90")), Some(90));
}
