//! Which chat account is whose, and the codes that prove it. Everything runs as the server.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// A chat account as its platform names it.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// The platform.
    pub platform: &'a str,
    /// The platform's numeric id.
    pub id: &'a str,
    /// What the account calls itself.
    pub name: Option<&'a str>,
}

/// A chat account that belongs to a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its row.
    pub id: Uuid,
    /// The platform.
    pub platform: String,
    /// What the account calls itself.
    pub name: Option<String>,
    /// Since when.
    pub linked_at: Timestamp,
}

/// A code that was shown in a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its row.
    pub id: Uuid,
    /// Who made the code.
    pub user: Uuid,
    /// The platform.
    pub platform: String,
    /// The account that showed it.
    pub account: String,
    /// What the account calls itself.
    pub name: Option<String>,
    /// Where news about it is delivered: the chat and the channel's note.
    pub chat: Option<String>,
    /// See `chat`.
    pub note: Option<String>,
    /// The chat said yes.
    pub chat_yes: bool,
    /// The page said yes.
    pub page_yes: bool,
}

/// Keeps two messages of one account from making two people of it, until the transaction ends.
pub async fn lock(conn: &mut PgConnection, account: Account<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('chat account ' || $1::text || ' ' || $2::text, 0))",
        account.platform,
        account.id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whose account this is.
pub async fn person(conn: &mut PgConnection, account: Account<'_>) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "select user_id from chat_accounts where platform = $1 and platform_user_id = $2",
        account.platform,
        account.id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.user_id))
}

