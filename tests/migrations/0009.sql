insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key, retry_count, last_error) values
  ('00000000-0000-4000-8000-0000000000d2', '00000000-0000-4000-8000-000000000001', 'stripe_product', '{}', 'stripe_product:00000000-0000-4000-8000-0000000000d2', 2, 'timeout'),
  (null, '00000000-0000-4000-8000-000000000002', 'mail_welcome', '{}', 'mail_welcome:00000000-0000-4000-8000-000000000002', 0, null);
