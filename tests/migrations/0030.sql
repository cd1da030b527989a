update public.link_codes set platform_user_id = '42', chat_yes_at = '2026-01-01T00:00:00Z';
