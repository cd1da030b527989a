//! In whose name a request to the wizard is made (rulings C-18, C-59, C-63, C-66).

use axum::http::StatusCode;
use port::Sender;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::request::{Action, WizardRequest, invalid};
use crate::accounts::caller::Caller;
use crate::domain::person::Person;
use crate::http::error::{Declined, HttpError};
use crate::http::router::HttpState;
use crate::store::database::Actor;
use crate::store::{people, sessions};

/// Who is taken to speak.
#[derive(Debug, Clone)]
pub(super) struct Author {
    pub(super) person: Person,
    /// The limits for each person count them.
    counted: bool,
}

impl Author {
    /// Whoever calls; with the service key the named user, and later the session's owner.
    ///
    /// # Errors
    /// 401, 403, 400 for a user who is not the caller or not the owner, 404 for a session that is nobody's.
    pub(super) async fn of(state: &HttpState, caller: &Caller, request: &WizardRequest) -> Result<Self, HttpError> {
        let author = match caller {
            Caller::Anybody => return Err(super::unauthorized()),
            Caller::Person(signed) => {
                if request.user.as_deref().is_some_and(|user| user.parse() != Ok(signed.person.id)) {
                    return Err(other_user("You can only act for yourself. Leave userId out."));
                }
                Self { person: signed.person.clone(), counted: !signed.load_test }
            }
            Caller::Service => Self { person: in_the_name_of(state, request).await?, counted: false },
        };
        if author.person.role.may_draft() {
            return Ok(author);
        }
        let words = "Only organizers can make events. Ask for organizer rights to go on.";
        Err(Declined::new(StatusCode::FORBIDDEN, "FORBIDDEN", words, Value::Null).into())
    }

    /// Somebody who is known.
    #[cfg(test)]
    pub(super) fn known(person: Person) -> Self {
        Self { person, counted: false }
    }

    /// The author as the door knows people.
    pub(super) fn sender(&self) -> Sender {
        Sender::Person { id: self.person.id.to_string(), counted: self.counted }
    }
}

/// The server's own key speaks for the user whom it names when a session begins, and for the session's owner from then on.
async fn in_the_name_of(state: &HttpState, request: &WizardRequest) -> Result<Person, HttpError> {
    let mut tx = state.store.begin(Actor::Server).await?;
    let named = request.user.as_deref().map(str::parse::<Uuid>);
    let id = if request.action == Action::Initialize {
        match named {
            Some(Ok(id)) => id,
            Some(Err(_)) => return Err(other_user("This is no user's id.")),
            None => return Err(other_user("Please say for whom this session is.")),
        }
    } else {
        let owner = match request.session()?.parse::<Uuid>() {
            Ok(session) => sessions::owner(&mut tx, session).await?,
            Err(_) => None,
        };
        let owner = owner.ok_or_else(super::turn::no_session)?;
        if named.is_some_and(|named| named != Ok(owner)) {
            return Err(other_user("This session belongs to another user."));
        }
        owner
    };
    people::get(&mut tx, id).await?.ok_or_else(|| other_user("There is no such user."))
}

fn other_user(words: &str) -> HttpError {
    invalid(&Map::from_iter([("userId".to_owned(), words.into())]))
}
