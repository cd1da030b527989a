-- An organizer's own account at Stripe, and the way there and back: who went, from which conversation, in which browser.

alter table public.stripe_accounts
  add column requirements text[] not null default '{}' check (cardinality(requirements) <= 200),
  add column disabled_reason text check (char_length(disabled_reason) <= 200);
comment on column public.stripe_accounts.requirements is 'what Stripe still wants to know, by its own names (requirements.currently_due)';

create table public.stripe_connects (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  user_id uuid not null references public.profiles on delete cascade,
  session_id uuid references public.wizard_sessions on delete set null,
  account_id text references public.stripe_accounts on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table public.stripe_connects is 'one way to Stripe and back: single use, expiring, bound to a person, a conversation and a browser';
comment on column public.stripe_connects.account_id is 'the account that is set up; NULL where its owner brings one along (OAuth)';
create index idx_stripe_connects_user on public.stripe_connects (user_id);
create index idx_stripe_connects_session on public.stripe_connects (session_id);
create index idx_stripe_connects_account on public.stripe_connects (account_id);
create index idx_stripe_connects_expires on public.stripe_connects (expires_at);

alter table public.stripe_connects enable row level security, force row level security;
revoke all on public.stripe_connects from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.stripe_connects to service_role;

-- What the person who waits for an item is told of its delay, apart from the operator's words; and that there is more to do for
-- an item which is being worked on.
alter table public.payment_setup_queue
  add column cause text check (cause ~ '^[a-z_]{1,40}$'),
  add column again boolean not null default false;
comment on column public.payment_setup_queue.cause is 'why it waits, for the organizer: no_answer, busy, refused, not_set_up, ours';
comment on column public.payment_setup_queue.again is 'it was asked for again while somebody was at work: it begins anew instead of ending';

create policy payment_setup_queue_app_owner_write on public.payment_setup_queue for update to app_owner using (true) with check (true);

-- Work of which there is one at a time: what is done or dead begins anew; what is under way begins anew once it has ended.
create function app.enqueue_again(p_kind text, p_event uuid, p_payload jsonb, p_dedupe_key text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.payment_setup_queue (event_id, user_id, kind, payload, dedupe_key)
  values (p_event, (select organizer_id from public.events where id = p_event), p_kind, coalesce(p_payload, '{}'), p_dedupe_key)
  on conflict (dedupe_key) do nothing;
  if found then
    return;
  end if;
  update public.payment_setup_queue
  set again = coalesce(lease_until >= now(), false),
    payload = coalesce(p_payload, '{}'),
    done_at = null, dead_at = null, attempts = 0, retry_count = 0,
    first_tried_at = case when lease_until >= now() then first_tried_at end,
    next_retry_at = now(), cause = null
  where dedupe_key = p_dedupe_key and event_id is not distinct from p_event;
  perform pg_notify('eventos_queue', '');
end
$$;
revoke execute on function app.enqueue_again(text, uuid, jsonb, text) from public;
grant execute on function app.enqueue_again(text, uuid, jsonb, text) to service_role;
