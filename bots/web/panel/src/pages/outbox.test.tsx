import { cleanup, configure, render, renderHook, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { createElement, useState } from 'react';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventRow, SessionRow } from '../draft/row';
import { WordsProvider } from '../i18n';
import { PendingBook, type Pending } from '../wizard/pending';
import { DraftCard, itemsOf, type DraftItem, type Note } from './DraftCard';
import { useOutbox } from './useOutbox';

/** The server as these pages meet it: sessions by the keys they were begun with, and rows that only their wizard writes but for their status. */
class Server {
  status = new Map<string, string>();
  names = new Map<string, string>();
  begun: string[] = [];
  saves = 0;
  /** What the next requests of the wizard are answered with, instead of being served. */
  refuse: Response[] = [];
  /** Until it is resolved, saves are under way. */
  gate: Promise<void> = Promise.resolve();

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.origin);
    const body = (typeof init?.body === 'string' ? JSON.parse(init.body) : {}) as Record<string, unknown>;
    if (url.pathname === '/config.json') return Response.json({});
    if (url.pathname === '/rest/v1/wizard_sessions') return this.turn(init?.method ?? 'GET', url.searchParams.get('id')?.slice(3) ?? '', body);
    const refused = this.refuse.shift();
    if (refused) return refused;
    if (body.action === 'initialize') return this.begin(new Headers(init?.headers).get('idempotency-key') ?? '');
    return this.save(body as { sessionId: string; eventData: { name?: string } });
  };

  private turn(method: string, id: string, body: Record<string, unknown>): Response {
    const to = body.status;
    const own = Object.keys(body).join() === 'status' && (to === 'abandoned' || to === 'in_progress');
    if (method !== 'PATCH' || !own) return Response.json({ code: 'PGRST117', message: 'A session is written by its wizard.' }, { status: 405 });
    if (!['abandoned', 'in_progress'].includes(this.status.get(id) ?? '')) return Response.json([]);
    this.status.set(id, to);
    return Response.json([{ id }]);
  }

  private begin(key: string): Response {
    const id = `session of ${key}`;
    this.begun.push(key);
    if (!this.status.has(id)) this.status.set(id, 'in_progress');
    return Response.json({ success: true, sessionId: id, stage: 1, eventDraft: {} });
  }

  private async save({ sessionId, eventData }: { sessionId: string; eventData: { name?: string } }): Promise<Response> {
    this.saves += 1;
    await this.gate;
    // Whoever writes goes on.
    this.status.set(sessionId, 'in_progress');
    if (eventData.name) this.names.set(sessionId, eventData.name);
    return Response.json({ success: true, sessionId, stage: 1, eventDraft: { ...eventData, revision: 1 } });
  }
}

// A machine with much else to do is slow, and that is no failure.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

const busy = () => Response.json({ success: false, error: { code: 'UNAVAILABLE', message: 'no' } }, { status: 503 });
let server: Server;
/** Each test has its own, since a pass that hangs is shared by everybody who waits for it. */
let person: string;
let count = 0;
const book = () => new PendingBook(person);
const keyOf = (name: string) => `${person} ${name}`;
const record = (name: string, more: Partial<Pending> = {}): Pending => ({
  key: keyOf(name), sessionId: null, stage: 1, edits: { name: { value: name, base: undefined, at: 1 } }, revision: 0, server: {}, at: 1_900_000_000_000, ...more,
});
const session = (id: string, status = 'in_progress', event: string | null = null): SessionRow => ({
  id, event_id: event, stage: 1, status, last_saved_at: '2031-05-05T20:00:00Z', state: { draft: { name: id } },
});
const item = (row: SessionRow, unsent: Pending | null = null): DraftItem => ({ session: row, event: null, unsent });

