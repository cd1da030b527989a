-- What a conversation leaves behind stays in proportion to its words: offers nobody took are forgotten, and what was only kept
-- to finish or to recognise a message goes once it has served.

-- The newest offers are kept, so that an older card's choice still answers; those that were taken or turned down are counted when
-- the event is published.
create function app.bound_suggestions() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  delete from public.suggestions s
  where s.session_id in (select session_id from new_offers) and s.accepted_at is null and s.rejected_at is null
    and s.id not in (
      select k.id from public.suggestions k where k.session_id = s.session_id order by k.shown_at desc, k.rank limit 60);
  return null;
end
$$;
create trigger suggestions_bound after insert on public.suggestions
  referencing new table as new_offers for each statement execute function app.bound_suggestions();
create policy suggestions_app_owner_bound on public.suggestions for delete to app_owner using (true);

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
    body = case when p_state = 'answered' then '{}' else body end,
    lease_until = case when p_state in ('accepted', 'running') then lease_until end
  where id = p_inbox and state in ('accepted', 'running');
  return found;
end
$$;

-- Idle sessions become abandoned (their next message resumes them); guests who left are removed with their drafts; used-up keys and
-- codes go, and so do messages and replies whose ids no platform sends again.
drop function app.sweep(integer, integer);
create function app.sweep(p_idle_days integer, p_guest_days integer, p_kept_days integer)
  returns table (sessions_abandoned bigint, guests_removed bigint, keys_removed bigint, messages_forgotten bigint)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.wizard_sessions set status = 'abandoned'
  where status = 'in_progress' and last_saved_at < now() - make_interval(days => p_idle_days);
  get diagnostics sessions_abandoned = row_count;

  delete from auth.users u
  where u.is_anonymous and u.created_at < now() - make_interval(days => p_guest_days)
    and not exists (
      select from public.wizard_sessions s
      where s.user_id = u.id and s.last_saved_at >= now() - make_interval(days => p_guest_days))
    and not exists (
      select from public.events e
      where e.organizer_id = u.id and (e.status <> 'draft' or exists (select from public.orders o where o.event_id = e.id)));
  get diagnostics guests_removed = row_count;

  with keys as (
    delete from public.idempotency_keys where created_at < now() - interval '24 hours' returning 1
  ), confirmations as (
    delete from public.publish_confirmations where expires_at < now() - interval '1 day' returning 1
  ), codes as (
    delete from public.link_codes where expires_at < now() - interval '1 day' returning 1
  )
  select (select count(*) from keys) + (select count(*) from confirmations) + (select count(*) from codes) into keys_removed;

  with messages as (
    delete from public.inbox where state = 'answered' and created_at < now() - make_interval(days => p_kept_days) returning 1
  ), replies as (
    delete from public.outbox where state = 'sent' and created_at < now() - make_interval(days => p_kept_days) returning 1
  )
  select (select count(*) from messages) + (select count(*) from replies) into messages_forgotten;
  return next;
end
$$;
create policy outbox_app_owner_sweep on public.outbox for delete to app_owner using (true);
create policy outbox_app_owner_sweep_read on public.outbox for select to app_owner using (true);

revoke execute on all functions in schema app from public;
grant execute on function app.sweep(integer, integer, integer) to service_role;
