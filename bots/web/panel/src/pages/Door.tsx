/** The frame of the pages before signing in: a form beside what the product promises. */
import type { ReactNode } from 'react';
import { useWords, type Key } from '../i18n';
import { Check, Logo } from '../ui/icons';
import { PersonMenu } from '../ui/Shell';

const POINTS: Key[] = ['login.point.talk', 'login.point.ideas', 'login.point.save'];

export function Door({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useWords();
  return (
    <div className="door">
      <aside className="door-side">
        <p className="brand on-deep">
          <Logo />
          <span>{t('app.name')}</span>
        </p>
        <p className="door-lead">{t('login.lead')}</p>
        <ul className="door-points">
          {POINTS.map((point) => (
            <li key={point}>
              <Check />
              <span>{t(point)}</span>
            </li>
          ))}
        </ul>
      </aside>
      <main className="door-main">
        <div className="door-corner">
          <PersonMenu />
        </div>
        <div className="door-form">
          <h1>{title}</h1>
          {children}
        </div>
      </main>
    </div>
  );
}
