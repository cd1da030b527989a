//! What administration does with other people's accounts: only with the server's own key.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Accounts;
use super::caller::Caller;
use super::change::{merged, phone_number};
use super::mailed::{Kind, Mailed};
use super::refusal::Refusal;
use super::sessions::Origin;
use super::sign_in::address;
use crate::store::accounts::sign_ins;
use crate::store::accounts::users::{self, Ban, Change, NewUser, User};
use crate::store::database::Actor;
use crate::store::error::StoreError;

/// What administration says about somebody.
#[derive(Default)]
pub struct Orders<'a> {
    /// Their address.
    pub email: Option<&'a str>,
    /// Their password.
    pub password: Option<&'a str>,
    /// Their phone number.
    pub phone: Option<&'a str>,
    /// Their address counts.
    pub email_confirm: bool,
    /// Laid over what is said about them.
    pub app_metadata: Option<&'a Map<String, Value>>,
    /// Laid over what they say about themselves.
    pub user_metadata: Option<&'a Map<String, Value>>,
    /// Such as `24h`, or `none`.
    pub ban_duration: Option<&'a str>,
}

impl Accounts {
    /// Lets nobody on but the server itself.
    ///
    /// # Errors
    /// [`Refusal::NoAuthorization`], [`Refusal::NotAdmin`], [`Refusal::BadToken`].
    pub async fn only_admin(&self, authorization: Option<&str>, apikey: Option<&str>) -> Result<(), Refusal> {
        if authorization.is_none() && apikey.is_none() {
            return Err(Refusal::NoAuthorization);
        }
        match self.caller(authorization, apikey).await? {
            Caller::Service => Ok(()),
            Caller::Anybody | Caller::Person(_) => Err(Refusal::NotAdmin),
        }
    }

    /// Makes somebody.
    ///
    /// # Errors
    /// [`Refusal::EmailExists`]; what is wrong with an order.
    pub async fn admin_create(&self, id: Option<Uuid>, orders: &Orders<'_>, origin: &Origin) -> Result<User, Refusal> {
        let email = address(
            orders.email.ok_or_else(|| Refusal::invalid("Cannot create a user without either an email or phone"))?,
        )?;
        let hash = match orders.password {
            Some(password) => Some(self.passwords.hash(password, self.ids.id().into_bytes()).await?),
            None => None,
        };
        let phone = orders.phone.filter(|phone| !phone.is_empty()).map(phone_number).transpose()?;
        let nothing = Map::new();
        let app_meta = merged(&self.fresh_meta(), orders.app_metadata.unwrap_or(&nothing));
        let user_meta = merged(&json!({}), orders.user_metadata.unwrap_or(&nothing));
        let new = NewUser {
            id: id.unwrap_or_else(|| self.ids.id()),
            email: Some(&email),
            phone: phone.as_deref(),
            password: hash.as_deref(),
            confirmed: orders.email_confirm || self.options.autoconfirm,
            app_meta: &app_meta,
            user_meta: &user_meta,
            is_anonymous: false,
        };
        let now = self.clock.now();
        let mut tx = self.store.begin(Actor::Server).await?;
        users::insert(&mut tx, &new, now).await?;
        if orders.ban_duration.is_some() {
            let change = Change { ban: ban(orders.ban_duration, now)?, ..Change::default() };
            users::update(&mut tx, new.id, &change, now).await?;
        }
        self.note(&mut tx, Some(new.id), "user_created", &json!({"by": "service_role"}), origin).await?;
        let user = users::get(&mut tx, new.id).await?.ok_or(Refusal::NobodyThere)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(user)
    }

