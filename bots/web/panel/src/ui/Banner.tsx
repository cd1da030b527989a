/** One line about the state of things, said once: a status for news, an alert for trouble. */
import type { ReactNode } from 'react';

interface BannerProps {
  tone?: 'info' | 'good' | 'warn' | 'bad';
  children: ReactNode;
  action?: ReactNode;
}

export function Banner({ tone = 'info', children, action }: BannerProps) {
  return (
    <div className={`banner ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div>{children}</div>
      {action}
    </div>
  );
}
