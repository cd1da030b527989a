//! One program with both bots and the panel: one conversation that goes on wherever its organizer is (PAINS P1).

use std::time::{Duration, Instant};

use discord_peer::{Fake, Place};
use eventos::settings::{Discord, DiscordPlace};
use eventos::store::cluster::Role;
use eventos::store::database::Actor;
use eventos::store::people;
use secrecy::SecretString;
use uuid::Uuid;

use crate::harness::{self, Database, Folder, program::Program};
use crate::peers::telegram::{self, Telegram};
use crate::web::{Page, said, state};

/// Ana's number on Telegram.
const ANA: i64 = 42;
const EMAIL: &str = "ana@example.com";

/// Everything at once.
struct House {
    database: Database,
    program: Program,
    telegram: Telegram,
    discord: Fake,
    /// Ana's account on Discord.
    ana: u64,
    organizer: Uuid,
    authority: Folder,
}

impl House {
    async fn open() -> Self {
        let (database, telegram, discord) = (harness::database().await, Telegram::start().await, Fake::start().await);
        let authority = Folder::file("together", &discord.authority);
        let place = DiscordPlace::Resolved(discord.api, authority.to_path_buf());
        let program = Program::start_with(&database, |settings| {
            settings.telegram_bot_token = Some(SecretString::from(telegram::TOKEN));
            settings.telegram.api_url = telegram.url().to_owned();
            settings.discord =
                Discord { token: Some(SecretString::from(discord_peer::TOKEN)), public_key: None, place };
        })
        .await;
        program.app.serve_chats();
        let store = database.store().await;
        let mut tx = store.begin(Actor::Server).await.unwrap();
        let organizer = people::ensure_organizer(&mut tx, EMAIL).await.unwrap().id;
        tx.commit().await.unwrap();
        let ana = discord.person("ana");
        let house = Self { database, program, telegram, discord, ana, organizer, authority };
        house.until("connected", |house| house.discord.connected()).await;
        house
    }

    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            if holds(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("in vain: {what}\n{}\n---\n{}", self.telegram.texts(ANA).join("\n"), self.on_discord());
    }

    fn on_discord(&self) -> String {
        self.discord.text(self.ana, Place::Private)
    }

    /// Both chats become Ana's: a code of the page is carried into each, and both sides say yes.
    async fn link(&self) {
        let accounts = self.program.app.accounts();
        let confirm = async || {
            let waiting = accounts.links(self.organizer).await.unwrap().1;
            accounts.answer_on_page(self.organizer, waiting[0].id, true).await.unwrap();
        };
        let code = accounts.link_code(self.organizer, "telegram").await.unwrap().code;
        self.telegram.say(ANA, &format!("/start {code}"));
        self.until("asked", |house| house.telegram.texts(ANA).join(" ").contains("a***@")).await;
        confirm().await;
        self.telegram.press(ANA, ANA, "Yes, that is me");
        self.until("linked", |house| house.telegram.texts(ANA).join(" ").contains("is linked to")).await;
        let code = accounts.link_code(self.organizer, "discord").await.unwrap().code;
        self.discord.slash(self.ana, Place::Private, "link", Some(("code", &code)));
        self.until("asked", |house| house.on_discord().contains("a***@")).await;
        confirm().await;
        self.discord.press(self.ana, Place::Private, "Yes, that is me");
        self.until("linked", |house| house.on_discord().contains("linked to")).await;
    }

    async fn session(&self) -> String {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        let sessions: Vec<Uuid> =
            sqlx::query_scalar("select id from wizard_sessions").fetch_all(&mut conn).await.unwrap();
        assert_eq!(sessions.len(), 1, "all of it is one conversation");
        sessions[0].to_string()
    }

