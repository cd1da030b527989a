-- Who made an event stands in the audit log, however it was made: by a turn of the wizard or by the API; and which schema this is.

-- Where the request came from, as far as the program said so for its transaction: eventos.client_ip, eventos.user_agent.
create function app.audit_event() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  -- Demo data is nobody's doing.
  if auth.uid() is null and new.metadata ? 'demo' then
    return null;
  end if;
  insert into public.security_audit_log (user_id, event_type, ip_address, user_agent, metadata)
  values (
    (select id from public.profiles where id = auth.uid()), 'event_create',
    nullif(current_setting('eventos.client_ip', true), '')::inet,
    left(nullif(current_setting('eventos.user_agent', true), ''), 500),
    jsonb_build_object('event_id', new.id, 'by',
      case when coalesce(current_setting('eventos.turn', true), '') = 'on' then 'wizard' else 'api' end));
  return null;
end
$$;
create trigger event_audited after insert on public.events for each row execute function app.audit_event();

-- Which migration is the newest here: a program that is newer or older says so instead of failing at some statement.
create function app.schema_version() returns bigint
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  return (select max(version) from app._sqlx_migrations where success);
end
$$;

revoke execute on function app.audit_event(), app.schema_version() from public;
grant execute on function app.schema_version() to service_role;
