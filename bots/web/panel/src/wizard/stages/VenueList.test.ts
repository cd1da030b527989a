import { describe, expect, it } from 'vitest';
import { priced, suggestedVenues } from './VenueList';

describe('suggested venues', () => {
  it('tell their price in the reader’s way', () => {
    const data = { id: 'v1', name: 'Hall', priceEstimate: '$4500-9000', priceMinCents: 450000, priceMaxCents: 900000, currency: 'CAD' };
    const [hall] = suggestedVenues([{ type: 'venue', data }], 'en-CA');
    expect(hall?.priceEstimate?.replace(/\s/g, ' ')).toBe('$4,500 – $9,000');
    expect(priced({ ...data, priceMaxCents: undefined }, 'en-CA').priceEstimate).toBe('$4,500');
    expect(priced({ priceEstimate: 'price not known' }, 'en-CA').priceEstimate).toBe('price not known');
  });
});
