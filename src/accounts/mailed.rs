//! What is mailed to be shown once: links and codes that confirm an address, give a lost account back, or change an address.
//!
//! Promises: a link has 122 random bits, a code five tries; one use ends both and whatever else was mailed to that person; asking
//! for a mail answers alike whether or not the address has an account. Mails are left for the publisher in the same transaction.

use jiff::{SignedDuration, Timestamp};
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Accounts;
use super::keys::encode;
use super::refusal::Refusal;
use super::sessions::Origin;
use super::sign_in::address;
use super::view::Session;
use crate::store::accounts::mails;
use crate::store::accounts::one_time::{self, NewOneTime, OneTime};
use crate::store::accounts::users::{self, Change, User};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;

/// How long a link or code may be shown.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long a redirect's code may be exchanged.
const FLOW_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Wrong codes before a mail is worth nothing.
const TRIES: i32 = 5;
/// Between two mails to one address, in seconds.
const GAP_S: i64 = 60;
/// How a link begins that leads back with a code instead of tokens.
const FLOW_PREFIX: &str = "pkce_";
/// Digits of a code.
const CODES: u128 = 1_000_000;

/// What a mail allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An address counts.
    Confirmation,
    /// Signing in without the password.
    Recovery,
    /// An address takes the place of another.
    EmailChange,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
        }
    }

    /// The word in links.
    pub(super) fn link_type(self) -> &'static str {
        match self {
            Self::Confirmation => "signup",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
        }
    }

    fn mail(self) -> &'static str {
        match self {
            Self::Confirmation => "mail_confirm",
            Self::Recovery => "mail_recovery",
            Self::EmailChange => "mail_email_change",
        }
    }

    /// The kinds that GoTrue's word stands for, the likeliest first.
    fn of(word: &str) -> Option<&'static [Self]> {
        match word {
            "signup" | "invite" => Some(&[Self::Confirmation]),
            "recovery" | "magiclink" => Some(&[Self::Recovery]),
            "email" => Some(&[Self::Confirmation, Self::Recovery]),
            "email_change" => Some(&[Self::EmailChange]),
            _ => None,
        }
    }
}

/// The challenge of a client that wants a code instead of tokens (RFC 7636).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pkce {
    /// What the verifier must lead to.
    pub challenge: String,
    /// `s256` or `plain`.
    pub method: String,
}

impl Pkce {
    /// The challenge of a request; `None` when it has none.
    ///
    /// # Errors
    /// When it is half a challenge or none of ours.
    pub fn of(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, Refusal> {
        let (challenge, method) =
            match (challenge.filter(|text| !text.is_empty()), method.filter(|text| !text.is_empty())) {
                (None, None) => return Ok(None),
                (Some(challenge), Some(method)) => (challenge, method.to_lowercase()),
                _ => return Err(Refusal::invalid("PKCE flow requires code_challenge_method and code_challenge")),
            };
        let lawful = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if !(43..=128).contains(&challenge.len())
            || !challenge.chars().all(lawful)
            || !["s256", "plain"].contains(&&*method)
        {
            return Err(Refusal::invalid("code challenge or its method is not valid"));
        }
        Ok(Some(Self { challenge: challenge.to_owned(), method }))
    }

    fn fits(&self, verifier: &str) -> bool {
        let found = if self.method == "plain" { verifier.to_owned() } else { encode(hash(verifier)) };
        hash(&found).as_ref() == hash(&self.challenge).as_ref()
    }
}

/// What stays with something that was mailed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Payload {
    #[serde(skip_serializing_if = "Option::is_none")]
    new_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pkce: Option<Pkce>,
}

/// What a mail says.
pub struct Mailed {
    /// What stands in the link.
    pub token: String,
    /// What is typed instead of following it.
    pub code: String,
    /// The link.
    pub link: String,
}

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

/// What came of following a link.
pub enum Followed {
    /// They are in.
    In(Box<Session>),
    /// Their client exchanges this code.
    Code(String),
}

