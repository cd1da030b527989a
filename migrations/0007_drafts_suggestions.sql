-- Undo and redo of a draft, what was suggested, the user's word that a draft may be published, and answers to repeated requests.

create table public.draft_revisions (
  session_id uuid not null references public.wizard_sessions on delete cascade,
  revision bigint not null,
  patch jsonb not null,
  provenance jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (session_id, revision)
);

create table public.suggestions (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.wizard_sessions on delete cascade,
  revision bigint not null,
  type text not null check (char_length(type) <= 40),
  data jsonb not null,
  rank integer not null default 0,
  shown_at timestamptz not null default now(),
  accepted_at timestamptz,
  rejected_at timestamptz
);
create index idx_suggestions_session on public.suggestions (session_id, shown_at desc);

create table public.publish_confirmations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles on delete cascade,
  session_id uuid not null references public.wizard_sessions on delete cascade,
  revision bigint not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index idx_publish_confirmations_user on public.publish_confirmations (user_id);
create index idx_publish_confirmations_session on public.publish_confirmations (session_id);

create table public.idempotency_keys (
  user_id uuid not null default auth.uid() references public.profiles on delete cascade,
  key text not null check (char_length(key) between 1 and 255),
  request_hash bytea not null,
  status integer check (status between 100 and 599),
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
comment on column public.idempotency_keys.status is 'NULL while the first request is in flight';
create index idx_idempotency_keys_created_at on public.idempotency_keys (created_at);

alter table public.draft_revisions enable row level security, force row level security;
alter table public.suggestions enable row level security, force row level security;
alter table public.publish_confirmations enable row level security, force row level security;
alter table public.idempotency_keys enable row level security, force row level security;
revoke all on public.draft_revisions, public.suggestions, public.publish_confirmations, public.idempotency_keys
  from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.draft_revisions, public.suggestions, public.publish_confirmations, public.idempotency_keys
  to service_role;

grant select, insert, delete on public.draft_revisions to authenticated;
create policy draft_revisions_read_own on public.draft_revisions for select to authenticated
  using (session_id in (select id from public.wizard_sessions where user_id = (select auth.uid())));
create policy draft_revisions_insert_own on public.draft_revisions for insert to authenticated
  with check ((select app.can_draft()) and app.owns_session(session_id));
create policy draft_revisions_delete_own on public.draft_revisions for delete to authenticated
  using ((select app.can_draft()) and session_id in (select id from public.wizard_sessions where user_id = (select auth.uid())));

grant select on public.suggestions to authenticated;
grant insert (id, session_id, revision, type, data, rank, shown_at) on public.suggestions to authenticated;
grant update (accepted_at, rejected_at) on public.suggestions to authenticated;
create policy suggestions_read_own on public.suggestions for select to authenticated
  using (session_id in (select id from public.wizard_sessions where user_id = (select auth.uid())));
create policy suggestions_insert_own on public.suggestions for insert to authenticated
  with check ((select app.can_draft()) and app.owns_session(session_id));
create policy suggestions_update_own on public.suggestions for update to authenticated
  using ((select app.can_draft()) and session_id in (select id from public.wizard_sessions where user_id = (select auth.uid())));
create policy suggestions_app_owner_read on public.suggestions for select to app_owner using (true);

create policy publish_confirmations_app_owner on public.publish_confirmations to app_owner using (true) with check (true);

grant select, insert, delete on public.idempotency_keys to authenticated;
grant update (status, body) on public.idempotency_keys to authenticated;
create policy idempotency_keys_own on public.idempotency_keys to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy idempotency_keys_app_owner_read on public.idempotency_keys for select to app_owner using (true);
create policy idempotency_keys_app_owner_sweep on public.idempotency_keys for delete to app_owner using (true);

-- Undo reaches back fifty revisions: what is older is forgotten as the next one comes.
create function app.bound_draft_revisions() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  delete from public.draft_revisions
  where session_id = new.session_id and revision <= (
    select revision from public.draft_revisions where session_id = new.session_id order by revision desc offset 50 limit 1);
  return null;
end
$$;
create trigger draft_revisions_bound after insert on public.draft_revisions for each row execute function app.bound_draft_revisions();

-- A newer offer voids the older ones of the session: one button is live at a time.
create function app.offer_confirmation(p_session uuid, p_revision bigint, p_token_hash bytea, p_seconds integer) returns timestamptz
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  owner_id constant uuid := app.require_session(p_session);
  until constant timestamptz := now() + make_interval(secs => p_seconds);
begin
  delete from public.publish_confirmations where session_id = p_session and used_at is null;
  insert into public.publish_confirmations (user_id, session_id, revision, token_hash, expires_at)
  values (owner_id, p_session, p_revision, p_token_hash, until);
  return until;
end
$$;

-- True exactly once, for the user and the revision that the token was made for, before it expires.
create function app.use_confirmation(p_session uuid, p_revision bigint, p_token_hash bytea) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  owner_id constant uuid := app.require_session(p_session);
begin
  update public.publish_confirmations set used_at = now()
  where token_hash = p_token_hash and user_id = owner_id and session_id = p_session and revision = p_revision
    and used_at is null and expires_at > now();
  return found;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.offer_confirmation(uuid, bigint, bytea, integer), app.use_confirmation(uuid, bigint, bytea)
  to authenticated, service_role;
