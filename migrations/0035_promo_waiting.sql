-- Codes that make tickets cheaper, and the line of those who wait for a seat.

create table public.promo_codes (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events on delete cascade,
  code text not null check (code ~ '^[A-Z0-9][A-Z0-9_-]{1,39}$'),
  percent numeric(6, 3) check (percent > 0 and percent <= 100),
  amount_cents bigint check (amount_cents > 0),
  most_orders integer check (most_orders > 0),
  valid_from timestamptz,
  valid_until timestamptz check (valid_until > valid_from),
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  check (num_nonnulls(percent, amount_cents) = 1),
  unique (event_id, code)
);
comment on column public.promo_codes.amount_cents is 'off the whole order, in minor units of the event''s currency';
comment on column public.promo_codes.most_orders is 'orders that hold or have used it, those that ended not counted';

alter table public.promo_codes enable row level security, force row level security;
revoke all on public.promo_codes from public, anon, authenticated, service_role;
grant select, delete on public.promo_codes to authenticated;
grant insert (id, event_id, code, percent, amount_cents, most_orders, valid_from, valid_until) on public.promo_codes to authenticated;
grant update (most_orders, valid_from, valid_until) on public.promo_codes to authenticated;
grant select, insert, update, delete on public.promo_codes to service_role;
create policy promo_codes_read_own on public.promo_codes for select to authenticated
  using (exists (select from public.events e where e.id = promo_codes.event_id and e.organizer_id = (select auth.uid())));
create policy promo_codes_insert_own on public.promo_codes for insert to authenticated
  with check ((select app.can_draft()) and app.owns_event(event_id));
create policy promo_codes_update_own on public.promo_codes for update to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = promo_codes.event_id and e.organizer_id = (select auth.uid())));
create policy promo_codes_delete_own on public.promo_codes for delete to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = promo_codes.event_id and e.organizer_id = (select auth.uid())));

alter table public.orders add column promo_code_id uuid references public.promo_codes on delete set null;
create index idx_orders_promo_code on public.orders (promo_code_id);

-- Who waits for seats of a sold-out event, in the order in which they came; an offer is an order that holds their seats for a while.
create table public.waiting (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events on delete cascade,
  tier_id uuid references public.ticket_tiers on delete cascade,
  email text not null check (char_length(email) between 3 and 254),
  name text not null check (char_length(name) between 1 and 200),
  language text check (language ~ '^[a-z]{2}$'),
  seats integer not null default 1 check (seats between 1 and 20),
  order_id uuid references public.orders on delete set null,
  offered_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
create unique index waiting_once on public.waiting (event_id, tier_id, lower(email)) nulls not distinct where offered_at is null;
create index idx_waiting_event on public.waiting (event_id, created_at) where offered_at is null;
create index idx_waiting_tier on public.waiting (tier_id);
create index idx_waiting_order on public.waiting (order_id);

alter table public.waiting enable row level security, force row level security;
revoke all on public.waiting from public, anon, authenticated, service_role;
grant select on public.waiting to authenticated;
grant select, insert, update, delete on public.waiting to service_role;
create policy waiting_read_own_events on public.waiting for select to authenticated
  using (exists (select from public.events e where e.id = waiting.event_id and e.organizer_id = (select auth.uid())));
