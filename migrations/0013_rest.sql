-- Where an online event is joined is for those who are signed in: a visitor who lists events over the API may read everything of a
-- public event but that. The event's page still shows the link of a free one, because the server reads it there.
revoke select on public.events from anon;
grant select (id, organizer_id, venue_id, series_id, image_id, name, slug, type, description, status, visibility, place_kind, place,
  address, city, country, amenities, capacity, starts_local, starts_date_only, ends_local, timezone, date_time, duration, recurrence,
  currency, price_cents, max_per_order, tax_rate, refund_policy, metadata, revision, created_at, updated_at, published_at, cancelled_at)
  on public.events to anon;
