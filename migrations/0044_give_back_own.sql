-- An organizer gives money back in their own name, for a turn of talking writes as the one who talks.

-- Everything that is left of an order of the caller's own event, and its tickets. NULL: it is not as the caller saw it.
create function app.give_back_own(p_order uuid, p_left_cents bigint) returns bigint
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  o public.orders;
begin
  if auth.uid() is null or app.is_anonymous() then
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
  return app.give_back(p_order, null, null, 'organizer', auth.uid());
end
$$;
revoke execute on all functions in schema app from public;
grant execute on function app.give_back_own(uuid, bigint) to authenticated;
