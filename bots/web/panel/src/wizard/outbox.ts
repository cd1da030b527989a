/**
 * Sends what an earlier visit left unsaved: the page was closed, or left in the middle of a save.
 * What meets a newer value of somebody else stays, to be decided where its draft is opened.
 */
import { asFailure } from '../api/failure';
import type { Services } from './store';
import { payload, rebased } from '../draft/merge';
import type { Pending, PendingBook } from './pending';

/** True when nothing is left to send. Never throws; what failed stays in the book. */
export async function sendPending(book: PendingBook, services: Pick<Services, 'wizard'>): Promise<boolean> {
  let clear = true;
  for (const record of book.all()) {
    try {
      await sendOne(record, book, services);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind === 'missing') book.drop(record.key);
      else clear = false;
    }
  }
  return clear;
}

async function sendOne(record: Pending, book: PendingBook, { wizard }: Pick<Services, 'wizard'>): Promise<void> {
  const sessionId = record.sessionId ?? (await begin(record.key, wizard));
  if (!record.sessionId) book.put({ ...record, sessionId });
  const data = record.revision > 0 ? { ...payload(record.edits), revision: record.revision } : payload(record.edits);
  try {
    await wizard.save(sessionId, record.stage, data);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.kind !== 'conflict' || !failure.current) throw thrown;
    const { edits, conflicts } = rebased(record.edits, failure.current);
    if (conflicts.length > 0) throw thrown;
    await wizard.save(sessionId, record.stage, { ...payload(edits), revision: failure.current.revision ?? undefined });
  }
  book.drop(record.key);
}

async function begin(key: string, wizard: Services['wizard']): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await wizard.begin(key)).sessionId ?? '';
    } catch (thrown) {
      if (asFailure(thrown).kind !== 'inFlight' || attempt >= 10) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }
}
