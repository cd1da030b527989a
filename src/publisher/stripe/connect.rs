//! Connect: an organizer's way to an account of their own at Stripe and back (ruling C-46).
//!
//! Promises: a way is bound to a person, to the conversation it began in and to the browser that went, is used once and runs out;
//! whoever comes back any other way changes nothing. What an account can do is what Stripe says of it, never what an address
//! says. Without a key there is only Stripe's own page (ruling C-72).

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::account::{self, Account};
use super::{Form, Stripe, idempotency_key};
use crate::domain::clock::{Clock, Ids};
use crate::domain::fees::{Fee, Fees};
use crate::domain::money::Currency;
use crate::domain::outcome::Sessions;
use crate::domain::person::Person;
use crate::publisher::error::Trouble;
use crate::publisher::{Ground, notices};
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::stripe_accounts::{self, NewWay, Way};

/// Where somebody goes who wants to be paid while this server has no key.
pub const STRIPE_ITSELF: &str = "https://connect.stripe.com/";
/// How long a way may take, in seconds: people look for their papers.
pub const WAY_LIFE_S: i32 = 2 * 3600;
/// The address of the way back.
pub const RETURN_PATH: &str = "/connect/stripe/return";
/// The address that Stripe sends people to whose link was used up.
pub const AGAIN_PATH: &str = "/connect/stripe/again";

/// How organizers connect.
pub struct Connect {
    pub(in crate::publisher) store: Store,
    pub(in crate::publisher) clock: Arc<dyn Clock>,
    pub(in crate::publisher) ids: Arc<dyn Ids>,
    pub(in crate::publisher) node: String,
    pub(in crate::publisher) public_url: String,
    pub(in crate::publisher) stripe: Option<Arc<Stripe>>,
    pub(in crate::publisher) fees: Fees,
    pub(in crate::publisher) sessions: Arc<dyn Sessions>,
    /// Who is told of dead letters.
    pub(in crate::publisher) operator: Option<String>,
}

/// A way that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where to go.
    pub url: String,
    /// What the browser keeps until it comes back; `None`: nobody comes back.
    pub browser: Option<String>,
}

/// What came back in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Returned {
    /// The way.
    #[serde(default)]
    pub state: String,
    /// What an account is asked for by (OAuth).
    #[serde(default)]
    pub code: Option<String>,
    /// Why there is none, such as `access_denied` (OAuth).
    #[serde(default)]
    pub error: Option<String>,
}

/// How a way ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There is an account.
    Connected,
    /// Its owner turned back.
    Declined,
    /// Stripe did not say what was asked; going again helps.
    Unanswered,
    /// The account is connected to somebody else here.
    Taken,
    /// The way is over, too old, another browser's, or was never begun.
    Over,
}

#[derive(Debug, Deserialize)]
struct Link {
    url: String,
}

#[derive(Debug, Deserialize)]
struct Token {
    stripe_user_id: String,
}

impl Connect {
    /// Where there is no key: Stripe's own page is all there is.
    pub fn without_key(ground: Ground, fees: Fees) -> Self {
        let Ground { store, clock, ids, node, public_url, sessions } = ground;
        Self { store, clock, ids, node, public_url, stripe: None, fees, sessions, operator: None }
    }

    /// What a card payment in this currency costs.
    pub fn fee(&self, currency: Currency) -> Fee {
        self.fees.of(currency)
    }

    /// Payments can be set up on this server.
    pub fn is_set_up(&self) -> bool {
        self.stripe.is_some()
    }

    /// Begins a way for this person.
    ///
    /// # Errors
    /// When Stripe or the database does not answer; nothing was begun.
    pub async fn begin(&self, person: &Person, session: Option<Uuid>) -> Result<Begun, Trouble> {
        let Some(stripe) = &self.stripe else {
            return Ok(Begun { url: STRIPE_ITSELF.to_owned(), browser: None });
        };
        let (state, browser) = (self.ids.token(), self.ids.token());
        let client = stripe.options.client_id.clone();
        let account = if client.is_some() { None } else { Some(self.account(stripe, person).await?) };
        let way = NewWay {
            state: &seal(&state),
            browser: &seal(&browser),
            user: person.id,
            session,
            account: account.as_deref(),
            life_s: WAY_LIFE_S,
        };
        let mut tx = self.store.begin(Actor::Server).await?;
        stripe_accounts::begin(&mut tx, &way).await?;
        tx.commit().await.map_err(StoreError::from)?;
        let url = match (client, account) {
            (Some(client), _) => self.authorize(stripe, &client, &state, person)?,
            (None, Some(account)) => self.link(stripe, &account, &state).await?,
            (None, None) => return Err(Trouble::fail("there is no way to Stripe")),
        };
        Ok(Begun { url, browser: Some(browser) })
    }

    /// Where to go on whose link was used up or ran out; `None`: the way is over.
    ///
    /// # Errors
    /// When Stripe or the database does not answer.
    pub async fn again(&self, state: &str, browser: &str) -> Result<Option<String>, Trouble> {
        let Some(stripe) = &self.stripe else { return Ok(None) };
        let mut tx = self.store.begin(Actor::Server).await?;
        let way = stripe_accounts::open(&mut tx, &seal(state), &seal(browser)).await?;
        drop(tx);
        match way.and_then(|way| way.account) {
            Some(account) => Ok(Some(self.link(stripe, &account, state).await?)),
            None => Ok(None),
        }
    }

