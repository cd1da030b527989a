/** One value that was changed in two places: both are shown, and the organizer says which one stays. */
import type { Conflict } from '../draft/merge';
import type { Draft } from '../draft/types';
import { useWords } from '../i18n';
import { Button } from '../ui/Button';
import { fieldKey } from './fieldKey';
import { valueWords } from './valueWords';

interface ConflictCardProps {
  conflict: Conflict;
  /** What amounts and hours are read with. */
  draft: Draft;
  onDecide: (keepYours: boolean) => void;
}

export function ConflictCard({ conflict, draft, onDecide }: ConflictCardProps) {
  const { t, lang } = useWords();
  const show = (value: Conflict['yours']) => valueWords(conflict.field, value, draft, t, lang);
  return (
    <section className="banner warn conflict" role="alert" aria-label={t('conflict.title')}>
      <p>{t('conflict.text', { field: t(fieldKey(conflict.field)) })}</p>
      <ul>
        <li>
          <p className="soft">{t('conflict.yours')}</p>
          <p className="conflict-value" dir="auto">{show(conflict.yours)}</p>
          <Button look="primary" onClick={() => onDecide(true)}>
            {t('conflict.keepYours')}
          </Button>
        </li>
        <li>
          <p className="soft">{t('conflict.current')}</p>
          <p className="conflict-value" dir="auto">{show(conflict.current)}</p>
          <Button onClick={() => onDecide(false)}>{t('conflict.keepCurrent')}</Button>
        </li>
      </ul>
    </section>
  );
}
