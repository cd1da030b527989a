import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure, failureOf } from '../api/failure';
import { sharedFrom } from '../api/wizard';
import { sendingOf, sendPending } from './outbox';
import { PendingBook } from './pending';
import { Server } from './draftServer';
import { SOON_MS } from './pace';
import { WizardStore, type Services } from './store';

let server: Server;
let signedOut: number;
let online: boolean;

const services = (): Services => ({
  wizard: server.wizard,
  putAside: (id) => Promise.resolve(server.aside.add(id).has(id)),
  now: () => Date.now(),
  key: () => 'key-1',
  onAuth: () => {
    signedOut += 1;
  },
  online: () => online,
});
const book = () => new PendingBook('person');
const opened = () => new WizardStore(book(), services(), { sessionId: 's1', stage: 1, revision: server.revision, draft: { ...server.draft } });

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new Server();
  signedOut = 0;
  online = true;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('saving', () => {
  it('asks for one session with the first edit and sends the edits a moment later', async () => {
    const store = new WizardStore(book(), services());
    store.edit('name', 'Py');
    store.edit('name', 'Python');
    store.edit('capacity', 25);
    expect(store.get().draft).toMatchObject({ name: 'Python', capacity: 25 });
    expect(server.keys).toEqual(['key-1']);
    await vi.advanceTimersByTimeAsync(SOON_MS);
    expect(server.calls).toEqual([['save-draft', 'session of key-1', 1, { name: 'Python', capacity: 25 }]]);
    expect(store.get()).toMatchObject({ saving: 'saved', edits: {}, revision: 1 });
    expect(book().all()).toEqual([]);
  });

  it('keeps an edit on the device until the server has it', async () => {
    const store = opened();
    store.edit('name', 'Kept');
    expect(book().forSession('s1')?.edits.name?.value).toBe('Kept');
    await store.save();
    expect(book().forSession('s1')).toBeNull();
  });

  it('sends what was typed while a save was under way, afterwards and in order', async () => {
    const store = opened();
    store.edit('name', 'One');
    let open: () => void = () => undefined;
    server.gate = new Promise((resolve) => (open = resolve));
    const first = store.save();
    await vi.advanceTimersByTimeAsync(0);
    store.edit('name', 'Two');
    open();
    await first;
    expect(store.get().draft.name).toBe('Two');
    await vi.advanceTimersByTimeAsync(SOON_MS);
    expect(server.draft.name).toBe('Two');
    expect(server.calls.map((call) => call[3].revision)).toEqual([undefined, 1]);
  });

  it('sends null for what was emptied, and shows it empty', async () => {
    server.touch({ description: 'Old' });
    const store = opened();
    store.edit('description', '');
    await store.save();
    expect(server.draft.description).toBeNull();
    expect(store.get().edits).toEqual({});
  });

  it('ignores news that are older than what it knows', () => {
    server.touch({ name: 'New' });
    server.touch({ name: 'Newer' });
    const store = opened();
    store.receive({ revision: 1, draft: { name: 'New' } });
    expect(store.get().draft.name).toBe('Newer');
    store.receive({ revision: 3, draft: { name: 'Newest' } });
    expect(store.get().draft.name).toBe('Newest');
  });
});

describe('two hands', () => {
  it('sends again on the new revision where the other changed something else', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    store.edit('name', 'Mine');
    server.touch({ capacity: 40 });
    expect(await store.save()).toBe(true);
    expect(server.draft).toMatchObject({ name: 'Mine', capacity: 40 });
    expect(store.get().conflicts).toEqual([]);
  });

  it('asks where both changed the same, keeps both values, and follows the choice', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    store.edit('name', 'Mine');
    server.touch({ name: 'Theirs' });
    expect(await store.save()).toBe(false);
    const [conflict] = store.get().conflicts;
    expect(conflict).toEqual({ field: 'name', yours: 'Mine', current: 'Theirs' });
    expect(server.draft.name).toBe('Theirs');
    if (conflict) store.decide(conflict, true);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.draft.name).toBe('Mine');
  });

  it('takes the other value when so decided', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    store.edit('name', 'Mine');
    server.touch({ name: 'Theirs' });
    await store.save();
    const [conflict] = store.get().conflicts;
    if (conflict) store.decide(conflict, false);
    await vi.advanceTimersByTimeAsync(1);
    expect(store.get().draft.name).toBe('Theirs');
    expect(book().all()).toEqual([]);
  });

  it('is not confused by its own write whose answer was lost', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    server.next = ['lost'];
    store.edit('name', 'Mine');
    const saved = store.save();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await saved).toBe(true);
    expect(store.get()).toMatchObject({ conflicts: [], edits: {} });
  });
});

