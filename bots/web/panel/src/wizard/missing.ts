/** What publishing will ask for, and on which stage it is answered. The server judges; this only saves the round trip. */
import type { Draft, Shared, Stage } from '../draft/types';
import { isPast, splitLocal } from '../draft/when';

export interface Gap {
  field: string;
  stage: Stage;
}

const STAGE_OF: Record<string, Stage> = {
  name: 1, type: 1, description: 1, slug: 1, imageUrl: 1,
  place: 2, placeKind: 2, venueId: 2, address: 2, city: 2, onlineUrl: 2,
  dateTime: 3, duration: 3, timezone: 3, recurrence: 3,
  capacity: 4, priceCents: 4, currency: 4, ticketTiers: 4, maxPerOrder: 4,
  taxRate: 5, refundPolicy: 5, visibility: 6,
};

export const stageOf = (field: string): Stage => STAGE_OF[field] ?? 1;

const has = (value: unknown) => value !== null && value !== undefined && value !== '';

/** The gaps by the draft alone. */
export function gapsOf(draft: Draft): Gap[] {
  const online = draft.placeKind === 'online';
  const { date, time } = splitLocal(draft.dateTime, draft.timezone);
  const lacking: [string, boolean][] = [
    ['name', !has(draft.name)],
    ['place', !online && !has(draft.place) && !has(draft.venueId) && !has(draft.address)],
    ['dateTime', !date || !time],
    ['capacity', !has(draft.capacity)],
    ['priceCents', !has(draft.priceCents) && (draft.ticketTiers ?? []).length === 0],
  ];
  return lacking.flatMap(([field, lacks]) => (lacks ? [{ field, stage: stageOf(field) }] : []));
}

/** The gaps as the server names them, while nothing unsaved may have filled one. */
export function gaps(draft: Draft, publish: Shared['publish'], unsaved: boolean): Gap[] {
  const own = gapsOf(draft);
  if (unsaved || !publish?.missing) return own;
  const named = publish.missing.filter((field) => field in STAGE_OF).map((field) => ({ field, stage: stageOf(field) }));
  const known = new Set(own.map((gap) => gap.field));
  return [...own, ...named.filter((gap) => !known.has(gap.field))];
}

/** Whether the draft could be published as it stands at this moment; a zone and a currency are assumed where none is said. */
export function isReady(draft: Draft, now: Date): boolean {
  const whole = has(draft.type) && has(draft.description) && has(draft.duration);
  return whole && gapsOf(draft).length === 0 && !isPast(draft.dateTime, draft.timezone, now);
}
