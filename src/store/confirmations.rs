//! Confirmations to publish: bound to the user, the session and the exact revision shown; used once; expiring (THREATS 7.13).
//!
//! Only a hash of the token is here; the question that it belongs to is kept with its session, to be shown again to its owner.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// The hash by which a token is known.
pub type Seal = Vec<u8>;

/// Offers a confirmation; earlier offers of the session lose their force.
pub async fn offer(
    conn: &mut PgConnection,
    session: Uuid,
    revision: i64,
    seal: &Seal,
    life_s: i32,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"select app.offer_confirmation($1, $2, $3, $4) is not null as "offered!""#,
        session,
        revision,
        seal,
        life_s
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Uses a confirmation up; `false` when it was never offered for this revision, was used, or is too old.
pub async fn redeem(conn: &mut PgConnection, session: Uuid, revision: i64, seal: &Seal) -> Result<bool, StoreError> {
    let row = sqlx::query!(r#"select app.use_confirmation($1, $2, $3) as "used!""#, session, revision, seal)
        .fetch_one(conn)
        .await?;
    Ok(row.used)
}

/// The hash of a token.
pub fn seal(token: &str) -> Seal {
    Sha256::digest(token.as_bytes()).to_vec()
}
