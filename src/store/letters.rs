//! What a mail tells: the event and its organizer, or one guest's ticket. All of it runs as the server.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};

/// What mails about an event tell.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its link's last part.
    pub slug: Option<String>,
    /// When it begins, on its own clock.
    pub starts: Option<DateTime>,
    /// IANA name of its zone.
    pub timezone: Option<String>,
    /// Where it is.
    pub place: Option<String>,
    /// It takes place: published, and not called off.
    pub stands: bool,
    /// Time and place as a guest knows them, to tell whether they are others than before.
    pub snapshot: serde_json::Value,
    /// Who organizes it: address, name.
    pub organizer: (Option<String>, Option<String>),
    /// The language the organizer reads.
    pub language: Option<String>,
}

/// The event of a mail; `None` when it is gone.
pub async fn subject(conn: &mut PgConnection, event: Uuid) -> Result<Option<Subject>, StoreError> {
    let row = sqlx::query!(
        r#"select e.name, e.slug, to_char(e.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as starts, e.timezone,
               coalesce(e.place, v.name, e.online_url) as place, e.status = 'published' as "stands!", app.event_snapshot(e) as "snapshot!",
               p.email, p.full_name,
               coalesce(p.language, (select s.language from wizard_sessions s where s.event_id = e.id order by s.started_at desc limit 1))
                 as language
           from events e join profiles p on p.id = e.organizer_id left join venues v on v.id = e.venue_id
           where e.id = $1"#,
        event
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let starts = row.starts.map(|text| text.parse::<DateTime>().map_err(|error| odd("time", error))).transpose()?;
    Ok(Some(Subject {
        name: row.name.unwrap_or_default(),
        slug: row.slug,
        starts,
        timezone: row.timezone,
        place: row.place,
        stands: row.stands,
        snapshot: row.snapshot,
        organizer: (row.email, row.full_name),
        language: row.language,
    }))
}

/// The first hour since the epoch of which nobody was reminded yet, up to this one; from now on all of them were. `None`: none is left.
pub async fn remind_from(conn: &mut PgConnection, hour: i64) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query!(r#"select app.remind_from($1) as "from""#, hour).fetch_one(conn).await?.from)
}

/// Leaves a reminder for every valid ticket with an address whose event begins in this half-open time, once per ticket for ever.
/// Returns how many are new (R135, ruling C-33).
pub async fn remind(conn: &mut PgConnection, from: Timestamp, until: Timestamp) -> Result<i64, StoreError> {
    let row = sqlx::query!(
        r#"select count(*) filter (where app.enqueue('mail_reminder', e.id,
                 jsonb_build_object('event_id', e.id, 'ticket_id', t.id, 'email', t.attendee_email, 'name', t.attendee_name),
                 'mail_reminder:' || t.id)) as "fresh!"
           from events e join tickets t on t.event_id = e.id
           where e.status = 'published' and e.date_time >= $1 and e.date_time < $2
             and t.status = 'valid' and t.attendee_email is not null"#,
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_one(conn)
    .await?;
    Ok(row.fresh)
}

/// The same for whoever has linked a chat: one for each event and chat, for tickets on an address that is known to be theirs.
pub async fn remind_chats(conn: &mut PgConnection, from: Timestamp, until: Timestamp) -> Result<i64, StoreError> {
    let row = sqlx::query!(
        r#"select count(*) filter (where app.enqueue('chat_reminder', x.event_id,
                 jsonb_build_object('event_id', x.event_id, 'ticket_id', x.ticket_id, 'user_id', p.id, 'channel', a.platform,
                   'chat', a.chat, 'note', a.note, 'language', p.language),
                 'chat_reminder:' || x.event_id || ':' || a.id)) as "fresh!"
           from (select distinct on (e.id, lower(t.attendee_email)) e.id as event_id, t.id as ticket_id, lower(t.attendee_email) as email
                 from events e join tickets t on t.event_id = e.id
                 where e.status = 'published' and e.date_time >= $1 and e.date_time < $2 and t.status = 'valid'
                   and t.attendee_email is not null) x
           join profiles p on lower(p.email) = x.email and app.is_confirmed(p.id)
           join chat_accounts a on a.user_id = p.id and a.chat is not null and a.note is not null
           left join chats c on c.channel = a.platform and c.chat = a.chat
           where c.closed_at is null"#,
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_one(conn)
    .await?;
    Ok(row.fresh)
}

/// Whether a reminder is still due: the ticket is valid and its event stands.
pub async fn ticket_stands(conn: &mut PgConnection, ticket: Uuid) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (select from tickets t join events e on e.id = t.event_id
             where t.id = $1 and t.status = 'valid' and e.status = 'published') as "stands!""#,
        ticket
    )
    .fetch_one(conn)
    .await?;
    Ok(row.stands)
}
