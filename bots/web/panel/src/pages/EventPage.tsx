/** One event after publishing: its links, its payments, its figures, and changing it. */
import type { User } from '@supabase/supabase-js';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation, useNavigate, useParams } from 'react-router';
import { conversationOf } from '../api/events';
import { asFailure } from '../api/failure';
import { beginConnect, paymentsState, type EventWork } from '../api/payments';
import { cancelEvent, eventById, eventStats } from '../api/rows';
import { RequireUser } from '../auth';
import { config, safeConnect } from '../config';
import { draftOf, type EventRow } from '../draft/row';
import { money } from '../draft/money';
import { momentWords, splitLocal } from '../draft/when';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button, ButtonLink } from '../ui/Button';
import { CopyButton } from '../ui/CopyButton';
import { Figures } from '../ui/Figures';
import { failureWords } from '../ui/failureWords';
import { Clock, Pin, Share, Ticket } from '../ui/icons';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';
import { OwnPicture } from '../pictures/OwnPicture';
import { Again } from './Again';
import { EventEdit } from './EventEdit';
import { NotFound } from './NotFound';
import { PrivatePage } from './PrivatePage';
import { SeriesDates } from './SeriesDates';
import { Talk } from './Talk';

export default function EventPage() {
  return <RequireUser>{(user) => <Loader user={user} />}</RequireUser>;
}

function Loader({ user }: { user: User }) {
  const { t } = useWords();
  const { id = '' } = useParams();
  const query = useQuery({ queryKey: ['event', id], queryFn: () => eventById(id), staleTime: 0 });
  if (query.isPending) return <Shell><Waiting page shape="head" /></Shell>;
  if (query.isError) {
    const failure = asFailure(query.error);
    if (failure.kind === 'invalid' || failure.kind === 'missing') return <NotFound title={t('event.missing')} />;
    return (
      <Shell>
        <Banner tone="bad" action={<Button onClick={() => void query.refetch()}>{t('app.retry')}</Button>}>
          {failureWords(failure, t)}
        </Banner>
      </Shell>
    );
  }
  const event = query.data;
  // What is public can be read by everybody; this page is its organizer's.
  if (event?.organizer_id !== user.id) return <NotFound title={t('event.missing')} />;
  return <Event event={event} userId={user.id} />;
}

function Event({ event, userId }: { event: EventRow; userId: string }) {
  const { t, lang } = useWords();
  const cache = useQueryClient();
  const fresh = useJustPublished();
  const draft = draftOf(event);
  const { date, time } = splitLocal(draft.dateTime, draft.timezone);
  const name = event.name ?? t('dash.untitled');
  useTitle(name);
  return (
    <Shell>
      {fresh && (
        <div className="celebrate" role="status">
          <p className="celebrate-title">{t('event.published')}</p>
          <p>{t('event.published.text')}</p>
        </div>
      )}
      <header className={`event-head kind-${event.type ?? 'none'}`}>
        <OwnPicture url={draft.imageUrl} className="event-picture" />
        <p className="tag">{t(`event.state.${event.status}` as Key)}</p>
        <h1>{name}</h1>
        <ul className="event-facts">
          {date && (
            <li>
              <Clock />
              {momentWords(date, time, lang)}
            </li>
          )}
          {(draft.place ?? draft.city) && (
            <li>
              <Pin />
              {[draft.place, draft.city].filter(Boolean).join(', ')}
            </li>
          )}
          {draft.capacity ? (
            <li>
              <Ticket />
              {t('event.seats', { n: draft.capacity })}
            </li>
          ) : null}
        </ul>
      </header>
      <div className="event-grid">
        {event.status === 'draft' && <GoOn event={event} />}
        {event.slug && event.status !== 'draft' && (event.visibility === 'private' ? <PrivatePage event={event} /> : <Links event={event} />)}
        {event.status !== 'draft' && <Stats event={event} />}
        {event.status !== 'draft' && <Payments event={event} pending={fresh?.pending ?? false} />}
      </div>
      <div className="event-grid tasks">
        {event.status === 'published' && <Change event={event} />}
        {event.status === 'published' && <Talk event={event} userId={userId} />}
        {event.series_id && <SeriesDates event={event} />}
        <Again event={event} />
        {event.status === 'published' && (
          <CallOff event={event} onDone={() => void cache.invalidateQueries({ queryKey: ['event', event.id] })} />
        )}
      </div>
    </Shell>
  );
}

