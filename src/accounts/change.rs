//! What somebody changes about their own account; a guest who gives an address becomes an organizer and keeps everything.
//!
//! Promises: where addresses are confirmed by mail, an address that has an account is answered like a free one, in the same time,
//! and what was mailed before ends all the same; the address that somebody had is told of the one that takes its place, and may take it
//! back for a day (docs/decisions/0051).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Accounts;
use super::alike::in_steps;
use super::mailed::{Kind, Pkce};
use super::refusal::Refusal;
use super::sessions::{Origin, SignedIn};
use super::sign_in::{address, place};
use crate::store::accounts::users::{self, Change, User};
use crate::store::accounts::{one_time, sign_ins};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;

/// Changes from one place within a window.
const CHANGES: u32 = 100;
/// That window, in seconds.
const WINDOW_S: i64 = 300;

/// What is to change, once each part was looked at.
struct Checked {
    /// A new address, where it is not theirs already.
    email: Option<String>,
    /// The hash of a new password.
    hash: Option<String>,
    phone: Option<String>,
}

/// What is to change.
#[derive(Default)]
pub struct Wishes<'a> {
    /// A new address.
    pub email: Option<&'a str>,
    /// A new password.
    pub password: Option<&'a str>,
    /// A phone number for notices (R10).
    pub phone: Option<&'a str>,
    /// Laid over what they said about themselves; null removes.
    pub data: Option<&'a Map<String, Value>>,
    /// How a mailed link leads back.
    pub pkce: Option<Pkce>,
    /// Where a mailed link leads.
    pub redirect_to: Option<&'a str>,
}

impl Accounts {
    /// Changes somebody's own account. The person as they are afterwards.
    ///
    /// # Errors
    /// What is wrong with a wish; as for [`Accounts::signed_in`]; [`Refusal::EmailExists`] where addresses are not confirmed by mail;
    /// [`Refusal::TooFast`], [`Refusal::MailedJustNow`] for too many from one place or for one address.
    pub async fn change(
        &self,
        authorization: Option<&str>,
        wishes: Wishes<'_>,
        origin: &Origin,
    ) -> Result<(User, Option<String>), Refusal> {
        let signed = self.signed_in(authorization).await?;
        let SignedIn { user, .. } = &signed;
        self.guard.count(&["change", &place(origin)], CHANGES, WINDOW_S, self.clock.now()).map_err(Refusal::TooFast)?;
        let email = wishes.email.filter(|email| !email.is_empty()).map(address).transpose()?;
        let email = email.filter(|email| user.email.as_deref() != Some(email));
        let hash = match wishes.password.filter(|password| !password.is_empty()) {
            Some(password) => Some(self.new_password(user, password, email.is_some()).await?),
            None => None,
        };
        let phone = wishes.phone.filter(|phone| !phone.is_empty()).map(phone_number).transpose()?;

        let is_mailed = email.is_some() && !self.options.autoconfirm;
        if let Some(to) = email.as_deref().filter(|_| is_mailed) {
            // Before anybody is looked up: an address that is known is refused like one that is not.
            self.not_everybody(origin)?;
            self.not_again(Kind::EmailChange.name(), to)?;
        }
        let work = Box::pin(self.make(&signed, wishes, Checked { email, hash, phone }, origin));
        if is_mailed { in_steps(work).await } else { work.await }
    }