    /// A page of everybody, and how many there are in all. Pages begin at 1.
    pub async fn admin_list(&self, page: i64, per_page: i64) -> Result<(Vec<User>, i64), Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        Ok(users::list(&mut tx, (page - 1).saturating_mul(per_page), per_page).await?)
    }

    /// Somebody.
    ///
    /// # Errors
    /// [`Refusal::NobodyThere`].
    pub async fn admin_get(&self, id: Uuid) -> Result<User, Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        users::get(&mut tx, id).await?.ok_or(Refusal::NobodyThere)
    }

    /// Changes somebody.
    ///
    /// # Errors
    /// [`Refusal::NobodyThere`], [`Refusal::EmailExists`]; what is wrong with an order.
    pub async fn admin_update(&self, id: Uuid, orders: &Orders<'_>, origin: &Origin) -> Result<User, Refusal> {
        let known = self.admin_get(id).await?;
        let email = orders.email.filter(|email| !email.is_empty()).map(address).transpose()?;
        let email = email.filter(|email| known.email.as_deref() != Some(email));
        let hash = match orders.password {
            Some(password) => Some(self.passwords.hash(password, self.ids.id().into_bytes()).await?),
            None => None,
        };
        let phone = orders.phone.filter(|phone| !phone.is_empty()).map(phone_number).transpose()?;
        let app_meta = orders.app_metadata.map(|meta| merged(&known.app_meta, meta));
        let user_meta = orders.user_metadata.map(|meta| merged(&known.user_meta, meta));
        let now = self.clock.now();
        let ban = ban(orders.ban_duration, now)?;
        let change = Change {
            email: email.as_deref(),
            confirmed: orders.email_confirm || email.is_some(),
            phone: phone.as_deref(),
            password: hash.as_deref(),
            app_meta: app_meta.as_ref(),
            user_meta: user_meta.as_ref(),
            ban,
            ..Change::default()
        };
        let mut tx = self.store.begin(Actor::Server).await?;
        users::update(&mut tx, id, &change, now).await?;
        if hash.is_some() || matches!(ban, Some(Ban::Until(_))) {
            sign_ins::end_all(&mut tx, id, None).await?;
        }
        self.note(&mut tx, Some(id), "user_updated", &json!({"by": "service_role"}), origin).await?;
        let user = users::get(&mut tx, id).await?.ok_or(Refusal::NobodyThere)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(user)
    }

    /// Removes somebody with all that is theirs; the security log keeps its lines without them (ruling C-27).
    ///
    /// # Errors
    /// [`Refusal::NobodyThere`].
    pub async fn admin_delete(&self, id: Uuid, origin: &Origin) -> Result<(), Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        if !users::delete(&mut tx, id).await? {
            return Err(Refusal::NobodyThere);
        }
        self.note(&mut tx, None, "user_deleted", &json!({"user_id": id, "by": "service_role"}), origin).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// A link for somebody that administration sends itself. An invitation makes its person. The person, the link, and the word
    /// under which it is verified.
    ///
    /// # Errors
    /// [`Refusal::NobodyThere`], [`Refusal::EmailExists`]; for a word that stands for no link.
    pub async fn admin_link(
        &self,
        word: &str,
        orders: &Orders<'_>,
        new_email: Option<&str>,
        redirect_to: Option<&str>,
        origin: &Origin,
    ) -> Result<(User, Mailed, &'static str), Refusal> {
        let kind = match word {
            "signup" | "invite" => Kind::Confirmation,
            "recovery" | "magiclink" => Kind::Recovery,
            "email_change_current" | "email_change_new" | "email_change" => Kind::EmailChange,
            _ => return Err(Refusal::invalid("Invalid email action link type requested")),
        };
        let email = address(orders.email.unwrap_or_default())?;
        let known = {
            let mut tx = self.store.begin(Actor::Server).await?;
            users::by_email(&mut tx, &email).await?
        };
        let user = match (kind, known) {
            (Kind::Confirmation, Some(user)) if user.confirmed_at.is_some() => return Err(Refusal::EmailExists),
            (_, Some(user)) => user,
            (Kind::Confirmation, None) => self.admin_create(None, orders, origin).await?,
            (_, None) => return Err(Refusal::NobodyThere),
        };
        let to = if kind == Kind::EmailChange { address(new_email.unwrap_or_default())? } else { email };
        let mut tx = self.store.begin(Actor::Server).await?;
        let mailed = self.one_time(&mut tx, &user, kind, &to, redirect_to, None).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok((user, mailed, kind.link_type()))
    }
}

/// `none`, or a number of hours, minutes or seconds such as `24h`.
fn ban(duration: Option<&str>, now: Timestamp) -> Result<Option<Ban>, Refusal> {
    let Some(text) = duration else { return Ok(None) };
    if text == "none" {
        return Ok(Some(Ban::Lifted));
    }
    let wrong = || Refusal::invalid("invalid format for ban duration: say none, or a number with h, m or s");
    let number = text.trim_end_matches(['h', 'm', 's']).parse::<i32>().map_err(|_| wrong())?;
    let span = match text.chars().last() {
        Some('h') => SignedDuration::from_hours(number.into()),
        Some('m') => SignedDuration::from_mins(number.into()),
        Some('s') => SignedDuration::from_secs(number.into()),
        _ => return Err(wrong()),
    };
    Ok(Some(Ban::Until(now.checked_add(span).unwrap_or(Timestamp::MAX))))
}
