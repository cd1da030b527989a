insert into public.payment_setup_queue (user_id, kind, dedupe_key, attempts, lease_owner, lease_id, lease_until, first_tried_at, key_round) values
  ('00000000-0000-4000-8000-000000000001', 'mail_confirm', 'mail_confirm:seed', 3, 'host:0', '00000000-0000-4000-8000-0000000000f1', now(), now() - interval '2 days', 1);
