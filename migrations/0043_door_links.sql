-- A link for whoever stands at a door: it checks in for one event, needs no account, and can be taken back.

create table public.door_links (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events on delete cascade,
  name text not null check (char_length(name) between 1 and 60),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  used_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
comment on column public.door_links.token_hash is 'SHA-256 of what stands in the link';
create index idx_door_links_event on public.door_links (event_id);

alter table public.door_links enable row level security, force row level security;
revoke all on public.door_links from public, anon, authenticated, service_role;
grant select (id, event_id, name, used_at, created_at), delete on public.door_links to authenticated;
grant insert (id, event_id, name, token_hash) on public.door_links to authenticated;
grant select, insert, update, delete on public.door_links to service_role;
create policy door_links_read_own on public.door_links for select to authenticated
  using (exists (select from public.events e where e.id = door_links.event_id and e.organizer_id = (select auth.uid())));
create policy door_links_insert_own on public.door_links for insert to authenticated
  with check ((select app.can_draft()) and app.owns_event(event_id));
create policy door_links_delete_own on public.door_links for delete to authenticated
  using (exists (select from public.events e where e.id = door_links.event_id and e.organizer_id = (select auth.uid())));

-- The event of a link that still holds: until a day after the event's end, while it takes place.
create function app.door_of(p_token_hash bytea) returns table (event_id uuid, name text)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
    update public.door_links d set used_at = now() from public.events e
    where d.token_hash = p_token_hash and e.id = d.event_id and e.status = 'published'
      and coalesce(e.date_time + make_interval(mins => coalesce(e.duration, 0)) + interval '1 day' > now() or e.recurrence is not null, true)
    returning d.event_id, d.name
  $$;
create policy door_links_app_owner_read on public.door_links for select to app_owner using (true);
create policy door_links_app_owner_write on public.door_links for update to app_owner using (true) with check (true);

-- Whoever waits in vain, or asked to be left out, is taken out of the line by the organizer.
grant delete on public.waiting to authenticated;
create policy waiting_delete_own_events on public.waiting for delete to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = waiting.event_id and e.organizer_id = (select auth.uid())));

revoke execute on all functions in schema app from public;
grant execute on function app.door_of(bytea) to service_role;
