/** What went wrong with the last message: said once, with how long to wait, and the way on where there is one. */
import { useCopilotKit } from '@copilotkit/react-core/v2/headless';
import { useCallback, useEffect, useState } from 'react';
import { signInAgain } from '../auth';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Wait } from '../ui/Wait';

interface Trouble {
  kind: 'rate' | 'auth' | 'large' | 'busy' | 'other';
  until: number | null;
}

const KINDS: Partial<Record<number, Trouble['kind']>> = { 401: 'auth', 409: 'busy', 413: 'large', 429: 'rate' };

/** The last failure, once, although each is told in two events. */
export function useTrouble() {
  const { copilotkit } = useCopilotKit();
  const [now, setNow] = useState<Trouble | null>(null);
  useEffect(() => {
    const listening = copilotkit.subscribe({
      onError: ({ error, code }) => {
        const told: string = code;
        if (told.startsWith('tool_') || told === 'agent_connect_failed') return;
        const { status, payload } = error as Error & { status?: number; payload?: { retryAfter?: number; error?: { retryAfter?: number } } };
        const wait = payload?.retryAfter ?? payload?.error?.retryAfter ?? 60;
        const kind = KINDS[status ?? 0] ?? 'other';
        setNow((before) => (kind === 'other' && before ? before : { kind, until: kind === 'rate' ? Date.now() + wait * 1000 : null }));
      },
    });
    return () => listening.unsubscribe();
  }, [copilotkit]);
  const clear = useCallback(() => setNow(null), []);
  return { now, clear };
}

interface TroubleBannerProps {
  trouble: Trouble;
  /** Hands in once more what the server never heard; null where there is nothing to hand in. */
  onAgain: (() => void) | null;
}

export function TroubleBanner({ trouble, onAgain }: TroubleBannerProps) {
  const { t } = useWords();
  const again = onAgain && <Button onClick={onAgain}>{t('app.retry')}</Button>;
  const next = trouble.kind === 'auth' ? <Button onClick={signInAgain}>{t('login.submit')}</Button> : again;
  const over = trouble.kind === 'rate' && !again;
  return (
    <Wait until={trouble.until}>
      {!over && (
        <Banner tone="bad" action={next}>
          {t(WORDS[trouble.kind])}
        </Banner>
      )}
    </Wait>
  );
}

const WORDS = { rate: 'chat.error', auth: 'fail.auth', large: 'chat.large', busy: 'chat.busy', other: 'chat.error' } as const satisfies Record<Trouble['kind'], Key>;
