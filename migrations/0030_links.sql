-- Linking a chat account asks both sides: the chat that shows the code, and the page that made it.

alter table public.link_codes
  add column id uuid not null default gen_random_uuid() unique,
  add column platform_user_id text check (char_length(platform_user_id) between 1 and 100),
  add column display_name text check (char_length(display_name) <= 200),
  add column chat text check (char_length(chat) <= 300),
  add column note text check (char_length(note) <= 4000),
  add column chat_yes_at timestamptz,
  add column page_yes_at timestamptz;
comment on column public.link_codes.used_at is 'when a chat account showed the code, which is worth nothing from then on';
comment on column public.link_codes.chat_yes_at is 'the chat account said that this is its person';
comment on column public.link_codes.page_yes_at is 'the person said that this is their chat account';

alter table public.chat_accounts
  add column misses integer not null default 0,
  add column misses_until timestamptz;
comment on column public.chat_accounts.misses is 'wrong codes that the account showed before misses_until';
