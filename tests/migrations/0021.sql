insert into public.model_calls (inbox_id, session_id, user_id, model, reserved, used)
  select id, session_id, user_id, 'gpt-4-turbo-preview', 2000, 900 from public.inbox limit 1;
insert into public.model_budgets (scope, key, day, tokens) values ('day', '2026-01-01', '2026-01-01', 900);
