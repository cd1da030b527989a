//! The contract that every channel passes, over the stand-in: with previews, and with a server that has none.

use std::sync::Arc;

use async_trait::async_trait;
use port::contract::{Answer, Person, Script, check};
use port::{Choice, Command, Delivery, Reply};
use secrecy::SecretString;
use telegram::{Mode, Options};
use tokio_util::sync::CancellationToken;

use super::ANN;
use crate::peers::telegram::{Fault, TOKEN, Telegram};

/// Somebody who uses the bot in their private chat.
struct Phone(Telegram);

#[async_trait]
impl Person for Phone {
    async fn open(&mut self) {
        self.0.say(ANN, "/start");
    }

    async fn say(&mut self, text: &str) {
        self.0.say(ANN, text);
    }

    async fn pick(&mut self, number: usize, _choice: &Choice) {
        self.0.press(ANN, ANN, &number.to_string());
    }

    async fn confirm(&mut self) {
        self.0.press(ANN, ANN, "Publish");
    }

    async fn decline(&mut self) {
        self.0.press(ANN, ANN, "Not yet");
    }

    async fn command(&mut self, command: Command) {
        self.0.say(ANN, &format!("/{command:?}").to_lowercase());
    }

    fn messages(&self) -> Vec<String> {
        let labels = |message: &crate::peers::telegram::Message| {
            message.buttons.iter().map(|(label, _)| label.clone()).collect::<Vec<_>>().join(" ")
        };
        let messages = self.0.messages(ANN);
        let shown = messages.iter().map(|message| {
            let labels = labels(message);
            if labels.is_empty() { message.text.clone() } else { format!("{}\n{labels}", message.text) }
        });
        shown.chain(self.0.draft(ANN)).collect()
    }
}

fn channel(telegram: &Telegram) -> Arc<telegram::Telegram> {
    let options = Options {
        token: SecretString::from(TOKEN),
        api_url: telegram.url().to_owned(),
        mode: Mode::Poll,
        webhook_secret: None,
        public_url: "https://events.example".to_owned(),
    };
    Arc::new(telegram::Telegram::new(options).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_passes_the_contract_of_channels() {
    let telegram = Telegram::start().await;
    check(channel(&telegram), &mut Phone(telegram.clone())).await;
    assert!(!telegram.calls("sendMessageDraft").is_empty(), "the turns that took long were shown as previews");
    let refused: Vec<_> = ["sendMessage", "editMessageText", "sendMessageDraft", "answerCallbackQuery"]
        .iter()
        .flat_map(|method| telegram.calls(method))
        .filter(|call| call.status >= 400 && call.status != 404)
        .collect();
    assert!(refused.is_empty(), "Telegram refuses none of it: {refused:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_passes_it_where_messages_are_edited_instead() {
    let telegram = Telegram::start().await;
    telegram.without_drafts();
    check(channel(&telegram), &mut Phone(telegram.clone())).await;
    assert!(!telegram.calls("editMessageText").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_are_listed_in_every_language() {
    let telegram = Telegram::start().await;
    let (script, _taken) = Script::new();
    let stop = CancellationToken::new();
    let channel = channel(&telegram);
    let running = tokio::spawn({
        let (channel, stop) = (channel.clone(), stop.clone());
        async move { port::Channel::run(channel.as_ref(), Arc::new(script), stop).await }
    });
    telegram.until("four lists", |telegram| telegram.calls("setMyCommands").len() == 4).await;
    let names = |language: &str| {
        let list = telegram.commands(language);
        list.as_array()
            .unwrap()
            .iter()
            .map(|command| command["command"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let wanted = ["new", "resume", "drafts", "summary", "undo", "publish", "language", "help", "cancel", "unlink"];
    for language in ["", "fr", "es", "zh"] {
        assert_eq!(names(language), wanted);
    }
    assert_eq!(
        port::Channel::link_url(channel.as_ref(), "abc"),
        Some("https://t.me/test_wizard_bot?start=abc".to_owned())
    );
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_one_clear_line() {
    let telegram = Telegram::start().await;
    let options = Options {
        token: SecretString::from("999:WRONG"),
        api_url: telegram.url().to_owned(),
        mode: Mode::Poll,
        webhook_secret: None,
        public_url: String::new(),
    };
    let channel = telegram::Telegram::new(options).unwrap();
    let (script, _taken) = Script::new();
    let ended = port::Channel::run(&channel, Arc::new(script), CancellationToken::new()).await;
    let line = ended.unwrap_err().to_string();
    assert!(line.contains("TELEGRAM_BOT_TOKEN") && !line.contains("WRONG") && !line.contains('\n'), "{line}");
    assert!(port::Channel::health(&channel).is_err(), "readiness is red at once");
}

/// The bot with a scripted wizard behind it.
struct Running {
    script: Script,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), port::ChannelError>>,
}

impl Running {
    fn start(telegram: &Telegram) -> Self {
        let (script, _) = Script::new();
        let (channel, stop) = (channel(telegram), CancellationToken::new());
        let task = tokio::spawn({
            let (script, stop) = (script.clone(), stop.clone());
            async move { port::Channel::run(channel.as_ref(), Arc::new(script), stop).await }
        });
        Self { script, stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_goes_on_where_it_broke_off() {
    let telegram = Telegram::start().await;
    let bot = Running::start(&telegram);
    let words: Vec<String> = (0..1_500).map(|number| format!("w{number}")).collect();
    bot.script.push(Answer::Now(vec![Reply::Said(words.join(" ")), Reply::Done]));
    telegram.fault("sendMessage", 1, Fault::None);
    telegram.fault("sendMessage", 1, Fault::Status(500));
    telegram.say(ANN, "hello");
    let sent = |script: &Script| script.deliveries().iter().any(|(_, delivery)| *delivery == Delivery::Sent);
    telegram.until("all of it is there", |_| sent(&bot.script)).await;
    let texts = telegram.texts(ANN);
    assert_eq!(texts.len(), 2, "the first part is not sent twice");
    assert_eq!(texts.join(" ").split(' ').collect::<Vec<_>>(), words);
    bot.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_making_is_edited_no_oftener_than_telegram_takes_it() {
    let telegram = Telegram::start().await;
    telegram.without_drafts();
    let bot = Running::start(&telegram);
    bot.script.push(Answer::Open(vec![Reply::Delta("Let me see. ".to_owned())]));
    telegram.say(ANN, "hello");
    telegram.until("a first glimpse", |telegram| !telegram.messages(ANN).is_empty()).await;
    let begun = std::time::Instant::now();
    for number in 0..60 {
        bot.script.send(Reply::Delta(format!("{number} ")));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (edits, seconds) = (telegram.calls("editMessageText").len(), begun.elapsed().as_secs());
    assert!(edits >= 1 && u64::try_from(edits).unwrap() <= seconds + 2, "{edits} edits in {seconds} s");
    bot.script.send(Reply::Said("There.".to_owned()));
    bot.script.send(Reply::Done);
    bot.end().await;
}
