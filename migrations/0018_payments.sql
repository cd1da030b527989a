-- What Stripe tells us: each of its events once, and where each organizer's account stands.

create table public.stripe_accounts (
  id text primary key check (id ~ '^acct_[A-Za-z0-9]{1,100}$'),
  user_id uuid not null references public.profiles on delete cascade,
  charges_enabled boolean not null default false,
  payouts_enabled boolean not null default false,
  details_submitted boolean not null default false,
  disconnected_at timestamptz,
  told_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
comment on column public.stripe_accounts.told_at is 'when the newest event that was taken over happened at Stripe: older ones change nothing';

create index idx_stripe_accounts_user on public.stripe_accounts (user_id);

alter table public.stripe_accounts enable row level security, force row level security;
revoke all on public.stripe_accounts from public, anon, authenticated, service_role;
grant select on public.stripe_accounts to authenticated;
grant select, insert, update, delete on public.stripe_accounts to service_role;
create policy stripe_accounts_read_own on public.stripe_accounts for select to authenticated using (user_id = (select auth.uid()));

create table public.stripe_events (
  id text primary key check (char_length(id) between 1 and 255),
  type text not null check (char_length(type) between 1 and 255),
  happened_at timestamptz not null,
  received_at timestamptz not null default now()
);
comment on table public.stripe_events is 'written in the transaction of its effect: what is here has had it';

alter table public.stripe_events enable row level security, force row level security;
revoke all on public.stripe_events from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.stripe_events to service_role;
