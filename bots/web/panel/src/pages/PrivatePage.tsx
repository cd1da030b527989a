/** The page of a private event: nobody's browser can open its link, so its organizer sees it here. */
import { useQuery } from '@tanstack/react-query';
import { eventPage } from '../api/account';
import { draftOf, type EventRow } from '../draft/row';
import { useWords } from '../i18n';
import { useOwnPicture } from '../pictures/useOwnPicture';
import { framed, Frame } from '../wizard/PagePreview';

export function PrivatePage({ event }: { event: EventRow }) {
  const { t, lang } = useWords();
  const { imageUrl } = draftOf(event);
  const picture = useOwnPicture(imageUrl);
  const page = useQuery({ queryKey: ['page', event.id, event.revision, lang], queryFn: () => eventPage(event.id, lang), retry: 1 });
  return (
    <section className="card" aria-labelledby="page">
      <h2 id="page">{t('event.page')}</h2>
      <p className="soft">{t('event.private')}</p>
      {page.data && <Frame html={framed(page.data, imageUrl, picture)} name={event.name ?? ''} />}
    </section>
  );
}