describe('trouble', () => {
  it('goes offline without a network and sends when it is back', async () => {
    const store = opened();
    online = false;
    server.next = [new Failure('network', 0)];
    store.edit('name', 'Offline');
    expect(await store.save()).toBe(false);
    expect(store.get().saving).toBe('offline');
    online = true;
    store.retry();
    await vi.advanceTimersByTimeAsync(1);
    expect(server.draft.name).toBe('Offline');
    expect(store.get().saving).toBe('saved');
  });

  it('tries three times more before it gives up on a fault of the server, and says so', async () => {
    const store = opened();
    server.next = Array.from({ length: 4 }, () => new Failure('server', 500));
    store.edit('name', 'Again');
    const saved = store.save();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await saved).toBe(false);
    expect(server.calls.length).toBe(4);
    expect(store.get()).toMatchObject({ saving: 'failed', failure: { kind: 'server' } });
  });

  it('waits as long as it was told, sends nothing meanwhile, then goes on by itself', async () => {
    const store = opened();
    server.next = [new Failure('rate', 429, '', 'RATE_LIMIT', {}, 5)];
    store.edit('name', 'Patient');
    await store.save();
    expect(store.get()).toMatchObject({ saving: 'waiting', waitUntil: Date.now() + 5000 });
    expect(await store.save()).toBe(false);
    store.edit('capacity', 5);
    await vi.advanceTimersByTimeAsync(4000);
    expect(server.calls.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1100);
    expect(server.draft).toMatchObject({ name: 'Patient', capacity: 5 });
  });

  it('does not send a refused value again until it is another', async () => {
    const store = opened();
    server.next = [new Failure('invalid', 400, '', 'INVALID_INPUT', { capacity: 'Too many.' })];
    store.edit('capacity', 9_999_999);
    await store.save();
    expect(store.get().errors).toEqual({ capacity: 'Too many.' });
    await store.flush();
    expect(server.calls.length).toBe(1);
    store.edit('capacity', 10);
    await store.save();
    expect(server.draft.capacity).toBe(10);
    expect(store.get().errors).toEqual({});
  });

  it('sends a person to sign in and keeps the edit', async () => {
    const store = opened();
    server.next = [new Failure('auth', 401)];
    store.edit('name', 'Mine');
    await store.save();
    expect(signedOut).toBe(1);
    expect(book().forSession('s1')?.edits.name?.value).toBe('Mine');
  });
});

describe('leaving in the middle', () => {
  it('finds the edits again when the draft is opened', () => {
    opened().edit('name', 'Left behind');
    expect(opened().get().draft.name).toBe('Left behind');
  });

  it('asks with the same key for the session that may exist already, and sends the rest', async () => {
    server.next = ['lost'];
    const store = new WizardStore(book(), services());
    store.edit('name', 'Test Event');
    await vi.advanceTimersByTimeAsync(0);
    store.close();
    expect(book().all()).toHaveLength(1);
    expect(await sendPending(book(), services())).toMatchObject({ trouble: null });
    expect(server.keys).toEqual(['key-1', 'key-1']);
    expect(server.draft.name).toBe('Test Event');
    expect(book().all()).toEqual([]);
  });

  it('leaves a real conflict for the draft’s own page', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    store.edit('name', 'Mine');
    store.close();
    server.touch({ name: 'Theirs' });
    expect(await sendPending(book(), services())).toEqual({ landed: new Map(), trouble: null });
    expect(server.draft.name).toBe('Theirs');
    expect(opened().get().conflicts).toEqual([{ field: 'name', yours: 'Mine', current: 'Theirs' }]);
  });

  it('forgets a draft that is not there any more and survives a broken book', async () => {
    opened().edit('name', 'Gone');
    server.next = [new Failure('missing', 404)];
    await sendPending(book(), services());
    expect(book().all()).toEqual([]);
    localStorage.setItem('eventos.pending.person', '{broken');
    expect(book().all()).toEqual([]);
  });
});

describe('a page that was left while its first save is still being answered', () => {
  const left = async () => {
    server.next = ['lost'];
    const store = new WizardStore(book(), services());
    store.edit('name', 'Test Event');
    await vi.advanceTimersByTimeAsync(0);
    store.close();
  };
  const answering = (times: number) => Array.from({ length: times }, () => new Failure('inFlight', 409));

  it('asks until the answer is there, for a server that has only just started', async () => {
    await left();
    server.next = answering(8);
    const pass = sendPending(book(), services());
    await vi.advanceTimersByTimeAsync(20_000);
    expect([...(await pass).landed.keys()]).toEqual(['key-1']);
    expect(new Set(server.keys).size).toBe(1);
    expect(server.draft.name).toBe('Test Event');
  });

  it('says when another pass is worth its while, and keeps everything for it', async () => {
    await left();
    server.next = [new Failure('unavailable', 503, '', '', {}, 2)];
    expect((await sendPending(book(), services())).trouble).toMatchObject({ kind: 'unavailable', retryAfter: 2 });
    expect(book().get('key-1')?.edits.name?.value).toBe('Test Event');
  });

  it('is opened from this browser alone, and sends its own edits', async () => {
    await left();
    const store = new WizardStore(book(), services(), {}, book().get('key-1'));
    const release = store.hold();
    expect(store.get().draft.name).toBe('Test Event');
    expect((await sendPending(book(), services())).landed.size).toBe(0);
    expect(server.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.draft.name).toBe('Test Event');
    expect(store.get()).toMatchObject({ saving: 'saved', sessionId: 'session of key-1' });
    release();
  });

  it('takes over what a pass under way saves before it sends what was typed since', async () => {
    await left();
    let answer: () => void = () => undefined;
    server.gate = new Promise((resolve) => (answer = resolve));
    void sendPending(book(), services());
    await vi.advanceTimersByTimeAsync(0);
    const store = new WizardStore(book(), { ...services(), before: sendingOf }, {}, book().get('key-1'));
    const release = store.hold();
    store.edit('name', 'Test Event of May');
    answer();
    await vi.advanceTimersByTimeAsync(SOON_MS);
    expect(server.calls.map((call) => call[3])).toEqual([{ name: 'Test Event' }, { name: 'Test Event of May', revision: 1 }]);
    expect(store.get()).toMatchObject({ conflicts: [], edits: {}, draft: { name: 'Test Event of May' } });
    expect(book().all()).toEqual([]);
    release();
  });
});

