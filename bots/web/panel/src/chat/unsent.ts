/**
 * What was typed to the assistant and not sent: in this tab, for each person and draft, so that a reload or a sign-in on the
 * way loses none of it. It goes once it is sent, and no other person ever sees it.
 */
const PREFIX = 'eventos.unsent.';
/** The draft that has no session yet. */
const NEW = 'new';
const MOST = 20;
/** In characters: what came back unsent and what was written meanwhile may stand together. */
const LONGEST = 8000;

type Kept = [draft: string, text: string];

export class UnsentWords {
  private readonly key: string;

  constructor(
    userId: string,
    private readonly storage: Storage = window.sessionStorage,
  ) {
    this.key = PREFIX + userId;
  }

  get(sessionId: string | null): string {
    return this.all().find(([draft]) => draft === (sessionId ?? NEW))?.[1] ?? '';
  }

  put(sessionId: string | null, text: string): void {
    const draft = sessionId ?? NEW;
    const others = this.all().filter(([one]) => one !== draft);
    this.write(text.trim() === '' ? others : [[draft, text.slice(0, LONGEST)], ...others]);
  }

  private write(all: Kept[]): void {
    try {
      if (all.length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, JSON.stringify(all.slice(0, MOST)));
    } catch {
      // A full or forbidden store: the words then live in this page only.
    }
  }

  private all(): Kept[] {
    try {
      const all: unknown = JSON.parse(this.storage.getItem(this.key) ?? '[]');
      return Array.isArray(all) ? all.filter(isKept) : [];
    } catch {
      return [];
    }
  }
}

/** What came back unsent stands before what was written meanwhile. */
export const together = (returned: string, written: string): string => (written.trim() ? `${returned}\n${written}` : returned);

const isKept = (one: unknown): one is Kept => Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string');
