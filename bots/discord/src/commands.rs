//! The slash commands: how they are told to the platform, and what each means.

use port::{Body, Command, SessionChoice};
use serde_json::{Map, Value, json};

use crate::heard::Deed;
use crate::message::put;
use crate::words::{LANGUAGES, Words};

/// The platform's names for the languages beside English.
const LOCALES: [(&str, &str); 5] = [("fr", "fr"), ("es-ES", "es"), ("es-419", "es"), ("zh-CN", "zh"), ("zh-TW", "zh")];

/// Every command, in the order in which people meet them.
const NAMES: [&str; 12] =
    ["new", "resume", "drafts", "summary", "undo", "redo", "publish", "language", "help", "cancel", "link", "unlink"];

/// The list that is registered at start, in servers and in private chats.
pub(crate) fn list() -> Value {
    NAMES.iter().map(|name| command(name)).collect()
}

fn command(name: &str) -> Value {
    let (description, localized) = described(&format!("command_{name}"));
    let mut command = json!({
        "name": name,
        "type": 1,
        "description": description,
        "description_localizations": localized,
        "contexts": [0, 1],
    });
    let option = match name {
        "link" => Some(option("code", Value::Null)),
        "language" => {
            let choices = LANGUAGES.map(|code| json!({"name": Words(code).say("language_name"), "value": code}));
            Some(option("language", choices.into_iter().collect()))
        }
        _ => None,
    };
    if let Some(option) = option {
        put(&mut command, "options", vec![option]);
    }
    command
}

fn option(name: &str, choices: Value) -> Value {
    let (description, localized) = described(&format!("option_{name}"));
    let mut option = json!({
        "type": 3,
        "name": name,
        "description": description,
        "description_localizations": localized,
        "required": true,
    });
    if choices.is_null() {
        put(&mut option, "max_length", 200);
    } else {
        put(&mut option, "choices", choices);
    }
    option
}

fn described(key: &str) -> (String, Map<String, Value>) {
    let localized = LOCALES.iter().map(|(locale, language)| ((*locale).to_owned(), json!(Words(language).say(key))));
    (Words("en").say(key), localized.collect())
}

/// What a command means; `None` for one that there is not any more.
pub(crate) fn deed(name: &str, option: Option<&str>) -> Option<Deed> {
    let say = |command| Some(Deed::Say { body: Body::Command(command), session: SessionChoice::Latest });
    match name {
        "new" => Some(Deed::Say { body: Body::Command(Command::Start), session: SessionChoice::New }),
        "resume" | "drafts" => Some(Deed::Drafts),
        "summary" => say(Command::Summary),
        "undo" => say(Command::Undo),
        "redo" => say(Command::Redo),
        "publish" => say(Command::Publish),
        "help" => say(Command::Help),
        "language" => {
            let language = option.filter(|language| LANGUAGES.contains(language))?;
            Some(Deed::Say { body: Body::Language(language.to_owned()), session: SessionChoice::Latest })
        }
        "cancel" => Some(Deed::Cancel),
        "link" => Some(Deed::Code(option?.trim().to_owned())),
        "unlink" => Some(Deed::Unlink),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_lawful_and_means_something() {
        let list = list();
        assert_eq!(list.as_array().unwrap().len(), NAMES.len());
        for command in list.as_array().unwrap() {
            let name = command["name"].as_str().unwrap();
            assert!(name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
            assert!(deed(name, Some("en")).is_some(), "{name} means nothing");
            for described in
                [&command["description_localizations"], &command["options"][0]["description_localizations"]]
            {
                let texts = described.as_object().into_iter().flatten();
                assert!(
                    texts.clone().all(|(_, text)| (1..=100).contains(&text.as_str().unwrap().chars().count())),
                    "{described}"
                );
            }
            let described = command.to_string().matches("\"description\"").count();
            assert_eq!(described, 1 + command["options"].as_array().map_or(0, Vec::len), "{name}");
        }
        assert_eq!(deed("dance", None), None);
        assert_eq!(deed("language", Some("xx")), None);
        assert_eq!(deed("link", None), None);
    }
}
