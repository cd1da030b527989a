//! Signing up, and signing in with a password.
//!
//! Promises: a wrong password and an unknown address answer alike and take alike; where addresses are confirmed by mail, signing
//! up tells nobody that an address has an account, neither by its answer nor by its time; a password counts with the mail that
//! confirms its own sign-up (docs/decisions/0050).

use serde_json::{Value, json};

use super::Accounts;
use super::alike::in_steps;
use super::mailed::{Kind, Pkce};
use super::network;
use super::refusal::Refusal;
use super::sessions::{Origin, is_banned};
use super::view::Session;
use crate::store::accounts::one_time;
use crate::store::accounts::users::{self, NewUser, User};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;

/// A window of wrong passwords, in seconds.
const WINDOW_S: i64 = 300;
/// Wrong passwords for one account from anywhere, for each one that is allowed from one place.
const PLACES: u32 = 10;
/// Accounts that are made from one place within a window; each costs a hash and a mail.
const SIGN_UPS: u32 = 100;
/// Guests of one place within a window.
const GUESTS: u32 = 300;

/// Somebody who signs up.
pub struct SignUp<'a> {
    /// Their address as they wrote it.
    pub email: &'a str,
    /// Their password.
    pub password: &'a str,
    /// What they say about themselves.
    pub data: Value,
    /// How a mailed link leads back.
    pub pkce: Option<Pkce>,
    /// Where a mailed link leads.
    pub redirect_to: Option<&'a str>,
}

/// What came of signing up.
pub enum SignedUp {
    /// They are in.
    In(Box<Session>),
    /// They get a mail first.
    Mailed(Box<User>),
}

