-- A request that made something and whose answer was not kept.
insert into public.idempotency_keys (user_id, key, request_hash, made)
values ('00000000-0000-4000-8000-000000000001', 'made-and-not-kept', '\x00', '{"rows": 1, "body": "", "key": null, "total": null}');
