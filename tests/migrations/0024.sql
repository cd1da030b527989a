insert into public.tickets (event_id, attendee_email) select id, 'guest@example.com' from public.events where status = 'published' limit 1;
