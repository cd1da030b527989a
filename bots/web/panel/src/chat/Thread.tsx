/**
 * One conversation: what was said, what is being said, and the draft that follows it. The draft's state goes to the
 * server with every message and comes back changed; the form shows it in the same moment.
 */
import { useAgent, useConfigureSuggestions, useCopilotKit, useSuggestions } from '@copilotkit/react-core/v2/headless';
import { useCallback, useEffect, useRef, useState } from 'react';
import { asStage, type Shared } from '../draft/types';
import { useWords, type Key } from '../i18n';
import { useDesk, useSnapshot } from '../wizard/desk';
import type { Outgoing } from './ChatPane';
import { Greeting } from './Greeting';
import { Log } from './Log';
import { AGENT } from './Room';
import { useTools } from './tools';
import { TroubleBanner, useTrouble } from './Trouble';

export interface ThreadProps {
  threadId: string;
  outgoing: Outgoing | null;
  onTaken: () => void;
  /** What was to be said was not taken by the server: it is somebody's words, and theirs to send again. */
  onReturned: (unsent: Outgoing) => void;
  onStop: (stop: (() => void) | null) => void;
  onDown: () => void;
  onExample: (text: string) => void;
}

export function Thread({ threadId, outgoing, onTaken, onReturned, onStop, onExample }: ThreadProps) {
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

  const { begun, unheard } = useBegun(agent, setStarting);

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
    async (said: Outgoing) => {
      setStarting(true);
      trouble.clear();
      await store.flush();
      agent.setState(store.shared());
      sent.current = said.from;
      agent.addMessage({ id: said.key, role: 'user', content: said.text });
      begun.current = false;
      try {
        await copilotkit.runAgent({ agent });
      } catch {
        // Every failure also comes as an event, which is where it gets its words.
      } finally {
        setStarting(false);
      }
      if (begun.current) return;
      agent.setMessages(agent.messages.filter((message) => message.id !== said.key));
      onReturned(said);
    },
    // The handle of the trouble is stable; `trouble` itself changes with every event.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [agent, begun, copilotkit, onReturned, store, trouble.clear],
  );

  const taken = useRef(0);
  useEffect(() => {
    if (!outgoing || !connected || outgoing.id === taken.current) return;
    taken.current = outgoing.id;
    onTaken();
    void run(outgoing);
  }, [outgoing, connected, onTaken, run]);

  const again = useCallback(() => {
    trouble.clear();
    void copilotkit.runAgent({ agent }).catch(() => undefined);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [agent, copilotkit, trouble.clear]);

  const empty = agent.messages.length === 0 && !running && !outgoing;
  const chips = useChips(running);
  return (
    <>
      {empty ? <Greeting onExample={connected ? onExample : null} waiting={!connected} /> : <Log messages={agent.messages} running={running} />}
      {trouble.now && <TroubleBanner trouble={trouble.now} onAgain={unheard ? again : null} />}
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

/**
 * Whether the server has begun to answer what was last handed in: before that it may not know of it. What was answered on a card
 * and never heard (`unheard`) can be handed in again as it is; the server takes it once.
 */
function useBegun(agent: ReturnType<typeof useAgent>['agent'], setStarting: (is: boolean) => void) {
  const begun = useRef(false);
  const [unheard, setUnheard] = useState(false);
  useEffect(() => {
    const ended = () => setUnheard(!begun.current && agent.messages.at(-1)?.role === 'tool');
    const listening = agent.subscribe({
      onRunInitialized: () => {
        begun.current = false;
        setUnheard(false);
        setStarting(false);
      },
      onRunStartedEvent: () => {
        begun.current = true;
      },
      onRunFailed: ended,
      onRunFinalized: ended,
    });
    return () => listening.unsubscribe();
  }, [agent, setStarting]);
  return { begun, unheard };
}

/** Where the form was when something was last said, also where the way to the conversation was long. */
type Sent = Outgoing['from'];

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
        const told = { ...shared, degraded: shared.degraded === true };
        if (live.current) store.receive(told);
        else store.told(told);
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

/** What the server always offers is in the conversation's language, and in a new one's English: there it takes the page's. */
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
