/** What the organizer set for all their events; null while it is not known. */
import { useQuery } from '@tanstack/react-query';
import { profile, type Profile } from '../api/rows';
import { useDesk } from './desk';

export function useOwn(): Profile | null {
  const { userId } = useDesk();
  return useQuery({ queryKey: ['profile', userId], queryFn: () => profile(userId), staleTime: 60_000 }).data ?? null;
}
