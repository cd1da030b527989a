//! What is kept for somebody: their drafts, and what was said and is asked in one of their conversations.

use port::{Confirmation, Draft, History, Turn};
use uuid::Uuid;

use crate::domain::person::Person;
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::{conversations, sessions};

/// How many messages of a conversation are shown again.
const HISTORY: i64 = 500;
/// How many drafts are listed.
const DRAFTS: i64 = 20;

/// What was said in this conversation, oldest first, and the question that stands, wherever it was asked.
pub(super) async fn history(store: &Store, person: &Person, session: Uuid) -> Result<History, StoreError> {
    let mut tx = store.begin(Actor::Person(person)).await?;
    let spoken = conversations::recent(&mut tx, session, HISTORY).await?;
    let turns = spoken.into_iter().map(|spoken| Turn {
        id: spoken.id.to_string(),
        from_user: spoken.role == "user",
        text: spoken.content,
    });
    let found = sessions::get(&mut tx, session).await?;
    Ok(History { turns: turns.collect(), question: found.and_then(question) })
}

/// What is asked of the draft as it is now. What another version of the program kept in another shape is asked again by a "yes".
fn question(session: Session) -> Option<Confirmation> {
    let revision = session.revision();
    let asked = session.state.confirming.filter(|asked| asked.revision == revision)?;
    serde_json::from_value(asked.shown?).ok()
}

/// What they can go on with, the one worked on last first.
pub(super) async fn drafts(store: &Store, person: &Person) -> Result<Vec<Draft>, StoreError> {
    let mut tx = store.begin(Actor::Person(person)).await?;
    let open = sessions::list(&mut tx, person.id, DRAFTS).await?;
    let percent = |number: i32| {
        let stage = u8::try_from(number).ok().and_then(Stage::from_number);
        stage.map_or(0, Stage::percent_complete)
    };
    let draft = |open: sessions::Open| Draft {
        session: open.id.to_string(),
        title: open.name,
        percent: if open.published { 100 } else { percent(open.stage) },
        published: open.published,
    };
    Ok(open.into_iter().map(draft).collect())
}
