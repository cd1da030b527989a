-- What was said, what is still to be answered, and what is still to be delivered: written only through the functions below.

create table public.ai_conversations (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.wizard_sessions on delete cascade,
  seq bigint generated always as identity,
  role text not null check (role in ('user', 'assistant', 'system')),
  content text not null,
  metadata jsonb default '{}',
  source text check (char_length(source) <= 40),
  reply_to uuid,
  created_at timestamptz not null default now(),
  unique (session_id, seq)
);
comment on column public.ai_conversations.seq is 'the order of a conversation; created_at is for people';
comment on column public.ai_conversations.reply_to is 'the message of the same session that this one answers';
create index idx_ai_conversations_session_id on public.ai_conversations (session_id);
create index idx_ai_conversations_created_at on public.ai_conversations (created_at desc);
create index idx_ai_conversations_reply_to on public.ai_conversations (reply_to) where reply_to is not null;

alter table public.ai_conversations enable row level security, force row level security;
revoke all on public.ai_conversations from public, anon, authenticated, service_role;
grant select on public.ai_conversations to authenticated;
grant select, insert, update, delete on public.ai_conversations to service_role;
create policy ai_conversations_read_own on public.ai_conversations for select to authenticated
  using (session_id in (select id from public.wizard_sessions where user_id = (select auth.uid())));
create policy ai_conversations_app_owner_read on public.ai_conversations for select to app_owner using (true);
create policy ai_conversations_app_owner_add on public.ai_conversations for insert to app_owner with check (true);

create table public.inbox (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity unique,
  channel text not null check (char_length(channel) <= 40),
  account text not null check (char_length(account) <= 200),
  external_id text not null check (char_length(external_id) <= 300),
  session_id uuid not null references public.wizard_sessions on delete cascade,
  user_id uuid not null references public.profiles on delete cascade,
  message_id uuid,
  body jsonb not null default '{}',
  state text not null default 'accepted' check (state in ('accepted', 'running', 'answered', 'dead')),
  attempts integer not null default 0,
  owner_node text check (char_length(owner_node) <= 200),
  lease_until timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  unique (channel, account, external_id)
);
comment on column public.inbox.message_id is 'the ai_conversations row of the user''s message; NULL when the request had no words';
create index idx_inbox_session on public.inbox (session_id, seq);
create index idx_inbox_user on public.inbox (user_id);
create index idx_inbox_open on public.inbox (seq) where state in ('accepted', 'running');

create table public.outbox (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity unique,
  session_id uuid not null references public.wizard_sessions on delete cascade,
  channel text not null check (char_length(channel) <= 40),
  address text not null check (char_length(address) <= 300),
  reply jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'sent', 'dead')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  lease_until timestamptz,
  last_error text,
  created_at timestamptz not null default now()
);
create index idx_outbox_session on public.outbox (session_id);
create index idx_outbox_due on public.outbox (next_attempt_at) where state = 'pending';

alter table public.inbox enable row level security, force row level security;
alter table public.outbox enable row level security, force row level security;
revoke all on public.inbox, public.outbox from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.inbox, public.outbox to service_role;
create policy inbox_app_owner on public.inbox to app_owner using (true) with check (true);
create policy outbox_app_owner_add on public.outbox for insert to app_owner with check (true);

