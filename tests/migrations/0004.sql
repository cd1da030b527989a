insert into public.ticket_tiers (id, event_id, name, price_cents, quantity) values
  ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000d2', 'Early Bird', 12000, 100);
insert into public.orders (id, event_id, buyer_email, amount_cents, currency, status) values
  ('00000000-0000-4000-8000-0000000000e2', '00000000-0000-4000-8000-0000000000d2', 'attendee@example.org', 12000, 'CAD', 'paid');
insert into public.tickets (event_id, tier_id, order_id, attendee_name, attendee_phone, code) values
  ('00000000-0000-4000-8000-0000000000d2', '00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000e2', 'Ann', '+14165550100', 'T-1');
