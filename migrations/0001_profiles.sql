-- Who is calling, and the profile that belongs to each signed-in person or guest.

-- These are written with RETURN, not as text: their names are bound now, whatever search_path a caller has, and the planner can
-- inline them. They stand in almost every policy.

-- The database role of the transaction: it stays readable inside a SECURITY DEFINER function, and no claim can forge it.
create function app.is_service() returns boolean language sql stable
  return coalesce(current_setting('role', true) = 'service_role', false);

create function app.user_role() returns text language sql stable
  return auth.jwt() -> 'app_metadata' ->> 'user_role';

create function app.is_anonymous() returns boolean language sql stable
  return coalesce((auth.jwt() ->> 'is_anonymous')::boolean, false);

-- Organizers and guests write drafts; somebody who only attends does not.
create function app.can_draft() returns boolean language sql stable
  return coalesce(auth.jwt() ->> 'role' = 'authenticated'
    and app.user_role() = case when app.is_anonymous() then 'guest' else 'organizer' end, false);

create function app.is_timezone(p_name text) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
begin
  perform now() at time zone p_name;
  return true;
exception when invalid_parameter_value then
  return false;
end
$$;

create function app.touch() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.updated_at := date_trunc('milliseconds', now());
  return new;
end
$$;

create table public.profiles (
  id uuid primary key references auth.users on delete cascade,
  email text unique,
  full_name text check (char_length(full_name) <= 200),
  phone text check (char_length(phone) <= 50),
  company text check (char_length(company) <= 200),
  is_anonymous boolean not null default false,
  language text check (language ~ '^[a-z]{2}$'),
  timezone text check (app.is_timezone(timezone)),
  country text check (char_length(country) <= 100),
  currency text check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  updated_at timestamptz not null default date_trunc('milliseconds', now())
);
create trigger profiles_touch before update on public.profiles for each row execute function app.touch();

alter table public.profiles enable row level security, force row level security;
revoke all on public.profiles from public, anon, authenticated, service_role;
grant select on public.profiles to authenticated;
grant update (full_name, phone, company, language, timezone, country, currency) on public.profiles to authenticated;
grant select, insert, update, delete on public.profiles to service_role;
create policy profiles_read_own on public.profiles for select to authenticated using (id = (select auth.uid()));
create policy profiles_update_own on public.profiles for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));
create policy profiles_app_owner on public.profiles to app_owner using (true) with check (true);

-- Sign-up may come from here or from a hosted service: the role is settled before the row exists, the profile after.
create function app.default_user_role() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if coalesce(new.is_anonymous, false) then
    new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || '{"user_role": "guest"}';
  elsif coalesce(new.raw_app_meta_data ->> 'user_role', 'guest') = 'guest' then
    new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || '{"user_role": "organizer"}';
  end if;
  return new;
end
$$;

create function app.handle_new_user() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.profiles as p (id, email, full_name, is_anonymous)
  values (
    new.id, nullif(lower(new.email), ''),
    left(nullif(coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name'), ''), 200),
    coalesce(new.is_anonymous, false))
  on conflict (id) do update
    set email = excluded.email, is_anonymous = excluded.is_anonymous, full_name = coalesce(p.full_name, excluded.full_name);
  return null;
end
$$;

create trigger eventos_default_user_role before insert or update of is_anonymous on auth.users
  for each row execute function app.default_user_role();
create trigger eventos_handle_new_user after insert or update of email, is_anonymous on auth.users
  for each row execute function app.handle_new_user();

-- Makes or finds; an existing person keeps the role they have.
create function app.ensure_user(p_email text, p_role text, p_anonymous boolean, p_name text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  found_id uuid;
  mail constant text := nullif(lower(btrim(p_email)), '');
begin
  if mail is null and not coalesce(p_anonymous, false) then
    raise exception 'an e-mail address is needed for a person who is not a guest' using errcode = 'PT400';
  end if;
  if coalesce(p_role, 'organizer') not in ('organizer', 'attendee', 'guest') then
    raise exception 'unknown role %', p_role using errcode = 'PT400';
  end if;
  for attempt in 1..2 loop
    select id into found_id from auth.users where mail is not null and lower(email) = mail;
    exit when found;
    begin
      insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, is_anonymous, created_at, updated_at)
      values (
        gen_random_uuid(), 'authenticated', 'authenticated', mail, case when mail is not null then now() end,
        jsonb_build_object(
          'provider', case when mail is null then 'anonymous' else 'email' end,
          'user_role', case when coalesce(p_anonymous, false) then 'guest' else coalesce(p_role, 'organizer') end),
        jsonb_strip_nulls(jsonb_build_object('full_name', nullif(btrim(p_name), ''))),
        coalesce(p_anonymous, false), now(), now())
      returning id into found_id;
      exit;
    exception when unique_violation then
      -- Somebody made the same person meanwhile: the second round finds them.
      if attempt = 2 then
        raise;
      end if;
    end;
  end loop;
  return found_id;
end
$$;

revoke execute on all functions in schema app from public;
grant execute on function app.is_service(), app.user_role(), app.is_anonymous(), app.can_draft(), app.is_timezone(text)
  to authenticated, service_role;
grant execute on function app.ensure_user(text, text, boolean, text) to service_role;
