import { describe, expect, it } from 'vitest';
import { Pace, SOON_MS } from './pace';

/** The most saves that anybody's typing makes in one minute, pausing so long after each. */
function most(pauseMs: number): number {
  let now = 1_000_000;
  const pace = new Pace(() => now);
  const at: number[] = [];
  while (now < 1_000_000 + 5 * 60_000) {
    now += Math.max(pauseMs, pace.wait());
    pace.note();
    at.push(now);
  }
  return Math.max(...at.map((start) => at.filter((one) => one >= start && one < start + 60_000).length));
}

describe('how soon typing is saved', () => {
  it('is at once for a few fields', () => {
    let now = 5_000;
    const pace = new Pace(() => now);
    for (let field = 0; field < 8; field += 1) {
      expect(pace.wait()).toBe(SOON_MS);
      pace.note();
      now += 2_000;
    }
    expect(pace.wait()).toBeGreaterThan(SOON_MS);
  });

  it('leaves the conversation its calls, however somebody types', () => {
    for (const pause of [SOON_MS, 1_100, 2_000, 5_000]) expect(most(pause)).toBeLessThanOrEqual(18);
  });
});
