-- Selling: an order holds seats until it is paid for, a ticket is a seat, a refund is money on its way back (decision 0026).

-- A seat is taken while its ticket is held, valid or used. What it was called and what it cost stays with it.
alter table public.tickets
  drop constraint tickets_status_check,
  drop constraint tickets_tier_id_fkey,
  add constraint tickets_status_check check (status in ('held', 'valid', 'used', 'cancelled')),
  add constraint tickets_tier_id_fkey foreign key (tier_id) references public.ticket_tiers on delete set null,
  add column tier_name text,
  add column price_cents bigint not null default 0 check (price_cents >= 0),
  add column door text check (char_length(door) <= 60);
comment on column public.tickets.price_cents is 'what this seat cost, after discounts and before tax';
comment on column public.tickets.tier_name is 'NULL: the event''s one kind of ticket';

alter table public.orders
  drop constraint orders_status_check,
  add constraint orders_status_check check (status in ('pending', 'paid', 'expired', 'cancelled', 'refunded')),
  add column buyer_language text check (buyer_language ~ '^[a-z]{2}$'),
  add column form_key bytea unique check (octet_length(form_key) = 32),
  add column subtotal_cents bigint not null default 0 check (subtotal_cents >= 0),
  add column discount_cents bigint not null default 0 check (discount_cents >= 0),
  add column tax_cents bigint not null default 0 check (tax_cents >= 0),
  add column fee_cents bigint not null default 0 check (fee_cents >= 0),
  add column refunded_cents bigint not null default 0 check (refunded_cents >= 0),
  add column stripe_account_id text references public.stripe_accounts on delete set null,
  add column hold_until timestamptz,
  add column paid_at timestamptz,
  add column ended_at timestamptz,
  add column disputed_at timestamptz,
  add column dispute_told_at timestamptz,
  add column stripe_checkout_url text,
  add column checkout_ends_at timestamptz,
  add column mails integer not null default 0,
  add constraint orders_refunded_check check (refunded_cents <= amount_cents) not valid;
comment on column public.orders.form_key is 'the form that was sent: sent again it is the same order';
comment on column public.orders.fee_cents is 'what the operator keeps of the amount';
comment on column public.orders.hold_until is 'until then its seats are nobody else''s, while it is pending';
create index idx_orders_holds on public.orders (hold_until) where status = 'pending';
create index idx_orders_stripe_account on public.orders (stripe_account_id);

-- The lawful ways of an order: domain/sale.rs names the same ones, and a test holds them together.
create function app.order_status() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.status <> old.status and (old.status, new.status) not in
    (('pending', 'paid'), ('pending', 'expired'), ('expired', 'paid'), ('expired', 'refunded'),
     ('paid', 'cancelled'), ('paid', 'refunded')) then
    raise exception 'an order that is % cannot become %', old.status, new.status using errcode = 'PT409';
  end if;
  if new.status in ('expired', 'cancelled', 'refunded') and old.status <> new.status then
    new.ended_at := date_trunc('milliseconds', now());
  elsif new.status = 'paid' and old.status <> 'paid' then
    new.paid_at := date_trunc('milliseconds', now());
    new.ended_at := null;
  end if;
  return new;
end
$$;
create trigger orders_status before update of status on public.orders for each row execute function app.order_status();

create table public.refunds (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders on delete cascade,
  event_id uuid not null references public.events,
  amount_cents bigint not null check (amount_cents > 0),
  reason text not null check (reason in ('buyer', 'organizer', 'too_late', 'event_cancelled', 'outside')),
  status text not null default 'due' check (status in ('due', 'done', 'failed')),
  stripe_refund_id text unique,
  requested_by uuid references public.profiles on delete set null,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  done_at timestamptz
);
comment on column public.refunds.reason is 'too_late: paid after the hold had run out and the seats were gone; outside: made at Stripe itself';
create index idx_refunds_order on public.refunds (order_id);
create index idx_refunds_event on public.refunds (event_id);
create index idx_refunds_requested_by on public.refunds (requested_by);

