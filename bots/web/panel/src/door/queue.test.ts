import { beforeEach, describe, expect, it } from 'vitest';
import { readCode } from './code';
import { after, judge, learnt, settle, Waiting, type DoorTicket, type Scan } from './queue';

const ticket = (code: string, status: DoorTicket['status']): [string, DoorTicket] => [
  code,
  { code, status, name: 'Bo', kind: null, checkedInAt: status === 'used' ? '2026-12-01T18:00:00Z' : null, door: null },
];
const scan = (code: string, id = '1'): Scan => ({ id, code, at: '2026-12-01T18:05:00Z', door: 'North' });

describe('a code', () => {
  it('is read as people write it', () => {
    expect(readCode(' k7qd m2xp 9rta 4wzc ')).toBe('K7QD-M2XP-9RTA-4WZC');
    expect(readCode('OIL0000000000000')).toBe('0110-0000-0000-0000');
    for (const odd of ['', 'K7QD', 'U000-0000-0000-0000', 'https://events.example']) expect(readCode(odd)).toBeNull();
  });
});

describe('a door without a network', () => {
  const tickets = new Map([ticket('A', 'valid'), ticket('B', 'used'), ticket('C', 'cancelled'), ticket('D', 'held')]);

  it('says what it knows, and that it is not the last word', () => {
    const results = ['A', 'B', 'C', 'D', 'E'].map((code) => judge(tickets, scan(code)));
    expect(results.map((verdict) => verdict.result)).toEqual(['admitted', 'already', 'cancelled', 'unpaid', 'unknown']);
    expect(results.every((verdict) => verdict.provisional)).toBe(true);
  });

  it('lets a ticket in once', () => {
    const first = judge(tickets, scan('A'));
    const next = after(tickets, scan('A'), first.result);
    expect(judge(next, scan('A', '2')).result).toBe('already');
    expect(judge(after(next, scan('A'), 'undone'), scan('A', '3')).result).toBe('admitted');
  });

  it('knows who came in while the tickets were being read', () => {
    const read = [...tickets.values()].map((one) => ({ ...one }));
    const now = after(tickets, scan('A'), 'admitted');
    expect(learnt(read, tickets, now).get('A')?.status).toBe('used');
    expect(learnt(read, now, now).get('A')?.status).toBe('valid');
    expect([...learnt(read, tickets, now).keys()]).toEqual(['A', 'B', 'C', 'D']);
  });

  it('tells when another door had been quicker', () => {
    const shown = judge(tickets, scan('A'));
    const told = { id: '1', result: 'already' as const, name: 'Bo', kind: null, firstAt: '2026-12-01T18:01:00Z', firstDoor: 'South' };
    expect(settle(shown, 'A', told)).toMatchObject({ conflict: true, provisional: false, firstDoor: 'South' });
    expect(settle(shown, 'A', { ...told, result: 'admitted' }).conflict).toBe(false);
    expect(settle(undefined, 'A', told).conflict).toBe(false);
  });
});

describe('what waits', () => {
  beforeEach(() => localStorage.clear());

  it('stays until its answer has come, across a reload', () => {
    expect(new Waiting('e').add(scan('A', '1'))).toBe(true);
    new Waiting('e').add(scan('B', '2'));
    new Waiting('e').done(new Set(['1']));
    expect(new Waiting('e').all().map((one) => one.id)).toEqual(['2']);
    expect(new Waiting('other').all()).toEqual([]);
    localStorage.setItem('eventos.scans.e', '{broken');
    expect(new Waiting('e').all()).toEqual([]);
  });
});
