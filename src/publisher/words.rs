//! The words of the mails in each language; one that lacks a word does not compile.
//!
//! Blanks are `{event}` `{name}` `{email}` `{item}` `{kind}` `{why}` `{attempts}` `{amount}` `{title}`, and in a moment `{day}` `{month}` `{year}` `{time}`.

mod en;
mod es;
mod fr;
mod zh;

/// What one mail says.
#[derive(Debug)]
pub(crate) struct Mail {
    /// Its subject.
    pub(crate) subject: &'static str,
    /// What happened, in a sentence or two.
    pub(crate) lead: &'static str,
    /// What its button does; empty: there is none.
    pub(crate) button: &'static str,
    /// What else is worth knowing; empty: nothing.
    pub(crate) note: &'static str,
}

/// Everything that mails say in one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) language: &'static str,
    pub(crate) greeting: &'static str,
    pub(crate) greeting_name: &'static str,
    pub(crate) footer: &'static str,
    pub(crate) when: &'static str,
    pub(crate) place: &'static str,
    /// Before what a fact was until it changed.
    pub(crate) before: &'static str,
    pub(crate) code: &'static str,
    pub(crate) months: [&'static str; 12],
    pub(crate) moment: &'static str,
    /// How an hour is written (strftime).
    pub(crate) hour: &'static str,
    pub(crate) confirm: Mail,
    pub(crate) recovery: Mail,
    pub(crate) magic_link: Mail,
    pub(crate) email_change: Mail,
    pub(crate) email_changed: Mail,
    pub(crate) linked: Mail,
    pub(crate) published: Mail,
    pub(crate) payment_setup: Mail,
    pub(crate) reminder: Mail,
    pub(crate) changed: Mail,
    pub(crate) cancelled: Mail,
    pub(crate) order: Mail,
    pub(crate) order_cancelled: Mail,
    pub(crate) order_refunded: Mail,
    pub(crate) order_late: Mail,
    pub(crate) waiting_offer: Mail,
    pub(crate) guests: Mail,
    pub(crate) dead_letter: Mail,
}

impl Words {
    /// The words of this language (ISO 639-1), English where we have none.
    pub(crate) fn of(language: &str) -> &'static Self {
        match language {
            "es" => &es::WORDS,
            "fr" => &fr::WORDS,
            "zh" => &zh::WORDS,
            _ => &en::WORDS,
        }
    }
}
