-- The publisher at work: who holds an item, what an attempt remembers for the next, and the word that there is something to do.

alter table public.payment_setup_queue
  add column attempts integer not null default 0,
  add column lease_owner text,
  add column lease_id uuid,
  add column first_tried_at timestamptz,
  add column key_round integer not null default 0;
comment on column public.payment_setup_queue.attempts is 'how often it was begun; retry_count is one less, so that the first failure leaves 0 (R95)';
comment on column public.payment_setup_queue.lease_id is 'another one at every start: who comes late with an outcome is refused';
comment on column public.payment_setup_queue.first_tried_at is 'a payment service forgets an idempotency key 24 hours after this';
comment on column public.payment_setup_queue.key_round is 'plus one whenever the service keeps answering a key with its own failure';

create function app.announce_work() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform pg_notify('eventos_queue', '');
  return null;
end
$$;
create trigger payment_setup_queue_announced after insert on public.payment_setup_queue
  for each statement execute function app.announce_work();

-- A copy of an event sells by itself: the ids of the original's product and prices stay with the original.
create function app.event_sells_by_itself() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.metadata := (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(new.metadata) where key not like 'stripe\_%');
  return new;
end
$$;
create trigger events_7_copies before insert on public.events
  for each row when (jsonb_typeof(new.metadata) = 'object' and new.metadata::text like '%"stripe\_%')
  execute function app.event_sells_by_itself();

create function app.tier_sells_by_itself() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.stripe_price_id := null;
  return new;
end
$$;
create trigger ticket_tiers_copies before insert on public.ticket_tiers
  for each row when (new.stripe_price_id is not null) execute function app.tier_sells_by_itself();

revoke execute on all functions in schema app from public;
