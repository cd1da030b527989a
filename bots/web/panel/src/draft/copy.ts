/** A draft of one's own made from an event: everything but what makes an event this one. */
import { wizard } from '../api/wizard';
import type { Draft, Provenance, Stage } from './types';

/** What a copy takes over. A text that was made up is made anew for the copy's own day. */
export function copyOf(draft: Draft, provenance: Record<string, Provenance> = {}): Record<string, unknown> {
  const { id: _id, revision: _revision, slug: _slug, status: _status, publishedAt: _published, ...rest } = draft;
  const tiers = rest.ticketTiers?.map(({ id: _tier, ...tier }) => tier);
  const all = { ...rest, ticketTiers: tiers, description: provenance.description === 'default' ? null : rest.description };
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => key !== 'provenance' && value !== null && value !== undefined));
}

/** Makes the copy; its session's id. */
export async function duplicate(draft: Draft, stage: Stage = 1, provenance: Record<string, Provenance> = {}): Promise<string> {
  const { sessionId = '' } = await wizard.begin(crypto.randomUUID());
  await wizard.save(sessionId, stage, copyOf(draft, provenance));
  return sessionId;
}
