/**
 * The place of the assistant. It is there at once and takes words at once; the conversation itself is loaded when the
 * form has been drawn. Where the assistant cannot be had, the pane says so and the form goes on without it.
 */
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { asFailure } from '../api/failure';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Crash } from '../ui/Crash';
import { Spark } from '../ui/icons';
import { failureWords } from '../ui/failureWords';
import { useDesk, useSnapshot } from '../wizard/desk';
import type { Snapshot } from '../wizard/store';
import { Composer } from './Composer';
import { hasTalked, noteTalk } from './talked';
import { Greeting } from './Greeting';
import { together, UnsentWords } from './unsent';

const Room = lazy(() => import('./Room'));

export interface Outgoing {
  id: number;
  /** What the server knows the message by: handed in twice it is taken once. */
  key: string;
  text: string;
  /** Where the form was when it was said. */
  from: Pick<Snapshot, 'stage' | 'turn'>;
}

let counter = 0;

export function ChatPane({ folded }: { folded: boolean }) {
  const { t } = useWords();
  const { userId } = useDesk();
  const { sessionId } = useSnapshot();
  const [talked, setTalked] = useState(false);
  const used = talked || hasTalked(sessionId) || new UnsentWords(userId).get(sessionId) !== '';
  const [opened, setOpened] = useState(false);
  if (folded && !used && !opened) {
    return (
      <div className="chat-folded">
        <Spark />
        <p>{t('review.ask.text')}</p>
        <Button onClick={() => setOpened(true)}>{t('review.ask')}</Button>
      </div>
    );
  }
  return <OpenPane onUsed={() => setTalked(true)} />;
}

function OpenPane({ onUsed }: { onUsed: () => void }) {
  const { t } = useWords();
  const { store, userId } = useDesk();
  const { sessionId } = useSnapshot();
  const [outgoing, setOutgoing] = useState<Outgoing | null>(null);
  const [returned, setReturned] = useState<Outgoing | null>(null);
  const [stop, setStop] = useState<(() => void) | null>(null);
  const [down, setDown] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const idle = useIdle();
  // Once words were sent the conversation stays, even if they came before the page was idle.
  const [begun, setBegun] = useState(false);

  const giveBack = useCallback(
    (unsent: Outgoing) => {
      // At once: a sign-in that ended takes this page away before it is drawn again.
      const words = new UnsentWords(userId);
      const draft = store.get().sessionId;
      words.put(draft, together(unsent.text, words.get(draft)));
      setReturned(unsent);
    },
    [store, userId],
  );
  const send = async (text: string) => {
    onUsed();
    setBegun(true);
    setTrouble(null);
    const { stage, turn } = store.get();
    const said = { id: (counter += 1), key: returned?.text === text ? returned.key : crypto.randomUUID(), text, from: { stage, turn } };
    setReturned(null);
    try {
      noteTalk(await store.session());
      setOutgoing(said);
    } catch (thrown) {
      setTrouble(failureWords(asFailure(thrown), t));
      giveBack(said);
    }
  };
  useSaid((text) => void send(text));
  // Stable, because the conversation's connection hangs on them.
  const taken = useCallback(() => setOutgoing(null), []);
  const stoppable = useCallback((work: (() => void) | null) => setStop(() => work), []);
  const unreachable = useCallback(() => setDown(true), []);
  const again = useCallback(() => setDown(false), []);
  useAgain(down, again);
  useEffect(() => {
    if (!down || !outgoing) return;
    giveBack(outgoing);
    setOutgoing(null);
  }, [down, outgoing, giveBack]);

  const sorry = (
    <div className="chat-down">
      <p>{t('chat.down')}</p>
      <Button onClick={again}>{t('app.retry')}</Button>
    </div>
  );
  return (
    <div className="chat">
      {down ? (
        sorry
      ) : sessionId && (idle || begun) ? (
        <Crash fallback={sorry}>
          <Suspense fallback={<Greeting onExample={null} waiting />}>
            <Room
              key={sessionId}
              threadId={sessionId}
              outgoing={outgoing}
              onTaken={taken}
              onReturned={giveBack}
              onStop={stoppable}
              onDown={unreachable}
              onExample={(text) => void send(text)}
            />
          </Suspense>
        </Crash>
      ) : (
        <Greeting onExample={(text) => void send(text)} />
      )}
      {trouble && <Banner tone="bad">{trouble}</Banner>}
      <Composer onSend={(text) => void send(text)} onStop={stop} busy={outgoing !== null || down} returned={returned} />
    </div>
  );
}

const AGAIN_MS = 15_000;

/** While the assistant cannot be reached it is looked for again: after a while, and when the network is back. */
function useAgain(down: boolean, again: () => void) {
  useEffect(() => {
    if (!down) return;
    const timer = setTimeout(again, AGAIN_MS);
    window.addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', again);
    };
  }, [down, again]);
}

/** Words that the page was opened with are said once; coming back does not say them again. */
function useSaid(send: (text: string) => void) {
  const { state } = useLocation() as { state: { say?: unknown } | null };
  const done = useRef(false);
  useEffect(() => {
    if (done.current || typeof state?.say !== 'string') return;
    done.current = true;
    window.history.replaceState({ ...(window.history.state as object), usr: null }, '');
    send(state.say);
  });
}

/** True once the page has had time for the form. */
function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), 800);
    return () => clearTimeout(timer);
  }, []);
  return idle;
}
