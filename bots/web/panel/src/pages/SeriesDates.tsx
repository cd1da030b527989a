/** The dates of a series as they stand, and all that are ready published on one word; the server goes on whether this page stays or not. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'react-router';
import { publishSeries, seriesStanding, type SeriesDate, type SeriesStanding } from '../api/events';
import { asFailure } from '../api/failure';
import type { EventRow } from '../draft/row';
import { dayWords } from '../draft/when';
import { useWords, type Translate } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { failureWords } from '../ui/failureWords';
import { fieldKey } from '../wizard/fieldKey';

/** How often it is looked while dates are being published, in milliseconds: soon at first, seldom where one date takes long. */
const LOOK_MS = 700;
const SELDOM_MS = 5_000;

/** When to look again after so many looks; never, once nothing is under way. */
export function nextLook(dates: SeriesDate[], looks: number): number | false {
  return dates.some((date) => date.underWay) && Math.min(LOOK_MS * 2 ** Math.floor(looks / 10), SELDOM_MS);
}

export function SeriesDates({ event }: { event: EventRow }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const queryKey = ['series', event.id];
  const standing = useQuery({
    queryKey,
    queryFn: () => seriesStanding(event.id),
    staleTime: 0,
    refetchInterval: ({ state }) => nextLook(state.data?.dates ?? [], state.dataUpdateCount),
  });
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [changed, setChanged] = useState(0);
  const [trouble, setTrouble] = useState<string | null>(null);
  const dates = standing.data?.dates ?? [];
  const here = dates.find((date) => date.eventId === event.id);
  useEffect(() => {
    // This date was published meanwhile: the page around it is another.
    if (here && here.status !== event.status) void cache.invalidateQueries({ queryKey: ['event', event.id] });
  }, [cache, event.id, event.status, here]);
  const section = useMeant('#series', dates.length > 1);
  if (standing.isError) return <Banner tone="bad" action={<Button onClick={() => void standing.refetch()}>{t('app.retry')}</Button>}>{failureWords(asFailure(standing.error), t)}</Banner>;
  if (dates.length < 2) return null;
  const { ready, open, published, underWay, all } = sorted(dates);
  const publish = async () => {
    setBusy(true);
    setTrouble(null);
    try {
      const told = await publishSeries(event.id, ready);
      cache.setQueryData<SeriesStanding>(queryKey, told);
      setChanged(told.changed.length);
      void cache.invalidateQueries({ queryKey: ['board'] });
    } catch (thrown) {
      setTrouble(failureWords(asFailure(thrown), t));
      void standing.refetch();
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  const first = published.length === 0 && open.length === 0;
  return (
    <section className="card stack" aria-labelledby="series" ref={section}>
      <h2 id="series">{t('series.dates')}</h2>
      <p role="status">{published.length === all ? t('series.all') : t('series.progress', { n: published.length, all })}</p>
      {underWay.length > 0 && <progress max={all} value={published.length} aria-label={t('series.underWay')} />}
      {changed > 0 && <Banner tone="warn">{t('series.changed', { n: changed })}</Banner>}
      {trouble && <Banner tone="bad">{trouble}</Banner>}
      <Dates dates={dates} here={event.id} />
      {ready.length > 0 && underWay.length === 0 && (
        <Button look="primary" busy={busy} onClick={() => setAsking(true)}>
          {t(first ? 'series.publish' : 'series.rest', { n: ready.length })}
        </Button>
      )}
      {ready.length === 0 && underWay.length === 0 && open.length > 0 && <p className="soft">{t('series.noneReady')}</p>}
      <Dialog open={asking} onClose={() => setAsking(false)} title={t('series.ask', { n: ready.length })} text={t('series.ask.text')}>
        <Dates dates={ready} here="" />
        {open.length > 0 && (
          <>
            <h3>{t('series.left')}</h3>
            <Dates dates={open} here="" />
          </>
        )}
        {(event.price_cents ?? 0) > 0 && <p className="soft">{t('review.noStripe')}</p>}
        <div className="row">
          <Button look="primary" busy={busy} onClick={() => void publish()}>
            {t('series.yes', { n: ready.length })}
          </Button>
          <Button look="quiet" onClick={() => setAsking(false)}>
            {t('app.cancel')}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}

/** What can be published now, what cannot yet, what is, what is on its way; of all that were not called off. */
export function sorted(dates: SeriesDate[]) {
  return {
    ready: dates.filter((date) => date.ready && !date.underWay),
    open: dates.filter((date) => date.status === 'draft' && !date.ready && !date.underWay),
    published: dates.filter((date) => date.status === 'published'),
    underWay: dates.filter((date) => date.underWay),
    all: dates.filter((date) => date.status !== 'cancelled').length,
  };
}

function Dates({ dates, here }: { dates: SeriesDate[]; here: string }) {
  const { t, lang } = useWords();
  return (
    <ul className="series-dates">
      {dates.map((date) => {
        const day = date.starts ? dayWords(date.starts.slice(0, 10), lang) : t('dash.noDate');
        return (
          <li key={date.eventId}>
            {date.eventId === here ? <strong>{day}</strong> : <Link to={`/dashboard/events/${date.eventId}`}>{day}</Link>}
            <span className="soft">{stateWords(date, t)}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function stateWords(date: SeriesDate, t: Translate): string {
  if (date.status === 'cancelled') return t('event.state.cancelled');
  if (date.status === 'published') return t('event.state.published');
  if (date.underWay) return t('series.underWay');
  const lacks = [...new Set(Object.keys(date.missing).map((field) => t(fieldKey(field))))];
  if (lacks.length > 0) return t('series.lacks', { fields: lacks.join(', ') });
  if (date.over) return t('series.over');
  return t(date.failed ? 'series.failed' : 'series.ready');
}

/** Shows this part of the page where the address names it. */
function useMeant(hash: string, there: boolean) {
  const part = useRef<HTMLElement>(null);
  const location = useLocation();
  useEffect(() => {
    if (there && location.hash === hash) part.current?.scrollIntoView();
  }, [hash, location.hash, there]);
  return part;
}
