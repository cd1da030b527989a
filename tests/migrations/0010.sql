insert into public.chat_accounts (user_id, platform, platform_user_id, display_name) values ('00000000-0000-4000-8000-000000000001', 'telegram', '42', 'Olga');
insert into public.link_codes (code_hash, user_id, platform, expires_at) values
  (extensions.digest('code', 'sha256'), '00000000-0000-4000-8000-000000000001', 'discord', now() + interval '10 minutes');
