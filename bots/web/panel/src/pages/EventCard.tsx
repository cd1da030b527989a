/** One event of the dashboard: its cover and day, how many come, and the ways to it. */
import { Link } from 'react-router';
import { draftOf, type EventRow } from '../draft/row';
import { dayWords, leafWords, splitLocal } from '../draft/when';
import { useWords } from '../i18n';
import { OwnPicture } from '../pictures/OwnPicture';
import { ButtonLink } from '../ui/Button';
import { Clock, Pin, Ticket } from '../ui/icons';

interface EventCardProps {
  event: EventRow;
  /** How many tickets are taken; null while nobody knows, and where nothing is sold. */
  taken?: number | null;
}

export function EventCard({ event, taken = null }: EventCardProps) {
  const { t, lang } = useWords();
  const draft = draftOf(event);
  const { date } = splitLocal(draft.dateTime, draft.timezone);
  const place = draft.place ?? draft.city;
  const leaf = date && event.status !== 'draft' ? leafWords(date, lang) : null;
  return (
    <li className={`card event kind-${event.type ?? 'none'}${event.status === 'draft' ? '' : ' covered'}`}>
      {event.status !== 'draft' && (
        <div className="card-cover">
          <OwnPicture url={draft.imageUrl} className="card-picture" />
        </div>
      )}
      {leaf && (
        <p className="leaf" aria-hidden="true">
          <span>{leaf.month}</span>
          <b>{leaf.day}</b>
        </p>
      )}
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
      {taken !== null && (
        <p className="soft when-line">
          <Ticket />
          {event.capacity ? t('dash.taken.of', { n: taken, all: event.capacity }) : t('dash.taken', { n: taken })}
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
