//! All that is kept about one person, for themselves (data portability).
//!
//! Promises: nothing that proves who somebody is (passwords, tokens, codes), and of other people only who came to this person's
//! events.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// Everything but the account's own row and the pictures, which are too heavy to be held together. Runs as the server.
pub async fn all(conn: &mut PgConnection, user: Uuid) -> Result<Value, StoreError> {
    let row = sqlx::query!(
        r#"select jsonb_build_object(
             'profile', (select to_jsonb(p) from profiles p where p.id = $1),
             'events', (select coalesce(jsonb_agg(to_jsonb(e) || jsonb_build_object(
                 'ticket_tiers', (select coalesce(jsonb_agg(to_jsonb(t) order by t.position), '[]') from ticket_tiers t where t.event_id = e.id),
                 'orders', (select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at), '[]') from orders o where o.event_id = e.id),
                 'tickets', (select coalesce(jsonb_agg(to_jsonb(k) - 'code' order by k.created_at), '[]') from tickets k where k.event_id = e.id),
                 'refunds', (select coalesce(jsonb_agg(to_jsonb(r) order by r.created_at), '[]') from refunds r where r.event_id = e.id),
                 'checkins', (select coalesce(jsonb_agg(to_jsonb(c) order by c.received_at), '[]') from checkins c where c.event_id = e.id),
                 'waiting', (select coalesce(jsonb_agg(to_jsonb(w) order by w.created_at), '[]') from waiting w where w.event_id = e.id),
                 'promo_codes', (select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at), '[]') from promo_codes p where p.event_id = e.id),
                 'questions', (select coalesce(jsonb_agg(to_jsonb(q) order by q.position), '[]') from event_questions q where q.event_id = e.id),
                 'door_links', (select coalesce(jsonb_agg(to_jsonb(d) - 'token_hash' order by d.created_at), '[]') from door_links d
                   where d.event_id = e.id)
               ) order by e.created_at), '[]') from events e where e.organizer_id = $1),
             'venues', (select coalesce(jsonb_agg(to_jsonb(v) - 'search' order by v.created_at), '[]') from venues v where v.owner_id = $1),
             'drafts', (select coalesce(jsonb_agg(to_jsonb(s) - 'owner_node' - 'lease_until' || jsonb_build_object(
                 'conversation', (select coalesce(jsonb_agg(jsonb_build_object('role', c.role, 'content', c.content, 'at', c.created_at) order by c.seq), '[]')
                   from ai_conversations c where c.session_id = s.id)) order by s.started_at), '[]')
               from wizard_sessions s where s.user_id = $1),
             'chat_accounts', (select coalesce(jsonb_agg(to_jsonb(a) order by a.linked_at), '[]') from chat_accounts a where a.user_id = $1),
             'webhooks', (select coalesce(jsonb_agg(to_jsonb(h) - 'secret' || jsonb_build_object(
                 'deliveries', (select coalesce(jsonb_agg(to_jsonb(w) order by w.created_at), '[]') from webhook_deliveries w
                   where w.webhook_id = h.id)) order by h.created_at), '[]') from webhooks h where h.owner_id = $1),
             'payment_accounts', (select coalesce(jsonb_agg(to_jsonb(y)), '[]') from stripe_accounts y where y.user_id = $1),
             'log', (select coalesce(jsonb_agg(jsonb_build_object('what', l.event_type, 'at', l.created_at, 'ip', l.ip_address,
                 'user_agent', l.user_agent) order by l.created_at), '[]') from security_audit_log l where l.user_id = $1)
           ) as "all!""#,
        user
    )
    .fetch_one(conn)
    .await?;
    Ok(row.all)
}

/// The pictures of a person, oldest first. Runs as the server.
pub async fn pictures(conn: &mut PgConnection, user: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let rows = sqlx::query!("select id from files where owner_id = $1 order by created_at, id", user);
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| row.id).collect())
}

/// One of them as JSON text; `None` when it is gone meanwhile. Runs as the server.
pub async fn picture(conn: &mut PgConnection, user: Uuid, id: Uuid) -> Result<Option<String>, StoreError> {
    let row = sqlx::query!(
        r#"select jsonb_build_object('id', id, 'mime', mime, 'created_at', created_at,
             'base64', encode(bytes, 'base64'))::text as "picture!"
           from files where owner_id = $1 and id = $2"#,
        user,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.picture))
}

/// The account as sign-in knows it, where that is here. Runs as the server.
pub async fn account(conn: &mut PgConnection, user: Uuid) -> Result<Value, StoreError> {
    let row = sqlx::query!(
        r#"select jsonb_build_object('id', id, 'email', email, 'phone', phone, 'created_at', created_at,
             'last_sign_in_at', last_sign_in_at, 'about', raw_user_meta_data, 'role', raw_app_meta_data ->> 'user_role') as "account!"
           from auth.users where id = $1"#,
        user
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or(Value::Null, |row| row.account))
}
