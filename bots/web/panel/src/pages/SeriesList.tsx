/** Series with dates that are not published yet: how far each is, and the way to publish the rest together. */
import { Link } from 'react-router';
import type { EventRow } from '../draft/row';
import { useWords } from '../i18n';

export interface OwnSeries {
  /** Any date of it: the page of each shows them all. */
  id: string;
  name: string | null;
  published: number;
  all: number;
}

/** The series among these events that have a date which is not published, in the order of the events. */
export function openSeries(events: EventRow[]): OwnSeries[] {
  const found = new Map<string, EventRow[]>();
  for (const event of events) {
    if (event.series_id && event.status !== 'cancelled') found.set(event.series_id, [...(found.get(event.series_id) ?? []), event]);
  }
  return [...found.values()].flatMap((dates) => {
    const [first] = dates;
    const published = dates.filter((date) => date.status === 'published').length;
    if (!first || dates.length < 2 || published === dates.length) return [];
    return [{ id: first.id, name: dates.find((date) => date.name)?.name ?? null, published, all: dates.length }];
  });
}

export function SeriesList({ events }: { events: EventRow[] }) {
  const { t } = useWords();
  const series = openSeries(events);
  if (series.length === 0) return null;
  return (
    <ul className="series-list">
      {series.map((one) => (
        <li key={one.id}>
          <strong>{one.name ?? t('dash.untitled')}</strong>
          <span className="soft">{t('series.progress', { n: one.published, all: one.all })}</span>
          <Link to={`/dashboard/events/${one.id}#series`} aria-label={`${t('series.see')}: ${one.name ?? ''}`}>
            {t('series.see')}
          </Link>
        </li>
      ))}
    </ul>
  );
}
