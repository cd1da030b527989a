//! Puts a message where it belongs: into the answer of an interaction, beside it, or into the channel.
//!
//! A message into a channel carries a name of its own that the platform takes once within some minutes (`nonce`): sent again,
//! because nobody knows whether it arrived, it is not there twice (PAINS P12). What only one person may see goes to their private
//! channel when the interaction cannot be answered any more.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::Fault;
use crate::heard::{Interaction, Way};
use crate::message::{Message, put};
use crate::now_s;
use crate::talk::Talk;

/// Only the person sees it.
const HIDDEN: u64 = 64;
/// The longest name of a message that the platform takes.
const NONCE: usize = 25;

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spot {
    /// It is the answer of the interaction, with this id.
    Answer(u64),
    /// It is another answer, with this id.
    FollowUp(u64),
    /// It is in this channel, with this id.
    Channel(u64, u64),
}

impl Talk {
    /// Puts the `index`-th message of an answer there. `name`: what the answer is called, the same in every attempt.
    pub(crate) async fn put(
        &self,
        way: &Way,
        index: usize,
        message: &Message,
        name: Option<&str>,
    ) -> Result<Spot, Fault> {
        if let Some(interaction) = way.open(now_s()) {
            let put = self.answer(interaction, way, index, message).await;
            match put {
                Some(Err(Fault::Expired(_))) | None => {}
                Some(put) => return put,
            }
        }
        let hidden = !way.private && way.interaction.as_ref().is_some_and(|interaction| interaction.hidden);
        let channel = if hidden { self.api.private_channel(way.owner).await? } else { way.channel };
        let mut body = message.body();
        if let Some(to) = way.reply_to {
            put(&mut body, "message_reference", json!({"message_id": to.to_string(), "fail_if_not_exists": false}));
        }
        if let Some(nonce) = name.map(|name| nonce(name, index)) {
            put(&mut body, "nonce", nonce);
            put(&mut body, "enforce_nonce", true);
        }
        let sent = self.api.send(channel, &body).await?;
        let spot = Spot::Channel(channel, sent.id.get());
        if sent.content != message.content {
            // It was there already, from an attempt that did not come so far.
            return self.change(way, &spot, message).await;
        }
        Ok(spot)
    }

    /// Changes what stands there. Where it is gone, nothing is put in its place.
    pub(crate) async fn change(&self, way: &Way, spot: &Spot, message: &Message) -> Result<Spot, Fault> {
        let token = way.open(now_s()).map(|interaction| interaction.token.as_str());
        let late = || Fault::Expired("the interaction is over".to_owned());
        match spot {
            Spot::Answer(_) => self.api.edit_answer(token.ok_or_else(late)?, &message.body()).await?,
            Spot::FollowUp(id) => self.api.edit_follow_up(token.ok_or_else(late)?, *id, &message.body()).await?,
            Spot::Channel(channel, id) => self.api.edit(*channel, *id, &message.body()).await?,
        };
        Ok(spot.clone())
    }

    /// Answers the interaction, where that is the way.
    async fn answer(
        &self,
        interaction: &Interaction,
        way: &Way,
        index: usize,
        message: &Message,
    ) -> Option<Result<Spot, Fault>> {
        let token = &interaction.token;
        if interaction.deferred && index == 0 {
            return Some(self.api.edit_answer(token, &message.body()).await.map(|sent| Spot::Answer(sent.id.get())));
        }
        if way.private && !interaction.hidden {
            return None;
        }
        let mut body = message.body();
        if interaction.hidden {
            put(&mut body, "flags", HIDDEN);
        }
        Some(self.api.follow_up(token, &body).await.map(|sent| Spot::FollowUp(sent.id.get())))
    }
}

/// The name of a part of an answer, as short as the platform wants it.
fn nonce(name: &str, index: usize) -> String {
    let tail = format!(".{index}");
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let room = NONCE - tail.len().min(NONCE);
    plain.chars().take(room).collect::<String>() + &tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_its_parts_are_told_apart() {
        assert_eq!(nonce("m1234567890123456789", 3), "m1234567890123456789.3");
        let long = nonce("7b9c7c38-51a6-4ad1-b9a9-1f7a49a5b8d2", 12);
        assert_eq!((long.len(), long.as_str()), (NONCE, "7b9c7c3851a64ad1b9a91f.12"));
    }
}
