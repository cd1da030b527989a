//! An event that is held again: "same as last time but in May".

use port::{Reply, SessionChoice};

use super::{published, said};
use crate::harness::{self, program::Program};

const GALA: &str = "Create a concert called Spring Gala at the Old Mill Hall in Toronto on March 5 2027 at 8pm for three hours, \
    80 people, tickets 25 dollars";
const JAZZ: &str = "Create a concert called Harbour Jazz at Pier 21 in Halifax on April 9 2027 at 7pm for two hours, \
    120 people, free";

async fn publish(program: &Program, email: &str, opening: &str) {
    let mut organizer = program.organizer(email);
    organizer.say(opening).await.unwrap();
    let replies = organizer.confirm().await.unwrap();
    assert!(published(&replies).is_some(), "{}", organizer.transcript());
}

fn card(replies: &[Reply]) -> String {
    let lines = replies.iter().find_map(|reply| match reply {
        Reply::Confirm(confirmation) => Some(&confirmation.card),
        _ => None,
    });
    let card = lines.unwrap_or_else(|| panic!("no question before publishing: {}", said(replies)));
    let lines = card.lines.iter().map(|line| format!("{}: {}", line.label, line.value));
    std::iter::once(card.title.clone()).chain(lines).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_event_is_held_again_in_may() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    publish(&program, "ana@example.com", GALA).await;

    let mut again = program.organizer("ana@example.com");
    let replies = again.say("same as last time but in May, and for 100 people").await.unwrap();
    let words = said(&replies);
    assert!(words.contains("I begin with “Spring Gala” of Friday, March 5, 2027."), "{words}");
    assert!(words.contains("For a day in May 2027 I need the exact date."), "{words}");
    assert!(words.contains("100 people") && words.contains("Old Mill Hall"), "{words}");
    assert!(!words.contains("March 5, 2027 at"), "the old day is no fact of the new event: {words}");

    let replies = again.say("May 14").await.unwrap();
    let card = card(&replies);
    for wanted in ["Spring Gala", "May 14, 2027 at 8:00 PM", "Old Mill Hall", "100", "$25 CAD", "3 hours"] {
        assert!(card.contains(wanted), "{wanted} is not in:\n{card}");
    }
    assert!(!card.contains("March 5"), "a text of ours follows the new day:\n{card}");
    let url = published(&again.confirm().await.unwrap()).unwrap();
    assert!(url.ends_with("/e/spring-gala-2"), "{url}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn said_where_it_was_published_it_begins_the_next_one_and_shows_its_link() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    ana.say(GALA).await.unwrap();
    assert!(published(&ana.confirm().await.unwrap()).is_some(), "{}", ana.transcript());
    let first = ana.session().unwrap().to_owned();

    let words = said(&ana.say("same as last time but in May").await.unwrap()).to_owned();
    assert!(words.contains("I begin with “Spring Gala”"), "{words}");
    assert_ne!(ana.session(), Some(first.as_str()), "a conversation of its own");
    let replies = ana.say("May 14").await.unwrap();
    let shown = replies.iter().find_map(|reply| match reply {
        Reply::Confirm(asked) => Some(asked.url.clone()),
        _ => None,
    });
    assert_eq!(shown.as_deref(), Some("http://events.test/e/spring-gala-2"), "the first one has the plain link");
    assert_eq!(published(&ana.confirm().await.unwrap()), shown, "{}", ana.transcript());

    // A page that shows one conversation stays in it, and says how.
    let mut page = program.organizer("ana@example.com").in_session(SessionChoice::Id(first.clone()));
    let words = said(&page.say("same as last time").await.unwrap()).to_owned();
    assert!(words.contains("begin a new event") && words.contains("same as last time"), "{words}");
    assert_eq!(page.session(), Some(first.as_str()));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_cloned_by_its_name_and_only_ones_own() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    publish(&program, "ana@example.com", GALA).await;
    publish(&program, "ana@example.com", JAZZ).await;

    let mut by_name = program.organizer("ana@example.com");
    let replies = by_name.say("clone the Spring Gala on June 4 2027, it's called Summer Gala").await.unwrap();
    let card = card(&replies);
    for wanted in ["Summer Gala", "June 4, 2027 at 8:00 PM", "Old Mill Hall"] {
        assert!(card.contains(wanted), "{wanted} is not in:\n{card}");
    }

    let mut last = program.organizer("ana@example.com");
    let words = said(&last.say("same as last time").await.unwrap()).to_owned();
    assert!(words.contains("Harbour Jazz"), "{words}");
    assert!(words.contains("On which day is it, at 7:00 PM?"), "{words}");

    let mut stranger = program.organizer("boris@example.com");
    let words = said(&stranger.say("same as last time").await.unwrap()).to_owned();
    assert!(words.contains("I know no earlier event of yours yet."), "{words}");
    let words = said(&stranger.say("clone the Spring Gala").await.unwrap()).to_owned();
    assert!(words.contains("I know no earlier event of yours called “Spring Gala”."), "{words}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_language_has_words_for_it() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    publish(&program, "ana@example.com", GALA).await;
    for (words, wanted) in [
        ("comme la dernière fois mais en mai", "Je pars de « Spring Gala »"),
        ("lo mismo que la última vez pero en mayo", "Parto de «Spring Gala»"),
        ("和上次一样，不过改到五月", "“Spring Gala”为底稿"),
    ] {
        let mut organizer = program.organizer("ana@example.com");
        let answer = said(&organizer.say(words).await.unwrap()).to_owned();
        assert!(answer.contains(wanted), "{words}: {answer}");
    }
    program.stop().await;
}
