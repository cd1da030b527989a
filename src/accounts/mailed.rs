//! What is mailed to be shown once ([`super::shown`]): links and codes that confirm an address, give a lost account back, or change an
//! address, and links that take a changed address back.
//!
//! Promises: a link has 122 random bits; asking for a mail answers alike whether or not the address has an account; mails are counted by
//! address and by the place that asks. They are left for the publisher in the same transaction.

use jiff::{SignedDuration, Timestamp};
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Accounts;
use super::keys::encode;
use super::refusal::Refusal;
use super::sessions::Origin;
use super::sign_in::{address, place};
use crate::store::accounts::mails;
use crate::store::accounts::one_time::{self, NewOneTime, OneTime};
use crate::store::accounts::users::{self, Change, User};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::people;

/// How long a link may be followed.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Between two mails to one address, in seconds.
const GAP_S: i64 = 60;
/// Mails that are asked for from one place within a window.
const MAILS: u32 = 30;
/// That window, in seconds.
const WINDOW_S: i64 = 300;
/// Where a link leads that takes an address back: to choosing a new password.
const BACK_TO: &str = "/reset";
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
    /// The address that was there before takes its place again.
    EmailBack,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
            Self::EmailBack => "email_back",
        }
    }

    /// The word in links. An address that is taken back leads to a new password, as a recovery does.
    pub(super) fn link_type(self) -> &'static str {
        match self {
            Self::Confirmation => "signup",
            Self::Recovery | Self::EmailBack => "recovery",
            Self::EmailChange => "email_change",
        }
    }

    fn mail(self) -> &'static str {
        match self {
            Self::Confirmation => "mail_confirm",
            Self::Recovery => "mail_recovery",
            Self::EmailChange => "mail_email_change",
            Self::EmailBack => "mail_email_changed",
        }
    }

    /// The kinds that GoTrue's word stands for, the likeliest first.
    pub(super) fn of(word: &str) -> Option<&'static [Self]> {
        match word {
            "signup" | "invite" => Some(&[Self::Confirmation]),
            "recovery" => Some(&[Self::Recovery, Self::EmailBack]),
            "magiclink" => Some(&[Self::Recovery]),
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

    pub(super) fn fits(&self, verifier: &str) -> bool {
        let found = if self.method == "plain" { verifier.to_owned() } else { encode(hash(verifier)) };
        hash(&found).as_ref() == hash(&self.challenge).as_ref()
    }
}

/// What stays with something that was mailed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Payload {
    /// The address that takes the place of the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) new_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pkce: Option<Pkce>,
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
        let new_email = matches!(kind, Kind::EmailChange | Kind::EmailBack).then(|| to.to_owned());
        let payload =
            serde_json::to_value(Payload { new_email, pkce }).map_err(|_| super::error::AccountsError::Lost)?;
        let (link_hash, code_hash) = (hash(&token), code_hash(user, &code));
        let new = NewOneTime {
            id: self.ids.id(),
            user: user.id,
            kind: kind.name(),
            link_hash: link_hash.as_ref(),
            // What outlives all else is no six digits.
            code_hash: (kind != Kind::EmailBack).then_some(code_hash.as_ref()),
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

    /// Tells the address that somebody had of the one that takes its place, with a link that takes it back.
    pub(super) async fn tell_old(&self, tx: &mut Tx, user: &User, new: &str) -> Result<(), Refusal> {
        let Some(old) = user.email.as_deref().filter(|_| user.confirmed_at.is_some()) else { return Ok(()) };
        // The first address keeps its link: whoever took the account over may change it twice.
        let told = one_time::of_user(tx, user.id, Kind::EmailBack.name()).await?;
        if told.is_some_and(|told| told.expires_at > self.clock.now()) {
            return Ok(());
        }
        let kind = Kind::EmailBack;
        let mailed = self.one_time(tx, user, kind, old, Some(BACK_TO), None).await?;
        let language = people::language(tx, user.id).await?;
        let payload = json!({"email": old, "item": new, "link": mailed.link, "language": language, "user_id": user.id});
        let dedupe = format!("{}:{}:{}", kind.mail(), user.id, self.ids.id());
        mails::enqueue(tx, Some(user.id), kind.mail(), &payload, &dedupe).await?;
        Ok(())
    }

    /// Mails a way back into an account, if there is one. `Ok` says nothing about that.
    ///
    /// # Errors
    /// [`Refusal::MailedJustNow`] for known and unknown addresses alike; [`Refusal::TooFast`] for too many from one place.
    pub async fn recover(
        &self,
        email: &str,
        redirect_to: Option<&str>,
        pkce: Option<Pkce>,
        origin: &Origin,
    ) -> Result<(), Refusal> {
        let email = address(email)?;
        self.not_everybody(origin)?;
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
        origin: &Origin,
    ) -> Result<(), Refusal> {
        let kind = match word {
            "signup" => Kind::Confirmation,
            "email_change" => Kind::EmailChange,
            "sms" | "phone_change" => return Err(Refusal::NoPhone),
            _ => return Err(Refusal::invalid("Missing one of these types: signup, email_change, sms, phone_change")),
        };
        let email = address(email)?;
        self.not_everybody(origin)?;
        self.not_again(kind.name(), &email)?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let known = users::by_email(&mut tx, &email).await?;
        let waiting = match (kind, &known) {
            (Kind::Confirmation, Some(user)) if user.confirmed_at.is_none() => Some((user.clone(), email.clone())),
            (Kind::EmailChange, _) => self.pending_change(&mut tx, known.as_ref(), &email).await?,
            _ => None,
        };
        if let Some((user, to)) = waiting {
            if kind == Kind::EmailChange {
                self.mail_change(&mut tx, &user, &to, redirect_to, pkce).await?;
            } else {
                self.mail(&mut tx, &user, kind, &to, redirect_to, pkce).await?;
            }
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

    /// A bound on the mails that one place asks for, whatever the addresses.
    pub(super) fn not_everybody(&self, origin: &Origin) -> Result<(), Refusal> {
        self.guard.count(&["mails", &place(origin)], MAILS, WINDOW_S, self.clock.now()).map_err(Refusal::TooFast)
    }
}

pub(super) fn payload(found: &OneTime) -> Payload {
    serde_json::from_value(found.payload.clone()).unwrap_or_default()
}

pub(super) fn hash(text: &str) -> digest::Digest {
    digest::digest(&digest::SHA256, text.as_bytes())
}

/// Bound to its person: two people may be mailed the same six digits.
pub(super) fn code_hash(user: &User, code: &str) -> digest::Digest {
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
