/** Everything that the panel reads and writes as rows. A row that is not there is null, never an error. */
import type { EventRow, SessionRow } from '../draft/row';
import { client, rows } from './client';

/** What no row has as its id is not asked for: the server would answer that it is none. */
const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const EVENT_COLUMNS = '*';
const SESSION_COLUMNS = 'id,event_id,stage,status,last_saved_at,state';

export interface VenueRow {
  id: string;
  ref: string | null;
  /** Whose place it is; null for a venue that everybody may take. */
  owner_id: string | null;
  name: string;
  address: string | null;
  city: string | null;
  country: string | null;
  capacity: number | null;
  amenities: string[] | null;
  price_min_cents: number | null;
  price_max_cents: number | null;
  currency: string | null;
  timezone: string | null;
}

export interface Profile {
  id: string;
  email: string | null;
  full_name: string | null;
  phone: string | null;
  company: string | null;
  language: string | null;
  timezone: string | null;
  country: string | null;
  currency: string | null;
}

export type ProfilePatch = Partial<Omit<Profile, 'id' | 'email'>>;

export async function sessionById(id: string): Promise<SessionRow | null> {
  if (!isId(id)) return null;
  const supabase = await client();
  const found = rows<SessionRow[]>(await supabase.from('wizard_sessions').select(SESSION_COLUMNS).eq('id', id).limit(1));
  return found[0] ?? null;
}

/** The conversation that made an event, the one that was worked on last. */
export async function sessionOfEvent(event: string): Promise<SessionRow | null> {
  const supabase = await client();
  const found = rows<SessionRow[]>(
    await supabase.from('wizard_sessions').select(SESSION_COLUMNS).eq('event_id', event).order('last_saved_at', { ascending: false }).limit(1),
  );
  return found[0] ?? null;
}

/** The caller's unfinished sessions, the one that was worked on last first. */
export async function openSessions(limit = 50): Promise<SessionRow[]> {
  const supabase = await client();
  return rows<SessionRow[]>(
    await supabase
      .from('wizard_sessions')
      .select(SESSION_COLUMNS)
      .in('status', ['in_progress', 'abandoned'])
      .order('last_saved_at', { ascending: false })
      .limit(limit),
  );
}

/** The draft that the caller worked on last. */
export async function currentSession(): Promise<SessionRow | null> {
  const supabase = await client();
  const found = rows<SessionRow[]>(
    await supabase
      .from('wizard_sessions')
      .select(SESSION_COLUMNS)
      .eq('status', 'in_progress')
      .order('last_saved_at', { ascending: false })
      .limit(1),
  );
  return found[0] ?? null;
}

/** Puts a draft aside or takes it up again. False: there is no such draft, or it was published. */
export async function setSessionStatus(id: string, status: 'in_progress' | 'abandoned'): Promise<boolean> {
  const supabase = await client();
  return rows<{ id: string }[]>(await supabase.from('wizard_sessions').update({ status }).eq('id', id).select('id')).length > 0;
}

export async function ownEvents(userId: string): Promise<EventRow[]> {
  const supabase = await client();
  return rows<EventRow[]>(
    await supabase.from('events').select(EVENT_COLUMNS).eq('organizer_id', userId).order('updated_at', { ascending: false }).limit(200),
  );
}

export async function eventById(id: string): Promise<EventRow | null> {
  if (!isId(id)) return null;
  const supabase = await client();
  const found = rows<EventRow[]>(await supabase.from('events').select(EVENT_COLUMNS).eq('id', id).limit(1));
  return found[0] ?? null;
}

/** Changes an event that nobody else changed since `updatedAt`, and returns it as it is now. */
export async function changeEvent(id: string, patch: Partial<EventRow>, updatedAt: string): Promise<EventRow> {
  const supabase = await client();
  return rows<EventRow>(await supabase.from('events').update({ ...patch, updated_at: updatedAt }).eq('id', id).select(EVENT_COLUMNS).single());
}

/** Calls an event off, if it still is as it was shown. */
export async function cancelEvent(id: string, revision: number | null): Promise<void> {
  const supabase = await client();
  rows(await supabase.rpc('cancel_event', { event_id: id, revision }));
}

/** Shared venues and the caller's own; a text narrows them by name, a city by city. */
export async function venues(text: string, city: string): Promise<VenueRow[]> {
  const supabase = await client();
  let query = supabase
    .from('venues')
    .select('id,ref,owner_id,name,address,city,country,capacity,amenities,price_min_cents,price_max_cents,currency,timezone')
    .order('name')
    .limit(100);
  if (text) query = query.ilike('name', `%${text.replace(/[%_\\*]/g, ' ')}%`);
  if (city) query = query.ilike('city', `%${city.replace(/[%_\\*]/g, ' ')}%`);
  return rows<VenueRow[]>(await query);
}

export async function profile(userId: string): Promise<Profile | null> {
  const supabase = await client();
  const found = rows<Profile[]>(await supabase.from('profiles').select('*').eq('id', userId).limit(1));
  return found[0] ?? null;
}

export async function changeProfile(userId: string, patch: ProfilePatch): Promise<void> {
  const supabase = await client();
  rows(await supabase.from('profiles').update(patch).eq('id', userId));
}

export interface EventStats {
  ticket_count: number;
  checked_in_count: number;
  order_count: number;
  revenue_cents: number;
}

/** How many tickets of each of the caller's events are taken. */
export async function ticketsTaken(): Promise<Map<string, number>> {
  const supabase = await client();
  const found = rows<{ event_id: string; ticket_count: number }[]>(await supabase.from('event_stats').select('event_id,ticket_count').limit(200));
  return new Map(found.map((row) => [row.event_id, row.ticket_count]));
}

export async function eventStats(id: string): Promise<EventStats | null> {
  const supabase = await client();
  const found = rows<EventStats[]>(await supabase.from('event_stats').select('*').eq('event_id', id).limit(1));
  return found[0] ?? null;
}
