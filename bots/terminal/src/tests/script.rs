//! Lines piped in, plain text out.

use port::{Body, Command, Refusal};

use super::*;
use crate::inbound::LONGEST_LINE_BYTES;

fn bodies(given: &[Taken]) -> Vec<Body> {
    given.iter().skip(1).map(|message| message.body.clone()).collect()
}

fn text(words: &str) -> Body {
    Body::Text(words.to_owned())
}

#[tokio::test]
async fn a_whole_conversation() {
    let answers = vec![
        said("Hello! What are you planning?"),
        answered(vec![
            progress(),
            delta("Where "),
            delta("is it?"),
            Reply::Said("Where is it?".to_owned()),
            suggestions(),
        ]),
        answered(vec![Reply::Draft(card()), Reply::Said("The old barn it is.".to_owned())]),
        answered(vec![question()]),
        answered(vec![published()]),
    ];
    let (shown, given) = played("a jazz night on Friday at 6\n2\n/publish\nyes\n", answers, options()).await;
    let expected = "\
Hello! What are you planning?

Step 2 of 6, Place (30 %)
Where is it?
  1. Town hall (80 seats)
  2. Old barn

Jazz night
  When   Friday, 18:00
  Seats  80 (worked out)
The old barn it is.

Jazz night
  When   Friday, 18:00
  Seats  80 (worked out)
  Note: Tickets are free.
  It will be at https://events.example/e/jazz
Publish this? Say yes or no.

Jazz night is published:
https://events.example/e/jazz

";
    assert_eq!(shown, expected);
    let confirmed = Body::Confirm { revision: 7, token: "tok".to_owned() };
    let publish = Body::Command(Command::Publish);
    assert_eq!(bodies(&given), [text("a jazz night on Friday at 6"), Body::Pick("v2".to_owned()), publish, confirmed]);
    let ids: Vec<&str> = given.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids, ["run-1", "run-2", "run-3", "run-4", "run-5"]);
}

#[tokio::test]
async fn the_end_of_the_input_tells_how_to_go_on() {
    let (shown, given) = played("a party", vec![said("Hello!"), said("When?")], options()).await;
    assert_eq!(shown, "Hello!\n\nWhen?\n\nTo go on: eventos chat --resume session-1\n");
    assert_eq!(bodies(&given), [text("a party")], "the last line needs no end");
    let with_email = Options { email: Some("ana@example.org".to_owned()), ..options() };
    let (shown, _) = played("", vec![said("Hello!")], with_email).await;
    assert!(shown.ends_with("eventos chat --resume session-1 --email ana@example.org\n"), "{shown}");
    let missing = Options { start: SessionChoice::Id("gone".to_owned()), ..options() };
    let (shown, _) = played("", vec![Answer::Refuse(Refusal::NotFound)], missing).await;
    assert_eq!(shown, "I could not find that draft. Start a new one? (/new does that.)\n");
}

#[tokio::test]
async fn only_a_clear_yes_publishes() {
    let cases = [
        ("Yes!", Body::Confirm { revision: 7, token: "tok".to_owned() }),
        ("sí", Body::Confirm { revision: 7, token: "tok".to_owned() }),
        (" 是。", Body::Confirm { revision: 7, token: "tok".to_owned() }),
        ("no", Body::Decline),
        ("Not yet.", Body::Decline),
        ("yes but at 7", text("yes but at 7")),
        ("/undo", Body::Command(Command::Undo)),
    ];
    for (line, expected) in cases {
        let answers = vec![said("Hello!"), answered(vec![question()]), said("Fine."), said("Well.")];
        let (_, given) = played(format!("/publish\n\n{line}\nyes\n"), answers, options()).await;
        assert_eq!(bodies(&given)[1..], [expected, text("yes")], "{line}: the question is asked once");
    }
}

#[tokio::test]
async fn a_number_picks_only_what_the_last_answer_showed() {
    let answers = vec![
        said("Hello!"),
        answered(vec![suggestions()]),
        said("How many?"),
        said("Good."),
        answered(vec![suggestions()]),
    ];
    let (_, given) = played("where\n3\n2\nwhere\n+1\n", answers, options()).await;
    assert_eq!(bodies(&given), [text("where"), text("3"), text("2"), text("where"), text("+1")]);
}

#[tokio::test]
async fn a_refused_line_can_be_sent_again() {
    let refused = Answer::Refuse(Refusal::Busy);
    let answers =
        vec![said("Hello!"), answered(vec![question()]), refused, Answer::Refuse(Refusal::Unavailable), said("Out.")];
    let (shown, given) = played("/publish\nyes\nyes\nyes\n", answers, options()).await;
    let confirmed = Body::Confirm { revision: 7, token: "tok".to_owned() };
    assert_eq!(bodies(&given)[1..], [confirmed.clone(), confirmed.clone(), confirmed]);
    assert!(shown.contains(
        "I am still busy with your earlier messages. Please try again in a moment. (Your line was not taken in.)\n"
    ));
    assert!(shown.contains("Your message was not taken in; please send it again in a moment.\n"));
}

