-- Who waits for whom: the event first, then its work, its orders, its seats. Whoever writes to an event and to something of it
-- takes them in this order, and with a lock that lets others still point to the event (decision 0039).

-- The caller's own event, locked. Somebody else's answers as absent, unless the public can read it anyway: then 403 (ruling C-12).
create or replace function app.require_event(p_event uuid) returns public.events
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  e public.events;
begin
  select * into e from public.events where id = p_event for no key update;
  if e.id is null or auth.uid() is null
    or e.organizer_id <> auth.uid() and not (e.status = 'published' and e.visibility = 'public') then
    raise exception 'there is no event %', p_event using errcode = 'PT404';
  elsif e.organizer_id <> auth.uid() then
    raise exception 'this event belongs to somebody else' using errcode = 'PT403';
  end if;
  return e;
end
$$;

create or replace function app.open_till(p_event uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform from public.events where id = p_event for no key update;
  if not found then
    return false;
  end if;
  perform app.end_hold(o.id) from public.orders o
  where o.event_id = p_event and o.status = 'pending' and o.hold_until < now();
  return true;
end
$$;

create or replace function app.pay_order(p_order uuid, p_intent text, p_session text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  o public.orders;
begin
  perform from public.events e join public.orders x on x.event_id = e.id where x.id = p_order for no key update of e;
  select * into o from public.orders where id = p_order for no key update;
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

-- A seat that somebody is paying for is promised, too: nobody who is on the way to pay is turned away by a smaller number.
create or replace function app.sold(p_event uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select count(*)::integer from public.tickets t left join public.orders o on o.id = t.order_id
    where t.event_id = p_event and (t.status in ('valid', 'used') or t.status = 'held' and o.hold_until >= now())
  $$;

create or replace function app.tier_sold(p_tier uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select count(*)::integer from public.tickets t left join public.orders o on o.id = t.order_id
    where t.tier_id = p_tier and (t.status in ('valid', 'used') or t.status = 'held' and o.hold_until >= now())
  $$;

-- Whoever makes a kind smaller waits for whoever sells of it, and then sees what was sold.
create or replace function app.tier_holds_what_is_sold() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  sold integer;
begin
  perform from public.events where id = old.event_id for no key update;
  sold := app.tier_sold(old.id);
  if sold > 0 and tg_op = 'DELETE' and exists (select from public.events where id = old.event_id) then
    raise exception '% tickets of "%" are sold or being paid for: it cannot be taken away', sold, old.name
      using errcode = 'PT422', detail = jsonb_build_object('field', 'ticketTiers', 'sold', sold)::text;
  elsif tg_op = 'UPDATE' and new.quantity < sold then
    raise exception '% tickets of "%" are sold or being paid for: there cannot be fewer', sold, old.name
      using errcode = 'PT422', detail = jsonb_build_object('field', 'ticketTiers', 'sold', sold)::text;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create or replace function app.event_holds_what_is_sold() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  sold constant integer := app.sold(new.id);
begin
  if new.capacity < sold then
    raise exception '% tickets are sold or being paid for: the event cannot hold fewer people', sold
      using errcode = 'PT422', detail = jsonb_build_object('field', 'capacity', 'sold', sold)::text;
  end if;
  return new;
end
$$;

revoke execute on all functions in schema app from public;
