//! Where nothing tells whose clock an event goes by, the city is asked for; nobody's event is at UTC by accident.

use port::Reply;

use super::said;
use crate::harness::{self, program::Program};

const OPENING: &str =
    "Create a picnic called Summer Picnic at Stanley Park on June 5 2027 at noon for three hours, 40 people, free";

#[tokio::test(flavor = "multi_thread")]
async fn the_city_is_asked_before_a_clock_is_assumed() {
    let database = harness::database().await;
    let program = Program::start_nowhere(&database).await;
    let mut organizer = program.organizer("ana@example.com");
    let replies = organizer.say(OPENING).await.unwrap();
    assert!(said(&replies).contains("In which city or time zone is it?"), "{}", organizer.transcript());
    assert!(!replies.iter().any(|reply| matches!(reply, Reply::Confirm(_))), "{}", organizer.transcript());
    // What we would make up is no obstacle; the city is.
    let words = said(&organizer.say("publish it").await.unwrap()).to_owned();
    assert!(words.contains("I still need the time zone."), "{words}");
    let replies = organizer.say("Vancouver").await.unwrap();
    let asked = replies.iter().find_map(|reply| match reply {
        Reply::Confirm(confirmation) => Some(confirmation.card.clone()),
        _ => None,
    });
    let card = format!("{:?}", asked.unwrap_or_else(|| panic!("{}", organizer.transcript())));
    assert!(card.contains("America/Vancouver"), "{card}");

    let mut unwilling = program.organizer("boris@example.com");
    unwilling.say(OPENING).await.unwrap();
    let replies = unwilling.say("skip").await.unwrap();
    assert!(said(&replies).contains("UTC"), "what is assumed after all is told: {}", unwilling.transcript());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_organizer_must_say_is_still_needed() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut organizer = program.organizer("ana@example.com");
    organizer.say("a workshop for 20 people").await.unwrap();
    let words = said(&organizer.say("publish it").await.unwrap()).to_owned();
    assert!(
        words.contains("I still need the name, the place, the date and start time and the ticket price."),
        "{words}"
    );
    program.stop().await;
}
