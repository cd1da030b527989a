--! Bootstrap: roles, schemas, extensions and sign-in tables that must exist before the first migration.
--! Promises: safe to run again at any time and beside another run; makes only what is missing; needs a superuser on
--! plain PostgreSQL, or the project's owner where sign-in already exists (a Supabase project), whose schema auth it leaves alone.

select pg_advisory_xact_lock(7215003344);

-- Roles belong to the whole cluster, so two databases may get here at once: the loser finds the role already made.
do $roles$
declare
  foreign_auth constant boolean := to_regprocedure('auth.uid()') is not null
    and coalesce(obj_description(to_regnamespace('auth'), 'pg_namespace'), '') <> 'eventos';
  wanted record;
begin
  for wanted in
    select * from (values
      ('anon', 'nologin noinherit', true),
      ('authenticated', 'nologin noinherit', true),
      ('service_role', 'nologin noinherit bypassrls', true),
      ('authenticator', 'login noinherit', true),
      ('app_owner', 'nologin noinherit', false)
    ) as r (name, attributes, of_api)
  loop
    continue when foreign_auth and wanted.of_api;
    continue when exists (select from pg_roles where rolname = wanted.name);
    begin
      execute format('create role %I %s', wanted.name, wanted.attributes);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;

  if exists (select from pg_roles where rolname = 'app_owner' and (rolsuper or rolbypassrls or rolcanlogin)) then
    raise exception 'role app_owner must not log in and must obey row level security'
      using hint = 'Run: alter role app_owner nosuperuser nobypassrls nologin';
  end if;
end
$roles$;

do $members$
declare
  member_of text;
begin
  foreach member_of in array array['anon', 'authenticated', 'service_role'] loop
    continue when to_regrole('authenticator') is null
      or exists (
        select from pg_auth_members
        where roleid = to_regrole(member_of) and member = to_regrole('authenticator'));
    begin
      execute format('grant %I to authenticator', member_of);
    exception when unique_violation then
      null;
    end;
  end loop;

  -- A superuser needs no membership; a project's owner does, to act for the owner of the tables.
  if not pg_has_role(current_user, 'app_owner', 'usage') then
    execute format('grant app_owner to %I', current_user);
  end if;
end
$members$;

create schema if not exists extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pgcrypto with schema extensions;
grant usage on schema extensions to anon, authenticated, service_role, app_owner;

-- app holds functions that act for the server; no API exposes it.
create schema if not exists app authorization app_owner;
revoke all on schema app from public;
grant usage on schema app to authenticated, service_role;

revoke create on schema public from public;
grant usage, create on schema public to app_owner;
grant usage on schema public to anon, authenticated, service_role;

-- New objects are private until their migration says who may use them.
alter default privileges for role app_owner revoke execute on functions from public;

-- Sign-in tables for plain PostgreSQL, with the names that GoTrue uses, so that the migrations never ask where they run.
do $auth$
begin
  if to_regprocedure('auth.uid()') is not null
    and coalesce(obj_description(to_regnamespace('auth'), 'pg_namespace'), '') <> 'eventos' then
    -- A project's owner may reach auth but not pass that on; then the migrations run as the owner itself (README.md).
    return;
  end if;

  create schema if not exists auth;
  comment on schema auth is 'eventos';
  revoke all on schema auth from public;
  grant usage on schema auth to anon, authenticated, service_role, app_owner;

  -- An unset setting is NULL at first and '' after a transaction that set it: both mean nobody.
  create or replace function auth.jwt() returns jsonb language sql stable as
    $f$ select nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb $f$;
  create or replace function auth.uid() returns uuid language sql stable as
    $f$ select nullif(auth.jwt() ->> 'sub', '')::pg_catalog.uuid $f$;
  create or replace function auth.role() returns text language sql stable as
    $f$ select nullif(auth.jwt() ->> 'role', '') $f$;
  create or replace function auth.email() returns text language sql stable as
    $f$ select nullif(auth.jwt() ->> 'email', '') $f$;

  create table if not exists auth.users (
    id uuid primary key default gen_random_uuid(),
    aud text not null default 'authenticated',
    role text not null default 'authenticated',
    email text,
    phone text,
    encrypted_password text,
    email_confirmed_at timestamptz,
    phone_confirmed_at timestamptz,
    confirmation_sent_at timestamptz,
    confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
    last_sign_in_at timestamptz,
    banned_until timestamptz,
    raw_app_meta_data jsonb not null default '{}',
    raw_user_meta_data jsonb not null default '{}',
    is_anonymous boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create unique index if not exists users_email_key on auth.users (lower(email));

  create table if not exists auth.sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users on delete cascade,
    user_agent text,
    ip inet,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    refreshed_at timestamptz,
    not_after timestamptz
  );
  create index if not exists sessions_user_id_idx on auth.sessions (user_id);

  create table if not exists auth.refresh_tokens (
    id bigint generated always as identity primary key,
    session_id uuid not null references auth.sessions on delete cascade,
    user_id uuid not null references auth.users on delete cascade,
    token text not null unique,
    parent text,
    revoked boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  comment on column auth.refresh_tokens.token is 'SHA-256 of the token in hex; the token itself is stored nowhere';
  create index if not exists refresh_tokens_session_id_idx on auth.refresh_tokens (session_id);
  create index if not exists refresh_tokens_user_id_idx on auth.refresh_tokens (user_id);

  -- How somebody signed in stands in each access token of the sign-in.
  alter table auth.sessions add column if not exists method text not null default 'password';

  -- One of a kind for a person: links and codes of mails, and codes that a redirect carries.
  create table if not exists auth.one_time_tokens (
    id uuid primary key,
    user_id uuid not null references auth.users on delete cascade,
    kind text not null check (kind ~ '^[a-z_]{1,40}$'),
    link_hash bytea not null unique check (octet_length(link_hash) = 32),
    code_hash bytea check (octet_length(code_hash) = 32),
    attempts integer not null default 0,
    payload jsonb not null default '{}',
    created_at timestamptz not null,
    expires_at timestamptz not null,
    unique (user_id, kind)
  );
  create index if not exists one_time_tokens_expires_at_idx on auth.one_time_tokens (expires_at);
  -- When the first of the wrong codes was typed that `attempts` counts; a new mail carries both on for an hour from then.
  alter table auth.one_time_tokens add column if not exists missed_at timestamptz;

  create table if not exists auth.signing_keys (
    kid text primary key,
    alg text not null check (alg in ('RS256', 'ES256')),
    private bytea not null,
    encrypted boolean not null default false,
    created_at timestamptz not null default now(),
    retired_at timestamptz
  );
end
$auth$;

do $auth_rights$
declare
  name text;
begin
  if coalesce(obj_description(to_regnamespace('auth'), 'pg_namespace'), '') <> 'eventos' then
    return;
  end if;
  foreach name in array array['users', 'sessions', 'refresh_tokens', 'one_time_tokens', 'signing_keys'] loop
    execute format('alter table auth.%I enable row level security, force row level security', name);
    execute format('revoke all on auth.%I from public, anon, authenticated', name);
    execute format('grant select, insert, update, delete on auth.%I to service_role', name);
  end loop;
  grant select, insert, update, delete, references, trigger on auth.users to app_owner;
  if not exists (select from pg_policy where polrelid = 'auth.users'::regclass and polname = 'app_owner_keeps_users') then
    create policy app_owner_keeps_users on auth.users to app_owner using (true) with check (true);
  end if;
end
$auth_rights$;
