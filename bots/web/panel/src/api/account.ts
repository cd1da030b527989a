/** What a person may do with their account beside signing in. Parts that a server has not built fail as `notBuilt` or `missing`. */
import { own } from './client';

export interface LinkedAccount {
  id: string;
  platform: string;
  name: string;
}

export interface LinkCode {
  code: string;
  expiresAt: string | null;
  urls: { platform: string; url: string }[];
}

/** The chat accounts that act for this person. */
export async function linkedAccounts(): Promise<LinkedAccount[]> {
  const answer = await own('/api/links');
  const body = (await answer.json()) as { accounts?: LinkedAccount[] } | LinkedAccount[];
  return Array.isArray(body) ? body : (body.accounts ?? []);
}

/** A code that links a chat account, used once and not for long. */
export async function newLinkCode(): Promise<LinkCode> {
  const answer = await own('/api/links', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  const body = (await answer.json()) as { code?: string; expiresAt?: string; urls?: LinkCode['urls'] };
  return { code: body.code ?? '', expiresAt: body.expiresAt ?? null, urls: body.urls ?? [] };
}

export async function unlink(id: string): Promise<void> {
  await own(`/api/links/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Everything that is kept about this person, as a file. */
export async function exportAccount(): Promise<Blob> {
  return (await own('/api/account/export')).blob();
}

export async function deleteAccount(): Promise<void> {
  await own('/api/account', { method: 'DELETE' });
}

/** Uploads a picture and returns its address. */
export async function uploadImage(file: File): Promise<string> {
  const answer = await own('/files', { method: 'POST', headers: { 'content-type': file.type }, body: file });
  const body = (await answer.json()) as { id?: string; url?: string };
  return body.url ?? `/files/${body.id ?? ''}`;
}
