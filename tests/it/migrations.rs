//! The migrations, replayed on databases that already hold rows.
//!
//! Promises: on every major at hand, each migration is applied to a database that holds the rows of all earlier ones
//! (`tests/migrations/NNNN.sql` is written right after migration NNNN) and loses none; the bootstrap may run again at any
//! time; the files also run on a project whose sign-in tables belong to somebody else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::harness::{self, Database, Role};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const MAJORS: [u32; 2] = [15, 17];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

async fn migrator() -> Result<Migrator, Box<dyn std::error::Error>> {
    let mut migrator = Migrator::new(root().join("migrations")).await?;
    migrator.dangerous_set_table_name("app._sqlx_migrations");
    Ok(migrator)
}

async fn run_file(conn: &mut PgConnection, path: &Path) -> Outcome {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(())
}

async fn bootstrap(conn: &mut PgConnection) -> Outcome {
    run_file(conn, &root().join("migrations/bootstrap.sql")).await
}

async fn as_role(conn: &mut PgConnection, role: &str) -> Outcome {
    sqlx::query(AssertSqlSafe(format!("set role {role}"))).execute(conn).await?;
    Ok(())
}

/// How many rows each table of ours holds.
async fn rows(conn: &mut PgConnection) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select oid::regclass::text from pg_class
         where relkind = 'r' and relnamespace in ('public'::regnamespace, 'auth'::regnamespace) order by 1",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut counted = BTreeMap::new();
    for table in tables {
        let count =
            sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(&mut *conn).await?;
        counted.insert(table, count);
    }
    Ok(counted)
}

async fn empty(major: u32) -> Option<Database> {
    let database = harness::empty_database(major).await;
    if database.is_none() {
        harness::note_skip(&format!("PostgreSQL {major} is not at hand"));
    }
    database
}

#[tokio::test]
async fn each_migration_keeps_the_rows_of_those_before_it() -> Outcome {
    for major in MAJORS {
        let Some(database) = empty(major).await else { continue };
        let mut conn = database.connect(Role::Bootstrap).await;
        bootstrap(&mut conn).await?;
        let migrator = migrator().await?;
        let newest = migrator.iter().map(|migration| migration.version).max().ok_or("no migration")?;
        let mut before = BTreeMap::new();
        for migration in migrator.iter() {
            as_role(&mut conn, "app_owner").await?;
            migrator
                .run_to(migration.version, &mut conn)
                .await
                .map_err(|error| format!("on {major}, {}: {error}", migration.version))?;
            as_role(&mut conn, "none").await?;
            let after = rows(&mut conn).await?;
            let lost: Vec<_> =
                before.iter().filter(|(table, count)| after.get(*table).is_none_or(|now| now < count)).collect();
            assert!(lost.is_empty(), "on {major}, migration {} lost rows of {lost:?}", migration.version);
            let data = root().join(format!("tests/migrations/{:04}.sql", migration.version));
            if migration.version < newest || data.exists() {
                run_file(&mut conn, &data).await?;
            }
            before = rows(&mut conn).await?;
        }
        let empty: Vec<_> =
            before.iter().filter(|(table, count)| **count == 0 && table.starts_with("public")).collect();
        assert!(
            before.values().sum::<i64>() > 0 && empty.is_empty(),
            "tables that tests/migrations puts no row into: {empty:?}"
        );
        bootstrap(&mut conn).await?;
        assert_eq!(rows(&mut conn).await?, before, "on {major}, the bootstrap changed rows");
    }
    Ok(())
}

#[tokio::test]
async fn the_bootstrap_may_run_again_and_beside_itself() -> Outcome {
    for major in MAJORS {
        let Some(database) = empty(major).await else { continue };
        let (mut one, mut two) = (database.connect(Role::Bootstrap).await, database.connect(Role::Bootstrap).await);
        let (first, second) = tokio::join!(bootstrap(&mut one), bootstrap(&mut two));
        first?;
        second?;
        let migrator = migrator().await?;
        as_role(&mut one, "app_owner").await?;
        migrator.run(&mut one).await?;
        migrator.run(&mut one).await?;
        bootstrap(&mut two).await?;
        let bystander: bool =
            sqlx::query_scalar("select to_regclass('public._sqlx_migrations') is null").fetch_one(&mut two).await?;
        assert!(bystander, "the list of migrations must not lie where the REST interface can see it");
    }
    Ok(())
}

