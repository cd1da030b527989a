//! Who sends a message: from the proof that a channel passed on to a person.

use std::sync::Arc;

use dashmap::DashMap;
use port::{LinkStep, Linking, Refusal, Sender};
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::accounts::caller::Caller;
use crate::accounts::links::Step;
use crate::accounts::{Accounts, Denied};
use crate::domain::person::Person;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::links::Account;
use crate::store::people;

/// The address of the organizer whom the private database belongs to (ruling C-63).
const LOCAL_ORGANIZER: &str = "organizer@localhost";

/// Turns senders into people.
pub struct Identity {
    store: Store,
    accounts: Arc<Accounts>,
    /// The database is our own: whoever opens it without a name is its organizer. Otherwise they are a guest.
    private: bool,
    /// The time zone of this machine: that of whoever sits at it, unless they said another.
    local_zone: Option<String>,
    /// Whoever speaks without a name, for the life of this process.
    nameless: OnceCell<Person>,
    /// People who were named by their address, for the life of this process.
    named: DashMap<String, Person>,
}

/// Somebody who was named.
#[derive(Debug)]
pub struct Known {
    /// Who it is.
    pub person: Person,
    /// The limits for each person count them.
    pub counted: bool,
}

impl Identity {
    /// `private`: the database is the program's own cluster. `local_zone`: IANA name of this machine's time zone.
    pub fn new(store: Store, private: bool, local_zone: Option<String>, accounts: Arc<Accounts>) -> Self {
        Self { store, accounts, private, local_zone, nameless: OnceCell::new(), named: DashMap::new() }
    }

    /// Who this is.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`] when the proof does not hold, [`Refusal::Forbidden`] for somebody who may not use the wizard,
    /// [`Refusal::Invalid`] for an address that is none.
    pub async fn resolve(&self, sender: &Sender) -> Result<Person, Refusal> {
        Ok(self.known(sender).await?.person)
    }

    /// As [`Self::resolve`], and whether the limits for each person count them.
    ///
    /// # Errors
    /// Those of [`Self::resolve`].
    pub async fn known(&self, sender: &Sender) -> Result<Known, Refusal> {
        let known = self.find(sender).await?;
        if known.person.role.may_draft() {
            return Ok(known);
        }
        Err(Refusal::Forbidden(
            "This account is for visiting events. Ask the people who run this site to make you an organizer."
                .to_owned(),
        ))
    }

    async fn find(&self, sender: &Sender) -> Result<Known, Refusal> {
        let person = match sender {
            Sender::Local { email: Some(email) } => self.by_address(email).await?,
            Sender::Local { email: None } => {
                let person = self.nameless.get_or_try_init(|| self.make_nameless()).await;
                person.cloned().map_err(|error| unavailable(&error))?
            }
            Sender::Bearer(token) => return self.by_token(token.expose_secret()).await,
            Sender::Person { id, counted } => return Ok(Known { person: self.by_id(id).await?, counted: *counted }),
            Sender::Account { platform, id, name } => {
                let account = Account { platform, id, name: name.as_deref() };
                let person = self.accounts.chat_person(account).await.map_err(|error| unavailable(&error))?;
                person.ok_or_else(|| Refusal::Forbidden("Please link this chat to your account first.".to_owned()))?
            }
        };
        Ok(Known { person, counted: true })
    }

    /// A step of linking this chat account.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`] for whoever is no chat account; [`Refusal::Unavailable`].
    pub async fn link(&self, sender: &Sender, step: LinkStep) -> Result<Linking, Refusal> {
        let Sender::Account { platform, id, name } = sender else { return Err(Refusal::Unauthorized) };
        let account = Account { platform, id, name: name.as_deref() };
        // Wrong codes are counted with the account, which is a guest's until it is linked.
        self.accounts.chat_person(account).await.map_err(|error| unavailable(&error))?;
        let step = match step {
            LinkStep::Code { code, address } => {
                self.accounts.show_code(account, &code, (&address.chat, &address.note)).await
            }
            LinkStep::Answer { request, yes } => match request.parse::<Uuid>() {
                Ok(request) => self.accounts.answer_in_chat(account, request, yes).await,
                Err(_) => Ok(Step::Stale),
            },
            LinkStep::Unlink => {
                let was = self.accounts.unlink(account).await.map_err(|error| unavailable(&error))?;
                return Ok(if was { Linking::Unlinked } else { Linking::NotLinked });
            }
        };
        Ok(linking(step.map_err(|error| unavailable(&error))?))
    }

    /// Keys of the API name nobody.
    async fn by_token(&self, token: &str) -> Result<Known, Refusal> {
        match self.accounts.caller_of(token).await {
            Ok(Caller::Person(signed)) => Ok(Known { person: signed.person, counted: !signed.load_test }),
            Err(Denied::Unknown(error)) => {
                tracing::error!(%error, "the door could not tell who speaks");
                Err(Refusal::Unavailable)
            }
            Ok(Caller::Anybody | Caller::Service) | Err(Denied::Malformed | Denied::Bad(_) | Denied::Gone) => {
                Err(Refusal::Unauthorized)
            }
        }
    }

    async fn by_id(&self, id: &str) -> Result<Person, Refusal> {
        let id = id.parse::<Uuid>().map_err(|_| Refusal::Unauthorized)?;
        let person = self.accounts.person(id).await.map_err(|error| unavailable(&error))?;
        person.ok_or(Refusal::Unauthorized)
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

fn linking(step: Step) -> Linking {
    match step {
        Step::Ask { request, account } => Linking::Ask { request: request.to_string(), account },
        Step::Waiting => Linking::Waiting,
        Step::Linked(linked) => {
            Linking::Linked { account: linked.account, drafts: u32::try_from(linked.drafts).unwrap_or_default() }
        }
        Step::Declined => Linking::Declined,
        Step::Stale => Linking::Stale,
        Step::TooMany(retry_after_s) => Linking::TooMany { retry_after_s },
        Step::Taken => Linking::Taken,
    }
}

fn looks_like_address(email: &str) -> bool {
    let lawful =
        |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    email.len() <= 254 && email.split_once('@').is_some_and(|(name, host)| lawful(name) && lawful(host))
}

/// The store's failure in the door's words; the cause goes to the log. Only what may go well by itself is worth another try: the rest
/// would come again for ever, and hold up whatever is behind it.
pub(super) fn unavailable(error: &StoreError) -> Refusal {
    tracing::error!(%error, "the door could not use the store");
    match error {
        // Two that make the same row at once, or decide on what has changed meanwhile: the second finds it next time.
        StoreError::Unavailable(_) | StoreError::Conflict | StoreError::Stale(_) | StoreError::Taken(_) => {
            Refusal::Unavailable
        }
        StoreError::Refused(_) | StoreError::Rejected { .. } | StoreError::Fault(_) => Refusal::Failed,
    }
}
