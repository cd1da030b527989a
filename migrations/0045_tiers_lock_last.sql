-- A kind that cannot become smaller says so before it waits for anybody: the publisher takes the event first and then its kinds.

create or replace function app.tier_holds_what_is_sold() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  sold integer;
begin
  -- Once as things stand, and once more when whoever sells of it has ended: the row's own change takes the event after this anyway.
  for look in 1..2 loop
    sold := app.tier_sold(old.id);
    if sold > 0 and tg_op = 'DELETE' and exists (select from public.events where id = old.event_id) then
      raise exception '% tickets of "%" are sold or being paid for: it cannot be taken away', sold, old.name
        using errcode = 'PT422', detail = jsonb_build_object('field', 'ticketTiers', 'sold', sold)::text;
    elsif tg_op = 'UPDATE' and new.quantity < sold then
      raise exception '% tickets of "%" are sold or being paid for: there cannot be fewer', sold, old.name
        using errcode = 'PT422', detail = jsonb_build_object('field', 'ticketTiers', 'sold', sold)::text;
    end if;
    perform from public.events where id = old.event_id for no key update;
  end loop;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
revoke execute on all functions in schema app from public;
