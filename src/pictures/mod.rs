//! Pictures of events: taken from anybody who may draft, made anew, kept in the database.
//!
//! Promises: no byte of an upload is ever shown to a guest; what is kept is a picture that we wrote ourselves, without the
//! place and the camera that a photograph tells (EXIF); a picture that is too large to decode safely is refused before it is
//! decoded; the work is done off the async threads, a few pictures at once.
//!
//! Every channel takes pictures the same way: the web by `POST /files`, a chat by [`port::Door::keep_picture`]; both give an
//! address that goes into the draft's `imageUrl`.

pub mod remake;

use tokio::sync::Semaphore;
use uuid::Uuid;

use self::remake::{Remade, Unfit};
use crate::domain::event_draft::image_url;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::files;

/// The largest upload, in bytes. The panel makes photographs smaller before it sends them.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// All that one person's pictures may take in the database, in bytes.
const MOST_OF_PERSON: i64 = 60 * 1024 * 1024;
/// Each takes up to 200 MB for about half a second of one core.
const AT_ONCE: usize = 2;

/// Keeps pictures.
pub struct Pictures {
    store: Store,
    places: Semaphore,
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
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was lost.
    #[error("the picture could not be worked on")]
    Lost,
}

impl Pictures {
    /// Keeps pictures in this database.
    pub fn new(store: Store) -> Self {
        Self { store, places: Semaphore::new(AT_ONCE) }
    }

    /// Makes an uploaded picture anew and keeps it as `owner`'s. Its address for the draft's `imageUrl`; the same picture
    /// again has the same address.
    ///
    /// # Errors
    /// Why it was not kept, in words for people.
    pub async fn keep(&self, owner: Uuid, upload: Vec<u8>) -> Result<String, NotKept> {
        if upload.len() > MOST_BYTES {
            return Err(Unfit::TooHeavy.into());
        }
        let remade = {
            let _place = self.places.acquire().await.map_err(|_| NotKept::Lost)?;
            tokio::task::spawn_blocking(move || remake::remake(&upload)).await.map_err(|_| NotKept::Lost)??
        };
        let Remade { jpeg, .. } = remade;
        let mut tx = self.store.begin(Actor::Server).await?;
        let id = match files::keep(&mut tx, owner, "image/jpeg", &jpeg, MOST_OF_PERSON).await? {
            files::Kept::As(id) => id,
            files::Kept::NoRoom => return Err(NotKept::Full),
        };
        tx.commit().await.map_err(StoreError::from)?;
        Ok(image_url(id))
    }
}
