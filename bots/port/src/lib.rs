//! The chat vocabulary: what a channel hands in, what it gets back, and the two traits between.
//!
//! A channel turns whatever its platform sends into an [`Incoming`], gives it to the [`Door`], and renders each [`Reply`]
//! that comes back. It knows nothing of drafts, SQL, models or Stripe, and Cargo keeps it so: channels depend on this
//! crate alone.
//!
//! # Adding a channel
//! 1. A crate under `bots/` that depends on `port` and the platform's client library; `bots/terminal` is the one to copy.
//! 2. `inbound`: platform update -> [`Incoming`]. Its `id` must be the platform's own, so that a redelivery is the same message.
//! 3. `render`: match [`Reply`] exhaustively. [`Reply::plain`] is a lawful fallback for every kind.
//!    What it says of its own accord comes from [`words()`], in the language that the reply carries.
//! 4. Say in [`Capabilities`] what the platform can show, pass what is shown through [`visible()`], cut long texts with
//!    [`split::split`], and run [`contract::check`] over it.
//! 5. Where delivery can fail, give the way back an [`Address`] ([`Replies::delivered_to`]), deliver what [`Door::next_outgoing`] gives
//!    and say with [`Door::settled`] what became of it; replies that come live are then a preview. `bots/telegram` is the one to copy.
//! 6. Name it in `src/app/chats.rs`, or where a command runs it.

pub mod contract;
mod door;
mod incoming;
mod link;
mod outgoing;
pub mod recorder;
mod reply;
pub mod split;
mod visible;
mod words;

pub use door::{
    Accepted, BadPicture, Capabilities, Channel, ChannelError, Door, Draft, History, OverHttp, PICTURE_BYTES, Refusal,
    Turn, VOICE_BYTES, VOICE_SECONDS,
};
pub use incoming::{Body, Chat, Command, Form, Incoming, Recording, Replies, Sender, SessionChoice, yes_or_no};
pub use link::{LinkStep, Linking};
pub use outgoing::{Address, Delivery, Memory, Notice, Outgoing};
pub use reply::{Card, Choice, Confirmation, Line, Progress, Purpose, Reply, Source, State, UNAVAILABLE};
pub use visible::visible;
pub use words::{tongue, words};