/// A hosted project: the owner is no superuser, bypasses row level security, may use schema auth without passing that on, and gives
/// every new table and function of public to the API's roles.
const HOSTED: &str = "
    do $$
    declare name text;
    begin
      foreach name in array array['auth_admin', 'project_owner'] loop
        if to_regrole(name) is null then
          execute format('create role %I', name);
        end if;
      end loop;
    end $$;
    alter role project_owner createrole createdb bypassrls;
    grant anon, authenticated, service_role, app_owner to project_owner with admin option;
    create schema auth authorization auth_admin;
    create schema extensions;
    grant usage, create on schema extensions to project_owner with grant option;
    grant usage on schema auth to anon, authenticated, service_role, project_owner;
    grant all on schema public to project_owner with grant option;
    set role auth_admin;
    create table auth.users (id uuid primary key, aud text, role text, email text unique, email_confirmed_at timestamptz, is_anonymous boolean not null default false,
      raw_app_meta_data jsonb, raw_user_meta_data jsonb, created_at timestamptz, updated_at timestamptz);
    create function auth.jwt() returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
    create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
    create function auth.role() returns text language sql stable as $$ select auth.jwt() ->> 'role' $$;
    grant all on auth.users to project_owner;
    set role none;
    alter default privileges for role project_owner in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges for role project_owner in schema public grant all on functions to anon, authenticated, service_role;
";

#[tokio::test]
async fn a_hosted_project_gets_the_same_guards() -> Outcome {
    for major in MAJORS {
        let (Some(ordinary), Some(database)) = (empty(major).await, empty(major).await) else { continue };
        // The API's roles belong to the whole cluster: an ordinary database brings them as they should be.
        bootstrap(&mut ordinary.connect(Role::Bootstrap).await).await?;
        let mut conn = database.connect(Role::Bootstrap).await;
        sqlx::raw_sql(HOSTED).execute(&mut conn).await?;
        let name: String = sqlx::query_scalar("select current_database()").fetch_one(&mut conn).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("grant create on database \"{name}\" to project_owner")))
            .execute(&mut conn)
            .await?;
        sqlx::raw_sql("set session authorization project_owner").execute(&mut conn).await?;
        bootstrap(&mut conn).await?;
        bootstrap(&mut conn).await?;
        let ours: bool = sqlx::query_scalar("select has_schema_privilege('app_owner', 'auth', 'usage')")
            .fetch_one(&mut conn)
            .await?;
        assert!(!ours, "the owner cannot pass its right on, so the migrations run as the owner");
        migrator().await?.run(&mut conn).await.map_err(|error| format!("on {major}: {error}"))?;

        sqlx::raw_sql("reset session authorization; set role auth_admin").execute(&mut conn).await?;
        sqlx::raw_sql(
            "insert into auth.users (id, email, raw_app_meta_data) values ('00000000-0000-4000-8000-000000000001', 'A@example.org', '{\"provider\": \"email\"}')",
        )
        .execute(&mut conn)
        .await?;
        as_role(&mut conn, "none").await?;
        let signed_up: (String, String) = sqlx::query_as(
            "select p.email, u.raw_app_meta_data ->> 'user_role' from public.profiles p join auth.users u using (id)",
        )
        .fetch_one(&mut conn)
        .await?;
        assert_eq!(signed_up, ("a@example.org".to_owned(), "organizer".to_owned()));
        let open: Vec<String> = sqlx::query_scalar(
            "select c.oid::regclass::text || ' for ' || r from pg_class c, unnest(array['anon', 'authenticated']) r
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
               and (has_table_privilege(r, c.oid, 'truncate') or r = 'anon' and has_table_privilege(r, c.oid, 'insert, update, delete')
                 or c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity))
             union all
             select p.oid::regprocedure::text || ' for anon' from pg_proc p
             where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace) and has_function_privilege('anon', p.oid, 'execute')",
        )
        .fetch_all(&mut conn)
        .await?;
        assert_eq!(open, Vec::<String>::new(), "on {major}");
    }
    Ok(())
}
