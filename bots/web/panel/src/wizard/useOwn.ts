/** What the organizer set for all their events; null while it is not known. */
import { useQuery } from '@tanstack/react-query';
import { profile, type Profile } from '../api/rows';
import { splitLocal } from '../draft/when';
import type { Snapshot } from './store';
import { useDesk } from './desk';

export function useOwn(): Profile | null {
  const { userId } = useDesk();
  return useQuery({ queryKey: ['profile', userId], queryFn: () => profile(userId), staleTime: 60_000 }).data ?? null;
}

/**
 * Whether nobody told whose clock the draft's hour is on: neither the draft nor the organizer's settings. A zone that was assumed so that
 * nothing is missing tells nothing.
 */
export function hasNoClock({ draft, edits, provenance }: Pick<Snapshot, 'draft' | 'edits' | 'provenance'>, own: Profile | null): boolean {
  const told = draft.timezone && (provenance.timezone !== 'default' || edits.timezone !== undefined);
  return own !== null && !own.timezone && !told && splitLocal(draft.dateTime, draft.timezone).time !== '';
}
