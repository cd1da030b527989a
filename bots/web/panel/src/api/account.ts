/** What a person may do with their account beside signing in: take it along, end it, bring pictures, look at a page. */
import { own } from './client';

/** Everything that is kept about this person, as a file. */
export async function exportAccount(): Promise<Blob> {
  return (await own('/api/account/export')).blob();
}

/** Deletes the account for good. How many events stay, because somebody bought a ticket. */
export async function deleteAccount(password: string): Promise<number> {
  const answer = await own('/api/account', { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password }) });
  return ((await answer.json()) as { eventsKept?: number }).eventsKept ?? 0;
}

/** One's own event as guests see it, or will: the page's HTML. */
export async function eventPage(id: string, lang: string): Promise<string> {
  return (await own(`/api/events/${encodeURIComponent(id)}/page?lang=${lang}`)).text();
}

/** Uploads a picture and returns its address. */
export async function uploadImage(file: Blob): Promise<string> {
  const answer = await own('/files', { method: 'POST', headers: { 'content-type': file.type }, body: file });
  const body = (await answer.json()) as { id?: string; url?: string };
  return body.url ?? `/files/${body.id ?? ''}`;
}
