-- Which chat account belongs to which person, and the one-time codes that prove it.

create table public.chat_accounts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles on delete cascade,
  platform text not null check (platform ~ '^[a-z]{1,40}$'),
  platform_user_id text not null check (char_length(platform_user_id) between 1 and 100),
  display_name text check (char_length(display_name) <= 200),
  linked_at timestamptz not null default now(),
  unique (platform, platform_user_id)
);
comment on column public.chat_accounts.platform_user_id is 'the platform''s numeric id, never a name that its owner can change';
create index idx_chat_accounts_user on public.chat_accounts (user_id);

create table public.link_codes (
  code_hash bytea primary key check (octet_length(code_hash) = 32),
  user_id uuid not null references public.profiles on delete cascade,
  platform text not null check (platform ~ '^[a-z]{1,40}$'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  attempts integer not null default 0
);
create index idx_link_codes_user on public.link_codes (user_id, platform);

alter table public.chat_accounts enable row level security, force row level security;
alter table public.link_codes enable row level security, force row level security;
revoke all on public.chat_accounts, public.link_codes from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.chat_accounts, public.link_codes to service_role;
grant select, delete on public.chat_accounts to authenticated;
create policy chat_accounts_read_own on public.chat_accounts for select to authenticated using (user_id = (select auth.uid()));
create policy chat_accounts_unlink_own on public.chat_accounts for delete to authenticated using (user_id = (select auth.uid()));
create policy chat_accounts_app_owner on public.chat_accounts to app_owner using (true) with check (true);
create policy link_codes_app_owner on public.link_codes to app_owner using (true) with check (true);
