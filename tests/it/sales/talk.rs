//! Selling by talking: what is sold, and money back on a yes to exactly what was shown.

use port::{Body, Purpose, SessionChoice};

use super::scene::{Scene, confirm, turn, turn_before};
use super::{buy, now_s, order_of, pay, told};
use crate::peers::stripe::{Mood, StripePeer};

/// A published paid event with its conversation: Ana and Anabel paid, Bo is paying, Cy waits for nothing.
async fn scene() -> (Scene, String) {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    let opening = "A concert called Harbour Lights, 80 people, on 1 December 2026 at 6 pm, 25 CAD, 90 minutes";
    let first = turn(&scene, SessionChoice::New, Body::Text(opening.to_owned())).await;
    let session = SessionChoice::Id(first.session.clone());
    let asked = turn(&scene, session.clone(), Body::Text("At Pier 21 in Halifax".to_owned())).await.asked;
    let done = turn(&scene, session, confirm(&asked.expect("everything is said"))).await;
    assert!(done.said.contains("is published"), "{}", done.said);
    scene.run("insert into stripe_accounts (id, user_id, charges_enabled) select 'acct_ana', id, true from profiles where email = 'ana@example.com'").await;
    let http = scene.program.http();
    for (email, count, pays) in
        [("ana.b@example.com", "2", true), ("anabel@example.com", "1", true), ("bo@example.com", "3", false)]
    {
        let order = order_of(&buy(&http, "harbour-lights", email, count).await);
        if pays {
            let place = pay(&http, &order).await.header("location").rsplit('/').next().unwrap().to_owned();
            let paid = scene.peer.pay(&place, now_s());
            assert_eq!(told(&http, &paid).await, 200);
        }
    }
    scene.run("update orders set buyer_name = 'Ána' where buyer_email = 'ana.b@example.com'").await;
    scene.run("update orders set buyer_name = 'Anabel' where buyer_email = 'anabel@example.com'").await;
    (scene, first.session)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_hears_what_is_sold_in_their_language() {
    let (scene, session) = scene().await;
    let say = async |text: &str| turn(&scene, SessionChoice::Id(session.clone()), Body::Text(text.to_owned())).await;
    let told = say("How many tickets are sold?").await;
    assert!(
        told.said.contains("Tickets sold: 3 of 80.") && told.said.contains("Being paid right now: 3."),
        "{}",
        told.said
    );
    assert!(told.said.contains("Taken so far: $75 CAD.") && told.asked.is_none(), "{}", told.said);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_others_nobody_hears_who_bought_or_what_was_taken() {
    let (scene, session) = scene().await;
    let id = || SessionChoice::Id(session.clone());
    let text = |words: &str| Body::Text(words.to_owned());
    for words in ["How many tickets are sold?", "refund Ana's order", "refund example.com"] {
        let told = turn_before(&scene, id(), text(words), true).await;
        assert!(told.said.contains("private chat") && told.asked.is_none(), "{words}: {}", told.said);
        assert!(!told.said.contains("example.com") && !told.said.contains('$'), "{words}: {}", told.said);
    }
    // Asked in private, the yes is given there, too.
    let asked = turn(&scene, id(), text("refund Ana's order")).await;
    assert!(asked.asked.is_some());
    let told = turn_before(&scene, id(), text("yes"), true).await;
    assert!(told.said.contains("private chat"), "{}", told.said);
    assert_eq!(scene.value::<i64>("select count(*) from refunds").await, 0);
    let done = turn(&scene, id(), text("yes")).await;
    assert!(done.said.contains("goes back to Ána"), "{}", done.said);
    scene.stop().await;
}

/// A letter is written elsewhere, and what it is about changes nothing by itself; another start is asked about.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_to_write_to_all_guests_is_shown_where() {
    let (scene, session) = scene().await;
    let say = async |text: &str| turn(&scene, SessionChoice::Id(session.clone()), Body::Text(text.to_owned())).await;
    let start = "select to_char(starts_local, 'HH24:MI') from events where slug = 'harbour-lights'";
    for text in ["write to all guests that we start at 8 pm", "Escribe a todos los invitados que empezamos a las 20:00"]
    {
        let told = say(text).await;
        assert!(told.said.contains("/dashboard/events/") && told.said.contains("/guests"), "{text}: {}", told.said);
        assert_eq!(told.asked.expect("the start is asked about").purpose, Purpose::Change);
        assert_eq!(scene.value::<String>(start).await, "18:00", "{text}");
    }
    // What is said besides of prices or places is the letter's.
    let told = say("please tell my guests to bring 5 dollars for the coat check at the north gate").await;
    assert!(told.said.contains("Write to everybody") && told.asked.is_none(), "{}", told.said);
    assert_eq!(say("yes").await.asked, None);
    assert_eq!(scene.value::<String>(start).await, "18:00");
    say("let all guests know that we start at 8 pm").await;
    let done = say("yes").await;
    assert!(done.said.contains("Changed:"), "{}", done.said);
    assert_eq!(scene.value::<String>(start).await, "20:00");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_back_by_talking_on_a_yes_to_exactly_that_order() {
    let (scene, session) = scene().await;
    let say = async |text: &str| turn(&scene, SessionChoice::Id(session.clone()), Body::Text(text.to_owned())).await;
    let back = "select count(*) from refunds";

    // Somebody of that name came to another evening of hers: it is not what she speaks of.
    scene.publish("Other Night", Some(0), &[]).await;
    order_of(&buy(&scene.program.http(), "other-night", "zoltan@example.org", "1").await);
    scene.run("update orders set buyer_name = 'Zoltan' where buyer_email = 'zoltan@example.org'").await;
    let nobody = say("refund Zoltan's order").await;
    assert!(nobody.asked.is_none() && nobody.said.contains("no order of “Zoltan”"), "{}", nobody.said);
    let held = say("refund bo@example.com").await;
    assert!(held.asked.is_none() && held.said.contains("no order of"), "nothing was paid yet: {}", held.said);
    let several = say("refund example.com").await;
    assert!(several.asked.is_none() && several.said.contains("anabel@example.com"), "{}", several.said);

    // Called exactly so comes before called somewhat so, with or without the accent.
    let shown = say("Please refund Ana's order").await;
    assert!(shown.said.contains("$50 CAD would go back to Ána (ana.b@example.com)"), "{}", shown.said);
    let first = shown.asked.unwrap();
    assert_eq!(first.purpose, Purpose::Refund);
    assert_eq!(
        first.card.lines.iter().map(|line| line.value.as_str()).collect::<Vec<_>>(),
        ["Ána (ana.b@example.com)", "2", "$50 CAD"]
    );
    assert_eq!(scene.value::<i64>(back).await, 0, "words alone give nothing back");
    assert_eq!(say("no").await.said, "All right, everything stays as it is.");
    let late = turn(&scene, SessionChoice::Id(session.clone()), confirm(&first)).await;
    assert!(late.said.contains("too old"), "{}", late.said);
    assert_eq!(scene.value::<i64>(back).await, 0);

    let second = say("refund Ana's order").await.asked.unwrap();
    scene.run("select app.give_back(id, '{}', 1000, 'organizer', null) from orders where buyer_email = 'ana.b@example.com'").await;
    let stale = turn(&scene, SessionChoice::Id(session.clone()), confirm(&second)).await;
    assert!(stale.said.contains("not as I showed it"), "{}", stale.said);

    let third = say("refund Ana's order").await;
    assert!(third.said.contains("$40 CAD would go back"), "{}", third.said);
    let done = say("yes").await;
    assert!(done.said.contains("$40 CAD goes back to Ána"), "{}", done.said);
    let twice = turn(&scene, SessionChoice::Id(session.clone()), confirm(&third.asked.unwrap())).await;
    assert!(twice.said.contains("too old"), "used once: {}", twice.said);
    scene.settled().await;
    let mut amounts: Vec<i64> = scene.peer.refunds().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [1_000, 4_000]);
    let stands: String = scene.value("select status from orders where buyer_email = 'ana.b@example.com'").await;
    assert_eq!(stands, "refunded");
    assert_eq!(
        scene.value::<i64>("select count(*) from tickets where status = 'valid'").await,
        2,
        "Anabel's and Zoltan's stay"
    );
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_tickets_of_an_order_go_back_by_talking() {
    let (scene, session) = scene().await;
    let say = async |text: &str| turn(&scene, SessionChoice::Id(session.clone()), Body::Text(text.to_owned())).await;
    let of_ana = "order_id = (select id from orders where buyer_email = 'ana.b@example.com')";
    let valid = format!("select count(*) from tickets where {of_ana} and status = 'valid'");

    let several = say("refund one ticket to example.com").await;
    assert!(several.asked.is_none() && several.said.contains("anabel@example.com"), "{}", several.said);
    let few = say("refund 3 tickets to Ana").await;
    assert!(few.asked.is_none() && few.said.contains("came in with yet: 2"), "{}", few.said);

    // Of two kinds nobody can tell which is meant.
    scene
        .run(&format!(
            "update tickets set tier_name = 'Balcony' where id = (select id from tickets where {of_ana} limit 1)"
        ))
        .await;
    let kinds = say("refund one of Ana's two tickets").await;
    assert!(kinds.asked.is_none() && kinds.said.contains("different kinds"), "{}", kinds.said);
    scene
        .run(
            "update tickets t set tier_name = (select o.tier_name from tickets o where o.order_id = t.order_id and o.id <> t.id)
             where t.tier_name = 'Balcony'",
        )
        .await;

    let shown = say("refund one of Ana's two tickets").await;
    assert!(shown.said.contains("$25 CAD would go back to Ána (ana.b@example.com)"), "{}", shown.said);
    let first = shown.asked.unwrap();
    assert_eq!(first.purpose, Purpose::Refund);
    assert_eq!(
        first.card.lines.iter().map(|line| line.value.as_str()).collect::<Vec<_>>(),
        ["Ána (ana.b@example.com)", "1", "$25 CAD"]
    );
    assert_eq!(scene.value::<i64>("select count(*) from refunds").await, 0, "words alone give nothing back");

    // Somebody came in with them before the yes.
    scene.run(&format!("update tickets set status = 'used', checked_in_at = now() where {of_ana}")).await;
    let stale = turn(&scene, SessionChoice::Id(session.clone()), confirm(&first)).await;
    assert!(stale.said.contains("not as I showed it"), "{}", stale.said);
    let pressed = "select content from ai_conversations where role = 'user' order by seq desc limit 1";
    assert_eq!(scene.value::<String>(pressed).await, "Yes, do it.", "a yes to money back is none to publishing");
    scene.run(&format!("update tickets set status = 'valid', checked_in_at = null where {of_ana}")).await;

    say("please refund one ticket to Ana").await;
    let done = say("yes").await;
    assert!(done.said.contains("$25 CAD goes back to Ána"), "{}", done.said);
    assert_eq!(scene.value::<i64>(&valid).await, 1, "the other one stays");
    let stands = "select status from orders where buyer_email = 'ana.b@example.com'";
    assert_eq!(scene.value::<String>(stands).await, "paid");

    // The last one is the whole order, known also by its code.
    let code: String = scene.value(&format!("select code from tickets where {of_ana} and status = 'valid'")).await;
    let last = say(&format!("give back 1 ticket of order {code}")).await;
    assert!(last.said.contains("$25 CAD would go back to Ána"), "{}", last.said);
    say("yes").await;
    assert_eq!(scene.value::<String>(stands).await, "refunded");
    scene.settled().await;
    let amounts: Vec<i64> = scene.peer.refunds().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [2_500, 2_500]);
    scene.stop().await;
}
