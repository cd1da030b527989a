/** What went wrong with the last message: said once, with how long to wait, and the way on where there is one. */
import { useCopilotKit } from '@copilotkit/react-core/v2/headless';
import { useCallback, useEffect, useState } from 'react';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { useCountdown } from '../ui/useCountdown';

interface Trouble {
  kind: 'rate' | 'auth' | 'other';
  until: number | null;
}

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
        const kind = status === 429 ? 'rate' : status === 401 ? 'auth' : 'other';
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
  const left = useCountdown(trouble.until);
  const again = onAgain && <Button onClick={onAgain}>{t('app.retry')}</Button>;
  if (trouble.kind === 'rate' && left > 0) return <div className="banner warn">{t('banner.wait', { n: left })}</div>;
  if (trouble.kind === 'rate' && !again) return null;
  return (
    <Banner tone="bad" action={again}>
      {t(trouble.kind === 'auth' ? 'fail.auth' : 'chat.error')}
    </Banner>
  );
}
