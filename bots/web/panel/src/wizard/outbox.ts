/**
 * Sends what an earlier visit left unsaved: the page was closed, or left in the middle of a save.
 * What meets a newer value of somebody else stays, to be decided where its draft is opened; a draft that is open sends its own,
 * and of one that was put aside nothing is sent, and what is there of it by then is put aside too.
 */
import { asFailure, type Failure } from '../api/failure';
import type { WizardAnswer } from '../api/wizard';
import { payload, rebased, type Edits } from '../draft/merge';
import { begun } from './begin';
import { held, type Pending, type PendingBook } from './pending';
import type { Services } from './store';

/** What the server took of a record, and what it answered. */
export interface Landed {
  answer: WizardAnswer;
  edits: Edits;
}

export interface Pass {
  /** By the keys of their records. */
  landed: Map<string, Landed>;
  /** Why something that another pass may send was not sent; null: nothing is left for one. */
  trouble: Failure | null;
}

/** The server may take it the next time. Anything else is for the draft's own page, or for whoever signs in. */
const PASSING = new Set(['network', 'server', 'unavailable', 'rate', 'inFlight']);

type Sending = Pick<Services, 'wizard' | 'putAside'>;

const underWay = new Map<string, Promise<Landed | null>>();

/** What is on its way of this record, and never fails; undefined: nothing is. */
export const sendingOf = (key: string): Promise<Landed | null> | undefined => underWay.get(key);

/** One try for each record, also for those that come while others are sent. Never throws; what failed stays in the book. */
export async function sendPending(book: PendingBook, services: Sending): Promise<Pass> {
  const pass: Pass = { landed: new Map(), trouble: null };
  const tried = new Set<string>();
  const next = () => book.toSend().find(({ key }) => !tried.has(key))?.key;
  for (let key = next(); key !== undefined; key = next()) {
    tried.add(key);
    const sent = sendOne(key, book, services);
    underWay.set(key, sent.catch(() => null));
    try {
      const landed = await sent;
      if (landed) pass.landed.set(key, landed);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind === 'missing') book.drop(key);
      else if (PASSING.has(failure.kind)) pass.trouble = failure;
    } finally {
      underWay.delete(key);
    }
  }
  return pass;
}

async function sendOne(key: string, book: PendingBook, { wizard, putAside }: Sending): Promise<Landed | null> {
  // Whoever else has the book open may have sent it, changed it or put it aside, between any two requests.
  const record = () => (held(key) ? null : book.get(key));
  const found = record();
  if (!found || found.aside) return null;
  const sessionId = found.sessionId ?? (await begun(key, wizard)).sessionId ?? '';
  const now = record();
  if (!now) return null;
  if (!now.sessionId) book.put({ ...now, sessionId });
  if (now.aside) {
    await putAside(sessionId);
    return null;
  }
  const answer = await save(sessionId, now, wizard);
  // A save goes on with its draft; one that was put aside meanwhile stays so.
  if (record()?.aside) await putAside(sessionId);
  book.settle(key, now.edits, answer.eventDraft?.revision ?? now.revision);
  return { answer, edits: now.edits };
}

async function save(sessionId: string, record: Pending, wizard: Services['wizard']): Promise<WizardAnswer> {
  const on = (edits: Edits, revision: number | null | undefined) => (revision ? { ...payload(edits), revision } : payload(edits));
  try {
    return await wizard.save(sessionId, record.stage, on(record.edits, record.revision));
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.kind !== 'conflict' || !failure.current) throw thrown;
    const { edits, conflicts } = rebased(record.edits, failure.current);
    if (conflicts.length > 0) throw thrown;
    return wizard.save(sessionId, record.stage, on(edits, failure.current.revision));
  }
}
