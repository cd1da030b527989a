import { describe, expect, it } from 'vitest';
import { safeNext } from './auth';
import { CONNECT_FALLBACK, PASSWORD_MIN, readConfig, safeConnect } from './config';
import { approvedIn } from './chat/ConfirmCard';
import { draftOf, sharedOf, type EventRow } from './draft/row';
import { slugOf } from './draft/slug';
import { copyOf, nextName } from './draft/copy';
import { patchOf } from './pages/EventEdit';
import { isPhone } from './pages/Settings';
import { namesPrice } from './wizard/VenueCard';
import { secondsLeft } from './ui/useCountdown';
import { ideasFor } from './wizard/Ideas';
import { gaps, gapsOf } from './wizard/missing';
import { percent } from './wizard/stages/Payments';
import { lineTrouble, tiersOf } from './wizard/stages/Tiers';
import { url } from './wizard/stages/Venue';
import { ordered } from './wizard/stages/VenueList';
import { whole } from './draft/bounds';

const ORIGIN = 'https://events.example';
const row: EventRow = {
  id: 'e1', name: 'Summit', slug: null, type: 'conference', description: null, status: 'draft', visibility: 'public', venue_id: null,
  capacity: 20, starts_local: '2026-12-04T18:00:00', date_time: '2026-12-04T23:00:00+00:00', duration: 60, timezone: 'America/Toronto',
  price_cents: 0, tax_rate: '13.000', revision: 4, updated_at: '2026-11-24T00:00:00Z',
};

describe('configuration', () => {
  it('works with nothing, and reaches the server itself by the page’s own origin', () => {
    expect(readConfig({}, ORIGIN)).toMatchObject({ supabaseUrl: ORIGIN, publicUrl: ORIGIN, chatUrl: '/api/copilotkit', connectUrl: CONNECT_FALLBACK, anonymous: false });
    expect(readConfig({ supabaseUrl: 'http://127.0.0.1:8080/', publicUrl: 'http://127.0.0.1:8080' }, ORIGIN).supabaseUrl).toBe(ORIGIN);
    expect(readConfig({ supabaseUrl: 'https://abc.example.co', publicUrl: ORIGIN }, ORIGIN).supabaseUrl).toBe('https://abc.example.co');
  });

  it('asks for passwords as long as the server does', () => {
    expect(readConfig({ signIn: { passwordMinLength: 12 } }, ORIGIN).passwordMin).toBe(12);
    expect(readConfig({ signIn: { anonymous: true } }, ORIGIN).passwordMin).toBe(PASSWORD_MIN);
  });

  it('leaves for the payment provider and this server only', () => {
    expect(safeConnect('https://connect.stripe.com/oauth/authorize?x=1', ORIGIN)).toBe('https://connect.stripe.com/oauth/authorize?x=1');
    expect(safeConnect('/connect/stripe', ORIGIN)).toBe(`${ORIGIN}/connect/stripe`);
    for (const bad of ['javascript:alert(1)', 'https://stripe.com.evil.example/', 'http://connect.stripe.com/', 'https://evilstripe.com/', '']) {
      expect(safeConnect(bad, ORIGIN)).toBe(CONNECT_FALLBACK);
    }
  });

  it('goes on to a page of its own only', () => {
    expect(safeNext('/wizard/new?stage=5')).toBe('/wizard/new?stage=5');
    for (const bad of [null, '', 'https://evil.example', '//evil.example', '/\\evil.example', '/login?next=/x']) expect(safeNext(bad)).toBe('/dashboard');
  });
});

