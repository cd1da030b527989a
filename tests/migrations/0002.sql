insert into public.venues (id, ref, owner_id, name, city, capacity, amenities) values
  ('00000000-0000-4000-8000-0000000000b1', 'venue-uuid-1', null, 'Métro Hall', 'Toronto', 250, '{wifi,av}'),
  ('00000000-0000-4000-8000-0000000000b2', null, '00000000-0000-4000-8000-000000000001', '小巨蛋', 'Taipei', null, '{}');