alter table public.refunds enable row level security, force row level security;
revoke all on public.refunds from public, anon, authenticated, service_role;
grant select on public.refunds to authenticated;
grant select, insert, update, delete on public.refunds to service_role;
create policy refunds_read_own_events on public.refunds for select to authenticated
  using (exists (
    select from public.events e where e.id = refunds.event_id and e.organizer_id = (select auth.uid())));

-- What happened at the doors: one row for each scan, so that a scan sent twice is one and two doors hear the same.
create table public.checkins (
  id uuid primary key,
  event_id uuid not null references public.events on delete cascade,
  ticket_id uuid references public.tickets on delete cascade,
  result text not null check (result in ('admitted', 'already', 'cancelled', 'unpaid', 'unknown', 'undone')),
  door text not null default '' check (char_length(door) <= 60),
  scanned_at timestamptz not null,
  received_at timestamptz not null default date_trunc('milliseconds', now())
);
create index idx_checkins_event on public.checkins (event_id, received_at);
create index idx_checkins_ticket on public.checkins (ticket_id);

alter table public.checkins enable row level security, force row level security;
revoke all on public.checkins from public, anon, authenticated, service_role;
grant select on public.checkins to authenticated;
grant select, insert, update, delete on public.checkins to service_role;
create policy checkins_read_own_events on public.checkins for select to authenticated
  using (exists (
    select from public.events e where e.id = checkins.event_id and e.organizer_id = (select auth.uid())));

create policy stripe_accounts_app_owner_read on public.stripe_accounts for select to app_owner using (true);
create policy orders_app_owner_write on public.orders for update to app_owner using (true) with check (true);
create policy orders_app_owner_add on public.orders for insert to app_owner with check (true);
create policy tickets_app_owner_write on public.tickets for update to app_owner using (true) with check (true);
create policy tickets_app_owner_add on public.tickets for insert to app_owner with check (true);
create policy refunds_app_owner_read on public.refunds for select to app_owner using (true);
create policy refunds_app_owner_add on public.refunds for insert to app_owner with check (true);
create policy refunds_app_owner_write on public.refunds for update to app_owner using (true) with check (true);

-- What order links and forms are signed with; kept here so that every process of one database knows the same.
create table app.secrets (
  name text primary key check (name ~ '^[a-z_]{1,40}$'),
  secret bytea not null check (octet_length(secret) = 32)
);
alter table app.secrets enable row level security, force row level security;
revoke all on app.secrets from public, anon, authenticated, service_role;
create policy secrets_app_owner_read on app.secrets for select to app_owner using (true);
create policy secrets_app_owner_add on app.secrets for insert to app_owner with check (true);

create function app.secret(p_name text) returns bytea
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into app.secrets (name, secret) values (p_name, extensions.gen_random_bytes(32)) on conflict (name) do nothing;
  return (select secret from app.secrets where name = p_name);
end
$$;

