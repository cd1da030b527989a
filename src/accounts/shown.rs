//! What somebody shows of their mail: a link that is followed, a code that is typed, the code of a redirect.
//!
//! Promises: a code holds for an hour and five tries, and a new mail within the hour gives no new ones; codes are counted by address
//! and by place; one use ends both the link and the code and whatever else was mailed to that person, but the link that takes an
//! address back (docs/decisions/0051); a link that is only looked at does nothing (docs/decisions/0053).

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Accounts;
use super::error::AccountsError;
use super::mailed::{Kind, Payload, code_hash, hash, payload};
use super::refusal::Refusal;
use super::sessions::{Origin, is_banned};
use super::sign_in::{address, place};
use super::view::Session;
use crate::store::accounts::one_time::{self, NewOneTime, OneTime};
use crate::store::accounts::sign_ins;
use crate::store::accounts::users::{self, Change, User};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::people;

/// How long a redirect's code may be exchanged.
const FLOW_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// How long a code may be typed; as long wrong ones are counted, from the first of them ([`one_time::put`]).
const CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Wrong codes before a code is worth nothing.
const TRIES: i32 = 5;
/// Codes that are typed at one place within a window.
const CODES_OF_PLACE: u32 = 30;
/// That window, in seconds.
const PLACE_WINDOW_S: i64 = 300;
/// Codes that are typed for one address within a window, whatever the place and the kind.
const CODES_OF_ADDRESS: u32 = 10;
/// That window, in seconds.
const ADDRESS_WINDOW_S: i64 = 3600;

/// How somebody shows what was mailed to them.
pub enum Shown<'a> {
    /// By its link.
    Link(&'a str),
    /// By its code and their address.
    Code {
        /// The address that it was mailed to.
        email: &'a str,
        /// The code.
        code: &'a str,
    },
}

/// What a link is worth, before its button was pressed.
pub struct Worth {
    /// What it allows.
    pub kind: Kind,
    /// The address that counts afterwards.
    pub email: Option<String>,
    /// The language that its person reads, if known.
    pub language: Option<String>,
}

/// What came of a link whose button was pressed.
pub enum Followed {
    /// They are in.
    In(Box<Session>),
    /// Their client exchanges this code.
    Code(String),
}

impl Accounts {
    /// Signs somebody in who shows what was mailed to them.
    ///
    /// # Errors
    /// [`Refusal::LinkExpired`], [`Refusal::CodeExpired`]; [`Refusal::TooFast`] for too many codes at one place or for one address;
    /// for a word that stands for no mail.
    pub async fn verify(&self, word: &str, shown: Shown<'_>, origin: &Origin) -> Result<Session, Refusal> {
        if let Shown::Code { email, .. } = &shown {
            self.count_code(email, origin)?;
        }
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = self.find(&mut tx, word, &shown).await;
        let Ok(found) = found else {
            // The wrong try is counted although the request fails.
            tx.commit().await.map_err(StoreError::from)?;
            return Err(found.err().unwrap_or(Refusal::LinkExpired));
        };
        self.redeem(&mut tx, &found, origin).await?;
        let session = self.begin(tx, found.user, "otp", origin).await?;
        if let Shown::Code { email, .. } = &shown {
            self.guard.forgive(&["code", &address(email)?]);
        }
        Ok(session)
    }

    /// Six digits are few: how often they are typed is counted before anybody is looked up, so that it tells nothing of an address.
    fn count_code(&self, email: &str, origin: &Origin) -> Result<(), Refusal> {
        let (email, now) = (address(email)?, self.clock.now());
        self.guard.count(&["codes", &place(origin)], CODES_OF_PLACE, PLACE_WINDOW_S, now).map_err(Refusal::TooFast)?;
        self.guard.count(&["code", &email], CODES_OF_ADDRESS, ADDRESS_WINDOW_S, now).map_err(Refusal::TooFast)
    }

