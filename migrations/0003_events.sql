-- Events and the pictures they show: an organizer's draft, what the public may see of it, and the rules no client can get around.

create table public.files (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles on delete cascade,
  kind text not null check (kind ~ '^[a-z_]{1,40}$'),
  mime text not null check (char_length(mime) <= 100),
  bytes bytea,
  path text check (char_length(path) <= 500),
  sha256 bytea not null check (octet_length(sha256) = 32),
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  check (num_nonnulls(bytes, path) = 1)
);
create index idx_files_owner on public.files (owner_id);

create table public.events (
  id uuid primary key default gen_random_uuid(),
  organizer_id uuid not null default auth.uid() references public.profiles on delete cascade,
  venue_id uuid references public.venues on delete set null,
  series_id uuid,
  image_id uuid references public.files on delete set null,
  name text check (char_length(name) between 1 and 300),
  slug text unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 120),
  type text check (type in ('conference', 'workshop', 'meetup', 'concert', 'webinar', 'festival', 'networking', 'other')),
  description text check (char_length(description) <= 50000),
  status text not null default 'draft' check (status in ('draft', 'published', 'cancelled')),
  visibility text not null default 'public' check (visibility in ('public', 'private')),
  place_kind text check (place_kind in ('venue', 'online', 'hybrid')),
  place text check (char_length(place) <= 500),
  address text check (char_length(address) <= 500),
  city text check (char_length(city) <= 200),
  country text check (char_length(country) <= 100),
  online_url text check (char_length(online_url) <= 2048),
  amenities text[] not null default '{}' check (cardinality(amenities) <= 100),
  capacity integer check (capacity > 0),
  starts_local timestamp,
  starts_date_only boolean not null default false,
  ends_local timestamp,
  timezone text,
  date_time timestamptz,
  duration integer check (duration > 0),
  recurrence text check (char_length(recurrence) <= 1000),
  currency text check (currency ~ '^[A-Z]{3}$'),
  price_cents bigint check (price_cents >= 0),
  max_per_order integer check (max_per_order > 0),
  tax_rate numeric(6, 3) check (tax_rate between 0 and 100),
  refund_policy text check (char_length(refund_policy) <= 5000),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  revision bigint not null default 1,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  updated_at timestamptz not null default date_trunc('milliseconds', now()),
  published_at timestamptz,
  cancelled_at timestamptz,
  check (not starts_date_only or ends_local is null or ends_local >= starts_local),
  check (status <> 'published' or (name is not null and slug is not null and published_at is not null))
);
comment on column public.events.price_cents is 'minor units of currency, also for those that have no cents';
comment on column public.events.duration is 'minutes';
comment on column public.events.tax_rate is 'percent';
comment on column public.events.starts_date_only is 'the day is known, the hour is not: starts_local is at 00:00 and date_time is NULL';
comment on column public.events.date_time is 'derived from starts_local and the zone; writing it alone sets starts_local';
comment on column public.events.revision is 'plus one at every change of a draft field';

create index idx_events_organizer_status on public.events (organizer_id, status);
create index idx_events_published_date on public.events (date_time desc) where status = 'published';
create index idx_events_slug on public.events (slug) where status = 'published';
create index idx_events_type_city on public.events (type, (metadata ->> 'city'));
create index idx_events_venue on public.events (venue_id);
create index idx_events_image on public.events (image_id);

alter table public.events enable row level security, force row level security;
revoke all on public.events from public, anon, authenticated, service_role;
grant select on public.events to anon, authenticated;
grant insert (id, organizer_id, status, venue_id, series_id, image_id, name, slug, type, description, visibility, place_kind, place,
  address, city, country, online_url, amenities, capacity, starts_local, starts_date_only, ends_local, timezone, date_time, duration,
  recurrence, currency, price_cents, max_per_order, tax_rate, refund_policy, metadata)
  on public.events to authenticated;
grant update (venue_id, series_id, image_id, name, slug, type, description, visibility, place_kind, place,
  address, city, country, online_url, amenities, capacity, starts_local, starts_date_only, ends_local, timezone, date_time, duration,
  recurrence, currency, price_cents, max_per_order, tax_rate, refund_policy, metadata, updated_at)
  on public.events to authenticated;
grant select, insert, update, delete on public.events to service_role;
create policy events_read_published on public.events for select to anon, authenticated
  using (visibility = 'public' and status = 'published');
create policy events_read_own on public.events for select to authenticated using (organizer_id = (select auth.uid()));
create policy events_insert_own on public.events for insert to authenticated
  with check (organizer_id = (select auth.uid()) and status = 'draft' and (select app.can_draft()));
create policy events_update_own on public.events for update to authenticated
  using (organizer_id = (select auth.uid()) and (select app.can_draft()))
  with check (organizer_id = (select auth.uid()) and (select app.can_draft()));
create policy events_app_owner_read on public.events for select to app_owner using (true);
create policy events_app_owner_write on public.events for update to app_owner using (true) with check (true);

create policy venues_read_published on public.venues for select to anon, authenticated
  using (exists (
    select from public.events e where e.venue_id = venues.id and e.status = 'published' and e.visibility = 'public'));

