/** One draft: what it is so far, and going on, copying or putting it aside. */
import { setSessionStatus } from '../api/rows';
import { asFailure } from '../api/failure';
import { duplicate } from '../draft/copy';
import { sharedOf, type EventRow, type SessionRow } from '../draft/row';
import { asStage } from '../draft/types';
import { agoWords, dayWords, splitLocal } from '../draft/when';
import { useWords, type Key } from '../i18n';
import { ButtonLink } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Clock, More } from '../ui/icons';
import { Menu } from '../ui/Menu';

export interface DraftItem {
  session: SessionRow;
  event: EventRow | null;
}

interface DraftCardProps {
  item: DraftItem;
  onChange: () => void;
  onNote: (note: { text: string; undo?: () => void } | null) => void;
}

export function DraftCard({ item, onChange, onNote }: DraftCardProps) {
  const { t, lang } = useWords();
  const { session } = item;
  const draft = sharedOf(session, item.event).draft ?? {};
  const name = draft.name || t('dash.untitled');
  const stage = asStage(session.stage);
  const { date } = splitLocal(draft.dateTime, draft.timezone);
  const aside = session.status !== 'in_progress';

  const attempt = async (work: () => Promise<{ text: string; undo?: () => void }>) => {
    try {
      const note = await work();
      onNote(note);
    } catch (thrown) {
      onNote({ text: failureWords(asFailure(thrown), t) });
    }
    onChange();
  };
  const discard = () =>
    attempt(async () => {
      await setSessionStatus(session.id, 'abandoned');
      const undo = () => void attempt(() => setSessionStatus(session.id, 'in_progress').then(() => ({ text: t('settings.saved') })));
      return { text: t('dash.discarded'), undo };
    });
  const again = () =>
    attempt(async () => {
      await duplicate(draft, stage);
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
      <p className="soft">{t('dash.stage', { n: stage, title: t(`stage.${stage}` as Key) })}</p>
      <div className="meter" aria-hidden="true">
        {[1, 2, 3, 4, 5, 6].map((one) => (
          <span key={one} className={one <= stage ? 'on' : ''} />
        ))}
      </div>
      <p className="soft when-line">
        <Clock />
        {date ? dayWords(date, lang) : t('dash.noDate')}
      </p>
      <div className="card-foot">
        <ButtonLink look={aside ? 'plain' : 'primary'} to={`/wizard/${session.id}`} aria-label={`${aside ? t('dash.takeUp') : t('dash.resume')}: ${name}`}>
          {aside ? t('dash.takeUp') : t('dash.resume')}
        </ButtonLink>
        <span className="soft small">{t('dash.saved', { ago: agoWords(new Date(session.last_saved_at), new Date(), lang) })}</span>
      </div>
    </li>
  );
}
