import { describe, expect, it } from 'vitest';
import type { SeriesDate } from '../api/events';
import { fill, type Key } from '../i18n';
import en from '../i18n/en.json';
import type { EventRow } from '../draft/row';
import { nextLook, sorted, stateWords } from './SeriesDates';
import { openSeries } from './SeriesList';

const t = (key: Key, params?: Record<string, string | number>) => fill(en[key], params);
const date = (more: Partial<SeriesDate>): SeriesDate => ({
  eventId: 'e', name: 'Tea', starts: '2031-05-05T20:00:00', status: 'draft', slug: null, revision: 1, ready: true, missing: {}, over: false, underWay: false, failed: false, ...more,
});

describe('dates of a series', () => {
  it('stand where they belong, and those on their way are asked for no more', () => {
    const dates = [date({}), date({ underWay: true }), date({ ready: false, missing: { capacity: 'x' } }), date({ status: 'published', ready: false }), date({ status: 'cancelled', ready: false })];
    const { ready, open, published, underWay, all } = sorted(dates);
    expect([ready.length, open.length, published.length, underWay.length, all]).toEqual([1, 1, 1, 1, 4]);
  });

  it('say why they cannot be published', () => {
    expect(stateWords(date({}), t)).toBe('Ready');
    expect(stateWords(date({ ready: false, missing: { venueId: 'x', place: 'x', capacity: 'x' } }), t)).toBe(`Missing: ${en['field.place']}, ${en['field.capacity']}`);
    expect(stateWords(date({ ready: false, over: true }), t)).toBe('Already over');
    expect(stateWords(date({ failed: true }), t)).toBe('Not published. Please try again.');
    expect(stateWords(date({ failed: true, underWay: true }), t)).toBe('Being published…');
    expect(stateWords(date({ status: 'published', over: true }), t)).toBe('Published');
  });

  it('are looked at often at first, then seldom, and no more once none is under way', () => {
    const dates = [date({}), date({ underWay: true })];
    expect([1, 9, 10, 20, 500].map((looks) => nextLook(dates, looks))).toEqual([700, 700, 1400, 2800, 5000]);
    expect(nextLook([date({})], 1)).toBe(false);
    expect(nextLook([], 0)).toBe(false);
  });

  it('are told together while one of them is not published', () => {
    const row = (id: string, series: string | null, status: string) => ({ id, series_id: series, name: 'Tea', status }) as EventRow;
    const events = [row('a', 's', 'draft'), row('b', 's', 'published'), row('c', 's', 'cancelled'), row('d', null, 'draft'), row('e', 'u', 'published'), row('f', 'u', 'published')];
    expect(openSeries(events)).toEqual([{ id: 'a', name: 'Tea', published: 1, all: 2 }]);
  });
});
