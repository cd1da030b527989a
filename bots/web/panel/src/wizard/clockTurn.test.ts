/** What the server says of an hour that the clocks skip, as the form and the chat share it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { sharedFrom, wizard, type WizardAnswer } from '../api/wizard';
import { PendingBook } from './pending';
import { WizardStore } from './store';

const clock = { field: 'dateTime' as const, asked: '2031-03-09T02:30', counts: '2031-03-09T03:30:00-04:00', kind: 'skipped' as const };
const answered = (rest: Partial<WizardAnswer>) => sharedFrom({ sessionId: 's1', stage: 3, eventDraft: { revision: 1 }, ...rest });
const services = { wizard, putAside: () => Promise.resolve(false), now: () => 0, key: () => 'key-1', onAuth: () => undefined, online: () => true };
const opened = () => new WizardStore(new PendingBook('person'), services, { sessionId: 's1', stage: 3 });

beforeEach(() => localStorage.clear());

describe('an hour that the clocks skip', () => {
  it('is what the server last said of it, and goes to the chat with the draft', () => {
    const store = opened();
    expect(store.get().clock).toBeNull();
    store.receive(answered({ clock }));
    expect([store.get().clock, store.shared().clock]).toEqual([clock, clock]);
    // What tells nothing of the hour leaves it.
    store.receive({ revision: 1, stage: 4 });
    expect(store.get().clock).toEqual(clock);
  });

  it('is forgotten with the answer that has none', () => {
    const store = opened();
    store.receive(answered({ clock }));
    store.receive(answered({}));
    expect(store.get().clock).toBeNull();
  });
});
