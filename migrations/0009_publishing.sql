-- Publishing: the one way from draft to published, and the work that it leaves for the publisher in the same transaction.

create table public.payment_setup_queue (
  id uuid primary key default gen_random_uuid(),
  event_id uuid references public.events on delete cascade,
  user_id uuid references public.profiles on delete cascade,
  kind text not null check (kind ~ '^[a-z_]{1,60}$'),
  payload jsonb not null default '{}',
  dedupe_key text not null unique check (char_length(dedupe_key) between 1 and 300),
  retry_count integer not null default 0,
  next_retry_at timestamptz not null default now(),
  lease_until timestamptz,
  last_error text,
  done_at timestamptz,
  dead_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column public.payment_setup_queue.event_id is 'NULL for a mail that belongs to no event';
create index idx_payment_setup_queue_due on public.payment_setup_queue (next_retry_at) where done_at is null and dead_at is null;
create index idx_payment_setup_queue_event on public.payment_setup_queue (event_id);
create index idx_payment_setup_queue_user on public.payment_setup_queue (user_id);

alter table public.payment_setup_queue enable row level security, force row level security;
revoke all on public.payment_setup_queue from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.payment_setup_queue to service_role;
create policy payment_setup_queue_app_owner_read on public.payment_setup_queue for select to app_owner using (true);
create policy payment_setup_queue_app_owner_add on public.payment_setup_queue for insert to app_owner with check (true);

-- True when the work is new; the same dedupe key a second time leaves the first as it is.
create function app.enqueue(p_kind text, p_event uuid, p_payload jsonb, p_dedupe_key text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app.is_service() and (auth.uid() is null or p_event is not null and not exists (
    select from public.events where id = p_event and organizer_id = auth.uid())) then
    raise exception 'there is no event %', p_event using errcode = 'PT404';
  end if;
  insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key)
  values (p_event, coalesce(auth.uid(), (select organizer_id from public.events where id = p_event)),
    p_kind, coalesce(p_payload, '{}'), p_dedupe_key)
  on conflict (dedupe_key) do nothing;
  return found;
end
$$;

-- The caller's own event, locked. Somebody else's answers as absent, unless the public can read it anyway: then 403 (ruling C-12).
create function app.require_event(p_event uuid) returns public.events
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  e public.events;
begin
  select * into e from public.events where id = p_event for update;
  if e.id is null or auth.uid() is null
    or e.organizer_id <> auth.uid() and not (e.status = 'published' and e.visibility = 'public') then
    raise exception 'there is no event %', p_event using errcode = 'PT404';
  elsif e.organizer_id <> auth.uid() then
    raise exception 'this event belongs to somebody else' using errcode = 'PT403';
  end if;
  return e;
end
$$;

create function app.event_costs(e public.events) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(e.price_cents > 0, false)
      or exists (select from public.ticket_tiers t where t.event_id = e.id and t.price_cents > 0)
  $$;

-- Columns that publishing still needs, in the order of the stages; a currency only where something costs.
create function app.event_missing(e public.events) returns text[]
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select array_remove(array[
      case when coalesce(btrim(e.name), '') = '' then 'name' end,
      case when e.type is null then 'type' end,
      case when coalesce(btrim(e.description), '') = '' then 'description' end,
      case when not (coalesce(e.place_kind = 'online', false)
        or e.venue_id is not null or coalesce(btrim(e.place), '') <> ''
        or e.place_kind is null and coalesce(btrim(e.online_url), '') <> '') then 'place' end,
      case when e.capacity is null then 'capacity' end,
      case when e.date_time is null then 'date_time' end,
      case when e.duration is null then 'duration' end,
      case when e.timezone is null then 'timezone' end,
      case when e.price_cents is null and not exists (select from public.ticket_tiers t where t.event_id = e.id) then 'price_cents' end,
      case when e.currency is null and app.event_costs(e) then 'currency' end
    ], null)
  $$;

-- metadata.ai_generated of the specification: how the wizard came to this event.
create function app.ai_generated(p_session uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select jsonb_build_object('ai_generated', jsonb_build_object(
      'wizard_session_id', s.id,
      'creation_time_seconds', extract(epoch from now() - s.started_at)::integer,
      'ai_suggestions_accepted', (select count(*) from public.suggestions g where g.session_id = s.id and g.accepted_at is not null),
      'ai_suggestions_rejected', (select count(*) from public.suggestions g where g.session_id = s.id and g.rejected_at is not null),
      'total_ai_interactions', s.ai_interactions_count))
    from public.wizard_sessions s where s.id = p_session
  $$;

create function app.check_publishable(e public.events, p_session uuid, p_revision bigint) returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  missing text[];
begin
  if app.is_anonymous() or coalesce(app.user_role(), '') <> 'organizer' then
    raise exception 'only organizers publish' using errcode = 'PT403', hint = 'Sign in as an organizer; the draft comes along.';
  end if;
  if p_session is not null and not exists (
    select from public.wizard_sessions where id = p_session and user_id = auth.uid() and event_id = e.id) then
    raise exception 'there is no session %', p_session using errcode = 'PT404';
  end if;
  if e.status <> 'draft' then
    raise exception 'the event is already %', e.status using errcode = 'PT409', detail = jsonb_build_object('status', e.status)::text;
  end if;
  if p_revision is not null and p_revision <> e.revision then
    raise exception 'the draft was changed after it was shown' using errcode = 'PT409',
      detail = jsonb_build_object('yours', p_revision, 'current', e.revision)::text,
      hint = 'Look at the draft again and confirm it.';
  end if;
  missing := app.event_missing(e);
  if cardinality(missing) > 0 then
    raise exception 'the event is incomplete' using errcode = 'PT400', detail = array_to_string(missing, ',');
  end if;
end
$$;

-- Publish first, Stripe and mail after: their work is queued here, so that it exists exactly when the event is published.
-- p_revision is what the user confirmed; NULL confirms the stored one. A slug that is taken is left to the caller (23505).
create function app.publish(p_event uuid, p_session uuid, p_revision bigint, p_slug text)
  returns table (id uuid, slug text, status text, published_at timestamptz, revision bigint, updated_at timestamptz, payment_setup text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
#variable_conflict use_column
declare
  e public.events := app.require_event(p_event);
  costs boolean;
  made_by uuid;
begin
  perform app.check_publishable(e, p_session, p_revision);
  costs := app.event_costs(e);
  made_by := coalesce(p_session, (
    select s.id from public.wizard_sessions s where s.event_id = e.id order by s.started_at desc limit 1));

  update public.events v
  set status = 'published',
    slug = coalesce(p_slug, v.slug, app.free_slug(v.name)),
    metadata = coalesce(app.ai_generated(made_by), '{}')
  where v.id = e.id
  returning v.* into e;

  if costs then
    perform app.enqueue('stripe_product', e.id, jsonb_build_object('event_id', e.id), 'stripe_product:' || e.id);
  end if;
  perform app.enqueue('mail_published', e.id, jsonb_build_object('event_id', e.id), 'mail_published:' || e.id);
  perform app.audit('event_publish', jsonb_build_object('event_id', e.id, 'session_id', made_by, 'revision', e.revision), null, null);
  return query select e.id, e.slug, e.status, e.published_at, e.revision, e.updated_at,
    case when costs then 'pending' else 'not_needed' end;
end
$$;

create function app.cancel(p_event uuid) returns table (id uuid, slug text, status text, cancelled_at timestamptz, revision bigint, updated_at timestamptz)
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
  update public.events v set status = 'cancelled' where v.id = e.id returning v.* into e;
  perform app.audit('event_cancel', jsonb_build_object('event_id', e.id), null, null);
  return query select e.id, e.slug, e.status, e.cancelled_at, e.revision, e.updated_at;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.enqueue(text, uuid, jsonb, text) to authenticated, service_role;
grant execute on function app.publish(uuid, uuid, bigint, text), app.cancel(uuid) to authenticated;

-- The name of the specification, for clients that speak to PostgREST; it runs with the caller's own rights.
create function public.publish_event(event_id uuid) returns jsonb
  language plpgsql security invoker set search_path = pg_catalog, pg_temp
  as $$
declare
  done record;
begin
  select * into done from app.publish(publish_event.event_id, null, null, null);
  return jsonb_build_object(
    'success', true,
    'event', jsonb_build_object(
      'id', done.id, 'status', done.status, 'published_at', done.published_at,
      'public_url', coalesce(nullif(current_setting('eventos.public_url', true), ''), 'https://eventos.com') || '/e/' || done.slug),
    'stripe_product', null,
    'payment_setup', done.payment_setup);
end
$$;
revoke execute on function public.publish_event(uuid) from public, anon, authenticated, service_role;
grant execute on function public.publish_event(uuid) to authenticated;
