/** Whoever comes back to this page finds the draft as it is now: another tab or a chat may have changed it meanwhile. */
import { useEffect } from 'react';
import { eventById, sessionById } from '../api/rows';
import { sharedOf } from '../draft/row';
import type { Shared } from '../draft/types';
import { useDesk } from './desk';

async function current(sessionId: string): Promise<Shared | null> {
  const session = await sessionById(sessionId);
  if (!session) return null;
  const event = session.event_id ? await eventById(session.event_id) : null;
  return event && event.status !== 'draft' ? null : sharedOf(session, event);
}

export function useFollow(): void {
  const { store } = useDesk();
  useEffect(() => {
    let looking = false;
    const look = () => {
      if (looking || document.visibilityState !== 'visible') return;
      looking = true;
      void store.refresh(current).finally(() => (looking = false));
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [store]);
}
