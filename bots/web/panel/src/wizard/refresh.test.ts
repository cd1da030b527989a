import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../api/failure';
import { Server } from './draftServer';
import { SOON_MS } from './pace';
import { PendingBook } from './pending';
import { WizardStore, type Services } from './store';

let server: Server;

const services = (): Services => ({
  wizard: server.wizard,
  putAside: () => Promise.resolve(true),
  now: () => Date.now(),
  key: () => 'key-1',
  onAuth: () => undefined,
  online: () => true,
});
const book = () => new PendingBook('person');
const opened = () => new WizardStore(book(), services(), { sessionId: 's1', stage: 1, revision: server.revision, draft: { ...server.draft } });

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new Server();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('coming back', () => {
  const row = () => Promise.resolve({ sessionId: 's1', stage: 4, revision: server.revision, draft: { ...server.draft } });

  it('shows what others changed, stays at its stage and keeps what is unsaved here', async () => {
    server.touch({ name: 'Old', capacity: 20 });
    const store = opened();
    server.touch({ capacity: 75 });
    store.edit('name', 'Mine');
    await store.refresh(row);
    expect(store.get()).toMatchObject({ stage: 1, revision: 2, draft: { name: 'Mine', capacity: 75 }, conflicts: [] });
    await store.save();
    expect(server.draft).toMatchObject({ name: 'Mine', capacity: 75 });
    expect(server.calls.length).toBe(1);
  });

  it('asks about what both sides changed', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    store.edit('name', 'Mine');
    server.touch({ name: 'Theirs' });
    await store.refresh(row);
    expect(store.get().conflicts).toEqual([{ field: 'name', yours: 'Mine', current: 'Theirs' }]);
    expect(book().forSession('s1')?.edits.name?.value).toBe('Mine');
  });

  it('is no conflict with what is on its way from here', async () => {
    server.touch({ name: 'Old' });
    const store = opened();
    const { save } = server.wizard;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    // The server has it, and its answer is long in coming.
    server.wizard.save = async (...asked) => {
      const answer = await save(...asked);
      await gate;
      return answer;
    };
    store.edit('name', 'Blue');
    const saved = store.save();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.draft.name).toBe('Blue');
    store.edit('name', 'Blue Notes');
    const looked = store.refresh(row);
    await vi.advanceTimersByTimeAsync(0);
    open();
    await Promise.all([saved, looked]);
    expect(store.get()).toMatchObject({ draft: { name: 'Blue Notes' }, conflicts: [] });
    await vi.advanceTimersByTimeAsync(SOON_MS);
    expect(server.draft.name).toBe('Blue Notes');
  });

  it('tells a draft that was published elsewhere from one that was published here', async () => {
    server.touch({ id: 'e1', name: 'Old', status: 'draft' });
    const [looks, saves, publishes, hears] = [opened(), opened(), opened(), opened()];
    const stays = opened();
    stays.edit('capacity', 20);
    await stays.save();
    // By the API without a new revision, by the wizard with one.
    server.draft.status = 'published';
    await looks.refresh(row);
    server.touch({});
    hears.told(await row());
    saves.edit('name', 'Mine');
    await saves.save();
    server.touch({ status: 'draft' });
    await publishes.refresh(row);
    server.draft.status = 'published';
    await publishes.publish();
    publishes.edit('name', 'Later');
    await publishes.save();
    const told = [looks, saves, hears, publishes, stays].map((store) => store.get().elsewhere);
    expect(told).toEqual([true, true, true, false, false]);
    expect(looks.get().server).toMatchObject({ id: 'e1', status: 'published' });
  });

  it('takes nothing older, and a look that fails changes nothing', async () => {
    server.touch({ name: 'Old' });
    const stale = { sessionId: 's1', revision: 1, draft: { name: 'Old' } };
    const store = opened();
    store.edit('name', 'New');
    await store.save();
    await store.refresh(() => Promise.resolve(stale));
    await store.refresh(() => Promise.reject(new Failure('network', 0)));
    expect(store.get()).toMatchObject({ revision: 2, draft: { name: 'New' } });
  });
});