/** A draft is finished in the wizard; one that another program made gets its conversation there. */
function GoOn({ event }: { event: EventRow }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    try {
      await navigate(`/wizard/${await conversationOf(event.id)}`);
    } catch (thrown) {
      setTrouble(failureWords(asFailure(thrown), t));
      setBusy(false);
    }
  };
  return (
    <section className="card" aria-labelledby="go-on">
      <h2 id="go-on">{t('event.draft')}</h2>
      <p className="soft">{t('event.draft.text')}</p>
      {trouble && <Banner tone="bad">{trouble}</Banner>}
      <Button look="primary" busy={busy} onClick={() => void go()}>
        {t('dash.resume')}
      </Button>
    </section>
  );
}

/** Changing what is published by a form. */
function Change({ event }: { event: EventRow }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [editing, setEditing] = useState(false);
  const queryKey = ['event', event.id];
  return (
    <section className={`card${editing ? ' open' : ''}`} aria-labelledby="edit">
      <h2 id="edit">{t('event.edit')}</h2>
      {editing ? (
        <EventEdit
          event={event}
          onSaved={(changed) => {
            cache.setQueryData(queryKey, changed);
            // A text that was made up is told anew after the change.
            void cache.invalidateQueries({ queryKey });
          }}
          onStale={() => void cache.invalidateQueries({ queryKey })}
          onClose={() => setEditing(false)}
        />
      ) : (
        <>
          <p className="soft">{t('event.edit.text')}</p>
          <Button onClick={() => setEditing(true)}>{t('event.edit')}</Button>
        </>
      )}
    </section>
  );
}

/** Whether this visit comes from publishing; a reload does not say it again. */
function useJustPublished(): { pending: boolean } | null {
  const { state } = useLocation() as { state: { published?: boolean; pending?: boolean } | null };
  const [fresh] = useState(() => (state?.published ? { pending: state.pending === true } : null));
  useEffect(() => {
    if (state?.published) window.history.replaceState({ ...(window.history.state as object), usr: null }, '');
  }, [state]);
  return fresh;
}

function Links({ event }: { event: EventRow }) {
  const { t } = useWords();
  const [origin, setOrigin] = useState(window.location.origin);
  const name = event.name ?? t('dash.untitled');
  const share = typeof navigator.share === 'function' ? () => void navigator.share({ title: name, url }).catch(() => undefined) : null;
  useEffect(() => {
    void config().then((known) => setOrigin(known.publicUrl));
  }, []);
  const path = `/e/${event.slug ?? ''}`;
  const url = origin + path;
  return (
    <section className="card" aria-labelledby="link">
      <h2 id="link">{t('event.link')}</h2>
      <p className="url">{url}</p>
      <div className="row">
        <a className="button primary" href={path}>
          {t('event.view')}
        </a>
        <CopyButton text={url} />
        {share && (
          <Button icon={<Share />} onClick={share}>
            {t('event.share')}
          </Button>
        )}
        <a className="button plain" href={`${path}.ics`}>
          {t('event.calendar')}
        </a>
      </div>
    </section>
  );
}

function Payments({ event, pending }: { event: EventRow; pending: boolean }) {
  const { t } = useWords();
  const free = (event.price_cents ?? 0) === 0;
  const state = useQuery({
    queryKey: ['payments', event.id],
    queryFn: () => paymentsState({ event: event.id }),
    staleTime: 0,
    retry: false,
    // What waits is looked at again, so that the page heals before somebody reloads it.
    refetchInterval: (query) => (query.state.data?.event?.payments === 'pending' ? 5_000 : false),
  });
  const work = state.data?.event ?? null;
  const known = typeof event.metadata?.stripe_product_id === 'string' && !pending;
  const setup = work?.payments ?? (known ? 'ready' : 'pending');
  const over = event.status === 'cancelled';
  const mails = (work?.mailsWaiting ?? 0) + (work?.mailsFailed ?? 0);
  // What costs nothing has nothing to set up.
  if (free && !over && mails === 0 && (state.isPending || setup === 'none')) return null;
  return (
    <section className="card" aria-labelledby="payments">
      <h2 id="payments">{t('event.payments')}</h2>
      <p role="status">{over ? t('event.payments.over') : free && setup === 'none' ? t('event.payments.free') : setup === 'ready' ? t('event.payments.ready') : waits(work, t)}</p>
      {!over && !free && state.data && !state.data.account?.chargesEnabled && (
        <>
          <p className="soft">{t(state.data.account ? 'pay.account.needs' : 'event.payments.account')}</p>
          <ConnectButton label={t(state.data.account ? 'pay.connect.more' : 'event.payments.connect')} />
        </>
      )}
      {work && work.mailsWaiting > 0 && <p className="soft">{t('event.mails.waiting', { n: work.mailsWaiting })}</p>}
      {work && work.mailsFailed > 0 && <p className="soft">{t('event.mails.failed', { n: work.mailsFailed })}</p>}
    </section>
  );
}

