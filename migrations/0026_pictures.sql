-- Pictures: kept once for each person, in bounded room, and swept when nothing shows them any more.

-- The file's id; NULL when the owner's pictures would take more than p_most bytes. Replaced pictures that nothing shows make room first.
create function app.keep_picture(p_owner uuid, p_mime text, p_bytes bytea, p_most bigint) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  hash constant bytea := sha256(p_bytes);
  kept uuid;
  taken bigint;
begin
  -- One upload of a person at a time: two at once may not each find room for one.
  perform from public.profiles where id = p_owner for update;
  if not found then
    raise exception 'there is no such person' using errcode = 'PT404';
  end if;
  select id into kept from public.files where owner_id = p_owner and sha256 = hash and kind = 'event_picture' limit 1;
  if found then
    return kept;
  end if;
  select coalesce(sum(octet_length(bytes)), 0) into taken from public.files where owner_id = p_owner;
  if taken + octet_length(p_bytes) > p_most then
    perform app.sweep_pictures(p_owner, interval '1 hour');
    select coalesce(sum(octet_length(bytes)), 0) into taken from public.files where owner_id = p_owner;
    if taken + octet_length(p_bytes) > p_most then
      return null;
    end if;
  end if;
  insert into public.files (owner_id, kind, mime, bytes, sha256) values (p_owner, 'event_picture', p_mime, p_bytes, hash)
  returning id into kept;
  return kept;
end
$$;

-- Removes pictures (of one person, or of all) that no event shows, no draft holds and no undo can bring back. How many went.
create function app.sweep_pictures(p_owner uuid, p_older interval) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  gone bigint;
begin
  delete from public.files f
  where f.kind = 'event_picture' and (p_owner is null or f.owner_id = p_owner) and f.created_at < now() - p_older
    and not exists (select from public.events e where e.image_id = f.id)
    and not exists (
      select from public.wizard_sessions s where s.user_id = f.owner_id and s.state -> 'draft' ->> 'imageId' = f.id::text)
    and not exists (
      select from public.wizard_sessions s join public.draft_revisions r on r.session_id = s.id
      where s.user_id = f.owner_id and r.patch::text like '%' || f.id::text || '%');
  get diagnostics gone = row_count;
  return gone;
end
$$;

create policy draft_revisions_app_owner_read on public.draft_revisions for select to app_owner using (true);
create policy files_app_owner_keep on public.files for insert to app_owner with check (true);
create policy files_app_owner_sweep on public.files for delete to app_owner using (true);

revoke execute on function app.keep_picture(uuid, text, bytea, bigint), app.sweep_pictures(uuid, interval) from public;
grant execute on function app.keep_picture(uuid, text, bytea, bigint), app.sweep_pictures(uuid, interval) to service_role;
