/** Putting a draft aside and taking that back: on the server, where it is there, and on this device, whatever is on its way meanwhile. */
import { Failure } from '../api/failure';
import type { PendingBook } from '../wizard/pending';
import type { DraftItem } from './DraftCard';

type Turn = (sessionId: string, status: 'in_progress' | 'abandoned') => Promise<boolean>;

/** Puts the draft aside; what is returned takes that back. */
export async function putAside({ session, unsent }: DraftItem, book: PendingBook, turn: Turn): Promise<() => Promise<void>> {
  const key = unsent?.key ?? '';
  const sessionId = () => session.id || book.sessionOf(key);
  const record = book.get(key);
  // Before anything else: whoever is sending this record looks here between any two requests.
  if (record) book.put({ ...record, aside: true });
  try {
    const id = sessionId();
    const there = id === null || (await turn(id, 'abandoned'));
    if (!there && !record) throw new Failure('missing', 404);
    // Nothing is left to go on with: what this device has of it has no other place to go to.
    if (!there) book.drop(key);
  } catch (thrown) {
    if (record) book.put(record);
    throw thrown;
  }
  return async () => {
    const id = sessionId();
    const now = book.get(key);
    // A record that is gone was sent whole before its draft was put aside.
    if (record && (now || id === null)) book.put({ ...(now ?? record), aside: false });
    const there = id === null || (await turn(id, 'in_progress'));
    if (!there && record) book.put(record);
  };
}