impl Accounts {
    /// Leaves a mail to this address for the publisher.
    pub(super) async fn mail(
        &self,
        tx: &mut Tx,
        user: &User,
        kind: Kind,
        to: &str,
        redirect_to: Option<&str>,
        pkce: Option<Pkce>,
    ) -> Result<Mailed, Refusal> {
        let mailed = self.one_time(tx, user, kind, to, redirect_to, pkce).await?;
        if kind == Kind::Confirmation {
            let change = Change { confirmation_sent: true, ..Change::default() };
            users::update(tx, user.id, &change, self.clock.now()).await?;
        }
        let payload = json!({"email": to, "link": mailed.link, "code": mailed.code, "user_id": user.id});
        let dedupe = format!("{}:{}:{}", kind.mail(), user.id, self.ids.id());
        mails::enqueue(tx, Some(user.id), kind.mail(), &payload, &dedupe).await?;
        Ok(mailed)
    }

    /// Makes what a mail says.
    pub(super) async fn one_time(
        &self,
        tx: &mut Tx,
        user: &User,
        kind: Kind,
        to: &str,
        redirect_to: Option<&str>,
        pkce: Option<Pkce>,
    ) -> Result<Mailed, Refusal> {
        let now = self.clock.now();
        let token = format!("{}{}", if pkce.is_some() { FLOW_PREFIX } else { "" }, self.ids.token());
        let code = format!("{:06}", self.ids.id().as_u128() % CODES);
        let new_email = (kind == Kind::EmailChange).then(|| to.to_owned());
        let payload =
            serde_json::to_value(Payload { new_email, pkce }).map_err(|_| super::error::AccountsError::Lost)?;
        let (link_hash, code_hash) = (hash(&token), code_hash(user, &code));
        let new = NewOneTime {
            id: self.ids.id(),
            user: user.id,
            kind: kind.name(),
            link_hash: link_hash.as_ref(),
            code_hash: Some(code_hash.as_ref()),
            payload: &payload,
            at: now,
            expires_at: now.checked_add(LIFE).unwrap_or(Timestamp::MAX),
        };
        one_time::put(tx, &new).await?;
        let query =
            [("token", token.as_str()), ("type", kind.link_type()), ("redirect_to", &*self.landing(redirect_to))];
        let link = super::landing::with_query(&format!("{}/auth/v1/verify", self.public_url), &query);
        Ok(Mailed { token, code, link })
    }

    /// Mails a way back into an account, if there is one. `Ok` says nothing about that.
    ///
    /// # Errors
    /// [`Refusal::MailedJustNow`] for known and unknown addresses alike.
    pub async fn recover(&self, email: &str, redirect_to: Option<&str>, pkce: Option<Pkce>) -> Result<(), Refusal> {
        let email = address(email)?;
        self.not_again("recovery", &email)?;
        let mut tx = self.store.begin(Actor::Server).await?;
        if let Some(user) = users::by_email(&mut tx, &email).await? {
            self.mail(&mut tx, &user, Kind::Recovery, &email, redirect_to, pkce).await?;
            tx.commit().await.map_err(StoreError::from)?;
        }
        Ok(())
    }

    /// Mails once more what is waiting to be confirmed. `Ok` says nothing about whether anything is.
    ///
    /// # Errors
    /// As for [`Accounts::recover`]; for a word that stands for no mail.
    pub async fn resend(
        &self,
        word: &str,
        email: &str,
        redirect_to: Option<&str>,
        pkce: Option<Pkce>,
    ) -> Result<(), Refusal> {
        let kind = match word {
            "signup" => Kind::Confirmation,
            "email_change" => Kind::EmailChange,
            "sms" | "phone_change" => return Err(Refusal::NoPhone),
            _ => return Err(Refusal::invalid("Missing one of these types: signup, email_change, sms, phone_change")),
        };
        let email = address(email)?;
        self.not_again(kind.name(), &email)?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let known = users::by_email(&mut tx, &email).await?;
        let waiting = match (kind, &known) {
            (Kind::Confirmation, Some(user)) if user.confirmed_at.is_none() => Some((user.clone(), email.clone())),
            (Kind::EmailChange, _) => self.pending_change(&mut tx, known.as_ref(), &email).await?,
            _ => None,
        };
        if let Some((user, to)) = waiting {
            self.mail(&mut tx, &user, kind, &to, redirect_to, pkce).await?;
            tx.commit().await.map_err(StoreError::from)?;
        }
        Ok(())
    }

    /// Whose change of address is waiting, found by the old or the new one.
    async fn pending_change(
        &self,
        tx: &mut Tx,
        known: Option<&User>,
        email: &str,
    ) -> Result<Option<(User, String)>, Refusal> {
        let found = match known {
            Some(user) => one_time::of_user(tx, user.id, Kind::EmailChange.name()).await?,
            None => one_time::of_new_email(tx, email).await?,
        };
        let Some(found) = found else { return Ok(None) };
        let new_email = payload(&found).new_email;
        Ok(users::get(tx, found.user).await?.zip(new_email))
    }

