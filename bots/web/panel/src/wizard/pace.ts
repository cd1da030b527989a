/**
 * How soon what was typed is saved by itself: at once for whoever fills in a few fields, and further apart for whoever goes on writing.
 * Each save counts among the calls that a person may make in a minute (30), which the conversation shares; so saving never uses them up.
 */
export const SOON_MS = 700;
const MINUTE_MS = 60_000;
/** So many saves in a minute are made at once; those after them come so far apart. */
const QUICK = 8;
const APART_MS = 6_000;

export class Pace {
  private sent: number[] = [];

  constructor(private readonly now: () => number) {}

  /** A save is made now. */
  note(): void {
    const now = this.now();
    this.sent = [...this.sent.filter((at) => now - at < MINUTE_MS), now];
  }

  /** How long the next save waits, in milliseconds. */
  wait(): number {
    const now = this.now();
    const lately = this.sent.filter((at) => now - at < MINUTE_MS);
    const last = lately.at(-1) ?? 0;
    return lately.length < QUICK ? SOON_MS : Math.max(SOON_MS, last + APART_MS - now);
  }
}
