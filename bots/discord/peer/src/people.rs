//! The people: they write, give commands, press, choose and fill in forms; and the platform's troubles, which a test makes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Fake;
use super::state::{APPLICATION, Fault, GENERAL, GUILD, Interaction, Out, Request};

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the private chat with the bot.
    Private,
    /// In the server's channel.
    Server,
}

impl Fake {
    /// Somebody with a private chat: their account.
    pub fn person(&self, name: &str) -> u64 {
        let mut state = self.state();
        let id = state.id();
        state.names.insert(id, name.to_owned());
        state.private_with(id);
        id
    }

    /// Their program speaks this language from now on.
    pub fn speaks(&self, who: u64, locale: &str) {
        self.state().locales.insert(who, locale.to_owned());
    }

    /// The channel of this place.
    pub fn channel(&self, who: u64, place: Place) -> u64 {
        if place == Place::Server { GENERAL } else { self.state().private_with(who) }
    }

    /// Writes a message; its id. In the server only what mentions the bot is readable to it.
    pub fn write(&self, who: u64, place: Place, text: &str) -> u64 {
        self.write_body(who, place, &json!({"content": text}))
    }

    /// Sends a message with anything in it.
    pub fn write_body(&self, who: u64, place: Place, body: &Value) -> u64 {
        let channel = self.channel(who, place);
        let mut state = self.state();
        let mut message = state.put(channel, who, body);
        let mentioned = message["mentions"].as_array().is_some_and(|mentions| !mentions.is_empty());
        if place == Place::Server && !mentioned {
            message["content"] = json!("");
        }
        state.dispatch("MESSAGE_CREATE", &message);
        message["id"].as_str().unwrap().parse().unwrap()
    }

    /// Sends a file with words beside it. `seconds`: it was recorded right there, and lasts so long.
    pub fn send_file(&self, who: u64, mime: &str, bytes: &[u8], seconds: Option<f64>, text: &str) -> u64 {
        let mut state = self.state();
        let id = state.id();
        let path = format!("/attachments/1/{id}/file");
        state.files.insert(path.clone(), bytes.to_owned());
        drop(state);
        let url = format!("https://cdn.discordapp.com{path}?ex=1&is=2&hm=3");
        let mut file = json!({"id": id.to_string(), "filename": "file", "content_type": mime, "size": bytes.len(), "url": url, "proxy_url": url});
        if let Some(seconds) = seconds {
            file["duration_secs"] = json!(seconds);
            file["waveform"] = json!("AAAA");
        }
        let flags = if seconds.is_some() { 1 << 13 } else { 0 };
        self.write_body(who, Place::Private, &json!({"content": text, "attachments": [file], "flags": flags}))
    }

    /// Text that mentions the bot.
    pub fn mention(text: &str) -> String {
        format!("<@{APPLICATION}> {text}")
    }

    /// Gives a registered command; the interaction's token.
    pub fn slash(&self, who: u64, place: Place, name: &str, option: Option<(&str, &str)>) -> String {
        let known = self.state().commands.iter().any(|command| command["name"] == name);
        assert!(known, "there is no command /{name}");
        let options: Vec<Value> =
            option.iter().map(|(name, value)| json!({"name": name, "type": 3, "value": value})).collect();
        self.interact(who, place, 2, &json!({"id": "9001", "name": name, "type": 1, "options": options}), None)
    }

    /// Presses the button, or chooses the option, with this label on the newest message that has one; the interaction's token.
    pub fn press(&self, who: u64, place: Place, label: &str) -> String {
        self.press_any(who, place, label)
            .unwrap_or_else(|| panic!("nothing to press says {label:?}: {:#?}", self.screen(who, place)))
    }

    /// As [`Self::press`]; `None` when there is nothing like it.
    pub fn press_any(&self, who: u64, place: Place, label: &str) -> Option<String> {
        let channel = self.channel(who, place);
        let found = self.state().messages.get(&channel)?.values().rev().find_map(|message| {
            let parts = message["components"]
                .as_array()?
                .iter()
                .flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
            let data = parts.filter(|part| part["disabled"] != true).find_map(|part| pressed(&part, label))?;
            Some((data, message.clone()))
        });
        let (data, message) = found?;
        Some(self.interact(who, place, 3, &data, Some(message)))
    }

    /// Presses a component by its id, wherever that comes from.
    pub fn press_id(&self, who: u64, place: Place, id: &str, message: u64) -> String {
        let channel = self.channel(who, place);
        let message = self.state().messages[&channel][&message].clone();
        self.interact(who, place, 3, &json!({"custom_id": id, "component_type": 2}), Some(message))
    }

    /// Fills in the form that this interaction opened.
    pub fn fill(&self, who: u64, place: Place, opener: &str, values: &[(&str, &str)]) -> String {
        let (modal, source) = {
            let state = self.state();
            let interaction = &state.interactions[opener];
            (interaction.modal.clone().expect("no form was opened"), interaction.told["message"].clone())
        };
        let rows = modal["components"].as_array().unwrap().iter().map(|row| {
            let id = row["components"][0]["custom_id"].as_str().unwrap();
            let value = values.iter().find(|(name, _)| *name == id).map_or("", |(_, value)| *value);
            json!({"type": 1, "components": [{"type": 4, "custom_id": id, "value": value}]})
        });
        let data = json!({"custom_id": modal["custom_id"], "components": rows.collect::<Vec<_>>()});
        self.interact(who, place, 5, &data, Some(source))
    }