    async fn close(self) {
        self.program.stop().await;
        drop(self.authority);
        drop(self.database);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn begun_on_telegram_continued_on_discord_and_published_in_the_panel() {
    let house = House::open().await;
    house.link().await;
    house.telegram.say(ANA, "A poetry slam called Loud Lines on February 18 2027 at 7pm");
    house.until("answered", |house| house.telegram.texts(ANA).join(" ").contains("Loud Lines")).await;
    house.discord.write(house.ana, Place::Private, "at the Old Mill Hall in Toronto, for 60 people, 12 dollars");
    house.until("answered", |house| house.on_discord().contains("Old Mill Hall")).await;
    let shown = house.on_discord();
    assert!(shown.contains("Loud Lines") && shown.contains("[Publish]"), "{shown}");

    let mut page = Page::open(&house.program, EMAIL, house.session().await.leak());
    let transcript = page.transcript().await;
    assert!(transcript.iter().any(|(_, words)| words.contains("Old Mill Hall")), "{transcript:?}");
    let asked = page.say("m1", "two hours, publish it").await;
    let done = page.approve(&asked).await;
    assert!(said(&done).contains("http://events.test/e/loud-lines"), "{asked:?}\n{done:?}");

    house.telegram.say(ANA, "/summary");
    house.until("the chat knows it", |house| house.telegram.texts(ANA).join(" ").contains("/e/loud-lines")).await;
    assert!(house.telegram.texts(ANA).join(" ").contains("Old Mill Hall"), "and what was said elsewhere meanwhile");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_from_all_three_at_once_become_one_order() {
    const EACH: usize = 6;
    let house = House::open().await;
    house.link().await;
    house.telegram.say(ANA, "A poetry slam called Loud Lines");
    house.until("answered", |house| house.telegram.texts(ANA).join(" ").contains("Loud Lines")).await;
    let session: &'static str = house.session().await.leak();
    let from_page = async {
        for number in 0..EACH {
            let mut page = Page::open(&house.program, EMAIL, session);
            let events = page.say(&format!("m{number}"), &format!("for {} people", 300 + number)).await;
            assert!(state(&events)["draft"]["capacity"].is_number(), "{events:?}");
        }
    };
    for number in 0..EACH {
        house.telegram.say(ANA, &format!("for {} people", 100 + number));
        house.discord.write(house.ana, Place::Private, &format!("for {} people", 200 + number));
    }
    from_page.await;
    let mut conn = house.database.connect(Role::Bootstrap).await;
    let open = "select count(*) from inbox where state <> 'answered'";
    let all = "select count(*) from inbox where external_id is not null and message_id in (select id from ai_conversations where content like 'for % people')";
    let wanted = i64::try_from(3 * EACH).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < harness::PATIENCE {
        let (open, all): (i64, i64) = (
            sqlx::query_scalar(open).fetch_one(&mut conn).await.unwrap(),
            sqlx::query_scalar(all).fetch_one(&mut conn).await.unwrap(),
        );
        if (open, all) == (0, wanted) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let order: Vec<(String, i64, i64)> = sqlx::query_as(
        "select u.content, u.seq, a.seq from ai_conversations u join ai_conversations a on a.reply_to = u.id
         where u.role = 'user' and u.content like 'for % people' order by u.seq",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    assert_eq!(order.len(), 3 * EACH, "each is answered once: {order:?}");
    assert!(
        order.iter().is_sorted_by_key(|(_, _, answer)| *answer),
        "in the order in which they were taken: {order:?}"
    );
    for hundred in ['1', '2', '3'] {
        let own: Vec<&String> =
            order.iter().map(|(said, ..)| said).filter(|said| said.chars().nth(4) == Some(hundred)).collect();
        assert!(own.len() == EACH && own.is_sorted(), "what one person says in one place keeps its order: {own:?}");
    }
    let last: i32 = order.last().unwrap().0.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    let capacity: i32 = sqlx::query_scalar("select capacity from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(capacity, last, "the draft is that of the sequence");
    let _one = house.session().await;
    house.close().await;
}

/// What somebody says in a chat until their event is public; then one presses "Publish".
const TALK: [(&str, &str); 3] = [
    ("A poetry slam called Loud Lines on February 18 2027 at 7pm", "Loud Lines"),
    ("at the Old Mill Hall in Toronto, for 60 people", "Old Mill Hall"),
    ("12 dollars, two hours", "[Publish]"),
];

impl House {
    /// Waits until nothing waits to be delivered any more.
    async fn delivered(&self) {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            let waiting = "select (select count(*) from outbox where state = 'pending') + (select count(*) from inbox where state <> 'answered')";
            if sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut conn).await.unwrap() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("answers still wait to be delivered");
    }

    /// Ana's screen on Telegram from this message of the bot's on.
    fn on_telegram(&self, from: usize) -> String {
        let shown = self.telegram.messages(ANA).into_iter().skip(from).map(|message| {
            let buttons: Vec<_> = message.buttons.iter().map(|(label, _)| format!("[{label}]")).collect();
            format!("{}\n{}", message.text, buttons.join(" "))
        });
        shown.collect::<Vec<_>>().join("\n")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_event_on_telegram() {
    let house = House::open().await;
    house.link().await;
    let mut transcript = Vec::new();
    let mut tell = |said: &str, shown: &str| transcript.push(format!("> {said}\n{}\n", shown.trim()));
    for (said, expected) in TALK {
        let before = house.telegram.messages(ANA).len();
        house.telegram.say(ANA, said);
        house.until("answered", |house| house.on_telegram(before).contains(expected)).await;
        house.delivered().await;
        tell(said, &house.on_telegram(before));
    }
    let before = house.telegram.messages(ANA).len();
    house.telegram.press(ANA, ANA, "Publish");
    house.until("published", |house| house.on_telegram(before).contains("is published")).await;
    house.delivered().await;
    tell("[Publish]", &house.on_telegram(before));
    insta::assert_snapshot!(transcript.join("\n"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_event_on_discord() {
    let house = House::open().await;
    house.link().await;
    let begun = house.on_discord().len();
    for (said, expected) in TALK {
        house.discord.write(house.ana, Place::Private, said);
        house.until("answered", |house| house.on_discord()[begun..].contains(expected)).await;
        house.delivered().await;
    }
    house.discord.press(house.ana, Place::Private, "Publish");
    house.until("published", |house| house.on_discord()[begun..].contains("is published")).await;
    house.delivered().await;
    insta::assert_snapshot!(house.on_discord()[begun..]);
    house.close().await;
}
