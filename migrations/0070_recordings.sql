-- A recording that nobody will listen to any more is not kept: a message that is set aside keeps that it was one, and no sound.

create function app.without_recording(p_body jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  return case when p_body ->> 'kind' = 'voice' then jsonb_set(p_body, '{value,base64}', '""') else p_body end;

-- True when the row was still open: a finisher that comes too late learns it. The words of an answered message stand in the
-- conversation; its row goes on to recognise the message, and forgets what it asked for.
create or replace function app.settle_inbox(p_inbox uuid, p_state text, p_error text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  session_of uuid;
begin
  if coalesce(p_state, '') not in ('accepted', 'running', 'answered', 'dead') then
    raise exception 'unknown state %', p_state using errcode = 'PT400';
  end if;
  select session_id into session_of from public.inbox where id = p_inbox;
  perform app.require_session(session_of);
  update public.inbox
  set state = p_state, last_error = p_error,
    body = case p_state when 'answered' then '{}' when 'dead' then app.without_recording(body) else body end,
    lease_until = case when p_state in ('accepted', 'running') then lease_until end
  where id = p_inbox and state in ('accepted', 'running');
  return found;
end
$$;

-- What a node takes over: its own rows from before a restart, or anybody's whose lease has run out.
create or replace function app.claim_inbox(p_node text, p_lease_seconds integer, p_own_only boolean, p_max_attempts integer)
  returns setof public.inbox
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  -- One claim at a time, or two nodes would share one session's messages and answer them out of order.
  perform pg_advisory_xact_lock(hashtextextended('app.claim_inbox', 0));
  return query
    with open as (
      select i.id from public.inbox i
      where i.state in ('accepted', 'running')
        and case when p_own_only then i.owner_node = p_node else coalesce(i.lease_until, '-infinity') < now() end
        and not exists (
          select from public.inbox e
          where e.session_id = i.session_id and e.seq < i.seq and e.state in ('accepted', 'running')
            and e.owner_node is distinct from p_node and e.lease_until >= now())
      order by i.seq
      for update skip locked
    ), taken as (
      update public.inbox i
      set attempts = i.attempts + case when i.attempts < p_max_attempts then 1 else 0 end,
        state = case when i.attempts < p_max_attempts then 'running' else 'dead' end,
        body = case when i.attempts < p_max_attempts then i.body else app.without_recording(i.body) end,
        owner_node = p_node,
        lease_until = case when i.attempts < p_max_attempts then now() + make_interval(secs => p_lease_seconds) end
      from open where open.id = i.id
      returning i.*
    )
    select * from taken order by taken.seq;
end
$$;

-- Those that were set aside before.
update public.inbox set body = app.without_recording(body) where state = 'dead' and body ->> 'kind' = 'voice';

revoke execute on function app.without_recording(jsonb) from public;
