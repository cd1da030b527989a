//! The wizard in Telegram.
