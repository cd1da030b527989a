//! Files that people brought: the pictures of their events.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// A file as it is served.
pub struct File {
    /// Its media type.
    pub mime: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// Everybody may see it: it is the picture of an event that everybody may see.
    pub is_public: bool,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept under this id.
    As(Uuid),
    /// Its owner has too much already.
    NoRoom,
}

/// Keeps a picture as this person's, unless all of theirs would take more than `most` bytes; the same bytes again are the
/// same file. Runs as the server.
pub async fn keep(
    conn: &mut PgConnection,
    owner: Uuid,
    mime: &str,
    bytes: &[u8],
    most: i64,
) -> Result<Kept, StoreError> {
    let row = sqlx::query!(r#"select app.keep_picture($1, $2, $3, $4) as "id?""#, owner, mime, bytes, most)
        .fetch_one(conn)
        .await?;
    Ok(row.id.map_or(Kept::NoRoom, Kept::As))
}

/// Whether the files of all guests together take no more than `most` bytes; until the transaction ends no other guest's are weighed,
/// so that two at once do not each find room for one. Runs as the server.
pub async fn guests_fit(conn: &mut PgConnection, most: i64) -> Result<bool, StoreError> {
    sqlx::query!(r#"select pg_advisory_xact_lock(hashtextextended('files of guests', 0))::text as "locked?""#)
        .fetch_one(&mut *conn)
        .await?;
    let row = sqlx::query!(
        r#"select coalesce(sum(octet_length(f.bytes)), 0)::bigint as "taken!"
           from files f join profiles p on p.id = f.owner_id where p.is_anonymous"#
    )
    .fetch_one(conn)
    .await?;
    Ok(row.taken <= most)
}

/// Removes this person's pictures that no event shows, no draft holds and no undo can bring back, unless they came within the last
/// hour. How many went. Runs as the server.
pub async fn sweep(conn: &mut PgConnection, owner: Uuid) -> Result<i64, StoreError> {
    let row =
        sqlx::query!(r#"select app.sweep_pictures($1, interval '1 hour') as "gone!""#, owner).fetch_one(conn).await?;
    Ok(row.gone)
}

/// The file with this id, when the caller may see it.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<File>, StoreError> {
    let row = sqlx::query!(
        r#"select f.mime, f.bytes as "bytes!", f.sha256,
               exists (select from events e where e.image_id = f.id and e.visibility = 'public' and e.published_at is not null) as "is_public!"
           from files f where f.id = $1 and f.bytes is not null"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| File { mime: row.mime, bytes: row.bytes, sha256: row.sha256, is_public: row.is_public }))
}

/// Whether the caller brought this file.
pub async fn is_own(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (select from files where id = $1 and owner_id = (select auth.uid())) as "own!""#,
        id
    )
    .fetch_one(conn)
    .await?;
    Ok(row.own)
}
