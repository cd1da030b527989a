/** The words for a failure: the server's own where it has some for people, else ours for its kind. */
import type { Failure } from '../api/failure';
import type { Key, Translate } from '../i18n';

const OURS = new Set(['network', 'auth', 'inFlight', 'unavailable', 'server']);

export function failureWords(failure: Failure, t: Translate): string {
  if (!OURS.has(failure.kind) && failure.message) return failure.message;
  return t(`fail.${failure.kind}` as Key);
}
