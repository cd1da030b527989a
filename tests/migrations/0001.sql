-- An organizer, an attendee and a guest, as sign-up leaves them.
insert into auth.users (id, email, raw_app_meta_data, raw_user_meta_data) values
  ('00000000-0000-4000-8000-000000000001', 'organizer@example.org', '{"user_role": "organizer"}', '{"full_name": "Olga Organizer"}'),
  ('00000000-0000-4000-8000-000000000002', 'attendee@example.org', '{"user_role": "attendee"}', '{}');
insert into auth.users (id, is_anonymous) values ('00000000-0000-4000-8000-000000000003', true);
insert into auth.sessions (id, user_id) values ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001');
update public.profiles set timezone = 'America/Toronto', currency = 'CAD', language = 'en' where id = '00000000-0000-4000-8000-000000000001';
