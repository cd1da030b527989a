-- After publishing: what may still change, who is told of it, and calling an event off.

create policy tickets_app_owner_read on public.tickets for select to app_owner using (true);

-- Tickets that people hold: of an event, or of one kind. What is promised to somebody counts, used or not.
create function app.sold(p_event uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select count(*)::integer from public.tickets where event_id = p_event and status in ('valid', 'used') $$;

create function app.tier_sold(p_tier uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select count(*)::integer from public.tickets where tier_id = p_tier and status in ('valid', 'used') $$;

-- Nobody who holds a ticket is turned away by a smaller number.
create function app.event_holds_what_is_sold() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  sold constant integer := app.sold(new.id);
begin
  if new.capacity < sold then
    raise exception '% tickets are sold: the event cannot hold fewer people', sold
      using errcode = 'PT422', detail = jsonb_build_object('field', 'capacity', 'sold', sold)::text;
  end if;
  return new;
end
$$;
create trigger events_8_sold before update on public.events for each row
  when (new.capacity is distinct from old.capacity and new.capacity is not null) execute function app.event_holds_what_is_sold();

create function app.tier_holds_what_is_sold() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  sold constant integer := app.tier_sold(old.id);
begin
  if sold > 0 and tg_op = 'DELETE' and exists (select from public.events where id = old.event_id) then
    raise exception '% tickets of "%" are sold: it cannot be taken away', sold, old.name
      using errcode = 'PT422', detail = jsonb_build_object('field', 'ticketTiers', 'sold', sold)::text;
  elsif tg_op = 'UPDATE' and new.quantity < sold then
    raise exception '% tickets of "%" are sold: there cannot be fewer', sold, old.name
      using errcode = 'PT422', detail = jsonb_build_object('field', 'ticketTiers', 'sold', sold)::text;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
create trigger ticket_tiers_sold_change before update on public.ticket_tiers for each row
  when (new.quantity is distinct from old.quantity and new.quantity is not null) execute function app.tier_holds_what_is_sold();
create trigger ticket_tiers_sold_delete before delete on public.ticket_tiers for each row execute function app.tier_holds_what_is_sold();

-- When an event moves, its tickets' windows move where they must (PAINS P37): another zone keeps the wall clock; a window that
-- reached to the event, or begins after it, goes with it; one that ends before it stays.
create function app.event_moves_sales() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  old_zone constant text := coalesce(old.timezone, 'UTC');
  new_zone constant text := coalesce(new.timezone, 'UTC');
  shift constant interval := new.starts_local - old.starts_local;
begin
  update public.ticket_tiers t
  set sales_from = m.sales_from, sales_until = m.sales_until
  from (
    select w.id,
      case when w.from_local >= old.starts_local then w.from_local + shift
           when w.from_local >= new.starts_local then null else w.from_local end at time zone new_zone as sales_from,
      case when w.until_local >= old.starts_local then w.until_local + shift
           when w.until_local > new.starts_local then new.starts_local else w.until_local end at time zone new_zone as sales_until
    from (
      select id, sales_from at time zone old_zone as from_local, sales_until at time zone old_zone as until_local
      from public.ticket_tiers where event_id = new.id) w) m
  where t.id = m.id and (t.sales_from, t.sales_until) is distinct from (m.sales_from, m.sales_until);
  return null;
end
$$;
create policy ticket_tiers_app_owner_write on public.ticket_tiers for update to app_owner using (true) with check (true);
create trigger event_moves_sales after update on public.events for each row
  when (new.status = 'published' and old.starts_local is not null and new.starts_local is not null
    and (old.starts_local, old.timezone) is distinct from (new.starts_local, new.timezone))
  execute function app.event_moves_sales();

-- Whoever holds a ticket, once by their address.
create function app.ticket_holders(p_event uuid) returns table (email text, name text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select distinct on (lower(t.attendee_email)) t.attendee_email, t.attendee_name
    from public.tickets t
    where t.event_id = p_event and t.status in ('valid', 'used') and btrim(coalesce(t.attendee_email, '')) <> ''
    order by lower(t.attendee_email), t.created_at
  $$;

create function app.event_snapshot(e public.events) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
    select jsonb_build_object('starts', to_char(e.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS'), 'timezone', e.timezone, 'duration', e.duration,
      'place', e.place, 'address', e.address, 'city', e.city, 'venue', e.venue_id, 'online', e.online_url)
  $$;

-- Guests hear of time and place. The mail goes a little later and tells how things stand then, so that an organizer who changes
-- three things writes to nobody three times; one who changes their mind writes to nobody at all.
create function app.event_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if app.event_snapshot(new) <> app.event_snapshot(old) then
    with waiting as (
      select lower(q.payload ->> 'email') as email from public.payment_setup_queue q
      where q.event_id = new.id and q.kind = 'mail_changed' and q.done_at is null and q.dead_at is null and q.lease_until is null
      -- One that is being taken at this moment tells what was: it gets a successor.
      for update skip locked)
    insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key, next_retry_at)
    select new.id, new.organizer_id, 'mail_changed',
      jsonb_build_object('event_id', new.id, 'email', h.email, 'name', h.name, 'before', app.event_snapshot(old)),
      'mail_changed:' || new.id || ':' || new.revision || ':' || md5(lower(h.email)), now() + interval '2 minutes'
    from app.ticket_holders(new.id) h
    where not exists (select from waiting w where w.email = lower(h.email))
    on conflict (dedupe_key) do nothing;
  end if;
  -- What is sold may be another now; work that finds nothing to do costs nothing.
  if new.metadata ? 'stripe_product_id' or app.event_costs(new) then
    perform app.enqueue_again('stripe_product', new.id, jsonb_build_object('event_id', new.id), 'stripe_product:' || new.id);
  end if;
  return null;
end
$$;
create trigger event_changed after update on public.events for each row
  when (old.status = 'published' and new.status = 'published' and old.revision <> new.revision)
  execute function app.event_changed();

create function app.event_called_off() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key)
  select new.id, new.organizer_id, 'mail_cancelled',
    jsonb_build_object('event_id', new.id, 'email', h.email, 'name', h.name),
    'mail_cancelled:' || new.id || ':' || md5(lower(h.email))
  from app.ticket_holders(new.id) h
  on conflict (dedupe_key) do nothing;
  if new.metadata ? 'stripe_product_id' or app.event_costs(new) then
    perform app.enqueue_again('stripe_product', new.id, jsonb_build_object('event_id', new.id), 'stripe_product:' || new.id);
  end if;
  return null;
end
$$;
create trigger event_called_off after update on public.events for each row
  when (old.status = 'published' and new.status = 'cancelled') execute function app.event_called_off();

-- The revision that was shown may be said along: then exactly that is called off.
drop function app.cancel(uuid);
create function app.cancel(p_event uuid, p_revision bigint default null)
  returns table (id uuid, slug text, status text, cancelled_at timestamptz, revision bigint, updated_at timestamptz, told integer)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
#variable_conflict use_column
declare
  e public.events := app.require_event(p_event);
begin
  if not app.can_draft() or e.status = 'published' and app.is_anonymous() then
    raise exception 'only organizers cancel an event' using errcode = 'PT403';
  end if;
  if e.status = 'cancelled' then
    raise exception 'the event is already cancelled' using errcode = 'PT409', detail = jsonb_build_object('status', e.status)::text;
  end if;
  if p_revision is not null and p_revision <> e.revision then
    raise exception 'the event was changed after it was shown' using errcode = 'PT409',
      detail = jsonb_build_object('yours', p_revision, 'current', e.revision)::text;
  end if;
  update public.events v set status = 'cancelled' where v.id = e.id returning v.* into e;
  perform app.audit('event_cancel', jsonb_build_object('event_id', e.id), null, null);
  return query select e.id, e.slug, e.status, e.cancelled_at, e.revision, e.updated_at,
    (select count(*)::integer from app.ticket_holders(e.id));
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.cancel(uuid, bigint) to authenticated;
grant execute on function app.sold(uuid), app.tier_sold(uuid), app.ticket_holders(uuid), app.event_snapshot(public.events) to service_role;

-- By its name over REST, with the caller's own rights, as publish_event.
create function public.cancel_event(event_id uuid, revision bigint default null) returns jsonb
  language plpgsql security invoker set search_path = pg_catalog, pg_temp
  as $$
declare
  done record;
begin
  select * into done from app.cancel(cancel_event.event_id, cancel_event.revision);
  return jsonb_build_object('success', true,
    'event', jsonb_build_object('id', done.id, 'status', done.status, 'cancelled_at', done.cancelled_at, 'revision', done.revision),
    'guests_told', done.told);
end
$$;
revoke execute on function public.cancel_event(uuid, bigint) from public, anon, authenticated, service_role;
grant execute on function public.cancel_event(uuid, bigint) to authenticated;
