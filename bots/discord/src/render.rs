//! From replies to messages.
//!
//! Promises: every kind is shown, nothing that is said is lost, no limit of the platform is passed. A card that does not fit
//! into an embed is text; choices that do not fit on buttons are a numbered list with numbers to press. A turn is one
//! message where it fits, so that a conversation reads like one.

mod card;
mod offer;

use port::{Card, Purpose, Reply, Turn};

use crate::button::{Act, Button};
use crate::limits::{BUTTON_LABEL, CONTENT, ROWS};
use crate::markup::{clipped, escape, parts, plain_line, units};
use crate::message::{Embed, Key, KeyKind, Message, Row};
use crate::words::Words;

/// What is to be shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The language.
    pub(crate) words: Words,
    /// The account that may press what is shown.
    pub(crate) owner: u64,
    /// The session that says it.
    pub(crate) session: Option<&'a str>,
    /// What the turn says, in order.
    pub(crate) replies: &'a [Reply],
    /// What was said elsewhere since.
    pub(crate) meanwhile: &'a [Turn],
    /// The part of an answer that is still being made.
    pub(crate) unfinished: &'a str,
    /// Where messages are not read unless they mention us, a button opens a form to answer in.
    pub(crate) form: bool,
}

impl View<'_> {
    /// The id of a component of this view.
    fn button(&self, act: Act) -> Option<String> {
        Button { owner: self.owner, session: self.session.map(str::to_owned), act }.id()
    }
}

/// What has been gathered for the messages.
#[derive(Debug, Default)]
struct Sheet {
    /// Markup, each block at most a message long.
    blocks: Vec<String>,
    embeds: Vec<Embed>,
    rows: Vec<Row>,
    said: String,
}

/// The messages of a turn, in order; none when there is nothing to show.
pub(crate) fn render(view: View<'_>) -> Vec<Message> {
    let mut sheet = Sheet::default();
    sheet.meanwhile(view.words, view.meanwhile);
    for reply in view.replies {
        sheet.reply(reply, view);
    }
    sheet.blocks.extend(parts(view.unfinished, CONTENT));
    sheet.finish(view)
}

impl Sheet {
    fn reply(&mut self, reply: &Reply, view: View<'_>) {
        match reply {
            Reply::Delta(_) | Reply::Glance(_) | Reply::State(_) | Reply::Done => {}
            Reply::Said(text) => {
                self.said.push_str(text);
                self.blocks.extend(parts(text, CONTENT));
            }
            Reply::Suggestions(choices) => self.offer(choices, view),
            Reply::More(words) => self.keys([(words.clone(), Act::Say)], Purpose::Publish, view),
            Reply::Progress(progress) => {
                let line = progress.plain();
                // Small print ends with its line.
                self.blocks.extend(parts(&plain_line(&line), CONTENT - 3).into_iter().map(|part| format!("-# {part}")));
            }
            Reply::Draft(draft) => {
                self.card(draft, &[]);
                self.keys([(view.words.say("change"), Act::Change)], Purpose::Publish, view);
            }
            Reply::Confirm(asked) => {
                // Whether it is published, changed or called off: the question says it.
                let notes: Vec<String> = std::iter::once(asked.short_question()).chain(asked.notes()).collect();
                self.card(&asked.card, &notes);
                let act = Act::Confirm { revision: asked.revision, token: asked.token.clone() };
                self.keys([(asked.yes(), act), (asked.no(), Act::Decline)], asked.purpose, view);
            }
            Reply::Published { url, .. } => {
                // The words have told it with its link.
                if !self.said.contains(url.as_str()) {
                    self.blocks.extend(parts(&reply.plain().unwrap_or_default(), CONTENT));
                }
                if url.starts_with("https://") && units(url) <= 512 {
                    let key = Key { label: view.words.say("open_page"), kind: KeyKind::Link(url.clone()) };
                    self.rows.push(Row::Buttons(vec![key]));
                }
            }
            Reply::Trouble { message, .. } => self.blocks.extend(parts(message, CONTENT)),
        }
    }

    fn card(&mut self, card: &Card, notes: &[String]) {
        let embed = if self.embeds.is_empty() { card::embed(card, notes) } else { None };
        match embed {
            Some(embed) => self.embeds.push(embed),
            None => self.blocks.extend(card::text(card, notes)),
        }
    }

    fn offer(&mut self, choices: &[port::Choice], view: View<'_>) {
        let offer = offer::offer(choices, view);
        self.blocks.extend(offer.text);
        self.rows.extend(offer.rows);
    }

    fn keys<const N: usize>(&mut self, keys: [(String, Act); N], purpose: Purpose, view: View<'_>) {
        let made = keys.into_iter().filter_map(|(label, act)| {
            let yes = matches!(act, Act::Confirm { .. });
            let id = view.button(act)?;
            let kind = match (yes, purpose) {
                (false, _) => KeyKind::Other(id),
                (true, Purpose::CallOff | Purpose::Refund) => KeyKind::Stop(id),
                (true, Purpose::Publish | Purpose::Change) => KeyKind::Go(id),
            };
            Some(Key { label: clipped(&label, BUTTON_LABEL), kind })
        });
        self.rows.push(Row::Buttons(made.collect()));
    }

    fn meanwhile(&mut self, words: Words, turns: &[Turn]) {
        if turns.is_empty() {
            return;
        }
        self.blocks.push(format!("-# {}", escape(&words.say("meanwhile"))));
        for turn in turns {
            let who = if turn.from_user { format!("**{}:** ", escape(&words.say("you"))) } else { String::new() };
            self.blocks.extend(parts(&turn.text, CONTENT - 40).into_iter().map(|part| format!("{who}{part}")));
        }
    }

    fn finish(mut self, view: View<'_>) -> Vec<Message> {
        if view.form && !self.is_empty() {
            self.keys([(view.words.say("answer"), Act::Ask)], Purpose::Publish, view);
        }
        // The newest components are the ones that count.
        let surplus = self.rows.len().saturating_sub(ROWS);
        self.rows.drain(..surplus);
        let mut messages: Vec<Message> = packed(self.blocks).into_iter().map(Message::text).collect();
        if self.embeds.is_empty() && self.rows.is_empty() {
            return messages;
        }
        if messages.is_empty() {
            let words = if self.embeds.is_empty() { view.words.say("choose") } else { String::new() };
            messages.push(Message::text(words));
        }
        if let Some(last) = messages.last_mut() {
            last.embeds = self.embeds;
            last.rows = self.rows;
        }
        messages
    }

    fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.embeds.is_empty() && self.rows.is_empty()
    }
}

/// Blocks put together as long as they fit into one message.
fn packed(blocks: Vec<String>) -> Vec<String> {
    let mut packed: Vec<String> = Vec::new();
    for block in blocks {
        match packed.last_mut() {
            Some(last) if units(last) + units(&block) < CONTENT => {
                last.push('\n');
                last.push_str(&block);
            }
            _ => packed.push(block),
        }
    }
    packed
}

#[cfg(test)]
mod tests;
