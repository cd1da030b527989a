//! Why the door takes something not: the store, the sessions and the rights in its own words.

use port::{BadPicture, Refusal};

use crate::pictures::NotKept;
use crate::pictures::remake::Unfit;
use crate::store::error::StoreError;
use crate::wizard::directory::Closed;

/// The store's failure in the door's words; the cause goes to the log. Only what may go well by itself is worth another try: the rest
/// would come again for ever, and hold up whatever is behind it.
pub(super) fn unavailable(error: &StoreError) -> Refusal {
    tracing::error!(%error, "the door could not use the store");
    match error {
        // Two that make the same row at once: the second finds it next time.
        StoreError::Unavailable(_) | StoreError::Conflict | StoreError::Stale(_) | StoreError::Taken(_) => {
            Refusal::Unavailable
        }
        StoreError::Refused(_) | StoreError::Rejected { .. } | StoreError::Fault(_) => Refusal::Failed,
    }
}

/// A session may have gone, or to another owner, since it was looked at.
pub(super) fn not_taken(error: &StoreError) -> Refusal {
    match error {
        StoreError::Rejected { code, .. } if code == "PT404" => Refusal::NotFound,
        error => unavailable(error),
    }
}

pub(super) fn refusal(closed: Closed) -> Refusal {
    match closed {
        Closed::Busy => Refusal::Busy,
        // Whoever brings it again brings it to the next program.
        Closed::Stopping => Refusal::Unavailable,
        Closed::Resting { retry_after_s } => Refusal::Quarantined { retry_after_s },
    }
}

/// Why a picture is not taken.
pub(super) fn not_kept(why: NotKept) -> Refusal {
    Refusal::Picture(match why {
        NotKept::Unfit(Unfit::TooHeavy) => BadPicture::TooHeavy,
        NotKept::Unfit(Unfit::Unreadable) => BadPicture::Unreadable,
        NotKept::Unfit(Unfit::TooManyPixels) => BadPicture::TooManyPixels,
        NotKept::Unfit(Unfit::TooSmall) => BadPicture::TooSmall,
        NotKept::Full => BadPicture::Full,
        NotKept::GuestsFull => BadPicture::GuestsFull,
        NotKept::Store(error) => return unavailable(&error),
        NotKept::Lost => return Refusal::Failed,
    })
}

pub(super) fn only_organizers() -> Refusal {
    Refusal::Forbidden("Only organizers can make events. Ask for organizer rights to go on.".to_owned())
}
