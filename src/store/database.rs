//! The pool, and transactions in somebody's name.
//!
//! Promises: the program connects as `authenticator`, which may read nothing by itself; each transaction takes on a role and
//! the claims of the person it acts for, and loses both at its end, so that row level security decides everything a user
//! causes. Start-up refuses a login that would bypass row level security (THREATS 7.2).

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Postgres, Transaction};

use super::error::StoreError;
use crate::domain::person::{Person, Role};
use crate::telemetry::metrics;

/// How long a connection of the pool is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database as the program uses it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
}

/// A transaction in somebody's name; dropped without a commit it leaves nothing.
pub type Tx = Transaction<'static, Postgres>;

/// In whose name a transaction runs.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// A person: their rows, their rights.
    Person(&'a Person),
    /// A person's wizard turn: as [`Actor::Person`]; the event's triggers leave the session row to the turn.
    Turn(&'a Person),
    /// A signed-in person with the claims of their own token, as they stand.
    Claims(&'a serde_json::Value),
    /// Anybody who is not signed in.
    Anybody,
    /// The program itself, for housekeeping that belongs to no single person.
    Server,
}

impl Store {
    /// Opens the pool and looks at who we are.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a login that bypasses row level security or may not take on the API's roles.
    pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<Self, StoreError> {
        Self::connect_within(options, connections, PATIENCE).await
    }

    /// The same, where a connection is waited for longer, or not as long.
    ///
    /// # Errors
    /// As [`Store::connect`].
    pub async fn connect_within(
        options: PgConnectOptions,
        connections: u32,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(patience)
            // A ping before each use costs 9 % of the turns; a broken connection shows itself at its first statement.
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        let store = Self { pool };
        store.refuse_strong_login().await?;
        Ok(store)
    }

    async fn refuse_strong_login(&self) -> Result<(), StoreError> {
        let login = sqlx::query!(
            r#"select current_user::text as "name!", (rolsuper or rolbypassrls) as "strong!",
                   pg_has_role(current_user, 'authenticated', 'MEMBER') and pg_has_role(current_user, 'service_role', 'MEMBER') as "member!"
               from pg_roles where rolname = current_user"#
        )
        .fetch_one(&self.pool)
        .await?;
        if login.strong {
            return Err(StoreError::Refused(format!(
                "the login {} bypasses row level security. Use a role that was granted anon, authenticated and service_role, such as authenticator",
                login.name
            )));
        }
        if !login.member {
            return Err(StoreError::Refused(format!(
                "the login {} was not granted authenticated and service_role. Use authenticator, which `eventos migrate` makes",
                login.name
            )));
        }
        Ok(())
    }

    /// Begins a transaction in somebody's name.
    pub async fn begin(&self, actor: Actor<'_>) -> Result<Tx, StoreError> {
        let begun = Instant::now();
        let mut tx = self.pool.begin().await?;
        let (role, claims, turn) = identity(actor);
        sqlx::query!(
            r#"select set_config('role', $1, true) as role, set_config('request.jwt.claims', $2, true) as claims,
                 set_config('eventos.turn', $3, true) as turn"#,
            role,
            claims.to_string(),
            turn
        )
        .fetch_one(&mut *tx)
        .await?;
        metrics::began_transaction(begun.elapsed());
        Ok(tx)
    }

    /// Connections that are open, and those of them that nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Connections that may be open.
    pub fn most_connections(&self) -> u32 {
        self.pool.options().get_max_connections()
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query!("select 1 as one").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// The pool, for what needs a connection of its own.
    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Lets go of every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn identity(actor: Actor<'_>) -> (&'static str, serde_json::Value, &'static str) {
    match actor {
        Actor::Person(person) => ("authenticated", claims(person), ""),
        Actor::Turn(person) => ("authenticated", claims(person), "on"),
        Actor::Claims(claims) => ("authenticated", claims.clone(), ""),
        Actor::Anybody => ("anon", json!({"role": "anon"}), ""),
        Actor::Server => ("service_role", json!({"role": "service_role"}), ""),
    }
}

/// The claims that the policies read, as in a signed token (R99).
pub fn claims(person: &Person) -> serde_json::Value {
    json!({
        "sub": person.id,
        "role": "authenticated",
        "email": person.email,
        "is_anonymous": person.role == Role::Guest,
        "app_metadata": {"user_role": person.role.as_str()},
    })
}
