/** One value of a draft as people read it: an amount with its currency, a day and an hour, a kind by its name. */
import { money } from '../draft/money';
import type { Value } from '../draft/merge';
import type { Draft, Field } from '../draft/types';
import { momentWords, splitLocal } from '../draft/when';
import type { Key, Translate } from '../i18n';

export function valueWords(field: Field, value: Value | undefined, draft: Draft, t: Translate, lang: string): string {
  if (value === null || value === undefined || value === '') return t('conflict.empty');
  if (typeof value === 'object') return value.map((one) => (typeof one === 'string' ? one : one.name)).join(', ');
  if (field === 'priceCents' && typeof value === 'number') return money(value, draft.currency, lang);
  if (field === 'type') return t(`kind.${value}` as Key);
  if (field === 'visibility') return t(value === 'private' ? 'review.private' : 'review.public');
  if (field === 'dateTime') {
    const { date, time } = splitLocal(String(value), draft.timezone);
    return date ? momentWords(date, time, lang) : String(value);
  }
  return String(value);
}
