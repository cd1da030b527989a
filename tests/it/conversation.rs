//! Whole conversations, as an organizer has them: from a first message to a published event.

use port::Reply;
use port::recorder::Recorder;

use crate::harness::{self, program::Program};

/// The link of the published event, when this turn published it.
fn published(replies: &[Reply]) -> Option<String> {
    replies.iter().find_map(|reply| match reply {
        Reply::Published { url, .. } => Some(url.clone()),
        _ => None,
    })
}

/// Says these one after the other and gives the link that the last one led to.
async fn talk(organizer: &mut Recorder, messages: &[&str]) -> Option<String> {
    let mut link = None;
    for message in messages {
        link = published(&organizer.say(message).await.unwrap());
    }
    link
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talkative_organizer_publishes_in_three_messages() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let link = talk(
        &mut ana,
        &[
            "We're throwing a charity gala called Hearts of Oak on February 14 2027, 7 to 11pm at the Carlu in Toronto, 220 seats, tickets are 250 dollars each",
            "yes",
        ],
    )
    .await;
    assert_eq!(link.as_deref(), Some("http://events.test/e/hearts-of-oak"), "{}", ana.transcript());
    program.stop().await;
}
