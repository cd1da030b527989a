-- What an event sells and has sold; buying is done by the server, an organizer reads the result.

create table public.ticket_tiers (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events on delete cascade,
  position integer not null default 0,
  name text not null check (char_length(name) between 1 and 200),
  price_cents bigint not null default 0 check (price_cents >= 0),
  quantity integer check (quantity > 0),
  max_per_order integer check (max_per_order > 0),
  sales_from timestamptz,
  sales_until timestamptz check (sales_until > sales_from),
  stripe_price_id text
);
comment on column public.ticket_tiers.price_cents is 'minor units of the event''s currency';
create index idx_ticket_tiers_event on public.ticket_tiers (event_id, position);

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events,
  buyer_email text not null,
  buyer_name text,
  amount_cents bigint not null default 0 check (amount_cents >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'pending' check (status in ('pending', 'paid', 'refunded', 'cancelled')),
  stripe_session_id text unique,
  stripe_payment_intent_id text unique,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index idx_orders_event on public.orders (event_id);

create table public.tickets (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events on delete cascade,
  tier_id uuid references public.ticket_tiers,
  order_id uuid references public.orders on delete cascade,
  attendee_name text,
  attendee_email text,
  attendee_phone text,
  code text unique,
  status text not null default 'valid' check (status in ('valid', 'used', 'cancelled')),
  checked_in_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index idx_tickets_event on public.tickets (event_id);
create index idx_tickets_tier on public.tickets (tier_id);
create index idx_tickets_order on public.tickets (order_id);

alter table public.ticket_tiers enable row level security, force row level security;
revoke all on public.ticket_tiers from public, anon, authenticated, service_role;
grant select, delete on public.ticket_tiers to authenticated;
grant select on public.ticket_tiers to anon;
grant insert (id, event_id, position, name, price_cents, quantity, max_per_order, sales_from, sales_until) on public.ticket_tiers to authenticated;
grant update (position, name, price_cents, quantity, max_per_order, sales_from, sales_until) on public.ticket_tiers to authenticated;
grant select, insert, update, delete on public.ticket_tiers to service_role;
create policy ticket_tiers_read_published on public.ticket_tiers for select to anon, authenticated
  using (exists (
    select from public.events e where e.id = ticket_tiers.event_id and e.status = 'published' and e.visibility = 'public'));
create policy ticket_tiers_read_own on public.ticket_tiers for select to authenticated
  using (exists (
    select from public.events e where e.id = ticket_tiers.event_id and e.organizer_id = (select auth.uid())));
create policy ticket_tiers_insert_own on public.ticket_tiers for insert to authenticated
  with check ((select app.can_draft()) and app.owns_event(event_id));
create policy ticket_tiers_update_own on public.ticket_tiers for update to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = ticket_tiers.event_id and e.organizer_id = (select auth.uid())));
create policy ticket_tiers_delete_own on public.ticket_tiers for delete to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = ticket_tiers.event_id and e.organizer_id = (select auth.uid())));
create policy ticket_tiers_app_owner_read on public.ticket_tiers for select to app_owner using (true);

alter table public.orders enable row level security, force row level security;
revoke all on public.orders from public, anon, authenticated, service_role;
grant select on public.orders to authenticated;
grant select, insert, update, delete on public.orders to service_role;
create policy orders_read_own_events on public.orders for select to authenticated
  using (exists (
    select from public.events e where e.id = orders.event_id and e.organizer_id = (select auth.uid())));

alter table public.tickets enable row level security, force row level security;
revoke all on public.tickets from public, anon, authenticated, service_role;
grant select on public.tickets to authenticated;
grant select, insert, update, delete on public.tickets to service_role;
create policy tickets_read_own_events on public.tickets for select to authenticated
  using (exists (
    select from public.events e where e.id = tickets.event_id and e.organizer_id = (select auth.uid())));

create policy orders_app_owner_read on public.orders for select to app_owner using (true);

-- The reader's own rights decide (security_invoker); somebody else's published event is left out, or its counts would look like zero.
create view public.event_stats with (security_invoker = true) as
  select
    e.id as event_id,
    e.organizer_id,
    coalesce(t.ticket_count, 0) as ticket_count,
    coalesce(t.checked_in_count, 0) as checked_in_count,
    coalesce(o.order_count, 0) as order_count,
    coalesce(o.revenue_cents, 0) as revenue_cents
  from public.events e
  left join lateral (
    select count(*) as ticket_count, count(t.checked_in_at) as checked_in_count
    from public.tickets t where t.event_id = e.id and t.status <> 'cancelled') t on true
  left join lateral (
    select count(*) as order_count, sum(o.amount_cents)::bigint as revenue_cents
    from public.orders o where o.event_id = e.id and o.status = 'paid') o on true
  where e.organizer_id = (select auth.uid()) or (select app.is_service());
revoke all on public.event_stats from public, anon, authenticated, service_role;
grant select on public.event_stats to authenticated, service_role;

-- A change of what is sold is a change of the draft: the event's revision counts it.
create function app.tiers_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    update public.events set revision = revision + 1 where id in (select event_id from new_tiers);
  elsif tg_op = 'DELETE' then
    update public.events set revision = revision + 1 where id in (select event_id from old_tiers);
  else
    update public.events set revision = revision + 1
    where id in (
      select n.event_id from new_tiers n join old_tiers o using (id)
      where (n.position, n.name, n.price_cents, n.quantity, n.max_per_order, n.sales_from, n.sales_until)
        is distinct from (o.position, o.name, o.price_cents, o.quantity, o.max_per_order, o.sales_from, o.sales_until));
  end if;
  return null;
end
$$;

create trigger ticket_tiers_inserted after insert on public.ticket_tiers
  referencing new table as new_tiers for each statement execute function app.tiers_changed();
create trigger ticket_tiers_updated after update on public.ticket_tiers
  referencing old table as old_tiers new table as new_tiers for each statement execute function app.tiers_changed();
create trigger ticket_tiers_deleted after delete on public.ticket_tiers
  referencing old table as old_tiers for each statement execute function app.tiers_changed();

revoke execute on all functions in schema app from public;
