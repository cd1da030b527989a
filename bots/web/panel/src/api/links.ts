/** The chat accounts that act for a person: made with a code, agreed to on both sides, ended from either. */
import { own } from './client';

export interface ChatLink {
  id: string;
  platform: string;
  name: string | null;
  linkedAt: string;
}

/** An account that showed a code; it is linked once both sides said yes. */
export interface WaitingLink {
  id: string;
  platform: string;
  name: string | null;
  chatAgreed: boolean;
  pageAgreed: boolean;
}

export interface Links {
  links: ChatLink[];
  waiting: WaitingLink[];
  /** What can be linked here. */
  platforms: string[];
}

export interface LinkCode {
  code: string;
  /** Opens the chat with the code, where the platform has such links. */
  url: string | null;
  expiresAt: string;
}

const json = (body: object): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export async function links(): Promise<Links> {
  const body = (await (await own('/api/links')).json()) as Partial<Links>;
  return { links: body.links ?? [], waiting: body.waiting ?? [], platforms: body.platforms ?? [] };
}

export async function linkCode(platform: string): Promise<LinkCode> {
  return (await (await own('/api/links', json({ platform }))).json()) as LinkCode;
}

export async function confirmLink(id: string): Promise<void> {
  await own(`/api/links/${encodeURIComponent(id)}/confirm`, json({}));
}

export async function endLink(id: string): Promise<void> {
  await own(`/api/links/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
