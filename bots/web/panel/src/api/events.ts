/** An own event once more: as a copy, as a series, and from another program's file. */
import { own } from './client';

export interface Copied {
  eventId: string;
  sessionId: string;
}

export interface Template {
  id: string;
  name: string;
  starts: string | null;
  status: string;
  sold: number;
}

export interface ImportedEvent {
  index: number;
  fields: Record<string, unknown>;
  notes: { field: string; text: string }[];
}

export interface ImportPreview {
  events: ImportedEvent[];
  passedOver: number;
}

const at = (event: string, rest: string) => `/api/events/${encodeURIComponent(event)}/${rest}`;

async function send<T>(where: string, body: BodyInit, type: string): Promise<T> {
  const answer = await own(where, { method: 'POST', body, headers: { 'content-type': type } });
  return (await answer.json()) as T;
}

/** `id`: chosen by the caller; sent again it is the same copy. `starts`: `2027-05-03`, or null while the day is open. */
export const copyEvent = (event: string, id: string, starts: string | null) =>
  send<Copied>(at(event, 'copy'), JSON.stringify(starts ? { id, starts } : { id }), 'application/json');

/** The conversation that goes on with an event; begun where another program made the event without one. */
export const conversationOf = async (event: string) => (await send<{ sessionId: string }>(at(event, 'conversation'), '{}', 'application/json')).sessionId;

/** `rule`: an RRULE; null: the event's own. Days that are there already are left alone. */
export const laySeries = (event: string, count: number, rule: string | null) =>
  send<{ events: { eventId: string; starts: string }[] }>(at(event, 'series'), JSON.stringify(rule ? { count, rule } : { count }), 'application/json');

export async function templates(search: string): Promise<Template[]> {
  return (await (await own(`/api/templates?${new URLSearchParams({ search })}`)).json()) as Template[];
}

const typeOf = (file: File) => (file.name.toLowerCase().endsWith('.ics') ? 'text/calendar' : 'text/csv');

export const previewImport = (file: File) => send<ImportPreview>('/api/import/preview', file, typeOf(file));

export const importEvents = (file: File, only: number[]) =>
  send<{ events: { eventId: string; sessionId: string }[]; known: number }>(`/api/import?only=${only.join(',')}`, file, typeOf(file));

/** A date of a series as it stands. */
export interface SeriesDate {
  eventId: string;
  name: string | null;
  starts: string | null;
  status: string;
  slug: string | null;
  revision: number;
  ready: boolean;
  /** What it lacks, by field. */
  missing: Record<string, string>;
  over: boolean;
  underWay: boolean;
  failed: boolean;
}

export interface SeriesStanding {
  dates: SeriesDate[];
  /** Dates that were asked for and are another by now. */
  changed: string[];
}

export const seriesStanding = async (event: string) => (await (await own(at(event, 'series'))).json()) as SeriesStanding;

/** Publishes these dates, each at the revision that was shown; the server goes on with it whether this page stays or not. */
export const publishSeries = (event: string, dates: SeriesDate[]) =>
  send<SeriesStanding>(at(event, 'series/publish'), JSON.stringify({ dates: dates.map(({ eventId, revision }) => ({ eventId, revision })) }), 'application/json');
