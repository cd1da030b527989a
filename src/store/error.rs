//! What can go wrong with the store, by what a caller does about it.

/// A failed use of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is too busy: try again later; nothing was written.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// Somebody else wrote first: read again, then try again.
    #[error("the row was changed by somebody else")]
    Conflict,
    /// What was decided on is not so any more, in the rule's words: whoever decides must look again. Decided afresh it may work.
    #[error("{0}")]
    Stale(String),
    /// A value that must be unique is taken; the name of the constraint.
    #[error("the value is taken ({0})")]
    Taken(String),
    /// The database refuses this to this user.
    #[error("the database refuses this: {0}")]
    Refused(String),
    /// The database's own rule refuses the value; the message is fit for the organizer.
    #[error("{message}")]
    Rejected {
        /// SQLSTATE, such as `PT400`.
        code: String,
        /// The rule's words.
        message: String,
        /// More about it, such as the list of missing fields.
        detail: Option<String>,
    },
    /// A fault of the program: a row that does not fit, a statement that fails.
    #[error("the store failed: {0}")]
    Fault(String),
}

impl StoreError {
    /// Worth trying again by itself.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Conflict)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => of_database(database.as_ref()),
            sqlx::Error::Io(io) => Self::Unavailable(io.to_string()),
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            other => Self::Fault(other.to_string()),
        }
    }
}

fn of_database(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default().into_owned();
    let message = error.message().to_owned();
    match code.as_str() {
        // connection exceptions, insufficient resources, operator intervention (PostgreSQL, appendix A)
        code if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => {
            StoreError::Unavailable(message)
        }
        // serialization failure and deadlock: the transaction did nothing and may run again
        "40001" | "40P01" => StoreError::Conflict,
        "PT409" => StoreError::Stale(message),
        // A NUL, as no text or JSON of PostgreSQL's holds it: somebody sent it, and it is no fault of ours.
        "22021" | "22P05" => StoreError::Rejected {
            code: "PT400".to_owned(),
            message: "This text holds a character that cannot be kept.".to_owned(),
            detail: None,
        },
        "23505" => StoreError::Taken(error.constraint().unwrap_or_default().to_owned()),
        "42501" => StoreError::Refused(message),
        code if code.starts_with("PT") => {
            let detail = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().and_then(|pg| pg.detail());
            StoreError::Rejected { code: code.to_owned(), message, detail: detail.map(str::to_owned) }
        }
        code => StoreError::Fault(format!("{code}: {message}")),
    }
}

/// A row whose value is outside what the program knows.
pub(super) fn odd(what: &str, value: impl std::fmt::Display) -> StoreError {
    StoreError::Fault(format!("unknown {what}: {value}"))
}
