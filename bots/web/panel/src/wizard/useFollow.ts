/**
 * Whoever comes back to this page finds the draft as it is now: another tab or a chat may have changed it meanwhile. What was published
 * there is changed on the event's own page, where one says so, and no longer while one types.
 */
import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { eventById, sessionById } from '../api/rows';
import { sharedOf } from '../draft/row';
import type { Shared } from '../draft/types';
import { useDesk, useSnapshot } from './desk';

async function current(sessionId: string): Promise<Shared | null> {
  const session = await sessionById(sessionId);
  if (!session) return null;
  return sharedOf(session, session.event_id ? await eventById(session.event_id) : null);
}

export function useFollow(): void {
  const { store } = useDesk();
  const { elsewhere, server } = useSnapshot();
  const navigate = useNavigate();
  const published = elsewhere ? server.id : null;
  useEffect(() => {
    if (published) void navigate(`/dashboard/events/${published}`, { replace: true });
  }, [navigate, published]);
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
