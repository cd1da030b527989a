/** One draft: what it is so far, and going on, copying or putting it aside. */
import { setSessionStatus } from '../api/rows';
import { asFailure } from '../api/failure';
import { duplicate, nextName } from '../draft/copy';
import { overlay } from '../draft/merge';
import { sharedOf, type EventRow, type SessionRow } from '../draft/row';
import { asStage, type Draft } from '../draft/types';
import { agoWords, dayWords, splitLocal } from '../draft/when';
import { useWords, type Key } from '../i18n';
import { ButtonLink } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Clock, More } from '../ui/icons';
import { Menu } from '../ui/Menu';
import { isReady } from '../wizard/missing';
import { PendingBook, type Pending } from '../wizard/pending';
import { putAside } from './aside';

export interface DraftItem {
  session: SessionRow;
  event: EventRow | null;
  /** What this browser has of it and the server not yet. */
  unsent: Pending | null;
}

/** Drafts with the events they belong to, the one saved last first; before them those that only this browser has. */
export function itemsOf(sessions: SessionRow[], events: EventRow[], unsent: Pending[]): DraftItem[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const known = new Set(sessions.map((session) => session.id));
  const only = unsent.filter(({ sessionId }) => !sessionId || !known.has(sessionId)).map((record) => ({ session: sessionOf(record), event: null, unsent: record }));
  const items = sessions.map((session) => ({
    session,
    event: session.event_id ? (byId.get(session.event_id) ?? null) : null,
    unsent: unsent.find(({ sessionId }) => sessionId === session.id) ?? null,
  }));
  return [...only.reverse(), ...items].filter(({ event }) => !event || event.status === 'draft');
}

/** A record as the row that it becomes. */
function sessionOf({ sessionId, stage, at, server, aside }: Pending): SessionRow {
  const status = aside ? 'abandoned' : 'in_progress';
  return { id: sessionId ?? '', event_id: null, stage, status, last_saved_at: new Date(at).toISOString(), state: { draft: server } };
}

/** A draft as its organizer sees it. */
export function draftOfItem({ session, event, unsent }: DraftItem): Draft {
  return overlay(sharedOf(session, event).draft ?? {}, unsent?.edits ?? {});
}

/** What became of something that was done to a card. */
export interface Note {
  tone: 'good' | 'bad';
  text: string;
  undo?: () => void;
}

interface DraftCardProps {
  item: DraftItem;
  userId: string;
  /** Every name on the dashboard: a copy gets one of its own. */
  names: string[];
  onChange: () => void;
  onNote: (note: Note) => void;
}

export function DraftCard({ item, userId, names, onChange, onNote }: DraftCardProps) {
  const { t, lang } = useWords();
  const { session, unsent } = item;
  const shared = sharedOf(session, item.event);
  const draft = draftOfItem(item);
  const name = draft.name || t('dash.untitled');
  const stage = asStage(session.stage);
  const ready = isReady(draft, new Date());
  const { date } = splitLocal(draft.dateTime, draft.timezone);
  const aside = session.status !== 'in_progress';

  const attempt = async (work: () => Promise<{ text: string; undo?: () => void }>, undo?: () => void) => {
    try {
      onNote({ tone: 'good', ...(await work()) });
    } catch (thrown) {
      onNote({ tone: 'bad', text: failureWords(asFailure(thrown), t), undo });
    }
    onChange();
  };
  const discard = () =>
    attempt(async () => {
      const takeBack = await putAside(item, new PendingBook(userId), setSessionStatus);
      const undo = () => void attempt(() => takeBack().then(() => ({ text: t('dash.restored') })), undo);
      return { text: t('dash.discarded'), undo };
    });
  const again = () =>
    attempt(async () => {
      await duplicate({ ...draft, name: nextName(draft.name, names) }, stage, shared.provenance ?? {});
      return { text: t('dash.duplicated') };
    });

  return (
    <li className={`card draft kind-${draft.type ?? 'none'}`}>
      <div className="card-top">
        <h3>{name}</h3>
        <Menu
          label={t('dash.more', { name })}
          trigger={<More />}
          groups={[
            {
              items: [
                { label: t('dash.duplicate'), onSelect: () => void again() },
                ...(aside ? [] : [{ label: t('dash.discard'), danger: true, onSelect: () => void discard() }]),
              ],
            },
          ]}
        />
      </div>
      <p className="soft">{ready ? t('dash.ready') : t('dash.stage', { n: stage, title: t(`stage.${stage}` as Key) })}</p>
      <div className="meter" aria-hidden="true">
        {[1, 2, 3, 4, 5, 6].map((one) => (
          <span key={one} className={ready || one <= stage ? 'on' : ''} />
        ))}
      </div>
      <p className="soft when-line">
        <Clock />
        {date ? dayWords(date, lang) : t('dash.noDate')}
      </p>
      <div className="card-foot">
        <ButtonLink
          look={aside ? 'plain' : 'primary'}
          to={session.id ? `/wizard/${session.id}` : '/wizard/new'}
          state={session.id ? undefined : { unsent: unsent?.key }}
          aria-label={`${aside ? t('dash.takeUp') : t('dash.resume')}: ${name}`}
        >
          {aside ? t('dash.takeUp') : t('dash.resume')}
        </ButtonLink>
        <span className="soft small">
          {unsent ? t('wizard.local') : t('dash.saved', { ago: agoWords(new Date(session.last_saved_at), new Date(), lang) })}
        </span>
      </div>
    </li>
  );
}