#[tokio::test]
async fn no_control_character_reaches_the_screen() {
    let evil = "Jazz\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\r\u{8}";
    let mut named = card();
    named.title = evil.to_owned();
    let answers = vec![
        Answer::Refuse(Refusal::Forbidden(evil.to_owned())),
        answered(vec![delta("a\u{1b}"), delta("[2Jb"), Reply::Said("a\u{1b}[2Jb".to_owned()), Reply::Draft(named)]),
        answered(vec![Reply::Published { title: evil.to_owned(), url: evil.to_owned(), language: "en".to_owned() }]),
        Answer::Soon(vec![Reply::Said(evil.to_owned())]),
    ];
    let (shown, _) = played("one\ntwo\nthree\n", answers, options()).await;
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    assert!(shown.contains("a␛[2Jb\n"), "{shown}");
    assert!(shown.matches("Jazz␛]0;owned␇␛[2J\\u{9b}31m␍␈").count() >= 4, "{shown}");
    assert!(shown.contains("The answer broke off."), "{shown}");
}

#[tokio::test]
async fn a_line_that_is_not_utf8_is_named_and_nothing_after_it_is_lost() {
    let (shown, given) =
        played(b"one\n\xff\xfe two\nthree\r\n", vec![said("Hi"), said("1"), said("3")], options()).await;
    assert_eq!(bodies(&given), [text("one"), text("three")]);
    assert!(shown.contains("That line is not UTF-8 text and was not taken in."), "{shown}");
}

#[tokio::test]
async fn a_line_beyond_one_megabyte_is_named_and_nothing_after_it_is_lost() {
    let longest = "x".repeat(LONGEST_LINE_BYTES);
    let input = format!("{longest}y\n{longest}\nafter\n");
    let (shown, given) = played(input, vec![said("Hi"), said("1"), said("2")], options()).await;
    assert_eq!(bodies(&given), [text(&longest), text("after")]);
    assert_eq!(shown.matches("That line is longer than 1 MB and was not taken in.").count(), 1);
}

#[tokio::test]
async fn commands() {
    let lines = "/help\n/draft\n/SUMMARY\n/undo\n/redo\n/publish\n/dance\n/resume\n/quit\nnever read\n";
    let answers = (0..7).map(|_| said("ok")).collect();
    let (shown, given) = played(lines, answers, options()).await;
    let wanted = [Command::Help, Command::Summary, Command::Summary, Command::Undo, Command::Redo, Command::Publish];
    assert_eq!(bodies(&given), wanted.map(Body::Command));
    assert_eq!(shown.matches("I do not know that command. There are: /help").count(), 2);
}

#[tokio::test]
async fn new_and_resume_change_the_session_once_it_answers() {
    let answers = vec![
        said("Hi"),
        answered(vec![published()]),
        said("New"),
        Answer::Refuse(Refusal::NotFound),
        said("Still"),
        said("Back"),
        said("On"),
    ];
    let (shown, given) = played("yes\n/new\n/resume lost\nhere\n/resume first\nthere\n", answers, options()).await;
    let asked: Vec<SessionChoice> = given.into_iter().map(|message| message.asked).collect();
    let id = |id: &str| SessionChoice::Id(id.to_owned());
    let onward = |id: &str| SessionChoice::Onward(id.to_owned());
    let expected = [
        SessionChoice::Current,
        onward("session-1"),
        SessionChoice::New,
        id("lost"),
        onward("session-2"),
        id("first"),
        onward("first"),
    ];
    assert_eq!(asked, expected);
    assert!(shown.ends_with("To go on: eventos chat --resume first\n"), "the other one was published: {shown}");
}

#[tokio::test]
async fn a_published_event_needs_no_way_back() {
    let answers = || vec![said("Hi"), answered(vec![published()]), said("Bye"), said("Another?")];
    let (shown, _) = played("yes\nthanks\n", answers(), options()).await;
    assert!(shown.ends_with("https://events.example/e/jazz\n\nBye\n\n"), "{shown}");
    let (shown, _) = played("yes\nthanks\n/new\n", answers(), options()).await;
    assert!(shown.ends_with("Another?\n\nTo go on: eventos chat --resume session-2\n"), "{shown}");
}

#[tokio::test]
async fn a_screen_that_is_gone_ends_the_channel() {
    let (screen, reader) = tokio::io::duplex(64);
    drop(reader);
    let (script, _taken) = Script::new();
    script.push(said("Hello!"));
    let terminal = Terminal::new(tokio::io::empty(), screen, options());
    let error = terminal.run(Arc::new(script), CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("the terminal channel stopped: "), "{error}");
}
