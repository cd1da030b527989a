import { describe, expect, it } from 'vitest';
import type { Draft } from '../draft/types';
import { isReady } from './missing';

const NOW = new Date('2031-01-01T12:00:00Z');
const WHOLE: Draft = {
  name: 'Tuesday Tea', type: 'meetup', description: 'Tea.', place: 'Old Mill', capacity: 12,
  dateTime: '2031-05-05T20:00', duration: 90, timezone: 'America/Toronto', priceCents: 0,
};

describe('a draft that says everything', () => {
  it('is ready to be published, also where a zone and a currency are assumed', () => {
    expect(isReady(WHOLE, NOW)).toBe(true);
    expect(isReady({ ...WHOLE, timezone: null, currency: null, priceCents: 2500 }, NOW)).toBe(true);
    expect(isReady({ ...WHOLE, place: null, placeKind: 'online' }, NOW)).toBe(true);
  });

  it.each(['name', 'type', 'description', 'place', 'capacity', 'dateTime', 'duration', 'priceCents'] as const)('is not ready without its %s', (field) => {
    expect(isReady({ ...WHOLE, [field]: null }, NOW)).toBe(false);
  });

  it('is not ready while its hour is open, and not once it is over', () => {
    expect(isReady({ ...WHOLE, dateTime: '2031-05-05' }, NOW)).toBe(false);
    expect(isReady(WHOLE, new Date('2031-05-06T12:00:00Z'))).toBe(false);
  });
});
