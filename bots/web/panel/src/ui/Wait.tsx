/** The seconds until a refused request may be sent again: counted for the eyes, told once to those who listen. */
import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { useCountdown } from './useCountdown';

interface WaitProps {
  /** In milliseconds of the clock; null: nothing to wait for. */
  until: number | null;
  /** What stands here when there is nothing to wait for any more. */
  children?: ReactNode;
}

export function Wait({ until, children = null }: WaitProps) {
  const { t } = useWords();
  const left = useCountdown(until);
  if (left === 0) return children;
  return (
    <div className="banner warn">
      <span className="unseen" role="status">
        {t('fail.rate')}
      </span>
      <span>{t('banner.wait', { n: left })}</span>
    </div>
  );
}