alter table public.files enable row level security, force row level security;
revoke all on public.files from public, anon, authenticated, service_role;
grant select on public.files to anon, authenticated;
grant select, insert, update, delete on public.files to service_role;
create policy files_read_own on public.files for select to authenticated using (owner_id = (select auth.uid()));
create policy files_read_published on public.files for select to anon, authenticated
  using (exists (
    select from public.events e where e.image_id = files.id and e.status = 'published' and e.visibility = 'public'));
create policy files_app_owner_read on public.files for select to app_owner using (true);
create policy files_app_owner_move on public.files for update to app_owner using (true) with check (true);

create function app.slug(p_name text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
    select nullif(btrim(left(btrim(regexp_replace(app.fold(p_name), '[^a-z0-9]+', '-', 'g'), '-'), 80), '-'), '')
  $$;

-- The lock lets one transaction at a time choose among slugs of one name, so that the choice still holds at commit.
create function app.free_slug(p_name text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  base constant text := coalesce(app.slug(p_name), 'event');
  candidate text := base;
begin
  perform pg_advisory_xact_lock(hashtextextended('slug ' || base, 0));
  for n in 2..20 loop
    if not exists (select from public.events where slug = candidate) then
      return candidate;
    end if;
    candidate := base || '-' || n;
  end loop;
  return base || '-' || left(replace(gen_random_uuid()::text, '-', ''), 10);
end
$$;

-- A turn of the wizard knows what the user said and writes exactly that; writes from elsewhere get the usual defaults.
create function app.in_turn() returns boolean language sql stable
  return coalesce(current_setting('eventos.turn', true) = 'on', false);

-- Zone of an event that names none: its venue's, else its organizer's, else UTC.
create function app.event_zone(p_venue uuid, p_organizer uuid) returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(
      (select timezone from public.venues where id = p_venue),
      (select timezone from public.profiles where id = p_organizer),
      'UTC')
  $$;

create function app.event_lock() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.updated_at is distinct from old.updated_at then
    raise exception 'the event was changed meanwhile' using
      errcode = 'PT409',
      detail = jsonb_build_object('yours', new.updated_at, 'current', old.updated_at)::text,
      hint = 'Read the event again and repeat the change.';
  end if;
  return new;
end
$$;

create function app.event_status() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if tg_op = 'UPDATE' and (old.status, new.status) not in
    (('draft', 'published'), ('draft', 'cancelled'), ('published', 'cancelled'),
     ('draft', 'draft'), ('published', 'published'), ('cancelled', 'cancelled')) then
    raise exception 'an event that is % cannot become %', old.status, new.status using errcode = 'PT409';
  end if;
  if new.status = 'published' then
    new.published_at := coalesce(new.published_at, date_trunc('milliseconds', now()));
  elsif new.status = 'cancelled' then
    new.cancelled_at := coalesce(new.cancelled_at, date_trunc('milliseconds', now()));
  end if;
  return new;
end
$$;

-- Local times are the truth; the instant and the length follow from them, unless one of those two was all that was written.
create function app.event_schedule() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  before public.events;
  zone text;
  instant_alone boolean;
  end_written boolean;
  length_written boolean;
begin
  if tg_op = 'UPDATE' then
    before := old;
    if (new.starts_local, new.starts_date_only, new.ends_local, new.timezone, new.date_time, new.duration, new.venue_id, new.organizer_id)
      is not distinct from
      (old.starts_local, old.starts_date_only, old.ends_local, old.timezone, old.date_time, old.duration, old.venue_id, old.organizer_id) then
      return new;
    end if;
  end if;
  zone := coalesce(new.timezone, app.event_zone(new.venue_id, new.organizer_id));
  instant_alone := new.date_time is distinct from before.date_time and new.starts_local is not distinct from before.starts_local;
  end_written := new.ends_local is distinct from before.ends_local and new.ends_local is not null;
  length_written := new.duration is distinct from before.duration;

  if instant_alone and new.date_time is not null then
    new.timezone := zone;
    new.starts_local := new.date_time at time zone zone;
    new.starts_date_only := false;
  elsif instant_alone and before.date_time is not null then
    new.starts_local := null;
  end if;

  if new.starts_local is null then
    new.starts_date_only := false;
    new.date_time := null;
    -- Without a start an end that only followed from the length says nothing.
    if before.date_time is not null and not end_written then
      new.ends_local := null;
    end if;
    return new;
  elsif new.starts_date_only then
    new.starts_local := date_trunc('day', new.starts_local);
    new.date_time := null;
    return new;
  end if;

  -- An instant that fits the local time is kept: it tells the two readings of an hour that the clock passes twice.
  if new.date_time is null or new.date_time at time zone zone <> new.starts_local then
    new.date_time := new.starts_local at time zone zone;
  end if;
  if not end_written and (new.ends_local is null or length_written or new.ends_local at time zone zone <= new.date_time
    or instant_alone and new.duration is not null) then
    new.ends_local := (new.date_time + make_interval(mins => new.duration)) at time zone zone;
  else
    new.duration := round(extract(epoch from new.ends_local at time zone zone - new.date_time) / 60);
  end if;
  return new;
end
$$;

-- metadata is merged, never replaced (NULL removes a key); what the server records there no client can write.
create function app.event_metadata() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  before jsonb := '{}';
  forged text;
begin
  if tg_op = 'UPDATE' then
    before := old.metadata;
    if (new.metadata, new.city) is not distinct from (old.metadata, old.city) then
      return new;
    end if;
  end if;
  new.metadata := coalesce(new.metadata, '{}');
  if jsonb_typeof(new.metadata) <> 'object' then
    return new;
  end if;
  if current_user in ('anon', 'authenticated') then
    select key into forged from jsonb_each(new.metadata)
    where (key like 'stripe\_%' or key in ('ai_generated', 'analytics')) and value is distinct from before -> key;
    if found then
      raise exception 'metadata.% is written by the server only', forged using errcode = 'insufficient_privilege';
    end if;
  end if;
  new.metadata := (
    select coalesce(jsonb_object_agg(key, value) filter (where value <> 'null'), '{}')
    from jsonb_each(before || new.metadata));
  if new.metadata ->> 'city' is distinct from before ->> 'city'
    and (tg_op = 'INSERT' and new.city is null or tg_op = 'UPDATE' and new.city is not distinct from old.city) then
    new.city := new.metadata ->> 'city';
  end if;
  new.metadata := (new.metadata - 'city') || case when new.city is null then '{}' else jsonb_build_object('city', new.city) end;
  return new;
end
$$;

create function app.event_defaults() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if app.in_turn() then
    return new;
  end if;
  -- Only beside the value that asks for them: a write about something else invents nothing.
  if new.slug is null and new.name is not null and (tg_op = 'INSERT' or new.name is distinct from old.name) then
    new.slug := app.free_slug(new.name);
  end if;
  if new.currency is null and new.price_cents is not null and (tg_op = 'INSERT' or new.price_cents is distinct from old.price_cents) then
    new.currency := coalesce((select currency from public.profiles where id = new.organizer_id), 'USD');
  end if;
  return new;
end
$$;

create function app.event_revision() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if (new.name, new.slug, new.type, new.description, new.visibility, new.place_kind, new.place, new.address, new.city, new.country,
      new.venue_id, new.online_url, new.amenities, new.capacity, new.starts_local, new.starts_date_only, new.ends_local, new.timezone,
      new.date_time, new.duration, new.recurrence, new.currency, new.price_cents, new.max_per_order, new.tax_rate, new.refund_policy,
      new.image_id)
    is distinct from
     (old.name, old.slug, old.type, old.description, old.visibility, old.place_kind, old.place, old.address, old.city, old.country,
      old.venue_id, old.online_url, old.amenities, old.capacity, old.starts_local, old.starts_date_only, old.ends_local, old.timezone,
      old.date_time, old.duration, old.recurrence, old.currency, old.price_cents, old.max_per_order, old.tax_rate, old.refund_policy,
      old.image_id) then
    new.revision := old.revision + 1;
  end if;
  -- Two changes in one millisecond still differ, or the second writer's lock would pass.
  new.updated_at := greatest(date_trunc('milliseconds', now()), old.updated_at + interval '1 millisecond');
  return new;
end
$$;

-- Triggers of one moment fire in the order of their names.
create trigger events_1_lock before update on public.events for each row execute function app.event_lock();
create trigger events_2_status before insert or update on public.events for each row execute function app.event_status();
create trigger events_3_schedule before insert or update on public.events for each row execute function app.event_schedule();
create trigger events_4_metadata before insert or update on public.events for each row execute function app.event_metadata();
create trigger events_5_defaults before insert or update on public.events for each row execute function app.event_defaults();
create trigger events_6_revision before update on public.events for each row execute function app.event_revision();

-- A foreign key alone would take anybody's private venue or picture. After the statement, so that one statement may make both rows.
create function app.event_references() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.venue_id is not null and not exists (
    select from public.venues v where v.id = new.venue_id and (v.owner_id is null or v.owner_id = new.organizer_id)) then
    raise exception 'there is no venue %', new.venue_id using errcode = 'foreign_key_violation';
  end if;
  if new.image_id is not null and not exists (
    select from public.files f where f.id = new.image_id and f.owner_id = new.organizer_id) then
    raise exception 'there is no file %', new.image_id using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;

create trigger events_references_insert after insert on public.events for each row
  when (new.venue_id is not null or new.image_id is not null) execute function app.event_references();
create trigger events_references_update after update on public.events for each row
  when (new.venue_id is distinct from old.venue_id or new.image_id is distinct from old.image_id)
  execute function app.event_references();

-- For checks on rows that hang on an event. Volatile, so that it sees an event made earlier in the same statement.
create function app.owns_event(p_event uuid) returns boolean
  language plpgsql volatile set search_path = pg_catalog, pg_temp
  as $$
begin
  return exists (select from public.events where id = p_event and organizer_id = auth.uid());
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.owns_event(uuid) to authenticated, service_role;
grant execute on function app.slug(text), app.free_slug(text), app.in_turn(), app.event_zone(uuid, uuid) to authenticated, service_role;
