import { describe, expect, it } from 'vitest';
import { rebased } from '../draft/merge';
import { KeptEdits, taken } from './useEventEdits';

describe('edits of a published event', () => {
  const server = { name: 'Walk', description: 'Along the river.', capacity: 3, dateTime: '2031-05-05T20:00' };

  it('are what the form says otherwise; what cannot be read yet is as it was', () => {
    const edits = taken({}, server, { ...server, description: 'Mine', capacity: undefined });
    expect(edits).toEqual({ description: { value: 'Mine', base: 'Along the river.', at: 1 } });
    expect(taken(edits, server, server)).toEqual({});
  });

  it('stay on this device with what they were made on, so that a conflict is seen after a reload', () => {
    localStorage.clear();
    new KeptEdits('p', 'e').put(taken({}, server, { ...server, description: 'Mine' }));
    const kept = new KeptEdits('p', 'e').get();
    expect(rebased(kept, { ...server, description: 'Theirs' }).conflicts).toEqual([{ field: 'description', yours: 'Mine', current: 'Theirs' }]);
    expect(new KeptEdits('other', 'e').get()).toEqual({});
    new KeptEdits('p', 'e').put({});
    expect(localStorage.length).toBe(0);
  });
});
