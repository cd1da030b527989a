/** What this browser has and the server not yet: told at once, sent until it is there, also when the server is long in answering. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { PendingBook, type Pending } from '../wizard/pending';
import { clearOutbox } from '../wizard/services';

/** The first pause after a pass that could not send everything, in milliseconds; each is twice as long, up to the longest. */
const PAUSE_MS = 1000;
const LONGEST_MS = 15_000;

interface Outbox {
  unsent: Pending[];
  /** More is on its way, or will be tried again. */
  sending: boolean;
  /** Reads the book once more. */
  look: () => void;
}

/** `onSent` runs after each pass that saved something, and is waited for: until then the records stand for what they became. */
export function useOutbox(userId: string, onSent: () => Promise<unknown>): Outbox {
  const read = useCallback(() => new PendingBook(userId).all(), [userId]);
  const [unsent, setUnsent] = useState(read);
  const [sending, setSending] = useState(() => unsent.length > 0);
  const sent = useRef(onSent);
  useEffect(() => {
    sent.current = onSent;
  });

  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pause = PAUSE_MS;
    const pass = async () => {
      const { landed, trouble } = await clearOutbox(userId);
      if (gone) return;
      if (landed.size > 0) {
        setUnsent((before) => before.map((one) => ({ ...one, sessionId: one.sessionId ?? landed.get(one.key)?.answer.sessionId ?? null })));
        await sent.current();
      }
      if (gone) return;
      setUnsent(read());
      setSending(trouble !== null);
      if (!trouble) return;
      timer = setTimeout(() => void pass(), Math.max(pause, (trouble.retryAfter ?? 0) * 1000));
      pause = Math.min(2 * pause, LONGEST_MS);
    };
    const online = () => {
      clearTimeout(timer);
      void pass();
    };
    if (read().length > 0) void pass();
    window.addEventListener('online', online);
    return () => {
      gone = true;
      clearTimeout(timer);
      window.removeEventListener('online', online);
    };
  }, [read, userId]);

  return { unsent, sending, look: () => setUnsent(read()) };
}