-- ACCEPT: the platform's id is taken once, and the user's words are kept beside it, before anything else happens.
-- Without p_enqueue there is nothing left to do: the row only remembers that this message was seen.
create function app.accept_message(
  p_channel text, p_account text, p_external_id text, p_session uuid, p_content text, p_body jsonb, p_metadata jsonb,
  p_node text, p_lease_seconds integer, p_enqueue boolean)
  returns table (inbox_id uuid, message_id uuid, state text, fresh boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
#variable_conflict use_column
declare
  owner_id constant uuid := app.require_session(p_session);
  said constant uuid := case when p_content is not null then gen_random_uuid() end;
  known public.inbox;
begin
  insert into public.inbox as i (channel, account, external_id, session_id, user_id, message_id, body, state, owner_node, lease_until)
  values (
    p_channel, p_account, p_external_id, p_session, owner_id, said, coalesce(p_body, '{}'),
    case when p_enqueue then 'accepted' else 'answered' end,
    case when p_enqueue then p_node end,
    case when p_enqueue then now() + make_interval(secs => p_lease_seconds) end)
  on conflict (channel, account, external_id) do nothing
  returning i.* into known;

  if found then
    if said is not null then
      insert into public.ai_conversations (id, session_id, role, content, metadata, source)
      values (said, p_session, 'user', p_content, coalesce(p_metadata, '{}'), p_channel);
    end if;
    return query select known.id, known.message_id, known.state, true;
    return;
  end if;

  select i.* into known from public.inbox i
  where i.channel = p_channel and i.account = p_account and i.external_id = p_external_id;
  if known.user_id is distinct from owner_id then
    raise exception 'this message id is already taken' using errcode = 'PT409';
  end if;
  return query select known.id, known.message_id, known.state, false;
end
$$;

create function app.append_message(
  p_session uuid, p_role text, p_content text, p_metadata jsonb, p_source text, p_reply_to uuid)
  returns table (id uuid, seq bigint)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
#variable_conflict use_column
begin
  perform app.require_session(p_session);
  if coalesce(p_role, '') not in ('assistant', 'system') then
    raise exception 'a message of role % is not written here', p_role using errcode = 'PT400';
  end if;
  if p_reply_to is not null and not exists (
    select from public.ai_conversations c where c.id = p_reply_to and c.session_id = p_session) then
    raise exception 'there is no message % in this session', p_reply_to using errcode = 'PT404';
  end if;
  return query
    insert into public.ai_conversations as c (session_id, role, content, metadata, source, reply_to)
    values (p_session, p_role, p_content, coalesce(p_metadata, '{}'), p_source, p_reply_to)
    returning c.id, c.seq;
end
$$;

-- True when the row was still open: a finisher that comes too late learns it.
create function app.settle_inbox(p_inbox uuid, p_state text, p_error text) returns boolean
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
    lease_until = case when p_state in ('accepted', 'running') then lease_until end
  where id = p_inbox and state in ('accepted', 'running');
  return found;
end
$$;

-- What a node takes over: its own rows from before a restart, or anybody's whose lease has run out.
create function app.claim_inbox(p_node text, p_lease_seconds integer, p_own_only boolean, p_max_attempts integer)
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
        owner_node = p_node,
        lease_until = case when i.attempts < p_max_attempts then now() + make_interval(secs => p_lease_seconds) end
      from open where open.id = i.id
      returning i.*
    )
    select * from taken order by taken.seq;
end
$$;

-- How many open messages the node still holds.
create function app.renew_leases(p_node text, p_lease_seconds integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  renewed integer;
begin
  update public.inbox set lease_until = now() + make_interval(secs => p_lease_seconds)
  where owner_node = p_node and state in ('accepted', 'running');
  get diagnostics renewed = row_count;
  update public.wizard_sessions set lease_until = now() + make_interval(secs => p_lease_seconds)
  where owner_node = p_node and lease_until is not null;
  return renewed;
end
$$;

create function app.enqueue_reply(p_session uuid, p_channel text, p_address text, p_reply jsonb) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  made constant uuid := gen_random_uuid();
begin
  perform app.require_session(p_session);
  insert into public.outbox (id, session_id, channel, address, reply) values (made, p_session, p_channel, p_address, p_reply);
  return made;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function
  app.accept_message(text, text, text, uuid, text, jsonb, jsonb, text, integer, boolean),
  app.append_message(uuid, text, text, jsonb, text, uuid),
  app.settle_inbox(uuid, text, text),
  app.enqueue_reply(uuid, text, text, jsonb)
  to authenticated, service_role;
grant execute on function app.claim_inbox(text, integer, boolean, integer), app.renew_leases(text, integer) to service_role;
