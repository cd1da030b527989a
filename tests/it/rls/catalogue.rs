//! What only the catalogue can show: a table without its guard, a function that runs with too much right.
//!
//! Promises: a new table or function that forgets a rule of `migrations/README.md` is named here.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::harness::{self, Role};

async fn names(conn: &mut PgConnection, query: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(conn).await
}

/// Each rule, and the query that finds what breaks it.
const RULES: &[(&str, &str)] = &[
    (
        "tables without row level security enabled and forced",
        "select oid::regclass::text from pg_class
         where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'auth', 'app')
           and not (relrowsecurity and relforcerowsecurity) and oid::regclass::text <> 'app._sqlx_migrations'",
    ),
    (
        "security definer functions in a schema that the API shows",
        "select oid::regprocedure::text from pg_proc
         where prosecdef and pronamespace::regnamespace::text not in ('app', 'pg_catalog', 'information_schema')",
    ),
    (
        "functions of ours whose names depend on a caller's search_path",
        "select p.oid::regprocedure::text from pg_proc p
         where p.pronamespace::regnamespace::text in ('app', 'public') and (p.prosecdef or p.prosqlbody is null)
           and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)",
    ),
    (
        "functions of ours that everybody or a visitor may execute",
        "select p.oid::regprocedure::text from pg_proc p
         where p.pronamespace::regnamespace::text in ('app', 'public') and has_function_privilege('anon', p.oid, 'execute')",
    ),
    (
        "views and materialized views that read with their owner's rights",
        "select oid::regclass::text from pg_class
         where relkind in ('v', 'm') and relnamespace::regnamespace::text in ('public', 'app')
           and not (relkind = 'v' and coalesce(reloptions @> array['security_invoker=true'], false))",
    ),
    (
        "tables of ours owned by somebody whom row level security does not hold, or who may log in",
        "select c.oid::regclass::text || ' of ' || r.rolname from pg_class c join pg_roles r on r.oid = c.relowner
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)",
    ),
    (
        "roles of ours that may do more than they should",
        "select rolname::text from pg_roles
         where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'app_owner')
           and (rolsuper or rolcreaterole or rolcreatedb or rolreplication
             or rolbypassrls <> (rolname = 'service_role') or rolcanlogin <> (rolname = 'authenticator')
             or (rolname = 'authenticator' and rolinherit))",
    ),
    (
        "sign-in tables that a client may touch",
        "select c.oid::regclass::text from pg_class c, unnest(array['anon', 'authenticated', 'authenticator']) r
         where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r' and has_table_privilege(r, c.oid, 'select, insert, update, delete')",
    ),
    (
        "tables of public that authenticator may touch without taking on a role",
        "select oid::regclass::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
           and has_any_column_privilege('authenticator', oid, 'select, insert, update')",
    ),
    (
        "columns that only the server writes, yet a client may",
        "select c.oid::regclass::text || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and (a.attname like 'stripe\\_%' or a.attname in
             ('status', 'published_at', 'cancelled_at', 'revision', 'organizer_id', 'user_id', 'owner_id', 'ref', 'is_anonymous', 'email'))
           and c.relname not in ('wizard_sessions', 'idempotency_keys')
           and has_column_privilege('authenticated', c.oid, a.attnum, 'update')",
    ),
    (
        "policies for everybody (no role named)",
        "select polrelid::regclass::text || ': ' || polname from pg_policy where polroles = '{0}'",
    ),
    (
        "policies with RLS helper calls that run once per row",
        "select polrelid::regclass::text || ': ' || polname from pg_policy
         where replace(coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), ''), 'SELECT auth.uid()', '') like '%auth.uid()%'",
    ),
    (
        "foreign keys without an index that begins with them",
        "select c.conrelid::regclass::text || ': ' || c.conname from pg_constraint c
         where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
           select from pg_index i where i.indrelid = c.conrelid and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
             and i.indpred is null)
         and not exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])",
    ),
];

#[tokio::test]
async fn nothing_in_the_catalogue_breaks_a_rule() -> Result<(), sqlx::Error> {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let mut broken = Vec::new();
    for (rule, query) in RULES {
        let found = names(&mut conn, query).await?;
        if !found.is_empty() {
            broken.push(format!("{rule}: {}", found.join(", ")));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(())
}

/// Indexes that the specification names (sections 4.2 and 8.4), without the one that cannot exist (ruling C-02).
#[tokio::test]
async fn the_specifications_indexes_are_there() -> Result<(), sqlx::Error> {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let missing: Vec<String> =
        sqlx::query_scalar("select name from unnest($1::text[]) name where to_regclass('public.' || name) is null")
            .bind(vec![
                "idx_wizard_sessions_user_id",
                "idx_wizard_sessions_status",
                "idx_wizard_sessions_started_at",
                "idx_ai_conversations_session_id",
                "idx_ai_conversations_created_at",
                "idx_events_organizer_status",
                "idx_events_published_date",
                "idx_events_slug",
                "idx_events_type_city",
                "idx_wizard_sessions_active",
                "idx_wizard_sessions_analytics",
            ])
            .fetch_all(&mut conn)
            .await?;
    assert_eq!(missing, Vec::<String>::new());
    Ok(())
}

/// Every function of `app` that a signed-in person may call, written down: a new one is a decision.
#[tokio::test]
async fn a_client_may_call_only_these_functions() -> Result<(), sqlx::Error> {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let callable = names(
        &mut conn,
        "select p.pronamespace::regnamespace || '.' || p.proname from pg_proc p
         where p.pronamespace::regnamespace::text in ('app', 'public') and has_function_privilege('authenticated', p.oid, 'execute')
         order by 1",
    )
    .await?;
    let expected = "app.accept_message app.append_message app.audit app.can_draft app.cancel app.enqueue app.enqueue_answer app.enqueue_reply \
        app.event_zone app.first_pass app.fold app.free_slug app.give_back_own app.give_back_part_own app.in_turn app.is_anonymous app.is_service app.is_somebodys app.is_timezone app.offer_confirmation \
        app.owns_event app.owns_session app.publish app.settle_inbox app.slug app.use_confirmation app.user_role app.venue_words \
        public.cancel_event public.publish_event";
    assert_eq!(callable.join(" "), expected);
    Ok(())
}
