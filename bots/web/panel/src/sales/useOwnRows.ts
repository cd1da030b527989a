/** Rows of an event that its organizer makes and takes away: read, changed, and what went wrong, in words. */
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { asFailure, type Failure } from '../api/failure';
import { useWords } from '../i18n';
import { failureWords } from '../ui/failureWords';

export interface OwnRows<T> {
  found: UseQueryResult<T[]>;
  /** Why the last change did not happen. */
  trouble: string | null;
  setTrouble: (words: string | null) => void;
  /** Does the work and reads anew; `words` knows failures that mean something here. */
  change: (work: () => Promise<unknown>, words?: (failure: Failure) => string | null) => Promise<void>;
}

export function useOwnRows<T>(key: string, event: string, read: (event: string) => Promise<T[]>): OwnRows<T> {
  const { t } = useWords();
  const cache = useQueryClient();
  const found = useQuery({ queryKey: [key, event], queryFn: () => read(event), staleTime: 0 });
  const [trouble, setTrouble] = useState<string | null>(null);
  const change: OwnRows<T>['change'] = async (work, words) => {
    try {
      await work();
      setTrouble(null);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setTrouble(words?.(failure) ?? failureWords(failure, t));
    }
    void cache.invalidateQueries({ queryKey: [key, event] });
  };
  return { found, trouble, setTrouble, change };
}