beforeEach(() => {
  localStorage.clear();
  person = `person-${(count += 1)}`;
  server = new Server();
  vi.stubGlobal('fetch', server.fetch);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('itemsOf', () => {
  it('puts what only this browser has before the rest, and nothing that is out in the world', () => {
    const event = (id: string, status: string) => ({ id, status, name: id }) as EventRow;
    const items = itemsOf([session('a'), session('b', 'in_progress', 'e1'), session('c', 'in_progress', 'e2')], [event('e1', 'draft'), event('e2', 'published')], [
      record('Old', { at: 1 }),
      record('New', { at: 2 }),
      record('Of a', { sessionId: 'a' }),
    ]);
    expect(items.map((one) => [one.session.id, one.unsent?.key ?? null])).toEqual([['', keyOf('New')], ['', keyOf('Old')], ['a', keyOf('Of a')], ['b', null]]);
  });

  it('leaves aside what was put aside here, unless the server knows that somebody went on with it', () => {
    const items = itemsOf([session('a')], [], [record('Local', { aside: true }), record('Of a', { sessionId: 'a', aside: true })]);
    expect(items.map((one) => one.session.status)).toEqual(['abandoned', 'in_progress']);
  });
});

describe('useOutbox', () => {
  const open = () => renderHook(() => useOutbox(person, () => Promise.resolve()));

  it('sends what is unsent, tells it meanwhile, and is done', async () => {
    book().put(record('Tea'));
    const { result } = open();
    expect(result.current.sending).toBe(true);
    expect(result.current.unsent.map((one) => one.key)).toEqual([keyOf('Tea')]);
    await waitFor(() => expect(result.current).toMatchObject({ sending: false, unsent: [] }));
    expect(server.names.get(`session of ${keyOf('Tea')}`)).toBe('Tea');
    expect(book().sessionOf(keyOf('Tea'))).toBe(`session of ${keyOf('Tea')}`);
  });

  it('sends at once what comes back into the book, also while it is sending', async () => {
    const { result } = open();
    expect(result.current.sending).toBe(false);
    book().put(record('Tea'));
    result.current.look();
    await waitFor(() => expect(result.current).toMatchObject({ sending: false, unsent: [] }));
    let go: () => void = () => undefined;
    server.gate = new Promise((resolve) => (go = resolve));
    server.refuse = [Response.json({ success: false, error: { code: 'INVALID_INPUT', message: 'no' } }, { status: 400 })];
    book().put(record('Talk', { sessionId: 'talk', at: 1 }));
    book().put(record('Walk', { sessionId: 'walk', at: 2 }));
    result.current.look();
    // By now the pass is beyond the first of them.
    await waitFor(() => expect(server.saves).toBe(2));
    result.current.look();
    go();
    await waitFor(() => expect(result.current).toMatchObject({ sending: false, unsent: [] }));
    expect(server.names.get('talk')).toBe('Talk');
  });

  it('goes on in one line however often the network comes back', async () => {
    vi.useFakeTimers();
    server.refuse = Array.from({ length: 60 }, busy);
    book().put(record('Tea', { sessionId: 'tea' }));
    open();
    window.dispatchEvent(new Event('online'));
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(100);
    const before = server.refuse.length;
    // A pause of fifteen seconds at the longest: more than twelve passes in two minutes would be two lines.
    await vi.advanceTimersByTimeAsync(120_000);
    vi.useRealTimers();
    expect(before - server.refuse.length).toBeLessThanOrEqual(12);
  });
});

/** A card as the dashboard shows it, and what it says. */
function Board({ shown, names = [] }: { shown: DraftItem; names?: string[] }) {
  const [note, setNote] = useState<Note | null>(null);
  return (
    <WordsProvider>
      <MemoryRouter>
        <main>
          {note && createElement('p', { className: note.tone, role: 'status' }, note.text, note.undo && createElement('button', { onClick: note.undo }, 'Undo'))}
          <DraftCard item={shown} userId={person} names={names} onChange={() => undefined} onNote={setNote} />
        </main>
      </MemoryRouter>
    </WordsProvider>
  );
}

async function choose(name: string): Promise<void> {
  await userEvent.click(await screen.findByRole('button', { name: /^More for/ }));
  await userEvent.click(await screen.findByRole('menuitem', { name }));
}
const said = async (text: string) => expect(await screen.findByText(text)).toBeTruthy();

describe('a draft’s card', () => {
  it('puts its draft aside and takes that back', async () => {
    server.status.set('s1', 'in_progress');
    render(<Board shown={item(session('s1'))} />);
    await choose('Discard');
    await said('Draft put aside.');
    expect(server.status.get('s1')).toBe('abandoned');
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await said('The draft is back.');
    expect(server.status.get('s1')).toBe('in_progress');
  });

  it('says it as trouble where the server does not do it', async () => {
    server.status.set('s1', 'completed');
    render(<Board shown={item(session('s1'))} />);
    await choose('Discard');
    expect((await screen.findByText('This is not here any more.')).className).toBe('bad');
  });

  it('keeps what is unsent of it for whoever goes on, and sends nothing of it meanwhile', async () => {
    server.status.set('s1', 'in_progress');
    const unsent = record('Tea', { sessionId: 's1' });
    book().put(unsent);
    render(<Board shown={item(session('s1'), unsent)} />);
    await choose('Discard');
    await said('Draft put aside.');
    const { result } = renderHook(() => useOutbox(person, () => Promise.resolve()));
    expect(result.current).toMatchObject({ sending: false, unsent: [{ key: unsent.key, aside: true }] });
    expect([server.saves, server.status.get('s1')]).toEqual([0, 'abandoned']);
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await said('The draft is back.');
    expect(book().toSend()).toHaveLength(1);
  });

  it('lets go of what belongs to a draft that was published elsewhere', async () => {
    server.status.set('s1', 'completed');
    const unsent = record('Tea', { sessionId: 's1' });
    book().put(unsent);
    render(<Board shown={item(session('s1'), unsent)} />);
    await choose('Discard');
    await said('Draft put aside.');
    expect([book().all(), server.status.get('s1')]).toEqual([[], 'completed']);
  });

  it.each([
    ['while its session is being begun', 0],
    ['while it is being saved', 1],
  ])('puts aside %s', async (_when, saves) => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    if (saves === 1) server.gate = gate;
    const plain = server.fetch;
    vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
      const answer = await plain(input, init);
      if (saves === 0 && String(init?.body).includes('initialize')) await gate;
      return answer;
    });
    const unsent = record('Tea');
    book().put(unsent);
    const { result } = renderHook(() => useOutbox(person, () => Promise.resolve()));
    await waitFor(() => expect([server.begun.length, server.saves]).toEqual([1, saves]));
    render(<Board shown={itemsOf([], [], [unsent])[0] as DraftItem} />);
    await choose('Discard');
    await said('Draft put aside.');
    go();
    await waitFor(() => expect(result.current.sending).toBe(false));
    const id = `session of ${unsent.key}`;
    expect([server.saves, server.status.get(id)]).toEqual([saves, 'abandoned']);
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await said('The draft is back.');
    result.current.look();
    await waitFor(() => expect([server.status.get(id), server.names.get(id), book().all()]).toEqual(['in_progress', 'Tea', []]));
  });

  it('is not asked twice how its copy is called', async () => {
    render(<Board shown={item(session('Jazz'))} names={['Jazz', 'Jazz (2)']} />);
    await choose('Duplicate');
    await said('A copy is ready.');
    expect([...server.names.values()]).toEqual(['Jazz (3)']);
  });
});