describe('what is unsent of several drafts', () => {
  it('holds up nobody but the draft that it is of', async () => {
    for (const key of ['a', 'b']) book().put({ key, sessionId: null, stage: 1, edits: { name: { value: key, base: undefined, at: 1 } }, revision: 0, server: {}, at: key === 'a' ? 1 : 2 });
    server.next = Array.from({ length: 3 }, () => new Failure('inFlight', 409));
    const pass = sendPending(book(), services());
    await vi.advanceTimersByTimeAsync(0);
    const store = new WizardStore(book(), { ...services(), before: sendingOf }, {}, book().get('b'));
    const release = store.hold();
    server.next = [];
    expect(await store.save()).toBe(true);
    expect(server.draft.name).toBe('b');
    expect(book().get('a')).not.toBeNull();
    release();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([...(await pass).landed.keys()]).toEqual(['a']);
  });

  it('is found by the keys that the drafts were begun with, also when it is sent and gone', async () => {
    const store = new WizardStore(book(), services());
    store.edit('name', 'Test Event');
    expect(book().sessionOf('key-1')).toBeNull();
    await store.save();
    expect(book().all()).toEqual([]);
    expect([book().sessionOf('key-1'), book().sessionOf('key-2')]).toEqual(['session of key-1', null]);
  });

  it('stays where it is while its draft is put aside, until the organizer goes on', async () => {
    const store = opened();
    online = false;
    server.next = [new Failure('network', 0)];
    store.edit('name', 'Aside');
    await store.save();
    const [record] = book().all();
    if (record) book().put({ ...record, aside: true });
    // The page was left; its store still means to send.
    online = true;
    store.retry();
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await sendPending(book(), services())).landed.size).toBe(0);
    expect([server.calls.length, book().all()[0]?.aside]).toEqual([1, true]);
    const again = opened();
    await vi.advanceTimersByTimeAsync(1);
    expect([server.draft.name, again.get().saving, book().all()]).toEqual(['Aside', 'saved', []]);
  });
});

describe('publishing', () => {
  it('saves first and publishes exactly the revision it knows', async () => {
    const store = opened();
    store.edit('name', 'Ready');
    await store.publish();
    expect(server.calls.map((call) => [call[0], call[3].revision])).toEqual([
      ['save-draft', undefined],
      ['publish', 1],
    ]);
  });

  it('shows what changed when the revision is stale, and publishes nothing', async () => {
    server.touch({ name: 'Seen' });
    const store = opened();
    server.touch({ name: 'Changed' });
    server.next = [new Failure('conflict', 409, '', 'CONFLICT', {}, null, { name: 'Changed', revision: 2 })];
    expect(await store.publish()).toBeNull();
    expect(store.get()).toMatchObject({ failure: { kind: 'conflict' }, revision: 2, draft: { name: 'Changed' } });
  });

  it('publishes nothing while the last edits cannot be saved', async () => {
    const store = opened();
    online = false;
    server.next = [new Failure('network', 0)];
    store.edit('name', 'Not yet');
    expect(await store.publish()).toBeNull();
    expect(server.calls.map((call) => call[0])).toEqual(['save-draft']);
  });
});

describe('the clock', () => {
  it('is no difference between what a page loaded and what an answer says', () => {
    const store = new WizardStore(book(), services(), { sessionId: 's1', revision: 1, draft: { dateTime: '2031-05-09T19:00', timezone: 'America/Toronto' } });
    store.edit('dateTime', '2031-05-09T20:00');
    const current = { name: 'Theirs', dateTime: '2031-05-09T19:00:00-04:00', timezone: 'America/Toronto', revision: 2 };
    server.next.push(failureOf(409, { error: { code: 'CONFLICT', eventDraft: current } }));
    return store.save().then(() => {
      expect(store.get().conflicts).toEqual([]);
      expect(sharedFrom({ eventDraft: current }).draft?.dateTime).toBe('2031-05-09T19:00');
    });
  });
});
