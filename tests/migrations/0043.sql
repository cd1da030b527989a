insert into public.door_links (event_id, name, token_hash) values ('00000000-0000-4000-8000-0000000000d2', 'North', sha256('x'));
