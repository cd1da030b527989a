import { describe, expect, it, vi } from 'vitest';
import { agoWords, dayWords, durationWords, endWords, hourWords, inZone, isPast, joinLocal, leafWords, momentWords, onOwnClock, plusMinutes, splitLocal } from './when';

describe('splitLocal', () => {
  it.each([
    ['2026-12-04T18:00', undefined, '2026-12-04', '18:00'],
    ['2026-12-04', undefined, '2026-12-04', ''],
    ['2026-12-04T18:00:00', 'America/Toronto', '2026-12-04', '18:00'],
    ['2026-12-04T18:00:00-05:00', 'America/Toronto', '2026-12-04', '18:00'],
    ['2026-12-04T23:00:00Z', 'America/Toronto', '2026-12-04', '18:00'],
    ['2026-07-01T22:00:00+00:00', 'America/Toronto', '2026-07-01', '18:00'],
    ['2026-12-04 18:00:00', undefined, '2026-12-04', '18:00'],
    ['2026-12-04T18:00:00-05:00', undefined, '2026-12-04', '18:00'],
    ['18:00', 'America/Toronto', '', '18:00'],
    ['18:00:00', undefined, '', '18:00'],
    ['next week', undefined, '', ''],
    [null, undefined, '', ''],
  ])('%s in %s', (value, zone, date, time) => expect(splitLocal(value, zone)).toEqual({ date, time }));

  it('keeps the written hour when the zone is unknown', () => {
    expect(splitLocal('2026-12-04T18:00:00Z', 'Mars/Base')).toEqual({ date: '2026-12-04', time: '18:00' });
  });
});

describe('onOwnClock', () => {
  it('keeps the hour that was written, whichever zone is chosen afterwards', () => {
    const said = onOwnClock({ dateTime: '2031-05-09T19:00:00+00:00', endDateTime: '2031-05-09T21:00:00+00:00' });
    expect(splitLocal(said.dateTime, 'America/Toronto')).toEqual({ date: '2031-05-09', time: '19:00' });
    expect(said.endDateTime).toBe('2031-05-09T21:00');
  });

  it('is the hour of the draft’s own zone, and leaves what is no moment', () => {
    expect(onOwnClock({ dateTime: '2031-05-09T23:00:00Z', timezone: 'America/Toronto' }).dateTime).toBe('2031-05-09T19:00');
    expect(onOwnClock({ dateTime: '2031-05-09', endDateTime: null })).toEqual({ dateTime: '2031-05-09', endDateTime: null });
  });
});

describe('joining and counting', () => {
  it('is null without a day and a day without an hour', () => {
    expect([joinLocal('', '10:00'), joinLocal('2026-12-04', ''), joinLocal('2026-12-04', '10:00')]).toEqual([
      null,
      '2026-12-04',
      '2026-12-04T10:00',
    ]);
  });

  it('ends the next day when it goes past midnight', () => {
    expect(plusMinutes('2026-12-31T22:00', 180)).toBe('2027-01-01T01:00');
    expect(plusMinutes('2026-12-31', 60)).toBe('2026-12-31T01:00');
  });

  it('judges the past by the clock of the zone', () => {
    const now = new Date('2026-11-24T02:00:00Z');
    expect(isPast('2026-11-23T20:00', 'America/Toronto', now)).toBe(true);
    expect(isPast('2026-11-23T21:30', 'America/Toronto', now)).toBe(false);
    expect(isPast('2026-11-23', 'America/Toronto', now)).toBe(false);
    expect(isPast('2025-11-15', null, now)).toBe(true);
    expect(isPast(null, 'UTC', now)).toBe(false);
    expect(inZone(new Date('nothing'), 'UTC')).toBeNull();
  });
});

describe('words', () => {
  it('speaks the language of the reader', () => {
    expect(dayWords('2026-12-04', 'en-US')).toBe('Friday, December 4, 2026');
    expect(dayWords('2026-12-04', 'fr')).toBe('vendredi 4 décembre 2026');
    expect(hourWords('18:00', 'en-US').replace(/\s/, ' ')).toBe('6:00 PM');
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['en-GB']);
    expect(hourWords('18:00', 'en').replace(/\s/, ' ')).toBe('6:00 PM');
    expect(dayWords('2026-12-04', 'en')).toBe('Friday, December 4, 2026');
    expect(durationWords(150, 'en')).toBe('2 hours 30 minutes');
    expect(durationWords(1440, 'en')).toBe('1 day');
    expect(dayWords('soon', 'en')).toBe('soon');
  });

  it('says a moment in one piece, and a day as a leaf of a calendar', () => {
    expect(momentWords('2026-12-04', '18:00', 'en-US')).toBe('Friday, December 4, 2026 at 6:00\u00a0PM');
    expect(momentWords('2026-12-04', '18:00', 'zh')).toBe('2026年12月4日星期五 18:00');
    expect(momentWords('2026-12-04', '', 'fr')).toBe('vendredi 4 décembre 2026');
    expect([leafWords('2026-12-04', 'en'), leafWords('2026-12-04', 'zh')]).toEqual([{ month: 'Dec', day: '4' }, { month: '12月', day: '4' }]);
  });

  it('says on which day something ends that goes on past midnight', () => {
    expect(endWords('2026-12-04T21:00', '2026-12-04', 'en-US').replace(/\s/g, ' ')).toBe('9:00 PM');
    expect(endWords('2026-12-05T03:00', '2026-12-04', 'en-US').replace(/\s/g, ' ')).toBe('Dec 5, 3:00 AM');
  });

  it('says how long ago', () => {
    const now = new Date('2026-11-24T02:00:00Z');
    const ago = (text: string) => agoWords(new Date(text), now, 'en');
    expect(ago('2026-11-24T01:59:30Z')).toBe('30 seconds ago');
    expect(ago('2026-11-23T23:00:00Z')).toBe('3 hours ago');
    expect(ago('2026-11-23T01:00:00Z')).toBe('yesterday');
    expect(ago('2024-11-23T01:00:00Z')).toBe('2 years ago');
  });
});
