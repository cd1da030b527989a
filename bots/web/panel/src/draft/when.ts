/**
 * Days, hours and lengths. A draft keeps local time beside its zone; nothing here reads the clock,
 * callers pass the moment they mean.
 */
import { dated, regional } from '../i18n/regional';

/** The parts that a date field and a time field show. */
export interface LocalParts {
  date: string;
  time: string;
}

/** Splits `2026-12-04`, `18:00`, `2026-12-04T18:00` or one with seconds and offset into what the fields show, in the event's zone. */
export function splitLocal(value: string | null | undefined, zone?: string | null): LocalParts {
  const hour = /^(\d{2}:\d{2})(?::\d{2})?$/.exec(value ?? '');
  if (hour) return { date: '', time: hour[1] ?? '' };
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(value ?? '');
  if (!match) return { date: '', time: '' };
  const [, date = '', time = '', offset] = match;
  if (offset && time && zone) return inZone(new Date(normalise(value ?? '')), zone) ?? { date, time };
  return { date, time };
}

/** A draft with its moments as its own clock shows them: the function's answers write them with their offset. */
export function onOwnClock<D extends { dateTime?: string | null; endDateTime?: string | null; timezone?: string | null }>(draft: D): D {
  const local = (value: string) => {
    const { date, time } = splitLocal(value, draft.timezone);
    return joinLocal(date, time) ?? value;
  };
  const kept = { ...draft };
  if (draft.dateTime) kept.dateTime = local(draft.dateTime);
  if (draft.endDateTime) kept.endDateTime = local(draft.endDateTime);
  return kept;
}

function normalise(value: string): string {
  return value.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00').replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}

/** The wall clock of a zone at a moment; null for an unknown zone or no moment. */
export function inZone(moment: Date, zone: string): LocalParts | null {
  if (Number.isNaN(moment.getTime())) return null;
  try {
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    const parts = new Map(format.formatToParts(moment).map((part) => [part.type, part.value]));
    const get = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
    return { date: `${get('year')}-${get('month')}-${get('day')}`, time: `${get('hour')}:${get('minute')}` };
  } catch {
    return null;
  }
}

/** Puts the fields together; null when there is no day, only the day when there is no hour. */
export function joinLocal(date: string, time: string): string | null {
  if (!date) return null;
  return time ? `${date}T${time}` : date;
}

/** Local time so many minutes later, on the wall clock. */
export function plusMinutes(local: string, minutes: number): string {
  const { date, time } = splitLocal(local);
  const moment = Date.parse(`${date}T${time || '00:00'}:00Z`) + minutes * 60_000;
  return new Date(moment).toISOString().slice(0, 16);
}

/** Whether a local moment lies before another moment, as the zone sees it. */
export function isPast(local: string | null | undefined, zone: string | null | undefined, now: Date): boolean {
  const { date, time } = splitLocal(local, zone);
  if (!date) return false;
  const here = inZone(now, zone ?? 'UTC') ?? inZone(now, 'UTC');
  if (!here) return false;
  return time ? `${date}T${time}` < `${here.date}T${here.time}` : date < here.date;
}

/** "Friday, December 4, 2026" in the reader's language. */
export function dayWords(date: string, lang: string): string {
  const moment = new Date(`${date}T12:00:00Z`);
  if (Number.isNaN(moment.getTime())) return date;
  return new Intl.DateTimeFormat(dated(lang), { dateStyle: 'full', timeZone: 'UTC' }).format(moment);
}

/** "Dec 4" in the reader's language. */
export function shortDay(date: string, lang: string): string {
  const moment = new Date(`${date}T12:00:00Z`);
  if (Number.isNaN(moment.getTime())) return date;
  return new Intl.DateTimeFormat(dated(lang), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(moment);
}

/** No line ends between an hour and its half of the day. */
const tied = (text: string): string => text.replace(/\s(?=[ap]\.?\s?m\.?$)/i, '\u00a0');

/** "6:00 PM" in the reader's language. */
export function hourWords(time: string, lang: string): string {
  const moment = new Date(`2000-01-01T${time}:00Z`);
  if (Number.isNaN(moment.getTime())) return time;
  return tied(new Intl.DateTimeFormat(dated(lang), { timeStyle: 'short', timeZone: 'UTC' }).format(moment));
}

/** "Friday, December 4, 2026 at 6:00 PM" in the reader's language; the day alone where no hour is known. */
export function momentWords(date: string, time: string, lang: string): string {
  const moment = new Date(`${date}T${time}:00Z`);
  if (!time || Number.isNaN(moment.getTime())) return dayWords(date, lang);
  return tied(new Intl.DateTimeFormat(dated(lang), { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' }).format(moment));
}

/** A day as a leaf of a calendar shows it: "Dec" and "4". */
export function leafWords(date: string, lang: string): { month: string; day: string } {
  const moment = new Date(`${date}T12:00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(dated(lang), { ...options, timeZone: 'UTC' }).format(moment);
  return { month: part({ month: 'short' }), day: String(moment.getUTCDate()) };
}

/** The hour at which something ends that begins on a day; with its own day, where that is another. */
export function endWords(ends: string, began: string, lang: string): string {
  const { date, time } = splitLocal(ends);
  return date === began ? hourWords(time, lang) : `${shortDay(date, lang)}, ${hourWords(time, lang)}`;
}

/** "2 hr, 30 min" in the reader's language. */
export function durationWords(minutes: number, lang: string): string {
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ];
  const words = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => new Intl.NumberFormat(regional(lang), { style: 'unit', unit, unitDisplay: 'long' }).format(count));
  return words.join(' ');
}

/** How long ago a moment was, in the reader's language. */
export function agoWords(then: Date, now: Date, lang: string): string {
  const seconds = Math.round((then.getTime() - now.getTime()) / 1000);
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [60, 'second'],
    [60, 'minute'],
    [24, 'hour'],
    [30, 'day'],
    [12, 'month'],
  ];
  const format = new Intl.RelativeTimeFormat(regional(lang), { numeric: 'auto' });
  let value = seconds;
  for (const [size, unit] of steps) {
    if (Math.abs(value) < size) return format.format(value, unit);
    value = Math.round(value / size);
  }
  return format.format(value, 'year');
}

/** The zones that this browser knows, its own first. */
export function zones(): string[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const all = Intl.supportedValuesOf('timeZone');
  return [...new Set([own, 'UTC', ...all])];
}
