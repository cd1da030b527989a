-- A message that was answered and forgotten what it asked for.
insert into public.inbox (channel, account, external_id, session_id, user_id, state)
select 'terminal', id::text, 'seed-answered', id, user_id, 'answered' from public.wizard_sessions order by id limit 1;