-- Seats of an event that are somebody's, by kind of ticket; `p_except` leaves out one order's own.
create function app.taken(p_event uuid, p_except uuid) returns table (tier_id uuid, seats bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select t.tier_id, count(*) from public.tickets t
    where t.event_id = p_event and t.status in ('held', 'valid', 'used') and t.order_id is distinct from p_except
    group by t.tier_id
  $$;

-- Whether the seats that an event has given away are no more than it has: of each kind, and of all together.
create function app.fits(p_event uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select not exists (
        select from public.ticket_tiers t join app.taken(p_event, null) k on k.tier_id = t.id
        where t.event_id = p_event and k.seats > t.quantity)
      and coalesce((select sum(seats) from app.taken(p_event, null))
        <= (select capacity from public.events where id = p_event), true)
  $$;

-- Whoever sells of an event waits here for whoever sells of it: what is read after this holds until the transaction's end.
-- Holds that have run out are given back on the way.
create function app.open_till(p_event uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform from public.events where id = p_event for update;
  if not found then
    return false;
  end if;
  perform app.end_hold(o.id) from public.orders o
  where o.event_id = p_event and o.status = 'pending' and o.hold_until < now();
  return true;
end
$$;

-- Gives the seats of an unpaid order back. False when it was no longer unpaid.
create function app.end_hold(p_order uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.orders set status = 'expired' where id = p_order and status = 'pending';
  if not found then
    return false;
  end if;
  update public.tickets set status = 'cancelled' where order_id = p_order and status = 'held';
  return true;
end
$$;

-- An order with its seats, held or, where nothing is to be paid, valid at once. The till must be open (app.open_till); it is looked
-- at once more, so that a caller who counted wrong cannot give away a seat twice.
create function app.place_order(p_event uuid, p_order jsonb, p_seats jsonb) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  made public.orders;
begin
  insert into public.orders (id, event_id, buyer_email, buyer_name, buyer_language, form_key, currency, subtotal_cents, discount_cents,
    tax_cents, amount_cents, fee_cents, stripe_account_id, hold_until, status, paid_at)
  select o.id, p_event, o.buyer_email, o.buyer_name, o.buyer_language, decode(o.form_key, 'hex'), o.currency, o.subtotal_cents,
    o.discount_cents, o.tax_cents, o.amount_cents, o.fee_cents, o.stripe_account_id,
    case when o.amount_cents > 0 then now() + make_interval(secs => o.hold_s) end,
    case when o.amount_cents > 0 then 'pending' else 'paid' end,
    case when o.amount_cents = 0 then date_trunc('milliseconds', now()) end
  from jsonb_to_record(p_order) as o(id uuid, buyer_email text, buyer_name text, buyer_language text, form_key text, currency text,
    subtotal_cents bigint, discount_cents bigint, tax_cents bigint, amount_cents bigint, fee_cents bigint, stripe_account_id text,
    hold_s double precision)
  returning * into made;
  insert into public.tickets (event_id, order_id, tier_id, tier_name, price_cents, attendee_name, attendee_email, code, status)
  select p_event, made.id, s.tier_id, s.tier_name, s.price_cents, made.buyer_name, made.buyer_email, s.code,
    case when made.status = 'paid' then 'valid' else 'held' end
  from jsonb_to_recordset(p_seats) as s(tier_id uuid, tier_name text, price_cents bigint, code text);
  if not app.fits(p_event) then
    raise exception 'there are not so many seats left' using errcode = 'PT409';
  end if;
  return made.id;
end
$$;

-- The money of an order has come. Its seats become valid; where its hold had run out they are taken again if they are still free,
-- and else all of the money goes back. Returns what became of it: paid, refund, or known when this was told before.
create function app.pay_order(p_order uuid, p_intent text, p_session text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  o public.orders;
begin
  perform from public.events e join public.orders x on x.event_id = e.id where x.id = p_order for update of e;
  select * into o from public.orders where id = p_order for update;
  if o.id is null then
    return 'absent';
  end if;
  update public.orders set stripe_payment_intent_id = coalesce(stripe_payment_intent_id, p_intent),
    stripe_session_id = coalesce(stripe_session_id, p_session) where id = o.id;
  if o.status not in ('pending', 'expired') then
    return 'known';
  end if;
  if o.status = 'expired' then
    update public.tickets set status = 'valid' where order_id = o.id and status = 'cancelled';
    if not app.fits(o.event_id) or not exists (
      select from public.events where id = o.event_id and status = 'published') then
      update public.tickets set status = 'cancelled' where order_id = o.id and status = 'valid';
      perform app.refund_order(o.id, o.amount_cents, 'too_late', null);
      update public.orders set status = 'refunded' where id = o.id;
      return 'refund';
    end if;
  else
    update public.tickets set status = 'valid' where order_id = o.id and status = 'held';
  end if;
  update public.orders set status = 'paid' where id = o.id;
  return 'paid';
end
$$;

-- Notes that money goes back, and leaves the work of it. Never more than came.
create function app.refund_order(p_order uuid, p_amount_cents bigint, p_reason text, p_by uuid) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  made uuid;
  o public.orders;
begin
  select * into o from public.orders where id = p_order for update;
  if p_amount_cents <= 0 or o.refunded_cents + p_amount_cents > o.amount_cents then
    raise exception 'an order gives back at most what was paid for it' using errcode = 'PT400';
  end if;
  insert into public.refunds (order_id, event_id, amount_cents, reason, requested_by)
  values (o.id, o.event_id, p_amount_cents, p_reason, p_by) returning id into made;
  update public.orders set refunded_cents = refunded_cents + p_amount_cents where id = o.id;
  insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key)
  values (o.event_id, (select organizer_id from public.events where id = o.event_id), 'stripe_refund',
    jsonb_build_object('refund_id', made), 'stripe_refund:' || made);
  return made;
end
$$;

-- Nobody pays for an event that is off: what is held goes back, and what was paid. The tickets stay, so that their owners are told.
create function app.event_ends_its_orders() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app.end_hold(o.id) from public.orders o where o.event_id = new.id and o.status = 'pending';
  perform app.refund_order(o.id, o.amount_cents - o.refunded_cents, 'event_cancelled', null)
  from public.orders o where o.event_id = new.id and o.status = 'paid' and o.amount_cents > o.refunded_cents;
  return null;
end
$$;
create trigger event_ends_its_orders after update of status on public.events for each row
  when (new.status = 'cancelled' and old.status = 'published') execute function app.event_ends_its_orders();

-- Takes tickets of an order back (all of them when NULL), and with them the money that they cost or the one that is named. An order
-- without a ticket left has ended. Returns how much goes back.
create function app.give_back(p_order uuid, p_tickets uuid[], p_amount_cents bigint, p_reason text, p_by uuid) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  o public.orders;
  back bigint;
  left_over boolean;
begin
  select * into o from public.orders where id = p_order for update;
  if o.status is distinct from 'paid' then
    raise exception 'this order has no tickets to give back' using errcode = 'PT409';
  end if;
  select case when bool_and(p_tickets is null or t.id = any(p_tickets)) then o.amount_cents
      else round(o.amount_cents::numeric * sum(t.price_cents) filter (where t.id = any(p_tickets)) / nullif(sum(t.price_cents), 0)) end
    into back from public.tickets t where t.order_id = o.id and t.status in ('valid', 'used');
  back := least(coalesce(p_amount_cents, back, 0), o.amount_cents - o.refunded_cents);
  update public.tickets set status = 'cancelled'
  where order_id = o.id and status in ('valid', 'used') and (p_tickets is null or id = any(p_tickets));
  if back > 0 then
    perform app.refund_order(o.id, back, p_reason, p_by);
  end if;
  left_over := exists (select from public.tickets where order_id = o.id and status in ('valid', 'used'));
  if not left_over then
    update public.orders set status = case when refunded_cents > 0 then 'refunded' else 'cancelled' end where id = o.id;
  end if;
  return coalesce(back, 0);
end
$$;

create or replace view public.event_stats with (security_invoker = true) as
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
    from public.tickets t where t.event_id = e.id and t.status in ('valid', 'used')) t on true
  left join lateral (
    select count(*) filter (where o.status = 'paid') as order_count, sum(o.amount_cents - o.refunded_cents)::bigint as revenue_cents
    from public.orders o where o.event_id = e.id and o.status in ('paid', 'cancelled', 'refunded')) o on true
  where e.organizer_id = (select auth.uid()) or (select app.is_service());

revoke execute on all functions in schema app from public;
grant execute on function app.secret(text), app.open_till(uuid), app.end_hold(uuid), app.place_order(uuid, jsonb, jsonb),
  app.pay_order(uuid, text, text), app.refund_order(uuid, bigint, text, uuid), app.give_back(uuid, uuid[], bigint, text, uuid) to service_role;
