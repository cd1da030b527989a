/**
 * The conversation's connection: CopilotKit's headless core on this server's own runtime, and nothing else.
 * Only the hooks are used, so that neither the inspector, telemetry nor outside fonts are ever part of the bundle.
 */
import { CopilotKitAgentIdContext, CopilotKitContext, CopilotKitCoreReact } from '@copilotkit/react-core/v2/context';
import { useEffect, useMemo, useState } from 'react';
import { client } from '../api/client';
import { config } from '../config';
import { useWords } from '../i18n';
import { Greeting } from './Greeting';
import { Thread, type ThreadProps } from './Thread';

export const AGENT = 'wizard';

export default function Room(props: ThreadProps) {
  const [core, setCore] = useState<CopilotKitCoreReact | null>(null);
  useEffect(() => {
    let gone = false;
    let quit: (() => void) | null = null;
    void open().then((opened) => {
      if (gone) return opened.close();
      quit = opened.close;
      setCore(opened.core);
    });
    return () => {
      gone = true;
      quit?.();
    };
  }, []);
  return core ? <Connected {...props} core={core} /> : <Greeting onExample={null} waiting />;
}

/** A core with the person's token on every call; a renewed token is taken over. */
async function open(): Promise<{ core: CopilotKitCoreReact; close: () => void }> {
  const [{ chatUrl }, supabase] = await Promise.all([config(), client()]);
  const headersOf = (token: string | undefined): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});
  const { data } = await supabase.auth.getSession();
  const core = new CopilotKitCoreReact({
    runtimeUrl: chatUrl,
    runtimeTransport: 'rest',
    deferInitialConnection: true,
    headers: headersOf(data.session?.access_token),
    // The server keeps the conversation; only what is new has to travel.
    messageFilter: (messages) => messages.slice(-2),
  });
  const listening = supabase.auth.onAuthStateChange((_, session) => core.setHeaders(headersOf(session?.access_token)));
  return { core, close: () => listening.data.subscription.unsubscribe() };
}

function Connected({ core, ...props }: ThreadProps & { core: CopilotKitCoreReact }) {
  const { lang } = useWords();
  const [executing, setExecuting] = useState<ReadonlySet<string>>(new Set());
  const [ready, setReady] = useState(false);
  const { onDown } = props;

  useEffect(() => {
    const change = (id: string, add: boolean) =>
      setExecuting((before) => {
        const next = new Set(before);
        if (add) next.add(id);
        else next.delete(id);
        return next;
      });
    const listening = core.subscribe({
      onToolExecutionStart: ({ toolCallId }) => change(toolCallId, true),
      onToolExecutionEnd: ({ toolCallId }) => change(toolCallId, false),
      onRuntimeConnectionStatusChanged: () => {
        const status: string = core.runtimeConnectionStatus;
        if (status === 'error') onDown();
        if (status === 'connected') {
          if (core.agents[AGENT]) setReady(true);
          else onDown();
        }
      },
    });
    core.connect();
    return () => listening.unsubscribe();
  }, [core, onDown]);

  useEffect(() => core.setProperties({ locale: lang }), [core, lang]);
  const value = useMemo(() => ({ copilotkit: core, executingToolCallIds: executing }), [core, executing]);
  if (!ready) return <Greeting onExample={null} waiting />;
  return (
    <CopilotKitContext.Provider value={value}>
      <CopilotKitAgentIdContext.Provider value={AGENT}>
        <Thread {...props} />
      </CopilotKitAgentIdContext.Provider>
    </CopilotKitContext.Provider>
  );
}
