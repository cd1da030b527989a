-- An event tells how many ideas its organizer was shown. Those that nobody reacted to are kept only while they are new; how many
-- of them were let go is counted, so that a long talk tells as much as a short one.
alter table public.wizard_sessions add column ai_suggestions_dropped integer not null default 0 check (ai_suggestions_dropped >= 0);

create or replace function app.bound_suggestions() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  with gone as (
    delete from public.suggestions s
    where s.session_id in (select session_id from new_offers) and s.accepted_at is null and s.rejected_at is null
      and s.id not in (
        select k.id from public.suggestions k where k.session_id = s.session_id order by k.shown_at desc, k.rank limit 60)
    returning s.session_id
  ), counted as (
    select session_id, count(*)::integer as offers from gone group by session_id
  )
  update public.wizard_sessions w set ai_suggestions_dropped = w.ai_suggestions_dropped + c.offers
  from counted c where w.id = c.session_id;
  return null;
end
$$;

create or replace function app.ai_generated(p_session uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select jsonb_build_object('ai_generated', jsonb_build_object(
      'wizard_session_id', s.id,
      'creation_time_seconds', extract(epoch from now() - s.started_at)::integer,
      'ai_suggestions_shown',
        s.ai_suggestions_dropped + (select count(*) from public.suggestions g where g.session_id = s.id),
      'ai_suggestions_accepted', (select count(*) from public.suggestions g where g.session_id = s.id and g.accepted_at is not null),
      'ai_suggestions_rejected', (select count(*) from public.suggestions g where g.session_id = s.id and g.rejected_at is not null),
      'total_ai_interactions', s.ai_interactions_count))
    from public.wizard_sessions s where s.id = p_session
  $$;