/** "Stripe does not answer; next try in 4 minutes." */
function waits(work: EventWork | null, t: ReturnType<typeof useWords>['t']): string {
  if (!work || (work.payments === 'pending' && !work.cause)) return t('event.payments.pending');
  if (work.payments === 'refused') return t('event.payments.refused');
  const minutes = Math.max(1, Math.ceil((work.nextS ?? 0) / 60));
  return t(`event.payments.wait.${work.cause ?? 'no_answer'}` as Key, { n: minutes });
}

function ConnectButton({ label }: { label: string }) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const go = async () => {
    setBusy(true);
    setFailed(false);
    try {
      window.location.assign(safeConnect(await beginConnect(null), window.location.origin));
    } catch {
      setBusy(false);
      setFailed(true);
    }
  };
  return (
    <>
      <Button busy={busy} onClick={() => void go()}>
        {label}
      </Button>
      {failed && <p className="soft">{t('pay.failed')}</p>}
    </>
  );
}

/** Calling an event off, on a second word. Whoever holds a ticket is told. */
function CallOff({ event, onDone }: { event: EventRow; onDone: () => void }) {
  const { t } = useWords();
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    try {
      await cancelEvent(event.id, event.revision ?? null);
      onDone();
    } catch (thrown) {
      const failed = asFailure(thrown);
      setFailure(failed.status === 409 ? t('event.edit.conflict') : failureWords(failed, t));
      if (failed.status === 409) onDone();
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card" aria-labelledby="call-off">
      <h2 id="call-off">{t('event.callOff')}</h2>
      <p className="soft">{t('event.callOff.text')}</p>
      {failure && <Banner tone="bad">{failure}</Banner>}
      {asked ? (
        <div className="row">
          <Button look="danger" busy={busy} onClick={() => void go()}>
            {t('chat.call_off.yes')}
          </Button>
          <Button onClick={() => setAsked(false)}>
            {t('chat.call_off.no')}
          </Button>
        </div>
      ) : (
        <Button look="danger" onClick={() => setAsked(true)}>
          {t('event.callOff')}
        </Button>
      )}
    </section>
  );
}

function Stats({ event }: { event: EventRow }) {
  const { t, lang } = useWords();
  const stats = useQuery({ queryKey: ['stats', event.id], queryFn: () => eventStats(event.id), retry: false });
  if (stats.isError) return null;
  const row = stats.data;
  const figures: [Key, string][] = row
    ? [
        ['event.stats.tickets', String(row.ticket_count)],
        ['event.stats.checkedIn', String(row.checked_in_count)],
        ['event.stats.orders', String(row.order_count)],
      ]
    : [];
  // What costs nothing brings nothing.
  if (row && (row.revenue_cents > 0 || event.price_cents !== 0)) figures.push(['event.stats.revenue', money(row.revenue_cents, event.currency, lang)]);
  return (
    <section className="card" aria-labelledby="stats">
      <h2 id="stats">{t('event.stats')}</h2>
      {stats.isPending ? (
        <div className="bone" />
      ) : row ? (
        <Figures rows={figures} />
      ) : (
        <p className="soft">{t('event.stats.none')}</p>
      )}
      <div className="row">
        <ButtonLink to={`/dashboard/events/${event.id}/guests`}>{t('sales.open')}</ButtonLink>
        <ButtonLink to={`/checkin/${event.id}`}>{t('sales.door')}</ButtonLink>
      </div>
    </section>
  );
}
