-- Delivery of answers by channels whose platforms may refuse, delay or be away: each answer is written down with its turn.

alter table public.inbox
  add column chat text check (char_length(chat) <= 300),
  add column note text check (char_length(note) <= 4000);
comment on column public.inbox.chat is 'where the answer is delivered, in the channel''s words; NULL: whoever listens hears it';
comment on column public.inbox.note is 'what the channel wants back with the answer';

-- What nobody asked for, such as news about a link, belongs to a person and to no session.
alter table public.outbox
  alter column session_id drop not null,
  add column user_id uuid references public.profiles on delete cascade,
  add column external_id text check (char_length(external_id) <= 300),
  add column note text check (char_length(note) <= 4000),
  add column language text check (char_length(language) <= 35),
  add column said_seq bigint,
  add column progress jsonb not null default 'null',
  add column trying boolean not null default false,
  add column node text check (char_length(node) <= 200),
  add column settled_at timestamptz;
comment on column public.outbox.address is 'the chat; one answer at a time is delivered to it, in the order of seq';
comment on column public.outbox.external_id is 'the platform''s id of the message that is answered';
comment on column public.outbox.said_seq is 'the place of the answer in its conversation';
comment on column public.outbox.trying is 'an attempt began and nobody knows how it ended';
create index idx_outbox_user on public.outbox (user_id);
create index idx_outbox_lane on public.outbox (channel, address, seq) where state = 'pending';

-- What a channel knows of a chat.
create table public.chats (
  channel text not null check (char_length(channel) <= 40),
  chat text not null check (char_length(chat) <= 300),
  user_id uuid references public.profiles on delete cascade,
  session_id uuid references public.wizard_sessions on delete set null,
  seen_seq bigint,
  note jsonb not null default '{}' check (jsonb_typeof(note) = 'object' and pg_column_size(note) <= 65536),
  held_until timestamptz,
  closed_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (channel, chat)
);
comment on table public.chats is 'a chat of a platform: what its channel notes down, and whether anything may be sent there';
comment on column public.chats.user_id is 'who wrote there last';
comment on column public.chats.seen_seq is 'how far the chat has shown the conversation of session_id';
comment on column public.chats.held_until is 'the platform asked that nothing is sent before';
comment on column public.chats.closed_at is 'the person does not hear us any more; NULL again when they write';
create index idx_chats_user on public.chats (user_id);
create index idx_chats_session on public.chats (session_id);

alter table public.chats enable row level security, force row level security;
revoke all on public.chats from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.chats to service_role;
create policy chats_app_owner on public.chats to app_owner using (true) with check (true);

-- ACCEPT of a message whose answer has an address. The chat hears us: somebody wrote there.
create function app.accept_message(
  p_channel text, p_account text, p_external_id text, p_session uuid, p_content text, p_body jsonb, p_metadata jsonb,
  p_node text, p_lease_seconds integer, p_enqueue boolean, p_chat text, p_note text)
  returns table (inbox_id uuid, message_id uuid, state text, fresh boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
#variable_conflict use_column
declare
  taken record;
begin
  select * into taken from app.accept_message(
    p_channel, p_account, p_external_id, p_session, p_content, p_body, p_metadata, p_node, p_lease_seconds, p_enqueue);
  if taken.fresh and p_chat is not null then
    update public.inbox set chat = p_chat, note = p_note where id = taken.inbox_id;
    insert into public.chats as c (channel, chat, user_id)
    select p_channel, p_chat, i.user_id from public.inbox i where i.id = taken.inbox_id
    on conflict (channel, chat) do update
      set user_id = excluded.user_id, closed_at = null, updated_at = now();
  end if;
  return query select taken.inbox_id, taken.message_id, taken.state, taken.fresh;
end
$$;

-- Writes down the answer to a message that has an address; NULL for one that has none.
create function app.enqueue_answer(p_inbox uuid, p_reply jsonb, p_language text, p_said uuid) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  asked public.inbox;
  made uuid;
begin
  select * into asked from public.inbox where id = p_inbox;
  perform app.require_session(asked.session_id);
  if asked.chat is null then
    return null;
  end if;
  insert into public.outbox (session_id, user_id, channel, address, note, external_id, reply, language, said_seq)
  values (
    asked.session_id, asked.user_id, asked.channel, asked.chat, asked.note, asked.external_id, p_reply, p_language,
    (select seq from public.ai_conversations where id = p_said))
  returning id into made;
  return made;
end
$$;

-- A guest's drafts and what waits to be delivered about them go along.
create function app.move_mail(p_guest uuid, p_user uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.outbox set user_id = p_user where user_id = p_guest;
  update public.chats set user_id = p_user where user_id = p_guest;
end
$$;
create policy outbox_app_owner_move on public.outbox for update to app_owner using (true) with check (true);
create policy outbox_app_owner_read on public.outbox for select to app_owner using (true);

revoke execute on all functions in schema app from public;
grant execute on function
  app.accept_message(text, text, text, uuid, text, jsonb, jsonb, text, integer, boolean, text, text),
  app.enqueue_answer(uuid, jsonb, text, uuid)
  to authenticated, service_role;
grant execute on function app.move_mail(uuid, uuid) to service_role;
