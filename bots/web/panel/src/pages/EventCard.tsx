/** One published event: when it is, and the ways to it. */
import { Link } from 'react-router';
import { draftOf, type EventRow } from '../draft/row';
import { dayWords, splitLocal } from '../draft/when';
import { useWords } from '../i18n';
import { OwnPicture } from '../pictures/OwnPicture';
import { ButtonLink } from '../ui/Button';
import { Clock, Pin } from '../ui/icons';

export function EventCard({ event }: { event: EventRow }) {
  const { t, lang } = useWords();
  const draft = draftOf(event);
  const { date } = splitLocal(draft.dateTime, draft.timezone);
  const place = draft.place ?? draft.city;
  return (
    <li className={`card event kind-${event.type ?? 'none'}`}>
      <OwnPicture url={draft.imageUrl} className="card-picture" />
      <div className="card-top">
        <h3>
          <Link to={`/dashboard/events/${event.id}`}>{event.name ?? t('dash.untitled')}</Link>
        </h3>
        {event.visibility === 'private' && <span className="tag">{t('dash.private')}</span>}
      </div>
      <p className="soft when-line">
        <Clock />
        {date ? dayWords(date, lang) : t('dash.noDate')}
      </p>
      {place && (
        <p className="soft when-line">
          <Pin />
          {place}
        </p>
      )}
      <div className="card-foot">
        <ButtonLink to={`/dashboard/events/${event.id}`} aria-label={`${t('dash.open')}: ${event.name ?? ''}`}>
          {t('dash.open')}
        </ButtonLink>
        {event.slug && event.status === 'published' && event.visibility !== 'private' && (
          <a className="button quiet" href={`/e/${event.slug}`}>
            {t('dash.view')}
          </a>
        )}
      </div>
    </li>
  );
}
