/**
 * From database rows to the draft and the shared state. The row of the event is the truth for what it has columns for;
 * the session's remembered state adds what has none (kinds of tickets, provenance, what was offered).
 */
import { asStage, type ClockTurn, type Draft, type Provenance, type Shared, type Suggestion, type Tier } from './types';
import { joinLocal, splitLocal } from './when';

export interface EventRow {
  id: string;
  series_id?: string | null;
  organizer_id?: string;
  name: string | null;
  slug: string | null;
  type: string | null;
  description: string | null;
  status: string;
  visibility: string | null;
  venue_id: string | null;
  place_kind?: string | null;
  place?: string | null;
  address?: string | null;
  city?: string | null;
  country?: string | null;
  online_url?: string | null;
  amenities?: string[] | null;
  capacity: number | null;
  starts_local?: string | null;
  starts_date_only?: boolean | null;
  ends_local?: string | null;
  date_time: string | null;
  duration: number | null;
  timezone?: string | null;
  recurrence?: string | null;
  currency?: string | null;
  price_cents: number | null;
  max_per_order?: number | null;
  tax_rate?: number | string | null;
  refund_policy?: string | null;
  image_id?: string | null;
  metadata?: Record<string, unknown> | null;
  revision?: number | null;
  created_at?: string;
  updated_at: string;
  published_at?: string | null;
  cancelled_at?: string | null;
}

export interface SessionRow {
  id: string;
  event_id: string | null;
  stage: number;
  status: string;
  last_saved_at: string;
  state?: SessionState | null;
}

interface SessionState {
  draft?: (Draft & { tiers?: Tier[]; date?: string | null; time?: string | null; durationMin?: number | null; provenance?: Record<string, Provenance> }) | null;
  revision?: number | null;
  clock?: ClockTurn | null;
  offered?: { id?: string; kind?: string; type?: string; label?: string; detail?: string | null; data?: Record<string, unknown> }[] | null;
  suggestions?: Suggestion[] | null;
}

/** When a row's event starts, by its own clock: the moment that counts, where the clocks skip the hour that was said. */
function startsOf(row: EventRow): string | null {
  if (!row.starts_local || row.starts_date_only) return row.starts_local?.slice(0, 10) ?? row.date_time;
  const { date, time } = row.timezone ? splitLocal(row.date_time, row.timezone) : { date: '', time: '' };
  return joinLocal(date, time) ?? row.starts_local.slice(0, 16);
}

/** The draft that a row of events tells. */
export function draftOf(row: EventRow): Draft {
  return {
    id: row.id,
    revision: row.revision ?? null,
    name: row.name,
    slug: row.slug,
    type: row.type,
    description: row.description,
    visibility: row.visibility,
    placeKind: row.place_kind,
    place: row.place,
    address: row.address,
    city: row.city,
    country: row.country,
    venueId: row.venue_id,
    onlineUrl: row.online_url,
    amenities: row.amenities,
    capacity: row.capacity,
    dateTime: startsOf(row),
    endDateTime: row.ends_local?.slice(0, 16) ?? null,
    duration: row.duration,
    timezone: row.timezone,
    recurrence: row.recurrence,
    currency: row.currency,
    priceCents: row.price_cents,
    maxPerOrder: row.max_per_order,
    taxRate: row.tax_rate === null || row.tax_rate === undefined ? null : Number(row.tax_rate),
    refundPolicy: row.refund_policy,
    imageUrl: row.image_id ? `/files/${row.image_id}` : null,
    status: row.status,
    publishedAt: row.published_at,
  };
}

/** The shared state of a session from its row and, once there is one, its event's. */
export function sharedOf(session: SessionRow, event: EventRow | null): Shared {
  const remembered = session.state ?? {};
  const known = remembered.draft ?? {};
  const { tiers, date, time, durationMin, provenance, ...rest } = known;
  const said: Draft = {
    ...rest,
    ticketTiers: rest.ticketTiers ?? tiers ?? null,
    dateTime: rest.dateTime ?? ([date, time?.slice(0, 5)].filter(Boolean).join('T') || null),
    duration: rest.duration ?? durationMin ?? null,
  };
  const draft = event ? { ...withoutGaps(said), ...withoutGaps(draftOf(event)) } : said;
  const clock = remembered.clock ?? null;
  // Without a zone of its own the event goes by its organizer's, which only the server knows.
  if (clock && clock.asked === draft.dateTime) draft.dateTime = clock.counts.slice(0, 16);
  return {
    sessionId: session.id,
    revision: event?.revision ?? remembered.revision ?? 0,
    stage: asStage(session.stage),
    draft,
    clock,
    provenance: provenance ?? {},
    suggestions: remembered.suggestions ?? (remembered.offered ?? []).map(offer),
  };
}

function offer(one: NonNullable<SessionState['offered']>[number]): Suggestion {
  return { id: one.id, type: one.kind ?? one.type ?? '', label: one.label, detail: one.detail, data: one.data ?? {} };
}

function withoutGaps(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== null && value !== undefined)) as Draft;
}
