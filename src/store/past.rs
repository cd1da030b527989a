//! An organizer's events that were before, found by their name or their time.

use jiff::civil::Date;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use super::{events, sessions};
use crate::domain::draft::Draft;

/// An event that was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// What it is called.
    pub name: String,
    /// The local day on which it begins.
    pub date: Option<Date>,
    /// All of it, with where each value came from where it was made by talking.
    pub draft: Draft,
}

/// The caller's event whose name is most like this one; without a name the one that they published last. Drafts do not count.
pub async fn find(conn: &mut PgConnection, owner: Uuid, name: Option<&str>) -> Result<Option<Past>, StoreError> {
    let row = sqlx::query!(
        r#"select e.id, (select s.id from wizard_sessions s where s.event_id = e.id order by s.started_at limit 1) as session
           from events e
           where e.organizer_id = $1 and e.status <> 'draft' and e.name is not null
             and ($2::text is null or extensions.word_similarity(app.fold($2), app.fold(e.name)) >= 0.6)
           order by case when $2::text is null then 0 else extensions.similarity(app.fold($2), app.fold(e.name)) end desc,
             e.published_at desc nulls last, e.id
           limit 1"#,
        owner,
        name
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let talked = match row.session {
        Some(session) => sessions::get(conn, session).await?.map(|session| session.state.draft),
        None => None,
    };
    let draft = match talked {
        Some(draft) => Some(draft),
        None => events::get(conn, row.id).await?.map(|stored| stored.draft),
    };
    Ok(draft.map(|draft| Past { name: draft.name.clone().unwrap_or_default(), date: draft.date, draft }))
}
