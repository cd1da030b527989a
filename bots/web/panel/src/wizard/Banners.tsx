/** What stands between the organizer and a saved draft, each said once: no network, a pause, a refusal, two values. */
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { useCountdown } from '../ui/useCountdown';
import { useDesk, useSnapshot } from './desk';
import { valueWords } from './valueWords';
import { fieldKey } from './fieldKey';
import type { Conflict } from '../draft/merge';

export function Banners() {
  const { t } = useWords();
  const { store } = useDesk();
  const { saving, failure, conflicts, waitUntil } = useSnapshot();
  const left = useCountdown(waitUntil);
  return (
    <div className="banners">
      {saving === 'offline' && (
        <Banner tone="warn" action={<Button onClick={() => store.retry()}>{t('app.retry')}</Button>}>
          {t('banner.offline')}
        </Banner>
      )}
      {left > 0 && (
        <div className="banner warn">
          <span className="unseen" role="status">
            {t('fail.rate')}
          </span>
          <span>{t('banner.wait', { n: left })}</span>
        </div>
      )}
      {failure && failure.kind !== 'conflict' && (
        <Banner tone="bad" action={<Button onClick={() => store.retry()}>{t('app.retry')}</Button>}>
          {failureWords(failure, t)}
        </Banner>
      )}
      {conflicts.map((conflict) => (
        <Choice key={conflict.field} conflict={conflict} />
      ))}
    </div>
  );
}

function Choice({ conflict }: { conflict: Conflict }) {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const show = (value: Conflict['yours']) => valueWords(conflict.field, value, draft, t, lang);
  return (
    <section className="banner warn conflict" role="alert" aria-label={t('conflict.title')}>
      <p>{t('conflict.text', { field: t(fieldKey(conflict.field)) })}</p>
      <ul>
        <li>
          <p className="soft">{t('conflict.yours')}</p>
          <p className="conflict-value">{show(conflict.yours)}</p>
          <Button look="primary" onClick={() => store.decide(conflict, true)}>
            {t('conflict.keepYours')}
          </Button>
        </li>
        <li>
          <p className="soft">{t('conflict.current')}</p>
          <p className="conflict-value">{show(conflict.current)}</p>
          <Button onClick={() => store.decide(conflict, false)}>{t('conflict.keepCurrent')}</Button>
        </li>
      </ul>
    </section>
  );
}
