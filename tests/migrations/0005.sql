insert into public.wizard_sessions (id, user_id, event_id, stage, status, state, channel, language, thread_id, version) values
  ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000d1', 2, 'in_progress', '{"draft": {}}', 'web', 'en', 't-1', 3),
  ('00000000-0000-4000-8000-0000000000f2', '00000000-0000-4000-8000-000000000001', null, 1, 'abandoned', '{}', null, null, null, 0),
  ('00000000-0000-4000-8000-0000000000f3', '00000000-0000-4000-8000-000000000003', null, 1, 'in_progress', '{}', 'terminal', 'fr', null, 0);
