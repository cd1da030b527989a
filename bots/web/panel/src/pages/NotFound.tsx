/** What stands at an address that has no page, or whose content is not this person's. */
import { useWords } from '../i18n';
import { ButtonLink } from '../ui/Button';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';

export function NotFound({ title, text }: { title?: string; text?: string }) {
  const { t } = useWords();
  useTitle(title ?? t('app.notFound'));
  return (
    <Shell>
      <div className="empty">
        <div className="empty-art" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
        <h1>{title ?? t('app.notFound')}</h1>
        <p>{text ?? t('app.notFound.text')}</p>
        <ButtonLink look="primary" to="/dashboard">
          {t('app.dashboard')}
        </ButtonLink>
      </div>
    </Shell>
  );
}
