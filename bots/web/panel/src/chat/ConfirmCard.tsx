/** The question before publishing: what would be published, bound to the revision that is shown. The answer is given once. */
import { useWords, type Key } from '../i18n';
import { Button } from '../ui/Button';
import { useSnapshot } from '../wizard/desk';
import type { Confirmation } from './tools';

export interface Approval {
  approved: boolean;
  revision: number | null;
}

interface ConfirmCardProps {
  asked: Confirmation;
  answer: string | null;
  onAnswer: ((answer: Approval) => void) | null;
}

/** Whether an answer that was given said yes; null when there is none to read. */
export function approvedIn(answer: string | null): boolean | null {
  if (!answer) return null;
  try {
    return (JSON.parse(answer) as { approved?: unknown }).approved === true;
  } catch {
    return null;
  }
}

const LINES = ['when', 'where', 'price', 'capacity', 'url'] as const;

export function ConfirmCard({ asked, answer, onAnswer }: ConfirmCardProps) {
  const { t } = useWords();
  const { revision, edits } = useSnapshot();
  const approved = approvedIn(answer);
  const stale = approved === null && asked.revision !== undefined && (asked.revision !== revision || Object.keys(edits).length > 0) && revision > 0;
  const reply = (yes: boolean) => onAnswer?.({ approved: yes, revision: asked.revision ?? null });
  const purpose = asked.purpose ?? 'publish';
  // Several dates at once have no day of their own; the lines name them.
  const several = purpose === 'publish' && !asked.when && (asked.lines ?? []).length > 0;
  const listed = purpose === 'change' || purpose === 'refund' || several;
  const say = (part: string) => t((purpose === 'publish' ? `chat.confirm${part}` : `chat.${purpose}${part}`) as Key);
  return (
    <section className="confirm" aria-label={say('')}>
      <h3>{say('')}</h3>
      <p className="confirm-title">{asked.title}</p>
      <dl>
        {listed &&
          asked.lines?.map((line) => (
            <div key={line.label}>
              <dt>{line.label}</dt>
              <dd>{line.value}</dd>
            </div>
          ))}
        {!listed && LINES.map((line) =>
          asked[line] === undefined ? null : (
            <div key={line}>
              <dt>{t(`chat.confirm.${line}` as Key)}</dt>
              <dd>{asked[line]}</dd>
            </div>
          ),
        )}
      </dl>
      {(asked.warnings ?? []).length > 0 && (
        <ul className="confirm-notes">
          {asked.warnings?.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      {stale && <p className="soft">{t('chat.confirm.stale')}</p>}
      {approved !== null && <p className={approved ? 'confirm-done' : 'soft'}>{approved ? t('chat.confirm.approved') : say('.declined')}</p>}
      {approved === null && onAnswer && (
        <div className="row">
          <Button look="primary" onClick={() => reply(true)}>
            {say('.yes')}
          </Button>
          <Button onClick={() => reply(false)}>{say('.no')}</Button>
        </div>
      )}
    </section>
  );
}
