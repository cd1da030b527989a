/** What a draft needs from the world, and the sending of what earlier visits left behind. */
import { wizard } from '../api/wizard';
import { sendingOf, sendPending, type Pass } from './outbox';
import { PendingBook } from './pending';
import type { Services } from './store';

const running = new Map<string, Promise<Pass>>();

export function services(onAuth: () => void): Services {
  return {
    wizard,
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
  const pass = sendPending(new PendingBook(userId), { wizard }).finally(() => running.delete(userId));
  running.set(userId, pass);
  return pass;
}
