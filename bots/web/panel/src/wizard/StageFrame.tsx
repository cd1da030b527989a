/** The frame of a stage: its heading, its fields, the ideas for it, and the way on. */
import type { FormEvent, ReactNode } from 'react';
import type { Stage } from '../draft/types';
import { useWords, type Key } from '../i18n';
import { Button } from '../ui/Button';
import { Back } from '../ui/icons';
import { useDesk } from './desk';
import { Ideas } from './Ideas';

interface StageFrameProps {
  stage: Stage;
  heading: string;
  lead?: string;
  busy: boolean;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}

export function StageFrame({ stage, heading, lead, busy, onSubmit, children }: StageFrameProps) {
  const { t } = useWords();
  const { store } = useDesk();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <form className="stage" onSubmit={submit} noValidate>
      <header className="stage-head">
        <h2 tabIndex={-1} data-stage-heading>
          {heading}
        </h2>
        {lead && <p>{lead}</p>}
      </header>
      {children}
      <Ideas stage={stage} />
      <footer className="stage-foot">
        {stage > 1 && (
          <Button look="quiet" icon={<Back />} onClick={() => store.goTo((stage - 1) as Stage)}>
            {t('app.back')}
          </Button>
        )}
        <Button type="submit" look="primary" busy={busy} className="onward">
          {t(`next.${stage}` as Key)}
        </Button>
      </footer>
    </form>
  );
}
