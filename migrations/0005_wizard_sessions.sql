-- One conversation that makes one event, and how it follows what happens to that event.

create table public.wizard_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references public.profiles on delete cascade,
  event_id uuid references public.events on delete set null,
  stage integer not null default 1 check (stage between 1 and 6),
  status text not null default 'in_progress' check (status in ('in_progress', 'completed', 'abandoned')),
  state jsonb not null default '{}',
  started_at timestamptz not null default now(),
  last_saved_at timestamptz not null default now(),
  completed_at timestamptz,
  time_spent_seconds integer not null default 0,
  stages_completed integer not null default 0,
  ai_interactions_count integer not null default 0,
  version bigint not null default 0,
  channel text check (char_length(channel) <= 40),
  language text check (char_length(language) <= 35),
  thread_id text check (char_length(thread_id) <= 200),
  owner_node text check (char_length(owner_node) <= 200),
  lease_until timestamptz
);
comment on column public.wizard_sessions.version is 'fence of the session''s one writer; the draft''s own count is events.revision';

create index idx_wizard_sessions_user_id on public.wizard_sessions (user_id);
create index idx_wizard_sessions_status on public.wizard_sessions (status);
create index idx_wizard_sessions_started_at on public.wizard_sessions (started_at desc);
create index idx_wizard_sessions_active on public.wizard_sessions (user_id, status, last_saved_at) where status = 'in_progress';
create index idx_wizard_sessions_analytics on public.wizard_sessions (completed_at desc) where status = 'completed';
create index idx_wizard_sessions_event on public.wizard_sessions (event_id);
create index idx_wizard_sessions_thread on public.wizard_sessions (user_id, thread_id) where thread_id is not null;
create index idx_wizard_sessions_owner_node on public.wizard_sessions (owner_node) where owner_node is not null;

alter table public.wizard_sessions enable row level security, force row level security;
revoke all on public.wizard_sessions from public, anon, authenticated, service_role;
grant select on public.wizard_sessions to authenticated;
grant insert (id, user_id, event_id, stage, status, state, last_saved_at, completed_at, time_spent_seconds, stages_completed,
  ai_interactions_count, version, channel, language, thread_id, owner_node, lease_until) on public.wizard_sessions to authenticated;
grant update (event_id, stage, status, state, last_saved_at, completed_at, time_spent_seconds, stages_completed,
  ai_interactions_count, version, channel, language, thread_id, owner_node, lease_until) on public.wizard_sessions to authenticated;
grant select, insert, update, delete on public.wizard_sessions to service_role;
create policy wizard_sessions_read_own on public.wizard_sessions for select to authenticated using (user_id = (select auth.uid()));
create policy wizard_sessions_insert_own on public.wizard_sessions for insert to authenticated
  with check (user_id = (select auth.uid()) and (select app.can_draft()));
create policy wizard_sessions_update_own on public.wizard_sessions for update to authenticated
  using (user_id = (select auth.uid()) and (select app.can_draft()))
  with check (user_id = (select auth.uid()) and (select app.can_draft()));
create policy wizard_sessions_app_owner_read on public.wizard_sessions for select to app_owner using (true);
create policy wizard_sessions_app_owner_write on public.wizard_sessions for update to app_owner using (true) with check (true);

-- After the statement, so that one statement may make the event and tie the session to it.
create function app.session_event() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if not exists (select from public.events where id = new.event_id and organizer_id = new.user_id) then
    raise exception 'there is no event %', new.event_id using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger wizard_sessions_event_insert after insert on public.wizard_sessions for each row
  when (new.event_id is not null) execute function app.session_event();
create trigger wizard_sessions_event_update after update on public.wizard_sessions for each row
  when (new.event_id is not null and new.event_id is distinct from old.event_id) execute function app.session_event();

-- A turn settles the session's row itself; only writes from elsewhere have to be noticed here.
create function app.update_wizard_session_on_event_save() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app.in_turn() then
    update public.wizard_sessions
    set last_saved_at = now(),
      time_spent_seconds = extract(epoch from coalesce(completed_at, now()) - started_at)::integer
    where event_id = new.id;
  end if;
  return null;
end
$$;

create function app.complete_wizard_session_on_publish() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.wizard_sessions
  set status = 'completed', completed_at = now(), stages_completed = 6
  where event_id = new.id;
  return null;
end
$$;

create trigger event_update_wizard_session after update on public.events
  for each row execute function app.update_wizard_session_on_event_save();
create trigger event_publish_complete_wizard after update on public.events
  for each row when (new.status = 'published' and old.status = 'draft')
  execute function app.complete_wizard_session_on_publish();

-- For checks on rows that hang on a session. Volatile, so that it sees a session made earlier in the same statement.
create function app.owns_session(p_session uuid) returns boolean
  language plpgsql volatile set search_path = pg_catalog, pg_temp
  as $$
begin
  return exists (select from public.wizard_sessions where id = p_session and user_id = auth.uid());
end
$$;

-- The owner of a session that the caller may act on; a foreign one answers exactly as an absent one.
create function app.require_session(p_session uuid) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  owner_id uuid;
begin
  select user_id into owner_id from public.wizard_sessions where id = p_session;
  if owner_id is null or not (app.is_service() or owner_id = auth.uid() and app.can_draft()) then
    raise exception 'there is no session %', p_session using errcode = 'PT404';
  end if;
  return owner_id;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.owns_session(uuid) to authenticated, service_role;
