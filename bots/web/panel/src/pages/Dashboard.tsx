/** Everything a person has begun and published, with what an earlier visit left unsaved over it: shown at once, sent meanwhile. */
import type { User } from '@supabase/supabase-js';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { asFailure } from '../api/failure';
import { openSessions, ownEvents, ticketsTaken } from '../api/rows';
import { RequireUser } from '../auth';
import type { EventRow } from '../draft/row';
import { useWords } from '../i18n';
import { spoken } from '../i18n/spoken';
import { Banner } from '../ui/Banner';
import { Button, ButtonLink } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Plus } from '../ui/icons';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';
import { DraftCard, draftOfItem, itemsOf, type DraftItem, type Note } from './DraftCard';
import { EventCard } from './EventCard';
import { SeriesList } from './SeriesList';
import { useOutbox } from './useOutbox';

export default function Dashboard() {
  return <RequireUser>{(user) => <Board key={user.id} user={user} />}</RequireUser>;
}

function Board({ user }: { user: User }) {
  const { t } = useWords();
  const cache = useQueryClient();
  useTitle(t('dash.title'));
  const queryKey = ['board', user.id];
  const board = useQuery({ queryKey, queryFn: () => Promise.all([openSessions(), ownEvents(user.id)]), staleTime: 0 });
  const again = () => cache.invalidateQueries({ queryKey });
  const { unsent, sending, look } = useOutbox(user.id, again);
  const [sessions, events] = board.data ?? [[], []];
  const change = () => {
    look();
    void again();
  };
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
      {sending && <Banner>{t('dash.sending')}</Banner>}
      {board.isError && (
        <Banner tone="bad" action={<Button onClick={() => void board.refetch()}>{t('app.retry')}</Button>}>
          {t('dash.error')} {failureWords(asFailure(board.error), t)}
        </Banner>
      )}
      {(board.data || unsent.length > 0) && <Lists userId={user.id} items={itemsOf(sessions, events, unsent)} events={events} onChange={change} />}
      {board.isPending && <Waiting shape="cards" />}
    </Shell>
  );
}

interface ListsProps {
  userId: string;
  items: DraftItem[];
  events: EventRow[];
  onChange: () => void;
}

function Lists({ userId, items, events, onChange }: ListsProps) {
  const { t } = useWords();
  const [note, setNote] = useState<Note | null>(null);
  const drafts = items.filter((item) => item.session.status === 'in_progress');
  const aside = items.filter((item) => item.session.status !== 'in_progress');
  // What another program made has no conversation yet; its own page begins one.
  const talked = new Set(items.map((item) => item.event?.id));
  const bare = events.filter((event) => event.status === 'draft' && !talked.has(event.id));
  const published = events.filter((event) => event.status === 'published');
  const taken = useQuery({ queryKey: ['taken', userId], queryFn: ticketsTaken, enabled: published.length > 0, staleTime: 0, retry: false }).data;
  const cancelled = events.filter((event) => event.status === 'cancelled');
  const nothing = drafts.length + aside.length + bare.length + published.length + cancelled.length === 0;
  const names = [...items.map((item) => draftOfItem(item).name), ...events.map((event) => event.name)].filter((name) => typeof name === 'string');
  const card = (item: DraftItem) => (
    <DraftCard key={item.session.id || item.unsent?.key} item={item} userId={userId} names={names} onChange={onChange} onNote={setNote} />
  );
  return (
    <>
      {note && (
        <Banner tone={note.tone} action={note.undo && <Button onClick={note.undo}>{t('app.undo')}</Button>}>
          {note.text}
        </Banner>
      )}
      {nothing && <Empty />}
      {!nothing && (
        <section aria-labelledby="drafts">
          <h2 id="drafts">{t('dash.drafts')}</h2>
          <SeriesList events={events} />
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
              <EventCard key={event.id} event={event} taken={taken?.get(event.id)} />
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
            <Link to="/wizard/new" state={{ say: spoken(t(key)) }}>
              {t(key)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
