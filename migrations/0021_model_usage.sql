-- What models cost: a call for each message at most, and the tokens that were set aside for it before it was made.

create table public.model_calls (
  inbox_id uuid primary key,
  session_id uuid not null references public.wizard_sessions (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  model text,
  reserved bigint not null check (reserved >= 0),
  used bigint check (used >= 0),
  created_at timestamptz not null default now()
);
comment on table public.model_calls is 'one row for each message that a model was asked about; whoever finds it there does not ask again';
comment on column public.model_calls.used is 'null: the program died, or nobody said; then what was set aside counts';
create index model_calls_session_id on public.model_calls (session_id);
create index model_calls_user_id on public.model_calls (user_id);

create table public.model_budgets (
  scope text not null check (scope in ('session', 'user', 'day')),
  key text not null,
  day date,
  tokens bigint not null default 0 check (tokens >= 0),
  primary key (scope, key)
);
comment on table public.model_budgets is 'tokens that are used or set aside: of a session, of a person on a day, of everybody on a day';

alter table public.model_calls enable row level security;
alter table public.model_calls force row level security;
alter table public.model_budgets enable row level security;
alter table public.model_budgets force row level security;
revoke all on public.model_calls, public.model_budgets from anon, authenticated;
grant select, insert, update, delete on public.model_calls, public.model_budgets to service_role;

-- Adds tokens to a budget, unless that would be more than its limit (0: none).
create function app.add_model_tokens(budget_scope text, budget_key text, budget_day date, amount bigint, most bigint) returns boolean
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if most > 0 and amount > most then
    return false;
  end if;
  insert into public.model_budgets as b (scope, key, day, tokens) values (budget_scope, budget_key, budget_day, amount)
  on conflict (scope, key) do update set tokens = b.tokens + excluded.tokens
    where most = 0 or b.tokens + excluded.tokens <= most;
  return found;
end
$$;

-- Sets tokens aside for a call. 'reserved', 'asked' (this message was asked about before), or the budget that is used up; after
-- anything but 'reserved' the caller rolls back. The budget that everybody shares comes last: it is locked the shortest.
create function app.reserve_model_tokens(
  call_inbox uuid, call_session uuid, call_user uuid, call_day date, amount bigint,
  session_most bigint, user_most bigint, day_most bigint
) returns text
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  -- A reservation that is lost with the database server itself is lost with the message that it was for.
  perform set_config('synchronous_commit', 'off', true);
  insert into public.model_calls (inbox_id, session_id, user_id, reserved) values (call_inbox, call_session, call_user, amount)
  on conflict (inbox_id) do nothing;
  if not found then
    return 'asked';
  elsif not app.add_model_tokens('session', call_session::text, null, amount, session_most) then
    return 'session';
  elsif not app.add_model_tokens('user', call_user::text || ' ' || call_day::text, call_day, amount, user_most) then
    return 'user';
  elsif not app.add_model_tokens('day', call_day::text, call_day, amount, day_most) then
    return 'day';
  end if;
  return 'reserved';
end
$$;

-- Gives back what was set aside and not used, on the day on which it was set aside.
create function app.settle_model_tokens(call_inbox uuid, call_day date, amount bigint, call_model text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  call public.model_calls;
  rest bigint;
begin
  perform set_config('synchronous_commit', 'off', true);
  update public.model_calls set used = amount, model = call_model where inbox_id = call_inbox and used is null returning * into call;
  if not found then
    return;
  end if;
  rest := call.reserved - amount;
  update public.model_budgets set tokens = greatest(tokens - rest, 0)
    where scope = 'session' and key = call.session_id::text;
  update public.model_budgets set tokens = greatest(tokens - rest, 0)
    where scope = 'user' and key = call.user_id::text || ' ' || call_day::text;
  update public.model_budgets set tokens = greatest(tokens - rest, 0) where scope = 'day' and key = call_day::text;
end
$$;

-- Days that are over bound nobody any more.
create function app.forget_model_budgets(today date) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$
  delete from public.model_budgets where day < today - 7;
  delete from public.model_budgets b where scope = 'session'
    and not exists (select from public.wizard_sessions s where s.id::text = b.key);
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.add_model_tokens(text, text, date, bigint, bigint),
  app.reserve_model_tokens(uuid, uuid, uuid, date, bigint, bigint, bigint, bigint),
  app.settle_model_tokens(uuid, date, bigint, text),
  app.forget_model_budgets(date) to service_role;
