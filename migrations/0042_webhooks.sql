-- Other programs are told what happens at an organizer's events: where to, and each word with what became of it (decision 0040).

create table public.webhooks (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.profiles on delete cascade,
  event_id uuid references public.events on delete cascade,
  url text not null check (char_length(url) between 8 and 2048),
  kinds text[] not null default '{}' check (cardinality(kinds) <= 20),
  secret bytea not null check (octet_length(secret) = 32),
  enabled boolean not null default true,
  disabled_because text check (disabled_because in ('gone', 'owner')),
  disabled_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
comment on column public.webhooks.event_id is 'NULL: all events of its owner';
comment on column public.webhooks.kinds is 'empty: every kind';
comment on column public.webhooks.disabled_because is 'gone: the other side answered 410';
create index idx_webhooks_owner on public.webhooks (owner_id);
create index idx_webhooks_event on public.webhooks (event_id);

alter table public.webhooks enable row level security, force row level security;
revoke all on public.webhooks from public, anon, authenticated, service_role;
grant select (id, owner_id, event_id, url, kinds, enabled, disabled_because, disabled_at, created_at), delete on public.webhooks to authenticated;
grant select, insert, update, delete on public.webhooks to service_role;
create policy webhooks_read_own on public.webhooks for select to authenticated using (owner_id = (select auth.uid()));
create policy webhooks_delete_own on public.webhooks for delete to authenticated using (owner_id = (select auth.uid()));
create policy webhooks_app_owner_read on public.webhooks for select to app_owner using (true);

create table public.webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references public.webhooks on delete cascade,
  kind text not null check (kind ~ '^[a-z_]{1,20}\.[a-z_]{1,20}$'),
  body jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'done', 'failed')),
  attempts integer not null default 0,
  last_status integer,
  last_error text check (char_length(last_error) <= 500),
  tried_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index idx_webhook_deliveries_webhook on public.webhook_deliveries (webhook_id, created_at desc);
create index idx_webhook_deliveries_created on public.webhook_deliveries (created_at);

alter table public.webhook_deliveries enable row level security, force row level security;
revoke all on public.webhook_deliveries from public, anon, authenticated, service_role;
grant select on public.webhook_deliveries to authenticated;
grant select, insert, update, delete on public.webhook_deliveries to service_role;
create policy webhook_deliveries_read_own on public.webhook_deliveries for select to authenticated
  using (exists (select from public.webhooks w where w.id = webhook_deliveries.webhook_id and w.owner_id = (select auth.uid())));
create policy webhook_deliveries_app_owner_add on public.webhook_deliveries for insert to app_owner with check (true);

-- Leaves a word for every webhook that wants it, in the transaction of what it tells of.
create function app.tell_webhooks(p_event uuid, p_kind text, p_data jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  w record;
  made uuid;
begin
  for w in
    select h.id, e.id as event_id, e.organizer_id, e.name from public.events e join public.webhooks h on h.owner_id = e.organizer_id
    where e.id = p_event and h.enabled and (h.event_id is null or h.event_id = e.id) and (h.kinds = '{}' or p_kind = any(h.kinds))
  loop
    made := gen_random_uuid();
    insert into public.webhook_deliveries (id, webhook_id, kind, body)
    values (made, w.id, p_kind, jsonb_build_object('type', p_kind, 'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'data', jsonb_build_object('eventId', w.event_id, 'eventName', w.name) || p_data));
    insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key)
    values (w.event_id, w.organizer_id, 'webhook', jsonb_build_object('delivery_id', made), 'webhook:' || made);
  end loop;
end
$$;

create function app.order_told() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  about constant jsonb := jsonb_build_object('orderId', new.id, 'name', new.buyer_name, 'email', new.buyer_email, 'status', new.status,
    'amountCents', new.amount_cents, 'refundedCents', new.refunded_cents, 'currency', new.currency);
begin
  if new.status = 'paid' and (tg_op = 'INSERT' or old.status <> 'paid') then
    perform app.tell_webhooks(new.event_id, 'order.paid', about || jsonb_build_object('tickets', (
      select coalesce(jsonb_agg(jsonb_build_object('ticketId', t.id, 'kind', t.tier_name, 'priceCents', t.price_cents) order by t.id), '[]')
      from public.tickets t where t.order_id = new.id)));
  end if;
  if tg_op = 'UPDATE' and new.refunded_cents > old.refunded_cents then
    perform app.tell_webhooks(new.event_id, 'order.refunded', about);
  end if;
  if tg_op = 'UPDATE' and new.status = 'cancelled' and old.status <> 'cancelled' then
    perform app.tell_webhooks(new.event_id, 'order.cancelled', about);
  end if;
  return null;
end
$$;
-- At the end of the transaction, when the order's tickets are there.
create constraint trigger orders_told_insert after insert on public.orders deferrable initially deferred for each row
  when (new.status = 'paid') execute function app.order_told();
create constraint trigger orders_told_update after update on public.orders deferrable initially deferred for each row
  when (old.status <> new.status or old.refunded_cents <> new.refunded_cents) execute function app.order_told();

create function app.ticket_told() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app.tell_webhooks(new.event_id, 'ticket.checked_in', jsonb_build_object('ticketId', new.id, 'orderId', new.order_id,
    'name', new.attendee_name, 'kind', new.tier_name, 'door', new.door, 'checkedInAt', new.checked_in_at));
  return null;
end
$$;
create trigger tickets_told after update of status on public.tickets for each row
  when (new.status = 'used' and old.status = 'valid') execute function app.ticket_told();

create function app.event_told() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app.tell_webhooks(new.id,
    case when new.status <> old.status then 'event.' || new.status else 'event.changed' end,
    jsonb_build_object('slug', new.slug, 'status', new.status, 'startsLocal', to_char(new.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS'),
      'timezone', new.timezone, 'revision', new.revision));
  return null;
end
$$;
create trigger event_told after update on public.events for each row
  when (new.status <> old.status and old.published_at is not null or new.status = 'published' and (old.status <> 'published' or old.revision <> new.revision))
  execute function app.event_told();

revoke execute on all functions in schema app from public;
