//! One frame of the gateway, read. Source: "Gateway" of the platform's documentation, version 10.

use serde::Deserialize;
use serde_json::Value;
use serenity::model::application::Interaction;
use serenity::model::channel::Message;

use super::{End, News, Session};

/// What a frame asks of the connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing.
    Nothing,
    /// A heartbeat was answered.
    Answered,
    /// A heartbeat is wanted now.
    Asked,
}

#[derive(Deserialize)]
struct Envelope {
    op: u8,
    #[serde(default)]
    d: Value,
    s: Option<u64>,
    t: Option<String>,
}

/// Reads a frame, keeps the session, and hands on what happened.
pub(super) fn read(text: &str, session: &mut Option<Session>, mut tell: impl FnMut(News)) -> Result<Told, End> {
    let Ok(envelope) = serde_json::from_str::<Envelope>(text) else {
        return Err(End::Lost("a frame that cannot be read".to_owned()));
    };
    match envelope.op {
        0 => {
            if let (Some(session), Some(seq)) = (session.as_mut(), envelope.s) {
                session.seq = seq;
            }
            dispatch(envelope, session, &mut tell);
            Ok(Told::Nothing)
        }
        1 => Ok(Told::Asked),
        7 => Err(End::Lost("the platform asks to connect again".to_owned())),
        9 if envelope.d.as_bool() == Some(true) => Err(End::Lost("the session is interrupted".to_owned())),
        9 => Err(End::Forgotten("the session is over".to_owned())),
        11 => Ok(Told::Answered),
        _ => Ok(Told::Nothing),
    }
}

fn dispatch(envelope: Envelope, session: &mut Option<Session>, tell: &mut impl FnMut(News)) {
    let Envelope { d, s, t, .. } = envelope;
    match t.as_deref().unwrap_or_default() {
        "READY" => {
            let text = |name: &str| d.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            *session =
                Some(Session { id: text("session_id"), url: text("resume_gateway_url"), seq: s.unwrap_or_default() });
            tracing::info!(action = "discord_gateway", "connected");
            tell(News::Began);
        }
        "RESUMED" => tracing::info!(action = "discord_gateway", "resumed"),
        "MESSAGE_CREATE" => match serde_json::from_value::<Message>(d) {
            Ok(message) => tell(News::Message(Box::new(message))),
            Err(error) => unreadable("MESSAGE_CREATE", &error),
        },
        "INTERACTION_CREATE" => match serde_json::from_value::<Interaction>(d) {
            Ok(interaction) => tell(News::Interaction(Box::new(interaction))),
            Err(error) => unreadable("INTERACTION_CREATE", &error),
        },
        _ => {}
    }
}

/// Says so; why, only for who debugs: such an error may quote what somebody wrote.
fn unreadable(event: &str, error: &serde_json::Error) {
    tracing::error!(action = "discord_gateway", error.code = "DISCORD_EVENT_UNREADABLE", event);
    tracing::debug!(action = "discord_gateway", %error);
}

/// Why the platform closed the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Close(Option<u16>);

impl Close {
    pub(super) fn read(code: Option<u16>) -> Self {
        Self(code)
    }

    /// What follows from it.
    pub(super) fn end(self) -> End {
        let refused = |reason: &str| End::Refused(reason.to_owned());
        match self.0 {
            Some(4004) => refused("the token is refused; see DISCORD_TOKEN"),
            Some(4010..=4012) => refused(
                "the platform wants another way to connect: too many servers for one connection, or a new version",
            ),
            Some(4013 | 4014) => refused("the platform does not allow this application to read messages (intents)"),
            Some(code @ (4003 | 4007 | 4009)) => End::Forgotten(format!("closed with {code}")),
            Some(code) => End::Lost(format!("closed with {code}")),
            None => End::Lost("closed".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, session: &mut Option<Session>) -> (Result<Told, End>, usize) {
        let mut count = 0;
        let told = read(text, session, |_| count += 1);
        (told, count)
    }

    #[test]
    fn a_session_is_kept_with_its_number() {
        let mut session = None;
        let ready = r#"{"op":0,"s":1,"t":"READY","d":{"session_id":"abc","resume_gateway_url":"wss://g"}}"#;
        assert!(matches!(told(ready, &mut session), (Ok(Told::Nothing), 1)));
        assert!(matches!(told(r#"{"op":0,"s":7,"t":"TYPING_START","d":{}}"#, &mut session), (Ok(Told::Nothing), 0)));
        let kept = session.as_ref().unwrap();
        assert_eq!((kept.id.as_str(), kept.url.as_str(), kept.seq), ("abc", "wss://g", 7));
        // An event that cannot be read counts all the same, so that it does not come again for ever.
        assert!(matches!(
            told(r#"{"op":0,"s":8,"t":"MESSAGE_CREATE","d":{"id":5}}"#, &mut session),
            (Ok(Told::Nothing), 0)
        ));
        assert_eq!(session.unwrap().seq, 8);
    }

    #[test]
    fn what_the_platform_asks() {
        assert!(matches!(told(r#"{"op":1,"d":null}"#, &mut None).0, Ok(Told::Asked)));
        assert!(matches!(told(r#"{"op":11}"#, &mut None).0, Ok(Told::Answered)));
        assert!(matches!(told(r#"{"op":7,"d":null}"#, &mut None).0, Err(End::Lost(_))));
        assert!(matches!(told(r#"{"op":9,"d":true}"#, &mut None).0, Err(End::Lost(_))));
        assert!(matches!(told(r#"{"op":9,"d":false}"#, &mut None).0, Err(End::Forgotten(_))));
        assert!(matches!(told("nonsense", &mut None).0, Err(End::Lost(_))));
    }

    #[test]
    fn what_follows_from_a_close() {
        for code in [4004, 4010, 4011, 4012, 4013, 4014] {
            assert!(matches!(Close::read(Some(code)).end(), End::Refused(_)), "{code}");
        }
        for code in [4003, 4007, 4009] {
            assert!(matches!(Close::read(Some(code)).end(), End::Forgotten(_)), "{code}");
        }
        for code in [Some(1000), Some(1001), Some(4000), Some(4008), None] {
            assert!(matches!(Close::read(code).end(), End::Lost(_)), "{code:?}");
        }
    }
}
