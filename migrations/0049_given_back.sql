-- Whoever is inside has used their ticket: what a buyer gives back is looked at once more when nobody can check in with it any more.
-- And the money for some of an order's tickets is their share of all of it, whichever went back before.

create or replace function app.give_back(p_order uuid, p_tickets uuid[], p_amount_cents bigint, p_reason text, p_by uuid) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  o public.orders;
  back bigint;
begin
  select * into o from public.orders where id = p_order for no key update;
  if o.status is distinct from 'paid' then
    raise exception 'this order has no tickets to give back' using errcode = 'PT409';
  end if;
  perform from public.tickets where order_id = o.id order by id for no key update;
  if p_reason = 'buyer' and exists (select from public.tickets where order_id = o.id and status = 'used') then
    raise exception 'somebody came with a ticket of this order' using errcode = 'PT409';
  end if;
  select case when bool_and(p_tickets is null or t.id = any(p_tickets)) filter (where t.status in ('valid', 'used')) then o.amount_cents
      else round(o.amount_cents::numeric * sum(t.price_cents) filter (where t.id = any(p_tickets) and t.status in ('valid', 'used'))
        / nullif(sum(t.price_cents), 0)) end
    into back from public.tickets t where t.order_id = o.id;
  back := least(coalesce(p_amount_cents, back, 0), o.amount_cents - o.refunded_cents);
  update public.tickets set status = 'cancelled'
  where order_id = o.id and status in ('valid', 'used') and (p_tickets is null or id = any(p_tickets));
  if back > 0 then
    perform app.refund_order(o.id, back, p_reason, p_by);
  end if;
  if not exists (select from public.tickets where order_id = o.id and status in ('valid', 'used')) then
    update public.orders set status = case when refunded_cents > 0 then 'refunded' else 'cancelled' end where id = o.id;
  end if;
  return coalesce(back, 0);
end
$$;
revoke execute on all functions in schema app from public;
