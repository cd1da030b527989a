//! Doors: checking in, by the organizer or by whoever has the link of a door.
//!
//! Promises: a link opens one event's check-in until it is taken back or the event is over, and shows nobody's address.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::organizer::Scanned;
use super::{SaleError, Sales};
use crate::domain::order_link;
use crate::store::database::Actor;
use crate::store::door_links::{self, DoorLink};
use crate::store::error::StoreError;
use crate::store::guests::{self, AtDoor, Scan, Told};

/// Scans that are taken at once.
const SCANS: usize = 500;
/// The longest name of a door, in characters.
const NAME_CHARS: usize = 60;

impl Sales {
    /// What a door has to know before it may lose its network.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for another's event.
    pub async fn door(&self, who: Actor<'_>, event: Uuid) -> Result<(String, Vec<AtDoor>), SaleError> {
        let mut tx = self.store.begin(who).await?;
        let (name, _) = guests::own_event(&mut tx, event).await?.ok_or(SaleError::NotFound)?;
        Ok((name, guests::at_door(&mut tx, event).await?))
    }

    /// Takes scans, those made without a network included. Each ticket lets its guest in once.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for another's event; [`SaleError::NotNow`] for too many at once.
    pub async fn check_in(&self, who: Actor<'_>, event: Uuid, scans: &[Scanned]) -> Result<Vec<Told>, SaleError> {
        drop(self.mine(who, event).await?);
        self.scan(event, scans, "").await
    }

    /// Makes a link for a door. Returns its id and what stands in it, which is not known again.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for another's event; [`SaleError::NotNow`] without a fitting name.
    pub async fn make_door_link(&self, who: Actor<'_>, event: Uuid, name: &str) -> Result<(Uuid, String), SaleError> {
        let name = name.trim();
        if !(1..=NAME_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(SaleError::NotNow);
        }
        let mut tx = self.mine(who, event).await?;
        let (id, token) = (self.ids.id(), self.ids.token() + &self.ids.token());
        if !door_links::add(&mut tx, id, event, name, &hash(&token)).await? {
            return Err(SaleError::Enough);
        }
        tx.commit().await.map_err(StoreError::from)?;
        tracing::info!(action = "door_link", event.id = %event);
        Ok((id, token))
    }

    /// The links of an event's doors.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for another's event.
    pub async fn door_links(&self, who: Actor<'_>, event: Uuid) -> Result<Vec<DoorLink>, SaleError> {
        let mut tx = self.mine(who, event).await?;
        Ok(door_links::list(&mut tx, event).await?)
    }

    /// Takes a link back: it opens nothing from now on.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] when there is none.
    pub async fn remove_door_link(&self, who: Actor<'_>, event: Uuid, link: Uuid) -> Result<(), SaleError> {
        let mut tx = self.mine(who, event).await?;
        if !door_links::remove(&mut tx, event, link).await? {
            return Err(SaleError::NotFound);
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// What a door with a link has to know: its name, the event's, and the tickets.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for a link that opens nothing.
    pub async fn door_of_link(&self, token: &str) -> Result<(String, String, Vec<AtDoor>), SaleError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let door = door_links::event_of(&mut tx, &hash(token)).await?.ok_or(SaleError::NotFound)?;
        let tickets = guests::at_door(&mut tx, door.event).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok((door.name, door.event_name, tickets))
    }

    /// Takes scans of a door with a link.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for a link that opens nothing; [`SaleError::NotNow`] for too many at once.
    pub async fn check_in_by_link(&self, token: &str, scans: &[Scanned]) -> Result<Vec<Told>, SaleError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let door = door_links::event_of(&mut tx, &hash(token)).await?.ok_or(SaleError::NotFound)?;
        tx.commit().await.map_err(StoreError::from)?;
        self.scan(door.event, scans, &door.name).await
    }

    async fn scan(&self, event: Uuid, scans: &[Scanned], usual_door: &str) -> Result<Vec<Told>, SaleError> {
        if scans.len() > SCANS {
            return Err(SaleError::NotNow);
        }
        // Always in one order, so that two doors that send the same tickets wait for each other and not for ever.
        let mut sorted: Vec<&Scanned> = scans.iter().collect();
        sorted.sort_by_key(|scan| (scan.at, scan.id));
        let mut told = Vec::with_capacity(scans.len());
        for scanned in sorted {
            let code = order_link::read_code(&scanned.code).unwrap_or_default();
            // What a phone sends again and again must not fail for what its door is called.
            let door: String = scanned.door.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
            let door = if door.is_empty() { usual_door.to_owned() } else { door };
            let scan = Scan { id: scanned.id, code, at: scanned.at, door };
            let mut tx = self.store.begin(Actor::Server).await?;
            told.push(if scanned.undo {
                let done = guests::undo(&mut tx, event, &scan).await?;
                let result = if done { "undone" } else { "unknown" };
                Told {
                    id: scan.id,
                    result: result.to_owned(),
                    name: None,
                    kind: None,
                    first_at: None,
                    first_door: None,
                }
            } else {
                guests::check_in(&mut tx, event, &scan).await?
            });
            tx.commit().await.map_err(StoreError::from)?;
        }
        Ok(told)
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
