-- What a request under an Idempotency-Key made stands beside its claim, from the very transaction that made it: a process that dies
-- before it keeps the answer leaves nothing that would be done twice.

alter table public.idempotency_keys add column made jsonb;
comment on column public.idempotency_keys.made is 'What the first request made, until its answer is kept';
grant update (made) on public.idempotency_keys to authenticated;
