//! Events as guests see them.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use super::events;
use crate::domain::draft::Draft;
use crate::domain::values::EventStatus;

/// A published (or cancelled) event with what its page shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// The event.
    pub id: Uuid,
    /// The link.
    pub slug: String,
    /// Published or cancelled.
    pub status: EventStatus,
    /// Its values.
    pub draft: Draft,
    /// The moment at which it starts, once day and hour are known.
    pub begins: Option<Timestamp>,
    /// The venue's name and address, when it has one.
    pub venue: Option<PageVenue>,
    /// Who organizes it, by name.
    pub organizer: Option<String>,
    /// When its row changed last.
    pub updated_at: Timestamp,
    /// How often it changed: the sequence number of its calendar entry.
    pub revision: i64,
}

/// What a page shows of a venue.
#[derive(Debug, Clone)]
pub struct PageVenue {
    /// Its name.
    pub name: String,
    /// Street and number.
    pub address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
}

/// What was found of a page before all of its event is read.
#[derive(Debug, Clone)]
pub struct Found {
    /// The event.
    pub id: Uuid,
    updated_at: Timestamp,
    venue: Option<PageVenue>,
}

/// The event under this link, when the caller may see it; drafts have no page.
pub async fn find(conn: &mut PgConnection, slug: &str) -> Result<Option<Found>, StoreError> {
    let row = sqlx::query!(
        r#"select e.id, e.updated_at as "updated_at: jiff_sqlx::Timestamp", v.name as "venue_name?", v.address as "venue_address?",
               v.city as "venue_city?", v.lat as "lat?", v.lon as "lon?"
           from events e left join venues v on v.id = e.venue_id
           where e.slug = $1 and e.status in ('published', 'cancelled')"#,
        slug
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Found {
        id: row.id,
        updated_at: row.updated_at.to_jiff(),
        venue: row.venue_name.map(|name| PageVenue {
            name,
            address: row.venue_address,
            city: row.venue_city,
            lat: row.lat,
            lon: row.lon,
        }),
    }))
}

/// The language in which a public event was made, else its organizer's: for guests of whom nobody knows theirs.
pub async fn language(conn: &mut PgConnection, slug: &str) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"select coalesce((select s.language from wizard_sessions s where s.event_id = e.id and s.language is not null
                            order by s.last_saved_at desc limit 1), p.language)
           from events e join profiles p on p.id = e.organizer_id
           where e.slug = $1 and e.status in ('published', 'cancelled') and e.visibility = 'public'"#,
        slug
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.flatten())
}

/// The caller's own event as its page shows it, whatever has become of it so far.
pub async fn own(conn: &mut PgConnection, id: Uuid) -> Result<Option<Page>, StoreError> {
    let row = sqlx::query!(
        r#"select e.slug, e.updated_at as "updated_at: jiff_sqlx::Timestamp", v.name as "venue_name?", v.address as "venue_address?",
               v.city as "venue_city?", v.lat as "lat?", v.lon as "lon?"
           from events e left join venues v on v.id = e.venue_id
           where e.id = $1 and e.organizer_id = (select auth.uid())"#,
        id
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let venue = row.venue_name.map(|name| PageVenue {
        name,
        address: row.venue_address,
        city: row.venue_city,
        lat: row.lat,
        lon: row.lon,
    });
    let found = Found { id, updated_at: row.updated_at.to_jiff(), venue };
    Ok(Some(get(conn, row.slug.as_deref().unwrap_or("draft"), found).await?))
}

/// All that the page of this event shows. A visitor's role may not read where an online event is joined: the page decides
/// whom it shows that, so whoever reads for a visitor reads as the server.
pub async fn get(conn: &mut PgConnection, slug: &str, found: Found) -> Result<Page, StoreError> {
    let stored = events::get(conn, found.id).await?.ok_or_else(|| odd("event", found.id))?;
    Ok(Page {
        id: found.id,
        slug: slug.to_owned(),
        status: stored.head.status,
        revision: stored.head.revision,
        draft: stored.draft,
        begins: stored.begins,
        venue: found.venue,
        organizer: None,
        updated_at: found.updated_at,
    })
}
