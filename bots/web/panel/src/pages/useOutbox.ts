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
  /** Reads the book once more, and sends what is in it. */
  look: () => void;
}

/** `onSent` runs after each pass that saved something, and is waited for: until then the records stand for what they became. */
export function useOutbox(userId: string, onSent: () => Promise<unknown>): Outbox {
  const read = useCallback(() => new PendingBook(userId).all(), [userId]);
  const [unsent, setUnsent] = useState(read);
  const [sending, setSending] = useState(() => unsent.some(({ aside }) => !aside));
  const sent = useRef(onSent);
  const send = useRef(() => {});
  useEffect(() => {
    sent.current = onSent;
  });

  useEffect(() => {
    let gone = false;
    let busy = false;
    let wanted = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pause = PAUSE_MS;
    const pass = async () => {
      const { landed, trouble } = await clearOutbox(userId);
      if (gone) return null;
      if (landed.size > 0) {
        setUnsent((before) => before.map((one) => ({ ...one, sessionId: one.sessionId ?? landed.get(one.key)?.answer.sessionId ?? null })));
        await sent.current();
      }
      if (!gone) setUnsent(read());
      return trouble;
    };
    // One pass at a time; what is asked for meanwhile is one more, since this one may be past what came.
    const run = async () => {
      clearTimeout(timer);
      wanted = true;
      if (busy) return;
      busy = true;
      setSending(true);
      let trouble = null;
      while (wanted && !gone) {
        wanted = false;
        trouble = await pass();
      }
      busy = false;
      if (gone) return;
      setSending(trouble !== null);
      if (!trouble) return;
      timer = setTimeout(() => void run(), Math.max(pause, (trouble.retryAfter ?? 0) * 1000));
      pause = Math.min(2 * pause, LONGEST_MS);
    };
    const start = () => {
      if (new PendingBook(userId).toSend().length > 0) return void run();
      clearTimeout(timer);
      if (!busy) setSending(false);
    };
    send.current = start;
    start();
    window.addEventListener('online', start);
    return () => {
      gone = true;
      clearTimeout(timer);
      window.removeEventListener('online', start);
    };
  }, [read, userId]);

  const look = () => {
    setUnsent(read());
    send.current();
  };
  return { unsent, sending, look };
}
