/** What stands where content is about to be; it says so to those who do not see it. A whole page that waits has a heading, too. */
import { useWords } from '../i18n';

export function Waiting({ lines = 4, page = false }: { lines?: number; page?: boolean }) {
  const { t } = useWords();
  return (
    <>
      {page && <h1 className="unseen">{t('app.loading')}</h1>}
      <div className="waiting" role="status" aria-label={t('app.loading')}>
        {Array.from({ length: lines }, (_, index) => (
          <div key={index} className="bone" />
        ))}
      </div>
    </>
  );
}
