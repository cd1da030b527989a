-- Where the private chat of a linked account is, so that its owner can be told of what they have tickets for.

alter table public.chat_accounts
  add column chat text check (char_length(chat) <= 300),
  add column note text check (char_length(note) <= 4000);
comment on column public.chat_accounts.chat is 'the private chat in which it was linked; NULL: nothing is sent there unasked';
comment on column public.chat_accounts.note is 'what the channel needs to write there';

-- Whether an address is known to be this person''s: whoever signs up may type anybody''s.
create function app.is_confirmed(p_user uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select exists (select from auth.users where id = p_user and email_confirmed_at is not null)
  $$;
revoke execute on all functions in schema app from public;
grant execute on function app.is_confirmed(uuid) to service_role;
