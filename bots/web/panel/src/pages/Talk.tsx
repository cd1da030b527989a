/** Changing a published event by talking: its conversation goes on, and a card asks before anything changes. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { sessionOfEvent } from '../api/rows';
import { ChatPane } from '../chat/ChatPane';
import { sharedOf, type EventRow, type SessionRow } from '../draft/row';
import { useWords } from '../i18n';
import { Button } from '../ui/Button';
import { Spark } from '../ui/icons';
import { DeskContext, type Desk } from '../wizard/desk';
import { PendingBook } from '../wizard/pending';
import { services } from '../wizard/services';
import { WizardStore } from '../wizard/store';
import { signInAgain } from '../auth';
import '../styles/chat.css';

export function Talk({ event, userId }: { event: EventRow; userId: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const session = useQuery({ queryKey: ['session-of', event.id], queryFn: () => sessionOfEvent(event.id) });
  // An event that was made without a conversation has none to go on with.
  if (!session.data) return null;
  return (
    <section className={`card talk${open ? ' open' : ''}`} aria-labelledby="talk">
      <h2 id="talk">{t('talk.title')}</h2>
      <p className="soft">{t('talk.text')}</p>
      {open ? (
        <Conversation session={session.data} event={event} userId={userId} />
      ) : (
        <Button icon={<Spark />} onClick={() => setOpen(true)}>
          {t('talk.open')}
        </Button>
      )}
    </section>
  );
}

function Conversation({ session, event, userId }: { session: SessionRow; event: EventRow; userId: string }) {
  const cache = useQueryClient();
  const [store] = useState(() => new WizardStore(new PendingBook(userId), services(signInAgain), sharedOf(session, event)));
  useEffect(() => store.hold(), [store]);
  useEffect(() => {
    let seen = store.get().revision;
    const follow = () => {
      const { revision, server } = store.get();
      if (revision === seen && server.status === event.status) return;
      seen = revision;
      // The page shows what the conversation changed.
      void cache.invalidateQueries({ queryKey: ['event', event.id] });
    };
    return store.subscribe(follow);
  }, [store, cache, event.id, event.status]);
  const desk = useMemo<Desk>(() => ({ store, userId, guest: false, connected: '', live: true, onPublished: () => undefined }), [store, userId]);
  return (
    <DeskContext.Provider value={desk}>
      <div className="talk-pane">
        <ChatPane folded={false} />
      </div>
    </DeskContext.Provider>
  );
}
