//! Pictures of events: taken from anybody who may draft, made anew, kept in the database.
//!
//! Promises: no byte of an upload is ever shown to a guest; what is kept is a picture that we wrote ourselves, without the
//! place and the camera that a photograph tells (EXIF); a picture that is too large to decode safely is refused before it is
//! decoded; the work is done off the async threads, a few pictures at once; guests, who cost nothing to make, cannot fill the
//! disk, however many they are.
//!
//! Every channel takes pictures the same way: the web by `POST /files`, a chat by [`port::Door::keep_picture`]; both give an
//! address that goes into the draft's `imageUrl`.

pub mod remake;

use tokio::sync::Semaphore;
use uuid::Uuid;

use self::remake::{Remade, Unfit};
use crate::domain::event_draft::image_url;
use crate::domain::person::{Person, Role};
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::files;

/// The largest upload, in bytes. The panel makes photographs smaller before it sends them.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// All that one person's pictures may take in the database, in bytes.
const MOST_OF_PERSON: i64 = 60 * 1024 * 1024;
/// The same of a guest, unless it is set otherwise.
const MOST_OF_GUEST: i64 = 6 * 1024 * 1024;
/// All that the pictures of all guests may take, unless it is set otherwise.
const MOST_OF_GUESTS: i64 = 2000 * 1024 * 1024;
/// Each takes up to 200 MB for about half a second of one core.
const AT_ONCE: usize = 2;

/// Keeps pictures.
pub struct Pictures {
    store: Store,
    room: Room,
    places: Semaphore,
}

/// What guests' pictures may take in the database, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Those of one guest.
    pub guest: i64,
    /// Those of all guests together.
    pub guests: i64,
}

impl Default for Room {
    fn default() -> Self {
        Self { guest: MOST_OF_GUEST, guests: MOST_OF_GUESTS }
    }
}

impl Room {
    /// As it is set, in MB; 0 takes a bound away.
    pub fn of_mb(guest: u32, guests: u32) -> Self {
        let bytes = |mb: u32| i64::from(mb) * 1024 * 1024;
        Self {
            guest: if guest == 0 { MOST_OF_PERSON } else { bytes(guest).min(MOST_OF_PERSON) },
            guests: if guests == 0 { i64::MAX } else { bytes(guests) },
        }
    }
}

/// Why a picture was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is no picture that we can show.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// This person's pictures take all the room they may.
    #[error("You have many pictures here already. Please remove some of your drafts first.")]
    Full,
    /// The pictures of all guests take all the room they may.
    #[error("Guests cannot bring more pictures at the moment. Please sign in, then bring it again.")]
    GuestsFull,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was lost.
    #[error("the picture could not be worked on")]
    Lost,
}

impl Pictures {
    /// Keeps pictures in this database, with this room for guests.
    pub fn new(store: Store, room: Room) -> Self {
        Self { store, room, places: Semaphore::new(AT_ONCE) }
    }

    /// Makes an uploaded picture anew and keeps it as `owner`'s. Its address for the draft's `imageUrl`; the same picture
    /// again has the same address.
    ///
    /// # Errors
    /// Why it was not kept, in words for people.
    pub async fn keep(&self, owner: &Person, upload: Vec<u8>) -> Result<String, NotKept> {
        if upload.len() > MOST_BYTES {
            return Err(Unfit::TooHeavy.into());
        }
        let remade = {
            let _place = self.places.acquire().await.map_err(|_| NotKept::Lost)?;
            tokio::task::spawn_blocking(move || remake::remake(&upload)).await.map_err(|_| NotKept::Lost)??
        };
        let Remade { jpeg, .. } = remade;
        let mut tx = self.store.begin(Actor::Server).await?;
        let mut kept = self.keep_within(&mut tx, owner, &jpeg).await;
        // What nothing of theirs shows any more makes room for what they bring now.
        if matches!(kept, Err(NotKept::GuestsFull)) && files::sweep(&mut tx, owner.id).await? > 0 {
            kept = self.keep_within(&mut tx, owner, &jpeg).await;
        }
        let id = kept?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(image_url(id))
    }

    /// Keeps a picture if there is room for it; where there is none, the transaction must not be kept.
    async fn keep_within(&self, tx: &mut Tx, owner: &Person, jpeg: &[u8]) -> Result<Uuid, NotKept> {
        let is_guest = owner.role == Role::Guest;
        let most = if is_guest { self.room.guest } else { MOST_OF_PERSON };
        let files::Kept::As(id) = files::keep(tx, owner.id, "image/jpeg", jpeg, most).await? else {
            return Err(NotKept::Full);
        };
        // Weighed with it: one that was here already adds nothing.
        if is_guest && !files::guests_fit(tx, self.room.guests).await? {
            return Err(NotKept::GuestsFull);
        }
        Ok(id)
    }
}
