import { describe, expect, it } from 'vitest';
import type { Draft } from '../draft/types';
import { valueWords } from './valueWords';

const t = (key: string) => key;
const draft: Draft = { currency: 'EUR', timezone: 'Europe/Paris' };
const words = (...[field, value]: [Parameters<typeof valueWords>[0], Parameters<typeof valueWords>[1]]) => valueWords(field, value, draft, t, 'en');

describe('a value of two', () => {
  it('is read as people say it', () => {
    expect(words('priceCents', 2550)).toBe('€25.50');
    expect(words('dateTime', '2031-05-09T18:00').replace(/\s/g, ' ')).toBe('Friday, May 9, 2031 at 6:00 PM');
    expect(words('dateTime', '2031-05-09')).toBe('Friday, May 9, 2031');
    expect(words('dateTime', 'soon')).toBe('soon');
    expect(words('type', 'concert')).toBe('kind.concert');
    expect(words('visibility', 'private')).toBe('review.private');
    expect(words('capacity', 0)).toBe('0');
    expect(words('name', '')).toBe('conflict.empty');
    expect(words('ticketTiers', [{ name: 'VIP', priceCents: 1, quantity: 1, maxPerOrder: 1 }])).toBe('VIP');
  });
});
