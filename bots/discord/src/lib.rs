//! The wizard in Discord.
