import { describe, expect, it } from 'vitest';
import type { Profile } from '../api/rows';
import { hasNoClock } from './useOwn';

describe('whose clock an hour is on', () => {
  const own = { timezone: null } as Profile;
  const hour = { dateTime: '2031-05-05T20:00' };
  const edits = {};

  it('is asked while nobody told, also where a zone was assumed meanwhile', () => {
    expect(hasNoClock({ edits, draft: hour, provenance: {} }, own)).toBe(true);
    expect(hasNoClock({ edits, draft: { ...hour, timezone: 'UTC' }, provenance: { timezone: 'default' } }, own)).toBe(true);
  });

  it('is known by the draft or by the organizer, and no question before there is an hour', () => {
    expect(hasNoClock({ edits, draft: { ...hour, timezone: 'UTC' }, provenance: { timezone: 'edited' } }, own)).toBe(false);
    expect(hasNoClock({ edits, draft: { ...hour, timezone: 'UTC' }, provenance: {} }, own)).toBe(false);
    expect(hasNoClock({ edits, draft: { ...hour, timezone: 'UTC' }, provenance: { timezone: 'default' } }, { ...own, timezone: 'Asia/Tokyo' })).toBe(false);
    const choice = { timezone: { value: 'UTC', base: 'UTC', at: 1 } };
    expect(hasNoClock({ draft: { ...hour, timezone: 'UTC' }, edits: choice, provenance: { timezone: 'default' } }, own)).toBe(false);
    expect(hasNoClock({ edits, draft: { dateTime: '2031-05-05' }, provenance: {} }, own)).toBe(false);
    expect(hasNoClock({ edits, draft: hour, provenance: {} }, null)).toBe(false);
  });
});
