-- Until when guests were reminded: an hour in which no process ran is made up for by the next one that does.

create table app.reminded (
  one boolean primary key default true check (one),
  until_hour bigint not null
);
alter table app.reminded enable row level security, force row level security;
revoke all on app.reminded from public, anon, authenticated, service_role;
comment on column app.reminded.until_hour is 'hours since 1970, not included: guests of events a day later were reminded';
create policy reminded_app_owner_read on app.reminded for select to app_owner using (true);
create policy reminded_app_owner_add on app.reminded for insert to app_owner with check (true);
create policy reminded_app_owner_write on app.reminded for update to app_owner using (true) with check (true);

-- The first hour of which nobody was reminded yet, up to `p_hour` and at most a day back; from now on all of them were. NULL: none is left.
create function app.remind_from(p_hour bigint) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  begun bigint;
begin
  insert into app.reminded (until_hour) values (p_hour) on conflict (one) do nothing;
  select until_hour into begun from app.reminded for update;
  if begun > p_hour then
    return null;
  end if;
  update app.reminded set until_hour = p_hour + 1;
  return greatest(begun, p_hour - 23);
end
$$;
revoke execute on all functions in schema app from public;
grant execute on function app.remind_from(bigint) to service_role;
