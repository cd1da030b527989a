insert into public.draft_revisions (session_id, revision, patch, provenance) values
  ('00000000-0000-4000-8000-0000000000f1', 2, '{"dateTime": "2026-12-05"}', '{"dateTime": "said"}');
insert into public.suggestions (session_id, revision, type, data, rank, accepted_at) values
  ('00000000-0000-4000-8000-0000000000f1', 2, 'venue', '{"id": "venue-uuid-1"}', 1, now());
insert into public.publish_confirmations (user_id, session_id, revision, token_hash, expires_at) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000f1', 2, extensions.digest('token', 'sha256'), now() + interval '10 minutes');
insert into public.idempotency_keys (user_id, key, request_hash, status, body) values
  ('00000000-0000-4000-8000-000000000001', 'k-1', extensions.digest('body', 'sha256'), 200, '{"success": true}');
