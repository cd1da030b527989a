/** What stands where content is about to be; it says so to those who do not see it. */
import { useWords } from '../i18n';

export function Waiting({ lines = 4 }: { lines?: number }) {
  const { t } = useWords();
  return (
    <div className="waiting" role="status" aria-label={t('app.loading')}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="bone" />
      ))}
    </div>
  );
}
