/** Everything a person has begun and published. What an earlier visit left unsaved is sent first, so that drafts are current. */
import type { User } from '@supabase/supabase-js';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { asFailure } from '../api/failure';
import { openSessions, ownEvents } from '../api/rows';
import { RequireUser } from '../auth';
import type { EventRow } from '../draft/row';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button, ButtonLink } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Plus } from '../ui/icons';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';
import { clearOutbox, hasPending } from '../wizard/services';
import { DraftCard, type DraftItem } from './DraftCard';
import { EventCard } from './EventCard';

/** How long the list waits for unsaved edits to go out before it is shown anyway. */
const PATIENCE_MS = 8000;

export default function Dashboard() {
  return <RequireUser>{(user) => <Board key={user.id} user={user} />}</RequireUser>;
}

function Board({ user }: { user: User }) {
  const { t } = useWords();
  useTitle(t('dash.title'));
  const sent = useOutbox(user.id);
  const board = useQuery({
    queryKey: ['board', user.id],
    queryFn: () => Promise.all([openSessions(), ownEvents(user.id)]),
    enabled: sent,
    staleTime: 0,
  });
  return (
    <Shell>
      <header className="page-head">
        <div>
          <h1>{t('dash.title')}</h1>
          <p className="soft">{t('dash.lead')}</p>
        </div>
        <div className="row">
          <ButtonLink look="primary" to="/wizard/new">
            <Plus />
            <span>{t('dash.create')}</span>
          </ButtonLink>
          <ButtonLink to="/import">{t('dash.import')}</ButtonLink>
        </div>
      </header>
      {!sent && <Banner>{t('dash.sending')}</Banner>}
      {board.isError && (
        <Banner tone="bad" action={<Button onClick={() => void board.refetch()}>{t('app.retry')}</Button>}>
          {t('dash.error')} {failureWords(asFailure(board.error), t)}
        </Banner>
      )}
      {(board.isPending || (!sent && !board.data)) && !board.isError && <Waiting lines={5} />}
      {board.data && sent && <Lists userId={user.id} items={itemsOf(...board.data)} events={board.data[1]} />}
    </Shell>
  );
}

function useOutbox(userId: string): boolean {
  const [sent, setSent] = useState(() => !hasPending(userId));
  useEffect(() => {
    if (sent) return;
    const timer = setTimeout(() => setSent(true), PATIENCE_MS);
    void clearOutbox(userId).then(() => setSent(true));
    return () => clearTimeout(timer);
  }, [sent, userId]);
  return sent;
}

/** Drafts with the events they belong to, the one saved last first. */
export function itemsOf(sessions: Awaited<ReturnType<typeof openSessions>>, events: EventRow[]): DraftItem[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return sessions
    .map((session) => ({ session, event: session.event_id ? (byId.get(session.event_id) ?? null) : null }))
    .filter(({ event }) => !event || event.status === 'draft');
}

function Lists({ userId, items, events }: { userId: string; items: DraftItem[]; events: EventRow[] }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [note, setNote] = useState<{ text: string; undo?: () => void } | null>(null);
  const again = () => void cache.invalidateQueries({ queryKey: ['board', userId] });
  const drafts = items.filter((item) => item.session.status === 'in_progress');
  const aside = items.filter((item) => item.session.status !== 'in_progress');
  // What another program made has no conversation yet; its own page begins one.
  const talked = new Set(items.map((item) => item.event?.id));
  const bare = events.filter((event) => event.status === 'draft' && !talked.has(event.id));
  const published = events.filter((event) => event.status === 'published');
  const cancelled = events.filter((event) => event.status === 'cancelled');
  const nothing = drafts.length + aside.length + bare.length + published.length + cancelled.length === 0;
  const card = (item: DraftItem) => <DraftCard key={item.session.id} item={item} onChange={again} onNote={setNote} />;
  return (
    <>
      {note && (
        <Banner tone="good" action={note.undo && <Button onClick={note.undo}>{t('app.undo')}</Button>}>
          {note.text}
        </Banner>
      )}
      {nothing && <Empty />}
      {!nothing && (
        <section aria-labelledby="drafts">
          <h2 id="drafts">{t('dash.drafts')}</h2>
          {drafts.length + bare.length > 0 ? (
            <ul className="cards">
              {drafts.map(card)}
              {bare.map((event) => (
                <EventCard key={event.id} event={event} />
              ))}
            </ul>
          ) : (
            <p className="soft">{t('dash.noDrafts')}</p>
          )}
        </section>
      )}
      {published.length > 0 && (
        <section aria-labelledby="published">
          <h2 id="published">{t('dash.published')}</h2>
          <ul className="cards">
            {published.map((event) => (
              <EventCard key={event.id} event={event} />
            ))}
          </ul>
        </section>
      )}
      {cancelled.length > 0 && (
        <section aria-labelledby="cancelled">
          <h2 id="cancelled">{t('dash.cancelled')}</h2>
          <ul className="cards">
            {cancelled.map((event) => (
              <EventCard key={event.id} event={event} />
            ))}
          </ul>
        </section>
      )}
      {aside.length > 0 && (
        <details className="aside-list">
          <summary>
            {t('dash.aside')} ({aside.length})
          </summary>
          <ul className="cards">{aside.map(card)}</ul>
        </details>
      )}
    </>
  );
}

const EXAMPLES = ['chat.example.1', 'chat.example.2', 'chat.example.3'] as const;

/** Nothing yet: one press begins with words that somebody else might have said. */
function Empty() {
  const { t } = useWords();
  return (
    <div className="empty">
      <div className="empty-art" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <h2>{t('dash.empty')}</h2>
      <p>{t('dash.empty.text')}</p>
      <p className="label" id="begin-with">
        {t('dash.empty.begin')}
      </p>
      <ul className="examples" aria-labelledby="begin-with">
        {EXAMPLES.map((key) => (
          <li key={key}>
            <Link to="/wizard/new" state={{ say: t(key) }}>
              {t(key)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