describe('rows', () => {
  it('tell the draft in local time and plain numbers', () => {
    expect(draftOf(row)).toMatchObject({ dateTime: '2026-12-04T18:00', taxRate: 13, priceCents: 0, revision: 4 });
    expect(draftOf({ ...row, starts_local: '2026-12-04T00:00:00', starts_date_only: true }).dateTime).toBe('2026-12-04');
    expect(draftOf({ ...row, starts_local: undefined }).dateTime).toBe('2026-12-04T23:00:00+00:00');
  });

  it('tell the hour that counts where the clocks skip the one that was said', () => {
    const skipped = { ...row, starts_local: '2027-03-14T02:30:00', date_time: '2027-03-14T07:30:00+00:00' };
    expect(draftOf(skipped).dateTime).toBe('2027-03-14T03:30');
    const clock = { field: 'dateTime' as const, asked: '2027-03-14T02:30', counts: '2027-03-14T03:30:00-04:00', kind: 'skipped' as const };
    const session = { id: 's1', event_id: 'e1', stage: 3, status: 'in_progress', last_saved_at: '', state: { clock } };
    // Its own zone, or its organizer's.
    for (const timezone of ['America/Toronto', null]) expect(sharedOf(session, { ...skipped, timezone })).toMatchObject({ clock, draft: { dateTime: '2027-03-14T03:30' } });
    expect(sharedOf({ ...session, state: {} }, row).clock).toBeNull();
  });

  it('let the event’s row win over what the session remembers, and keep what has no column', () => {
    const session = {
      id: 's1', event_id: 'e1', stage: 3, status: 'in_progress', last_saved_at: '',
      state: { draft: { name: 'Old', tiers: [{ name: 'VIP', priceCents: 900 }], provenance: { name: 'said' as const } }, offered: [{ id: 'o1', kind: 'price', label: '$20' }] },
    };
    const shared = sharedOf(session, row);
    expect(shared).toMatchObject({ stage: 3, revision: 4, draft: { name: 'Summit', ticketTiers: [{ name: 'VIP' }] }, provenance: { name: 'said' } });
    expect(shared.suggestions).toEqual([{ id: 'o1', type: 'price', label: '$20', detail: undefined, data: {} }]);
    expect(sharedOf({ ...session, event_id: null, state: { draft: { date: '2026-12-04', time: '18:00:00', durationMin: 90 } } }, null).draft).toMatchObject({ dateTime: '2026-12-04T18:00', duration: 90 });
    expect(sharedOf({ ...session, event_id: null, state: { draft: { date: null, time: '18:00:00' } } }, null).draft?.dateTime).toBe('18:00');
  });

  it('change only the columns whose value is another', () => {
    const values = { name: 'Summit', description: '', place: row.place ?? '', date: '2026-12-05', time: '18:00', duration: '60', capacity: '30', visibility: 'public' as const };
    expect(patchOf(row, values)).toEqual({ starts_local: '2026-12-05T18:00', capacity: 30 });
  });

  it('copy what makes an event, not what makes it this one', () => {
    expect(copyOf({ ...draftOf(row), slug: 'summit', ticketTiers: [{ id: 't1', name: 'VIP', priceCents: 900 }] })).not.toMatchObject({ id: 'e1' });
    expect(copyOf({ description: 'On Friday.' }, { description: 'default' })).toEqual({});
    expect(copyOf({ description: 'On Friday.' }, { description: 'said' })).toEqual({ description: 'On Friday.' });
    const copy = copyOf({ id: 'e1', revision: 3, slug: 's', status: 'draft', name: 'N', ticketTiers: [{ id: 't1', name: 'VIP', priceCents: 900 }] });
    expect(copy).toEqual({ name: 'N', ticketTiers: [{ name: 'VIP', priceCents: 900 }] });
  });

  it('call a copy by the first number that is free', () => {
    expect([nextName('Jazz', ['Jazz']), nextName('Jazz', ['Jazz', 'Jazz (2)']), nextName('Jazz (2)', ['Jazz (2)'])]).toEqual(['Jazz (2)', 'Jazz (3)', 'Jazz (3)']);
    expect([nextName('Class (2031)', []), nextName('', []), nextName(null, [])]).toEqual(['Class (2031) (2)', null, null]);
    expect(nextName('é'.repeat(200), [])).toBe(`${'é'.repeat(196)} (2)`);
  });
});

describe('a venue’s card', () => {
  it('names a price once, however its reason writes it', () => {
    expect(namesPrice('holds 120, wifi, $900-1500 a day', 'CA$900 – CA$1,500')).toBe(true);
    expect(namesPrice('holds 250, $2000-3000 a day', 'CA$2,000 – CA$3,000')).toBe(true);
    expect(namesPrice('jusqu’à 250 personnes, 2 000 à 3 000 $', '2 000 $ – 3 000 $')).toBe(true);
    expect([namesPrice('holds 1900, wifi', 'CA$900'), namesPrice(null, 'CA$900'), namesPrice('holds 120', 'on request')]).toEqual([false, false, false]);
  });
});

