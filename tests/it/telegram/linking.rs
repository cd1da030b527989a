//! A chat account and a person become one: codes, both sides' yes, what moves along, and how it ends (THREATS 7.9).

use eventos::accounts::links::Step;
use eventos::store::database::Actor;
use eventos::store::people;
use serde_json::json;
use uuid::Uuid;

use super::{ANN, Scene};

/// An organizer with an account.
async fn organizer(scene: &Scene, email: &str) -> Uuid {
    let store = scene.database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, email).await.unwrap();
    tx.commit().await.unwrap();
    person.id
}

/// Links Ann's chat to this person, both sides saying yes.
pub(super) async fn link(scene: &Scene, email: &str) -> Uuid {
    let user = organizer(scene, email).await;
    let accounts = scene.program.app.accounts();
    let code = accounts.link_code(user, "telegram").await.unwrap().code;
    assert_eq!(code.len(), 22);
    scene.hears(&format!("/start {code}"), &format!("{}***@", &email[..1])).await;
    let waiting = accounts.links(user).await.unwrap().1;
    assert_eq!((waiting.len(), waiting[0].name.as_deref()), (1, Some("@ann42")));
    assert_eq!(accounts.answer_on_page(user, waiting[0].id, true).await.unwrap(), Step::Waiting);
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.press(ANN, ANN, "Yes, that is me");
    scene.count(before + 1).await;
    assert!(scene.telegram.texts(ANN).last().unwrap().contains("is linked to"), "{:#?}", scene.telegram.texts(ANN));
    user
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_say_yes_and_the_guests_draft_goes_along() {
    let scene = Scene::start().await;
    scene.hears("A jazz night for 80 people", "80").await;
    let user = link(&scene, "ann@example.org").await;
    let owners =
        "select count(*) from wizard_sessions s join profiles p on p.id = s.user_id where p.email = 'ann@example.org'";
    assert_eq!(scene.number(owners).await, 1, "the draft is hers now");
    assert_eq!(scene.number("select count(*) from profiles where is_anonymous").await, 0, "the guest is gone");
    scene.hears("/summary", "80").await;
    let mail = "select count(*) from payment_setup_queue where kind = 'mail_linked'";
    assert_eq!(scene.number(mail).await, 1, "and a mail says so");
    let (links, waiting) = scene.program.app.accounts().links(user).await.unwrap();
    assert_eq!((links.len(), waiting.len()), (1, 0));
    scene.hears("/unlink", "link is gone").await;
    assert!(scene.program.app.accounts().links(user).await.unwrap().0.is_empty());
    scene.hears("/summary", "").await;
    assert_eq!(scene.number(owners).await, 1, "her drafts stay hers");
    assert!(!scene.telegram.texts(ANN).last().unwrap().contains("80"), "the chat sees them no more");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_used_once_ends_and_is_not_guessed() {
    let scene = Scene::start().await;
    let user = organizer(&scene, "ann@example.org").await;
    let accounts = scene.program.app.accounts();
    let first = accounts.link_code(user, "telegram").await.unwrap().code;
    let code = accounts.link_code(user, "telegram").await.unwrap().code;
    scene.hears(&format!("/start {first}"), "unknown, used up").await;
    scene.hears(&format!("/start {code}"), "Link this chat").await;
    scene.hears(&format!("/link {code}"), "unknown, used up").await;
    let late = accounts.link_code(user, "telegram").await.unwrap().code;
    scene.run("update link_codes set expires_at = now()").await;
    scene.hears(&format!("/start {late}"), "unknown, used up").await;
    let discord = accounts.link_code(user, "discord").await.unwrap().code;
    scene.hears(&format!("/start {discord}"), "unknown, used up").await;
    scene.hears("/start AAAAAAAAAAAAAAAAAAAAAA", "unknown, used up").await;
    let good = accounts.link_code(user, "telegram").await.unwrap().code;
    scene.hears(&format!("/start {good}"), "Too many wrong codes").await;
    assert_eq!(
        scene
            .number("select count(*) from chat_accounts a join profiles p on p.id = a.user_id where not p.is_anonymous")
            .await,
        0
    );
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_bound_by_one_side_by_a_group_or_twice() {
    let scene = Scene::start().await;
    let mallory = organizer(&scene, "mallory@example.org").await;
    let accounts = scene.program.app.accounts();
    let code = accounts.link_code(mallory, "telegram").await.unwrap().code;
    scene.telegram.send(-7, ANN, &format!("/link {code}"), json!({}));
    scene
        .telegram
        .until("a group is no place for it", |telegram| {
            telegram.texts(-7).iter().any(|text| text.contains("private chat"))
        })
        .await;
    scene.hears(&format!("/start {code}"), "Link this chat").await;
    let request = accounts.links(mallory).await.unwrap().1.remove(0);
    assert_eq!(accounts.answer_on_page(mallory, request.id, true).await.unwrap(), Step::Waiting);
    scene.telegram.press(ANN, ANN, "No");
    scene
        .telegram
        .until("no is no", |telegram| telegram.texts(ANN).iter().any(|text| text.contains("Not linked")))
        .await;
    assert_eq!(accounts.answer_on_page(mallory, request.id, true).await.unwrap(), Step::Stale);
    let ann = link(&scene, "ann@example.org").await;
    let code = accounts.link_code(mallory, "telegram").await.unwrap().code;
    scene.hears(&format!("/start {code}"), "m***@").await;
    let request = accounts.links(mallory).await.unwrap().1.remove(0);
    let foreign = accounts.answer_on_page(ann, request.id, true).await.unwrap();
    assert_eq!(foreign, Step::Stale, "somebody else's request is as absent as none");
    accounts.answer_on_page(mallory, request.id, true).await.unwrap();
    scene.telegram.press(ANN, ANN, "Yes, that is me");
    scene
        .telegram
        .until("it is taken", |telegram| telegram.texts(ANN).iter().any(|text| text.contains("another account")))
        .await;
    assert_eq!(accounts.links(ann).await.unwrap().0.len(), 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_first_messages_make_one_guest_and_one_session() {
    let scene = Scene::start().await;
    for number in 0..100 {
        scene.telegram.say(ANN, &format!("hello {number}"));
    }
    scene.count(60).await;
    assert_eq!(scene.number("select count(*) from profiles where is_anonymous").await, 1);
    assert_eq!(scene.number("select count(*) from wizard_sessions").await, 1);
    scene.program.stop().await;
}
