//! What a person did, taken to the wizard; and what can be answered at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use port::{Body, Chat, Door, Draft, Incoming, LinkStep, Linking, Refusal, Replies, Sender, SessionChoice};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::Api;
use crate::button::{Act, Button};
use crate::heard::{Deed, Heard, Way};
use crate::limits::{BUTTON_LABEL, OPTION_TEXT, OPTIONS};
use crate::markup::{clipped, escape};
use crate::message::{Key, KeyKind, Message, Opt, Row};
use crate::preview::Previews;
use crate::words::Words;
use crate::{NAME, Timing};

/// Whoever waits longer than this is told that their message is kept.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);
/// The longest pause between two tries to hand a message in.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// So many people's sessions are remembered.
const MOST_SPOKEN: usize = 10_000;
/// A message that is refused so often although the store answers holds up its chat no longer (PAINS P4); some three minutes.
const MOST_TRIES: u32 = 20;

/// How long a stopping channel waits for its deliveries.
const CLOSING: Duration = Duration::from_secs(5);

/// The wizard on one side, the platform on the other.
pub(crate) struct Talk {
    pub(crate) door: Arc<dyn Door>,
    pub(crate) api: Arc<Api>,
    /// Our own account.
    pub(crate) me: u64,
    pub(crate) timing: Timing,
    pub(crate) stop: CancellationToken,
    pub(crate) previews: Previews,
    /// The sessions that people spoke with last, for `/cancel`; a shortcut, forgotten now and then.
    spoken: Mutex<HashMap<u64, String>>,
    /// The languages of their programs, likewise.
    languages: Mutex<HashMap<u64, Words>>,
    /// Deliveries that are under way.
    pub(crate) deliveries: TaskTracker,
}

impl std::fmt::Debug for Talk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Talk").field("me", &self.me).finish_non_exhaustive()
    }
}

impl Talk {
    pub(crate) fn new(door: Arc<dyn Door>, api: Arc<Api>, me: u64, timing: Timing, stop: CancellationToken) -> Self {
        Self {
            door,
            api,
            me,
            timing,
            stop,
            previews: Previews::default(),
            spoken: Mutex::default(),
            languages: Mutex::default(),
            deliveries: TaskTracker::new(),
        }
    }

    /// Waits for what is being delivered; what does not end in time is delivered by the next program.
    pub(crate) async fn close(&self) {
        self.deliveries.close();
        if timeout(CLOSING, self.deliveries.wait()).await.is_err() {
            tracing::warn!(action = "discord_stop", error.code = "DISCORD_SLOW_STOP");
        }
    }

    /// Takes it; `false` when the program stops before it could be taken, so that the next one does.
    pub(crate) async fn take(self: &Arc<Self>, heard: &Heard) -> bool {
        let words = self.words(heard);
        match &heard.deed {
            Deed::Say { body, session } => return self.say(heard, body, session, words).await,
            Deed::Enclose { file, text } => return self.enclosed(heard, file, text, words).await,
            Deed::Tell(key) => self.respond(&heard.way, &Message::text(escape(&words.say(key)))).await,
            Deed::Drafts => {
                let message = match self.door.drafts(&sender(heard)).await {
                    Ok(drafts) => listed(&drafts, heard.way.owner, words),
                    Err(refusal) => refused(&refusal, words),
                };
                self.respond(&heard.way, &message).await;
            }
            Deed::Code(code) => {
                let step = LinkStep::Code { code: code.clone(), address: heard.way.address() };
                self.link(heard, step, words).await;
            }
            Deed::Link { request, yes } => {
                self.link(heard, LinkStep::Answer { request: request.clone(), yes: *yes }, words).await;
            }
            Deed::Unlink => self.link(heard, LinkStep::Unlink, words).await,
            Deed::Cancel => self.cancel(heard).await,
        }
        true
    }

    /// Stops what runs for this person. Where nothing does, the wizard may have a question open, which this declines.
    pub(crate) async fn cancel(self: &Arc<Self>, heard: &Heard) {
        let words = self.words(heard);
        let from = sender(heard);
        let session = match self.spoken(heard.way.owner) {
            Some(session) => Ok(Some(session)),
            None => self.door.drafts(&from).await.map(|drafts| drafts.into_iter().next().map(|draft| draft.session)),
        };
        let message = match session {
            Ok(Some(session)) => match self.door.stop(&from, &session, None).await {
                Ok(true) => Message::text(escape(&words.say("stopped"))),
                Ok(false) => {
                    self.say(heard, &Body::Decline, &SessionChoice::Id(session), words).await;
                    return;
                }
                Err(refusal) => refused(&refusal, words),
            },
            Ok(None) => Message::text(escape(&words.say("nothing_to_stop"))),
            Err(refusal) => refused(&refusal, words),
        };
        self.respond(&heard.way, &message).await;
    }

    /// The language of their program, which interactions tell and messages do not.
    fn words(&self, heard: &Heard) -> Words {
        let mut languages = self.languages.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(locale) = &heard.locale else {
            return languages.get(&heard.way.owner).copied().unwrap_or(Words::of("en"));
        };
        if languages.len() >= MOST_SPOKEN {
            languages.clear();
        }
        let words = Words::of(locale);
        languages.insert(heard.way.owner, words);
        words
    }

