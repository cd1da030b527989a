//! From what the platform tells to what a person did.
//!
//! An interaction gets its first answer here, without asking anybody: the platform waits three seconds for it, whatever a
//! model or the database do. Buttons count for their owner only; identity is the number of the account, never its name.

mod retired;
mod typed;

use port::{Body, SessionChoice};
use serde_json::{Value, json};
use serenity::model::application::{
    CommandDataOptionValue, CommandInteraction, ComponentInteraction, ComponentInteractionDataKind,
    Interaction as Told, InteractionContext, ModalInteraction,
};
use serenity::model::channel::{Message, MessageFlags, MessageType};
use serenity::model::id::{GuildId, UserId};
use serenity::model::user::User;

use crate::button::{Act, Button, Foreign};
use crate::commands;
use crate::enclosure::Enclosure;
use crate::heard::{Deed, Heard, Interaction, Way};
use crate::message::Modal;
use crate::words::Words;

/// How long an interaction's token counts: fifteen minutes, less what a request may take.
const TOKEN_S: u64 = 15 * 60 - 30;
/// Only the person sees it.
const HIDDEN: u64 = 64;

/// The first answer to an interaction, and what is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct First {
    /// What is told at once.
    pub(crate) ack: Ack,
    /// What the person did; `None` when the first answer is all there is.
    pub(crate) heard: Option<Heard>,
}

/// What an interaction is told at once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ack {
    /// "I am here."
    Pong,
    /// "Thinking...": an answer will follow.
    Later {
        /// Only the person sees it.
        hidden: bool,
    },
    /// The message with its components, pressed and out of use.
    Pressed(Vec<Value>),
    /// Opens a form.
    Form(Modal),
    /// Words that only the person sees.
    Words(String),
}

impl Ack {
    /// The body of the response.
    pub(crate) fn body(&self) -> Value {
        match self {
            Self::Pong => json!({"type": 1}),
            Self::Later { hidden: false } => json!({"type": 5}),
            Self::Later { hidden: true } => json!({"type": 5, "data": {"flags": HIDDEN}}),
            Self::Pressed(rows) => json!({"type": 7, "data": {"components": rows, "allowed_mentions": {"parse": []}}}),
            Self::Form(modal) => json!({"type": 9, "data": modal.body()}),
            Self::Words(words) => {
                json!({"type": 4, "data": {"content": words, "flags": HIDDEN, "allowed_mentions": {"parse": []}}})
            }
        }
    }
}

/// Reads an interaction. `now_s`: seconds since 1970.
pub(crate) fn interaction(told: &Told, now_s: u64) -> First {
    match told {
        Told::Command(command) => slash(command, now_s),
        Told::Component(component) => pressed(component, now_s),
        Told::Modal(modal) => submitted(modal, now_s),
        // Nothing of ours completes what is typed.
        Told::Ping(_) | Told::Autocomplete(_) => First { ack: Ack::Pong, heard: None },
        _ => First { ack: Ack::Words(Words::of("en").say("stale")), heard: None },
    }
}

/// Where an interaction came from.
struct Origin<'a> {
    id: u64,
    token: &'a str,
    user: &'a User,
    channel: u64,
    private: bool,
    locale: &'a str,
    now_s: u64,
}

impl Origin<'_> {
    fn heard(&self, deed: Deed, deferred: bool, hidden: bool) -> Heard {
        let interaction = Interaction { token: self.token.to_owned(), until_s: self.now_s + TOKEN_S, deferred, hidden };
        Heard {
            id: format!("i{}", self.id),
            name: Some(called(self.user)),
            deed,
            way: Way {
                owner: self.user.id.get(),
                channel: self.channel,
                private: self.private,
                reply_to: None,
                interaction: Some(interaction),
            },
            locale: Some(self.locale.to_owned()),
        }
    }

    fn words(&self, key: &str) -> First {
        First { ack: Ack::Words(Words::of(self.locale).say(key)), heard: None }
    }
}

/// A chat between the person and the bot alone.
fn private(guild: Option<GuildId>, context: Option<InteractionContext>) -> bool {
    guild.is_none() && context != Some(InteractionContext::PrivateChannel)
}

fn called(user: &User) -> String {
    user.global_name.clone().unwrap_or_else(|| user.name.clone())
}

fn slash(command: &CommandInteraction, now_s: u64) -> First {
    let origin = Origin {
        id: command.id.get(),
        token: &command.token,
        user: &command.user,
        channel: command.channel_id.get(),
        private: private(command.guild_id, command.context),
        locale: &command.locale,
        now_s,
    };
    let option = command.data.options.first().and_then(|option| match &option.value {
        CommandDataOptionValue::String(text) => Some(text.as_str()),
        _ => None,
    });
    match commands::deed(&command.data.name, option) {
        None => origin.words("stale"),
        // A code that others can read binds nobody.
        Some(Deed::Code(_) | Deed::Unlink) if !origin.private => origin.words("link_private"),
        Some(deed) => {
            let hidden = !origin.private || matches!(deed, Deed::Code(_));
            First { ack: Ack::Later { hidden }, heard: Some(origin.heard(deed, true, hidden)) }
        }
    }
}

