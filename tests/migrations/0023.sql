insert into public.stripe_connects (state_hash, browser_hash, user_id, expires_at)
select sha256('state'), sha256('browser'), id, now() + interval '1 hour' from public.profiles limit 1;
