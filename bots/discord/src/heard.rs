//! What a person did, and the way back to them, whatever the platform calls it.

use port::{Address, Body, SessionChoice};
use serde::{Deserialize, Serialize};

use crate::enclosure::Enclosure;

/// Something that a person did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    /// Unique among everything that this bot hears, the same when it is delivered again.
    pub(crate) id: String,
    /// What the account calls itself.
    pub(crate) name: Option<String>,
    /// What they did.
    pub(crate) deed: Deed,
    /// Where the answer goes.
    pub(crate) way: Way,
    /// The language of their program, when it is told.
    pub(crate) locale: Option<String>,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    /// Something for the wizard.
    Say {
        /// What.
        body: Body,
        /// In which session.
        session: SessionChoice,
    },
    /// Sent a picture or something spoken, with words beside it when there are any.
    Enclose {
        /// The file.
        file: Enclosure,
        /// The words.
        text: String,
    },
    /// Asks for the drafts to go on with.
    Drafts,
    /// Stops what runs.
    Cancel,
    /// Shows a code that links the account.
    Code(String),
    /// Answers the question about linking.
    Link {
        /// Which question.
        request: String,
        /// The answer.
        yes: bool,
    },
    /// Ends the link.
    Unlink,
    /// Sent something that cannot be used; what to tell them, by the name of the phrase.
    Tell(&'static str),
}

/// Where an answer goes. It is written down with the answer, so it says everything that another process needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Way {
    /// The account that is answered, and that may press what is shown.
    pub(crate) owner: u64,
    /// The channel.
    pub(crate) channel: u64,
    /// The channel is private between the account and the bot.
    pub(crate) private: bool,
    /// The message that is replied to, in servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<u64>,
    /// The interaction that is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) interaction: Option<Interaction>,
}

/// An interaction that is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interaction {
    /// What answers it, for fifteen minutes.
    pub(crate) token: String,
    /// Until when, in seconds since 1970.
    pub(crate) until_s: u64,
    /// "Thinking..." stands there and waits to be replaced.
    pub(crate) deferred: bool,
    /// Only the person sees the answer.
    pub(crate) hidden: bool,
}

impl Way {
    /// The chat whose answers are kept in order, and what is wanted back with each. What only one person sees in a server is a
    /// chat of its own.
    pub(crate) fn address(&self) -> Address {
        Address { chat: self.chat(), note: serde_json::to_string(self).unwrap_or_default() }
    }

    /// The chat's name.
    pub(crate) fn chat(&self) -> String {
        if self.private { self.channel.to_string() } else { format!("{}/{}", self.channel, self.owner) }
    }

    /// Others read the answer.
    pub(crate) fn is_overheard(&self) -> bool {
        !self.private && !self.interaction.as_ref().is_some_and(|interaction| interaction.hidden)
    }

    /// The way that was written down.
    pub(crate) fn read(address: &Address) -> Option<Self> {
        serde_json::from_str(&address.note).ok()
    }

    /// The interaction, while its token counts.
    pub(crate) fn open(&self, now_s: u64) -> Option<&Interaction> {
        self.interaction.as_ref().filter(|interaction| now_s < interaction.until_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_survives_being_written_down() {
        let interaction = Interaction { token: "t".repeat(250), until_s: 5, deferred: true, hidden: true };
        let way =
            Way { owner: u64::MAX, channel: 2, private: false, reply_to: Some(3), interaction: Some(interaction) };
        let address = way.address();
        assert_eq!(address.chat, "2/18446744073709551615");
        assert!(address.note.len() < 4000);
        assert_eq!(Way::read(&address), Some(way.clone()));
        assert!(way.open(4).is_some() && way.open(5).is_none());
        assert_eq!(Way { private: true, ..way }.address().chat, "2");
    }
}
