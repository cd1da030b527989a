insert into public.files (id, owner_id, kind, mime, bytes, sha256) values
  ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-000000000001', 'image', 'image/webp', '\x00', extensions.digest('\x00'::bytea, 'sha256'));
-- A draft of which little is known, a published one, and one that was called off.
insert into public.events (id, organizer_id, name, starts_local, starts_date_only) values
  ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-000000000001', null, '2026-12-05', true);
insert into public.events (id, organizer_id, venue_id, image_id, name, type, description, capacity, date_time, duration, price_cents, status) values
  ('00000000-0000-4000-8000-0000000000d2', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000c1',
   'Toronto Tech Summit', 'conference', 'Talks', 500, '2026-12-15T14:00:00Z', 480, 15000, 'published'),
  ('00000000-0000-4000-8000-0000000000d3', '00000000-0000-4000-8000-000000000001', null, null, 'Rained Off', 'festival', 'Songs', 50, '2026-12-16T14:00:00Z', 60, 0, 'draft');
update public.events set status = 'cancelled' where id = '00000000-0000-4000-8000-0000000000d3';
