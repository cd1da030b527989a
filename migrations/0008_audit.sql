-- Who did what: appended by the server, read by administration only, and outliving the people it names.

create table public.security_audit_log (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.profiles on delete set null,
  event_type text not null check (char_length(event_type) between 1 and 100),
  ip_address inet,
  user_agent text,
  metadata jsonb,
  created_at timestamptz not null default now()
);
create index idx_security_audit_log_user on public.security_audit_log (user_id, created_at desc);
create index idx_security_audit_log_created_at on public.security_audit_log (created_at desc);

alter table public.security_audit_log enable row level security, force row level security;
revoke all on public.security_audit_log from public, anon, authenticated, service_role;
grant select, insert on public.security_audit_log to service_role;
create policy security_audit_log_app_owner_add on public.security_audit_log for insert to app_owner with check (true);

create function app.audit(p_event_type text, p_metadata jsonb, p_ip text, p_user_agent text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
    insert into public.security_audit_log (user_id, event_type, ip_address, user_agent, metadata)
    values ((select id from public.profiles where id = auth.uid()), p_event_type, nullif(p_ip, '')::inet, left(p_user_agent, 500), p_metadata)
  $$;

create function app.log_wizard_session() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.security_audit_log (user_id, event_type, metadata)
  values (new.user_id, 'wizard_session_' || new.status,
    jsonb_build_object('session_id', new.id, 'stage', new.stage, 'time_spent', new.time_spent_seconds));
  return null;
end
$$;
create trigger wizard_session_started after insert on public.wizard_sessions
  for each row execute function app.log_wizard_session();
create trigger wizard_session_status after update on public.wizard_sessions
  for each row when (new.status is distinct from old.status) execute function app.log_wizard_session();

revoke execute on all functions in schema app from public;
grant execute on function app.audit(text, jsonb, text, text) to authenticated, service_role;
