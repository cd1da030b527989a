/** The sales of an own event: figures, guests, money back, and the doors. */
import type { DoorTicket, Scan, Told } from '../door/queue';
import { own } from './client';

export interface Summary {
  currency: string | null;
  capacity: number | null;
  sold: number;
  held: number;
  checkedIn: number;
  grossCents: number;
  taxCents: number;
  refundedCents: number;
  feeCents: number;
  disputed: number;
  funnel: { begun: number; paid: number; kept: number; came: number };
  kinds: { name: string; quantity: number | null; sold: number; cents: number }[];
  days: { day: string; tickets: number; cents: number }[];
}

export interface Guest {
  ticketId: string;
  orderId: string | null;
  name: string | null;
  email: string | null;
  kind: string | null;
  code: string | null;
  status: 'held' | 'valid' | 'used' | 'cancelled';
  priceCents: number;
  orderCents: number;
  refundedCents: number;
  orderStatus: string | null;
  disputed: boolean;
  orderedAt: string;
  checkedInAt: string | null;
  answers: { question: string; answer: string }[];
}

const path = (event: string, rest = '') => `/api/sales/${encodeURIComponent(event)}${rest}`;

async function send<T>(where: string, body: object): Promise<T> {
  const answer = await own(where, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return (await answer.json()) as T;
}

export async function summary(event: string): Promise<Summary> {
  return (await (await own(path(event))).json()) as Summary;
}

export async function guests(event: string, search: string, status: string, skip: number): Promise<{ total: number; guests: Guest[] }> {
  const query = new URLSearchParams({ search, status, skip: String(skip) });
  return (await (await own(path(event, `/guests?${query}`))).json()) as { total: number; guests: Guest[] };
}

/** The guests as a file for a spreadsheet. */
export async function guestFile(event: string): Promise<Blob> {
  return (await own(path(event, '/guests.csv'))).blob();
}

/** `leftCents`: what was left of the order when it was shown; where less is left by now nothing goes back. */
export const refund = (event: string, orderId: string, amountCents: number | null, leftCents: number) =>
  send<{ refundedCents: number }>(path(event, '/refund'), amountCents === null ? { orderId, leftCents } : { orderId, amountCents, leftCents });

export const sendAgain = (event: string, orderId: string) => send<{ success: boolean }>(path(event, '/resend'), { orderId });

/** `id`: the letter's own; the same letter sent again writes to nobody twice. */
export const writeToAll = (event: string, id: string, title: string, text: string) =>
  send<{ count: number }>(path(event, '/message'), { id, title, text });

export interface DoorLink {
  id: string;
  name: string;
  usedAt: string | null;
  createdAt: string;
}

export async function doorLinks(event: string): Promise<DoorLink[]> {
  return ((await (await own(path(event, '/doors'))).json()) as { links: DoorLink[] }).links;
}

export const makeDoorLink = (event: string, name: string) => send<{ id: string; url: string }>(path(event, '/doors'), { name });

export async function removeDoorLink(event: string, id: string): Promise<void> {
  await own(path(event, `/doors/${encodeURIComponent(id)}`), { method: 'DELETE' });
}

/** How a door with a link is named among events: the link's own words stand behind it. */
export const LINK = 'link.';

const doorPath = (event: string) =>
  event.startsWith(LINK) ? `/api/door/${encodeURIComponent(event.slice(LINK.length))}` : `/api/checkin/${encodeURIComponent(event)}`;

export async function door(event: string): Promise<{ name: string; tickets: DoorTicket[] }> {
  return (await (await own(doorPath(event))).json()) as { name: string; tickets: DoorTicket[] };
}

export const sendScans = (event: string, scans: Scan[]) =>
  send<{ results: Told[] }>(doorPath(event), { scans });