    fn spoken(&self, owner: u64) -> Option<String> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner).get(&owner).cloned()
    }

    fn note_spoken(&self, owner: u64, session: &str) {
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        if spoken.len() >= MOST_SPOKEN {
            spoken.clear();
        }
        spoken.insert(owner, session.to_owned());
    }

    /// Hands it to the wizard, as often as it takes while the store is away.
    pub(crate) async fn say(
        self: &Arc<Self>,
        heard: &Heard,
        body: &Body,
        session: &SessionChoice,
        words: Words,
    ) -> bool {
        let begun = Instant::now();
        let (mut pause, mut told, mut tries) = (self.timing.retry, false, 0_u32);
        loop {
            let (replies, live) = Replies::channel();
            let incoming = Incoming {
                id: heard.id.clone(),
                from: sender(heard),
                chat: Chat { channel: NAME, account: self.me.to_string(), session: session.clone() },
                body: body.clone(),
                replies: replies.delivered_to(heard.way.address()).overheard(heard.way.is_overheard()),
            };
            match self.door.accept(incoming).await {
                Ok(accepted) => {
                    self.note_spoken(heard.way.owner, &accepted.session);
                    if accepted.fresh {
                        self.begin_preview(heard, &accepted.session, live, words);
                    }
                    return true;
                }
                Err(Refusal::Unavailable) => {
                    tries = tries.saturating_add(1);
                    if tries >= MOST_TRIES && self.door.recall(NAME, "").await.is_ok() {
                        tracing::error!(action = "discord_say", error.code = "DISCORD_GIVEN_UP", message = heard.id);
                        self.respond(&heard.way, &refused(&Refusal::Failed, words)).await;
                        return true;
                    }
                }
                Err(refusal) => {
                    self.respond(&heard.way, &refused(&refusal, words)).await;
                    return true;
                }
            }
            if !told && begun.elapsed() > SILENCE {
                told = true;
                self.respond(&heard.way, &Message::text(escape(&words.say("kept")))).await;
            }
            tokio::select! {
                () = self.stop.cancelled() => return false,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn link(&self, heard: &Heard, step: LinkStep, words: Words) {
        let message = match self.door.link(&sender(heard), step).await {
            Ok(linking) => linked(&linking, heard.way.owner, words),
            Err(refusal) => refused(&refusal, words),
        };
        self.respond(&heard.way, &message).await;
    }
}

/// The account that acts; who that is, the door decides.
pub(crate) fn sender(heard: &Heard) -> Sender {
    Sender::Account { platform: NAME, id: heard.way.owner.to_string(), name: heard.name.clone() }
}

fn refused(refusal: &Refusal, words: Words) -> Message {
    Message::text(escape(&refusal.words(words.0)))
}

/// The drafts to go on with.
fn listed(drafts: &[Draft], owner: u64, words: Words) -> Message {
    let id = Button { owner, session: None, act: Act::Drafts }.id();
    let (Some(id), false) = (id, drafts.is_empty()) else {
        return Message::text(escape(&words.say("no_drafts")));
    };
    let option = |draft: &Draft| {
        let title =
            draft.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| words.say("untitled"));
        let state = if draft.published { words.say("is_live") } else { format!("{} %", draft.percent) };
        Opt { label: clipped(&title, OPTION_TEXT), value: draft.session.clone(), description: Some(state) }
    };
    let options = drafts.iter().take(OPTIONS).map(option).collect();
    let menu = Row::Menu { id, prompt: words.say("choose"), options };
    Message { rows: vec![menu], ..Message::text(escape(&words.say("drafts"))) }
}

fn linked(linking: &Linking, owner: u64, words: Words) -> Message {
    let text = |key: &str| Message::text(escape(&words.say(key)));
    match linking {
        Linking::Ask { request, account } => {
            let key = |label: &str, yes| {
                let id = Button { owner, session: None, act: Act::Link { request: request.clone(), yes } }.id()?;
                let kind = if yes { KeyKind::Go(id) } else { KeyKind::Other(id) };
                Some(Key { label: clipped(&words.say(label), BUTTON_LABEL), kind })
            };
            let keys = [key("link_yes", true), key("link_no", false)].into_iter().flatten().collect();
            let question = escape(&words.fill("link_ask", &[("account", account)]));
            Message { rows: vec![Row::Buttons(keys)], ..Message::text(question) }
        }
        Linking::Waiting => text("link_waiting"),
        Linking::Linked { account, drafts } => {
            let count = drafts.to_string();
            let came = (*drafts > 0).then(|| words.fill("linked_drafts", &[("count", &count)]));
            let lines: Vec<String> =
                std::iter::once(words.fill("linked", &[("account", account)])).chain(came).collect();
            Message::text(escape(&lines.join("\n")))
        }
        Linking::Declined => text("link_declined"),
        Linking::Stale => text("link_stale"),
        Linking::TooMany { retry_after_s } => {
            Message::text(escape(&words.fill("link_too_many", &[("seconds", &retry_after_s.to_string())])))
        }
        Linking::Taken => text("link_taken"),
        Linking::Unlinked => text("unlinked"),
        Linking::NotLinked => text("not_linked"),
    }
}

impl Talk {
    /// Tells something at once that nobody needs to keep: a refusal, a list, the next step of linking.
    pub(crate) async fn respond(&self, way: &Way, message: &Message) {
        for attempt in 1..=3 {
            let Err(fault) = self.put(way, 0, message, None).await else { return };
            tracing::warn!(
                action = "discord_respond",
                error.code = "DISCORD_NOT_SENT",
                attempt,
                reason = fault.words()
            );
            match fault {
                crate::api::Fault::Limited { seconds } if seconds <= 5 => {
                    sleep(Duration::from_secs(seconds.into())).await;
                }
                crate::api::Fault::Away { .. } => sleep(Duration::from_millis(500)).await,
                _ => return,
            }
        }
    }
}