    fn interact(&self, who: u64, place: Place, kind: u64, data: &Value, message: Option<Value>) -> String {
        let channel = self.channel(who, place);
        let mut state = self.state();
        let id = state.id();
        let token = format!("token-{id}");
        let locale = state.locales.get(&who).map_or("en-GB", String::as_str);
        let mut told = json!({
            "id": id.to_string(), "application_id": APPLICATION.to_string(), "type": kind, "data": data, "token": token, "version": 1,
            "channel_id": channel.to_string(), "locale": locale, "entitlements": [], "authorizing_integration_owners": {},
            "context": i32::from(place == Place::Private), "attachment_size_limit": 10_485_760, "app_permissions": "2048",
        });
        if let Some(message) = message.filter(Value::is_object) {
            told["message"] = message;
        }
        let user = state.account(who);
        if place == Place::Private {
            told["user"] = user;
        } else {
            told["guild_id"] = json!(GUILD.to_string());
            told["member"] = json!({"user": user, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0, "permissions": "2048"});
        }
        let interaction = Interaction {
            told: told.clone(),
            channel,
            born: Instant::now(),
            answered: None,
            original: None,
            hidden: false,
            modal: None,
        };
        state.interactions.insert(token.clone(), interaction);
        state.dispatch("INTERACTION_CREATE", &told);
        token
    }

    /// Delivers an interaction once more.
    pub fn again(&self, token: &str) {
        let mut state = self.state();
        let told = state.interactions[token].told.clone();
        state.dispatch("INTERACTION_CREATE", &told);
    }

    /// What an interaction looks like to the bot.
    pub fn told(&self, token: &str) -> Value {
        self.state().interactions[token].told.clone()
    }

    /// The first answer to an interaction as the platform got it otherwise than by a request.
    pub fn answered_directly(&self, token: &str, body: &Value) -> Result<(), (u16, u64, &'static str)> {
        self.state().first_answer(token, body)
    }

    /// The type of an interaction's first answer; `None`: there is none yet that came in time.
    pub fn answered_with(&self, token: &str) -> Option<u64> {
        self.state().interactions[token].answered
    }

    /// Takes no messages of the bot any more.
    pub fn block(&self, who: u64) {
        self.state().closed.push(who);
    }

    /// Requests that go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// The faults that were not met are forgotten.
    pub fn heal(&self) {
        self.state().faults.clear();
    }

    /// Every request so far.
    pub fn log(&self) -> Vec<Request> {
        self.state().log.clone()
    }

    /// What the gateway heard so far: the operations.
    pub fn heard(&self) -> Vec<u64> {
        self.state().line.heard.clone()
    }

    /// When sessions were begun: the platform allows one in five seconds.
    pub fn begun(&self) -> Vec<Instant> {
        self.state().line.begun.clone()
    }

    /// Whether a session has a connection.
    pub fn connected(&self) -> bool {
        self.state().sessions.values().any(|session| session.connection.is_some())
    }

    /// Ends every connection in this way; nobody gets through for so long.
    pub fn drop_line(&self, how: Drop, hold: Duration) {
        let mut state = self.state();
        state.line.held_until = Some(Instant::now() + hold);
        if matches!(how, Drop::Forget | Drop::Invalid) {
            for session in state.sessions.values_mut() {
                let out = if how == Drop::Invalid { Out::Say(json!({"op": 9, "d": false})) } else { Out::Cut };
                session.connection.take().map(|connection| connection.send(out));
            }
            state.sessions.clear();
            return;
        }
        for session in state.sessions.values_mut() {
            let out = match how {
                Drop::Reconnect => Out::Say(json!({"op": 7, "d": null})),
                Drop::Code(code) => Out::Close(code),
                _ => Out::Cut,
            };
            session.connection.take().map(|connection| connection.send(out));
        }
    }

    /// Heartbeats are not answered and nobody new gets through, or all is well again.
    pub fn mute(&self, mute: bool) {
        self.state().line.mute = mute;
    }
}

/// How connections end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drop {
    /// The line is cut.
    Cut,
    /// The line is cut, and the session is not known any more.
    Forget,
    /// "The session is over."
    Invalid,
    /// "Connect again."
    Reconnect,
    /// Closed with this code.
    Code(u16),
}

/// The data of pressing this component, when it says so.
fn pressed(part: &Value, label: &str) -> Option<Value> {
    if part["type"] == 2 {
        return (part["label"] == label && part["style"] != 5)
            .then(|| json!({"custom_id": part["custom_id"], "component_type": 2}));
    }
    let option = part["options"].as_array()?.iter().find(|option| option["label"] == label)?;
    Some(json!({"custom_id": part["custom_id"], "component_type": 3, "values": [option["value"]]}))
}
