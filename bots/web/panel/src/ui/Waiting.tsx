/** What stands where content is about to be; it says so to those who do not see it. A whole page that waits has a heading, too. */
import { useWords } from '../i18n';

interface WaitingProps {
  lines?: number;
  page?: boolean;
  /** What is about to come: lines, cards side by side, or a broad head above cards. */
  shape?: 'lines' | 'cards' | 'head';
}

export function Waiting({ lines = 4, page = false, shape = 'lines' }: WaitingProps) {
  const { t } = useWords();
  const count = { lines, cards: 3, head: 5 }[shape];
  return (
    <>
      {page && <h1 className="unseen">{t('app.loading')}</h1>}
      <div className={`bones as-${shape}`} role="status" aria-label={t('app.loading')}>
        {Array.from({ length: count }, (_, index) => (
          <div key={index} className="bone" />
        ))}
      </div>
    </>
  );
}
