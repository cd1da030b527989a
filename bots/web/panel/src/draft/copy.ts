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

/** The longest name of an event, in characters. */
const LONGEST = 200;

/** A name for one more of the same, with the first number that nothing of these names has: "Jazz" and then "Jazz (2)", "Jazz (3)". */
export function nextName(name: string | null | undefined, names: string[]): string | null {
  if (!name) return null;
  const bare = name.replace(/ \(\d{1,2}\)$/, '');
  for (let n = 2; ; n += 1) {
    const behind = ` (${n})`;
    const next = Array.from(bare).slice(0, LONGEST - behind.length).join('').trimEnd() + behind;
    if (!names.includes(next)) return next;
  }
}

/** Makes the copy; its session's id. */
export async function duplicate(draft: Draft, stage: Stage = 1, provenance: Record<string, Provenance> = {}): Promise<string> {
  const { sessionId = '' } = await wizard.begin(crypto.randomUUID());
  await wizard.save(sessionId, stage, copyOf(draft, provenance));
  return sessionId;
}
