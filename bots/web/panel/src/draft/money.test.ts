import { describe, expect, it } from 'vitest';
import { digitsOf, money, moneySpan, rescaled, toMajor, toMinor } from './money';

describe('toMinor', () => {
  it.each([
    ['150', 'USD', 15000],
    ['19.99', 'USD', 1999],
    ['0.29', 'USD', 29],
    ['12,50', 'EUR', 1250],
    ['1,250.00', 'CAD', 125000],
    ['1.250,50', 'EUR', 125050],
    ['1,250', 'USD', 125000],
    ['3000', 'JPY', 3000],
    ['1.5', 'KWD', 1500],
    ['1.250', 'KWD', 1250],
    ['0', 'USD', 0],
    [' 80 ', 'USD', 8000],
    ['12.50', null, 1250],
    ['1.250.000', 'EUR', 125000000],
    ['1,250.000', 'USD', 125000],
    ['1,250', 'KWD', 1250000],
  ])('%s %s is %i', (text, currency, minor) => expect(toMinor(text, currency)).toBe(minor));

  it('takes one mark before three digits for thousands only in a language that writes them so', () => {
    expect([toMinor('12.345', 'EUR', 'es'), toMinor('12,345', 'USD', 'en'), toMinor('12,345', 'CNY', 'zh')]).toEqual([1234500, 1234500, 1234500]);
    expect([toMinor('19.999', 'USD', 'en'), toMinor('19.999', 'USD', 'fr'), toMinor('19,999', 'EUR', 'fr'), toMinor('19,999', 'EUR', 'es')]).toEqual([null, null, null, null]);
    expect([toMinor('1.500', 'JPY', 'en'), toMinor('1,500', 'JPY', 'en')]).toEqual([null, 1500]);
    expect(toMinor('1.250', 'KWD', 'es')).toBe(1250);
  });

  it.each([
    ['', 'USD'],
    ['-5', 'USD'],
    ['12.5', 'JPY'],
    ['1500.50', 'JPY'],
    ['1,250.001', 'USD'],
    ['1.250.00', 'EUR'],
    ['free', 'USD'],
    ['1e3', 'USD'],
    ['99999999999999999', 'USD'],
    ['1234.567', 'USD'],
  ])('%s %s is no amount', (text, currency) => expect(toMinor(text, currency)).toBeNull());
});

describe('toMajor', () => {
  it('is what a person would type', () => {
    expect(toMajor(15000, 'USD')).toBe('150');
    expect(toMajor(1250, 'EUR')).toBe('12.50');
    expect(toMajor(5, 'USD')).toBe('0.05');
    expect(toMajor(3000, 'JPY')).toBe('3000');
    expect(toMajor(1500, 'KWD')).toBe('1.500');
  });

  it('comes back as the same minor units', () => {
    for (const currency of ['USD', 'JPY', 'KWD']) {
      for (const minor of [0, 1, 9, 10, 99, 100, 101, 1999, 12345, 100000]) {
        expect(toMinor(toMajor(minor, currency), currency)).toBe(minor);
      }
    }
  });
});

describe('rescaled', () => {
  it('keeps the amount that is read when the currency changes', () => {
    expect([rescaled(15000, 'USD', 'JPY'), rescaled(150, 'JPY', 'EUR'), rescaled(1555, 'KWD', 'USD'), rescaled(1999, 'USD', 'CAD')]).toEqual([150, 15000, 156, 1999]);
  });
});

describe('words and fees', () => {
  it('knows the digits of a currency', () => {
    expect([digitsOf('usd'), digitsOf('JPY'), digitsOf('TND'), digitsOf(undefined)]).toEqual([2, 0, 3, 2]);
  });

  it('says an amount in the language of the reader', () => {
    expect(money(15000, 'CAD', 'en-CA')).toBe('$150');
    expect(money(1999, 'USD', 'en-US')).toBe('$19.99');
    expect(money(3000, 'JPY', 'en-US')).toBe('¥3,000');
    expect(money(100, 'nonsense', 'en')).toBe('1 NONSENSE');
  });

  it('says from one amount to another, the currency where its reader looks for it', () => {
    const span = (low: number, high: number, currency: string, lang: string) => moneySpan(low, high, currency, lang).replace(/\s/g, ' ');
    expect(span(60000, 100000, 'USD', 'en-US')).toBe('$600 – $1,000');
    expect(span(120000, 200000, 'EUR', 'es')).toMatch(/^1200.2000 €$/);
    expect(span(100, 200, 'nonsense', 'en')).toBe('1 NONSENSE – 2 NONSENSE');
  });
});
