import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { capacityText, descriptionText, guestsText, minutesText, MOST, nameText, placeText, refundText } from './bounds';

const wrong = (text: z.ZodMiniType<string, string>, value: string) => text.safeParse(value).error?.issues[0]?.message ?? null;

describe('the bounds of an event', () => {
  it('are the server’s own', () => {
    const facts = readFileSync('../../../src/domain/fact.rs', 'utf8');
    const of = (problem: string) => Number(new RegExp(`, ([\\d_]+), Problem::${problem}\\)`).exec(facts)?.[1]?.replaceAll('_', ''));
    expect([of('NameLength'), of('DescriptionLength'), of('PlaceLength'), of('RefundLength'), of('People')]).toEqual([MOST.name, MOST.description, MOST.place, MOST.refundPolicy, MOST.people]);
    expect(Number(/Problem::Days\((\d+)\)/.exec(facts)?.[1]) * 1440).toBe(MOST.minutes);
  });

  it('are told in words, one beyond the last that is taken', () => {
    const longer = (most: number) => ['é'.repeat(most), 'é'.repeat(most + 1)];
    const judged = (text: z.ZodMiniType<string, string>, [last = '', beyond = '']: string[]) => [wrong(text, last), wrong(text, beyond)];
    expect(judged(nameText, longer(200))).toEqual([null, 'basics.error.name.long']);
    expect(judged(descriptionText, longer(5000))).toEqual([null, 'basics.error.description']);
    expect(judged(placeText, longer(300))).toEqual([null, 'venue.error.place']);
    expect(judged(refundText, longer(2000))).toEqual([null, 'pay.error.refund']);
    expect(judged(minutesText, ['86400', '86401'])).toEqual([null, 'when.error.long']);
    expect(judged(capacityText, ['1000000', '1000001'])).toEqual([null, 'tickets.error.people']);
    expect([wrong(capacityText, 'many'), wrong(guestsText, 'many'), wrong(minutesText, '1.5'), wrong(nameText, ' ')]).toEqual([
      'tickets.error.count', 'venue.error.guests', 'when.error.duration', 'basics.error.name',
    ]);
  });

  it('leave what is empty, and count what people see as one sign as the server does', () => {
    expect([wrong(descriptionText, ''), wrong(placeText, ''), wrong(minutesText, ''), wrong(capacityText, '')]).toEqual([null, null, null, null]);
    expect(wrong(nameText, '🎷'.repeat(200))).toBeNull();
  });
});
