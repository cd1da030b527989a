//! What an organizer asks of whoever orders, and what they answered. Organizers keep their questions over REST.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// A question of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its row.
    pub id: Uuid,
    /// Its words.
    pub question: String,
    /// Nobody orders without an answer.
    pub required: bool,
}

/// A question as it was asked and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's words at that time.
    pub question: String,
    /// The buyer's words.
    pub answer: String,
}

/// The questions of an event, in order. Runs as the server.
pub async fn list(conn: &mut PgConnection, event: Uuid) -> Result<Vec<Question>, StoreError> {
    let rows = sqlx::query_as!(
        Question,
        "select id, question, required from event_questions where event_id = $1 order by position, created_at, id",
        event
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Keeps what was answered with an order. Runs as the server.
pub async fn keep(conn: &mut PgConnection, order: Uuid, answers: &[Answer]) -> Result<(), StoreError> {
    sqlx::query!(r#"select app.answer_order($1, $2) is null as "kept""#, order, json!(answers)).fetch_one(conn).await?;
    Ok(())
}
