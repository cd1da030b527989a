/** What a draft needs from the world, and the sending of what earlier visits left behind. */
import { setSessionStatus } from '../api/rows';
import { wizard } from '../api/wizard';
import { sendingOf, sendPending, type Pass } from './outbox';
import { PendingBook } from './pending';
import type { Services } from './store';

const running = new Map<string, Promise<Pass>>();
const putAside = (sessionId: string) => setSessionStatus(sessionId, 'abandoned');

export function services(onAuth: () => void): Services {
  return {
    wizard,
    putAside,
    now: () => Date.now(),
    key: () => crypto.randomUUID(),
    onAuth,
    online: () => navigator.onLine,
    before: sendingOf,
  };
}

/** Sends a person's unsaved edits; calls at the same time share one pass. */
export function clearOutbox(userId: string): Promise<Pass> {
  const known = running.get(userId);
  if (known) return known;
  const pass = sendPending(new PendingBook(userId), { wizard, putAside }).finally(() => running.delete(userId));
  running.set(userId, pass);
  return pass;
}
