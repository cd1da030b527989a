import { describe, expect, it } from 'vitest';
import { fullHouse } from './fullHouse';

const tier = (priceCents: number, quantity: number | null = null) => ({ name: 'A', priceCents, quantity });

describe('fullHouse', () => {
  it.each([
    ['one price', { priceCents: 1999, capacity: 10 }, 19_990],
    ['a free event', { priceCents: 0, capacity: 10 }, null],
    ['no capacity yet', { priceCents: 1999 }, null],
    ['counted kinds, and one for the rest', { priceCents: 1999, capacity: 220, ticketTiers: [tier(1499, 30), tier(1999)] }, 30 * 1499 + 190 * 1999],
    ['counted kinds alone', { capacity: 100, ticketTiers: [tier(1000, 10), tier(2000, 20)] }, 50_000],
    ['more kinds than places', { capacity: 10, ticketTiers: [tier(1000, 20), tier(2000)] }, 20_000],
    ['two open kinds', { capacity: 10, ticketTiers: [tier(1000), tier(2000)] }, null],
  ])('%s', (_, draft, expected) => expect(fullHouse(draft)).toBe(expected));
});
