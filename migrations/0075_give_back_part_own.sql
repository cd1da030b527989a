-- An organizer gives some tickets of an order back by talking, as all of them (0044).

-- These tickets of an order of the caller's own event, and what they cost. NULL: the order or one of the tickets is not as the caller
-- saw it.
create function app.give_back_part_own(p_order uuid, p_left_cents bigint, p_tickets uuid[]) returns bigint
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  o public.orders;
begin
  if auth.uid() is null or app.is_anonymous() or coalesce(cardinality(p_tickets), 0) = 0 then
    return null;
  end if;
  perform from public.events e join public.orders x on x.event_id = e.id
  where x.id = p_order and e.organizer_id = auth.uid() for no key update of e;
  if not found then
    return null;
  end if;
  select * into o from public.orders where id = p_order for no key update;
  if o.status <> 'paid' or o.amount_cents - o.refunded_cents <> p_left_cents then
    return null;
  end if;
  -- Nobody comes in with one of them meanwhile.
  perform from public.tickets where order_id = o.id order by id for no key update;
  if (select count(*) from public.tickets where order_id = o.id and id = any(p_tickets) and status = 'valid') <> cardinality(p_tickets) then
    return null;
  end if;
  return app.give_back(p_order, p_tickets, null, 'organizer', auth.uid());
end
$$;
revoke execute on all functions in schema app from public;
grant execute on function app.give_back_part_own(uuid, bigint, uuid[]) to authenticated;
