-- Places: shared ones (no owner) are public, an organizer's own place is private until a public event happens there.

-- unaccent is not immutable by itself because its dictionary may change; naming the dictionary pins it.
create function app.fold(p_text text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$ select lower(extensions.unaccent('extensions.unaccent'::regdictionary, coalesce(p_text, ''))) $$;

create function app.venue_words(p_name text, p_place text, p_amenities text[]) returns tsvector
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
    select setweight(to_tsvector('simple', app.fold(p_name)), 'A')
      || setweight(to_tsvector('simple', app.fold(p_place)), 'B')
      || setweight(to_tsvector('simple', app.fold(array_to_string(p_amenities, ' '))), 'C')
  $$;

create table public.venues (
  id uuid primary key default gen_random_uuid(),
  ref text unique check (char_length(ref) <= 100),
  owner_id uuid default auth.uid() references public.profiles on delete cascade,
  name text not null check (char_length(name) between 1 and 300),
  address text check (char_length(address) <= 500),
  city text check (char_length(city) <= 200),
  country text check (char_length(country) <= 100),
  lat double precision check (lat between -90 and 90),
  lon double precision check (lon between -180 and 180),
  timezone text check (app.is_timezone(timezone)),
  capacity integer check (capacity > 0),
  amenities text[] not null default '{}' check (cardinality(amenities) <= 100),
  price_min_cents bigint check (price_min_cents >= 0),
  price_max_cents bigint check (price_max_cents >= price_min_cents),
  currency text check (currency ~ '^[A-Z]{3}$'),
  search tsvector generated always as
    (app.venue_words(name, coalesce(address, '') || ' ' || coalesce(city, '') || ' ' || coalesce(country, ''), amenities)) stored,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
comment on column public.venues.owner_id is 'NULL: shared with everybody';
comment on column public.venues.price_min_cents is 'minor units of currency';

create index idx_venues_owner on public.venues (owner_id);
create index idx_venues_city on public.venues (city, capacity);
create index idx_venues_search on public.venues using gin (search);
create index idx_venues_name_trigram on public.venues using gin (name extensions.gin_trgm_ops);

alter table public.venues enable row level security, force row level security;
revoke all on public.venues from public, anon, authenticated, service_role;
grant select on public.venues to anon, authenticated;
grant insert (id, owner_id, name, address, city, country, lat, lon, timezone, capacity, amenities, price_min_cents, price_max_cents, currency)
  on public.venues to authenticated;
grant update (name, address, city, country, lat, lon, timezone, capacity, amenities, price_min_cents, price_max_cents, currency)
  on public.venues to authenticated;
grant select, insert, update, delete on public.venues to service_role;
create policy venues_read_shared on public.venues for select to anon, authenticated using (owner_id is null);
create policy venues_read_own on public.venues for select to authenticated using (owner_id = (select auth.uid()));
create policy venues_insert_own on public.venues for insert to authenticated
  with check (owner_id = (select auth.uid()) and (select app.can_draft()));
create policy venues_update_own on public.venues for update to authenticated
  using (owner_id = (select auth.uid()) and (select app.can_draft()))
  with check (owner_id = (select auth.uid()) and (select app.can_draft()));
create policy venues_app_owner_read on public.venues for select to app_owner using (true);
create policy venues_app_owner_move on public.venues for update to app_owner using (true) with check (true);

revoke execute on all functions in schema app from public;
grant execute on function app.fold(text), app.venue_words(text, text, text[]) to authenticated, service_role;
