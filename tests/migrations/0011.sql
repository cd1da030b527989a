-- One that guests could see before it was called off, in an hour that the clock passes twice.
insert into public.events (id, organizer_id, name, type, starts_local, timezone, duration, price_cents, status) values
  ('00000000-0000-4000-8000-0000000000d4', '00000000-0000-4000-8000-000000000001', 'Called Off', 'meetup', '2026-11-01 01:30',
   'America/Toronto', 60, 0, 'published');
update public.events set status = 'cancelled' where id = '00000000-0000-4000-8000-0000000000d4';
