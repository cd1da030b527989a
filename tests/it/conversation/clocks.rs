//! An hour that the clocks skip, or show twice: it is said once, when it is set; what is looked at before a yes shows the hour that counts.

use port::{Confirmation, Reply};

use super::said;
use crate::harness::{self, program::Program};

fn asked(replies: &[Reply]) -> Option<&Confirmation> {
    replies.iter().find_map(|reply| if let Reply::Confirm(asked) = reply { Some(asked) } else { None })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_the_clocks_skip_is_said_once_and_the_card_shows_what_counts() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let skipped = "2:30 AM does not exist, so it counts as 3:30 AM";
    let mut ana = program.organizer("ana@example.com");
    let replies = ana.say("a concert called Night Owls in Toronto on March 14 2027 at 2:30am").await.unwrap();
    let words = said(&replies);
    assert!(words.contains("March 14, 2027 at 3:30 AM") && words.matches(skipped).count() == 1, "{words}");
    let state = replies.iter().find_map(|reply| if let Reply::State(state) = reply { Some(&state.0) } else { None });
    let state = state.unwrap();
    assert_eq!(state["clock"]["kind"], "skipped", "{state}");
    assert_eq!(state["draft"]["dateTime"], "2027-03-14T03:30", "{state}");

    let replies = ana.say("at the Old Mill Hall, 80 people, free").await.unwrap();
    assert!(!said(&replies).contains("does not exist"), "{}", said(&replies));
    let asked = asked(&replies).unwrap_or_else(|| panic!("{}", ana.transcript()));
    assert_eq!(asked.warnings.iter().filter(|warning| warning.contains(skipped)).count(), 1, "{:?}", asked.warnings);
    let card = asked.card.plain();
    assert!(card.contains("3:30 AM") && !card.contains("2:30 AM"), "{card}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_comes_twice_is_said_and_another_hour_says_nothing() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let replies = ana.say("a concert called Night Owls in Toronto on November 7 2027 at 1:30am").await.unwrap();
    assert!(said(&replies).contains("1:30 AM comes twice, and the first one counts"), "{}", said(&replies));
    let replies = ana.say("at 9pm instead").await.unwrap();
    assert!(!said(&replies).contains("twice"), "{}", said(&replies));
    let state = replies.iter().find_map(|reply| if let Reply::State(state) = reply { Some(&state.0) } else { None });
    assert!(state.unwrap()["clock"].is_null(), "{state:?}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_in_every_language() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    for (number, (opening, words)) in [
        (
            "un concert appelé Nuit Blanche à Toronto le 14 mars 2027 à 2h30 du matin",
            "2 h 30 n’existe pas et compte comme 3 h 30",
        ),
        (
            "un concierto llamado Noche Larga en Toronto el 14 de marzo de 2027 a las 2:30 de la madrugada",
            "las 02:30 no existen, así que la hora que cuenta es 03:30",
        ),
        ("2027年3月14日凌晨2点30分在多伦多举办一场音乐会", "没有02:30这个时间，因此按03:30计"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut organizer = program.organizer(&format!("ana{number}@example.com"));
        let replies = organizer.say(opening).await.unwrap();
        assert!(said(&replies).contains(words), "{}", organizer.transcript());
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_event_is_moved_there_only_with_the_hour_that_counts_in_sight() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say("a concert called Night Owls at the Old Mill Hall in Toronto on March 12 2027 at 9pm, 80 people, free")
        .await
        .unwrap();
    let replies = ana.say("yes").await.unwrap();
    assert!(replies.iter().any(|reply| matches!(reply, Reply::Published { .. })), "{}", ana.transcript());
    let replies = ana.say("move it to March 14 2027 at 2:30am").await.unwrap();
    let asked = asked(&replies).unwrap_or_else(|| panic!("{}", ana.transcript()));
    assert!(asked.warnings.iter().any(|warning| warning.contains("so it counts as 3:30 AM")), "{:?}", asked.warnings);
    let card = asked.card.plain();
    assert!(card.contains("3:30 AM") && !card.contains("2:30 AM"), "{card}");
    program.stop().await;
}