/// What is sent to this account unasked goes there: its private chat, and what the channel needs to write in it.
pub async fn settle_in(
    conn: &mut PgConnection,
    account: Account<'_>,
    chat: Option<&str>,
    note: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update chat_accounts set chat = $3, note = $4 where platform = $1 and platform_user_id = $2",
        account.platform,
        account.id,
        chat,
        note
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The account is this person's from now on.
pub async fn put(conn: &mut PgConnection, account: Account<'_>, user: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into chat_accounts (user_id, platform, platform_user_id, display_name) values ($1, $2, $3, left($4, 200))
         on conflict (platform, platform_user_id) do update
           set user_id = excluded.user_id, display_name = excluded.display_name, linked_at = now(), misses = 0, misses_until = null",
        user,
        account.platform,
        account.id,
        account.name
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the hash of a new code; the person's earlier ones for this platform are worth nothing any longer.
pub async fn offer(
    conn: &mut PgConnection,
    user: Uuid,
    platform: &str,
    hash: &[u8],
    life_s: f64,
) -> Result<(Uuid, Timestamp), StoreError> {
    sqlx::query!("delete from link_codes where user_id = $1 and platform = $2", user, platform)
        .execute(&mut *conn)
        .await?;
    let row = sqlx::query!(
        r#"insert into link_codes (code_hash, user_id, platform, expires_at) values ($1, $2, $3, now() + make_interval(secs => $4))
           returning id, expires_at as "expires_at: jiff_sqlx::Timestamp""#,
        hash,
        user,
        platform,
        life_s
    )
    .fetch_one(conn)
    .await?;
    Ok((row.id, row.expires_at.to_jiff()))
}

/// A code was shown: it is used up. `None`: it is unknown, used up or too old.
pub async fn show(
    conn: &mut PgConnection,
    account: Account<'_>,
    hash: &[u8],
    (chat, note): (&str, &str),
) -> Result<Option<Request>, StoreError> {
    let row = sqlx::query_as!(
        Request,
        r#"update link_codes set used_at = now(), platform_user_id = $3, display_name = left($4, 200), chat = $5, note = $6
           where code_hash = $1 and platform = $2 and used_at is null and expires_at > now()
           returning id, user_id as user, platform, $3::text as "account!", display_name as name, chat, note,
             chat_yes_at is not null as "chat_yes!", page_yes_at is not null as "page_yes!""#,
        hash,
        account.platform,
        account.id,
        account.name,
        chat,
        note
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// A request that is still open, locked. It lives as long as its code would have.
pub async fn request(conn: &mut PgConnection, id: Uuid) -> Result<Option<Request>, StoreError> {
    let row = sqlx::query_as!(
        Request,
        r#"select id, user_id as user, platform, platform_user_id as "account!", display_name as name, chat, note,
             chat_yes_at is not null as "chat_yes!", page_yes_at is not null as "page_yes!"
           from link_codes where id = $1 and platform_user_id is not null and expires_at > now() for update"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// One side says yes.
pub async fn agree(conn: &mut PgConnection, id: Uuid, page: bool) -> Result<(), StoreError> {
    sqlx::query!(
        "update link_codes set page_yes_at = case when $2 then now() else page_yes_at end,
           chat_yes_at = case when $2 then chat_yes_at else now() end where id = $1",
        id,
        page
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A request is over. Returns whether there was one.
pub async fn close(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    Ok(sqlx::query!("delete from link_codes where id = $1", id).execute(conn).await?.rows_affected() > 0)
}

/// The accounts of a person, the newest first.
pub async fn of(conn: &mut PgConnection, user: Uuid) -> Result<Vec<Link>, StoreError> {
    let rows = sqlx::query!(
        r#"select id, platform, display_name, linked_at as "linked_at: jiff_sqlx::Timestamp" from chat_accounts
           where user_id = $1 order by linked_at desc, id"#,
        user
    )
    .fetch_all(conn)
    .await?;
    let link = rows.into_iter().map(|row| Link {
        id: row.id,
        platform: row.platform,
        name: row.display_name,
        linked_at: row.linked_at.to_jiff(),
    });
    Ok(link.collect())
}

/// What waits for a person's yes.
pub async fn waiting(conn: &mut PgConnection, user: Uuid) -> Result<Vec<Request>, StoreError> {
    let rows = sqlx::query_as!(
        Request,
        r#"select id, user_id as user, platform, platform_user_id as "account!", display_name as name, chat, note,
             chat_yes_at is not null as "chat_yes!", page_yes_at is not null as "page_yes!"
           from link_codes where user_id = $1 and platform_user_id is not null and expires_at > now() order by used_at desc"#,
        user
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Ends a link of this person; what waits to be delivered there about their events is not for that chat any more.
pub async fn revoke(conn: &mut PgConnection, user: Uuid, id: Uuid) -> Result<Option<Link>, StoreError> {
    let row = sqlx::query!(
        r#"delete from chat_accounts where id = $1 and user_id = $2
           returning id, platform, display_name, linked_at as "linked_at: jiff_sqlx::Timestamp""#,
        id,
        user
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    forget_mail(conn, user, &row.platform).await?;
    Ok(Some(Link { id: row.id, platform: row.platform, name: row.display_name, linked_at: row.linked_at.to_jiff() }))
}

/// Ends the link of an account. Whose it was.
pub async fn unlink(conn: &mut PgConnection, account: Account<'_>) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "delete from chat_accounts where platform = $1 and platform_user_id = $2 returning user_id",
        account.platform,
        account.id
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    forget_mail(conn, row.user_id, account.platform).await?;
    Ok(Some(row.user_id))
}

async fn forget_mail(conn: &mut PgConnection, user: Uuid, platform: &str) -> Result<(), StoreError> {
    sqlx::query!("delete from outbox where user_id = $1 and channel = $2 and state = 'pending'", user, platform)
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts a wrong code. Returns how many there were in this window.
pub async fn missed(conn: &mut PgConnection, account: Account<'_>, window_s: f64) -> Result<i32, StoreError> {
    let row = sqlx::query!(
        "update chat_accounts set
           misses = case when coalesce(misses_until, '-infinity') > now() then misses + 1 else 1 end,
           misses_until = case when coalesce(misses_until, '-infinity') > now() then misses_until else now() + make_interval(secs => $3) end
         where platform = $1 and platform_user_id = $2 returning misses",
        account.platform,
        account.id,
        window_s
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or(0, |row| row.misses))
}

/// Wrong codes in the window, and how many seconds it lasts.
pub async fn misses(conn: &mut PgConnection, account: Account<'_>) -> Result<(i32, i32), StoreError> {
    let row = sqlx::query!(
        r#"select misses, greatest(ceil(extract(epoch from misses_until - now())), 0)::integer as left_s from chat_accounts
           where platform = $1 and platform_user_id = $2 and misses_until > now()"#,
        account.platform,
        account.id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or((0, 0), |row| (row.misses, row.left_s.unwrap_or_default())))
}
