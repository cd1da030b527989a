//! Takes answers that are written down and delivers them, each chat's in their order.

use std::sync::Arc;
use std::time::Duration;

use port::{Delivery, Outgoing, Reply};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::NAME;
use crate::api::Fault;
use crate::heard::{Interaction, Way};
use crate::limits::CONTENT;
use crate::markup::{escape, units};
use crate::message::Message;
use crate::place::Spot;
use crate::preview::note;
use crate::render::{View, render};
use crate::talk::Talk;
use crate::words::Words;

/// Chats that are written to at the same time.
const WRITERS: usize = 32;
/// The note under which the message with the last summary stands, and whose draft that is.
const SHEET: &str = "sheet";
/// Between the numbers of the parts of one message: more than an answer has messages.
const PARTS: usize = 1_000;
/// The pause after the outbox could not be reached.
const PAUSE: Duration = Duration::from_secs(1);

/// Delivers until the channel stops.
pub(crate) async fn run(talk: Arc<Talk>) {
    let writers = Arc::new(Semaphore::new(WRITERS));
    loop {
        let Ok(writer) = Arc::clone(&writers).acquire_owned().await else { return };
        let next = tokio::select! {
            () = talk.stop.cancelled() => return,
            next = talk.door.next_outgoing(NAME) => next,
        };
        let outgoing = match next {
            Ok(outgoing) => outgoing,
            Err(refusal) => {
                tracing::warn!(action = "discord_outbox", error.code = "DISCORD_OUTBOX", %refusal);
                sleep(PAUSE).await;
                continue;
            }
        };
        let talk = Arc::clone(&talk);
        talk.deliveries.clone().spawn(async move {
            talk.deliver(outgoing).await;
            drop(writer);
        });
    }
}

impl Talk {
    async fn deliver(&self, outgoing: Outgoing) {
        let delivery = match Way::read(&outgoing.address) {
            Some(way) => {
                let done = self.place_all(&outgoing, &way).await;
                let over = !matches!(done, Err(Fault::Limited { .. } | Fault::Away { .. } | Fault::Unauthorized));
                if let Some(answers) = outgoing.answers.as_ref().filter(|_| over) {
                    self.previews.end(&outgoing.address.chat, answers);
                }
                told(done)
            }
            None => Delivery::Refused { reason: "its address cannot be read".to_owned() },
        };
        log(&outgoing, &delivery);
        self.settle(&outgoing.id, delivery).await;
    }

    /// Says what became of it. While the store is away, the answer is held by nobody else; later it comes again by itself.
    async fn settle(&self, id: &str, delivery: Delivery) {
        for _ in 0..10 {
            if self.door.settled(id, delivery.clone()).await.is_ok() {
                return;
            }
            sleep(PAUSE).await;
        }
        tracing::error!(action = "discord_outbox", error.code = "DISCORD_NOT_SETTLED", outgoing = id);
    }

    async fn place_all(&self, outgoing: &Outgoing, way: &Way) -> Result<(), Fault> {
        let words = Words::of(&outgoing.language);
        let mut messages = render(View {
            words,
            owner: way.owner,
            session: outgoing.session.as_deref(),
            replies: &outgoing.replies,
            // What was said elsewhere is not repeated before others.
            meanwhile: if way.is_overheard() { &[] } else { &outgoing.meanwhile },
            unfinished: "",
            form: !way.private,
        });
        if messages.is_empty() {
            if !way.interaction.as_ref().is_some_and(|interaction| interaction.deferred) {
                return Ok(());
            }
            messages.push(note(words, "done"));
        }
        // What is put beside an interaction has no name that the platform takes once: there it may stand twice, and says so.
        let beside = |interaction: &Interaction| messages.len() > 1 || !interaction.deferred;
        if outgoing.again && !way.private && way.interaction.as_ref().is_some_and(beside) {
            flag(&mut messages, &escape(&words.say("again")));
        }
        let shown = match &outgoing.answers {
            Some(answers) => self.previews.take_over(answers).await,
            None => Vec::new(),
        };
        // How far an earlier attempt came is what stands there; it is gone over once more, for it may be half of it.
        let earlier: Vec<Spot> = serde_json::from_value(outgoing.progress.clone()).unwrap_or_default();
        let mut spots = if earlier.is_empty() { shown.iter().map(|(spot, _)| spot.clone()).collect() } else { earlier };
        let name = outgoing.answers.as_deref().unwrap_or(&outgoing.id);
        let several = messages.len() > 1;
        for (index, message) in messages.iter().enumerate() {
            let stands = shown.get(index).is_some_and(|(spot, text)| spots.get(index) == Some(spot) && text == message);
            if stands {
                continue;
            }
            let spot = self.place(way, spots.get(index), index, message, name).await?;
            match spots.get_mut(index) {
                Some(known) => *known = spot,
                None => spots.push(spot),
            }
            if several {
                let progress = serde_json::to_value(&spots).unwrap_or_default();
                self.settle(&outgoing.id, Delivery::Underway(progress)).await;
            }
        }
        self.keep_sheet(outgoing, way, spots.get(..messages.len()).and_then(<[_]>::last)).await;
        Ok(())
    }

