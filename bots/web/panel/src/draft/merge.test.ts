import { describe, expect, it } from 'vitest';
import { decided, edited, overlay, payload, rebased, same, settled, type Edits } from './merge';

const server = { name: 'Old', capacity: 20, ticketTiers: [] };

describe('edits over the draft', () => {
  it('shows the edit and leaves the rest', () => {
    const edits = edited({}, server, 'name', 'New');
    expect(overlay(server, edits)).toEqual({ name: 'New', capacity: 20, ticketTiers: [] });
    expect(overlay(server, {})).toEqual(server);
  });

  it('is no edit when it goes back to what the server has', () => {
    const edits = edited(edited({}, server, 'name', 'New'), server, 'name', 'Old');
    expect(edits).toEqual({});
    expect(edited({}, {}, 'description', '')).toEqual({});
  });

  it('keeps the first base while typing goes on', () => {
    const edits = edited(edited({}, server, 'name', 'N'), { name: 'Other' }, 'name', 'New');
    expect(edits.name).toEqual({ value: 'New', base: 'Old', at: 2 });
  });

  it('takes an empty text, no value and an empty list for the same', () => {
    expect(same('', null)).toBe(true);
    expect(same([], undefined)).toBe(true);
    expect(same(0, null)).toBe(false);
  });
});

describe('an answer', () => {
  it('settles what it was asked and leaves what was typed meanwhile, on top of what was saved', () => {
    const sent = edited({}, server, 'name', 'New');
    const later = edited(edited(sent, server, 'name', 'Newer'), server, 'capacity', 30);
    const left = settled(later, sent);
    expect(left.name).toEqual({ value: 'Newer', base: 'New', at: 2 });
    expect(left.capacity?.value).toBe(30);
    expect(settled(sent, sent)).toEqual({});
  });

  it('sends null for what was emptied', () => {
    const edits = edited(edited({}, server, 'name', ''), server, 'capacity', null);
    expect(payload(edits)).toEqual({ name: null, capacity: null });
  });
});

describe('a stale write', () => {
  const edits: Edits = edited(edited({}, server, 'name', 'Mine'), server, 'capacity', 30);

  it('goes again where nobody else changed the field', () => {
    const { edits: kept, conflicts } = rebased(edits, { name: 'Old', capacity: 20 });
    expect(conflicts).toEqual([]);
    expect(payload(kept)).toEqual({ name: 'Mine', capacity: 30 });
  });

  it('asks where both changed it, and not where both made the same', () => {
    const { edits: kept, conflicts } = rebased(edits, { name: 'Theirs', capacity: 30 });
    expect(conflicts).toEqual([{ field: 'name', yours: 'Mine', current: 'Theirs' }]);
    expect(Object.keys(kept)).toEqual(['name']);
  });

  it('does not ask whether a text that was made up meanwhile stays', () => {
    const written = edited({}, server, 'description', 'Mine');
    const current = { ...server, description: 'Made up' };
    expect(rebased(written, current, { description: 'said' }).conflicts).toHaveLength(1);
    expect(rebased(written, current, { description: 'default' })).toEqual({ edits: written, conflicts: [] });
  });

  it('follows the decision', () => {
    const conflict = { field: 'name', yours: 'Mine', current: 'Theirs' } as const;
    expect(decided(edits, conflict, false).name).toBeUndefined();
    const kept = decided(edits, conflict, true);
    expect(rebased(kept, { name: 'Theirs' }).conflicts.map((one) => one.field)).not.toContain('name');
  });
});
