/**
 * What was typed and is not yet saved, kept in this browser for each person: it survives a closed tab, a lost network and
 * a page that is left in the middle of a save. A record goes away only when the server has everything in it.
 */
import { settled, type Edits } from '../draft/merge';
import type { Draft } from '../draft/types';

export interface Pending {
  /** Null until the server made the session; then `key` makes asking again harmless. */
  sessionId: string | null;
  key: string;
  stage: number;
  edits: Edits;
  revision: number;
  server: Draft;
  at: number;
  /** Its draft was put aside: nothing of it is sent until somebody goes on with it. */
  aside?: boolean;
}

const PREFIX = 'eventos.pending.';
const BECAME = 'eventos.became.';
/** How many sessions are remembered by the keys that they were begun with. */
const REMEMBERED = 100;

type Book = Record<string, Pending>;

/** The records whose drafts are open on this page, and how often. */
const open = new Map<string, number>();

/** The draft of this record is open here, and sends its edits itself; until what is returned is called. */
export function hold(key: string): () => void {
  open.set(key, (open.get(key) ?? 0) + 1);
  return () => void open.set(key, (open.get(key) ?? 1) - 1);
}

export const held = (key: string): boolean => (open.get(key) ?? 0) > 0;

export class PendingBook {
  constructor(
    private readonly userId: string,
    private readonly storage: Storage = window.localStorage,
  ) {}

  /** Every record, the oldest first. */
  all(): Pending[] {
    return Object.values(this.read()).sort((a, b) => a.at - b.at);
  }

  /** Those that are to be sent. */
  toSend(): Pending[] {
    return this.all().filter(({ aside }) => !aside);
  }

  get(key: string): Pending | null {
    return this.read()[key] ?? null;
  }

  forSession(sessionId: string): Pending | null {
    return this.all().find((one) => one.sessionId === sessionId) ?? null;
  }

  put(record: Pending): void {
    const book = this.read();
    if (record.sessionId && book[record.key]?.sessionId === null) this.remember(record.key, record.sessionId);
    this.write({ ...book, [record.key]: record });
  }

  /** The session that was begun with this key, also when the record is gone; null: none, as far as this browser knows. */
  sessionOf(key: string): string | null {
    return this.get(key)?.sessionId ?? this.became().find(([one]) => one === key)?.[1] ?? null;
  }

  /** These edits are saved; what was typed since stays. */
  settle(key: string, saved: Edits, revision: number): void {
    const record = this.get(key);
    if (!record) return;
    const edits = settled(record.edits, saved);
    if (Object.keys(edits).length === 0) this.drop(key);
    else this.put({ ...record, edits, revision });
  }

  drop(key: string): void {
    const { [key]: _gone, ...rest } = this.read();
    this.write(rest);
  }

  private read(): Book {
    const book = this.parsed(PREFIX);
    return typeof book === 'object' && book !== null && !Array.isArray(book) ? (book as Book) : {};
  }

  private write(book: Book): void {
    try {
      if (Object.keys(book).length === 0) this.storage.removeItem(PREFIX + this.userId);
      else this.storage.setItem(PREFIX + this.userId, JSON.stringify(book));
    } catch {
      // A full or forbidden store: edits then live in this page only, and saving goes on.
    }
  }

  private became(): [key: string, sessionId: string][] {
    const all = this.parsed(BECAME);
    return Array.isArray(all) ? (all as [string, string][]) : [];
  }

  private remember(key: string, sessionId: string): void {
    try {
      this.storage.setItem(BECAME + this.userId, JSON.stringify([[key, sessionId], ...this.became()].slice(0, REMEMBERED)));
    } catch {
      // Then an old link to the record leads to no draft, and the dashboard still has it.
    }
  }

  private parsed(prefix: string): unknown {
    try {
      return JSON.parse(this.storage.getItem(prefix + this.userId) ?? 'null');
    } catch {
      return null;
    }
  }
}
