insert into public.refunds (order_id, event_id, amount_cents, reason) values
  ('00000000-0000-4000-8000-0000000000e2', '00000000-0000-4000-8000-0000000000d2', 500, 'organizer');
insert into public.checkins (id, event_id, result, scanned_at) values
  ('00000000-0000-4000-8000-0000000000f7', '00000000-0000-4000-8000-0000000000d2', 'unknown', '2026-01-01T00:00:00Z');
