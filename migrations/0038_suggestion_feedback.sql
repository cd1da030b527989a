-- How the wizard came to an event tells what was offered, too, beside what was taken and what was passed over.
create or replace function app.ai_generated(p_session uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select jsonb_build_object('ai_generated', jsonb_build_object(
      'wizard_session_id', s.id,
      'creation_time_seconds', extract(epoch from now() - s.started_at)::integer,
      'ai_suggestions_shown', (select count(*) from public.suggestions g where g.session_id = s.id),
      'ai_suggestions_accepted', (select count(*) from public.suggestions g where g.session_id = s.id and g.accepted_at is not null),
      'ai_suggestions_rejected', (select count(*) from public.suggestions g where g.session_id = s.id and g.rejected_at is not null),
      'total_ai_interactions', s.ai_interactions_count))
    from public.wizard_sessions s where s.id = p_session
  $$;
