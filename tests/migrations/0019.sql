-- A message that was answered and forgotten what it asked for.
insert into public.inbox (channel, account, external_id, session_id, user_id, state)
select 'terminal', s.id::text, 'seed-answered', s.id, s.user_id, 'answered' from public.wizard_sessions s order by s.id limit 1;
