//! A person at a keyboard: the prompt, the styles, Ctrl-C.

use async_trait::async_trait;
use port::contract::Person;
use port::{Accepted, Body, Door, History, Incoming, Refusal, Replies, Sender};
use tokio::task::JoinHandle;

use super::hands::{Hands, seated};
use super::*;

fn interactive() -> Options {
    Options { interactive: true, ..options() }
}

/// A terminal that runs, the person in front of it, the door, and Ctrl-C.
fn running(answers: Vec<Answer>, options: Options) -> (JoinHandle<()>, Hands, Script, Arc<Notify>) {
    let (script, _) = Script::new();
    for answer in answers {
        script.push(answer);
    }
    let interrupts = Arc::clone(&options.interrupts);
    let (terminal, hands) = seated(options);
    let door = Arc::new(script.clone());
    let run = tokio::spawn(async move { terminal.run(door, CancellationToken::new()).await.unwrap() });
    (run, hands, script, interrupts)
}

#[tokio::test]
async fn a_conversation_with_a_prompt_and_styles() {
    let answers = vec![
        said("Hello!"),
        answered(vec![progress(), delta("Where?"), Reply::Draft(card()), Reply::Said("Where?".to_owned())]),
        answered(vec![published()]),
    ];
    let (shown, given) = played("jazz\n\n/publish\n", answers, interactive()).await;
    let expected = "\
Hello!

> \u{1b}[2mStep 2 of 6, Place (30 %)\u{1b}[0m
Where?
\u{1b}[1mJazz night\u{1b}[0m
  When   Friday, 18:00
  Seats  80 (worked out)

> > \u{1b}[1mJazz night is published:\u{1b}[0m
https://events.example/e/jazz

> 
To go on: eventos chat --resume session-1
";
    assert_eq!(shown, expected);
    assert_eq!(given.len(), 3, "an empty line is not sent");
}

#[tokio::test]
async fn an_answer_is_printed_while_it_comes() {
    let (run, mut hands, script, _) = running(vec![said("Hello!"), Answer::Open(vec![delta("One ")])], interactive());
    hands.say("count").await;
    hands.screen.shows("> One ", 1).await;
    script.send(delta("two"));
    hands.screen.shows("> One two", 1).await;
    script.send(Reply::Said("One two three".to_owned()));
    script.send(Reply::Done);
    hands.screen.shows("> One two three\n\n> ", 1).await;
    hands.say("/quit").await;
    run.await.unwrap();
}

#[tokio::test]
async fn ctrl_c_stops_the_turn_and_at_the_prompt_ends() {
    let answers = vec![said("Hello!"), Answer::Open(vec![delta("Let me")]), said("Here.")];
    let (run, mut hands, _, interrupts) = running(answers, interactive());
    hands.say("think").await;
    hands.screen.shows("Let me", 1).await;
    interrupts.notify_one();
    hands.screen.shows("Let me\n\n> ", 1).await;
    hands.say("and now?").await;
    hands.screen.shows("Here.\n\n> ", 1).await;
    interrupts.notify_one();
    run.await.unwrap();
    assert!(
        hands.screen.text().ends_with("> \nTo go on: eventos chat --resume session-1\n"),
        "{:?}",
        hands.screen.text()
    );
}

/// A wizard that does not end its turn when asked to.
struct Stubborn(Script);

#[async_trait]
impl Door for Stubborn {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        self.0.accept(incoming).await
    }
    async fn observe(&self, from: &Sender, session: &str, replies: Replies) -> Result<bool, Refusal> {
        self.0.observe(from, session, replies).await
    }
    async fn history(&self, from: &Sender, session: &str) -> Result<History, Refusal> {
        self.0.history(from, session).await
    }
    async fn find(&self, from: &Sender, thread: &str) -> Result<Option<String>, Refusal> {
        self.0.find(from, thread).await
    }
    async fn state(&self, from: &Sender, session: &str) -> Result<port::State, Refusal> {
        Door::state(&self.0, from, session).await
    }
    async fn stop(&self, _: &Sender, _: &str, _: Option<&str>) -> Result<bool, Refusal> {
        Err(Refusal::Busy)
    }
}

#[tokio::test]
async fn a_second_ctrl_c_leaves_a_turn_that_does_not_end() {
    let (script, _taken) = Script::new();
    script.push(Answer::Open(vec![delta("Hmm")]));
    let options = interactive();
    let interrupts = Arc::clone(&options.interrupts);
    let (terminal, hands) = seated(options);
    let run = tokio::spawn(async move { terminal.run(Arc::new(Stubborn(script)), CancellationToken::new()).await });
    hands.screen.shows("Hmm", 1).await;
    interrupts.notify_one();
    hands.screen.shows("I am still busy", 1).await;
    interrupts.notify_one();
    run.await.unwrap().unwrap();
    assert!(
        hands.screen.text().ends_with("\nTo go on: eventos chat --resume session-1\n"),
        "{:?}",
        hands.screen.text()
    );
}

#[tokio::test]
async fn a_choice_is_picked_by_its_number() {
    let (script, mut taken) = Script::new();
    for answer in [answered(vec![suggestions()]), said("Done.")] {
        script.push(answer);
    }
    let (terminal, mut hands) = seated(interactive());
    let run = tokio::spawn(async move { terminal.run(Arc::new(script), CancellationToken::new()).await.unwrap() });
    hands.say("1").await;
    taken.recv().await.unwrap();
    assert_eq!(taken.recv().await.unwrap().body, Body::Pick("v1".to_owned()));
    drop(hands);
    run.await.unwrap();
}
