/** The wizard's function: four actions, one shape of answer. Form values bypass the model. */
import type { ClockTurn, Draft, Progress, Provenance, Shared, Suggestion } from '../draft/types';
import { asStage } from '../draft/types';
import { onOwnClock } from '../draft/when';
import { fieldWords } from './failure';
import { invoke } from './client';

export interface WizardAnswer {
  success?: boolean;
  sessionId?: string;
  stage?: number;
  aiResponse?: { message?: string; suggestions?: Suggestion[]; nextPrompt?: string } | null;
  eventDraft?: Draft | null;
  clock?: ClockTurn | null;
  provenance?: Record<string, Provenance> | null;
  progress?: Progress | null;
  validationErrors?: Record<string, unknown> | null;
  publish?: Shared['publish'];
  event?: { id?: string; status?: string; public_url?: string; publicUrl?: string } | null;
  paymentSetup?: string | null;
  payment_setup?: string | null;
  publicUrl?: string | null;
}

const NAME = 'ai-event-wizard';

export const wizard = {
  /** A new session. The same key twice is the same session. */
  begin: (key: string) => invoke<WizardAnswer>(NAME, { action: 'initialize' }, key),
  save: (sessionId: string, stage: number, eventData: object) =>
    invoke<WizardAnswer>(NAME, { action: 'save-draft', sessionId, stage, eventData }),
  stage: (sessionId: string, stage: number, eventData: object) =>
    invoke<WizardAnswer>(NAME, { action: 'process-stage', sessionId, stage, eventData }),
  publish: (sessionId: string, revision: number, key: string) =>
    invoke<WizardAnswer>(NAME, { action: 'publish', sessionId, stage: 6, eventData: revision > 0 ? { revision } : {} }, key),
};

/** The shared state that an answer carries. */
export function sharedFrom(answer: WizardAnswer): Shared {
  return {
    sessionId: answer.sessionId,
    stage: answer.stage === undefined ? undefined : asStage(answer.stage),
    revision: answer.eventDraft?.revision,
    draft: answer.eventDraft && onOwnClock(answer.eventDraft),
    clock: answer.clock ?? null,
    provenance: answer.provenance ?? (answer.eventDraft as { provenance?: Record<string, Provenance> } | null | undefined)?.provenance,
    progress: answer.progress,
    suggestions: answer.aiResponse?.suggestions,
    errors: answer.validationErrors ? fieldWords(answer.validationErrors) : undefined,
    publish: answer.publish,
  };
}
