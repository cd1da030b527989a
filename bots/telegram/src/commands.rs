//! What a text asks for: one of the commands, or words for the wizard.

use port::words;
use teloxide::types::BotCommand;

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// `/start`, with what a link carried along.
    Start(Option<String>),
    New,
    /// `/resume` and `/drafts` show the same list.
    Drafts,
    Summary,
    Undo,
    Redo,
    Publish,
    Language(Option<String>),
    Help,
    Cancel,
    Link(Option<String>),
    Unlink,
    /// A command that there is not.
    Unknown,
    /// For another bot of the group.
    NotForUs,
    Words(String),
}

/// Reads a text. `us`: the bot's own name, as in `/help@us`.
pub(crate) fn read(text: &str, us: &str) -> Asked {
    let Some(command) = text.strip_prefix('/') else { return Asked::Words(text.to_owned()) };
    let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let (name, whom) = name.split_once('@').map_or((name, None), |(name, whom)| (name, Some(whom)));
    if whom.is_some_and(|whom| !whom.eq_ignore_ascii_case(us)) {
        return Asked::NotForUs;
    }
    let argument = Some(argument.trim()).filter(|argument| !argument.is_empty()).map(str::to_owned);
    match name.to_lowercase().as_str() {
        "start" => Asked::Start(argument),
        "new" => Asked::New,
        "resume" | "drafts" => Asked::Drafts,
        "summary" | "draft" => Asked::Summary,
        "undo" => Asked::Undo,
        "redo" => Asked::Redo,
        "publish" => Asked::Publish,
        "language" => Asked::Language(argument),
        "help" => Asked::Help,
        "cancel" => Asked::Cancel,
        "link" => Asked::Link(argument),
        "unlink" => Asked::Unlink,
        _ => Asked::Unknown,
    }
}

/// The commands as Telegram lists them in this language.
pub(crate) fn listed(language: &str) -> Vec<BotCommand> {
    const NAMES: [&str; 10] =
        ["new", "resume", "drafts", "summary", "undo", "publish", "language", "help", "cancel", "unlink"];
    let command = |name: &str| BotCommand::new(name, words(language, &format!("command_{name}"), &[]));
    NAMES.into_iter().map(command).collect()
}

/// A text without the bot's name in it, by which it was addressed in a group.
pub(crate) fn without_name(text: &str, us: &str) -> String {
    let mention = format!("@{us}");
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(at) = find_ignoring_case(rest, &mention) {
        let (before, found) = rest.split_at(at);
        let after = found.get(mention.len()..).unwrap_or_default();
        kept.push_str(before);
        if after.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            kept.push_str(found.get(..mention.len()).unwrap_or_default());
        }
        rest = after;
    }
    kept.push_str(rest);
    kept.trim().to_owned()
}

/// Whether a text names the bot.
pub(crate) fn names(text: &str, us: &str) -> bool {
    without_name(text, us) != text.trim()
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .find(|at| text.get(*at..at + wanted.len()).is_some_and(|piece| piece.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("/start", "wizard_bot"), Asked::Start(None));
        assert_eq!(read("/start  abc_-1 ", "wizard_bot"), Asked::Start(some("abc_-1")));
        assert_eq!(read("/HELP@Wizard_Bot", "wizard_bot"), Asked::Help);
        assert_eq!(read("/help@other_bot", "wizard_bot"), Asked::NotForUs);
        assert_eq!(read("/language fr", "wizard_bot"), Asked::Language(some("fr")));
        assert_eq!(read("/nonsense", "wizard_bot"), Asked::Unknown);
        assert_eq!(read("a/b", "wizard_bot"), Asked::Words("a/b".to_owned()));
        assert_eq!(read(" /new", "wizard_bot"), Asked::Words(" /new".to_owned()));
    }

    #[test]
    fn a_name_is_taken_out_of_a_text() {
        assert_eq!(without_name("@Wizard_bot a party, été @wizard_bot", "wizard_bot"), "a party, été");
        assert_eq!(without_name("mail a@wizard_bots.org", "wizard_bot"), "mail a@wizard_bots.org");
        assert!(names("hey @wizard_bot", "wizard_bot") && !names("hey there", "wizard_bot"));
    }

    #[test]
    fn every_language_lists_the_same_commands() {
        for language in ["en", "fr", "es", "zh"] {
            let listed = listed(language);
            assert!(
                listed.iter().all(|command| (1..=256).contains(&command.description.chars().count())),
                "{language}"
            );
            assert_eq!(listed.len(), 10);
        }
    }
}
