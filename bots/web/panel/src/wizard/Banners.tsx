/** What stands between the organizer and a saved draft, each said once: no network, a pause, a refusal, two values. */
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Wait } from '../ui/Wait';
import { ConflictCard } from './ConflictCard';
import { useDesk, useSnapshot } from './desk';

export function Banners() {
  const { t } = useWords();
  const { store } = useDesk();
  const { saving, failure, conflicts, waitUntil, draft } = useSnapshot();
  return (
    <div className="banners">
      {saving === 'offline' && (
        <Banner tone="warn" action={<Button onClick={() => store.retry()}>{t('app.retry')}</Button>}>
          {t('banner.offline')}
        </Banner>
      )}
      <Wait until={waitUntil} />
      {failure && failure.kind !== 'conflict' && (
        <Banner tone="bad" action={<Button onClick={() => store.retry()}>{t('app.retry')}</Button>}>
          {failureWords(failure, t)}
        </Banner>
      )}
      {conflicts.map((conflict) => (
        <ConflictCard key={conflict.field} conflict={conflict} draft={draft} onDecide={(yours) => store.decide(conflict, yours)} />
      ))}
    </div>
  );
}
