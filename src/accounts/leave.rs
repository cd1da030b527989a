//! Deleting one's own account: once more with the password, then for good.

use serde_json::json;
use uuid::Uuid;

use super::Accounts;
use super::refusal::Refusal;
use super::sessions::Origin;
use super::sign_in::place;
use crate::store::accounts::users;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::leaving::{self, Left};

/// A window of wrong passwords, in seconds.
const WINDOW_S: i64 = 300;

impl Accounts {
    /// Whether this is the person's password; somebody without one (a guest) needs none.
    ///
    /// # Errors
    /// [`Refusal::InvalidCredentials`], [`Refusal::TooFast`], [`Refusal::NobodySigned`].
    pub async fn prove_password(&self, user: Uuid, password: Option<&str>, origin: &Origin) -> Result<(), Refusal> {
        let id = user.to_string();
        let place = place(origin);
        let tries = ["leave", id.as_str(), &place];
        self.guard.count(&tries, self.options.password_tries, WINDOW_S, self.clock.now()).map_err(Refusal::TooFast)?;
        let known = {
            let mut tx = self.store.begin(Actor::Server).await?;
            users::get(&mut tx, user).await?.ok_or(Refusal::NobodySigned)?
        };
        let Some(hash) = known.password.as_deref().filter(|hash| !hash.is_empty()) else { return Ok(()) };
        if !self.passwords.fits(password.unwrap_or_default(), Some(hash)).await? {
            return Err(Refusal::InvalidCredentials);
        }
        self.guard.forgive(&tries);
        Ok(())
    }

    /// Removes somebody for good; see [`leaving::leave`] for what stays.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn leave(&self, user: Uuid, origin: &Origin) -> Result<Left, Refusal> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let left = leaving::leave(&mut tx, user).await?;
        for event in &left.called_off {
            self.note(&mut tx, Some(user), "event_cancel", &json!({"event_id": event}), origin).await?;
        }
        self.note(&mut tx, None, "account_deleted", &json!({"events_kept": left.events_kept}), origin).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(left)
    }
}
