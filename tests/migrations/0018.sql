insert into public.stripe_accounts (id, user_id, charges_enabled, told_at) values
  ('acct_seed1', '00000000-0000-4000-8000-000000000001', true, '2026-01-01T00:00:00Z');
insert into public.stripe_events (id, type, happened_at) values ('evt_seed1', 'account.updated', '2026-01-01T00:00:00Z');
