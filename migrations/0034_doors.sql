-- At the doors: each ticket once, whichever door asks first, and the same scan sent again is the same answer.

create policy checkins_app_owner_read on public.checkins for select to app_owner using (true);
create policy checkins_app_owner_add on public.checkins for insert to app_owner with check (true);

create function app.check_in(p_event uuid, p_scan uuid, p_code text, p_at timestamptz, p_door text)
  returns table (result text, ticket_id uuid, guest text, kind text, first_at timestamptz, first_door text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
#variable_conflict use_column
declare
  t public.tickets;
  said text;
begin
  select * into t from public.tickets where code = p_code and event_id = p_event for update;
  select c.result into said from public.checkins c where c.id = p_scan and c.event_id = p_event;
  if said is null then
    said := case
      when t.id is null then 'unknown'
      when t.status = 'valid' then 'admitted'
      when t.status = 'used' then 'already'
      when t.status = 'held' then 'unpaid'
      else 'cancelled' end;
    insert into public.checkins (id, event_id, ticket_id, result, door, scanned_at)
    values (p_scan, p_event, t.id, said, left(p_door, 60), least(p_at, now())) on conflict (id) do nothing;
    if said = 'admitted' then
      update public.tickets set status = 'used', checked_in_at = date_trunc('milliseconds', least(p_at, now())), door = left(p_door, 60)
      where id = t.id returning * into t;
    end if;
  end if;
  return query select said, t.id, t.attendee_name, t.tier_name, t.checked_in_at, t.door;
end
$$;

-- A scan that was a mistake: the ticket lets its guest in again.
create function app.undo_check_in(p_event uuid, p_scan uuid, p_code text, p_door text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  t public.tickets;
begin
  if exists (select from public.checkins where id = p_scan) then
    return true;
  end if;
  update public.tickets set status = 'valid', checked_in_at = null, door = null
  where code = p_code and event_id = p_event and status = 'used' returning * into t;
  if t.id is null then
    return false;
  end if;
  insert into public.checkins (id, event_id, ticket_id, result, door, scanned_at)
  values (p_scan, p_event, t.id, 'undone', left(p_door, 60), now());
  return true;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.check_in(uuid, uuid, text, timestamptz, text), app.undo_check_in(uuid, uuid, text, text) to service_role;