fn pressed(component: &ComponentInteraction, now_s: u64) -> First {
    let origin = Origin {
        id: component.id.get(),
        token: &component.token,
        user: &component.user,
        channel: component.channel_id.get(),
        private: private(component.guild_id, component.context),
        locale: &component.locale,
        now_s,
    };
    let button = match Button::read(&component.data.custom_id) {
        Ok(button) => button,
        Err(Foreign::OutOfDate | Foreign::Unknown) => return origin.words("stale"),
    };
    if button.owner != origin.user.id.get() {
        return origin.words("not_yours");
    }
    let chosen = match &component.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().map(String::as_str),
        _ => None,
    };
    let words = Words::of(origin.locale);
    let session = button.session.clone().map_or(SessionChoice::Latest, SessionChoice::Id);
    let say = |body| Deed::Say { body, session };
    let deed = match (&button.act, chosen) {
        (Act::Ask, _) => return First { ack: Ack::Form(typed::answer(&button, words)), heard: None },
        (Act::Change, _) => return First { ack: Ack::Form(typed::change(&button, words)), heard: None },
        (Act::Pick(id), _) => say(Body::Pick(id.clone())),
        (Act::Menu, Some(id)) => say(Body::Pick(id.to_owned())),
        (Act::Say, _) => match retired::label(&component.message.components, &component.data.custom_id) {
            Some(words) => say(Body::Text(words)),
            None => return origin.words("stale"),
        },
        (Act::Drafts, Some(id)) => {
            Deed::Say { body: Body::Command(port::Command::Start), session: SessionChoice::Id(id.to_owned()) }
        }
        (Act::Confirm { revision, token }, _) => say(Body::Confirm { revision: *revision, token: token.clone() }),
        (Act::Decline, _) => say(Body::Decline),
        (Act::Link { request, yes }, _) => Deed::Link { request: request.clone(), yes: *yes },
        (Act::Menu | Act::Drafts, None) => return origin.words("stale"),
    };
    let hidden = component.message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
    let rows = retired::rows(&component.message.components, chosen.unwrap_or(&component.data.custom_id));
    First { ack: Ack::Pressed(rows), heard: Some(origin.heard(deed, false, hidden)) }
}

fn submitted(modal: &ModalInteraction, now_s: u64) -> First {
    let origin = Origin {
        id: modal.id.get(),
        token: &modal.token,
        user: &modal.user,
        channel: modal.channel_id.get(),
        private: modal.guild_id.is_none(),
        locale: &modal.locale,
        now_s,
    };
    let Ok(button) = Button::read(&modal.data.custom_id) else { return origin.words("stale") };
    if button.owner != origin.user.id.get() {
        return origin.words("not_yours");
    }
    let session = button.session.clone().map_or(SessionChoice::Latest, SessionChoice::Id);
    let Some(body) = typed::body(&button.act, &modal.data.components) else { return origin.words("unreadable") };
    let hidden = !origin.private
        && modal
            .message
            .as_ref()
            .is_none_or(|message| message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL)));
    First { ack: Ack::Later { hidden }, heard: Some(origin.heard(Deed::Say { body, session }, true, hidden)) }
}

/// Reads a message; `None` when it is not for us.
pub(crate) fn message(message: &Message, me: UserId) -> Option<Heard> {
    let author = &message.author;
    let people = !author.bot && author.id != me && message.webhook_id.is_none();
    if !people || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) {
        return None;
    }
    let private = message.guild_id.is_none();
    let addressed = private || message.mentions.iter().any(|mentioned| mentioned.id == me);
    if !addressed {
        return None;
    }
    let text = if private { message.content.clone() } else { without_mention(&message.content, me) };
    let session = chosen(private, message.channel_id.get());
    let say = |body| Deed::Say { body, session: session.clone() };
    let deed = if let Some(file) = Enclosure::of(&message.attachments) {
        Deed::Enclose { file, text }
    } else if !text.trim().is_empty() {
        say(Body::Text(text))
    } else if private || !message.attachments.is_empty() {
        Deed::Tell("unreadable")
    } else {
        say(Body::Command(port::Command::Start))
    };
    Some(Heard {
        id: format!("m{}", message.id),
        name: Some(called(author)),
        deed,
        way: Way {
            owner: author.id.get(),
            channel: message.channel_id.get(),
            private,
            reply_to: (!private).then(|| message.id.get()),
            interaction: None,
        },
        locale: None,
    })
}

/// Where somebody's words go: in private on with what they worked on last, wherever that was; in a server on with what they began in that
/// channel, so that nobody there reads along what was said in private.
pub(crate) fn chosen(private: bool, channel: u64) -> SessionChoice {
    if private { SessionChoice::Latest } else { SessionChoice::Thread(format!("{}:{channel}", crate::NAME)) }
}

fn without_mention(text: &str, me: UserId) -> String {
    let without = text.replace(&format!("<@{me}>"), " ").replace(&format!("<@!{me}>"), " ");
    without.trim().to_owned()
}