    /// One mail of a kind a minute for each address, known or not.
    pub(super) fn not_again(&self, kind: &str, email: &str) -> Result<(), Refusal> {
        self.guard.count(&["mail", kind, email], 1, GAP_S, self.clock.now()).map_err(Refusal::MailedJustNow)
    }

    /// Signs somebody in who shows what was mailed to them.
    ///
    /// # Errors
    /// [`Refusal::LinkExpired`], [`Refusal::CodeExpired`]; for a word that stands for no mail.
    pub async fn verify(&self, word: &str, shown: Shown<'_>, origin: &Origin) -> Result<Session, Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = self.find(&mut tx, word, &shown).await;
        let Ok(found) = found else {
            // The wrong try is counted although the request fails.
            tx.commit().await.map_err(StoreError::from)?;
            return Err(found.err().unwrap_or(Refusal::LinkExpired));
        };
        self.redeem(&mut tx, &found).await?;
        self.begin(tx, found.user, "otp", origin).await
    }

    /// As [`Accounts::verify`] for somebody who follows a link: a client that asked for a code gets one.
    ///
    /// # Errors
    /// As for [`Accounts::verify`].
    pub async fn follow(&self, word: &str, token: &str, origin: &Origin) -> Result<Followed, Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = self.find(&mut tx, word, &Shown::Link(token)).await?;
        let pkce = payload(&found).pkce;
        self.redeem(&mut tx, &found).await?;
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
            payload: &payload.map_err(|_| super::error::AccountsError::Lost)?,
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
        let is_good = |found: &OneTime| {
            found.expires_at > now && kinds.iter().any(|kind| kind.name() == found.kind) && found.attempts < TRIES
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
                    let Some(found) = one_time::of_user(tx, user.id, kind.name()).await?.filter(is_good) else {
                        continue;
                    };
                    let expected = found.code_hash.clone().unwrap_or_default();
                    // Hashes: the time of comparing them tells nothing of the code.
                    if code_hash(&user, code).as_ref() == expected {
                        return Ok(found);
                    }
                    one_time::missed(tx, found.id).await?;
                }
                Err(Refusal::CodeExpired)
            }
        }
    }

    async fn addressee(&self, tx: &mut Tx, kind: Kind, email: &str) -> Result<Option<User>, Refusal> {
        if kind == Kind::EmailChange
            && let Some(found) = one_time::of_new_email(tx, email).await?
        {
            return Ok(users::get(tx, found.user).await?);
        }
        Ok(users::by_email(tx, email).await?)
    }

    /// Does what was confirmed. Nothing else that was mailed to the person is worth anything afterwards.
    async fn redeem(&self, tx: &mut Tx, found: &OneTime) -> Result<(), Refusal> {
        let now = self.clock.now();
        let user = users::get(tx, found.user).await?.ok_or(Refusal::LinkExpired)?;
        if super::sessions::is_banned(&user, now) {
            return Err(Refusal::Banned);
        }
        one_time::forget(tx, found.user).await?;
        let new_email = payload(found).new_email;
        let app_meta = user.is_anonymous.then(|| self.fresh_meta());
        let change =
            Change { email: new_email.as_deref(), confirmed: true, app_meta: app_meta.as_ref(), ..Change::default() };
        Ok(users::update(tx, found.user, &change, now).await?)
    }
}

fn payload(found: &OneTime) -> Payload {
    serde_json::from_value(found.payload.clone()).unwrap_or_default()
}

fn hash(text: &str) -> digest::Digest {
    digest::digest(&digest::SHA256, text.as_bytes())
}

/// Bound to its person: two people may be mailed the same six digits.
fn code_hash(user: &User, code: &str) -> digest::Digest {
    hash(&format!("{}:{code}", user.id))
}

/// What administration is told of a mail that it sends itself.
pub fn link_properties(mailed: &Mailed, word: &str, redirect_to: &str) -> Value {
    json!({
        "action_link": mailed.link,
        "email_otp": mailed.code,
        "hashed_token": mailed.token,
        "verification_type": word,
        "redirect_to": redirect_to,
    })
}
