/** The draft of an event as the wizard's function and its chat state carry it (camelCase; money in minor units). */
export const KINDS = ['conference', 'workshop', 'meetup', 'concert', 'webinar', 'festival', 'networking', 'other'] as const;
export type Kind = (typeof KINDS)[number];

export interface Tier {
  id?: string;
  name: string;
  priceCents: number;
  quantity?: number | null;
  maxPerOrder?: number | null;
  salesFrom?: string | null;
  salesUntil?: string | null;
}

export interface Draft {
  id?: string | null;
  revision?: number | null;
  name?: string | null;
  slug?: string | null;
  type?: string | null;
  description?: string | null;
  visibility?: string | null;
  placeKind?: string | null;
  place?: string | null;
  address?: string | null;
  city?: string | null;
  country?: string | null;
  venueId?: string | null;
  onlineUrl?: string | null;
  amenities?: string[] | null;
  capacity?: number | null;
  /** Local, `2026-12-04T18:00`; only the day while no hour is known, only the hour while no day is. */
  dateTime?: string | null;
  endDateTime?: string | null;
  /** In minutes. */
  duration?: number | null;
  timezone?: string | null;
  recurrence?: string | null;
  currency?: string | null;
  priceCents?: number | null;
  ticketTiers?: Tier[] | null;
  maxPerOrder?: number | null;
  /** In percent. */
  taxRate?: number | null;
  refundPolicy?: string | null;
  imageUrl?: string | null;
  status?: string | null;
  publishedAt?: string | null;
}

/** What an organizer may change. */
export type Field = Exclude<keyof Draft, 'id' | 'revision' | 'status' | 'publishedAt'>;

export type Stage = 1 | 2 | 3 | 4 | 5 | 6;
export const STAGES: readonly Stage[] = [1, 2, 3, 4, 5, 6];

export type Provenance = 'said' | 'inferred' | 'default' | 'edited';

export interface Suggestion {
  id?: string;
  type: string;
  label?: string | null;
  detail?: string | null;
  data: Record<string, unknown>;
}

export interface Venue {
  id: string;
  name: string;
  capacity?: number | null;
  amenities?: string[] | null;
  priceEstimate?: string | null;
  priceMinCents?: number | null;
  priceMaxCents?: number | null;
  currency?: string | null;
  confidence?: number | null;
  reason?: string | null;
  city?: string | null;
  address?: string | null;
}

export interface Progress {
  currentStage?: number;
  totalStages?: number;
  percentComplete?: number;
  estimatedTimeRemaining?: number;
}

/** An hour that does not come exactly once, because the clocks are turned that day: as the server reckons it. */
export interface ClockTurn {
  field: Field;
  /** Local, as it was said. */
  asked: string;
  /** The moment as which it counts, with its offset. */
  counts: string;
  kind: 'skipped' | 'twice';
}

/** The state that the form and the chat share. */
export interface Shared {
  sessionId?: string | null;
  revision?: number | null;
  stage?: number | null;
  draft?: Draft | null;
  /** Null where the hour comes once. */
  clock?: ClockTurn | null;
  provenance?: Record<string, Provenance> | null;
  progress?: Progress | null;
  suggestions?: Suggestion[] | null;
  errors?: Record<string, unknown> | null;
  /** The rules answered alone: the model was late, away or resting. */
  degraded?: boolean;
  publish?: { ready?: boolean; missing?: string[]; url?: string | null } | null;
}

/** A stage number from anything, 1 when it is none. */
export function asStage(value: unknown): Stage {
  const number = Number(value);
  return STAGES.find((stage) => stage === number) ?? 1;
}
