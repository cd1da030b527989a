insert into public.model_calls (inbox_id, session_id, user_id, model, reserved, used)
  values ('00000000-0000-4000-8000-000000000121', '00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-000000000001', 'm', 2000, 900);
insert into public.model_budgets (scope, key, day, tokens) values ('day', '2026-01-01', '2026-01-01', 900);