    /// What a link would do. It stays worth the same: what looks through mails follows their links, too.
    ///
    /// # Errors
    /// [`Refusal::LinkExpired`]; for a word that stands for no mail.
    pub async fn worth(&self, word: &str, token: &str) -> Result<Worth, Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = self.find(&mut tx, word, &Shown::Link(token)).await?;
        let kind = Kind::of(word).and_then(|kinds| kinds.iter().copied().find(|kind| kind.name() == found.kind));
        let kind = kind.ok_or(Refusal::LinkExpired)?;
        let user = users::get(&mut tx, found.user).await?.ok_or(Refusal::LinkExpired)?;
        let language = people::language(&mut tx, found.user).await?;
        Ok(Worth { kind, email: payload(&found).new_email.or(user.email), language })
    }

    /// As [`Accounts::verify`] for somebody who presses a link's button: a client that asked for a code gets one.
    ///
    /// # Errors
    /// As for [`Accounts::verify`].
    pub async fn follow(&self, word: &str, token: &str, origin: &Origin) -> Result<Followed, Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = self.find(&mut tx, word, &Shown::Link(token)).await?;
        let pkce = payload(&found).pkce;
        self.redeem(&mut tx, &found, origin).await?;
        let Some(pkce) = pkce else {
            return Ok(Followed::In(Box::new(self.begin(tx, found.user, "otp", origin).await?)));
        };
        let code = self.ids.id().to_string();
        let now = self.clock.now();
        let payload = serde_json::to_value(Payload { pkce: Some(pkce), new_email: None });
        let link_hash = hash(&code);
        let new = NewOneTime {
            id: self.ids.id(),
            user: found.user,
            kind: "flow",
            link_hash: link_hash.as_ref(),
            code_hash: None,
            payload: &payload.map_err(|_| AccountsError::Lost)?,
            at: now,
            expires_at: now.checked_add(FLOW_LIFE).unwrap_or(Timestamp::MAX),
        };
        one_time::put(&mut tx, &new).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(Followed::Code(code))
    }

    /// Signs somebody in whose client shows a redirect's code.
    ///
    /// # Errors
    /// [`Refusal::FlowUnknown`], [`Refusal::FlowExpired`], [`Refusal::BadVerifier`].
    pub async fn exchange(&self, code: &str, verifier: &str, origin: &Origin) -> Result<Session, Refusal> {
        if code.is_empty() || verifier.is_empty() {
            return Err(Refusal::invalid("invalid request: both auth code and code verifier should be non-empty"));
        }
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = one_time::by_link(&mut tx, hash(code).as_ref()).await?.filter(|found| found.kind == "flow");
        let found = found.ok_or(Refusal::FlowUnknown)?;
        if found.expires_at <= self.clock.now() {
            return Err(Refusal::FlowExpired);
        }
        if !payload(&found).pkce.is_some_and(|pkce| pkce.fits(verifier)) {
            return Err(Refusal::BadVerifier);
        }
        one_time::used(&mut tx, found.id).await?;
        self.begin(tx, found.user, "otp", origin).await
    }

    async fn find(&self, tx: &mut Tx, word: &str, shown: &Shown<'_>) -> Result<OneTime, Refusal> {
        let kinds = Kind::of(word).ok_or_else(|| Refusal::invalid("Verify requires a verification type"))?;
        let now = self.clock.now();
        let is_good = |found: &OneTime| found.expires_at > now && kinds.iter().any(|kind| kind.name() == found.kind);
        let may_be_typed = |found: &OneTime| {
            let ends = found.created_at.checked_add(CODE_LIFE).unwrap_or(Timestamp::MAX);
            is_good(found) && ends > now && found.attempts < TRIES
        };
        match shown {
            Shown::Link(token) => {
                let found = one_time::by_link(tx, hash(token).as_ref()).await?;
                found.filter(is_good).ok_or(Refusal::LinkExpired)
            }
            Shown::Code { email, code } => {
                let email = address(email)?;
                for kind in kinds {
                    let Some(user) = self.addressee(tx, *kind, &email).await? else { continue };
                    let Some(found) = one_time::of_user(tx, user.id, kind.name()).await?.filter(may_be_typed) else {
                        continue;
                    };
                    let Some(expected) = &found.code_hash else { continue };
                    // Hashes: the time of comparing them tells nothing of the code.
                    if code_hash(&user, code).as_ref() == expected.as_slice() {
                        return Ok(found);
                    }
                    one_time::missed(tx, found.id, now).await?;
                }
                Err(Refusal::CodeExpired)
            }
        }
    }

    async fn addressee(&self, tx: &mut Tx, kind: Kind, email: &str) -> Result<Option<User>, Refusal> {
        let known = users::by_email(tx, email).await?;
        if kind != Kind::EmailChange {
            return Ok(known);
        }
        // Their own change comes before that of somebody who asked for their address.
        let own = match &known {
            Some(user) => one_time::of_user(tx, user.id, kind.name()).await?,
            None => None,
        };
        if own.is_none()
            && let Some(found) = one_time::of_new_email(tx, email).await?
        {
            return Ok(users::get(tx, found.user).await?);
        }
        Ok(known)
    }

    /// Does what was confirmed. Nothing else that was mailed to the person is worth anything afterwards.
    async fn redeem(&self, tx: &mut Tx, found: &OneTime, origin: &Origin) -> Result<(), Refusal> {
        let now = self.clock.now();
        let user = users::get(tx, found.user).await?.ok_or(Refusal::LinkExpired)?;
        if is_banned(&user, now) {
            return Err(Refusal::Banned);
        }
        let back = Kind::EmailBack.name();
        let is_back = found.kind == back;
        // Whoever reads the new address's mail could have anything sent there: that ends no link of the old one's.
        one_time::forget(tx, found.user, (!is_back).then_some(back)).await?;
        let new_email = payload(found).new_email;
        let app_meta = user.is_anonymous.then(|| self.fresh_meta());
        // A password that was there before its address was confirmed may be a stranger's, and so may one of a taken account: it goes.
        // The mail that confirms a sign-up is that sign-up's own (docs/decisions/0050).
        let is_unproved = found.kind == Kind::Recovery.name() && user.confirmed_at.is_none();
        let change = Change {
            email: new_email.as_deref(),
            confirmed: true,
            password: (is_back || is_unproved).then_some(""),
            app_meta: app_meta.as_ref(),
            ..Change::default()
        };
        users::update(tx, found.user, &change, now).await?;
        if is_back {
            sign_ins::end_all(tx, found.user, None).await?;
            self.note(tx, Some(found.user), "user_updated", &json!({"email": true, "taken_back": true}), origin)
                .await?;
        } else if let Some(new) = &new_email {
            self.tell_old(tx, &user, new).await?;
        }
        Ok(())
    }
}