    /// Ends a way.
    ///
    /// # Errors
    /// When the database does not answer; the way stays open.
    pub async fn end(&self, returned: &Returned, browser: &str) -> Result<Ended, StoreError> {
        let Some(stripe) = &self.stripe else { return Ok(Ended::Over) };
        let mut tx = self.store.begin(Actor::Server).await?;
        let way = stripe_accounts::end(&mut tx, &seal(&returned.state), &seal(browser)).await?;
        tx.commit().await?;
        let Some(way) = way else { return Ok(Ended::Over) };
        let account = match (&way.account, &returned.code) {
            (Some(account), _) => account.clone(),
            (None, Some(code)) if returned.error.is_none() => match token(stripe, code).await {
                Ok(token) => token.stripe_user_id,
                Err(trouble) => {
                    tracing::warn!(action = "stripe_connect", error.code = "STRIPE_API_ERROR", error = %trouble);
                    return Ok(Ended::Unanswered);
                }
            },
            (None, _) => return Ok(Ended::Declined),
        };
        self.keep(stripe, &way, &account).await
    }

    /// The account is this person's from now on, and where it stands is looked up.
    async fn keep(&self, stripe: &Stripe, way: &Way, id: &str) -> Result<Ended, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        if !stripe_accounts::keep(&mut tx, id, way.user).await? {
            return Ok(Ended::Taken);
        }
        // Whatever becomes of this look, the queue looks until Stripe has answered.
        account::look_later(&mut tx, id, way.user, self.clock.now()).await?;
        tx.commit().await?;
        let asked_at = account::asked_at(self.clock.as_ref());
        match account::get(stripe, id).await {
            Ok(account) => self.stand(way, account, asked_at).await?,
            Err(trouble) => {
                tracing::warn!(action = "stripe_connect", error.code = "STRIPE_API_ERROR", error = %trouble);
            }
        }
        Ok(Ended::Connected)
    }

    async fn stand(&self, way: &Way, account: Account, asked_at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let notice = account::stand(&mut tx, account, way.session, asked_at, &self.node).await?;
        tx.commit().await?;
        notices::hand_over(self.sessions.as_ref(), notice);
        Ok(())
    }

    /// This person's account, made when there is none.
    async fn account(&self, stripe: &Stripe, person: &Person) -> Result<String, Trouble> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let known = stripe_accounts::of_user(&mut tx, person.id).await?;
        drop(tx);
        if let Some(known) = known {
            return Ok(known.id);
        }
        let mut form: Form = vec![
            ("type".to_owned(), "express".to_owned()),
            ("capabilities[card_payments][requested]".to_owned(), "true".to_owned()),
            ("capabilities[transfers][requested]".to_owned(), "true".to_owned()),
            ("metadata[user_id]".to_owned(), person.id.to_string()),
        ];
        form.extend(person.email.clone().map(|email| ("email".to_owned(), email)));
        form.extend(person.country.clone().map(|country| ("country".to_owned(), country)));
        let user = person.id.to_string();
        let ask = async |round: &str| {
            stripe.post::<Account>("/v1/accounts", &form, &idempotency_key(&["account", &user, round])).await
        };
        let account = match ask("0").await {
            // Stripe remembers its own failure under the first key.
            Err(Trouble::Retry { new_key: true, .. }) => ask("1").await?,
            answer => answer?,
        };
        let mut tx = self.store.begin(Actor::Server).await?;
        self.keep_made(&mut tx, &account.id, person.id).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(account.id)
    }

    async fn keep_made(&self, tx: &mut Tx, id: &str, user: Uuid) -> Result<(), Trouble> {
        let kept = stripe_accounts::keep(tx, id, user).await?;
        if kept { Ok(()) } else { Err(Trouble::fail("Stripe answered with somebody else's account")) }
    }

    /// A page of Stripe's where the owner of an account tells what Stripe must know. Good for one visit within minutes.
    async fn link(&self, stripe: &Stripe, account: &str, state: &str) -> Result<String, Trouble> {
        let back = |path: &str| format!("{}{path}?state={state}", self.public_url);
        let form: Form = vec![
            ("account".to_owned(), account.to_owned()),
            ("type".to_owned(), "account_onboarding".to_owned()),
            ("refresh_url".to_owned(), back(AGAIN_PATH)),
            ("return_url".to_owned(), back(RETURN_PATH)),
        ];
        // Each link is another one, so each has a key of its own.
        let key = idempotency_key(&["account_link", &self.ids.token()]);
        Ok(stripe.post::<Link>("/v1/account_links", &form, &key).await?.url)
    }

    /// Stripe's page where the owner of an account lets us in (OAuth).
    fn authorize(&self, stripe: &Stripe, client: &str, state: &str, person: &Person) -> Result<String, Trouble> {
        let back = format!("{}{RETURN_PATH}", self.public_url);
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("scope", "read_write"),
            ("state", state),
            ("redirect_uri", &back),
        ];
        query.extend(person.email.as_deref().map(|email| ("stripe_user[email]", email)));
        let url = format!("{}/oauth/authorize", stripe.options.connect_base);
        let url = reqwest::Url::parse_with_params(&url, query);
        url.map(String::from).map_err(|error| Trouble::fail(format!("STRIPE_CONNECT_BASE: {error}")))
    }
}

/// The account that a code of OAuth stands for. A code works once.
async fn token(stripe: &Stripe, code: &str) -> Result<Token, Trouble> {
    let form: Form = vec![
        ("grant_type".to_owned(), "authorization_code".to_owned()),
        ("code".to_owned(), code.to_owned()),
        ("client_secret".to_owned(), stripe.options.key.expose_secret().to_owned()),
    ];
    stripe.ask(&format!("{}/oauth/token", stripe.options.connect_base), &form).await
}

/// The hash by which a secret of ours is known.
fn seal(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
