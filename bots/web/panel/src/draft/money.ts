/**
 * Money between what people type and minor units. No floating point touches an amount:
 * digits are moved as text, so that 19.99 is 1999 and never 1998.
 */
import { regional } from '../i18n/regional';

const NO_MINOR = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' '),
);
const THREE_DIGITS = new Set('BHD JOD KWD OMR TND'.split(' '));

/** How many digits the minor unit has: 2 for most, 0 for yen, 3 for dinars. */
export function digitsOf(currency: string | null | undefined): number {
  const code = (currency ?? 'USD').toUpperCase();
  return NO_MINOR.has(code) ? 0 : THREE_DIGITS.has(code) ? 3 : 2;
}

/**
 * `150`, `150.5`, `1,250.00` or `12,50` to minor units; null when it is no amount or too fine for the currency.
 * `lang`: the reader's, whose language tells whether the one mark of `1.250` groups thousands.
 */
export function toMinor(text: string, currency: string | null | undefined, lang = document.documentElement.lang || 'en'): number | null {
  const plain = text.trim().replace(/[\s'_]/g, '');
  const match = /^(\d{1,3}(?:([,.])\d{3})(?:\2\d{3})*|\d+)(?:([.,])(\d{1,3}))?$/.exec(plain);
  if (!match) return null;
  const [, , mark, point] = match;
  const digits = digitsOf(currency);
  let whole = match[1] ?? '';
  let part = match[4] ?? '';
  if (mark && mark === point) return null;
  const groups = whole.split(/[,.]/);
  if (groups.length === 2 && part === '' && mark !== undefined) {
    const parts = mark !== groupMark(lang);
    // "1.250" is one and a quarter where three digits make a unit (so an amount is written into its field);
    // elsewhere it is a thousand for those who write it so, and for everybody else too fine.
    if (digits === 3 && (mark === '.' || parts)) [whole, part] = [groups[0] ?? '', groups[1] ?? ''];
    else if (parts) return null;
  }
  whole = whole.replace(/[,.]/g, '');
  if (part.replace(/0+$/, '').length > digits) return null;
  const minor = Number(whole + part.slice(0, digits).padEnd(digits, '0'));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** What stands between thousands in a language. */
function groupMark(lang: string): string | undefined {
  return new Intl.NumberFormat(regional(lang)).formatToParts(1_234_567).find((part) => part.type === 'group')?.value;
}

/** Minor units as a plain amount for an input: 15000 is `150`, 1250 is `12.50`. */
export function toMajor(minor: number, currency: string | null | undefined): string {
  const digits = digitsOf(currency);
  const text = String(Math.trunc(minor)).padStart(digits + 1, '0');
  const whole = digits === 0 ? text : text.slice(0, -digits);
  const part = digits === 0 ? '' : text.slice(-digits);
  return /^0*$/.test(part) ? whole : `${whole}.${part}`;
}

/** The same amount as it is read, in another currency's minor units: 150 dollars become 150 yen. */
export function rescaled(minor: number, from: string | null | undefined, to: string | null | undefined): number {
  return Math.round(minor * 10 ** (digitsOf(to) - digitsOf(from)));
}

/** From one amount to another in the reader's language: "$600 – $1,000", « 600 – 1 000 € ». */
export function moneySpan(low: number, high: number, currency: string | null | undefined, lang: string): string {
  const format = formatOf(currency, lang, low % 10 ** digitsOf(currency) === 0 && high % 10 ** digitsOf(currency) === 0);
  const unit = 10 ** digitsOf(currency);
  return format ? format.formatRange(low / unit, high / unit) : `${money(low, currency, lang)} – ${money(high, currency, lang)}`;
}

/** An amount in the reader's language. */
export function money(minor: number, currency: string | null | undefined, lang: string): string {
  const code = (currency ?? 'USD').toUpperCase();
  const unit = 10 ** digitsOf(code);
  const format = formatOf(code, lang, minor % unit === 0);
  return format ? format.format(minor / unit) : `${toMajor(minor, code)} ${code}`;
}

/** Null for what is no currency. */
function formatOf(currency: string | null | undefined, lang: string, whole: boolean): Intl.NumberFormat | null {
  const code = (currency ?? 'USD').toUpperCase();
  const digits = digitsOf(code);
  try {
    return new Intl.NumberFormat(regional(lang), {
      style: 'currency',
      currency: code,
      minimumFractionDigits: whole ? 0 : digits,
      maximumFractionDigits: digits,
    });
  } catch {
    return null;
  }
}
