/** Why the server did not take a picture, in the page's language. */
import type { Failure } from '../api/failure';
import type { Key, Translate } from '../i18n';
import { failureWords } from '../ui/failureWords';

const OF_CODE: Partial<Record<string, Key>> = { GUESTS_FULL: 'basics.image.guestsFull' };
const OF_STATUS: Partial<Record<number, Key>> = { 409: 'basics.image.full', 415: 'basics.image.unreadable', 422: 'basics.image.unfit' };

export function refusalWords(failure: Failure, t: Translate): string {
  const key = OF_CODE[failure.code] ?? OF_STATUS[failure.status];
  return key ? t(key) : failureWords(failure, t);
}
