-- Whose a seat is, said once: it is somebody's while its ticket is valid or used, or held by an order whose hold has not run out.

create function app.is_somebodys(p_ticket text, p_hold_until timestamptz) returns boolean
  language sql stable
  return p_ticket in ('valid', 'used') or p_ticket = 'held' and coalesce(p_hold_until >= now(), false);

create or replace function app.sold(p_event uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select count(*)::integer from public.tickets t left join public.orders o on o.id = t.order_id
    where t.event_id = p_event and app.is_somebodys(t.status, o.hold_until)
  $$;

create or replace function app.tier_sold(p_tier uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select count(*)::integer from public.tickets t left join public.orders o on o.id = t.order_id
    where t.tier_id = p_tier and app.is_somebodys(t.status, o.hold_until)
  $$;

revoke execute on all functions in schema app from public;
grant execute on function app.is_somebodys(text, timestamptz) to authenticated, service_role;
