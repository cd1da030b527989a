//! Whether people come, or join over the net, and where they join.

use super::gathering::Gathering;
use crate::domain::fact::{Fact, Field};
use crate::domain::values::PlaceKind;
use crate::understanding::words::Cue;

/// Services whose links are links to join, and may be written without "https://".
const MEETING_HOSTS: &[&str] = &[
    "zoom.us",
    "meet.google.com",
    "teams.microsoft.com",
    "teams.live.com",
    "webex.com",
    "whereby.com",
    "meet.jit.si",
    "twitch.tv",
    "youtube.com/live",
    "discord.gg",
];

/// The link to join. Its words are taken, so that no number in it means anything.
pub(super) fn link(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let Some((start, word)) = words(scene.text).find(|(_, word)| is_link(word)) else {
        return;
    };
    let end = start + word.len();
    let range = scene.range(language::Span { start, end });
    if !g.hears(range.start) {
        return;
    }
    let online = matches!(scene.context.draft.place_kind, Some(PlaceKind::Online | PlaceKind::Hybrid))
        || scene.context.asks(Field::OnlineUrl)
        || !scene.all(Cue::Online).is_empty()
        || MEETING_HOSTS.iter().any(|host| word.contains(host));
    g.take(&range);
    if online {
        let url = if word.contains("://") { word.to_owned() } else { format!("https://{word}") };
        g.said(Fact::OnlineUrl(url));
    }
}

/// In a place, online or both.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let heard = |cue| scene.all(cue).iter().find(|spot| g.hears(spot.start));
    let denied = |start: usize| scene.ending(Cue::Not, start).is_some();
    let not_meant = |start: usize| scene.on(Cue::OnlineNot, start);
    let online = scene.all(Cue::Online).iter().filter(|spot| g.hears(spot.start) && !not_meant(spot.start));
    let (refused, online): (Vec<_>, Vec<_>) = online.partition(|spot| denied(spot.start));
    let in_person = heard(Cue::InPerson).is_some_and(|spot| !denied(spot.start));
    let kind = if heard(Cue::Hybrid).is_some() || (in_person && !online.is_empty()) {
        Some(PlaceKind::Hybrid)
    } else if !online.is_empty() {
        Some(PlaceKind::Online)
    } else if in_person || !refused.is_empty() {
        Some(PlaceKind::Venue)
    } else {
        None
    };
    if let Some(kind) = kind {
        let spots: Vec<_> =
            [Cue::Online, Cue::Hybrid, Cue::InPerson].into_iter().flat_map(|cue| scene.all(cue)).cloned().collect();
        for spot in spots {
            g.take(&spot);
        }
        g.said(Fact::PlaceKind(kind));
    }
}

/// Stretches without blanks, with their place in the text, without the punctuation around them.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let bare = word.trim_start_matches(['(', '<', '"', '\'', '[', '“']);
        let trimmed = bare.trim_end_matches(['.', ',', ';', ')', '>', '"', '\'', ']', '!', '?', '”', '。', '，']);
        (start + word.len() - bare.len(), trimmed)
    })
}

fn is_link(word: &str) -> bool {
    let plain = word.to_ascii_lowercase();
    let rest = plain.strip_prefix("https://").or_else(|| plain.strip_prefix("http://"));
    match rest {
        Some(rest) => rest.contains('.') && !word.contains(['<', '>', '"', '\\']),
        None => MEETING_HOSTS.iter().any(|host| plain.starts_with(host) && plain.contains('/')),
    }
}
