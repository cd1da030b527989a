-- An event that moves keeps its length, in whichever direction it goes, unless its end or length is written along: as a calendar does,
-- and as the draft does (a start and a length). Before, one that moved to an earlier day kept its end and became a day longer.
create or replace function app.event_schedule() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  before public.events;
  zone text;
  instant_alone boolean;
  end_written boolean;
  length_written boolean;
  finish timestamptz;
begin
  if tg_op = 'UPDATE' then
    before := old;
    if (new.starts_local, new.starts_date_only, new.ends_local, new.timezone, new.date_time, new.duration, new.venue_id, new.organizer_id)
      is not distinct from
      (old.starts_local, old.starts_date_only, old.ends_local, old.timezone, old.date_time, old.duration, old.venue_id, old.organizer_id) then
      return new;
    end if;
  end if;
  zone := coalesce(new.timezone, app.event_zone(new.venue_id, new.organizer_id));
  instant_alone := new.date_time is distinct from before.date_time and new.starts_local is not distinct from before.starts_local;
  end_written := new.ends_local is distinct from before.ends_local and new.ends_local is not null;
  length_written := new.duration is distinct from before.duration;

  if instant_alone and new.date_time is not null then
    new.timezone := zone;
    new.starts_local := new.date_time at time zone zone;
    new.starts_date_only := false;
  elsif instant_alone and before.date_time is not null then
    new.starts_local := null;
  end if;

  if new.starts_local is null then
    new.starts_date_only := false;
    new.date_time := null;
    -- Without a start an end that only followed from the length says nothing.
    if before.date_time is not null and not end_written then
      new.ends_local := null;
    end if;
    return new;
  elsif new.starts_date_only then
    new.starts_local := date_trunc('day', new.starts_local);
    new.date_time := null;
    return new;
  end if;

  -- An instant that fits the local time is kept: it tells the two readings of an hour that the clock passes twice.
  if new.date_time is null or new.date_time at time zone zone <> new.starts_local then
    new.date_time := app.first_pass(new.starts_local, zone);
  end if;
  if not end_written and (new.ends_local is null or length_written or new.duration is not null
    or new.ends_local at time zone zone <= new.date_time) then
    new.ends_local := (new.date_time + make_interval(mins => new.duration)) at time zone zone;
  else
    finish := app.first_pass(new.ends_local, zone);
    if finish <= new.date_time then
      finish := new.ends_local at time zone zone;
    end if;
    new.duration := round(extract(epoch from finish - new.date_time) / 60);
  end if;
  return new;
end
$$;
