-- What an organizer asks of whoever orders: a few questions, each answered once for an order.

create table public.event_questions (
  id uuid primary key default gen_random_uuid(),
  event_id uuid not null references public.events on delete cascade,
  position integer not null default 0,
  question text not null check (char_length(question) between 1 and 300),
  required boolean not null default false,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index idx_event_questions_event on public.event_questions (event_id, position);

alter table public.event_questions enable row level security, force row level security;
revoke all on public.event_questions from public, anon, authenticated, service_role;
grant select, delete on public.event_questions to authenticated;
grant insert (id, event_id, position, question, required) on public.event_questions to authenticated;
grant update (position, question, required) on public.event_questions to authenticated;
grant select, insert, update, delete on public.event_questions to service_role;
create policy event_questions_read_own on public.event_questions for select to authenticated
  using (exists (select from public.events e where e.id = event_questions.event_id and e.organizer_id = (select auth.uid())));
create policy event_questions_insert_own on public.event_questions for insert to authenticated
  with check ((select app.can_draft()) and app.owns_event(event_id));
create policy event_questions_update_own on public.event_questions for update to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = event_questions.event_id and e.organizer_id = (select auth.uid())));
create policy event_questions_delete_own on public.event_questions for delete to authenticated
  using ((select app.can_draft()) and exists (
    select from public.events e where e.id = event_questions.event_id and e.organizer_id = (select auth.uid())));

-- A form has room for so many.
create function app.few_questions() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform from public.events where id = new.event_id for no key update;
  if (select count(*) from public.event_questions where event_id = new.event_id) >= 10 then
    raise exception 'an event asks ten questions at most' using errcode = 'PT422',
      detail = jsonb_build_object('field', 'questions')::text;
  end if;
  return new;
end
$$;
create policy event_questions_app_owner_read on public.event_questions for select to app_owner using (true);
create trigger event_questions_few before insert on public.event_questions for each row execute function app.few_questions();

-- As they were asked and answered, whatever becomes of the questions.
alter table public.orders add column answers jsonb not null default '[]' check (jsonb_typeof(answers) = 'array');
comment on column public.orders.answers is '[{"question": "...", "answer": "..."}]';

create function app.answer_order(p_order uuid, p_answers jsonb) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$ update public.orders set answers = p_answers where id = p_order $$;

revoke execute on all functions in schema app from public;
grant execute on function app.answer_order(uuid, jsonb) to service_role;
