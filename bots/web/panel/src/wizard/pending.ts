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
}

const PREFIX = 'eventos.pending.';

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

  get(key: string): Pending | null {
    return this.read()[key] ?? null;
  }

  forSession(sessionId: string): Pending | null {
    return this.all().find((one) => one.sessionId === sessionId) ?? null;
  }

  put(record: Pending): void {
    this.write({ ...this.read(), [record.key]: record });
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
    try {
      const book: unknown = JSON.parse(this.storage.getItem(PREFIX + this.userId) ?? '{}');
      return typeof book === 'object' && book !== null && !Array.isArray(book) ? (book as Book) : {};
    } catch {
      return {};
    }
  }

  private write(book: Book): void {
    try {
      if (Object.keys(book).length === 0) this.storage.removeItem(PREFIX + this.userId);
      else this.storage.setItem(PREFIX + this.userId, JSON.stringify(book));
    } catch {
      // A full or forbidden store: edits then live in this page only, and saving goes on.
    }
  }
}
