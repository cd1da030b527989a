/**
 * What the server takes of an event's texts and numbers: the form judges alike before and after publishing, in the same words.
 * Characters are counted as the server counts them.
 */
import * as z from 'zod/mini';
import type { Key } from '../i18n';

export const MOST = { name: 200, description: 5000, place: 300, refundPolicy: 2000, people: 1_000_000, minutes: 60 * 1440 } as const;

const within = (most: number) => (text: string) => [...text].length <= most;

/** A whole number from a field: null when it is empty, undefined when it is none. */
export function whole(text: string): number | null | undefined {
  const plain = text.trim();
  if (plain === '') return null;
  return /^\d{1,9}$/.test(plain) && Number(plain) > 0 ? Number(plain) : undefined;
}

const upTo = (most: number) => (text: string) => (whole(text) ?? 0) <= most;

export const nameText = z.string().check(z.trim(), z.minLength(1, 'basics.error.name'), z.refine(within(MOST.name), 'basics.error.name.long'));
export const descriptionText = z.string().check(z.refine(within(MOST.description), 'basics.error.description'));
/** A place, an address, a city. */
export const placeText = z.string().check(z.refine(within(MOST.place), 'venue.error.place'));
export const refundText = z.string().check(z.refine(within(MOST.refundPolicy), 'pay.error.refund'));

/** A whole number of a thing, from 1; `none` and `many` say what is wrong. */
const numberText = (most: number, none: Key, many: Key) => z.string().check(z.refine((text) => whole(text) !== undefined, none), z.refine(upTo(most), many));

export const guestsText = numberText(MOST.people, 'venue.error.guests', 'tickets.error.people');
export const capacityText = numberText(MOST.people, 'tickets.error.count', 'tickets.error.people');
export const minutesText = numberText(MOST.minutes, 'when.error.duration', 'when.error.long');
