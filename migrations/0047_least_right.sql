-- What a signed-in person may call, as little as the conversation needs; and what nobody asked for reaches the chat that talks with
-- the session.

-- The form without an address is the server's own (it leaves outcomes for a session); people come by the one with an address, which
-- calls it with its owner's rights.
revoke execute on function app.accept_message(text, text, text, uuid, text, jsonb, jsonb, text, integer, boolean) from authenticated;

alter table public.chats add column way text check (char_length(way) <= 4000);
comment on column public.chats.way is 'what the channel wants back with an answer, as of the last message from there';

create or replace function app.accept_message(
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
    insert into public.chats as c (channel, chat, user_id, way)
    select p_channel, p_chat, i.user_id, p_note from public.inbox i where i.id = taken.inbox_id
    on conflict (channel, chat) do update
      set user_id = excluded.user_id, way = excluded.way, closed_at = null, updated_at = now();
  end if;
  return query select taken.inbox_id, taken.message_id, taken.state, taken.fresh;
end
$$;

-- An answer points to words of its own session, and of no other; what the server left answers no message of the platform's.
create or replace function app.enqueue_answer(p_inbox uuid, p_reply jsonb, p_language text, p_said uuid) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  asked public.inbox;
  said bigint;
  made uuid;
begin
  select * into asked from public.inbox where id = p_inbox;
  perform app.require_session(asked.session_id);
  if asked.chat is null then
    return null;
  end if;
  select seq into said from public.ai_conversations where id = p_said and session_id = asked.session_id;
  insert into public.outbox (session_id, user_id, channel, address, note, external_id, reply, language, said_seq)
  values (
    asked.session_id, asked.user_id, asked.channel, asked.chat, asked.note,
    case when asked.account <> asked.session_id::text then asked.external_id end, p_reply, p_language, said)
  returning id into made;
  return made;
end
$$;
