-- What the server does behind the conversation: a guest's work follows them when they sign in, and what is left behind is swept.

-- How many sessions moved. The caller has made sure that both are the same person; the guest is gone afterwards.
create function app.move_drafts(p_guest uuid, p_user uuid) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  moved integer;
begin
  perform from public.profiles where id in (p_guest, p_user) order by id for update;
  if not exists (select from public.profiles where id = p_guest and is_anonymous)
    or not exists (select from public.profiles where id = p_user and not is_anonymous) then
    raise exception 'drafts move from a guest to a signed-in person only' using errcode = 'PT400';
  end if;
  -- Buttons were bound to the guest: they are asked again.
  delete from public.publish_confirmations where user_id = p_guest;
  update public.venues set owner_id = p_user where owner_id = p_guest;
  update public.files set owner_id = p_user where owner_id = p_guest;
  update public.events set organizer_id = p_user where organizer_id = p_guest;
  update public.inbox set user_id = p_user where user_id = p_guest;
  update public.chat_accounts set user_id = p_user where user_id = p_guest;
  update public.wizard_sessions set user_id = p_user where user_id = p_guest;
  get diagnostics moved = row_count;
  delete from auth.users where id = p_guest;
  return moved;
end
$$;

-- Idle sessions become abandoned (they can be resumed); guests who left are removed with their drafts; used-up keys and codes go.
create function app.sweep(p_idle_days integer, p_guest_days integer)
  returns table (sessions_abandoned bigint, guests_removed bigint, keys_removed bigint)
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
  return next;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.move_drafts(uuid, uuid), app.sweep(integer, integer) to service_role;