impl Accounts {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Refusal::UserExists`] where addresses are not confirmed by mail; what is wrong with the fields; [`Refusal::TooFast`],
    /// [`Refusal::MailedJustNow`] for too many from one place or for one address.
    pub async fn sign_up(&self, new: SignUp<'_>, origin: &Origin) -> Result<SignedUp, Refusal> {
        let email = address(new.email)?;
        if new.password.is_empty() {
            return Err(Refusal::invalid("Signup requires a valid password"));
        }
        // A slip of the keyboard costs no mail.
        self.passwords.judge(new.password)?;
        let now = self.clock.now();
        self.guard.count(&["signup", &place(origin)], SIGN_UPS, WINDOW_S, now).map_err(Refusal::TooFast)?;
        if !self.options.autoconfirm {
            // Before anybody is looked up: an address that is known is refused like one that is not.
            self.not_again(Kind::Confirmation.name(), &email)?;
        }
        let hash = self.passwords.hash(new.password, self.ids.id().into_bytes()).await?;
        let work = Box::pin(self.add(new, &email, &hash, origin));
        // Where addresses are not confirmed by mail the answer says it anyway.
        if self.options.autoconfirm { work.await } else { in_steps(work).await }
    }

    /// Makes the account of somebody who signs up, unless their address has one.
    async fn add(&self, new: SignUp<'_>, email: &str, hash: &str, origin: &Origin) -> Result<SignedUp, Refusal> {
        let now = self.clock.now();
        let mut tx = self.store.begin(Actor::Server).await?;
        let known = users::by_email(&mut tx, email).await?;
        // Whoever had the address until today may still take it back.
        let is_held = known.is_none() && one_time::is_held(&mut tx, email, None, now).await?;
        let confirmed = self.options.autoconfirm;
        let app_meta = self.fresh_meta();
        let user = NewUser {
            id: self.ids.id(),
            email: Some(email),
            phone: None,
            password: Some(hash),
            confirmed,
            app_meta: &app_meta,
            user_meta: &new.data,
            is_anonymous: false,
        };
        match known {
            Some(_) if confirmed => return Err(Refusal::UserExists),
            None if is_held && confirmed => return Err(Refusal::UserExists),
            Some(known) if known.confirmed_at.is_none() => {
                // The new mail's link ends the one before, and its password the one before.
                self.mail(&mut tx, &known, Kind::Confirmation, email, new.redirect_to, new.pkce).await?;
                if users::sign_up_again(&mut tx, known.id, &user, now).await? {
                    tx.commit().await.map_err(StoreError::from)?;
                }
                return Ok(SignedUp::Mailed(Box::new(pretended(&user, now))));
            }
            Some(_) => return Ok(SignedUp::Mailed(Box::new(pretended(&user, now)))),
            None if is_held => return Ok(SignedUp::Mailed(Box::new(pretended(&user, now)))),
            None => users::insert(&mut tx, &user, now).await.map_err(taken)?,
        }
        self.note(&mut tx, Some(user.id), "signup", &json!({"provider": "email"}), origin).await?;
        if confirmed {
            return Ok(SignedUp::In(Box::new(self.begin(tx, user.id, "password", origin).await?)));
        }
        let made = users::get(&mut tx, user.id).await?.ok_or(Refusal::NobodyThere)?;
        self.mail(&mut tx, &made, Kind::Confirmation, email, new.redirect_to, new.pkce).await?;
        let made = users::get(&mut tx, user.id).await?.ok_or(Refusal::NobodyThere)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(SignedUp::Mailed(Box::new(made)))
    }

    /// Lets a guest in (ruling C-63).
    ///
    /// # Errors
    /// [`Refusal::NoGuests`], [`Refusal::TooFast`].
    pub async fn sign_up_guest(&self, data: &Value, origin: &Origin) -> Result<Session, Refusal> {
        if !self.options.guests {
            return Err(Refusal::NoGuests);
        }
        let now = self.clock.now();
        self.guard.count(&["guest", &place(origin)], GUESTS, WINDOW_S, now).map_err(Refusal::TooFast)?;
        let id = self.ids.id();
        let mut tx = self.store.begin(Actor::Server).await?;
        let app_meta = json!({});
        let guest = NewUser {
            id,
            email: None,
            phone: None,
            password: None,
            confirmed: false,
            app_meta: &app_meta,
            user_meta: data,
            is_anonymous: true,
        };
        users::insert(&mut tx, &guest, now).await?;
        self.note(&mut tx, Some(id), "signup", &json!({"provider": "anonymous"}), origin).await?;
        self.begin(tx, id, "anonymous", origin).await
    }

    /// Signs somebody in with their password.
    ///
    /// # Errors
    /// [`Refusal::InvalidCredentials`], [`Refusal::NotConfirmed`], [`Refusal::Banned`], [`Refusal::TooFast`].
    pub async fn sign_in(&self, email: &str, password: &str, origin: &Origin) -> Result<Session, Refusal> {
        let email = email.trim().to_lowercase();
        let now = self.clock.now();
        let place = place(origin);
        let here = ["password", email.as_str(), &place];
        let anywhere = ["password", email.as_str()];
        let tries = self.options.password_tries;
        self.guard.count(&here, tries, WINDOW_S, now).map_err(Refusal::TooFast)?;
        self.guard.count(&anywhere, tries.saturating_mul(PLACES), WINDOW_S, now).map_err(Refusal::TooFast)?;

        let known = {
            let mut tx = self.store.begin(Actor::Server).await?;
            users::by_email(&mut tx, &email).await?
        };
        let hash = known.as_ref().and_then(|user| user.password.as_deref());
        let fits = self.passwords.fits(password, hash).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let proved = match known.as_ref().filter(|_| fits) {
            Some(known) => still(&mut tx, known).await?,
            None => None,
        };
        let Some(user) = proved else {
            // The line is the same for everybody: the log tells no more than the answer.
            self.note(&mut tx, None, "login_failed", &json!({"provider": "email"}), origin).await?;
            tx.commit().await.map_err(StoreError::from)?;
            return Err(Refusal::InvalidCredentials);
        };
        self.guard.forgive(&here);
        if is_banned(&user, now) {
            return Err(Refusal::Banned);
        }
        if user.confirmed_at.is_none() {
            return Err(Refusal::NotConfirmed);
        }
        self.begin(tx, user.id, "password", origin).await
    }

    /// What administration says about somebody new.
    pub(super) fn fresh_meta(&self) -> Value {
        json!({"provider": "email", "providers": ["email"], "user_role": self.options.sign_up_role.as_str()})
    }
}

/// Somebody whose password was proved, as they are now, unless it is another one by now: what changed it has ended every sign-in, and
/// this one would begin after it. Their row is held, so that what ends sign-ins later finds this one.
async fn still(tx: &mut Tx, known: &User) -> Result<Option<User>, StoreError> {
    users::lock(tx, known.id).await?;
    let now = users::get(tx, known.id).await?;
    Ok(now.filter(|now| now.password == known.password))
}

/// An address in lower case.
pub(super) fn address(text: &str) -> Result<String, Refusal> {
    let email = text.trim().to_lowercase();
    let lawful =
        |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    let is_one = email.len() <= 254 && email.split_once('@').is_some_and(|(name, host)| lawful(name) && lawful(host));
    if is_one { Ok(email) } else { Err(Refusal::invalid("Unable to validate email address: invalid format")) }
}

/// Where tries are counted.
pub(super) fn place(origin: &Origin) -> String {
    origin.ip.as_deref().map_or_else(|| "somewhere".to_owned(), network::named)
}

/// Somebody made the same account at the same moment.
fn taken(error: StoreError) -> Refusal {
    match error {
        StoreError::Taken(_) => Refusal::UserExists,
        other => other.into(),
    }
}

/// What somebody reads whose address has an account already: the answer of a new one.
fn pretended(new: &NewUser<'_>, now: jiff::Timestamp) -> User {
    User {
        id: new.id,
        email: new.email.map(str::to_owned),
        phone: None,
        password: None,
        confirmed_at: None,
        confirmation_sent_at: Some(now),
        last_sign_in_at: None,
        banned_until: None,
        app_meta: new.app_meta.clone(),
        user_meta: new.user_meta.clone(),
        is_anonymous: false,
        created_at: now,
        updated_at: now,
    }
}
