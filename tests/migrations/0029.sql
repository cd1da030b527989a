insert into public.chats (channel, chat, user_id, note) values ('telegram', '7:42', '00000000-0000-4000-8000-000000000001', '{"a": 1}');