describe('fields', () => {
  it('take a number that can be called', () => {
    expect(['+1 416 555 0100', '(416) 555-0100', '01.55.50.01.00', ''].map(isPhone)).toEqual([true, true, true, true]);
    expect(['abc', '12345', '+1 416 555 0100 x3', '1234567890123456'].map(isPhone)).toEqual([false, false, false, false]);
  });

  it('read numbers, percentages and links, or nothing', () => {
    expect([whole(' 480 '), whole(''), whole('0'), whole('4.5'), whole('-1')]).toEqual([480, null, undefined, undefined, undefined]);
    expect([percent('13'), percent('8,875 %'), percent(''), percent('101')]).toEqual([13, 8.875, null, undefined]);
    expect([url('https://meet.example/x'), url(''), url('meet.example'), url('javascript:alert(1)')]).toEqual(['https://meet.example/x', null, undefined, undefined]);
  });

  it('count a line of tickets once it can be read', () => {
    const line = { tier: {}, name: 'Early bird', price: '60', quantity: '' };
    expect(tiersOf([line, { ...line, name: ' ' }, { ...line, price: 'x' }, { ...line, quantity: '1.5' }], 'USD')).toEqual([{ name: 'Early bird', priceCents: 6000, quantity: null }]);
  });

  it('keeps a kind that was there while its price is being written anew, and says what is wrong', () => {
    const known = { tier: { id: 'a', name: 'VIP', priceCents: 6000 }, name: 'VIP', price: '19.999', quantity: '' };
    expect(tiersOf([known], 'USD')).toEqual([known.tier]);
    expect([lineTrouble(known, 'price', 'USD'), lineTrouble({ ...known, price: '60.50' }, 'price', 'JPY'), lineTrouble({ ...known, price: '60.50' }, 'price', 'USD')]).toEqual([
      'tickets.error.price', 'tickets.error.price.whole', null,
    ]);
    expect(lineTrouble({ ...known, name: ' ' }, 'name', 'USD')).toBe('tickets.tier.error.name');
    expect(lineTrouble({ tier: {}, name: '', price: '', quantity: '' }, 'price', 'USD')).toBeNull();
  });

  it('make the address of a name', () => {
    expect(slugOf('Toronto Tech Summit')).toBe('toronto-tech-summit');
    expect(slugOf('  Été à Montréal – 2026! ')).toBe('ete-a-montreal-2026');
  });
});

describe('what is missing', () => {
  const full = { name: 'N', place: 'P', dateTime: '2026-12-04T18:00', capacity: 5, priceCents: 0 };

  it('is named with its stage', () => {
    expect(gapsOf(full)).toEqual([]);
    expect(gapsOf({}).map((gap) => [gap.field, gap.stage])).toEqual([['name', 1], ['place', 2], ['dateTime', 3], ['capacity', 4], ['priceCents', 4]]);
    expect(gapsOf({ ...full, place: null, placeKind: 'online' })).toEqual([]);
    expect(gapsOf({ ...full, dateTime: '2026-12-04' }).map((gap) => gap.field)).toEqual(['dateTime']);
  });

  it('takes the server’s word once everything is saved', () => {
    expect(gaps(full, { missing: ['description', 'nonsense'] }, false).map((gap) => gap.field)).toEqual(['description']);
    expect(gaps(full, { missing: ['description'] }, true)).toEqual([]);
  });
});

describe('suggestions', () => {
  it('come on the stage they are for', () => {
    const all = [
      { id: '1', type: 'price', label: '$20', data: {} },
      { id: '2', type: 'venue', label: 'Hall', data: { name: 'Hall' } },
      { type: 'price', label: 'no id', data: {} },
    ];
    expect(ideasFor(4, all).map((idea) => idea.id)).toEqual(['1']);
    expect(ideasFor(2, all)).toEqual([]);
    expect(ordered([{ id: 'b', name: 'B', reason: 'Near' }], [{ id: 'a', name: 'A' }, { id: 'b', name: 'B', city: 'X' }])).toEqual([
      { id: 'b', name: 'B', city: 'X', reason: 'Near' },
      { id: 'a', name: 'A' },
    ]);
  });

  it('read the answer to the question before publishing', () => {
    expect([approvedIn('{"approved":true,"revision":3}'), approvedIn('{"approved":false}'), approvedIn('Error: aborted'), approvedIn(null)]).toEqual([true, false, null, null]);
  });
});

describe('countdown', () => {
  it('rounds up, ends at zero, and is zero without an end', () => {
    expect([secondsLeft(10_500, 500), secondsLeft(10_500, 9_700), secondsLeft(500, 900), secondsLeft(null, 0)]).toEqual([10, 1, 0, 0]);
  });
});
