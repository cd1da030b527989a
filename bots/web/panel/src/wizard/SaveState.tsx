/** Whether what was typed is saved, in two words. */
import { useWords, type Key } from '../i18n';
import { useSnapshot } from './desk';
import type { Saving } from './store';

const WORDS: Record<Saving, Key> = {
  idle: 'wizard.idle',
  saving: 'wizard.saving',
  saved: 'wizard.saved',
  offline: 'wizard.local',
  waiting: 'wizard.local',
  failed: 'wizard.failed',
};

export function SaveState() {
  const { t } = useWords();
  const { saving, edits } = useSnapshot();
  const open = Object.keys(edits).length > 0 && (saving === 'saved' || saving === 'idle');
  const state = open ? 'saving' : saving;
  return (
    <p className={`save-state ${state}`} role="status">
      <span className="save-dot" aria-hidden="true" />
      {t(WORDS[state])}
    </p>
  );
}
