/** Where one is among the six stages, always in sight; any stage can be opened at any time. */
import { STAGES, type Draft, type Stage } from '../draft/types';
import { durationWords } from '../draft/when';
import { useWords, type Key } from '../i18n';
import { Check } from '../ui/icons';
import { useDesk, useSnapshot } from './desk';
import { gapsOf } from './missing';

/** The stages whose questions are answered. */
export function finished(draft: Draft, current: Stage): Set<Stage> {
  const open = new Set(gapsOf(draft).map((gap) => gap.stage));
  const begun: Partial<Record<Stage, boolean>> = {
    1: !!draft.type,
    2: true,
    3: !!draft.duration,
    4: true,
    5: current > 5 || !!draft.refundPolicy,
  };
  return new Set(STAGES.filter((stage) => stage < 6 && !open.has(stage) && begun[stage]));
}

export function Stepper() {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const { draft, stage, progress } = useSnapshot();
  const done = finished(draft, stage);
  // The server counts from the stage where the conversation is; here it counts from the one that is shown.
  const seconds = Math.min(progress?.estimatedTimeRemaining ?? Infinity, (6 - stage) * 30);
  const minutes = Math.max(1, Math.round(seconds / 60));
  return (
    <nav className="stepper" aria-label={t('wizard.steps')}>
      <p className="stepper-now">
        <strong>
          <span className="unseen">{t('wizard.step', { n: stage })}: </span>
          {t(`stage.${stage}` as Key)}
        </strong>
        {stage < 6 && <span>{t('wizard.left', { time: durationWords(minutes, lang) })}</span>}
      </p>
      <ol>
        {STAGES.map((one) => (
          <li key={one} className={one < stage || done.has(one) ? 'passed' : ''}>
            <button type="button" aria-current={one === stage ? 'step' : undefined} onClick={() => store.goTo(one)}>
              <span className="step-dot" aria-hidden="true">
                {done.has(one) ? <Check /> : one}
              </span>
              <span className="step-name">
                {t(`stage.${one}` as Key)}
                {done.has(one) && <span className="unseen">, {t('wizard.done')}</span>}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
