/**
 * One conversation: what was said, what is being said, and the draft that follows it. The draft's state goes to the
 * server with every message and comes back changed; the form shows it in the same moment.
 */
import { useAgent, useConfigureSuggestions, useCopilotKit, useSuggestions } from '@copilotkit/react-core/v2/headless';
import { useCallback, useEffect, useRef, useState } from 'react';
import { asStage, type Shared } from '../draft/types';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { useCountdown } from '../ui/useCountdown';
import { useDesk, useSnapshot } from '../wizard/desk';
import type { Snapshot } from '../wizard/store';
import type { Outgoing } from './ChatPane';
import { Greeting } from './Greeting';
import { Log } from './Log';
import { AGENT } from './Room';
import { useTools } from './tools';

export interface ThreadProps {
  threadId: string;
  outgoing: Outgoing | null;
  onTaken: () => void;
  onStop: (stop: (() => void) | null) => void;
  onDown: () => void;
  onExample: (text: string) => void;
}

interface Trouble {
  kind: 'rate' | 'auth' | 'other';
  until: number | null;
}

export function Thread({ threadId, outgoing, onTaken, onStop, onExample }: ThreadProps) {
  const { t } = useWords();
  const { store } = useDesk();
  const { degraded } = useSnapshot();
  const { copilotkit } = useCopilotKit();
  const { agent } = useAgent({ agentId: AGENT });
  const [connected, setConnected] = useState(false);
  const [starting, setStarting] = useState(false);
  const trouble = useTrouble();
  const sent = useRef<Sent>(store.get());
  useTools();
  // A card that waits for its answer is no run: one may go on writing past it.
  const live = starting || (agent.isRunning && connected);
  const running = live || (agent.isRunning && agent.messages.length > 0);
  useFollow(agent, live, sent);

  useEffect(() => {
    const listening = agent.subscribe({ onRunInitialized: () => setStarting(false) });
    return () => listening.unsubscribe();
  }, [agent]);

  useEffect(() => {
    onStop(running ? () => copilotkit.stopAgent({ agent }) : null);
  }, [agent, copilotkit, onStop, running]);

  useEffect(() => {
    agent.threadId = threadId;
    let gone = false;
    copilotkit
      .connectAgent({ agent })
      .catch(() => undefined)
      .finally(() => {
        if (!gone) setConnected(true);
      });
    return () => {
      gone = true;
      void agent.detachActiveRun().catch(() => undefined);
    };
  }, [agent, copilotkit, threadId]);

  const run = useCallback(
    async (text: string) => {
      setStarting(true);
      trouble.clear();
      await store.flush();
      agent.setState(store.shared());
      sent.current = store.get();
      agent.addMessage({ id: crypto.randomUUID(), role: 'user', content: text });
      try {
        await copilotkit.runAgent({ agent });
      } catch {
        // Every failure also comes as an event, which is where it gets its words.
      } finally {
        setStarting(false);
      }
    },
    // The handle of the trouble is stable; `trouble` itself changes with every event.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [agent, copilotkit, store, trouble.clear],
  );

  const taken = useRef(0);
  useEffect(() => {
    if (!outgoing || !connected || outgoing.id === taken.current) return;
    taken.current = outgoing.id;
    onTaken();
    void run(outgoing.text);
  }, [outgoing, connected, onTaken, run]);

  const empty = agent.messages.length === 0 && !running && !outgoing;
  const chips = useChips(running);
  return (
    <>
      {empty ? <Greeting onExample={connected ? onExample : null} waiting={!connected} /> : <Log messages={agent.messages} running={running} />}
      {trouble.now && <TroubleBanner trouble={trouble.now} />}
      {degraded && !running && !trouble.now && <p className="chat-slow">{t('chat.slow')}</p>}
      {!empty && !running && chips.length > 0 && (
        <ul className="chips chat-chips" aria-label={t('chat.suggestions')}>
          {chips.map((chip) => (
            <li key={chip.title}>
              <button type="button" className="chip" onClick={() => onExample(chip.message)}>
                {chip.title}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Where the form was when something was last said. */
type Sent = Pick<Snapshot, 'stage' | 'turn'>;

/**
 * The draft follows the conversation; the page turns when the conversation turned it, and leaves when it published. Whoever turned to a
 * stage while the answer was on its way stays there.
 */
function useFollow(agent: ReturnType<typeof useAgent>['agent'], running: boolean, sent: { current: Sent }) {
  const { store, onPublished } = useDesk();
  const live = useRef(running);
  live.current = running;
  useEffect(() => {
    const listening = agent.subscribe({
      onStateChanged: ({ state }) => {
        const shared = state as Shared;
        if (!shared || typeof shared !== 'object' || !shared.draft) return;
        store.receive({ ...shared, degraded: shared.degraded === true });
        const { stage, turn } = sent.current;
        const next = asStage(shared.stage ?? stage);
        if (next !== stage) {
          sent.current = { stage: next, turn };
          if (live.current && store.get().turn === turn) store.follow(next);
        }
        if (shared.draft.status === 'published' && shared.draft.id && live.current) onPublished(shared.draft.id, false);
      },
    });
    return () => listening.unsubscribe();
  }, [agent, store, onPublished, sent]);
}

/** What the server offers in English at all times; everything else comes in the conversation's language. */
const ALWAYS: Partial<Record<string, Key>> = { '/publish': 'chat.chip.publish', 'Show me the draft': 'chat.chip.show' };

function useChips(running: boolean): { title: string; message: string }[] {
  const { t } = useWords();
  const { copilotkit } = useCopilotKit();
  // Without the server's own endpoint a request for suggestions would look like a message.
  const offered = copilotkit.suggestions === true;
  useConfigureSuggestions(
    offered ? { instructions: 'What the organizer may say next about this event.', maxSuggestions: 3, available: 'after-first-message', providerAgentId: AGENT, consumerAgentId: AGENT } : null,
    [offered],
  );
  const { suggestions, isLoading } = useSuggestions({ agentId: AGENT });
  const said = (one: { title: string; message: string }) => {
    const key = ALWAYS[one.message];
    return key ? { title: t(key), message: t(key) } : one;
  };
  return running || isLoading ? [] : suggestions.filter((one) => one.title && one.message).map(said);
}

/** The last failure, once, although each is told in two events. */
function useTrouble() {
  const { copilotkit } = useCopilotKit();
  const [now, setNow] = useState<Trouble | null>(null);
  useEffect(() => {
    const listening = copilotkit.subscribe({
      onError: ({ error, code }) => {
        const told: string = code;
        if (told.startsWith('tool_') || told === 'agent_connect_failed') return;
        const { status, payload } = error as Error & { status?: number; payload?: { retryAfter?: number; error?: { retryAfter?: number } } };
        const wait = payload?.retryAfter ?? payload?.error?.retryAfter ?? 60;
        const kind = status === 429 ? 'rate' : status === 401 ? 'auth' : 'other';
        setNow((before) => (kind === 'other' && before ? before : { kind, until: kind === 'rate' ? Date.now() + wait * 1000 : null }));
      },
    });
    return () => listening.unsubscribe();
  }, [copilotkit]);
  const clear = useCallback(() => setNow(null), []);
  return { now, clear };
}

function TroubleBanner({ trouble }: { trouble: Trouble }) {
  const { t } = useWords();
  const left = useCountdown(trouble.until);
  if (trouble.kind === 'rate') return left > 0 ? <div className="banner warn">{t('banner.wait', { n: left })}</div> : null;
  return <Banner tone="bad">{t(trouble.kind === 'auth' ? 'fail.auth' : 'chat.error')}</Banner>;
}
