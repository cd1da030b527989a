/** The wizard at `/wizard/new` and `/wizard/<session>`: finds the draft, then hands over to its desk. */
import type { User } from '@supabase/supabase-js';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Navigate, useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { currentSession, eventById, sessionById } from '../api/rows';
import { asFailure } from '../api/failure';
import { RequireUser, signInAgain } from '../auth';
import { sharedOf } from '../draft/row';
import { asStage, type Shared } from '../draft/types';
import { useWords } from '../i18n';
import { NotFound } from '../pages/NotFound';
import { Banner } from '../ui/Banner';
import { Button, ButtonLink } from '../ui/Button';
import { Shell } from '../ui/Shell';
import { Waiting } from '../ui/Waiting';
import { failureWords } from '../ui/failureWords';
import { WizardDesk } from './WizardDesk';
import { PendingBook } from './pending';
import { services } from './services';
import { WizardStore } from './store';
import '../styles/wizard.css';
import '../styles/chat.css';

export default function WizardPage() {
  return <RequireUser>{(user) => <Finder key={user.id} user={user} />}</RequireUser>;
}

/** What was found under an address. */
type Found = { kind: 'draft'; shared: Shared } | { kind: 'finished'; eventId: string } | { kind: 'missing' };

function Finder({ user }: { user: User }) {
  const { id = 'new' } = useParams();
  const [search] = useSearchParams();
  const { key, state } = useLocation() as { key: string; state: { unsent?: string } | null };
  const wanted = search.get('stage');
  const back = search.get('stripe_connected') ?? '';
  const resume = id === 'new' && wanted !== null;
  const live = useRef<{ store: WizardStore; opened: string } | null>(null);
  // The address of a new draft changes once its session is made; the desk and everything on it stays.
  const here = id === 'new' ? `new ${key}` : id;
  const known = live.current && (live.current.opened === here || live.current.store.get().sessionId === id) ? live.current : null;
  const loads = !known && (resume || id !== 'new');
  const query = useQuery({
    queryKey: ['session', user.id, resume ? 'current' : id, resume ? key : ''],
    queryFn: () => find(resume ? null : id),
    enabled: loads,
    staleTime: 0,
    gcTime: 0,
  });
  if (loads && query.isPending) return <Shell><Waiting page lines={6} /></Shell>;
  if (loads && query.isError) return <Unreachable thrown={query.error} onRetry={() => void query.refetch()} />;
  const unsent = id === 'new' ? state?.unsent : undefined;
  if (!known && unsent && !new PendingBook(user.id).get(unsent)) return <Sent user={user} record={unsent} />;
  const found = loads ? query.data : undefined;
  if (found?.kind === 'finished') return <Finished eventId={found.eventId} />;
  if (found?.kind === 'missing' && !resume) return <Missing />;
  const shared = found?.kind === 'draft' ? found.shared : {};
  const start = resume ? { ...shared, stage: asStage(wanted) } : shared;
  const opened = known?.opened ?? here;
  return <Opened key={opened} user={user} start={start} unsent={unsent} connected={back} keep={(store) => (live.current = { store, opened })} />;
}

/** The draft of a record that was sent between being shown and being opened, perhaps long ago: this browser knows its session. */
function Sent({ user, record }: { user: User; record: string }) {
  const sessionId = new PendingBook(user.id).sessionOf(record);
  return sessionId ? <Navigate to={`/wizard/${sessionId}`} replace /> : <Missing />;
}

async function find(id: string | null): Promise<Found> {
  const session = id === null ? await currentSession() : await sessionById(id);
  if (!session) return { kind: 'missing' };
  const event = session.event_id ? await eventById(session.event_id) : null;
  if (event && event.status !== 'draft') return { kind: 'finished', eventId: event.id };
  return { kind: 'draft', shared: sharedOf(session, event) };
}

interface OpenedProps {
  user: User;
  start: Shared;
  /** The record of a draft that this browser has and the server not yet. */
  unsent: string | undefined;
  connected: string;
  keep: (store: WizardStore) => void;
}

function Opened({ user, start, unsent, connected, keep }: OpenedProps) {
  const navigate = useNavigate();
  const [store] = useState(() => {
    const book = new PendingBook(user.id);
    const kept = unsent ? book.get(unsent) : undefined;
    const known = kept?.sessionId ? { ...start, sessionId: kept.sessionId, draft: kept.server, revision: kept.revision } : start;
    const made = new WizardStore(book, services(signInAgain), known, kept);
    keep(made);
    return made;
  });
  // Before anything else may run: a pass over what is unsent leaves this draft to its page from now on.
  useLayoutEffect(() => store.hold(), [store]);
  const returned = useRef(connected);
  returned.current ||= connected;
  useEffect(() => {
    const follow = () => {
      const { sessionId } = store.get();
      if (sessionId && window.location.pathname === '/wizard/new') void navigate(`/wizard/${sessionId}`, { replace: true });
    };
    const unsubscribe = store.subscribe(follow);
    follow();
    const online = () => store.retry();
    window.addEventListener('online', online);
    return () => {
      unsubscribe();
      window.removeEventListener('online', online);
    };
  }, [store, navigate]);
  const desk = useMemo(
    () => ({
      store,
      userId: user.id,
      guest: user.is_anonymous === true,
      connected: returned.current,
      live: false,
      onPublished: (eventId: string, pending: boolean) => void navigate(`/dashboard/events/${eventId}`, { state: { published: true, pending } }),
    }),
    [store, user, navigate],
  );
  return <WizardDesk desk={desk} />;
}

function Finished({ eventId }: { eventId: string }) {
  const { t } = useWords();
  return (
    <Shell>
      <div className="empty">
        <h1>{t('wizard.finished')}</h1>
        <p>{t('wizard.finished.text')}</p>
        <ButtonLink look="primary" to={`/dashboard/events/${eventId}`}>
          {t('wizard.finished.open')}
        </ButtonLink>
      </div>
    </Shell>
  );
}

function Missing() {
  const { t } = useWords();
  return <NotFound title={t('wizard.missing')} text={t('wizard.missing.text')} />;
}

function Unreachable({ thrown, onRetry }: { thrown: unknown; onRetry: () => void }) {
  const { t } = useWords();
  return (
    <Shell>
      <div className="stack">
        <h1>{t('wizard.error')}</h1>
        <Banner tone="bad" action={<Button onClick={onRetry}>{t('app.retry')}</Button>}>
          {failureWords(asFailure(thrown), t)}
        </Banner>
      </div>
    </Shell>
  );
}
