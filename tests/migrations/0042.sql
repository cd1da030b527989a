insert into public.webhooks (id, owner_id, url, secret)
  select '00000000-0000-4000-8000-0000000000f9', organizer_id, 'https://example.org/hook', sha256('x') from public.events limit 1;
insert into public.webhook_deliveries (webhook_id, kind, body) values ('00000000-0000-4000-8000-0000000000f9', 'order.paid', '{}');
