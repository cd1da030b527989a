insert into public.promo_codes (event_id, code, percent) values ('00000000-0000-4000-8000-0000000000d2', 'FRIENDS', 10);
insert into public.waiting (event_id, email, name) values ('00000000-0000-4000-8000-0000000000d2', 'w@example.org', 'W');