    /// A summary in a private chat stays true: what a later turn changes is changed in its message, too.
    async fn keep_sheet(&self, outgoing: &Outgoing, way: &Way, newest: Option<&Spot>) {
        let (Some(session), true) = (outgoing.session.as_deref(), way.private) else { return };
        let chat = &outgoing.address.chat;
        let is_new = outgoing.replies.iter().any(|reply| matches!(reply, Reply::Draft(_)));
        let sheet = match newest {
            Some(Spot::Answer(id) | Spot::FollowUp(id) | Spot::Channel(_, id)) if is_new => {
                json!({"session": session, "message": id.to_string()})
            }
            _ if is_new => Value::Null,
            _ => {
                let shown = outgoing.replies.iter().find_map(|reply| match reply {
                    Reply::Glance(card) => Some(card.clone()),
                    _ => None,
                });
                let Some(shown) = shown else { return };
                let memory = self.door.recall(NAME, chat).await.unwrap_or_default();
                let noted = memory.note.get(SHEET).filter(|noted| noted["session"] == session);
                let Some(message) = noted.and_then(|noted| noted["message"].as_str()?.parse().ok()) else { return };
                match self.show_again(outgoing, way, message, Reply::Draft(shown)).await {
                    Ok(()) => return,
                    Err(fault) => {
                        // It is gone, or the platform asks for a pause: the next summary is a message of its own.
                        tracing::debug!(action = "discord_sheet", reason = fault.words());
                        Value::Null
                    }
                }
            }
        };
        if let Err(refusal) = self.door.remember(NAME, chat, Map::from_iter([(SHEET.to_owned(), sheet)])).await {
            tracing::debug!(action = "discord_sheet", %refusal);
        }
    }

    async fn show_again(&self, outgoing: &Outgoing, way: &Way, message: u64, draft: Reply) -> Result<(), Fault> {
        let shown = render(View {
            words: Words::of(&outgoing.language),
            owner: way.owner,
            session: outgoing.session.as_deref(),
            replies: &[draft],
            meanwhile: &[],
            unfinished: "",
            form: false,
        });
        let Some(shown) = shown.first() else { return Ok(()) };
        self.api.edit(way.channel, message, &shown.body()).await.map(drop)
    }

    /// Puts one message there, in words alone when the platform does not take it as it is.
    async fn place(
        &self,
        way: &Way,
        spot: Option<&Spot>,
        index: usize,
        message: &Message,
        name: &str,
    ) -> Result<Spot, Fault> {
        let put = async |message: &Message| {
            if let Some(spot) = spot {
                match self.change(way, spot, message).await {
                    // It was taken away, or cannot be changed any more: it is said anew.
                    Err(Fault::Expired(_)) => {}
                    changed => return changed,
                }
            }
            self.put(way, index, message, Some(name)).await
        };
        match put(message).await {
            Err(Fault::Refused(reason)) if !message.embeds.is_empty() || !message.rows.is_empty() => {
                tracing::error!(action = "discord_send", error.code = "DISCORD_REFUSED", reason, "sent as words alone");
                let mut parts = plain(message).into_iter();
                let first = put(&parts.next().unwrap_or_default()).await?;
                for (number, part) in (1..).zip(parts) {
                    // Names of their own: the platform takes each once.
                    self.put(way, index + PARTS * number, &part, Some(name)).await?;
                }
                Ok(first)
            }
            put => put,
        }
    }
}

/// The message without anything but words, in as many as it takes.
fn plain(message: &Message) -> Vec<Message> {
    let facts = message.embeds.iter().flat_map(|embed| {
        let fields = embed.fields.iter().map(|field| format!("{}: {}", field.name, field.value));
        std::iter::once(embed.title.clone()).chain([embed.description.clone()]).chain(fields)
    });
    let lines: Vec<String> =
        std::iter::once(message.content.clone()).chain(facts).filter(|line| !line.is_empty()).collect();
    port::split::split(&lines.join("\n"), CONTENT).into_iter().map(Message::text).collect()
}

/// Says in small print under the last message that it may be there twice.
fn flag(messages: &mut Vec<Message>, words: &str) {
    let mark = format!("-# {words}");
    match messages.last_mut() {
        Some(last) if units(&last.content) + units(&mark) < CONTENT => {
            last.content = format!("{}\n{mark}", last.content);
        }
        _ => messages.push(Message::text(mark)),
    }
}

fn told(done: Result<(), Fault>) -> Delivery {
    match done {
        Ok(()) => Delivery::Sent,
        Err(Fault::Limited { seconds }) => Delivery::Wait { seconds },
        Err(Fault::Away { reason, unclear }) => Delivery::Failed { reason, unclear },
        Err(fault @ Fault::Unauthorized) => Delivery::Failed { reason: fault.words(), unclear: false },
        Err(Fault::Gone(reason)) => Delivery::Gone { reason },
        Err(fault @ (Fault::Expired(_) | Fault::Answered | Fault::Refused(_))) => {
            Delivery::Refused { reason: fault.words() }
        }
    }
}

fn log(outgoing: &Outgoing, delivery: &Delivery) {
    let kinds: Vec<&str> = outgoing.replies.iter().map(kind).collect();
    let (id, attempt, again) = (&outgoing.id, outgoing.attempt, outgoing.again);
    match delivery {
        Delivery::Sent | Delivery::Underway(_) => {
            tracing::info!(action = "discord_send", outgoing = id, attempt, again, ?kinds, "sent");
        }
        delivery => {
            tracing::warn!(
                action = "discord_send",
                error.code = "DISCORD_NOT_SENT",
                outgoing = id,
                attempt,
                again,
                ?kinds,
                ?delivery
            );
        }
    }
}

fn kind(reply: &Reply) -> &'static str {
    match reply {
        Reply::Delta(_) => "delta",
        Reply::Said(_) => "said",
        Reply::Suggestions(_) => "suggestions",
        Reply::More(_) => "more",
        Reply::Progress(_) => "progress",
        Reply::Draft(_) => "draft",
        Reply::Glance(_) => "glance",
        Reply::Confirm(_) => "confirm",
        Reply::Published { .. } => "published",
        Reply::Trouble { .. } => "trouble",
        Reply::State(_) => "state",
        Reply::Done => "done",
    }
}
