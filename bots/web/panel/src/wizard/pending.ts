/**
 * What was typed and is not yet saved, kept in this browser for each person: it survives a closed tab, a lost network and
 * a page that is left in the middle of a save. A record goes away only when the server has everything in it.
 */
import type { Draft } from '../draft/types';
import type { Edits } from '../draft/merge';

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

export class PendingBook {
  constructor(
    private readonly userId: string,
    private readonly storage: Storage = window.localStorage,
  ) {}

  all(): Pending[] {
    return Object.values(this.read()).sort((a, b) => a.at - b.at);
  }

  forSession(sessionId: string): Pending | null {
    return this.all().find((one) => one.sessionId === sessionId) ?? null;
  }

  put(record: Pending): void {
    this.write({ ...this.read(), [record.key]: record });
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