    async fn make(
        &self,
        signed: &SignedIn,
        wishes: Wishes<'_>,
        Checked { email, hash, phone }: Checked,
        origin: &Origin,
    ) -> Result<(User, Option<String>), Refusal> {
        let now = self.clock.now();
        let at_once = email.as_deref().filter(|_| self.options.autoconfirm);
        let waiting = email.as_deref().filter(|_| !self.options.autoconfirm);
        let mut tx = self.store.begin(Actor::Server).await?;
        let user = self.still_signed_in(&mut tx, signed).await?;
        let data = wishes.data.map(|data| merged(&user.user_meta, data));
        if let Some(new) = at_once
            && self.is_taken(&mut tx, new, &user).await?
        {
            return Err(Refusal::EmailExists);
        }
        if hash.is_some() {
            one_time::forget(&mut tx, user.id, Some(Kind::EmailBack.name())).await?;
        }
        if let Some(to) = waiting {
            self.mail_change(&mut tx, &user, to, wishes.redirect_to, wishes.pkce).await?;
        }
        if let Some(new) = at_once {
            self.tell_old(&mut tx, &user, new).await?;
        }
        let app_meta = (at_once.is_some() && user.is_anonymous).then(|| self.fresh_meta());
        let change = Change {
            email: at_once,
            confirmed: at_once.is_some(),
            phone: phone.as_deref(),
            password: hash.as_deref(),
            app_meta: app_meta.as_ref(),
            user_meta: data.as_ref(),
            ..Change::default()
        };
        users::update(&mut tx, user.id, &change, now).await?;
        if hash.is_some() {
            sign_ins::end_all(&mut tx, user.id, Some(signed.session)).await?;
        }
        let more = json!({"email": at_once.is_some() || waiting.is_some(), "password": hash.is_some(), "phone": phone.is_some()});
        self.note(&mut tx, Some(user.id), "user_updated", &more, origin).await?;
        let user = users::get(&mut tx, user.id).await?.ok_or(Refusal::NobodySigned)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok((user, waiting.map(str::to_owned)))
    }

    /// Mails to the address that is to take the place of another. Where it is taken nobody is mailed, and all else is as if somebody were:
    /// an earlier mail is worth nothing any longer, and wrong codes count on. Whoever asks learns nothing by it.
    pub(super) async fn mail_change(
        &self,
        tx: &mut Tx,
        user: &User,
        to: &str,
        redirect_to: Option<&str>,
        pkce: Option<Pkce>,
    ) -> Result<(), Refusal> {
        if self.is_taken(tx, to, user).await? {
            // A link and a code that nobody hears of.
            self.one_time(tx, user, Kind::EmailChange, to, redirect_to, pkce).await?;
        } else {
            self.mail(tx, user, Kind::EmailChange, to, redirect_to, pkce).await?;
        }
        Ok(())
    }

    /// The address is somebody else's, or was until today.
    async fn is_taken(&self, tx: &mut Tx, email: &str, user: &User) -> Result<bool, Refusal> {
        let known = users::by_email(tx, email).await?;
        Ok(known.is_some() || one_time::is_held(tx, email, Some(user.id), self.clock.now()).await?)
    }

    async fn new_password(&self, user: &User, password: &str, gets_address: bool) -> Result<String, Refusal> {
        if user.is_anonymous && !gets_address {
            return Err(Refusal::GuestPassword);
        }
        let hash = self.passwords.hash(password, self.ids.id().into_bytes()).await?;
        if user.password.is_some() && self.passwords.fits(password, user.password.as_deref()).await? {
            return Err(Refusal::SamePassword);
        }
        Ok(hash)
    }

    /// Moves a guest's drafts to somebody who signed in (ruling C-63). How many came along.
    ///
    /// # Errors
    /// [`Refusal::NoAuthorization`] when one of the two is not who they must be.
    pub async fn claim(&self, user: Uuid, guest_token: &str, origin: &Origin) -> Result<i32, Refusal> {
        let guest = self.signed_in_by(guest_token).await?.user;
        if !guest.is_anonymous {
            return Err(Refusal::invalid("The token is not that of a guest"));
        }
        let mut tx = self.store.begin(Actor::Server).await?;
        let moved = users::move_drafts(&mut tx, guest.id, user).await?;
        self.note(&mut tx, Some(user), "guest_claimed", &json!({"guest_id": guest.id, "sessions": moved}), origin)
            .await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(moved)
    }
}

/// Lays `data` over what is there; null removes.
pub(super) fn merged(known: &Value, data: &Map<String, Value>) -> Value {
    let mut all = known.as_object().cloned().unwrap_or_default();
    for (name, value) in data {
        if value.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    Value::Object(all)
}

/// E.164: up to fifteen digits, after a plus sign that may be left out.
pub(super) fn phone_number(text: &str) -> Result<String, Refusal> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !"-().".contains(*c)).collect();
    let digits = digits.strip_prefix('+').unwrap_or(&digits);
    let is_number =
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.chars().all(|c| c.is_ascii_digit());
    if is_number {
        Ok(format!("+{digits}"))
    } else {
        Err(Refusal::invalid("Invalid phone number format (E.164 required)"))
    }
}
