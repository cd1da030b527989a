//! Who sends a message: from the proof that a channel passed on to a person.

use dashmap::DashMap;
use port::{Refusal, Sender};
use tokio::sync::OnceCell;

use crate::domain::person::Person;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::people;

/// The address of the organizer whom the private database belongs to (ruling C-63).
const LOCAL_ORGANIZER: &str = "organizer@localhost";

/// Turns senders into people.
#[derive(Debug)]
pub struct Identity {
    store: Store,
    /// The database is our own: whoever opens it without a name is its organizer. Otherwise they are a guest.
    private: bool,
    /// The time zone of this machine: that of whoever sits at it, unless they said another.
    local_zone: Option<String>,
    /// Whoever speaks without a name, for the life of this process.
    nameless: OnceCell<Person>,
    /// People who were named by their address, for the life of this process.
    named: DashMap<String, Person>,
}

impl Identity {
    /// `private`: the database is the program's own cluster. `local_zone`: IANA name of this machine's time zone.
    pub fn new(store: Store, private: bool, local_zone: Option<String>) -> Self {
        Self { store, private, local_zone, nameless: OnceCell::new(), named: DashMap::new() }
    }

    /// Who this is.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`] when the proof does not hold, [`Refusal::Invalid`] for an address that is none.
    pub async fn resolve(&self, sender: &Sender) -> Result<Person, Refusal> {
        match sender {
            Sender::Local { email: Some(email) } => self.by_address(email).await,
            Sender::Local { email: None } => {
                let person = self.nameless.get_or_try_init(|| self.make_nameless()).await;
                person.cloned().map_err(|error| unavailable(&error))
            }
            Sender::Person { id, .. } => self.by_id(id).await,
            // No tokens are issued and no chat accounts are linked yet, so no proof of these kinds can hold.
            Sender::Bearer(_) | Sender::Account { .. } => Err(Refusal::Unauthorized),
        }
    }

    /// Somebody at this machine, whose clock is the machine's unless they said otherwise.
    fn local(&self, mut person: Person) -> Person {
        person.timezone = person.timezone.or_else(|| self.local_zone.clone());
        person
    }

    async fn make_nameless(&self) -> Result<Person, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let person = if self.private {
            people::ensure_organizer(&mut tx, LOCAL_ORGANIZER).await?
        } else {
            people::new_guest(&mut tx).await?
        };
        tx.commit().await?;
        Ok(self.local(person))
    }

    /// Somebody whom our own server verified.
    async fn by_id(&self, id: &str) -> Result<Person, Refusal> {
        let id = id.parse().map_err(|_| Refusal::Unauthorized)?;
        let found = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            people::get(&mut tx, id).await
        };
        found.await.map_err(|error| unavailable(&error))?.ok_or(Refusal::Unauthorized)
    }

    async fn by_address(&self, email: &str) -> Result<Person, Refusal> {
        let email = email.trim().to_lowercase();
        if let Some(known) = self.named.get(&email) {
            return Ok(known.clone());
        }
        if !looks_like_address(&email) {
            return Err(Refusal::Invalid("That is not an e-mail address. Try one like ana@example.com.".to_owned()));
        }
        let person = self.ensure(&email).await.map_err(|error| unavailable(&error))?;
        self.named.insert(email, person.clone());
        Ok(person)
    }

    async fn ensure(&self, email: &str) -> Result<Person, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let person = people::ensure_organizer(&mut tx, email).await?;
        tx.commit().await?;
        Ok(self.local(person))
    }
}

fn looks_like_address(email: &str) -> bool {
    let lawful =
        |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    email.len() <= 254 && email.split_once('@').is_some_and(|(name, host)| lawful(name) && lawful(host))
}

/// The store's failure in the door's words; the cause goes to the log.
pub(super) fn unavailable(error: &StoreError) -> Refusal {
    tracing::error!(%error, "the door could not use the store");
    Refusal::Unavailable
}
